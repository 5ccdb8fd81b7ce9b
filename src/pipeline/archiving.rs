//! Meetings' folders into the archive.
//!
//! The archive's own list of folders (`folders.json`) stands beside the database, so that a damaged
//! one can be made anew. A folder leaves the list only when its meeting is removed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Meaning, PipelineError};
use crate::archive::{
    self, Added, Archive, ArchiveError, Document, Item, Meeting, MeetingHead, MeetingId, Origin,
    Source, Speech,
};
use crate::danish::words::fold;
use crate::export::{Material, PublicItem, PublicMeeting, Template, doubts};
use crate::folder::{Artefact, read_json, sha256_of, write_whole};
use crate::meeting::{
    Agenda, Alignment, MeetingRecord, Member, Minutes, Outcome, Stage, Transcript, Warning,
};

/// Raise this when a folder is read in another way, so that folders which have not changed are read
/// again.
const READING: &str = "1";

/// Name of the list of folders in the data folder.
const LIST: &str = "folders.json";

/// The archive, open for writing, with its list of folders.
#[derive(Debug)]
pub struct Archiving {
    archive: Archive,
    list: Vec<Entry>,
}

/// What making the archive anew came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Meetings read from their folders.
    pub meetings: usize,
    /// Folders that could not be read; a warning tells of each.
    pub unread: Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    id: MeetingId,
    folder: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct List {
    schema: String,
    folders: Vec<Entry>,
}

impl List {
    const SCHEMA: &'static str = "referent/archive-folders/1";
}

/// Opens the archive in `data` for writing. A damaged one is moved aside and made anew from the
/// meetings' folders; a warning says where the old one lies.
///
/// # Errors
/// Those of [`Archive::open`], but for damage.
pub fn open_archive(data: &Path) -> Result<Outcome<Archiving>, PipelineError> {
    match Archive::open(data) {
        Ok(archive) => {
            let mut warnings = Vec::new();
            let list = read_list(data, &mut warnings);
            let mut archiving = Archiving { archive, list };
            archiving.keep_list()?;
            Ok(Outcome::new(archiving, warnings))
        }
        Err(ArchiveError::Damaged { path, reason }) => {
            let aside = archive::set_aside(data)?;
            let archive = Archive::open(data)?;
            let mut warnings = vec![Warning::attention(
                Stage::Archive,
                "archive-damaged",
                format!(
                    "the archive {} was damaged ({reason}); it lies in {} now, and a new one was made \
                     from the meetings' folders",
                    path.display(),
                    aside.unwrap_or_default().display()
                ),
            )];
            let list = read_list(data, &mut warnings);
            let mut archiving = Archiving { archive, list };
            archiving.rebuild()?.drain_into(&mut warnings);
            Ok(Outcome::new(archiving, warnings))
        }
        Err(error) => Err(error.into()),
    }
}

impl Archiving {
    /// Adds the meeting in `folder`.
    ///
    /// # Errors
    /// Those of reading the folder and of [`Archive::add`].
    pub fn add(&mut self, folder: &Path) -> Result<Outcome<(MeetingHead, Added)>, PipelineError> {
        self.put(folder, false)
    }

    /// Takes a meeting out; its folder is not touched. None for a meeting of which only the folder was
    /// known.
    ///
    /// # Errors
    /// [`ArchiveError::NoMeeting`], those of the file system.
    pub fn remove(&mut self, id: &str) -> Result<Option<MeetingHead>, PipelineError> {
        // The list first: what is on it comes back with the next rebuild.
        let kept: Vec<Entry> =
            self.list.iter().filter(|entry| entry.id.as_str() != id).cloned().collect();
        let listed = kept.len() < self.list.len();
        if listed {
            self.list = kept;
            self.write_list()?;
        }
        match self.archive.remove(id) {
            Err(ArchiveError::NoMeeting { .. }) if listed => Ok(None),
            removed => Ok(Some(removed?)),
        }
    }

    /// Reads every folder again, whether it has changed or not. A meeting whose folder cannot be read
    /// stays as it is, and a warning tells of it.
    ///
    /// # Errors
    /// Those of [`Archive::add`].
    pub fn rebuild(&mut self) -> Result<Outcome<Rebuilt>, PipelineError> {
        let (mut rebuilt, mut warnings) = (Rebuilt::default(), Vec::new());
        for entry in self.list.clone() {
            match self.put(&entry.folder, true) {
                Ok(outcome) => {
                    outcome.drain_into(&mut warnings);
                    rebuilt.meetings += 1;
                }
                Err(error @ PipelineError::Archive(_)) => return Err(error),
                Err(error) => {
                    warnings.push(Warning::attention(
                        Stage::Archive,
                        "folder-unread",
                        format!(
                            "{error}. If the meeting is to go: `referent archive remove {}`",
                            entry.id
                        ),
                    ));
                    rebuilt.unread.push(entry.folder);
                }
            }
        }
        self.archive.index_anew()?;
        Ok(Outcome::new(rebuilt, warnings))
    }

