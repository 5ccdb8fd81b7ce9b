//! How number words make a number.

use super::atom::{Atom, atoms};
use super::{Decimal, Numeral, NumeralKind};
use crate::danish::words::{After, Token};

/// Longest row of tokens that is looked at: a spoken number below 10^15 has fewer.
const LONGEST_ROW: usize = 40;

/// See [`super::read`]: the longest row of tokens from the first that is a number as a whole.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<Numeral> {
    let mut row: Vec<Atom> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    for token in tokens.iter().take(LONGEST_ROW) {
        let Some(mut more) = atoms(token) else { break };
        row.append(&mut more);
        ends.push(row.len());
        if token.is_closed() {
            break;
        }
    }
    while let Some(&end) = ends.last() {
        let used = ends.len();
        if let Some((value, kind)) = row.get(..end).and_then(whole_row) {
            let dotted = tokens.get(used - 1).is_some_and(|last| last.after == After::Dot);
            let (kind, doubtful) = match row.get(..end) {
                Some([Atom::Digits(_, Some(_))]) if dotted => (NumeralKind::Ordinal, false),
                Some([Atom::Unit(1, true) | Atom::Second]) => (kind, true),
                _ => (kind, false),
            };
            return Some(Numeral { value, used, kind, doubtful });
        }
        ends.pop();
    }
    None
}

/// The value of a row of atoms, all of them.
fn whole_row(row: &[Atom]) -> Option<(Decimal, NumeralKind)> {
    if let Some(value) = year(row) {
        return Some((value, NumeralKind::Year));
    }
    let (last, before) = row.split_last()?;
    let cardinal = match *last {
        Atom::Ordinal(value @ 0..10) => Atom::Unit(value, false),
        Atom::Ordinal(value @ 10..20) => Atom::Teen(value),
        Atom::Ordinal(value) => Atom::Ten(value, false),
        Atom::Second => Atom::Unit(2, false),
        Atom::OrdinalScale(100) => Atom::Hundred(false),
        Atom::OrdinalScale(scale) => Atom::Scale(scale, false),
        _ => return Some((amount(row)?, NumeralKind::Cardinal)),
    };
    let mut row = before.to_vec();
    row.push(cardinal);
    Some((amount(&row)?, NumeralKind::Ordinal))
}

/// `tyve seksogtyve`, `nitten firs`, `tyve nul fem`.
fn year(row: &[Atom]) -> Option<Decimal> {
    let (century, rest) = match row {
        [Atom::Ten(20, false), rest @ ..] => (20, rest),
        [Atom::Teen(century @ 16..=19), rest @ ..] => (*century, rest),
        _ => return None,
    };
    let within = match rest {
        [Atom::Unit(0, _), Atom::Unit(one @ 1.., _)] => *one,
        [Atom::Teen(_) | Atom::Ten(..), ..] | [Atom::Unit(..), Atom::And, Atom::Ten(..)] => {
            below_hundred(rest)?
        }
        _ => return None,
    };
    Some(Decimal::of(century * 100 + within))
}

/// A cardinal of any size: what stands before its largest scale word counts it, what stands after
/// it is smaller.
fn amount(row: &[Atom]) -> Option<Decimal> {
    let scale = |atom: &Atom| match atom {
        Atom::Scale(scale, _) => Some(*scale),
        _ => None,
    };
    let Some(largest) = row.iter().filter_map(scale).max() else { return below_thousand(row) };
    let at = row.iter().position(|atom| scale(atom) == Some(largest))?;
    let needs_count = matches!(row.get(at), Some(Atom::Scale(_, true)));
    let (before, after) = (row.get(..at)?, row.get(at + 1..)?);
    let count = match before {
        [] if needs_count => return None,
        [] => Decimal::of(1),
        // "nul tusind" and "og tusind" are no numbers.
        [Atom::Unit(0, _)] => return None,
        _ => amount(before)?,
    };
    let head = count.scaled(largest)?;
    let rest = match after {
        [] => return Some(head),
        [Atom::And, rest @ ..] | rest => amount(rest)?,
    };
    let fits = count.whole().is_some() && rest.whole().is_some_and(|rest| rest < largest);
    if fits { head.plus(rest) } else { None }
}

