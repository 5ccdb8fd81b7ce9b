//! Whose words a summary is in, and how hard they are to read.

use serde::{Deserialize, Serialize};

use super::{SegmentId, milliseconds};

/// Whose words a [`super::Statement`] is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wording {
    /// As it was said.
    #[default]
    Verbatim,
    /// A language model's; every claim in it was found in the segments of its evidence.
    Model,
}

impl Wording {
    /// Whether it is as it was said.
    pub fn is_verbatim(&self) -> bool {
        *self == Self::Verbatim
    }
}

/// What became of a language model's summary of an item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Condensed {
    /// The model's name as its server reported it.
    pub model: String,
    /// Sentences that stand.
    pub kept: u32,
    /// Sentences that do not. Their text is not kept: nothing unproven is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
}

/// A sentence of a language model that was left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    pub reason: DoubtKind,
    /// The number, name or word that the cited segments don't hold, cut to 60 letters.
    pub value: String,
    /// The segments that it cited.
    pub segments: Vec<SegmentId>,
}

/// Why a sentence is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtKind {
    /// No segments, too many, or some that don't exist.
    Citation,
    /// A number, amount or unit.
    Number,
    /// A date, month, weekday, time of day or case number.
    Date,
    /// A person or place.
    Name,
    /// A party, or what it is said to stand for.
    Party,
    /// Who said it.
    Speaker,
    /// Something denied that was said, or the reverse.
    Negation,
    /// A question, wish or condition told as a fact.
    Modality,
    /// What was decided.
    Outcome,
    /// How was voted.
    Vote,
    /// A strong word that was not said: more, less, support, against.
    Wording,
    /// Too little of it was said at all.
    Content,
    /// Not one plain sentence, or about what minutes leave out.
    Form,
}

impl DoubtKind {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Citation => "citation",
            Self::Number => "number",
            Self::Date => "date",
            Self::Name => "name",
            Self::Party => "party",
            Self::Speaker => "speaker",
            Self::Negation => "negation",
            Self::Modality => "modality",
            Self::Outcome => "outcome",
            Self::Vote => "vote",
            Self::Wording => "wording",
            Self::Content => "content",
            Self::Form => "form",
        }
    }
}

/// LIX (Björnsson 1968) of what citizens read; see [`crate::danish::lix`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Readability {
    /// Of all summaries together; none when there are too few words to say.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "milliseconds::option")]
    pub summaries: Option<f64>,
    /// Of all decisions together.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "milliseconds::option")]
    pub decisions: Option<f64>,
}
