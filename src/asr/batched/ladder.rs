//! The ladder of temperatures: a text that repeats itself or is improbable is decoded again, each time a
//! little hotter. Both places that compute, processor and GPU, climb the same one.

use super::NOTHING;
use super::search::{Found, Way};
use crate::asr::engine::{Decoded, Decoding, EngineError, Utterance};
use crate::meeting::SpeechWindow;

/// Rise of the temperature from one try to the next, and the last (OpenAI's Whisper).
const STEP: f32 = 0.2;
const LAST: f32 = 1.0;
/// From this temperature on the prompt is left out (OpenAI's Whisper).
const WITHOUT_PROMPT: f32 = 0.5;
/// A decoding whose last 32 tokens have less entropy has begun to repeat itself (whisper.cpp).
const ENTROPY: f64 = 2.4;
/// A decoding with a lower mean log probability is tried again (OpenAI's Whisper).
const LOG_PROBABILITY: f32 = -1.0;
/// Above this, an unlikely decoding is silence (OpenAI's Whisper).
const NO_SPEECH: f32 = 0.6;

/// How to decode some sounds once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rung {
    pub(super) way: Way,
    /// Whether the prompt is read first.
    pub(super) prompt: bool,
    /// Entropy of a text that is given up where it falls below, as it is tried again anyway.
    pub(super) hasty: Option<f64>,
}

/// A text with how it came about.
pub(super) struct Text<T> {
    pub(super) found: T,
    temperature: f32,
    attempts: u32,
}

/// Finds a text for each sound; with `fallback` the bad ones are tried again at rising temperatures.
/// `find` gets as many sounds at once as make no more than `side_by_side` hypotheses.
pub(super) fn climb<S, T: AsRef<Found>>(
    sounds: &[&S],
    decoding: &Decoding,
    fallback: bool,
    side_by_side: usize,
    mut find: impl FnMut(&[&S], Rung) -> Result<Vec<T>, EngineError>,
) -> Result<Vec<Text<T>>, EngineError> {
    let way = match decoding.temperature {
        temperature if temperature > 0.0 => Way::Sampled(temperature),
        _ if decoding.beam > 1 => Way::Beam(decoding.beam as usize),
        _ => Way::Greedy,
    };
    let fallback = fallback && decoding.fallback;
    let hasty = |more: bool| more.then_some(ENTROPY);
    let mut temperature = decoding.temperature;
    let mut texts = Vec::with_capacity(sounds.len());
    let rung = Rung { way, prompt: decoding.prompt, hasty: hasty(fallback) };
    for sounds in sounds.chunks(way.together(side_by_side)) {
        let found = find(sounds, rung)?;
        texts.extend(found.into_iter().map(|found| Text { found, temperature, attempts: 1 }));
    }
    while fallback && temperature + STEP < LAST + STEP / 2.0 {
        temperature += STEP;
        let rung = Rung {
            way: Way::Sampled(temperature),
            prompt: decoding.prompt && temperature < WITHOUT_PROMPT,
            hasty: hasty(temperature + STEP < LAST + STEP / 2.0),
        };
        let mut bad: Vec<(&mut Text<T>, &S)> = texts
            .iter_mut()
            .zip(sounds)
            .filter(|(text, _)| is_bad(text.found.as_ref()))
            .map(|(text, &sound)| (text, sound))
            .collect();
        for some in bad.chunks_mut(rung.way.together(side_by_side)) {
            let sounds: Vec<&S> = some.iter().map(|(_, sound)| *sound).collect();
            for ((text, _), found) in some.iter_mut().zip(find(&sounds, rung)?) {
                text.found = found;
                text.temperature = temperature;
                text.attempts += 1;
            }
        }
    }
    Ok(texts)
}

/// The windows that are long enough to hold a word.
pub(super) fn sounding<'a>(windows: &[&'a SpeechWindow]) -> Vec<&'a SpeechWindow> {
    windows.iter().copied().filter(|window| window.samples.len() >= NOTHING).collect()
}

/// What was decoded of each window; `texts` are those of the [`sounding`] ones, of which `say` makes
/// sentences.
pub(super) fn decoded<T: AsRef<Found>>(
    windows: &[&SpeechWindow],
    texts: Vec<Text<T>>,
    mut say: impl FnMut(T, usize, &SpeechWindow) -> Vec<Utterance>,
) -> Vec<Decoded> {
    let mut texts = texts.into_iter().enumerate();
    let mut decoded = Vec::with_capacity(windows.len());
    for window in windows {
        if window.samples.len() < NOTHING {
            decoded.push(Decoded { attempts: 1, ..Decoded::default() });
            continue;
        }
        let Some((at, Text { found, temperature, attempts })) = texts.next() else { break };
        let is_silence = is_silence(found.as_ref());
        let utterances = if is_silence { Vec::new() } else { say(found, at, window) };
        decoded.push(Decoded { utterances, temperature, attempts });
    }
    decoded
}

fn is_silence(found: &Found) -> bool {
    found.no_speech > NO_SPEECH && found.likelihood < LOG_PROBABILITY
}

fn is_bad(found: &Found) -> bool {
    let repeats = found.variety().is_some_and(|variety| variety < ENTROPY);
    repeats || (found.likelihood < LOG_PROBABILITY && found.no_speech <= NO_SPEECH)
}
