//! The smallest number words, and tokens taken apart into them.

use super::Decimal;
use crate::danish::words::{Token, TokenKind};

/// One number word. Values below a thousand fit `u64`; digits may have decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Atom {
    /// nul..ni; `true` for en/et, which may be the article.
    Unit(u64, bool),
    /// ti..nitten.
    Teen(u64),
    /// tyve..halvfems; `true` for the forms with the one after the ten (femti-fem).
    Ten(u64, bool),
    /// `true` for the plural, which says nothing without a count (hundreder af borgere).
    Hundred(bool),
    /// tusind, million, …; `true` for forms that need a count before them.
    Scale(u64, bool),
    And,
    Comma,
    /// halvanden, halvandet: 1,5.
    OneAndHalf,
    /// halv, halvt: only after "og en" or "en".
    Half,
    /// Ordinals of units, teens and tens: første … halvfemsindstyvende.
    Ordinal(u64),
    /// `anden`, `andet`: ordinal 2, or "other".
    Second,
    /// hundredende, tusindende, millionte.
    OrdinalScale(u64),
    /// Written in digits; with the number of digits when nothing but digits was written.
    Digits(Decimal, Option<usize>),
}

/// Words to atoms, lower case with æøå.
const WORDS: &[(&str, Atom)] = &[
    ("nul", Atom::Unit(0, false)),
    ("en", Atom::Unit(1, true)),
    ("én", Atom::Unit(1, false)),
    ("een", Atom::Unit(1, false)),
    ("et", Atom::Unit(1, true)),
    ("ét", Atom::Unit(1, false)),
    ("eet", Atom::Unit(1, false)),
    ("to", Atom::Unit(2, false)),
    ("tre", Atom::Unit(3, false)),
    ("fire", Atom::Unit(4, false)),
    ("fem", Atom::Unit(5, false)),
    ("seks", Atom::Unit(6, false)),
    ("sex", Atom::Unit(6, false)),
    ("syv", Atom::Unit(7, false)),
    ("otte", Atom::Unit(8, false)),
    ("ni", Atom::Unit(9, false)),
    ("ti", Atom::Teen(10)),
    ("elleve", Atom::Teen(11)),
    ("elve", Atom::Teen(11)),
    ("tolv", Atom::Teen(12)),
    ("tretten", Atom::Teen(13)),
    ("fjorten", Atom::Teen(14)),
    ("femten", Atom::Teen(15)),
    ("seksten", Atom::Teen(16)),
    ("sejsten", Atom::Teen(16)),
    ("sytten", Atom::Teen(17)),
    ("søtten", Atom::Teen(17)),
    ("atten", Atom::Teen(18)),
    ("nitten", Atom::Teen(19)),
    ("tyve", Atom::Ten(20, false)),
    ("toti", Atom::Ten(20, true)),
    ("tredive", Atom::Ten(30, false)),
    ("tredve", Atom::Ten(30, false)),
    ("treti", Atom::Ten(30, true)),
    ("fyrre", Atom::Ten(40, false)),
    ("fyrretyve", Atom::Ten(40, false)),
    ("firti", Atom::Ten(40, true)),
    ("halvtreds", Atom::Ten(50, false)),
    ("halvtres", Atom::Ten(50, false)),
    ("halvtredsindstyve", Atom::Ten(50, false)),
    ("femti", Atom::Ten(50, true)),
    ("tres", Atom::Ten(60, false)),
    ("treds", Atom::Ten(60, false)),
    ("tresindstyve", Atom::Ten(60, false)),
    ("tredsindstyve", Atom::Ten(60, false)),
    ("seksti", Atom::Ten(60, true)),
    ("halvfjerds", Atom::Ten(70, false)),
    ("halvfjers", Atom::Ten(70, false)),
    ("halvfjerdsindstyve", Atom::Ten(70, false)),
    ("syvti", Atom::Ten(70, true)),
    ("firs", Atom::Ten(80, false)),
    ("firsindstyve", Atom::Ten(80, false)),
    ("otteti", Atom::Ten(80, true)),
    ("halvfems", Atom::Ten(90, false)),
    ("halvfemsindstyve", Atom::Ten(90, false)),
    ("niti", Atom::Ten(90, true)),
    ("hundred", Atom::Hundred(false)),
    ("hundrede", Atom::Hundred(false)),
    ("hundreder", Atom::Hundred(true)),
    ("tusind", Atom::Scale(1_000, false)),
    ("tusinde", Atom::Scale(1_000, false)),
    ("tusinder", Atom::Scale(1_000, true)),
    ("million", Atom::Scale(1_000_000, true)),
    ("millioner", Atom::Scale(1_000_000, true)),
    ("mio", Atom::Scale(1_000_000, true)),
    ("mill", Atom::Scale(1_000_000, true)),
    ("milliard", Atom::Scale(1_000_000_000, true)),
    ("milliarder", Atom::Scale(1_000_000_000, true)),
    ("mia", Atom::Scale(1_000_000_000, true)),
    ("mrd", Atom::Scale(1_000_000_000, true)),
    ("billion", Atom::Scale(1_000_000_000_000, true)),
    ("billioner", Atom::Scale(1_000_000_000_000, true)),
    ("billiard", Atom::Scale(1_000_000_000_000_000, true)),
    ("billiarder", Atom::Scale(1_000_000_000_000_000, true)),
    ("og", Atom::And),
    ("komma", Atom::Comma),
    ("halvanden", Atom::OneAndHalf),
    ("halvandet", Atom::OneAndHalf),
    ("halv", Atom::Half),
    ("halvt", Atom::Half),
    ("første", Atom::Ordinal(1)),
    ("anden", Atom::Second),
    ("andet", Atom::Second),
    ("tredje", Atom::Ordinal(3)),
    ("tredie", Atom::Ordinal(3)),
    ("fjerde", Atom::Ordinal(4)),
    ("femte", Atom::Ordinal(5)),
    ("sjette", Atom::Ordinal(6)),
    ("syvende", Atom::Ordinal(7)),
    ("ottende", Atom::Ordinal(8)),
    ("niende", Atom::Ordinal(9)),
    ("tiende", Atom::Ordinal(10)),
    ("ellevte", Atom::Ordinal(11)),
    ("elvte", Atom::Ordinal(11)),
    ("tolvte", Atom::Ordinal(12)),
    ("trettende", Atom::Ordinal(13)),
    ("fjortende", Atom::Ordinal(14)),
    ("femtende", Atom::Ordinal(15)),
    ("sekstende", Atom::Ordinal(16)),
    ("syttende", Atom::Ordinal(17)),
    ("attende", Atom::Ordinal(18)),
    ("nittende", Atom::Ordinal(19)),
    ("tyvende", Atom::Ordinal(20)),
    ("tredivte", Atom::Ordinal(30)),
    ("tredivende", Atom::Ordinal(30)),
    ("fyrretyvende", Atom::Ordinal(40)),
    ("halvtredsindstyvende", Atom::Ordinal(50)),
    ("tresindstyvende", Atom::Ordinal(60)),
    ("halvfjerdsindstyvende", Atom::Ordinal(70)),
    ("firsindstyvende", Atom::Ordinal(80)),
    ("halvfemsindstyvende", Atom::Ordinal(90)),
    ("hundredende", Atom::OrdinalScale(100)),
    ("hundredte", Atom::OrdinalScale(100)),
    ("tusindende", Atom::OrdinalScale(1_000)),
    ("millionte", Atom::OrdinalScale(1_000_000)),
    ("milliardte", Atom::OrdinalScale(1_000_000_000)),
    ("billionte", Atom::OrdinalScale(1_000_000_000_000)),
    ("billiardte", Atom::OrdinalScale(1_000_000_000_000_000)),
];

