//! Ændringsforslag: who moved them, their words, what became of them.

use crate::meeting::{Amendment, Evidence, Stage, TimeSpan, Vote, Warning};

use super::decision::is_amendment;
use super::names::Names;
use super::party;
use super::score::Score;
use super::sentence::{Sentence, evidence};

/// Who moved an amendment that nobody has worded yet, and the sentence in which it was moved.
struct Mover {
    at: usize,
    by: Vec<String>,
}

/// The amendments of an item: those that were worded, and those that were only voted on; with a
/// warning for each whose words or whose mover were not found.
pub(super) fn amendments(
    number: &str,
    sentences: &[Sentence],
    votes: &[Vote],
    names: &Names<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<Amendment> {
    let mut found: Vec<Amendment> = Vec::new();
    let mut movers: Vec<Mover> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if let Some(hit) = moved(sentence) {
            movers.push(Mover { at, by: by(sentence, sentences, at, names) });
            if let Some(text) = text_after(sentence, hit) {
                push(&mut found, &mut movers, sentences, names, at, text);
                continue;
            }
        }
        if let Some(text) = worded(sentence, sentences.get(at + 1)) {
            push(&mut found, &mut movers, sentences, names, at, text);
        }
    }
    let worded = found.len();
    attach(&mut found, &mut movers, sentences, votes, names);
    let mut warn = |code, message, start, end| {
        let span = TimeSpan::new(start, end);
        warnings.push(Warning::attention(Stage::Minutes, code, message).at(span).on_item(number));
    };
    for (index, amendment) in found.iter().enumerate() {
        let Evidence { start, end, .. } = amendment.evidence;
        if index >= worded {
            warn(WORDLESS.0, WORDLESS.1, start, end);
        }
        if amendment.by.is_empty() {
            let message = "it was not heard who moved the amendment; write it in";
            warn("amendment-without-mover", message, start, end);
        }
    }
    // Moved, and neither worded nor voted on; one may be spoken of again without its words.
    let lost = movers.iter().filter(|mover| {
        found.is_empty()
            || !mover.by.is_empty()
                && !found.iter().any(|one| one.by.iter().any(|name| mover.by.contains(name)))
    });
    for sentence in lost.filter_map(|mover| sentences.get(mover.at)) {
        warn(WORDLESS.0, WORDLESS.1, sentence.start, sentence.end);
    }
    found
}

/// Code and message of the warning about an amendment without its words.
const WORDLESS: (&str, &str) = (
    "amendment-without-words",
    "an amendment was moved or voted on whose words were not found; write them in",
);

/// "stiller vi et ændringsforslag": index after the word.
fn moved(sentence: &Sentence) -> Option<usize> {
    let hit = sentence
        .find("stiller|stillede|stillet|fremsætter|fremsat|stille|fremsætte * ændringsforslag|ændringsforslaget|underændringsforslag")
        .or_else(|| {
            sentence.find("foreslå|foreslår|foreslog * ændringsforslag|underændringsforslag")
        })?;
    // What the amendment itself says may be denied: "… om, at højden ikke hæves".
    let lead = sentence.terms.get(..hit.to)?;
    let none = lead.iter().any(|term| matches!(term.lower.as_str(), "ikke" | "ingen"));
    (!sentence.is_question() && !none).then_some(hit.to)
}

/// "… om, at højden nedsættes": the amendment in the same sentence.
fn text_after(sentence: &Sentence, from: usize) -> Option<String> {
    let rest = sentence.terms.get(from..)?;
    let at = rest.iter().position(|term| term.lower == "at" || term.gap.contains(':'))?;
    let start = from + at;
    let words = sentence.terms.len().checked_sub(start)?;
    (words >= 4).then(|| capitalised(sentence.slice(start, sentence.terms.len())))
}

/// "Ændringsforslaget lyder sådan her: …", with the words after the colon or in the next sentence.
fn worded(sentence: &Sentence, next: Option<&Sentence>) -> Option<String> {
    let hit = sentence.find("ændringsforslaget|ændringsforslag|forslaget lyder|går|er|siger")?;
    if !sentence.has_any(&["lyder", "ud på", "som følger", "følgende"]) {
        return None;
    }
    let colon = sentence
        .terms
        .iter()
        .enumerate()
        .skip(hit.to)
        .find(|(_, term)| term.gap.contains(':') || term.lower == "at")
        .map(|(at, _)| at);
    match colon {
        Some(at) if sentence.terms.len() - at >= 3 => {
            Some(capitalised(sentence.slice(at, sentence.terms.len())))
        }
        _ => next.map(|next| capitalised(next.text.trim_end_matches('.'))),
    }
}

