//! The search form and what it found.

use std::fmt::Write;

use maud::{Markup, html};

use super::front::{draft, line, pager};
use super::shell::{Page, Place, Site, crumbs};
use super::speech::spaced;
use crate::archive::{Committee, ItemHits, PaperHit, PaperKind, Results, Snippet, SpeechHit};
use crate::export::{plain, prose};
use crate::meeting::{DecisionOutcome, clock};
use crate::server::address::escape;

/// Every outcome that can be asked for, in the order of the list.
const OUTCOMES: [DecisionOutcome; 13] = [
    DecisionOutcome::Godkendt,
    DecisionOutcome::Vedtaget,
    DecisionOutcome::Tiltraadt,
    DecisionOutcome::Anbefalet,
    DecisionOutcome::TagetTilEfterretning,
    DecisionOutcome::Droeftet,
    DecisionOutcome::Udsat,
    DecisionOutcome::Forkastet,
    DecisionOutcome::Bortfaldet,
    DecisionOutcome::Henvist,
    DecisionOutcome::SendtTilbage,
    DecisionOutcome::Udgaaet,
    DecisionOutcome::Ingen,
];

/// What the form holds, as typed. Empty where nothing was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::server) struct Search {
    pub(in crate::server) q: String,
    pub(in crate::server) fra: String,
    pub(in crate::server) til: String,
    pub(in crate::server) udvalg: String,
    pub(in crate::server) taler: String,
    pub(in crate::server) parti: String,
    pub(in crate::server) udfald: String,
}

impl Search {
    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("fra", &self.fra),
            ("til", &self.til),
            ("udvalg", &self.udvalg),
            ("taler", &self.taler),
            ("parti", &self.parti),
            ("udfald", &self.udfald),
        ]
    }

    /// Whether a filter is set.
    fn is_narrowed(&self) -> bool {
        self.fields().iter().skip(1).any(|(_, value)| !value.is_empty())
    }

    /// The same search as a query string.
    pub(in crate::server) fn query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.fields().iter().filter(|(_, value)| !value.is_empty()) {
            let start = if query.is_empty() { "" } else { "&" };
            let _ = write!(query, "{start}{name}={}", escape(value));
        }
        query
    }

    /// The outcome asked for, by its Danish word.
    pub(in crate::server) fn outcome(&self) -> Option<DecisionOutcome> {
        OUTCOMES.into_iter().find(|outcome| outcome.danish() == self.udfald)
    }
}

/// The search form; filters only where there is room for them.
pub(super) fn form(site: &Site, search: &Search, committees: &[Committee], full: bool) -> Markup {
    html! {
        form action=(site.addresses.search()) method="get" role="search" {
            div.ask {
                div {
                    label for="q" { "Søg i møderne" }
                    input #q type="search" name="q" value=(search.q) maxlength="200" autocomplete="off" spellcheck="true";
                }
                button type="submit" { "Søg" }
            }
            @if full { (filters(site, search, committees)) }
        }
    }
}

