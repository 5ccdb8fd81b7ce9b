//! The archive under the hands of the one who writes.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::analysis::Analyser;
use super::index::{self, INDEXES, Tally, to_json};
use super::step::step;
use super::{
    ArchiveError, Item, Meeting, MeetingHead, MeetingId, Source, Speech, VectorModel, Vectors,
    doors, schema, slug, vectors,
};
use crate::danish::words::fold;
use crate::meeting::{Ballot, Outcome, Stage, Vote, Warning};

/// Name of the database in the data folder.
pub const STORE: &str = "archive.sqlite";

/// How long a second writer waits for the first.
const PATIENCE: Duration = Duration::from_secs(30);

/// Words of a passage, about: some forty seconds of speech, long enough for several words of a query
/// to meet and short enough to be one subject.
const PASSAGE: usize = 100;

/// The archive, held for writing.
#[derive(Debug)]
pub struct Archive {
    data: PathBuf,
    path: PathBuf,
    store: Connection,
    analyser: Analyser,
    /// Something was taken out, whose traces must go from the index.
    emptied: bool,
    _lock: fs_err::File,
}

/// What adding a meeting changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    New,
    /// It was there, as it was before; it is as the folder says now.
    Replaced,
    /// Nothing had changed.
    Same,
}

impl Archive {
    /// Takes the archive in the folder `data` for writing; makes it when there is none, and brings an
    /// earlier version's up to date. Waits for another writer for half a minute.
    ///
    /// # Errors
    /// [`ArchiveError::Busy`], [`ArchiveError::Damaged`], [`ArchiveError::Newer`], those of the file
    /// system.
    pub fn open(data: &Path) -> Result<Self, ArchiveError> {
        fs_err::create_dir_all(data).map_err(|error| ArchiveError::of_io(data, &error))?;
        let lock = take_lock(data)?;
        let path = data.join(STORE);
        let store = schema::open_for_writing(&path)?;
        let mut archive = Self {
            data: data.to_path_buf(),
            path,
            store,
            analyser: Analyser::default(),
            emptied: false,
            _lock: lock,
        };
        if !schema::is_indexed(&archive.store, &archive.path)? {
            archive.index_anew()?;
        }
        Ok(archive)
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Folder, id, recording and fingerprint of every meeting.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`].
    pub fn sources(&self) -> Result<Vec<(MeetingId, Source)>, ArchiveError> {
        self.read(|store| {
            let mut rows = store.prepare(
                "SELECT id, folder, fingerprint, recording_sha256, recording, captions \
                 FROM meetings ORDER BY folder",
            )?;
            let sources = rows.query_map([], |row| {
                let id: String = row.get(0)?;
                let path = |text: Option<String>| text.map(PathBuf::from);
                let source = Source {
                    folder: PathBuf::from(row.get::<_, String>(1)?),
                    fingerprint: row.get(2)?,
                    recording_sha256: row.get(3)?,
                    recording: path(row.get(4)?),
                    captions: path(row.get(5)?),
                };
                Ok(MeetingId::parse(&id).map(|id| (id, source)))
            })?;
            sources.filter_map(Result::transpose).collect()
        })
    }

    /// Puts a meeting in, or in the place of the one from the same folder; whole or not at all.
    ///
    /// The meeting's id stands unless its folder is here already with the same recording (then it
    /// keeps the id that it has, so that addresses stay). Another folder's meeting of the same id is
    /// replaced, and a warning says so.
    ///
    /// # Errors
    /// [`ArchiveError::DiskFull`] and the like; then the archive is as it was.
    pub fn add(&mut self, meeting: &Meeting) -> Result<Outcome<Added>, ArchiveError> {
        let path = self.path.clone();
        self.add_whole(meeting, false).map_err(|error| ArchiveError::of(&path, error))
    }

    /// [`Self::add`] even when nothing has changed.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_again(&mut self, meeting: &Meeting) -> Result<Outcome<Added>, ArchiveError> {
        let path = self.path.clone();
        self.add_whole(meeting, true).map_err(|error| ArchiveError::of(&path, error))
    }

    fn add_whole(&mut self, meeting: &Meeting, again: bool) -> rusqlite::Result<Outcome<Added>> {
        let mut warnings = Vec::new();
        let source = &meeting.source;
        let folder = source.folder.to_string_lossy().into_owned();
        step("begin");
        let work = self.store.transaction()?;
        let held: Option<(i64, String, String, String)> = work
            .prepare_cached(
                "SELECT key, id, fingerprint, recording_sha256 FROM meetings WHERE folder = ?1",
            )?
            .query_row([&folder], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let mut added = Added::New;
        let mut id = meeting.head.id.clone();
        if let Some((key, held, fingerprint, sha256)) = held {
            if fingerprint == source.fingerprint && !again {
                return Ok(Outcome::clean(Added::Same));
            }
            if let Some(known) = MeetingId::parse(&held)
                && sha256 == source.recording_sha256
            {
                id = known;
            }
            forget(&work, &mut self.analyser, key)?;
            added = Added::Replaced;
        }
        let other: Option<(i64, String)> = work
            .prepare_cached("SELECT key, folder FROM meetings WHERE id = ?1")?
            .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((key, other)) = other {
            forget(&work, &mut self.analyser, key)?;
            added = Added::Replaced;
            warnings.push(Warning::notice(
                Stage::Archive,
                "meeting-moved",
                format!("{id} came from {other} before; it comes from {folder} now"),
            ));
        }
        step("forgotten");
        let (public, refused) = doors::shut(meeting);
        if refused > 0 {
            warnings.push(Warning::attention(
                Stage::Archive,
                "closed-refused",
                format!(
                    "{folder}: {refused} segments or values lie behind closed doors and were left \
                     out of the archive; `referent run` writes the folder again"
                ),
            ));
        }
        insert(&work, &mut self.analyser, &id, &public)?;
        step("commit");
        work.commit()?;
        step("committed");
        self.emptied |= added == Added::Replaced;
        Ok(Outcome::new(added, warnings))
    }

    /// Takes a meeting out. Its folder is not touched.
    ///
    /// # Errors
    /// [`ArchiveError::NoMeeting`], those of the file system.
    pub fn remove(&mut self, id: &str) -> Result<MeetingHead, ArchiveError> {
        let path = self.path.clone();
        let of = |error| ArchiveError::of(&path, error);
        let head = super::reader::head(&self.store, id)
            .map_err(of)?
            .ok_or_else(|| ArchiveError::NoMeeting { id: id.to_owned() })?;
        step("begin");
        let work = self.store.transaction().map_err(of)?;
        let key: i64 = work
            .query_row("SELECT key FROM meetings WHERE id = ?1", [id], |row| row.get(0))
            .map_err(of)?;
        forget(&work, &mut self.analyser, key).map_err(of)?;
        step("commit");
        work.commit().map_err(of)?;
        self.emptied = true;
        Ok(head)
    }

    /// Makes the index anew from the stored texts.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn index_anew(&mut self) -> Result<(), ArchiveError> {
        let path = self.path.clone();
        let of = |error| ArchiveError::of(&path, error);
        step("begin");
        let work = self.store.transaction().map_err(of)?;
        index::make_anew(&work, &mut self.analyser).map_err(of)?;
        schema::mark_indexed(&work).map_err(of)?;
        step("commit");
        work.commit().map_err(of)?;
        self.emptied = true;
        Ok(())
    }

    /// The model of the vectors that are held, and how many meetings have none.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`].
    pub fn vectors(&self) -> Result<Option<(VectorModel, usize)>, ArchiveError> {
        self.read(|store| {
            let Some(model) = vectors::model(store)? else { return Ok(None) };
            Ok(Some((model, vectors::missing(store)?.len())))
        })
    }

