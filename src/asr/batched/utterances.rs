//! From a text that was found to utterances with times: one for each sentence.

use super::alignment;
use super::decoder::{Decoder, Sound};
use super::search::{Chosen, Found};
use super::tokens::Tokens;
use crate::asr::engine::{Token, Utterance};
use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Seconds from one encoded position to the next.
const POSITION: f64 = 0.02;
/// A sentence ends at a full stop, question or exclamation mark, and at a pause as long as this (s).
const PAUSE: f64 = 1.5;

/// The utterances of a window.
pub(super) fn utterances(
    found: &Found,
    sound: &Sound,
    decoder: &Decoder,
    tokens: &Tokens,
    window: &SpeechWindow,
) -> Vec<Utterance> {
    let length = window.samples.len() as f64 / f64::from(SAMPLE_RATE);
    let sounding = (length / POSITION).ceil() as usize;
    let heads = decoder.followers();
    // Row n listened for token n, so row n + 1 begins where token n has been said.
    let starts = alignment::starts(&found.attention, heads, sound.positions, sounding);
    let end =
        |n| starts.get(n).map_or(length, |&start: &usize| start as f64 * POSITION).min(length);
    let ends: Vec<f64> = (0..found.tokens.len()).map(end).collect();
    sentences(&found.tokens, &ends, found.no_speech, tokens)
}

/// The sentences of a text; `ends` says when each token has been said, in seconds.
pub(super) fn sentences(
    text: &[Chosen],
    ends: &[f64],
    no_speech: f32,
    tokens: &Tokens,
) -> Vec<Utterance> {
    let mut utterances: Vec<Utterance> = Vec::new();
    let mut said = 0.0;
    let mut open = false;
    for (n, (chosen, &end)) in text.iter().zip(ends).enumerate() {
        let bytes = tokens.bytes(chosen.token);
        let word = bytes.first() == Some(&b' ');
        let pause = end - said > PAUSE;
        if !open || (word && pause && n > 0) {
            utterances.push(Utterance { start: said, end, no_speech, tokens: Vec::new() });
            open = true;
        }
        if let Some(utterance) = utterances.last_mut() {
            utterance.end = end;
            utterance.tokens.push(Token {
                bytes: bytes.to_vec(),
                probability: chosen.probability.clamp(0.0, 1.0),
                end: Some(end),
            });
        }
        said = end;
        // "3." in "3. januar" ends no sentence, and neither does a mark inside a word.
        let next = text.get(n + 1).map(|next| tokens.bytes(next.token));
        let mark = matches!(bytes.last(), Some(b'.' | b'?' | b'!'));
        let before = n.checked_sub(1).and_then(|n| text.get(n));
        let digit = bytes.len() == 1
            && before.is_some_and(|b| tokens.bytes(b.token).last().is_some_and(u8::is_ascii_digit));
        if mark && !digit && next.is_none_or(|next| next.first() == Some(&b' ')) {
            open = false;
        }
    }
    utterances
}
