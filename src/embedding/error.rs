//! What can go wrong with an embedding model.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::meeting::{Fault, Faulty};

/// Errors of embedding models. Searching goes on without them.
#[derive(Debug, Error)]
pub enum EmbeddingError {
    /// The library is not one that can be loaded.
    #[error(
        "ONNX Runtime {path} cannot be loaded ({reason}). `referent models pull --force` with the \
         model's name fetches it again"
    )]
    Runtime {
        /// The shared library.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The tokenizer can't be read, or is of a kind that is not known here.
    #[error(
        "the tokenizer {path} cannot be used: {reason}. It must be a tokenizer.json of WordPiece or Unigram"
    )]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The model can't be read or run.
    #[error(
        "the embedding model {path} cannot be used: {reason}. It must be a sentence-embedding model in ONNX form"
    )]
    Model {
        /// The file.
        path: PathBuf,
        /// What ONNX Runtime said.
        reason: String,
    },
}

impl EmbeddingError {
    pub(super) fn tokenizer(path: &Path, reason: impl ToString) -> Self {
        Self::Tokenizer { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn model(path: &Path, reason: impl ToString) -> Self {
        Self::Model { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl Faulty for EmbeddingError {
    fn fault(&self) -> Fault {
        match self {
            Self::Runtime { .. } => Fault::Missing,
            Self::Tokenizer { .. } | Self::Model { .. } => Fault::BadInput,
        }
    }
}