    /// Makes the vectors of all meetings that have none, each meeting whole or not at all; how many
    /// that were.
    ///
    /// # Errors
    /// [`ArchiveError::OtherVectors`] when those that are held are another model's,
    /// [`ArchiveError::Vectors`] when the model fails, those of the file system.
    pub fn embed(&mut self, with: &mut dyn Vectors) -> Result<usize, ArchiveError> {
        let model = with.model().clone();
        let held = self.read(vectors::model)?;
        if let Some(held) = held.filter(|held| held.sha256 != model.sha256) {
            return Err(ArchiveError::OtherVectors {
                path: self.path.clone(),
                held: format!("{} ({})", held.name, held.sha256),
                given: model.name,
            });
        }
        self.read(|store| vectors::set_model(store, &model))?;
        let meetings = self.read(vectors::missing)?;
        for meeting in &meetings {
            let mut made = Vec::new();
            for stretch in self.read(|store| vectors::stretches(store, *meeting))? {
                let vector = with
                    .passage(&stretch.text)
                    .map_err(|reason| ArchiveError::Vectors { reason })?;
                made.push((stretch, vector));
            }
            step("vectors");
            self.read(|store| vectors::insert(store, *meeting, &made))?;
        }
        Ok(meetings.len())
    }

    /// Takes all vectors out.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget_vectors(&mut self) -> Result<(), ArchiveError> {
        self.read(vectors::forget)
    }

    /// Ends the work: nothing that was taken out stays in the files, and all stands in one file.
    /// A kill before the end of this loses nothing; the next one who writes does it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn close(self) -> Result<(), ArchiveError> {
        let of = |error| ArchiveError::of(&self.path, error);
        if self.emptied {
            step("sweep");
            for index in INDEXES {
                self.store
                    .execute(&format!("INSERT INTO {index} ({index}) VALUES ('optimize')"), [])
                    .map_err(of)?;
            }
        }
        self.store.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").map_err(of)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ArchiveError> {
        work(&self.store).map_err(|error| ArchiveError::of(&self.path, error))
    }
}

