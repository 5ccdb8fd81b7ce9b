//! What every recognition engine can do.

use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Samples of a frame, 10 ms.
const FRAME: usize = SAMPLE_RATE as usize / 100;
/// Silence after the sound, in frames. The models learnt on sound followed by silence up to 30 s; with
/// 1 s of it `small` missed 33 of 1,880 English words, with 5 s 22.
const SILENCE: usize = 500;
/// Frames are rounded up to a multiple of this, so that few lengths occur.
const ROUND: usize = 64;

/// Frames of 10 ms that an engine which takes `most` at once hears of so many samples: theirs, and of
/// the silence after them as much as it takes to be heard as at training.
pub(super) fn frames(samples: usize, most: usize) -> usize {
    (samples.div_ceil(FRAME) + SILENCE).next_multiple_of(ROUND).min(most)
}

/// A loaded model. One is shared by all workers of a process.
pub trait Engine: Send + Sync {
    /// What one worker needs of its own to decode.
    ///
    /// # Errors
    /// When there is no memory for it.
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError>;
}

/// One worker's hold on a model.
pub trait Session {
    /// Decodes a window. The result depends on window, decoding and settings alone, never on the
    /// windows before it.
    ///
    /// # Errors
    /// When the engine reports failure.
    fn decode(
        &mut self,
        window: &SpeechWindow,
        decoding: &Decoding,
    ) -> Result<Decoded, EngineError>;

    /// Decodes several windows, each as [`Self::decode`] would.
    ///
    /// # Errors
    /// When the engine reports failure at any of them.
    fn decode_together(
        &mut self,
        windows: &[&SpeechWindow],
        decoding: &Decoding,
    ) -> Result<Vec<Decoded>, EngineError> {
        windows.iter().map(|window| self.decode(window, decoding)).collect()
    }
}

/// An engine's own error, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(pub String);

/// How to search for the text of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoding {
    /// First sampling temperature.
    pub temperature: f32,
    /// Hypotheses kept at temperature 0; 1 is greedy.
    pub beam: u32,
    /// Whether to give the prompt.
    pub prompt: bool,
    /// Whether the temperature may rise by 0.2 up to 1 as long as the decoding is bad.
    pub fallback: bool,
}

impl Decoding {
    /// Greedy with the prompt: the first try of every window.
    pub const FIRST: Self = Self { temperature: 0.0, beam: 1, prompt: true, fallback: true };
}

/// What an engine heard in a window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// In order.
    pub utterances: Vec<Utterance>,
    /// Highest temperature that a kept part was decoded with.
    pub temperature: f32,
    /// Decodings tried, 1 or more.
    pub attempts: u32,
}

/// A stretch of text between two of the engine's own time stamps.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Seconds from the start of the window.
    pub start: f64,
    /// Seconds from the start of the window.
    pub end: f64,
    /// Probability that nobody speaks here, 0..=1.
    pub no_speech: f32,
    pub tokens: Vec<Token>,
}

/// A piece of text. A letter such as æ may be divided between two tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// UTF-8 when joined with its neighbours. A new word begins with a blank.
    pub bytes: Vec<u8>,
    /// 0..=1.
    pub probability: f32,
    /// When it has been said, in seconds from the start of the window; none when unknown.
    pub end: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_sound_is_heard() {
        // whisper.cpp counts the frames of which all samples are there, and gives up if it hears fewer.
        for samples in (17_600..480_000).step_by(159).chain([160_000, 160_001, 479_999, 480_000]) {
            let frames = frames(samples, 3000);
            assert!(frames <= 3000 && frames.is_multiple_of(2), "{samples}: {frames}");
            assert!(frames >= (1 + (samples - 200) / FRAME).min(3000), "{samples}: {frames}");
        }
        assert_eq!(frames(16_000, 3000), 640);
    }
}
