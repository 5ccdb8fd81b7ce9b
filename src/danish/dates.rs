//! Dates and times of day, said or written.

use std::fmt;

use super::numerals::{self, Numeral, NumeralKind};
use super::words::{After, Token, TokenKind};

/// A day, with its year when it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    pub year: Option<u16>,
    /// 1..=12
    pub month: u8,
    /// 1..=31, and no more than the month has.
    pub day: u8,
}

impl Date {
    /// A date that can be: 29 February only in leap years or without a year.
    pub fn new(year: Option<u16>, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_none_or(|year| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        });
        let longest = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=longest).contains(&day).then_some(Self { year, month, day })
    }

    /// The day in the first year from `year` on in which it lies: `1. marts` said in 2025.
    #[must_use]
    pub fn in_year(self, year: u16) -> Self {
        Self { year: self.year.or(Some(year)), ..self }
    }
}

/// ISO 8601, without the year as `--03-01`.
impl fmt::Display for Date {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(to, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(to, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Clock {
    /// 0..=23, as said: `halv seks` in the evening is 5.30.
    pub hour: u8,
    /// 0..=59
    pub minute: u8,
}

impl Clock {
    fn new(hour: u64, minute: u64) -> Option<Self> {
        let (hour, minute) = (u8::try_from(hour).ok()?, u8::try_from(minute).ok()?);
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// The months, in order.
pub const MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];

/// The month that a lower-case word names, 1..=12: `marts`, `jan`, `sept`, `oktobers`.
pub fn month(lower: &str) -> Option<u8> {
    let word = lower.strip_suffix('s').filter(|word| MONTHS.contains(word)).unwrap_or(lower);
    let at = MONTHS.iter().position(|name| {
        *name == word
            || (matches!(word.len(), 3 | 4) && name.starts_with(word) && word != "mart")
            || (word == "febr" && *name == "februar")
    })?;
    u8::try_from(at + 1).ok()
}

/// The name of a month 1..=12.
pub fn month_name(month: u8) -> Option<&'static str> {
    MONTHS.get(usize::from(month).checked_sub(1)?).copied()
}

/// The date that tokens start with, and how many it takes: `den 1. marts`, `første marts 2026`,
/// `den femogtyvende i tredje` (only with `den`), `24-09-2019`, `2025-11-26`, `26.11.2025`, `1/3`,
/// `1/3-2026`, `1. marts tyve seksogtyve`. A weekday before it is no part of it.
pub fn read(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    if let Some(rest) = tokens.strip_prefix_word("den") {
        let (date, used) = written(rest).or_else(|| spoken(rest)).or_else(|| day_in(rest))?;
        return Some((date, used + 1));
    }
    written(tokens).or_else(|| spoken(tokens))
}

/// Every date in a row of tokens with the index where it starts and the tokens it takes.
pub fn find(tokens: &[Token<'_>]) -> Vec<(usize, Date, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        match read(rest) {
            Some((date, used)) => {
                found.push((at, date, used));
                at += used.max(1);
            }
            None => at += 1,
        }
    }
    found
}

/// The time of day that tokens start with, and how many it takes: `kl. 17.31`, `klokken 17`,
/// `klokken sytten enogtredive`, `klokken halv seks`, `kvart over fem`, `ti minutter i seks`.
///
/// A bare number is a time only after `kl`/`klokken`, or when written `17:31`.
pub fn clock(tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    match tokens.strip_prefix_word("kl").or_else(|| tokens.strip_prefix_word("klokken")) {
        Some(rest) => time(rest).map(|(clock, used)| (clock, used + 1)),
        None => relative(tokens).or_else(|| digital(tokens, false)),
    }
}

/// The time of day that tokens start with where the context has announced one (`klokken er …`):
/// here a bare number counts too, and `sytten enogtredive` is 17.31.
pub fn time(tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    relative(tokens).or_else(|| digital(tokens, true)).or_else(|| said(tokens))
}

/// Tokens after a given first word.
trait Prefix<'t, 's> {
    fn strip_prefix_word(&self, word: &str) -> Option<&'t [Token<'s>]>;
}

impl<'t, 's> Prefix<'t, 's> for &'t [Token<'s>] {
    fn strip_prefix_word(&self, word: &str) -> Option<&'t [Token<'s>]> {
        let (first, rest) = self.split_first()?;
        (first.lower == word).then_some(rest)
    }
}

/// Digits with marks between them.
fn written(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let first = tokens.first().filter(|token| token.kind == TokenKind::Number)?;
    let groups: Vec<u16> =
        first.text.split(['-', '/', '.']).map(|group| group.parse().ok()).collect::<Option<_>>()?;
    let marks: Vec<char> = first.text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let small = |value: u16| u8::try_from(value).ok();
    match (groups.as_slice(), marks.as_slice()) {
        (&[year, month, day], ['-', '-']) if year >= 1000 => {
            Some((Date::new(Some(year), small(month)?, small(day)?)?, 1))
        }
        (&[day, month, year], [a, b]) if a == b => {
            let year = if year < 100 { 2000 + year } else { year };
            Some((Date::new(Some(year), small(month)?, small(day)?)?, 1))
        }
        (&[day, month], ['/']) => {
            let date = Date::new(None, small(month)?, small(day)?)?;
            match following_year(tokens, 1) {
                Some((year, used)) => Some((Date { year: Some(year), ..date }, used)),
                None => Some((date, 1)),
            }
        }
        _ => None,
    }
}

