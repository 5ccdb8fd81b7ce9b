//! Keeps invented text out: loops are decoded again, and what stays bad is flagged, never deleted.

use std::io::Write;

use super::engine::{Decoding, EngineError, Session};
use super::phantoms;
use super::words::{self, Heard};
use crate::meeting::{Flag, FlagKind, Segment, SpeechWindow, TimeSpan, WindowText, WindowVerdict};

/// Repetitions of the same words in a row that make a loop (PEERS: repeat quarantine).
const REPEATS: usize = 8;
/// Fewer repetitions, at least [`FEW_REPEATS`], make a loop when they cover this many words …
const LOOP_WORDS: usize = 16;
/// … or this many seconds.
const LOOP_SECONDS: f64 = 20.0;
const FEW_REPEATS: usize = 4;
/// Longest phrase, in words, whose repetition is looked for.
const LONGEST_PHRASE: usize = 16;
/// Text that zlib shortens more than this repeats itself (OpenAI's Whisper).
const COMPRESSION: f64 = 2.4;
/// Shorter text, in bytes, is not judged by compression.
const COMPRESSIBLE: usize = 200;
/// Words per second of voice that nobody can say: auctioneers reach 6 in Danish.
const FASTEST: f64 = 9.0;
/// Below this share of voice under a segment, "little voice" is meant.
const LITTLE_VOICE: f64 = 0.5;
/// Share of voice below which any text is invented.
const NO_VOICE: f64 = 0.1;
/// The engine's own probability of silence that counts as little voice (OpenAI's Whisper).
const NO_SPEECH: f32 = 0.6;
/// Words in a row from the prompt that make a leak.
const LEAK: usize = 6;
/// Seconds of voice from which a window without any text is tried again without the prompt.
const UNHEARD: f64 = 3.0;
/// Segments whose words have a lower mean probability (geometric, as each word's own) are marked: the
/// recogniser would bet on less than every second word. Measured with `base` on a synthetic meeting of
/// ten minutes: of the words given 0.4 to 0.6 a third were right, of those given 0.9 and more 80 %, so
/// the probabilities are somewhat too high and the mark is not put too early.
pub const LOW_CONFIDENCE: f64 = 0.5;

/// What a window is decoded with until the text is good: as usual; with a wide search and without the
/// prompt, which can start a loop; then by sampling, which breaks one.
const DECODINGS: [Decoding; 3] = [
    Decoding::FIRST,
    Decoding { temperature: 0.0, beam: 5, prompt: false },
    Decoding { temperature: 0.4, beam: 1, prompt: false },
];

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

