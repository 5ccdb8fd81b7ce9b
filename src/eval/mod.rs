//! Metrics against a known truth: recognition, alignment, votes, minutes. One file a metric.

pub mod align;
mod edits;
mod error;
pub mod minutes;
mod noise;
mod reliability;
mod text;
pub mod votes;
pub mod wer;

pub use edits::{Edit, distance, edits};
pub use error::EvalError;
pub use noise::Noise;
pub use reliability::{Reliability, ReliabilityBin};
pub use text::{SpokenText, read_text};
