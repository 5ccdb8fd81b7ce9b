//! How much a process has computed.
//!
//! A window's limit is of computing, not of time that passes: the worker gives way to everything else
//! on the machine, so a sound one may take ten times as long on a busy day.

use std::time::Instant;

/// Most seconds that one look adds to standing still: time in which we ourselves had no turn, or the
/// machine slept, says nothing about the process.
const LOOK: f64 = 1.0;

/// The processor time of a process, and for how long it stood still.
#[derive(Debug)]
pub(super) struct Effort {
    process: u32,
    started: Instant,
    looked: Instant,
    computed: f64,
    still: f64,
}

impl Effort {
    pub(super) fn of(process: u32) -> Self {
        let now = Instant::now();
        Self { process, started: now, looked: now, computed: 0.0, still: 0.0 }
    }

    /// Looks: seconds of processor time so far, on all cores together; where the system does not tell
    /// them, seconds that passed.
    pub(super) fn computed(&mut self) -> f64 {
        let computed =
            processor_time(self.process).unwrap_or_else(|| self.started.elapsed().as_secs_f64());
        let passed = self.looked.elapsed().as_secs_f64().min(LOOK);
        self.looked = Instant::now();
        if computed > self.computed {
            self.computed = computed;
            self.still = 0.0;
        } else {
            self.still += passed;
        }
        self.computed
    }

    /// [`Self::computed`] as something begins: a process that waited for work did not stand still.
    pub(super) fn begin(&mut self) -> f64 {
        let computed = self.computed();
        self.still = 0.0;
        computed
    }

    /// Seconds, up to the last look, since the processor time grew.
    pub(super) fn still(&self) -> f64 {
        self.still
    }
}

/// Ticks a second in `/proc/PID/stat`: `USER_HZ`, which is 100 on every platform that Rust's standard
/// library is built for.
#[cfg(target_os = "linux")]
const TICKS: f64 = 100.0;

/// User and system time of a process, all its threads together: fields 14 and 15 of `/proc/PID/stat`,
/// see proc(5).
#[cfg(target_os = "linux")]
fn processor_time(process: u32) -> Option<f64> {
    let text = fs_err::read(format!("/proc/{process}/stat")).ok()?;
    // The program's name, in brackets, may hold anything.
    let after = text.iter().rposition(|byte| *byte == b')')? + 1;
    let rest = String::from_utf8_lossy(text.get(after..)?).into_owned();
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let (user, system) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some((user + system) / TICKS)
}

#[cfg(not(target_os = "linux"))]
fn processor_time(_process: u32) -> Option<f64> {
    None
}
