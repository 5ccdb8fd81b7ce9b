//! A recording being decoded, block by block.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::MediaError;
use super::chunk::Chunk;
use super::ffmpeg::Ffmpeg;
use super::ffprobe::plain;
use super::headers::Length;
use super::native::{Native, Step};
use super::timeline::Timeline;
use super::tool::Tools;
use crate::meeting::{PcmBlock, Stage, TimeSpan, Warning};

/// Sound that ends this many seconds, and this share of the whole, before the header says so is
/// called cut short. Headers round, and encoders pad.
const SHORT: (f64, f64) = (2.0, 0.02);
/// Packets lost, and their share of all, above which a person should know where.
const LOSSES: (u64, f64) = (50, 0.01);

/// What was thought of a file when it was handed to ffmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    None,
    /// It begins like nothing known.
    NotMedia,
    /// The built-in decoder found it damaged.
    Damaged,
}

enum Source {
    Native(Box<Native>),
    Ffmpeg(Box<Ffmpeg>),
}

/// Sound of one track of a recording: blocks of 16 kHz mono in order, each about a second long,
/// placed by the recording's timestamps. Memory doesn't grow with the length.
pub struct Decoder {
    path: PathBuf,
    track: Option<u32>,
    tools: Tools,
    source: Source,
    timeline: Timeline,
    ready: VecDeque<PcmBlock>,
    warnings: Vec<Warning>,
    length: Length,
    /// Sound before this time (s) was handed out by a decoder that broke down.
    resume_at: f64,
    suspicion: Suspicion,
    ended: bool,
}

impl Decoder {
    pub(super) fn native(path: &Path, track: Option<u32>, tools: Tools, native: Native) -> Self {
        let length = native.length;
        Self::new(path, track, tools, Source::Native(Box::new(native)), length)
    }

    pub(super) fn ffmpeg(
        path: &Path,
        track: Option<u32>,
        tools: Tools,
        ffmpeg: Ffmpeg,
        reason: &str,
        suspicion: Suspicion,
    ) -> Self {
        let length = ffmpeg.length;
        let mut decoder = Self::new(path, track, tools, Source::Ffmpeg(Box::new(ffmpeg)), length);
        decoder.warnings.push(fallback_notice(reason));
        decoder.suspicion = suspicion;
        decoder
    }

    fn new(path: &Path, track: Option<u32>, tools: Tools, source: Source, length: Length) -> Self {
        Self {
            path: path.to_owned(),
            track,
            tools,
            source,
            timeline: Timeline::new(),
            ready: VecDeque::new(),
            warnings: Vec::new(),
            length,
            resume_at: 0.0,
            suspicion: Suspicion::None,
            ended: false,
        }
    }

    /// Length in seconds as the header says; it may be wrong, and `None` when unknown.
    pub fn duration_hint(&self) -> Option<f64> {
        self.length.hint
    }

    /// What the user must know; complete once the iterator has ended.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Reads on until a block is ready or the recording has ended.
    fn advance(&mut self) -> Result<(), MediaError> {
        while self.ready.is_empty() && !self.ended {
            let chunk = match &mut self.source {
                Source::Ffmpeg(ffmpeg) => match ffmpeg.next_chunk()? {
                    Some(chunk) => Some(chunk),
                    None => {
                        self.finish_ffmpeg()?;
                        None
                    }
                },
                Source::Native(native) => match native.step() {
                    Step::Chunk(chunk) if native.unbroken && self.timeline.misses(&chunk) => {
                        native.unbroken = false;
                        self.change_over(Some(chunk))?
                    }
                    Step::Chunk(chunk) => Some(chunk),
                    Step::End => {
                        self.finish_native(false)?;
                        None
                    }
                    Step::CutShort => {
                        self.finish_native(true)?;
                        None
                    }
                    Step::Broken => self.change_over(None)?,
                },
            };
            if let Some(mut chunk) = chunk
                && chunk.trim_before(self.resume_at)
            {
                let pushed = self.timeline.push(chunk, &mut self.ready);
                pushed.map_err(|detail| self.resample_error(detail))?;
            }
        }
        Ok(())
    }

    /// The built-in decoder broke down on damaged bytes, or lost sound before `chunk`: ffmpeg goes
    /// on from there, if it can. What comes back is the chunk to go on with.
    fn change_over(&mut self, chunk: Option<Chunk>) -> Result<Option<Chunk>, MediaError> {
        let reason = "the built-in decoder could not go on after damage in it";
        match Ffmpeg::open(&self.tools, &self.path, self.track, reason) {
            Ok(ffmpeg) => {
                self.report_skipped();
                self.resume_at = self.timeline.end();
                let from = TimeSpan::new(self.resume_at, self.resume_at);
                let message = format!(
                    "the recording is damaged from {:.1} s on; ffmpeg decoded the rest as well as \
                     it could; listen to it there",
                    self.resume_at
                );
                let warning = Warning::attention(Stage::Media, "damaged", message);
                self.warnings.push(warning.at(from));
                self.source = Source::Ffmpeg(Box::new(ffmpeg));
                Ok(None)
            }
            Err(_) if chunk.is_some() => {
                let message = "sound is missing where the recording is damaged; with ffmpeg \
                               installed, more of it may be saved";
                self.warnings.push(Warning::attention(Stage::Media, "damaged", message));
                Ok(chunk)
            }
            Err(_) => self.finish_native(true).map(|()| None),
        }
    }