fn filters(site: &Site, search: &Search, committees: &[Committee]) -> Markup {
    html! {
        details.more open[search.is_narrowed()] {
            summary { "Afgræns søgningen" }
            fieldset.filters {
                legend.sr { "Afgræns søgningen" }
                div {
                    label for="udvalg" { "Udvalg" }
                    select #udvalg name="udvalg" {
                        option value="" { "Alle" }
                        @for one in committees {
                            option value=(one.slug) selected[one.slug == search.udvalg] { (plain(&one.name)) }
                        }
                    }
                }
                div { label for="fra" { "Fra dato" } input #fra type="date" name="fra" value=(search.fra); }
                div { label for="til" { "Til dato" } input #til type="date" name="til" value=(search.til); }
                div {
                    label for="udfald" { "Beslutning" }
                    select #udfald name="udfald" {
                        option value="" { "Alle" }
                        @for one in OUTCOMES {
                            option value=(one.danish()) selected[one.danish() == search.udfald] { (prose::capital(one.danish())) }
                        }
                    }
                }
                @if !site.addresses.is_static() {
                    div { label for="taler" { "Taler" } input #taler type="text" name="taler" value=(search.taler) maxlength="100"; }
                    div { label for="parti" { "Parti" } input #parti type="text" name="parti" value=(search.parti) maxlength="50"; }
                }
            }
        }
    }
}

/// What was found: page `number` (from 1) of `per_page` items each.
pub(in crate::server) fn results(
    site: &Site,
    search: &Search,
    committees: &[Committee],
    found: Option<&Results>,
    (number, per_page): (usize, usize),
) -> Markup {
    let query = search.query();
    let turn = |to: usize| format!("{}?{query}&side={to}", site.addresses.search());
    let feed = format!("{}?{query}", site.addresses.file("soeg.atom"));
    let main = html! {
        (crumbs(site, &[]))
        h1 { "Søg i møderne" }
        div.card.found { (form(site, search, committees, true)) }
        @if let Some(found) = found {
            h2 #resultater {
                @match found.found {
                    0 => "Intet fundet",
                    1 => "1 punkt fundet",
                    count => { (count) @if found.bounded { " eller flere" } " punkter fundet" }
                }
            }
            @for (asked, taken) in &found.corrected {
                p.quiet { "Ingen steder står " q { (plain(asked)) } ". Viser " q { (plain(taken)) } "." }
            }
            @if found.found == 0 {
                p { "Prøv færre eller andre ord, eller fjern en afgrænsning." }
            } @else {
                div.card { @for hits in &found.items { (hit(site, hits)) } }
                (pager(number, found.found.div_ceil(per_page).max(1), turn))
                @if number == 1 {
                    p.small { a href=(feed) { "Abonnér på denne søgning (Atom)" } ": få besked, når nye møder passer til den." }
                }
            }
        } @else {
            p.quiet { "Skriv et eller flere ord. Sæt anførselstegn om ord, der skal stå lige efter hinanden." }
        }
    };
    let title = match search.q.is_empty() {
        true => "Søg i møderne".to_owned(),
        false => format!("{} – søgning", plain(&search.q)),
    };
    let mut page = Page::new(title, Place::Search, main);
    // Every query is a page of its own; search engines need none of them.
    page.index = false;
    page.feed = found.map(|_| ("Denne søgning".to_owned(), feed.clone()));
    page.whole(site)
}

/// The static site's search: the form, and a place for what the script finds.
pub(in crate::server) fn static_search(site: &Site, committees: &[Committee]) -> Markup {
    let main = html! {
        (crumbs(site, &[]))
        h1 { "Søg i møderne" }
        div.card.found { (form(site, &Search::default(), committees, true)) }
        noscript { p.note { "Søgningen kræver JavaScript. Uden kan du gå ind på møderne fra " a href=(site.addresses.meetings()) { "listen over alle møder" } "." } }
        div role="status" { h2 #resultater { "Resultater" } }
        div #fundet data-rod=(site.addresses.file("")) {}
    };
    let mut page = Page::new("Søg i møderne", Place::Search, main);
    page.scripts = &["soeg.js"];
    page.index = false;
    page.whole(site)
}

fn hit(site: &Site, hits: &ItemHits) -> Markup {
    let to = &site.addresses;
    let id = hits.meeting.id.as_str();
    html! {
        article.hit {
            h3 {
                @match &hits.item {
                    Some(item) => a href=(to.item(id, &item.number)) {
                        span.no { "Punkt " (plain(&item.number)) } " " (plain(&item.title))
                    },
                    None => a href=(to.meeting(id)) { (plain(&hits.meeting.title)) },
                }
            }
            p.quiet.small {
                a href=(to.meeting(id)) { (plain(&hits.meeting.title)) } " · " (line(&hits.meeting)) " "
                @if let Some(outcome) = hits.item.as_ref().and_then(|item| item.outcome) {
                    span.tag { (prose::capital(outcome.danish())) } " "
                }
                (draft(&hits.meeting))
            }
            @if !hits.papers.is_empty() {
                ul.quotes aria-label="I dagsorden og beslutning" { @for paper in &hits.papers { (in_papers(paper)) } }
            }
            @if !hits.speech.is_empty() {
                ul.quotes aria-label="Sagt på mødet" { @for said in &hits.speech { (said_there(site, id, said)) } }
            }
        }
    }
}

fn in_papers(hit: &PaperHit) -> Markup {
    let place = match hit.kind {
        PaperKind::Title => "Titel".to_owned(),
        PaperKind::Case => "Sagsnr.".to_owned(),
        PaperKind::Decision => "Beslutning".to_owned(),
        PaperKind::Agenda => "Dagsorden".to_owned(),
    };
    html! {
        li.quote {
            span.quiet.small { (place) }
            span { (marked(&hit.snippet)) }
        }
    }
}

fn said_there(site: &Site, id: &str, hit: &SpeechHit) -> Markup {
    let mark = format!("s{}", hit.segment);
    html! {
        li.quote {
            a.t href=(site.addresses.moment(id, hit.start, Some(&mark))) {
                span.sr { "Gå til " } (clock(hit.start))
            }
            span {
                @if let Some(who) = &hit.speaker {
                    b.who { (plain(who)) @if let Some(party) = &hit.party { " (" (plain(party)) ")" } } " "
                }
                (marked(&hit.snippet))
            }
        }
    }
}

fn marked(snippet: &Snippet) -> Markup {
    html! {
        @for (text, found) in snippet.pieces() {
            @if found { mark { (spaced(text)) } } @else { (spaced(text)) }
        }
    }
}
