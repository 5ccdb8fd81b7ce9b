//! What stands in a container before its sound: tracks, lengths, languages.

use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackFlags, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::{Duration as Ticks, TimeBase};

use super::codecs::codec_name;
use super::ffprobe;
use super::mp4::{Movie, Presentation};
use super::probe::{AudioTrack, Probe};
use super::samples::Samples;
use super::tool::Tools;
use super::veil::Veiled;

/// Bytes of tags, and of one picture, that are read: nobody needs them here.
const TAGS: usize = 1 << 20;

/// Why symphonia can't do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It knows the container, but something is wrong with it.
    Damaged(String),
    /// It has no decoder for this sound.
    NoDecoder(String),
    /// It isn't sure which tracks are sound.
    UnsureTracks,
    NoAudio,
    NoSuchTrack {
        available: String,
    },
}

/// What the header says of the length, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Length {
    /// Of the whole recording; a picture may be longer than its sound.
    pub(super) hint: Option<f64>,
    /// Of the sound track itself.
    pub(super) own: Option<f64>,
}

/// An open container and what its headers say, before a track is chosen.
pub(super) struct Headers {
    pub(super) format: Box<dyn FormatReader>,
    pub(super) movie: Option<Movie>,
    size: u64,
    /// Index of the default sound track, where only ffprobe knows it.
    default: Option<u32>,
}

