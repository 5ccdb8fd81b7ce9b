//! Parties in a sentence, by ballot letter.

use crate::danish::parties::Register;
use crate::danish::words;
use crate::meeting::Agenda;

use super::term::Term;

/// A party spoken of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartyHit {
    /// Index of the first term.
    pub from: usize,
    /// Index after the last term.
    pub to: usize,
    pub letter: String,
}

/// The national parties and the local lists of the agenda's members.
pub(super) fn register(agenda: &Agenda) -> Register {
    agenda.members.iter().filter_map(|member| member.party.as_deref()).fold(
        Register::national(),
        |register, letter| {
            if register.resolve(letter).is_some() {
                register
            } else {
                register.with_list(letter, &format!("Liste {letter}"))
            }
        },
    )
}

/// The parties that a sentence names, in order, each as often as named.
pub(super) fn hits(text: &str, terms: &[Term], register: &Register) -> Vec<PartyHit> {
    let tokens = words::tokens(text);
    register
        .find(&tokens)
        .into_iter()
        .filter_map(|mention| {
            let start = tokens.get(mention.token)?.start;
            let last = mention.token.checked_add(mention.used)?.checked_sub(1)?;
            let end = tokens.get(last)?.end;
            let from = terms.iter().position(|term| term.end > start)?;
            let to = terms.iter().rposition(|term| term.start < end)? + 1;
            Some(PartyHit { from, to, letter: mention.letter })
        })
        .collect()
}

/// The letters named between two terms, each once.
pub(super) fn letters(hits: &[PartyHit], from: usize, to: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for hit in hits.iter().filter(|hit| hit.from >= from && hit.to <= to) {
        if !found.contains(&hit.letter) {
            found.push(hit.letter.clone());
        }
    }
    found
}
