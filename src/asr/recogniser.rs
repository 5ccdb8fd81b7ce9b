//! The parent's side of recognition: feeds the worker, watches over it, and starts another when it
//! dies.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::child::Worker;
use super::effort::Effort;
use super::frames::Reply;
use super::{AsrError, EngineKind, Settings};
use crate::meeting::{Flag, FlagKind, SpeechWindow, TimeSpan, WindowText, WindowVerdict};

/// Windows handed over beyond those that the workers decode, so that none waits; for an engine that
/// takes several together, at least as many as it takes.
const AHEAD: usize = 2;
/// Seconds of a recording that hold about one window. A short one is shared out among the workers.
const SHARE: f64 = 25.0;
/// How often the parent looks up from waiting: for the stop flag and for hanging windows.
const BEAT: Duration = Duration::from_millis(100);
/// How long windows in flight may go on after a stop: time to write down one that is just done.
const GRACE: Duration = Duration::from_millis(500);
/// Windows in a row that may bring the worker down before the run is given up.
const HOPELESS: u32 = 5;
/// Least and most seconds of computing that a window may take before the worker counts as hanging.
const LEAST_LIMIT: f64 = 120.0;
const MOST_LIMIT: f64 = 7200.0;
/// Seconds of computing allowed for each second of sound and megabyte of model. Generous: one pass of
/// `base` (82 MB) takes 0.3 s a second of sound on one free core, and this allows 16 s, room for every
/// temperature (five hypotheses each), three decodings, and the same and a wide search in two halves.
const LIMIT_PER_MEGABYTE: f64 = 0.2;
/// Seconds for which a worker with windows in flight may not compute at all. However busy the machine,
/// the system's scheduler gives even a process at nice 19 a turn within this; one that has none waits
/// for something that will not come.
const STILL_LIMIT: f64 = 900.0;

/// How a run of the recogniser ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every window was recognised, or failed for good.
    Complete,
    /// The stop flag was raised; windows in flight are lost.
    Stopped,
}

impl Settings {
    /// Windows that one worker decodes together.
    pub(crate) fn batch(&self) -> usize {
        let most = match self.engine {
            #[cfg(feature = "ctranslate2")]
            EngineKind::Batched if self.gpu => super::batched::gpu::BATCH,
            EngineKind::Batched => super::batched::BATCH,
            EngineKind::WhisperCpp | EngineKind::Rehearsal => 1,
        };
        let windows = self.duration.map_or(f64::INFINITY, |duration| duration / SHARE);
        ((windows / self.decoders() as f64).ceil() as usize).clamp(1, most)
    }

    /// A recording that lasts longer than its header says is no short one.
    fn lasts_until(&mut self, end: f64) {
        self.duration.take_if(|duration| *duration < end);
    }

    /// Workers that decode side by side: the batched engine needs only one for a GPU.
    fn decoders(&self) -> usize {
        let alone = self.gpu && self.engine == EngineKind::Batched;
        if alone { 1 } else { self.workers.max(1) }
    }

    /// Windows that are handed over and not yet recognised, at most.
    pub(crate) fn in_flight(&self) -> usize {
        let batch = self.batch();
        self.decoders() * batch + batch.max(AHEAD)
    }
}

/// A recogniser in a child process.
pub struct Recogniser {
    settings: Settings,
    worker: Worker,
    /// What the worker has computed.
    effort: Effort,
    /// Size of the model in megabytes, for the time limit.
    megabytes: f64,
    gpu_unusable: Option<String>,
}

/// A window on its way.
struct Flight {
    window: Arc<SpeechWindow>,
    /// 1, or 2 when the worker died while it was recognised.
    attempt: u32,
    /// Which batch it was handed over in.
    batch: u64,
    /// Seconds that the process had computed when a worker took it.
    begun: Option<f64>,
}

/// What is left to do.
#[derive(Default)]
struct Book {
    flying: Vec<Flight>,
    /// Windows that wait until a batch is full, and those that were in flight, but not begun, when the
    /// worker died.
    waiting: VecDeque<Arc<SpeechWindow>>,
    /// Windows that may have killed the worker: tried again alone.
    suspects: VecDeque<Arc<SpeechWindow>>,
    /// Windows in a row that killed it for certain.
    killers: u32,
    /// Batches handed over so far.
    batches: u64,
}

