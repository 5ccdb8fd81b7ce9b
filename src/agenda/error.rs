//! Why an agenda could not be read.

use std::io;

use crate::meeting::{Fault, Faulty};

/// Errors of the agenda room. All but a lost disk are the file's fault.
#[derive(Debug, thiserror::Error)]
pub enum AgendaError {
    /// The operating system's message names the file.
    #[error("cannot read the agenda: {source}")]
    Read { source: io::Error },
    #[error("{name} is empty; give a file with the meeting's agenda")]
    Empty { name: String },
    #[error("{name} is larger than 100 MiB, which no agenda is; was it the recording?")]
    TooLarge { name: String },
    #[error("{name} has {count} items, more than the 2,000 that an agenda may have")]
    TooManyItems { name: String, count: usize },
    #[error(
        "{name} is {kind}, which is not supported; paste its text into a .txt file \
         or export the agenda as JSON"
    )]
    Unsupported { name: String, kind: &'static str },
    #[error("{name} looks like JSON but cannot be read as such: {source}")]
    Json { name: String, source: serde_json::Error },
    #[error("{name} is {found}, not an agenda")]
    OtherThing { name: String, found: String },
    #[error("{name} cannot be read as {format}: {source}")]
    Shape { name: String, format: &'static str, source: serde_json::Error },
    #[error(
        "no agenda found in {name}: looked for our own JSON (`items` with `number` and `title`), \
         FirstAgenda JSON (`Dagsordenpunkter`), and numbered lines such as \
         \"1. Godkendelse af dagsorden\" or \"Punkt 5: Budget\""
    )]
    NotAnAgenda { name: String },
    #[error("no names found in {name}: one a line is wanted, \"Name (A), role\", or JSON")]
    NotARoster { name: String },
}

impl Faulty for AgendaError {
    fn fault(&self) -> Fault {
        Fault::BadInput
    }
}
