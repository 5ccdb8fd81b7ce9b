//! From an engine's tokens to words with times on the recording's clock.

use super::engine::{Decoded, Token, Utterance};
use super::placing::place;
use crate::meeting::{Segment, SpeechWindow, TimeSpan, Word};

/// An utterance as a segment of the recording, with what the guard needs to know.
pub(super) struct Heard {
    /// `id` 0, absolute times inside the window.
    pub(super) segment: Segment,
    /// Where the engine itself placed the utterance: unlike the segment's times, not yet moved to
    /// where there is voice.
    pub(super) span: TimeSpan,
    /// The engine's probability that nobody speaks, 0..=1.
    pub(super) no_speech: f32,
}

/// What was heard in a window, in order.
pub(super) fn hear(decoded: &Decoded, window: &SpeechWindow) -> Vec<Heard> {
    let mut said = 0.0;
    let utterances = decoded.utterances.iter();
    let mut spoken: Vec<Vec<Word>> =
        utterances.map(|utterance| words(utterance, window, &mut said)).collect();
    place(spoken.iter_mut().flatten(), window);
    let absolute = |time: f64| (window.span.start + time).min(window.span.end);
    let heard = decoded.utterances.iter().zip(spoken).filter_map(|(utterance, words)| {
        Some(Heard {
            segment: segment(words)?,
            span: TimeSpan::new(absolute(utterance.start), absolute(utterance.end)),
            no_speech: utterance.no_speech,
        })
    });
    heard.collect()
}

/// A segment of these words; none without words.
pub(super) fn segment(words: Vec<Word>) -> Option<Segment> {
    let (start, end) = (words.first()?.start, words.last()?.end);
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Some(Segment { id: 0, start, end, text, speaker: None, item: None, words, flags: Vec::new() })
}

/// Divides a segment before word `at`; flags, speaker and item go to both parts.
pub(super) fn divide(segment: Segment, at: usize) -> (Option<Segment>, Option<Segment>) {
    let Segment { id, speaker, item, mut words, flags, .. } = segment;
    let rest = words.split_off(at.min(words.len()));
    let part = |words| {
        self::segment(words).map(|part| Segment {
            id,
            speaker: speaker.clone(),
            item: item.clone(),
            flags: flags.clone(),
            ..part
        })
    };
    (part(words), part(rest))
}

/// The words of an utterance with the aligner's times. `said` is when the last token before this utterance had been said, in seconds from the start of
/// the window.
fn words(utterance: &Utterance, window: &SpeechWindow, said: &mut f64) -> Vec<Word> {
    let mut words = Vec::new();
    let length = window.span.duration();
    for tokens in split(&utterance.tokens) {
        let text: Vec<u8> = tokens.iter().flat_map(|token| token.bytes.iter().copied()).collect();
        let text = String::from_utf8_lossy(&text).trim().to_owned();
        let start = said.clamp(0.0, length);
        // A token's time is when it has been said, so a word starts when the token before it ends.
        // The pause after a word belongs to its punctuation.
        let spoken = tokens.iter().rev().find(|token| token.is_spoken());
        let end = spoken.and_then(|token| token.end).unwrap_or(utterance.end);
        let end = end.clamp(start, length);
        *said = tokens.last().and_then(|token| token.end).map_or(end, |last| last.max(end));
        if text.is_empty() {
            continue;
        }
        if spoken.is_none()
            && let Some(before) = words.last_mut()
        {
            attach(before, &text);
            continue;
        }
        words.push(Word {
            start: window.span.start + start,
            end: window.span.start + end,
            text,
            probability: probability(tokens),
        });
    }
    words
}

fn attach(word: &mut Word, mark: &str) {
    word.text.push_str(mark);
}

impl Token {
    /// Whether the token holds a letter or digit; half a letter counts.
    fn is_spoken(&self) -> bool {
        let text = String::from_utf8_lossy(&self.bytes);
        text.chars().any(|c| c.is_alphanumeric() || c == char::REPLACEMENT_CHARACTER)
    }
}

/// Tokens of one word each: a blank begins the next.
fn split(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.chunk_by(|_, next| next.bytes.first() != Some(&b' '))
}

/// Probability of a word: the geometric mean over its tokens that hold letters or digits, so that long
/// words are not doubted for their length alone.
fn probability(tokens: &[Token]) -> f64 {
    let spoken: Vec<f64> = tokens
        .iter()
        .filter(|token| token.is_spoken())
        .map(|token| f64::from(token.probability).max(1e-6).ln())
        .collect();
    if spoken.is_empty() {
        let least = tokens.iter().map(|token| token.probability).fold(1.0_f32, f32::min);
        return f64::from(least);
    }
    (spoken.iter().sum::<f64>() / spoken.len() as f64).exp()
}
