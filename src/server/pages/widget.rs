//! One item in a frame on somebody else's page.

use maud::{Markup, html};

use super::front::{draft, line};
use super::item::{spoken, treated};
use super::player::{Player, player};
use super::shell::{Page, Place, Site};
use super::speech::{heard, transcript};
use crate::archive::{Item, Meeting};
use crate::export::plain;

/// The item, framed.
pub(in crate::server) fn widget(
    site: &Site,
    meeting: &Meeting,
    item: &Item,
    ending: Option<&str>,
    captions: bool,
    at: Option<f64>,
) -> Markup {
    let id = meeting.head.id.as_str();
    let now = at.and_then(|at| heard(meeting, at)).map(|line| line.id);
    let shown = Player { meeting, ending, captions, from: at.or(item.start()) };
    let main = html! {
        div.card.item #punkt {
            h1 { span.no { "Punkt " (plain(&item.number)) } " " (plain(&item.title)) " " (draft(&meeting.head)) }
            p.when { (line(&meeting.head)) }
            (player(site, shown))
            (treated(item))
            (transcript(site, meeting, &spoken(meeting, item), now, false))
            p.small {
                a href=(site.addresses.item(id, &item.number)) target="_blank" rel="noopener" {
                    "Se hele mødet i arkivet" span.sr { " (åbner i et nyt vindue)" }
                }
                " · Lavet automatisk med kunstig intelligens, kan indeholde fejl"
            }
        }
    };
    let mut page = Page::new(plain(&item.title), Place::Elsewhere, main);
    page.own = Some(site.addresses.item(id, &item.number));
    page.index = false;
    page.scripts = &["side.js", "ramme.js"];
    page.framed(site)
}
