//! How fast the work goes, and when it will be done.
//!
//! The pipeline says how long the rest takes, and how far off that may be; see [`TimeToGo`]. A figure is
//! told only when it is good; before, and in the last moments, what it takes at most is.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Zoned};

use crate::meeting::clock;
use crate::pipeline::{News, TimeToGo, Work};

/// No forecast before this many seconds of the recording were worked through: the first window also
/// pays for start-up.
const FORECAST_AFTER: f64 = 30.0;
/// What it takes at most is told in steps of these seconds, beyond the last in steps of that.
const STEPS: [f64; 10] = [10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0];

/// The state of the work.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    started: Instant,
    /// Time of the last news.
    now: Instant,
    /// Seconds of the recording: its length, how far it is done, and what this run did of it.
    total: Option<f64>,
    done: f64,
    fresh: f64,
    worked: Work,
    left: Option<Work>,
    trouble: u32,
    to_go: Option<TimeToGo>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::start(None)
    }
}

impl Pace {
    /// At the beginning of a recording of `total` seconds.
    pub(super) fn start(total: Option<f64>) -> Self {
        let now = Instant::now();
        let total = total.filter(|total| *total > 0.0);
        let (worked, left) = (Work::default(), None);
        Self {
            started: now,
            now,
            total,
            done: 0.0,
            fresh: 0.0,
            worked,
            left,
            trouble: 0,
            to_go: None,
        }
    }

    /// The recording was looked through and lasts `total` seconds.
    pub(super) fn survey(&mut self, total: f64) {
        self.total = Some(total);
    }

    /// News from the work.
    pub(super) fn heard(&mut self, news: News) {
        self.now = Instant::now();
        self.done = self.done.max(news.done);
        (self.fresh, self.worked, self.left) = (news.fresh, news.worked, news.left);
        (self.trouble, self.to_go) = (news.trouble, news.to_go);
    }

    /// Everything is heard.
    pub(super) fn end(&mut self, total: f64) {
        self.now = Instant::now();
        self.fresh += (total - self.done).max(0.0);
        (self.done, self.total) = (total, Some(total));
        self.left = Some(Work::default());
    }

    /// Seconds of the recording that are done.
    pub(super) fn done(&self) -> f64 {
        self.done
    }

    /// Seconds of the recording; none when unknown.
    pub(super) fn total(&self) -> Option<f64> {
        self.total.map(|total| total.max(self.done))
    }

    /// What this run has recognised.
    pub(super) fn worked(&self) -> Work {
        self.worked
    }

    /// What is left to recognise, when that is known.
    pub(super) fn left(&self) -> Option<Work> {
        self.left
    }

    /// Windows that a person must listen to.
    pub(super) fn trouble(&self) -> u32 {
        self.trouble
    }

    /// Per cent of the recording that are done.
    pub(super) fn share(&self) -> Option<u32> {
        self.total().map(|total| (self.done / total * 100.0).floor().clamp(0.0, 100.0) as u32)
    }

    /// Seconds of recording per second of work.
    pub(super) fn rate(&self) -> Option<f64> {
        let spent = self.spent();
        (self.fresh >= FORECAST_AFTER && spent > 0.0).then(|| self.fresh / spent)
    }

    fn is_done(&self) -> bool {
        self.total().is_some_and(|total| self.done >= total)
    }

    /// Seconds until everything is heard, as of the last news; none when that is not known well.
    pub(super) fn to_go(&self) -> Option<f64> {
        if self.is_done() {
            return Some(0.0);
        }
        self.to_go.filter(TimeToGo::is_good).map(|to_go| to_go.about)
    }

    /// Seconds that it takes at most until everything is heard, as of the last news, in round figures;
    /// none when not even that is known.
    pub(super) fn at_most(&self) -> Option<f64> {
        if self.is_done() {
            return Some(0.0);
        }
        let most = self.to_go.map(|to_go| to_go.about + to_go.within)?;
        let last = STEPS[STEPS.len() - 1];
        let step = STEPS.into_iter().find(|step| most <= *step);
        Some(step.unwrap_or_else(|| (most / last).ceil() * last))
    }

    /// Seconds from this moment until so many after the last news are over.
    fn until(&self, seconds: f64) -> f64 {
        let end = self.now + Duration::from_secs_f64(seconds.clamp(0.0, 1e7));
        end.saturating_duration_since(Instant::now()).as_secs_f64()
    }

