//! What can go wrong with a meeting's folder.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::meeting::{Fault, Faulty};

/// Errors of the meeting's folder. What was written before stays as it was.
#[derive(Debug, Error)]
pub enum FolderError {
    /// No room left on the disk.
    #[error(
        "the disk is full: {path} could not be written. Free some space and give the same command \
         again; it goes on where it stopped"
    )]
    DiskFull {
        /// The file that was being written.
        path: PathBuf,
    },
    /// The folder can't be written.
    #[error(
        "{path} cannot be written: {source}. Choose another folder with --out, or change its permissions"
    )]
    NotWritable {
        /// The file or folder that was being written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another run holds the lock.
    #[error(
        "another run is working in {path}. Wait for it to end, or choose another folder with --out"
    )]
    Busy {
        /// The meeting's folder.
        path: PathBuf,
    },
    /// The journal is about another recording.
    #[error(
        "{path} holds the work on another recording ({held}). Choose another folder with --out, or \
         give --start-over to set that work aside and begin again"
    )]
    OtherRecording {
        /// The meeting's folder.
        path: PathBuf,
        /// File name of the recording that the folder belongs to.
        held: String,
    },
    /// No meeting's folder.
    #[error(
        "{path} is not a meeting's folder: it has no {missing}. Give the folder that `referent run --out` wrote"
    )]
    NotAMeeting {
        /// The folder given.
        path: PathBuf,
        /// The file looked for.
        missing: &'static str,
    },
    /// An artefact that is no longer what was written.
    #[error("{path} is damaged: {reason}. Delete it and give the command again; it is made anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Any other failure of the file system.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl FolderError {
    /// The error that fits what the system said about `path`.
    pub(super) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotADirectory => Self::NotWritable { path, source },
            _ => Self::Io { path, source },
        }
    }
}

impl Faulty for FolderError {
    fn fault(&self) -> Fault {
        match self {
            Self::DiskFull { .. } => Fault::Stopped,
            Self::NotWritable { .. }
            | Self::Busy { .. }
            | Self::OtherRecording { .. }
            | Self::NotAMeeting { .. }
            | Self::Damaged { .. }
            | Self::Io { .. } => Fault::BadInput,
        }
    }
}
