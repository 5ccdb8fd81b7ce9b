//! Transcript × agenda → [`Alignment`].
//!
//! 1. `hearing`: every segment becomes tokens, keywords and stems.
//! 2. `cues`: what in it speaks for a change of item, for a certain item, or for the doors.
//! 3. `topics`: how well its words fit each item (titles, fields).
//! 4. `path`: the one best path through the agenda, and how sure each step of it is.
//! 5. `outcome`: spans, states, evidence; `doors`: what lies behind closed doors.

mod cohesion;
mod cues;
mod doors;
mod formulas;
mod hearing;
mod outcome;
mod path;
mod readings;
mod sound;
mod stretches;
mod topics;
mod weights;

use crate::meeting::{Agenda, Alignment, Outcome, Transcript};

pub use doors::{ClosedSplit, doors, part_closed};

/// Finds each agenda item in the transcript.
///
/// Cost is linear in the length of the transcript. Segments are taken in order of time; words and
/// duration may be missing.
pub fn align(transcript: &Transcript, agenda: &Agenda) -> Outcome<Alignment> {
    let heard = hearing::hear(transcript);
    let cues = cues::find(&heard, agenda);
    let topics = topics::Topics::of_agenda(&heard, agenda);
    let path = path::best(&heard, &cues, &topics);
    outcome::of(transcript, agenda, &heard, &cues, &path)
}
