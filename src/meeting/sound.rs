//! Sound on its way to text: what media, speech and asr hand to each other.

use serde::{Deserialize, Serialize};

use super::{Flag, Segment, TimeSpan, milliseconds};

/// Samples per second of all sound inside the program (Whisper's and Silero's rate).
pub const SAMPLE_RATE: u32 = 16_000;

/// A stretch of mono sound at [`SAMPLE_RATE`], samples in -1..=1, placed by absolute time.
/// Blocks come in order; a gap between two blocks is a gap in the recording.
#[derive(Debug, Clone, PartialEq)]
pub struct PcmBlock {
    /// Seconds from the start of the recording to the first sample.
    pub start: f64,
    pub samples: Vec<f32>,
}

impl PcmBlock {
    /// Seconds from the start of the recording to the end of the last sample.
    pub fn end(&self) -> f64 {
        self.start + self.samples.len() as f64 / f64::from(SAMPLE_RATE)
    }
}

/// Speech of at most 30 s, ready for a recogniser. Windows are independent of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechWindow {
    /// 0, 1, 2 … in the order of the recording; the same recording gives the same windows.
    pub index: u32,
    /// Where the samples lie on the recording, padding included.
    pub span: TimeSpan,
    /// Mono at [`SAMPLE_RATE`]; its length matches `span`.
    pub samples: Vec<f32>,
    /// Stretches of `span` in which voice activity was found.
    pub voiced: Vec<TimeSpan>,
}

/// How recognition of a window ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WindowVerdict {
    /// Recognised; `segments` may be empty when nobody spoke.
    Recognised,
    /// Recognised text that the guard does not trust; its segments carry the flags.
    Quarantined,
    /// The engine crashed or gave an error, twice; no text.
    Failed,
}

/// What a recogniser made of one window. One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowText {
    pub index: u32,
    pub span: TimeSpan,
    pub verdict: WindowVerdict,
    /// In order, absolute times; `id` is 0 until the transcript is put together.
    pub segments: Vec<Segment>,
    /// Decodings tried, 1 or more.
    pub attempts: u32,
    /// Sampling temperature of the decoding that was kept.
    #[serde(with = "milliseconds")]
    pub temperature: f64,
    /// Why earlier decodings were thrown away, one sentence each without transcript text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<String>,
    /// Flags of the window as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}
