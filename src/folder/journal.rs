//! The journal: one line for each finished window, so that a stopped run goes on where it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FolderError;
use super::disk::{self, Step};
use super::lines::{Contents, Line};
use crate::meeting::{
    Outcome, Provenance, Recording, Stage, TimeSpan, Warning, WindowText, WindowVerdict,
    milliseconds,
};

/// The parameter that may differ: the words that the agenda gave the recogniser. A corrected agenda
/// must not throw away hours of recognition.
const PROMPT: &str = "prompt";

/// What a journal belongs to: this sound, recognised in this way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalKey {
    /// The recording; its name may change, its bytes may not.
    pub recording: Recording,
    /// How it is recognised.
    pub provenance: Provenance,
}

impl JournalKey {
    /// Eight hexadecimal digits that name the pair of sound and method. Our own version is not part
    /// of it (an upgrade must not throw away the hours that are done), nor is the prompt.
    fn fingerprint(&self) -> String {
        let method = &self.provenance;
        let parameters: BTreeMap<_, _> =
            method.parameters.iter().filter(|(name, _)| *name != PROMPT).collect();
        let identity = (
            (&self.recording.sha256, self.recording.track),
            (&method.engine, &method.model_sha256, parameters),
        );
        let json = serde_json::to_vec(&identity).unwrap_or_default();
        Sha256::digest(json).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_same_sound(&self, other: &Self) -> bool {
        self.recording.sha256 == other.recording.sha256
    }

    /// The words that the recogniser is told to expect.
    pub fn prompt(&self) -> &str {
        self.provenance.parameters.get(PROMPT).and_then(|prompt| prompt.as_str()).unwrap_or("")
    }
}

/// What is known once the whole recording has been heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// Length of the sound in seconds.
    #[serde(with = "milliseconds")]
    pub duration: f64,
    /// Number of windows.
    pub windows: u32,
    /// Warnings of media and speech.
    pub warnings: Vec<Warning>,
}

/// `internal/journal.jsonl`, open for appending. The texts stay in the file, so that memory doesn't
/// follow the length of the meeting.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: fs_err::File,
    key: JournalKey,
    windows: BTreeMap<u32, TimeSpan>,
    failed: BTreeSet<u32>,
    completion: Option<Completion>,
}

impl Journal {
    const NAME: &'static str = "journal.jsonl";

    /// Opens the journal in `internal`, reads what it holds for `key`, and drops a torn last line.
    ///
    /// Work with the same sound and other settings is set aside under a name of its own, and taken
    /// up again when the settings return: nothing recognised is thrown away. A line that can't be
    /// read costs its own window, with a notice. Work done with another prompt is gone on with, under
    /// that prompt: see [`Self::key`].
    ///
    /// # Errors
    /// [`FolderError::OtherRecording`] and [`FolderError::NewerJournal`] unless `start_over`; those
    /// of the file system.
    pub(super) fn open(
        internal: &Path,
        key: &JournalKey,
        start_over: bool,
    ) -> Result<Outcome<Self>, FolderError> {
        let path = internal.join(Self::NAME);
        let failed = |error| FolderError::from_io(&path, error);
        let root = || internal.parent().unwrap_or(internal).to_path_buf();
        let set_aside = |mark: &str| -> Result<PathBuf, FolderError> {
            let aside = unused(internal, mark);
            disk::step(Step::Rename, &aside, || fs_err::rename(&path, &aside)).map_err(failed)?;
            disk::sync_folder(internal).map_err(failed)?;
            Ok(aside)
        };
        let mut warnings = Vec::new();
        let mut contents = Contents::read(&path)?;
        if let Some(held) = &contents.key {
            let mark = held.fingerprint();
            if start_over || mark != key.fingerprint() {
                if !start_over && !held.is_same_sound(key) {
                    let same_name = held.recording.name == key.recording.name;
                    let (path, held) = (root(), held.recording.name.clone());
                    return Err(FolderError::OtherRecording { path, held, same_name });
                }
                // What was discarded must not come back when its settings do.
                set_aside(&if start_over { format!("{mark}.discarded") } else { mark })?;
                contents = Contents::default();
            }
        } else if let (Some(schema), false) = (&contents.newer, start_over) {
            return Err(FolderError::NewerJournal { path: root(), schema: schema.clone() });
        } else if contents.end > 0 {
            // Nobody knows what it belongs to, but the windows may still be of use to somebody.
            let aside = set_aside("damaged")?;
            let message = format!(
                "the journal's first line is damaged, so the recording is heard again; what it \
                 held is set aside as {}",
                aside.display()
            );
            warnings.push(Warning::notice(Stage::Folder, "journal-set-aside", message));
            contents = Contents::default();
        }
        let returned = internal.join(format!("journal.{}.jsonl", key.fingerprint()));
        if !start_over && contents.key.is_none() && returned.exists() {
            disk::step(Step::Rename, &path, || fs_err::rename(&returned, &path)).map_err(failed)?;
            disk::sync_folder(internal).map_err(failed)?;
            contents = Contents::read(&path)?;
        }
        let mut file = disk::step(Step::Create, &path, || {
            fs_err::OpenOptions::new().create(true).append(true).open(&path)
        })
        .map_err(failed)?;
        if contents.bytes > contents.end {
            disk::step(Step::Truncate, &path, || file.set_len(contents.end)).map_err(failed)?;
        }
        let held = match contents.key.take() {
            Some(held) => held,
            None => {
                append(&mut file, &path, &Line::header(key.clone())).map_err(failed)?;
                disk::sync_folder(internal).map_err(failed)?;
                key.clone()
            }
        };
        let completion = contents.completion.filter(|completion| {
            (0..completion.windows).all(|index| contents.windows.contains_key(&index))
        });
        if contents.damaged > 0 && completion.is_none() {
            let message = format!(
                "{} damaged lines in {}; the windows they held are heard again",
                contents.damaged,
                path.display()
            );
            warnings.push(Warning::notice(Stage::Folder, "journal-damaged", message));
        }
        let Contents { windows, failed, .. } = contents;
        let journal = Self { path, file, key: held, windows, failed, completion };
        Ok(Outcome::new(journal, warnings))
    }

