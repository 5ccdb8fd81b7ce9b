//! The child's side: hosts one model and answers windows until stdin ends.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::sync::{Condvar, Mutex, PoisonError};

use super::batched::{Batched, Refusal as BatchedRefusal};
use super::engine::{Engine, Session};
use super::fault::Faults;
use super::frames::{self, Reply, Request};
use super::rehearsal::Rehearsal;
use super::whisper_cpp::{self, Refusal, WhisperCpp};
use super::{EngineKind, Settings, guard};
use crate::meeting::SpeechWindow;

/// Exit code when the parent does not keep to the protocol: a bug of ours.
const PROTOCOL: i32 = 70;

/// Reads requests from stdin and writes replies to stdout until stdin ends, which also happens when
/// the parent dies, however it dies. Once windows are taken it does not return: native threads may
/// still compute.
///
/// # Errors
/// When the parent breaks the protocol or the pipes break.
pub fn serve() -> io::Result<()> {
    let replies = Mutex::new(claim_stdout()?);
    let mut requests = BufReader::new(io::stdin());
    let Some((Request::Start(mut settings), _)) = frames::read(&mut requests)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the first request was no start"));
    };
    let Loaded { engine, workers, gpu_unusable } = match load(&settings) {
        Ok(loaded) => loaded,
        Err(refusal) => {
            let (reason, language) = match refusal {
                Refusal::Model(reason) => (reason, false),
                Refusal::Language => (String::new(), true),
            };
            return say(&replies, &Reply::Refused { reason, language });
        }
    };
    settings.gpu &= gpu_unusable.is_none();
    settings.workers = workers;
    say(&replies, &Reply::Ready { gpu_unusable })?;
    let queue = Queue::default();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                // Without its parent a worker has nothing left to do.
                if work(engine.as_ref(), &settings, &queue, &replies).is_err() {
                    leave(0);
                }
            });
        }
        let mut batch = Vec::new();
        loop {
            match frames::read(&mut requests) {
                Ok(Some((Request::Window { index, span, voiced, attempt, more }, samples))) => {
                    batch.push((SpeechWindow { index, span, samples, voiced }, attempt));
                    if !more {
                        queue.put(std::mem::take(&mut batch));
                    }
                }
                Ok(None) => leave(0),
                Ok(Some((Request::Start(_), _))) => {
                    tracing::error!("the parent started recognition twice");
                    leave(PROTOCOL);
                }
                Err(error) => {
                    tracing::error!("the parent's request cannot be read: {error}");
                    leave(PROTOCOL);
                }
            }
        }
    })
}

/// Ends the process at once. Native threads may still compute, and what a process does on its usual
/// way out pulls ggml's tables away under them.
#[cfg(unix)]
#[allow(unsafe_code)]
fn leave(code: i32) -> ! {
    // SAFETY: ends the process; everything that was to be written is flushed after each reply.
    unsafe { libc::_exit(code) }
}

/// Ends the process.
#[cfg(windows)]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}

/// What the process hosts.
struct Loaded {
    engine: Box<dyn Engine>,
    /// Threads that decode, 1 or more.
    workers: usize,
    gpu_unusable: Option<String>,
}

fn load(settings: &Settings) -> Result<Loaded, Refusal> {
    let workers = settings.workers.max(1);
    let engine: Box<dyn Engine> = match settings.engine {
        EngineKind::Rehearsal => Box::new(Rehearsal),
        EngineKind::Batched => return load_batched(settings, workers),
        EngineKind::WhisperCpp => return load_whisper_cpp(settings, workers),
    };
    Ok(Loaded { engine, workers, gpu_unusable: None })
}

/// Loads the batched engine: on the GPU if one is wanted and can hold the model, else on the processor.
fn load_batched(settings: &Settings, workers: usize) -> Result<Loaded, Refusal> {
    let Settings { model, language, prompt, fallback, .. } = settings;
    let refused = |refusal| match refusal {
        BatchedRefusal::Model(reason) => Refusal::Model(reason),
        BatchedRefusal::Language => Refusal::Language,
    };
    let mut gpu_unusable = None;
    if settings.gpu {
        match load_on_gpu(settings) {
            // One worker keeps a GPU busy.
            Ok(engine) => return Ok(Loaded { engine, workers: 1, gpu_unusable: None }),
            Err(BatchedRefusal::Language) => return Err(Refusal::Language),
            Err(BatchedRefusal::Model(reason)) => gpu_unusable = Some(reason),
        }
    }
    let engine = Box::new(Batched::load(model, language, prompt, *fallback).map_err(refused)?);
    Ok(Loaded { engine, workers, gpu_unusable })
}

