//! The archive for those who only look.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde::Serialize;

use super::index::from_json;
use super::search::{self, Memory};
use super::{
    ArchiveError, Filter, Item, Meeting, MeetingHead, MeetingId, Query, Results, STORE, Source,
    Speech, VectorModel, Vectors, schema, slug, vectors,
};

/// The archive, opened so that nothing can be written through it: by the file's flags and by
/// `query_only`. One thread at a time; open as many as there are threads.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    store: Connection,
    memory: RefCell<Memory>,
    with: Option<Arc<Mutex<dyn Vectors>>>,
}

/// A committee that has meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Committee {
    pub slug: String,
    /// As its newest meeting writes it.
    pub name: String,
    /// How many meetings.
    pub meetings: usize,
    /// Day of the newest one.
    pub newest: Option<String>,
}

/// Columns of a [`MeetingHead`], in the order that [`head_of`] reads.
pub(super) const HEAD: &str = "meetings.id, meetings.title, meetings.municipality, meetings.committee, meetings.date, \
     meetings.duration, meetings.state";

/// How many columns those are.
const HEAD_COLUMNS: usize = 7;

impl Reader {
    /// Opens the archive in the folder `data`.
    ///
    /// # Errors
    /// [`ArchiveError::NoArchive`], [`ArchiveError::Damaged`], [`ArchiveError::Newer`],
    /// [`ArchiveError::Older`].
    pub fn open(data: &Path) -> Result<Self, ArchiveError> {
        let path = data.join(STORE);
        let store = schema::open_for_reading(&path)?;
        Ok(Self { path, store, memory: RefCell::default(), with: None })
    }

    /// How many meetings there are.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`], as of all that follow.
    pub fn count(&self, filter: &Filter) -> Result<usize, ArchiveError> {
        filter.check()?;
        let (condition, values) = condition(filter);
        self.read(|store| {
            store
                .prepare_cached(&format!("SELECT count(*) FROM meetings WHERE {condition}"))?
                .query_row(params_from_iter(values), |row| row.get::<_, i64>(0))
        })
        .map(|count| usize::try_from(count).unwrap_or(0))
    }

    /// Meetings, newest first, by date, committee and id of the filter; `limit` of them after the
    /// first `offset`.
    ///
    /// # Errors
    /// [`ArchiveError::Query`] when a date of the filter is none.
    pub fn meetings(
        &self,
        filter: &Filter,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<MeetingHead>, ArchiveError> {
        filter.check()?;
        let (condition, values) = condition(filter);
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (limit, offset) = (count(limit), count(offset));
        self.read(|store| {
            let mut rows = store.prepare_cached(&format!(
                "SELECT {HEAD} FROM meetings WHERE {condition} \
                 ORDER BY date DESC, id DESC LIMIT {limit} OFFSET {offset}"
            ))?;
            rows.query_map(params_from_iter(values), |row| head_of(row, 0))?.collect()
        })
    }

    /// The committees that have meetings, by name.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn committees(&self) -> Result<Vec<Committee>, ArchiveError> {
        self.read(|store| {
            // With a bare max(), SQLite takes the other columns from the row that has it.
            let mut rows = store.prepare_cached(
                "SELECT committee_slug, committee, count(*), max(date) FROM meetings \
                 WHERE committee_slug <> '' GROUP BY committee_slug ORDER BY committee_slug",
            )?;
            rows.query_map([], |row| {
                Ok(Committee {
                    slug: row.get(0)?,
                    name: row.get(1)?,
                    meetings: usize::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                    newest: row.get(3)?,
                })
            })?
            .collect()
        })
    }

    /// All that is public of a meeting; none when there is none of that id.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn meeting(&self, id: &str) -> Result<Option<Meeting>, ArchiveError> {
        self.read(|store| meeting(store, id))
    }

    /// Where the files of a meeting lie, and whether any part of it was closed; none when there is
    /// none of that id. Cheap: nothing that was said is read.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn source(&self, id: &str) -> Result<Option<(Source, bool)>, ArchiveError> {
        self.read(|store| {
            store
                .prepare_cached(
                    "SELECT folder, fingerprint, recording_sha256, recording, captions, \
                     closed <> '[]' OR EXISTS (SELECT 1 FROM items \
                     WHERE items.meeting = meetings.key AND items.closed <> 0) \
                     FROM meetings WHERE id = ?1",
                )?
                .query_row([id], |row| {
                    let path = |column| -> rusqlite::Result<Option<PathBuf>> {
                        Ok(row.get::<_, Option<String>>(column)?.map(PathBuf::from))
                    };
                    let source = Source {
                        folder: path(0)?.unwrap_or_default(),
                        fingerprint: row.get(1)?,
                        recording_sha256: row.get(2)?,
                        recording: path(3)?,
                        captions: path(4)?,
                    };
                    Ok((source, row.get(5)?))
                })
                .optional()
        })
    }

    /// Items found, best first. Any text is a query; one without a word that could be looked for
    /// finds nothing.
    ///
    /// # Errors
    /// [`ArchiveError::Query`] when a date of the filter is none.
    pub fn search(&self, query: &Query) -> Result<Results, ArchiveError> {
        query.filter.check()?;
        let mut memory = self.memory.borrow_mut();
        let vector = self.vector_of(query)?;
        self.read(|store| search::search(store, &mut memory, query, vector.as_deref()))
    }

    /// Searches by meaning too, as far as the archive's vectors are of this model.
    #[must_use]
    pub fn with_vectors(self, vectors: Arc<Mutex<dyn Vectors>>) -> Self {
        Self { with: Some(vectors), ..self }
    }

    /// The query's vector. A model that fails is told of in the log: the words are searched all the
    /// same.
    fn vector_of(&self, query: &Query) -> Result<Option<Vec<f32>>, ArchiveError> {
        let (Some(with), Some(held)) = (&self.with, self.vectors()?) else { return Ok(None) };
        let mut with = with.lock().unwrap_or_else(PoisonError::into_inner);
        if with.model().sha256 != held.sha256 || query.text.trim().is_empty() {
            return Ok(None);
        }
        let made = with.query(query.read());
        Ok(made.inspect_err(|reason| tracing::warn!("searching by words alone: {reason}")).ok())
    }

    /// The model of the archive's vectors; none when it has none.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub fn vectors(&self) -> Result<Option<VectorModel>, ArchiveError> {
        self.read(vectors::model)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        work(&self.store).map_err(|error| ArchiveError::of(&self.path, error))
    }
}

