//! Aligned transcript → decisions, votes, attendance, actions, summaries.