#[cfg(feature = "ctranslate2")]
fn load_on_gpu(settings: &Settings) -> Result<Box<dyn Engine>, BatchedRefusal> {
    use super::batched::gpu::{OnGpu, Place, finds_gpu};
    let Settings { model, language, prompt, fallback, .. } = settings;
    let unusable = |reason: &str| BatchedRefusal::Model(reason.to_owned());
    let folder = settings.published.as_deref();
    let folder = folder.ok_or_else(|| unusable("the model is no CTranslate2 folder"))?;
    if !finds_gpu() {
        return Err(unusable(
            "there is no NVIDIA GPU that this build can use, or its driver is missing",
        ));
    }
    let engine = OnGpu::load(folder, model, language, prompt, *fallback, Place::Gpu)?;
    Ok(Box::new(engine))
}

#[cfg(not(feature = "ctranslate2"))]
fn load_on_gpu(_settings: &Settings) -> Result<Box<dyn Engine>, BatchedRefusal> {
    Err(BatchedRefusal::Model("this build batches on the processor only".to_owned()))
}

/// Loads whisper.cpp on the GPU if one is wanted and can hold the model and at least one worker's
/// states, else on the processor.
fn load_whisper_cpp(settings: &Settings, workers: usize) -> Result<Loaded, Refusal> {
    let load = |gpu| {
        let Settings { model, language, prompt, fallback, .. } = settings;
        WhisperCpp::load(model, language, prompt, gpu, *fallback)
    };
    let gpu_unusable = if !settings.gpu {
        None
    } else if !whisper_cpp::finds_gpu() {
        Some("there is no GPU that this build can use, or its driver is missing")
    } else {
        match load(true) {
            Ok(engine) => {
                // Memory that is short shows itself now, not at a window.
                let tries = (0..workers).map_while(|_| engine.session().ok());
                let room = tries.collect::<Vec<_>>().len();
                if room > 0 {
                    let engine = Box::new(engine);
                    return Ok(Loaded { engine, workers: room, gpu_unusable: None });
                }
                Some("the GPU has too little free memory to decode with this model")
            }
            Err(Refusal::Language) => return Err(Refusal::Language),
            Err(Refusal::Model(_)) => Some("the GPU has too little free memory for this model"),
        }
    };
    let engine = Box::new(load(false)?);
    Ok(Loaded { engine, workers, gpu_unusable: gpu_unusable.map(str::to_owned) })
}

/// Windows that are decoded together, and how often each has been tried with this.
type Batch = Vec<(SpeechWindow, u32)>;

/// Batches that wait for a worker. The parent keeps few in flight, so it needs no bound of its own.
#[derive(Default)]
struct Queue {
    batches: Mutex<VecDeque<Batch>>,
    filled: Condvar,
}

impl Queue {
    fn put(&self, batch: Batch) {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.push_back(batch);
        self.filled.notify_one();
    }

    /// Waits for a batch.
    fn take(&self) -> Batch {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(batch) = batches.pop_front() {
                return batch;
            }
            batches = self.filled.wait(batches).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// One worker: takes windows as long as the process lives.
fn work(
    engine: &dyn Engine,
    settings: &Settings,
    queue: &Queue,
    replies: &Mutex<File>,
) -> io::Result<()> {
    let faults = Faults::from_environment();
    let mut session: Option<Box<dyn Session + '_>> = None;
    loop {
        let taken = queue.take();
        for (window, _) in &taken {
            say(replies, &Reply::Begun { index: window.index })?;
        }
        let mut windows = Vec::with_capacity(taken.len());
        for (window, attempt) in &taken {
            match faults.strike(window.index, *attempt, replies) {
                Some(reason) => say(replies, &Reply::Failed { index: window.index, reason })?,
                None => windows.push(window),
            }
        }
        let ready = match session.take() {
            Some(ready) => Ok(ready),
            None => engine.session(),
        };
        let mut ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                for window in windows {
                    let reason = error.to_string();
                    say(replies, &Reply::Failed { index: window.index, reason })?;
                }
                continue;
            }
        };
        let texts = guard::recognise_together(ready.as_mut(), &windows, &settings.prompt);
        let sound = texts.iter().all(Result::is_ok);
        for (window, text) in windows.iter().zip(texts) {
            let reply = match text {
                Ok(text) => Reply::Done(Box::new(text)),
                Err(error) => Reply::Failed { index: window.index, reason: error.to_string() },
            };
            say(replies, &reply)?;
        }
        // What an error leaves behind must not reach the next window.
        session = sound.then_some(ready);
    }
}

fn say(replies: &Mutex<File>, reply: &Reply) -> io::Result<()> {
    let mut to = replies.lock().unwrap_or_else(PoisonError::into_inner);
    frames::write(&mut *to, reply, &[])?;
    to.flush()
}

/// Takes stdout for the replies and lets whatever native code may print go to stderr instead.
#[cfg(unix)]
#[allow(unsafe_code)]
fn claim_stdout() -> io::Result<File> {
    use std::os::fd::FromRawFd;
    // SAFETY: both descriptors are open for as long as the program runs; dup gives a new one that
    // nobody else owns.
    unsafe {
        let own = libc::dup(libc::STDOUT_FILENO);
        if own < 0 || libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(File::from_raw_fd(own))
    }
}

/// Takes stdout for the replies.
#[cfg(windows)]
fn claim_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