impl Recogniser {
    /// Starts the worker process and loads the model there. Where a GPU is asked for and cannot be used,
    /// the processor computes; see [`Self::gpu_unusable`].
    ///
    /// # Errors
    /// When the model is missing or unusable, the language is unknown, or the process does not start.
    pub fn start(mut settings: Settings) -> Result<Self, AsrError> {
        let megabytes = match settings.engine {
            EngineKind::Rehearsal => 0.0,
            EngineKind::WhisperCpp | EngineKind::Batched => match fs_err::metadata(&settings.model)
            {
                Ok(file) if file.is_file() => file.len() as f64 / 1e6,
                _ => return Err(AsrError::ModelMissing { path: settings.model }),
            },
        };
        let mut gpu_unusable = None;
        let worker = match Worker::start(&settings) {
            // A driver may end the process instead of giving an error.
            Err(AsrError::ModelUnusable { reason, .. }) if settings.gpu => {
                settings.gpu = false;
                gpu_unusable = Some(reason);
                Worker::start(&settings)?
            }
            started => started?,
        };
        if let Some(reason) = worker.gpu_unusable() {
            settings.gpu = false;
            gpu_unusable = Some(reason.to_owned());
        }
        if let Some(reason) = &gpu_unusable {
            tracing::warn!("recognition goes on on the processor: {reason}");
        }
        let effort = Effort::of(worker.id());
        Ok(Self { settings, worker, effort, megabytes, gpu_unusable })
    }

    /// Why the processor computes, or has computed since the GPU failed, although a GPU was asked for.
    pub fn gpu_unusable(&self) -> Option<&str> {
        self.gpu_unusable.as_deref()
    }

    /// Recognises windows and hands each text to `on_done`, in any order. Windows are pulled only as
    /// workers become free (at most one batch, or two windows, more than the workers take are in flight), on
    /// the calling thread, so that decoding and recognition go on side by side and memory stays flat; they
    /// are handed over a whole batch at a time, so that what is decoded together does not depend on the
    /// moment. `None` in the place of a window says that none is ready yet: a source that may have to
    /// wait long gives it every fraction of a second, so that texts are taken and a stop is heeded
    /// meanwhile. A window at which the worker dies or hangs is tried once more, alone; if it kills the
    /// worker again, its text is empty and its verdict `Failed`. After a failure on a GPU the processor
    /// computes all the rest.
    ///
    /// # Errors
    /// The first error of `windows` or `on_done`; an [`AsrError`] when the worker cannot be started
    /// again or every window kills it.
    pub fn recognise<E: From<AsrError>>(
        &mut self,
        windows: impl Iterator<Item = Result<impl Into<Option<SpeechWindow>>, E>>,
        on_done: impl FnMut(WindowText) -> Result<(), E>,
        stop: &AtomicBool,
    ) -> Result<Ended, E> {
        self.recognise_watched(windows, |_| (), on_done, stop)
    }

