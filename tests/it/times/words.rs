//! Words are put where they sound.

use proptest::prelude::*;
use referent::asr::{self, Decoded, Decoding, EngineError, Session, Token, Utterance};
use referent::meeting::{SAMPLE_RATE, SpeechWindow, TimeSpan, Word};

/// A session that says the same, whatever it hears.
struct Script(Decoded);

impl Session for Script {
    fn decode(&mut self, _: &SpeechWindow, _: &Decoding) -> Result<Decoded, EngineError> {
        Ok(self.0.clone())
    }
}

/// Where the windows here begin on the recording.
const BEGINS: f64 = 100.0;

/// A window of eight seconds: a tone where something is said, faint noise elsewhere. Times count
/// from the start of the window.
fn window(sounds: &[(f64, f64)], voiced: &[(f64, f64)]) -> SpeechWindow {
    let rate = f64::from(SAMPLE_RATE);
    let samples = (0..8 * SAMPLE_RATE).map(|n| {
        let time = f64::from(n) / rate;
        let on = sounds.iter().any(|(start, end)| (*start..*end).contains(&time));
        let noise = f64::from(n.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 - 0.5;
        let tone = (time * 220.0 * std::f64::consts::TAU).sin();
        (noise * 0.002 + if on { tone * 0.2 } else { 0.0 }) as f32
    });
    let span = |&(start, end): &(f64, f64)| TimeSpan::new(BEGINS + start, BEGINS + end);
    SpeechWindow {
        index: 0,
        span: span(&(0.0, 8.0)),
        samples: samples.collect(),
        voiced: voiced.iter().map(span).collect(),
    }
}

/// What is heard when the engine gives these tokens, with the times at which they had been said.
fn hear(window: &SpeechWindow, tokens: &[(&str, f64)]) -> Vec<Word> {
    let tokens = tokens.iter().map(|&(text, end)| Token {
        bytes: text.as_bytes().to_vec(),
        probability: 0.9,
        end: Some(end),
    });
    let utterance = Utterance { start: 0.0, end: 8.0, no_speech: 0.0, tokens: tokens.collect() };
    let decoded = Decoded { utterances: vec![utterance], temperature: 0.0, attempts: 1 };
    let text = asr::recognise(&mut Script(decoded), window, "").unwrap();
    text.segments.into_iter().flat_map(|segment| segment.words).collect()
}

fn starts(words: &[Word]) -> Vec<f64> {
    words.iter().map(|word| ((word.start - BEGINS) * 1000.0).round() / 1000.0).collect()
}

/// Whether every time lies within 30 ms of what is wanted: rises are measured over 30 ms to each side.
fn near(found: &[f64], wanted: &[f64]) -> bool {
    found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= 0.03)
}

#[test]
fn a_word_begins_where_its_sound_does() {
    // Short dips between words, too short for voice activity; the aligner is 60 to 110 ms early.
    let sounds = [(1.0, 1.35), (1.42, 1.8), (1.86, 2.3), (2.37, 2.9)];
    let window = window(&sounds, &[(1.0, 2.9)]);
    let words = hear(&window, &[(" vi", 1.33), (" går", 1.8), (" videre", 2.26), (" nu", 2.85)]);
    let found = starts(&words);
    assert!(near(&found, &[1.0, 1.42, 1.86, 2.37]), "{found:?}");
    assert_eq!(words[0].end, words[1].start);
    assert!((words[3].end - BEGINS - 2.9).abs() < 0.02, "{words:?}");
}

#[test]
fn a_word_after_a_pause_begins_after_it() {
    // The token after the pause begins where the one before it ended, a little before its voice did.
    let window = window(&[(0.2, 1.6), (3.0, 3.8)], &[(0.2, 1.6), (3.0, 3.8)]);
    let words = hear(&window, &[(" mødet", 0.7), (" åbnet", 1.54), (" tak", 3.3), (" for", 3.8)]);
    let found = starts(&words);
    assert!((found[2] - 3.0).abs() <= 0.02, "{found:?}");
    assert!((words[1].end - BEGINS - 1.6).abs() <= 0.02, "{words:?}");
}

#[test]
fn a_word_that_voice_activity_noticed_late_is_not_clipped() {
    let window = window(&[(1.0, 2.0)], &[(1.15, 2.0)]);
    let found = starts(&hear(&window, &[(" farvel", 2.0)]));
    assert!(near(&found, &[1.0]), "{found:?}");
}

#[test]
fn noise_does_not_draw_a_word_forward() {
    // Nothing but noise before the voice: it begins where voice activity has it.
    let mut window = window(&[], &[(3.0, 4.0)]);
    for (sample, n) in window.samples.iter_mut().zip(0_u32..) {
        *sample = (f64::from(n.wrapping_mul(2_654_435_761) >> 16) / 655_360.0 - 0.05) as f32;
    }
    let found = starts(&hear(&window, &[(" ja", 4.0)]));
    assert_eq!(found, [3.0]);
}

proptest! {
    #[test]
    fn words_stay_in_order_and_in_their_window(
        tokens in prop::collection::vec(("( ?[a-zæ]{1,5}|\\.|,)", -3.0..12.0_f64), 0..40),
        voiced in prop::collection::vec((0.0..8.0_f64, 0.0..2.0_f64), 0..6),
    ) {
        let mut from = 0.0;
        let mut stretches = Vec::new();
        for (gap, length) in voiced {
            let start = from + gap / 4.0;
            from = start + length;
            if from < 8.0 {
                stretches.push((start, from));
            }
        }
        let window = window(&stretches, &stretches);
        let tokens: Vec<(&str, f64)> =
            tokens.iter().map(|(text, end)| (text.as_str(), *end)).collect();
        let words = hear(&window, &tokens);
        for word in &words {
            prop_assert!(word.start <= word.end, "{word:?}");
            prop_assert!(word.start >= BEGINS && word.end <= BEGINS + 8.0, "{word:?}");
        }
        for pair in words.windows(2) {
            prop_assert!(pair[0].start <= pair[1].start && pair[0].end <= pair[1].start, "{pair:?}");
        }
    }
}
