//! The JSON API, version 1. `openapi.json` beside this file describes it.
//!
//! Values have the shapes of the meeting's folder; lists come in pages. Errors are
//! `application/problem+json`.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query as Asked, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::escape;
use super::catalogue::Files;
use super::desk::Desk;
use super::refusal::Refusal;
use super::routes::{Desked, LONGEST_QUERY};
use crate::archive::{Filter, Item, Meeting, Query, Results, Speech};

/// Entries of a page unless asked otherwise, and at most.
const PER_PAGE: usize = 20;
const MOST: usize = 100;
/// Last page that can be asked for.
const LAST_PAGE: usize = 10_000;

const DESCRIPTION: &str = include_str!("openapi.json");

type Answer = Result<Response, Refusal>;

/// All routes of the API.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/api/v1/openapi.json", get(description))
        .route("/api/v1/meetings", get(meetings))
        .route("/api/v1/meetings/{id}", get(meeting))
        .route("/api/v1/meetings/{id}/items", get(items))
        .route("/api/v1/meetings/{id}/items/{number}", get(item))
        .route("/api/v1/meetings/{id}/segments", get(segments))
        .route("/api/v1/committees", get(committees))
        .route("/api/v1/search", get(search))
}

/// What a query of the API may hold. A name that none of them knows is left alone.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    q: Option<String>,
    from: Option<String>,
    to: Option<String>,
    committee: Option<String>,
    meeting: Option<String>,
    item: Option<String>,
    speaker: Option<String>,
    party: Option<String>,
    outcome: Option<String>,
    page: Option<String>,
    per_page: Option<String>,
}

type Ask = Result<Asked<Wanted>, QueryRejection>;

/// A page of a list: which one (from 1) and how long.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    page: usize,
    per_page: usize,
}

impl Leaf {
    fn offset(self) -> usize {
        (self.page - 1) * self.per_page
    }

    /// This page of a list that is at hand whole.
    fn of<T>(self, all: Vec<T>) -> (usize, Vec<T>) {
        (all.len(), all.into_iter().skip(self.offset()).take(self.per_page).collect())
    }
}

impl Wanted {
    fn read(ask: Ask) -> Result<Self, Refusal> {
        let Asked(wanted) = ask.map_err(|error| Refusal::Query(error.body_text()))?;
        let texts = [
            &wanted.q,
            &wanted.from,
            &wanted.to,
            &wanted.committee,
            &wanted.meeting,
            &wanted.item,
            &wanted.speaker,
            &wanted.party,
            &wanted.outcome,
        ];
        match texts.into_iter().flatten().any(|text| text.chars().count() > LONGEST_QUERY) {
            true => Err(Refusal::LongQuery),
            false => Ok(wanted),
        }
    }

    fn leaf(&self) -> Result<Leaf, Refusal> {
        let number = |given: &Option<String>, name: &str, usual: usize, most: usize| match given {
            None => Ok(usual),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| (1..=most).contains(number))
                .ok_or_else(|| Refusal::Query(format!("{name} is a number from 1 to {most}"))),
        };
        Ok(Leaf {
            page: number(&self.page, "page", 1, LAST_PAGE)?,
            per_page: number(&self.per_page, "per_page", PER_PAGE, MOST)?,
        })
    }

    fn filter(&self) -> Result<Filter, Refusal> {
        let outcome = self.outcome.as_ref().map(|outcome| {
            serde_json::from_value(Value::String(outcome.clone())).map_err(|_| {
                Refusal::Query("outcome is none of those in the description".to_owned())
            })
        });
        Ok(Filter {
            from: self.from.clone(),
            to: self.to.clone(),
            committee: self.committee.clone(),
            meeting: self.meeting.clone(),
            item: self.item.clone(),
            speaker: self.speaker.clone(),
            party: self.party.clone(),
            outcome: outcome.transpose()?,
        })
    }
}

fn json_answer(value: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(value).map_err(|error| {
        tracing::error!("an answer of the API could not be written: {error}");
        Refusal::Failed
    })?;
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, bytes).into_response())
}

fn listed(name: &str, leaf: Leaf, total: usize, entries: &impl Serialize) -> Answer {
    json_answer(&json!({
        "total": total, "page": leaf.page, "per_page": leaf.per_page, name: entries,
    }))
}

async fn description(State(desk): Desked) -> Answer {
    let mut value: Value = serde_json::from_str(DESCRIPTION).map_err(|_| Refusal::Failed)?;
    let to = &desk.site.addresses;
    if let Some(address) = to.absolute(&to.file("api/v1")) {
        value["servers"] = json!([{ "url": address }]);
    }
    json_answer(&value)
}

