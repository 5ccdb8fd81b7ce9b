//! The one best path through the agenda (Viterbi over stretches), and how sure each step of it is
//! (forward-backward).
//!
//! State 0 is "before the first item", state k the item with index k - 1. A stretch begins at one of
//! the places where a change is thinkable; what an arrival costs depends on the two states only
//! through the distance between them, so running maxima and sums make each step linear in the
//! items. The number of places is bounded by the agenda, not by the meeting, so the whole is
//! linear in the length.

use super::cues::SegmentCues;
use super::formulas::Act;
use super::hearing::Hearing;
use super::outcome::is_meant;
use super::pins::Fixed;
use super::stretches::Stretches;
use super::topics::Topics;
use super::weights as w;

/// Places for each item among which the path may change.
const PLACES_EACH: usize = 4;
/// Places in any case, and at most.
const PLACES: std::ops::RangeInclusive<usize> = 120..=600;

/// The path, one state a segment.
#[derive(Debug, Default)]
pub(super) struct Path {
    pub(super) states: Vec<usize>,
    /// For each segment where the state changes, the probability that the item begins there or one
    /// segment beside; 0 elsewhere.
    pub(super) sureness: Vec<f64>,
    /// Items whose title is said in the segment: index, share, first token.
    pub(super) titles: Vec<Vec<(usize, f64, usize)>>,
}

/// Where the path may change, with the scores of all states there.
struct Lattice<'a> {
    stretches: Stretches<'a>,
    /// Segments in ascending order; the first is 0.
    places: Vec<usize>,
    /// One past the last segment.
    end: usize,
    states: usize,
    /// For each place, nats for arriving in a state from another one, without the order's price.
    enter: Vec<Vec<f64>>,
    /// For each place and state 0..=1: how little is said that just this item begins. Only an item
    /// that is named may come out of its turn: topics alone drift.
    doubt: Vec<Vec<f64>>,
    /// States of items that were said to be off the agenda: passing them over costs nothing.
    gone: Vec<bool>,
    /// For each place, whether a person has said what begins there.
    forced: Vec<bool>,
}

/// Finds the best path.
pub(super) fn best(
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    topics: &Topics,
    fixed: &Fixed,
) -> Path {
    let titles: Vec<Vec<(usize, f64, usize)>> =
        (0..cues.len()).map(|at| topics.titles_said(hearing, at)).collect();
    if cues.is_empty() {
        return Path::default();
    }
    let lattice = lattice(hearing, cues, topics, &titles, fixed);
    let states = lattice.viterbi();
    let sureness = lattice.sureness(&states);
    Path { states, sureness, titles }
}

fn lattice<'a>(
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    topics: &'a Topics,
    titles: &[Vec<(usize, f64, usize)>],
    fixed: &Fixed,
) -> Lattice<'a> {
    let items = topics.items();
    // What names an item in each segment.
    let named: Vec<Vec<(usize, f64)>> = cues
        .iter()
        .zip(titles)
        .map(|(cue, titles)| {
            let mut named: Vec<(usize, f64)> = Vec::new();
            for found in &cue.items {
                match named.iter_mut().find(|(item, _)| *item == found.item) {
                    Some((_, best)) => *best = best.max(found.weight),
                    None => named.push((found.item, found.weight)),
                }
            }
            for &(item, share, _) in titles {
                let number =
                    named.iter().find(|(other, _)| *other == item).map_or(0.0, |(_, n)| *n);
                // Number and title in one breath are an announcement and hardly ever anything else.
                let agreed = w::AGREE * number / w::NUMBER_OPENING;
                let more = (w::TITLE + agreed) * share * share;
                match named.iter_mut().find(|(other, _)| *other == item) {
                    Some((_, sum)) => *sum += more,
                    None => named.push((item, more)),
                }
            }
            named
        })
        .collect();
    let mut clearest = vec![0.0; items];
    for &(item, weight) in named.iter().flatten() {
        clearest[item] = f64::max(clearest[item], weight);
    }
    let places = places(cues, &named, items, fixed);
    let mut enter = Vec::with_capacity(places.len());
    let mut doubt = Vec::with_capacity(places.len());
    for &at in &places {
        let mut arrival = vec![w::CUES * cues[at].change - w::CHANGE; items + 1];
        let mut unnamed = vec![1.0; items + 1];
        let mut here = vec![0.0; items];
        for &(item, weight) in &named[at] {
            arrival[item + 1] += weight;
            unnamed[item + 1] = (1.0 - weight / w::NAMED).clamp(0.0, 1.0);
            here[item] = weight;
        }
        // An item that is announced somewhere with number and title begins there and nowhere else.
        for (item, score) in arrival.iter_mut().skip(1).enumerate() {
            if cues[at].returns.contains(&item) && was_called(&named[..at], item) {
                *score += w::RETURN;
                continue;
            }
            let better = (clearest[item] - here[item] - w::ELSEWHERE_FROM) / w::ELSEWHERE_FROM;
            *score -= w::ELSEWHERE * better.clamp(0.0, 1.0);
        }
        arrival[0] = f64::NEG_INFINITY;
        // A pinned item begins where it is pinned and nowhere else, and nothing else begins there.
        let pinned = fixed.at(at).map(|start| start.item);
        for (item, score) in arrival.iter_mut().skip(1).enumerate() {
            let elsewhere = fixed.of_item(item).is_some() || fixed.absent.contains(&item);
            match pinned {
                Some(pinned) if pinned == item => *score = 0.0,
                None if !elsewhere => {}
                _ => *score = f64::NEG_INFINITY,
            }
        }
        if let Some(item) = pinned {
            unnamed[item + 1] = 0.0;
        }
        enter.push(arrival);
        doubt.push(unnamed);
    }
    let forced = places.iter().map(|&at| fixed.at(at).is_some()).collect();
    Lattice {
        stretches: Stretches::of(hearing, cues, topics),
        places,
        end: cues.len(),
        states: items + 1,
        enter,
        doubt,
        gone: std::iter::once(false)
            .chain((0..items).map(|item| fixed.absent.contains(&item) || taken_off(cues, item)))
            .collect(),
        forced,
    }
}

