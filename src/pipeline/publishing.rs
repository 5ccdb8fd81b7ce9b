//! From a transcript to everything that stands in the meeting's folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Event, Heard, PipelineError, Progress, approving};
use crate::align::{self, ClosedSplit, Pins};
use crate::export::{self, Format, Material, PartKind, Template};
use crate::folder::{Artefact, Documents, MeetingFolder, Placed, sha256_of};
use crate::meeting::{
    Agenda, AgendaSource, Alignment, Fault, Faulty, MeetingRecord, Minutes, Outcome, Stage,
    TimeSpan, Transcript, Warning,
};
use crate::minutes::{self, LanguageModel};

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

/// How the minutes are drafted.
#[derive(Debug, Clone, Copy)]
pub struct Drafting<'a> {
    /// Boundaries that a person has set.
    pub pins: &'a Pins,
    /// Condenses the debates; none leaves them as they were said.
    pub language_model: Option<&'a LanguageModel>,
    /// What the documents look like; none for the one that fits the committee.
    pub template: Option<&'a Template>,
}

/// Aligns, drafts the minutes and writes every artefact.
///
/// # Errors
/// Those of the folder, and impossible pins. A document that can't be made is a warning; the others are written.
pub fn publish(
    folder: &MeetingFolder,
    heard: Heard,
    agenda: Agenda,
    agenda_file: &Path,
    drafting: Drafting<'_>,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome<Meeting>, PipelineError> {
    let mut warnings = Vec::new();
    progress.event(Event::Stage("align"));
    let mut alignment =
        align::align_around(&heard.transcript, &agenda, drafting.pins)?.drain_into(&mut warnings);
    alignment.warnings.clone_from(&warnings);
    if let Some(uncorrected) = &heard.uncorrected {
        let before = align::align_around(uncorrected, &agenda, drafting.pins)?.value;
        alignment.closed = joined(alignment.closed, before.closed);
    }
    let split = align::part_closed(&heard.transcript, &alignment);
    heed(stop)?;
    withhold(folder, &split)?;
    warnings.extend(all_closed(&split));

    let mut record = record_of(folder, &heard);
    record.title.clone_from(&agenda.title);
    record.municipality.clone_from(&agenda.municipality);
    record.committee.clone_from(&agenda.committee);
    record.date.clone_from(&agenda.date);
    let name = agenda_file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let sha256 = sha256_of(agenda_file, || true).ok().flatten();
    record.agenda = sha256.map(|sha256| AgendaSource { name, sha256 });
    let template = keep_template(folder, drafting.template, &mut record)?;
    folder.write_json(Artefact::Meeting, &record)?;
    let agenda = without_closed_matter(agenda);
    folder.write_json(Artefact::Agenda, &agenda)?;
    folder.write_json(Artefact::Alignment, &alignment)?;

    progress.event(Event::Stage("minutes"));
    heed(stop)?;
    let drafted = minutes::draft(&split.public, &agenda, &alignment);
    let mut draft = drafted.value;
    if template.has(PartKind::Sides) {
        minutes::add_sides(&split.public, &agenda, &alignment, &mut draft);
    }
    draft.warnings.clone_from(&drafted.warnings);
    warnings.extend(drafted.warnings);
    let mut documents = folder.documents();
    warnings.extend(write_minutes(&mut documents, &draft)?);
    if let Some(model) = drafting.language_model {
        // What was said stands in the folder already, and as ours, should the model's work be stopped.
        documents.keep()?;
        progress.event(Event::Stage("condense"));
        draft = minutes::condense(draft, &split.public, &agenda, &alignment, model)
            .drain_into(&mut warnings);
        warnings.extend(write_minutes(&mut documents, &draft)?);
    }

    warnings.extend(approving::standing(folder.path(), &mut record)?);
    folder.write_json(Artefact::Meeting, &record)?;
    let meeting = Meeting {
        path: folder.path().to_path_buf(),
        record,
        transcript: split.public,
        agenda: Some(agenda),
        alignment: Some(alignment),
        minutes: Some(draft),
        documents: Vec::new(),
    };
    write_documents(documents, meeting, &template, warnings, progress, stop)
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
    stop: &AtomicBool,
) -> Result<Outcome<Meeting>, PipelineError> {
    let mut closed = align::doors(&heard.transcript);
    if let Some(uncorrected) = &heard.uncorrected {
        closed = joined(closed, align::doors(uncorrected));
    }
    let doors = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: Vec::new(),
        unassigned: Vec::new(),
        closed,
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    let split = align::part_closed(&heard.transcript, &doors);
    heed(stop)?;
    withhold(folder, &split)?;
    let mut warnings: Vec<Warning> = all_closed(&split).into_iter().collect();
    let mut record = record_of(folder, &heard);
    let template = keep_template(folder, None, &mut record)?;
    for stale in [Artefact::Agenda, Artefact::Alignment, Artefact::Minutes] {
        folder.remove(stale.file_name())?;
    }
    warnings.extend(approving::standing(folder.path(), &mut record)?);
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
    write_documents(folder.documents(), meeting, &template, warnings, progress, stop)
}

