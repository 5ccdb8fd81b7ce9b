//! What a search found.

use serde::Serialize;

use super::{MeetingHead, MeetingId};
use crate::meeting::{DecisionOutcome, ItemState, SegmentId, milliseconds};

/// Items found, best first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Results {
    pub items: Vec<ItemHits>,
    /// Items found in all, as far as was looked.
    pub found: usize,
    /// There may be more than was looked at: the words are very common. More words would help.
    pub bounded: bool,
    /// Words of the archive that stood in for a word that it does not have, `(asked, taken)`.
    pub corrected: Vec<(String, String)>,
}

/// The hits in one item of one meeting, or in what belongs to no item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemHits {
    pub meeting: MeetingHead,
    /// None for speech outside of all items.
    pub item: Option<ItemHead>,
    /// Only for comparison within one search; no probability.
    pub score: f64,
    /// In title, agenda texts and decision; best first.
    pub papers: Vec<PaperHit>,
    /// In the transcript, in order of time.
    pub speech: Vec<SpeechHit>,
    /// Path of the page to open: the first hit's time, else the item.
    pub link: String,
}

/// What lists show of an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemHead {
    pub number: String,
    pub title: String,
    pub closed: bool,
    pub case: Option<String>,
    pub state: Option<ItemState>,
    pub outcome: Option<DecisionOutcome>,
    /// When it was first taken up, seconds.
    #[serde(with = "milliseconds::option")]
    pub start: Option<f64>,
}

/// Where in an item's papers a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperKind {
    Title,
    /// Sagsnummer.
    Case,
    /// A text of the agenda.
    Agenda,
    Decision,
}

/// A hit in the papers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaperHit {
    pub kind: PaperKind,
    /// Which text of the agenda: `sagsfremstilling`.
    pub document: Option<String>,
    pub snippet: Snippet,
}

/// A hit in the transcript.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpeechHit {
    pub segment: SegmentId,
    /// Seconds; where to start listening.
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    pub speaker: Option<String>,
    pub party: Option<String>,
    pub snippet: Snippet,
    /// Path of the meeting's page at that time.
    pub link: String,
}

/// A stretch of text with what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Snippet {
    /// Plain text; `…` stands where more was cut off.
    pub text: String,
    /// Byte ranges of `text` to highlight, in order, none in another.
    pub marks: Vec<(usize, usize)>,
}

impl Snippet {
    /// The text in pieces, each with whether it is highlighted.
    pub fn pieces(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for &(from, to) in &self.marks {
            pieces.extend(self.text.get(at..from).map(|text| (text, false)));
            pieces.extend(self.text.get(from..to).map(|text| (text, true)));
            at = to;
        }
        pieces.extend(self.text.get(at..).map(|text| (text, false)));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

impl ItemHits {
    /// Path of the item's page, or of the meeting's.
    pub(super) fn home(meeting: &MeetingId, item: Option<&ItemHead>) -> String {
        match item {
            Some(item) => format!("{}/punkt/{}", meeting.path(), encoded(&item.number)),
            None => meeting.path(),
        }
    }
}

/// An item's number as one part of a path.
fn encoded(number: &str) -> String {
    let mut path = String::new();
    for byte in number.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}
