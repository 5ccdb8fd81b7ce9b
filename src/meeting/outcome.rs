//! A result together with what the user must know about it.

use serde::{Deserialize, Serialize};

use super::TimeSpan;

/// The value a phase made, with every warning it met on the way. Nothing is swallowed.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "an outcome carries warnings that must reach the user"]
pub struct Outcome<T> {
    pub value: T,
    pub warnings: Vec<Warning>,
}

impl<T> Outcome<T> {
    /// A value about which there is nothing to warn.
    pub fn clean(value: T) -> Self {
        Self { value, warnings: Vec::new() }
    }

    /// A value and its warnings.
    pub fn new(value: T, warnings: Vec<Warning>) -> Self {
        Self { value, warnings }
    }

    /// The value alone; its warnings move to `sink`.
    pub fn drain_into(self, sink: &mut Vec<Warning>) -> T {
        sink.extend(self.warnings);
        self.value
    }

    /// The same warnings about another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { value: change(self.value), warnings: self.warnings }
    }
}

/// Where in the pipeline a warning arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Media,
    Speech,
    Asr,
    Agenda,
    Align,
    Minutes,
    Export,
    Folder,
    Archive,
    Models,
}

/// How much a warning asks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the run still ends with exit code 0.
    #[default]
    Notice,
    /// A person must look; the run ends with exit code 1.
    Attention,
}

/// Something the user must know about a result. Never holds transcript text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    pub stage: Stage,
    #[serde(default)]
    pub severity: Severity,
    /// Stable kebab-case name, such as `packet-skipped`; documents translate it.
    pub code: String,
    /// One English sentence: what happened, and what to do.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<TimeSpan>,
    /// Number of the agenda item it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

impl Warning {
    /// A warning that only informs.
    pub fn notice(stage: Stage, code: &str, message: impl Into<String>) -> Self {
        Self {
            stage,
            severity: Severity::Notice,
            code: code.to_owned(),
            message: message.into(),
            span: None,
            item: None,
        }
    }

    /// A warning that a person must act on.
    pub fn attention(stage: Stage, code: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Attention, ..Self::notice(stage, code, message) }
    }

    /// Ties the warning to a stretch of the recording.
    #[must_use]
    pub fn at(mut self, span: TimeSpan) -> Self {
        self.span = Some(span);
        self
    }

    /// Ties the warning to an agenda item.
    #[must_use]
    pub fn on_item(mut self, number: impl Into<String>) -> Self {
        self.item = Some(number.into());
        self
    }
}

/// What an error means for the caller; the command line turns it into its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The command was given in a way that makes no sense (exit code 2).
    Usage,
    /// A file is missing, damaged or of the wrong kind (exit code 3).
    BadInput,
    /// A model or an outside program is missing (exit code 4).
    Missing,
    /// Interrupted, or the disk is full: the same command goes on later (exit code 5).
    Stopped,
    /// Our own mistake (exit code 70).
    Bug,
}

/// An error of a phase that knows whose move it is.
pub trait Faulty: std::error::Error + Send + Sync + 'static {
    /// Who must do what now.
    fn fault(&self) -> Fault;
}
