//! How fast the work goes, and when it will be done.
//!
//! Recognition takes the time, and it works on windows of speech, so time goes with the speech that
//! is left and not with the recording that is left: a meeting's breaks cost next to nothing. What is
//! left is counted by a look ahead through the whole recording. Until that is done nothing is said of
//! a long recording; the rest of a short one is taken to be like what has been heard.
//!
//! What speech costs and what silence costs is fitted to the work so far (least squares over the
//! news, beginning with the usual ratio): with a small model on a slow machine, decoding counts.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Zoned};

use crate::meeting::clock;
use crate::pipeline::Work;

/// No forecast before this many seconds of the recording were worked through: the first window also
/// pays for start-up.
const FORECAST_AFTER: f64 = 30.0;
/// What a window costs whatever its length, in seconds of speech: the encoder always sees 30 s
/// (measured with `tiny` and `base` on windows of 3 s and 29 s).
const WINDOW: f64 = 6.0;
/// What a second without speech costs before anything is measured, in seconds of speech: decoding
/// and voice activity.
const SILENCE: f64 = 0.02;
/// How much that is believed: as much as news of so many seconds of silence.
const BELIEF: f64 = 60.0;
/// A recording shorter than this, in seconds, is not looked through.
const SHORT: f64 = 300.0;

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
    /// Seconds of work that the sums have.
    counted: f64,
    /// Sums over the news, in seconds: speech², speech × silence, silence², speech × time,
    /// silence × time.
    sums: [f64; 5],
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
            counted: 0.0,
            sums: [0.0; 5],
        }
    }

    /// The recording was looked through and lasts `total` seconds.
    pub(super) fn survey(&mut self, total: f64) {
        self.total = Some(total);
    }

    /// News from the work; see [`crate::pipeline::Event::Heard`].
    pub(super) fn heard(
        &mut self,
        done: f64,
        fresh: f64,
        worked: Work,
        left: Option<Work>,
        trouble: u32,
    ) {
        let before = (speech(self.worked), self.fresh - self.worked.seconds);
        self.now = Instant::now();
        let more = speech(worked) - before.0;
        let silence = fresh - worked.seconds - before.1;
        let spent = self.spent();
        let time = spent - std::mem::replace(&mut self.counted, spent);
        let news = [more * more, more * silence, silence * silence, more * time, silence * time];
        self.sums.iter_mut().zip(news).for_each(|(sum, new)| *sum += new);
        self.done = self.done.max(done);
        (self.fresh, self.worked, self.left, self.trouble) = (fresh, worked, left, trouble);
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

    /// Seconds until everything is heard, as of the last news.
    pub(super) fn to_go(&self) -> Option<f64> {
        let rest = (self.total()? - self.done).max(0.0);
        if rest == 0.0 {
            return Some(0.0);
        }
        let rate = self.rate()?;
        let Some(left) = self.left else {
            return (self.total()? < SHORT).then(|| rest / rate);
        };
        let (speech_costs, silence_costs) = self.costs();
        let silence = (rest - left.seconds).max(0.0);
        Some(speech(left) * speech_costs + silence * silence_costs)
    }

    /// Seconds that a second of speech and one of silence take.
    fn costs(&self) -> (f64, f64) {
        let whole = speech(self.worked) + (self.fresh - self.worked.seconds).max(0.0) * SILENCE;
        let mean = self.spent() / whole.max(1.0);
        // The mean and the usual ratio are as good as one more piece of news for each.
        let belief = BELIEF * BELIEF;
        let [speech, both, silence, speech_time, silence_time] = self.sums;
        let (speech, speech_time) = (speech + belief, speech_time + belief * mean);
        let (silence, silence_time) = (silence + belief, silence_time + belief * mean * SILENCE);
        let spread = speech * silence - both * both;
        let cost_of_speech = (speech_time * silence - silence_time * both) / spread;
        let cost_of_silence = (silence_time * speech - speech_time * both) / spread;
        if cost_of_speech.is_finite() && cost_of_speech > 0.0 && cost_of_silence > 0.0 {
            (cost_of_speech, cost_of_silence)
        } else {
            (mean, mean * SILENCE)
        }
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
                let end = self.now + Duration::from_secs_f64(to_go.min(1e7));
                let left = end.saturating_duration_since(Instant::now()).as_secs_f64();
                words.push_str(&format!("{} to go, done about {}", clock(left), at(left)));
            }
            None => words.push_str("time to go unknown"),
        }
        if self.trouble > 0 {
            let windows = if self.trouble == 1 { "window" } else { "windows" };
            words.push_str(&format!("; {} {windows} to listen to", self.trouble));
        }
        words
    }
}

