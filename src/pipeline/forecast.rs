//! How long the rest will take.
//!
//! Two things go on side by side: decoding with voice activity, which costs by the second of
//! recording, and recognition, which costs by the second of speech. Neither runs far ahead of the
//! other, so breaks may cost nothing (recognition catches up) or much (a small model waits for
//! decoding). What each costs is measured while it works, waiting left out; the rest is then gone
//! through window by window, as the look ahead has found them. Of what the look ahead has not reached
//! yet it is held to be like what it has seen. The look ahead itself takes a processor; where there are
//! too few, all else is faster once it is over.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::precision::{AT_LEAST, Noise, TimeToGo, unseen};
use super::survey::Survey;
use crate::meeting::TimeSpan;

/// What a window costs whatever its length, in seconds of speech: it is encoded with 5 s of silence.
const WINDOW: f64 = 6.0;
/// No forecast before so many seconds of the recording are decoded.
const ENOUGH: f64 = 30.0;
/// What lies ahead within the look ahead's reach speaks for the rest from so many seconds on; before,
/// all that it has seen does.
pub(super) const TELLING: f64 = 600.0;
/// How much of what was measured beside the look ahead counts once that is over: it took a processor
/// of its own.
const CROWDED: f64 = 0.1;

/// A window that is done within this share of the time that the first of a batch took belongs to it.
const AT_ONCE: f64 = 0.1;

/// What one kind of work has cost.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    spent: f64,
    work: f64,
}

impl Cost {
    fn add(&mut self, spent: f64, work: f64) {
        self.spent += spent;
        self.work += work;
    }

    fn rate(self) -> f64 {
        self.spent / self.work
    }

    /// Forgets most of it; what is kept was measured in a crowd that is over, in which all took `crowd`
    /// times as long.
    fn fade(&mut self, crowd: f64) {
        (self.spent, self.work) = (self.spent * CROWDED / crowd, self.work * CROWDED);
    }
}

/// How far the hearing thread is, and how long it took. It writes and others read.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    /// Nanoseconds of work, waiting left out.
    spent: AtomicU64,
    /// Milliseconds of sound.
    heard: AtomicU64,
}

impl Hearing {
    /// Up to `end` seconds the sound has been heard; `spent` went into the last part of it.
    pub(super) fn reached(&self, end: f64, spent: Duration) {
        self.spent.fetch_add(spent.as_nanos() as u64, Ordering::Relaxed);
        self.heard.store((end.max(0.0) * 1e3) as u64, Ordering::Relaxed);
    }

    fn so_far(&self) -> (f64, f64) {
        let spent = self.spent.load(Ordering::Relaxed) as f64 / 1e9;
        (self.heard.load(Ordering::Relaxed) as f64 / 1e3, spent)
    }
}

/// Measures the work and tells how long the rest takes.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    hearing: Cost,
    recognising: Cost,
    /// How batches differed from what was expected.
    noise: Noise,
    /// Work of the windows that were done last, at once or nearly so: the time that they took together
    /// is known with the first of them, the work with the last.
    batch: f64,
    /// How long the recogniser had been busy when the first of them was done, and until when a window
    /// belongs to them.
    batch_at: Option<f64>,
    batch_ends: Option<Instant>,
    /// The look ahead is over since they began; how much longer all took because of it.
    crowd_over: Option<f64>,
    /// How many they are, and the most that there were before.
    together: u32,
    most_together: u32,
    /// Seconds for which the recogniser was busy.
    busy: f64,
    /// What the hearing thread said last: seconds of sound, and seconds spent.
    heard: (f64, f64),
    /// Windows out, and since when the recogniser has been busy with them.
    out: usize,
    busy_since: Option<Instant>,
    /// Since when there is work.
    begun: Option<Instant>,
    /// Windows that may be on their way between decoding and text.
    on_the_way: usize,
    /// Threads that recognise side by side; none where a GPU does.
    workers: usize,
    /// Windows that each of them takes together, at most.
    batch_size: usize,
    /// How long the recogniser had been busy when the last batches were done, as many as there are
    /// workers: the one that is done with a batch now was done with its last one at the first of these.
    batches_done: VecDeque<f64>,
    processors: usize,
    alone: bool,
}

