//! Where an embedding model and all that it needs lie.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::manifest::Kind;
use super::store::{ModelFile, Store};
use super::{Model, ModelsError};

/// ONNX Runtime in the manifest: a shared library for Linux, of this machine's kind.
pub(super) const RUNTIME: &str =
    if cfg!(target_arch = "aarch64") { "onnxruntime-aarch64" } else { "onnxruntime-x86_64" };

/// The files of an embedding model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingFiles {
    /// The model itself; of a folder, `name` is the folder's whole path, by which it is found again.
    pub model: ModelFile,
    /// Its `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// The shared library of ONNX Runtime.
    pub runtime: PathBuf,
    /// What is set before a query and before a passage.
    pub query: String,
    pub passage: String,
}

/// What sentence-transformers writes beside a model that wants something before its texts.
#[derive(Debug, Default, Deserialize)]
struct Config {
    #[serde(default)]
    prompts: Prompts,
}

#[derive(Debug, Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    query: String,
    #[serde(default, alias = "document")]
    passage: String,
}

impl Store {
    /// The embedding model of that name in the manifest, or the one in a folder: `model.onnx`,
    /// `tokenizer.json` and, where it needs prompts, `config_sentence_transformers.json`.
    ///
    /// # Errors
    /// `NotHere` for what was not pulled (the message gives the command), `Unknown`, and `NoSuchFile`
    /// for a folder that lacks a file.
    pub fn embedding(&self, name_or_folder: &str) -> Result<EmbeddingFiles, ModelsError> {
        let folder = Path::new(name_or_folder);
        if let Some(model) = self.manifest.model(name_or_folder)
            && let Some(embedding) = &model.embedding
        {
            let path = self.here(model)?;
            return Ok(EmbeddingFiles {
                model: self.describe(&model.name, &path)?,
                tokenizer: self.here(self.known(&embedding.tokenizer)?)?,
                runtime: self.here(self.known(RUNTIME)?)?,
                query: embedding.query.clone(),
                passage: embedding.passage.clone(),
            });
        }
        if !folder.is_dir() {
            let known = format!("{}; or give a folder", self.manifest.known(Kind::Embedding));
            return Err(ModelsError::UnknownEmbedding { name: name_or_folder.to_owned(), known });
        }
        let folder = fs_err::canonicalize(folder).map_err(|e| ModelsError::io(folder, e))?;
        let needed = |name: &str| {
            let path = folder.join(name);
            if path.is_file() { Ok(path) } else { Err(ModelsError::NoSuchFile { path }) }
        };
        let config = folder.join("config_sentence_transformers.json");
        let config: Config = match fs_err::read_to_string(&config) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|e| ModelsError::io(&config, std::io::Error::other(e)))?,
            Err(_) => Config::default(),
        };
        Ok(EmbeddingFiles {
            model: self.describe(&folder.to_string_lossy(), &needed("model.onnx")?)?,
            tokenizer: needed("tokenizer.json")?,
            runtime: self.here(self.known(RUNTIME)?)?,
            query: config.prompts.query,
            passage: config.prompts.passage,
        })
    }

    fn here(&self, model: &Model) -> Result<PathBuf, ModelsError> {
        let path = self.path_of(model);
        if path.is_file() { Ok(path) } else { Err(self.absent(model)) }
    }
}