/// Whether the item was called up in these segments.
fn was_called(named: &[Vec<(usize, f64)>], item: usize) -> bool {
    named.iter().flatten().any(|(other, weight)| *other == item && *weight >= w::NUMBER_OPENING)
}

/// Whether it was said that the item is off the agenda: "punkt 18 og 19 er udgået".
pub(super) fn taken_off(cues: &[SegmentCues], item: usize) -> bool {
    cues.iter().any(|cues| {
        let mut named = cues.items.iter().filter(|cue| cue.item == item);
        named.any(|cue| {
            cues.said.iter().any(|said| said.act == Act::Withdraws && is_meant(cue, said))
        })
    })
}

/// The segments where a change is most thinkable, in order.
fn places(
    cues: &[SegmentCues],
    named: &[Vec<(usize, f64)>],
    items: usize,
    fixed: &Fixed,
) -> Vec<usize> {
    let most = (PLACES_EACH * items).clamp(*PLACES.start(), *PLACES.end());
    let worth = |at: usize| {
        let name = named[at].iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
        cues[at].change + name
    };
    let mut order: Vec<usize> = (1..cues.len()).collect();
    order.sort_by(|&a, &b| worth(b).total_cmp(&worth(a)).then(a.cmp(&b)));
    order.truncate(most);
    order.push(0);
    order.extend(fixed.starts.iter().map(|start| start.segment));
    order.sort_unstable();
    order.dedup();
    order
}

/// For each state, the best other state to come from and its value less the order's price.
fn best_arrivals(values: &[f64], doubt: &[f64], gone: &[bool]) -> Vec<(f64, usize)> {
    let states = values.len();
    let mut arrivals = vec![(f64::NEG_INFINITY, 0); states];
    // The best state from which something is passed over, and that from which nothing is but what
    // was taken off the agenda.
    let mut over = (f64::NEG_INFINITY, 0);
    let mut next = (f64::NEG_INFINITY, 0);
    for to in 1..states {
        let before = to - 1;
        if !gone[before] {
            over.0 = f64::max(over.0, next.0) - w::SKIP;
            if next.0 - w::SKIP >= over.0 {
                over.1 = next.1;
            }
            next = (f64::NEG_INFINITY, 0);
        }
        if values[before] > next.0 {
            next = (values[before], before);
        }
        arrivals[to] = next;
        let skipping = over.0 - doubt[to] * w::SKIP_DOUBT;
        if skipping > arrivals[to].0 {
            arrivals[to] = (skipping, over.1);
        }
    }
    let mut later = (f64::NEG_INFINITY, 0);
    for to in (1..states).rev() {
        let back = later.0 - w::BACK - doubt[to] * w::BACK_DOUBT;
        if back > arrivals[to].0 {
            arrivals[to] = (back, later.1);
        }
        if values[to] > later.0 {
            later = (values[to], to);
        }
    }
    arrivals
}