/// `to hundrede og femogtyve`, `nitten hundrede`, and everything with decimals or halves.
fn below_thousand(row: &[Atom]) -> Option<Decimal> {
    if let Some(at) = row.iter().position(|atom| *atom == Atom::Comma) {
        let whole = below_thousand(row.get(..at)?)?.whole()?;
        let decimals = decimals(row.get(at + 1..)?)?;
        return Decimal::from_digits(&whole.to_string(), &decimals);
    }
    if let Some(halves) = with_half(row) {
        return Some(halves);
    }
    match row {
        [Atom::Digits(value, _)] => return Some(*value),
        // 850 000, with a blank (or a hard blank) between the thousands.
        [Atom::Digits(first, Some(1..=3)), rest @ ..] if !rest.is_empty() => {
            let grouped = rest.iter().try_fold(*first, |sum, atom| match atom {
                Atom::Digits(group, Some(3)) => sum.scaled(1000)?.plus(*group),
                _ => None,
            });
            if grouped.is_some() {
                return grouped;
            }
        }
        _ => {}
    }
    let Some(at) = row.iter().position(|atom| matches!(atom, Atom::Hundred(_))) else {
        return below_hundred(row).map(Decimal::of);
    };
    let hundreds = match row.get(..at)? {
        [] if row.get(at) == Some(&Atom::Hundred(true)) => return None,
        [] => 1,
        [Atom::Unit(count @ 1.., _) | Atom::Teen(count @ 11..)] => *count,
        [Atom::Digits(count, _)] => count.whole().filter(|count| (1..100).contains(count))?,
        [Atom::Unit(..), Atom::And, Atom::Ten(..)] => below_hundred(row.get(..at)?)?,
        _ => return None,
    };
    let rest = match row.get(at + 1..)? {
        [] => 0,
        [Atom::And, rest @ ..] | rest => below_hundred(rest).filter(|&rest| rest > 0)?,
    };
    Some(Decimal::of(hundreds * 100 + rest))
}

/// 0..100.
fn below_hundred(row: &[Atom]) -> Option<u64> {
    match *row {
        [Atom::Unit(value, _) | Atom::Teen(value) | Atom::Ten(value, _)] => Some(value),
        [Atom::Unit(one @ 1.., _), Atom::And, Atom::Ten(ten, _)] => Some(ten + one),
        [Atom::Ten(ten, true), Atom::Unit(one @ 1.., _)] => Some(ten + one),
        _ => None,
    }
}

/// `halvanden`, `en halv`, `to en halv`, `to og en halv`.
fn with_half(row: &[Atom]) -> Option<Decimal> {
    let whole = match *row {
        [Atom::OneAndHalf] => 1,
        [Atom::Unit(1, _), Atom::Half] => 0,
        [Atom::Unit(count @ 1.., _) | Atom::Teen(count), Atom::Unit(1, _), Atom::Half]
        | [
            Atom::Unit(count @ 1.., _) | Atom::Teen(count),
            Atom::And,
            Atom::Unit(1, _),
            Atom::Half,
        ] => count,
        [Atom::Digits(count, _), Atom::And, Atom::Unit(1, _), Atom::Half] => count.whole()?,
        _ => return None,
    };
    Decimal::from_digits(&whole.to_string(), "5")
}

/// Digits after `komma`: said one by one (`to fem`), as a number (`femogtyve`), or both
/// (`nul fem`).
fn decimals(row: &[Atom]) -> Option<String> {
    let zeros = row.iter().take_while(|atom| matches!(atom, Atom::Unit(0, _))).count();
    let rest = row.get(zeros..)?;
    let mut digits = "0".repeat(zeros);
    let one_by_one: Option<String> = rest
        .iter()
        .map(|atom| match atom {
            Atom::Unit(digit, _) => char::from_digit(u32::try_from(*digit).ok()?, 10),
            _ => None,
        })
        .collect();
    match (one_by_one, rest) {
        (Some(said), _) => digits.push_str(&said),
        (None, [Atom::Digits(value, Some(width))]) => {
            let value = value.whole()?;
            digits.push_str(&format!("{value:0>width$}"));
        }
        (None, [Atom::Digits(..)]) => return None,
        (None, _) => digits.push_str(&below_thousand(rest)?.whole()?.to_string()),
    }
    (!digits.is_empty()).then_some(digits)
}