    /// Makes the vectors of all meetings that have none; how many that were.
    ///
    /// # Errors
    /// Those of [`Archive::embed`].
    pub fn embed(&mut self, with: &mut Meaning) -> Result<usize, PipelineError> {
        Ok(self.archive.embed(with)?)
    }

    /// Takes all vectors out.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget_vectors(&mut self) -> Result<(), PipelineError> {
        Ok(self.archive.forget_vectors()?)
    }

    /// A notice when the archive has vectors and some meetings have none.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn unembedded(&self) -> Result<Option<Warning>, PipelineError> {
        let Some((model, missing)) = self.archive.vectors()? else { return Ok(None) };
        Ok((missing > 0).then(|| {
            Warning::notice(
                Stage::Archive,
                "without-vectors",
                format!(
                    "{missing} meetings have no vectors of {name} and are found by their words alone; \
                     `referent archive add --vectors {name}` with any folder makes them",
                    name = model.name
                ),
            )
        }))
    }

    /// Ends the work; see [`Archive::close`].
    ///
    /// # Errors
    /// Those of the file system.
    pub fn close(self) -> Result<(), PipelineError> {
        Ok(self.archive.close()?)
    }

    fn put(
        &mut self,
        folder: &Path,
        again: bool,
    ) -> Result<Outcome<(MeetingHead, Added)>, PipelineError> {
        let mut warnings = Vec::new();
        let mut meeting = public(folder)?.drain_into(&mut warnings);
        let known = self.list.iter().find(|entry| entry.folder == meeting.source.folder);
        if let Some(entry) = known
            && entry.id.as_str().rsplit('-').next() == meeting.head.id.as_str().rsplit('-').next()
        {
            // The same recording: addresses stay, also in an archive made anew.
            meeting.head.id = entry.id.clone();
        }
        let added =
            if again { self.archive.add_again(&meeting)? } else { self.archive.add(&meeting)? };
        let added = added.drain_into(&mut warnings);
        self.keep_list()?;
        Ok(Outcome::new((meeting.head, added), warnings))
    }

    /// Notes folders that the archive has and the list lacks.
    fn keep_list(&mut self) -> Result<(), PipelineError> {
        let before = self.list.clone();
        for (id, source) in self.archive.sources()? {
            let entry = Entry { id, folder: source.folder };
            // A folder or an id stands once: a meeting that moved is where it is now.
            self.list.retain(|held| {
                *held == entry || held.folder != entry.folder && held.id != entry.id
            });
            if !self.list.contains(&entry) {
                self.list.push(entry);
            }
        }
        if self.list == before { Ok(()) } else { self.write_list() }
    }

    fn write_list(&mut self) -> Result<(), PipelineError> {
        self.list.sort_by(|a, b| a.folder.cmp(&b.folder));
        let list = List { schema: List::SCHEMA.to_owned(), folders: self.list.clone() };
        let path = self.archive.data().join(LIST);
        let mut bytes = serde_json::to_vec_pretty(&list).map_err(|error| {
            ArchiveError::Unusable { path: path.clone(), reason: error.to_string() }
        })?;
        bytes.push(b'\n');
        write_whole(&path, &bytes)?;
        Ok(())
    }
}

/// The list of folders; a damaged one is empty, and a warning tells of it.
fn read_list(data: &Path, warnings: &mut Vec<Warning>) -> Vec<Entry> {
    let path = data.join(LIST);
    if !path.exists() {
        return Vec::new();
    }
    match read_json::<List>(&path, List::SCHEMA) {
        Ok(list) => list.folders,
        Err(error) => {
            warnings.push(Warning::attention(
                Stage::Archive,
                "folder-list-damaged",
                format!(
                    "the list of folders {} can't be read ({}); it is made anew from the archive. \
                     Meetings that are not in the archive must be added again",
                    path.display(),
                    std::error::Error::source(&error).map_or_else(
                        || "it is not what was written".to_owned(),
                        ToString::to_string
                    )
                ),
            ));
            Vec::new()
        }
    }
}

/// What is public of the meeting in `folder`.
fn public(folder: &Path) -> Result<Outcome<Meeting>, PipelineError> {
    let record: MeetingRecord = Artefact::Meeting.need(folder)?;
    let transcript: Transcript = Artefact::Transcript.need(folder)?;
    let agenda: Option<Agenda> = Artefact::Agenda.read(folder)?;
    let alignment: Option<Alignment> = Artefact::Alignment.read(folder)?;
    let minutes: Option<Minutes> = Artefact::Minutes.read(folder)?;
    let template = Template::of_folder(folder, &record)?;
    let material = Material {
        record: &record,
        transcript: &transcript,
        agenda: agenda.as_ref(),
        alignment: alignment.as_ref(),
        minutes: minutes.as_ref(),
        template: &template,
    };
    let public = PublicMeeting::new(&material);
    let members = members(agenda.as_ref(), minutes.as_ref());
    let (committee, date) = (public.committee(), public.date());
    let id = MeetingId::new(date, committee.unwrap_or(public.title()), &record.recording.sha256);
    let meeting = Meeting {
        head: MeetingHead {
            id,
            title: public.title().to_owned(),
            municipality: public.municipality().map(str::to_owned),
            committee: committee.map(str::to_owned),
            date: date.map(str::to_owned),
            duration: record.recording.duration.or(transcript.duration),
            state: record.state,
        },
        items: public.items.iter().map(item).collect(),
        speech: speech(&public, &members),
        closed: public.closed().to_vec(),
        attendance: public
            .attendance()
            .into_iter()
            .map(|(group, names)| (group.to_owned(), names))
            .collect(),
        members,
        origin: Origin {
            version: record.provenance.version.clone(),
            engine: record.provenance.engine.clone(),
            model: record.provenance.model.clone(),
            language: transcript.language.clone(),
            withheld: u32::try_from(public.segments.iter().filter(|s| s.is_withheld()).count())
                .unwrap_or(u32::MAX),
        },
        source: source(folder, &record)?,
    };
    Ok(Outcome::new(meeting, public.warnings))
}