/// A day as an ordinal (or digits) and the month's name.
fn spoken(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let day = day_number(tokens)?;
    let name = tokens.get(day.used)?;
    let month = month(&name.lower)?;
    let value = u8::try_from(day.whole()?).ok()?;
    let date = Date::new(None, month, value)?;
    let used = day.used + 1;
    if matches!(name.after, After::Comma | After::Stop) {
        return Some((date, used));
    }
    match following_year(tokens, used) {
        Some((year, used)) => {
            Some(Date::new(Some(year), month, value).map_or((date, used - 1), |date| (date, used)))
        }
        None => Some((date, used)),
    }
}

/// `den femte i tredje`, `den 5. i 3.`
fn day_in(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let day = day_number(tokens).filter(|day| day.kind == NumeralKind::Ordinal)?;
    let rest = tokens.get(day.used..)?.strip_prefix_word("i")?;
    let month = day_number(rest).filter(|month| month.kind == NumeralKind::Ordinal)?;
    let date =
        Date::new(None, u8::try_from(month.whole()?).ok()?, u8::try_from(day.whole()?).ok()?)?;
    Some((date, day.used + 1 + month.used))
}

/// An ordinal or a bare number 1..=31. The full stop of `1.` may stand between it and the month.
fn day_number(tokens: &[Token<'_>]) -> Option<Numeral> {
    let numeral = numerals::read(tokens)?;
    numeral.whole().filter(|day| (1..=31).contains(day)).map(|_| numeral)
}

/// A year 1000..=2999 at index `at`, in digits or two spoken halves, and the tokens used up to its
/// end. A hyphen may join it (`1/3-2026`).
fn following_year(tokens: &[Token<'_>], at: usize) -> Option<(u16, usize)> {
    let skip = usize::from(tokens.get(at).is_some_and(|token| token.kind == TokenKind::Sign));
    let rest = tokens.get(at + skip..)?;
    let numeral = numerals::read(rest)?;
    let year = numeral.whole().filter(|year| (1000..3000).contains(year))?;
    Some((u16::try_from(year).ok()?, at + skip + numeral.used))
}

/// `17.31`, `17:31`, `17`.
fn digital(tokens: &[Token<'_>], announced: bool) -> Option<(Clock, usize)> {
    let first = tokens.first().filter(|token| token.kind == TokenKind::Number)?;
    let marked = first.text.contains(':');
    if !announced && !marked {
        return None;
    }
    let (hour, minute) = first.text.split_once(['.', ':']).unwrap_or((first.text, "00"));
    if minute.len() != 2 || hour.len() > 2 {
        return None;
    }
    Some((Clock::new(hour.parse().ok()?, minute.parse().ok()?)?, 1))
}

/// `sytten`, `sytten enogtredive`, `sytten nul fem`.
fn said(tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    let mut hours = 1;
    // "sytten enogtredive" reads as one number (a year), so the hour is read by itself first.
    while let Some(hour) = tokens.get(..hours).and_then(numerals::read) {
        if hour.used == hours
            && let Some(value) = hour.whole()
            && let Some(whole) = Clock::new(value, 0)
        {
            if tokens.get(hours - 1).is_some_and(Token::is_closed) {
                return Some((whole, hours));
            }
            let rest = tokens.get(hours..).unwrap_or_default();
            let (zero, rest) = match rest.strip_prefix_word("nul") {
                Some(after) => (1, after),
                None => (0, rest),
            };
            if let Some(minute) = numerals::read(rest).filter(|minute| !minute.doubtful)
                && let Some(clock) = minute.whole().and_then(|minute| Clock::new(value, minute))
            {
                return Some((clock, hours + zero + minute.used));
            }
            return Some((whole, hours));
        }
        hours += 1;
        if hours > 3 {
            break;
        }
    }
    None
}

/// `halv seks`, `kvart over fem`, `kvart i seks`, `ti (minutter) over fem`.
fn relative(tokens: &[Token<'_>]) -> Option<(Clock, usize)> {
    let hour_at = |at: usize| -> Option<(u64, usize)> {
        let hour = numerals::read(tokens.get(at..)?).filter(|hour| !hour.doubtful)?;
        Some((hour.whole().filter(|hour| (1..=24).contains(hour))?, at + hour.used))
    };
    if tokens.strip_prefix_word("halv").is_some() {
        let (hour, used) = hour_at(1)?;
        return Some((Clock::new((hour + 23) % 24, 30)?, used));
    }
    let (minutes, mut at) = match tokens.strip_prefix_word("kvart") {
        Some(_) => (15, 1),
        None => {
            let minutes = numerals::read(tokens).filter(|numeral| !numeral.doubtful)?;
            (minutes.whole().filter(|minutes| (1..30).contains(minutes))?, minutes.used)
        }
    };
    let named = tokens.get(at).is_some_and(|word| matches!(&*word.lower, "minutter" | "min"));
    at += usize::from(named);
    let direction = tokens.get(at)?.lower.as_str();
    let (hour, used) = hour_at(at + 1)?;
    // "fem i seks" may be a count of anything: "i" needs "kvart" or "minutter".
    match direction {
        "over" if named || minutes == 15 => Some((Clock::new(hour % 24, minutes)?, used)),
        "i" if named || minutes == 15 => Some((Clock::new((hour + 23) % 24, 60 - minutes)?, used)),
        _ => None,
    }
}
