//! Text → the terms under which it is found.
//!
//! A term is a stem ([`crate::danish::words::stem`] and a table of irregular words), a number by its
//! value (`femogtyve` = `25`), a case number as one term (`25/26257` → `25_26257`), or a compound that
//! is written with a hyphen (`MED-udvalg` → also `medudvalg`). Words that carry no topic give none.
//! Compounds are not taken apart here: which parts a word has depends on the words there are, so the
//! searching side does it (`expansion.rs`), and the index stays half as large.

use std::collections::HashMap;
use std::sync::Arc;

use crate::danish::numerals;
use crate::danish::words::{
    Token, TokenKind, fold, is_case_number, is_stop_word, lower, stem, tokens,
};

/// Raise this when the terms of a text change: the index is then made anew from the stored texts.
pub(super) const VERSION: i64 = 3;

/// Words whose stems are kept in memory, at most. Some 40 bytes each.
const REMEMBERED: usize = 200_000;

/// Longest term, bytes. Longer "words" are no words.
const LONGEST: usize = 100;

/// Stems of irregular forms → stem of the word's first form. From the lists of strong verbs and
/// irregular plurals in any Danish grammar, as far as council debates use them and Snowball keeps
/// them apart. Sorted.
const IRREGULAR: &[(&str, &str)] = &[
    ("anlagd", "anlæg"),
    ("anlagt", "anlæg"),
    ("bad", "bed"),
    ("bedr", "god"),
    ("bedst", "god"),
    ("beskrev", "beskriv"),
    ("bragt", "bring"),
    ("bund", "bind"),
    ("drev", "driv"),
    ("drog", "drag"),
    ("droges", "drag"),
    ("dræv", "driv"),
    ("fandt", "find"),
    ("fedr", "far"),
    ("fløj", "flyv"),
    ("forbud", "forbyd"),
    ("forbød", "forbyd"),
    ("forstod", "forstå"),
    ("forstået", "forstå"),
    ("forstår", "forstå"),
    ("fortsat", "fortsæt"),
    ("fremlagd", "fremlæg"),
    ("fremlagt", "fremlæg"),
    ("fund", "find"),
    ("færr", "få"),
    ("fødder", "fod"),
    ("født", "fød"),
    ("føtt", "fod"),
    ("greb", "grib"),
    ("hjalp", "hjælp"),
    ("hjulp", "hjælp"),
    ("holdt", "hold"),
    ("hænder", "hånd"),
    ("kostr", "ko"),
    ("køer", "ko"),
    ("lagd", "læg"),
    ("lagt", "læg"),
    ("lød", "lyd"),
    ("mistænkt", "mistænk"),
    ("mødr", "mor"),
    ("nedlagd", "nedlæg"),
    ("nedlagt", "nedlæg"),
    ("nedsat", "nedsæt"),
    ("nætt", "nat"),
    ("nætter", "nat"),
    ("oplyst", "oplys"),
    ("overholdt", "overhold"),
    ("planlagd", "planlæg"),
    ("planlagt", "planlæg"),
    ("rettet", "ret"),
    ("sagd", "sig"),
    ("sagt", "sig"),
    ("sat", "sæt"),
    ("skred", "skrid"),
    ("skrev", "skriv"),
    ("skød", "skyd"),
    ("solgt", "sælg"),
    ("spurgt", "spørg"),
    ("stod", "stå"),
    ("stræd", "strid"),
    ("størr", "stor"),
    ("større", "stor"),
    ("størst", "stor"),
    ("søstr", "søster"),
    ("tilbød", "tilbyd"),
    ("trak", "træk"),
    ("truk", "træk"),
    ("tænder", "tand"),
    ("udbød", "udbyd"),
    ("undersøgt", "undersøg"),
    ("valgt", "vælg"),
    ("vandt", "vind"),
    ("vidst", "vid"),
    ("vund", "vind"),
    ("værr", "dårl"),
    ("værst", "dårl"),
    ("yngr", "ung"),
    ("yngst", "ung"),
    ("ældst", "ældr"),
];

/// A term and where the text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// As the index has it: small letters, digits and `_`.
    pub(super) text: Arc<str>,
    /// Byte range in the text.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Makes terms; remembers the stems of common words.
