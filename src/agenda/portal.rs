//! A FirstAgenda Publication portal: which meetings it has, and one of them.
//!
//! Addresses and keys as seen on Danish municipalities' portals: a visitor gets a cookie from the
//! front page (or `/Home/AnonymousAuthentication`), then JSON from `/api/agenda/udvalgsliste`,
//! `/api/agenda/soeg/` and `/api/agenda/dagsorden/{id}`.

mod client;
mod listing;

use serde_json::Value;

use super::{AgendaError, paper};
use crate::meeting::Paper;

use client::Client;
pub use client::Patience;

/// Entries asked for at a time when searching.
const PAGE: usize = 200;
/// Most pages of one search.
const MOST_PAGES: usize = 50;

/// A portal.
pub struct Portal {
    client: Client,
    /// The meeting that the address itself names (`/vis?id=…`).
    named: Option<String>,
}

/// A meeting's paper, as the portal lists it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Listed {
    pub id: String,
    /// None where a search's answer leaves it out.
    pub committee: Option<String>,
    /// The term or other group that the committee stands under ("Udvalg 2026-2029").
    pub group: Option<String>,
    /// ISO 8601.
    pub date: Option<String>,
    /// `17:00`
    pub time: Option<String>,
    pub place: Option<String>,
    pub paper: Option<Paper>,
    /// The paper's name as listed: Dagsorden, Referat, "Lukket referat" …
    pub name: String,
}

/// Which meeting is wanted; what is none matches all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Part of the committee's name, in any case.
    pub committee: Option<String>,
    /// ISO 8601.
    pub date: Option<String>,
    pub paper: Option<Paper>,
}

impl Wanted {
    fn fits(&self, listed: &Listed) -> bool {
        let committee = self.committee.as_ref().is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            listed.committee.as_ref().is_some_and(|name| name.to_lowercase().contains(&wanted))
        });
        committee
            && self.date.as_ref().is_none_or(|date| listed.date.as_ref() == Some(date))
            && self.paper.is_none_or(|paper| listed.paper == Some(paper))
    }
}

impl Portal {
    /// A portal by its address: `https://dagsordener.example.dk`, the same without `https://`, or a
    /// link to one of its meetings. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the address is none. Plain `http` is taken only when it is spelled out.
    pub fn at(address: &str, patience: Patience) -> Result<Self, AgendaError> {
        let (client, query) = Client::new(address, patience)?;
        let named = query.split('&').find_map(|part| {
            let (key, value) = part.split_once('=')?;
            (key.eq_ignore_ascii_case("id") && is_id(value)).then(|| value.to_lowercase())
        });
        Ok(Self { client, named })
    }

    /// The meeting that the address itself names.
    pub fn named(&self) -> Option<&str> {
        self.named.as_deref()
    }

    /// The meetings that fit, newest first.
    ///
    /// The front list holds the current term; where it has nothing for a wanted date, the
    /// committees' archives are searched for that year.
    ///
    /// # Errors
    /// When the portal cannot be reached or answers with something else than a list.
    pub fn meetings(&mut self, wanted: &Wanted) -> Result<Vec<Listed>, AgendaError> {
        let list = self.client.json("/api/agenda/udvalgsliste")?;
        let committees = listing::committees(&list)
            .ok_or_else(|| AgendaError::NotAPortal { url: self.client.address() })?;
        let mut found: Vec<Listed> =
            committees.iter().flat_map(|committee| committee.meetings.clone()).collect();
        found.retain(|listed| wanted.fits(listed));
        if found.is_empty()
            && let Some(year) = wanted.date.as_deref().and_then(|date| date.get(..4))
        {
            for committee in &committees {
                let name = Wanted { committee: wanted.committee.clone(), ..Wanted::default() };
                if name.fits(&committee.as_listed()) {
                    found.extend(self.search(committee, year)?);
                }
            }
            found.retain(|listed| wanted.fits(listed));
        }
        found.sort_by(|a, b| {
            (&b.date, &b.time, &a.committee).cmp(&(&a.date, &a.time, &b.committee))
        });
        found.dedup_by(|a, b| a.id == b.id);
        Ok(found)
    }

    /// A committee's meetings of one year, page by page.
    fn search(
        &mut self,
        committee: &listing::Committee,
        year: &str,
    ) -> Result<Vec<Listed>, AgendaError> {
        let mut found = Vec::new();
        for page in 0..MOST_PAGES {
            let path = format!(
                "/api/agenda/soeg/?request.kriterie.udvalgId={}&request.kriterie.moedeDato={year}\
                 &request.paging.startIndex={}&request.paging.limit={PAGE}",
                committee.id,
                page * PAGE
            );
            let answer = self.client.json(&path)?;
            let entries = listing::entries(&answer, committee);
            let more = answer.get("MoreToBeSearched").and_then(Value::as_bool).unwrap_or(false);
            let empty = entries.is_empty();
            found.extend(entries);
            if !more || empty {
                break;
            }
        }
        Ok(found)
    }

    /// The file of one meeting, as the portal gives it; [`super::parse`] reads it.
    ///
    /// # Errors
    /// When the id is none, the portal cannot be reached, or it has no such meeting.
    pub fn fetch(&mut self, id: &str) -> Result<Vec<u8>, AgendaError> {
        if !is_id(id) {
            return Err(AgendaError::NotAnId { id: super::own::shorten(id) });
        }
        self.client.bytes(&format!("/api/agenda/dagsorden/{id}"))
    }
}

/// One of the meetings that fit: a dagsorden before a referat, since the recording's meeting had
/// only that before it.
///
/// # Errors
/// When none fits, or several meetings do; the message names them.
pub fn choose(found: &[Listed]) -> Result<&Listed, AgendaError> {
    let several = || {
        let lines = found.iter().take(20).map(Listed::line).collect::<Vec<_>>().join("\n  ");
        AgendaError::SeveralMeetings { lines }
    };
    let first = found.first().ok_or(AgendaError::NoSuchMeeting)?;
    let same = |other: &Listed| (&other.committee, &other.date) == (&first.committee, &first.date);
    if !found.iter().all(same) {
        return Err(several());
    }
    for paper in [Paper::Dagsorden, Paper::Referat] {
        let mut of = found.iter().filter(|listed| listed.paper == Some(paper));
        if let Some(only) = of.next() {
            return if of.next().is_none() { Ok(only) } else { Err(several()) };
        }
    }
    if found.len() == 1 { Ok(first) } else { Err(several()) }
}

impl Listed {
    /// One line for a list: date, time, paper, committee, id.
    pub fn line(&self) -> String {
        format!(
            "{}  {}  {:<18}  {}  {}",
            self.date.as_deref().unwrap_or("          "),
            self.time.as_deref().unwrap_or("     "),
            self.name,
            self.id,
            self.committee.as_deref().unwrap_or("?")
        )
    }
}

/// A GUID, the only thing that may stand in an address that we put together.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn paper_of(name: &str, supplementary: bool) -> Option<Paper> {
    match paper::named(name) {
        Some(Paper::Dagsorden) | None if supplementary => Some(Paper::Tillaegsdagsorden),
        found => found,
    }
}
