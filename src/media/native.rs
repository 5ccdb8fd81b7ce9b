//! Decoding in the program itself, with symphonia.

use std::collections::VecDeque;
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackFlags, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration as Ticks, TimeBase, Timestamp};

use super::chunk::Chunk;
use super::codecs::{guarded, registry};
use super::downmix::Downmix;
use super::ffprobe;
use super::mp4::{Movie, Presentation};
use super::probe::{AudioTrack, Probe};
use super::resample::RATES;
use super::tool::Tools;

/// Packets read ahead to find where the recording begins and whether its sound can be decoded.
const AHEAD: usize = 64;
/// Bytes read ahead at most.
const AHEAD_BYTES: usize = 32 << 20;
/// Errors in a row after which the rest of the file counts as lost.
const MOST_ERRORS: u32 = 10_000;
/// Bytes of tags, and of one picture, that are read: nobody needs them here.
const TAGS: usize = 1 << 20;

/// Why symphonia can't do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It doesn't know the container.
    Unknown,
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

/// How a packet, or the whole stream, ended.
pub(super) enum Step {
    Chunk(Chunk),
    End,
    /// The file ends in the middle of something, or the rest can't be read.
    CutShort,
    /// The decoder broke down; it can't be used again.
    Broken,
}

/// Packets that could not be decoded.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Skipped {
    pub(super) count: u64,
    /// Seconds at which the first one lay, about.
    pub(super) first: f64,
}

/// An open container and a decoder for one of its tracks.
pub(super) struct Native {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: TimeBase,
    presentation: Presentation,
    /// Presentation time of the first thing in the file; the recording begins there.
    origin: f64,
    ahead: VecDeque<Packet>,
    /// Chunks cut from one packet by an edit list.
    parts: VecDeque<Chunk>,
    samples: Vec<f32>,
    downmix: Downmix,
    after_loss: bool,
    new_stream: bool,
    last_time: f64,
    ended: bool,
    pub(super) skipped: Skipped,
    pub(super) decoded: u64,
    pub(super) length: Length,
    /// Timestamps count samples (FLAC): a hole in them is damage, not a pause.
    pub(super) unbroken: bool,
}

/// What the header says of the length, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Length {
    /// Of the whole recording; a picture may be longer than its sound.
    pub(super) hint: Option<f64>,
    /// Of the sound track itself.
    pub(super) own: Option<f64>,
}

impl Native {
    /// Opens `path` and makes sure that sound comes out of it.
    pub(super) fn open(path: &Path, wanted: Option<u32>, tools: &Tools) -> Result<Self, Refusal> {
        guarded(|| Self::open_unguarded(path, wanted, tools))
            .unwrap_or_else(|| Err(Refusal::Damaged("the decoder broke down".into())))
    }

    fn open_unguarded(path: &Path, wanted: Option<u32>, tools: &Tools) -> Result<Self, Refusal> {
        let container = Container::open(path, tools)?;
        let track = container.choose(wanted)?;
        let SoundParams { params, id } = audio_of(track)?;
        let decoder = decoder_for(&params)?;
        let presentation = container.presentation(track);
        let time_base = track
            .time_base
            .or_else(|| params.sample_rate.and_then(TimeBase::try_from_recip))
            .ok_or_else(|| Refusal::Damaged("its track has no clock".into()))?;
        let length = container.length(track);
        let unbroken = container.name() == "flac";
        let mut native = Self {
            format: container.format,
            decoder,
            track: id,
            time_base,
            presentation,
            origin: 0.0,
            ahead: VecDeque::new(),
            parts: VecDeque::new(),
            samples: Vec::new(),
            downmix: Downmix::default(),
            after_loss: false,
            new_stream: false,
            last_time: 0.0,
            ended: false,
            skipped: Skipped::default(),
            decoded: 0,
            length,
            unbroken,
        };
        native.read_ahead(container.movie.as_ref());
        native.try_out()?;
        Ok(native)
    }

    /// The next stretch of sound.
    pub(super) fn step(&mut self) -> Step {
        guarded(|| self.step_unguarded()).unwrap_or(Step::Broken)
    }

