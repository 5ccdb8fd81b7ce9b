//! What can go wrong while a document is written.

use crate::meeting::{Fault, Faulty};

/// Errors of the export room.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// `--format` named something that does not exist.
    #[error("there is no format \"{name}\"; choose one of: {known}", known = super::Format::names())]
    UnknownFormat {
        /// What was asked for.
        name: String,
    },
    /// A value could not be written as JSON.
    #[error("the transcript could not be written as JSON; please report this as a bug of Referent")]
    Json(#[from] serde_json::Error),
    /// The Word package could not be put together.
    #[error("referat.docx could not be put together; please report this as a bug of Referent")]
    Package(#[from] std::io::Error),
}

impl Faulty for ExportError {
    fn fault(&self) -> Fault {
        match self {
            Self::UnknownFormat { .. } => Fault::Usage,
            Self::Json(_) | Self::Package(_) => Fault::Bug,
        }
    }
}
