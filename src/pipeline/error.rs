//! What can stop the pipeline.

use std::path::PathBuf;

use thiserror::Error;

use crate::agenda::AgendaError;
use crate::align::AlignError;
use crate::archive::ArchiveError;
use crate::asr::AsrError;
use crate::embedding::EmbeddingError;
use crate::export::ExportError;
use crate::folder::FolderError;
use crate::media::MediaError;
use crate::meeting::{ApprovalState, Fault, Faulty, clock};
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
    /// From align: an impossible pin.
    #[error(transparent)]
    Align(#[from] AlignError),
    /// From models.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// From embedding.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// From export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// From folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// From the archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Ctrl-C or SIGTERM.
    #[error("stopped; the same command goes on where it stopped ({windows} windows are done)")]
    Stopped {
        /// Windows in the journal.
        windows: usize,
    },
    /// Ctrl-C or SIGTERM, at another time than that of recognition.
    #[error("stopped; the same command goes on where it stopped")]
    Interrupted,
    /// A step of approval that is not the next one.
    #[error("{}", out_of_order(*.state, *.wanted, *.next))]
    OutOfOrder {
        /// Where the minutes stand.
        state: ApprovalState,
        /// The step asked for.
        wanted: ApprovalState,
        /// The step that the template has next; none when the minutes are approved.
        next: Option<ApprovalState>,
    },
    /// The recording became another while it was heard.
    #[error(
        "{path} was changed while it was heard. If it is still being recorded, wait for its end and \
         give the same command with --start-over"
    )]
    RecordingChanged {
        /// The recording.
        path: PathBuf,
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
    /// Something sounds like speech, but no text came of it that could be published.
    #[error(
        "no speech could be recognised in {path} ({} heard): {withheld} passages were withheld because \
         the recogniser repeats itself or invents text there. Listen to the recording; if somebody \
         speaks, try another audio track with --track or a larger model",
        clock(*.heard)
    )]
    NoText {
        /// The recording.
        path: PathBuf,
        /// Seconds heard.
        heard: f64,
        /// Segments that the guard withheld.
        withheld: usize,
    },
    /// Nothing was recognised, and not because of the recording.
    #[error(
        "recognition failed on {windows} windows of {path}, and no other holds text: {reason}. The \
         same command tries them again; so does a smaller model, fewer --threads or --device cpu"
    )]
    AllFailed {
        /// The recording.
        path: PathBuf,
        /// How many windows failed.
        windows: usize,
        /// Why the first one did.
        reason: String,
    },
}

fn out_of_order(
    state: ApprovalState,
    wanted: ApprovalState,
    next: Option<ApprovalState>,
) -> String {
    let (is, asked) = (state.danish(), wanted.danish());
    match next {
        _ if wanted == ApprovalState::Udkast => {
            "the minutes are a draft already; there is no approval to take back".to_owned()
        }
        Some(next) => format!(
            "the minutes stand at \"{is}\"; the next step is \"{}\", not \"{asked}\"",
            next.danish()
        ),
        None => format!(
            "the minutes are approved; nothing comes after \"{is}\". `--state udkast` takes the \
             approval back"
        ),
    }
}

impl Faulty for PipelineError {
    fn fault(&self) -> Fault {
        match self {
            Self::Media(error) => error.fault(),
            Self::Speech(error) => error.fault(),
            Self::Asr(error) => error.fault(),
            Self::Agenda(error) => error.fault(),
            Self::Align(error) => error.fault(),
            Self::Models(error) => error.fault(),
            Self::Embedding(error) => error.fault(),
            Self::Folder(error) => error.fault(),
            Self::Export(error) => error.fault(),
            Self::OutOfOrder { .. } => Fault::Usage,
            Self::Archive(error) => error.fault(),
            Self::Stopped { .. } | Self::Interrupted | Self::AllFailed { .. } => Fault::Stopped,
            Self::NoSpeech { .. } | Self::NoText { .. } | Self::RecordingChanged { .. } => {
                Fault::BadInput
            }
        }
    }
}
