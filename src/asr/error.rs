//! What can go wrong in recognition as a whole. A window that fails is no error: it becomes a
//! `WindowText` with the verdict `Failed`.

use std::path::PathBuf;

use crate::meeting::{Fault, Faulty};

/// Errors that end a run of the recogniser.
#[derive(Debug, thiserror::Error)]
pub enum AsrError {
    /// There is no file at the model's path.
    #[error(
        "the recognition model {} is missing; `referent models list` names those that can be \
         fetched with `referent models pull NAME`",
        .path.display()
    )]
    ModelMissing { path: PathBuf },
    /// The engine refused the model.
    #[error(
        "the recognition model {} cannot be used: {reason}; fetch it again with `referent models \
         pull NAME` or give another with `--model`",
        .path.display()
    )]
    ModelUnusable { path: PathBuf, reason: String },
    /// The language is not one of the model's.
    #[error(
        "the recognition model does not know the language `{language}`; give a code such as `da`"
    )]
    Language { language: String },
    /// The worker process could not be started.
    #[error(
        "cannot start the recognition process {}: {source}; install referent again, or free some \
         memory, and give the same command again",
        .program.display()
    )]
    Start { program: PathBuf, source: std::io::Error },
    /// One window after the other brought the engine down.
    #[error(
        "the recognition engine crashed on {count} windows in a row and was given up; try a smaller \
         model, fewer `--threads` or `--device cpu`"
    )]
    Hopeless { count: u32 },
    /// Parent and child do not understand each other.
    #[error("the recognition process broke the protocol: {reason}")]
    Protocol { reason: String },
}

impl Faulty for AsrError {
    fn fault(&self) -> Fault {
        match self {
            Self::ModelMissing { .. } | Self::ModelUnusable { .. } | Self::Start { .. } => {
                Fault::Missing
            }
            Self::Language { .. } => Fault::Usage,
            Self::Hopeless { .. } => Fault::Stopped,
            Self::Protocol { .. } => Fault::Bug,
        }
    }
}
