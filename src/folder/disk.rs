//! Every change that the folder makes on the disk, step by step.
//!
//! All writing goes through here, so that tests can break each step there is: with
//! `REFERENT_DISK_FAULT=kill:17` the process ends at step 17, halfway through when it is a write, and
//! with `full:17` the disk is full from that step on. Nothing sets it outside tests. Each step is
//! logged by `REFERENT_LOG=referent::folder::disk=trace`, which shows their order.

use std::io::{self, Write};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Name of the environment variable.
const VARIABLE: &str = "REFERENT_DISK_FAULT";

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    MakeFolder,
    Create,
    Write,
    Sync,
    SyncFolder,
    Rename,
    Remove,
    Truncate,
}

/// What is to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill,
    Full,
}

static FAULT: LazyLock<Option<(Fault, u32)>> = LazyLock::new(|| {
    let text = std::env::var(VARIABLE).ok()?;
    let (kind, step) = text.split_once(':')?;
    let fault = match kind {
        "kill" => Fault::Kill,
        "full" => Fault::Full,
        _ => return None,
    };
    Some((fault, step.parse().ok()?))
});

/// Steps taken by this process.
static TAKEN: AtomicU32 = AtomicU32::new(0);

/// Takes one step on `path`.
///
/// # Errors
/// Those of `act`.
pub(super) fn step<T>(
    kind: Step,
    path: &Path,
    act: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    match next(kind, path) {
        Some(Fault::Kill) => std::process::abort(),
        Some(Fault::Full) => Err(io::ErrorKind::StorageFull.into()),
        None => act(),
    }
}

/// Writes all of `bytes`, which are meant for `path`.
///
/// # Errors
/// Those of the file system; a part may have been written.
pub(super) fn write(to: &mut impl Write, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Some(fault) = next(Step::Write, path) else { return to.write_all(bytes) };
    let (half, _) = bytes.split_at(bytes.len() / 2);
    to.write_all(half)?;
    match fault {
        Fault::Kill => std::process::abort(),
        Fault::Full => Err(io::ErrorKind::StorageFull.into()),
    }
}

/// Makes what was created, renamed or removed in `folder` last through a power cut.
///
/// # Errors
/// Those of the file system.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    step(Step::SyncFolder, folder, || fs_err::File::open(folder)?.sync_all())
}

/// Counts and logs a step, and says whether it is to go wrong. On a full disk room can still be made.
fn next(kind: Step, path: &Path) -> Option<Fault> {
    let number = TAKEN.fetch_add(1, Ordering::Relaxed) + 1;
    tracing::trace!(number, step = ?kind, path = %path.display());
    let (fault, from) = (*FAULT)?;
    let strikes = match fault {
        Fault::Kill => number == from,
        Fault::Full => number >= from && !matches!(kind, Step::Remove | Step::Truncate),
    };
    strikes.then_some(fault)
}
