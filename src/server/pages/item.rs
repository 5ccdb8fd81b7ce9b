//! One item: what was decided, how was voted, what the agenda said, what was said.

use maud::{Markup, html};

use super::front::{draft, line};
use super::player::{Player, player};
use super::shell::{Page, Place, Site, crumbs};
use super::speech::{time, transcript};
use super::structured;
use crate::archive::{Item, Meeting, Speech};
use crate::export::{plain, prose};
use crate::meeting::{Evidence, ItemMinutes, ItemState, Vote};

/// Where an item stands on the meeting's page. Numbers are foreign text, so the place counts.
pub(super) fn anchor(index: usize) -> String {
    format!("punkt-{}", index + 1)
}

/// The item's own page.
pub(in crate::server) fn item(
    site: &Site,
    meeting: &Meeting,
    item: &Item,
    ending: Option<&str>,
    captions: bool,
    at: Option<f64>,
) -> Markup {
    let id = meeting.head.id.as_str();
    let own = site.addresses.item(id, &item.number);
    let title = format!("Punkt {}: {}", plain(&item.number), plain(&item.title));
    let said: Vec<&Speech> = spoken(meeting, item);
    let now = at.and_then(|at| super::speech::heard(meeting, at)).map(|line| line.id);
    let shown = Player { meeting, ending, captions, from: at.or(item.start()) };
    let main = html! {
        (crumbs(site, &[(meeting.head.title.clone(), site.addresses.meeting(id))]))
        div.head {
            div {
                h1 { span.no { "Punkt " (plain(&item.number)) } " " (plain(&item.title)) }
                p.when { (meeting.head.title) " · " (line(&meeting.head)) }
            }
            (draft(&meeting.head))
        }
        div.page {
            div.aside { (player(site, shown)) }
            div {
                section.card.item #punkt aria-labelledby="punkt-h" {
                    h2 #punkt-h { "Behandling og beslutning" }
                    (treated(item))
                    (transcript(site, meeting, &said, now, true))
                }
                (embedding(site, meeting, item))
                (machine_note(meeting))
            }
        }
    };
    let mut page = Page::new(title, Place::Elsewhere, main);
    page.own = Some(own);
    page.description = item.decision().map(prose::decision);
    page.scripts = &["side.js"];
    page.structured = structured::video(site, meeting, ending);
    page.whole(site)
}

/// What was said under an item, in order of time.
pub(super) fn spoken<'a>(meeting: &'a Meeting, item: &Item) -> Vec<&'a Speech> {
    let mine = |line: &&Speech| line.item.as_deref() == Some(item.number.as_str());
    if item.closed { Vec::new() } else { meeting.speech.iter().filter(mine).collect() }
}

/// All that the papers and minutes hold of an item.
pub(super) fn treated(item: &Item) -> Markup {
    if item.closed {
        return html! { p.quiet { (prose::CLOSED) ". Behandlet for lukkede døre." } };
    }
    html! {
        (case(item))
        @match &item.minutes {
            Some(minutes) => (decided(item, minutes)),
            None => p.quiet { "Der er endnu ikke skrevet referat af punktet." },
        }
        @for document in &item.documents {
            details {
                summary { h3 { (prose::capital(&plain(heading(&document.name)))) } }
                @for text in document.text.lines().map(plain).filter(|text| !text.is_empty()) { p { (text) } }
            }
        }
        @if !item.attachments.is_empty() {
            details {
                summary { h3 { "Bilag" } }
                ul { @for one in &item.attachments { li { (attachment(&one.title, one.url.as_deref())) } } }
            }
        }
    }
}

/// A bilag, as a link only where the address is one of the web.
fn attachment(title: &str, url: Option<&str>) -> Markup {
    let safe = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    html! {
        @if let Some(url) = safe { a href=(url) rel="noopener nofollow" { (plain(title)) } } @else { (plain(title)) }
    }
}

/// The agenda's field names in readers' Danish.
fn heading(name: &str) -> &str {
    match name {
        "resume" => "resumé",
        "oekonomi" => "økonomi",
        "hoering" => "høring",
        "beslutning" => "beslutning i dagsordenen",
        other => other,
    }
}

fn case(item: &Item) -> Markup {
    let unsure = item.confidence.is_some_and(|sure| sure < prose::SURE);
    let mut parts: Vec<Markup> = Vec::new();
    parts.extend(item.case.as_deref().map(|case| html! { "Sagsnr. " (plain(case)) }));
    parts.extend(item.state.and_then(prose::state).map(|state| html! { span.tag { (state) } }));
    parts.extend(prose::joint(&item.joint).map(|text| html! { (text) }));
    if item.state != Some(ItemState::NotFound) {
        for (index, span) in item.spans.iter().enumerate() {
            parts.push(html! {
                @if index == 0 { "Behandlet fra " } @else { "genoptaget " }
                (time(span.start))
                @if index == 0 && unsure { " " span.unsure { "usikkert" } }
            });
        }
    }
    html! {
        @if !parts.is_empty() {
            p.case { @for (index, part) in parts.iter().enumerate() { @if index > 0 { " · " } (part) } }
        }
    }
}

