//! Vectors of what the meetings are about, beside the index of words: made by an embedding model, of
//! which the archive knows the name and the SHA-256 alone.
//!
//! A meeting's vectors stand in one row: each is a factor and its numbers in bytes, so that 384 numbers
//! take 388 bytes. Looking for one compares it with all, which costs time and no second index.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::Filter;
use super::index::{from_json, papers, passage_text, to_json};
use super::reader::condition;

/// Passages that share a vector: some 200 words, which is what embedding models take in at once.
const TOGETHER: usize = 2;

/// Places found by their vectors, at most.
const MOST: usize = 50;

/// How many standard deviations over the mean of all vectors a place must lie: what is nearest to a
/// query may still have nothing to do with it.
const STANDS_OUT: f64 = 2.0;

/// The model that made an archive's vectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorModel {
    /// As the person named it.
    pub name: String,
    pub sha256: String,
    /// Numbers in a vector.
    pub dimensions: usize,
}

/// Makes vectors of texts. Its message says what is wrong when it can't.
pub trait Vectors: std::fmt::Debug + Send {
    /// Which model it is.
    fn model(&self) -> &VectorModel;

    /// The vector of what somebody looks for; as many numbers as the model says, length 1.
    ///
    /// # Errors
    /// A message for the person who runs the program.
    fn query(&mut self, text: &str) -> Result<Vec<f32>, String>;

    /// The vector of a text that may be found; as many numbers as the model says, length 1.
    ///
    /// # Errors
    /// A message for the person who gave the command.
    fn passage(&mut self, text: &str) -> Result<Vec<f32>, String>;
}

/// A place found by its vector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    pub(super) meeting: i64,
    pub(super) item: Option<i64>,
    /// The first passage of the stretch that is near; none when it is the item's papers.
    pub(super) passage: Option<i64>,
}

/// The model of the vectors that the archive holds.
pub(super) fn model(store: &Connection) -> rusqlite::Result<Option<VectorModel>> {
    let held: Option<String> = store
        .prepare_cached("SELECT value FROM settings WHERE name = 'vectors'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    held.map(|text| from_json(&text)).transpose()
}

/// Notes whose vectors the archive holds.
pub(super) fn set_model(store: &Connection, model: &VectorModel) -> rusqlite::Result<()> {
    store
        .execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES ('vectors', ?1)",
            [to_json(model)?],
        )
        .map(|_| ())
}

/// Takes all vectors out.
pub(super) fn forget(store: &Connection) -> rusqlite::Result<()> {
    store.execute("DELETE FROM vectors", [])?;
    store.execute("DELETE FROM settings WHERE name = 'vectors'", []).map(|_| ())
}

/// Meetings that have no vectors.
pub(super) fn missing(store: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut rows = store.prepare_cached(
        "SELECT key FROM meetings WHERE key NOT IN (SELECT meeting FROM vectors) ORDER BY key",
    )?;
    rows.query_map([], |row| row.get(0))?.collect()
}

/// A text of a meeting that gets a vector.
pub(super) struct Stretch {
    item: i64,
    passage: i64,
    pub(super) text: String,
}

