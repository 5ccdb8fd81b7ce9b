//! Approval of the minutes: by whom, on which day, and of which bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far the minutes are on their way to approval, in order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalState {
    #[default]
    Udkast,
    Formand,
    #[serde(rename = "næstformand")]
    Naestformand,
    Udsendt,
    Godkendt,
}

impl ApprovalState {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Udkast, Self::Formand, Self::Naestformand, Self::Udsendt, Self::Godkendt];

    /// The word, as in JSON.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Udkast => "udkast",
            Self::Formand => "formand",
            Self::Naestformand => "næstformand",
            Self::Udsendt => "udsendt",
            Self::Godkendt => "godkendt",
        }
    }
}

/// One step towards approval, as a person has taken it. Steps are never removed from the record: one that
/// no longer holds says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What was reached by it.
    pub state: ApprovalState,
    /// Who took it.
    pub name: String,
    /// The day, ISO 8601.
    pub date: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// SHA-256 (hexadecimal) of what was approved, by file name: the minutes, and all else that the
    /// protocol is written from.
    pub files: BTreeMap<String, String>,
    /// Why it does not hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
}

impl Approval {
    /// Whether it still holds, as far as the record knows.
    pub fn holds(&self) -> bool {
        self.void.is_none()
    }
}
