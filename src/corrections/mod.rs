//! A person's corrections of what recognisers get wrong again and again: `korrektur.toml`.
//!
//! ```toml
//! [[correction]]
//! wrong = "Anne Lise Kro"      # whole words, upper or lower case
//! right = "Annelise Krogh"
//!
//! [[correction]]
//! wrong = "havnen"
//! right = "Havnen"
//! case = true                  # "havnen" only, not "HAVNEN"
//! near = ["lokalplan"]         # only within ten words of one of these
//! committee = "Teknisk Udvalg" # only in this body's meetings …
//! from = "2025-01-01"          # … from this day on
//! until = "2026-12-31"         # … to this one
//! note = "the restaurant"
//! ```
//!
//! Corrections come after recognition and its guard, and before everything that reads the text. They
//! are deterministic: one pass from the first word to the last; at each word the rule with the most
//! words is tried first, and among equally long ones the one that stands first in the file; what a
//! rule has written is not read by another. A rule matches inside one segment only, and not across
//! punctuation. Text that the guard withholds is left as it is. Every application is logged in the
//! transcript ([`Correction`](crate::meeting::Correction)), so that what was recognised can always be
//! read again.

mod apply;
mod error;
mod file;

pub use apply::apply;
pub use error::CorrectionsError;
pub use file::read;

/// The rules of a corrections file.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrections {
    /// File name without its folder.
    pub name: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// In the file's order.
    pub rules: Vec<Rule>,
}

/// One rule of a corrections file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The words to look for, without punctuation around them; at least one.
    pub wrong: Vec<String>,
    /// The words to write instead; at least one.
    pub right: Vec<String>,
    /// Whether upper and lower case must agree.
    pub case: bool,
    /// If any, one of these words must stand within ten words.
    pub near: Vec<String>,
    /// Name of the body whose meetings it is for; all when none.
    pub committee: Option<String>,
    /// First day it is for, ISO 8601.
    pub from: Option<String>,
    /// Last day it is for, ISO 8601.
    pub until: Option<String>,
}

/// What is known of a meeting that a rule may be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Occasion<'a> {
    pub committee: Option<&'a str>,
    /// ISO 8601.
    pub date: Option<&'a str>,
}
