//! Why an agenda could not be read.

use std::io;

use crate::meeting::{Fault, Faulty};

/// Errors of the agenda room. Those of a portal apart, they are the file's fault.
#[derive(Debug, thiserror::Error)]
pub enum AgendaError {
    /// The operating system's message names the file.
    #[error("cannot read the agenda: {source}")]
    Read { source: io::Error },
    #[error("{name} is empty; give a file with the meeting's agenda")]
    Empty { name: String },
    #[error("{name} is larger than 100 MiB, which no agenda is; was it the recording?")]
    TooLarge { name: String },
    #[error("{name} has more than the 2,000 items that an agenda may have")]
    TooManyItems { name: String },
    #[error("{name} is a recording; give the file with the meeting's agenda")]
    Recording { name: String },
    #[error(
        "{name} is {kind}, which is not supported; paste its text into a .txt file \
         or export the agenda as JSON"
    )]
    Unsupported { name: String, kind: &'static str },
    #[error("{name} looks like JSON but cannot be read as such: {source}")]
    Json { name: String, source: serde_json::Error },
    #[error("{name} is no XML that can be read: {reason}")]
    Xml { name: String, reason: String },
    #[error(
        "{name} has a DOCTYPE, which agendas have no use for and attacks do; remove the line and \
         try again if you trust the file"
    )]
    Doctype { name: String },
    #[error("{name} cannot be read as a DOCX file: {reason}")]
    Package { name: String, reason: String },
    #[error("{name} unpacks to far more than any document holds; it was not read")]
    Bomb { name: String },
    #[error("{name} has more {what} than any agenda has; it was not read")]
    TooMuch { name: String, what: &'static str },
    #[error("{name} cannot be read as a PDF file: {reason}")]
    Pdf { name: String, reason: String },
    #[error(
        "{name} is a PDF without text, probably scanned pages; run text recognition (OCR) on it \
         first, or fetch the agenda from the portal in another format"
    )]
    NoText { name: String },
    #[error("{name} is {found}, not an agenda")]
    OtherThing { name: String, found: String },
    #[error("{name} cannot be read as {format}: {source}")]
    Shape { name: String, format: &'static str, source: serde_json::Error },
    #[error(
        "no agenda found in {name}: looked for our own JSON (`items` with `number` and `title`), \
         FirstAgenda JSON (`Dagsordenpunkter`), SBSYS, eDoc and OS2web files, numbered headings and \
         tables, and numbered lines such as \"1. Godkendelse af dagsorden\" or \"Punkt 5: Budget\""
    )]
    NotAnAgenda { name: String },
    #[error("{url} cannot be a portal's address: {why}")]
    Address { url: String, why: &'static str },
    #[error("\"{id}\" is no meeting's id; `referent agenda fetch URL --list` shows them")]
    NotAnId { id: String },
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answers with status {code}")]
    PortalStatus { url: String, code: u16 },
    #[error(
        "{url} sends its visitors on to {to}, another place; give that address if you trust it"
    )]
    Elsewhere { url: String, to: String },
    #[error("{url} answers with more than an agenda can hold; it was not read")]
    AnswerTooLarge { url: String },
    #[error(
        "{url} does not answer like a FirstAgenda Publication portal; save the agenda's page, PDF \
         or file and use that instead"
    )]
    NotAPortal { url: String },
    #[error("the portal lists no such meeting; `--list` shows those that it has")]
    NoSuchMeeting,
    #[error(
        "more than one meeting fits; choose with --committee, --date, --paper or --id:\n  {lines}"
    )]
    SeveralMeetings { lines: String },
    #[error("no names found in {name}: one a line is wanted, \"Name (A), role\", or JSON")]
    NotARoster { name: String },
}

impl Faulty for AgendaError {
    fn fault(&self) -> Fault {
        match self {
            Self::Address { .. }
            | Self::NotAnId { .. }
            | Self::NoSuchMeeting
            | Self::SeveralMeetings { .. } => Fault::Usage,
            Self::Unreachable { .. }
            | Self::PortalStatus { .. }
            | Self::Elsewhere { .. }
            | Self::AnswerTooLarge { .. }
            | Self::NotAPortal { .. } => Fault::Missing,
            _ => Fault::BadInput,
        }
    }
}
