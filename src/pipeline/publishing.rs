//! From a transcript to everything that stands in the meeting's folder.

use std::path::{Path, PathBuf};

use super::{Event, Heard, PipelineError, Progress};
use crate::align::{self, ClosedSplit};
use crate::export::{self, Format, Material, PartKind, Template};
use crate::folder::{Artefact, MeetingFolder, sha256_of};
use crate::meeting::{
    Agenda, AgendaSource, Alignment, ApprovalState, MeetingRecord, Minutes, Outcome, Stage,
    Transcript, Warning,
};
use crate::minutes;

/// All that may be published of a meeting, as it stands in its folder.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// The meeting's folder.
    pub path: PathBuf,
    /// `meeting.json`
    pub record: MeetingRecord,
    /// `transcript.json`, without closed parts.
    pub transcript: Transcript,
    /// `agenda.json`
    pub agenda: Option<Agenda>,
    /// `alignment.json`
    pub alignment: Option<Alignment>,
    /// `minutes.json`
    pub minutes: Option<Minutes>,
    /// Documents written or found up to date, by file name.
    pub documents: Vec<String>,
}

/// Aligns, drafts the minutes and writes every artefact.
///
/// # Errors
/// Those of the folder. A document that can't be made is a warning; the others are written.
pub fn publish(
    folder: &MeetingFolder,
    heard: Heard,
    agenda: Agenda,
    agenda_file: &Path,
    template: Option<&Template>,
    progress: &mut dyn Progress,
) -> Result<Outcome<Meeting>, PipelineError> {
    let mut warnings = Vec::new();
    progress.event(Event::Stage("align"));
    let mut alignment = align::align(&heard.transcript, &agenda).drain_into(&mut warnings);
    alignment.warnings.clone_from(&warnings);
    let split = align::part_closed(&heard.transcript, &alignment);
    withhold(folder, &split)?;

    let mut record = record_of(&heard);
    record.title.clone_from(&agenda.title);
    record.municipality.clone_from(&agenda.municipality);
    record.committee.clone_from(&agenda.committee);
    record.date.clone_from(&agenda.date);
    let name = agenda_file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    record.agenda = sha256_of(agenda_file).ok().map(|sha256| AgendaSource { name, sha256 });
    let template = keep_template(folder, template, &mut record)?;
    folder.write_json(Artefact::Meeting, &record)?;
    let agenda = without_closed_matter(agenda);
    folder.write_json(Artefact::Agenda, &agenda)?;
    folder.write_json(Artefact::Alignment, &alignment)?;

    progress.event(Event::Stage("minutes"));
    let drafted = minutes::draft(&split.public, &agenda, &alignment);
    let mut draft = drafted.value;
    if template.has(PartKind::Sides) {
        minutes::add_sides(&split.public, &agenda, &alignment, &mut draft);
    }
    draft.warnings.clone_from(&drafted.warnings);
    warnings.extend(drafted.warnings);
    folder.write_json(Artefact::Minutes, &draft)?;

    let meeting = Meeting {
        path: folder.path().to_path_buf(),
        record,
        transcript: split.public,
        agenda: Some(agenda),
        alignment: Some(alignment),
        minutes: Some(draft),
        documents: Vec::new(),
    };
    Ok(write_documents(folder, meeting, &template, warnings, progress))
}

/// Writes what a recording without an agenda gives: transcript and captions. Closed doors are
/// known by the formulas alone.
///
/// # Errors
/// Those of the folder.
pub fn publish_transcript(
    folder: &MeetingFolder,
    heard: Heard,
    progress: &mut dyn Progress,
) -> Result<Outcome<Meeting>, PipelineError> {
    let doors = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: Vec::new(),
        unassigned: Vec::new(),
        closed: align::doors(&heard.transcript),
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    let split = align::part_closed(&heard.transcript, &doors);
    withhold(folder, &split)?;
    let mut record = record_of(&heard);
    let template = keep_template(folder, None, &mut record)?;
    for stale in [Artefact::Agenda, Artefact::Alignment, Artefact::Minutes] {
        folder.remove(stale.file_name())?;
    }
    folder.write_json(Artefact::Meeting, &record)?;
    let meeting = Meeting {
        path: folder.path().to_path_buf(),
        record,
        transcript: split.public,
        agenda: None,
        alignment: None,
        minutes: None,
        documents: Vec::new(),
    };
    Ok(write_documents(folder, meeting, &template, Vec::new(), progress))
}

