//! The logarithmic mel spectrogram that Whisper hears, as OpenAI's `log_mel_spectrogram` computes it.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples under one frame.
const FRAME: usize = 400;
/// Samples from one frame to the next (10 ms).
pub(super) const HOP: usize = 160;
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
