//! A query as the archive understands it.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::Query;
use super::analysis::{Analyser, plain_words};
use super::expansion::{Group, Vocabulary};
use crate::danish::numerals;
use crate::danish::words::{Token, TokenKind, is_case_number, is_stop_word, tokens};

/// Words of a query that are looked for, at most; the rest is left out.
const MOST: usize = 16;

/// The same of words that are looked for as they were typed: they need no expanding.
const MOST_TYPED: usize = 40;

/// Expanded words that are remembered, at most.
const REMEMBERED: usize = 4000;

/// What a reader remembers between searches.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) analyser: Analyser,
    words: HashMap<String, Group>,
    /// Changes when somebody else has written.
    version: i64,
    /// Passages and items in the archive.
    pub(super) documents: i64,
    /// Items and meetings.
    pub(super) places: i64,
}

impl Memory {
    /// Forgets what is no longer true.
    pub(super) fn refresh(&mut self, store: &Connection) -> rusqlite::Result<()> {
        let version =
            store.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if version != self.version || self.documents == 0 || self.words.len() > REMEMBERED {
            self.words.clear();
            self.version = version;
            let mut count = store.prepare_cached(
                "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM items), \
                 (SELECT count(*) FROM meetings)",
            )?;
            let (passages, items, meetings): (i64, i64, i64) =
                count.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            (self.documents, self.places) = (passages + items, items + meetings);
        }
        Ok(())
    }
}

/// A word or number as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedWord {
    /// In small letters.
    pub(super) text: String,
    /// Documents that may hold it, at most: those of its stem.
    pub(super) documents: i64,
    /// It tells what is looked for, unlike `og` and `til`.
    pub(super) topic: bool,
}

/// Words and phrases to look for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) groups: Vec<Group>,
    /// Folded words that must stand so.
    pub(super) phrases: Vec<Vec<String>>,
    /// Words and numbers outside of phrases as they were typed, in order.
    pub(super) typed: Vec<TypedWord>,
}

impl Wanted {
    /// Understands a query.
    pub(super) fn of(
        store: &Connection,
        memory: &mut Memory,
        query: &Query,
    ) -> rusqlite::Result<Self> {
        let vocabulary = Vocabulary::new(store);
        let mut wanted = Self::default();
        for clause in query.clauses() {
            if clause.phrase {
                wanted.phrase(&vocabulary, memory, clause.text)?;
            } else {
                wanted.words(&vocabulary, memory, clause.text)?;
            }
        }
        wanted.groups.truncate(MOST);
        Ok(wanted)
    }

    /// Terms that the archive has instead of words that it lacks.
    pub(super) fn corrected(&self) -> Vec<(String, String)> {
        let taken = |group: &Group| Some((group.asked.clone(), group.taken.clone()?));
        self.groups.iter().filter_map(taken).collect()
    }

    fn push(&mut self, group: Group) {
        // A word said twice counts once, and so does a case number with its tail.
        let held =
            self.groups.iter().any(|held| held.terms == group.terms && !held.terms.is_empty());
        if !held {
            self.groups.push(group);
        }
    }

    fn phrase(
        &mut self,
        vocabulary: &Vocabulary<'_>,
        memory: &mut Memory,
        text: &str,
    ) -> rusqlite::Result<()> {
        let words: Vec<String> = plain_words(text).into_iter().map(|(word, ..)| word).collect();
        if words.is_empty() {
            return Ok(());
        }
        for term in memory.analyser.terms(text) {
            let asked = text.get(term.start..term.end).unwrap_or_default();
            let group = vocabulary.exact(asked, &[(term.text, 1.0)])?;
            self.push(Group { required: true, ..group });
        }
        self.phrases.push(words);
        Ok(())
    }

