//! Who came, went, stood in and stepped aside, as printed under an item.

use super::clause::Clause;
use crate::agenda::preface;
use crate::meeting::{AttendanceKind, Presence};

/// Attendance in the text of item `number`.
pub(super) fn in_item(clauses: &[Clause], number: &str) -> Vec<Presence> {
    clauses.iter().flat_map(|clause| of(clause, number)).collect()
}

fn of(clause: &Clause, number: &str) -> Vec<Presence> {
    let text = clause.text.as_str();
    let lower = text.to_lowercase();
    let time = preface::time(&lower);
    let entry = |who: &str, kind, items: Option<String>| {
        person(who).map(|(name, party)| Presence {
            name,
            party,
            kind,
            items,
            time: time.clone(),
            replaces: None,
        })
    };
    if let Some(label) = ["afbud:", "fraværende:", "afbud fra:", "afbud fra "]
        .iter()
        .find(|label| lower.starts_with(**label))
    {
        return absent(text.get(label.len()..).unwrap_or_default());
    }
    if let Some((who, replaced)) = substitute(text, &lower) {
        let replaces = person(&replaced).map(|(name, _)| name);
        let found = entry(&who, AttendanceKind::Substitute, None);
        return found.map(|found| Presence { replaces, ..found }).into_iter().collect();
    }
    let here = Some(item_in(&lower).unwrap_or_else(|| number.to_owned()));
    for (words, kind) in [
        (" ankom", AttendanceKind::Arrives),
        (" mødte kl", AttendanceKind::Arrives),
        (" indtrådte i mødet", AttendanceKind::Arrives),
        (" forlod", AttendanceKind::Leaves),
        (" gik kl", AttendanceKind::Leaves),
        (" var inhabil", AttendanceKind::Disqualified),
        (" er inhabil", AttendanceKind::Disqualified),
        (" blev erklæret inhabil", AttendanceKind::Disqualified),
        (" erklærede sig inhabil", AttendanceKind::Disqualified),
        (" deltog ikke i behandlingen", AttendanceKind::Aside),
        (" deltog ikke i sagens behandling", AttendanceKind::Aside),
        (" var forhindret", AttendanceKind::Absent),
        (" var fraværende", AttendanceKind::Absent),
    ] {
        // Lower case of Danish letters is as long as upper case, so the place is the same.
        if let Some(at) = lower.find(words)
            && let Some(who) = text.get(..at)
        {
            return names(who).iter().filter_map(|who| entry(who, kind, here.clone())).collect();
        }
    }
    Vec::new()
}

/// "Britt Jensen (A), sag 129-138; Ole Holm (V)": a range belongs to the name before it.
fn absent(list: &str) -> Vec<Presence> {
    let mut found: Vec<Presence> = Vec::new();
    for part in list.split([',', ';']).flat_map(|part| part.split(" og ")) {
        let part = part.trim().trim_end_matches('.');
        if let Some(items) = item_in(&part.to_lowercase()) {
            if let Some(last) = found.last_mut() {
                last.items = Some(items);
            }
        } else if let Some((name, party)) = person(part) {
            let kind = AttendanceKind::Absent;
            found.push(Presence { name, party, kind, items: None, time: None, replaces: None });
        }
    }
    found
}

/// Who stands in for whom.
fn substitute(text: &str, lower: &str) -> Option<(String, String)> {
    let at = lower.find("stedfortræder")?;
    let rest = text.get(at..)?;
    let (_, replaced) = rest.split_once(" for ")?;
    let before = text.get(..at)?.trim();
    let who = if before.is_empty() || before.ends_with(':') {
        // "Stedfortræder: Lars Mikkelsen (A) for Karen Vestergaard (A)"
        rest.split_once(':')?.1.split(" for ").next()?.trim().to_owned()
    } else {
        let lower = before.to_lowercase();
        let end = [" deltog", " deltager", " er ", " var ", " indkaldt", " mødte", " som"]
            .iter()
            .filter_map(|verb| lower.find(verb))
            .min()
            .unwrap_or(before.len());
        before.get(..end)?.to_owned()
    };
    let replaced = replaced.split([',', '.']).next()?.to_owned();
    Some((who, replaced))
}

/// "sag 129-138", "punkt 7", "pkt. 7-9" somewhere in a text.
fn item_in(lower: &str) -> Option<String> {
    let (_, after) = ["punkterne ", "punkt ", "pkt. ", "sagerne ", "sag "]
        .iter()
        .find_map(|word| lower.split_once(word))?;
    let range: String = after
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '–'))
        .map(|c| if c == '–' { '-' } else { c })
        .collect();
    let range = range.trim_end_matches('-');
    (!range.is_empty() && range.len() <= 9).then(|| range.to_owned())
}

/// "Peter Bak (V) og Lis Ny" → both.
fn names(text: &str) -> Vec<String> {
    // "Signe Goldmann, F, ankom": the party's letter stands between commas.
    let mut found: Vec<String> = Vec::new();
    for part in text.split(',').flat_map(|part| part.split(" og ")) {
        let part = part.trim();
        match found.last_mut() {
            Some(last) if is_letter(part) => last.push_str(&format!(" ({part})")),
            _ if part.is_empty() => {}
            _ => found.push(part.to_owned()),
        }
    }
    found
}

fn is_letter(text: &str) -> bool {
    (1..=3).contains(&text.chars().count())
        && text.chars().all(|c| c.is_alphabetic() && c.is_uppercase())
}

/// A name and its party's letter; what else stands in brackets (a reason) is not kept.
fn person(text: &str) -> Option<(String, Option<String>)> {
    let (name, party) = match text.split_once('(') {
        Some((name, rest)) => {
            (name, rest.split(')').next().map(str::trim).filter(|party| is_letter(party)))
        }
        None => (text, None),
    };
    let name = name.trim().trim_end_matches([',', '.', ':']);
    let words = name.split_whitespace().count();
    let fits = name.starts_with(char::is_uppercase)
        && (2..=6).contains(&words)
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\''));
    fits.then(|| (name.to_owned(), party.map(str::to_owned)))
}
