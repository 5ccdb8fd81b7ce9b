//! One meeting: recording, agenda as chapters, decisions, votes, transcript.

use maud::{Markup, html};

use super::front::{draft, line};
use super::item::{anchor, machine_note, spoken, treated};
use super::player::{Player, player};
use super::shell::{Page, Place, Site, crumbs};
use super::speech::{heard, time, transcript};
use super::structured;
use crate::archive::{Meeting, Speech, slug};
use crate::export::{plain, prose};
use crate::meeting::ItemState;

/// The meeting's page, at `at` seconds when a link asks for that.
pub(in crate::server) fn meeting(
    site: &Site,
    meeting: &Meeting,
    ending: Option<&str>,
    captions: bool,
    at: Option<f64>,
) -> Markup {
    let head = &meeting.head;
    let own = site.addresses.meeting(head.id.as_str());
    let now = at.and_then(|at| heard(meeting, at)).map(|line| line.id);
    let outside = outside(meeting);
    let committee =
        head.committee.as_deref().map(|name| (plain(name), site.addresses.committee(&slug(name))));
    let steps: Vec<(String, String)> = committee.into_iter().collect();
    let main = html! {
        (crumbs(site, &steps))
        div.head {
            div {
                h1 { (plain(&head.title)) }
                p.when { (line(head)) }
            }
            (draft(head))
        }
        div.page {
            div.aside {
                (player(site, Player { meeting, ending, captions, from: at }))
                @if !meeting.items.is_empty() { (agenda(site, meeting)) }
            }
            div {
                section.card aria-labelledby="om" {
                    h2 #om { "Om mødet" }
                    (facts(meeting))
                    (machine_note(meeting))
                }
                @for (index, item) in meeting.items.iter().enumerate() {
                    @let id = anchor(index);
                    section.card.item.shut[item.closed] id=(id) aria-labelledby={ (id) "-h" } {
                        h2 id={ (id) "-h" } {
                            span.no { span.sr { "Punkt " } (plain(&item.number)) } " "
                            @if item.closed { (plain(&item.title)) } @else {
                                a href=(site.addresses.item(head.id.as_str(), &item.number)) { (plain(&item.title)) }
                            }
                        }
                        (treated(item))
                        (transcript(site, meeting, &spoken(meeting, item), now, false))
                    }
                }
                @if !outside.is_empty() {
                    section.card.item #uden-for aria-labelledby="uden-for-h" {
                        h2 #uden-for-h {
                            @if meeting.items.is_empty() { "Udskrift af hele mødet" } @else { "Uden for dagsordenens punkter" }
                        }
                        (transcript(site, meeting, &outside, now, meeting.items.is_empty()))
                    }
                }
            }
        }
    };
    let mut page = Page::new(head.title.clone(), Place::Elsewhere, main);
    page.own = Some(own);
    page.description = Some(line(head));
    page.scripts = &["side.js"];
    page.structured = structured::video(site, meeting, ending);
    page.whole(site)
}

/// Speech of no item that is shown.
fn outside(meeting: &Meeting) -> Vec<&Speech> {
    let open: std::collections::HashSet<&str> =
        meeting.items.iter().filter(|item| !item.closed).map(|item| item.number.as_str()).collect();
    meeting
        .speech
        .iter()
        .filter(|line| line.item.as_deref().is_none_or(|item| !open.contains(item)))
        .collect()
}

fn agenda(site: &Site, meeting: &Meeting) -> Markup {
    html! {
        nav.agendabox aria-labelledby="dagsorden" {
            h2 #dagsorden { "Dagsorden" }
            ul.agenda {
                @for (index, item) in meeting.items.iter().enumerate() {
                    @let state = match item.closed {
                        true => Some(prose::CLOSED),
                        false => item.state.and_then(prose::state),
                    };
                    li data-item=(anchor(index)) {
                        a.to href={ "#" (anchor(index)) } {
                            span.no { span.sr { "Punkt " } (plain(&item.number)) }
                            span {
                                (plain(&item.title))
                                @if let Some(state) = state { " " span.tag { (state) } }
                            }
                        }
                        @if let Some(start) = item.start().filter(|_| item.state != Some(ItemState::NotFound)) {
                            (time(start))
                        }
                    }
                }
            }
            @if site.addresses.is_static() { noscript { p.small { "Tidskoder virker kun med JavaScript." } } }
        }
    }
}

fn facts(meeting: &Meeting) -> Markup {
    let mut facts: Vec<(String, String)> = meeting
        .attendance
        .iter()
        .map(|(group, names)| (plain(group), plain(names)))
        .filter(|(_, names)| !names.is_empty())
        .collect();
    if let Some(seconds) = meeting.head.duration {
        facts.push(("Optagelsens længde".to_owned(), prose::length(seconds)));
    }
    if !meeting.closed.is_empty() {
        let length: f64 = meeting.closed.iter().map(|span| span.duration()).sum();
        facts.push((
            "Lukket del".to_owned(),
            format!("{}, ikke gengivet her", prose::length(length)),
        ));
    }
    html! {
        @if !facts.is_empty() {
            dl.facts { @for (name, value) in facts { div { dt { (name) } dd { (value) } } } }
        }
    }
}
