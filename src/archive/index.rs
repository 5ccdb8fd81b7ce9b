//! The index of a meeting: put in, taken out, made anew. Everything happens inside the caller's
//! transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::Item;
use super::analysis::{Analyser, Term};
use super::digest::packed;

/// The tables of the index that SQLite's full-text search keeps.
pub(super) const INDEXES: [&str; 4] = ["term_grams", "speech_index", "paper_index", "place_words"];

/// How many documents hold each term, of one meeting.
#[derive(Debug, Default)]
pub(super) struct Tally {
    terms: HashMap<Arc<str>, i64>,
}

impl Tally {
    /// Counts a document once for each of its terms.
    fn count(&mut self, terms: &[&[Term]]) {
        let all = terms.iter().flat_map(|terms| terms.iter());
        let distinct: HashSet<&Arc<str>> = all.map(|term| &term.text).collect();
        for term in distinct {
            *self.terms.entry(Arc::clone(term)).or_default() += 1;
        }
    }

    /// Adds the counts to the archive's.
    pub(super) fn add_to(&self, store: &Connection) -> rusqlite::Result<()> {
        let mut count = store.prepare_cached(
            "INSERT INTO terms (term, documents) VALUES (?1, ?2) \
             ON CONFLICT (term) DO UPDATE SET documents = documents + ?2 RETURNING key, documents",
        )?;
        let mut grams =
            store.prepare_cached("INSERT INTO term_grams (rowid, term) VALUES (?1, ?2)")?;
        for (term, &more) in in_order(&self.terms) {
            let (key, now): (i64, i64) =
                count.query_row(params![term, more], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if now == more {
                grams.execute(params![key, term])?;
            }
        }
        Ok(())
    }

    /// Takes the counts off the archive's; a term that nothing holds any more goes.
    fn take_from(&self, store: &Connection) -> rusqlite::Result<()> {
        let mut count = store.prepare_cached(
            "UPDATE terms SET documents = documents - ?2 WHERE term = ?1 RETURNING key, documents",
        )?;
        let mut term_gone = store.prepare_cached("DELETE FROM terms WHERE key = ?1")?;
        let mut grams_gone = store.prepare_cached("DELETE FROM term_grams WHERE rowid = ?1")?;
        for (term, &less) in in_order(&self.terms) {
            let left: Option<(i64, i64)> = count
                .query_row(params![term, less], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((key, left)) = left
                && left <= 0
            {
                grams_gone.execute([key])?;
                term_gone.execute([key])?;
            }
        }
        Ok(())
    }
}

/// The same archive whatever order a hash map has.
fn in_order(counts: &HashMap<Arc<str>, i64>) -> Vec<(&str, &i64)> {
    let mut counts: Vec<(&str, &i64)> =
        counts.iter().map(|(term, count)| (term.as_ref(), count)).collect();
    counts.sort_unstable();
    counts
}

/// The three texts of an item's papers: title and case number, the agenda's texts, what was decided.
pub(super) fn papers(item: &Item) -> [String; 3] {
    let title = format!("{} {}", item.title, item.case.as_deref().unwrap_or_default());
    let mut agenda = String::new();
    for document in &item.documents {
        agenda.push_str(&document.text);
        agenda.push('\n');
    }
    for attachment in &item.attachments {
        agenda.push_str(&attachment.title);
        agenda.push('\n');
    }
    [title, agenda, decided(item).join("\n")]
}

/// All that the minutes say was decided, moved and promised under an item.
pub(super) fn decided(item: &Item) -> Vec<&str> {
    let Some(minutes) = &item.minutes else { return Vec::new() };
    let decision = minutes.decision.iter();
    let texts = decision
        .clone()
        .map(|decision| decision.text.as_str())
        .chain(decision.clone().map(|decision| decision.outcome.danish()))
        .chain(decision.flat_map(|decision| &decision.points).map(|point| point.text.as_str()))
        .chain(minutes.votes.iter().map(|vote| vote.question.as_str()))
        .chain(minutes.amendments.iter().map(|amendment| amendment.text.as_str()))
        .chain(minutes.dissents.iter().map(|dissent| dissent.text.as_str()))
        .chain(minutes.actions.iter().map(|action| action.what.as_str()))
        .chain(minutes.sides.iter().map(|statement| statement.text.as_str()))
        .chain(minutes.summary.iter().map(|statement| statement.text.as_str()));
    texts.filter(|text| !text.is_empty()).collect()
}

/// Indexes an item's papers under its key.
pub(super) fn add_papers(
    store: &Connection,
    analyser: &mut Analyser,
    tally: &mut Tally,
    key: i64,
    item: &Item,
) -> rusqlite::Result<()> {
    let texts = papers(item);
    let terms = texts.map(|text| analyser.terms(&text));
    tally.count(&terms.each_ref().map(Vec::as_slice));
    let [title, agenda, decision] = terms.each_ref().map(|terms| packed(terms));
    store
        .prepare_cached(
            "INSERT INTO paper_terms (item, title, agenda, decision) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![key, title, agenda, decision])?;
    let [title, agenda, decision] = terms.map(|terms| words(&terms));
    store
        .prepare_cached(
            "INSERT INTO paper_index (rowid, title, agenda, decision) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![key, title, agenda, decision])
        .map(|_| ())
}

/// Indexes a passage of speech under its key.
pub(super) fn add_passage(
    store: &Connection,
    analyser: &mut Analyser,
    tally: &mut Tally,
    key: i64,
    text: &str,
) -> rusqlite::Result<()> {
    let terms = analyser.terms(text);
    tally.count(&[&terms]);
    store
        .prepare_cached("INSERT INTO passage_terms (passage, terms) VALUES (?1, ?2)")?
        .execute(params![key, packed(&terms)])?;
    store
        .prepare_cached("INSERT INTO speech_index (rowid, words) VALUES (?1, ?2)")?
        .execute(params![key, words(&terms)])
        .map(|_| ())
}

fn words(terms: &[Term]) -> String {
    let mut words = String::new();
    for term in terms {
        words.push_str(&term.text);
        words.push(' ');
    }
    words
}

/// The number under which a place stands among the words as typed: the item's key, or that of the
/// meeting below zero for what belongs to no item.
pub(super) fn place_number(meeting: i64, item: Option<i64>) -> i64 {
    item.unwrap_or(-meeting)
}

/// Indexes a place by its words as they stand: an item with all that was said under it, or what was
/// said outside of all items. Read from the rows, which must be there.
fn add_place(store: &Connection, meeting: i64, item: Option<i64>) -> rusqlite::Result<()> {
    let [title, agenda, decision] = match item {
        Some(key) => {
            let page: String = store
                .prepare_cached("SELECT page FROM items WHERE key = ?1")?
                .query_row([key], |row| row.get(0))?;
            papers(&from_json(&page)?)
        }
        None => Default::default(),
    };
    let mut segments = store.prepare_cached(
        "SELECT text FROM segments JOIN passages ON passages.key = segments.passage \
         WHERE passages.meeting = ?1 AND passages.item IS ?2 ORDER BY segments.key",
    )?;
    let mut rows = segments.query(params![meeting, item])?;
    let mut said = String::new();
    while let Some(row) = rows.next()? {
        said.push_str(row.get_ref(0)?.as_str()?);
        said.push('\n');
    }
    if item.is_none() && said.is_empty() {
        return Ok(());
    }
    store
        .prepare_cached(
            "INSERT INTO place_words (rowid, title, papers, said) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![place_number(meeting, item), title, format!("{agenda}\n{decision}"), said])
        .map(|_| ())
}

/// [`add_place`] for every item of a meeting and what belongs to none.
pub(super) fn add_places(store: &Connection, meeting: i64) -> rusqlite::Result<()> {
    let mut items = store.prepare_cached("SELECT key FROM items WHERE meeting = ?1")?;
    let keys: Vec<i64> = items.query_map([meeting], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for item in keys.into_iter().map(Some).chain([None]) {
        add_place(store, meeting, item)?;
    }
    Ok(())
}

/// Takes a meeting out of the index; its rows must still be there.
pub(super) fn forget(
    store: &Connection,
    analyser: &mut Analyser,
    meeting: i64,
) -> rusqlite::Result<()> {
    let mut tally = Tally::default();
    let mut items = store.prepare_cached("SELECT key, page FROM items WHERE meeting = ?1")?;
    let mut paper_gone = store.prepare_cached("DELETE FROM paper_index WHERE rowid = ?1")?;
    let mut words_gone = store.prepare_cached("DELETE FROM place_words WHERE rowid = ?1")?;
    let mut rows = items.query([meeting])?;
    while let Some(row) = rows.next()? {
        let (key, page): (i64, String) = (row.get(0)?, row.get(1)?);
        let item: Item = from_json(&page)?;
        let terms = papers(&item).map(|text| analyser.terms(&text));
        tally.count(&terms.each_ref().map(Vec::as_slice));
        paper_gone.execute([key])?;
        words_gone.execute([key])?;
    }
    words_gone.execute([place_number(meeting, None)])?;
    let mut passages = store.prepare_cached("SELECT key FROM passages WHERE meeting = ?1")?;
    let mut passage_gone = store.prepare_cached("DELETE FROM speech_index WHERE rowid = ?1")?;
    let mut rows = passages.query([meeting])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        tally.count(&[&analyser.terms(&passage_text(store, key)?)]);
        passage_gone.execute([key])?;
    }
    tally.take_from(store)
}

/// The text of a passage as it was indexed.
pub(super) fn passage_text(store: &Connection, passage: i64) -> rusqlite::Result<String> {
    let mut segments =
        store.prepare_cached("SELECT text FROM segments WHERE passage = ?1 ORDER BY key")?;
    let mut rows = segments.query([passage])?;
    let mut text = String::new();
    while let Some(row) = rows.next()? {
        text.push_str(row.get_ref(0)?.as_str()?);
        text.push('\n');
    }
    Ok(text)
}

/// Makes the whole index anew from the stored texts, a meeting at a time.
pub(super) fn make_anew(store: &Connection, analyser: &mut Analyser) -> rusqlite::Result<()> {
    for index in INDEXES {
        store.execute(&format!("INSERT INTO {index} ({index}) VALUES ('delete-all')"), [])?;
    }
    for table in ["terms", "passage_terms", "paper_terms"] {
        store.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let mut meetings = store.prepare("SELECT key FROM meetings ORDER BY key")?;
    let keys: Vec<i64> = meetings.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for meeting in keys {
        let mut tally = Tally::default();
        let mut items = store.prepare_cached("SELECT key, page FROM items WHERE meeting = ?1")?;
        let mut rows = items.query([meeting])?;
        while let Some(row) = rows.next()? {
            let (key, page): (i64, String) = (row.get(0)?, row.get(1)?);
            add_papers(store, analyser, &mut tally, key, &from_json(&page)?)?;
        }
        let mut passages = store.prepare_cached("SELECT key FROM passages WHERE meeting = ?1")?;
        let mut rows = passages.query([meeting])?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            add_passage(store, analyser, &mut tally, key, &passage_text(store, key)?)?;
        }
        add_places(store, meeting)?;
        tally.add_to(store)?;
    }
    Ok(())
}

/// A value that was stored as JSON.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A value as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
