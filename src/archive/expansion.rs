//! A query's words → the terms of the archive that stand for them.
//!
//! The index holds stems. What a stem does not cover is looked up here in the list of all terms that
//! the archive has: compounds that hold the word (lokalplan → lokalplanforslag), the parts of a
//! compound (ældreområdet → ældre), two words written as one, letters typed as `oe`, and words that
//! look like it (what recognition or the person at the keyboard did to it). Each term gets a weight:
//! how far it stands for the word, 0..=1, set by hand and kept by `referent eval search`; no
//! probability.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::analysis::{Analyser, with_danish_letters};
use crate::danish::words::{compound_parts, lower, similarity};

/// Terms that one word may stand for, at most: each costs a look into the index.
const MOST: usize = 24;

/// Terms looked at for one word, at most.
const CANDIDATES: i64 = 400;

/// Likeness from which a word that the archive has is taken for one that it has not.
const LIKE: f64 = 0.72;

/// The same when the archive has the word itself: only slips of a letter or two.
const SAME: f64 = 0.84;

/// One word of a query with the terms that stand for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// As typed.
    pub(super) asked: String,
    /// Terms with their weights, heaviest first.
    pub(super) terms: Vec<(Arc<str>, f64)>,
    /// Which of the terms are parts of a compound: together they count more than each.
    pub(super) parts: Vec<Arc<str>>,
    /// Documents that hold the word itself, else those that hold what stands for it.
    pub(super) rarity: i64,
    /// Documents that hold any of the terms, at most.
    pub(super) documents: i64,
    /// The term taken when the archive has nothing nearer.
    pub(super) taken: Option<String>,
    /// Stands in a phrase, and so must be there.
    pub(super) required: bool,
}

