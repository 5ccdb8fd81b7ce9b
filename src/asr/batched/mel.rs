//! The logarithmic mel spectrogram that Whisper hears, as OpenAI's `log_mel_spectrogram` computes it.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples under one frame.
const FRAME: usize = 400;
/// Samples from one frame to the next (10 ms).
const HOP: usize = 160;
/// Frequencies of a frame.
pub(super) const BINS: usize = FRAME / 2 + 1;

/// Computes spectrograms.
pub(super) struct Mel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band the first frequency and the weights from there.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    /// `filters` holds a row of [`BINS`] weights for each band.
    pub(super) fn new(filters: &[f32]) -> Self {
        let turn = std::f64::consts::TAU / FRAME as f64;
        let window = (0..FRAME).map(|n| (0.5 - 0.5 * (turn * n as f64).cos()) as f32).collect();
        let bands = filters
            .chunks_exact(BINS)
            .map(|row| {
                let first = row.iter().position(|&w| w != 0.0).unwrap_or(0);
                let last = row.iter().rposition(|&w| w != 0.0).map_or(first, |last| last + 1);
                (first, row[first..last].to_vec())
            })
            .collect();
        Self { transform: RealFftPlanner::new().plan_fft_forward(FRAME), window, bands }
    }

    /// The spectrogram of `samples`, followed by silence up to `frames` frames: a row of bands for
    /// each frame, values about -1 to 1.
    pub(super) fn spectrogram(&self, samples: &[f32], frames: usize) -> Vec<f32> {
        let mut padded = vec![0.0; frames * HOP + FRAME];
        let before = FRAME / 2;
        let count = samples.len().min(frames * HOP);
        padded[before..before + count].copy_from_slice(&samples[..count]);
        // The sound is mirrored at its start; at its end stands silence, or it is mirrored too.
        for n in 0..before {
            padded[before - 1 - n] = padded[before + 1 + n];
            let end = before + frames * HOP;
            padded[end + n] = padded[end - 2 - n];
        }
        let mut frame = self.transform.make_input_vec();
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut power = [0.0_f32; BINS];
        let mut values = Vec::with_capacity(frames * self.bands.len());
        let mut highest = f32::MIN;
        for sound in padded.windows(FRAME).step_by(HOP).take(frames) {
            for ((out, x), w) in frame.iter_mut().zip(sound).zip(&self.window) {
                *out = x * w;
            }
            // Fails only for buffers of the wrong length.
            if self.transform.process_with_scratch(&mut frame, &mut spectrum, &mut scratch).is_err()
            {
                spectrum.fill(Complex::default());
            }
            for (power, x) in power.iter_mut().zip(&spectrum) {
                *power = x.norm_sqr();
            }
            for (first, weights) in &self.bands {
                let sum: f32 = power[*first..].iter().zip(weights).map(|(p, w)| p * w).sum();
                let value = sum.max(1e-10).log10();
                highest = highest.max(value);
                values.push(value);
            }
        }
        for value in &mut values {
            *value = (value.max(highest - 8.0) + 4.0) / 4.0;
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is defined, in double precision: the sum over all samples for each frequency.
    fn reference(filters: &[f32], samples: &[f32], frames: usize) -> Vec<f64> {
        let length = (frames * HOP) as i64;
        // Mirrored at both ends, without the edge itself.
        let sample = |at: i64| {
            let at = if at < 0 { -at } else { at };
            let at = if at >= length { 2 * length - 2 - at } else { at };
            samples.get(at as usize).map_or(0.0, |&sample| f64::from(sample))
        };
        let turn = std::f64::consts::TAU / FRAME as f64;
        let mut values = Vec::new();
        for frame in 0..frames {
            let first = (frame * HOP) as i64 - (FRAME / 2) as i64;
            let sound: Vec<f64> = (0..FRAME)
                .map(|n| sample(first + n as i64) * (0.5 - 0.5 * (turn * n as f64).cos()))
                .collect();
            let power = |bin: usize| {
                let part = |wave: fn(f64) -> f64| -> f64 {
                    let at = |n: usize| wave(turn * ((bin * n) % FRAME) as f64);
                    sound.iter().enumerate().map(|(n, x)| x * at(n)).sum()
                };
                part(f64::cos).powi(2) + part(f64::sin).powi(2)
            };
            let powers: Vec<f64> = (0..BINS).map(power).collect();
            values.extend(filters.chunks_exact(BINS).map(|row| {
                let sum: f64 = row.iter().zip(&powers).map(|(w, p)| f64::from(*w) * p).sum();
                sum.max(1e-10).log10()
            }));
        }
        let highest = values.iter().copied().fold(f64::MIN, f64::max);
        values.iter().map(|value| (value.max(highest - 8.0) + 4.0) / 4.0).collect()
    }

    /// Triangles, each from the peak of the one before to the peak of the one after.
    fn filters(bands: usize) -> Vec<f32> {
        let peak =
            |band: usize| (band as f32 + 1.0).powf(1.5) * 190.0 / (bands as f32 + 1.0).powf(1.5);
        let weight = |band: usize, bin: usize| {
            let (bin, middle) = (bin as f32, peak(band));
            let before = if band == 0 { 0.0 } else { peak(band - 1) };
            let rising = (bin - before) / (middle - before);
            let falling = (peak(band + 1) - bin) / (peak(band + 1) - middle);
            rising.min(falling).max(0.0) * 0.02
        };
        (0..bands).flat_map(|band| (0..BINS).map(move |bin| weight(band, bin))).collect()
    }

    #[test]
    fn spectrogram_is_that_of_the_definition() {
        let filters = filters(20);
        let mut noise = 1_u32;
        let mut sound: Vec<f32> = (0..4000)
            .map(|n| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = (noise >> 8) as f32 / (1 << 24) as f32 - 0.5;
                (n as f32 * 0.09).sin() * 0.4
                    + (n as f32 * n as f32 * 1e-4).sin() * 0.2
                    + hiss * 0.05
            })
            .collect();
        // Sound in the middle of the frames, up to their end, and beyond it.
        for samples in [4000, 6000, 9000] {
            sound.resize(samples, 0.25);
            let frames = 40;
            let found = Mel::new(&filters).spectrogram(&sound, frames);
            let expected = reference(&filters, &sound, frames);
            assert_eq!(found.len(), expected.len());
            let difference = |(found, expected): (&f32, &f64)| (f64::from(*found) - expected).abs();
            let worst = found.iter().zip(&expected).map(difference).fold(0.0, f64::max);
            assert!(worst < 1e-4, "{samples} samples: {worst}");
        }
    }
}
