//! How errors of times are spread, and whether they grow along the recording.

use serde::Serialize;

/// A measured time against the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// True time in seconds.
    pub at: f64,
    /// Measured less true, in seconds: positive is late.
    pub error: f64,
}

/// Errors of many times. All in seconds but the slope; none where there is too little to tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub count: usize,
    /// Median absolute error.
    pub median: Option<f64>,
    /// 95th percentile of the absolute error.
    pub percentile_95: Option<f64>,
    /// Greatest absolute error.
    pub maximum: Option<f64>,
    /// Median signed error; positive is late.
    pub late: Option<f64>,
    pub slope: Option<Slope>,
}

/// Growth of the signed error along the recording, in milliseconds per hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    pub ms_per_hour: f64,
    /// 95 % confidence interval.
    pub low: f64,
    pub high: f64,
}

impl Spread {
    /// Median and percentiles by the nearest rank, slope by least squares.
    pub fn of(deviations: &[Deviation]) -> Self {
        let mut sizes: Vec<f64> = deviations.iter().map(|one| one.error.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let mut signed: Vec<f64> = deviations.iter().map(|one| one.error).collect();
        signed.sort_by(f64::total_cmp);
        Self {
            count: deviations.len(),
            median: rank(&sizes, 0.5),
            percentile_95: rank(&sizes, 0.95),
            maximum: sizes.last().copied(),
            late: rank(&signed, 0.5),
            slope: slope(deviations),
        }
    }
}

/// The value below or at which this share of a sorted row lies.
fn rank(sorted: &[f64], share: f64) -> Option<f64> {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied()
}

/// Ordinary least squares of error over time, with the interval from the residuals (Student's t).
fn slope(deviations: &[Deviation]) -> Option<Slope> {
    let free = deviations.len().checked_sub(2).filter(|&free| free > 0)? as f64;
    let count = deviations.len() as f64;
    let at = deviations.iter().map(|one| one.at).sum::<f64>() / count;
    let error = deviations.iter().map(|one| one.error).sum::<f64>() / count;
    let width: f64 = deviations.iter().map(|one| (one.at - at).powi(2)).sum();
    if width <= 0.0 {
        return None;
    }
    let product: f64 = deviations.iter().map(|one| (one.at - at) * (one.error - error)).sum();
    let slope = product / width;
    let residual: f64 =
        deviations.iter().map(|one| (one.error - error - slope * (one.at - at)).powi(2)).sum();
    let half = student(free) * (residual / free / width).sqrt();
    let hourly = |per_second: f64| per_second * 3600.0 * 1000.0;
    Some(Slope {
        ms_per_hour: hourly(slope),
        low: hourly(slope - half),
        high: hourly(slope + half),
    })
}

/// The 97.5 % quantile of Student's t (Abramowitz and Stegun, 26.7.5); within 1 % from 3 degrees of
/// freedom on.
fn student(free: f64) -> f64 {
    let z = 1.959_964_f64;
    z + (z.powi(3) + z) / (4.0 * free)
        + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * free.powi(2))
        + (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z)
            / (384.0 * free.powi(3))
}
