//! What can go wrong with the archive.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::meeting::{Fault, Faulty};

/// Errors of the archive. What was stored before stays as it was.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Nothing was ever added.
    #[error(
        "there is no archive in {path}. `referent archive add DIR` makes one; --data names another place"
    )]
    NoArchive {
        /// The data folder.
        path: PathBuf,
    },
    /// The file is no longer a sound database.
    #[error(
        "the archive {path} is damaged ({reason}). `referent archive rebuild` keeps a copy beside it and \
         makes it anew from the meetings' folders"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        reason: String,
    },
    /// Written by a later version.
    #[error(
        "the archive {path} was made by a later version of Referent (schema {found}; this one knows \
         {known}). Use that version, or another place with --data"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest one known here.
        known: i64,
    },
    /// Written by an earlier version, and only a writer may change it.
    #[error(
        "the archive {path} was made by an earlier version of Referent. `referent archive list` brings \
         it up to date"
    )]
    Older {
        /// The database.
        path: PathBuf,
    },
    /// Another process writes.
    #[error(
        "another process{} is writing to the archive in {path}. Give the same command again when it \
         has ended",
        .pid.map_or_else(String::new, |pid| format!(" ({pid})"))
    )]
    Busy {
        /// The data folder.
        path: PathBuf,
        /// Its number, when it could be read.
        pid: Option<u32>,
    },
    /// No such meeting.
    #[error("the archive has no meeting {id}; `referent archive list` names those it has")]
    NoMeeting {
        /// What was asked for.
        id: String,
    },
    /// The folder or the file can't be used.
    #[error("the archive {path} cannot be read or written: {reason}")]
    Unusable {
        /// Data folder or database.
        path: PathBuf,
        /// The system's or SQLite's reason.
        reason: String,
    },
    /// The disk is full.
    #[error(
        "the disk is full: {path} could not be written. Free some space and give the same command again"
    )]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// The archive's vectors are of another model.
    #[error(
        "the archive {path} has vectors of {held}, and {given} is another model. `referent archive \
         rebuild --vectors {given}` makes them all anew"
    )]
    OtherVectors {
        /// The database.
        path: PathBuf,
        /// Name and SHA-256 of the model that made them.
        held: String,
        /// The one given.
        given: String,
    },
    /// The embedding model failed.
    #[error("the vectors could not be made: {reason}")]
    Vectors {
        /// What it said.
        reason: String,
    },
    /// A query that can't be understood.
    #[error("the query cannot be used: {reason}")]
    Query {
        /// What is wrong with it, in words for the person who typed it.
        reason: String,
    },
    /// A statement of ours that SQLite does not accept.
    #[error("a bug of ours in the archive: {0}")]
    Statement(String),
}

impl ArchiveError {
    /// The error that fits what SQLite said about `path`.
    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let (path, reason) = (path.to_path_buf(), error.to_string());
        let Some(code) = error.sqlite_error_code() else {
            // A column of another type than we wrote.
            return Self::Damaged { path, reason };
        };
        match code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { path, reason },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { path, pid: None },
            ErrorCode::DiskFull => Self::DiskFull { path },
            ErrorCode::Unknown | ErrorCode::ApiMisuse | ErrorCode::ConstraintViolation => {
                Self::Statement(reason)
            }
            _ => Self::Unusable { path, reason },
        }
    }

    /// The error that fits what the system said about `path`.
    pub(super) fn of_io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path: path.to_path_buf() }
            }
            _ => Self::Unusable { path: path.to_path_buf(), reason: error.to_string() },
        }
    }
}

impl Faulty for ArchiveError {
    fn fault(&self) -> Fault {
        match self {
            Self::Busy { .. } | Self::DiskFull { .. } => Fault::Stopped,
            Self::Query { .. } | Self::OtherVectors { .. } => Fault::Usage,
            Self::Statement(_) => Fault::Bug,
            Self::NoArchive { .. }
            | Self::Damaged { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::NoMeeting { .. }
            | Self::Vectors { .. }
            | Self::Unusable { .. } => Fault::BadInput,
        }
    }
}
