//! The one best path through the agenda (Viterbi), and how sure each step is (forward-backward).
//!
//! State 0 is "before the first item", state k the item with index k - 1. A step may stay, go on,
//! pass items over or go back; what an arrival costs depends on the two states only through the
//! distance between them, so running maxima and sums make each column linear in the items and the
//! whole linear in the segments.

use super::cues::SegmentCues;
use super::hearing::Hearing;
use super::topics::Topics;
use super::weights as w;

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

/// Scores of all segments for all states.
struct Lattice {
    /// Nats for being in a state.
    fit: Vec<Vec<f64>>,
    /// Nats for arriving in a state from another one, without the order's price.
    enter: Vec<Vec<f64>>,
    /// 0..=1: how little the segment itself says that just this item begins. Only an item that is
    /// named may come out of its turn: topics alone drift.
    doubt: Vec<Vec<f64>>,
}

/// Finds the best path.
pub(super) fn best(hearing: &Hearing<'_>, cues: &[SegmentCues], topics: &Topics) -> Path {
    let titles: Vec<Vec<(usize, f64, usize)>> =
        (0..cues.len()).map(|at| topics.titles_said(hearing, at)).collect();
    let lattice = lattice(hearing, cues, topics, &titles);
    let states = viterbi(&lattice);
    let sureness = sureness(&lattice, &states);
    Path { states, sureness, titles }
}

fn lattice(
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    topics: &Topics,
    titles: &[Vec<(usize, f64, usize)>],
) -> Lattice {
    // The fewer segments an item has on average, the less a change surprises.
    let change = w::CHANGE + (cues.len() as f64 / topics.items().max(1) as f64).max(1.0).ln();
    let mut fit = Vec::with_capacity(cues.len());
    let mut enter = Vec::with_capacity(cues.len());
    let mut doubt = Vec::with_capacity(cues.len());
    let mut named: Vec<Vec<f64>> = Vec::with_capacity(cues.len());
    let mut clearest = vec![0.0; topics.items()];
    for (at, cue) in cues.iter().enumerate() {
        let mut here = vec![0.0];
        here.extend(topics.fit(hearing, at));
        fit.push(here);
        let mut arrival = vec![cue.change - change; topics.items() + 1];
        let mut numbers = vec![0.0; topics.items()];
        for found in &cue.items {
            let best: &mut f64 = &mut numbers[found.item];
            *best = best.max(found.weight);
        }
        for &(item, share, _) in &titles[at] {
            // Number and title in one breath are an announcement and hardly ever anything else.
            let agreed = w::AGREE * numbers[item] / w::NUMBER_OPENING;
            numbers[item] += (w::TITLE + agreed) * share * share;
        }
        let unnamed = numbers.iter().map(|named| (1.0 - named / w::NAMED).clamp(0.0, 1.0));
        doubt.push(std::iter::once(1.0).chain(unnamed).collect());
        for (score, number) in arrival.iter_mut().skip(1).zip(&numbers) {
            *score += number;
        }
        for (most, number) in clearest.iter_mut().zip(&numbers) {
            *most = f64::max(*most, *number);
        }
        named.push(numbers);
        if let Some(before) = arrival.first_mut() {
            *before = f64::NEG_INFINITY;
        }
        enter.push(arrival);
    }
    // An item that is announced somewhere with number and title begins there and nowhere else.
    for (arrival, named) in enter.iter_mut().zip(&named) {
        for ((score, named), most) in arrival.iter_mut().skip(1).zip(named).zip(&clearest) {
            let better = (most - named - w::ELSEWHERE_FROM) / w::ELSEWHERE_FROM;
            *score -= w::ELSEWHERE * better.clamp(0.0, 1.0);
        }
    }
    Lattice { fit, enter, doubt }
}