    fn spent(&self) -> f64 {
        (self.now - self.started).as_secs_f64()
    }

    /// `0:12:40 of 3:00:00`.
    pub(super) fn place(&self) -> String {
        match self.total() {
            Some(total) => format!("{} of {}", clock(self.done), clock(total)),
            None => format!("{}, length unknown", clock(self.done)),
        }
    }

    /// Rate, time to go from this moment, and when that will be.
    pub(super) fn forecast(&self) -> String {
        let Some(rate) = self.rate() else { return "measuring the rate".to_owned() };
        let mut words = format!("{rate:.1}x real time, ");
        match self.to_go() {
            Some(0.0) => words.push_str(&format!("done in {}", clock(self.spent()))),
            Some(to_go) => {
                let left = self.until(to_go);
                words.push_str(&format!("{} to go, done about {}", clock(left), at(left)));
            }
            None => match self.at_most() {
                Some(most) if self.until(most) > 0.0 => {
                    // The clock tells minutes; the next one is surely not too early.
                    let end = at(self.until(most) + 60.0);
                    words.push_str(&format!("less than {} to go, done before {end}", clock(most)));
                }
                Some(_) => words.push_str("takes longer than expected"),
                None if self.total.is_some() => words.push_str("time to go not known yet"),
                None => words.push_str("time to go unknown"),
            },
        }
        if self.trouble > 0 {
            let windows = if self.trouble == 1 { "window" } else { "windows" };
            words.push_str(&format!("; {} {windows} to listen to", self.trouble));
        }
        words
    }
}

/// The clock on the wall so many seconds from now; with the day, when it is another one.
fn at(seconds: f64) -> String {
    let now = Zoned::now();
    let then = now.saturating_add(SignedDuration::from_secs(seconds as i64));
    let form = if then.date() == now.date() { "%H:%M" } else { "%A %H:%M" };
    then.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(spent: u64, total: Option<f64>) -> Pace {
        let mut pace = Pace::start(total);
        pace.started -= Duration::from_secs(spent);
        pace
    }

    fn heard(done: f64, fresh: f64) -> News {
        News { done, fresh, ..News::default() }
    }

    #[test]
    fn a_time_to_go_is_told_when_it_is_good() {
        let mut pace = after(600, Some(5400.0));
        let mut told = |about, within| {
            let to_go = Some(TimeToGo { about, within });
            pace.heard(News { to_go, ..heard(1800.0, 1800.0) });
            (pace.to_go(), pace.at_most(), pace.forecast())
        };
        assert_eq!(told(128.0, 32.0).0, Some(128.0));
        assert!(told(128.0, 32.0).2.starts_with("3.0x real time, 0:02:07 to go, done about "));
        // What may be off by more is no figure to plan with.
        let (to_go, most, words) = told(128.0, 33.0);
        assert_eq!((to_go, most), (None, Some(180.0)));
        assert!(
            words.starts_with("3.0x real time, less than 0:03:00 to go, done before "),
            "{words}"
        );
        assert_eq!((told(8.0, 2.0).1, told(4000.0, 2000.0).1), (Some(10.0), Some(7200.0)));
        assert_eq!(pace.share(), Some(33));
        // Without a look ahead nobody knows.
        pace.heard(heard(1800.0, 1800.0));
        assert_eq!((pace.to_go(), pace.at_most()), (None, None));
    }

    #[test]
    fn what_was_taken_over_is_no_work_of_this_run() {
        let mut pace = after(100, Some(3600.0));
        pace.heard(heard(1800.0, 300.0));
        assert!((pace.rate().unwrap() - 3.0).abs() < 0.05);
    }

    #[test]
    fn an_unknown_length_is_called_so_until_it_is_known() {
        let mut pace = after(100, None);
        pace.heard(News { trouble: 2, ..heard(300.0, 300.0) });
        assert_eq!((pace.to_go(), pace.share()), (None, None));
        assert_eq!(pace.place(), "0:05:00, length unknown");
        assert_eq!(pace.forecast(), "3.0x real time, time to go unknown; 2 windows to listen to");
        pace.end(310.0);
        assert_eq!((pace.to_go(), pace.share()), (Some(0.0), Some(100)));
    }
}
