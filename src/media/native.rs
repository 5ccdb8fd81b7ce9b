//! Decoding in the program itself, with symphonia.

use std::collections::VecDeque;
use std::path::Path;

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatReader;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration as Ticks, TimeBase, Timestamp};

use super::chunk::Chunk;
use super::codecs::{Sound, guarded};
use super::downmix::Downmix;
use super::headers::{Headers, Length, Refusal};
use super::mp4::{Movie, Presentation};
use super::resample::RATES;
use super::samples::Samples;
use super::tool::Tools;

/// Packets read ahead to find where the recording begins and whether its sound can be decoded.
const AHEAD: usize = 64;
/// Bytes read ahead at most.
const AHEAD_BYTES: usize = 32 << 20;
/// Packets of padding believed: LAME's tag has room for 4095 samples, under four packets.
const PADDING: u32 = 4;
/// Errors in a row after which the rest of the file counts as lost.
const MOST_ERRORS: u32 = 10_000;

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
    /// Reads the packets in symphonia's place.
    samples_of: Option<Samples>,
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
    /// Packets in a row that the header would have left out as padding.
    padding: u32,
    /// The sound of those packets: it was none, if they turn out to be too many.
    padded: VecDeque<Chunk>,
    /// Timestamps count samples (FLAC): a hole in them is damage, not a pause.
    pub(super) unbroken: bool,
}

impl Native {
    /// Opens `path` and makes sure that sound comes out of it.
    pub(super) fn open(path: &Path, wanted: Option<u32>, tools: &Tools) -> Result<Self, Refusal> {
        guarded(|| Self::open_unguarded(path, wanted, tools))
            .unwrap_or_else(|| Err(Refusal::Damaged("the decoder broke down".into())))
    }

    fn open_unguarded(path: &Path, wanted: Option<u32>, tools: &Tools) -> Result<Self, Refusal> {
        let headers = Headers::open(path, tools)?;
        let track = headers.choose(wanted)?;
        let sound = Sound::of(track).ok_or(Refusal::NoAudio)?;
        let decoder = sound.decoder()?;
        let presentation = headers.presentation(track);
        let length = headers.length(track);
        let unbroken = headers.name() == "flac";
        let time_base =
            sound.time_base.ok_or_else(|| Refusal::Damaged("its track has no clock".into()))?;
        let samples_of = headers.samples(path, sound.id)?;
        let Headers { format, movie, .. } = headers;
        let mut native = Self {
            format,
            samples_of,
            decoder,
            track: sound.id,
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
            padding: 0,
            padded: VecDeque::new(),
            unbroken,
        };
        native.read_ahead(movie.as_ref());
        if let Length { hint: Some(hint), own: None } = &mut native.length
            && *hint > native.origin
        {
            *hint -= native.origin;
        }
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
            match self.decode(packet) {
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
            None => self.pull(),
        }
    }

    fn pull(&mut self) -> Result<Option<Packet>, Error> {
        match &mut self.samples_of {
            Some(samples) => samples.next_packet(),
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
    fn decode(&mut self, mut packet: Packet) -> Result<(), Error> {
        // Trimming is done here by time: a decoder trims by ticks of the track's clock, which is
        // wrong where it decodes to another rate.
        let begins = self.seconds(packet.pts);
        let trim = std::mem::replace(&mut packet.trim_start, Ticks::ZERO);
        let from = self.seconds(packet.pts.saturating_add(trim));
        let rest = std::mem::replace(&mut packet.trim_end, Ticks::ZERO);
        let mut rest = self.time_base.calc_duration_saturating(rest).as_secs_f64();
        let buffer = self.decoder.decode(&packet)?;
        let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().clone());
        buffer.copy_to_vec_interleaved(&mut self.samples);
        self.decoded += 1;
        if !RATES.contains(&rate) || self.samples.is_empty() {
            return Ok(());
        }
        let samples = self.downmix.mix(&self.samples, &channels, rate);
        let ends = begins + samples.len() as f64 / f64::from(rate);
        self.last_time = self.presentation.place(ends) - self.origin;
        // Joined MP3 files, and those whose header lies, go on after the end that it gives.
        self.padding = if rest >= ends - begins { self.padding.saturating_add(1) } else { 0 };
        if self.padding > PADDING {
            rest = 0.0;
            self.parts.append(&mut self.padded);
        } else if rest == 0.0 {
            self.padded.clear();
        }
        let whole = Chunk {
            start: begins,
            rate,
            samples,
            after_loss: std::mem::take(&mut self.after_loss),
            new_stream: std::mem::take(&mut self.new_stream),
        };
        let last = ends - rest;
        self.parts.extend(self.presented(&whole, begins.max(from), last));
        if rest > 0.0 {
            self.padded.extend(self.presented(&whole, begins.max(from).max(last), ends));
        }
        Ok(())
    }

    /// What of `whole` is presented between two times on the track's clock, cut and put in place.
    fn presented(&self, whole: &Chunk, from: f64, to: f64) -> Vec<Chunk> {
        let parts = self.presentation.parts(from, to).filter_map(|(from, to, shift)| {
            let mut part = whole.clone();
            if !(part.trim_after(to) && part.trim_before(from)) {
                return None;
            }
            part.start += shift - self.origin;
            part.trim_before(0.0).then_some(part)
        });
        parts.collect()
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
        if let Some(movie) = movie.filter(|_| self.samples_of.is_some()) {
            // The other tracks' packets don't come by; every track's clock begins at 0.
            for (first, (track, _, presentation)) in firsts.iter_mut().zip(&clocks) {
                *first = movie.has_samples(*track).then(|| presentation.place(0.0));
            }
        }
        let mut bytes = 0;
        let mut sound = 0;
        while self.ahead.len() < AHEAD && bytes < AHEAD_BYTES {
            if sound > 8 && firsts.iter().all(Option::is_some) {
                break;
            }
            let packet = match self.pull() {
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
        let total = ahead.len() as u32;
        let (mut failed, mut half) = (0u32, 0u32);
        for packet in ahead {
            let promised = self.time_base.calc_duration_saturating(packet.block_dur());
            self.samples.clear();
            match self.decode(packet) {
                Ok(()) => {
                    let spec = self.decoder.last_decoded().spec().clone();
                    let frames = self.samples.len() / spec.channels().count().max(1);
                    let got = frames as f64 / f64::from(spec.rate().max(1));
                    half += u32::from(got > 0.0 && promised.as_secs_f64() > got * 1.5);
                }
                Err(Error::Unsupported(what)) => return Err(Refusal::NoDecoder(what.to_owned())),
                Err(_) => {
                    failed += 1;
                    self.skip();
                }
            }
        }
        if failed * 2 > total || self.decoded == 0 {
            return Err(Refusal::Damaged(match failed {
                0 => "it holds no sound".to_owned(),
                _ => format!("{failed} of its first {total} packets can't be decoded"),
            }));
        }
        // High-efficiency AAC whose extra band is not announced: half the sound per packet.
        if u64::from(half) * 2 > self.decoded {
            return Err(Refusal::NoDecoder("an extension of its sound format".into()));
        }
        Ok(())
    }

    /// Goes on with the first sound track of the next stream of a chain; false when there is none.
    fn restart(&mut self) -> bool {
        let Some(sound) = self.format.tracks().iter().find_map(Sound::of) else {
            return false;
        };
        let (Ok(decoder), Some(time_base)) = (sound.decoder(), sound.time_base) else {
            return false;
        };
        self.decoder = decoder;
        self.track = sound.id;
        self.time_base = time_base;
        self.new_stream = true;
        true
    }
}
