//! What the meeting was called to treat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `agenda.json`: the dagsorden in our own form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Agenda {
    #[serde(default)]
    pub schema: String,
    /// Which paper this was read from, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Paper>,
    /// Such as "Ordinært møde i Byrådet".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Byrådet, Økonomiudvalget, Hoved-MED …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committee: Option<String>,
    /// Day of the meeting, ISO 8601 (`2025-11-26`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Announced start, `17:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    pub items: Vec<AgendaItem>,
}

impl Agenda {
    /// Value of `schema`.
    pub const SCHEMA: &'static str = "referent/agenda/1";

    /// An agenda of `items`, nothing else known.
    pub fn new(items: Vec<AgendaItem>) -> Self {
        Self { schema: Self::SCHEMA.to_owned(), items, ..Self::default() }
    }

    /// The item with this number, as printed.
    pub fn item(&self, number: &str) -> Option<&AgendaItem> {
        self.items.iter().find(|item| item.number == number)
    }
}

/// The papers of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    Dagsorden,
    /// Items added after the dagsorden went out.
    #[serde(rename = "tillægsdagsorden")]
    Tillaegsdagsorden,
    Referat,
}

/// Somebody who may attend: from the agenda's own list or from a roster file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    /// Party letter as printed (A, V, Ø, local lists too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// borgmester, formand, kommunaldirektør …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Announced as absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
}

/// One punkt of the dagsorden.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AgendaItem {
    /// As printed: "7", "6a", "419".
    pub number: String,
    pub title: String,
    /// Sagsnummer as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// To be treated behind closed doors (styrelsesloven § 10). The title is public all the same.
    #[serde(default)]
    pub closed: bool,
    /// Named texts under canonical lower-case keys: `resume`, `beslutningstema`, `indstilling`,
    /// `beslutning`, `sagsfremstilling`, `retsgrundlag`, `oekonomi`, `hoering`, … An unknown
    /// heading keeps its own words in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldText>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A text field of an agenda item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "FieldForm")]
pub struct FieldText {
    /// Plain text, one paragraph or list point a line.
    pub text: String,
    /// The same as cleaned HTML, when the source had markup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// A field may be given as bare text.
#[derive(Deserialize)]
#[serde(untagged)]
enum FieldForm {
    Bare(String),
    Full {
        text: String,
        #[serde(default)]
        html: Option<String>,
    },
}

impl From<FieldForm> for FieldText {
    fn from(form: FieldForm) -> Self {
        match form {
            FieldForm::Bare(text) => Self { text, html: None },
            FieldForm::Full { text, html } => Self { text, html },
        }
    }
}

/// A bilag.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Attachment {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
