//! A test hook: the worker breaks on purpose at given windows, so that tests can prove through the
//! real process what an engine's crash costs.
//!
//! `REFERENT_WORKER_FAULT=abort:3,segv:5@1,hang:7,error:2` aborts at window 3 every time, brings down
//! the process by a segmentation fault at window 5 on the first attempt only, and so on: `oom` is the
//! end that the system gives a process when memory is short, `exit` one without a word, `garbage`
//! breaks the protocol, `hang` waits for ever, `spin` computes for ever, and `starve` is a second and
//! a half without the processor. Nothing sets it outside tests.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Name of the environment variable.
const VARIABLE: &str = "REFERENT_WORKER_FAULT";

/// The faults asked for.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(String, u32, Option<u32>)>);

impl Faults {
    /// Reads the environment; what is not understood is left out.
    pub(super) fn from_environment() -> Self {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        let fault = |part: &str| {
            let (kind, place) = part.trim().split_once(':')?;
            let (index, attempt) = match place.split_once('@') {
                Some((index, attempt)) => (index, Some(attempt.parse().ok()?)),
                None => (place, None),
            };
            Some((kind.to_owned(), index.parse().ok()?, attempt))
        };
        Self(text.split(',').filter_map(fault).collect())
    }

    /// Breaks if that was asked for; gives the reason of an engine error. `replies` is where the parent
    /// listens.
    pub(super) fn strike(&self, index: u32, attempt: u32, replies: &Mutex<File>) -> Option<String> {
        let hit = |fault: &&(String, u32, Option<u32>)| {
            fault.1 == index && fault.2.is_none_or(|wanted| wanted == attempt)
        };
        match self.0.iter().find(hit)?.0.as_str() {
            "abort" => std::process::abort(),
            "segv" => die_of(libc::SIGSEGV),
            "oom" => die_of(libc::SIGKILL),
            "hang" => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            "spin" => loop {
                std::hint::spin_loop();
            },
            "starve" => {
                std::thread::sleep(Duration::from_millis(1500));
                None
            }
            "exit" => std::process::exit(0),
            "garbage" => {
                let mut replies = replies.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = replies.write_all(&[0x9b; 4096]).and_then(|()| replies.flush());
                None
            }
            "error" => Some("an error was asked for".to_owned()),
            _ => None,
        }
    }
}

#[allow(unsafe_code)]
fn die_of(signal: libc::c_int) -> ! {
    // SAFETY: both calls only change how this process ends; the default action of the signals given
    // here is to end it.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
    std::process::abort()
}
