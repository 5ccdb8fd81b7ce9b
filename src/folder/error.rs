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
    /// Something else stands where the folder should be.
    #[error("{path} is a file, not a folder. Choose another folder with --out")]
    NotAFolder {
        /// The path given.
        path: PathBuf,
    },
    /// Another run holds the lock.
    #[error(
        "another run{} is working in {path}. Give the same command again when it has ended, or \
         choose another folder with --out",
        process(.pid)
    )]
    Busy {
        /// The meeting's folder.
        path: PathBuf,
        /// Number of the process that holds it, when it could be read.
        pid: Option<u32>,
    },
    /// The journal is about another recording.
    #[error(
        "{path} holds the work on {}. Choose another folder with --out, or give --start-over to set \
         that work aside and begin again",
        other_recording(.held, *.same_name)
    )]
    OtherRecording {
        /// The meeting's folder.
        path: PathBuf,
        /// File name of the recording that the folder belongs to.
        held: String,
        /// Whether it has the name of the one given: the file has changed.
        same_name: bool,
    },
    /// The journal was written by a later version.
    #[error(
        "the work in {path} was begun by a later version of Referent (it writes `{schema}`). Go on \
         with that version, choose another folder with --out, or give --start-over to set that work \
         aside and begin again"
    )]
    NewerJournal {
        /// The meeting's folder.
        path: PathBuf,
        /// Schema of the journal.
        schema: String,
    },
    /// Nothing there.
    #[error("there is no folder {path}; give the one that `referent run --out` wrote")]
    NoFolder {
        /// The folder given.
        path: PathBuf,
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
    /// A file that is no longer what was written.
    #[error(
        "{path} is damaged, or not what it should be: {reason}. `referent run` with the same arguments \
         writes the files of a meeting's folder again"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of another kind or of a later version.
    #[error("{path} has the schema `{held}`; a file with `{wanted}` is needed")]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        held: String,
        /// The one needed.
        wanted: String,
    },
    /// Any other failure of the file system.
    #[error("{path} could not be read or written: {source}")]
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
            // The same command goes on as soon as there is room, or the other run has ended.
            Self::DiskFull { .. } | Self::Busy { .. } => Fault::Stopped,
            Self::NotWritable { .. }
            | Self::NotAFolder { .. }
            | Self::OtherRecording { .. }
            | Self::NewerJournal { .. }
            | Self::NoFolder { .. }
            | Self::NotAMeeting { .. }
            | Self::Damaged { .. }
            | Self::OtherSchema { .. }
            | Self::Io { .. } => Fault::BadInput,
        }
    }
}

fn process(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

fn other_recording(held: &str, same_name: bool) -> String {
    if same_name {
        format!("{held} as it was: the file has changed since")
    } else {
        format!("another recording ({held})")
    }
}
