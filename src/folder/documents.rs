//! Documents that people work on: what they wrote is never overwritten.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::disk::{self, Step};
use super::meeting_folder::{as_json, create_private};
use super::{Artefact, FolderError, MeetingFolder, Written, sha256_of};

/// Beside the journal: what we wrote last, by file name, as SHA-256.
const RECORD: &str = "documents.json";
/// Below `internal/`, since an edited document may hold what is closed by now.
const ASIDE: &str = "edited";

/// What became of a document that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It stands as given.
    Written,
    /// Somebody has worked on it, and there is nothing new to write: it was left alone.
    Left,
    /// Somebody has worked on it. It stands as given, and what they made of it lies there, below the
    /// meeting's folder.
    SetAside(String),
}

/// The documents of a folder and what we wrote of them last.
#[derive(Debug)]
pub struct Documents<'a> {
    folder: &'a MeetingFolder,
    written: BTreeMap<String, String>,
}

impl MeetingFolder {
    /// The documents, to write some of them. Of a folder without a record (an older one, or one whose
    /// closed parts were destroyed) everything is taken for ours.
    pub fn documents(&self) -> Documents<'_> {
        let read = fs_err::read(self.path().join("internal").join(RECORD)).ok();
        let written = read.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Documents { folder: self, written }
    }
}

impl Documents<'_> {
    /// Writes a document whole; `name` is a plain file name.
    ///
    /// # Errors
    /// Those of [`super::write_whole`]; what was there stays.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<Placed, FolderError> {
        let digest = digest_of(bytes);
        if self.edited(name)?.is_some_and(|there| there != digest)
            && self.written.get(name) == Some(&digest)
        {
            return Ok(Placed::Left);
        }
        self.replace(name, bytes)
    }

    /// The same, also where there is nothing new.
    ///
    /// # Errors
    /// See [`Self::write`].
    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<Placed, FolderError> {
        let digest = digest_of(bytes);
        let edited = self.edited(name)?.filter(|there| *there != digest);
        let aside = edited.map(|there| self.set_aside(name, &there)).transpose()?;
        self.folder.write(name, bytes)?;
        self.written.insert(name.to_owned(), digest);
        Ok(aside.map_or(Placed::Written, Placed::SetAside))
    }

    /// [`Self::replace`] for an artefact that people may work on.
    ///
    /// # Errors
    /// See [`Self::write`].
    pub fn replace_json<T: Serialize>(
        &mut self,
        what: Artefact,
        value: &T,
    ) -> Result<Placed, FolderError> {
        self.replace(what.file_name(), &as_json(what, value)?)
    }

    /// Removes a document that the inputs no longer give; it need not be there. Where somebody has worked
    /// on it, it is set aside, and its new place is given.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove(&mut self, name: &str) -> Result<Option<String>, FolderError> {
        let edited = self.edited(name)?;
        self.written.remove(name);
        match edited {
            Some(there) => self.set_aside(name, &there).map(Some),
            None => self.folder.remove(name).map(|()| None),
        }
    }

    /// SHA-256 of a document that isn't as we wrote it; none of any other, or when it isn't there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn edited(&self, name: &str) -> Result<Option<String>, FolderError> {
        let path = self.folder.path().join(name);
        let Some(written) = self.written.get(name).filter(|_| path.is_file()) else {
            return Ok(None);
        };
        let there =
            sha256_of(&path, || true).map_err(|error| FolderError::from_io(&path, error))?;
        Ok(there.filter(|there| there != written))
    }

    /// Keeps in the folder what was written.
    ///
    /// # Errors
    /// Those of [`super::write_whole`].
    pub fn keep(&self) -> Result<Written, FolderError> {
        let json = serde_json::to_vec_pretty(&self.written).map_err(|error| {
            FolderError::Damaged { path: RECORD.into(), reason: error.to_string() }
        })?;
        self.folder.write(&format!("internal/{RECORD}"), &json)
    }

    /// Moves a document to `internal/edited/`; the digest tells several of a name apart.
    fn set_aside(&self, name: &str, digest: &str) -> Result<String, FolderError> {
        let aside = self.folder.path().join("internal").join(ASIDE);
        if !aside.is_dir() {
            disk::step(Step::MakeFolder, &aside, || create_private(&aside))
                .map_err(|error| FolderError::from_io(&aside, error))?;
        }
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let kept = format!("{stem}-{}.{ending}", digest.get(..8).unwrap_or(digest));
        let (from, to) = (self.folder.path().join(name), aside.join(&kept));
        disk::step(Step::Rename, &to, || fs_err::rename(&from, &to))
            .and_then(|()| disk::sync_folder(&aside))
            .and_then(|()| disk::sync_folder(self.folder.path()))
            .map_err(|error| FolderError::from_io(&to, error))?;
        Ok(Path::new("internal").join(ASIDE).join(kept).display().to_string())
    }
}

fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
