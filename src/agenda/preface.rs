//! What stands above the items: council, date, time, place, members.

use super::markup::tidy_line;
use super::paper;
use super::roster::member;
use crate::danish::dates;
use crate::danish::words::tokens;
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

/// What a label of the head announces.
enum Label {
    Members {
        absent: bool,
    },
    Place,
    Committee,
    Date,
    Time,
    Title,
    /// Ends a list of members and tells nothing that the agenda holds.
    Other,
}

fn label(text: &str) -> Option<Label> {
    Some(match text.trim() {
        "medlemmer"
        | "deltagere"
        | "mødedeltagere"
        | "til stede"
        | "tilstede"
        | "mødte"
        | "fremmødte"
        | "stedfortræder"
        | "stedfortrædere"
        | "indkaldt stedfortræder"
        | "indkaldte stedfortrædere"
        | "suppleant"
        | "suppleanter" => Label::Members { absent: false },
        "fraværende" | "afbud" | "fravær" | "afbud fra" | "ikke mødt" | "fraværende med afbud" => {
            Label::Members { absent: true }
        }
        "sted" | "mødested" | "lokale" => Label::Place,
        "udvalg" | "råd/udvalg" | "organ" => Label::Committee,
        "dato" | "mødedato" | "mødedato og -tid" | "tidspunkt for møde" => Label::Date,
        "tid" | "tidspunkt" | "mødetidspunkt" | "mødetid" | "start" | "starttidspunkt" => {
            Label::Time
        }
        "møde" | "mødetitel" => Label::Title,
        "inhabil" | "inhabile" | "inhabilitet" | "gæst" | "gæster" | "bemærkning"
        | "bemærkninger" | "sekretær" | "referent" => Label::Other,
        _ => return None,
    })
}