impl Headers {
    /// Opens `path` and reads its headers.
    pub(super) fn open(path: &Path, tools: &Tools) -> Result<Self, Refusal> {
        let damaged = |error: std::io::Error| Refusal::Damaged(error.to_string());
        let mut file = fs_err::File::open(path).map_err(damaged)?.into_file();
        let size = file.metadata().map_err(damaged)?.len();
        let mut head = [0; 12];
        let is_movie = std::io::Read::read_exact(&mut file, &mut head).is_ok()
            && (&head[4..8] == b"ftyp" || &head[4..8] == b"moov");
        let movie = if is_movie { Movie::read(&mut file).ok().flatten() } else { None };
        std::io::Seek::rewind(&mut file).map_err(damaged)?;

        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let veiled = Veiled::new(file, movie.as_ref());
        let stream = MediaSourceStream::new(Box::new(veiled), MediaSourceStreamOptions::default());
        let tags = MetadataOptions::default()
            .limit_tag_bytes(Limit::Maximum(TAGS))
            .limit_visual_bytes(Limit::Maximum(TAGS));
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), tags)
            .map_err(|error| match error {
                Error::Unsupported(what) if what.starts_with("core (probe)") => {
                    Refusal::Damaged("its format can't be recognised".into())
                }
                Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    Refusal::Damaged("it ends too early".into())
                }
                Error::Unsupported("isomp4: missing moov atom") => Refusal::Damaged(
                    "its index (moov) is missing, so the recording was never finished".into(),
                ),
                // A form of sound that it lacks; of tags, it is no judge of the sound.
                Error::Unsupported(what)
                    if what.contains("support") && !what.starts_with("id3") =>
                {
                    Refusal::NoDecoder(what.to_owned())
                }
                Error::Unsupported(what) | Error::DecodeError(what) => {
                    Refusal::Damaged(what.to_owned())
                }
                other => Refusal::Damaged(other.to_string()),
            })?;
        let mut headers = Self { format, movie, size, default: None };
        headers.default = headers.ask_default(tools, path);
        Ok(headers)
    }

    /// A Matroska track without a flag is a default one, but symphonia can't tell it from one that
    /// says it isn't. Where that leaves a choice, ffprobe is asked; without it, the first is taken.
    fn ask_default(&self, tools: &Tools, path: &Path) -> Option<u32> {
        let audio = self.audio();
        let flagged = audio.iter().any(|track| track.flags.contains(TrackFlags::DEFAULT));
        if self.name() != "matroska" || audio.len() < 2 || flagged {
            return None;
        }
        let probed = ffprobe::probe(tools, path, "").ok()?;
        if probed.probe.tracks.len() != audio.len() {
            return None;
        }
        probed.probe.tracks.iter().find(|track| track.default).map(|track| track.index)
    }

    /// The sound tracks as symphonia and the MP4 boxes have them.
    ///
    /// # Errors
    /// [`Refusal::UnsureTracks`] when there are tracks of unknown kind that may be sound.
    pub(super) fn probe(&self) -> Result<Probe, Refusal> {
        let audio: Vec<&Track> = self.audio();
        let unsure = match &self.movie {
            Some(movie) => movie.sound_tracks() != audio.len(),
            None => self.format.tracks().iter().any(|track| track.codec_params.is_none()),
        };
        if unsure {
            return Err(Refusal::UnsureTracks);
        }
        let default = self.default_of(&audio);
        let tracks = audio
            .iter()
            .zip(0..)
            .map(|(track, index)| {
                let params = track.codec_params.as_ref().and_then(CodecParameters::audio);
                AudioTrack {
                    index,
                    codec: params.and_then(codec_name).unwrap_or("unknown").into(),
                    language: self.language(track),
                    default: default == Some(track.id),
                    channels: params
                        .and_then(|params| params.channels.as_ref())
                        .and_then(|channels| u16::try_from(channels.count()).ok()),
                    rate: params.and_then(|params| params.sample_rate),
                }
            })
            .collect();
        let duration = default
            .and_then(|id| audio.iter().find(|track| track.id == id))
            .and_then(|track| self.length(track).hint);
        Ok(Probe { container: self.name().to_owned(), tracks, duration })
    }

    pub(super) fn name(&self) -> &'static str {
        self.format.format_info().short_name
    }

    /// How the clock of `track` maps to the recording's: by the edit list in MP4, by the encoder's
    /// delay for Opus in Ogg (RFC 7845, 4.2), which symphonia leaves in the sound.
    pub(super) fn presentation(&self, track: &Track) -> Presentation {
        if let Some(movie) = &self.movie {
            return movie.presentation(track.id);
        }
        let params = track.codec_params.as_ref().and_then(CodecParameters::audio);
        match params {
            Some(params) if self.name() == "ogg" && params.codec == CODEC_ID_OPUS => {
                let head = params.extra_data.as_deref().and_then(|head| head.get(10..12));
                let skip = head.map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
                Presentation::shifted(-f64::from(skip) / 48_000.0)
            }
            _ => Presentation::whole(),
        }
    }

    /// A reader of the samples of track `id`, where symphonia is kept from the tables.
    pub(super) fn samples(&self, path: &Path, id: u32) -> Result<Option<Samples>, Refusal> {
        let movie = self.movie.as_ref().filter(|movie| !movie.veiled().is_empty());
        let Some(tables) = movie.and_then(|movie| movie.samples(id)) else { return Ok(None) };
        let samples = fs_err::File::open(path)
            .and_then(|file| Samples::open(file.into_file(), id, &tables))
            .map_err(|error| Refusal::Damaged(error.to_string()))?;
        Ok(Some(samples))
    }

    fn language(&self, track: &Track) -> Option<String> {
        let own = track.language.clone().filter(|language| language != "und");
        let boxes = self.movie.iter().flat_map(|movie| &movie.tracks);
        own.or_else(|| boxes.filter(|own| own.id == track.id).find_map(|own| own.language.clone()))
    }

    fn audio(&self) -> Vec<&Track> {
        self.format
            .tracks()
            .iter()
            .filter(|track| track.track_type() == Some(TrackType::Audio))
            .collect()
    }

    fn default_of(&self, audio: &[&Track]) -> Option<u32> {
        if let Some(asked) = self.default.and_then(|asked| audio.get(asked as usize)) {
            return Some(asked.id);
        }
        let flagged = |track: &&&Track| match &self.movie {
            Some(movie) => movie.tracks.iter().any(|own| own.id == track.id && own.enabled),
            None => track.flags.contains(TrackFlags::DEFAULT),
        };
        audio.iter().find(flagged).or(audio.first()).map(|track| track.id)
    }

    pub(super) fn choose(&self, wanted: Option<u32>) -> Result<&Track, Refusal> {
        let probe = self.probe()?;
        let audio = self.audio();
        if audio.is_empty() {
            return Err(Refusal::NoAudio);
        }
        match wanted {
            Some(wanted) => audio
                .get(wanted as usize)
                .copied()
                .ok_or_else(|| Refusal::NoSuchTrack { available: probe.describe() }),
            None => {
                let default = self.default_of(&audio);
                audio.into_iter().find(|track| Some(track.id) == default).ok_or(Refusal::NoAudio)
            }
        }
    }

    /// What the header says of the length, where it can be true: at fewer than ten bytes a second
    /// it can't.
    pub(super) fn length(&self, track: &Track) -> Length {
        let seconds = |base: Option<TimeBase>, duration: Option<Ticks>| {
            let duration = duration.filter(|duration| duration.get() > 0)?;
            let seconds = base?.calc_duration(duration)?.as_secs_f64();
            (seconds > 0.0 && seconds * 10.0 < self.size as f64 + 1000.0).then_some(seconds)
        };
        let own = seconds(track.time_base, track.duration).map(|seconds| {
            let presented = self.presentation(track).parts(0.0, seconds).last();
            presented.map_or(seconds, |(_, to, shift)| to + shift)
        });
        let media = self.format.media_info();
        Length { hint: own.or_else(|| seconds(media.time_base, media.duration)), own }
    }
}
