//! One side of a vote: how many, which parties, who.

use crate::danish::parties::Register;
use crate::meeting::Ballot;

use super::names::Names;
use super::party;
use super::sentence::Sentence;
use super::term::Term;

/// What a stretch of a sentence, from one term up to another, says about a side; none when it says
/// nothing.
pub(super) fn spoken(
    sentence: &Sentence,
    from: usize,
    to: usize,
    names: &Names<'_>,
) -> Option<Ballot> {
    let terms = sentence.terms.get(from..to)?;
    let parties = party::letters(sentence.parties(), from, to);
    let mut ballot = Ballot { count: count(terms), parties, names: Vec::new() };
    if let Some(at) = terms.iter().position(is_everybody) {
        // "alle undtagen Enhedslisten": nobody said how many, and the exception is no side.
        let except = terms.iter().skip(at + 1).any(|term| {
            matches!(term.lower.as_str(), "undtagen" | "bortset" | "minus" | "undtagelse" | "nær")
        });
        let mut left_out = std::mem::take(&mut ballot.parties);
        left_out.extend(
            names
                .hits(sentence)
                .into_iter()
                .filter(|n| n.from >= from && n.to <= to)
                .map(|n| n.name),
        );
        let everybody = match (except, left_out.is_empty()) {
            (true, false) => format!("alle undtagen {}", left_out.join(", ")),
            // Who was left out is not understood, so the side isn't either.
            (true, true) => return None,
            (false, true) => "alle".to_owned(),
            (false, false) => {
                ballot.parties = left_out;
                return Some(ballot);
            }
        };
        ballot.names.push(everybody);
        return Some(ballot);
    }
    if ballot.parties.is_empty() {
        ballot.names = names
            .hits(sentence)
            .into_iter()
            .filter(|name| name.from >= from && name.to <= to)
            .map(|name| name.name)
            .collect();
    }
    let rest = |term: &Term| matches!(term.lower.as_str(), "resten" | "øvrige");
    if ballot.parties.is_empty() && ballot.names.is_empty() && terms.iter().any(rest) {
        ballot.names.push("resten".to_owned());
    }
    (ballot.count.is_some() || !ballot.parties.is_empty() || !ballot.names.is_empty())
        .then_some(ballot)
}

fn is_everybody(term: &Term) -> bool {
    matches!(term.lower.as_str(), "alle" | "samtlige" | "enstemmigt" | "enstemmig")
}

/// The number of votes. "ingen" is 0; several numbers without "i alt" leave it unknown.
fn count(terms: &[Term]) -> Option<u32> {
    let mut numbers: Vec<(usize, u32)> = Vec::new();
    let mut total = None;
    for (at, term) in terms.iter().enumerate() {
        let Some(value) = term.value.filter(|&value| value <= 1000) else { continue };
        let before = at.checked_sub(1).and_then(|at| terms.get(at)).map_or("", |t| &t.lower);
        let after = terms.get(at + 1).map_or("", |t| &t.lower);
        if is_label(before) || matches!(after, "procent" | "kroner" | "etager" | "minutter") {
            continue;
        }
        let counted = matches!(after, "stemmer" | "stemme" | "medlemmer" | "medlem" | "personer");
        if term.is_article() && !counted {
            continue;
        }
        if before == "alt" || (before == "samlet") {
            total = Some(value);
        }
        numbers.push((at, value));
    }
    if total.is_some() {
        return total;
    }
    match numbers.as_slice() {
        [(_, only)] => Some(*only),
        [] => {
            let none = terms.iter().any(|term| matches!(term.lower.as_str(), "ingen" | "nul"))
                || super::phrase::find(terms, "det er der ikke").is_some();
            none.then_some(0)
        }
        _ => None,
    }
}

/// Words after which a number is a name and no amount.
pub(super) fn is_label(before: &str) -> bool {
    matches!(
        before,
        "nr" | "nummer"
            | "punkt"
            | "pkt"
            | "lokalplan"
            | "paragraf"
            | "side"
            | "uge"
            | "klokken"
            | "kl"
            | "sag"
            | "delområde"
            | "ændringsforslag"
            | "bilag"
    )
}

/// What stands between brackets after a printed count: "(S, V og Jon Stephensen (UFG))".
///
/// A bare party becomes its letter; everything else stays as printed, among the names.
pub(super) fn printed(list: &str, register: &Register) -> Ballot {
    let mut ballot = Ballot::default();
    for entry in entries(list) {
        match register.resolve(entry) {
            Some(party) => ballot.parties.push(party.letter.clone()),
            // An unknown list's letter is a party all the same.
            None if entry.chars().count() == 1 && entry.chars().all(char::is_uppercase) => {
                ballot.parties.push(entry.to_owned())
            }
            None => ballot.names.push(entry.to_owned()),
        }
    }
    ballot
}

/// Splits at commas, "og" and "+" outside inner brackets.
fn entries(list: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, letter) in list.char_indices() {
        match letter {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            ',' | '+' | ';' if depth == 0 => {
                found.push(list.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            ' ' if depth == 0 && list.get(at..).is_some_and(|rest| rest.starts_with(" og ")) => {
                found.push(list.get(start..at).unwrap_or_default());
                start = at + 4;
            }
            _ => {}
        }
    }
    found.push(list.get(start..).unwrap_or_default());
    found.into_iter().map(str::trim).filter(|entry| !entry.is_empty()).collect()
}
