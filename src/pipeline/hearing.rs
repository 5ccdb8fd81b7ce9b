//! Recording → journal → transcript: media, speech and recognition overlapped.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use super::forecast::{Forecast, Hearing};
use super::precision::TimeToGo;
use super::survey::{self, Survey, look_ahead};
use super::{Event, Job, Method, News, PipelineError, Progress, Work};
use crate::asr::{self, Ended, Recogniser};
use crate::corrections::{self, Corrections, Occasion};
use crate::folder::{Completion, Journal, JournalKey, MeetingFolder, sha256_of};
use crate::media::{self, MediaError};
use crate::meeting::{
    Agenda, Outcome, Provenance, Recording, SpeechWindow, Stage, TimeSpan, Transcript, Warning,
    WindowText, WindowVerdict,
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
    let before = stamp(&job.recording)?;
    let decoder = media::open(&job.recording, job.track)?;
    let duration = decoder.duration_hint();
    let prompt = asr::prompt(agenda, &job.roster, &job.glossary);
    let recording = identify(&job.recording, job.track, stop)?;
    let key = JournalKey { recording, provenance: provenance_of(job, &prompt) };
    progress.event(Event::Opened { recording: key.recording.clone(), duration });
    let mut warnings = Vec::new();
    let mut journal = folder.journal(&key, job.start_over)?.drain_into(&mut warnings);
    if journal.key().prompt() != prompt {
        let message = "the agenda's words are others than when recognition began; what was recognised \
                       is kept, and the rest gets the same hint. --start-over hears everything again";
        warnings.push(Warning::notice(Stage::Asr, "prompt-kept", message));
    }
    let failed = journal.failed().len();
    let finished = journal.completion().filter(|_| failed == 0).cloned();
    if !journal.windows().is_empty() {
        let speech = journal.windows().values().map(TimeSpan::duration).sum();
        let complete = finished.is_some();
        progress.event(Event::Resumed { windows: journal.windows().len(), speech, complete });
    }
    if failed > 0 {
        progress.event(Event::Retrying { windows: failed });
    }
    let completion = match finished {
        Some(completion) => completion,
        None => {
            let segmenter = Segmenter::load(&job.method.vad.path)?;
            let settings = asr::Settings {
                language: job.method.language.clone(),
                workers: job.method.workers,
                engine: job.method.engine,
                gpu: job.method.gpu,
                duration: decoder.duration_hint(),
                published: job.method.published.clone(),
                prompt: journal.key().prompt().to_owned(),
                ..asr::Settings::new(&job.method.model.path)
            };
            let completion =
                recognise(job, decoder, segmenter, settings, &mut journal, progress, stop)?;
            if stamp(&job.recording)? != before {
                return Err(PipelineError::RecordingChanged { path: job.recording.clone() });
            }
            journal.complete(completion.clone())?;
            completion
        }
    };
    progress.event(Event::Ended { duration: completion.duration });
    if completion.windows == 0 {
        return Err(PipelineError::NoSpeech {
            path: job.recording.clone(),
            heard: completion.duration,
        });
    }
    // An earlier version may have cut more windows; those after the last are not of this hearing.
    let mut windows = journal.texts()?;
    windows.retain(|window| window.index < completion.windows);
    let told = silent(&windows, job, completion.duration);
    let mut kept = completion.warnings;
    let Method { engine, model, language, .. } = &job.method;
    let (windows, calibration) =
        asr::calibrate(windows, *engine, &model.name, language).drain_into(&mut kept);
    let assembled = asr::assemble(windows, language, Some(completion.duration));
    let mut transcript = assembled.drain_into(&mut kept);
    if transcript.trusted().next().is_none() {
        return Err(told);
    }
    asr::mark_unsure(&mut transcript);
    transcript.warnings.clone_from(&kept);
    warnings.extend(kept);
    let recording = Recording { duration: Some(completion.duration), ..key.recording };
    let mut provenance = key.provenance;
    provenance.parameters.clone_from(&journal.key().provenance.parameters);
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

/// Why windows without any text to be published hold none.
fn silent(windows: &[WindowText], job: &Job, heard: f64) -> PipelineError {
    let path = job.recording.clone();
    let mut failed = windows.iter().filter(|text| text.verdict == WindowVerdict::Failed);
    if let Some(first) = failed.next() {
        let reason = first.flags.first().map_or_else(String::new, |flag| flag.reason.clone());
        return PipelineError::AllFailed { path, windows: 1 + failed.count(), reason };
    }
    match windows.iter().map(|text| text.segments.len()).sum() {
        0 => PipelineError::NoSpeech { path, heard },
        withheld => PipelineError::NoText { path, heard, withheld },
    }
}

/// Size and time of the last change, by which a file that is written meanwhile shows.
fn stamp(path: &Path) -> Result<(u64, Option<SystemTime>), MediaError> {
    let failed = |source| MediaError::Unreadable { path: path.to_path_buf(), source };
    let meta = fs_err::metadata(path).map_err(failed)?;
    Ok((meta.len(), meta.modified().ok()))
}

/// Name, size and hash of the file. Hashing a film takes minutes, so it heeds `stop`.
fn identify(
    path: &Path,
    track: Option<u32>,
    stop: &AtomicBool,
) -> Result<Recording, PipelineError> {
    let failed = |source| MediaError::Unreadable { path: path.to_path_buf(), source };
    let size = fs_err::metadata(path).map_err(failed)?.len();
    let sha256 = sha256_of(path, || !stop.load(Ordering::Relaxed))
        .map_err(failed)?
        .ok_or(PipelineError::Interrupted)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Recording { name, size, sha256, duration: None, track })
}

