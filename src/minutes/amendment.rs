//! Ændringsforslag: who moved them, their words, what became of them.

use crate::meeting::{Amendment, Vote};

use super::decision::is_amendment;
use super::party;
use super::score::Score;
use super::sentence::{Sentence, evidence};

/// The amendments of an item: those that were worded, and those that were only voted on.
pub(super) fn amendments(sentences: &[Sentence], votes: &[Vote]) -> Vec<Amendment> {
    let mut found: Vec<Amendment> = Vec::new();
    let mut movers: Vec<(usize, Vec<String>)> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if let Some(hit) = moved(sentence) {
            movers.push((at, by(sentence, sentences, at)));
            if let Some(text) = text_after(sentence, hit) {
                push(&mut found, &mut movers, sentences, at, text);
                continue;
            }
        }
        if let Some(text) = worded(sentence, sentences.get(at + 1)) {
            push(&mut found, &mut movers, sentences, at, text);
        }
    }
    attach(&mut found, votes);
    found
}

/// "stiller vi et ændringsforslag": index after the word.
fn moved(sentence: &Sentence) -> Option<usize> {
    if sentence.is_question() || sentence.find("ikke").is_some() {
        return None;
    }
    sentence
        .find("stiller|stillet|fremsætter|fremsat|stille|fremsætte * ændringsforslag|ændringsforslaget|underændringsforslag")
        .map(|hit| hit.to)
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

/// Parties that move it: those named in the sentence, with the one before who speaks for them.
fn by(sentence: &Sentence, sentences: &[Sentence], at: usize) -> Vec<String> {
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
    letters
}

fn push(
    found: &mut Vec<Amendment>,
    movers: &mut Vec<(usize, Vec<String>)>,
    sentences: &[Sentence],
    at: usize,
    text: String,
) {
    let Some(sentence) = sentences.get(at) else { return };
    let mover = movers.pop();
    let mut held: Vec<&Sentence> = mover
        .as_ref()
        .filter(|(from, _)| *from != at)
        .and_then(|(from, _)| sentences.get(*from))
        .into_iter()
        .collect();
    held.push(sentence);
    let by = mover.map(|(_, by)| by).unwrap_or_else(|| by(sentence, sentences, at));
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
fn attach(found: &mut Vec<Amendment>, votes: &[Vote]) {
    let on_amendments = votes.iter().filter(|vote| is_amendment(&vote.question));
    for (open, vote) in on_amendments.enumerate() {
        let by = movers(&vote.question);
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
            None => found.push(Amendment {
                by,
                text: capitalised(&vote.question),
                outcome: vote.outcome,
                evidence: vote.evidence.clone(),
            }),
        }
    }
}

/// The parties named in a vote's question.
fn movers(question: &str) -> Vec<String> {
    let terms = super::term::terms(question);
    let register = crate::danish::parties::Register::national();
    let hits = party::hits(question, &terms, &register);
    party::letters(&hits, 0, terms.len())
}
