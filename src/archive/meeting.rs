//! A meeting as the archive keeps it: what is public, and nothing else.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::MeetingId;
use crate::meeting::{
    ApprovalState, Attachment, Decision, DecisionOutcome, ItemMinutes, ItemState, Member,
    SegmentId, TimeSpan, milliseconds,
};

/// What lists show of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeetingHead {
    pub id: MeetingId,
    /// Never empty.
    pub title: String,
    pub municipality: Option<String>,
    pub committee: Option<String>,
    /// ISO 8601.
    pub date: Option<String>,
    /// Seconds.
    #[serde(with = "milliseconds::option")]
    pub duration: Option<f64>,
    pub state: ApprovalState,
}

/// What is public of a meeting. Goes in through [`super::Archive::add`] and comes out of
/// [`super::Reader::meeting`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    #[serde(flatten)]
    pub head: MeetingHead,
    /// In the agenda's order.
    pub items: Vec<Item>,
    /// In the order of their start.
    pub speech: Vec<Speech>,
    /// Stretches behind closed doors, in order. That there were some is public; nothing of them is.
    pub closed: Vec<TimeSpan>,
    /// Groups of names for people to read: `("Afbud", "Pia Lund (C)")`.
    pub attendance: Vec<(String, String)>,
    /// Those who may speak, as the agenda lists them.
    pub members: Vec<Member>,
    pub origin: Origin,
    /// Where its files lie. Not for the public.
    #[serde(skip)]
    pub source: Source,
}

/// What made the text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// Version of Referent.
    pub version: String,
    pub engine: String,
    /// Name of the recognition model.
    pub model: String,
    /// ISO 639-1 code of the language spoken.
    pub language: Option<String>,
    /// Segments whose text the guard kept back, and that are not in the archive.
    pub withheld: u32,
}

/// Where a meeting comes from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Source {
    /// The meeting's folder, absolute.
    pub folder: PathBuf,
    /// Changes whenever any file that the meeting is read from changes.
    pub fingerprint: String,
    /// SHA-256 of the recording, hexadecimal.
    pub recording_sha256: String,
    /// The recording, absolute, when it lies in the folder or beside it.
    pub recording: Option<PathBuf>,
    /// The captions (WebVTT), absolute, when the folder has them.
    pub captions: Option<PathBuf>,
}

/// One item of the agenda. A closed one has its number and title alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// As printed: "7", "6a".
    pub number: String,
    pub title: String,
    pub closed: bool,
    /// Sagsnummer as printed.
    pub case: Option<String>,
    /// None when the meeting was not aligned.
    pub state: Option<ItemState>,
    /// Stretches in which it was treated, in order.
    pub spans: Vec<TimeSpan>,
    /// Probability that the start is right, 0..=1.
    pub confidence: Option<f64>,
    /// Numbers of the items treated under ét with this one.
    pub joint: Vec<String>,
    /// The agenda's texts in the order of their names.
    pub documents: Vec<Document>,
    pub attachments: Vec<Attachment>,
    pub minutes: Option<ItemMinutes>,
}

impl Item {
    /// When it was first taken up, seconds.
    pub fn start(&self) -> Option<f64> {
        self.spans.first().map(|span| span.start)
    }

    /// The beslutning.
    pub fn decision(&self) -> Option<&Decision> {
        self.minutes.as_ref().and_then(|minutes| minutes.decision.as_ref())
    }

    /// What the decision came to.
    pub fn outcome(&self) -> Option<DecisionOutcome> {
        self.decision().map(|decision| decision.outcome)
    }
}

/// A text of the agenda.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Document {
    /// Canonical name: `indstilling`, `sagsfremstilling` …
    pub name: String,
    /// Plain text, one paragraph or list point a line.
    pub text: String,
}

/// A segment of the transcript that may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speech {
    pub id: SegmentId,
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    pub text: String,
    pub speaker: Option<String>,
    /// The speaker's party, when the agenda tells it.
    pub party: Option<String>,
    /// Number of the item.
    pub item: Option<String>,
    /// Byte ranges of `text` that the recogniser was unsure of, in order.
    pub doubts: Vec<(usize, usize)>,
}

impl Speech {
    /// Where it lies on the recording.
    pub fn span(&self) -> TimeSpan {
        TimeSpan::new(self.start, self.end)
    }
}
