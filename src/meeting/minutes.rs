//! What was decided, with the evidence for every value.

use serde::{Deserialize, Serialize};

use super::{Condensed, Readability, SegmentId, Warning, Wording, milliseconds};

/// `minutes.json`: what the beslutningsprotokol and the debate summary are written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    pub schema: String,
    /// One for each agenda item, in the agenda's order; closed items hold nothing but their number
    /// and public title.
    pub items: Vec<ItemMinutes>,
    #[serde(default)]
    pub attendance: Vec<Attendance>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// How hard the texts are to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readability: Option<Readability>,
}

impl Minutes {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/minutes/1";
    /// What a `minutes.json` looks like, as JSON Schema (draft 2020-12).
    pub const JSON_SCHEMA: &'static str = include_str!("minutes.schema.json");
}

/// Where in the recording a value stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    pub segments: Vec<SegmentId>,
    /// Seconds; where to start listening.
    #[serde(with = "milliseconds")]
    pub start: f64,
    #[serde(with = "milliseconds")]
    pub end: f64,
    /// How much speaks for the value, 0..=1 and never either end: Laplace's rule over the signs that a
    /// secretary would look for (found + 1 of looked for + 2), times the share of the formula's letters heard
    /// as written, times the recogniser's mean probability of the words; of a sentence quoted as it was
    /// said, that probability alone. It is no share of right values, but was laid beside one
    /// (`referent eval minutes --sensitivity`, `eval votes`). Documents mark what is below 0.8.
    #[serde(with = "milliseconds")]
    pub confidence: f64,
}

/// The minutes of one item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ItemMinutes {
    pub number: String,
    pub title: String,
    #[serde(default)]
    pub closed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    #[serde(default)]
    pub votes: Vec<Vote>,
    #[serde(default)]
    pub amendments: Vec<Amendment>,
    #[serde(default)]
    pub dissents: Vec<Dissent>,
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What the two sides of a MED committee stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sides: Vec<SideStatement>,
    #[serde(default)]
    pub summary: Vec<Statement>,
    /// What a language model had to do with the summary; none when it had nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condensed: Option<Condensed>,
}

/// The beslutning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: DecisionOutcome,
    /// The operative text, in Danish.
    pub text: String,
    pub evidence: Evidence,
    /// Decisions point by point ("Ad 1 … Ad 2").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<DecisionPoint>,
    /// Body to which the case was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred_to: Option<String>,
    /// Meeting to which it was put off, as said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postponed_to: Option<String>,
}

/// The decision on one point of the indstilling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionPoint {
    /// 1 for "Ad 1".
    pub point: u32,
    pub outcome: DecisionOutcome,
    pub text: String,
    pub evidence: Evidence,
}

/// The decision vocabulary of Danish municipal protocols. JSON and documents use the Danish word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DecisionOutcome {
    #[serde(rename = "godkendt")]
    Godkendt,
    #[serde(rename = "vedtaget")]
    Vedtaget,
    #[serde(rename = "tiltrådt")]
    Tiltraadt,
    #[serde(rename = "anbefalet")]
    Anbefalet,
    #[serde(rename = "taget til efterretning")]
    TagetTilEfterretning,
    #[serde(rename = "drøftet")]
    Droeftet,
    #[serde(rename = "udsat")]
    Udsat,
    #[serde(rename = "forkastet")]
    Forkastet,
    #[serde(rename = "bortfaldet")]
    Bortfaldet,
    /// Sent on to another body.
    #[serde(rename = "henvist")]
    Henvist,
    /// Sent back to the body that it came from.
    #[serde(rename = "sendt tilbage")]
    SendtTilbage,
    #[serde(rename = "udgået")]
    Udgaaet,
    /// Treated without a decision (spørgetid, meddelelser).
    #[serde(rename = "ingen beslutning")]
    Ingen,
}

impl DecisionOutcome {
    /// The word as it stands in a protocol, lower case.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Godkendt => "godkendt",
            Self::Vedtaget => "vedtaget",
            Self::Tiltraadt => "tiltrådt",
            Self::Anbefalet => "anbefalet",
            Self::TagetTilEfterretning => "taget til efterretning",
            Self::Droeftet => "drøftet",
            Self::Udsat => "udsat",
            Self::Forkastet => "forkastet",
            Self::Bortfaldet => "bortfaldet",
            Self::Henvist => "henvist",
            Self::SendtTilbage => "sendt tilbage",
            Self::Udgaaet => "udgået",
            Self::Ingen => "ingen beslutning",
        }
    }
}

/// One afstemning.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Vote {
    /// What was voted on: "ændringsforslaget fra C og F", "indstillingen".
    pub question: String,
    #[serde(rename = "for")]
    pub in_favour: Ballot,
    pub against: Ballot,
    pub abstain: Ballot,
    /// `vedtaget` or `forkastet`; none when it was not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DecisionOutcome>,
    pub evidence: Evidence,
}

/// One side of a vote, as far as it was said. Unknown is none, never 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ballot {
    pub count: Option<u32>,
    /// Parties as spoken, by letter where known.
    #[serde(default)]
    pub parties: Vec<String>,
    #[serde(default)]
    pub names: Vec<String>,
}

/// An ændringsforslag.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Amendment {
    /// Parties or names that moved it.
    pub by: Vec<String>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DecisionOutcome>,
    pub evidence: Evidence,
}

/// A protokollat: an afvigende mening to be entered (styrelsesloven § 13, stk. 2).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dissent {
    /// Name or party, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    pub text: String,
    pub evidence: Evidence,
}

/// Something that somebody promised to do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Action {
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// ISO 8601 date where it can be resolved, else the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    pub evidence: Evidence,
}

/// What one side of a MED committee stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideStatement {
    pub side: Side,
    pub text: String,
    pub evidence: Evidence,
}

/// The sides of a MED committee (medindflydelse og medbestemmelse).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Ledelse,
    Medarbejdere,
}

/// One sentence of a summary.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Statement {
    pub text: String,
    pub evidence: Evidence,
    /// Who said it, when the voice is known; always none for a sentence of a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    #[serde(default, skip_serializing_if = "Wording::is_verbatim")]
    pub wording: Wording,
}

/// Who was there, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attendance {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    pub kind: AttendanceKind,
    /// Item during or after which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// For a stedfortræder: the member replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// Kinds of [`Attendance`]. A reason for absence is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttendanceKind {
    Present,
    /// Afbud.
    Absent,
    /// Stedfortræder.
    Substitute,
    Arrives,
    Leaves,
    /// Inhabil under the item.
    Disqualified,
    /// Took no part in the item; why was not said.
    Aside,
}

impl AttendanceKind {
    /// The word in a list: `afbud`, `stedfortræder` …
    pub fn danish(self) -> &'static str {
        match self {
            Self::Present => "til stede",
            Self::Absent => "afbud",
            Self::Substitute => "stedfortræder",
            Self::Arrives => "ankom",
            Self::Leaves => "forlod mødet",
            Self::Disqualified => "inhabil",
            Self::Aside => "deltog ikke i behandlingen",
        }
    }
}