    fn step_unguarded(&mut self) -> Step {
        let mut errors = 0;
        loop {
            if let Some(part) = self.parts.pop_front() {
                return Step::Chunk(part);
            }
            if errors > MOST_ERRORS {
                return Step::CutShort;
            }
            let packet = match self.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Step::End,
                Err(Error::DecodeError(_) | Error::LimitError(_)) => {
                    self.skip();
                    errors += 1;
                    continue;
                }
                Err(Error::ResetRequired) => {
                    if self.restart() {
                        continue;
                    }
                    return Step::CutShort;
                }
                Err(_) => return Step::CutShort,
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decode(&packet) {
                Ok(()) => errors = 0,
                Err(Error::ResetRequired) => {
                    self.decoder.reset();
                    self.skip();
                }
                Err(_) => {
                    self.skip();
                    errors += 1;
                }
            }
        }
    }

    fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        match self.ahead.pop_front() {
            Some(packet) => Ok(Some(packet)),
            None if self.ended => Ok(None),
            None => self.format.next_packet(),
        }
    }

    fn skip(&mut self) {
        if self.skipped.count == 0 {
            self.skipped.first = self.last_time;
        }
        self.skipped.count += 1;
        self.after_loss = true;
    }

    fn seconds(&self, time: Timestamp) -> f64 {
        self.time_base.calc_time_saturating(time).as_secs_f64()
    }

    /// Decodes one packet into `parts`.
    fn decode(&mut self, packet: &Packet) -> Result<(), Error> {
        let begins = self.seconds(packet.pts.saturating_add(packet.trim_start));
        let buffer = self.decoder.decode(packet)?;
        let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().clone());
        buffer.copy_to_vec_interleaved(&mut self.samples);
        self.decoded += 1;
        if !RATES.contains(&rate) || self.samples.is_empty() {
            return Ok(());
        }
        let samples = self.downmix.mix(&self.samples, &channels, rate);
        let ends = begins + samples.len() as f64 / f64::from(rate);
        self.last_time = self.presentation.place(ends) - self.origin;
        let whole = Chunk {
            start: begins,
            rate,
            samples,
            after_loss: std::mem::take(&mut self.after_loss),
            new_stream: std::mem::take(&mut self.new_stream),
        };
        for (from, to, shift) in self.presentation.parts(begins, ends) {
            let mut part = whole.clone();
            if !(part.trim_after(to) && part.trim_before(from)) {
                continue;
            }
            part.start += shift - self.origin;
            if part.trim_before(0.0) {
                self.parts.push_back(part);
            }
        }
        Ok(())
    }

    /// Reads the first packets to learn where the recording begins: at the first packet of any
    /// track, as players and ffmpeg have it. Chains of tracks that start late don't hold it up.
    fn read_ahead(&mut self, movie: Option<&Movie>) {
        let clocks: Vec<(u32, TimeBase, Presentation)> = self
            .format
            .tracks()
            .iter()
            .filter_map(|track| {
                let presentation =
                    movie.map_or_else(Presentation::whole, |movie| movie.presentation(track.id));
                Some((track.id, track.time_base?, presentation))
            })
            .collect();
        let mut firsts: Vec<Option<f64>> = vec![None; clocks.len()];
        let mut bytes = 0;
        let mut sound = 0;
        while self.ahead.len() < AHEAD && bytes < AHEAD_BYTES {
            if sound > 8 && firsts.iter().all(Option::is_some) {
                break;
            }
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                // Errors come again, or are counted, when the sound is read.
                Err(_) => break,
            };
            bytes += packet.data.len();
            let known = clocks.iter().position(|&(id, ..)| id == packet.track_id);
            if let Some((n, (_, base, presentation))) =
                known.and_then(|n| Some((n, clocks.get(n)?)))
                && let Some(first @ None) = firsts.get_mut(n)
            {
                let begins = packet.pts.saturating_add(packet.trim_start);
                *first = Some(presentation.place(base.calc_time_saturating(begins).as_secs_f64()));
            }
            if packet.track_id == self.track {
                sound += 1;
                self.ahead.push_back(packet);
            }
        }
        let first = firsts.into_iter().flatten().fold(f64::INFINITY, f64::min);
        self.origin = if first.is_finite() { first.max(0.0) } else { 0.0 };
    }

    /// Decodes the packets read ahead and keeps the sound, so that a stream which this decoder
    /// can't do is found out before anything is handed on.
    fn try_out(&mut self) -> Result<(), Refusal> {
        let ahead = std::mem::take(&mut self.ahead);
        let (mut failed, mut heard, mut half) = (0u32, 0u32, 0u32);
        for packet in &ahead {
            let before = self.parts.len();
            match self.decode(packet) {
                Ok(()) => {
                    let new = self.parts.iter().skip(before);
                    let got = new.map(|c| c.samples.len() as f64 / f64::from(c.rate)).sum::<f64>();
                    let promised = self.time_base.calc_duration_saturating(packet.dur);
                    if got > 0.0 {
                        heard += 1;
                        half += u32::from(promised.as_secs_f64() > got * 1.5);
                    }
                }
                Err(Error::Unsupported(what)) => return Err(Refusal::NoDecoder(what.to_owned())),
                Err(_) => {
                    failed += 1;
                    self.skip();
                }
            }
        }
        let total = ahead.len() as u32;
        if total > 0 && failed * 2 > total {
            return Err(Refusal::Damaged(format!("{failed} of its first {total} packets")));
        }
        // High-efficiency AAC whose extra band is not announced: half the sound per packet.
        if half * 2 > heard {
            return Err(Refusal::NoDecoder("an extension of its sound format".into()));
        }
        Ok(())
    }

    /// Goes on with the first sound track of the next stream of a chain; false when there is none.
    fn restart(&mut self) -> bool {
        let Some(track) = self.format.tracks().iter().find(|track| is_audio(track)) else {
            return false;
        };
        let Ok(SoundParams { params, id }) = audio_of(track) else { return false };
        let (Ok(decoder), Some(time_base)) = (decoder_for(&params), track.time_base) else {
            return false;
        };
        self.decoder = decoder;
        self.track = id;
        self.time_base = time_base;
        self.new_stream = true;
        true
    }
}

