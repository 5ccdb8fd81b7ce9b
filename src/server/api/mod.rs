//! The JSON API, version 1. `openapi.json` beside this file describes it.
//!
//! Values have the shapes of the meeting's folder; lists come in pages. Errors are
//! `application/problem+json`.

use serde::Serialize;
use serde_json::{Value, json};

use super::address::escape;
use super::answer::{Answer, Asked, cached};
use super::catalogue::Files;
use super::desk::Desk;
use super::refusal::Refusal;
use super::routes::LONGEST_QUERY;
use crate::archive::{Filter, Item, Meeting, Query, Results, Speech};

/// Entries of a page unless asked otherwise, and at most.
const PER_PAGE: usize = 20;
const MOST: usize = 100;
/// Last page that can be asked for.
const LAST_PAGE: usize = 10_000;

const DESCRIPTION: &str = include_str!("openapi.json");

/// Answers what stands below `/api/v1/`.
pub(super) async fn route(desk: &Desk, steps: &[&str], asked: &Asked) -> Answer {
    let texts = ["q", "from", "to", "committee", "meeting", "item", "speaker", "party", "outcome"];
    if texts.iter().any(|name| asked.field(name).chars().count() > LONGEST_QUERY) {
        return Err(Refusal::LongQuery);
    }
    match steps {
        ["openapi.json"] => description(desk),
        ["meetings"] => meetings(desk, asked).await,
        ["meetings", id] => meeting(desk, id).await,
        ["meetings", id, "items"] => items(desk, id, asked).await,
        ["meetings", id, "items", number] => item(desk, id, number).await,
        ["meetings", id, "segments"] => segments(desk, id, asked).await,
        ["committees"] => committees(desk).await,
        ["search"] => search(desk, asked).await,
        _ => Err(Refusal::NotFound),
    }
}

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

/// Which page of a list is asked for.
fn leaf(asked: &Asked) -> Result<Leaf, Refusal> {
    let number = |name: &str, usual: usize, most: usize| match asked.given(name) {
        None => Ok(usual),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| Refusal::Query(format!("{name} is a number from 1 to {most}"))),
    };
    Ok(Leaf { page: number("page", 1, LAST_PAGE)?, per_page: number("per_page", PER_PAGE, MOST)? })
}

fn filter(asked: &Asked) -> Result<Filter, Refusal> {
    let given = |name: &str| asked.given(name).map(str::to_owned);
    let outcome = asked.given("outcome").map(|outcome| {
        serde_json::from_value(json!(outcome))
            .map_err(|_| Refusal::Query("outcome is none of those in the description".to_owned()))
    });
    Ok(Filter {
        from: given("from"),
        to: given("to"),
        committee: given("committee"),
        meeting: given("meeting"),
        item: given("item"),
        speaker: given("speaker"),
        party: given("party"),
        outcome: outcome.transpose()?,
    })
}

fn json_answer(value: &impl Serialize) -> Answer {
    let bytes = serde_json::to_vec(value).map_err(|error| {
        tracing::error!("an answer of the API could not be written: {error}");
        Refusal::Failed
    })?;
    Ok(cached("application/json", bytes))
}

fn listed(name: &str, leaf: Leaf, total: usize, entries: &impl Serialize) -> Answer {
    json_answer(&json!({
        "total": total, "page": leaf.page, "per_page": leaf.per_page, name: entries,
    }))
}

fn description(desk: &Desk) -> Answer {
    let mut value: Value = serde_json::from_str(DESCRIPTION).map_err(|_| Refusal::Failed)?;
    let to = &desk.site.addresses;
    if let Some(address) = to.absolute(&to.file("api/v1")) {
        value["servers"] = json!([{ "url": address }]);
    }
    json_answer(&value)
}

async fn meetings(desk: &Desk, asked: &Asked) -> Answer {
    let (leaf, filter) = (leaf(asked)?, filter(asked)?);
    let (total, heads) = desk
        .library
        .read(move |reader| {
            Ok((reader.count(&filter)?, reader.meetings(&filter, leaf.per_page, leaf.offset())?))
        })
        .await?;
    listed("meetings", leaf, total, &heads)
}

async fn committees(desk: &Desk) -> Answer {
    let all = desk.library.read(|reader| reader.committees()).await?;
    json_answer(&json!({ "committees": all }))
}

async fn one(desk: &Desk, id: &str) -> Result<Meeting, Refusal> {
    let id = id.to_owned();
    desk.library.read(move |reader| reader.meeting(&id)).await?.ok_or(Refusal::NotFound)
}

async fn meeting(desk: &Desk, id: &str) -> Answer {
    let mut meeting = one(desk, id).await?;
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

async fn items(desk: &Desk, id: &str, asked: &Asked) -> Answer {
    let leaf = leaf(asked)?;
    let (total, items) = leaf.of(one(desk, id).await?.items);
    listed("items", leaf, total, &items)
}

async fn item(desk: &Desk, id: &str, number: &str) -> Answer {
    let found: Option<Item> =
        one(desk, id).await?.items.into_iter().find(|item| item.number == number);
    json_answer(&found.ok_or(Refusal::NotFound)?)
}

async fn segments(desk: &Desk, id: &str, asked: &Asked) -> Answer {
    let leaf = leaf(asked)?;
    let item = asked.given("item");
    let of_item = |line: &Speech| item.is_none() || line.item.as_deref() == item;
    let lines = one(desk, id).await?.speech.into_iter().filter(of_item).collect();
    let (total, lines) = leaf.of(lines);
    listed("segments", leaf, total, &lines)
}

async fn search(desk: &Desk, asked: &Asked) -> Answer {
    let leaf = leaf(asked)?;
    let query = Query {
        text: asked.field("q").to_owned(),
        filter: filter(asked)?,
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
        "html": asked.given("q").and_then(|q| to.absolute(&format!("{}?q={}", to.search(), escape(q)))),
    }))
}

/// The archive's paths (`/moede/ID?t=3723`) as whole addresses of this site.
fn absolute(link: &mut Value, to: &super::address::Addresses) {
    let whole = link.as_str().and_then(|path| to.absolute(&to.file(path.trim_start_matches('/'))));
    if let Some(whole) = whole {
        *link = Value::String(whole);
    }
}