async fn meetings(State(desk): Desked, ask: Ask) -> Answer {
    let wanted = Wanted::read(ask)?;
    let (leaf, filter) = (wanted.leaf()?, wanted.filter()?);
    let (total, heads) = desk
        .library
        .read(move |reader| {
            Ok((reader.count(&filter)?, reader.meetings(&filter, leaf.per_page, leaf.offset())?))
        })
        .await?;
    listed("meetings", leaf, total, &heads)
}

async fn committees(State(desk): Desked) -> Answer {
    let all = desk.library.read(|reader| reader.committees()).await?;
    json_answer(&json!({ "committees": all }))
}

async fn one(desk: &Desk, id: String) -> Result<Meeting, Refusal> {
    desk.library.read(move |reader| reader.meeting(&id)).await?.ok_or(Refusal::NotFound)
}

async fn meeting(State(desk): Desked, Path(id): Path<String>) -> Answer {
    let mut meeting = one(&desk, id).await?;
    let files = Files::of(&meeting);
    let spoken = std::mem::take(&mut meeting.speech).len();
    let mut value = serde_json::to_value(&meeting).map_err(|_| Refusal::Failed)?;
    let Some(fields) = value.as_object_mut() else { return Err(Refusal::Failed) };
    let (to, id) = (&desk.site.addresses, meeting.head.id.as_str());
    let link = |address: String| to.absolute(&address);
    fields.remove("speech");
    fields.insert("segments".to_owned(), json!(spoken));
    fields.insert("page".to_owned(), json!(link(to.meeting(id))));
    let recording = files.ending().and_then(|ending| link(to.recording(id, &ending)));
    fields.insert("recording".to_owned(), json!(recording));
    let captions = files.captions.and_then(|_| link(to.captions(id)));
    fields.insert("captions".to_owned(), json!(captions));
    json_answer(&value)
}

async fn items(State(desk): Desked, Path(id): Path<String>, ask: Ask) -> Answer {
    let leaf = Wanted::read(ask)?.leaf()?;
    let (total, items) = leaf.of(one(&desk, id).await?.items);
    listed("items", leaf, total, &items)
}

async fn item(State(desk): Desked, Path((id, number)): Path<(String, String)>) -> Answer {
    let found: Option<Item> =
        one(&desk, id).await?.items.into_iter().find(|item| item.number == number);
    json_answer(&found.ok_or(Refusal::NotFound)?)
}

async fn segments(State(desk): Desked, Path(id): Path<String>, ask: Ask) -> Answer {
    let wanted = Wanted::read(ask)?;
    let leaf = wanted.leaf()?;
    let of_item =
        |line: &Speech| wanted.item.is_none() || line.item.as_deref() == wanted.item.as_deref();
    let lines = one(&desk, id).await?.speech.into_iter().filter(of_item).collect();
    let (total, lines) = leaf.of(lines);
    listed("segments", leaf, total, &lines)
}

async fn search(State(desk): Desked, ask: Ask) -> Answer {
    let wanted = Wanted::read(ask)?;
    let leaf = wanted.leaf()?;
    let query = Query {
        text: wanted.q.clone().unwrap_or_default(),
        filter: wanted.filter()?,
        limit: leaf.per_page,
        offset: leaf.offset(),
    };
    let found: Results = desk.library.read(move |reader| reader.search(&query)).await?;
    let to = &desk.site.addresses;
    let mut hits = serde_json::to_value(&found.items).map_err(|_| Refusal::Failed)?;
    for hit in hits.as_array_mut().into_iter().flatten() {
        absolute(&mut hit["link"], to);
        for said in hit["speech"].as_array_mut().into_iter().flatten() {
            absolute(&mut said["link"], to);
        }
    }
    json_answer(&json!({
        "total": found.found, "bounded": found.bounded, "page": leaf.page, "per_page": leaf.per_page,
        "corrected": found.corrected, "hits": hits,
        "html": wanted.q.and_then(|q| to.absolute(&format!("{}?q={}", to.search(), escape(&q)))),
    }))
}

/// The archive's paths (`/moede/ID?t=3723`) as whole addresses of this site.
fn absolute(link: &mut Value, to: &super::address::Addresses) {
    let whole = link.as_str().and_then(|path| to.absolute(&to.file(path.trim_start_matches('/'))));
    if let Some(whole) = whole {
        *link = Value::String(whole);
    }
}
