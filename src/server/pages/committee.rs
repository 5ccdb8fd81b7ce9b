//! One committee's meetings.

use maud::{Markup, html};

use super::front::{list, pager};
use super::shell::{Page, Place, Site, crumbs};
use crate::archive::{Committee, MeetingHead};
use crate::export::plain;

/// The committee's page. `number` counts from 1, of `pages`.
pub(in crate::server) fn committee(
    site: &Site,
    committee: &Committee,
    shown: &[MeetingHead],
    number: usize,
    pages: usize,
) -> Markup {
    let own = site.addresses.committee(&committee.slug);
    let name = plain(&committee.name);
    let main = html! {
        (crumbs(site, &[("Alle møder".to_owned(), site.addresses.meetings())]))
        h1 { (name) }
        @if !site.addresses.is_static() {
            form.ask.found action=(site.addresses.search()) method="get" role="search" {
                input type="hidden" name="udvalg" value=(committee.slug);
                div {
                    label for="q" { "Søg i møderne i " (name) }
                    input #q type="search" name="q" maxlength="200";
                }
                button type="submit" { "Søg" }
            }
        }
        section.card.found aria-labelledby="moeder" {
            h2 #moeder { "Møder" }
            (list(site, shown))
        }
        (pager(number, pages, |to| format!("{own}?side={to}")))
    };
    let mut page = Page::new(name, Place::Elsewhere, main);
    page.own = Some(own);
    page.whole(site)
}