    fn words(
        &mut self,
        vocabulary: &Vocabulary<'_>,
        memory: &mut Memory,
        text: &str,
    ) -> rusqlite::Result<()> {
        let all = tokens(text);
        let mut numbers = vec![None; all.len()];
        for (at, numeral) in numerals::find(&all) {
            for place in numbers.iter_mut().skip(at).take(numeral.used) {
                *place = Some((at, numeral));
            }
        }
        let mut before: Option<&Token<'_>> = None;
        for (at, token) in all.iter().enumerate() {
            let topic = token.kind == TokenKind::Word && !is_stop_word(&token.lower);
            if token.kind != TokenKind::Sign {
                self.as_typed(vocabulary, memory, token, topic)?;
            }
            if self.groups.len() >= MOST {
                continue;
            }
            if let Some(Some((first, numeral))) = numbers.get(at) {
                // The whole number once, at its first word.
                if *first == at
                    && let Some(of_it) = all.get(at..at + numeral.used)
                {
                    let text = text
                        .get(token.start..of_it.last().map_or(token.end, |last| last.end))
                        .unwrap_or_default();
                    let mut terms: Vec<(Arc<str>, f64)> = Vec::new();
                    let weight = if numeral.used > 1 { 0.2 } else { 1.0 };
                    for term in memory.analyser.terms(text) {
                        let whole = term.start == 0 && term.end == text.len();
                        terms.push((term.text, if whole { 1.0 } else { weight }));
                    }
                    self.push(vocabulary.exact(text, &terms)?);
                }
                before = None;
                continue;
            }
            if token.kind == TokenKind::Number {
                let mut terms: Vec<(Arc<str>, f64)> = Vec::new();
                for (place, term) in memory.analyser.terms(token.text).into_iter().enumerate() {
                    // The tail of a case number alone may be another year's.
                    terms.push((term.text, if place == 0 { 1.0 } else { 0.3 }));
                }
                debug_assert!(!terms.is_empty() || !is_case_number(token.text));
                self.push(vocabulary.exact(token.text, &terms)?);
            } else if topic {
                let mut group = match memory.words.get(&token.lower) {
                    Some(known) => known.clone(),
                    None => {
                        let made = vocabulary.word(&mut memory.analyser, &token.lower)?;
                        memory.words.insert(token.lower.clone(), made.clone());
                        made
                    }
                };
                if let Some(before) = before {
                    self.as_one_word(vocabulary, memory, before, token, &mut group)?;
                }
                self.push(group);
            }
            before = topic.then_some(token);
        }
        Ok(())
    }

    /// Notes a word as it was typed.
    fn as_typed(
        &mut self,
        vocabulary: &Vocabulary<'_>,
        memory: &mut Memory,
        token: &Token<'_>,
        topic: bool,
    ) -> rusqlite::Result<()> {
        if self.typed.len() >= MOST_TYPED {
            return Ok(());
        }
        let terms = memory.analyser.terms_with(token.text, false);
        let documents = match terms.first() {
            Some(term) => vocabulary.documents(&term.text)?,
            // A word without a topic is no term, and stands everywhere.
            None => i64::MAX,
        };
        let topic = topic || token.kind == TokenKind::Number;
        self.typed.push(TypedWord { text: token.lower.clone(), documents, topic });
        Ok(())
    }

    /// Two words of the query may be one in the archive (`ældre området`): that word then stands for
    /// both.
    fn as_one_word(
        &mut self,
        vocabulary: &Vocabulary<'_>,
        memory: &mut Memory,
        before: &Token<'_>,
        token: &Token<'_>,
        group: &mut Group,
    ) -> rusqlite::Result<()> {
        for fuge in ["", "s", "e"] {
            let whole = format!("{}{fuge}{}", before.lower, token.lower);
            let term = memory.analyser.stem(&whole);
            let documents = vocabulary.documents(&term)?;
            if documents == 0 {
                continue;
            }
            for of in self.groups.last_mut().into_iter().chain([&mut *group]) {
                if !of.terms.iter().any(|(held, _)| *held == term) {
                    of.terms.insert(0, (Arc::clone(&term), 0.9));
                    of.documents += documents;
                    of.rarity = if of.rarity == 0 { documents } else { of.rarity };
                }
                of.taken = None;
            }
        }
        Ok(())
    }
}
