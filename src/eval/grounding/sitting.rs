//! Sittings as meetings to take sentences from.

use std::path::Path;

use fs_err as fs;
use serde::Deserialize;

use crate::eval::EvalError;
use crate::meeting::{Agenda, AgendaItem, Segment, SegmentId, Transcript};

#[derive(Deserialize)]
struct Sitting {
    agenda: Vec<Entry>,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Entry {
    no: u32,
    title: String,
}

#[derive(Deserialize)]
struct Turn {
    text: String,
}

/// The first `most` sittings (`*.json`) of a folder, in the order of their names, each under its
/// file's. A turn becomes one
/// segment of ten seconds, speaker unnamed.
///
/// # Errors
/// When the folder cannot be read, holds no sittings, or one of them has another shape.
pub fn sittings(dir: &Path, most: usize) -> Result<Vec<(String, Transcript, Agenda)>, EvalError> {
    let failed = |source| EvalError::Unreadable { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.truncate(most);
    if paths.is_empty() {
        return Err(EvalError::NoSittings { path: dir.to_owned() });
    }
    let mut found = Vec::new();
    for path in paths {
        let bytes = fs::read(&path)
            .map_err(|source| EvalError::Unreadable { path: path.clone(), source })?;
        let sitting: Sitting = serde_json::from_slice(&bytes)
            .map_err(|source| EvalError::NotSitting { path: path.clone(), source })?;
        let segments = (1..).zip(sitting.turns).map(segment).collect();
        let items = sitting.agenda.into_iter().map(|entry| AgendaItem {
            number: entry.no.to_string(),
            title: entry.title,
            ..AgendaItem::default()
        });
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push((name, Transcript::new(segments), Agenda::new(items.collect())));
    }
    Ok(found)
}

fn segment((id, turn): (SegmentId, Turn)) -> Segment {
    let start = f64::from(id - 1) * 10.0;
    Segment {
        id,
        start,
        end: start + 10.0,
        text: turn.text,
        speaker: None,
        item: None,
        words: Vec::new(),
        flags: Vec::new(),
    }
}