/// Everything that changes the text, and nothing that does not: the number of workers is left out.
fn provenance_of(job: &Job, prompt: &str) -> Provenance {
    let mut parameters = BTreeMap::from([
        ("language".to_owned(), json!(job.method.language)),
        ("gpu".to_owned(), json!(job.method.gpu)),
        ("prompt".to_owned(), json!(prompt)),
        ("vad".to_owned(), json!(job.method.vad.name)),
        ("vad_sha256".to_owned(), json!(job.method.vad.sha256)),
    ]);
    // The prompt may change with the agenda while the journal is gone on with; words that were given on
    // purpose make another method.
    let given = asr::prompt(None, &job.roster, &job.glossary);
    if !given.is_empty() {
        parameters.insert("words".to_owned(), json!(given));
    }
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: job.method.engine.name().to_owned(),
        model: job.method.model.name.clone(),
        model_sha256: job.method.model.sha256.clone(),
        parameters,
    }
}

/// Windows on their way from the hearing thread to the recogniser.
type Feed = Result<SpeechWindow, PipelineError>;

/// Windows that may wait between the two: enough that the recogniser never does.
const AHEAD: usize = 2;

/// How long the recogniser is kept waiting for a window at a time.
const BEAT: Duration = Duration::from_millis(100);

/// Decoding and voice activity run in a thread of their own, ahead of the recogniser.
fn recognise(
    job: &Job,
    decoder: media::Decoder,
    segmenter: Segmenter,
    settings: asr::Settings,
    journal: &mut Journal,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<Completion, PipelineError> {
    let (on_the_way, gpu) = (settings.in_flight() + AHEAD + 1, settings.gpu);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut recogniser = Recogniser::start(settings)?;
    let (send, receive) = sync_channel::<Feed>(AHEAD);
    let (ahead, over) = (Mutex::new(Survey::default()), AtomicBool::new(false));
    let (total, clock) = (decoder.duration_hint(), Hearing::default());
    std::thread::scope(|scope| {
        let twin = segmenter.twin();
        // What goes wrong here goes wrong in recognition, too, which tells it.
        scope.spawn(|| look_ahead(&job.recording, job.track, twin, &ahead, &[stop, &over]).ok());
        let hearing = scope.spawn(|| listen(decoder, segmenter, send, &clock, stop));
        let forecast = Forecast::new(on_the_way, processors, gpu);
        let tally = RefCell::new(Tally::new(forecast, journal.failed().clone()));
        let mut held = journal.windows().clone();
        held.retain(|index, _| !journal.failed().contains(index));
        let windows = std::iter::from_fn(|| match receive.recv_timeout(BEAT) {
            Ok(Ok(window)) => {
                // What the journal has is not recognised again, if it is the same stretch.
                let span = held.get(&window.index).copied().map(in_journal);
                let new = span != Some(in_journal(window.span));
                tally.borrow_mut().given(&window, new);
                Some(Ok(new.then_some(window)))
            }
            Ok(Err(error)) => Some(Err(error)),
            Err(RecvTimeoutError::Timeout) => Some(Ok(None)),
            Err(RecvTimeoutError::Disconnected) => None,
        });
        let on_begun = |windows| tally.borrow_mut().forecast.begun(windows, Instant::now());
        let on_done = |text: WindowText| {
            let (index, verdict) = (text.index, text.verdict);
            journal.record(text)?;
            let mut tally = tally.borrow_mut();
            let survey = survey::now(&ahead);
            let surveyed = tally.surveyed(&survey, journal.windows());
            let heard = tally.finished(index, verdict);
            let to_go = tally.remaining(&clock, &survey, total, journal.windows());
            drop(survey);
            surveyed.into_iter().for_each(|event| progress.event(event));
            if let Some(news) = heard {
                progress.event(Event::Heard(News { to_go, ..news }));
            }
            Ok(())
        };
        let ended = recogniser.recognise_watched(windows, on_begun, on_done, stop);
        // An error ends the hearing thread, too: nobody takes its windows any more.
        drop(receive);
        over.store(true, Ordering::Relaxed);
        let listened = hearing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A stop in the last moment: what was heard may not have been the whole.
        if ended? == Ended::Stopped || stop.load(Ordering::Relaxed) {
            return Err(PipelineError::Stopped { windows: journal.windows().len() });
        }
        let (duration, mut warnings) = listened;
        if let Some(reason) = recogniser.gpu_unusable() {
            let message = format!(
                "the GPU could not be used ({reason}), so the processor recognised what was left; the \
                 text is as good, it only took longer. --device cpu asks for no GPU"
            );
            warnings.push(Warning::notice(Stage::Asr, "gpu-unusable", message));
        }
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
    clock: &Hearing,
    stop: &AtomicBool,
) -> (f64, Vec<Warning>) {
    let mut heard = 0.0;
    let mut feed = || -> Result<bool, PipelineError> {
        let mut begun = Instant::now();
        for block in decoder.by_ref() {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let block = block?;
            heard = block.end();
            let windows = segmenter.push(&block)?;
            clock.reached(heard, begun.elapsed());
            for window in windows {
                if send.send(Ok(window)).is_err() {
                    return Ok(false);
                }
            }
            begun = Instant::now();
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
    /// The windows that are still out, by index.
    out: BTreeMap<u32, TimeSpan>,
    /// End of the last window seen.
    reached: f64,
    /// Where this run's own work began: the start of its first window.
    begun: Option<f64>,
    /// Stretch, in seconds, that was taken over from the journal since then.
    taken_over: f64,
    worked: Work,
    left: Option<Work>,
    trouble: u32,
    /// Windows that failed in an earlier run and are tried again.
    failed: BTreeSet<u32>,
    forecast: Forecast,
}

impl Tally {
    fn new(forecast: Forecast, failed: BTreeSet<u32>) -> Self {
        Self { forecast, failed, ..Self::default() }
    }

    fn given(&mut self, window: &SpeechWindow, is_new: bool) {
        self.windows += 1;
        if is_new {
            self.begun.get_or_insert(window.span.start);
            self.out.insert(window.index, window.span);
        } else if self.begun.is_some() {
            self.taken_over += window.span.end - self.reached;
        }
        self.reached = window.span.end;
    }

    /// Whether a window is still to be recognised; `done` are those of the journal, failed ones among them.
    fn is_left(&self, index: u32, done: &BTreeMap<u32, TimeSpan>) -> bool {
        let is_retried = index >= self.windows && self.failed.contains(&index);
        self.out.contains_key(&index) || is_retried || !done.contains_key(&index)
    }

    /// Learns what lies ahead: what the survey has and `done` has not, besides the window that is
    /// being entered. The event to send; none when it was known.
    fn surveyed(&mut self, survey: &Survey, done: &BTreeMap<u32, TimeSpan>) -> Option<Event> {
        if self.left.is_some() || !survey.complete {
            return None;
        }
        let (mut speech, mut left) = (Work::default(), Work::default());
        for (index, &span) in &survey.windows {
            speech.add(span);
            if self.is_left(*index, done) {
                left.add(span);
            }
        }
        self.left = Some(left);
        Some(Event::Surveyed { duration: survey.duration, speech })
    }

    /// The news to send once this window is written down, the time to go left out.
    fn finished(&mut self, index: u32, verdict: WindowVerdict) -> Option<News> {
        self.trouble += u32::from(verdict != WindowVerdict::Recognised);
        if let Some(span) = self.out.remove(&index) {
            self.forecast.finished(index, verdict != WindowVerdict::Failed, Instant::now());
            self.worked.add(span);
            if let Some(left) = &mut self.left {
                left.windows = left.windows.saturating_sub(1);
                left.seconds = (left.seconds - span.duration()).max(0.0);
            }
        }
        let done = self.out.values().next().map_or(self.reached, |span| span.start);
        let begun = self.begun?;
        let fresh = (done - begun - self.taken_over).max(0.0);
        let (worked, left, trouble) = (self.worked, self.left, self.trouble);
        Some(News { done, fresh, worked, left, trouble, to_go: None })
    }

    /// How long it takes until everything is recognised; none when nobody can tell yet.
    fn remaining(
        &mut self,
        clock: &Hearing,
        survey: &Survey,
        total: Option<f64>,
        done: &BTreeMap<u32, TimeSpan>,
    ) -> Option<TimeToGo> {
        let ahead = survey.windows.iter();
        let left: Vec<_> = ahead.filter(|(index, _)| self.is_left(**index, done)).collect();
        let left = left.into_iter();
        self.forecast.remaining(
            clock,
            survey,
            total,
            left.map(|(&index, &span)| (index, span)),
            Instant::now(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_before_is_still_to_come() {
        let span = |index: u32| TimeSpan::new(f64::from(index), f64::from(index) + 1.0);
        let windows: BTreeMap<u32, TimeSpan> = (0..6).map(|index| (index, span(index))).collect();
        let survey = Survey { duration: 6.0, windows: windows.clone(), complete: true };
        let failed = BTreeSet::from([1, 3, 5]);
        let mut tally = Tally::new(Forecast::default(), failed);
        // The journal has all of them, and the first has been taken from it.
        let given = |tally: &mut Tally, index: u32, is_new: bool| {
            let window =
                SpeechWindow { index, span: span(index), samples: Vec::new(), voiced: vec![] };
            tally.given(&window, is_new);
        };
        given(&mut tally, 0, false);
        tally.surveyed(&survey, &windows);
        assert_eq!(tally.left.map(|left| left.windows), Some(3));
        // One that is tried again is left until it is done.
        given(&mut tally, 1, true);
        assert!(tally.is_left(1, &windows));
        tally.finished(1, WindowVerdict::Recognised);
        assert!(!tally.is_left(1, &windows) && tally.is_left(3, &windows));
    }
}
