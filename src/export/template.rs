//! What a protocol looks like: which parts an item has, in which order, under which headings.
//!
//! A template is a TOML file with Danish keys, so that a secretariat can copy one of ours and
//! change it. Three are built in: `byraad`, `udvalg` and `med`.

use std::path::Path;

use serde::Deserialize;

use super::{ExportError, Notation};
use crate::meeting::{ApprovalState, MeetingRecord};

/// Largest template read, bytes.
const LARGEST: u64 = 256 * 1024;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The document's title, for instance "Beslutningsprotokol".
    #[serde(rename = "titel")]
    pub title: String,
    /// Text under the title; may be empty.
    #[serde(rename = "indledning", default)]
    pub introduction: String,
    /// Heading over the items.
    #[serde(rename = "punkter")]
    pub items: String,
    /// The parts of an item, in order.
    #[serde(rename = "del")]
    pub parts: Vec<Part>,
    #[serde(rename = "tilstande")]
    pub states: States,
    #[serde(rename = "underskrifter", default)]
    pub signatures: Signatures,
    #[serde(rename = "debat")]
    pub debate: Debate,
    /// The TOML that it was read from.
    #[serde(skip)]
    text: String,
}

/// One part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    #[serde(rename = "slags")]
    pub kind: PartKind,
    /// Heading over the part; none for no heading.
    #[serde(rename = "overskrift", default)]
    pub heading: Option<String>,
    /// Which text of the agenda, for [`PartKind::Field`].
    #[serde(rename = "felt", default)]
    pub field: Option<String>,
    /// How votes are written, for [`PartKind::Votes`].
    #[serde(rename = "form", default)]
    pub notation: Notation,
}

/// What a part shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PartKind {
    /// Case number, when it was treated, what became of it.
    #[serde(rename = "sag")]
    Case,
    /// A text of the agenda.
    #[serde(rename = "felt")]
    Field,
    /// What other bodies decided in the case before, as the agenda tells it.
    #[serde(rename = "tidligere")]
    Earlier,
    #[serde(rename = "beslutning")]
    Decision,
    #[serde(rename = "ændringsforslag")]
    Amendments,
    #[serde(rename = "afstemning")]
    Votes,
    #[serde(rename = "protokollat")]
    Dissents,
    /// Arrivals, departures and inhabilitet under the item.
    #[serde(rename = "fremmøde")]
    Attendance,
    #[serde(rename = "opgaver")]
    Actions,
    /// Statements of the two sides of a MED committee.
    #[serde(rename = "sider")]
    Sides,
    /// Summary of the debate. Styrelsesloven § 13 keeps it out of a council's protocol.
    #[serde(rename = "drøftelse")]
    Debate,
}

/// What stands at the top while the document is on its way to approval.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct States {
    udkast: String,
    formand: String,
    naestformand: String,
    udsendt: String,
    godkendt: String,
    /// The steps from draft to approval, in order; the last is the final one.
    #[serde(rename = "trin", default = "one_step")]
    steps: Vec<ApprovalState>,
}

/// Templates written before there were steps go to approval in one.
fn one_step() -> Vec<ApprovalState> {
    vec![ApprovalState::Godkendt]
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    #[serde(rename = "overskrift", default)]
    pub heading: String,
    /// One line each; "deltagere" stands for a line for everybody who was there.
    #[serde(rename = "linjer", default)]
    pub lines: Vec<String>,
}

/// The debate summary.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debate {
    #[serde(rename = "titel")]
    pub title: String,
    pub note: String,
}

impl Template {
    /// The names of the built-in templates.
    pub const NAMES: [&'static str; 3] = ["byraad", "udvalg", "med"];

    /// The text of a built-in template, for copying.
    pub fn built_in(name: &str) -> Option<&'static str> {
        match name {
            "byraad" => Some(include_str!("templates/byraad.toml")),
            "udvalg" => Some(include_str!("templates/udvalg.toml")),
            "med" => Some(include_str!("templates/med.toml")),
            _ => None,
        }
    }

