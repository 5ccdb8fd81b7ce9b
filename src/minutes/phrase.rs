//! Looking for the formulas of a meeting in damaged text.

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
    let parts: Vec<&str> = pattern.split_whitespace().collect();
    (0..terms.len()).find_map(|from| {
        let hit = fit(terms, from, &parts)?;
        Some(Hit { from, ..hit })
    })
}

/// Whether the pattern fits with its first word at `from`.
pub(super) fn fits_at(terms: &[Term], from: usize, pattern: &str) -> Option<Hit> {
    let parts: Vec<&str> = pattern.split_whitespace().collect();
    fit(terms, from, &parts)
}

fn fit(terms: &[Term], from: usize, parts: &[&str]) -> Option<Hit> {
    let Some((first, rest)) = parts.split_first() else {
        return Some(Hit { from, to: from, edits: 0, letters: 0 });
    };
    if *first == "*" {
        return (0..=REACH).find_map(|skip| {
            let at = from.checked_add(skip)?;
            if at > terms.len() {
                return None;
            }
            fit(terms, at, rest)
        });
    }
    let term = terms.get(from)?;
    let (edits, letters) = first
        .split('|')
        .filter_map(|form| Some((edits(&term.lower, form)?, form.chars().count() as u32)))
        .min()?;
    let hit = fit(terms, from + 1, rest)?;
    Some(Hit { from, to: hit.to, edits: hit.edits + edits, letters: hit.letters + letters })
}

/// Letters by which `word` differs from `form`; none when by more than a form of its length may.
pub(super) fn edits(word: &str, form: &str) -> Option<u32> {
    if word == form {
        return Some(0);
    }
    let length = form.chars().count();
    let allowed = match length {
        0..=5 => return None,
        6..=9 => 1,
        _ => 2,
    };
    let other = word.chars().count();
    if other.abs_diff(length) > allowed || other > 40 {
        return None;
    }
    let distance = distance(word, form);
    (distance <= allowed).then_some(distance as u32)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.chars().enumerate() {
        let mut line = vec![row + 1];
        for (pair, &right) in above.windows(2).zip(&b) {
            let &[diagonal, up] = pair else { continue };
            let last = line.last().copied().unwrap_or(0);
            line.push((diagonal + usize::from(left != right)).min(up + 1).min(last + 1));
        }
        above = line;
    }
    above.last().copied().unwrap_or(0)
}