/// Longest word that is taken apart, in bytes: the longest number word below 10^9 has under 120.
const LONGEST_WORD: usize = 200;

/// The atoms of one token, or none when any part of it is no number word.
pub(super) fn atoms(token: &Token<'_>) -> Option<Vec<Atom>> {
    match token.kind {
        TokenKind::Number => {
            let plain = token.text.bytes().all(|byte| byte.is_ascii_digit());
            let width = plain.then_some(token.text.len());
            digits(token.text).map(|value| vec![Atom::Digits(value, width)])
        }
        TokenKind::Sign => None,
        TokenKind::Word => {
            if let Some((_, atom)) = WORDS.iter().find(|(word, _)| *word == token.lower) {
                return Some(vec![*atom]);
            }
            let whole = token.lower.as_str();
            let opens = WORDS.iter().any(|(word, _)| whole.starts_with(word));
            let closes = WORDS.iter().any(|(word, _)| whole.ends_with(word));
            if opens && closes && whole.len() <= LONGEST_WORD { cut(whole) } else { None }
        }
    }
}

/// Takes a written-together number apart into number words, fewest pieces first.
///
/// Dynamic programming from the right, so that no spelling makes it slow.
fn cut(word: &str) -> Option<Vec<Atom>> {
    let mut best: Vec<Option<Vec<Atom>>> = vec![None; word.len() + 1];
    best[word.len()] = Some(Vec::new());
    for from in (0..word.len()).rev() {
        let Some(rest) = word.get(from..) else { continue };
        let mut shortest: Option<Vec<Atom>> = None;
        for (piece, atom) in WORDS {
            if !rest.starts_with(piece) {
                continue;
            }
            let Some(tail) = best.get(from + piece.len()).and_then(Option::as_ref) else {
                continue;
            };
            if shortest.as_ref().is_none_or(|kept| tail.len() + 1 < kept.len()) {
                let mut row = vec![*atom];
                row.extend_from_slice(tail);
                shortest = Some(row);
            }
        }
        best[from] = shortest;
    }
    best.swap_remove(0)
}

/// The value of a number in digits: `850.000`, `4,2`, `1.234,5`, `7`. Times, dates and case
/// numbers have none, and neither has `17.31`: a full stop groups thousands and nothing else.
fn digits(text: &str) -> Option<Decimal> {
    let (whole, decimals) = text.split_once(',').unwrap_or((text, ""));
    if text.contains(',') && decimals.is_empty() {
        return None;
    }
    let groups: Vec<&str> = whole.split('.').collect();
    let grouped = groups.len() == 1
        || (groups.first().is_some_and(|first| (1..=3).contains(&first.len()))
            && groups.iter().skip(1).all(|group| group.len() == 3));
    if !grouped || whole.is_empty() {
        return None;
    }
    Decimal::from_digits(&groups.concat(), decimals)
}