/// Moves a damaged archive out of the way, under the writers' lock: `archive.sqlite.damaged-1`. The
/// copy's path is returned; none when there was nothing to move.
///
/// # Errors
/// [`ArchiveError::Busy`], those of the file system.
pub fn set_aside(data: &Path) -> Result<Option<PathBuf>, ArchiveError> {
    let _lock = take_lock(data)?;
    let path = data.join(STORE);
    if !path.exists() {
        return Ok(None);
    }
    let named = |number: u32| data.join(format!("{STORE}.damaged-{number}"));
    let aside = (1..).map(named).find(|aside| !aside.exists()).unwrap_or_else(|| named(0));
    let with = |path: &Path, tail: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        PathBuf::from(name)
    };
    // The log first: it must never meet another database.
    for tail in ["-wal", "-shm", ""] {
        let (from, to) = (with(&path, tail), with(&aside, tail));
        if from.exists() {
            fs_err::rename(&from, to).map_err(|error| ArchiveError::of_io(&from, &error))?;
        }
    }
    Ok(Some(aside))
}

/// Takes a meeting out of tables and index.
fn forget(work: &Transaction<'_>, analyser: &mut Analyser, key: i64) -> rusqlite::Result<()> {
    index::forget(work, analyser, key)?;
    work.execute("DELETE FROM meetings WHERE key = ?1", [key]).map(|_| ())
}

/// Puts the rows and the index of a meeting in.
fn insert(
    work: &Transaction<'_>,
    analyser: &mut Analyser,
    id: &MeetingId,
    meeting: &Meeting,
) -> rusqlite::Result<()> {
    let (head, source) = (&meeting.head, &meeting.source);
    let text =
        |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    work.prepare_cached(
        "INSERT INTO meetings (id, folder, fingerprint, recording_sha256, recording, captions, title, \
         municipality, committee, committee_slug, date, duration, state, closed, attendance, members, \
         origin) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
    )?
    .execute(params![
        id.as_str(),
        source.folder.to_string_lossy(),
        source.fingerprint,
        source.recording_sha256,
        text(&source.recording),
        text(&source.captions),
        head.title,
        head.municipality,
        head.committee,
        head.committee.as_deref().map(slug),
        head.date,
        head.duration,
        to_json(&head.state)?,
        to_json(&meeting.closed)?,
        to_json(&meeting.attendance)?,
        to_json(&meeting.members)?,
        to_json(&meeting.origin)?,
    ])?;
    let key = work.last_insert_rowid();
    step("meeting");
    let mut tally = Tally::default();
    let mut keys: Vec<(&str, i64)> = Vec::new();
    for (position, item) in (0_i64..).zip(&meeting.items) {
        let of_item = insert_item(work, key, position, item)?;
        index::add_papers(work, analyser, &mut tally, of_item, item)?;
        keys.push((&item.number, of_item));
    }
    step("items");
    let item_key =
        |number: &str| keys.iter().find(|(held, _)| *held == number).map(|(_, key)| *key);
    for passage in passages(&meeting.speech) {
        let item = passage.first().and_then(|speech| speech.item.as_deref()).and_then(item_key);
        insert_passage(work, analyser, &mut tally, key, item, passage)?;
    }
    step("speech");
    index::add_places(work, key)?;
    tally.add_to(work)?;
    step("terms");
    Ok(())
}

