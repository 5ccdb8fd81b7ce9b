//! The nouns of the pipeline. Nothing here reads files, decodes or decides: these are the values
//! that one phase hands to the next, and the shapes that stand in the meeting's folder.
//!
//! All times are seconds as decimals from the start of the recording; JSON keeps milliseconds.

mod agenda;
mod alignment;
mod approval;
mod condensed;
mod difference;
mod minutes;
mod outcome;
mod recording;
mod referat;
mod sound;
mod time;
mod transcript;

pub use agenda::{Agenda, AgendaItem, Attachment, FieldText, Member, Paper};
pub use alignment::{Alignment, Cue, ItemSpan, ItemState};
pub use approval::{Approval, ApprovalState};
pub use condensed::{Condensed, DoubtKind, Dropped, Readability, Wording};
pub use difference::{Difference, DifferenceKind, Found};
pub use minutes::{
    Action, Amendment, Attendance, AttendanceKind, Ballot, Decision, DecisionOutcome,
    DecisionPoint, Dissent, Evidence, ItemMinutes, Minutes, Side, SideStatement, Statement, Vote,
};
pub use outcome::{Fault, Faulty, Outcome, Severity, Stage, Warning};
pub use recording::{AgendaSource, MeetingRecord, Provenance, Recording};
pub use referat::{Presence, PrintedPoint, PrintedVote, Referat, ReferatItem};
pub use sound::{PcmBlock, SAMPLE_RATE, SpeechWindow, WindowText, WindowVerdict};
pub use time::{TimeSpan, clock, milliseconds};
pub use transcript::{Correction, Flag, FlagKind, Segment, SegmentId, Transcript, Word};
