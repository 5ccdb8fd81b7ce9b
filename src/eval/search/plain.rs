//! What a search without our analysis finds: SQLite's own full-text search, as it comes.

use rusqlite::{Connection, params};

use super::{DEPTH, Place, Sitting};
use crate::danish::words::{stem, tokens};

/// In which form words are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As they stand.
    Words,
    /// Snowball stems with the corrections of `danish::words::stem`.
    Stems,
}

/// One document an item: title and everything said, the title five times as heavy (as in the
/// archive). Any word of the query may be there; BM25.
#[derive(Debug)]
pub struct PlainIndex {
    store: Connection,
    form: Form,
    places: Vec<Place>,
}

impl PlainIndex {
    /// Indexes the noisy turns and the titles.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn new(sittings: &[Sitting], form: Form) -> rusqlite::Result<Self> {
        let mut store = Connection::open_in_memory()?;
        store.execute_batch(
            "CREATE VIRTUAL TABLE items USING fts5 (title, said, tokenize='unicode61 remove_diacritics 0')",
        )?;
        let mut places = Vec::new();
        let work = store.transaction()?;
        for (at, sitting) in sittings.iter().enumerate() {
            for entry in &sitting.agenda {
                let turns = sitting.turns.iter().filter(|turn| turn.item == entry.no);
                let said: Vec<String> = turns.map(|turn| written(&turn.noisy, form)).collect();
                places.push((at, entry.no));
                work.execute(
                    "INSERT INTO items (rowid, title, said) VALUES (?1, ?2, ?3)",
                    params![places.len() as i64, written(&entry.title, form), said.join("\n")],
                )?;
            }
        }
        work.commit()?;
        Ok(Self { store, form, places })
    }

    /// The items found, best first.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn find(&self, query: &str) -> rusqlite::Result<Vec<Place>> {
        let words: Vec<String> = tokens(&written(query, self.form))
            .iter()
            .map(|token| format!("\"{}\"", token.text.replace('"', "")))
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.store.prepare_cached(
            "SELECT rowid FROM items WHERE items MATCH ?1 ORDER BY bm25(items, 5.0, 1.0) LIMIT ?2",
        )?;
        let rows = found.query_map(params![words.join(" OR "), DEPTH as i64], |row| row.get(0))?;
        let place = |row: i64| {
            let at = usize::try_from(row).unwrap_or(0).checked_sub(1);
            at.and_then(|at| self.places.get(at)).copied().unwrap_or_default()
        };
        rows.map(|row| row.map(place)).collect()
    }
}

fn written(text: &str, form: Form) -> String {
    match form {
        Form::Words => text.to_owned(),
        Form::Stems => {
            let stems: Vec<String> = tokens(text).iter().map(|token| stem(&token.lower)).collect();
            stems.join(" ")
        }
    }
}
