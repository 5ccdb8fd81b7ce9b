//! What the published referat says was decided: the text of record, to be held against what was
//! said.

use serde::{Deserialize, Serialize};

use super::{AttendanceKind, Ballot, DecisionOutcome};

/// A referat as printed. Closed items hold their number and public title only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Referat {
    pub schema: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committee: Option<String>,
    /// Day of the meeting, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub items: Vec<ReferatItem>,
    #[serde(default)]
    pub attendance: Vec<Presence>,
}

impl Referat {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/referat/1";
}

/// One item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReferatItem {
    /// As printed.
    pub number: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    #[serde(default)]
    pub closed: bool,
    /// The beslutning as printed; none when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// What the decision comes to; none when its words are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DecisionOutcome>,
    /// "Ad 1 …"
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<PrintedPoint>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<PrintedVote>,
    /// Reservations and statements for the record, as printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// The decision on one point of the indstilling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrintedPoint {
    /// 1 for "Ad 1".
    pub point: u32,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DecisionOutcome>,
}

/// A vote as printed. What is not printed is none, never 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PrintedVote {
    /// What was voted on, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    #[serde(rename = "for")]
    pub in_favour: Ballot,
    pub against: Ballot,
    pub abstain: Ballot,
    /// Who "tager forbehold", which is neither against nor abstaining.
    pub reserved: Ballot,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DecisionOutcome>,
    /// The words it was read from.
    pub text: String,
}

/// Who was there, or was not. A reason for absence is never kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    pub kind: AttendanceKind,
    /// The item or items it concerns, as printed: "7", "129-138"; none for the whole meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// When, as `17:32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// For a stedfortræder: the member replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}
