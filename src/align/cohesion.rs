//! Where the vocabulary of the speech changes, whatever it changes to: lexical cohesion after
//! Hearst, "TextTiling" (Computational Linguistics 23, 1997). It needs no agenda, so it can't
//! confirm a mistake of the agenda's.

use std::collections::HashMap;

use super::hearing::Hearing;

/// Topical words on each side of a gap that are compared.
const WINDOW: usize = 250;
/// Fewest words of a side for a judgement.
const LEAST: usize = 20;
/// Gaps on each side among which a gap's likeness is compared with the highest one.
const REACH: usize = 12;

/// For each segment, how much the vocabulary changes at its start: 0 where nothing is known or it
/// changes as everywhere, in standard deviations of the meeting, at most 3 either way.
pub(super) fn changes(hearing: &Hearing<'_>) -> Vec<f64> {
    let likeness = likeness(hearing);
    let depths: Vec<Option<f64>> = (0..likeness.len())
        .map(|at| {
            let here = likeness[at]?;
            let peak = |range: std::ops::Range<usize>| {
                likeness[range].iter().flatten().fold(here, |most: f64, &other| most.max(other))
            };
            let before = peak(at.saturating_sub(REACH)..at);
            let after = peak(at + 1..(at + 1 + REACH).min(likeness.len()));
            Some(before - here + (after - here))
        })
        .collect();
    let known: Vec<f64> = depths.iter().flatten().copied().collect();
    let count = known.len().max(1) as f64;
    let mean = known.iter().sum::<f64>() / count;
    let spread = (known.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / count).sqrt();
    depths
        .iter()
        .map(|depth| {
            depth.map_or(0.0, |depth| ((depth - mean) / spread.max(1e-6)).clamp(-3.0, 3.0))
        })
        .collect()
}

/// For each segment, the cosine of the words before its start and those from it on.
fn likeness(hearing: &Hearing<'_>) -> Vec<Option<f64>> {
    let mut holders: HashMap<u32, f64> = HashMap::new();
    let mut words: Vec<u32> = Vec::new();
    let mut starts = Vec::with_capacity(hearing.segments.len());
    for heard in &hearing.segments {
        starts.push(words.len());
        let mut own: Vec<u32> = heard.stems.iter().flatten().copied().collect();
        words.extend(&own);
        own.sort_unstable();
        own.dedup();
        for stem in own {
            *holders.entry(stem).or_default() += 1.0;
        }
    }
    let segments = hearing.segments.len().max(1) as f64;
    let weight = |stem: &u32| (segments / holders.get(stem).copied().unwrap_or(1.0)).ln();
    starts
        .iter()
        .map(|&start| {
            let before = &words[start.saturating_sub(WINDOW)..start];
            let after = &words[start..(start + WINDOW).min(words.len())];
            if before.len() < LEAST || after.len() < LEAST {
                return None;
            }
            let (left, right) = (bag(before, weight), bag(after, weight));
            let dot: f64 = left.iter().filter_map(|(stem, a)| Some(a * right.get(stem)?)).sum();
            let norm = |bag: &HashMap<u32, f64>| bag.values().map(|v| v * v).sum::<f64>().sqrt();
            Some(dot / (norm(&left) * norm(&right)).max(1e-9))
        })
        .collect()
}

/// Words with their weights; what is said again counts less each time.
fn bag(words: &[u32], weight: impl Fn(&u32) -> f64) -> HashMap<u32, f64> {
    let mut bag: HashMap<u32, f64> = HashMap::new();
    for stem in words {
        *bag.entry(*stem).or_default() += 1.0;
    }
    for (stem, count) in &mut bag {
        *count = count.sqrt() * weight(stem);
    }
    bag
}
