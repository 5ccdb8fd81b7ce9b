//! What can go wrong when measuring.

use std::path::PathBuf;

use thiserror::Error;

use crate::meeting::{Fault, Faulty};

/// Errors of reading what is compared.
#[derive(Debug, Error)]
pub enum EvalError {
    #[error("cannot read {path}: {source}; check that the file is there and may be read")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path} is no UTF-8 text; give a .txt file or a transcript.json")]
    NotText { path: PathBuf },
    #[error("{path} is larger than {limit_mib} MiB; no transcript of a meeting is")]
    TooLarge { path: PathBuf, limit_mib: u64 },
    #[error("{path} is JSON but no transcript (it needs segments with text): {source}")]
    NotTranscript { path: PathBuf, source: serde_json::Error },
    #[error(
        "line {line} of {path} has no times; each needs start and end in seconds, and the text, between tabs"
    )]
    NoTimes { path: PathBuf, line: usize },
    #[error("{path} is no sitting (it needs agenda, turns and boundaries): {source}")]
    NotSitting { path: PathBuf, source: serde_json::Error },
    #[error("no sittings (*.json) in {path}")]
    NoSittings { path: PathBuf },
}

impl Faulty for EvalError {
    fn fault(&self) -> Fault {
        Fault::BadInput
    }
}