/// An open container, before a track is chosen.
pub(super) struct Container {
    format: Box<dyn FormatReader>,
    movie: Option<Movie>,
    size: u64,
    /// Index of the default sound track, where only ffprobe knows it.
    default: Option<u32>,
}

impl Container {
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
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let tags = MetadataOptions::default()
            .limit_tag_bytes(Limit::Maximum(TAGS))
            .limit_visual_bytes(Limit::Maximum(TAGS));
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), tags)
            .map_err(|error| match error {
                Error::Unsupported(what) if what.starts_with("core (probe)") => Refusal::Unknown,
                Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    Refusal::Damaged("it ends too early".into())
                }
                Error::Unsupported("isomp4: missing moov atom") => Refusal::Damaged(
                    "its index (moov) is missing, so the recording was never finished".into(),
                ),
                other => Refusal::Damaged(other.to_string()),
            })?;
        let mut container = Self { format, movie, size, default: None };
        container.default = container.ask_default(tools, path);
        Ok(container)
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

    fn name(&self) -> &'static str {
        self.format.format_info().short_name
    }

    /// How the clock of `track` maps to the recording's: by the edit list in MP4, by the encoder's
    /// delay for Opus in Ogg (RFC 7845, 4.2), which symphonia leaves in the sound.
    fn presentation(&self, track: &Track) -> Presentation {
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

    fn language(&self, track: &Track) -> Option<String> {
        let own = track.language.clone().filter(|language| language != "und");
        let boxes = self.movie.iter().flat_map(|movie| &movie.tracks);
        own.or_else(|| boxes.filter(|own| own.id == track.id).find_map(|own| own.language.clone()))
    }

    fn audio(&self) -> Vec<&Track> {
        self.format.tracks().iter().filter(|track| is_audio(track)).collect()
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

    fn choose(&self, wanted: Option<u32>) -> Result<&Track, Refusal> {
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
    fn length(&self, track: &Track) -> Length {
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

struct SoundParams {
    params: AudioCodecParameters,
    id: u32,
}

fn is_audio(track: &Track) -> bool {
    track.track_type() == Some(TrackType::Audio)
}

fn audio_of(track: &Track) -> Result<SoundParams, Refusal> {
    let params = track.codec_params.as_ref().and_then(CodecParameters::audio);
    let mut params = params.cloned().ok_or(Refusal::NoAudio)?;
    if params.codec == CODEC_ID_OPUS {
        // The adapter would cut the encoder's delay a second time; timestamps take care of it.
        params.extra_data = None;
    }
    Ok(SoundParams { params, id: track.id })
}

fn decoder_for(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Refusal> {
    registry().make_audio_decoder(params, &AudioDecoderOptions::default()).map_err(|error| {
        let name = codec_name(params).unwrap_or("unknown sound format");
        Refusal::NoDecoder(format!("{name}: {error}"))
    })
}

fn codec_name(params: &AudioCodecParameters) -> Option<&'static str> {
    registry().get_audio_decoder(params.codec).map(|codec| codec.codec.info.short_name)
}
