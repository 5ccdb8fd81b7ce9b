//! Files that are either whole or not there.

use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::FolderError;
use super::disk::{self, Step};

/// Largest JSON file read, bytes: some twenty times an 8-hour transcript with all its word times.
const MOST_JSON: u64 = 512 << 20;

/// Whether a write changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The file is new or has new contents.
    Changed,
    /// The file held these bytes already and was left alone.
    Same,
}

/// Writes `bytes` to `path` so that a reader, or a power cut, sees the old file or the new one:
/// temporary file in the same folder, fsync, rename, fsync of the folder.
///
/// # Errors
/// [`FolderError::DiskFull`], [`FolderError::NotWritable`] or [`FolderError::Io`]; the old file stays.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<Written, FolderError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    write_by_way_of(folder, path, bytes)
}

/// [`write_whole`] with the temporary file in `workshop`, which must be on the same file system.
pub(super) fn write_by_way_of(
    workshop: &Path,
    path: &Path,
    bytes: &[u8],
) -> Result<Written, FolderError> {
    if holds(path, bytes) {
        return Ok(Written::Same);
    }
    let failed = |error| FolderError::from_io(path, error);
    // A device or a pipe takes what it is given; a rename would put a file in its place.
    if fs_err::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        let mut device = std::fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
        disk::write(&mut device, path, bytes).map_err(failed)?;
        return Ok(Written::Changed);
    }
    // What stays in `internal/` is its owner's alone, wherever the folder is copied to.
    let private = path.parent() == Some(workshop) && workshop.ends_with("internal");
    let mut draft =
        disk::step(Step::Create, path, || temporary(workshop, private)).map_err(failed)?;
    disk::write(draft.as_file_mut(), path, bytes).map_err(failed)?;
    disk::step(Step::Sync, path, || draft.as_file().sync_all()).map_err(failed)?;
    disk::step(Step::Rename, path, || draft.persist(path).map_err(|error| error.error))
        .map_err(failed)?;
    if let Some(parent) = path.parent() {
        disk::sync_folder(parent).map_err(failed)?;
    }
    Ok(Written::Changed)
}

/// A temporary file that, once it has its name, may be read as the umask says, or by its owner alone.
fn temporary(folder: &Path, private: bool) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".referent-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if private { 0o600 } else { 0o666 };
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = private;
    builder.tempfile_in(folder)
}

/// Whether the file at `path` has exactly these contents.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        fs_err::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64);
    same_size && fs_err::read(path).is_ok_and(|held| held == bytes)
}

/// Only the schema, so that a file of another kind or of a later version is named as such.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: String,
}

/// Reads a JSON file that we wrote, or that is written like ours; a file without a schema is taken
/// for one of `schema`.
///
/// # Errors
/// [`FolderError::Io`] when it can't be read, [`FolderError::OtherSchema`],
/// [`FolderError::Damaged`] when it is not what it should be.
pub fn read_json<T: DeserializeOwned>(path: &Path, schema: &str) -> Result<T, FolderError> {
    let failed = |source| FolderError::from_io(path, source);
    let damaged = |reason: String| FolderError::Damaged { path: path.to_path_buf(), reason };
    let file = fs_err::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MOST_JSON + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_JSON {
        return Err(damaged(format!("it is larger than {} MiB", MOST_JSON >> 20)));
    }
    let head: Head = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if !head.schema.is_empty() && head.schema != schema {
        let (path, wanted) = (path.to_path_buf(), schema.to_owned());
        return Err(FolderError::OtherSchema { path, held: head.schema, wanted });
    }
    serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))
}

/// SHA-256 of a file, in hexadecimal, read in blocks; none as soon as `go_on` says no.
///
/// # Errors
/// Whatever the file system says.
pub fn sha256_of(path: &Path, mut go_on: impl FnMut() -> bool) -> io::Result<Option<String>> {
    let mut file = fs_err::File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0_u8; 1 << 20];
    while go_on() {
        match file.read(&mut block) {
            Ok(0) => {
                let digest = hash.finalize();
                return Ok(Some(digest.iter().map(|byte| format!("{byte:02x}")).collect()));
            }
            Ok(read) => hash.update(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
