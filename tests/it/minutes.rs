//! Minutes from speech: the synthetic meeting, written scenes, damaged text.

// Helper functions of tests may unwrap as the tests themselves do, and say why one is skipped.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use referent::meeting::{
    Agenda, AgendaItem, Alignment, FieldText, ItemSpan, ItemState, Member, Minutes, Outcome,
    Segment, TimeSpan, Transcript,
};
use referent::minutes;
use serde_json::Value;

mod adversary;
mod condense;
mod evidence;
mod grounding;
mod llama;
mod measure;
mod meeting;
mod proposal;
mod readable;
mod scene;
mod schema;
mod side;

/// Files that are not part of the repository; none when they are absent.
fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if !file.exists() {
        println!("skipped: {} is absent", file.display());
        return None;
    }
    Some(file)
}
