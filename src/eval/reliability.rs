//! Whether a recogniser's probabilities can be believed.

use serde::Serialize;

/// Number of bins, of equal width.
const BINS: usize = 10;

/// Stated probabilities against what was right: a reliability table.
///
/// The expected calibration error is the mean distance of stated probability and observed share,
/// weighted by the bins' sizes (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    pub bins: Vec<ReliabilityBin>,
    /// Words (or segments) that have a probability.
    pub count: usize,
    /// 0..=1; none without words.
    pub expected_calibration_error: Option<f64>,
}

/// The words whose probability lies in `[from, to)`; the last bin includes 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    pub from: f64,
    pub to: f64,
    pub count: usize,
    /// Mean stated probability.
    pub stated: Option<f64>,
    /// Share that was right.
    pub observed: Option<f64>,
}

impl Reliability {
    /// From stated probability and what was right of it, both clamped to 0..=1 (what is no number
    /// counts as 0): 0 or 1 for a word, the share of its words for a segment.
    pub fn of(judged: &[(f64, f64)]) -> Self {
        let share = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
        let mut sums = [(0_usize, 0.0_f64, 0.0_f64); BINS];
        for &(probability, right) in judged {
            let probability = share(probability);
            let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
            if let Some((count, observed, stated)) = sums.get_mut(bin) {
                *count += 1;
                *observed += share(right);
                *stated += probability;
            }
        }
        let bins: Vec<ReliabilityBin> = sums
            .iter()
            .enumerate()
            .map(|(at, &(count, observed, stated))| ReliabilityBin {
                from: at as f64 / BINS as f64,
                to: (at + 1) as f64 / BINS as f64,
                count,
                stated: (count > 0).then(|| stated / count as f64),
                observed: (count > 0).then(|| observed / count as f64),
            })
            .collect();
        let gap: f64 = bins
            .iter()
            .filter_map(|bin| Some((bin.stated? - bin.observed?).abs() * bin.count as f64))
            .sum();
        let expected = (!judged.is_empty()).then(|| gap / judged.len() as f64);
        Self { bins, count: judged.len(), expected_calibration_error: expected }
    }
}
