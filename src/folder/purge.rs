//! Destroying what must not outlive the secretary's need for it.

use std::path::Path;

use super::disk::{self, Step};
use super::{FolderError, MeetingFolder};

/// What stays in `internal/`: the lock that we hold, and what holds no speech: the pins, and the digests of
/// the documents.
const KEPT: [&str; 3] = ["lock", "pins.txt", "documents.json"];

impl MeetingFolder {
    /// Opens a folder that is there; see [`Self::open`].
    ///
    /// # Errors
    /// [`FolderError::NotAMeeting`] when there is no `internal/` in it; those of [`Self::open`].
    pub fn open_existing(root: &Path) -> Result<Self, FolderError> {
        // A link would lead the deleting elsewhere.
        if fs_err::symlink_metadata(root.join("internal")).is_ok_and(|found| found.is_dir()) {
            return Self::open(root);
        }
        Err(FolderError::NotAMeeting { path: root.to_path_buf(), missing: "internal/" })
    }

    /// Everything in `internal/` that may hold closed speech, by its name below the meeting's folder.
    /// The whole journal counts, not the lines of closed windows only: windows straddle doors, set-aside
    /// journals were cut elsewhere, and a line that is missed can't be called back.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn closed_files(&self) -> Result<Vec<String>, FolderError> {
        let internal = self.path().join("internal");
        let failed = |error| FolderError::from_io(&internal, error);
        let mut found = Vec::new();
        for entry in fs_err::read_dir(&internal).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if !KEPT.contains(&name.as_str()) {
                found.push(format!("internal/{name}"));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Deletes [`Self::closed_files`] and gives their names.
    ///
    /// # Errors
    /// Those of the file system; what was deleted before stays deleted.
    pub fn purge_closed(&self) -> Result<Vec<String>, FolderError> {
        let destroyed = self.closed_files()?;
        for name in &destroyed {
            let path = self.path().join(name);
            let failed = |error| FolderError::from_io(&path, error);
            // A link is unlinked, never followed.
            let is_folder = fs_err::symlink_metadata(&path).map_err(failed)?.is_dir();
            disk::step(Step::Remove, &path, || {
                if is_folder { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) }
            })
            .map_err(failed)?;
        }
        let internal = self.path().join("internal");
        disk::sync_folder(&internal).map_err(|error| FolderError::from_io(&internal, error))?;
        Ok(destroyed)
    }
}
