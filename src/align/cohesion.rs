//! Where the vocabulary of the speech changes, whatever it changes to: lexical cohesion after
//! Hearst, "TextTiling" (Computational Linguistics 23, 1997). It needs no agenda, so it can't
//! confirm a mistake of the agenda's.

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
    let spread = (known.iter().map(|depth| (depth - mean).powi(2)).sum::<f64>() / count).sqrt();
    depths
        .iter()
        .map(|depth| {
            depth.map_or(0.0, |depth| ((depth - mean) / spread.max(1e-6)).clamp(-3.0, 3.0))
        })
        .collect()
}

/// For each segment, the cosine of the words before its start and those from it on.
fn likeness(hearing: &Hearing<'_>) -> Vec<Option<f64>> {
    let mut words: Vec<usize> = Vec::new();
    let mut starts = Vec::with_capacity(hearing.segments.len());
    let mut holders = vec![0.0; hearing.vocabulary.len()];
    for heard in &hearing.segments {
        starts.push(words.len());
        let mut own: Vec<usize> = heard.stems.iter().flatten().map(|&stem| stem as usize).collect();
        words.extend(&own);
        own.sort_unstable();
        own.dedup();
        own.iter().for_each(|&stem| holders[stem] += 1.0);
    }
    let segments = hearing.segments.len().max(1) as f64;
    let weight: Vec<f64> = holders.iter().map(|&count| (segments / count).ln()).collect();
    let mut bags = (vec![0_u32; weight.len()], vec![0_u32; weight.len()]);
    starts
        .iter()
        .map(|&start| {
            let before = &words[start.saturating_sub(WINDOW)..start];
            let after = &words[start..(start + WINDOW).min(words.len())];
            if before.len() < LEAST || after.len() < LEAST {
                return None;
            }
            before.iter().for_each(|&stem| bags.0[stem] += 1);
            after.iter().for_each(|&stem| bags.1[stem] += 1);
            let (mut dot, mut left, mut right) = (0.0, 0.0, 0.0);
            // Each stem is counted where it is met first, and its counts are cleared for the next
            // gap; what is said again counts less each time.
            for &stem in before.iter().chain(after) {
                let square = weight[stem] * weight[stem];
                let (a, b) = (f64::from(bags.0[stem]), f64::from(bags.1[stem]));
                left += a * square;
                right += b * square;
                dot += (a * b).sqrt() * square;
                (bags.0[stem], bags.1[stem]) = (0, 0);
            }
            Some(dot / (left * right).sqrt().max(1e-9))
        })
        .collect()
}
