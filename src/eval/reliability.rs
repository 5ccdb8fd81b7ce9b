//! Whether a recogniser's word probabilities can be believed.

use serde::Serialize;

/// Number of bins, of equal width.
const BINS: usize = 10;

/// Word probabilities against what was right: a reliability table.
///
/// The expected calibration error is the mean distance of stated probability and observed share,
/// weighted by the bins' sizes (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    pub bins: Vec<ReliabilityBin>,
    /// Words that have a probability.
    pub words: usize,
    /// 0..=1; none without words.
    pub expected_calibration_error: Option<f64>,
}

/// The words whose probability lies in `[from, to)`; the last bin includes 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    pub from: f64,
    pub to: f64,
    pub words: usize,
    pub correct: usize,
    /// Mean stated probability.
    pub stated: Option<f64>,
    /// Share that was right.
    pub observed: Option<f64>,
}

impl Reliability {
    /// From probability (clamped to 0..=1; what is no number counts as 0) and rightness of words.
    pub fn of(words: &[(f64, bool)]) -> Self {
        let mut sums = [(0_usize, 0_usize, 0.0_f64); BINS];
        for &(probability, correct) in words {
            let probability =
                if probability.is_finite() { probability.clamp(0.0, 1.0) } else { 0.0 };
            let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
            if let Some((count, right, stated)) = sums.get_mut(bin) {
                *count += 1;
                *right += usize::from(correct);
                *stated += probability;
            }
        }
        let bins: Vec<ReliabilityBin> = sums
            .iter()
            .enumerate()
            .map(|(at, &(count, correct, stated))| ReliabilityBin {
                from: at as f64 / BINS as f64,
                to: (at + 1) as f64 / BINS as f64,
                words: count,
                correct,
                stated: (count > 0).then(|| stated / count as f64),
                observed: (count > 0).then(|| correct as f64 / count as f64),
            })
            .collect();
        let gap: f64 = bins
            .iter()
            .filter_map(|bin| Some((bin.stated? - bin.observed?).abs() * bin.words as f64))
            .sum();
        let expected = (!words.is_empty()).then(|| gap / words.len() as f64);
        Self { bins, words: words.len(), expected_calibration_error: expected }
    }
}
