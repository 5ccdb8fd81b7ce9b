//! Metrics against a known truth: recognition, alignment, votes. One file a metric.

pub mod align;
mod edits;
mod error;
mod reliability;
mod text;
pub mod votes;
pub mod wer;

pub use edits::{Edit, distance, edits};
pub use error::EvalError;
pub use reliability::{Reliability, ReliabilityBin};
pub use text::{SpokenText, Withheld, read_text};