/// The stretches of both, merged where they meet.
fn joined(mut spans: Vec<TimeSpan>, others: Vec<TimeSpan>) -> Vec<TimeSpan> {
    spans.extend(others);
    spans.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut merged: Vec<TimeSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
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

/// Says why the public documents hold no speech, when they hold none.
fn all_closed(split: &ClosedSplit) -> Option<Warning> {
    split.public.trusted().next().is_none().then(|| {
        let message = "everything that was said lies behind closed doors, so the public documents hold \
                       no speech; check where the doors close and open";
        Warning::attention(Stage::Align, "all-closed", message)
    })
}

/// Ends the work when a stop is asked for.
fn heed(stop: &AtomicBool) -> Result<(), PipelineError> {
    if stop.load(Ordering::Relaxed) { Err(PipelineError::Interrupted) } else { Ok(()) }
}

/// What is known of the meeting before its agenda is read. Approvals of an earlier run are taken over;
/// whether they still hold is seen when the minutes are written.
fn record_of(folder: &MeetingFolder, heard: &Heard) -> MeetingRecord {
    let earlier: Option<MeetingRecord> = folder.read(Artefact::Meeting).ok().flatten();
    let (state, approvals) =
        earlier.map(|record| (record.state, record.approvals)).unwrap_or_default();
    MeetingRecord {
        schema: MeetingRecord::SCHEMA.to_owned(),
        title: None,
        municipality: None,
        committee: None,
        date: None,
        recording: heard.recording.clone(),
        agenda: None,
        state,
        approvals,
        template: None,
        provenance: heard.provenance.clone(),
    }
}

/// The value as it stands in the folder, where times and probabilities have three decimals: `export` and
/// `approve` read it from there, and must come to the same bytes.
fn as_kept<T: Serialize + DeserializeOwned>(value: T) -> T {
    let read = serde_json::to_vec(&value).and_then(|json| serde_json::from_slice(&json));
    read.unwrap_or(value)
}

/// Every document that the material allows; one that fails does not stop the others, but a full disk
/// and a stop do.
fn write_documents(
    mut documents: Documents<'_>,
    mut meeting: Meeting,
    template: &Template,
    mut warnings: Vec<Warning>,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome<Meeting>, PipelineError> {
    progress.event(Event::Stage("export"));
    meeting.transcript = as_kept(meeting.transcript);
    meeting.alignment = meeting.alignment.map(as_kept);
    meeting.minutes = meeting.minutes.map(as_kept);
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
        heed(stop)?;
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
                match documents.write(name, &rendered.value) {
                    Ok(placed) => {
                        written.push(name.to_owned());
                        warnings.extend(worked_on(name, &placed));
                    }
                    Err(error) if error.fault() == Fault::Stopped => return Err(error.into()),
                    Err(error) => warnings.push(failed(error.to_string())),
                }
            }
            Err(error) => warnings.push(failed(error.to_string())),
        }
    }
    // What an earlier run or export left may hold what is closed now.
    for format in Format::known().filter(|format| *format != Format::Json) {
        let name = format.file_name();
        if written.iter().any(|fresh| fresh == name) {
            continue;
        }
        match documents.remove(name) {
            Ok(aside) => {
                warnings.extend(aside.and_then(|aside| worked_on(name, &Placed::SetAside(aside))));
            }
            Err(error) => {
                let message = error.to_string();
                warnings.push(Warning::attention(Stage::Export, "document-stale", message));
            }
        }
    }
    documents.keep()?;
    meeting.documents = written;
    Ok(Outcome::new(meeting, warnings))
}

/// Writes `minutes.json`. One that somebody has corrected is set aside.
fn write_minutes(
    documents: &mut Documents<'_>,
    draft: &Minutes,
) -> Result<Option<Warning>, PipelineError> {
    let placed = documents.replace_json(Artefact::Minutes, draft)?;
    Ok(worked_on(Artefact::Minutes.file_name(), &placed))
}

/// Says what became of a document that somebody has worked on.
fn worked_on(name: &str, placed: &Placed) -> Option<Warning> {
    match placed {
        Placed::Written => None,
        Placed::Left => {
            let message = format!(
                "{name} was left as it is: somebody has worked on it, and there is nothing new to write"
            );
            Some(Warning::notice(Stage::Export, "document-kept", message))
        }
        Placed::SetAside(place) => {
            let message = format!(
                "somebody has worked on {name}, and what it is written from has changed since: their copy is \
                 now {place}, and {name} is written anew; carry over what is still right"
            );
            Some(Warning::attention(Stage::Export, "document-set-aside", message))
        }
    }
}