/// Of a closed item the number and title are public, and nothing else.
fn without_closed_matter(mut agenda: Agenda) -> Agenda {
    for item in agenda.items.iter_mut().filter(|item| item.closed) {
        item.fields.clear();
        item.attachments.clear();
        item.case = None;
    }
    agenda
}

/// The template of the documents. One of the municipality's own is kept in the folder, so that
/// `referent export` follows it too.
fn keep_template(
    folder: &MeetingFolder,
    wanted: Option<&Template>,
    record: &mut MeetingRecord,
) -> Result<Template, PipelineError> {
    let template = match wanted {
        Some(template) => template.clone(),
        None => Template::load(Template::fitting(record.committee.as_deref()))?,
    };
    record.template = Some(template.built_in_name().unwrap_or(Template::FILE).to_owned());
    match template.built_in_name() {
        Some(_) => folder.remove(Template::FILE)?,
        None => drop(folder.write(Template::FILE, template.text().as_bytes())?),
    }
    Ok(template)
}

/// Puts closed speech away before anything public is written.
fn withhold(folder: &MeetingFolder, split: &ClosedSplit) -> Result<(), PipelineError> {
    folder.write_json(Artefact::Closed, &split.closed)?;
    Ok(())
}

fn record_of(heard: &Heard) -> MeetingRecord {
    MeetingRecord {
        schema: MeetingRecord::SCHEMA.to_owned(),
        title: None,
        municipality: None,
        committee: None,
        date: None,
        recording: heard.recording.clone(),
        agenda: None,
        state: ApprovalState::default(),
        template: None,
        provenance: heard.provenance.clone(),
    }
}

/// Every document that the material allows; one that fails does not stop the others.
fn write_documents(
    folder: &MeetingFolder,
    mut meeting: Meeting,
    template: &Template,
    mut warnings: Vec<Warning>,
    progress: &mut dyn Progress,
) -> Outcome<Meeting> {
    progress.event(Event::Stage("export"));
    let mut written = Vec::new();
    let material = Material {
        record: &meeting.record,
        transcript: &meeting.transcript,
        agenda: meeting.agenda.as_ref(),
        alignment: meeting.alignment.as_ref(),
        minutes: meeting.minutes.as_ref(),
        template,
    };
    for format in Format::ALL {
        let needs_agenda = matches!(format, Format::Chapters | Format::Docx | Format::Debate);
        if needs_agenda && material.agenda.is_none() {
            continue;
        }
        let name = format.file_name();
        let failed = |reason: String| {
            let message = format!("{name} could not be written: {reason}");
            Warning::attention(Stage::Export, "document-failed", message)
        };
        match export::render(format, &material) {
            Ok(rendered) => {
                // Every document meets the same doubtful values; one word about each is enough.
                for warning in rendered.warnings {
                    if !warnings.contains(&warning) {
                        warnings.push(warning);
                    }
                }
                match folder.write(name, &rendered.value) {
                    Ok(_) => written.push(name.to_owned()),
                    Err(error) => warnings.push(failed(error.to_string())),
                }
            }
            Err(error) => warnings.push(failed(error.to_string())),
        }
    }
    // What an earlier run or export left may hold what is closed now.
    for format in Format::every().filter(|format| *format != Format::Json) {
        let name = format.file_name();
        if !written.iter().any(|fresh| fresh == name)
            && let Err(error) = folder.remove(name)
        {
            warnings.push(Warning::attention(Stage::Export, "document-stale", error.to_string()));
        }
    }
    meeting.documents = written;
    Outcome::new(meeting, warnings)
}
