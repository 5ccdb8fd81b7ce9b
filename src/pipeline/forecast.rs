//! How long the rest will take.
//!
//! Two things go on side by side: decoding with voice activity, which costs by the second of
//! recording, and recognition, which costs by the second of speech. Neither runs far ahead of the
//! other, so breaks may cost nothing (recognition catches up) or much (a small model waits for
//! decoding). What each costs is measured while it works, waiting left out; the rest is then gone
//! through batch by batch, as the look ahead has found the windows. Of what the look ahead has not
//! reached yet it is held to be like what it has seen. The look ahead itself takes a processor; where there
//! are too few, all else is faster once it is over.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::precision::{Noise, Rest, TimeToGo, unseen};
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

/// Windows that a worker decodes together.
#[derive(Debug)]
struct Batch {
    begun: Instant,
    windows: Vec<(u32, TimeSpan)>,
    work: f64,
    /// Whether one of them is done: then they all are, and only not told yet.
    done: bool,
}

/// Measures the work and tells how long the rest takes.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    hearing: Cost,
    /// By one worker.
    recognising: Cost,
    /// How batches differed from what was expected.
    noise: Noise,
    /// What the hearing thread said last: seconds of sound, and seconds spent.
    heard: (f64, f64),
    /// Batches that were begun and not all told.
    running: Vec<Batch>,
    /// Most batches that ran at the same time, and windows in the last one: the machine may do less than
    /// was asked for, and more when a GPU has failed.
    workers: usize,
    together: usize,
    /// Seconds that all batches took which are done.
    busy: f64,
    /// Since when there is work.
    begun: Option<Instant>,
    /// Windows that may be on their way between decoding and text.
    on_the_way: usize,
    processors: usize,
    /// Whether a GPU recognises, which leaves the processors alone.
    gpu: bool,
    /// Since when the look ahead is over, and how much longer all took because of it.
    alone: Option<(Instant, f64)>,
}

impl Forecast {
    /// `on_the_way` windows may be heard and not yet recognised, on a machine with so many `processors`,
    /// or by its GPU.
    pub(super) fn new(on_the_way: usize, processors: usize, gpu: bool) -> Self {
        Self { on_the_way, processors, gpu, begun: Some(Instant::now()), ..Self::default() }
    }

    /// A worker has begun with windows.
    pub(super) fn begun(&mut self, windows: Vec<(u32, TimeSpan)>, now: Instant) {
        // What was lost with the process that recognises is begun again, and all else was lost with it.
        let is_again = |window: &(u32, TimeSpan)| windows.iter().any(|again| again.0 == window.0);
        if self.running.iter().any(|batch| batch.windows.iter().any(is_again)) {
            self.running.clear();
        }
        let work = windows.iter().map(|window| cost(window.1)).sum();
        self.together = windows.len();
        self.running.push(Batch { begun: now, windows, work, done: false });
        self.workers = self.workers.max(self.running.iter().filter(|batch| !batch.done).count());
    }

    /// A window is done; `well` when it was recognised at all.
    pub(super) fn finished(&mut self, index: u32, well: bool, now: Instant) {
        let holds = |batch: &Batch| batch.windows.iter().any(|window| window.0 == index);
        let Some(at) = self.running.iter().position(holds) else { return };
        let batch = &mut self.running[at];
        batch.windows.retain(|window| window.0 != index);
        if !std::mem::replace(&mut batch.done, true) {
            let (begun, work) = (batch.begun, batch.work);
            self.busy += (now - begun).as_secs_f64();
            if well {
                let took = self.taken(begun, now);
                self.recognising.add(took, work);
                self.noise.learn(took / self.recognising.rate(), work, self.recognising.work);
            }
        }
        self.running.retain(|batch| !batch.windows.is_empty());
    }

    /// Seconds from `begun` to `now`, as they would have been had the look ahead been over, if it is.
    fn taken(&self, begun: Instant, now: Instant) -> f64 {
        let Some((alone, crowd)) = self.alone else { return (now - begun).as_secs_f64() };
        let over = alone.max(begun).min(now);
        (over - begun).as_secs_f64() / crowd + (now - over).as_secs_f64()
    }

