//! What can go wrong between sound and windows.

use std::path::PathBuf;

use crate::meeting::{Fault, Faulty};

/// Errors of voice activity detection.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// There is no file at the given path.
    #[error(
        "the voice activity model {} is missing; fetch it with `referent models pull silero-vad`",
        .path.display()
    )]
    Missing { path: PathBuf },
    /// The file exists but is not the model we know.
    #[error(
        "{} is not the voice activity model that Referent uses (Silero VAD 6, 16 kHz, sequence \
         export): {reason}; fetch it again with `referent models pull silero-vad`",
        .path.display()
    )]
    Unsuitable { path: PathBuf, reason: String },
    /// The model ran but failed.
    #[error("voice activity detection failed: {reason}")]
    Failed { reason: String },
}

impl Faulty for SpeechError {
    fn fault(&self) -> Fault {
        match self {
            Self::Missing { .. } | Self::Unsuitable { .. } => Fault::Missing,
            Self::Failed { .. } => Fault::Bug,
        }
    }
}