#[derive(Debug, Default)]
pub(super) struct Analyser {
    stems: HashMap<Arc<str>, Arc<str>>,
}

impl Analyser {
    /// The terms of `text` in order, numbers in words last. Several may have the same place.
    pub(super) fn terms(&mut self, text: &str) -> Vec<Term> {
        self.terms_with(text, true)
    }

    /// The same; numbers in words are only read with `numerals`, since reading them is half the work.
    pub(super) fn terms_with(&mut self, text: &str, numerals: bool) -> Vec<Term> {
        let all = tokens(text);
        let mut terms: Vec<Term> = Vec::with_capacity(all.len());
        let mut push = |text: Arc<str>, start, end| {
            if !text.is_empty() && text.len() <= LONGEST {
                terms.push(Term { text, start, end });
            }
        };
        for (at, token) in all.iter().enumerate() {
            let (start, end) = (token.start, token.end);
            match token.kind {
                TokenKind::Sign => {}
                TokenKind::Number => {
                    push(joined(&token.lower).into(), start, end);
                    if is_case_number(token.text)
                        && let Some(tail) = token.lower.rsplit(['/', '-']).next()
                    {
                        push(tail.into(), start, end);
                    }
                }
                TokenKind::Word => {
                    if !is_stop_word(&token.lower) {
                        push(self.stem(&token.lower), start, end);
                    }
                }
            }
            if token.joined
                && token.kind == TokenKind::Word
                && let Some(before) = at.checked_sub(1).and_then(|at| all.get(at))
                && before.kind == TokenKind::Word
            {
                let whole = format!("{}{}", before.lower, token.lower);
                push(self.stem(&whole), before.start, end);
            }
        }
        let spelt = if numerals { numerals::find(&all) } else { Vec::new() };
        for (at, numeral) in spelt {
            let Some(of_it) = all.get(at..at + numeral.used) else { continue };
            let value: Arc<str> = joined(&numeral.value.to_string()).into();
            let (Some(first), Some(last)) = (of_it.first(), of_it.last()) else { continue };
            // "25" has given its term above.
            if of_it.len() > 1 || joined(&first.lower) != *value {
                push(value, first.start, last.end);
            }
        }
        terms
    }

    /// The stem of a word in small letters.
    pub(super) fn stem(&mut self, lower: &str) -> Arc<str> {
        if let Some(stem) = self.stems.get(lower) {
            return Arc::clone(stem);
        }
        let stem = stem(lower);
        let first = IRREGULAR
            .binary_search_by(|(form, _)| (*form).cmp(&stem))
            .ok()
            .and_then(|at| IRREGULAR.get(at))
            .map_or(stem.as_str(), |(_, first)| first);
        let term: Arc<str> = joined(first).into();
        if self.stems.len() >= REMEMBERED {
            self.stems.clear();
        }
        self.stems.insert(lower.into(), Arc::clone(&term));
        term
    }
}

/// Only letters and digits, everything else an underscore: so that the database's tokenizer, which
/// cuts at anything else, leaves a term whole.
fn joined(text: &str) -> String {
    text.chars()
        .filter(|c| *c != '\'' && *c != '\u{2019}')
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect()
}

/// The words of a text as phrases are compared: folded, stop words and signs included, with places.
pub(super) fn plain_words(text: &str) -> Vec<(String, usize, usize)> {
    let word = |token: Token<'_>| (fold(token.text), token.start, token.end);
    tokens(text).into_iter().map(word).collect()
}

/// A word as somebody may have typed it without Danish letters: `oe` for ø, `ae` for æ. None when it
/// has neither.
pub(super) fn with_danish_letters(word: &str) -> Option<String> {
    let word = lower(word);
    (word.contains("oe") || word.contains("ae")).then(|| word.replace("oe", "ø").replace("ae", "æ"))
}

#[cfg(test)]
mod tests {
    use super::IRREGULAR;

    #[test]
    fn the_irregular_can_be_searched() {
        assert!(IRREGULAR.is_sorted_by_key(|(form, _)| form));
    }
}