/// Price of a meeting that ends before the last `count` items.
fn unreached(count: usize) -> f64 {
    w::UNREACHED * count as f64
}

impl Lattice<'_> {
    fn viterbi(&self) -> Vec<usize> {
        let last = self.places.len();
        // The best value of a path whose last stretch ends at a place (or the end) in a state.
        let mut values = vec![vec![f64::NEG_INFINITY; self.states]; last + 1];
        // The place where that stretch began, and the state before it.
        let mut from = vec![vec![(0_usize, 0_usize); self.states]; last + 1];
        for at in 0..last {
            let mut start = vec![f64::NEG_INFINITY; self.states];
            start[0] = 0.0;
            let before = if at == 0 { &start } else { &values[at] };
            let mut begun = best_arrivals(before, &self.doubt[at], &self.gone);
            begun.iter_mut().zip(&self.enter[at]).for_each(|(begun, enter)| begun.0 += enter);
            if at == 0 && !self.forced[0] {
                begun[0] = (0.0, 0);
            }
            self.each_stretch(at, |to, scores| {
                for state in 0..self.states {
                    let value = begun[state].0 + scores[state];
                    if value > values[to][state] {
                        values[to][state] = value;
                        from[to][state] = (at, begun[state].1);
                    }
                }
            });
        }
        let ending = |state: usize| values[last][state] - unreached(self.states - 1 - state);
        let mut state =
            (0..self.states).max_by(|&a, &b| ending(a).total_cmp(&ending(b))).unwrap_or(0);
        let mut states = vec![0; self.end];
        let mut place = last;
        while place > 0 {
            let (begun, before) = from[place][state];
            let stop = self.places.get(place).copied().unwrap_or(self.end);
            states[self.places[begun]..stop].fill(state);
            (place, state) = (begun, before);
        }
        states
    }

    /// Probability, for each change of state on the path, that the item begins within a segment of
    /// there.
    fn sureness(&self, states: &[usize]) -> Vec<f64> {
        let last = self.places.len();
        // All sums are logarithms at the temperature of the probabilities.
        let mut ended = vec![vec![f64::NEG_INFINITY; self.states]; last + 1];
        let mut begun = Vec::with_capacity(last);
        for at in 0..last {
            let mut arrived = if at == 0 {
                let mut start = vec![f64::NEG_INFINITY; self.states];
                start[0] = 0.0;
                summed_arrivals(&start, &self.doubt[0], &self.gone)
            } else {
                summed_arrivals(&ended[at], &self.doubt[at], &self.gone)
            };
            for (sum, enter) in arrived.iter_mut().zip(&self.enter[at]) {
                *sum += enter / w::TEMPERATURE;
            }
            if at == 0 && !self.forced[0] {
                arrived[0] = 0.0;
            }
            self.each_stretch(at, |to, scores| {
                for ((sum, arrived), score) in ended[to].iter_mut().zip(&arrived).zip(scores) {
                    *sum = log_sum(*sum, arrived + score / w::TEMPERATURE);
                }
            });
            begun.push(arrived);
        }
        let mut after = vec![vec![f64::NEG_INFINITY; self.states]; last + 1];
        after[last] = (0..self.states)
            .map(|state| -unreached(self.states - 1 - state) / w::TEMPERATURE)
            .collect();
        let all = ended[last]
            .iter()
            .zip(&after[last])
            .fold(f64::NEG_INFINITY, |sum, (ended, after)| log_sum(sum, ended + after));
        if !all.is_finite() {
            return vec![0.0; self.end];
        }
        // `begun` becomes the probability of beginning there.
        for at in (0..last).rev() {
            let mut onward = vec![f64::NEG_INFINITY; self.states];
            self.each_stretch(at, |to, scores| {
                for ((sum, after), score) in onward.iter_mut().zip(&after[to]).zip(scores) {
                    *sum = log_sum(*sum, after + score / w::TEMPERATURE);
                }
            });
            for (begun, onward) in begun[at].iter_mut().zip(&onward) {
                *begun = (*begun + onward - all).exp();
            }
            for (onward, enter) in onward.iter_mut().zip(&self.enter[at]) {
                *onward += enter / w::TEMPERATURE;
            }
            after[at] = summed_departures(&onward, &self.doubt[at], &self.gone);
        }
        (0..self.end)
            .map(|at| {
                let state = states[at];
                let before = at.checked_sub(1).map_or(0, |before| states[before]);
                if state == 0 || state == before {
                    return 0.0;
                }
                let near = |place: &&usize| place.abs_diff(at) <= 1;
                let from = self.places.partition_point(|&place| place + 1 < at);
                let count = self.places[from..].iter().take_while(near).count();
                let sum: f64 = begun[from..from + count].iter().map(|begun| begun[state]).sum();
                calibrated(sum)
            })
            .collect()
    }

    /// Calls `visit` with the end of each stretch that begins at place `at`, and its score in each
    /// state.
    fn each_stretch(&self, at: usize, mut visit: impl FnMut(usize, &[f64])) {
        let from = self.places[at];
        // No stretch goes on past a pin.
        let stop = (at + 1..self.places.len()).find(|&place| self.forced[place]);
        let ends: Vec<usize> = match stop {
            Some(stop) => self.places[at + 1..=stop].to_vec(),
            None => {
                self.places[at + 1..].iter().copied().chain(std::iter::once(self.end)).collect()
            }
        };
        let mut scores = vec![0.0; self.states];
        self.stretches.from(from, &ends, |place, titles| {
            scores[0] = -w::BEFORE * (ends[place] - from) as f64;
            scores[1..].copy_from_slice(titles);
            visit(at + 1 + place, &scores);
        });
    }
}