/// A value with its mark and its place in the recording.
fn value(text: &str, evidence: &Evidence) -> Markup {
    html! {
        (text) " "
        @if evidence.confidence < prose::SURE { span.unsure { "usikkert" } " " }
        (time(evidence.start))
    }
}

fn decided(item: &Item, minutes: &ItemMinutes) -> Markup {
    let said = |title: &str, lines: Vec<Markup>| {
        html! {
            @if !lines.is_empty() { div.part { h3 { (title) } ul { @for line in lines { li { (line) } } } } }
        }
    };
    html! {
        @if let Some(decision) = &minutes.decision {
            div.decision {
                h3 { "Beslutning" }
                p.first { (value(&prose::decision(decision), &decision.evidence)) }
                @for point in &decision.points { p { (value(&prose::point(point), &point.evidence)) } }
            }
        } @else if item.state != Some(ItemState::Withdrawn) && item.state != Some(ItemState::Postponed) {
            p.quiet { "Der blev ikke fundet en beslutning i optagelsen." }
        }
        @for vote in &minutes.votes { (voted(vote)) }
        (said("Ændringsforslag", minutes.amendments.iter().map(|one| value(&prose::amendment(one), &one.evidence)).collect()))
        (said("Protokollater", minutes.dissents.iter().map(|one| value(&prose::dissent(one), &one.evidence)).collect()))
        (said("Parterne", minutes.sides.iter().map(|one| value(&prose::side(one), &one.evidence)).collect()))
        (said("Opfølgning", minutes.actions.iter().map(|one| value(&prose::action(one), &one.evidence)).collect()))
        @if !minutes.summary.is_empty() {
            details {
                summary { h3 { "Resumé af debatten (ikke en del af referatet)" } }
                ul { @for one in &minutes.summary { li { (value(&plain(&one.text), &one.evidence)) } } }
            }
        }
    }
}

fn voted(vote: &Vote) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Afstemning" {
            table.vote {
                caption { (value(&prose::vote(vote), &vote.evidence)) }
                thead { tr { td {} th scope="col" { "Stemmer" } th scope="col" { "Partier og navne" } } }
                tbody {
                    @for (side, ballot) in prose::sides(vote) {
                        tr { th scope="row" { (side) } td { (prose::count(ballot)) } td { (prose::voters(ballot)) } }
                    }
                }
            }
        }
    }
}

/// The line of code that puts the item on another site.
fn embedding(site: &Site, meeting: &Meeting, item: &Item) -> Markup {
    let script = site.addresses.absolute(&site.addresses.file("widget.js"));
    html! {
        @if let (Some(script), false) = (script, item.closed) {
            details {
                summary { h3 { "Vis punktet på en anden hjemmeside" } }
                p { "Sæt denne linje ind dér, hvor punktet skal vises:" }
                div.scroll tabindex="0" role="region" aria-label="Kode til indsættelse" {
                    code {
                        "<script src=\"" (script) "\" data-moede=\"" (meeting.head.id.as_str())
                        "\" data-punkt=\"" (plain(&item.number).replace('"', "&quot;")) "\""
                        @if site.addresses.is_static() { " data-fil" } " async></script>"
                    }
                }
            }
        }
    }
}

/// How the text came about (AI Act, art. 50; KL's advice: a person must check it).
pub(super) fn machine_note(meeting: &Meeting) -> Markup {
    let origin = &meeting.origin;
    html! {
        div.note {
            p {
                "Udskrift og udkast til referat er lavet automatisk med kunstig intelligens ud fra optagelsen (Referent "
                (plain(&origin.version)) ", talegenkendelse: " (plain(&origin.model)) "). "
                @if prose::is_final(meeting.head.state) {
                    "Referatet er gennemgået og godkendt af mennesker; udskriften er ikke rettet igennem."
                } @else {
                    "Referatet er et udkast, som skal læses igennem og rettes af et menneske. Værdier mærket "
                    span.unsure { "usikkert" } " skal kontrolleres mod lyden."
                }
            }
            @if origin.withheld > 0 {
                p { (origin.withheld) " steder kunne lyden ikke gengives sikkert, og teksten er udeladt." }
            }
        }
    }
}
