//! Decoders that go round: the same words again and again, or more of them than can be said.

use std::collections::HashSet;
use std::io::Write;

use super::phantoms;
use crate::meeting::{Segment, TimeSpan};

/// Repetitions of the same words in a row that make a loop (PEERS: repeat quarantine).
const REPEATS: usize = 8;
/// Fewer repetitions, at least [`FEW_REPEATS`], make a loop when they cover this many words …
const LOOP_WORDS: usize = 16;
/// … or this many seconds.
const LOOP_SECONDS: f64 = 20.0;
const FEW_REPEATS: usize = 4;
/// Longest phrase, in words, whose repetition is looked for.
const LONGEST_PHRASE: usize = 16;
/// Fewer words than this are not judged by what they repeat.
const ECHO_WORDS: usize = 24;
/// Words in a row that, said before in the same window, are an echo.
const ECHO: usize = 4;
/// Text that zlib shortens more than this repeats itself (OpenAI's Whisper).
const COMPRESSION: f64 = 2.4;
/// Shorter text, in bytes, is not judged by compression.
const COMPRESSIBLE: usize = 200;
/// Words per second of voice that nobody can say: auctioneers reach 6 in Danish.
const FASTEST: f64 = 9.0;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// Nothing that shows.
    Fine,
    /// The decoder went round: words `from..to`, counted over all segments.
    Loop { from: usize, to: usize, reason: String },
    /// More words than anybody can say in the time.
    TooFast { reason: String },
}

/// Judges the text of a window by its words, their times and the stretches of voice.
pub fn judge(segments: &[&Segment], voiced: &[TimeSpan]) -> Judgement {
    let words: Vec<(String, TimeSpan)> = segments
        .iter()
        .flat_map(|segment| &segment.words)
        .map(|word| (phantoms::fold(&word.text), TimeSpan::new(word.start, word.end)))
        .collect();
    if let Some((from, to, phrase, repeats)) = longest_loop(&words, voiced) {
        let reason = format!("the decoder repeated {phrase} words {repeats} times");
        return Judgement::Loop { from, to, reason };
    }
    let repeated = echoes(words.iter().map(|word| word.0.as_str()));
    if words.len() >= ECHO_WORDS && repeated * 2 >= words.len() {
        let reason = format!("{repeated} of {} words repeat what went before", words.len());
        return Judgement::Loop { from: 0, to: words.len(), reason };
    }
    let text = segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ");
    let ratio = compression(&text);
    if ratio > COMPRESSION {
        let reason = format!("the text repeats itself (compression ratio {ratio:.1})");
        return Judgement::Loop { from: 0, to: words.len(), reason };
    }
    let voice: f64 = voiced.iter().map(TimeSpan::duration).sum();
    let speed = words.len() as f64 / (voice + 1.0);
    if speed > FASTEST {
        return Judgement::TooFast {
            reason: format!("{speed:.0} words per second of voice cannot be said"),
        };
    }
    Judgement::Fine
}

/// How many words end a row of [`ECHO`] that the text had before: in a loop with small changes nearly all,
/// in speech hardly any. The same word again and again is left to the stricter rule above.
pub(super) fn echoes<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    let words: Vec<&str> = words.collect();
    let mut known = HashSet::new();
    words
        .windows(ECHO)
        .filter(|row| row.iter().any(|word| Some(word) != row.first()))
        .filter(|row| !known.insert(*row))
        .count()
}

/// The loop that covers most words: `(from, to, words of the phrase, repeats)`.
fn longest_loop(
    words: &[(String, TimeSpan)],
    voiced: &[TimeSpan],
) -> Option<(usize, usize, usize, usize)> {
    let mut longest: Option<(usize, usize, usize, usize)> = None;
    for phrase in 1..=LONGEST_PHRASE.min(words.len() / FEW_REPEATS) {
        let mut from = 0;
        while from + phrase < words.len() {
            // As far as every word is the one a phrase earlier, the phrase repeats.
            let same = words[from..]
                .iter()
                .zip(&words[from + phrase..])
                .take_while(|(earlier, later)| earlier.0 == later.0)
                .count();
            let repeats = same / phrase + 1;
            let to = from + phrase * repeats;
            if is_loop(&words[from..to], phrase, repeats, voiced)
                && longest.is_none_or(|longest| longest.1 - longest.0 < to - from)
            {
                longest = Some((from, to, phrase, repeats));
            }
            from += same + 1;
        }
    }
    longest
}

fn is_loop(
    words: &[(String, TimeSpan)],
    phrase: usize,
    repeats: usize,
    voiced: &[TimeSpan],
) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let span = TimeSpan::new(first.1.start, last.1.end);
    let long = words.len() >= LOOP_WORDS || span.duration() >= LOOP_SECONDS;
    if repeats < REPEATS && !(repeats >= FEW_REPEATS && phrase > 1 && long) {
        return false;
    }
    // A roll call is answered "ja", "ja", "ja" …, each after a pause; a loop of so short a phrase runs
    // through one stretch of voice or through none.
    let stretches = voiced.iter().filter(|stretch| stretch.overlaps(&span)).count();
    phrase > 2 || stretches * 2 < repeats
}

fn compression(text: &str) -> f64 {
    if text.len() < COMPRESSIBLE {
        return 1.0;
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory cannot fail; if it did, the ratio of 1 would judge nothing.
    let packed = zlib.write_all(text.as_bytes()).and_then(|()| zlib.finish());
    packed.map_or(1.0, |packed| text.len() as f64 / packed.len().max(1) as f64)
}
