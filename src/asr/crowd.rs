//! Whether one voice is heard, or a room full of them.

use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Length over which loudness is taken, in samples: 20 ms, shorter than a stop consonant.
const STEP: usize = SAMPLE_RATE as usize / 50;
/// A step this far below the mean power is a dip: 10 dB.
const BELOW: f64 = 0.1;

/// Voiced sound with a smaller share of dips may be several voices at once. Measured: one voice in a quiet
/// room 0.3 to 0.5, the same in noise 10 dB below it or in a hall 0.13 to 0.27, three or more voices 0.02
/// to 0.25.
const CROWDED: f64 = 0.27;

/// Whether several voices, or a voice and noise, may be heard at once.
pub(super) fn is_crowded(window: &SpeechWindow) -> bool {
    dips(window).is_some_and(|dips| dips < CROWDED)
}

/// Whether one voice is clearly heard. Of a window without voice neither is true.
pub(super) fn is_one_voice(window: &SpeechWindow) -> bool {
    dips(window).is_some_and(|dips| dips >= CROWDED)
}

/// Share of the voiced 20 ms steps that lie at least 10 dB below the mean of all of them, 0..=1. One voice
/// dips at every consonant and between words; when several talk at once, or in loud noise, others fill the
/// dips. (After the "low short-time energy ratio" of L. Lu, H.-J. Zhang and H. Jiang, "Content analysis for
/// audio classification and segmentation", IEEE Trans. Speech and Audio Processing 10(7), 2002.) None
/// without voice.
fn dips(window: &SpeechWindow) -> Option<f64> {
    let powers: Vec<f64> = window
        .samples
        .chunks_exact(STEP)
        .zip(0_u32..)
        .filter(|(_, step)| {
            let time = window.span.start + f64::from(*step) * STEP as f64 / f64::from(SAMPLE_RATE);
            window.voiced.iter().any(|stretch| stretch.contains(time))
        })
        .map(|(step, _)| {
            step.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>() / STEP as f64
        })
        .collect();
    let mean = powers.iter().sum::<f64>() / powers.len() as f64;
    let low = powers.iter().filter(|&&power| power < mean * BELOW).count();
    (!powers.is_empty()).then(|| low as f64 / powers.len() as f64)
}