impl Forecast {
    /// `on_the_way` windows may be heard and not yet recognised, which `workers` threads do, each at most
    /// `batch_size` at a time, on a machine with so many `processors`; none of them where a GPU does.
    pub(super) fn new(
        on_the_way: usize,
        workers: usize,
        batch_size: usize,
        processors: usize,
    ) -> Self {
        let begun = Some(Instant::now());
        Self { on_the_way, workers, batch_size, processors, begun, ..Self::default() }
    }

    /// The recogniser got a window.
    pub(super) fn given(&mut self, now: Instant) {
        self.out += 1;
        self.busy_since.get_or_insert(now);
    }

    /// It is done with one.
    pub(super) fn finished(&mut self, span: TimeSpan, now: Instant) {
        let since = self.busy_since.replace(now).unwrap_or(now);
        let spent = (now - since).as_secs_f64();
        if self.batch_ends.is_none_or(|end| now > end) {
            self.close_batch();
            let took = self.busy + spent - self.batches_done.front().unwrap_or(&0.0);
            self.batch_at = Some(self.busy + spent);
            self.batch_ends = Some(now + Duration::from_secs_f64(took * AT_ONCE));
        }
        self.together += 1;
        self.busy += spent;
        self.batch += cost(span);
        self.out = self.out.saturating_sub(1);
        if self.out == 0 {
            self.busy_since = None;
        }
        if self.together as usize >= self.batch_size {
            self.close_batch();
        }
    }

    /// Takes what is known of the windows that were done together.
    fn close_batch(&mut self) {
        let work = std::mem::take(&mut self.batch);
        let Some(at) = self.batch_at.take() else { return };
        if self.together > self.most_together {
            // The first windows come one by one, to a model that is not in the caches yet; several
            // together take less time each.
            self.most_together = self.together;
            self.recognising.fade(1.0);
        }
        // Meanwhile the other workers have done as much.
        let workers = self.workers.max(1);
        self.batches_done.resize(workers, 0.0);
        let before = self.batches_done.pop_front().unwrap_or(0.0);
        self.batches_done.push_back(at);
        let took = (at - before) / workers as f64;
        self.recognising.add(took, work);
        let Cost { spent, work: measured } = self.recognising;
        self.noise.learn(took * measured / spent, work, measured);
        if let Some(crowd) = self.crowd_over.take() {
            self.recognising.fade(crowd);
        }
        (self.together, self.batch_ends) = (0, None);
    }

    /// Seconds from `now` until all is recognised; none when too little is known. `left` are the
    /// windows that are still to come, in order, among those of the survey.
    pub(super) fn remaining(
        &mut self,
        hearing: &Hearing,
        survey: &Survey,
        total: Option<f64>,
        left: impl Iterator<Item = TimeSpan> + Clone,
        now: Instant,
    ) -> Option<TimeToGo> {
        let elapsed = self.begun.map_or(0.0, |begun| (now - begun).as_secs_f64());
        let crowd = self.crowd(elapsed);
        self.take_news(hearing, survey.complete.then_some(crowd));
        let known = self.hearing.work > 0.0 && self.recognising.work > 0.0;
        if !known || self.heard.0 < ENOUGH {
            return None;
        }
        // Of a batch that is being told window by window, the others are done, too.
        let told =
            self.batch_at.map_or(0, |_| self.batch_size.saturating_sub(self.together as usize));
        let left = left.skip(told);
        let work: f64 = left.clone().map(cost).sum();
        if survey.complete {
            let about = self.walk(left, self.heard.0, survey.duration);
            return Some(self.told(about, work, 0.0));
        }
        let (heard, reach, total) = (self.heard.0, survey.duration, total?);
        let rest = (total - heard).max(0.0);
        let seen = if reach - heard >= TELLING {
            self.walk(left, heard, reach) / (reach - heard)
        } else if reach > 0.0 {
            self.walk(survey.windows.values().copied(), 0.0, reach) / reach
        } else {
            return None;
        };
        let crowded = seen * rest;
        // The look ahead goes on at the pace that it had.
        let looking = (total - reach).max(0.0) * elapsed / reach;
        let about = if crowded > looking { looking + (crowded - looking) / crowd } else { crowded };
        let (more, off) = unseen(survey, total);
        Some(self.told(about, work + more, off))
    }