    /// [`Self::recognise`] that also tells `on_begun` which windows a worker has begun with, all of a batch
    /// at once. Windows that are tried again are begun again.
    ///
    /// # Errors
    /// Those of [`Self::recognise`].
    pub fn recognise_watched<E: From<AsrError>>(
        &mut self,
        windows: impl Iterator<Item = Result<impl Into<Option<SpeechWindow>>, E>>,
        mut on_begun: impl FnMut(Vec<(u32, TimeSpan)>),
        mut on_done: impl FnMut(WindowText) -> Result<(), E>,
        stop: &AtomicBool,
    ) -> Result<Ended, E> {
        let mut windows = windows.fuse();
        let mut drained = false;
        let mut book = Book::default();
        loop {
            if stop.load(Ordering::Relaxed) {
                return self.wind_up(book, on_done);
            }
            let next = book.next_to_fly(&self.settings, drained);
            if !next.is_empty() {
                self.worker.send(book.launch(next));
            } else if book.has_room(&self.settings) && !drained {
                match windows.next() {
                    Some(supplied) => {
                        let window = supplied?.into();
                        let end = window.as_ref().map_or(0.0, |window| window.span.end);
                        self.settings.lasts_until(end);
                        book.waiting.extend(window.map(Arc::new));
                    }
                    None => drained = true,
                }
            }
            if drained && book.is_empty() {
                return Ok(Ended::Complete);
            }
            let busy = !book.has_room(&self.settings) || (drained && book.waiting.is_empty());
            let patience = if busy { BEAT } else { Duration::ZERO };
            match self.worker.reply(patience) {
                // The window is not to blame before the processor, too, has failed at it.
                Ok(Some(Reply::Failed { reason, .. })) if self.settings.gpu => {
                    self.bury(&mut book, &reason, &mut on_done)?;
                }
                Ok(Some(reply)) => {
                    if let Reply::Begun { index } = reply {
                        book.beginning(index).map(&mut on_begun);
                    }
                    if let Some(text) = self.settle(&mut book, reply)? {
                        on_done(text)?;
                    }
                }
                Ok(None) => {
                    if let Some(reason) = self.hanging(&book) {
                        self.bury(&mut book, &reason, &mut on_done)?;
                    }
                }
                Err(_) => {
                    let reason = self.worker.obituary();
                    self.bury(&mut book, &reason, &mut on_done)?;
                }
            }
        }
    }

    /// Enters a reply in the book; gives the text of a window that is done.
    fn settle(&mut self, book: &mut Book, reply: Reply) -> Result<Option<WindowText>, AsrError> {
        match reply {
            Reply::Begun { index } => {
                let flight = book.flying.iter_mut().find(|flight| flight.window.index == index);
                if let Some(flight) = flight {
                    tracing::debug!(index, "window begun");
                    flight.begun = Some(self.effort.begin());
                }
                Ok(None)
            }
            Reply::Done(mut text) => {
                let Some(flight) = book.land(text.index) else { return Ok(None) };
                book.killers = 0;
                text.attempts += flight.attempt - 1;
                Ok(Some(*text))
            }
            Reply::Failed { index, reason } => {
                let Some(flight) = book.land(index) else { return Ok(None) };
                if flight.attempt == 1 {
                    book.suspects.push_back(flight.window);
                    return Ok(None);
                }
                Ok(Some(failed(&flight.window, &format!("the engine failed twice: {reason}"))))
            }
            Reply::Ready { .. } | Reply::Refused { .. } => {
                Err(AsrError::Protocol { reason: "it started twice".to_owned() })
            }
        }
    }

    /// Why the worker must be taken for hanging, if it must. What counts is what it computes: on a busy
    /// machine a sound one may wait for long.
    fn hanging(&mut self, book: &Book) -> Option<String> {
        if book.flying.iter().all(|flight| flight.begun.is_none()) {
            return None;
        }
        let computed = self.effort.computed();
        let still = self.settings.still_limit.unwrap_or(STILL_LIMIT);
        if self.effort.still() > still {
            return Some(format!("no answer, and nothing computed for {still:.0} s"));
        }
        book.flying.iter().find_map(|flight| {
            let limit = self.limit(flight.window.span.duration());
            let taken = computed - flight.begun?;
            (taken > limit).then(|| format!("no answer within {limit:.0} s of computing"))
        })
    }

    /// Seconds that the process may compute while a window of this length is in flight.
    fn limit(&self, length: f64) -> f64 {
        // All windows of a batch begin at once, and the workers of the process compute side by side.
        let batch = self.settings.batch() as f64;
        let computed = LIMIT_PER_MEGABYTE * self.megabytes * length * batch;
        let one = self.settings.window_limit.unwrap_or((LEAST_LIMIT + computed).min(MOST_LIMIT));
        one * self.settings.decoders() as f64
    }

