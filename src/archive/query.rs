//! What somebody looks for.

use serde::{Deserialize, Serialize};

use super::ArchiveError;
use crate::meeting::DecisionOutcome;

/// A search. `Query::new(text)` asks everywhere; the filter narrows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Query {
    /// Words, numbers and `"phrases in quotes"`. Nothing else has a meaning; any text is a query.
    pub text: String,
    pub filter: Filter,
    /// Items to return, at most.
    pub limit: usize,
    /// Items to leave out first.
    pub offset: usize,
}

/// What the meetings and items found must be like. Everything given must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// First day, ISO 8601.
    pub from: Option<String>,
    /// Last day, ISO 8601.
    pub to: Option<String>,
    /// Committee, in any case and spelling, or as its slug.
    pub committee: Option<String>,
    /// Id of a meeting.
    pub meeting: Option<String>,
    /// Number of an item.
    pub item: Option<String>,
    /// Words of a speaker's name: only what they said.
    pub speaker: Option<String>,
    /// Letter or name of a party: what its members said, and items in whose votes it stands.
    pub party: Option<String>,
    /// What was decided.
    pub outcome: Option<DecisionOutcome>,
}

impl Filter {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all that it asks is of the meeting.
    pub(super) fn is_of_meetings(&self) -> bool {
        self.item.is_none()
            && self.speaker.is_none()
            && self.party.is_none()
            && self.outcome.is_none()
    }

    /// # Errors
    /// [`ArchiveError::Query`] when a date is none.
    pub(super) fn check(&self) -> Result<(), ArchiveError> {
        for date in [&self.from, &self.to].into_iter().flatten() {
            if date.parse::<jiff::civil::Date>().is_err() || date.len() != 10 {
                return Err(ArchiveError::Query {
                    reason: format!("{date:?} is no date; write it as 2026-03-25"),
                });
            }
        }
        Ok(())
    }
}

impl Query {
    /// Items returned unless asked otherwise.
    pub const LIMIT: usize = 10;
    /// Items returned, whatever is asked.
    pub const MOST: usize = 100;
    /// Bytes of text that are looked at; what lies beyond is left out.
    pub const LONGEST: usize = 1000;

    /// A search for `text` everywhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), limit: Self::LIMIT, ..Self::default() }
    }

    /// As much of the text as is looked at.
    pub(super) fn read(&self) -> &str {
        let end = self.text.floor_char_boundary(Self::LONGEST);
        self.text.get(..end).unwrap_or_default()
    }

    /// Words and phrases in the order in which they stand.
    pub(super) fn clauses(&self) -> Vec<Clause<'_>> {
        let mut clauses = Vec::new();
        let mut quoted = false;
        let marks = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '»' | '«');
        for piece in self.read().split(marks) {
            let piece = piece.trim();
            if !piece.is_empty() {
                clauses.push(Clause { text: piece, phrase: quoted });
            }
            quoted = !quoted;
        }
        clauses
    }
}

/// A stretch of the query between quotation marks. A mark that is never closed opens a phrase all
/// the same: it is what the person meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clause<'a> {
    pub(super) text: &'a str,
    /// The words must stand so, one after the other.
    pub(super) phrase: bool,
}
