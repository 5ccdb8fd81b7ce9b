//! What can go wrong with model files.

use std::io;
use std::path::{Path, PathBuf};

use crate::meeting::{Fault, Faulty};

/// An error of the models room. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error("model `{name}` is not here; run `referent models pull {name}`")]
    NotHere { name: String },
    #[error(
        "there is no model `{name}`; known are {known}; or give the path of a ggml Whisper file"
    )]
    Unknown { name: String, known: String },
    #[error(
        "there is no embedding model `{name}`; known are {known} with model.onnx and tokenizer.json"
    )]
    UnknownEmbedding { name: String, known: String },
    #[error("no such file: {}", .path.display())]
    NoSuchFile { path: PathBuf },
    #[error("{} is no ggml Whisper model: {why}", .path.display())]
    NotAModel { path: PathBuf, why: String },
    #[error("`{name}` cannot be fetched by `models pull`: {advice}")]
    NoSource { name: String, advice: String },
    #[error("`{name}` could not be fetched from any of its sources:{reasons}")]
    NoSourceWorked { name: String, reasons: String },
    #[error("cannot reach {url}: {why}; check the network, the proxy, or set a mirror")]
    Network { url: String, why: String },
    #[error("{url} answered with status {code}")]
    Status { url: String, code: u16 },
    #[error("{what} has {} {found}, but the manifest says {expected}; it was deleted", digest_kind(.expected))]
    WrongHash { what: String, expected: String, found: String },
    #[error("{url} sends {found} bytes where the manifest says {expected}; refused")]
    WrongSize { url: String, expected: u64, found: u64 },
    #[error(
        "{url} has no pinned hash. The file fetched has sha256 {found}. If its publisher states \
         the same, run `referent models pull {name} --sha256 {found}`"
    )]
    Unpinned { name: String, url: String, found: String },
    #[error(
        "{} is damaged or not what the manifest lists (sha256 {found}); \
         run `referent models pull {name} --force`",
        .path.display()
    )]
    Damaged { name: String, path: PathBuf, found: String },
    #[error("{}: {why}", .path.display())]
    Archive { path: PathBuf, why: String },
    #[error("cannot convert {}: {why}", .path.display())]
    Convert { path: PathBuf, why: String },
    #[error("the disk is full, or the quota used up, while writing {}; make room and run the same command again", .path.display())]
    DiskFull { path: PathBuf },
    #[error("cannot find a cache folder: set REFERENT_CACHE to a folder")]
    NoCache,
    #[error("the model manifest is wrong: {why}")]
    Manifest { why: String },
    #[error("{source}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

fn digest_kind(hex: &str) -> &'static str {
    if hex.len() == 128 { "sha512" } else { "sha256" }
}

impl ModelsError {
    /// Tells a full disk from other trouble with a file.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path: path.to_owned() }
            }
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    pub(super) fn convert(path: &Path, why: impl Into<String>) -> Self {
        Self::Convert { path: path.to_owned(), why: why.into() }
    }

    pub(super) fn archive(path: &Path, why: impl Into<String>) -> Self {
        Self::Archive { path: path.to_owned(), why: why.into() }
    }
}

impl Faulty for ModelsError {
    fn fault(&self) -> Fault {
        match self {
            Self::Unknown { .. } | Self::UnknownEmbedding { .. } | Self::NoCache => Fault::Usage,
            Self::NotHere { .. }
            | Self::NoSource { .. }
            | Self::NoSourceWorked { .. }
            | Self::Network { .. }
            | Self::Status { .. }
            | Self::WrongHash { .. }
            | Self::WrongSize { .. }
            | Self::Unpinned { .. } => Fault::Missing,
            Self::NoSuchFile { .. }
            | Self::NotAModel { .. }
            | Self::Damaged { .. }
            | Self::Archive { .. }
            | Self::Convert { .. }
            | Self::Io { .. } => Fault::BadInput,
            Self::DiskFull { .. } => Fault::Stopped,
            Self::Manifest { .. } => Fault::Bug,
        }
    }
}
