//! From draft to approved minutes, step by step.
//!
//! An approval is of bytes: it keeps the SHA-256 of everything that the protocol is written from. Whoever
//! reads the folder checks them again, so that a file changed behind our back voids it too.

use std::collections::BTreeMap;
use std::path::Path;

use super::PipelineError;
use crate::export::{Format, Material, Template, render};
use crate::folder::{Artefact, Documents, FolderError, MeetingFolder, Placed, sha256_of};
use crate::meeting::{
    Agenda, Alignment, Approval, ApprovalState, MeetingRecord, Minutes, Outcome, Severity, Stage,
    Transcript, Warning,
};

/// What the protocol is written from.
const APPROVED: [&str; 3] = ["agenda.json", "minutes.json", Template::FILE];

/// A step that a person takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is reached by it; `Udkast` takes every approval back.
    pub state: ApprovalState,
    /// Who takes it.
    pub name: String,
    /// The day, ISO 8601.
    pub date: String,
    /// Whatever should be remembered of it.
    pub note: Option<String>,
}

/// What came of a step.
#[derive(Debug, Clone)]
pub struct Approved {
    /// `meeting.json` as it stands now.
    pub record: MeetingRecord,
    /// Documents that were written anew with the new state, by file name.
    pub documents: Vec<String>,
}

/// Holds the approvals against the files in the folder `root`. Those of other bytes are void, and the
/// minutes are a draft again; the folder itself is not touched.
///
/// # Errors
/// Those of the file system.
pub fn standing(root: &Path, record: &mut MeetingRecord) -> Result<Vec<Warning>, PipelineError> {
    if !record.approvals.iter().any(Approval::holds) {
        record.state = ApprovalState::Udkast;
        return Ok(Vec::new());
    }
    let held = |name: &&str| {
        record.approvals.iter().any(|step| step.holds() && step.files.contains_key(*name))
    };
    let worked_on: Vec<&str> = documents().filter(held).collect();
    let now = digests(root, worked_on.iter().copied())?;
    let mut changed: Vec<&str> = Vec::new();
    for step in record.approvals.iter().filter(|step| step.holds()) {
        let differs = |name: &&str| step.files.get(*name) != now.get(*name);
        changed.extend(APPROVED.into_iter().filter(differs));
        let kept = worked_on.iter().copied().filter(|name| step.files.contains_key(*name));
        changed.extend(kept.filter(differs));
    }
    changed.sort_unstable();
    changed.dedup();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let changed = changed.join(", ");
    let state = record.state.danish();
    void(record, &format!("{changed} changed after the approval"));
    let message = format!(
        "the minutes stood at \"{state}\", but {changed} has changed since: the approval does not hold, and \
         the minutes are a draft (udkast) again. See what changed, and take the steps again with \
         `referent approve`"
    );
    Ok(vec![Warning::attention(Stage::Folder, "approval-void", message)])
}

/// Takes the next step and writes the documents that show it.
///
/// # Errors
/// [`PipelineError::OutOfOrder`] for any step but the next; those of the folder and of the documents.
pub fn approve(folder: &MeetingFolder, step: Step) -> Result<Outcome<Approved>, PipelineError> {
    let root = folder.path();
    let before: MeetingRecord = Artefact::Meeting.need(root)?;
    let minutes: Minutes = Artefact::Minutes.need(root)?;
    let mut record = before.clone();
    let mut warnings = standing(root, &mut record)?;
    let template = Template::of_folder(root, &record)?;
    let (state, next) = (record.state, template.next(record.state));
    let back = step.state == ApprovalState::Udkast && state != ApprovalState::Udkast;
    if !back && next != Some(step.state) {
        return Err(PipelineError::OutOfOrder { state, wanted: step.state, next });
    }
    if back {
        void(&mut record, &format!("taken back by {} on {}", step.name, step.date));
    }
    let mut documents = folder.documents();
    let mut files = digests(root, [])?;
    for name in self::documents() {
        // What somebody has worked on is what is approved, too.
        files.extend(documents.edited(name)?.map(|digest| (name.to_owned(), digest)));
    }
    if !back {
        warnings.extend(open_questions(&minutes));
    }
    record.approvals.push(Approval {
        state: step.state,
        name: step.name,
        date: step.date,
        note: step.note,
        files,
        void: back.then(|| "it takes the approvals before it back".to_owned()),
    });
    record.state = step.state;
    folder.write_json(Artefact::Meeting, &record)?;
    let held = Held {
        transcript: Artefact::Transcript.need(root)?,
        agenda: Artefact::Agenda.read(root)?,
        alignment: Artefact::Alignment.read(root)?,
        minutes,
        template,
    };
    let written = rewrite(&mut documents, root, &held, [&before, &record], &mut warnings)?;
    documents.keep()?;
    Ok(Outcome::new(Approved { record, documents: written }, warnings))
}

