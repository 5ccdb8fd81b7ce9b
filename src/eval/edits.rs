//! The least edits that turn one row of symbols into another, in memory that grows with the length
//! and not with its square: 70 000 words against 70 000 need a few megabytes.
//!
//! Distances by Myers' bit-parallel columns in Hyyrö's block form (G. Myers, "A fast bit-vector
//! algorithm for approximate string matching based on dynamic programming", JACM 46(3), 1999; H.
//! Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", NJC 10,
//! 2003); the edits themselves by Hirschberg's halving (CACM 18(6), 1975) on top of them.

use std::collections::HashMap;

/// One step of an alignment; the numbers are indexes into the two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Match { reference: usize, hypothesis: usize },
    Substitution { reference: usize, hypothesis: usize },
    Deletion { reference: usize },
    Insertion { hypothesis: usize },
}

/// The Levenshtein distance: substitutions, deletions and insertions cost 1 each.
pub fn distance(reference: &[u32], hypothesis: &[u32]) -> usize {
    last_column(reference, hypothesis).last().copied().unwrap_or(0)
}

/// An alignment with the fewest edits, in order. Among equally short ones, substitutions are
/// preferred to a deletion beside an insertion elsewhere.
pub fn edits(reference: &[u32], hypothesis: &[u32]) -> Vec<Edit> {
    let mut steps = Vec::with_capacity(reference.len().max(hypothesis.len()));
    halve(reference, hypothesis, 0, 0, &mut steps);
    steps
}

/// Largest table that is written out whole, in cells of a byte.
const TABLE: usize = 1 << 20;

fn halve(reference: &[u32], hypothesis: &[u32], r: usize, h: usize, steps: &mut Vec<Edit>) {
    if hypothesis.len() < 2 || reference.len().saturating_mul(hypothesis.len()) <= TABLE {
        return table(reference, hypothesis, r, h, steps);
    }
    let middle = hypothesis.len() / 2;
    let (left, right) = hypothesis.split_at(middle);
    let above = last_column(reference, left);
    let backwards = |row: &[u32]| row.iter().rev().copied().collect::<Vec<_>>();
    let below = last_column(&backwards(reference), &backwards(right));
    let cut = above
        .iter()
        .zip(below.iter().rev())
        .enumerate()
        .min_by_key(|(_, (before, after))| *before + *after)
        .map_or(0, |(at, _)| at);
    let (head, tail) = reference.split_at(cut);
    halve(head, left, r, h, steps);
    halve(tail, right, r + cut, h + middle, steps);
}

/// The distances of `text` as a whole to every prefix of `pattern`: `pattern.len() + 1` numbers.
fn last_column(pattern: &[u32], text: &[u32]) -> Vec<usize> {
    let blocks = pattern.len().div_ceil(64);
    let places = Places::of(pattern, blocks);
    // Bits tell whether the distance grows (up) or falls (down) from one prefix to the next.
    let mut up = vec![u64::MAX; blocks];
    let mut down = vec![0_u64; blocks];
    let mut scratch = vec![0_u64; blocks];
    for &symbol in text {
        places.with(symbol, &mut scratch, |equal| {
            // The empty prefix is one further away with every symbol of the text.
            let mut carry = 1_i8;
            for ((up, down), &equal) in up.iter_mut().zip(&mut down).zip(equal) {
                carry = block(up, down, equal, carry);
            }
        });
    }
    let mut column = Vec::with_capacity(pattern.len() + 1);
    let mut value = text.len();
    column.push(value);
    for at in 0..pattern.len() {
        let bit = 1_u64 << (at % 64);
        if up.get(at / 64).is_some_and(|word| word & bit != 0) {
            value += 1;
        } else if down.get(at / 64).is_some_and(|word| word & bit != 0) {
            value = value.saturating_sub(1);
        }
        column.push(value);
    }
    column
}

