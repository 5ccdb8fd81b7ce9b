//! What can go wrong with the server as a whole. What goes wrong with one request is a
//! [`super::refusal::Refusal`].

use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use crate::archive::ArchiveError;
use crate::folder::FolderError;
use crate::meeting::{Fault, Faulty};

/// Errors of the server and of the static site.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The archive can't be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The address can't be had.
    #[error("{address} cannot be listened on: {reason}. Give another address with --listen")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The system's reason.
        reason: String,
    },
    /// The base address is none.
    #[error(
        "{given:?} is no address of a site; write it as https://referat.example.dk or https://example.dk/arkiv"
    )]
    BaseUrl {
        /// What was given.
        given: String,
    },
    /// The system refuses threads or sockets.
    #[error("the server could not start: {0}")]
    System(#[from] std::io::Error),
    /// A file of the static site can't be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The place for the static site is taken.
    #[error(
        "{path} holds files that are no site of ours. Give an empty folder, or a new one, with --out"
    )]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// A document that our own code could not write.
    #[error("a bug of ours: {0}")]
    Bug(String),
}

impl Faulty for ServerError {
    fn fault(&self) -> Fault {
        match self {
            Self::Archive(error) => error.fault(),
            Self::Folder(error) => error.fault(),
            Self::Listen { .. } | Self::BaseUrl { .. } => Fault::Usage,
            Self::Taken { .. } => Fault::BadInput,
            Self::System(_) => Fault::Stopped,
            Self::Bug(_) => Fault::Bug,
        }
    }
}
