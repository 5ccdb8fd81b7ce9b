//! Progress in audio time, with a measured rate and an honest time to go.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Printer;
use super::pace::Pace;
use crate::meeting::clock;
use crate::pipeline::{Event, Progress, Work};

/// Without a terminal, one line at least this often.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// Shows how far the recording has been heard: a bar on a terminal, lines elsewhere, JSON events for
/// scripts.
pub(super) struct Bar<'a> {
    printer: &'a Printer,
    json: bool,
    bar: Option<ProgressBar>,
    pace: Pace,
    last_line: Instant,
    last_tenth: u32,
}

impl<'a> Bar<'a> {
    /// `json` prints every event as a line of JSON on stdout.
    pub(super) fn new(printer: &'a Printer, json: bool) -> Self {
        let pace = Pace::default();
        Self { printer, json, bar: None, pace, last_line: Instant::now(), last_tenth: 0 }
    }

    /// Takes the bar off the screen.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn opened(&mut self, name: &str, duration: Option<f64>) {
        self.pace = Pace::start(duration);
        let length = duration.map_or_else(|| "length unknown".to_owned(), clock);
        if self.printer.is_interactive() && !self.json {
            self.printer.note(format_args!("{name} ({length})"));
            // Hidden until it is dressed.
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_message("starting recognition");
            self.bar = Some(bar.clone());
            self.dress();
            bar.set_draw_target(ProgressDrawTarget::stderr());
        } else {
            self.printer.note(format_args!("Hearing {name} ({length})"));
        }
    }

    /// A bar when the length is known, else a sign of life; below it, what counts itself down.
    fn dress(&self) {
        let Some(bar) = &self.bar else { return };
        let (template, length) = match self.pace.total() {
            Some(total) => ("{bar:40.cyan} {percent:>3} %  {msg}\n{forecast}", Some(total as u64)),
            None => ("{spinner}  {msg}\n{forecast}", None),
        };
        if let Some(length) = length {
            bar.set_length(length);
        }
        let pace = self.pace.clone();
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key(
                "forecast",
                move |_: &_, to: &mut dyn std::fmt::Write| {
                    // A line that cannot be written is drawn again half a second later.
                    let _ = to.write_str(&pace.forecast());
                },
            ));
        }
        bar.enable_steady_tick(Duration::from_millis(500));
    }

    /// Tells how far it is; `last` when there is nothing more to come.
    fn tell(&mut self, last: bool) {
        if self.json {
            let left = self.pace.left();
            self.printer.data(json!({
                "event": "progress",
                "done": (self.pace.done() * 1000.0).round() / 1000.0,
                "total": self.pace.total(),
                "rate": self.pace.rate().map(|rate| (rate * 100.0).round() / 100.0),
                "eta": self.pace.to_go().map(f64::round),
                "eta_at_most": self.pace.at_most(),
                "windows": self.pace.worked().windows,
                "windows_left": left.map(|left| left.windows),
                "speech_left": left.map(|left| left.seconds.round()),
                "trouble": self.pace.trouble(),
            }));
            return;
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.pace.done() as u64);
            bar.set_message(self.pace.place());
            self.dress();
            return;
        }
        let tenth = self.pace.total().map_or(0, |total| (self.pace.done() / total * 10.0) as u32);
        if last || tenth > self.last_tenth || self.last_line.elapsed() >= LINE_EVERY {
            self.last_tenth = tenth;
            self.last_line = Instant::now();
            let share = self.pace.share().map_or_else(String::new, |share| format!(" ({share} %)"));
            let line = format!("  {}{share}, {}", self.pace.place(), self.pace.forecast());
            self.printer.note(line);
        }
    }

    fn resumed(&self, windows: usize, speech: f64, complete: bool) {
        if self.json {
            self.printer.data(json!({
                "event": "resumed", "windows": windows, "speech": speech.round(),
            }));
        }
        let state =
            if complete { "Recognition is done already" } else { "Going on where it stopped" };
        let line = format!("{state}: {windows} windows, {} of speech", clock(speech));
        match &self.bar {
            Some(bar) => bar.suspend(|| self.printer.note(&line)),
            None => self.printer.note(&line),
        }
    }

    fn surveyed(&mut self, duration: f64, speech: Work) {
        self.pace.survey(duration);
        if self.json {
            self.printer.data(json!({
                "event": "surveyed",
                "duration": (duration * 1000.0).round() / 1000.0,
                "windows": speech.windows,
                "speech": speech.seconds.round(),
            }));
            return;
        }
        let line = format!("  {} of speech in {}", clock(speech.seconds), clock(duration));
        match &self.bar {
            Some(bar) => bar.suspend(|| self.printer.note(&line)),
            None => self.printer.note(&line),
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
                self.resumed(windows, speech, complete);
            }
            Event::Surveyed { duration, speech } => self.surveyed(duration, speech),
            Event::Heard(news) => {
                self.pace.heard(news);
                self.tell(false);
            }
            Event::Ended { duration } => {
                let worked = self.pace.worked().windows > 0;
                self.pace.end(duration);
                if worked || self.json {
                    self.tell(true);
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
