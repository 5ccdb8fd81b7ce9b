//! What stands instead of a page that can't be shown.

use maud::{Markup, html};

use super::shell::{Page, Place, Site};

/// A page that says what went wrong and what to do.
pub(in crate::server) fn refusal(site: &Site, title: &str, what: &str) -> Markup {
    let main = html! {
        h1 { (title) }
        p.lead { (what) }
        p {
            a href=(site.addresses.front()) { "Til forsiden" } " · "
            a href=(site.addresses.search()) { "Søg i møderne" }
        }
    };
    let mut page = Page::new(title, Place::Elsewhere, main);
    page.index = false;
    page.whole(site)
}
