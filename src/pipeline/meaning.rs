//! Embedding models for the archive.

use std::sync::{Arc, Mutex};

use super::PipelineError;
use crate::archive::{Reader, VectorModel, Vectors};
use crate::embedding::{Embedder, EmbeddingError, Files};
use crate::meeting::{Outcome, Stage, Warning};
use crate::models::{EmbeddingFiles, Store};

/// An embedding model as the archive takes one.
#[derive(Debug)]
pub struct Meaning {
    embedder: Embedder,
    model: VectorModel,
}

impl Meaning {
    /// Opens the model of that name in the manifest, or in a folder.
    ///
    /// # Errors
    /// Those of [`Store::embedding`] and [`Embedder::open`].
    pub fn open(store: &Store, name_or_folder: &str) -> Result<Self, PipelineError> {
        Ok(Self::load(store.embedding(name_or_folder)?)?)
    }

    fn load(files: EmbeddingFiles) -> Result<Self, EmbeddingError> {
        let EmbeddingFiles { model, tokenizer, runtime, query, passage } = files;
        let embedder =
            Embedder::open(&Files { model: model.path, tokenizer, runtime, query, passage })?;
        let model = VectorModel {
            name: model.name,
            sha256: model.sha256,
            dimensions: embedder.dimensions(),
        };
        Ok(Self { embedder, model })
    }
}

impl Vectors for Meaning {
    fn model(&self) -> &VectorModel {
        &self.model
    }

    fn query(&mut self, text: &str) -> Result<Vec<f32>, String> {
        self.embedder.query(text).map_err(|error| error.to_string())
    }

    fn passage(&mut self, text: &str) -> Result<Vec<f32>, String> {
        self.embedder.passage(text).map_err(|error| error.to_string())
    }
}

/// A model that several searches share.
pub type SharedVectors = Arc<Mutex<dyn Vectors>>;

/// The model that made the archive's vectors; none when the archive has none. When the model is not
/// here or is another one now, a warning says what to do, and words are searched alone.
///
/// # Errors
/// Those of the archive.
pub fn meaning_of(
    reader: &Reader,
    store: &Store,
) -> Result<Outcome<Option<SharedVectors>>, PipelineError> {
    let Some(held) = reader.vectors()? else { return Ok(Outcome::clean(None)) };
    let without = |reason: String| {
        let warning = Warning::notice(Stage::Archive, "words-alone", reason);
        Ok(Outcome::new(None, vec![warning]))
    };
    let files = match store.embedding(&held.name) {
        Ok(files) => files,
        Err(error) => return without(format!("searching by words alone: {error}")),
    };
    if files.model.sha256 != held.sha256 {
        return without(format!(
            "searching by words alone: the archive's vectors were made by another {} (SHA-256 {}). \
             `referent archive rebuild --vectors {}` makes them anew",
            held.name, held.sha256, held.name
        ));
    }
    match Meaning::load(files) {
        Ok(meaning) => Ok(Outcome::clean(Some(Arc::new(Mutex::new(meaning))))),
        Err(error) => without(format!("searching by words alone: {error}")),
    }
}
