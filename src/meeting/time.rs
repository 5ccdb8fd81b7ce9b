//! Time on the recording's own clock.

use serde::{Deserialize, Serialize};

/// A stretch of the recording in seconds, `start <= end`. JSON: `[start, end]`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "(f64, f64)", into = "(f64, f64)")]
pub struct TimeSpan {
    pub start: f64,
    pub end: f64,
}

impl TimeSpan {
    /// A span; a reversed pair is put in order.
    pub fn new(start: f64, end: f64) -> Self {
        Self { start: start.min(end), end: start.max(end) }
    }

    /// Length in seconds.
    pub fn duration(&self) -> f64 {
        self.end - self.start
    }

    /// Whether the two spans share more than a point.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `time` lies in `[start, end)`.
    pub fn contains(&self, time: f64) -> bool {
        self.start <= time && time < self.end
    }
}

impl From<(f64, f64)> for TimeSpan {
    fn from((start, end): (f64, f64)) -> Self {
        Self::new(start, end)
    }
}

impl From<TimeSpan> for (f64, f64) {
    fn from(span: TimeSpan) -> Self {
        (milliseconds::round(span.start), milliseconds::round(span.end))
    }
}

/// `3723.4` as `1:02:03`, the form that people read and type. Negative times count as 0.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// Serde form of a time: seconds, rounded to milliseconds.
pub mod milliseconds {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Rounds seconds to whole milliseconds.
    pub fn round(seconds: f64) -> f64 {
        (seconds * 1000.0).round() / 1000.0
    }

    /// Writes seconds with at most three decimals.
    pub fn serialize<S: Serializer>(seconds: &f64, to: S) -> Result<S::Ok, S::Error> {
        round(*seconds).serialize(to)
    }

    /// Reads seconds.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        f64::deserialize(from)
    }

    /// The same for a time that may be unknown.
    pub mod option {
        use super::{Deserialize, Deserializer, Serialize, Serializer, round};

        /// Writes seconds with at most three decimals, or null.
        pub fn serialize<S: Serializer>(seconds: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
            seconds.map(round).serialize(to)
        }

        /// Reads seconds or null.
        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
            Option::deserialize(from)
        }
    }
}
