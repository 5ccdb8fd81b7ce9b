//! Meetings → a store that can be searched.
//!
//! One SQLite file in the data folder holds what is public of every meeting: items, decisions, votes,
//! speech, and an index of Danish words. It is made from the meetings'
//! folders and can be made again from them at any time.
//!
//! Closed doors are checked here a second time: [`Archive::add`] drops every segment that touches a
//! closed stretch or belongs to a closed item, and keeps of a closed item its number and title alone.
//!
//! [`Archive`] writes and is held by one process at a time; [`Reader`] can't write.

mod analysis;
mod candidates;
mod digest;
mod doors;
mod error;
mod expansion;
mod identity;
mod index;
mod meeting;
mod query;
mod reader;
mod results;
mod schema;
mod search;
mod snippet;
mod step;
mod store;
mod vectors;
mod wanted;
mod weighing;

pub use error::ArchiveError;
pub use identity::{MeetingId, slug};
pub use meeting::{Document, Item, Meeting, MeetingHead, Origin, Source, Speech};
pub use query::{Filter, Query};
pub use reader::{Committee, Reader};
pub use results::{ItemHead, ItemHits, PaperHit, PaperKind, Results, Snippet, SpeechHit};
pub use store::{Added, Archive, STORE, set_aside};
pub use vectors::{VectorModel, Vectors};
