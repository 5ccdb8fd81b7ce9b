//! What stands above the items of a pasted agenda: council, date, time, place, members.

use super::markup::tidy_line;
use super::roster::member;
use crate::meeting::{Agenda, Member};

/// Bodies whose names do not end in -udvalg (lower case, nominative).
const BODIES: &[(&str, &str)] = &[
    ("kommunalbestyrelse", "Kommunalbestyrelsen"),
    ("byråd", "Byrådet"),
    ("borgerrepræsentation", "Borgerrepræsentationen"),
    ("regionsråd", "Regionsrådet"),
    ("magistrat", "Magistraten"),
    ("hoved-med", "Hoved-MED"),
    ("hovedudvalg", "Hovedudvalget"),
    ("med-udvalg", "MED-udvalget"),
    ("hmu", "HMU"),
];

const MONTHS: [&str; 12] = [
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

/// Fills the agenda's head from the lines before its first item.
pub(super) fn read(lines: &[&str], agenda: &mut Agenda) {
    let mut list: Option<(bool, String)> = None;
    for line in lines {
        let lower = line.to_lowercase();
        if let Some((label, rest)) = lower
            .split_once(':')
            .zip(line.split_once(':'))
            .map(|((label, _), (_, rest))| (label.trim().to_owned(), rest.trim()))
        {
            let absent = matches!(label.as_str(), "fraværende" | "afbud" | "fravær");
            if absent || matches!(label.as_str(), "medlemmer" | "deltagere" | "mødedeltagere") {
                take_members(list.take(), agenda);
                list = Some((absent, rest.to_owned()));
                continue;
            }
            if matches!(label.as_str(), "sted" | "mødested" | "lokale") && !rest.is_empty() {
                agenda.place.get_or_insert_with(|| rest.to_owned());
                continue;
            }
        }
        if let Some((_, names)) = &mut list {
            if line.is_empty() && !names.is_empty() {
                take_members(list.take(), agenda);
            } else if !line.is_empty() {
                names.push(if names.ends_with(',') { ' ' } else { '\n' });
                names.push_str(line);
                continue;
            }
        }
        headline(line, &lower, agenda);
    }
    take_members(list, agenda);
}

fn headline(line: &str, lower: &str, agenda: &mut Agenda) {
    if line.is_empty() || line.len() > 200 {
        return;
    }
    let words = line.split_whitespace().count();
    if agenda.municipality.is_none() && words <= 5 && lower.ends_with(" kommune") {
        agenda.municipality = Some(line.to_owned());
        return;
    }
    if agenda.committee.is_none() {
        agenda.committee = body(lower);
    }
    if agenda.title.is_none()
        && (lower.contains("dagsorden") && words > 1 || lower.contains("møde"))
    {
        agenda.title = Some(line.to_owned());
    }
    if agenda.date.is_none() {
        agenda.date = date(lower);
    }
    if agenda.time.is_none() {
        agenda.time = time(lower);
    }
}

fn body(lower: &str) -> Option<String> {
    for word in lower.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
        if let Some((_, name)) = BODIES.iter().find(|(stem, _)| word.starts_with(stem)) {
            return Some((*name).to_owned());
        }
        let stem = word.trim_end_matches('s').trim_end_matches("et");
        if stem.len() > 6 && stem.ends_with("udvalg") {
            let mut chars = stem.chars();
            let first = chars.next()?.to_uppercase();
            return Some(format!("{first}{}et", chars.as_str()));
        }
    }
    None
}

/// `26. november 2025`, `26-11-2025`, `26.11.2025` or `2025-11-26`, as ISO 8601.
fn date(lower: &str) -> Option<String> {
    let words: Vec<&str> =
        lower.split_whitespace().map(|word| word.trim_matches([',', '.', ';', ':'])).collect();
    for (at, word) in words.iter().enumerate() {
        let parts: Vec<&str> = word.split(['-', '.', '/']).collect();
        if let [a, b, c] = parts.as_slice()
            && let (Ok(a), Ok(b), Ok(c)) = (a.parse::<u16>(), b.parse::<u8>(), c.parse::<u16>())
            && let Some(date) = if a > 31 { iso(a, b, c) } else { iso(c, b, a) }
        {
            return Some(date);
        }
        if let Some(month) = MONTHS.iter().position(|month| month == word)
            && let Some(day) = at.checked_sub(1).and_then(|at| words[at].parse::<u16>().ok())
            && let Some(year) = words.get(at + 1).and_then(|year| year.parse::<u16>().ok())
        {
            return iso(year, u8::try_from(month + 1).ok()?, day);
        }
    }
    None
}

fn iso(year: u16, month: u8, day: u16) -> Option<String> {
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
    if !(1900..=2200).contains(&year) {
        return None;
    }
    let date = jiff::civil::Date::new(year, month, i8::try_from(day).ok()?).ok()?;
    Some(date.to_string())
}

/// `kl. 17:00`, `kl. 17.00`, `klokken 17`, as `17:00`.
fn time(lower: &str) -> Option<String> {
    let mut words = lower.split_whitespace();
    words.find(|word| matches!(word.trim_end_matches(['.', ':']), "kl" | "klokken" | "tid"))?;
    let clock = words.next()?.trim_end_matches([',', '.', ';']);
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.get(..2)?.parse::<u8>().ok()?);
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

fn take_members(list: Option<(bool, String)>, agenda: &mut Agenda) {
    let Some((absent, names)) = list else { return };
    // A wrapped list breaks inside a name; a list of lines breaks between them.
    let by_lines = names
        .lines()
        .filter(|line| !line.trim().is_empty())
        .all(|line| line.matches('(').count() <= 1 && line.matches(',').count() <= 1);
    let members: Vec<Member> = if by_lines {
        names.lines().filter_map(member).collect()
    } else {
        let joined = tidy_line(&names);
        joined.split([',', ';']).filter_map(member).collect()
    };
    agenda.members.extend(
        members.into_iter().take(super::MAX_ITEMS).map(|member| Member { absent, ..member }),
    );
}
