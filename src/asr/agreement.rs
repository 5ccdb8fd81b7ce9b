//! How much two texts of the same sound are alike.

/// Longest text that is compared, in characters; 30 s of speech have about 500.
const LONGEST: usize = 2_000;
/// A text that is this much longer has heard more, and is asked only whether it has the other in it.
const MUCH_LONGER: f64 = 1.5;

/// What one text says of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// 0..=1: share of the characters that need not be changed. Two Danish texts that have nothing to do
    /// with each other reach about 0.3.
    pub(super) share: f64,
    /// Whether the other text is of about the same length or shorter, so that all of it was compared.
    pub(super) whole: bool,
}

/// Compares a text with another decoding of the same sound, blanks left out: 1 less the Levenshtein
/// distance over the longer length. Characters rather than words, because a recogniser spells what it
/// hears badly in another way each time. A decoder may end too early: of a much longer text the part
/// that fits best is compared. Two empty texts are alike.
pub(super) fn agreement(own: &str, other: &str) -> Agreement {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| !c.is_whitespace()).take(LONGEST).collect()
    };
    let (own, other) = (letters(own), letters(other));
    let whole = other.len() as f64 <= own.len() as f64 * MUCH_LONGER;
    let length = if whole { own.len().max(other.len()) } else { own.len() };
    if length == 0 {
        return Agreement { share: 1.0, whole };
    }
    // What stands in a much longer text before and after the part that fits costs nothing.
    let mut above: Vec<usize> = (0..=other.len()).map(|at| if whole { at } else { 0 }).collect();
    for (row, a) in own.iter().enumerate() {
        let mut diagonal = row;
        let mut left = row + 1;
        if let Some(first) = above.first_mut() {
            *first = left;
        }
        for (b, cell) in other.iter().zip(above.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(a != b)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
    }
    let distance = if whole { above.last() } else { above.iter().min() };
    let distance = distance.copied().unwrap_or(length).min(length);
    Agreement { share: 1.0 - distance as f64 / length as f64, whole }
}