    /// Takes leave of a dead or hanging worker: decides about the windows in flight and starts
    /// another.
    fn bury<E: From<AsrError>>(
        &mut self,
        book: &mut Book,
        reason: &str,
        on_done: &mut impl FnMut(WindowText) -> Result<(), E>,
    ) -> Result<(), E> {
        // What was done before the end is kept.
        while let Ok(Some(reply)) = self.worker.reply(Duration::ZERO) {
            if let Some(text) = self.settle(book, reply)? {
                on_done(text)?;
            }
        }
        tracing::warn!("recognition process lost: {reason}");
        let short = if reason.contains("SIGKILL") { "; memory may be short" } else { "" };
        let none_begun = book.flying.iter().all(|flight| flight.begun.is_none());
        let mut innocent = Vec::new();
        for flight in std::mem::take(&mut book.flying) {
            if flight.begun.is_none() && !none_begun {
                innocent.push(flight.window);
            } else if flight.attempt == 1 {
                book.suspects.push_back(flight.window);
            } else {
                book.killers += 1;
                on_done(failed(&flight.window, &format!("twice: {reason}{short}")))?;
            }
        }
        for window in innocent.into_iter().rev() {
            book.waiting.push_front(window);
        }
        if book.killers >= HOPELESS {
            return Err(AsrError::Hopeless { count: book.killers }.into());
        }
        self.worker.end();
        if self.settings.gpu {
            tracing::warn!("recognition goes on on the processor");
            self.settings.gpu = false;
            self.gpu_unusable = Some(reason.to_owned());
        }
        self.worker = Worker::start(&self.settings)?;
        self.effort = Effort::of(self.worker.id());
        Ok(())
    }

    /// After a stop: takes what is done within the grace period, then ends.
    fn wind_up<E: From<AsrError>>(
        &mut self,
        mut book: Book,
        mut on_done: impl FnMut(WindowText) -> Result<(), E>,
    ) -> Result<Ended, E> {
        let end = Instant::now() + GRACE;
        while !book.flying.is_empty() && Instant::now() < end {
            match self.worker.reply(BEAT) {
                Ok(Some(reply)) => {
                    if let Some(text) = self.settle(&mut book, reply)? {
                        on_done(text)?;
                    }
                }
                Ok(None) => {}
                Err(_) => break,
            }
        }
        self.worker.end();
        Ok(Ended::Stopped)
    }
}

impl Book {
    /// Whether another batch may be handed over. Suspects fly alone.
    fn has_room(&self, settings: &Settings) -> bool {
        self.suspects.is_empty()
            && self.flying.iter().all(|flight| flight.attempt == 1)
            && self.flying.len() + settings.batch() <= settings.in_flight()
    }

    /// Windows that may fly together now, with how often each has been tried then; none where more are to
    /// come first. The last ones (`drained`) are shared out among the workers.
    fn next_to_fly(&mut self, settings: &Settings, drained: bool) -> Vec<(Arc<SpeechWindow>, u32)> {
        if self.flying.is_empty()
            && let Some(suspect) = self.suspects.pop_front()
        {
            return vec![(suspect, 2)];
        }
        let (waiting, batch) = (self.waiting.len(), settings.batch());
        if !self.has_room(settings) || waiting < batch && !drained {
            return Vec::new();
        }
        let share = waiting.div_ceil(settings.decoders()).min(batch);
        let count = if drained { share } else { batch };
        self.waiting.drain(..count).map(|window| (window, 1)).collect()
    }

    /// Enters the windows as handed over.
    fn launch(&mut self, batch: Vec<(Arc<SpeechWindow>, u32)>) -> Vec<(Arc<SpeechWindow>, u32)> {
        self.batches += 1;
        let flights = batch.iter().map(|(window, attempt)| Flight {
            window: Arc::clone(window),
            attempt: *attempt,
            batch: self.batches,
            begun: None,
        });
        self.flying.extend(flights);
        batch
    }

    /// All windows of the batch of this one, if it is the first of them that is begun.
    fn beginning(&self, index: u32) -> Option<Vec<(u32, TimeSpan)>> {
        let first = self.flying.iter().find(|flight| flight.window.index == index)?;
        let batch = self.flying.iter().filter(|flight| flight.batch == first.batch);
        let is_first = batch.clone().all(|flight| flight.begun.is_none());
        is_first.then(|| batch.map(|flight| (flight.window.index, flight.window.span)).collect())
    }

