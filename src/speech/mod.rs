//! Sound → windows of speech.
//!
//! [`Segmenter`] takes blocks of sound in order and gives windows of at most 30 s as soon as they
//! are complete. It holds at most a window and a half of sound, whatever the recording's length.

mod cut;
mod error;
mod loudness;
mod vad;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::meeting::{PcmBlock, SAMPLE_RATE, SpeechWindow, TimeSpan};

pub use error::SpeechError;

use cut::{Cut, Cutter};
use vad::{BATCH, FRAME, Record, Vad};

/// Two blocks that lie further apart than this, in seconds, have a gap between them. Decoders round
/// packet times to a millisecond or so; a gap that a listener could notice is longer.
const GAP_TOLERANCE: f64 = 0.05;

/// Cuts a recording into windows of speech.
///
/// The same sound gives the same windows whatever the sizes of the blocks it comes in: voice
/// activity is computed on a grid of whole batches that starts where the sound starts (or starts
/// again, after a gap).
pub struct Segmenter {
    record: Arc<Mutex<Record>>,
    /// Batches asked for so far.
    batches: usize,
    run: Option<Run>,
    next_index: u32,
}

/// A stretch of sound without gaps, on its way through voice activity detection.
struct Run {
    sound: Sound,
    /// Samples that voice activity was computed for; a multiple of the batch until the run ends.
    judged: usize,
    cutter: Cutter,
}

impl Run {
    fn new(start: f64) -> Self {
        let sound = Sound { start, samples: Vec::new(), base: 0 };
        Self { sound, judged: 0, cutter: Cutter::default() }
    }

    /// Judges the next batch, number `number` of the recording; the last one of a run is filled up with
    /// silence.
    fn advance(&mut self, record: &Mutex<Record>, number: usize) -> Result<Vec<Cut>, SpeechError> {
        let end = (self.judged + BATCH * FRAME).min(self.sound.total());
        let mut batch = self.sound.slice(self.judged, end).to_vec();
        let frames = batch.len().div_ceil(FRAME);
        batch.resize(BATCH * FRAME, 0.0);
        let first = self.judged / FRAME;
        let mut cuts = Vec::new();
        let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
        let probabilities = record.judge(number, &batch, self.judged == 0)?;
        drop(record);
        for (offset, probability) in probabilities.into_iter().take(frames).enumerate() {
            let power = |frame| self.sound.power(frame);
            cuts.extend(self.cutter.frame(first + offset, probability, &power));
        }
        self.judged = end;
        Ok(cuts)
    }
}

/// The part of a run that may still be asked for.
struct Sound {
    /// Time of the run's sample 0, seconds.
    start: f64,
    /// Samples from number `base` on.
    samples: Vec<f32>,
    base: usize,
}

impl Sound {
    /// Samples so far, the forgotten ones included.
    fn total(&self) -> usize {
        self.base + self.samples.len()
    }

    fn time(&self, sample: usize) -> f64 {
        self.start + sample as f64 / f64::from(SAMPLE_RATE)
    }

    /// The samples of `[from, to)`, as far as they are there.
    fn slice(&self, from: usize, to: usize) -> &[f32] {
        let to = to.min(self.total()).saturating_sub(self.base);
        let from = from.saturating_sub(self.base).min(to);
        self.samples.get(from..to).unwrap_or_default()
    }

    /// Mean square of a frame; the cutter looks for the quietest one.
    fn power(&self, frame: usize) -> f32 {
        let samples = self.slice(frame * FRAME, (frame + 1) * FRAME);
        samples.iter().map(|sample| sample * sample).sum::<f32>() / FRAME as f32
    }

    fn forget_before(&mut self, sample: usize) {
        let forget = sample.saturating_sub(self.base).min(self.samples.len());
        // Moving the rest forward costs time, so it waits until a few seconds have gathered.
        if forget >= 4 * SAMPLE_RATE as usize {
            self.samples.drain(..forget);
            self.base += forget;
        }
    }

    /// The window that a cut describes.
    fn window(&self, cut: Cut, index: u32) -> SpeechWindow {
        let end = |frame: usize| (frame * FRAME).min(self.total());
        let mut samples = self.slice(cut.start * FRAME, end(cut.end)).to_vec();
        loudness::even_out(&mut samples);
        let span = |start: usize, stop: usize| {
            TimeSpan::new(self.time(start * FRAME), self.time(end(stop)))
        };
        let voiced = cut.voiced.iter().map(|&(start, stop)| span(start, stop)).collect();
        SpeechWindow { index, span: span(cut.start, cut.end), samples, voiced }
    }
}

impl Segmenter {
    /// Loads the voice activity model (`silero-vad`, see `referent models list`).
    ///
    /// # Errors
    /// When the file is missing or is not Silero's 16 kHz sequence export.
    pub fn load(vad_model: &Path) -> Result<Self, SpeechError> {
        let record = Arc::new(Mutex::new(Record::new(Vad::load(vad_model)?)));
        Ok(Self { record, batches: 0, run: None, next_index: 0 })
    }

    /// One that is to hear the same recording from its beginning, at its own pace. Voice activity, which
    /// costs most, is computed once for both.
    pub fn twin(&self) -> Self {
        Self { record: Arc::clone(&self.record), batches: 0, run: None, next_index: 0 }
    }

    /// Takes the next block and gives the windows that it completes. A block that starts later than
    /// the last one ended closes the open window; sound that was already given is skipped.
    ///
    /// # Errors
    /// When the voice activity model fails.
    pub fn push(&mut self, block: &PcmBlock) -> Result<Vec<SpeechWindow>, SpeechError> {
        let mut windows = Vec::new();
        let mut fresh = block.samples.as_slice();
        if let Some(run) = &self.run {
            let late = block.start - run.sound.time(run.sound.total());
            if late > GAP_TOLERANCE {
                windows = self.finish()?;
            } else if late < -GAP_TOLERANCE {
                let skip = (-late * f64::from(SAMPLE_RATE)).round() as usize;
                fresh = fresh.get(skip..).unwrap_or_default();
            }
        }
        if fresh.is_empty() {
            return Ok(windows);
        }
        let mut run = self.run.take().unwrap_or_else(|| Run::new(block.start));
        // A broken decoder may give anything; one NaN would silence the model for the whole run.
        let clean = |sample: &f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        run.sound.samples.extend(fresh.iter().map(clean));
        while run.sound.total() - run.judged >= BATCH * FRAME {
            let cuts = run.advance(&self.record, self.batches)?;
            self.batches += 1;
            windows.extend(self.number(&run, cuts));
            run.sound.forget_before(run.cutter.needed_from() * FRAME);
        }
        self.run = Some(run);
        Ok(windows)
    }

    /// Ends the sound and gives the windows that were still open. Another recording, or the same
    /// one after a gap, may follow.
    ///
    /// # Errors
    /// When the voice activity model fails.
    pub fn finish(&mut self) -> Result<Vec<SpeechWindow>, SpeechError> {
        let Some(mut run) = self.run.take() else { return Ok(Vec::new()) };
        let mut cuts = Vec::new();
        while run.judged < run.sound.total() {
            cuts.extend(run.advance(&self.record, self.batches)?);
            self.batches += 1;
        }
        cuts.extend(run.cutter.finish(run.sound.total().div_ceil(FRAME)));
        Ok(self.number(&run, cuts))
    }

    fn number(&mut self, run: &Run, cuts: Vec<Cut>) -> Vec<SpeechWindow> {
        let first = self.next_index;
        self.next_index += cuts.len() as u32;
        cuts.into_iter().zip(first..).map(|(cut, index)| run.sound.window(cut, index)).collect()
    }
}