/// File names of the documents that may stand in a folder.
fn documents() -> impl Iterator<Item = &'static str> {
    Format::known().filter(|format| *format != Format::Json).map(Format::file_name)
}

/// What the minutes leave open, for whoever approves them all the same.
fn open_questions(minutes: &Minutes) -> Option<Warning> {
    let open = minutes.items.iter().filter(|item| !item.closed && item.decision.is_none());
    let open: Vec<&str> = open.map(|item| item.number.as_str()).collect();
    let asks = minutes.warnings.iter().filter(|one| one.severity == Severity::Attention).count();
    let mut left = Vec::new();
    if !open.is_empty() {
        left.push(format!("no decision stands under item {}", open.join(", ")));
    }
    if asks > 0 {
        left.push(format!("{asks} warnings ask for a person (`referent minutes` lists them)"));
    }
    let message = format!(
        "approved, although {}: make sure that it was mended in the document that is signed",
        left.join(" and ")
    );
    (!left.is_empty()).then(|| Warning::attention(Stage::Folder, "approved-open", message))
}

/// Every approval that holds is void from now on.
fn void(record: &mut MeetingRecord, reason: &str) {
    for step in record.approvals.iter_mut().filter(|step| step.holds()) {
        step.void = Some(reason.to_owned());
    }
    record.state = ApprovalState::Udkast;
}

/// SHA-256 of what the protocol is written from, and of `others`, as far as they are there.
fn digests<'a>(
    root: &Path,
    others: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>, PipelineError> {
    let mut found = BTreeMap::new();
    for name in APPROVED.into_iter().chain(others) {
        let path = root.join(name);
        if !path.exists() {
            continue;
        }
        let digest = sha256_of(&path, || true).map_err(|error| FolderError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        found.extend(digest.map(|digest| (name.to_owned(), digest)));
    }
    Ok(found)
}

/// What documents are written from.
struct Held {
    transcript: Transcript,
    agenda: Option<Agenda>,
    alignment: Option<Alignment>,
    minutes: Minutes,
    template: Template,
}

impl Held {
    fn material<'a>(&'a self, record: &'a MeetingRecord) -> Material<'a> {
        Material {
            record,
            transcript: &self.transcript,
            agenda: self.agenda.as_ref(),
            alignment: self.alignment.as_ref(),
            minutes: Some(&self.minutes),
            template: &self.template,
        }
    }
}

/// Writes every document in the folder anew that shows the state. One that is not what we wrote has
/// been worked on by somebody: it is kept.
fn rewrite(
    documents: &mut Documents<'_>,
    root: &Path,
    held: &Held,
    [before, now]: [&MeetingRecord; 2],
    warnings: &mut Vec<Warning>,
) -> Result<Vec<String>, PipelineError> {
    let mut written = Vec::new();
    for format in Format::known().filter(|format| *format != Format::Json) {
        let name = format.file_name();
        let path = root.join(name);
        if !path.is_file() {
            continue;
        }
        let there = fs_err::read(&path)
            .map_err(|error| FolderError::Damaged { path, reason: error.to_string() })?;
        let (Ok(old), Ok(new)) =
            (render(format, &held.material(before)), render(format, &held.material(now)))
        else {
            let message = format!("{name} could not be written with the new state");
            warnings.push(Warning::attention(Stage::Export, "document-failed", message));
            continue;
        };
        if old.value == new.value || there == new.value {
            continue;
        }
        if there != old.value {
            let message = format!(
                "{name} is not as Referent wrote it for these minutes (somebody has worked on it), so it \
                 was kept: write the new state into it, or replace it with `referent export`"
            );
            warnings.push(Warning::attention(Stage::Export, "document-kept", message));
            continue;
        }
        if documents.replace(name, &new.value)? == Placed::Written {
            written.push(name.to_owned());
        }
    }
    Ok(written)
}