    fn land(&mut self, index: u32) -> Option<Flight> {
        let at = self.flying.iter().position(|flight| flight.window.index == index)?;
        Some(self.flying.swap_remove(at))
    }

    fn is_empty(&self) -> bool {
        self.flying.is_empty() && self.waiting.is_empty() && self.suspects.is_empty()
    }
}

/// The text of a window that could not be recognised: none, and why.
fn failed(window: &SpeechWindow, reason: &str) -> WindowText {
    WindowText {
        index: window.index,
        span: window.span,
        verdict: WindowVerdict::Failed,
        segments: Vec::new(),
        attempts: 2,
        temperature: 0.0,
        rejected: Vec::new(),
        flags: vec![Flag { kind: FlagKind::Failed, reason: reason.to_owned() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(count: u32) -> Book {
        let window = |index| {
            let span = TimeSpan::new(f64::from(index), f64::from(index) + 1.0);
            Arc::new(SpeechWindow { index, span, samples: Vec::new(), voiced: vec![span] })
        };
        Book { waiting: (0..count).map(window).collect(), ..Book::default() }
    }

    fn settings(workers: usize, duration: Option<f64>) -> Settings {
        let engine = EngineKind::Batched;
        Settings { engine, workers, duration, ..Settings::new("") }
    }

    /// Sizes of the batches that are handed over one after another until there is no room or nothing left.
    fn batches(book: &mut Book, settings: &Settings, drained: bool) -> Vec<usize> {
        let next = || {
            let batch = book.next_to_fly(settings, drained);
            (!batch.is_empty()).then(|| book.launch(batch).len())
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn batches_are_full_until_the_last() {
        let one = settings(1, None);
        assert_eq!(batches(&mut book(3), &one, false), [0; 0]);
        assert_eq!(batches(&mut book(7), &one, false), [4]);
        assert_eq!(batches(&mut book(7), &one, true), [4, 3]);
        // One batch more than the workers decode.
        let mut full = book(30);
        assert_eq!(batches(&mut full, &settings(2, None), false), [4, 4, 4]);
        assert!(!full.has_room(&settings(2, None)));
        // The last are shared out.
        assert_eq!(batches(&mut book(6), &settings(4, None), true), [2, 1, 1, 1, 1]);
    }

    #[test]
    fn a_short_recording_is_shared_out() {
        let sizes = |workers, duration| settings(workers, Some(duration)).batch();
        assert_eq!([sizes(1, 60.0), sizes(1, 600.0), sizes(8, 600.0)], [3, 4, 3]);
        assert_eq!([sizes(8, 0.0), sizes(8, f64::NAN), sizes(8, f64::INFINITY)], [1, 1, 4]);
        // Unless it lasts longer than its header says.
        let mut lies = settings(8, Some(60.0));
        lies.lasts_until(59.0);
        assert_eq!(lies.batch(), 1);
        lies.lasts_until(61.0);
        assert_eq!(lies.batch(), 4);
    }

    #[test]
    fn suspects_fly_alone() {
        let mut book = book(8);
        book.suspects = book.waiting.drain(..2).collect();
        let one = settings(1, None);
        assert_eq!(batches(&mut book, &one, false), [1]);
        assert_eq!(book.flying[0].attempt, 2);
        let index = book.flying[0].window.index;
        assert_eq!(book.beginning(index).map(|batch| batch.len()), Some(1));
        book.land(index);
        assert_eq!(batches(&mut book, &one, false), [1]);
        book.land(1);
        assert_eq!(batches(&mut book, &one, false), [4]);
    }

    #[test]
    fn a_batch_is_begun_once() {
        let mut book = book(4);
        batches(&mut book, &settings(1, None), false);
        let begun: Vec<u32> = book.beginning(2).unwrap().iter().map(|window| window.0).collect();
        assert_eq!(begun, [0, 1, 2, 3]);
        book.flying[2].begun = Some(0.0);
        assert_eq!(book.beginning(0), None);
    }
}