/// Fills the agenda's head from the lines before its first item.
pub(super) fn read(lines: &[&str], agenda: &mut Agenda) {
    let mut list: Option<(bool, String)> = None;
    for line in lines {
        // "Dato: 1. juni", or a table's row with the same.
        let parted = line.split_once(':').or_else(|| line.split_once('\t'));
        let known = parted.and_then(|(name, rest)| {
            Some((label(&name.to_lowercase())?, rest.trim_start_matches([':', '\t']).trim()))
        });
        if let Some((label, rest)) = known {
            take_members(list.take(), agenda);
            match label {
                Label::Members { absent } => list = Some((absent, rest.to_owned())),
                _ => labelled(&label, rest, agenda),
            }
            continue;
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
        headline(line, agenda);
    }
    take_members(list, agenda);
}

fn labelled(label: &Label, rest: &str, agenda: &mut Agenda) {
    let rest = tidy_line(rest);
    if rest.is_empty() {
        return;
    }
    let lower = rest.to_lowercase();
    match label {
        Label::Members { .. } | Label::Other => {}
        Label::Place => {
            agenda.place.get_or_insert(rest);
        }
        // The label leaves no doubt, whatever a headline before it seemed to say.
        Label::Committee => agenda.committee = Some(rest),
        Label::Title => {
            agenda.title.get_or_insert(rest);
        }
        Label::Date | Label::Time => {
            agenda.date = agenda.date.take().or_else(|| date(&rest));
            let marked =
                || lower.split_whitespace().find(|word| word.contains(':')).and_then(clock);
            let bare = || matches!(label, Label::Time).then(|| clock(&lower)).flatten();
            agenda.time = agenda.time.take().or_else(|| time(&lower)).or_else(marked).or_else(bare);
        }
    }
}

fn headline(line: &str, agenda: &mut Agenda) {
    if line.is_empty() || line.len() > 200 {
        return;
    }
    let lower = line.to_lowercase();
    let words = line.split_whitespace().count();
    if agenda.municipality.is_none() && words <= 5 && lower.ends_with(" kommune") {
        agenda.municipality = Some(line.to_owned());
        return;
    }
    if agenda.paper.is_none() && words <= 15 {
        agenda.paper = paper::named(&lower);
    }
    if agenda.committee.is_none() {
        agenda.committee = body(line);
    }
    if agenda.title.is_none()
        && (lower.contains("dagsorden") && words > 1 || lower.contains("møde"))
    {
        agenda.title = Some(line.to_owned());
    }
    if agenda.date.is_none() {
        agenda.date = date(line);
    }
    if agenda.time.is_none() {
        agenda.time = time(&lower);
    }
}

/// "Økonomiudvalgets møde", "Børne- og Skoleudvalget", "Teknisk Udvalg", "byrådets møde".
fn body(line: &str) -> Option<String> {
    let words: Vec<&str> = line
        .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == ','))
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate() {
        let lower = word.trim_end_matches(',').to_lowercase();
        if let Some((_, name)) = BODIES.iter().find(|(stem, _)| lower.starts_with(stem)) {
            return Some((*name).to_owned());
        }
        let stem = lower.trim_end_matches('s');
        let bare = stem.trim_end_matches("et");
        if bare == "udvalg"
            && let Some(before) = at.checked_sub(1).and_then(|at| words.get(at))
            && before.starts_with(char::is_uppercase)
        {
            return Some(format!("{before} {}", capital(stem)));
        }
        if bare.len() > 6 && bare.ends_with("udvalg") {
            let mut first = at;
            while let Some(before) = first.checked_sub(1).and_then(|at| words.get(at)) {
                let part = before.ends_with('-') || before.ends_with("-,");
                if !(part || *before == "og" && first > 1 && words[first - 2].ends_with('-')) {
                    break;
                }
                first -= 1;
            }
            let named = words[first..at].iter().map(|word| (*word).to_owned());
            // A name of several parts keeps its capitals; a single word gets its own.
            let last = word.trim_end_matches(',').trim_end_matches('s').trim_end_matches("et");
            let last = if first == at { capital(last) } else { last.to_owned() };
            let name: Vec<String> = named.chain([format!("{last}et")]).collect();
            return Some(capital(&name.join(" ")));
        }
    }
    None
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.map_or_else(String::new, |first| first.chain(chars).collect())
}

/// The first whole date of a text, in any written form, as ISO 8601.
pub(super) fn date(text: &str) -> Option<String> {
    let text = tidy_line(text);
    let words = tokens(&text);
    let found = dates::find(&words).into_iter().find_map(|(_, date, _)| {
        date.year.filter(|year| (1900..=2200).contains(year)).map(|_| date.to_string())
    });
    // "2026-05-18T17:00:00" is one word to a reader of prose.
    found.or_else(|| {
        let day = text.get(..10)?;
        day.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
    })
}

/// `kl. 17:00`, `kl. 17.00`, `klokken 17`, as `17:00`.
pub(super) fn time(lower: &str) -> Option<String> {
    let mut words = lower.split_whitespace();
    words.find(|word| matches!(word.trim_end_matches(['.', ':']), "kl" | "klokken" | "tid"))?;
    clock(words.next()?)
}

/// `17:00`, `17.00`, `17:00:00`, `17`, `17:00-19:30` as `17:00`.
pub(super) fn clock(text: &str) -> Option<String> {
    let first = text.trim().split(['-', '–', ' ']).next()?;
    let clock = first.trim_end_matches([',', '.', ';']);
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    let (minute, seconds) = minute.split_once(':').unwrap_or((minute, "00"));
    if minute.len() != 2 || seconds.len() < 2 {
        return None;
    }
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?);
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
    for found in members.into_iter().take(super::MAX_ITEMS) {
        let known = agenda.members.iter_mut().find(|member| member.name == found.name);
        match known {
            Some(known) => {
                known.absent |= absent;
                known.party = known.party.take().or(found.party);
            }
            None => agenda.members.push(Member { absent, ..found }),
        }
    }
}