    fn finish_native(&mut self, cut_short: bool) -> Result<(), MediaError> {
        self.report_skipped();
        self.finish_sound()?;
        let end = self.timeline.end();
        if end <= 0.0 {
            let detail = "no sound could be decoded from it".into();
            return Err(MediaError::Damaged { path: self.path.clone(), detail });
        }
        if cut_short {
            self.report_truncated(end, "the rest of the file can't be read");
        } else {
            self.report_missing_end(end);
        }
        Ok(())
    }

    fn finish_ffmpeg(&mut self) -> Result<(), MediaError> {
        self.finish_sound()?;
        let end = self.timeline.end();
        let Source::Ffmpeg(ffmpeg) = &mut self.source else { return Ok(()) };
        let (well, complaint) = ffmpeg.verdict.take().unwrap_or_default();
        let words = plain(&complaint.first_line(), &self.path);
        if end <= 0.0 {
            let path = self.path.clone();
            if words.starts_with("Decoder ") && words.contains("not found") {
                let detail = "ffmpeg has no decoder for it".to_owned();
                return Err(MediaError::Undecodable { path, detail });
            }
            let detail = if words.is_empty() { "no sound in it".to_owned() } else { words };
            return Err(match self.suspicion {
                Suspicion::NotMedia => MediaError::NotMedia { path, detail },
                Suspicion::None | Suspicion::Damaged => MediaError::Damaged { path, detail },
            });
        }
        if complaint.lines > 0 {
            let message = format!(
                "ffmpeg reported {} problem(s) in the recording, the first: {words}",
                complaint.lines
            );
            let code = "ffmpeg-problems";
            self.warnings.push(match self.suspicion {
                Suspicion::Damaged => Warning::attention(Stage::Media, code, message),
                Suspicion::None | Suspicion::NotMedia => {
                    Warning::notice(Stage::Media, code, message)
                }
            });
        }
        if well {
            self.report_missing_end(end);
        } else {
            self.report_truncated(end, "ffmpeg could not read the rest");
        }
        Ok(())
    }

    fn finish_sound(&mut self) -> Result<(), MediaError> {
        self.ended = true;
        let finished = self.timeline.finish(&mut self.ready);
        finished.map_err(|detail| self.resample_error(detail))?;
        self.warnings.extend(self.timeline.warnings());
        Ok(())
    }

    fn report_skipped(&mut self) {
        let Source::Native(native) = &self.source else { return };
        let (skipped, decoded) = (native.skipped, native.decoded);
        if skipped.count == 0 {
            return;
        }
        let message = format!(
            "{} damaged packet(s) of the recording were left out, the first at {:.1} s; \
             listen to it there",
            skipped.count, skipped.first
        );
        let much = skipped.count > LOSSES.0
            || skipped.count as f64 > LOSSES.1 * (skipped.count + decoded) as f64;
        let code = "packet-skipped";
        let warning = if much {
            Warning::attention(Stage::Media, code, message)
        } else {
            Warning::notice(Stage::Media, code, message)
        };
        self.warnings.push(warning.at(TimeSpan::new(skipped.first, skipped.first)));
    }

    fn report_missing_end(&mut self, end: f64) {
        if let Some(duration) = self.length.own
            && duration - end > SHORT.0.max(SHORT.1 * duration)
        {
            let promise = format!("its header promises {duration:.1} s");
            self.report_truncated(end, &promise);
        }
    }

    fn report_truncated(&mut self, end: f64, why: &str) {
        let message = format!(
            "the recording breaks off at {end:.1} s ({why}); what came before is used, \
             fetch the whole file if there was more"
        );
        let warning = Warning::attention(Stage::Media, "truncated", message);
        let until = self.length.own.unwrap_or(end).max(end);
        self.warnings.push(warning.at(TimeSpan::new(end, until)));
    }

    fn resample_error(&self, detail: String) -> MediaError {
        MediaError::Resample { path: self.path.clone(), detail }
    }
}

fn fallback_notice(reason: &str) -> Warning {
    let message = format!("the recording was decoded by ffmpeg, because {reason}");
    Warning::notice(Stage::Media, "ffmpeg-used", message)
}

impl Iterator for Decoder {
    type Item = Result<PcmBlock, MediaError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.advance() {
            self.ended = true;
            self.ready.clear();
            return Some(Err(error));
        }
        let block = self.ready.pop_front()?;
        Some(Ok(block))
    }
}
