//! Numbers in Danish speech and writing: words and digits to values, and values to words.
//!
//! The number words follow Dansk Sprognævn's Retskrivningsordbog (§§ on talord) with the older and
//! spoken forms (`halvtredsindstyve`, `femti`) and what recognisers make of them (`treds`,
//! `fem og tyve`, `hundred`).

mod atom;
mod decimal;
mod grammar;
mod spell;

pub use decimal::Decimal;
pub use spell::{spell, spell_ordinal};

use super::words::{Token, tokens};

/// A number that stands at the head of a row of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeral {
    pub value: Decimal,
    /// How many tokens it takes.
    pub used: usize,
    pub kind: NumeralKind,
    /// `en`, `et`, `anden`, `andet` alone: mostly an article or "other", only at times a number.
    pub doubtful: bool,
}

impl Numeral {
    /// The value when it has no decimals.
    pub fn whole(&self) -> Option<u64> {
        self.value.whole()
    }
}

/// How a [`Numeral`] was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumeralKind {
    /// `fem`, `25`, `fire komma to millioner`, `1,3 mio`.
    Cardinal,
    /// `femte`, `5.` before something that it can count.
    Ordinal,
    /// A year said in two halves: `tyve seksogtyve`, `nitten firs`. After `klokken` the same words
    /// are a time of day: see [`super::dates::clock`].
    Year,
}

/// The longest number that `tokens` start with.
///
/// Never runs over a comma or a full stop. `7.` is an ordinal (so the caller that meets `7.` at a
/// sentence's end decides). Ranges, dates, clock times, case numbers and item numbers with letters
/// are not numbers: see [`super::dates`] and [`label`].
pub fn read(tokens: &[Token<'_>]) -> Option<Numeral> {
    grammar::read(tokens)
}

/// The number that is the whole of `text`: `"femogtyve"`, `"1,3 mio."`, `"7."`.
pub fn parse(text: &str) -> Option<Numeral> {
    let all = tokens(text);
    read(&all).filter(|numeral| numeral.used == all.len())
}

/// Every number in a row of tokens with the index where it starts, left to right, none inside
/// another. Doubtful ones (`en`, `anden`) are left out.
pub fn find(tokens: &[Token<'_>]) -> Vec<(usize, Numeral)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        match read(rest) {
            Some(numeral) => {
                if !numeral.doubtful {
                    found.push((at, numeral));
                }
                at += numeral.used.max(1);
            }
            None => at += 1,
        }
    }
    found
}

/// The number of an agenda item as printed (`6`, `6a`, `419`) from digits or words, with the tokens
/// used: `6a`, `6 a`, `seks a`, `sjette`, `fire hundrede og nitten`.
///
/// A single letter a-h is taken into the number only where no other word of the kind exists in
/// Danish, which is true of all eight.
pub fn label(tokens: &[Token<'_>]) -> Option<(String, usize)> {
    let first = tokens.first()?;
    let digits = first.lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let tail = first.lower.get(digits.len()..).unwrap_or_default();
    if tail.len() == 1 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((first.lower.clone(), 1));
    }
    let numeral = read(tokens)?;
    let number = numeral.whole()?.to_string();
    let last = tokens.get(numeral.used.checked_sub(1)?)?;
    match tokens.get(numeral.used) {
        Some(next)
            if !last.is_closed()
                && next.lower.len() == 1
                && next.lower.bytes().all(|byte| (b'a'..=b'h').contains(&byte)) =>
        {
            Some((number + &next.lower, numeral.used + 1))
        }
        _ => Some((number, numeral.used)),
    }
}
