//! The archive as many requests use it at once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::refusal::Refusal;
use crate::archive::{ArchiveError, Reader, STORE, Vectors};

/// How long a request waits for its turn at the archive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Read-only connections to the archive: as many as there are cores, opened when needed. An archive
/// that is replaced (rebuilt) is noticed at the next request.
#[derive(Debug)]
pub(super) struct Library {
    data: PathBuf,
    turns: Semaphore,
    idle: Mutex<Vec<Shelf>>,
    vectors: Option<Arc<Mutex<dyn Vectors>>>,
}

#[derive(Debug)]
struct Shelf {
    reader: Reader,
    file: Option<Identity>,
}

/// Which file a path leads to.
type Identity = (u64, u64);

impl Library {
    /// Opens the archive in `data` once, so that a missing or damaged one is told at the start.
    pub(super) fn open(
        data: &Path,
        vectors: Option<Arc<Mutex<dyn Vectors>>>,
    ) -> Result<Self, ArchiveError> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let shelf = Shelf::open(data, vectors.as_ref())?;
        Ok(Self {
            data: data.to_path_buf(),
            turns: Semaphore::new(cores.max(2)),
            idle: Mutex::new(vec![shelf]),
            vectors,
        })
    }

    /// Lets `work` read, in a thread where waiting for the disk holds up nobody.
    pub(super) async fn read<T: Send + 'static>(
        self: &std::sync::Arc<Self>,
        work: impl FnOnce(&Reader) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)?;
        let library = std::sync::Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || library.blocking(work)).await;
        done.map_err(|_| Refusal::Failed)?.map_err(|error| match error {
            ArchiveError::Query { reason } => Refusal::Query(reason),
            ArchiveError::Busy { .. } => Refusal::Busy,
            error => {
                tracing::error!("{error}");
                Refusal::Archive
            }
        })
    }

    /// The same at once, for who need not wait.
    pub(super) fn at_once<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        self.blocking(work)
    }

    fn blocking<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let current = identity(&self.data);
        let held = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let shelf = match held.filter(|shelf| shelf.file == current) {
            Some(shelf) => shelf,
            None => Shelf::open(&self.data, self.vectors.as_ref())?,
        };
        let value = work(&shelf.reader)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(shelf);
        Ok(value)
    }
}

impl Shelf {
    fn open(data: &Path, vectors: Option<&Arc<Mutex<dyn Vectors>>>) -> Result<Self, ArchiveError> {
        let file = identity(data);
        let mut reader = Reader::open(data)?;
        if let Some(vectors) = vectors {
            reader = reader.with_vectors(Arc::clone(vectors));
        }
        Ok(Self { reader, file })
    }
}

#[cfg(unix)]
fn identity(data: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs_err::metadata(data.join(STORE)).ok()?;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(data: &Path) -> Option<Identity> {
    fs_err::metadata(data.join(STORE)).ok().map(|_| (0, 0))
}
