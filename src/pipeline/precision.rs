//! How far off a forecast may be.
//!
//! That is measured: what batches took beside what they were expected to take. The less has been done,
//! and the less is left to level out, the less is known.

use super::forecast::{TELLING, cost};
use super::survey::Survey;

/// What speech takes varies: most windows are decoded once, some ten times over. Until so many seconds of
/// speech are measured, this counts more than what was measured: the mean of the squared difference from
/// what was expected, for each second of speech. (Synthetic meeting in batches of four windows: `base`
/// 10 s, `small`, which has one such batch, 100 s.)
const VARIES: f64 = 40.0;
const HELD_TO_VARY: f64 = 600.0;
/// A forecast is given with twice its standard error.
const ERRORS: f64 = 2.0;
/// Where that is at most this share of it, it is hardly ever off by a fifth: see the test
/// `it_knows_how_far_off_it_may_be` of `forecast`.
const GOOD: f64 = 0.3;
/// Seconds by which it may be off in any case: it is told in whole ones, and writing ends the work.
pub(super) const AT_LEAST: f64 = 1.0;

/// How long the rest takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeToGo {
    /// Seconds, as likely too many as too few.
    pub about: f64,
    /// Seconds by which it may be off either way: twice the standard error.
    pub within: f64,
}

impl TimeToGo {
    /// Whether it is good enough to plan with: off by a fifth at most, all but certainly.
    pub fn is_good(&self) -> bool {
        self.within <= GOOD * self.about
    }
}

/// How much the work varies: squared differences, in seconds of speech, and the work that they came from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Noise {
    squares: f64,
    work: f64,
}

impl Noise {
    /// A batch of so much `work` took as long as `like` seconds of speech usually do; that is known from
    /// `measured` seconds, the batch among them.
    pub(super) fn learn(&mut self, like: f64, work: f64, measured: f64) {
        // What is usual holds the batch itself, which makes the difference smaller.
        let own = work / measured;
        if own < 1.0 && like.is_finite() {
            self.squares += (like - work) * (like - work) / (1.0 - own);
            self.work += work;
        }
    }

    /// Seconds of speech by which the time for so much `work` may be off, when what is usual is known from
    /// `measured` ones; `off` is the standard error of the work itself.
    pub(super) fn within(self, work: f64, off: f64, measured: f64) -> f64 {
        let varies = (self.squares + VARIES * HELD_TO_VARY) / (self.work + HELD_TO_VARY);
        ERRORS * (varies * (work + work * work / measured) + off * off).sqrt()
    }
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
