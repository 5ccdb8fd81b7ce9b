//! Metrics against a known truth: recognition, alignment, votes.

pub mod align;
pub mod votes;
