//! Recordings → blocks of 16 kHz mono sound with absolute time.
//!
//! symphonia decodes in the program itself; what it can't read goes to ffmpeg, an outside program,
//! and a warning says so. Time comes from the packets' timestamps and, in MP4, the edit list: 0 is
//! where a player's clock begins. The delay of an AAC encoder is known in MP4 only; in ADTS (`.aac`)
//! and MPEG-TS sound lies up to 1024 samples late (21 ms at 48 kHz), as in every player.

mod chunk;
mod codecs;
mod container;
mod decoder;
mod downmix;
mod error;
mod ffmpeg;
mod ffprobe;
mod mp4;
mod native;
mod probe;
mod resample;
mod timeline;
mod tool;

use std::path::Path;

pub use decoder::Decoder;
pub use error::MediaError;
pub use probe::{AudioTrack, Probe};

use codecs::guarded;
use container::Foreign;
use ffmpeg::Ffmpeg;
use native::{Container, Native, Refusal};
use tool::Tools;

/// Container, sound tracks and length of the recording at `path`. Reads headers only.
///
/// # Errors
/// The file is missing, empty or no media, or it needs ffmpeg and that is missing.
pub fn probe(path: &Path) -> Result<Probe, MediaError> {
    let tools = Tools::default();
    let foreign = container::look(path)?;
    let refusal = match foreign {
        Some(_) => Refusal::Unknown,
        None => {
            let probed =
                guarded(|| Container::open(path, &tools).and_then(|opened| opened.probe()));
            match probed.unwrap_or(Err(Refusal::Unknown)) {
                Ok(probe) => return Ok(probe),
                Err(refusal) => refusal,
            }
        }
    };
    let reason = reason(foreign, &refusal);
    ffprobe::probe(&tools, path, &reason)
        .map(|probed| probed.probe)
        .map_err(|error| without_fallback(error, path, foreign, refusal))
}

/// Opens the default sound track of the recording at `path`, or sound track `track` (counted from
/// 0 among the sound tracks).
///
/// # Errors
/// The file is missing, empty, damaged or no media, has no sound or no such track, or needs ffmpeg
/// and that is missing. Later errors come from the iterator.
pub fn open(path: &Path, track: Option<u32>) -> Result<Decoder, MediaError> {
    let tools = Tools::default();
    let foreign = container::look(path)?;
    let refusal = match foreign {
        Some(_) => Refusal::Unknown,
        None => match Native::open(path, track, &tools) {
            Ok(native) => return Ok(Decoder::native(path, track, tools, native)),
            Err(Refusal::NoAudio) => return Err(MediaError::NoAudio { path: path.to_owned() }),
            Err(Refusal::NoSuchTrack { available }) => {
                let wanted = track.unwrap_or_default();
                return Err(MediaError::NoSuchTrack { path: path.to_owned(), wanted, available });
            }
            Err(refusal) => refusal,
        },
    };
    let reason = reason(foreign, &refusal);
    match Ffmpeg::open(&tools, path, track, &reason) {
        Ok(ffmpeg) => Ok(Decoder::ffmpeg(path, track, tools, ffmpeg, &reason)),
        Err(error) => Err(without_fallback(error, path, foreign, refusal)),
    }
}

/// Why ffmpeg is asked, as the end of a sentence.
fn reason(foreign: Option<Foreign>, refusal: &Refusal) -> String {
    match (foreign, refusal) {
        (Some(kind), _) => format!("{} is not built in", kind.name()),
        (None, Refusal::NoDecoder(what)) => format!("its sound is not built in ({what})"),
        (None, Refusal::Damaged(what)) => {
            format!("the built-in decoder finds it damaged ({what})")
        }
        (None, Refusal::UnsureTracks) => "it has tracks of a kind that is not built in".to_owned(),
        (None, _) => "its format is not built in".to_owned(),
    }
}

/// The error to show when ffmpeg could not help either: the one that says most.
fn without_fallback(
    error: MediaError,
    path: &Path,
    foreign: Option<Foreign>,
    refusal: Refusal,
) -> MediaError {
    let path = path.to_owned();
    match (error, refusal) {
        // Most likely no recording at all: not a thing that ffmpeg would mend.
        (MediaError::FallbackMissing { .. }, Refusal::Unknown) if foreign.is_none() => {
            let detail = "its format is unknown; with ffmpeg installed, more formats can be read";
            MediaError::NotMedia { path, detail: detail.into() }
        }
        (MediaError::NotMedia { .. }, Refusal::Damaged(detail)) => {
            MediaError::Damaged { path, detail }
        }
        (error, _) => error,
    }
}
