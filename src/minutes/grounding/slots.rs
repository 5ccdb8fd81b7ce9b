//! Words set in the place of others: the same neighbours round another name, figure or direction.

use std::collections::BTreeSet;

use crate::meeting::DoubtKind;

use super::Doubt;
use super::lexicon;
use super::reading::{Reading, Role};
use super::source::Source;

/// A figure, a party's name or a word, as one.
#[derive(Debug, Clone)]
struct Piece {
    key: String,
    text: String,
    /// What a wrong one is; none for words that may be reworded.
    kind: Option<DoubtKind>,
    /// Little words that turn a sentence round: over, under, before, after, more, less.
    sharp: bool,
}

/// Looks at every name, figure, party and word of direction in the sentence: where what was said has
/// another one between the same neighbours, it was exchanged. Sharp words need a neighbour with which
/// they were said.
///
/// A vote that was found in the minutes proves its parties and words.
pub(super) fn slots(told: &Reading, source: &Source, voted: bool, doubts: &mut Vec<Doubt>) {
    let mut pairs = BTreeSet::new();
    let mut triples = BTreeSet::new();
    let mut frames = BTreeSet::new();
    for reading in source.readings() {
        let row = row(reading);
        for window in row.windows(2) {
            if let [a, b] = window {
                pairs.insert((a.key.clone(), b.key.clone()));
            }
        }
        for window in row.windows(3) {
            if let [a, b, c] = window {
                triples.insert((a.key.clone(), b.key.clone(), c.key.clone()));
                if let Some(kind) = b.kind {
                    frames.insert((a.key.clone(), family(kind), c.key.clone()));
                }
            }
        }
    }
    let row = row(told);
    for window in row.windows(3) {
        let [before, piece, after] = window else { continue };
        let Some(kind) = piece.kind else { continue };
        if voted && matches!(kind, DoubtKind::Party | DoubtKind::Wording) {
            continue;
        }
        let (a, b, c) = (before.key.clone(), piece.key.clone(), after.key.clone());
        let paired =
            pairs.contains(&(a.clone(), b.clone())) || pairs.contains(&(b.clone(), c.clone()));
        let framed = frames.contains(&(a.clone(), family(kind), c.clone()));
        let exchanged = framed && !triples.contains(&(a, b, c));
        if exchanged || (piece.sharp && !paired) {
            doubts.push(Doubt::new(kind, piece.text.clone()));
        }
    }
    // "Hans Andersen fra Venstre", "Hans Andersen (V)": whose member somebody is.
    for window in row.windows(3) {
        let [name, link, party] = window else { continue };
        if party.kind != Some(DoubtKind::Party) {
            continue;
        }
        let member = match (name.kind, link.kind) {
            (_, Some(DoubtKind::Name)) => pairs.contains(&(link.key.clone(), party.key.clone())),
            (Some(DoubtKind::Name), _) if matches!(link.key.as_str(), "fra" | "for" | "i") => {
                triples.contains(&(name.key.clone(), link.key.clone(), party.key.clone()))
            }
            _ => continue,
        };
        if !member {
            doubts.push(Doubt::new(DoubtKind::Party, party.text.clone()));
        }
    }
}

/// What may be exchanged for what.
fn family(kind: DoubtKind) -> DoubtKind {
    match kind {
        DoubtKind::Party => DoubtKind::Name,
        DoubtKind::Date => DoubtKind::Number,
        other => other,
    }
}

/// The pieces of a sentence between two marks for its ends; fillers left out.
fn row(reading: &Reading) -> Vec<Piece> {
    let end =
        |key: &str| Piece { key: key.to_owned(), text: String::new(), kind: None, sharp: false };
    let mut found = vec![end("^")];
    for (at, word) in reading.words.iter().enumerate() {
        let piece = match &word.role {
            Role::Figure(index) => {
                let Some(figure) = reading.figures.get(*index) else { continue };
                if figure.from != at {
                    continue;
                }
                let kind = if figure.is_number() { DoubtKind::Number } else { DoubtKind::Date };
                Piece {
                    key: format!("#{}", figure.value),
                    text: figure.value.to_string(),
                    kind: Some(kind),
                    sharp: false,
                }
            }
            Role::Party(letter) => {
                let key = format!("@{letter}");
                // A name of several words is one piece.
                if found.last().is_some_and(|last| last.key == key) {
                    continue;
                }
                Piece { key, text: letter.clone(), kind: Some(DoubtKind::Party), sharp: false }
            }
            _ if lexicon::fills(&word.lower) => continue,
            _ => {
                let sharp = lexicon::is_sharp(&word.lower);
                let strong = lexicon::strength(&word.lower).is_some()
                    || matches!(word.lower.as_str(), "for" | "mod");
                let name = word.is_named(at);
                let kind = match (name, sharp || strong) {
                    (true, _) => Some(DoubtKind::Name),
                    (false, true) => Some(DoubtKind::Wording),
                    _ => None,
                };
                let key = if name || sharp { word.fold.clone() } else { word.stem.clone() };
                Piece { key, text: word.text.clone(), kind, sharp }
            }
        };
        found.push(piece);
    }
    found.push(end("$"));
    found
}