    /// A forecast with how far off it may be; `work` is left, and `off` its own standard error.
    fn told(&self, about: f64, work: f64, off: f64) -> TimeToGo {
        let within = self.noise.within(work, off, self.recognising.work);
        TimeToGo { about, within: AT_LEAST + within * self.recognising.rate() }
    }

    /// How much longer all else takes because of the look ahead: 1 where it has a processor to itself.
    fn crowd(&self, elapsed: f64) -> f64 {
        let busy = |spent: f64| (spent / elapsed.max(1e-3)).min(1.0);
        let others = busy(self.hearing.spent) + busy(self.busy) * self.workers as f64;
        let share = |threads: f64| (threads / self.processors.max(1) as f64).max(1.0);
        share(others + 1.0) / share(others)
    }

    /// `alone` once the look ahead is over: how much longer all took before.
    fn take_news(&mut self, hearing: &Hearing, alone: Option<f64>) {
        let news = hearing.so_far();
        let before = std::mem::replace(&mut self.heard, news);
        self.hearing.add((news.1 - before.1).max(0.0), (news.0 - before.0).max(0.0));
        if let Some(crowd) = alone
            && !self.alone
        {
            self.alone = true;
            self.hearing.fade(crowd);
            self.crowd_over = Some(crowd);
        }
    }

    /// Seconds from now until the windows are recognised and the sound is heard to its end: the workers
    /// take them in turn, a batch at a time.
    fn walk(&self, windows: impl Iterator<Item = TimeSpan>, heard: f64, end: f64) -> f64 {
        let workers = self.workers.max(1);
        // Until the next batch is done, what was measured is still that beside the look ahead.
        let crowd = self.crowd_over.unwrap_or(1.0);
        let (hearing, recognising) =
            (self.hearing.rate(), self.recognising.rate() / crowd * workers as f64);
        let (mut place, mut decoded) = (heard, 0.0_f64);
        // When each worker began with its batch; those who were done first are furthest with the next.
        let now = self.batches_done.back().copied().unwrap_or(0.0);
        let mut free: Vec<f64> = self.batches_done.iter().map(|done| done - now).collect();
        free.resize(workers, 0.0);
        let mut texts: Vec<f64> = Vec::new();
        let mut windows = windows.peekable();
        while windows.peek().is_some() {
            let next = (0..workers).min_by(|&a, &b| free[a].total_cmp(&free[b])).unwrap_or(0);
            let first = texts.len();
            for window in windows.by_ref().take(self.batch_size.max(1)) {
                let news = (window.end - place).max(0.0) * hearing;
                place = place.max(window.end);
                // Decoding waits as long as too many windows wait for recognition.
                let before = texts.len().checked_sub(self.on_the_way.max(1));
                let room = before.map_or(0.0, |before| texts[before]);
                decoded = (decoded + news).max(room);
                if news > 0.0 {
                    free[next] = free[next].max(decoded);
                }
                free[next] += cost(window) * recognising;
                texts.push(free[next]);
            }
            // Those of a batch are done together.
            texts[first..].fill(free[next]);
        }
        let recognised = free.into_iter().fold(0.0, f64::max);
        recognised.max(decoded + (end - place).max(0.0) * hearing)
    }
}

