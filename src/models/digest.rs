//! Hashes of files, remembered beside them.

use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

use super::ModelsError;

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Standard base64 with padding; `None` when malformed.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if text.is_empty() || !text.len().is_multiple_of(4) || text.len() - body.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for sign in body.bytes() {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    Some(bytes)
}

/// The hash of a file, of the kind that `like` has: sha512 for 128 hex digits, else sha256.
pub(super) fn of_file_like(path: &Path, like: &str) -> Result<String, ModelsError> {
    if like.len() == 128 { hash::<Sha512>(path) } else { hash::<Sha256>(path) }
}

/// The sha256 of a file.
pub(super) fn sha256(path: &Path) -> Result<String, ModelsError> {
    hash::<Sha256>(path)
}

fn hash<D: Digest>(path: &Path) -> Result<String, ModelsError> {
    let mut file = fs_err::File::open(path).map_err(|e| ModelsError::io(path, e))?;
    let mut hash = D::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).map_err(|e| ModelsError::io(path, e))?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
    }
    Ok(hex(&hash.finalize()))
}

/// A remembered hash, valid as long as the file has this size and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    size: u64,
    modified_ns: u64,
    sha256: String,
}

/// The sha256 of `path`, from `note` when the file has the size and time noted there. A note
/// that cannot be written is no error: the next call hashes again.
pub(super) fn remembered(path: &Path, note: &Path) -> Result<String, ModelsError> {
    let (size, modified_ns) = stamp(path)?;
    if let Some(old) = read_note(note)
        && old.size == size
        && old.modified_ns == modified_ns
    {
        return Ok(old.sha256);
    }
    let sha256 = sha256(path)?;
    remember(path, note, &sha256)?;
    Ok(sha256)
}

/// What the note says, whatever the file is like now.
pub(super) fn noted(note: &Path) -> Option<String> {
    read_note(note).map(|note| note.sha256)
}

/// Notes the hash of a file just made.
pub(super) fn remember(path: &Path, note: &Path, sha256: &str) -> Result<(), ModelsError> {
    let (size, modified_ns) = stamp(path)?;
    let remembered = Remembered { size, modified_ns, sha256: sha256.to_owned() };
    let written = serde_json::to_vec(&remembered)
        .map_err(std::io::Error::from)
        .and_then(|bytes| fs_err::write(note, bytes));
    if let Err(error) = written {
        tracing::debug!("hash not remembered: {error}");
    }
    Ok(())
}

fn read_note(note: &Path) -> Option<Remembered> {
    let mut bytes = Vec::new();
    fs_err::File::open(note).ok()?.take(4096).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn stamp(path: &Path) -> Result<(u64, u64), ModelsError> {
    let metadata = fs_err::metadata(path).map_err(|e| ModelsError::io(path, e))?;
    let modified = metadata.modified().map_err(|e| ModelsError::io(path, e))?;
    let ns = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok((metadata.len(), u64::try_from(ns).unwrap_or(u64::MAX)))
}

/// Gives a temporary file, which only its owner may read, the usual rights of a model file.
#[cfg(unix)]
pub(super) fn make_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn make_readable(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