fn item(item: &PublicItem<'_>) -> Item {
    let fields = item.agenda.iter().flat_map(|agenda| &agenda.fields);
    Item {
        number: item.number.to_owned(),
        title: item.title.to_owned(),
        closed: item.closed,
        case: item.case.map(str::to_owned),
        state: item.state,
        spans: item.spans.clone(),
        confidence: item.confidence,
        joint: item.joint.to_vec(),
        documents: fields
            .map(|(name, field)| Document { name: name.clone(), text: field.text.clone() })
            .collect(),
        attachments: item.agenda.map(|agenda| agenda.attachments.clone()).unwrap_or_default(),
        minutes: item.minutes.clone(),
    }
}

fn speech(public: &PublicMeeting<'_>, members: &[Member]) -> Vec<Speech> {
    let party = |speaker: &str| {
        let speaker = fold(speaker);
        members.iter().find(|member| fold(&member.name) == speaker)?.party.clone()
    };
    // The announcement of a closed item is public, but nobody looks for it, and where it ends is the
    // hardest thing to know.
    let shut = |number: &str| public.items.iter().any(|item| item.closed && item.number == number);
    public
        .trusted()
        .filter(|segment| !public.item_of(segment).is_some_and(shut))
        .map(|segment| {
            let (text, doubts) = doubts(segment);
            Speech {
                id: segment.id,
                start: segment.start,
                end: segment.end,
                text,
                party: segment.speaker.as_deref().and_then(party),
                speaker: segment.speaker.clone(),
                item: public.item_of(segment).map(str::to_owned),
                doubts,
            }
        })
        .collect()
}

/// The agenda's members, and those whose party the minutes tell.
fn members(agenda: Option<&Agenda>, minutes: Option<&Minutes>) -> Vec<Member> {
    let mut members: Vec<Member> = agenda.map(|agenda| agenda.members.clone()).unwrap_or_default();
    let entries = minutes.into_iter().flat_map(|minutes| &minutes.attendance);
    for entry in entries.filter(|entry| entry.item.is_none() && entry.party.is_some()) {
        if !members.iter().any(|member| member.name == entry.name) {
            members.push(Member {
                name: entry.name.clone(),
                party: entry.party.clone(),
                ..Member::default()
            });
        }
    }
    members
}

/// Where the files lie, and what they are.
fn source(folder: &Path, record: &MeetingRecord) -> Result<Source, PipelineError> {
    let unusable = |error: std::io::Error| ArchiveError::Unusable {
        path: folder.to_path_buf(),
        reason: error.to_string(),
    };
    let folder = fs_err::canonicalize(folder).map_err(unusable)?;
    let captions = Some(folder.join("captions.vtt")).filter(|path| path.is_file());
    let recording = recording(&folder, record);
    let mut hash = Sha256::new();
    hash.update(READING);
    let artefacts = [
        Artefact::Meeting,
        Artefact::Transcript,
        Artefact::Agenda,
        Artefact::Alignment,
        Artefact::Minutes,
    ];
    let files = artefacts.map(|artefact| folder.join(artefact.file_name()));
    for file in files.iter().chain(&captions).filter(|file| file.is_file()) {
        hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(sha256_of(file, || true).map_err(unusable)?.unwrap_or_default());
    }
    // Its bytes are known by the record; only where it lies may change.
    hash.update(recording.as_deref().unwrap_or(Path::new("")).as_os_str().as_encoded_bytes());
    let fingerprint = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Source {
        folder,
        fingerprint,
        recording_sha256: record.recording.sha256.clone(),
        recording,
        captions,
    })
}

/// The recording in the folder or beside it: a file of its name and size.
fn recording(folder: &Path, record: &MeetingRecord) -> Option<PathBuf> {
    let name = Path::new(&record.recording.name);
    // Only a plain name: the record may come from anywhere.
    let plain = name.file_name().is_some_and(|file| file == name.as_os_str());
    let beside = folder.parent().map(|parent| parent.join(name));
    let places = [Some(folder.join(name)), beside];
    let fits = |path: &PathBuf| {
        fs_err::metadata(path)
            .is_ok_and(|meta| meta.is_file() && meta.len() == record.recording.size)
    };
    places.into_iter().flatten().filter(|_| plain).find(fits)
}
