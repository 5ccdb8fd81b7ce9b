//! How far off a forecast may be.
//!
//! That is measured: what batches took beside what they were expected to take. The less has been done,
//! and the less is left to level out, the less is known.

use super::forecast::{TELLING, cost};
use super::survey::Survey;

/// What speech takes varies: most windows are decoded once, some ten times over. Until so many seconds of
/// speech are measured, this counts more than what was measured: the mean of the squared difference from
/// what was expected, for each second of speech. (Synthetic meeting in batches of four windows, one thread
/// of a busy machine: `base` took 4 to 7 s for each, `small` 11 to 18 s, but for one that took 44 s.)
const VARIES: f64 = 40.0;
const HELD_TO_VARY: f64 = 1000.0;
/// A forecast is given with twice its standard error.
const ERRORS: f64 = 2.0;
/// Where that is at most this share of it, a figure is told: in simulated runs of three and eight hours
/// one in twenty is then off by more than a fifth, or fewer (`it_knows_how_far_off_it_may_be` in
/// `forecast`).
const GOOD: f64 = 0.25;
/// Seconds by which it may be off in any case: it is told in whole ones, and writing ends the work.
const AT_LEAST: f64 = 1.0;
/// What decoding the rest takes differs by this share from what was measured (one standard error): it is
/// steady, but other programs are not. (8 h with 12 minutes of speech an hour, `tiny`, beside other work:
/// off by 11 to 29 %.)
const HEARD: f64 = 0.15;

/// How long the rest takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeToGo {
    /// Seconds, as likely too many as too few.
    pub about: f64,
    /// Seconds by which it may be off either way: twice the standard error.
    pub within: f64,
}

impl TimeToGo {
    /// Whether it is good enough to plan with: off by a fifth at most, in all likelihood.
    pub fn is_good(&self) -> bool {
        self.within <= GOOD * self.about
    }
}

/// How much the work varies: squared differences, in seconds of speech, and the work that they came from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Noise {
    squares: f64,
    work: f64,
    /// Work of the last batch.
    batch: f64,
}

impl Noise {
    /// A batch of so much `work` took as long as `like` seconds of speech usually do; that is known from
    /// `measured` seconds, the batch among them.
    pub(super) fn learn(&mut self, like: f64, work: f64, measured: f64) {
        self.batch = work;
        // What is usual holds the batch itself, which makes the difference smaller.
        let own = work / measured;
        if own < 1.0 && like.is_finite() {
            self.squares += (like - work) * (like - work) / (1.0 - own);
            self.work += work;
        }
    }

    /// The mean of the squared difference from what was expected, for each second of speech.
    fn varies(self) -> f64 {
        (self.squares + VARIES * HELD_TO_VARY) / (self.work + HELD_TO_VARY)
    }

    /// Seconds by which the last of the workers is later than their mean: the largest of so many normal
    /// differences lies about `sqrt(ln n)` standard deviations above it (for 2, 4 and 8: 0.6, 1.0, 1.4).
    pub(super) fn late(self, rest: &Rest) -> f64 {
        let batches = (rest.work / self.batch.max(1.0)).ceil();
        let busy = batches.min(rest.workers as f64).max(1.0);
        let measured = self.squares / self.work.max(1.0);
        (measured * self.batch.min(rest.work) * busy.ln()).sqrt() * rest.rate
    }

    /// Seconds by which the time for the rest may be off.
    pub(super) fn within(self, rest: &Rest) -> f64 {
        let Rest { work, off, measured, .. } = *rest;
        let (varies, workers) = (self.varies(), rest.workers as f64);
        // What the workers share levels out among them; the last batch of one of them does not.
        let shared = (varies * (work + work * work / measured) + off * off) / (workers * workers);
        let last = if rest.workers > 1 { varies * self.batch.min(work) } else { 0.0 };
        let hearing = HEARD * rest.hearing;
        let error = (shared + last) * rest.rate * rest.rate + hearing * hearing;
        AT_LEAST + ERRORS * error.sqrt()
    }
}

/// What is left, in seconds of speech where nothing else is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest {
    pub(super) work: f64,
    /// Standard error of the work.
    pub(super) off: f64,
    /// Work from which the rate is known.
    pub(super) measured: f64,
    /// Workers that share the work, 1 or more.
    pub(super) workers: usize,
    /// Seconds that one worker takes for a second of speech.
    pub(super) rate: f64,
    /// Seconds that decoding the rest takes.
    pub(super) hearing: f64,
}

/// The work that the survey has not reached yet and its standard error, in seconds of speech, if it
/// is like that in the pieces that were looked through; a piece without a word is held to be among them.
pub(super) fn unseen(survey: &Survey, total: f64) -> (f64, f64) {
    let mut pieces = vec![0.0; (survey.duration / TELLING) as usize + 1];
    for window in survey.windows.values() {
        if let Some(piece) = pieces.get_mut((window.start / TELLING) as usize) {
            *piece += cost(*window);
        }
    }
    let seen = survey.duration / TELLING;
    let to_come = (total - survey.duration).max(0.0) / TELLING;
    let mean = pieces.iter().sum::<f64>() / seen.max(f64::MIN_POSITIVE);
    // The last piece is not whole.
    pieces.pop();
    let differences: f64 = pieces.iter().map(|piece| (piece - mean) * (piece - mean)).sum();
    let varies = (differences + mean * mean) / (pieces.len() + 1) as f64;
    (mean * to_come, (varies * to_come * (1.0 + to_come / seen.max(0.1))).sqrt())
}
