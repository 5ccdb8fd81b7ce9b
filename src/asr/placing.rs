//! Puts words where they sound.
//!
//! The aligner (dynamic time warping over the decoder's attention) gives the moment at which the
//! decoder turns to the next token. That is not yet where a word begins: the pause between two words
//! belongs to either of them, and attention runs ahead of the sound. So a word is moved off silence,
//! and its start to where the sound rises.

use crate::meeting::{SAMPLE_RATE, SpeechWindow, TimeSpan, Word};

/// Longest that one word is held to last, in seconds: "ligestillingsudvalgsformanden" takes about
/// two; a longer one has swallowed a pause that voice activity did not see.
const LONGEST_WORD: f64 = 2.5;
/// Shortest word, in seconds: one frame of the aligner.
const SHORTEST_WORD: f64 = 0.02;
/// Part of a word's voice that must lie before (or after) a pause for the word to begin (or end)
/// there; less is the aligner's blur.
const SHARE: f64 = 0.4;
/// How far, in seconds, attention runs ahead of the sound, and how much that varies. Measured with
/// `small` on synthetic speech whose phonemes have known times.
const AHEAD: f64 = 0.07;
const BLUR: f64 = 0.06;
/// A rise of the sound, in decibels, that outweighs one [`BLUR`] of distance.
const RISE: f64 = 20.0;
/// Where a start is sought: seconds before and after the aligner's.
const SOUGHT: (f64, f64) = (0.02, 0.2);
/// Voice activity may notice speech this late, in seconds; a window has as much sound before it.
const LATE: f64 = 0.2;
/// Sound before it belongs to a word when it is at most this far (dB) below the loudest of the
/// next [`OPENING`] seconds, and this much above the quiet of the window.
const BELOW: f64 = 30.0;
const ABOVE: f64 = 6.0;
const OPENING: f64 = 0.3;
/// Voice between a word and the next, or the pause, belongs to the word if it is no longer, in
/// seconds.
const TAIL: f64 = 0.25;

/// Moves words, which come in order and with the aligner's times, to where they sound.
pub(super) fn place<'a>(words: impl Iterator<Item = &'a mut Word>, window: &SpeechWindow) {
    let loudness = Loudness::of(window);
    let mut before: Option<(&mut Word, Option<f64>)> = None;
    for word in words {
        let stretch = fit(word, &window.voiced);
        let limit = before.as_ref().map_or(window.span.start, |(before, _)| before.end);
        let earliest = before.as_ref().map_or(window.span.start, |(before, _)| before.start);
        word.start = match stretch {
            Some((first, _)) if word.start <= first.start => {
                loudness.onset(word.start, limit.max(word.start - LATE))
            }
            _ => loudness.rise(word.start, word.end),
        };
        word.start = word.start.max(earliest).min(window.span.end);
        word.end = word.end.max(word.start + SHORTEST_WORD).min(window.span.end);
        if let Some((before, voice_ends)) = before {
            end(before, voice_ends, word.start);
        }
        before = Some((word, stretch.map(|(_, last)| last.end)));
    }
    if let Some((last, voice_ends)) = before {
        end(last, voice_ends, window.span.end);
    }
}

/// Ends a word where the next one begins, or the voice ends, if that is soon.
fn end(word: &mut Word, voice_ends: Option<f64>, next: f64) {
    let until = voice_ends.map_or(word.end, |end| end.min(next));
    if until - word.end <= TAIL {
        word.end = until;
    }
    word.end = word.end.min(next).max(word.start);
}

/// Moves the ends of a word off silence; gives the stretches of voice in which it begins and ends.
fn fit(word: &mut Word, voiced: &[TimeSpan]) -> Option<(TimeSpan, TimeSpan)> {
    let whole = TimeSpan::new(word.start, word.end);
    let shared = |stretch: &TimeSpan| whole.end.min(stretch.end) - whole.start.max(stretch.start);
    let mut stretches: Vec<TimeSpan> =
        voiced.iter().filter(|stretch| stretch.overlaps(&whole)).copied().collect();
    let enough = SHARE * stretches.iter().map(shared).sum::<f64>();
    trim(&mut stretches, |left_out| left_out.iter().map(shared).sum::<f64>() < enough);
    let (mut first, mut last) = (*stretches.first()?, *stretches.last()?);
    if whole.end.min(last.end) - whole.start.max(first.start) > LONGEST_WORD {
        // Too long for a word: the longest stretch holds it.
        let longest = stretches.iter().max_by(|a, b| shared(a).total_cmp(&shared(b)))?;
        (first, last) = (*longest, *longest);
    }
    (word.start, word.end) = (whole.start.max(first.start), whole.end.min(last.end));
    Some((first, last))
}

