//! The front page, and the list of all meetings.

use maud::{Markup, html};

use super::results::{Search, form};
use super::shell::{Page, Place, Site, crumbs};
use crate::archive::{Committee, MeetingHead};
use crate::danish::dates;
use crate::export::{plain, prose};

/// Search, the latest meetings, the committees.
pub(in crate::server) fn front(
    site: &Site,
    latest: &[MeetingHead],
    committees: &[Committee],
) -> Markup {
    let main = html! {
        div.hero {
            h1 { "Find det sted, hvor det blev sagt" }
            p.lead { "Søg i dagsordener, beslutninger og det, der blev sagt på møderne. Hvert resultat fører til sekundet i optagelsen." }
            (form(site, &Search::default(), &[], false))
        }
        div.two {
            section.card aria-labelledby="seneste" {
                h2 #seneste { "Seneste møder" }
                (list(site, latest))
                @if latest.is_empty() {
                    p { "Der er endnu ikke lagt møder i arkivet." }
                } @else {
                    p { a href=(site.addresses.meetings()) { "Alle møder" } }
                }
            }
            @if !committees.is_empty() {
                section.card aria-labelledby="udvalg" {
                    h2 #udvalg { "Udvalg" }
                    ul.plainlist {
                        @for committee in committees {
                            li {
                                a href=(site.addresses.committee(&committee.slug)) { (plain(&committee.name)) }
                                span.quiet.small { " (" (committee.meetings) ")" }
                            }
                        }
                    }
                }
            }
        }
    };
    let mut page = Page::new("Forside", Place::Front, main);
    page.own = Some(site.addresses.front());
    page.description = Some(
        "Søg i kommunens møder: dagsordener, beslutninger og udskrift af optagelserne.".to_owned(),
    );
    page.whole(site)
}

/// A page of the list of all meetings. `number` counts from 1, of `pages`.
pub(in crate::server) fn meetings(
    site: &Site,
    shown: &[MeetingHead],
    number: usize,
    pages: usize,
) -> Markup {
    let turn = |to: usize| format!("{}?side={to}", site.addresses.meetings());
    let main = html! {
        (crumbs(site, &[]))
        h1 { "Alle møder" }
        section.card.found aria-labelledby="moeder" {
            h2.sr #moeder { "Møder, de nyeste først" }
            (list(site, shown))
            @if shown.is_empty() { p { "Der er ingen møder her." } }
        }
        (pager(number, pages, turn))
    };
    let mut page = Page::new("Alle møder", Place::Meetings, main);
    page.own = Some(site.addresses.meetings());
    page.whole(site)
}

/// Links to the page before and the page after.
pub(super) fn pager(number: usize, pages: usize, turn: impl Fn(usize) -> String) -> Markup {
    html! {
        @if pages > 1 {
            nav.pages aria-label="Sider" {
                span { @if number > 1 { a rel="prev" href=(turn(number - 1)) { "Forrige side" } } }
                span.quiet { "Side " (number) " af " (pages) }
                span { @if number < pages { a rel="next" href=(turn(number + 1)) { "Næste side" } } }
            }
        }
    }
}

/// Meetings as a list, each with its day.
pub(super) fn list(site: &Site, meetings: &[MeetingHead]) -> Markup {
    html! {
        ul.meetings {
            @for meeting in meetings {
                li {
                    (day(meeting.date.as_deref()))
                    div {
                        h3 { a href=(site.addresses.meeting(meeting.id.as_str())) { (plain(&meeting.title)) } }
                        p.quiet.small { (line(meeting)) " " (draft(meeting)) }
                    }
                }
            }
        }
    }
}

/// `Byrådet · onsdag den 25. marts 2026 · 3 timer`.
pub(super) fn line(meeting: &MeetingHead) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(meeting.committee.as_deref().map(plain).filter(|name| *name != meeting.title));
    parts.extend(meeting.date.as_deref().map(prose::date));
    parts.extend(meeting.duration.map(prose::length));
    parts.join(" · ")
}

/// The mark of what is no final referat.
pub(super) fn draft(meeting: &MeetingHead) -> Markup {
    html! { @if !prose::is_final(meeting.state) { span.draft { "UDKAST" } } }
}

/// The day as a leaf of a calendar; the line beside it says the same in words.
fn day(date: Option<&str>) -> Markup {
    let date = date.and_then(|date| date.parse::<jiff::civil::Date>().ok());
    html! {
        @if let Some(date) = date {
            div.day aria-hidden="true" {
                b { (date.day()) }
                (dates::month_name(date.month().unsigned_abs()).unwrap_or_default().chars().take(3).collect::<String>())
                " " (date.year())
            }
        } @else {
            div.day aria-hidden="true" { b { "–" } }
        }
    }
}