/// The list of all terms.
pub(super) struct Vocabulary<'a> {
    store: &'a Connection,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn new(store: &'a Connection) -> Self {
        Self { store }
    }

    /// In how many documents a term stands; 0 for one that the archive lacks.
    pub(super) fn documents(&self, term: &str) -> rusqlite::Result<i64> {
        let mut count = self.store.prepare_cached("SELECT documents FROM terms WHERE term = ?1")?;
        Ok(count.query_row([term], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// What a plain word stands for. `lower` is in small letters.
    pub(super) fn word(&self, analyser: &mut Analyser, word: &str) -> rusqlite::Result<Group> {
        let word = lower(word);
        let stem = analyser.stem(&word);
        let mut found = Found::default();
        let own = self.documents(&stem)?;
        found.add(&stem, 1.0, own);
        if let Some(danish) = with_danish_letters(&word) {
            let danish = analyser.stem(&danish);
            let documents = self.documents(&danish)?;
            found.add(&danish, 0.95, documents);
        }
        self.compounds(analyser, &stem, &mut found)?;
        let parts = self.parts(analyser, &word, &stem, &mut found)?;
        let exact = found.heaviest_documents(0.9);
        let taken = self.like(&stem, exact > 0, &mut found)?;
        let taken = taken.filter(|_| exact == 0 && parts.is_empty());
        Ok(found.group(word, parts, taken))
    }

    /// Only the term itself and what is given: for numbers and phrases.
    pub(super) fn exact(&self, asked: &str, terms: &[(Arc<str>, f64)]) -> rusqlite::Result<Group> {
        let mut found = Found::default();
        for (term, weight) in terms {
            found.add(term, *weight, self.documents(term)?);
        }
        Ok(found.group(asked.to_owned(), Vec::new(), None))
    }

    /// Terms that hold `stem` as the part of a compound.
    fn compounds(
        &self,
        analyser: &mut Analyser,
        stem: &str,
        found: &mut Found,
    ) -> rusqlite::Result<()> {
        let letters = stem.chars().count();
        if letters < 3 || stem.contains('_') || stem.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(());
        }
        let mut holding = self.store.prepare_cached(
            "SELECT terms.term, terms.documents FROM term_grams \
             JOIN terms ON terms.key = term_grams.rowid \
             WHERE term_grams MATCH ?1 AND instr(terms.term, ?2) > 0 AND terms.term <> ?2 \
             ORDER BY terms.documents DESC LIMIT ?3",
        )?;
        let all = grams(stem).join(" AND ");
        for (term, documents) in pairs(&mut holding, params![all, stem, CANDIDATES])? {
            if let Some(weight) = self.as_compound(analyser, stem, letters, &term)? {
                found.add(&term, weight, documents);
            }
        }
        Ok(())
    }

    /// How far a term that holds `stem` stands for it.
    fn as_compound(
        &self,
        analyser: &mut Analyser,
        stem: &str,
        letters: usize,
        term: &str,
    ) -> rusqlite::Result<Option<f64>> {
        if let Some(rest) = term.strip_prefix(stem) {
            // Endings that Snowball does not know: an inflection, or a word formed from it.
            if rest.chars().count() <= 2 {
                return Ok((letters >= 4).then_some(0.6));
            }
            return Ok(if self.is_word(analyser, rest, true)? {
                Some(if letters >= 4 { 0.7 } else { 0.5 })
            } else {
                Some(if letters >= 5 { 0.45 } else { 0.3 }).filter(|_| letters >= 4)
            });
        }
        if let Some(rest) = term.strip_suffix(stem) {
            return Ok(if rest.chars().count() >= 3 && self.is_word(analyser, rest, false)? {
                Some(if letters >= 4 { 0.65 } else { 0.4 })
            } else {
                Some(if letters >= 5 { 0.4 } else { 0.3 }).filter(|_| letters >= 4)
            });
        }
        Ok((letters >= 6).then_some(0.35))
    }

    /// Whether the rest of a compound is a word of the archive, with or without a fuge-letter:
    /// after the first part (`skol|e|reform`) or at its end (`lokalplan|s|`).
    fn is_word(&self, analyser: &mut Analyser, rest: &str, after: bool) -> rusqlite::Result<bool> {
        let bare =
            if after { rest.strip_prefix(['s', 'e']) } else { rest.strip_suffix(['s', 'e']) };
        for form in [Some(rest), bare].into_iter().flatten() {
            let stem = analyser.stem(form);
            if form.chars().count() >= 3 && self.documents(&stem)? >= believed(form) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The parts of a compound, weighted by how much each tells.
    fn parts(
        &self,
        analyser: &mut Analyser,
        word: &str,
        stem: &str,
        found: &mut Found,
    ) -> rusqlite::Result<Vec<Arc<str>>> {
        let cell = std::cell::RefCell::new((analyser, HashMap::<String, bool>::new()));
        let known = |piece: &str| {
            let (analyser, seen) = &mut *cell.borrow_mut();
            if let Some(&known) = seen.get(piece) {
                return known;
            }
            let stem = analyser.stem(piece);
            // A failure of the database shows at the next statement.
            let known = stem.chars().count() >= 3
                && self.documents(&stem).is_ok_and(|documents| documents >= believed(piece));
            seen.insert(piece.to_owned(), known);
            known
        };
        let pieces = compound_parts(word, &known);
        let analyser = cell.into_inner().0;
        if pieces.len() < 2 {
            return Ok(Vec::new());
        }
        let mut parts: Vec<(Arc<str>, i64)> = Vec::new();
        for piece in pieces {
            let part = analyser.stem(piece);
            let documents = self.documents(&part)?;
            if *part != *stem && !parts.iter().any(|(held, _)| *held == part) {
                parts.push((part, documents));
            }
        }
        let tells = |documents: i64| 1.0 / (2.0 + documents.max(0) as f64).ln();
        let all: f64 = parts.iter().map(|(_, documents)| tells(*documents)).sum();
        for (part, documents) in &parts {
            found.add(part, 0.7 * tells(*documents) / all.max(f64::MIN_POSITIVE), *documents);
        }
        Ok(parts.into_iter().map(|(part, _)| part).collect())
    }

    /// Terms that look like `stem`; the likest one is returned.
    fn like(&self, stem: &str, known: bool, found: &mut Found) -> rusqlite::Result<Option<String>> {
        let letters = stem.chars().count();
        if !(4..=40).contains(&letters) || stem.chars().any(|c| c == '_' || c.is_ascii_digit()) {
            return Ok(None);
        }
        let grams = grams(stem);
        // Two grams side by side are four letters in a row; short words share less.
        let some = if letters >= 6 {
            let pair = |pair: &[String]| format!("({})", pair.join(" AND "));
            grams.windows(2).map(pair).collect::<Vec<_>>().join(" OR ")
        } else {
            grams.join(" OR ")
        };
        let mut alike = self.store.prepare_cached(
            "SELECT terms.term, terms.documents FROM term_grams \
             JOIN terms ON terms.key = term_grams.rowid \
             WHERE term_grams MATCH ?1 AND length(terms.term) BETWEEN ?2 AND ?3 \
             ORDER BY terms.documents DESC LIMIT ?4",
        )?;
        let length = i64::try_from(letters).unwrap_or(0);
        let room = if letters >= 8 { 2 } else { 1 };
        let near = pairs(&mut alike, params![some, length - room, length + room, CANDIDATES])?;
        let mut best: Option<(f64, String)> = None;
        let least = if known { SAME } else { LIKE };
        for (term, documents) in near {
            if term == stem || found.has(&term) {
                continue;
            }
            let likeness = similarity(stem, &term);
            if likeness < least {
                continue;
            }
            found.add(&term, likeness * if known { 0.4 } else { 0.8 }, documents);
            if best.as_ref().is_none_or(|(kept, _)| likeness > *kept) {
                best = Some((likeness, term));
            }
        }
        Ok(best.map(|(_, term)| term))
    }
}

/// In how many documents a word must stand to be believed as a part of compounds: short ones are
/// often what is left of a misheard word.
fn believed(word: &str) -> i64 {
    if word.chars().count() >= 4 { 1 } else { 2 }
}

/// Terms found for one word.
#[derive(Debug, Default)]
struct Found {
    terms: Vec<(Arc<str>, f64, i64)>,
}

impl Found {
    fn add(&mut self, term: &str, weight: f64, documents: i64) {
        if documents <= 0 {
            return;
        }
        match self.terms.iter_mut().find(|(held, ..)| **held == *term) {
            Some((_, held, _)) => *held = held.max(weight),
            None => self.terms.push((term.into(), weight, documents)),
        }
    }

    fn has(&self, term: &str) -> bool {
        self.terms.iter().any(|(held, ..)| **held == *term)
    }

    /// Documents of the terms that weigh at least so much.
    fn heaviest_documents(&self, weight: f64) -> i64 {
        self.terms.iter().filter(|(_, held, _)| *held >= weight).map(|(.., n)| n).sum()
    }

    fn group(mut self, asked: String, parts: Vec<Arc<str>>, taken: Option<String>) -> Group {
        self.terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)).then(a.0.cmp(&b.0)));
        self.terms.truncate(MOST);
        let exact = self.heaviest_documents(0.9);
        let heavy = self.heaviest_documents(0.4);
        let documents = self.terms.iter().map(|(.., n)| n).sum();
        let rarity = [exact, heavy, documents].into_iter().find(|n| *n > 0).unwrap_or(0);
        let terms = self.terms.into_iter().map(|(term, weight, _)| (term, weight)).collect();
        Group { asked, terms, parts, rarity, documents, taken, required: false }
    }
}

/// Runs of three letters, quoted for the index.
fn grams(stem: &str) -> Vec<String> {
    let letters: Vec<char> = stem.chars().collect();
    letters.windows(3).map(|gram| format!("\"{}\"", gram.iter().collect::<String>())).collect()
}

fn pairs(
    statement: &mut CachedStatement<'_>,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Vec<(String, i64)>> {
    statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