/// What recognising a window costs, in seconds of speech.
pub(super) fn cost(window: TimeSpan) -> f64 {
    WINDOW + window.duration()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A meeting whose windows begin at these seconds and last 20.
    fn survey(starts: impl Iterator<Item = u32>, duration: f64) -> Survey {
        let span = |start: u32| TimeSpan::new(f64::from(start), f64::from(start) + 20.0);
        let windows = (0..).zip(starts.map(span)).collect();
        Survey { duration, windows, complete: true }
    }

    /// Runs through a meeting on two processors: a second of sound takes `decoding` seconds and one of
    /// speech `recognition`. Gives the time it takes, and what was forecast when.
    fn play(
        survey: &Survey,
        decoding: f64,
        recognition: impl Fn(u32) -> f64,
    ) -> (f64, Vec<(f64, TimeToGo)>) {
        let begin = Instant::now();
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        let (mut forecast, clock) = (Forecast::new(5, 1, 1, 4), Hearing::default());
        let (mut free, mut heard, mut decoded, mut told) = (0.0_f64, 0.0, 0.0_f64, Vec::new());
        let mut ends: Vec<f64> = Vec::new();
        for (&index, &window) in &survey.windows {
            let spent = (window.end - heard) * decoding;
            let room: f64 = ends.len().checked_sub(5).map_or(0.0, |before| ends[before]);
            decoded = room.max(decoded + spent);
            heard = window.end;
            clock.reached(heard, Duration::from_secs_f64(spent));
            let begun = free.max(decoded);
            forecast.given(at(begun));
            free = begun + cost(window) * recognition(index);
            ends.push(free);
            forecast.finished(window, at(free));
            let left = survey.windows.range(index + 1..).map(|(_, &span)| span);
            if let Some(to_go) =
                forecast.remaining(&clock, survey, Some(survey.duration), left, at(free))
            {
                told.push((free, to_go));
            }
        }
        (free.max(decoded + (survey.duration - heard) * decoding), told)
    }

    fn worst(survey: &Survey, decoding: f64, recognition: impl Fn(u32) -> f64) -> f64 {
        let (whole, told) = play(survey, decoding, recognition);
        let early = told.iter().filter(|(at, _)| (0.1..0.9).contains(&(at / whole)));
        early.map(|(at, to_go)| (to_go.about / (whole - at) - 1.0).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn breaks_cost_what_decoding_takes_and_no_more() {
        // An hour of talk, an hour's break, an hour of talk; recognition is what takes the time.
        let talk = survey((0..3600).chain(7200..10_800).step_by(25), 10_800.0);
        assert!(worst(&talk, 0.002, |_| 0.2) < 0.05);
        // A word now and then, and decoding takes the time.
        let calm = survey((0..28_800).step_by(600), 28_800.0);
        assert!(worst(&calm, 0.02, |_| 0.1) < 0.05);
        // Decoding and recognition take turns to wait for each other.
        let mixed = survey((0..1800).step_by(25).chain((1800..18_000).step_by(900)), 18_000.0);
        assert!(worst(&mixed, 0.02, |_| 0.1) < 0.1);
    }

    #[test]
    fn windows_that_are_decoded_again_do_not_upset_it() {
        let talk = survey((0..10_800).step_by(25), 10_800.0);
        let worst = worst(&talk, 0.002, |index| if index % 9 == 4 { 1.0 } else { 0.2 });
        assert!(worst < 0.15, "{worst}");
    }

    /// Runs through talk of so many seconds in which one window in ten is decoded five times over. Gives
    /// how many figures claim to be good, how many of them were not, how many
    /// upper bounds were too low, and how many forecasts there were.
    fn trust(seconds: u32, seed: u32) -> [usize; 4] {
        let talk = survey((0..seconds).step_by(25), f64::from(seconds));
        let takes = |index: u32| {
            let mixed = (index + seed * 1009).wrapping_mul(2_654_435_761) >> 16;
            if mixed % 10 == 0 { 1.0 } else { 0.15 + f64::from(mixed % 100) / 1e3 }
        };
        let (whole, told) = play(&talk, 0.002, takes);
        let mut counts = [0, 0, 0, told.len()];
        for (at, to_go) in told {
            let rest = whole - at;
            if to_go.is_good() {
                counts[0] += 1;
                counts[1] += usize::from((to_go.about - rest).abs() > rest / 5.0);
            }
            counts[2] += usize::from(to_go.about + to_go.within < rest);
        }
        counts
    }

    #[test]
    fn it_knows_how_far_off_it_may_be() {
        let sum = |seconds| {
            (0..40).map(|seed| trust(seconds, seed)).fold([0; 4], |mut sum, counts| {
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                sum
            })
        };
        for seconds in [300, 1200, 3600, 10_800] {
            let [told, wrong, low, all] = sum(seconds);
            assert!(wrong * 100 <= told, "{seconds} s: {wrong} of {told} figures wrong");
            assert!(low * 20 <= all, "{seconds} s: {low} of {all} bounds too low");
            // Of a short recording little is known before it is done; of a long one most of the time.
            let share = told as f64 / all as f64;
            assert!(if seconds > 3600 { share > 0.7 } else { share < 0.1 }, "{seconds} s: {share}");
        }
    }

    #[test]
    fn what_is_not_looked_through_yet_is_held_to_be_like_the_rest() {
        let mut half = survey((0..14_400).step_by(60), 28_800.0);
        let (whole, _) = play(&survey((0..28_800).step_by(60), 28_800.0), 0.002, |_| 0.2);
        half.duration = 14_400.0;
        half.complete = false;
        let (mut forecast, clock) = (Forecast::new(5, 1, 1, 4), Hearing::default());
        let begin = Instant::now();
        clock.reached(600.0, Duration::from_secs_f64(1.2));
        for index in 0..10 {
            let window = half.windows[&index];
            let before = f64::from(index) * 26.0 * 0.2;
            forecast.given(begin + Duration::from_secs_f64(before));
            forecast.finished(window, begin + Duration::from_secs_f64(before + 26.0 * 0.2));
        }
        let left = half.windows.range(10..).map(|(_, &span)| span);
        let now = begin + Duration::from_secs(52);
        let to_go =
            forecast.remaining(&clock, &half, Some(28_800.0), left.clone(), now).unwrap().about;
        assert!((to_go / (whole - 52.0) - 1.0).abs() < 0.05, "{to_go}, truth {whole} less 52");
        assert_eq!(forecast.remaining(&clock, &half, None, left, now), None);
    }
    #[test]
    fn windows_that_are_done_together_share_their_time() {
        // Four at a time take 20.8 s; the look ahead ends when two of a batch are done.
        let talk = survey((0..7200).step_by(30), 7200.0);
        let (mut forecast, clock) = (Forecast::new(9, 1, 4, 4), Hearing::default());
        let begin = forecast.begun.unwrap();
        clock.reached(600.0, Duration::from_millis(10));
        let mut told = Vec::new();
        for (&index, &window) in talk.windows.range(..20) {
            let batch = begin + Duration::from_secs_f64(f64::from(index / 4 + 1) * 20.8);
            let done = batch + Duration::from_millis(u64::from(index % 4) * 5);
            for _ in 0..if index == 0 { 8 } else { 1 } {
                forecast.given(done - Duration::from_secs_f64(20.8));
            }
            forecast.finished(window, done);
            let news = Survey { complete: index >= 9, ..talk.clone() };
            let left = talk.windows.range(index + 1..).map(|(_, &span)| span);
            if let Some(to_go) = forecast.remaining(&clock, &news, Some(7200.0), left, done) {
                told.push((index, to_go.about / (f64::from(239 - index) * 5.2)));
            }
        }
        assert!(
            told.len() > 10 && told.iter().all(|(_, error)| (error - 1.0).abs() < 0.05),
            "{told:?}"
        );
    }

    #[test]
    fn workers_that_are_not_done_yet_are_counted() {
        // Two workers take four windows at a time, 20.8 s each; the second is always a little later.
        for later in [0.1, 2.0, 5.0] {
            let talk = survey((0..1200).step_by(30), 1200.0);
            let (mut forecast, clock) = (Forecast::new(13, 2, 4, 4), Hearing::default());
            let begin = forecast.begun.unwrap();
            clock.reached(1200.0, Duration::from_millis(10));
            (0..12).for_each(|_| forecast.given(begin));
            let mut told = Vec::new();
            for (&index, &window) in &talk.windows {
                let batch = f64::from(index / 8 + 1) * 20.8 + f64::from(index / 4 % 2) * later;
                let done = begin + Duration::from_secs_f64(batch + f64::from(index % 4) * 0.005);
                forecast.given(done);
                forecast.finished(window, done);
                let left = talk.windows.range(index + 1..).map(|(_, &span)| span);
                let to_go = forecast.remaining(&clock, &talk, Some(1200.0), left, done);
                // At the end of each batch, until the last round.
                if index % 4 == 3 && index < 32 {
                    let whole = 5.0 * 20.8 + later;
                    told.push(to_go.unwrap().about / (whole - batch));
                }
            }
            assert!(told.iter().all(|error| (0.8..1.25).contains(error)), "{later}: {told:?}");
        }
    }

    #[test]
    fn a_slow_beginning_is_soon_forgotten() {
        let talk = survey((0..7200).step_by(30), 7200.0);
        let (mut forecast, clock) = (Forecast::new(9, 1, 4, 4), Hearing::default());
        let begin = forecast.begun.unwrap();
        clock.reached(600.0, Duration::from_millis(10));
        let (mut done, mut to_go) = (begin, None);
        // Four windows alone, each three times as long as one of the fours that follow.
        for (&index, &window) in talk.windows.range(..16) {
            let took = if index < 4 {
                15.6
            } else if index % 4 == 0 {
                20.8
            } else {
                0.0
            };
            for _ in 0..if index == 0 { 8 } else { 1 } {
                forecast.given(done);
            }
            done += Duration::from_secs_f64(took);
            forecast.finished(window, done);
            let left = talk.windows.range(index + 1..).map(|(_, &span)| span);
            to_go = forecast.remaining(&clock, &talk, Some(7200.0), left, done);
        }
        let error = to_go.unwrap().about / (224.0 * 5.2) - 1.0;
        assert!(error.abs() < 0.15, "{error}");
    }

    #[test]
    fn many_workers_and_a_slow_start_are_no_endless_batch() {
        let talk = survey((0..7200).step_by(30), 7200.0);
        let (mut forecast, clock) = (Forecast::new(40, 16, 1, 16), Hearing::default());
        let begin = forecast.begun.unwrap();
        clock.reached(600.0, Duration::from_millis(10));
        (0..16).for_each(|_| forecast.given(begin));
        let mut told = Vec::new();
        // Sixteen workers finish in turn, one every second; the first of all takes 100 s.
        for (&index, &window) in talk.windows.range(..60) {
            let done = begin + Duration::from_secs(100 + u64::from(index));
            forecast.given(done);
            forecast.finished(window, done);
            let left = talk.windows.range(index + 1..).map(|(_, &span)| span);
            told.push(forecast.remaining(&clock, &talk, Some(7200.0), left, done));
        }
        assert!(told[20].is_some(), "{told:?}");
        assert!(told[59].unwrap().about < 180.0 * 3.0, "{told:?}");
    }

    #[test]
    fn what_the_look_ahead_takes_is_free_once_it_is_over() {
        // Recognition alone takes 0.2 s a second of speech; beside the look ahead, on one processor,
        // twice that. The look ahead is through a quarter after 104 s.
        let whole = survey((0..14_400).step_by(30), 14_400.0);
        let mut seen = survey((0..3600).step_by(30), 3600.0);
        seen.complete = false;
        let (mut forecast, clock) = (Forecast::new(5, 1, 1, 1), Hearing::default());
        let begin = forecast.begun.unwrap();
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        clock.reached(300.0, Duration::from_millis(10));
        for (&index, &window) in whole.windows.range(..10) {
            forecast.given(at(f64::from(index) * 10.4));
            forecast.finished(window, at(f64::from(index + 1) * 10.4));
        }
        let left = seen.windows.range(10..).map(|(_, &span)| span);
        let to_go =
            forecast.remaining(&clock, &seen, Some(14_400.0), left, at(104.0)).unwrap().about;
        // 470 windows of 5.2 s; while the look ahead goes on, for 312 s, half as fast.
        let truth = 470.0 * 5.2 + 312.0 / 2.0;
        assert!((to_go / truth - 1.0).abs() < 0.05, "{to_go}, truth {truth}");
    }
}