    /// Seconds from `now` until all is recognised; none when too little is known. `left` are the
    /// windows that are not done, in order, among those of the survey.
    pub(super) fn remaining(
        &mut self,
        hearing: &Hearing,
        survey: &Survey,
        total: Option<f64>,
        left: impl Iterator<Item = (u32, TimeSpan)>,
        now: Instant,
    ) -> Option<TimeToGo> {
        let crowd = self.crowd(now);
        self.take_news(hearing, survey.complete.then_some((now, crowd)));
        let known = self.hearing.work > 0.0 && self.recognising.work > 0.0;
        if !known || self.heard.0 < ENOUGH {
            return None;
        }
        let begun = |index| self.running.iter().any(|b| b.windows.iter().any(|w| w.0 == index));
        let waiting: Vec<TimeSpan> =
            left.filter(|(index, _)| !begun(*index)).map(|(_, span)| span).collect();
        let running = self.running.iter().filter(|batch| !batch.done);
        let work = waiting.iter().copied().map(cost).sum::<f64>()
            + running.clone().map(|batch| batch.work).sum::<f64>();
        let free: Vec<f64> = running
            .map(|batch| batch.work * self.recognising.rate() - self.taken(batch.begun, now))
            .map(|to_go| to_go.max(0.0))
            .collect();
        let (heard, reach) = (self.heard.0, survey.duration);
        if survey.complete {
            let about = self.walk(&waiting, free, heard, reach);
            return Some(self.told(about, work, 0.0, reach - heard));
        }
        let total = total?;
        let rest = (total - heard).max(0.0);
        let seen = if reach - heard >= TELLING {
            self.walk(&waiting, free, heard, reach) / (reach - heard)
        } else if reach > 0.0 {
            let all: Vec<TimeSpan> = survey.windows.values().copied().collect();
            self.walk(&all, Vec::new(), 0.0, reach) / reach
        } else {
            return None;
        };
        let crowded = seen * rest;
        // The look ahead goes on at the pace that it had.
        let looking = (total - reach).max(0.0) * self.elapsed(now) / reach;
        let about = if crowded > looking { looking + (crowded - looking) / crowd } else { crowded };
        let (more, off) = unseen(survey, total);
        Some(self.told(about, work + more, off, rest))
    }

    /// A forecast with how far off it may be: so much `work` is left, which may itself be `off` by that
    /// standard error, and so much `sound` is to be heard.
    fn told(&self, about: f64, work: f64, off: f64, sound: f64) -> TimeToGo {
        let rest = Rest {
            work,
            off,
            measured: self.recognising.work,
            workers: self.workers.max(1),
            rate: self.recognising.rate(),
            hearing: sound.max(0.0) * self.hearing.rate(),
        };
        TimeToGo { about: about + self.noise.late(&rest), within: self.noise.within(&rest) }
    }

    fn elapsed(&self, now: Instant) -> f64 {
        self.begun.map_or(0.0, |begun| (now - begun).as_secs_f64())
    }

    /// How much longer all else takes because of the look ahead: 1 where it has a processor to itself.
    fn crowd(&self, now: Instant) -> f64 {
        let elapsed = self.elapsed(now).max(1e-3);
        let running = self.running.iter().filter(|batch| !batch.done);
        let recognising =
            self.busy + running.map(|batch| (now - batch.begun).as_secs_f64()).sum::<f64>();
        let threads = if self.gpu { 0.0 } else { recognising / elapsed };
        let others = (self.hearing.spent / elapsed).min(1.0) + threads;
        let share = |threads: f64| (threads / self.processors.max(1) as f64).max(1.0);
        share(others + 1.0) / share(others)
    }

    /// `alone` once the look ahead is over: now, and how much longer all took before.
    fn take_news(&mut self, hearing: &Hearing, alone: Option<(Instant, f64)>) {
        let news = hearing.so_far();
        let before = std::mem::replace(&mut self.heard, news);
        self.hearing.add((news.1 - before.1).max(0.0), (news.0 - before.0).max(0.0));
        if let (None, Some((_, crowd))) = (self.alone, alone) {
            self.alone = alone;
            self.hearing.fade(crowd);
            self.recognising.fade(crowd);
        }
    }

