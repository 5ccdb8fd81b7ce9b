//! Metrics against a known truth: recognition, times, alignment, votes, minutes, summaries, search.
//! One file a metric.

pub mod align;
mod edits;
mod error;
pub mod grounding;
pub mod minutes;
mod noise;
mod reliability;
pub mod search;
mod spread;
mod text;
pub mod times;
pub mod votes;
pub mod wer;

pub use edits::{Edit, distance, edits};
pub use error::EvalError;
pub use noise::Noise;
pub use reliability::{Reliability, ReliabilityBin};
pub use spread::{Deviation, Slope, Spread};
pub use text::{SpokenText, Withheld, read_text};
