//! Mono sound at any rate → mono sound at [`SAMPLE_RATE`], in a stream, in time with its input.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler};

use crate::meeting::SAMPLE_RATE;

/// Input frames per transform, at least. Fewer would make the filter's edge less steep.
const CHUNK: usize = 1024;

/// Lowest and highest sampling rate believed; the bounds keep the filter's memory small.
pub(super) const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// A stretch of unbroken sound on its way to [`SAMPLE_RATE`].
///
/// Output sample `n` lies at input time `n / SAMPLE_RATE`: the filter's delay is cut off at the
/// start and made up for at the end. The output has `round(input × SAMPLE_RATE / rate)` samples.
pub(super) struct Stretch {
    rate: u32,
    filter: Option<Fft<f32>>,
    /// Input not yet transformed.
    waiting: Vec<f32>,
    /// Output of one transform.
    scratch: Vec<f32>,
    /// Output samples of the filter's delay still to drop.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Stretch {
    /// A stretch at `rate`, which lies in [`RATES`].
    ///
    /// # Errors
    /// What rubato says when it refuses the rate.
    pub(super) fn new(rate: u32) -> Result<Self, String> {
        let filter = if rate == SAMPLE_RATE {
            None
        } else {
            let (from, to) = (rate as usize, SAMPLE_RATE as usize);
            // A power of two times the smallest block: small prime factors, fast transforms.
            let block = from / divisor(from, to);
            let chunk = block * CHUNK.div_ceil(block).next_power_of_two();
            Some(
                Fft::<f32>::new_custom(
                    from,
                    to,
                    chunk,
                    1,
                    1,
                    rubato::WindowFunction::BlackmanHarris2,
                    FixedSync::Both,
                )
                .map_err(|error| error.to_string())?,
            )
        };
        let delay = filter.as_ref().map_or(0, Resampler::output_delay);
        let room = filter.as_ref().map_or(0, Resampler::output_frames_max);
        Ok(Self {
            rate,
            filter,
            waiting: Vec::new(),
            scratch: vec![0.0; room],
            delay,
            taken: 0,
            given: 0,
        })
    }

    /// Samples per second of the input.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Input samples taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes `samples` and appends to `out` what is ready.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), String> {
        self.taken += samples.len() as u64;
        if self.filter.is_none() {
            out.extend_from_slice(samples);
            self.given += samples.len() as u64;
            return Ok(());
        }
        self.waiting.extend_from_slice(samples);
        let mut used = 0;
        while let Some(filter) = &self.filter {
            let need = filter.input_frames_next();
            if self.waiting.len() - used < need {
                break;
            }
            self.transform(used, need, out)?;
            used += need;
        }
        self.waiting.drain(..used);
        Ok(())
    }

    /// Ends the stretch and appends the rest to `out`.
    pub(super) fn finish(mut self, out: &mut Vec<f32>) -> Result<(), String> {
        let whole = (u128::from(self.taken) * u128::from(SAMPLE_RATE) + u128::from(self.rate / 2))
            / u128::from(self.rate);
        while self.filter.is_some() && u128::from(self.given) < whole {
            let rest = self.waiting.len();
            let before = out.len();
            self.transform(0, rest, out)?;
            self.waiting.clear();
            let surplus = u128::from(self.given).saturating_sub(whole) as usize;
            out.truncate(out.len().saturating_sub(surplus).max(before));
        }
        Ok(())
    }

    /// Transforms `count` waiting samples from `from` on (padded with silence when too few).
    fn transform(&mut self, from: usize, count: usize, out: &mut Vec<f32>) -> Result<(), String> {
        let Some(filter) = &mut self.filter else { return Ok(()) };
        let input = &self.waiting[from..from + count];
        let room = self.scratch.len();
        let source = SequentialSlice::new(input, 1, count).map_err(|error| error.to_string())?;
        let mut sink = SequentialSlice::new_mut(&mut self.scratch, 1, room)
            .map_err(|error| error.to_string())?;
        let part = Indexing::new().partial_len(count);
        let (_, made) = filter
            .process_into_buffer(&source, &mut sink, Some(&part))
            .map_err(|error| error.to_string())?;
        let drop = self.delay.min(made);
        self.delay -= drop;
        self.given += (made - drop) as u64;
        out.extend(self.scratch[drop..made].iter().map(|sample| sample.clamp(-1.0, 1.0)));
        Ok(())
    }
}

/// Greatest common divisor (Euclid).
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone burst whose middle is known: its centre of energy must not move.
    #[test]
    fn time_is_kept_to_a_sample() {
        for rate in [8_000u32, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000] {
            let middle = 0.7f64;
            let input: Vec<f32> = (0..rate)
                .map(|n| {
                    let t = f64::from(n) / f64::from(rate) - middle;
                    ((-t * t / (2.0 * 0.01 * 0.01)).exp() * (t * 2_000.0).cos()) as f32
                })
                .collect();
            let mut stretch = Stretch::new(rate).unwrap();
            let mut out = Vec::new();
            for part in input.chunks(777) {
                stretch.push(part, &mut out).unwrap();
            }
            stretch.finish(&mut out).unwrap();
            assert_eq!(out.len(), SAMPLE_RATE as usize, "length at {rate} Hz");
            let energy: f64 = out.iter().map(|&sample| f64::from(sample * sample)).sum();
            let centre: f64 = out
                .iter()
                .enumerate()
                .map(|(n, &sample)| n as f64 * f64::from(sample * sample))
                .sum::<f64>()
                / energy;
            let off = centre - middle * f64::from(SAMPLE_RATE);
            assert!(off.abs() < 1.0, "{rate} Hz is off by {off} samples");
        }
    }

    #[test]
    fn a_short_stretch_comes_out_whole() {
        let mut stretch = Stretch::new(48_000).unwrap();
        let mut out = Vec::new();
        stretch.push(&[0.5; 300], &mut out).unwrap();
        stretch.finish(&mut out).unwrap();
        assert_eq!(out.len(), 100);
    }
}
