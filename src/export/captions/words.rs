//! The words of a meeting in one line of time.

use super::LINE_CHARS;
use crate::export::PublicMeeting;
use crate::export::text::plain;
use crate::meeting::Segment;

/// Times beyond this are nonsense (1,000 hours); they are cut off so that sums can't overflow.
const LATEST_MS: f64 = 3_600_000_000.0;

/// A word as it will stand in a caption.
#[derive(Debug, Clone)]
pub(super) struct SpokenWord {
    pub text: String,
    /// Characters of `text`, at most [`LINE_CHARS`].
    pub chars: usize,
    /// Milliseconds; never before the word before it.
    pub start: u64,
    /// Milliseconds; never before `start`.
    pub end: u64,
    /// First word of a segment.
    pub opens_segment: bool,
    /// First word of somebody else's speech, as far as speakers are known.
    pub opens_speech: bool,
    /// A piece of the word before it: a word that no line can hold was cut.
    pub glued: bool,
    /// Index of the speaker's name.
    pub speaker: Option<usize>,
}

/// The words that may be shown, with their speakers' names.
pub(super) struct Speech {
    pub words: Vec<SpokenWord>,
    pub speakers: Vec<String>,
}

/// All trusted words in order. Segments that overlap are merged: their words follow each other.
pub(super) fn spoken(meeting: &PublicMeeting<'_>) -> Speech {
    let mut speech = Speech { words: Vec::new(), speakers: Vec::new() };
    let mut now = 0;
    let mut last_speaker = None;
    for segment in meeting.trusted() {
        let speaker = segment
            .speaker
            .as_deref()
            .map(plain)
            .filter(|name| !name.is_empty())
            .map(|name| index_of(&mut speech.speakers, name));
        let mut opens = true;
        for (text, start, end) in timed(segment) {
            let start = start.max(now);
            let end = end.max(start);
            let pieces = pieces(&text);
            let share = (end - start) / pieces.len().max(1) as u64;
            for (index, piece) in pieces.into_iter().enumerate() {
                let start = start + share * index as u64;
                speech.words.push(SpokenWord {
                    chars: piece.chars().count(),
                    text: piece,
                    start,
                    end: (start + share).min(end),
                    opens_segment: opens,
                    opens_speech: opens && speaker != last_speaker,
                    glued: index > 0,
                    speaker,
                });
                opens = false;
            }
            if let Some(last) = speech.words.last_mut() {
                last.end = end;
            }
            now = start;
            last_speaker = speaker;
        }
    }
    speech
}

fn index_of(speakers: &mut Vec<String>, name: String) -> usize {
    match speakers.iter().position(|known| *known == name) {
        Some(index) => index,
        None => {
            speakers.push(name);
            speakers.len() - 1
        }
    }
}

/// The words of a segment with start and end in milliseconds: the recogniser's own times when it
/// gave one for each word of the text, else in proportion to length.
fn timed(segment: &Segment) -> Vec<(String, u64, u64)> {
    let text = plain(&segment.text);
    let tokens: Vec<&str> = text.split(' ').filter(|token| !token.is_empty()).collect();
    let own = segment.words.len() == tokens.len();
    let (start, end) = (milliseconds(segment.start), milliseconds(segment.end));
    let (start, end) = (start.min(end), start.max(end));
    // One more for the blank, so that single letters get time too.
    let weight = |token: &str| token.chars().count() as u64 + 1;
    let total: u64 = tokens.iter().map(|token| weight(token)).sum();
    let mut passed = 0;
    tokens
        .iter()
        .enumerate()
        .map(|(index, token)| {
            let own = own.then(|| segment.words.get(index)).flatten();
            if let Some(word) = own {
                // A word can't be outside its segment.
                let first = milliseconds(word.start).clamp(start, end);
                let last = milliseconds(word.end).clamp(start, end);
                return ((*token).to_owned(), first, last.max(first));
            }
            let first = start + (end - start) * passed / total.max(1);
            passed += weight(token);
            ((*token).to_owned(), first, start + (end - start) * passed / total.max(1))
        })
        .collect()
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round().clamp(0.0, LATEST_MS) as u64
}

/// Cuts a word that no line can hold: after a mark inside it where there is one, else with a
/// hyphen.
fn pieces(word: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest: Vec<char> = word.chars().collect();
    while rest.len() > LINE_CHARS {
        let mark = rest[..LINE_CHARS]
            .iter()
            .rposition(|c| matches!(c, '-' | '/' | '.' | '_' | '@' | ',' | '–' | '…'))
            .filter(|&at| at >= LINE_CHARS / 2);
        match mark {
            Some(at) => {
                let tail = rest.split_off(at + 1);
                pieces.push(rest.into_iter().collect());
                rest = tail;
            }
            None => {
                let tail = rest.split_off(LINE_CHARS - 1);
                rest.push('-');
                pieces.push(rest.into_iter().collect());
                rest = tail;
            }
        }
    }
    pieces.push(rest.into_iter().collect());
    pieces
}
