//! Search against known items: is the item from which a query was made among the first ten?
//!
//! The queries are made here, from the sittings' agenda titles and turns, by rules that share nothing
//! with the archive's analysis ([`Kind`] states each). What is searched is the turns as a recogniser
//! might have heard them (`noisy`), with the clean titles.

mod crowd;
mod kinds;
mod plain;

use std::path::Path;

use fs_err as fs;
use serde::{Deserialize, Serialize};

pub use crowd::Crowd;
pub use kinds::Kind;
pub use plain::{Form, PlainIndex};

use super::EvalError;
use kinds::Maker;

/// Hits that are looked at.
pub const DEPTH: usize = 10;

/// A sitting as it is indexed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Sitting {
    pub id: String,
    /// ISO 8601.
    pub date: String,
    pub agenda: Vec<Entry>,
    pub turns: Vec<Turn>,
}

/// One item of a sitting's agenda.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// 1 and up.
    pub no: u32,
    pub title: String,
}

/// One turn of a sitting.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Turn {
    #[serde(default)]
    pub speaker: Option<String>,
    #[serde(default)]
    pub party: Option<String>,
    /// 0 before the first item.
    pub item: u32,
    pub text: String,
    /// As a recogniser might have heard it.
    pub noisy: String,
}

/// An item of a sitting: index of the sitting, number of the item.
pub type Place = (usize, u32);

/// A query with the items that answer it: several when a bill is treated more than once under one
/// title.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownItem {
    pub kind: Kind,
    pub query: String,
    pub answers: Vec<Place>,
}

/// Something that finds items: the best ones first, [`DEPTH`] at most.
pub type Finder<'a> = &'a mut dyn FnMut(&str) -> Vec<Place>;

/// How well one finder does on one kind of query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchRow {
    pub finder: String,
    pub kind: Kind,
    pub queries: usize,
    /// Share of queries with an answer among the first ten.
    pub recall: f64,
    /// Mean of 1 / log2(1 + rank) of the first answer, 0 when it is not among the first ten: nDCG
    /// with one relevant item (Järvelin and Kekäläinen, 2002).
    pub ndcg: f64,
}

/// Reads the sittings of a folder in the order of their names.
///
/// # Errors
/// When the folder cannot be read, holds no sittings, or one of them has another shape.
pub fn sittings(dir: &Path) -> Result<Vec<Sitting>, EvalError> {
    let failed = |source| EvalError::Unreadable { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(EvalError::NoSittings { path: dir.to_owned() });
    }
    let read = |path: std::path::PathBuf| {
        let bytes = fs::read(&path)
            .map_err(|source| EvalError::Unreadable { path: path.clone(), source })?;
        serde_json::from_slice(&bytes).map_err(|source| EvalError::NotSitting { path, source })
    };
    paths.into_iter().map(read).collect()
}

/// Every query that the sittings give; the same ones each time.
pub fn known_items(sittings: &[Sitting]) -> Vec<KnownItem> {
    let mut maker = Maker::new(sittings);
    let mut queries = Vec::new();
    for (sitting, of) in sittings.iter().enumerate() {
        for entry in &of.agenda {
            let answers: Vec<Place> = sittings
                .iter()
                .enumerate()
                .flat_map(|(at, other)| other.agenda.iter().map(move |entry| (at, entry)))
                .filter(|(_, other)| kinds::subject(&other.title) == kinds::subject(&entry.title))
                .map(|(at, other)| (at, other.no))
                .collect();
            for kind in Kind::ALL {
                if let Some(query) = maker.query(kind, sitting, entry) {
                    queries.push(KnownItem { kind, query, answers: answers.clone() });
                }
            }
        }
    }
    queries
}

/// Asks `finder` every query; one row for each kind, and the queries that it failed.
pub fn measure(
    name: &str,
    queries: &[KnownItem],
    finder: Finder<'_>,
) -> (Vec<SearchRow>, Vec<KnownItem>) {
    let mut sums = vec![(0_usize, 0_usize, 0.0_f64); Kind::ALL.len()];
    let mut failed = Vec::new();
    for query in queries {
        let found = finder(&query.query);
        let rank = found.iter().take(DEPTH).position(|place| query.answers.contains(place));
        let of = Kind::ALL.iter().position(|kind| *kind == query.kind);
        if let Some(sum) = of.and_then(|of| sums.get_mut(of)) {
            sum.0 += 1;
            sum.1 += usize::from(rank.is_some());
            sum.2 += rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 2.0).log2());
        }
        if rank.is_none() {
            failed.push(query.clone());
        }
    }
    let rows = Kind::ALL
        .iter()
        .zip(sums)
        .filter(|(_, (queries, ..))| *queries > 0)
        .map(|(kind, (queries, hits, gain))| SearchRow {
            finder: name.to_owned(),
            kind: *kind,
            queries,
            recall: hits as f64 / queries as f64,
            ndcg: gain / queries as f64,
        })
        .collect();
    (rows, failed)
}
