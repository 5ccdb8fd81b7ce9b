//! Recording → journal → transcript: media, speech and recognition overlapped.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use serde_json::json;

use super::{Event, Job, PipelineError, Progress};
use crate::asr::{self, Ended, Recogniser};
use crate::corrections::{self, Corrections, Occasion};
use crate::folder::{Completion, Journal, JournalKey, MeetingFolder, sha256_of};
use crate::media::{self, MediaError};
use crate::meeting::{
    Agenda, Outcome, Provenance, Recording, SpeechWindow, TimeSpan, Transcript, Warning, WindowText,
};
use crate::speech::Segmenter;

/// What was said, everything included: closed doors are not parted from it yet.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The recording, with the length that was really heard.
    pub recording: Recording,
    /// How it was recognised.
    pub provenance: Provenance,
    /// Every segment.
    pub transcript: Transcript,
    /// The same before a person's corrections, when they changed anything: a correction must not
    /// open a door that was heard to close.
    pub uncorrected: Option<Transcript>,
}

/// Hears the recording, taking over what the journal holds.
///
/// # Errors
/// Those of the rooms; [`PipelineError::Stopped`] when `stop` was set; [`PipelineError::NoSpeech`].
pub fn hear(
    job: &Job,
    agenda: Option<&Agenda>,
    folder: &MeetingFolder,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome<Heard>, PipelineError> {
    let decoder = media::open(&job.recording, job.track)?;
    let duration = decoder.duration_hint();
    let prompt = asr::prompt(agenda, &job.roster, &job.glossary);
    let provenance = provenance_of(job, &prompt);
    let key = JournalKey { recording: identify(&job.recording, job.track)?, provenance };
    progress.event(Event::Opened { recording: key.recording.clone(), duration });
    let mut journal = folder.journal(&key, job.start_over)?;
    if !journal.windows().is_empty() {
        let speech = journal.windows().values().map(|window| window.span.duration()).sum();
        let complete = journal.completion().is_some();
        progress.event(Event::Resumed { windows: journal.windows().len(), speech, complete });
    }
    let completion = match journal.completion() {
        Some(completion) => completion.clone(),
        None => {
            let segmenter = Segmenter::load(&job.method.vad.path)?;
            let settings = asr::Settings {
                language: job.method.language.clone(),
                workers: job.method.workers,
                gpu: job.method.gpu,
                prompt,
                ..asr::Settings::new(&job.method.model.path)
            };
            let completion = recognise(decoder, segmenter, settings, &mut journal, progress, stop)?;
            journal.complete(completion.clone())?;
            completion
        }
    };
    if completion.windows == 0 {
        return Err(PipelineError::NoSpeech {
            path: job.recording.clone(),
            heard: completion.duration,
        });
    }
    // An earlier version may have cut more windows; those after the last are not of this hearing.
    let windows = journal.windows().range(..completion.windows).map(|(_, text)| text.clone());
    let mut warnings = completion.warnings;
    let (windows, calibration) =
        asr::calibrate(windows.collect(), &job.method.model.name, &job.method.language)
            .drain_into(&mut warnings);
    let assembled = asr::assemble(windows, &job.method.language, Some(completion.duration));
    let mut transcript = assembled.drain_into(&mut warnings);
    asr::mark_unsure(&mut transcript);
    transcript.warnings.clone_from(&warnings);
    let recording = Recording { duration: Some(completion.duration), ..key.recording };
    let mut provenance = key.provenance;
    provenance.parameters.insert("probabilities".to_owned(), json!(calibration.name()));
    let heard = Heard { recording, provenance, transcript, uncorrected: None };
    let heard = match &job.corrections {
        Some(corrections) => correct(heard, corrections, agenda).drain_into(&mut warnings),
        None => heard,
    };
    Ok(Outcome::new(heard, warnings))
}

/// Applies a person's corrections. They are no part of the journal's key: others need no
/// recognition.
fn correct(mut heard: Heard, corrections: &Corrections, agenda: Option<&Agenda>) -> Outcome<Heard> {
    let occasion = Occasion {
        committee: agenda.and_then(|agenda| agenda.committee.as_deref()),
        date: agenda.and_then(|agenda| agenda.date.as_deref()),
    };
    let before = heard.transcript.clone();
    let corrected = corrections::apply(corrections, heard.transcript, occasion);
    heard.transcript = corrected.value;
    heard.provenance.parameters.insert(
        "corrections".to_owned(),
        json!({
            "name": corrections.name,
            "sha256": corrections.sha256,
            "rules": corrections.rules.len(),
        }),
    );
    if !heard.transcript.corrections.is_empty() {
        heard.uncorrected = Some(before);
    }
    Outcome::new(heard, corrected.warnings)
}

/// Name, size and hash of the file.
fn identify(path: &Path, track: Option<u32>) -> Result<Recording, MediaError> {
    let failed = |source| MediaError::Unreadable { path: path.to_path_buf(), source };
    let size = fs_err::metadata(path).map_err(failed)?.len();
    let sha256 = sha256_of(path).map_err(failed)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recording { name, size, sha256, duration: None, track })
}

