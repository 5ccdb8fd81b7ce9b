//! A long text → the stretch that shows why it was found.

use super::Snippet;

/// Letters of a snippet, about: two lines on a screen.
const LENGTH: usize = 180;

/// The stretch of `text` that holds most of `marks` (byte ranges in order, not overlapping).
pub(super) fn snippet(text: &str, marks: &[(usize, usize)]) -> Snippet {
    if text.chars().count() <= LENGTH + LENGTH / 3 {
        return Snippet { text: text.to_owned(), marks: marks.to_vec() };
    }
    // Two bytes a letter at most in Danish; the window is measured in bytes, and so a little shorter
    // in text full of æ, ø and å.
    let within = |from: usize| marks.iter().filter(move |(a, b)| *a >= from && *b <= from + LENGTH);
    let best = marks
        .iter()
        .map(|(from, _)| *from)
        .max_by_key(|from| (within(*from).count(), std::cmp::Reverse(*from)))
        .unwrap_or(0);
    let last = within(best).map(|(_, to)| *to).max().unwrap_or(best);
    let room = LENGTH.saturating_sub(last - best) / 2;
    let from = word_start(text, best.saturating_sub(room));
    let to = word_end(text, (last + room).max(from + LENGTH).min(text.len()));
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    let shift = shown.len();
    shown.push_str(text.get(from..to).unwrap_or_default());
    let end = shown.trim_end().len();
    shown.truncate(end);
    if to < text.len() {
        shown.push('…');
    }
    let marks = marks
        .iter()
        .filter(|(a, b)| *a >= from && *b <= to)
        .map(|(a, b)| (a - from + shift, b - from + shift))
        .filter(|(_, b)| *b <= end)
        .collect();
    Snippet { text: shown, marks }
}

/// The start of the word that `at` lies in; `at` need not be a character's boundary.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let before = text.get(..at).unwrap_or_default();
    match before.rfind(char::is_whitespace) {
        Some(blank) if at - blank < 40 => {
            blank + before.get(blank..).and_then(|b| b.chars().next()).map_or(1, char::len_utf8)
        }
        _ if at < 40 => 0,
        _ => at,
    }
}

/// The end of the word that `at` lies in.
fn word_end(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    let rest = text.get(at..).unwrap_or_default();
    match rest.find(char::is_whitespace) {
        Some(blank) if blank < 40 => at + blank,
        None if rest.len() < 40 => text.len(),
        _ => at,
    }
}

/// Byte ranges in order without overlap: joined where they touch.
pub(super) fn merged(mut marks: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    marks.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
    for (from, to) in marks {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}
