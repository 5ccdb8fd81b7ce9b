//! Looking for the formulas of a meeting in damaged text.

use std::str::SplitAsciiWhitespace;

use super::term::Term;

/// Where a pattern fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Index of the first term.
    pub from: usize,
    /// Index after the last term.
    pub to: usize,
    /// Letters that differ from the pattern's.
    pub edits: u32,
    /// Letters of the pattern.
    pub letters: u32,
}

impl Hit {
    /// Share of the pattern's letters that were found as written, 0..=1.
    pub fn spelling(&self) -> f64 {
        if self.letters == 0 {
            return 1.0;
        }
        1.0 - f64::from(self.edits) / f64::from(self.letters)
    }
}

/// Most terms that a `*` may skip.
const REACH: usize = 4;

/// Finds the first place where `pattern` fits.
///
/// A pattern is words separated by blanks; `a|b` is either; `*` skips up to four terms. A word of
/// six letters or more may differ in one letter, of ten or more in two: recognition damages
/// formulas first. Shorter words must be exact.
pub(super) fn find(terms: &[Term], pattern: &str) -> Option<Hit> {
    (0..terms.len()).find_map(|from| {
        let hit = fit(terms, from, pattern.split_ascii_whitespace())?;
        Some(Hit { from, ..hit })
    })
}

/// Whether the pattern fits with its first word at `from`.
pub(super) fn fits_at(terms: &[Term], from: usize, pattern: &str) -> Option<Hit> {
    fit(terms, from, pattern.split_ascii_whitespace())
}

fn fit(terms: &[Term], from: usize, mut parts: SplitAsciiWhitespace<'_>) -> Option<Hit> {
    let Some(first) = parts.next() else {
        return Some(Hit { from, to: from, edits: 0, letters: 0 });
    };
    if first == "*" {
        return (0..=REACH).find_map(|skip| {
            let at = from.checked_add(skip)?;
            if at > terms.len() {
                return None;
            }
            fit(terms, at, parts.clone())
        });
    }
    let term = terms.get(from)?;
    let (edits, letters) = first
        .split('|')
        .filter_map(|form| Some((edits(&term.lower, form)?, form.chars().count() as u32)))
        .min()?;
    let hit = fit(terms, from + 1, parts)?;
    Some(Hit { from, to: hit.to, edits: hit.edits + edits, letters: hit.letters + letters })
}

/// Longest word that is compared letter by letter.
const LONGEST: usize = 40;

/// Letters by which `word` differs from `form`; none when by more than a form of its length may.
pub(super) fn edits(word: &str, form: &str) -> Option<u32> {
    if word == form {
        return Some(0);
    }
    // Every formula meets every word: what cannot be like it is left before letters are counted. A
    // letter takes at most two bytes in Danish, but a strange word may hold any.
    if form.len() <= 5 || word.len() > 4 * LONGEST {
        return None;
    }
    let length = form.chars().count();
    let allowed = match length {
        0..=5 => return None,
        6..=9 => 1,
        _ => 2,
    };
    let other = word.chars().count();
    if other.abs_diff(length) > allowed || other > LONGEST {
        return None;
    }
    let distance = distance(word, form, allowed)?;
    Some(distance as u32)
}

/// Letters that differ (Levenshtein 1966); none when more than `allowed`, or when `b` is longer
/// than any word that is compared.
fn distance(a: &str, b: &str, allowed: usize) -> Option<usize> {
    let mut above = [0_usize; LONGEST + 4];
    let line = above.get_mut(..=b.chars().count())?;
    line.iter_mut().enumerate().for_each(|(at, cell)| *cell = at);
    for (row, left) in a.chars().enumerate() {
        let (mut diagonal, mut last) = (row, row + 1);
        let mut least = last;
        let Some((head, cells)) = line.split_first_mut() else { continue };
        *head = last;
        for (cell, right) in cells.iter_mut().zip(b.chars()) {
            let up = *cell;
            last = (diagonal + usize::from(left != right)).min(up + 1).min(last + 1);
            (diagonal, *cell) = (up, last);
            least = least.min(last);
        }
        if least > allowed {
            return None;
        }
    }
    line.last().copied().filter(|&distance| distance <= allowed)
}
