//! Which speech belongs to which item of the agenda.

use serde::{Deserialize, Serialize};

use super::{SegmentId, TimeSpan, Warning, milliseconds};

/// `alignment.json`: agenda and transcript brought together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    pub schema: String,
    /// One for each agenda item, in the agenda's order.
    pub items: Vec<ItemSpan>,
    /// Speech that belongs to no item: opening, breaks, farewells.
    pub unassigned: Vec<SegmentId>,
    /// Stretches behind closed doors, fail-closed, merged and in order.
    #[serde(default)]
    pub closed: Vec<TimeSpan>,
    /// Announced or silent breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<TimeSpan>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Alignment {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/alignment/1";

    /// The item with this number.
    pub fn item(&self, number: &str) -> Option<&ItemSpan> {
        self.items.iter().find(|item| item.number == number)
    }

    /// Whether any part of `span` lies behind closed doors.
    pub fn is_closed(&self, span: TimeSpan) -> bool {
        self.closed.iter().any(|closed| closed.overlaps(&span))
    }
}

/// Where an agenda item was treated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemSpan {
    pub number: String,
    pub title: String,
    /// Start of the first span, seconds; none when the item was not found.
    #[serde(with = "milliseconds::option")]
    pub start: Option<f64>,
    /// End of the last span, seconds.
    #[serde(with = "milliseconds::option")]
    pub end: Option<f64>,
    /// Every stretch in which it was treated (more than one when reopened or interrupted).
    pub spans: Vec<TimeSpan>,
    /// Ids of the segments in those spans, in order.
    pub segments: Vec<SegmentId>,
    /// Probability that the start is right, 0..=1.
    #[serde(with = "milliseconds")]
    pub confidence: f64,
    pub evidence: Vec<Cue>,
    pub state: ItemState,
    /// Treated behind closed doors, in whole or in part.
    #[serde(default)]
    pub closed: bool,
    /// Numbers of the items treated under ét with this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<String>,
}

/// One reason for the alignment of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    pub segment: SegmentId,
    /// In words that a secretary understands, in Danish: `siger »punkt fem«`.
    pub why: String,
}

/// What became of an item in the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemState {
    #[serde(rename = "treated")]
    Treated,
    /// Udsat to a later meeting.
    #[serde(rename = "postponed")]
    Postponed,
    /// Udgået, taken off the agenda.
    #[serde(rename = "withdrawn")]
    Withdrawn,
    #[serde(rename = "not found")]
    NotFound,
}
