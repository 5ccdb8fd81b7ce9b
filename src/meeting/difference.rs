//! What a referat and a recording do not have in common.

use serde::{Deserialize, Serialize};

use super::Evidence;

/// One difference between what was written and what was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Number of the agenda item; none for the meeting as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    pub kind: DifferenceKind,
    pub found: Found,
    /// What the referat holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// What the recording shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<String>,
    /// Where it was heard; for what was not heard, the item in which it should have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// A whole item.
    Item,
    Decision,
    Vote,
    Attendance,
    /// A number, an amount, a date or a time.
    Figure,
    Name,
}

/// On which side it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// In the referat; the recording does not show it.
    WrittenOnly,
    /// In the recording; the referat does not hold it.
    HeardOnly,
    /// On both, but not the same.
    Otherwise,
}

impl Difference {
    /// A difference within an item; an empty number is that of none. What stands on either side is to
    /// be added.
    pub fn new(item: &str, kind: DifferenceKind) -> Self {
        let item = (!item.is_empty()).then(|| item.to_owned());
        let found = Found::Otherwise;
        Self { item, kind, found, written: None, heard: None, evidence: None }
    }

    /// With what the referat holds.
    #[must_use]
    pub fn written(mut self, words: impl Into<String>) -> Self {
        self.written = Some(words.into());
        self.sided()
    }

    /// With what the recording shows.
    #[must_use]
    pub fn heard(mut self, words: impl Into<String>) -> Self {
        self.heard = Some(words.into());
        self.sided()
    }

    /// With the place to listen to.
    #[must_use]
    pub fn at(mut self, evidence: Option<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    fn sided(mut self) -> Self {
        self.found = match (&self.written, &self.heard) {
            (Some(_), None) => Found::WrittenOnly,
            (None, Some(_)) => Found::HeardOnly,
            _ => Found::Otherwise,
        };
        self
    }
}