/// The cost of work in seconds of speech.
fn speech(work: Work) -> f64 {
    f64::from(work.windows) * WINDOW + work.seconds
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

    fn work(windows: u32, seconds: f64) -> Work {
        Work { windows, seconds }
    }

    #[test]
    fn breaks_are_not_counted_as_work() {
        // Half an hour of speech took ten minutes; of the hour that is left, a tenth is speech.
        let mut pace = after(600, Some(5400.0));
        pace.heard(1800.0, 1800.0, work(60, 1800.0), Some(work(12, 360.0)), 0);
        let to_go = pace.to_go().unwrap();
        assert!((120.0..150.0).contains(&to_go), "{to_go}");
        assert_eq!(pace.share(), Some(33));
        // Without a look ahead nobody knows.
        pace.heard(1800.0, 1800.0, work(60, 1800.0), None, 0);
        assert_eq!(pace.to_go(), None);
    }

    #[test]
    fn the_rest_of_a_short_recording_is_taken_to_be_like_its_beginning() {
        let mut pace = after(20, Some(180.0));
        pace.heard(60.0, 60.0, work(2, 55.0), None, 0);
        assert!((pace.to_go().unwrap() - 40.0).abs() < 1.0);
    }

    #[test]
    fn slow_decoding_is_noticed() {
        // A second of speech takes 0.2 s, one of silence 0.05 s; every third window follows ten
        // minutes of silence.
        let mut pace = after(0, Some(28_800.0));
        let (mut done, mut time) = (0.0, 0.0);
        for n in 1..=10_u32 {
            let silence = if n % 3 == 0 { 600.0 } else { 0.0 };
            done += 30.0 + silence;
            time += 36.0 * 0.2 + silence * 0.05;
            pace.started = Instant::now() - Duration::from_secs_f64(time);
            let left = work(100 - n, f64::from(100 - n) * 30.0);
            pace.heard(done, done, work(n, f64::from(n) * 30.0), Some(left), 0);
        }
        let truth = 90.0 * 36.0 * 0.2 + (28_800.0 - done - 2700.0) * 0.05;
        let to_go = pace.to_go().unwrap();
        assert!((to_go / truth - 1.0).abs() < 0.1, "{to_go}, truth {truth}");
    }

    #[test]
    fn what_was_taken_over_is_no_work_of_this_run() {
        let mut pace = after(100, Some(3600.0));
        pace.heard(1800.0, 300.0, work(10, 300.0), Some(work(60, 1800.0)), 0);
        assert!((pace.to_go().unwrap() - 600.0).abs() < 5.0);
        assert!((pace.rate().unwrap() - 3.0).abs() < 0.05);
    }

    #[test]
    fn an_unknown_length_is_called_so_until_it_is_known() {
        let mut pace = after(100, None);
        pace.heard(300.0, 300.0, work(10, 300.0), None, 2);
        assert_eq!((pace.to_go(), pace.share()), (None, None));
        assert_eq!(pace.place(), "0:05:00, length unknown");
        assert_eq!(pace.forecast(), "3.0x real time, time to go unknown; 2 windows to listen to");
        pace.end(310.0);
        assert_eq!((pace.to_go(), pace.share()), (Some(0.0), Some(100)));
    }
}
