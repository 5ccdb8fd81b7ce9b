//! Chunks with timestamps → blocks at [`SAMPLE_RATE`] on the recording's clock.
//!
//! Sound is counted in samples and checked against the timestamps. Jitter is averaged out; a
//! drift, a hole or an overlap that lasts is put right, so no error builds up over hours.

use std::collections::VecDeque;

use super::chunk::Chunk;
use super::resample::{RATES, Stretch};
use crate::meeting::{PcmBlock, SAMPLE_RATE, Stage, TimeSpan, Warning};

/// A timestamp this far (s) from the sample count is believed as soon as the next one agrees.
/// ffmpeg's resampler uses the same bound (`min_hard_comp`).
const HARD: f64 = 0.1;
/// An average difference of this size (s) is put right; well under the 30 ms a listener notices.
const SOFT: f64 = 0.02;
/// Seconds over which differences are averaged.
const MEMORY: f64 = 2.0;
/// Holes up to this length (s) are filled with silence; longer ones part two blocks.
const FILL: f64 = 1.0;
/// A clock that goes back further than this (s) has been set anew: nothing is cut away for it.
const BACKWARDS: f64 = 1.0;
/// A clock that leaps ahead further than this (s) is broken; no meeting has a break that long.
const LEAP: f64 = 12.0 * 3600.0;
/// Samples in a block: one second.
const BLOCK: usize = SAMPLE_RATE as usize;

/// Sound on the recording's clock.
pub(super) struct Timeline {
    stretch: Option<Stretch>,
    /// Seconds at which the present stretch begins.
    begins: f64,
    /// Resampled sound not yet handed out, and the index in the stretch of its first sample.
    ready: Vec<f32>,
    handed: u64,
    /// Added to timestamps since the clock was set anew.
    shift: f64,
    /// Average difference between timestamps and sample count.
    drift: f64,
    /// A chunk whose time leaps: the next one tells whether the time or the chunk was odd.
    held: Option<Chunk>,
    holes: Holes,
    resets: Holes,
    /// End of the last sound.
    end: f64,
}

/// How often something happened, for how many seconds in all, and where first and longest.
#[derive(Debug, Default)]
struct Holes {
    count: u64,
    seconds: f64,
    first: f64,
    longest: Option<TimeSpan>,
}

