//! A meeting's folder, held by one run at a time.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::disk::{self, Step};
use super::whole::write_by_way_of;
use super::{FolderError, Journal, JournalKey, Written, read_json};
use crate::meeting::{Agenda, Alignment, MeetingRecord, Minutes, Outcome, Transcript};

/// The files of a meeting's folder that are JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artefact {
    /// `meeting.json`
    Meeting,
    /// `transcript.json`
    Transcript,
    /// `agenda.json`
    Agenda,
    /// `alignment.json`
    Alignment,
    /// `minutes.json`
    Minutes,
    /// `internal/closed.json`: what was said behind closed doors.
    Closed,
}

impl Artefact {
    /// Path below the meeting's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Meeting => "meeting.json",
            Self::Transcript => "transcript.json",
            Self::Agenda => "agenda.json",
            Self::Alignment => "alignment.json",
            Self::Minutes => "minutes.json",
            Self::Closed => "internal/closed.json",
        }
    }

    /// Value of its `schema`.
    fn schema(self) -> &'static str {
        match self {
            Self::Meeting => MeetingRecord::SCHEMA,
            Self::Transcript | Self::Closed => Transcript::SCHEMA,
            Self::Agenda => Agenda::SCHEMA,
            Self::Alignment => Alignment::SCHEMA,
            Self::Minutes => Minutes::SCHEMA,
        }
    }

    /// Reads it from the meeting's folder `root`, none when it is not there. Takes no lock: every
    /// artefact is written whole.
    ///
    /// # Errors
    /// Those of [`read_json`].
    pub fn read<T: DeserializeOwned>(self, root: &Path) -> Result<Option<T>, FolderError> {
        let path = root.join(self.file_name());
        if path.exists() { read_json(&path, self.schema()).map(Some) } else { Ok(None) }
    }

    /// [`Self::read`] for what a meeting's folder must have.
    ///
    /// # Errors
    /// [`FolderError::NotAMeeting`] when it is not there; those of [`read_json`].
    pub fn need<T: DeserializeOwned>(self, root: &Path) -> Result<T, FolderError> {
        let (path, missing) = (root.to_path_buf(), self.file_name());
        if !root.is_dir() {
            return Err(FolderError::NoFolder { path });
        }
        self.read(root)?.ok_or(FolderError::NotAMeeting { path, missing })
    }
}

/// A meeting's folder under lock; the lock goes with the value.
#[derive(Debug)]
pub struct MeetingFolder {
    root: PathBuf,
    internal: PathBuf,
    lock: fs_err::File,
}

impl MeetingFolder {
    /// Makes the folder if need be and takes its lock. Half-written files of a killed run are removed.
    ///
    /// # Errors
    /// [`FolderError::Busy`] when another run holds it; those of the file system.
    pub fn open(root: &Path) -> Result<Self, FolderError> {
        let internal = root.join("internal");
        let failed = |error| FolderError::from_io(root, error);
        if !root.is_dir() {
            if root.exists() {
                return Err(FolderError::NotAFolder { path: root.to_path_buf() });
            }
            disk::step(Step::MakeFolder, root, || fs_err::create_dir_all(root)).map_err(failed)?;
            if let Some(parent) = root.parent() {
                disk::sync_folder(parent).map_err(failed)?;
            }
        }
        if !internal.is_dir() {
            disk::step(Step::MakeFolder, &internal, || create_private(&internal))
                .map_err(|error| FolderError::from_io(&internal, error))?;
            disk::sync_folder(root).map_err(failed)?;
        }
        let lock = take_lock(root, &internal.join("lock"))?;
        let folder = Self { root: root.to_path_buf(), internal, lock };
        folder.sweep();
        Ok(folder)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The journal of this recording and these settings.
    ///
    /// # Errors
    /// See [`FolderError::OtherRecording`].
    pub fn journal(
        &self,
        key: &JournalKey,
        start_over: bool,
    ) -> Result<Outcome<Journal>, FolderError> {
        Journal::open(&self.internal, key, start_over)
    }

    /// Writes a document whole; `name` is a plain file name.
    ///
    /// # Errors
    /// Those of [`super::write_whole`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<Written, FolderError> {
        write_by_way_of(&self.internal, &self.root.join(name), bytes)
    }

    /// Writes an artefact as indented JSON with a final newline.
    ///
    /// # Errors
    /// Those of [`super::write_whole`].
    pub fn write_json<T: Serialize>(
        &self,
        what: Artefact,
        value: &T,
    ) -> Result<Written, FolderError> {
        self.write(what.file_name(), &as_json(what, value)?)
    }

    /// Reads an artefact back, none when it is not there.
    ///
    /// # Errors
    /// Those of [`read_json`].
    pub fn read<T: DeserializeOwned>(&self, what: Artefact) -> Result<Option<T>, FolderError> {
        what.read(&self.root)
    }

    /// Removes a document that the inputs no longer give; it need not be there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let path = self.root.join(name);
        if fs_err::symlink_metadata(&path)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            return Ok(());
        }
        disk::step(Step::Remove, &path, || fs_err::remove_file(&path))
            .and_then(|()| disk::sync_folder(&self.root))
            .map_err(|error| FolderError::from_io(&path, error))
    }

    /// Removes what a killed run left half-written.
    fn sweep(&self) {
        let Ok(entries) = fs_err::read_dir(&self.internal) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(".referent-") && name.ends_with(".part") {
                let _ = fs_err::remove_file(entry.path());
            }
        }
    }
}

impl Drop for MeetingFolder {
    /// Gives the lock back by name. Closing the file is not enough: a process that another thread starts
    /// at this moment has a copy of it, and with it the lock, until its own program runs.
    fn drop(&mut self) {
        let _ = self.lock.file().unlock();
    }
}

/// Takes the lock and leaves our process number in it. The system gives the lock back when we end,
/// however we end, so there are no stale ones.
fn take_lock(root: &Path, path: &Path) -> Result<fs_err::File, FolderError> {
    let failed = |error| FolderError::from_io(path, error);
    let mut lock = disk::step(Step::Create, path, || {
        fs_err::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
    })
    .map_err(failed)?;
    match lock.file().try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = (&lock).take(16).read_to_string(&mut text);
            let pid = text.trim().parse().ok();
            return Err(FolderError::Busy { path: root.to_path_buf(), pid });
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
    }
    // A courtesy to whom it keeps out; a full disk is told where it matters.
    let _ = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
    Ok(lock)
}

/// Indented JSON with a final newline.
pub(super) fn as_json<T: Serialize>(what: Artefact, value: &T) -> Result<Vec<u8>, FolderError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| FolderError::Damaged {
        path: what.file_name().into(),
        reason: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A folder that only its owner may read, since closed speech lies in it.
pub(super) fn create_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
