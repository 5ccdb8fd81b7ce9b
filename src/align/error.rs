//! What can be wrong with pins; nothing else in the alignment fails.

use crate::meeting::{Fault, Faulty};

/// Errors of pins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlignError {
    #[error(
        "`{line}` is not a pin. Write the item's number and its time, such as 7=18:42:10, \
         7=3723.5, 7=1:02:03-1:10:00, or 7=none; 7=auto takes a pin away, and \
         doors=1:02:03-1:10:00 says when the doors were shut. A time of day is 18:42 or 18.42.00, \
         seconds are 18.420"
    )]
    NotAPin { line: String },
    #[error("{number} is pinned twice in the same file; keep one of the lines")]
    PinnedTwice { number: String },
    #[error("item {number} is pinned, but the agenda has no such item")]
    UnknownItem { number: String },
    #[error(
        "item {number} is pinned at {time}, which is outside the recording (it lasts {length})"
    )]
    OutsideRecording { number: String, time: String, length: String },
    #[error(
        "item {number} is pinned at {time}, which is past the end of the recording ({length}). If it \
         is a time of day, say when the recording begins: --set starts-at=17:00:00"
    )]
    StartUnknown { number: String, time: String, length: String },
    #[error("item {number} is pinned to end before it begins")]
    EndsBeforeItBegins { number: String },
    #[error("by the pin the doors open before they shut; write doors=START-END")]
    DoorsOpenBeforeTheyShut,
    #[error("item {number} is pinned at {time}, but nothing is said from then on")]
    NothingSaid { number: String, time: String },
    #[error(
        "the pins of items {one} and {other} contradict each other: they begin at the same words, or \
         the first goes on past the start of the second"
    )]
    Contradiction { one: String, other: String },
}

impl Faulty for AlignError {
    fn fault(&self) -> Fault {
        match self {
            Self::NotAPin { .. } => Fault::Usage,
            _ => Fault::BadInput,
        }
    }
}
