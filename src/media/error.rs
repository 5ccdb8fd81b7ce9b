//! What can go wrong between a file and its sound.

use std::io;
use std::path::PathBuf;

use crate::meeting::{Fault, Faulty};

/// Why a recording can't be turned into sound. Every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("{} does not exist; check the name and the folder", path.display())]
    NotFound { path: PathBuf },
    #[error("{} is a folder; give the recording itself", path.display())]
    Folder { path: PathBuf },
    #[error("{} is not an ordinary file; save the recording to a file first", path.display())]
    NotAFile { path: PathBuf },
    #[error("{} is empty (0 bytes); copy or download the recording again", path.display())]
    Empty { path: PathBuf },
    #[error("{} could not be read; check the file's permissions and the disk", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{} is not a recording that can be read ({detail}); give a video or sound file",
        path.display()
    )]
    NotMedia { path: PathBuf, detail: String },
    #[error("{} is damaged ({detail}); fetch the recording again from where it was made", path.display())]
    Damaged { path: PathBuf, detail: String },
    #[error(
        "the sound of {} is in a form that can't be decoded ({detail}); save or convert it as MP3, \
         M4A or WAV with the program that made it",
        path.display()
    )]
    Undecodable { path: PathBuf, detail: String },
    #[error("{} has no sound track; choose the version of the recording with sound", path.display())]
    NoAudio { path: PathBuf },
    #[error(
        "{} has no sound track {wanted}; it has {available}; choose one with --track",
        path.display()
    )]
    NoSuchTrack { path: PathBuf, wanted: u32, available: String },
    #[error(
        "{} can't be decoded without ffmpeg ({reason}), and {tool} was not found; \
         install the package ffmpeg (on Debian: apt install ffmpeg) and give the same command again",
        path.display()
    )]
    FallbackMissing { path: PathBuf, reason: String, tool: &'static str },
    #[error("ffmpeg could not be run on {}; check that it works on its own", path.display())]
    FallbackBroken { path: PathBuf, source: io::Error },
    #[error(
        "ffmpeg gave no sound from {} for {seconds} s and was stopped; \
         check the disk and the file, or convert the recording to MP3 first",
        path.display()
    )]
    Stalled { path: PathBuf, seconds: u64 },
    #[error(
        "ffmpeg was killed before the end of {}, perhaps because memory is short; the same command \
         goes on where it stopped",
        path.display()
    )]
    Killed { path: PathBuf },
    #[error("the sound of {} could not be resampled: {detail}", path.display())]
    Resample { path: PathBuf, detail: String },
}

impl Faulty for MediaError {
    fn fault(&self) -> Fault {
        match self {
            Self::NoSuchTrack { .. } => Fault::Usage,
            Self::FallbackMissing { .. } | Self::FallbackBroken { .. } => Fault::Missing,
            Self::Killed { .. } => Fault::Stopped,
            Self::Resample { .. } => Fault::Bug,
            Self::NotFound { .. }
            | Self::Folder { .. }
            | Self::NotAFile { .. }
            | Self::Empty { .. }
            | Self::Unreadable { .. }
            | Self::NotMedia { .. }
            | Self::Damaged { .. }
            | Self::Undecodable { .. }
            | Self::NoAudio { .. }
            | Self::Stalled { .. } => Fault::BadInput,
        }
    }
}
