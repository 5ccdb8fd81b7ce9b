//! Who was there: afbud, stedfortrædere, arrivals, departures, inhabilitet, who stood aside. A reason for absence
//! is never read: nothing here looks at it.

use crate::danish::numerals;
use crate::danish::words;
use crate::meeting::{Agenda, Attendance, AttendanceKind};

use super::names::{NameHit, Names};
use super::party;
use super::phrase::Hit;
use super::score::Score;
use super::sentence::Sentence;

/// A sentence with the item that it belongs to.
pub(super) struct Placed<'a> {
    pub sentence: &'a Sentence,
    pub item: Option<&'a str>,
}

/// Attendance as said, in order, each person and kind once an item.
pub(super) fn attendance(
    speech: &[Placed<'_>],
    names: &Names<'_>,
    agenda: &Agenda,
) -> Vec<Attendance> {
    let mut found: Vec<Attendance> = Vec::new();
    let mut last_absent: Option<String> = None;
    for placed in speech {
        let named = named_item(placed.sentence, agenda);
        let placed = &Placed { sentence: placed.sentence, item: named.as_deref().or(placed.item) };
        let sentence = placed.sentence;
        // "deltager ikke i behandlingen" says it, "er ikke inhabil" denies it.
        let apart =
            sentence.has_any(&["deltager|deltog ikke", "ikke deltage|deltager|deltog|deltaget"]);
        let denied = !apart && sentence.has_any(&["ikke"]);
        if sentence.is_question() || denied || sentence.has_any(&["hvis", "måske"]) {
            continue;
        }
        let kind = single(sentence);
        let instead =
            sentence.has_any(&["stedfortræder|stedfortrædere|suppleant", "i stedet for|møder"]);
        if kind.is_none() && !instead {
            continue;
        }
        let people = names.hits(sentence);
        if let Some(kind) = kind {
            for person in people.iter().filter(|person| belongs(sentence, person, kind)) {
                if kind == AttendanceKind::Absent {
                    last_absent = Some(person.name.clone());
                }
                push(&mut found, placed, person, kind, None);
            }
        }
        if instead {
            substitutes(&mut found, placed, &people, last_absent.as_deref());
        }
    }
    found
}

/// "forlader lokalet under punkt 5": an item of the agenda that the sentence names itself.
fn named_item(sentence: &Sentence, agenda: &Agenda) -> Option<String> {
    let tokens = words::tokens(&sentence.text);
    let at = tokens.iter().position(|token| matches!(token.lower.as_str(), "punkt" | "pkt"))?;
    let lead = at.checked_sub(1).and_then(|before| tokens.get(before))?;
    if !matches!(lead.lower.as_str(), "under" | "til" | "ved" | "fra" | "af" | "i" | "på") {
        return None;
    }
    let (label, _) = numerals::label(tokens.get(at + 1..)?)?;
    agenda.item(&label).map(|item| item.number.clone())
}

/// Where a sentence says that somebody took no part in an item. Not taking part in the meeting is
/// another thing, and not voting a third.
fn aside(sentence: &Sentence) -> Option<Hit> {
    const ITEM: &str = "behandlingen|behandling|drøftelsen|punktet|sagen";
    ["deltager|deltog ikke i|under *", "ikke deltager|deltog|deltage|deltaget i|under *"]
        .iter()
        .find_map(|lead| sentence.find(&format!("{lead} {ITEM}")))
}

/// The kind that a sentence tells of its people.
fn single(sentence: &Sentence) -> Option<AttendanceKind> {
    let is = |patterns: &[&str]| sentence.has_any(patterns);
    if is(&["inhabil", "inhabile", "inhabilitet"]) {
        return Some(AttendanceKind::Disqualified);
    }
    if is(&["afbud", "er forhindret", "er fraværende", "fraværende er"]) {
        return Some(AttendanceKind::Absent);
    }
    if is(&[
        "nu kommet|ankommet",
        "kommet til stede",
        "er ankommet",
        "ankom|ankommer",
        "er nu til stede",
        "er mødt",
        "indtræder",
        "er kommet til mødet",
        "støder til",
    ]) {
        return Some(AttendanceKind::Arrives);
    }
    if is(&[
        "forlader|forlod mødet|salen|lokalet",
        "har forladt",
        "går|gik nu",
        "er gået",
        "må|måtte gå|forlade",
        "forlader os",
    ]) {
        return Some(AttendanceKind::Leaves);
    }
    // What was not said is not concluded: no inhabilitet.
    if aside(sentence).is_some() {
        return Some(AttendanceKind::Aside);
    }
    None
}

/// The substitute in "afbud fra X, som stedfortræder deltager Y" is no absentee.
fn belongs(sentence: &Sentence, person: &NameHit, kind: AttendanceKind) -> bool {
    if kind == AttendanceKind::Aside {
        // "Mette oplyser, at Bo ikke deltager i behandlingen": Bo.
        let Some(hit) = aside(sentence) else { return false };
        let lead = sentence.terms.get(..hit.from).unwrap_or_default();
        let clause = lead.iter().rposition(|term| term.lower == "at").unwrap_or(0);
        return person.from >= clause && person.to <= hit.to;
    }
    if kind != AttendanceKind::Absent {
        return true;
    }
    let after = |pattern: &str| sentence.find(pattern).is_some_and(|hit| hit.to <= person.from);
    let before = |pattern: &str| sentence.find(pattern).is_some_and(|hit| hit.from >= person.to);
    let substitute = after("som stedfortræder")
        || after("stedfortræder|stedfortrædere * er|deltager|møder|indkaldt")
        || (before("møder|deltager|er")
            && sentence.find("i stedet for").is_some_and(|hit| hit.from >= person.to));
    !substitute
}

fn substitutes(
    found: &mut Vec<Attendance>,
    placed: &Placed<'_>,
    people: &[NameHit],
    last_absent: Option<&str>,
) {
    let sentence = placed.sentence;
    let is_absent = |name: &str| {
        found.iter().any(|known| known.kind == AttendanceKind::Absent && known.name == name)
    };
    // "Y er stedfortræder for X", "i stedet for X møder Y"
    let replaced = people.iter().find(|person| {
        is_absent(&person.name)
            || person.from.checked_sub(1).and_then(|at| sentence.terms.get(at)).is_some_and(
                |term| {
                    term.lower == "for" && sentence.find("stedfortræder for|stedet for").is_some()
                },
            )
    });
    let replaces = replaced.map(|person| person.name.clone()).or(last_absent.map(str::to_owned));
    let people: Vec<&NameHit> = people
        .iter()
        .filter(|person| Some(&person.name) != replaces.as_ref() && !is_absent(&person.name))
        .collect();
    for person in people {
        push(found, placed, person, AttendanceKind::Substitute, replaces.clone());
    }
}

fn push(
    found: &mut Vec<Attendance>,
    placed: &Placed<'_>,
    person: &NameHit,
    kind: AttendanceKind,
    replaces: Option<String>,
) {
    let sentence = placed.sentence;
    let tied = matches!(kind, AttendanceKind::Absent | AttendanceKind::Substitute);
    let item = placed.item.filter(|_| !tied).map(str::to_owned);
    let known = found.iter().any(|other| {
        other.name == person.name && other.kind == kind && (tied || other.item == item)
    });
    if known {
        return;
    }
    // "Bo Steffensen fra Venstre"
    let said = sentence
        .parties()
        .iter()
        .find(|hit| hit.from >= person.to && hit.from <= person.to + 2)
        .map(|hit| hit.letter.clone())
        .or_else(|| {
            party::letters(sentence.parties(), person.to, person.to + 1).into_iter().next()
        });
    let score = Score::default().sign(person.listed).sign(true).heard(&[sentence]);
    found.push(Attendance {
        name: person.name.clone(),
        party: said.or_else(|| person.party.clone()),
        kind,
        item,
        replaces,
        evidence: Some(sentence.evidence(score.confidence())),
    });
}

/// How many the chair counted: "vi er 24 medlemmer til stede", "så er vi 25".
pub(super) fn headcount(sentence: &Sentence) -> Option<u32> {
    if sentence.is_question() {
        return None;
    }
    let hit = sentence.find("vi er").or_else(|| sentence.find("er vi"))?;
    let number =
        sentence.terms.iter().enumerate().skip(hit.to).take(3).find_map(|(at, term)| {
            let value = term.value.filter(|value| (3..=500).contains(value))?;
            let next = sentence.terms.get(at + 1).map(|next| next.lower.as_str());
            matches!(
                next,
                None | Some("medlemmer" | "til" | "byrådsmedlemmer" | "fremmødte" | "personer")
            )
            .then_some(value)
        })?;
    Some(number)
}
