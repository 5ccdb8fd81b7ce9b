//! The folder of model files.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::convert::WeightType;
use super::manifest::{Kind, Manifest, Model};
use super::registry::Registries;
use super::{ModelsError, convert, digest};
use crate::meeting::Outcome;

/// Model files under a cache folder: finished ones in `models/`, unfinished in `downloads/`.
pub struct Store {
    root: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) registries: Registries,
    pub(super) pause: Duration,
}

/// A model file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Name in the manifest, or the file's name without its ending.
    pub name: String,
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// What checking a model file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The hash is the manifest's.
    Pinned,
    /// The manifest pins none; the hash is the one noted when the file came.
    Unchanged,
    /// Neither.
    Damaged,
}

impl Store {
    /// In `REFERENT_CACHE`, else `$XDG_CACHE_HOME/referent`, else `~/.cache/referent`.
    ///
    /// # Errors
    /// `NoCache` without a home folder.
    pub fn default_location() -> Result<Self, ModelsError> {
        let folder = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let root = folder("REFERENT_CACHE")
            .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("referent")))
            .or_else(|| folder("HOME").map(|home| home.join(".cache").join("referent")))
            .ok_or(ModelsError::NoCache)?;
        Self::at(&root)
    }

    /// In the cache folder `root`, which need not exist yet.
    ///
    /// # Errors
    /// `Manifest` when the embedded manifest is malformed, which the tests rule out.
    pub fn at(root: &Path) -> Result<Self, ModelsError> {
        let manifest = Manifest::embedded()?;
        Ok(Self {
            root: root.to_owned(),
            manifest,
            registries: Registries::from_environment(),
            pause: Duration::from_millis(500),
        })
    }

    /// With another manifest.
    #[must_use]
    pub fn with_manifest(mut self, manifest: Manifest) -> Self {
        self.manifest = manifest;
        self
    }

    /// With other registries.
    #[must_use]
    pub fn with_registries(mut self, registries: Registries) -> Self {
        self.registries = registries;
        self
    }

    /// With another wait before the first retry of a failed connection; it doubles with each.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The manifest in use.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where finished models lie.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// Where unfinished downloads lie.
    pub(super) fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Where the file of `model` lies, or would.
    pub fn path_of(&self, model: &Model) -> PathBuf {
        self.models().join(&model.file)
    }

    /// The model of that name in the manifest, or the ggml Whisper file at that path.
    ///
    /// # Errors
    /// `NotHere` for a known model that was not pulled (the message gives the command),
    /// `Unknown`, `NoSuchFile`, and `NotAModel` for a file of another kind.
    pub fn locate(&self, name_or_path: &str) -> Result<ModelFile, ModelsError> {
        if let Some(model) = self.manifest.model(name_or_path) {
            let path = self.path_of(model);
            if !path.is_file() {
                return Err(self.absent(model));
            }
            if model.kind == Kind::Whisper {
                check_ggml(&path)?;
            }
            return self.describe(&model.name, &path);
        }
        let path = Path::new(name_or_path);
        if !path.exists() {
            let looks_like_path = path.components().count() > 1 || path.extension().is_some();
            return Err(if looks_like_path {
                ModelsError::NoSuchFile { path: path.to_owned() }
            } else {
                let (name, known) = (name_or_path.to_owned(), self.manifest.known(Kind::Whisper));
                ModelsError::Unknown { name, known }
            });
        }
        check_ggml(path)?;
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        self.describe(&name, path)
    }

    /// The ggml file made of the model in a folder (CTranslate2, safetensors, ONNX); made now, in 16-bit
    /// floats, unless an earlier run has made it from the same bytes.
    ///
    /// # Errors
    /// `Convert` when the folder holds no Whisper model that can be read, and those of writing.
    pub fn converted(&self, folder: &Path) -> Result<Outcome<ModelFile>, ModelsError> {
        let full = fs_err::canonicalize(folder).map_err(|e| ModelsError::io(folder, e))?;
        let mut hash = Sha256::new();
        let entries = fs_err::read_dir(&full).map_err(|e| ModelsError::io(&full, e))?;
        let mut files: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()).collect();
        files.sort();
        for file in &files {
            let meta = fs_err::metadata(file).map_err(|e| ModelsError::io(file, e))?;
            let changed = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            hash.update(file.as_os_str().as_encoded_bytes());
            hash.update(meta.len().to_le_bytes());
            hash.update(changed.unwrap_or_default().as_nanos().to_le_bytes());
        }
        let key = digest::hex(&hash.finalize());
        let name = full.file_name().unwrap_or(full.as_os_str()).to_string_lossy().into_owned();
        let path = self.models().join(format!("converted-{}.bin", &key[..16]));
        let mut warnings = Vec::new();
        if !path.is_file() {
            let made = convert::convert(&full, &path, WeightType::F16, None, &mut |_, _| {})?;
            warnings = made.warnings;
        }
        Ok(Outcome::new(self.describe(&name, &path)?, warnings))
    }

    /// Hashes the file of `name` anew and compares.
    ///
    /// # Errors
    /// `Unknown`, `NotHere`, `Io`. Damage is no error but a condition.
    pub fn verify(&self, name: &str) -> Result<(ModelFile, Condition), ModelsError> {
        let model = self.known(name)?;
        let path = self.path_of(model);
        if !path.is_file() {
            return Err(self.absent(model));
        }
        let note = self.note_of(&path);
        let noted = digest::noted(&note);
        let sha256 = digest::sha256(&path)?;
        let condition = if model.pinned().any(|pinned| pinned == sha256) {
            Condition::Pinned
        } else if model.pinned().next().is_none() && noted.as_deref() == Some(&*sha256) {
            Condition::Unchanged
        } else {
            Condition::Damaged
        };
        if condition != Condition::Damaged {
            digest::remember(&path, &note, &sha256)?;
        }
        let size = fs_err::metadata(&path).map_err(|e| ModelsError::io(&path, e))?.len();
        Ok((ModelFile { name: name.to_owned(), path, size, sha256 }, condition))
    }

    pub(super) fn known(&self, name: &str) -> Result<&Model, ModelsError> {
        self.manifest.model(name).ok_or_else(|| ModelsError::Unknown {
            name: name.to_owned(),
            known: self.manifest.known(Kind::Whisper),
        })
    }

    /// The file's facts, its hash from memory when the file is unchanged.
    pub(super) fn describe(&self, name: &str, path: &Path) -> Result<ModelFile, ModelsError> {
        let sha256 = digest::remembered(path, &self.note_of(path))?;
        let size = fs_err::metadata(path).map_err(|e| ModelsError::io(path, e))?.len();
        Ok(ModelFile { name: name.to_owned(), path: path.to_owned(), size, sha256 })
    }

    /// Where the hash of `path` is noted: beside a file of ours, else in the store under a name
    /// made from its path, since a stranger's folder is not ours to write to.
    pub(super) fn note_of(&self, path: &Path) -> PathBuf {
        if path.parent() == Some(&*self.models()) {
            let mut note = path.as_os_str().to_owned();
            note.push(".hash");
            return PathBuf::from(note);
        }
        let full = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let key = digest::hex(&Sha256::digest(full.as_os_str().as_encoded_bytes()));
        self.models().join(format!("{key}.hash"))
    }

    pub(super) fn absent(&self, model: &Model) -> ModelsError {
        if model.sources.is_empty() {
            return self.no_source(model);
        }
        ModelsError::NotHere { name: model.name.clone() }
    }

    pub(super) fn no_source(&self, model: &Model) -> ModelsError {
        let advice = if model.kind == Kind::Other {
            format!("{} ({})", model.note.as_deref().unwrap_or("no engine for it"), model.page)
        } else {
            format!(
                "download the files of {} into a folder and run `referent models convert FOLDER {}`",
                model.page,
                self.path_of(model).display()
            )
        };
        ModelsError::NoSource { name: model.name.clone(), advice }
    }
}

/// Refuses what whisper.cpp could not load, before it tries.
fn check_ggml(path: &Path) -> Result<(), ModelsError> {
    let refuse = |why: &str| ModelsError::NotAModel { path: path.to_owned(), why: why.to_owned() };
    if path.is_dir() {
        return Err(refuse("it is a folder; `referent models convert` makes a ggml file of one"));
    }
    let mut head = Vec::new();
    let file = fs_err::File::open(path).map_err(|e| ModelsError::io(path, e))?;
    file.take(48).read_to_end(&mut head).map_err(|e| ModelsError::io(path, e))?;
    let numbers: Vec<u32> =
        head.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
    match numbers.as_slice() {
        [] => Err(refuse("it is empty")),
        [magic, ..] if *magic != convert::MAGIC => {
            Err(refuse("it does not begin as one; `referent models convert` reads other formats"))
        }
        [_, vocabulary, .., mels, _type] if numbers.len() == 12 => {
            let whisper = (50_000..60_000).contains(vocabulary) && matches!(mels, 80 | 128);
            if whisper { Ok(()) } else { Err(refuse("it is a ggml file of another kind")) }
        }
        _ => Err(refuse("it is cut off")),
    }
}