    /// Seconds from now until the windows are recognised and the sound is heard to its end: the workers
    /// take them in turn, a batch at a time. `free` says in how many seconds those are done that are at
    /// work.
    fn walk(&self, windows: &[TimeSpan], mut free: Vec<f64>, heard: f64, end: f64) -> f64 {
        let (hearing, recognising) = (self.hearing.rate(), self.recognising.rate());
        let (mut place, mut decoded) = (heard, 0.0_f64);
        free.resize(self.workers.max(1).max(free.len()), 0.0);
        // A batch more than the workers have is on its way at least.
        let on_the_way = self.on_the_way.max((free.len() + 1) * self.together);
        let mut texts: Vec<f64> = Vec::with_capacity(windows.len());
        for batch in windows.chunks(self.together.max(1)) {
            let next = (0..free.len()).min_by(|&a, &b| free[a].total_cmp(&free[b])).unwrap_or(0);
            for (at, window) in batch.iter().enumerate() {
                let news = (window.end - place).max(0.0) * hearing;
                place = place.max(window.end);
                // Decoding waits as long as too many windows wait for recognition.
                let before = (texts.len() + at).checked_sub(on_the_way);
                let room = before.and_then(|before| texts.get(before)).copied().unwrap_or(0.0);
                if news > 0.0 {
                    decoded = (decoded + news).max(room);
                    // A batch is begun when it is whole.
                    free[next] = free[next].max(decoded);
                }
            }
            free[next] += batch.iter().copied().map(cost).sum::<f64>() * recognising;
            // Those of a batch are done together.
            texts.resize(texts.len() + batch.len(), free[next]);
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

    /// A machine: seconds that decoding takes for a second of sound, and one worker for one of speech in
    /// each window.
    struct Machine<R: Fn(u32) -> f64> {
        decoding: f64,
        recognition: R,
        workers: usize,
        together: usize,
    }

    /// What a forecast said, and what was true.
    #[derive(Debug, Clone, Copy)]
    struct Told {
        /// Part of the whole run, 0..=1.
        at: f64,
        to_go: TimeToGo,
        truth: f64,
    }

    impl Told {
        fn error(&self) -> f64 {
            (self.to_go.about / self.truth - 1.0).abs()
        }
    }

    /// Runs through a meeting on a machine with room for all; `seen` gives what the look ahead has
    /// found after so many seconds.
    fn play<R: Fn(u32) -> f64>(
        meeting: &Survey,
        machine: &Machine<R>,
        seen: impl Fn(f64) -> Survey,
    ) -> Vec<Told> {
        let windows: Vec<(u32, TimeSpan)> =
            meeting.windows.iter().map(|(&index, &span)| (index, span)).collect();
        let on_the_way = (machine.workers + 1) * machine.together + 3;
        let mut free = vec![0.0_f64; machine.workers];
        let (mut heard, mut decoded, mut ends) = (0.0, 0.0_f64, Vec::<f64>::new());
        // When each window was decoded; and when each batch was begun and done.
        let (mut hearing, mut batches) = (Vec::new(), Vec::new());
        for batch in windows.chunks(machine.together) {
            for (at, (_, span)) in batch.iter().enumerate() {
                let room = (ends.len() + at).checked_sub(on_the_way).map_or(0.0, |done| ends[done]);
                decoded = (decoded + (span.end - heard) * machine.decoding).max(room);
                heard = span.end;
                hearing.push((decoded, heard));
            }
            let next = (0..free.len()).min_by(|&a, &b| free[a].total_cmp(&free[b])).unwrap();
            let begun = free[next].max(decoded);
            let takes =
                |(index, span): &(u32, TimeSpan)| cost(*span) * (machine.recognition)(*index);
            free[next] = begun + batch.iter().map(takes).sum::<f64>();
            ends.resize(ends.len() + batch.len(), free[next]);
            // Whichever are done make room.
            ends.sort_by(f64::total_cmp);
            batches.push((begun, free[next], batch));
        }
        let whole = free
            .into_iter()
            .fold(decoded + (meeting.duration - heard) * machine.decoding, f64::max);
        let mut moments: Vec<_> = batches
            .iter()
            .flat_map(|&(begun, done, batch)| [(begun, true, batch), (done, false, batch)])
            .collect();
        // At the same moment one batch is done before another is begun.
        moments.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut forecast = Forecast::new(on_the_way, 64, false);
        let (clock, begin) = (Hearing::default(), forecast.begun.unwrap());
        let (mut told, mut left, mut spent) = (Vec::new(), meeting.windows.clone(), 0.0);
        for (time, is_begun, batch) in moments {
            let now = begin + Duration::from_secs_f64(time);
            if is_begun {
                forecast.begun(batch.to_vec(), now);
                continue;
            }
            let next = hearing.partition_point(|(at, _)| *at <= time);
            let (at, to) = next.checked_sub(1).map_or((0.0, 0.0), |last| hearing[last]);
            let end = hearing.get(next).map_or(meeting.duration, |(_, end)| *end);
            let heard = (to + (time - at) / machine.decoding).min(end);
            clock.reached(heard, Duration::from_secs_f64(heard * machine.decoding - spent));
            spent = heard * machine.decoding;
            for (index, _) in batch {
                forecast.finished(*index, true, now);
                left.remove(index);
                let seen = seen(time);
                let ahead = left.iter().filter(|(index, _)| seen.windows.contains_key(index));
                let ahead = ahead.map(|(&index, &span)| (index, span));
                let to_go = forecast.remaining(&clock, &seen, Some(meeting.duration), ahead, now);
                let truth = whole - time;
                told.extend(to_go.map(|to_go| Told { at: time / whole, to_go, truth }));
            }
        }
        told
    }

    /// The worst error between a tenth and nine tenths of the run, with one worker and with four.
    fn worst(meeting: &Survey, decoding: f64, recognition: impl Fn(u32) -> f64 + Copy) -> f64 {
        let of = |workers, together| {
            let machine = Machine { decoding, recognition, workers, together };
            let told = play(meeting, &machine, |_| meeting.clone());
            let early = told.iter().filter(|told| (0.1..0.9).contains(&told.at));
            assert!(early.clone().count() > 10);
            early.map(Told::error).fold(0.0, f64::max)
        };
        of(1, 1).max(of(1, 4)).max(of(4, 4))
    }

    #[test]
    fn breaks_cost_what_decoding_takes_and_no_more() {
        // An hour of talk, an hour's break, an hour of talk; recognition is what takes the time.
        let talk = survey((0..3600).chain(7200..10_800).step_by(25), 10_800.0);
        assert!(worst(&talk, 0.002, |_| 0.2) < 0.1);
        // A word now and then, and decoding takes the time.
        let calm = survey((0..28_800).step_by(600), 28_800.0);
        let error = worst(&calm, 0.02, |_| 0.1);
        assert!(error < 0.12, "{error}");
        // Decoding and recognition take turns to wait for each other.
        let mixed = survey((0..1800).step_by(25).chain((1800..18_000).step_by(900)), 18_000.0);
        let error = worst(&mixed, 0.02, |_| 0.1);
        assert!(error < 0.12, "{error}");
    }

    #[test]
    fn windows_that_are_decoded_again_do_not_upset_it() {
        let talk = survey((0..10_800).step_by(25), 10_800.0);
        let worst = worst(&talk, 0.002, |index| if index % 9 == 4 { 1.0 } else { 0.2 });
        assert!(worst < 0.15, "{worst}");
    }

    /// Seconds per second of speech for windows of which one in ten is decoded five times over: each on its
    /// own, or three in a row. Random numbers by SplitMix64 (Steele et al. 2014).
    fn uneven(index: u32, seed: u64, in_a_row: u32, slow: f64) -> f64 {
        let random = |number: u64| {
            let mut z = (seed << 32 | number).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        };
        let usual = 0.15 + 0.1 * random(u64::from(index) | 1 << 31);
        if random(u64::from(index / in_a_row)) < 0.1 { usual * slow } else { usual }
    }

    #[test]
    fn it_knows_how_far_off_it_may_be() {
        for (workers, together, in_a_row, slow) in
            [(1, 1, 1, 5.0), (1, 4, 1, 5.0), (1, 4, 3, 3.0), (4, 4, 1, 5.0), (8, 4, 3, 2.0)]
        {
            for (seconds, seeds) in [(600, 40), (3600, 40), (10_800, 40), (28_800, 20)] {
                let talk = survey((0..seconds).step_by(25), f64::from(seconds));
                let told = (0..seeds).flat_map(|seed| {
                    let recognition = |index| uneven(index, seed, in_a_row, slow);
                    let machine = Machine { decoding: 0.002, recognition, workers, together };
                    play(&talk, &machine, |_| talk.clone())
                });
                let (mut all, mut low, mut good, mut wrong) = (0, 0, 0, 0);
                for told in told {
                    all += 1;
                    low += usize::from(told.to_go.about + told.to_go.within < told.truth);
                    good += usize::from(told.to_go.is_good());
                    wrong += usize::from(told.to_go.is_good() && told.error() > 0.2);
                }
                let case = format!(
                    "{seconds} s, {workers} workers, {together} together, slow by {slow}, {in_a_row} in a \
                     row: {wrong} of {good} figures wrong, {low} of {all} bounds low"
                );
                assert!(low * 10 <= all, "{case}");
                // Of a short recording little is known before it is done; of a long one most of the time.
                if seconds > 3600 {
                    assert!(wrong * 20 <= good && good * 2 > all, "{case}");
                } else {
                    assert!(good * 20 <= all, "{case}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_looked_through_yet_is_held_to_be_like_the_rest() {
        let all = survey((0..28_800).step_by(60), 28_800.0);
        let mut half = survey((0..14_400).step_by(60), 14_400.0);
        half.complete = false;
        let machine = Machine { decoding: 0.002, recognition: |_| 0.2, workers: 1, together: 4 };
        let told = play(&all, &machine, |_| half.clone());
        let early: Vec<&Told> = told.iter().filter(|told| told.at < 0.2).collect();
        let worst = early.iter().map(|told| told.error()).fold(0.0, f64::max);
        assert!(early.len() > 80 && worst < 0.05, "{worst}");
        // A length that nobody knows can't be forecast.
        let mut forecast = Forecast::new(5, 4, false);
        let (clock, now) = (Hearing::default(), Instant::now());
        clock.reached(600.0, Duration::from_millis(10));
        forecast.begun(vec![(0, half.windows[&0])], now);
        forecast.finished(0, true, now + Duration::from_secs(5));
        let left = || half.windows.iter().skip(1).map(|(&index, &span)| (index, span));
        assert!(forecast.remaining(&clock, &half, Some(28_800.0), left(), now).is_some());
        assert_eq!(forecast.remaining(&clock, &half, None, left(), now), None);
    }

    #[test]
    fn windows_that_are_lost_with_a_worker_are_begun_again() {
        let talk = survey((0..7200).step_by(30), 7200.0);
        let windows: Vec<(u32, TimeSpan)> =
            talk.windows.iter().map(|(&index, &span)| (index, span)).collect();
        let (mut forecast, clock) = (Forecast::new(9, 4, false), Hearing::default());
        let begin = forecast.begun.unwrap();
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        clock.reached(600.0, Duration::from_millis(10));
        forecast.begun(windows[..4].to_vec(), at(0.0));
        (0..4).for_each(|index| forecast.finished(index, true, at(20.8)));
        forecast.begun(windows[4..8].to_vec(), at(20.8));
        forecast.begun(windows[8..12].to_vec(), at(20.8));
        // The process dies; each is tried alone, and the last kills it again.
        for (&window, tried) in windows[4..7].iter().zip(0..) {
            let start = 100.0 + 5.2 * f64::from(tried);
            forecast.begun(vec![window], at(start));
            forecast.finished(window.0, true, at(start + 5.2));
        }
        forecast.begun(vec![windows[7]], at(120.0));
        forecast.finished(7, false, at(900.0));
        // Two workers have forty windows to go, those among them that were lost with the others.
        let left = windows[8..48].iter().copied();
        let to_go = forecast.remaining(&clock, &talk, Some(7200.0), left, at(900.0)).unwrap();
        let error = to_go.about / (20.0 * 5.2) - 1.0;
        assert!(error.abs() < 0.05, "{error}");
    }

    #[test]
    fn what_the_look_ahead_takes_is_free_once_it_is_over() {
        // Recognition alone takes 0.2 s a second of speech; beside the look ahead, on one processor,
        // twice that. The look ahead is through a quarter after 104 s.
        let whole = survey((0..14_400).step_by(30), 14_400.0);
        let mut seen = survey((0..3600).step_by(30), 3600.0);
        seen.complete = false;
        let (mut forecast, clock) = (Forecast::new(5, 1, false), Hearing::default());
        let begin = forecast.begun.unwrap();
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        clock.reached(300.0, Duration::from_millis(10));
        for (&index, &window) in whole.windows.range(..10) {
            forecast.begun(vec![(index, window)], at(f64::from(index) * 10.4));
            forecast.finished(index, true, at(f64::from(index + 1) * 10.4));
        }
        let left = |survey: &Survey| -> Vec<(u32, TimeSpan)> {
            survey.windows.range(10..).map(|(&index, &span)| (index, span)).collect()
        };
        let ahead = left(&seen).into_iter();
        let to_go = forecast.remaining(&clock, &seen, Some(14_400.0), ahead, at(104.0)).unwrap();
        // 470 windows of 5.2 s; while the look ahead goes on, for 312 s, half as fast.
        let truth = 470.0 * 5.2 + 312.0 / 2.0;
        assert!((to_go.about / truth - 1.0).abs() < 0.05, "{to_go:?}, truth {truth}");
        // Once it is over, all that is left is as fast as it is alone.
        let ahead = left(&whole).into_iter();
        let to_go = forecast.remaining(&clock, &whole, Some(14_400.0), ahead, at(104.0)).unwrap();
        assert!((to_go.about / (470.0 * 5.2) - 1.0).abs() < 0.05, "{to_go:?}");
    }
}
