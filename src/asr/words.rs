//! From an engine's tokens to words with times on the recording's clock.

use super::engine::{Decoded, Token, Utterance};
use crate::meeting::{Segment, SpeechWindow, TimeSpan, Word};

/// Longest that one word is held to last, in seconds: "ligestillingsudvalgsformanden" takes about
/// two; a longer one has swallowed a pause that voice activity did not see.
const LONGEST_WORD: f64 = 2.5;

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
    let mut all = Vec::new();
    for utterance in &decoded.utterances {
        let words = words(utterance, window, &mut said);
        let Some(segment) = segment(words) else { continue };
        let place = |time: f64| (window.span.start + time).min(window.span.end);
        all.push(Heard {
            segment,
            span: TimeSpan::new(place(utterance.start), place(utterance.end)),
            no_speech: utterance.no_speech,
        });
    }
    all
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

/// `said` is when the last token before this utterance had been said, in seconds from the start of
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
        let span =
            fit(TimeSpan::new(window.span.start + start, window.span.start + end), &window.voiced);
        words.push(Word {
            start: span.start,
            end: span.end,
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

/// Moves the ends of a word off silence: the aligner lets a word begin where the one before it ended,
/// however long the pause between them was.
fn fit(word: TimeSpan, voiced: &[TimeSpan]) -> TimeSpan {
    let stretches: Vec<TimeSpan> =
        voiced.iter().filter(|stretch| stretch.overlaps(&word)).copied().collect();
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return word };
    let fitted = TimeSpan::new(first.start.max(word.start), last.end.min(word.end));
    if fitted.duration() <= LONGEST_WORD {
        return fitted;
    }
    // Too long for a word: it has a pause before or inside it. The longest stretch holds it.
    let longest = stretches.iter().max_by(|a, b| shared(a, &word).total_cmp(&shared(b, &word)));
    longest.map_or(fitted, |longest| {
        TimeSpan::new(longest.start.max(word.start), longest.end.min(word.end))
    })
}

fn shared(a: &TimeSpan, b: &TimeSpan) -> f64 {
    a.end.min(b.end) - a.start.max(b.start)
}
