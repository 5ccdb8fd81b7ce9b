//! The tables, their versions, and how a connection is opened.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{ArchiveError, analysis};

/// Each step brings the tables from version `index` to `index + 1` (`user_version`). Steps that have
/// been released are never changed.
const STEPS: &[&str] = &[FIRST, SECOND, THIRD, FOURTH, FIFTH];

/// Newest version of the tables.
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// How long a statement waits for another's lock. Writers are kept apart by a lock of their own, so
/// this only covers the moments of a checkpoint.
const PATIENCE: Duration = Duration::from_secs(10);

const FIRST: &str = "
CREATE TABLE settings (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE meetings (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    recording_sha256 TEXT NOT NULL,
    recording TEXT,
    captions TEXT,
    title TEXT NOT NULL,
    municipality TEXT,
    committee TEXT,
    committee_slug TEXT,
    date TEXT,
    duration REAL,
    state TEXT NOT NULL,
    closed TEXT NOT NULL,
    attendance TEXT NOT NULL,
    members TEXT NOT NULL,
    origin TEXT NOT NULL
);
CREATE INDEX meetings_by_date ON meetings (date);
CREATE INDEX meetings_by_committee ON meetings (committee_slug, date);

CREATE TABLE items (
    key INTEGER PRIMARY KEY,
    meeting INTEGER NOT NULL REFERENCES meetings ON DELETE CASCADE,
    position INTEGER NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    case_number TEXT,
    closed INTEGER NOT NULL,
    state TEXT,
    start REAL,
    outcome TEXT,
    decision TEXT,
    page TEXT NOT NULL
);
CREATE INDEX items_by_meeting ON items (meeting, position);

CREATE TABLE votes (
    key INTEGER PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
    question TEXT NOT NULL,
    outcome TEXT,
    in_favour INTEGER,
    against INTEGER,
    abstain INTEGER
);
CREATE INDEX votes_by_item ON votes (item);

CREATE TABLE vote_parties (
    vote INTEGER NOT NULL REFERENCES votes ON DELETE CASCADE,
    side TEXT NOT NULL,
    party TEXT NOT NULL,
    PRIMARY KEY (vote, side, party)
) WITHOUT ROWID;

CREATE TABLE passages (
    key INTEGER PRIMARY KEY,
    meeting INTEGER NOT NULL REFERENCES meetings ON DELETE CASCADE,
    item INTEGER REFERENCES items ON DELETE CASCADE
);
CREATE INDEX passages_by_meeting ON passages (meeting);
CREATE INDEX passages_by_item ON passages (item);

CREATE TABLE segments (
    key INTEGER PRIMARY KEY,
    meeting INTEGER NOT NULL REFERENCES meetings ON DELETE CASCADE,
    passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    id INTEGER NOT NULL,
    start REAL NOT NULL,
    stop REAL NOT NULL,
    speaker TEXT,
    speaker_folded TEXT,
    party TEXT,
    text TEXT NOT NULL,
    doubts TEXT
);
CREATE INDEX segments_by_meeting ON segments (meeting);
CREATE INDEX segments_by_passage ON segments (passage);
";

/// The index stands apart from the tables that it is made from.
const SECOND: &str = "
CREATE TABLE terms (key INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, documents INTEGER NOT NULL);
CREATE VIRTUAL TABLE term_grams USING fts5 (
    term, content='', contentless_delete=1, detail=none,
    tokenize='trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE speech_index USING fts5 (
    words, content='', contentless_delete=1,
    tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\"
);
CREATE VIRTUAL TABLE paper_index USING fts5 (
    title, agenda, decision, content='', contentless_delete=1,
    tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\"
);
";

/// The terms of each document, so that a search weighs without reading texts; words as they stand, and
/// the papers by them.
const THIRD: &str = "
CREATE TABLE forms (form TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE passage_terms (
    passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    terms BLOB NOT NULL
);
CREATE TABLE paper_terms (
    item INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    title BLOB NOT NULL,
    agenda BLOB NOT NULL,
    decision BLOB NOT NULL
);
CREATE VIRTUAL TABLE paper_words USING fts5 (
    title, agenda, decision, content='', contentless_delete=1,
    tokenize=\"unicode61 remove_diacritics 0\"
);
";

/// Whole items by their words as they stand, instead of the papers alone. A row's number is the item's
/// key, or that of the meeting below zero for what stands outside of all items.
const FOURTH: &str = "
DROP TABLE forms;
DROP TABLE paper_words;
CREATE VIRTUAL TABLE place_words USING fts5 (
    title, papers, said, content='', contentless_delete=1,
    tokenize=\"unicode61 remove_diacritics 0\"
);
";

/// Vectors of an embedding model, of each meeting together; none unless somebody asks for them.
const FIFTH: &str = "
CREATE TABLE vectors (
    meeting INTEGER PRIMARY KEY REFERENCES meetings ON DELETE CASCADE,
    places BLOB NOT NULL,
    vectors BLOB NOT NULL
);
";

/// Opens the database for writing, makes it when it is not there, and brings its tables up to date.
///
/// # Errors
/// [`ArchiveError::Damaged`], [`ArchiveError::Newer`], or the file system's reason.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, ArchiveError> {
    let of = |error| ArchiveError::of(path, error);
    let mut store = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(of)?;
    store.busy_timeout(PATIENCE).map_err(of)?;
    // What is removed is overwritten: a part that is closed afterwards must not stay in free pages.
    store
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA secure_delete = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;",
        )
        .map_err(of)?;
    migrate(&mut store, path)?;
    Ok(store)
}

