//! What was said, and when.

use serde::{Deserialize, Serialize};

use super::{TimeSpan, Warning, milliseconds};

/// Number of a segment, unique within its transcript, 1 and up.
pub type SegmentId = u32;

/// `transcript.json`: the speech of a meeting in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub schema: String,
    /// ISO 639-1 code of the language that recognition was locked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Length of the recording in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "milliseconds::option")]
    pub duration: Option<f64>,
    pub segments: Vec<Segment>,
    /// Stretches behind closed doors: their text is not here (see `internal/closed.json`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<TimeSpan>,
    /// What a person's corrections changed, in order; none of it lies in `closed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

impl Transcript {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/transcript/1";

    /// A transcript of `segments`, nothing else known.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            language: None,
            duration: None,
            segments,
            closed: Vec::new(),
            corrections: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The segments that may go into captions, minutes and indexes: all that are not withheld.
    pub fn trusted(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| !segment.is_withheld())
    }

    /// The segment with this id.
    pub fn segment(&self, id: SegmentId) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.id == id)
    }
}

/// One use of a rule from the corrections file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Number of the rule in its file, 1 and up.
    pub rule: u32,
    pub segment: SegmentId,
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    /// The words as they were recognised.
    pub before: String,
    /// The words that stand in the segment now.
    pub after: String,
}

impl Correction {
    /// Where the corrected words lie on the recording.
    pub fn span(&self) -> TimeSpan {
        TimeSpan::new(self.start, self.end)
    }
}

/// A sentence or so of one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub id: SegmentId,
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    pub text: String,
    /// Name of the speaker, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// Number of the agenda item it was assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

impl Segment {
    /// Where the segment lies on the recording.
    pub fn span(&self) -> TimeSpan {
        TimeSpan::new(self.start, self.end)
    }

    /// Whether the guard keeps this segment out of captions, minutes and indexes.
    pub fn is_withheld(&self) -> bool {
        self.flags.iter().any(|flag| flag.kind.withholds())
    }
}

/// A word with its time and the probability that the recogniser gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    /// The word with its punctuation, without surrounding blanks.
    pub text: String,
    /// 0..=1.
    #[serde(with = "milliseconds")]
    pub probability: f64,
}

/// A remark on a segment or window that a person should see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    pub kind: FlagKind,
    /// One English sentence that holds no transcript text.
    pub reason: String,
}

/// Kinds of [`Flag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagKind {
    /// The recogniser was unsure; the text stands but is marked.
    LowConfidence,
    /// The decoder repeated itself.
    Repetition,
    /// Text that recognisers invent over silence or noise.
    Hallucination,
    /// Recognition of the window failed.
    Failed,
}

impl FlagKind {
    /// Whether text under this flag stays out of captions, minutes and indexes.
    pub fn withholds(self) -> bool {
        !matches!(self, Self::LowConfidence)
    }
}
