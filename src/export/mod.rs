//! Meeting values → documents; one file a format.
//!
//! Every exporter reads the meeting through [`PublicMeeting`], which holds nothing said behind
//! closed doors and no text that the guard withheld. Documents are the same bytes for the same
//! material: no clock, no random identifiers.

mod akoma_ntoso;
pub mod captions;
mod chapters;
mod document;
mod docx;
mod doubt;
mod error;
mod html;
mod markdown;
mod notation;
#[cfg(feature = "pdf")]
mod pdf;
mod portal;
pub(crate) mod prose;
mod public;
mod template;
mod text;
mod transcript_json;
mod transcript_txt;

use std::fmt;
use std::str::FromStr;

pub use doubt::doubts;
pub use error::ExportError;
pub use notation::Notation;
pub use public::{PublicItem, PublicMeeting};
pub use template::{PartKind, Template};
pub(crate) use text::plain;

use crate::meeting::{Agenda, Alignment, MeetingRecord, Minutes, Outcome, Transcript};

/// What a document is written from: the values of a meeting's folder.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    pub record: &'a MeetingRecord,
    /// The public transcript. What lies in closed spans is refused all the same.
    pub transcript: &'a Transcript,
    pub agenda: Option<&'a Agenda>,
    pub alignment: Option<&'a Alignment>,
    pub minutes: Option<&'a Minutes>,
    /// What the protocol looks like.
    pub template: &'a Template,
}

/// Writes one kind of document.
pub trait Exporter {
    /// The whole document as bytes (UTF-8 for all text formats).
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError>;
}

/// The documents of a meeting's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Json,
    Txt,
    Srt,
    Vtt,
    Chapters,
    Docx,
    /// The debate summary, which the law keeps out of the protocol.
    Debate,
    Html,
    Markdown,
    AkomaNtoso,
    /// The protocol as Akoma Ntoso.
    Protocol,
    Portal,
    /// The protocol as tagged PDF, where it is built in.
    Pdf,
}

impl Format {
    /// The documents of every meeting's folder, in the order in which a run writes them.
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::Txt,
        Self::Srt,
        Self::Vtt,
        Self::Chapters,
        Self::Docx,
        Self::Debate,
        Self::Html,
    ];

    /// Documents that are written only when asked for.
    pub const ON_REQUEST: [Self; 5] =
        [Self::Markdown, Self::AkomaNtoso, Self::Protocol, Self::Portal, Self::Pdf];

    /// The name that `--format` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Chapters => "chapters",
            Self::Docx => "docx",
            Self::Debate => "debate",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::AkomaNtoso => "akoma-ntoso",
            Self::Protocol => "akoma-ntoso-protocol",
            Self::Portal => "portal",
            Self::Pdf => "pdf",
        }
    }

    /// The file's name in the meeting's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Json => "transcript.json",
            Self::Txt => "transcript.txt",
            Self::Srt => "captions.srt",
            Self::Vtt => "captions.vtt",
            Self::Chapters => "chapters.vtt",
            Self::Docx => "referat.docx",
            Self::Debate => "debat.docx",
            Self::Html => "referat.html",
            Self::Markdown => "referat.md",
            Self::AkomaNtoso => "transcript.akn.xml",
            Self::Protocol => "referat.akn.xml",
            Self::Portal => "portal.html",
            Self::Pdf => "referat.pdf",
        }
    }

    /// All names, for messages.
    pub fn names() -> String {
        Self::known().map(Self::name).collect::<Vec<_>>().join(", ")
    }

    /// All formats there are, those that this program was built without included.
    pub fn known() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Self::ON_REQUEST)
    }

    /// All formats that this program can write.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::known().filter(|format| cfg!(feature = "pdf") || *format != Self::Pdf)
    }

    fn exporter(self) -> &'static dyn Exporter {
        match self {
            Self::Json => &transcript_json::TranscriptJson,
            Self::Txt => &transcript_txt::TranscriptTxt,
            Self::Srt => &captions::Srt,
            Self::Vtt => &captions::Vtt,
            Self::Chapters => &chapters::Chapters,
            Self::Docx => &docx::Protocol,
            Self::Debate => &docx::Debate,
            Self::Html => &html::Html,
            Self::Markdown => &markdown::Markdown,
            Self::AkomaNtoso => &akoma_ntoso::Transcript,
            Self::Protocol => &akoma_ntoso::Protocol,
            Self::Portal => &portal::Portal,
            #[cfg(feature = "pdf")]
            Self::Pdf => &pdf::Protocol,
            #[cfg(not(feature = "pdf"))]
            Self::Pdf => &NotBuilt,
        }
    }
}

/// Stands for a format that this program was built without.
#[cfg(not(feature = "pdf"))]
struct NotBuilt;

#[cfg(not(feature = "pdf"))]
impl Exporter for NotBuilt {
    fn render(&self, _: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        Err(ExportError::NotBuilt)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ExportError;

    fn from_str(name: &str) -> Result<Self, ExportError> {
        Self::known()
            .find(|format| format.name() == name || format.file_name() == name)
            .ok_or_else(|| ExportError::UnknownFormat { name: name.to_owned() })
    }
}

/// Writes `material` as `format`.
pub fn render(format: Format, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
    format.exporter().render(material)
}
