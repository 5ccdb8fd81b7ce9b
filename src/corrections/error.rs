//! Why a corrections file cannot be used.

use std::io;

use crate::meeting::{Fault, Faulty};

/// Errors of the corrections file; all are the file's fault.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionsError {
    /// The operating system's message names the file.
    #[error("cannot read the corrections: {0}")]
    Read(io::Error),
    #[error("{name} is larger than 1 MiB, which no list of corrections is")]
    TooLarge { name: String },
    #[error("{name} is no UTF-8 text; save it as UTF-8")]
    NotText { name: String },
    #[error("{name}, line {line}: {message}")]
    Line { name: String, line: usize, message: String },
}

impl Faulty for CorrectionsError {
    fn fault(&self) -> Fault {
        Fault::BadInput
    }
}