    /// A built-in template by name, else a file.
    ///
    /// # Errors
    /// When there is neither, or the file is no template; the message names the line.
    pub fn load(name: &str) -> Result<Self, ExportError> {
        if let Some(text) = Self::built_in(name) {
            return Self::parse(text, name);
        }
        let path = Path::new(name);
        let failed = |source| ExportError::TemplateFile {
            name: name.to_owned(),
            known: Self::NAMES.join(", "),
            source,
        };
        if fs_err::metadata(path).map_err(failed)?.len() > LARGEST {
            return Err(ExportError::Template {
                name: name.to_owned(),
                reason: "it is too large to be a template".to_owned(),
            });
        }
        Self::parse(&fs_err::read_to_string(path).map_err(failed)?, name)
    }

    /// The template of a meeting's folder: the one kept in it, else the one that its record names,
    /// else the one that fits its committee.
    ///
    /// # Errors
    /// When the kept one is damaged.
    pub fn of_folder(folder: &Path, record: &MeetingRecord) -> Result<Self, ExportError> {
        let kept = folder.join(Self::FILE);
        if kept.exists() {
            return Self::load(&kept.to_string_lossy());
        }
        let named = record.template.as_deref().filter(|name| Self::built_in(name).is_some());
        Self::load(named.unwrap_or_else(|| Self::fitting(record.committee.as_deref())))
    }

    /// Name under which a municipality's own template is kept in the meeting's folder.
    pub const FILE: &'static str = "skabelon.toml";

    /// Name of the built-in template that this one is.
    pub fn built_in_name(&self) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|name| Self::built_in(name) == Some(&self.text))
    }

    /// The TOML that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The built-in template that fits a committee by its name.
    pub fn fitting(committee: Option<&str>) -> &'static str {
        let name = committee.unwrap_or_default();
        let lower = name.to_lowercase();
        let is_med = name.split(|letter: char| !letter.is_alphanumeric()).any(|word| {
            matches!(word, "MED" | "HMU" | "LMU" | "OMU" | "CMU") || word.starts_with("MED")
        });
        match () {
            () if is_med || lower.contains("medudvalg") || lower.contains("samarbejdsudvalg") => {
                "med"
            }
            () if lower.contains("udvalg") => "udvalg",
            () => "byraad",
        }
    }

    fn parse(text: &str, name: &str) -> Result<Self, ExportError> {
        let failed = |reason: String| ExportError::Template { name: name.to_owned(), reason };
        let mut template: Self = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| failed(error.to_string()))?;
        template.text = text.to_owned();
        let nameless = |part: &Part| part.kind == PartKind::Field && part.field.is_none();
        if template.parts.iter().any(nameless) {
            return Err(failed(
                "a part with slags = \"felt\" must say which: felt = \"indstilling\"".to_owned(),
            ));
        }
        let steps = &template.states.steps;
        let rising = steps.is_sorted_by(|a, b| a < b);
        let whole = steps.last() == Some(&ApprovalState::Godkendt);
        if !rising || !whole || steps.contains(&ApprovalState::Udkast) {
            return Err(failed(
                "trin must be some of \"formand\", \"næstformand\", \"udsendt\" in this order, and end \
                 with \"godkendt\""
                    .to_owned(),
            ));
        }
        Ok(template)
    }

    /// The step after `state`; none when nothing is left to approve.
    pub fn next(&self, state: ApprovalState) -> Option<ApprovalState> {
        self.states.steps.iter().copied().find(|step| *step > state)
    }

    /// What the head of the document says of its state.
    pub fn state(&self, state: ApprovalState) -> &str {
        match state {
            ApprovalState::Udkast => &self.states.udkast,
            ApprovalState::Formand => &self.states.formand,
            ApprovalState::Naestformand => &self.states.naestformand,
            ApprovalState::Udsendt => &self.states.udsendt,
            ApprovalState::Godkendt => &self.states.godkendt,
        }
    }

    /// Whether an item has such a part.
    pub fn has(&self, kind: PartKind) -> bool {
        self.parts.iter().any(|part| part.kind == kind)
    }
}