/// First letter large, a full stop at the end, no leading "at".
fn capitalised(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Who moves it: the parties named in the sentence, with the one before who speaks for them; else the
/// person who is named.
fn by(sentence: &Sentence, sentences: &[Sentence], at: usize, names: &Names<'_>) -> Vec<String> {
    let mut letters = party::letters(sentence.parties(), 0, sentence.terms.len());
    // "Vi Konservative vil gerne … Derfor stiller vi et ændringsforslag sammen med SF."
    if sentence.find("vi").is_some() {
        let own = (at.saturating_sub(6)..at).rev().filter_map(|index| sentences.get(index)).find(
            |before| {
                before.segments == sentence.segments
                    && before.find("vi").is_some()
                    && !before.parties().is_empty()
            },
        );
        for letter in own.map(|s| party::letters(s.parties(), 0, s.terms.len())).unwrap_or_default()
        {
            if !letters.contains(&letter) {
                letters.insert(0, letter);
            }
        }
    }
    if letters.is_empty() {
        // A name within the amendment's own words is not the mover's.
        let end = moved(sentence).unwrap_or(sentence.terms.len());
        let person = names.hits(sentence).into_iter().find(|name| name.to <= end);
        letters.extend(person.map(|name| name.name));
    }
    letters
}

fn push(
    found: &mut Vec<Amendment>,
    movers: &mut Vec<Mover>,
    sentences: &[Sentence],
    names: &Names<'_>,
    at: usize,
    text: String,
) {
    let Some(sentence) = sentences.get(at) else { return };
    let mover = movers.pop();
    let mut held: Vec<&Sentence> = mover
        .as_ref()
        .filter(|mover| mover.at != at)
        .and_then(|mover| sentences.get(mover.at))
        .into_iter()
        .collect();
    held.push(sentence);
    let by = mover.map(|mover| mover.by).unwrap_or_else(|| by(sentence, sentences, at, names));
    let score = Score::default().sign(!by.is_empty()).sign(true).heard(&held);
    found.push(Amendment {
        by,
        text,
        outcome: None,
        evidence: evidence(&held, score.confidence()),
    });
}

/// Gives each amendment the vote on it, in order; a vote on an amendment that nobody worded in the
/// recording stands as an amendment of its own.
fn attach(
    found: &mut Vec<Amendment>,
    movers: &mut Vec<Mover>,
    sentences: &[Sentence],
    votes: &[Vote],
    names: &Names<'_>,
) {
    let on_amendments = votes.iter().filter(|vote| is_amendment(&vote.question));
    for (open, vote) in on_amendments.enumerate() {
        let mut by = parties(&vote.question);
        if by.is_empty() {
            by.extend(names.member_in(&vote.question));
        }
        match found.get_mut(open) {
            Some(amendment) => {
                amendment.outcome = vote.outcome;
                if !by.is_empty() {
                    amendment.by = by;
                }
                for id in &vote.evidence.segments {
                    if !amendment.evidence.segments.contains(id) {
                        amendment.evidence.segments.push(*id);
                    }
                }
                amendment.evidence.end = amendment.evidence.end.max(vote.evidence.end);
            }
            None => {
                let before = movers.iter().position(|mover| {
                    sentences.get(mover.at).is_some_and(|said| said.start <= vote.evidence.start)
                });
                let mut evidence = vote.evidence.clone();
                if let Some(mover) = before.map(|at| movers.remove(at))
                    && by.is_empty()
                {
                    if let Some(said) = sentences.get(mover.at).filter(|_| !mover.by.is_empty()) {
                        evidence.start = evidence.start.min(said.start);
                        let more = |id: &&_| !vote.evidence.segments.contains(id);
                        evidence.segments.splice(0..0, said.segments.iter().filter(more).copied());
                    }
                    by = mover.by;
                }
                found.push(Amendment {
                    by,
                    text: capitalised(&vote.question),
                    outcome: vote.outcome,
                    evidence,
                });
            }
        }
    }
}

/// The parties named in a vote's question.
fn parties(question: &str) -> Vec<String> {
    let terms = super::term::terms(question);
    let register = crate::danish::parties::Register::national();
    let hits = party::hits(question, &terms, &register);
    party::letters(&hits, 0, terms.len())
}
