//! Transcript × agenda → [`Alignment`].
//!
//! 1. `hearing`: every segment becomes tokens, keywords and stems.
//! 2. `cues`: what in it speaks for a change of item, for a certain item, or for the doors.
//! 3. `topics`: what is known of each item's words (titles, fields); `readings`: of its stage.
//! 4. `cohesion`: where the vocabulary changes; `stretches`: how well a stretch fits an item.
//! 5. `path`: the one best path through the agenda, and how sure each step of it is; it heeds
//!    `pins`, what a person has decided.
//! 6. `outcome`: spans, states, evidence; `doors`: what lies behind closed doors (`watch` follows
//!    them, `clauses` tells a deed from a mention); `parting`: the transcript without it.

mod clauses;
mod cohesion;
mod cues;
mod doors;
mod error;
mod evidence;
mod formulas;
mod hearing;
mod outcome;
mod parting;
mod path;
mod pins;
mod readings;
mod sound;
mod stretches;
mod topics;
mod watch;
mod weights;

use crate::meeting::{Agenda, Alignment, Outcome, Transcript};

pub use doors::doors;
pub use error::AlignError;
pub use parting::{ClosedSplit, part_closed};
pub use pins::Pins;

/// Finds each agenda item in the transcript.
///
/// Cost is linear in the length of the transcript. Segments are taken in order of time; words and
/// duration may be missing.
pub fn align(transcript: &Transcript, agenda: &Agenda) -> Outcome<Alignment> {
    solve(transcript, agenda, &hearing::hear(transcript), &pins::Fixed::default())
}

/// The same around what a person has decided.
///
/// # Errors
/// When a pin is impossible: an item that the agenda lacks, a time outside the recording, two pins
/// that contradict each other.
pub fn align_around(
    transcript: &Transcript,
    agenda: &Agenda,
    pins: &Pins,
) -> Result<Outcome<Alignment>, AlignError> {
    let heard = hearing::hear(transcript);
    let fixed = pins.fix(transcript, agenda, &heard)?;
    Ok(solve(transcript, agenda, &heard, &fixed))
}

fn solve(
    transcript: &Transcript,
    agenda: &Agenda,
    heard: &hearing::Hearing<'_>,
    fixed: &pins::Fixed,
) -> Outcome<Alignment> {
    let cues = cues::find(heard, agenda);
    let topics = topics::Topics::of_agenda(heard, agenda);
    let path = path::best(heard, &cues, &topics, fixed);
    let kept_back = doors::parted_before(transcript, agenda, heard, &cues, &path);
    if kept_back.is_empty() {
        return outcome::of(transcript, agenda, heard, &cues, &path, fixed);
    }
    // Nothing of these items is in the transcript any more.
    let unpinned = kept_back.into_iter().filter(|&item| fixed.of_item(item).is_none());
    let mut absent = fixed.absent.clone();
    absent.extend(unpinned);
    let fixed = pins::Fixed { absent, ..fixed.clone() };
    let path = path::best(heard, &cues, &topics, &fixed);
    outcome::of(transcript, agenda, heard, &cues, &path, &fixed)
}