/// Leaves out stretches from the front, then from the back, as long as `few` says that they are
/// nothing; one is kept.
fn trim(stretches: &mut Vec<TimeSpan>, few: impl Fn(&[TimeSpan]) -> bool) {
    let most = stretches.len().saturating_sub(1);
    let front = (1..=most).take_while(|&count| few(&stretches[..count])).count();
    stretches.drain(..front);
    let most = stretches.len().saturating_sub(1);
    let back = (1..=most).take_while(|&count| few(&stretches[stretches.len() - count..])).count();
    stretches.truncate(stretches.len() - back);
}

/// Samples from one point of the curve to the next (5 ms), and under each point (20 ms).
const STEP: usize = SAMPLE_RATE as usize / 200;
const UNDER: usize = SAMPLE_RATE as usize / 50;
/// Points to each side over which a rise is measured: 30 ms.
const SLOPE: usize = 6;
/// Silence, in decibels.
const SILENCE: f64 = -100.0;

/// How loud the sound of a window is, every 5 ms.
struct Loudness {
    start: f64,
    decibels: Vec<f64>,
    /// The quiet of the window: what a twentieth of it does not reach.
    quiet: f64,
}

impl Loudness {
    fn of(window: &SpeechWindow) -> Self {
        let mut energy = 0.0;
        let mut sums = vec![0.0];
        for sample in &window.samples {
            energy += f64::from(sample * sample);
            sums.push(energy);
        }
        let sum = |at: usize| sums.get(at).copied().unwrap_or(energy);
        let decibels: Vec<f64> = (0..window.samples.len() / STEP)
            .map(|point| {
                let middle = point * STEP;
                let power = sum(middle + UNDER / 2) - sum(middle.saturating_sub(UNDER / 2));
                (10.0 * (power / UNDER as f64).max(1e-10).log10()).max(SILENCE)
            })
            .collect();
        let mut sorted = decibels.clone();
        sorted.sort_by(f64::total_cmp);
        let quiet = sorted.get(sorted.len() / 20).copied().unwrap_or(SILENCE);
        Self { start: window.span.start, decibels, quiet }
    }

    fn point(&self, time: f64) -> usize {
        let point = ((time - self.start) * f64::from(SAMPLE_RATE) / STEP as f64).round();
        (point.max(0.0) as usize).min(self.decibels.len().saturating_sub(1))
    }

    fn time(&self, point: usize) -> f64 {
        self.start + (point * STEP) as f64 / f64::from(SAMPLE_RATE)
    }

    fn at(&self, point: usize) -> f64 {
        let last = self.decibels.len().saturating_sub(1);
        self.decibels.get(point.min(last)).copied().unwrap_or(SILENCE)
    }

    /// Where the sound begins that is noticed as voice at `time`, not before `limit`.
    fn onset(&self, time: f64, limit: f64) -> f64 {
        if self.decibels.is_empty() {
            return time;
        }
        let from = self.point(time);
        let opening = from..=self.point(time + OPENING);
        let loudest = opening.map(|point| self.at(point)).fold(SILENCE, f64::max);
        let threshold = (self.quiet + ABOVE).max(loudest - BELOW);
        let loud = |point: &usize| self.at(*point) >= threshold && self.time(*point) >= limit;
        let first = (0..from).rev().take_while(loud).last();
        first.map_or(time, |first| self.time(first).min(time))
    }

    /// Where, near the aligner's boundary `time`, a word begins that ends at `end`.
    fn rise(&self, time: f64, end: f64) -> f64 {
        if self.decibels.is_empty() {
            return time;
        }
        let last = (time + SOUGHT.1).min(end - SHORTEST_WORD);
        let score = |point: usize| {
            let rise = self.at(point + SLOPE) - self.at(point.saturating_sub(SLOPE));
            let distance = (self.time(point) - time - AHEAD) / BLUR;
            rise / RISE - distance * distance
        };
        let points = self.point(time - SOUGHT.0)..=self.point(last);
        let best = points.max_by(|a, b| score(*a).total_cmp(&score(*b)));
        best.map_or(time, |best| self.time(best))
    }
}