fn insert_item(
    work: &Transaction<'_>,
    meeting: i64,
    position: i64,
    item: &Item,
) -> rusqlite::Result<i64> {
    let state = item.state.as_ref().map(to_json).transpose()?;
    work.prepare_cached(
        "INSERT INTO items (meeting, position, number, title, case_number, closed, state, start, \
         outcome, decision, page) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
    )?
    .execute(params![
        meeting,
        position,
        item.number,
        item.title,
        item.case,
        item.closed,
        state,
        item.start(),
        item.outcome().map(|outcome| outcome.danish()),
        item.decision().map(|decision| decision.text.as_str()),
        to_json(item)?,
    ])?;
    let key = work.last_insert_rowid();
    for vote in item.minutes.iter().flat_map(|minutes| &minutes.votes) {
        insert_vote(work, key, vote)?;
    }
    Ok(key)
}

fn insert_vote(work: &Transaction<'_>, item: i64, vote: &Vote) -> rusqlite::Result<()> {
    work.prepare_cached(
        "INSERT INTO votes (item, question, outcome, in_favour, against, abstain) \
         VALUES (?1,?2,?3,?4,?5,?6)",
    )?
    .execute(params![
        item,
        vote.question,
        vote.outcome.map(|outcome| outcome.danish()),
        vote.in_favour.count,
        vote.against.count,
        vote.abstain.count,
    ])?;
    let key = work.last_insert_rowid();
    let mut parties = work.prepare_cached(
        "INSERT OR IGNORE INTO vote_parties (vote, side, party) VALUES (?1, ?2, ?3)",
    )?;
    let sides: [(&str, &Ballot); 3] =
        [("for", &vote.in_favour), ("against", &vote.against), ("abstain", &vote.abstain)];
    for (side, ballot) in sides {
        for party in &ballot.parties {
            parties.execute(params![key, side, party])?;
        }
    }
    Ok(())
}

fn insert_passage(
    work: &Transaction<'_>,
    analyser: &mut Analyser,
    tally: &mut Tally,
    meeting: i64,
    item: Option<i64>,
    passage: &[Speech],
) -> rusqlite::Result<()> {
    work.prepare_cached("INSERT INTO passages (meeting, item) VALUES (?1, ?2)")?
        .execute(params![meeting, item])?;
    let key = work.last_insert_rowid();
    let mut segments = work.prepare_cached(
        "INSERT INTO segments (meeting, passage, id, start, stop, speaker, speaker_folded, party, \
         text, doubts) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
    )?;
    let mut text = String::new();
    for speech in passage {
        let doubts = if speech.doubts.is_empty() { None } else { Some(to_json(&speech.doubts)?) };
        segments.execute(params![
            meeting,
            key,
            speech.id,
            speech.start,
            speech.end,
            speech.speaker,
            speech.speaker.as_deref().map(fold),
            speech.party,
            speech.text,
            doubts,
        ])?;
        text.push_str(&speech.text);
        text.push('\n');
    }
    index::add_passage(work, analyser, tally, key, &text)
}

/// Cuts speech into passages of one item each.
fn passages(speech: &[Speech]) -> Vec<&[Speech]> {
    let mut passages = Vec::new();
    let (mut from, mut words) = (0, 0);
    for (at, one) in speech.iter().enumerate() {
        let other = at > from && speech.get(from).is_some_and(|first| first.item != one.item);
        if other || words >= PASSAGE {
            passages.extend(speech.get(from..at));
            (from, words) = (at, 0);
        }
        words += one.text.split_whitespace().count();
    }
    passages.extend(speech.get(from..).filter(|rest| !rest.is_empty()));
    passages
}

/// Takes the writers' lock and leaves our process number in it. The system gives it back when we end.
fn take_lock(data: &Path) -> Result<fs_err::File, ArchiveError> {
    let path = data.join("lock");
    let failed = |error: std::io::Error| ArchiveError::of_io(&path, &error);
    let mut lock = fs_err::OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    let begun = Instant::now();
    loop {
        match lock.file().try_lock() {
            Ok(()) => break,
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                let mut text = String::new();
                let _ = (&lock).take(16).read_to_string(&mut text);
                let pid = text.trim().parse().ok();
                return Err(ArchiveError::Busy { path: data.to_path_buf(), pid });
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    // A courtesy to whom it keeps out.
    let _ = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
    Ok(lock)
}