/// The texts of a meeting: each item's title with its papers, and its passages, some together.
pub(super) fn stretches(store: &Connection, meeting: i64) -> rusqlite::Result<Vec<Stretch>> {
    let mut stretches = Vec::new();
    let mut titles: HashMap<i64, String> = HashMap::new();
    let mut items = store
        .prepare_cached("SELECT key, title, page FROM items WHERE meeting = ?1 ORDER BY key")?;
    let mut rows = items.query([meeting])?;
    while let Some(row) = rows.next()? {
        let (item, title, page): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let text = papers(&from_json(&page)?).join("\n");
        stretches.push(Stretch { item, passage: 0, text });
        titles.insert(item, title);
    }
    let mut passages = store.prepare_cached(
        "SELECT key, coalesce(item, 0) FROM passages WHERE meeting = ?1 ORDER BY key",
    )?;
    let passages: Vec<(i64, i64)> = passages
        .query_map([meeting], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for one_item in passages.chunk_by(|a, b| a.1 == b.1) {
        for together in one_item.chunks(TOGETHER) {
            let Some((passage, item)) = together.first().copied() else { continue };
            let mut text = titles.get(&item).cloned().unwrap_or_default();
            for (key, _) in together {
                text.push('\n');
                text.push_str(&passage_text(store, *key)?);
            }
            stretches.push(Stretch { item, passage, text });
        }
    }
    Ok(stretches)
}

/// Stores a meeting's vectors.
pub(super) fn insert(
    store: &Connection,
    meeting: i64,
    made: &[(Stretch, Vec<f32>)],
) -> rusqlite::Result<()> {
    let (mut places, mut vectors) = (Vec::new(), Vec::new());
    for (stretch, vector) in made {
        places.extend(stretch.item.to_le_bytes());
        places.extend(stretch.passage.to_le_bytes());
        let (factor, numbers) = in_bytes(vector);
        vectors.extend(factor.to_le_bytes());
        vectors.extend(numbers.iter().map(|number| number.to_le_bytes()[0]));
    }
    store
        .prepare_cached("INSERT INTO vectors (meeting, places, vectors) VALUES (?1, ?2, ?3)")?
        .execute(params![meeting, places, vectors])
        .map(|_| ())
}

/// A vector as bytes and what one of them is worth.
fn in_bytes(vector: &[f32]) -> (f32, Vec<i8>) {
    let largest = vector.iter().fold(0.0_f32, |held, x| held.max(x.abs()));
    let factor = largest.max(f32::MIN_POSITIVE) / 127.0;
    (factor, vector.iter().map(|x| (x / factor).round() as i8).collect())
}

/// The places nearest to a vector that stand out from the rest, nearest first. `filter` asks for
/// meetings only; vectors of other dimensions are passed over.
pub(super) fn near(
    store: &Connection,
    vector: &[f32],
    filter: &Filter,
) -> rusqlite::Result<Vec<Near>> {
    let (factor, wanted) = in_bytes(vector);
    let size = 4 + wanted.len();
    let (condition, values) = condition(filter);
    let mut rows = store.prepare_cached(&format!(
        "SELECT meeting, places, vectors FROM vectors JOIN meetings ON meetings.key = vectors.meeting \
         WHERE {condition}"
    ))?;
    let mut rows = rows.query(params_from_iter(values))?;
    let mut best: HashMap<(i64, i64), (f64, i64)> = HashMap::new();
    let (mut count, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    while let Some(row) = rows.next()? {
        let meeting: i64 = row.get(0)?;
        let (places, vectors) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?);
        for (place, held) in places.chunks_exact(16).zip(vectors.chunks_exact(size)) {
            let (item, passage) = place.split_at(8);
            let number = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap_or_default());
            let (own, numbers) = held.split_at(4);
            let own = f32::from_le_bytes(own.try_into().unwrap_or_default());
            let score = f64::from(factor * own) * f64::from(product(&wanted, numbers));
            count += 1.0;
            sum += score;
            squares += score * score;
            let held = best.entry((meeting, number(item))).or_insert((f64::NEG_INFINITY, 0));
            if score > held.0 {
                *held = (score, number(passage));
            }
        }
    }
    let mean = sum / f64::max(count, 1.0);
    let spread = (squares / f64::max(count, 1.0) - mean * mean).max(0.0).sqrt();
    let mut ranked: Vec<((i64, i64), (f64, i64))> =
        best.into_iter().filter(|(_, (score, _))| *score > mean + STANDS_OUT * spread).collect();
    ranked.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(b.0.cmp(&a.0)));
    let there = |key: i64| (key > 0).then_some(key);
    Ok(ranked
        .into_iter()
        .take(MOST)
        .map(|((meeting, item), (_, passage))| Near {
            meeting,
            item: there(item),
            passage: there(passage),
        })
        .collect())
}

/// Sum of the products, in whole numbers: at most 127² times the dimensions.
fn product(a: &[i8], b: &[u8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(b.cast_signed())).sum()
}
