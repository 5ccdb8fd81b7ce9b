//! Captions: the trusted transcript cut into cues that can be read.
//!
//! The rules are those of DOMAIN.md § 3 (Netflix' timed text style guide for Danish and its
//! general requirements; the BBC's subtitle guidelines): at most two lines of at most
//! [`LINE_CHARS`] characters, [`MIN_MS`] to [`MAX_MS`] on screen, at most [`CHARS_PER_SECOND`]
//! where the time allows, [`GAP_MS`] between cues, broken at sense. No word is ever dropped: when
//! people speak faster than captions can be shown, cues come late and catch up in the next pause.

mod cut;
mod lint;
mod sense;
mod srt;
mod timing;
mod vtt;
mod words;

pub use lint::{Fault, FaultKind, lint};
pub(super) use srt::Srt;
pub(super) use vtt::Vtt;

use super::PublicMeeting;

/// Most characters on a line (Netflix Danish: 42).
pub const LINE_CHARS: usize = 42;
/// Most lines in a cue.
pub const MAX_LINES: usize = 2;
/// Shortest time on screen, milliseconds.
pub const MIN_MS: u64 = 1_000;
/// Longest time on screen, milliseconds.
pub const MAX_MS: u64 = 7_000;
/// Least time between two cues, milliseconds: two frames of 25 a second.
pub const GAP_MS: u64 = 80;
/// Reading speed for adults, characters a second, blanks counted.
pub const CHARS_PER_SECOND: u64 = 17;

/// One caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Milliseconds from the start of the recording.
    pub start: u64,
    /// Milliseconds from the start of the recording.
    pub end: u64,
    /// One or two lines of plain text.
    pub lines: Vec<String>,
    /// Who speaks, when known.
    pub speaker: Option<String>,
}

/// Cuts a meeting's trusted speech into captions.
pub fn compose(meeting: &PublicMeeting<'_>) -> Vec<Cue> {
    let words = words::spoken(meeting);
    let cuts = cut::cut(&words);
    timing::place(&words, cuts)
}

/// `3723.4 s` as `01:02:03,400` with the given decimal mark.
fn timestamp(milliseconds: u64, mark: char) -> String {
    let seconds = milliseconds / 1000;
    format!(
        "{:02}:{:02}:{:02}{mark}{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}
