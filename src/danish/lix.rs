//! How hard a text is to read.

use super::words;

/// Letters from which a word counts as long.
const LONG: usize = 7;

/// The läsbarhetsindex of a text and what it was counted from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lix {
    /// Words per sentence plus long words per hundred words.
    pub value: f64,
    pub words: usize,
    pub sentences: usize,
}

/// LIX (C. H. Björnsson, "Läsbarhet", 1968): words per sentence, plus the percentage of words of more
/// than six letters. Below 25 easy, 35-44 like a newspaper, 45-54 hard, above that an expert's text.
/// Numbers count as words. None for a text without words.
pub fn lix(text: &str) -> Option<Lix> {
    let mut counted = Lix { value: 0.0, words: 0, sentences: 0 };
    let mut long = 0_usize;
    for sentence in text.lines().flat_map(words::sentences) {
        let lengths: Vec<usize> = sentence
            .split(|c: char| c.is_whitespace() || matches!(c, '/' | '–' | '—'))
            .map(|word| word.chars().filter(|c| c.is_alphanumeric()).count())
            .filter(|length| *length > 0)
            .collect();
        if lengths.is_empty() {
            continue;
        }
        counted.sentences += 1;
        counted.words += lengths.len();
        long += lengths.iter().filter(|length| **length >= LONG).count();
    }
    if counted.words == 0 {
        return None;
    }
    let words = counted.words as f64;
    counted.value = words / counted.sentences as f64 + 100.0 * long as f64 / words;
    Some(counted)
}
