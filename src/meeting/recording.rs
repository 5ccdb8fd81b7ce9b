//! The meeting as a whole: what was recorded, and how its folder came about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Approval, ApprovalState, milliseconds};

/// `meeting.json`: identity, state and provenance of a meeting's folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeetingRecord {
    pub schema: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committee: Option<String>,
    /// ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub recording: Recording,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agenda: Option<AgendaSource>,
    pub state: ApprovalState,
    /// Every step that was taken towards approval, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Name of the template that the documents follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    pub provenance: Provenance,
}

impl MeetingRecord {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/meeting/1";
}

/// The recording that everything was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// File name without its folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
    /// Seconds of sound, as decoded.
    #[serde(with = "milliseconds::option")]
    pub duration: Option<f64>,
    /// Index of the audio track used, when it was not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
}

/// The agenda file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgendaSource {
    pub name: String,
    pub sha256: String,
}

/// What made the text: enough to make it again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of Referent.
    pub version: String,
    pub engine: String,
    pub model: String,
    pub model_sha256: String,
    /// Everything else that changes the result, by name.
    pub parameters: BTreeMap<String, serde_json::Value>,
}
