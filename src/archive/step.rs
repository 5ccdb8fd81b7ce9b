//! The steps of changing the archive, so that tests can break each one.
//!
//! With `REFERENT_ARCHIVE_FAULT=kill:7` the process ends at the seventh. Nothing sets it outside tests.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

static FAULT: LazyLock<Option<u32>> = LazyLock::new(|| {
    std::env::var("REFERENT_ARCHIVE_FAULT").ok()?.strip_prefix("kill:")?.parse().ok()
});

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// Counts and logs a step, and ends the process when this is the one to break.
pub(super) fn step(what: &str) {
    let number = TAKEN.fetch_add(1, Ordering::Relaxed) + 1;
    tracing::trace!(number, step = what);
    if *FAULT == Some(number) {
        std::process::abort();
    }
}