/// The share of starts with this posterior that were right, by logistic calibration (Platt, 1999). The
/// cues are no independent witnesses, and of several readings of one boundary the best is shown.
fn calibrated(posterior: f64) -> f64 {
    let posterior = posterior.clamp(1e-4, 1.0 - 1e-4);
    let odds = w::CALIBRATION.0 + w::CALIBRATION.1 * (posterior / (1.0 - posterior)).ln();
    1.0 / (1.0 + (-odds).exp())
}

/// For each state, the logarithm of the sum over the states to come from, with the order's factor.
fn summed_arrivals(values: &[f64], doubt: &[f64], gone: &[bool]) -> Vec<f64> {
    let (values, scale) = scaled(values);
    let (skip, back) = (warm(-w::SKIP), warm(-w::BACK));
    let mut sums = vec![0.0; values.len()];
    let (mut over, mut next) = (0.0, 0.0);
    for to in 1..values.len() {
        if !gone[to - 1] {
            over = (over + next) * skip;
            next = 0.0;
        }
        next += values[to - 1];
        sums[to] = next + over * warm(-doubt[to] * w::SKIP_DOUBT);
    }
    let mut later = 0.0;
    for to in (1..values.len()).rev() {
        sums[to] += later * back * warm(-doubt[to] * w::BACK_DOUBT);
        later += values[to];
    }
    sums.into_iter().map(|sum: f64| sum.ln() + scale).collect()
}

/// The same the other way: over the states to go to.
fn summed_departures(values: &[f64], doubt: &[f64], gone: &[bool]) -> Vec<f64> {
    let (values, scale) = scaled(values);
    let (skip, back) = (warm(-w::SKIP), warm(-w::BACK));
    let mut sums = vec![0.0; values.len()];
    // The sums over states that are reached freely, the same with their doubt, and over the rest.
    let (mut next, mut doubtful, mut over) = (0.0, 0.0, 0.0);
    for from in (0..values.len().saturating_sub(1)).rev() {
        let to = from + 1;
        if !gone[to] {
            over = (over + doubtful) * skip;
            (next, doubtful) = (0.0, 0.0);
        }
        next += values[to];
        doubtful += values[to] * warm(-doubt[to] * w::SKIP_DOUBT);
        sums[from] = next + over;
    }
    let mut earlier = 0.0;
    for from in 1..values.len() {
        sums[from] += earlier * back;
        earlier += values[from] * warm(-doubt[from] * w::BACK_DOUBT);
    }
    sums.into_iter().map(|sum: f64| sum.ln() + scale).collect()
}

/// Logarithms as numbers whose largest is 1, and what that was.
fn scaled(values: &[f64]) -> (Vec<f64>, f64) {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return (vec![0.0; values.len()], 0.0);
    }
    (values.iter().map(|value| (value - most).exp()).collect(), most)
}

/// A score at the temperature of the probabilities, as a factor.
fn warm(score: f64) -> f64 {
    (score / w::TEMPERATURE).exp()
}

/// The logarithm of the sum of two numbers given by their logarithms.
fn log_sum(a: f64, b: f64) -> f64 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    if least == f64::NEG_INFINITY { most } else { most + (least - most).exp().ln_1p() }
}