/// One column step of one block of 64 rows; carry in and out are the change along the row.
fn block(up: &mut u64, down: &mut u64, equal: u64, carry: i8) -> i8 {
    let vertical = equal | *down;
    let equal = if carry < 0 { equal | 1 } else { equal };
    let horizontal = (((equal & *up).wrapping_add(*up)) ^ *up) | equal;
    let mut plus = *down | !(horizontal | *up);
    let mut minus = *up & horizontal;
    let out = i8::from(plus >> 63 == 1) - i8::from(minus >> 63 == 1);
    plus <<= 1;
    minus <<= 1;
    match carry {
        1 => plus |= 1,
        -1 => minus |= 1,
        _ => {}
    }
    *up = minus | !(vertical | plus);
    *down = plus & vertical;
    out
}

/// Where each symbol stands in the pattern: as bits for the frequent, as a list for the rare.
struct Places {
    rare: HashMap<u32, Vec<usize>>,
    frequent: HashMap<u32, Vec<u64>>,
}

impl Places {
    fn of(pattern: &[u32], blocks: usize) -> Self {
        let mut rare: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, &symbol) in pattern.iter().enumerate() {
            rare.entry(symbol).or_default().push(at);
        }
        // At most 64 symbols are this frequent, so the bits take no more than 8 bytes a place.
        let frequent = rare
            .extract_if(|_, places| places.len() > blocks)
            .map(|(symbol, places)| {
                let mut bits = vec![0_u64; blocks];
                set(&mut bits, &places);
                (symbol, bits)
            })
            .collect();
        Self { rare, frequent }
    }

    /// Calls `step` with the bits of `symbol`; `scratch` is all zero before and after.
    fn with(&self, symbol: u32, scratch: &mut [u64], step: impl FnOnce(&[u64])) {
        if let Some(bits) = self.frequent.get(&symbol) {
            return step(bits);
        }
        let places = self.rare.get(&symbol).map(Vec::as_slice).unwrap_or_default();
        set(scratch, places);
        step(scratch);
        for place in places {
            if let Some(word) = scratch.get_mut(place / 64) {
                *word = 0;
            }
        }
    }
}

fn set(bits: &mut [u64], places: &[usize]) {
    for place in places {
        if let Some(word) = bits.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }
}

/// The plain table with its way back.
fn table(reference: &[u32], hypothesis: &[u32], r: usize, h: usize, steps: &mut Vec<Edit>) {
    const DIAGONAL: u8 = 0;
    const UP: u8 = 1;
    const LEFT: u8 = 2;
    let width = hypothesis.len() + 1;
    let mut ways = Vec::with_capacity((reference.len() + 1).saturating_mul(width));
    let mut above: Vec<usize> = (0..width).collect();
    ways.resize(width, LEFT);
    for (row, wanted) in reference.iter().enumerate() {
        let mut current = Vec::with_capacity(width);
        let mut last = row + 1;
        current.push(last);
        ways.push(UP);
        for (pair, said) in above.windows(2).zip(hypothesis) {
            let &[diagonal, up] = pair else { continue };
            let replaced = diagonal + usize::from(wanted != said);
            let (way, value) = [(DIAGONAL, replaced), (UP, up + 1), (LEFT, last + 1)]
                .into_iter()
                .min_by_key(|&(_, value)| value)
                .unwrap_or((DIAGONAL, replaced));
            last = value;
            current.push(value);
            ways.push(way);
        }
        above = current;
    }
    let (mut i, mut j) = (reference.len(), hypothesis.len());
    let from = steps.len();
    while i > 0 || j > 0 {
        match ways.get(i * width + j).copied().unwrap_or(LEFT) {
            DIAGONAL => {
                i -= 1;
                j -= 1;
                let (reference_at, hypothesis_at) = (r + i, h + j);
                steps.push(if reference.get(i) == hypothesis.get(j) {
                    Edit::Match { reference: reference_at, hypothesis: hypothesis_at }
                } else {
                    Edit::Substitution { reference: reference_at, hypothesis: hypothesis_at }
                });
            }
            UP => {
                i -= 1;
                steps.push(Edit::Deletion { reference: r + i });
            }
            _ => {
                j -= 1;
                steps.push(Edit::Insertion { hypothesis: h + j });
            }
        }
    }
    if let Some(new) = steps.get_mut(from..) {
        new.reverse();
    }
}
