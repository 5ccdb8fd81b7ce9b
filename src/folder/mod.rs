//! The folder of a meeting on disk: lock, journal, whole artefacts, resume.
//!
//! Outside `internal/` everything may be published as it stands. What was said behind closed doors,
//! the journal and half-written files lie under `internal/` alone.

mod disk;
mod documents;
mod error;
mod journal;
mod lines;
mod meeting_folder;
mod purge;
mod whole;

pub use documents::{Documents, Placed};
pub use error::FolderError;
pub use journal::{Completion, Journal, JournalKey};
pub use meeting_folder::{Artefact, MeetingFolder};
pub use whole::{Written, read_json, sha256_of, write_whole};
