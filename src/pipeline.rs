//! Joins the rooms: one meeting, from the recording to its folder.

mod approving;
mod archiving;
mod error;
mod forecast;
mod hearing;
mod meaning;
mod precision;
mod publishing;
mod survey;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

pub use approving::{Approved, Step, approve, standing};
pub use archiving::{Archiving, Rebuilt, open_archive};
pub use error::PipelineError;
pub use hearing::{Heard, hear};
pub use meaning::{Meaning, meaning_of};
pub use precision::TimeToGo;
pub use publishing::{Drafting, Meeting, publish, publish_transcript};

use crate::agenda;
use crate::align::Pins;
use crate::asr::EngineKind;
use crate::corrections::Corrections;
use crate::export::Template;
use crate::folder::{FolderError, MeetingFolder};
use crate::meeting::{Agenda, Member, Outcome, Recording, TimeSpan};
use crate::minutes::LanguageModel;
use crate::models::ModelFile;

/// Where a meeting's folder keeps what a person has pinned.
const PINS: &str = "internal/pins.txt";

/// How to recognise.
#[derive(Debug, Clone)]
pub struct Method {
    /// The recognition model.
    pub model: ModelFile,
    /// The CTranslate2 folder that it was made of, if it was.
    pub published: Option<PathBuf>,
    /// The voice activity model.
    pub vad: ModelFile,
    /// The engine that recognises.
    pub engine: EngineKind,
    /// ISO 639-1 code.
    pub language: String,
    /// Windows recognised at a time.
    pub workers: usize,
    /// Whether a GPU may be used.
    pub gpu: bool,
}

/// What to make of which recording.
#[derive(Debug, Clone)]
pub struct Job {
    /// The recording's file.
    pub recording: PathBuf,
    /// Audio track, counted from 0; none for the default one.
    pub track: Option<u32>,
    /// The meeting's folder.
    pub out: PathBuf,
    /// How to recognise.
    pub method: Method,
    /// People who may speak, besides those in the agenda.
    pub roster: Vec<Member>,
    /// Words that the recogniser should know.
    pub glossary: Vec<String>,
    /// What to correct in the text.
    pub corrections: Option<Corrections>,
    /// Set aside the work on another recording instead of refusing.
    pub start_over: bool,
    /// Condenses the debates; none leaves them as they were said.
    pub language_model: Option<LanguageModel>,
    /// Pins of this run, in the form of [`Pins::set`]; the folder keeps those of earlier runs.
    pub pins: Vec<String>,
    /// What the documents look like; none for the one that fits the committee.
    pub template: Option<Template>,
}

/// Where the work stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The recording was opened.
    Opened {
        /// The recording.
        recording: Recording,
        /// Seconds that its container promises; none when it says nothing.
        duration: Option<f64>,
    },
    /// An earlier run had got this far.
    Resumed {
        /// Windows taken over from the journal.
        windows: usize,
        /// Seconds of speech in them.
        speech: f64,
        /// Whether the recording had been heard to its end.
        complete: bool,
    },
    /// Windows that had failed are tried again.
    Retrying {
        /// How many.
        windows: usize,
    },
    /// The whole recording has been looked through, ahead of recognition.
    Surveyed {
        /// Seconds of sound, as decoded.
        duration: f64,
        /// Everything that is to be recognised, what was taken over included.
        speech: Work,
    },
    /// Everything up to here has been heard and written down.
    Heard(News),
    /// Everything has been heard.
    Ended {
        /// Seconds of sound.
        duration: f64,
    },
    /// A later stage began; named in English.
    Stage(&'static str),
}

/// How far recognition is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct News {
    /// Seconds from the start of the recording.
    pub done: f64,
    /// Seconds of the recording that this run has worked through, what it took over left out.
    pub fresh: f64,
    /// What this run has recognised.
    pub worked: Work,
    /// What is left to recognise; none as long as the recording was not looked through.
    pub left: Option<Work>,
    /// Windows of this run that a person must listen to: quarantined or failed.
    pub trouble: u32,
    /// How long it takes until everything is recognised; none when nobody can tell yet.
    pub to_go: Option<TimeToGo>,
}

/// Windows of speech.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Work {
    /// How many.
    pub windows: u32,
    /// Seconds in them.
    pub seconds: f64,
}

impl Work {
    fn add(&mut self, span: TimeSpan) {
        self.windows += 1;
        self.seconds += span.duration();
    }
}

/// Receives [`Event`]s as they happen.
pub trait Progress {
    /// Called from the thread that joins the rooms.
    fn event(&mut self, event: Event);
}

/// Recording and agenda to a whole meeting's folder.
///
/// # Errors
/// The first error of a room that stops the work; what was finished before stays in the folder, and
/// the same command goes on from there.
pub fn run(
    job: &Job,
    agenda_file: &std::path::Path,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome<Meeting>, PipelineError> {
    // The agenda first: hours of recognition should not end in a message about a wrong file.
    let mut warnings = Vec::new();
    let agenda = agenda::read(agenda_file)?.drain_into(&mut warnings);
    let agenda = with_roster(agenda, &job.roster);
    let folder = MeetingFolder::open(&job.out)?;
    let pins = kept_pins(&folder, &job.pins)?;
    pins.check(&agenda)?;
    let heard = hear(job, Some(&agenda), &folder, progress, stop)?.drain_into(&mut warnings);
    let drafting = Drafting {
        pins: &pins,
        language_model: job.language_model.as_ref(),
        template: job.template.as_ref(),
    };
    let published = publish(&folder, heard, agenda, agenda_file, drafting, progress, stop)?;
    // Kept once they have proved possible.
    if !job.pins.is_empty() {
        folder.write(PINS, pins.to_string().as_bytes())?;
    }
    let meeting = published.drain_into(&mut warnings);
    Ok(Outcome::new(meeting, warnings))
}

/// Recording to transcript.
///
/// # Errors
/// As [`run`].
pub fn transcribe(
    job: &Job,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome<Meeting>, PipelineError> {
    let folder = MeetingFolder::open(&job.out)?;
    let mut warnings = Vec::new();
    let heard = hear(job, None, &folder, progress, stop)?.drain_into(&mut warnings);
    let meeting = publish_transcript(&folder, heard, progress, stop)?.drain_into(&mut warnings);
    Ok(Outcome::new(meeting, warnings))
}

/// The folder's pins with those of this run.
fn kept_pins(folder: &MeetingFolder, fresh: &[String]) -> Result<Pins, PipelineError> {
    let path = folder.path().join(PINS);
    let mut pins = match fs_err::read_to_string(&path) {
        Ok(text) => Pins::read(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Pins::default(),
        Err(error) => {
            let reason = error.to_string();
            return Err(FolderError::Damaged { path, reason }.into());
        }
    };
    for line in fresh {
        pins.set(line)?;
    }
    Ok(pins)
}

/// Adds those of the roster whom the agenda does not name.
fn with_roster(mut agenda: Agenda, roster: &[Member]) -> Agenda {
    for member in roster {
        match agenda.members.iter_mut().find(|known| known.name == member.name) {
            Some(known) => {
                known.party = known.party.take().or_else(|| member.party.clone());
                known.role = known.role.take().or_else(|| member.role.clone());
            }
            None => agenda.members.push(member.clone()),
        }
    }
    agenda
}