/// Recognises a window, tries again while the text is bad, and flags what stays so. `prompt` is the
/// text that the session was given as prompt.
///
/// # Errors
/// When the engine fails on the first try; later failures leave the text of the tries before.
pub fn recognise(
    session: &mut dyn Session,
    window: &SpeechWindow,
    prompt: &str,
) -> Result<WindowText, EngineError> {
    let prompt: Vec<String> = split(prompt);
    let voice: f64 = window.voiced.iter().map(TimeSpan::duration).sum();
    let mut attempts = 0;
    let mut best: Option<(f64, Vec<Heard>, Judgement, f32)> = None;
    for decoding in &DECODINGS {
        let decoded = match session.decode(window, decoding) {
            Ok(decoded) => decoded,
            Err(error) if best.is_none() => return Err(error),
            Err(_) => break,
        };
        attempts += decoded.attempts;
        let heard = words::hear(&decoded, window);
        let segments: Vec<&Segment> = heard.iter().map(|heard| &heard.segment).collect();
        let judgement = judge(&segments, &window.voiced);
        let leaked = heard.iter().any(|heard| leaks(heard, window, &prompt));
        let unheard = heard.is_empty() && decoding.prompt && voice >= UNHEARD;
        let badness = match &judgement {
            Judgement::Fine if unheard => 0.5,
            Judgement::Fine if leaked => 0.25,
            Judgement::Fine => 0.0,
            Judgement::Loop { from, to, .. } => 1.0 + (to - from) as f64,
            Judgement::TooFast { .. } => 1.0,
        };
        if best.as_ref().is_none_or(|best| badness < best.0) {
            best = Some((badness, heard, judgement, decoded.temperature));
        }
        // A text that is missing or leaks the prompt deserves one other try, not the sampling.
        if badness == 0.0 || (badness < 1.0 && !decoding.prompt) {
            break;
        }
    }
    let (_, heard, judgement, temperature) =
        best.ok_or_else(|| EngineError("nothing was decoded".to_owned()))?;
    let segments = flag(heard, &judgement, window, &prompt);
    let quarantined = segments.iter().any(Segment::is_withheld);
    let unheard = (segments.is_empty() && voice >= UNHEARD).then(|| Flag {
        kind: FlagKind::LowConfidence,
        reason: format!("{voice:.0} s of voice gave no text"),
    });
    Ok(WindowText {
        index: window.index,
        span: window.span,
        verdict: if quarantined { WindowVerdict::Quarantined } else { WindowVerdict::Recognised },
        segments,
        attempts,
        temperature: f64::from(temperature),
        flags: unheard.into_iter().collect(),
    })
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

fn flag(
    heard: Vec<Heard>,
    judgement: &Judgement,
    window: &SpeechWindow,
    prompt: &[String],
) -> Vec<Segment> {
    let mut segments = Vec::new();
    // A window that is mostly loop is not trusted anywhere: the rest of it is the same loop's
    // beginning, with other words (measured with `base` on six voices at once).
    let total: usize = heard.iter().map(|heard| heard.segment.words.len()).sum();
    let mut seen = 0;
    for heard in heard {
        let invented = invention(&heard, window, prompt);
        let count = heard.segment.words.len();
        let mut mark = |mut segment: Segment, looped: Option<&str>| {
            if let Some(reason) = looped {
                segment.flags.push(Flag { kind: FlagKind::Repetition, reason: reason.to_owned() });
            }
            if let Some(reason) = &invented {
                segment.flags.push(Flag { kind: FlagKind::Hallucination, reason: reason.clone() });
            }
            let confidence = confidence(&segment);
            if confidence < LOW_CONFIDENCE {
                segment.flags.push(Flag {
                    kind: FlagKind::LowConfidence,
                    reason: format!("mean word probability {confidence:.2}"),
                });
            }
            segments.push(segment);
        };
        match judgement {
            Judgement::Fine => mark(heard.segment, None),
            Judgement::TooFast { reason } => mark(heard.segment, Some(reason)),
            Judgement::Loop { from, to, reason } if (to - from) * 2 >= total => {
                mark(heard.segment, Some(reason));
            }
            Judgement::Loop { from, to, reason } => {
                // Words before and after the loop are not withheld with it.
                let from = from.saturating_sub(seen).min(count);
                let to = to.saturating_sub(seen).min(count);
                let (before, rest) = words::divide(heard.segment, from);
                let (looped, after) = match rest {
                    Some(rest) => words::divide(rest, to - from),
                    None => (None, None),
                };
                if let Some(part) = before {
                    mark(part, None);
                }
                if let Some(part) = looped {
                    mark(part, Some(reason));
                }
                if let Some(part) = after {
                    mark(part, None);
                }
            }
        }
        seen += count;
    }
    segments
}

/// Why a segment is taken for invented, if it is.
fn invention(heard: &Heard, window: &SpeechWindow, prompt: &[String]) -> Option<String> {
    let voice = voice_under(heard.span, &window.voiced);
    let share = voice / heard.span.duration().max(0.01);
    let silent = heard.no_speech > NO_SPEECH;
    let text = &heard.segment.text;
    if (share < LITTLE_VOICE || silent) && phantoms::is_credit(text) {
        return Some("a line that recognisers invent, where there is little voice".to_owned());
    }
    if share < NO_VOICE && (silent || phantoms::is_filler(text)) {
        return Some("text where there is no voice".to_owned());
    }
    leaks(heard, window, prompt)
        .then(|| "the prompt's own words, where there is little voice".to_owned())
}

fn leaks(heard: &Heard, window: &SpeechWindow, prompt: &[String]) -> bool {
    let share = voice_under(heard.span, &window.voiced) / heard.span.duration().max(0.01);
    let words = split(&heard.segment.text);
    (share < LITTLE_VOICE || heard.no_speech > NO_SPEECH)
        && words.windows(LEAK).any(|part| prompt.windows(LEAK).any(|own| own == part))
}

fn voice_under(span: TimeSpan, voiced: &[TimeSpan]) -> f64 {
    let shared = |stretch: &TimeSpan| stretch.end.min(span.end) - stretch.start.max(span.start);
    voiced.iter().map(|stretch| shared(stretch).max(0.0)).sum()
}

/// Geometric mean of the word probabilities.
fn confidence(segment: &Segment) -> f64 {
    let sum: f64 = segment.words.iter().map(|word| word.probability.max(1e-6).ln()).sum();
    (sum / segment.words.len().max(1) as f64).exp()
}

fn split(text: &str) -> Vec<String> {
    phantoms::fold(text).split_whitespace().map(str::to_owned).collect()
}
