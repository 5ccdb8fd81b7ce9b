//! How well a text answers a query: BM25 over words instead of terms.

use std::collections::HashMap;
use std::sync::Arc;

use super::analysis::{Analyser, plain_words};
use super::snippet::merged;
use super::wanted::Wanted;

/// BM25's saturation and length normalisation (Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework", 2009, § 3.5: k1 in 1.2..=2, b in 0.5..=0.8).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.5;

/// A query made ready for weighing texts.
pub(super) struct Scale<'a> {
    /// Term → the words that it stands for, with its weight.
    terms: HashMap<&'a str, Vec<(usize, f64)>>,
    /// Of each word: how much it tells.
    tells: Vec<f64>,
    parts: Vec<&'a [Arc<str>]>,
    /// A number is looked for.
    numerals: bool,
    phrases: &'a [Vec<String>],
}

/// What weighing a text gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Weight {
    pub(super) score: f64,
    /// Of each word: how well the text has it, 0..=1.
    pub(super) has: Vec<f64>,
    /// Byte ranges of what was found, in order.
    pub(super) marks: Vec<(usize, usize)>,
}

impl<'a> Scale<'a> {
    /// `documents`: how many there are in the archive.
    pub(super) fn new(wanted: &'a Wanted, documents: i64) -> Self {
        let mut terms: HashMap<&str, Vec<(usize, f64)>> = HashMap::new();
        for (word, group) in wanted.groups.iter().enumerate() {
            for (term, weight) in &group.terms {
                terms.entry(term).or_default().push((word, *weight));
            }
        }
        let all = documents.max(1) as f64;
        let tell = |rarity: i64| {
            let rarity = (rarity as f64).min(all);
            (1.0 + (all - rarity + 0.5) / (rarity + 0.5)).ln()
        };
        Self {
            numerals: terms.keys().any(|term| term.starts_with(|c: char| c.is_ascii_digit())),
            terms,
            tells: wanted.groups.iter().map(|group| tell(group.rarity)).collect(),
            parts: wanted.groups.iter().map(|group| group.parts.as_slice()).collect(),
            phrases: &wanted.phrases,
        }
    }

    /// Weighs a text; `usual` is the number of terms that texts of its kind have. A text without the
    /// query's phrases weighs nothing.
    pub(super) fn weigh(&self, analyser: &mut Analyser, text: &str, usual: f64) -> Weight {
        let terms = analyser.terms_with(text, self.numerals);
        let mut seen = vec![Seen::default(); self.tells.len()];
        let mut marks = Vec::new();
        for term in &terms {
            let Some(words) = self.terms.get(&*term.text) else { continue };
            for &(word, weight) in words {
                let is_part = self.parts.get(word).is_some_and(|parts| parts.contains(&term.text));
                if let Some(seen) = seen.get_mut(word) {
                    seen.add(&term.text, weight, is_part);
                }
            }
            marks.push((term.start, term.end));
        }
        let mut weight = Weight { marks: merged(marks), ..Weight::default() };
        if !self.phrases.is_empty() {
            let Some(phrases) = self.phrases_in(text) else {
                return Weight { has: vec![0.0; self.tells.len()], ..Weight::default() };
            };
            weight.marks = merged(phrases);
        }
        let norm = 1.0 - LENGTH + LENGTH * terms.len() as f64 / usual;
        for (seen, tells) in seen.iter().zip(&self.tells) {
            let best = seen.best();
            weight.has.push(best);
            if best > 0.0 {
                let often = seen.often / best;
                weight.score +=
                    tells * best * often * (SATURATION + 1.0) / (often + SATURATION * norm);
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
    parts: Vec<(Arc<str>, f64)>,
    often: f64,
}

impl Seen {
    fn add(&mut self, term: &Arc<str>, weight: f64, is_part: bool) {
        self.often += weight;
        if !is_part {
            self.whole = self.whole.max(weight);
        } else if !self.parts.iter().any(|(held, _)| held == term) {
            self.parts.push((Arc::clone(term), weight));
        }
    }

    /// The best of the terms, or all the parts together.
    fn best(&self) -> f64 {
        let parts: f64 = self.parts.iter().map(|(_, weight)| weight).sum();
        self.whole.max(parts).min(1.0)
    }
}
