//! Lines that a page's edge broke → paragraphs.

use super::flow::starts_with_and;

/// No printed page has longer lines; text with such was not broken at an edge, characters.
const WIDEST: usize = 130;

/// Width of a page, characters: its longest line but for some that stand out.
pub(super) fn width<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let mut lengths: Vec<usize> = lines.map(length).filter(|length| *length > 0).collect();
    lengths.sort_unstable();
    let outliers = lengths.len() / 50;
    lengths.len().checked_sub(1 + outliers).and_then(|at| lengths.get(at)).copied().unwrap_or(0)
}

/// Joins wrapped lines into paragraphs and list points, one a line; words parted at the edge are
/// whole again. An empty line ends a paragraph. `width` is the page's.
pub(super) fn unwrap(lines: &[&str], width: usize) -> String {
    let mut out = String::new();
    let mut last = 0;
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            last = 0;
            continue;
        }
        let word = line.split_whitespace().next().map_or(0, length);
        // A line that had room for the next word ended itself. Letters differ in width, so a line
        // may be shorter than the longest; where a sentence ends as well, less is allowed.
        let ended = out.ends_with(['.', ':', '!', '?']) && !line.starts_with(char::is_lowercase);
        let share = if ended { 96 } else { 84 };
        let wrapped = width <= WIDEST;
        let full = wrapped && last > 0 && (last + 1 + word) * 100 > width * share;
        if full && !is_point(line) {
            if out.ends_with('-') && line.starts_with(char::is_lowercase) && !starts_with_and(line)
            {
                out.pop();
            } else {
                out.push(' ');
            }
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        last = length(line);
    }
    out
}

fn length(line: &str) -> usize {
    line.trim().chars().count()
}

/// "1. at …", "a) …", "- …", "• …", "Ad 2: …"
fn is_point(line: &str) -> bool {
    if line.starts_with(['-', '–', '•', '·', '*', '\u{f0b7}']) || line.starts_with("Ad ") {
        return true;
    }
    let mark = line.split_whitespace().next().unwrap_or_default();
    let bare = mark.trim_end_matches(['.', ')']);
    bare.len() < mark.len()
        && (bare.len() <= 2 && bare.bytes().all(|byte| byte.is_ascii_digit())
            || bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_lowercase()))
        && !bare.is_empty()
}
