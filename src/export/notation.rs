//! How a vote is written. Municipalities do it in four ways, and each is also read back by
//! [`crate::minutes`].

use serde::Deserialize;

use super::prose;
use super::text::plain;
use crate::meeting::{Ballot, Vote};

/// A way of writing votes, named after a place that writes so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Notation {
    /// A table of sides, counts, and parties or names.
    #[default]
    #[serde(rename = "tabel")]
    Table,
    /// `For: 20 (A, V). Imod: 6 (Ø).`
    #[serde(rename = "fredensborg")]
    Fredensborg,
    /// `For indstillingen stemte 11 (B, V). Imod stemte 8 (A). Undlod at stemme 5 (O).`
    #[serde(rename = "rebild")]
    Rebild,
    /// `5 medlemmer (A+V+C) stemmer for. 2 medlemmer (N+Ø) undlader at stemme.`
    #[serde(rename = "stevns")]
    Stevns,
    /// `For stemte 57 (S, V, M), imod stemte 45 (DF), hverken for eller imod stemte 5 (EL).`
    #[serde(rename = "folketinget")]
    Folketing,
}

/// A vote in running text; a side of which nothing was heard is left out.
pub(super) fn written(vote: &Vote, notation: Notation) -> String {
    let told = |side: &&(&'static str, &Ballot)| *side.1 != Ballot::default();
    let sides = prose::sides(vote);
    let sides: Vec<&(&str, &Ballot)> = sides.iter().filter(told).collect();
    let question = plain(&vote.question);
    let clauses: Vec<String> = sides
        .iter()
        .map(|(side, ballot)| {
            let count = ballot.count.map_or_else(|| "ikke oplyst".to_owned(), |n| n.to_string());
            let who = who(ballot, if notation == Notation::Stevns { "+" } else { ", " });
            match (notation, *side) {
                (Notation::Table | Notation::Fredensborg, side) => format!("{side}: {count}{who}"),
                (Notation::Rebild, "For") if !question.is_empty() => {
                    format!("For {} stemte {count}{who}", lowered(&question))
                }
                (Notation::Rebild, "Undlod at stemme") => format!("Undlod at stemme {count}{who}"),
                (Notation::Rebild, side) => format!("{side} stemte {count}{who}"),
                (Notation::Stevns, side) => {
                    let members = if ballot.count == Some(1) { "medlem" } else { "medlemmer" };
                    let does = match side {
                        "For" => "stemmer for",
                        "Imod" => "stemmer imod",
                        _ => "undlader at stemme",
                    };
                    format!("{count} {members}{who} {does}")
                }
                (Notation::Folketing, "For") => format!("For stemte {count}{who}"),
                (Notation::Folketing, "Imod") => format!("imod stemte {count}{who}"),
                (Notation::Folketing, _) => format!("hverken for eller imod stemte {count}{who}"),
            }
        })
        .collect();
    let separator = if notation == Notation::Folketing { ", " } else { ". " };
    let mut text = clauses.join(separator);
    if !text.is_empty() {
        text = format!("{}.", prose::capital(&text));
    }
    let said = prose::vote(vote);
    let lead = match notation {
        // The question stands in the first clause already.
        Notation::Rebild if !question.is_empty() && text.starts_with("For ") => {
            vote.outcome.map(|outcome| format!("{}.", prose::capital(outcome.danish())))
        }
        _ => {
            text = format!("{said} {text}");
            None
        }
    };
    [Some(text), lead].into_iter().flatten().collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn who(ballot: &Ballot, separator: &str) -> String {
    let all: Vec<String> =
        ballot.parties.iter().chain(&ballot.names).map(|name| plain(name)).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(separator)) }
}

/// First letter small, unless it is a name's.
fn lowered(question: &str) -> String {
    let mut letters = question.chars();
    let second = question.chars().nth(1);
    match letters.next() {
        Some(first) if second.is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => question.to_owned(),
    }
}