/// Everything that changes the text, and nothing that does not: the number of workers is left out.
fn provenance_of(job: &Job, prompt: &str) -> Provenance {
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: "whisper-cpp".to_owned(),
        model: job.method.model.name.clone(),
        model_sha256: job.method.model.sha256.clone(),
        parameters: BTreeMap::from([
            ("language".to_owned(), json!(job.method.language)),
            ("gpu".to_owned(), json!(job.method.gpu)),
            ("prompt".to_owned(), json!(prompt)),
            ("vad".to_owned(), json!(job.method.vad.name)),
            ("vad_sha256".to_owned(), json!(job.method.vad.sha256)),
        ]),
    }
}

/// Windows on their way from the hearing thread to the recogniser.
type Feed = Result<SpeechWindow, PipelineError>;

/// Windows that may wait between the two: enough that the recogniser never does.
const AHEAD: usize = 2;

/// Decoding and voice activity run in a thread of their own, ahead of the recogniser.
fn recognise(
    decoder: media::Decoder,
    segmenter: Segmenter,
    settings: asr::Settings,
    journal: &mut Journal,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Completion, PipelineError> {
    let mut recogniser = Recogniser::start(settings)?;
    let (send, receive) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        let hearing = scope.spawn(|| listen(decoder, segmenter, send, stop));
        let tally = RefCell::new(Tally::default());
        let held = journal.windows().clone();
        // A window that the journal has is not recognised again, if it is the same stretch.
        let is_new = |window: &SpeechWindow| {
            held.get(&window.index).is_none_or(|text| text.span != in_journal(window.span))
        };
        let windows = receive.into_iter().filter(|fed: &Feed| match fed {
            Ok(window) => {
                let new = is_new(window);
                tally.borrow_mut().given(window, new);
                new
            }
            Err(_) => true,
        });
        let on_done = |text: WindowText| {
            let index = text.index;
            journal.record(text)?;
            if let Some(event) = tally.borrow_mut().finished(index) {
                progress.event(event);
            }
            Ok(())
        };
        // The channel's end is dropped with the call, so an error here ends the hearing thread too.
        let ended = recogniser.recognise(windows, on_done, stop);
        let listened = hearing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if ended? == Ended::Stopped {
            return Err(PipelineError::Stopped { windows: journal.windows().len() });
        }
        let (duration, warnings) = listened;
        Ok(Completion { duration, windows: tally.into_inner().windows, warnings })
    })
}

/// Decodes the whole recording and sends its windows; ends early when `stop` is set or nobody takes
/// them any more.
/// Gives the seconds of sound heard, and media's warnings.
fn listen(
    mut decoder: media::Decoder,
    mut segmenter: Segmenter,
    send: SyncSender<Feed>,
    stop: &AtomicBool,
) -> (f64, Vec<Warning>) {
    let mut heard = 0.0;
    let mut feed = || -> Result<bool, PipelineError> {
        for block in decoder.by_ref() {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let block = block?;
            heard = block.end();
            for window in segmenter.push(&block)? {
                if send.send(Ok(window)).is_err() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    };
    let result = feed().and_then(|whole| {
        if whole {
            for window in segmenter.finish()? {
                if send.send(Ok(window)).is_err() {
                    break;
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        let _ = send.send(Err(error));
    }
    (heard, decoder.warnings().to_vec())
}

/// The span as it reads back from the journal, to the millisecond.
fn in_journal(span: TimeSpan) -> TimeSpan {
    TimeSpan::from(<(f64, f64)>::from(span))
}

/// Keeps count of which windows are out, to say how far everything is done.
#[derive(Default)]
struct Tally {
    /// Windows seen so far.
    windows: u32,
    /// Where the windows that are still out begin, by index.
    out: BTreeMap<u32, f64>,
    /// End of the last window seen.
    reached: f64,
    /// Where this run's own work began: the start of its first window.
    begun: Option<f64>,
    /// Stretch, in seconds, that was taken over from the journal since then.
    taken_over: f64,
}

impl Tally {
    fn given(&mut self, window: &SpeechWindow, is_new: bool) {
        self.windows += 1;
        if is_new {
            self.begun.get_or_insert(window.span.start);
            self.out.insert(window.index, window.span.start);
        } else if self.begun.is_some() {
            self.taken_over += window.span.end - self.reached;
        }
        self.reached = window.span.end;
    }

    /// The event to send once this window is written down; none while an earlier one is out.
    fn finished(&mut self, index: u32) -> Option<Event> {
        self.out.remove(&index);
        let done = self.out.values().next().copied().unwrap_or(self.reached);
        let begun = self.begun?;
        Some(Event::Heard { done, fresh: (done - begun - self.taken_over).max(0.0) })
    }
}
