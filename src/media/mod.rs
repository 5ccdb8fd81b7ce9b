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
mod headers;
mod mp4;
mod native;
mod probe;
mod resample;
mod samples;
mod timeline;
mod tool;
mod veil;

use std::path::Path;

pub use decoder::Decoder;
pub use error::MediaError;
pub use probe::{AudioTrack, Probe};

use codecs::guarded;
use container::Kind;
use decoder::Suspicion;
use ffmpeg::Ffmpeg;
use headers::{Headers, Refusal};
use native::Native;
use tool::Tools;

/// Container, sound tracks and length of the recording at `path`. Reads headers only.
///
/// # Errors
/// The file is missing, empty or no media, has no sound, or it needs ffmpeg and that is missing.
pub fn probe(path: &Path) -> Result<Probe, MediaError> {
    let tools = Tools::default();
    let probe = choose_reader(
        path,
        || {
            let probed = guarded(|| Headers::open(path, &tools).and_then(|open| open.probe()));
            probed.unwrap_or_else(|| Err(Refusal::Damaged("its headers".into())))
        },
        |reason, _| Ok(ffprobe::probe(&tools, path, reason)?.probe),
        None,
    )?;
    if probe.tracks.is_empty() {
        return Err(MediaError::NoAudio { path: path.to_owned() });
    }
    Ok(probe)
}

/// Opens the default sound track of the recording at `path`, or sound track `track` (counted from
/// 0 among the sound tracks).
///
/// # Errors
/// The file is missing, empty, damaged or no media, has no sound or no such track, or needs ffmpeg
/// and that is missing. Later errors come from the iterator.
pub fn open(path: &Path, track: Option<u32>) -> Result<Decoder, MediaError> {
    let tools = Tools::default();
    choose_reader(
        path,
        || {
            let native = Native::open(path, track, &tools)?;
            Ok(Decoder::native(path, track, tools.clone(), native))
        },
        |reason, suspicion| {
            let ffmpeg = Ffmpeg::open(&tools, path, track, reason)?;
            Ok(Decoder::ffmpeg(path, track, tools.clone(), ffmpeg, reason, suspicion))
        },
        track,
    )
}

/// Asks symphonia and, where it refuses, ffmpeg; the other way round for what neither seems built
/// for.
fn choose_reader<T>(
    path: &Path,
    native: impl FnOnce() -> Result<T, Refusal>,
    fallback: impl FnOnce(&str, Suspicion) -> Result<T, MediaError>,
    wanted: Option<u32>,
) -> Result<T, MediaError> {
    let path_owned = || path.to_owned();
    match container::look(path)? {
        Kind::Foreign(kind) => {
            fallback(&format!("{} is not built in", kind.name()), Suspicion::None)
        }
        Kind::Unknown => match fallback("its format is not built in", Suspicion::NotMedia) {
            // Without ffmpeg: perhaps MP3 after some rubbish. If not, most likely no recording.
            Err(MediaError::FallbackMissing { .. }) => native().map_err(|_| {
                let detail =
                    "its format is unknown; with ffmpeg installed, more formats can be read";
                MediaError::NotMedia { path: path_owned(), detail: detail.into() }
            }),
            other => other,
        },
        Kind::BuiltIn => {
            let refusal = match native() {
                Ok(found) => return Ok(found),
                Err(refusal) => refusal,
            };
            let reason = match &refusal {
                Refusal::NoAudio => return Err(MediaError::NoAudio { path: path_owned() }),
                Refusal::NoSuchTrack { available } => {
                    return Err(MediaError::NoSuchTrack {
                        path: path_owned(),
                        wanted: wanted.unwrap_or_default(),
                        available: available.clone(),
                    });
                }
                Refusal::NoDecoder(what) => format!("its sound is not built in ({what})"),
                Refusal::Damaged(what) => {
                    format!("the built-in decoder finds it damaged ({what})")
                }
                Refusal::UnsureTracks => "it has tracks of a kind that is not built in".to_owned(),
            };
            let suspicion = match &refusal {
                Refusal::Damaged(_) => Suspicion::Damaged,
                _ => Suspicion::None,
            };
            fallback(&reason, suspicion).map_err(|error| match (error, refusal) {
                (MediaError::NotMedia { .. }, Refusal::Damaged(detail)) => {
                    MediaError::Damaged { path: path_owned(), detail }
                }
                (MediaError::NotMedia { .. }, Refusal::NoDecoder(detail)) => {
                    MediaError::Undecodable { path: path_owned(), detail }
                }
                (MediaError::FallbackMissing { .. }, Refusal::Damaged(detail)) => {
                    let detail = format!("{detail}; with ffmpeg installed, some may be saved");
                    MediaError::Damaged { path: path_owned(), detail }
                }
                (error, _) => error,
            })
        }
    }
}
