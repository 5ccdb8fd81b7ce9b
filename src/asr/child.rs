//! The worker process as the parent holds it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frames::{self, Reply, Request};
use super::{AsrError, Settings};
use crate::meeting::SpeechWindow;

/// Lines of the worker's stderr kept for error messages.
const LAST_WORDS: usize = 5;

/// Windows to decode together, and how often each has been tried with this.
type Batch = Vec<(Arc<SpeechWindow>, u32)>;

/// A running worker process. Dropping it kills it.
pub(super) struct Worker {
    process: Child,
    /// Windows on their way in; none once the pipe is closed.
    outbox: Option<Sender<Batch>>,
    inbox: Receiver<Reply>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    threads: Vec<JoinHandle<()>>,
    gpu_unusable: Option<String>,
}

impl Worker {
    /// Starts the process and waits until the model is loaded.
    pub(super) fn start(settings: &Settings) -> Result<Self, AsrError> {
        let program = match &settings.program {
            Some(program) => program.clone(),
            None => own_program()
                .map_err(|source| AsrError::Start { program: "referent".into(), source })?,
        };
        let mut worker = Self::spawn(&program, settings)
            .map_err(|source| AsrError::Start { program: program.clone(), source })?;
        match worker.inbox.recv() {
            Ok(Reply::Ready { gpu_unusable }) => {
                worker.gpu_unusable = gpu_unusable;
                Ok(worker)
            }
            Ok(Reply::Refused { language: true, .. }) => {
                Err(AsrError::Language { language: settings.language.clone() })
            }
            Ok(Reply::Refused { reason, .. }) => {
                Err(AsrError::ModelUnusable { path: settings.model.clone(), reason })
            }
            Ok(other) => Err(AsrError::Protocol { reason: format!("it began with {other:?}") }),
            Err(_) => {
                let reason = worker.obituary();
                Err(AsrError::ModelUnusable { path: settings.model.clone(), reason })
            }
        }
    }

    fn spawn(program: &Path, settings: &Settings) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("worker")
            // An aborting ggml would start a debugger to print its own stack.
            .env("GGML_NO_BACKTRACE", "1")
            .env("REFERENT_LOG", "info,whisper_cpp=debug")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A group of its own: ctrl-C in the terminal reaches the parent only, which decides.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let missing = || std::io::Error::other("the worker has no pipes");
        let stdin = process.stdin.take().ok_or_else(missing)?;
        let stdout = process.stdout.take().ok_or_else(missing)?;
        let stderr = process.stderr.take().ok_or_else(missing)?;
        let (outbox, batches) = channel();
        let (replies, inbox) = channel();
        let last_words = Arc::new(Mutex::new(VecDeque::new()));
        let (head, kept) = (settings.clone(), Arc::clone(&last_words));
        let threads = vec![
            std::thread::spawn(move || feed(stdin, head, &batches)),
            std::thread::spawn(move || listen(stdout, &replies)),
            std::thread::spawn(move || log(stderr, &kept)),
        ];
        Ok(Self { process, outbox: Some(outbox), inbox, last_words, threads, gpu_unusable: None })
    }

    /// Why it computes on the processor, where a GPU was asked for in vain.
    pub(super) fn gpu_unusable(&self) -> Option<&str> {
        self.gpu_unusable.as_deref()
    }

    /// The process's number.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Hands windows over that are to be decoded together; a dead worker shows itself in [`Self::reply`].
    pub(super) fn send(&self, batch: Batch) {
        if let Some(outbox) = &self.outbox {
            let _ = outbox.send(batch);
        }
    }

    /// The next reply, if one comes in time.
    pub(super) fn reply(&self, patience: Duration) -> Result<Option<Reply>, Dead> {
        match self.inbox.recv_timeout(patience) {
            Ok(reply) => Ok(Some(reply)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Dead),
        }
    }

    /// Ends the process and says how it ended, with its last words.
    pub(super) fn obituary(&mut self) -> String {
        self.end();
        let status = match self.process.try_wait() {
            Ok(Some(status)) => format!("the recognition process ended ({status})"),
            _ => "the recognition process ended".to_owned(),
        };
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        match words.back() {
            Some(line) => format!("{status}: {line}"),
            None => status,
        }
    }

    /// Kills the process, if it still runs, and gathers its threads.
    pub(super) fn end(&mut self) {
        self.outbox = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// The program that is running, also when an upgrade has replaced its file meanwhile.
fn own_program() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let running = Path::new("/proc/self/exe");
    Ok(if !program.exists() && running.exists() { running.to_owned() } else { program })
}

/// The worker is gone.
#[derive(Debug)]
pub(super) struct Dead;

/// Writes windows to the worker; a thread of its own, so that a worker that does not read cannot
/// block the parent.
fn feed(mut to: ChildStdin, settings: Settings, batches: &Receiver<Batch>) {
    if frames::write(&mut to, &Request::Start(settings), &[]).is_err() {
        return;
    }
    while let Ok(batch) = batches.recv() {
        for (at, (window, attempt)) in batch.iter().enumerate() {
            let head = Request::Window {
                index: window.index,
                span: window.span,
                voiced: window.voiced.clone(),
                attempt: *attempt,
                more: at + 1 < batch.len(),
            };
            if frames::write(&mut to, &head, &window.samples).is_err() {
                return;
            }
        }
    }
}

fn listen(from: ChildStdout, replies: &Sender<Reply>) {
    let mut from = BufReader::new(from);
    while let Ok(Some((reply, _))) = frames::read::<Reply>(&mut from) {
        if replies.send(reply).is_err() {
            return;
        }
    }
}

/// The engine's log goes to ours. It holds no transcript text.
fn log(from: impl Read, kept: &Mutex<VecDeque<String>>) {
    for line in BufReader::new(from).split(b'\n') {
        let Ok(line) = line else { return };
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if line.is_empty() {
            continue;
        }
        tracing::debug!(target: "referent::worker", "{line}");
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == LAST_WORDS {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}