/// For each state, the best other state to come from and its value less the order's price.
fn best_arrivals(values: &[f64], doubt: &[f64]) -> Vec<(f64, usize)> {
    let states = values.len();
    let mut arrivals = vec![(f64::NEG_INFINITY, 0); states];
    // The best state from which something is passed over.
    let mut over = (f64::NEG_INFINITY, 0);
    for to in 1..states {
        if let Some(skipped) = to.checked_sub(2) {
            over.0 -= w::SKIP;
            if values[skipped] - w::SKIP > over.0 {
                over = (values[skipped] - w::SKIP, skipped);
            }
        }
        arrivals[to] = (values[to - 1], to - 1);
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

fn viterbi(lattice: &Lattice) -> Vec<usize> {
    let Some(first) = lattice.fit.first() else { return Vec::new() };
    let states = first.len();
    let mut start = vec![f64::NEG_INFINITY; states];
    start[0] = 0.0;
    let arrivals = best_arrivals(&start, &lattice.doubt[0]);
    let mut values: Vec<f64> = (0..states)
        .map(|to| if to == 0 { 0.0 } else { lattice.enter[0][to] + arrivals[to].0 + first[to] })
        .collect();
    let mut from: Vec<Vec<u16>> = Vec::with_capacity(lattice.fit.len());
    for at in 1..lattice.fit.len() {
        let (fit, enter) = (&lattice.fit[at], &lattice.enter[at]);
        let arrivals = best_arrivals(&values, &lattice.doubt[at]);
        let mut back = vec![0; states];
        let mut next = vec![0.0; states];
        for to in 0..states {
            let arrived = arrivals[to].0 + enter[to];
            let (value, source) =
                if arrived > values[to] { (arrived, arrivals[to].1) } else { (values[to], to) };
            next[to] = value + fit[to];
            back[to] = u16::try_from(source).unwrap_or(u16::MAX);
        }
        values = next;
        from.push(back);
    }
    let ending = |state: usize| values[state] - unreached(states - 1 - state);
    let mut state = (0..states).max_by(|&a, &b| ending(a).total_cmp(&ending(b))).unwrap_or(0);
    let mut path = vec![state];
    for back in from.iter().rev() {
        state = usize::from(back[state]);
        path.push(state);
    }
    path.reverse();
    path
}

/// For each state, the sum over the states before of value times the order's factor.
fn summed_arrivals(values: &[f64], doubt: &[f64]) -> Vec<f64> {
    let states = values.len();
    let (skip, back) = (warm(-w::SKIP), warm(-w::BACK));
    let mut sums = vec![0.0; states];
    let mut over = 0.0;
    for to in 1..states {
        if let Some(skipped) = to.checked_sub(2) {
            over = (over + values[skipped]) * skip;
        }
        sums[to] = values[to - 1] + over * warm(-doubt[to] * w::SKIP_DOUBT);
    }
    let mut later = 0.0;
    for to in (1..states).rev() {
        sums[to] += later * back * warm(-doubt[to] * w::BACK_DOUBT);
        later += values[to];
    }
    sums
}

/// The same the other way: for each state, the sum over the states that it may go to.
fn summed_departures(values: &[f64], doubt: &[f64]) -> Vec<f64> {
    let states = values.len();
    let (skip, back) = (warm(-w::SKIP), warm(-w::BACK));
    let mut sums = vec![0.0; states];
    let mut over = 0.0;
    for from in (0..states).rev() {
        if let Some(&skipped) = values.get(from + 2) {
            over = (over + skipped * warm(-doubt[from + 2] * w::SKIP_DOUBT)) * skip;
        }
        sums[from] = values.get(from + 1).copied().unwrap_or(0.0) + over;
    }
    let mut earlier = 0.0;
    for from in 1..states {
        sums[from] += earlier * back;
        earlier += values[from] * warm(-doubt[from] * w::BACK_DOUBT);
    }
    sums
}

/// A score at the temperature of the probabilities, as a factor.
fn warm(score: f64) -> f64 {
    (score / w::TEMPERATURE).exp()
}

/// Probability, for each change of state on the path, that it lies within a segment of there.
fn sureness(lattice: &Lattice, states: &[usize]) -> Vec<f64> {
    let length = lattice.fit.len();
    let Some(first) = lattice.fit.first() else { return Vec::new() };
    let count = first.len();
    let mut forward: Vec<Vec<f64>> = Vec::with_capacity(length);
    let mut arrived: Vec<Vec<f64>> = Vec::with_capacity(length);
    for at in 0..length {
        let (fit, enter) = (&lattice.fit[at], &lattice.enter[at]);
        let (stay, come): (Vec<f64>, Vec<f64>) = match forward.last() {
            None => {
                let start: Vec<f64> = (0..count).map(|to| f64::from(u8::from(to == 0))).collect();
                let come = summed_arrivals(&start, &lattice.doubt[at]);
                (start, come)
            }
            Some(before) => (before.clone(), summed_arrivals(before, &lattice.doubt[at])),
        };
        let come: Vec<f64> =
            (0..count).map(|to| come[to] * warm(enter[to]) * warm(fit[to])).collect();
        let mut now: Vec<f64> = (0..count).map(|to| stay[to] * warm(fit[to]) + come[to]).collect();
        let total = now.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        now.iter_mut().for_each(|value| *value /= total);
        arrived.push(come.into_iter().map(|value| value / total).collect());
        forward.push(now);
    }
    // `arrived` becomes the posterior of arriving: times what comes after, over what is there.
    let mut after: Vec<f64> = (0..count).map(|state| warm(-unreached(count - 1 - state))).collect();
    for at in (0..length).rev() {
        let mass: f64 = forward[at].iter().zip(&after).map(|(f, b)| f * b).sum();
        let mass = mass.max(f64::MIN_POSITIVE);
        for (to, value) in arrived[at].iter_mut().enumerate() {
            *value *= after[to] / mass;
        }
        let (fit, enter) = (&lattice.fit[at], &lattice.enter[at]);
        let held: Vec<f64> = (0..count).map(|to| after[to] * warm(fit[to])).collect();
        let come: Vec<f64> = (0..count).map(|to| held[to] * warm(enter[to])).collect();
        let moved = summed_departures(&come, &lattice.doubt[at]);
        after = (0..count).map(|from| held[from] + moved[from]).collect();
        let total = after.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        after.iter_mut().for_each(|value| *value /= total);
    }
    (0..length)
        .map(|at| {
            let state = states[at];
            let before = at.checked_sub(1).map_or(0, |before| states[before]);
            if state == 0 || state == before {
                return 0.0;
            }
            let near = at.saturating_sub(1)..(at + 2).min(length);
            near.map(|at| arrived[at][state]).sum::<f64>().clamp(0.0, 1.0)
        })
        .collect()
}
