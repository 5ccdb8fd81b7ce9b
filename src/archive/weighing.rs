//! How well a text answers a query: BM25 over words instead of terms.

use std::collections::HashMap;
use std::sync::Arc;

use super::analysis::{Analyser, Term, plain_words};
use super::digest::{term_number, unpacked};
use super::snippet::merged;
use super::wanted::Wanted;

/// BM25's saturation and length normalisation (Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework", 2009, § 3.5: k1 in 1.2..=2, b in 0.5..=0.8).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.5;

/// A query made ready for weighing texts.
pub(super) struct Scale<'a> {
    /// Term → the words that it stands for.
    terms: HashMap<u32, Vec<Standing>>,
    /// How much each word of the query tells.
    tells: Vec<f64>,
    /// A number is looked for.
    numerals: bool,
    phrases: &'a [Vec<String>],
}

/// That a term stands for a word of the query.
#[derive(Debug, Clone, Copy)]
struct Standing {
    word: usize,
    weight: f64,
    /// As one part of the compound that was asked for.
    part: bool,
}

/// What weighing a text gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Weight {
    pub(super) score: f64,
    /// Of each word: how well the text has it, 0..=1.
    pub(super) has: Vec<f64>,
}

/// What was found in a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) score: f64,
    /// Byte ranges in order.
    pub(super) marks: Vec<(usize, usize)>,
}

impl<'a> Scale<'a> {
    /// `documents`: how many there are in the archive.
    pub(super) fn new(wanted: &'a Wanted, documents: i64) -> Self {
        let mut terms: HashMap<u32, Vec<Standing>> = HashMap::new();
        for (word, group) in wanted.groups.iter().enumerate() {
            for (term, weight) in &group.terms {
                let standing = Standing { word, weight: *weight, part: group.parts.contains(term) };
                terms.entry(term_number(term)).or_default().push(standing);
            }
        }
        let all = documents.max(1) as f64;
        let tell = |rarity: i64| {
            let rarity = (rarity as f64).min(all);
            (1.0 + (all - rarity + 0.5) / (rarity + 0.5)).ln()
        };
        let digit = |term: &Arc<str>| term.starts_with(|c: char| c.is_ascii_digit());
        Self {
            numerals: wanted.groups.iter().any(|g| g.terms.iter().any(|(term, _)| digit(term))),
            tells: wanted.groups.iter().map(|group| tell(group.rarity)).collect(),
            terms,
            phrases: &wanted.phrases,
        }
    }

    /// Whether what was stored of a text is not enough to weigh it.
    pub(super) fn needs_text(&self) -> bool {
        !self.phrases.is_empty()
    }

    /// Weighs a text by its stored terms; `usual` is the number of terms that texts of its kind have.
    pub(super) fn weigh_stored(&self, terms: &[u8], usual: f64) -> Weight {
        self.weigh_numbers(unpacked(terms), usual)
    }

    /// Weighs a text. One without the query's phrases weighs nothing.
    pub(super) fn weigh(&self, analyser: &mut Analyser, text: &str, usual: f64) -> Weight {
        if self.needs_text() && self.phrases_in(text).is_none() {
            return Weight { has: vec![0.0; self.tells.len()], score: 0.0 };
        }
        let terms = analyser.terms_with(text, self.numerals);
        self.weigh_numbers(terms.iter().map(|term| term_number(&term.text)), usual)
    }

    /// Weighs a text and tells where it has what was looked for.
    pub(super) fn find(&self, analyser: &mut Analyser, text: &str, usual: f64) -> Found {
        let terms = analyser.terms_with(text, self.numerals);
        let marks = if self.needs_text() {
            let Some(phrases) = self.phrases_in(text) else { return Found::default() };
            phrases
        } else {
            let stands = |term: &&Term| self.terms.contains_key(&term_number(&term.text));
            terms.iter().filter(stands).map(|term| (term.start, term.end)).collect()
        };
        let weight = self.weigh_numbers(terms.iter().map(|term| term_number(&term.text)), usual);
        Found { score: weight.score, marks: merged(marks) }
    }

    fn weigh_numbers(&self, terms: impl ExactSizeIterator<Item = u32>, usual: f64) -> Weight {
        let norm = 1.0 - LENGTH + LENGTH * terms.len() as f64 / usual;
        let often = |often: f64| often * (SATURATION + 1.0) / (often + SATURATION * norm);
        let mut seen = vec![Seen::default(); self.tells.len()];
        for term in terms {
            for standing in self.terms.get(&term).into_iter().flatten() {
                if let Some(seen) = seen.get_mut(standing.word) {
                    seen.add(term, *standing);
                }
            }
        }
        let mut weight = Weight::default();
        for (seen, tells) in seen.iter().zip(&self.tells) {
            let best = seen.best();
            weight.has.push(best);
            if best > 0.0 {
                weight.score += tells * best * often(seen.often / best);
            }
        }
        weight
    }

    /// How much of the query is in what has each word so well, 0..=1.
    pub(super) fn coverage(&self, has: &[f64]) -> f64 {
        let all: f64 = self.tells.iter().sum();
        let found: f64 = self.tells.iter().zip(has).map(|(tells, has)| tells * has).sum();
        if all > 0.0 { found / all } else { 0.0 }
    }

    /// Where every phrase stands; none when one is missing.
    fn phrases_in(&self, text: &str) -> Option<Vec<(usize, usize)>> {
        let words = plain_words(text);
        let mut places = Vec::new();
        for phrase in self.phrases {
            let before = places.len();
            for window in words.windows(phrase.len()) {
                if window.iter().map(|(word, ..)| word).eq(phrase)
                    && let (Some(first), Some(last)) = (window.first(), window.last())
                {
                    places.push((first.1, last.2));
                }
            }
            if places.len() == before {
                return None;
            }
        }
        Some(places)
    }
}

/// What a text has of one word.
#[derive(Debug, Clone, Default)]
struct Seen {
    whole: f64,
    /// Parts of the compound that were seen, with their weights.
    parts: Vec<(u32, f64)>,
    often: f64,
}

impl Seen {
    fn add(&mut self, term: u32, standing: Standing) {
        self.often += standing.weight;
        if !standing.part {
            self.whole = self.whole.max(standing.weight);
        } else if !self.parts.iter().any(|(held, _)| *held == term) {
            self.parts.push((term, standing.weight));
        }
    }

    /// The best of the terms, or all the parts together.
    fn best(&self) -> f64 {
        let parts: f64 = self.parts.iter().map(|(_, weight)| weight).sum();
        self.whole.max(parts).min(1.0)
    }
}
