//! What can stop the pipeline.

use std::path::PathBuf;

use thiserror::Error;

use crate::agenda::AgendaError;
use crate::asr::AsrError;
use crate::export::ExportError;
use crate::folder::FolderError;
use crate::media::MediaError;
use crate::meeting::{Fault, Faulty, clock};
use crate::models::ModelsError;
use crate::speech::SpeechError;

/// An error of a room, or of their joining.
#[derive(Debug, Error)]
pub enum PipelineError {
    /// From media.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// From speech.
    #[error(transparent)]
    Speech(#[from] SpeechError),
    /// From asr.
    #[error(transparent)]
    Asr(#[from] AsrError),
    /// From agenda.
    #[error(transparent)]
    Agenda(#[from] AgendaError),
    /// From models.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// From export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// From folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Ctrl-C or SIGTERM.
    #[error("stopped; the same command goes on where it stopped ({windows} windows are done)")]
    Stopped {
        /// Windows in the journal.
        windows: usize,
    },
    /// Nobody speaks in the recording.
    #[error(
        "no speech was found in {path} ({} heard). Check that the right file was given, or choose \
         another audio track with --track",
        clock(*.heard)
    )]
    NoSpeech {
        /// The recording.
        path: PathBuf,
        /// Seconds heard.
        heard: f64,
    },
}

impl Faulty for PipelineError {
    fn fault(&self) -> Fault {
        match self {
            Self::Media(error) => error.fault(),
            Self::Speech(error) => error.fault(),
            Self::Asr(error) => error.fault(),
            Self::Agenda(error) => error.fault(),
            Self::Models(error) => error.fault(),
            Self::Folder(error) => error.fault(),
            Self::Export(error) => error.fault(),
            Self::Stopped { .. } => Fault::Stopped,
            Self::NoSpeech { .. } => Fault::BadInput,
        }
    }
}
