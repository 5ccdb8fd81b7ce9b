//! Segments as the aligner hears them: tokens, keywords of formulas, stems.

use std::collections::HashMap;

use super::formulas::{Act, Keywords};
use crate::danish::words::{Token, is_stop_word, stem, tokens};
use crate::meeting::{Segment, Transcript};

/// Tokens of each of two segments between which a formula may be cut.
const ACROSS: usize = 6;

/// A segment taken apart.
pub(super) struct Heard<'a> {
    pub(super) segment: &'a Segment,
    pub(super) tokens: Vec<Token<'a>>,
    /// For each token, the keyword of a formula that it sounds like.
    pub(super) keywords: Vec<Option<u16>>,
    /// For each token, the number of its stem; none for words without a topic.
    pub(super) stems: Vec<Option<u32>>,
}

/// All segments, with the vocabulary that their stems are numbered in.
pub(super) struct Hearing<'a> {
    pub(super) segments: Vec<Heard<'a>>,
    pub(super) keywords: Keywords,
    pub(super) vocabulary: HashMap<String, u32>,
}

impl Hearing<'_> {
    /// Whether words that shut the doors are cut by the end of segment `at`: "så lukker vi | dørene".
    pub(super) fn shuts_across(&self, at: usize) -> bool {
        let (Some(one), Some(other)) = (self.segments.get(at), self.segments.get(at + 1)) else {
            return false;
        };
        let from = one.keywords.len().saturating_sub(ACROSS);
        let joined: Vec<_> = one.keywords[from..]
            .iter()
            .chain(other.keywords.iter().take(ACROSS))
            .copied()
            .collect();
        let border = one.keywords.len() - from;
        self.keywords
            .said_in(&joined)
            .iter()
            .any(|said| said.act == Act::ShutsDoors && said.first < border && said.last >= border)
    }
}

/// Takes every segment apart. Words are looked up once each, however often they are said.
pub(super) fn hear(transcript: &Transcript) -> Hearing<'_> {
    let keywords = Keywords::new();
    let mut vocabulary = HashMap::new();
    let mut known: HashMap<String, (Option<u16>, Option<u32>)> = HashMap::new();
    let mut order: Vec<&Segment> = transcript.trusted().collect();
    order.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.id.cmp(&b.id)));
    let segments = order
        .into_iter()
        .map(|segment| {
            let tokens = tokens(&segment.text);
            let (mut heard_keywords, mut stems) = (Vec::new(), Vec::new());
            for token in &tokens {
                let (keyword, stem) = match known.get(&token.lower) {
                    Some(found) => *found,
                    None => {
                        let found =
                            (keywords.like(&token.lower), number(&token.lower, &mut vocabulary));
                        known.insert(token.lower.clone(), found);
                        found
                    }
                };
                heard_keywords.push(keyword);
                stems.push(stem);
            }
            Heard { segment, tokens, keywords: heard_keywords, stems }
        })
        .collect();
    Hearing { segments, keywords, vocabulary }
}

fn number(lower: &str, vocabulary: &mut HashMap<String, u32>) -> Option<u32> {
    if !has_topic(lower) {
        return None;
    }
    let next = u32::try_from(vocabulary.len()).ok()?;
    Some(*vocabulary.entry(stem(lower)).or_insert(next))
}

/// Whether a word can tell one topic from another.
pub(super) fn has_topic(lower: &str) -> bool {
    lower.chars().count() >= 2 && !is_stop_word(lower)
}
