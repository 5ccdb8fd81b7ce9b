//! The child's side: hosts one model and answers windows until stdin ends.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};

use super::engine::{Engine, EngineError, Session};
use super::fault::Faults;
use super::frames::{self, Reply, Request};
use super::rehearsal::Rehearsal;
use super::whisper_cpp::{Refusal, WhisperCpp};
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
    let Some((Request::Start(settings), _)) = frames::read(&mut requests)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the first request was no start"));
    };
    let engine: Box<dyn Engine> = match load(&settings) {
        Ok(engine) => engine,
        Err(refusal) => {
            let (reason, language) = match refusal {
                Refusal::Model(reason) => (reason, false),
                Refusal::Language => (String::new(), true),
            };
            return say(&replies, &Reply::Refused { reason, language });
        }
    };
    say(&replies, &Reply::Ready)?;
    // The parent keeps few windows in flight, so the queue needs no bound of its own.
    let (queue, windows) = channel();
    let windows = Mutex::new(windows);
    std::thread::scope(|scope| {
        for _ in 0..settings.workers.max(1) {
            scope.spawn(|| {
                // Without its parent a worker has nothing left to do.
                if work(engine.as_ref(), &settings, &windows, &replies).is_err() {
                    leave(0);
                }
            });
        }
        loop {
            let window = match frames::read(&mut requests) {
                Ok(Some((Request::Window { index, span, voiced, attempt }, samples))) => {
                    (SpeechWindow { index, span, samples, voiced }, attempt)
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
            };
            // The receiver lives as long as this function.
            let _ = queue.send(window);
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

fn load(settings: &Settings) -> Result<Box<dyn Engine>, Refusal> {
    Ok(match settings.engine {
        EngineKind::Rehearsal => Box::new(Rehearsal),
        EngineKind::WhisperCpp => Box::new(WhisperCpp::load(
            &settings.model,
            &settings.language,
            &settings.prompt,
            settings.gpu,
            settings.fallback,
        )?),
    })
}

/// One worker: takes windows until there are no more.
fn work(
    engine: &dyn Engine,
    settings: &Settings,
    windows: &Mutex<Receiver<(SpeechWindow, u32)>>,
    replies: &Mutex<File>,
) -> io::Result<()> {
    let faults = Faults::from_environment();
    let mut session: Option<Box<dyn Session + '_>> = None;
    loop {
        let next = windows.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((window, attempt)) = next else { return Ok(()) };
        let index = window.index;
        say(replies, &Reply::Begun { index })?;
        let result = match faults.strike(index, attempt, replies) {
            Some(reason) => Err(EngineError(reason)),
            None => recognise(engine, settings, &mut session, &window),
        };
        match result {
            Ok(text) => say(replies, &Reply::Done(Box::new(text)))?,
            Err(error) => {
                session = None;
                say(replies, &Reply::Failed { index, reason: error.to_string() })?;
            }
        }
    }
}

fn recognise<'engine>(
    engine: &'engine dyn Engine,
    settings: &Settings,
    session: &mut Option<Box<dyn Session + 'engine>>,
    window: &SpeechWindow,
) -> Result<crate::meeting::WindowText, EngineError> {
    let mut ready = match session.take() {
        Some(ready) => ready,
        None => engine.session()?,
    };
    let text = guard::recognise(ready.as_mut(), window, &settings.prompt)?;
    *session = Some(ready);
    Ok(text)
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
