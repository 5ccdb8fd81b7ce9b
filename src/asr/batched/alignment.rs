//! When each token was said, from what the decoder listened to while it wrote it (dynamic time warping
//! over cross-attention, as OpenAI's `find_alignment`).

use super::kernels;

/// Positions over which attention is smoothed (OpenAI's Whisper).
const SMOOTH: usize = 7;

/// For each row of `attention` after the first, the position at which its token begins. Every row
/// holds `heads` stretches of `positions` weights; only the first `sounding` positions hold sound.
pub(super) fn starts(
    attention: &[impl AsRef<[u16]>],
    heads: usize,
    positions: usize,
    sounding: usize,
) -> Vec<usize> {
    let count = sounding.min(positions);
    let rows = attention.len();
    if count == 0 || rows == 0 || heads == 0 {
        return Vec::new();
    }
    let mut sums = vec![0.0; rows * count];
    let mut one = vec![0.0; rows * count];
    let mut smooth = vec![0.0; count];
    for head in 0..heads {
        for (row, out) in attention.iter().zip(one.chunks_exact_mut(count)) {
            let weights = row.as_ref().get(head * positions..).unwrap_or_default();
            let weights = weights.get(..count).unwrap_or_default();
            let whole = weights.iter().map(|&weight| u32::from(weight)).sum::<u32>().max(1) as f32;
            for (out, &weight) in out.iter_mut().zip(weights) {
                *out = f32::from(weight) / whole;
            }
        }
        kernels::standardise(&mut one, count);
        for (row, sums) in one.chunks_exact(count).zip(sums.chunks_exact_mut(count)) {
            median(row, &mut smooth);
            kernels::add(sums, &smooth);
        }
    }
    path(&sums, count)
}

/// The median of each number and its three neighbours on both sides; mirrored at the ends.
fn median(row: &[f32], out: &mut [f32]) {
    let reach = SMOOTH / 2;
    if row.len() <= reach {
        out.copy_from_slice(row);
        return;
    }
    let mut padded = Vec::with_capacity(row.len() + 2 * reach);
    padded.extend(row[1..=reach].iter().rev());
    padded.extend_from_slice(row);
    padded.extend(row[row.len() - 1 - reach..row.len() - 1].iter().rev());
    kernels::median_of_seven(&padded, out);
}

/// The way through rows and positions, neither going back, along which the weights are largest; gives
/// where it enters each row after the first.
fn path(weights: &[f32], count: usize) -> Vec<usize> {
    #[derive(Clone, Copy)]
    enum Step {
        Both,
        Row,
        Position,
    }
    let rows = weights.len() / count;
    let mut above = vec![f32::INFINITY; count + 1];
    above[0] = 0.0;
    let mut trace = vec![Step::Position; rows * count];
    let mut current = vec![f32::INFINITY; count + 1];
    for (weights, trace) in weights.chunks_exact(count).zip(trace.chunks_exact_mut(count)) {
        current[0] = f32::INFINITY;
        for (at, (weight, step)) in weights.iter().zip(trace.iter_mut()).enumerate() {
            let (both, row, position) = (above[at], above[at + 1], current[at]);
            let (least, way) = if both < row && both < position {
                (both, Step::Both)
            } else if row < both && row < position {
                (row, Step::Row)
            } else {
                (position, Step::Position)
            };
            current[at + 1] = least - weight;
            *step = way;
        }
        std::mem::swap(&mut above, &mut current);
    }
    let mut entered = vec![0; rows];
    let (mut row, mut at) = (rows - 1, count - 1);
    loop {
        entered[row] = at;
        match trace[row * count + at] {
            Step::Both if row > 0 && at > 0 => (row, at) = (row - 1, at - 1),
            Step::Row if row > 0 => row -= 1,
            Step::Position | Step::Both if at > 0 => at -= 1,
            _ if row > 0 => row -= 1,
            _ => break,
        }
    }
    entered.split_off(1)
}