impl Holes {
    fn note(&mut self, from: f64, to: f64) {
        if self.count == 0 {
            self.first = from;
        }
        self.count += 1;
        self.seconds += (to - from).abs();
        let span = TimeSpan::new(from, to);
        if self.longest.is_none_or(|longest| longest.duration() < span.duration()) {
            self.longest = Some(span);
        }
    }
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self {
            stretch: None,
            begins: 0.0,
            ready: Vec::new(),
            handed: 0,
            shift: 0.0,
            drift: 0.0,
            held: None,
            holes: Holes::default(),
            resets: Holes::default(),
            end: 0.0,
        }
    }

    /// End (s) of the sound taken so far.
    pub(super) fn end(&self) -> f64 {
        self.stretch.as_ref().map_or(self.end, |stretch| {
            self.begins + stretch.taken() as f64 / f64::from(stretch.rate())
        })
    }

    /// Whether sound is missing between what was taken so far and `chunk`.
    pub(super) fn misses(&self, chunk: &Chunk) -> bool {
        self.stretch.is_some() && chunk.start + self.shift - self.end() > SOFT
    }

    /// Takes a chunk; whole blocks go to `out`.
    ///
    /// # Errors
    /// What the resampler says of a rate outside [`RATES`].
    pub(super) fn push(
        &mut self,
        chunk: Chunk,
        out: &mut VecDeque<PcmBlock>,
    ) -> Result<(), String> {
        if !RATES.contains(&chunk.rate) {
            return Err(format!("{} samples per second", chunk.rate));
        }
        if chunk.samples.is_empty() || !chunk.start.is_finite() {
            return Ok(());
        }
        if let Some(mut held) = self.held.take() {
            let follows = self.end() + held.seconds();
            if !chunk.new_stream && (chunk.start + self.shift - follows).abs() <= HARD {
                held.start = self.end() - self.shift;
            }
            self.place(held, true, out)?;
        }
        self.place(chunk, false, out)
    }

    /// Ends the last stretch; what is left goes to `out`.
    pub(super) fn finish(&mut self, out: &mut VecDeque<PcmBlock>) -> Result<(), String> {
        if let Some(held) = self.held.take() {
            self.place(held, true, out)?;
        }
        self.close(out)
    }

    /// Puts a chunk where it belongs; unless `sure`, one whose time leaps is held back.
    fn place(
        &mut self,
        mut chunk: Chunk,
        sure: bool,
        out: &mut VecDeque<PcmBlock>,
    ) -> Result<(), String> {
        if chunk.new_stream {
            self.shift = self.end() - chunk.start;
        }
        chunk.start += self.shift;
        if self.stretch.as_ref().is_some_and(|stretch| stretch.rate() != chunk.rate) {
            self.close(out)?;
        }
        if self.stretch.is_some() || self.end > 0.0 {
            let off = chunk.start - self.end();
            if !sure && !chunk.after_loss && off.abs() > HARD {
                chunk.start -= self.shift;
                self.held = Some(chunk);
                return Ok(());
            }
            self.reconcile(&mut chunk, out)?;
        } else if chunk.start > LEAP {
            self.shift -= chunk.start;
            chunk.start = 0.0;
        }
        if chunk.samples.is_empty() {
            return Ok(());
        }
        if self.stretch.is_none() {
            self.begins = chunk.start.max(0.0);
            self.handed = 0;
            self.drift = 0.0;
            self.stretch = Some(Stretch::new(chunk.rate)?);
        }
        if let Some(stretch) = &mut self.stretch {
            stretch.push(&chunk.samples, &mut self.ready)?;
        }
        while self.ready.len() >= BLOCK {
            self.hand_out(BLOCK, out);
        }
        Ok(())
    }

    /// What was odd about the timestamps.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if let Some(longest) = self.holes.longest {
            let message = format!(
                "the recording has {} hole(s) of {:.1} s in all, the longest {:.1} s; \
                 nothing was recorded there, and the times after them are kept",
                self.holes.count,
                self.holes.seconds,
                longest.duration()
            );
            warnings.push(Warning::notice(Stage::Media, "recording-gap", message).at(longest));
        }
        if self.resets.count > 0 {
            let message = format!(
                "the clock of the recording was set anew {} time(s), first at {:.1} s; \
                 the sound was kept in order, but times after that may differ from a player's",
                self.resets.count, self.resets.first
            );
            let at = TimeSpan::new(self.resets.first, self.resets.first);
            warnings.push(Warning::attention(Stage::Media, "clock-reset", message).at(at));
        }
        warnings
    }

    /// Compares a chunk's time with the count of samples and mends what differs for good.
    fn reconcile(&mut self, chunk: &mut Chunk, out: &mut VecDeque<PcmBlock>) -> Result<(), String> {
        let expected = self.end();
        let mut off = chunk.start - expected;
        if !(-BACKWARDS..=LEAP).contains(&off) {
            self.resets.note(expected, expected);
            self.shift -= off;
            chunk.start = expected;
            self.drift = 0.0;
            return Ok(());
        }
        self.drift += (off - self.drift) * (1.0 - (-chunk.seconds() / MEMORY).exp());
        let broken = self.stretch.is_none() || chunk.after_loss && off > 0.0;
        if off.abs() <= HARD && !broken {
            if self.drift.abs() <= SOFT {
                return Ok(());
            }
            off = self.drift;
        }
        self.drift = 0.0;
        if off < 0.0 {
            chunk.trim_before(chunk.start - off);
            return Ok(());
        }
        if off > HARD {
            self.holes.note(expected, expected + off);
        }
        if off > FILL {
            self.close(out)?;
        } else if let Some(stretch) = &mut self.stretch {
            let silence = (off * f64::from(chunk.rate)).round() as usize;
            stretch.push(&vec![0.0; silence], &mut self.ready)?;
        }
        Ok(())
    }

    fn close(&mut self, out: &mut VecDeque<PcmBlock>) -> Result<(), String> {
        self.end = self.end();
        if let Some(stretch) = self.stretch.take() {
            stretch.finish(&mut self.ready)?;
        }
        while !self.ready.is_empty() {
            self.hand_out(self.ready.len().min(BLOCK), out);
        }
        Ok(())
    }

    fn hand_out(&mut self, count: usize, out: &mut VecDeque<PcmBlock>) {
        let start = self.begins + self.handed as f64 / f64::from(SAMPLE_RATE);
        let rest = self.ready.split_off(count);
        let samples = std::mem::replace(&mut self.ready, rest);
        self.handed += samples.len() as u64;
        out.push_back(PcmBlock { start, samples });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(start: f64, seconds: f64, level: f32) -> Chunk {
        Chunk {
            start,
            rate: 48_000,
            samples: vec![level; (seconds * 48_000.0).round() as usize],
            after_loss: false,
            new_stream: false,
        }
    }

    fn run(chunks: impl IntoIterator<Item = Chunk>) -> (Vec<PcmBlock>, Vec<Warning>) {
        let mut timeline = Timeline::new();
        let mut out = VecDeque::new();
        for chunk in chunks {
            timeline.push(chunk, &mut out).unwrap();
        }
        timeline.finish(&mut out).unwrap();
        (out.into(), timeline.warnings())
    }

    fn length(blocks: &[PcmBlock]) -> usize {
        blocks.iter().map(|block| block.samples.len()).sum()
    }

    #[test]
    fn jitter_makes_no_gaps() {
        let jitter = |n: u32| f64::from(n * 7919 % 41) / 1000.0 - 0.02;
        let (blocks, warnings) =
            run((0..3000).map(|n| chunk((f64::from(n) * 0.02 + jitter(n)).max(0.0), 0.02, 0.1)));
        let seconds = length(&blocks) as f64 / 16_000.0;
        assert!((seconds - 60.0).abs() < 0.03, "{seconds}");
        assert!(warnings.is_empty(), "{warnings:?}");
        assert!(blocks.windows(2).all(|pair| (pair[0].end() - pair[1].start).abs() < 1e-6));
    }

    #[test]
    fn one_odd_timestamp_cuts_nothing() {
        let odd = |n: u32| if n == 500 { 0.4 } else { 0.0 };
        let (blocks, warnings) =
            run((0..1000).map(|n| chunk(f64::from(n) * 0.02 + odd(n), 0.02, 0.1)));
        assert_eq!(length(&blocks), 20 * 16_000);
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn a_slow_clock_is_followed() {
        // The sound card runs 0.1 % slow: an hour of timestamps holds 3.6 s too little sound.
        let (blocks, _) = run((0..18_000).map(|n| chunk(f64::from(n) * 0.02002, 0.02, 0.1)));
        let end = blocks.last().unwrap().end();
        assert!((end - 360.36).abs() < 0.03, "{end}");
    }

    #[test]
    fn a_long_hole_parts_blocks_and_is_told() {
        let (blocks, warnings) = run([chunk(0.0, 2.0, 0.1), chunk(7.0, 2.0, 0.1)]);
        assert_eq!(length(&blocks), 4 * 16_000);
        assert!(blocks.iter().any(|block| (block.start - 7.0).abs() < 1e-9), "{blocks:?}");
        assert_eq!(warnings[0].code, "recording-gap");
        assert_eq!(warnings[0].span, Some(TimeSpan::new(2.0, 7.0)));
    }

    #[test]
    fn an_overlap_is_cut_and_a_reset_clock_loses_nothing() {
        let (blocks, _) = run([chunk(0.0, 2.0, 0.1), chunk(1.5, 2.0, 0.1)]);
        assert_eq!(length(&blocks), 56_000);
        let (blocks, warnings) = run([chunk(100.0, 60.0, 0.1), chunk(0.0, 60.0, 0.1)]);
        assert_eq!(length(&blocks), 120 * 16_000);
        assert_eq!(warnings[0].code, "clock-reset");
        assert!((blocks.last().unwrap().end() - 220.0).abs() < 1e-6);
    }

    #[test]
    fn a_lost_packet_keeps_its_place() {
        let mut chunks: Vec<Chunk> =
            (0..100).map(|n| chunk(f64::from(n) * 0.02, 0.02, 0.1)).collect();
        chunks.remove(50);
        chunks[50].after_loss = true;
        let (blocks, _) = run(chunks);
        assert_eq!(length(&blocks), 32_000);
    }

    #[test]
    fn a_hostile_leap_and_rate_are_survived() {
        let (blocks, warnings) = run([chunk(0.0, 1.0, 0.1), chunk(1e15, 1.0, 0.1)]);
        assert_eq!(length(&blocks), 32_000);
        assert_eq!(warnings[0].code, "clock-reset");
        let wild = Chunk { rate: u32::MAX, ..chunk(0.0, 0.1, 0.1) };
        assert!(Timeline::new().push(wild, &mut VecDeque::new()).is_err());
    }
}
