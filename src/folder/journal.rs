//! The journal: one line for each finished window, so that a stopped run goes on where it was.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FolderError;
use crate::meeting::{Provenance, Recording, TimeSpan, Warning, WindowText, milliseconds};

/// Longest line that is read back; a window of 30 s needs about 30 kB.
const MAX_LINE: usize = 4 << 20;

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
    /// of it: an upgrade must not throw away the hours that are done.
    fn fingerprint(&self) -> String {
        let method = &self.provenance;
        let identity = (
            (&self.recording.sha256, self.recording.track),
            (&method.engine, &method.model_sha256, &method.parameters),
        );
        let json = serde_json::to_vec(&identity).unwrap_or_default();
        Sha256::digest(json).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_same_sound(&self, other: &Self) -> bool {
        self.recording.sha256 == other.recording.sha256
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

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Journal(JournalKey),
    Window(WindowText),
    Complete(Completion),
}

/// `internal/journal.jsonl`, open for appending. The texts stay in the file, so that memory doesn't
/// follow the length of the meeting.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: fs_err::File,
    windows: BTreeMap<u32, TimeSpan>,
    completion: Option<Completion>,
}

impl Journal {
    const NAME: &'static str = "journal.jsonl";

    /// Opens the journal in `internal`, reads what it holds for `key`, and drops a torn last line.
    ///
    /// Work with the same sound and other settings is set aside under a name of its own, and taken
    /// up again when the settings return: nothing recognised is thrown away.
    ///
    /// # Errors
    /// [`FolderError::OtherRecording`] unless `start_over`; those of the file system.
    pub(super) fn open(
        internal: &Path,
        key: &JournalKey,
        start_over: bool,
    ) -> Result<Self, FolderError> {
        let path = internal.join(Self::NAME);
        let failed = |error| FolderError::from_io(&path, error);
        if let Some(held) = read_key(&path)? {
            if start_over || held.fingerprint() != key.fingerprint() {
                if !start_over && !held.is_same_sound(key) {
                    return Err(FolderError::OtherRecording {
                        path: internal.parent().unwrap_or(internal).to_path_buf(),
                        held: held.recording.name,
                    });
                }
                let aside = unused(internal, &held.fingerprint());
                fs_err::rename(&path, aside).map_err(failed)?;
            }
        } else if path.exists() {
            // Killed before its first line was whole, or damaged: the windows may still be of use
            // to somebody, so they are set aside.
            fs_err::rename(&path, unused(internal, "damaged")).map_err(failed)?;
        }
        let returned = internal.join(format!("journal.{}.jsonl", key.fingerprint()));
        if !start_over && !path.exists() && returned.exists() {
            fs_err::rename(&returned, &path).map_err(failed)?;
        }
        let (windows, completion, whole) = read_back(&path)?;
        let mut file =
            fs_err::OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        if length > whole {
            file.set_len(whole).map_err(failed)?;
        }
        if whole == 0 {
            append(&mut file, &Line::Journal(key.clone())).map_err(failed)?;
            fs_err::File::open(internal).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(Self { path, file, windows, completion })
    }

    /// Where the finished windows lie, by index.
    pub fn windows(&self) -> &BTreeMap<u32, TimeSpan> {
        &self.windows
    }

    /// The finished windows in order, read back from the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn texts(&self) -> Result<Vec<WindowText>, FolderError> {
        let mut texts = BTreeMap::new();
        each_line(&self.path, |line, _| {
            if let Line::Window(window) = line {
                texts.insert(window.index, window);
            }
            true
        })?;
        Ok(texts.into_values().collect())
    }

    /// Set once the recording was heard to its end and every window was finished.
    pub fn completion(&self) -> Option<&Completion> {
        self.completion.as_ref()
    }

    /// Appends a finished window and waits until it is on the disk.
    ///
    /// # Errors
    /// [`FolderError::DiskFull`] and other failures of the file system.
    pub fn record(&mut self, window: WindowText) -> Result<(), FolderError> {
        let (index, span) = (window.index, window.span);
        self.append(&Line::Window(window))?;
        self.windows.insert(index, span);
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
        append(&mut self.file, line).map_err(|error| {
            // Half a line would make the next one unreadable.
            if let Ok(length) = before {
                let _ = self.file.set_len(length);
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

fn append(file: &mut fs_err::File, line: &Line) -> std::io::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    file.write_all(&bytes)?;
    file.sync_data()
}

/// The key in the first line, when there is a whole one.
fn read_key(path: &Path) -> Result<Option<JournalKey>, FolderError> {
    let mut key = None;
    each_line(path, |line, _| {
        if let Line::Journal(found) = line {
            key = Some(found);
        }
        false
    })?;
    Ok(key)
}

type Contents = (BTreeMap<u32, TimeSpan>, Option<Completion>, u64);

/// Everything up to the first line that is not whole, and how many bytes that is.
fn read_back(path: &Path) -> Result<Contents, FolderError> {
    let mut windows = BTreeMap::new();
    let mut completion = None;
    let mut whole = 0;
    each_line(path, |line, end| {
        whole = end;
        match line {
            Line::Journal(_) => {}
            Line::Window(window) => {
                windows.insert(window.index, window.span);
            }
            Line::Complete(found) => completion = Some(found),
        }
        true
    })?;
    Ok((windows, completion, whole))
}

/// Calls `each` with every whole line and the offset of its end, until it returns false or a line
/// is torn or foreign. A missing file has no lines.
fn each_line(path: &Path, mut each: impl FnMut(Line, u64) -> bool) -> Result<(), FolderError> {
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FolderError::from_io(path, error)),
    };
    let mut reader = BufReader::new(file);
    let mut end = 0_u64;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = std::io::Read::take(&mut reader, MAX_LINE as u64)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| FolderError::from_io(path, error))?;
        if read == 0 || bytes.last() != Some(&b'\n') {
            return Ok(());
        }
        let Ok(line) = serde_json::from_slice(&bytes) else { return Ok(()) };
        end += read as u64;
        if !each(line, end) {
            return Ok(());
        }
    }
}
