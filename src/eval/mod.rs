//! Metrics against a known truth: recognition, alignment, votes.
