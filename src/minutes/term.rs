//! The words of a sentence in the form in which formulas are looked for.

use crate::danish::numerals;
use crate::danish::words;

/// A word or number with the marks around it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// As it stands, without punctuation.
    pub text: String,
    /// Lower case.
    pub lower: String,
    /// Whole number, from digits or from number words ("toogtyve").
    pub value: Option<u32>,
    /// Byte range in the sentence.
    pub start: usize,
    pub end: usize,
    /// Marks between the term before and this one, blanks left out.
    pub gap: String,
}

impl Term {
    /// Whether the first letter is a capital.
    pub fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether the number is "en" or "et", which is mostly an article.
    pub fn is_article(&self) -> bool {
        matches!(self.lower.as_str(), "en" | "et" | "én" | "ét" | "een" | "eet")
    }

    /// Whether a clause ends between the term before and this one.
    pub fn opens_clause(&self) -> bool {
        self.gap.contains([',', ';', ':', '.', '–', '—', '?', '!'])
    }
}

/// Cuts a sentence into terms; number words that belong together become one term.
pub(super) fn terms(text: &str) -> Vec<Term> {
    let mut found: Vec<Term> = Vec::new();
    let mut gap = String::new();
    let mut from: Option<usize> = None;
    let mut previous: Option<char> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, letter)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        let inner = from.is_some() && is_inner(previous, letter, next);
        if letter.is_alphanumeric() || inner {
            let begins = from.get_or_insert(at);
            // "stemte0": recognition runs words and numbers together.
            let run = text.get(*begins..at).unwrap_or_default();
            if letter.is_ascii_digit() && run.len() >= 4 && run.chars().all(char::is_alphabetic) {
                push(&mut found, text, *begins, at, &mut gap);
                from = Some(at);
            }
        } else {
            if let Some(begins) = from.take() {
                push(&mut found, text, begins, at, &mut gap);
            }
            if !letter.is_whitespace() {
                gap.push(letter);
            }
        }
        previous = Some(letter);
    }
    if let Some(begins) = from {
        push(&mut found, text, begins, text.len(), &mut gap);
    }
    merge_numbers(text, found)
}

/// A mark that belongs to the word or number around it.
fn is_inner(previous: Option<char>, letter: char, next: Option<char>) -> bool {
    let digits =
        previous.is_some_and(|c| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit());
    match letter {
        '.' | ',' | '/' => digits,
        '-' | '\'' | '\u{2019}' => {
            previous.is_some_and(char::is_alphabetic) && next.is_some_and(char::is_alphabetic)
        }
        _ => false,
    }
}

fn push(found: &mut Vec<Term>, text: &str, start: usize, end: usize, gap: &mut String) {
    let piece = text.get(start..end).unwrap_or_default();
    found.push(Term {
        text: piece.to_owned(),
        lower: words::lower(piece),
        value: None,
        start,
        end,
        gap: std::mem::take(gap),
    });
}

/// Gives digits their value and joins the terms of a spelled number.
fn merge_numbers(text: &str, found: Vec<Term>) -> Vec<Term> {
    let tokens = words::tokens(text);
    let spelled: Vec<(usize, usize, u32)> = numerals::find(&tokens)
        .into_iter()
        .filter(|(_, numeral)| numeral.kind == numerals::NumeralKind::Cardinal)
        .filter_map(|(at, numeral)| {
            let value = u32::try_from(numeral.whole()?).ok()?;
            let last = at.checked_add(numeral.used)?.checked_sub(1)?;
            Some((tokens.get(at)?.start, tokens.get(last)?.end, value))
        })
        .collect();
    let mut merged: Vec<Term> = Vec::with_capacity(found.len());
    let mut ranges = spelled.iter().peekable();
    for mut term in found {
        while ranges.next_if(|range| range.1 <= term.start).is_some() {}
        let digits = term.lower.bytes().all(|byte| byte.is_ascii_digit());
        match ranges.peek() {
            Some(&&(start, end, value)) if start <= term.start && term.end <= end => {
                match merged.last_mut().filter(|last| last.start >= start) {
                    Some(last) => {
                        last.end = term.end;
                        last.text = text.get(last.start..term.end).unwrap_or_default().to_owned();
                        last.lower = words::lower(&last.text);
                    }
                    None => {
                        term.value = Some(value);
                        merged.push(term);
                    }
                }
                continue;
            }
            _ if digits => term.value = term.lower.parse().ok(),
            _ => {}
        }
        merged.push(term);
    }
    merged
}
