//! Progress in audio time, with a measured rate and an honest time to go.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Printer;
use crate::meeting::clock;
use crate::pipeline::{Event, Progress};

/// Without a terminal, one line at least this often.
const LINE_EVERY: Duration = Duration::from_secs(60);
/// No forecast before this much was worked through: the first window also pays for start-up.
const FORECAST_AFTER: f64 = 30.0;

/// Shows how far the recording has been heard: a bar on a terminal, lines elsewhere, JSON events for
/// scripts.
pub(super) struct Bar<'a> {
    printer: &'a Printer,
    json: bool,
    bar: Option<ProgressBar>,
    duration: Option<f64>,
    started: Instant,
    last_line: Instant,
    last_tenth: u32,
}

impl<'a> Bar<'a> {
    /// `json` prints every event as a line of JSON on stdout.
    pub(super) fn new(printer: &'a Printer, json: bool) -> Self {
        let now = Instant::now();
        Self {
            printer,
            json,
            bar: None,
            duration: None,
            started: now,
            last_line: now,
            last_tenth: 0,
        }
    }

    /// Takes the bar off the screen.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn opened(&mut self, name: &str, duration: Option<f64>) {
        self.duration = duration;
        self.started = Instant::now();
        let length = duration.map_or_else(|| "length unknown".to_owned(), clock);
        if self.printer.is_interactive() && !self.json {
            self.printer.note(format_args!("{name} ({length})"));
            let bar = ProgressBar::new(duration.unwrap_or(0.0).max(0.0) as u64);
            let template = if duration.is_some() { "{bar:32} {msg}" } else { "{spinner} {msg}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(500));
            bar.set_message("starting recognition");
            self.bar = Some(bar);
        } else {
            self.printer.note(format_args!("Hearing {name} ({length})"));
        }
    }

    fn heard(&mut self, done: f64, fresh: f64) {
        let pace = Pace::new(self.duration, done, fresh, self.started.elapsed());
        if self.json {
            self.printer.data(json!({
                "event": "progress",
                "done": (done * 1000.0).round() / 1000.0,
                "total": self.duration,
                "rate": pace.rate.map(|rate| (rate * 100.0).round() / 100.0),
                "eta": pace.to_go.map(f64::round),
            }));
            return;
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
            bar.set_message(pace.words());
            return;
        }
        let tenth = self.duration.map_or(0, |total| (done / total * 10.0) as u32);
        if tenth > self.last_tenth || self.last_line.elapsed() >= LINE_EVERY {
            self.last_tenth = tenth;
            self.last_line = Instant::now();
            self.printer.note(format_args!("  {}", pace.words()));
        }
    }
}

impl Progress for Bar<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Opened { recording, duration } => {
                if self.json {
                    self.printer.data(json!({
                        "event": "opened", "recording": recording.name, "duration": duration,
                    }));
                }
                self.opened(&recording.name, duration);
            }
            Event::Resumed { windows, speech, complete } => {
                if self.json {
                    self.printer.data(json!({
                        "event": "resumed", "windows": windows, "speech": speech.round(),
                    }));
                }
                let state = if complete {
                    "Recognition is done already"
                } else {
                    "Going on where it stopped"
                };
                let line = format!("{state}: {windows} windows, {} of speech", clock(speech));
                match &self.bar {
                    Some(bar) => bar.suspend(|| self.printer.note(&line)),
                    None => self.printer.note(&line),
                }
            }
            Event::Retrying { windows } => {
                if self.json {
                    self.printer.data(json!({ "event": "retrying", "windows": windows }));
                }
                let line = format!("Trying {windows} windows again that failed before");
                match &self.bar {
                    Some(bar) => bar.suspend(|| self.printer.note(&line)),
                    None => self.printer.note(&line),
                }
            }
            Event::Heard { done, fresh } => self.heard(done, fresh),
            Event::Stage(stage) => {
                if self.json {
                    self.printer.data(json!({ "event": "stage", "stage": stage }));
                }
                if let Some(bar) = &self.bar {
                    bar.set_message(stage);
                }
            }
        }
    }
}

/// How fast it goes, and how long it will take.
struct Pace {
    done: f64,
    total: Option<f64>,
    /// Seconds of recording per second of work.
    rate: Option<f64>,
    /// Seconds.
    to_go: Option<f64>,
}

impl Pace {
    fn new(total: Option<f64>, done: f64, fresh: f64, elapsed: Duration) -> Self {
        let rate =
            (fresh >= FORECAST_AFTER && !elapsed.is_zero()).then(|| fresh / elapsed.as_secs_f64());
        let to_go = rate.zip(total).map(|(rate, total)| (total - done).max(0.0) / rate);
        Self { done, total, rate, to_go }
    }

    fn words(&self) -> String {
        let mut words = clock(self.done);
        if let Some(total) = self.total {
            let share = if total > 0.0 { (self.done / total * 100.0).min(100.0) } else { 100.0 };
            words.push_str(&format!(" of {} ({share:.0} %)", clock(total)));
        }
        match (self.rate, self.to_go) {
            (Some(rate), Some(to_go)) => {
                words.push_str(&format!(", {rate:.1}x real time, about {} to go", clock(to_go)));
            }
            (Some(rate), None) => {
                words.push_str(&format!(", {rate:.1}x real time, time to go unknown"));
            }
            (None, _) => words.push_str(", measuring the rate"),
        }
        words
    }
}
