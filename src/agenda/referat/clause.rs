//! The text of a decision in pieces that each say one thing.

use crate::danish::words::is_abbreviation;

/// A piece: what stands outside brackets, and the first list inside some.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) text: String,
    /// Outside brackets, lower case.
    pub(super) bare: String,
    /// Inside the first outer brackets.
    pub(super) list: Option<String>,
}

impl Clause {
    fn new(text: &str) -> Self {
        let (mut bare, mut list) = (String::new(), String::new());
        let (mut depth, mut lists) = (0_usize, 0_usize);
        for c in text.chars() {
            match c {
                '(' => {
                    if depth == 0 {
                        lists += 1;
                    } else if lists == 1 {
                        list.push(c);
                    }
                    depth += 1;
                }
                ')' => {
                    depth = depth.saturating_sub(1);
                    if depth > 0 && lists == 1 {
                        list.push(c);
                    }
                }
                c if depth == 0 => bare.push(c),
                c if lists == 1 => list.push(c),
                _ => {}
            }
        }
        let list = list.trim();
        Self {
            text: text.trim().to_owned(),
            bare: super::super::markup::tidy_line(&bare).to_lowercase(),
            list: (!list.is_empty()).then(|| list.to_owned()),
        }
    }

    /// The words outside brackets.
    pub(super) fn words(&self) -> Vec<&str> {
        let mark = |c: char| !(c.is_alphanumeric() || c == '-');
        self.bare.split(mark).filter(|word| !word.is_empty()).collect()
    }
}

/// Cuts at lines, at full stops, and before the next side of a vote; never inside brackets.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let mut found = Vec::new();
    for line in text.lines() {
        let (mut start, mut depth) = (0, 0_usize);
        for (at, c) in line.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '.' | ';' if depth == 0 && ends(&line[..at], &line[at + 1..]) => {
                    found.push(Clause::new(&line[start..at]));
                    start = at + 1;
                }
                ',' if depth == 0 && next_side(&line[at + 1..]) => {
                    found.push(Clause::new(&line[start..at]));
                    start = at + 1;
                }
                _ => {}
            }
        }
        found.push(Clause::new(&line[start..]));
    }
    found.retain(|clause| clause.text.chars().any(char::is_alphanumeric));
    found
}

/// Whether a full stop ends a sentence.
fn ends(before: &str, after: &str) -> bool {
    if !after.is_empty() && !after.starts_with(char::is_whitespace) {
        return false;
    }
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    let last = last.trim_start_matches(|c: char| !c.is_alphanumeric());
    let number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let goes_on = after.trim_start().starts_with(char::is_lowercase);
    !(is_abbreviation(last) || number && goes_on)
}

/// ", imod stemte 45", ", hverken for eller imod", ", mens 2 undlod"
fn next_side(after: &str) -> bool {
    let lower = after.trim_start().to_lowercase();
    ["imod ", "imod:", "og imod", "hverken for", "undlod", "mens ", "for stemte", "blankt"]
        .iter()
        .any(|start| lower.starts_with(start))
}
