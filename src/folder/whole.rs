//! Files that are either whole or not there.

use std::io::{self, Read, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::FolderError;

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
    let mut draft = temporary(workshop).map_err(failed)?;
    draft.write_all(bytes).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    draft.persist(path).map_err(|error| failed(error.error))?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        sync_folder(parent).map_err(failed)?;
    }
    Ok(Written::Changed)
}

/// A temporary file that others may read once it has its name.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".referent-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

/// Makes a rename in `folder` last through a power cut.
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}

/// Whether the file at `path` has exactly these contents.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        fs_err::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64);
    same_size && fs_err::read(path).is_ok_and(|held| held == bytes)
}

/// Reads one of our JSON files.
///
/// # Errors
/// [`FolderError::Io`] when it can't be read, [`FolderError::Damaged`] when it is not what it should be.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    let bytes = fs_err::read(path).map_err(|source| FolderError::from_io(path, source))?;
    serde_json::from_slice(&bytes).map_err(|error| FolderError::Damaged {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })
}

/// SHA-256 of a file, in hexadecimal, read in blocks.
///
/// # Errors
/// Whatever the file system says.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = fs_err::File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0_u8; 1 << 20];
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => hash.update(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