    /// What the journal belongs to. Its prompt is the one that the windows were recognised with, which
    /// may not be the one it was opened for.
    pub fn key(&self) -> &JournalKey {
        &self.key
    }

    /// Where the finished windows lie, by index.
    pub fn windows(&self) -> &BTreeMap<u32, TimeSpan> {
        &self.windows
    }

    /// Those of [`Self::windows`] of which the engine made nothing.
    pub fn failed(&self) -> &BTreeSet<u32> {
        &self.failed
    }

    /// The finished windows in order, read back from the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn texts(&self) -> Result<Vec<WindowText>, FolderError> {
        let mut texts = BTreeMap::new();
        Contents::read_with(&self.path, |window| {
            texts.insert(window.index, window);
        })?;
        Ok(texts.into_values().collect())
    }

    /// Set once the recording was heard to its end and every window has its line.
    pub fn completion(&self) -> Option<&Completion> {
        self.completion.as_ref()
    }

    /// Appends a finished window and waits until it is on the disk.
    ///
    /// # Errors
    /// [`FolderError::DiskFull`] and other failures of the file system.
    pub fn record(&mut self, window: WindowText) -> Result<(), FolderError> {
        let (index, span, failed) = (window.index, window.span, window.verdict);
        self.append(&Line::Window(window))?;
        self.windows.insert(index, span);
        if failed == WindowVerdict::Failed {
            self.failed.insert(index);
        } else {
            self.failed.remove(&index);
        }
        Ok(())
    }

    /// Notes that every window is finished.
    ///
    /// # Errors
    /// As [`Journal::record`].
    pub fn complete(&mut self, completion: Completion) -> Result<(), FolderError> {
        self.append(&Line::Complete(completion.clone()))?;
        self.completion = Some(completion);
        Ok(())
    }

    fn append(&mut self, line: &Line) -> Result<(), FolderError> {
        let before = self.file.metadata().map(|meta| meta.len());
        append(&mut self.file, &self.path, line).map_err(|error| {
            // Half a line would make the next one unreadable.
            if let Ok(length) = before {
                let _ = disk::step(Step::Truncate, &self.path, || self.file.set_len(length));
            }
            FolderError::from_io(&self.path, error)
        })
    }
}

/// A name for a journal that is set aside; one that is there already is kept.
fn unused(internal: &Path, mark: &str) -> PathBuf {
    let name = |number: u32| match number {
        0 => internal.join(format!("journal.{mark}.jsonl")),
        _ => internal.join(format!("journal.{mark}.{number}.jsonl")),
    };
    (0..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

fn append(file: &mut fs_err::File, path: &Path, line: &Line) -> std::io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    disk::write(file, path, &bytes)?;
    disk::step(Step::Sync, path, || file.sync_data())
}
