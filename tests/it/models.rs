//! The models room: fetching over a bad line, refusing what is not pinned, converting.

// Helpers of tests may unwrap like tests, and say on stderr what they skip.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod conversion;
mod fetching;
mod listing;
mod server;
mod weights;
