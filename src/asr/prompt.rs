//! The hint that a recogniser is given before every window: names and words to expect.

use super::phantoms::fold;
use crate::meeting::{Agenda, Member};

/// Longest prompt in bytes. Whisper takes 223 tokens. With Whisper's own vocabulary a municipal agenda
/// has 2.6 bytes a token, a list of Danish names 2.3, a list of deliberately strange ones 1.9: 400
/// bytes stay under 215 tokens whatever they are. (The engine keeps the last 200 in any case.)
const LONGEST: usize = 400;
/// What a chair says at every meeting. Also shows the recogniser the style: sentences, capitals.
const FORMULAS: &str = "Jeg erklærer mødet for åbent. Vi går til punkt 1. Punktet er vedtaget.";
/// Words of titles that every recogniser knows.
const COMMON: &[&str] = &[
    "godkendelse",
    "dagsorden",
    "eventuelt",
    "orientering",
    "meddelelser",
    "spoergetid",
    "lukket",
    "punkt",
    "sag",
    "budget",
    "regnskab",
    "kommune",
    "kommunen",
    "kommunal",
    "kommunens",
    "forslag",
    "behandling",
    "mellem",
    "efter",
    "under",
    "samt",
    "vedroerende",
    "ansoegning",
    "aarsregnskab",
    "beslutning",
    "underskrift",
    "status",
    "raadet",
    "byraadet",
    "udvalg",
    "udvalget",
];

/// A prompt from the agenda's titles, the roster and the glossary; empty when there is nothing to
/// hint at. The formulas come first and are the first to go; then words of the titles, then the
/// glossary, then names: a prompt's end weighs most, and names are what recognisers get wrong most.
/// At most 400 bytes, which is safe for every model.
pub fn prompt(agenda: Option<&Agenda>, roster: &[Member], glossary: &[String]) -> String {
    let mut names = Vec::new();
    let members = agenda.map(|agenda| agenda.members.as_slice()).unwrap_or_default();
    for member in roster.iter().chain(members) {
        add(&mut names, &member.name);
    }
    let mut terms = Vec::new();
    for term in glossary {
        add(&mut terms, term);
    }
    if let Some(agenda) = agenda {
        for word in agenda.municipality.iter().chain(&agenda.committee) {
            add(&mut terms, word);
        }
        for item in &agenda.items {
            // A closed item's title is public, so its words may be hinted at.
            for word in telling(&item.title) {
                add(&mut terms, word);
            }
        }
    }
    // Names and glossary get two thirds and one third at most, unless the other leaves room.
    let names = fill(&names, LONGEST * 2 / 3);
    let terms = fill(&terms, LONGEST - names.len().max(LONGEST / 3));
    if names.is_empty() && terms.is_empty() {
        return String::new();
    }
    let mut parts = Vec::new();
    if FORMULAS.len() + terms.len() + names.len() + 2 <= LONGEST {
        parts.push(FORMULAS.to_owned());
    }
    parts.extend([terms, names].into_iter().filter(|part| !part.is_empty()));
    parts.join(" ")
}

/// Adds what is not there yet, cleaned of line breaks and the like.
fn add(list: &mut Vec<String>, text: &str) {
    let clean: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded = fold(&clean);
    if !folded.is_empty() && !list.iter().any(|known| fold(known) == folded) {
        list.push(clean);
    }
}

/// The words of a title that a recogniser may not know: capitalised inside the title, or long.
fn telling(title: &str) -> impl Iterator<Item = &str> {
    title
        .split(|c: char| c.is_whitespace() || ",;:()\"»«/".contains(c))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .enumerate()
        .filter(|(at, word)| {
            let folded = fold(word);
            let name = *at > 0 && word.chars().next().is_some_and(char::is_uppercase);
            let known = COMMON.contains(&folded.as_str());
            !known && ((name && folded.len() > 2) || folded.chars().count() >= 10)
        })
        .map(|(_, word)| word)
}

/// As many of the list as fit in `room` bytes, with commas between and a full stop at the end.
fn fill(list: &[String], room: usize) -> String {
    let mut text = String::new();
    for entry in list {
        let comma = if text.is_empty() { "" } else { ", " };
        if text.len() + comma.len() + entry.len() < room {
            text.push_str(comma);
            text.push_str(entry);
        }
    }
    if !text.is_empty() {
        text.push('.');
    }
    text
}
