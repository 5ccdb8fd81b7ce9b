//! Which words go into which cue, and where its line is broken: the cheapest way through all
//! words, found by dynamic programming over the places where a cue may end.

use super::sense::{self, BAD, Shape};
use super::words::{Speech, SpokenWord};
use super::{CHARS_PER_SECOND, GAP_MS, LINE_CHARS, MAX_LINES, MAX_MS, MIN_MS};

/// Silence after which a new cue begins whatever the words say.
const SILENCE_MS: u64 = 1_500;
/// Cost of a cue as such: keeps captions from flickering.
const PER_CUE: u64 = 24;
/// Most characters of a cue, the line break counted as one.
const CUE_CHARS: usize = MAX_LINES * (LINE_CHARS + 1) - 1;

/// A cue before it has its time: words `first..end`, broken before word `turn` when it has two
/// lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub first: usize,
    pub turn: Option<usize>,
    pub end: usize,
}

/// Cuts the speech. Every word is in exactly one cut, in order.
pub(super) fn cut(speech: &Speech) -> Vec<Cut> {
    let words = &speech.words;
    let shapes: Vec<Shape> = words.iter().map(|word| Shape::of(&word.text)).collect();
    // breaks[k]: cost of a break before word k.
    let breaks: Vec<u32> = (0..words.len())
        .map(|k| {
            match (
                k.checked_sub(1).and_then(|i| words.get(i).zip(shapes.get(i))),
                words.get(k).zip(shapes.get(k)),
            ) {
                (Some((before, shape)), Some((next, next_shape))) => {
                    sense::cost(shape, next_shape, next, next.start.saturating_sub(before.end))
                }
                _ => 0,
            }
        })
        .collect();
    let mut cuts = Vec::new();
    let mut first = 0;
    while first < words.len() {
        let mut end = first + 1;
        while end < words.len() && !must_break(&words[end - 1], &words[end]) {
            end += 1;
        }
        cut_run(words, &shapes, &breaks, first..end, &mut cuts);
        first = end;
    }
    cuts
}

fn must_break(before: &SpokenWord, next: &SpokenWord) -> bool {
    next.opens_speech || next.start.saturating_sub(before.end) >= SILENCE_MS
}

/// Cuts words without a long silence among them.
fn cut_run(
    words: &[SpokenWord],
    shapes: &[Shape],
    breaks: &[u32],
    run: std::ops::Range<usize>,
    cuts: &mut Vec<Cut>,
) {
    // best[j]: cost of the cheapest way to cut run.start..run.start + j, and its last cut.
    let mut best: Vec<Option<(u64, Cut)>> = vec![None; run.len() + 1];
    for end in run.start + 1..=run.end {
        let mut cheapest: Option<(u64, Cut)> = None;
        for first in (run.start..end).rev() {
            let Some((turn, lines)) = lines(words, breaks, first, end) else { break };
            let before = match first - run.start {
                0 => 0,
                at => best[at].map_or(u64::MAX / 2, |(cost, _)| cost),
            };
            let cost = before + lines + cue_cost(words, shapes, breaks, first, end);
            if cheapest.is_none_or(|(least, _)| cost < least) {
                cheapest = Some((cost, Cut { first, turn, end }));
            }
            if words[end - 1].end.saturating_sub(words[first].start) > MAX_MS {
                break;
            }
        }
        best[end - run.start] = cheapest;
    }
    let at = cuts.len();
    let mut end = run.end;
    while end > run.start {
        // Every place has a cut: a single word always fits.
        let Some((_, cut)) = best[end - run.start] else { break };
        cuts.push(cut);
        end = cut.first;
    }
    cuts[at..].reverse();
}

/// How a cue's lines are broken and what that costs; none when the words don't fit.
fn lines(
    words: &[SpokenWord],
    breaks: &[u32],
    first: usize,
    end: usize,
) -> Option<(Option<usize>, u64)> {
    let width = |from: usize, to: usize| {
        words[from..to].iter().map(|word| word.chars + 1).sum::<usize>().saturating_sub(1)
    };
    let whole = width(first, end);
    if whole <= LINE_CHARS {
        return Some((None, 0));
    }
    if whole > CUE_CHARS {
        return None;
    }
    let mut upper = 0_usize;
    let mut cheapest: Option<(Option<usize>, u64)> = None;
    for turn in first + 1..end {
        upper += words[turn - 1].chars + usize::from(turn > first + 1);
        let lower = whole - upper - 1;
        if upper > LINE_CHARS {
            break;
        }
        if lower > LINE_CHARS {
            continue;
        }
        // Balanced lines read faster; a slightly longer lower line is preferred.
        let balance = upper.abs_diff(lower) as u64 + if upper > lower { 3 } else { 0 };
        let cost = u64::from(breaks[turn]) * 3 / 5 + balance / 2;
        if cheapest.is_none_or(|(_, least)| cost < least) {
            cheapest = Some((Some(turn), cost));
        }
    }
    cheapest
}

/// What it costs to let words `first..end` be a cue of their own.
fn cue_cost(
    words: &[SpokenWord],
    shapes: &[Shape],
    breaks: &[u32],
    first: usize,
    end: usize,
) -> u64 {
    let start = words[first].start;
    let spoken = words[end - 1].end.saturating_sub(start);
    let mut cost = PER_CUE;
    // How well it ends; the end of all speech is free.
    cost += breaks.get(end).map_or(0, |&cost| u64::from(cost));
    if spoken > MAX_MS {
        cost += u64::from(BAD) * 10;
    }
    // Time until it must give way, and the time that it needs.
    if let Some(next) = words.get(end) {
        let room = next.start.saturating_sub(start).saturating_sub(GAP_MS);
        let chars: u64 = words[first..end].iter().map(|word| word.chars as u64 + 1).sum();
        cost += MIN_MS.saturating_sub(room) / 5;
        cost += (chars * 1000 / CHARS_PER_SECOND).saturating_sub(room.max(MIN_MS)) / 40;
    }
    // A sentence that ends inside a cue is fine where the rest is long, odd where it's a stump.
    let stump: usize = words[first..end]
        .iter()
        .zip(&shapes[first..end])
        .rev()
        .skip(1)
        .take_while(|(_, shape)| !shape.ends_sentence())
        .count();
    let sentence_inside = stump + 1 < end - first;
    if sentence_inside && !shapes[end - 1].ends_sentence() {
        cost += if stump < 2 { 40 } else { 12 };
    }
    cost
}