/// What a filter asks of a meeting, as SQL with its values.
pub(super) fn condition(filter: &Filter) -> (String, Vec<String>) {
    let committee = filter.committee.as_deref().map(slug);
    let wanted = [
        ("meetings.date >= ?", filter.from.clone()),
        ("meetings.date <= ?", filter.to.clone()),
        ("meetings.committee_slug = ?", committee),
        ("meetings.id = ?", filter.meeting.clone()),
    ];
    let given = wanted.into_iter().filter_map(|(sql, value)| value.map(|value| (sql, value)));
    let (mut sql, values): (Vec<&str>, Vec<String>) = given.unzip();
    sql.push("1");
    (sql.join(" AND "), values)
}

/// A head from the columns of [`HEAD`] that begin at `from`.
pub(super) fn head_of(row: &Row<'_>, from: usize) -> rusqlite::Result<MeetingHead> {
    let id: String = row.get(from)?;
    Ok(MeetingHead {
        id: MeetingId::parse(&id).ok_or(rusqlite::Error::InvalidQuery)?,
        title: row.get(from + 1)?,
        municipality: row.get(from + 2)?,
        committee: row.get(from + 3)?,
        date: row.get(from + 4)?,
        duration: row.get(from + 5)?,
        state: from_json(row.get_ref(from + 6)?.as_str()?)?,
    })
}

/// The head of a meeting.
pub(super) fn head(store: &Connection, id: &str) -> rusqlite::Result<Option<MeetingHead>> {
    store
        .prepare_cached(&format!("SELECT {HEAD} FROM meetings WHERE id = ?1"))?
        .query_row([id], |row| head_of(row, 0))
        .optional()
}

fn meeting(store: &Connection, id: &str) -> rusqlite::Result<Option<Meeting>> {
    let text = |row: &Row<'_>, column: usize| -> rusqlite::Result<String> { row.get(column) };
    let found = store
        .prepare_cached(&format!(
            "SELECT {HEAD}, key, folder, fingerprint, recording_sha256, recording, captions, closed, \
             attendance, members, origin FROM meetings WHERE id = ?1"
        ))?
        .query_row([id], |row| {
            let at = HEAD_COLUMNS;
            let path = |column| -> rusqlite::Result<Option<PathBuf>> {
                Ok(row.get::<_, Option<String>>(column)?.map(PathBuf::from))
            };
            let source = Source {
                folder: PathBuf::from(text(row, at + 1)?),
                fingerprint: row.get(at + 2)?,
                recording_sha256: row.get(at + 3)?,
                recording: path(at + 4)?,
                captions: path(at + 5)?,
            };
            let meeting = Meeting {
                head: head_of(row, 0)?,
                items: Vec::new(),
                speech: Vec::new(),
                closed: from_json(&text(row, at + 6)?)?,
                attendance: from_json(&text(row, at + 7)?)?,
                members: from_json(&text(row, at + 8)?)?,
                origin: from_json(&text(row, at + 9)?)?,
                source,
            };
            Ok((row.get::<_, i64>(at)?, meeting))
        })
        .optional()?;
    let Some((key, mut meeting)) = found else { return Ok(None) };
    let mut items =
        store.prepare_cached("SELECT page FROM items WHERE meeting = ?1 ORDER BY position")?;
    meeting.items = items
        .query_map([key], |row| from_json::<Item>(row.get_ref(0)?.as_str()?))?
        .collect::<Result<_, _>>()?;
    let mut segments = store.prepare_cached(&format!(
        "SELECT {SEGMENT} FROM segments JOIN passages ON passages.key = segments.passage \
         LEFT JOIN items ON items.key = passages.item WHERE segments.meeting = ?1 ORDER BY segments.key"
    ))?;
    meeting.speech = segments.query_map([key], speech_of)?.collect::<Result<_, _>>()?;
    Ok(Some(meeting))
}

/// Columns of a [`Speech`], in the order that [`speech_of`] reads; joined with passages and items.
pub(super) const SEGMENT: &str = "segments.id, segments.start, segments.stop, segments.text, \
     segments.speaker, segments.party, segments.doubts, items.number";

/// A segment from the columns of [`SEGMENT`].
pub(super) fn speech_of(row: &Row<'_>) -> rusqlite::Result<Speech> {
    let doubts = match row.get_ref(6)? {
        ValueRef::Null => Vec::new(),
        held => from_json(held.as_str()?)?,
    };
    Ok(Speech {
        id: row.get(0)?,
        start: row.get(1)?,
        end: row.get(2)?,
        text: row.get(3)?,
        speaker: row.get(4)?,
        party: row.get(5)?,
        doubts,
        item: row.get(7)?,
    })
}
