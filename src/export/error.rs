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
    /// `--template` named neither a built-in template nor a readable file.
    #[error(
        "there is no template \"{name}\": {source}; built in are {known}, anything else must be a file"
    )]
    TemplateFile {
        /// What was asked for.
        name: String,
        /// The built-in ones.
        known: String,
        source: std::io::Error,
    },
    /// The template is not understood.
    #[error("the template {name} is not understood: {reason}")]
    Template {
        /// Name or path.
        name: String,
        /// What is wrong, with its line.
        reason: String,
    },
    /// PDF was asked of a program without it.
    #[cfg(not(feature = "pdf"))]
    #[error(
        "this program was built without PDF: build it with `cargo build --release --features pdf`, or \
         write docx and let Word or LibreOffice make the PDF"
    )]
    NotBuilt,
    /// The PDF could not be put together.
    #[cfg(feature = "pdf")]
    #[error("the PDF could not be put together ({0}); please report this as a bug of Referent")]
    Pdf(String),
    /// A value could not be written as JSON.
    #[error("the transcript could not be written as JSON; please report this as a bug of Referent")]
    Json(#[from] serde_json::Error),
    /// The Word package could not be put together.
    #[error("the Word document could not be put together; please report this as a bug of Referent")]
    Package(#[from] std::io::Error),
}

impl Faulty for ExportError {
    fn fault(&self) -> Fault {
        match self {
            Self::UnknownFormat { .. } => Fault::Usage,
            Self::TemplateFile { .. } | Self::Template { .. } => Fault::BadInput,
            #[cfg(not(feature = "pdf"))]
            Self::NotBuilt => Fault::Missing,
            #[cfg(feature = "pdf")]
            Self::Pdf(_) => Fault::Bug,
            Self::Json(_) | Self::Package(_) => Fault::Bug,
        }
    }
}