/// Opens the database so that nothing can be written to it.
///
/// # Errors
/// [`ArchiveError::NoArchive`], [`ArchiveError::Older`], and those of [`open_for_writing`].
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, ArchiveError> {
    let of = |error| ArchiveError::of(path, error);
    if !path.exists() {
        let path = path.parent().unwrap_or(path).to_path_buf();
        return Err(ArchiveError::NoArchive { path });
    }
    let store = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(of)?;
    store.busy_timeout(PATIENCE).map_err(of)?;
    store
        .execute_batch(
            "PRAGMA query_only = ON; PRAGMA cache_size = -16000; PRAGMA mmap_size = 1073741824;",
        )
        .map_err(of)?;
    match version(&store, path)? {
        found if found > VERSION => Err(newer(path, found)),
        found if found < VERSION || !is_indexed(&store, path)? => {
            Err(ArchiveError::Older { path: path.to_path_buf() })
        }
        _ => Ok(store),
    }
}

fn version(store: &Connection, path: &Path) -> Result<i64, ArchiveError> {
    store
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| ArchiveError::of(path, error))
}

fn newer(path: &Path, found: i64) -> ArchiveError {
    ArchiveError::Newer { path: path.to_path_buf(), found, known: VERSION }
}

/// Takes the steps that are missing, each whole or not at all.
fn migrate(store: &mut Connection, path: &Path) -> Result<(), ArchiveError> {
    let of = |error| ArchiveError::of(path, error);
    let found = version(store, path)?;
    if found > VERSION {
        return Err(newer(path, found));
    }
    for (before, step) in (0..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        let work = store.transaction().map_err(of)?;
        work.execute_batch(step).map_err(of)?;
        work.pragma_update(None, "user_version", before + 1).map_err(of)?;
        work.commit().map_err(of)?;
    }
    Ok(())
}

/// Whether the index holds the terms that this version would look for.
pub(super) fn is_indexed(store: &Connection, path: &Path) -> Result<bool, ArchiveError> {
    let made: Option<i64> = store
        .query_row("SELECT value FROM settings WHERE name = 'analysis'", [], |row| row.get(0))
        .map(Some)
        .or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(None),
            error => Err(ArchiveError::of(path, error)),
        })?;
    Ok(made == Some(analysis::VERSION))
}

/// Notes that the index holds this version's terms.
pub(super) fn mark_indexed(store: &Connection) -> rusqlite::Result<()> {
    store
        .execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES ('analysis', ?1)",
            [analysis::VERSION],
        )
        .map(|_| ())
}
