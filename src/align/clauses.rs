//! Whether a formula does what it says: "så åbner vi dørene" does, "hvornår åbner vi dørene?" does not.

use super::formulas::Said;
use super::hearing::Heard;
use crate::danish::words::{After, Token};

/// Tokens before the words that open the doors, or an item, in which a word may take them back.
const BEFORE: usize = 4;
/// The same where the doors open: "hvis der ikke er flere bemærkninger, så åbner vi dørene".
const LONG_BEFORE: usize = 8;
/// The same after them.
const AFTER: usize = 6;
/// "Når vi går til punkt fem": what is not done yet.
pub(super) const NOT_YET: &[&str] = &[
    "ikke",
    "når",
    "hvornår",
    "hvis",
    "inden",
    "før",
    "indtil",
    "foreslår",
    "foreslå",
    "endnu",
    "snart",
    "under",
    "hvorfor",
];
/// "Kan vi ikke åbne dørene igen?"
const ASKED: &[&str] = &["kan", "kunne", "må", "bør", "skal", "vil", "ville", "om"];
/// "Vi åbner dørene igen om ti minutter"
const LATER: &[&str] = &[
    "når", "hvis", "inden", "før", "efter", "senere", "først", "ikke", "endnu", "næste",
    "bagefter", "nej", "lidt", "minut", "minutter", "time", "timer",
];
/// "Så går vi til punkt fem om lidt": fewer, since titles hold all kinds of words.
pub(super) const CALLED_LATER: &[&str] = &["når", "hvis", "nej", "lidt", "minutter", "endnu"];
/// Whom doors are opened for: "for spekulanter" opens none.
const PUBLIC: &[&str] = &["offentligheden", "tilhørerne", "publikum", "pressen", "seerne"];

/// Whether a word just before token `first` says that it is not done now. A new clause is not touched
/// by the one before: "det ved vi ikke, så går vi til punkt fem".
pub(super) fn taken_back(
    tokens: &[Token<'_>],
    first: usize,
    takes_back: impl Fn(&str) -> bool,
) -> bool {
    let clause = tokens.get(first).is_some_and(|token| matches!(token.lower.as_str(), "så" | "nu"));
    !clause && shortly_before(tokens, first, BEFORE).any(|token| takes_back(&token.lower))
}

/// The `count` tokens before `first` in its sentence.
fn shortly_before<'a, 't>(
    tokens: &'a [Token<'t>],
    first: usize,
    count: usize,
) -> impl Iterator<Item = &'a Token<'t>> {
    let before = tokens[..first.min(tokens.len())].iter().rev().take(count);
    before.take_while(|token| !matches!(token.after, After::Dot | After::Stop))
}

/// Whether the words open the doors now: no question, no condition, not later.
pub(super) fn opens_now(heard: &Heard<'_>, said: &Said) -> bool {
    let tokens = &heard.tokens;
    let takes_back = |word: &str| NOT_YET.contains(&word) || ASKED.contains(&word);
    let mut within = tokens.iter().take(said.last + 1).skip(said.first);
    if shortly_before(tokens, said.first, LONG_BEFORE).any(|token| takes_back(&token.lower))
        || within.any(|token| takes_back(&token.lower))
    {
        return false;
    }
    let mut after = tokens.iter().skip(said.last + 1);
    if after.next().is_some_and(|token| token.lower == "for")
        && !after.next().is_some_and(|token| PUBLIC.contains(&token.lower.as_str()))
    {
        return false;
    }
    !put_off(heard, said.last, LATER)
}

/// Whether the words shut the doors now: no question, no condition, no denial.
pub(super) fn done_now(heard: &Heard<'_>, said: &Said) -> bool {
    let takes_back = |token: &Token<'_>| NOT_YET.contains(&token.lower.as_str());
    let mut within = heard.tokens.iter().take(said.last + 1).skip(said.first);
    let before = shortly_before(&heard.tokens, said.first, BEFORE).any(takes_back);
    !before && !within.any(takes_back) && !asks(heard, said.last)
}

/// Whether what follows token `last` in its sentence puts it off, or makes it a question.
pub(super) fn put_off(heard: &Heard<'_>, last: usize, words: &[&str]) -> bool {
    let after = heard.tokens.iter().skip(last).take(AFTER + 1);
    let ended = |token: &Token<'_>| matches!(token.after, After::Dot | After::Stop);
    let mut later = false;
    for (at, token) in after.enumerate() {
        later |= at > 0 && words.contains(&token.lower.as_str());
        if ended(token) {
            break;
        }
    }
    later || asks(heard, last)
}

/// Whether the sentence of token `last` is a question, as far as its next words tell.
fn asks(heard: &Heard<'_>, last: usize) -> bool {
    let (tokens, text) = (&heard.tokens, heard.segment.text.as_str());
    for (at, token) in tokens.iter().enumerate().skip(last).take(AFTER + 1) {
        let between = tokens.get(at + 1).map_or(text.len(), |next| next.start);
        if text.get(token.end..between).is_some_and(|gap| gap.contains('?')) {
            return true;
        }
        if matches!(token.after, After::Dot | After::Stop) {
            break;
        }
    }
    false
}
