//! Votes as Danish protocols print them, in four notations:
//!
//! 1. `For: 20 (Bo Hilsted (A), …)` / `Imod: 6 (…)`
//! 2. `For flertalsindstillingen fra ØK stemte 11 (Radikale Venstre, …)` / `Undlod at stemme 5 (…)`
//! 3. `5 medlemmer (A+V+C) anbefaler forslaget. 2 medlemmer (N+Ø) tager forbehold`
//! 4. `For stemte 57 (S, V, M), imod stemte 45 (…), hverken for eller imod stemte 5 (EL).`

use super::clause::Clause;
use super::decision;
use crate::danish::numerals;
use crate::danish::parties::Register;
use crate::danish::words::{TokenKind, tokens};
use crate::meeting::{Ballot, PrintedVote};

/// Largest assembly whose votes are counted one by one.
const LARGEST: u64 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    For,
    Against,
    Abstain,
    Reserved,
}

/// The votes of a decision, in the order printed.
pub(super) fn votes(clauses: &[Clause], register: &Register) -> Vec<PrintedVote> {
    let mut found: Vec<PrintedVote> = Vec::new();
    let mut open: Option<PrintedVote> = None;
    let mut question: Option<String> = None;
    for clause in clauses {
        let Some((side, ballot)) = tally(clause, register) else {
            if let Some(vote) = &mut open
                && let Some(outcome) = decision::of(&clause.bare)
                && clause.words().len() <= 12
            {
                vote.outcome = Some(outcome);
                found.extend(open.take());
            } else if clause.bare.contains("afstemning") {
                found.extend(open.take());
                question = Some(clause.text.trim_end_matches(':').to_owned());
            }
            continue;
        };
        // The same side again belongs to the next vote.
        if open.as_mut().is_some_and(|vote| is_filled(place(vote, side))) {
            found.extend(open.take());
        }
        let vote = open.get_or_insert_with(|| PrintedVote {
            question: question.take(),
            ..PrintedVote::default()
        });
        vote.question = vote.question.take().or_else(|| asked(clause));
        vote.text.push_str(if vote.text.is_empty() { "" } else { ". " });
        vote.text.push_str(&clause.text);
        *place(vote, side) = ballot;
    }
    found.extend(open);
    found
}

fn place(vote: &mut PrintedVote, side: Side) -> &mut Ballot {
    match side {
        Side::For => &mut vote.in_favour,
        Side::Against => &mut vote.against,
        Side::Abstain => &mut vote.abstain,
        Side::Reserved => &mut vote.reserved,
    }
}

fn is_filled(ballot: &Ballot) -> bool {
    ballot.count.is_some() || !ballot.parties.is_empty() || !ballot.names.is_empty()
}

/// A clause as one side of a vote.
fn tally(clause: &Clause, register: &Register) -> Option<(Side, Ballot)> {
    let side = side(clause)?;
    let count = count(clause);
    let listed = clause.list.clone().or_else(|| after_mark(&clause.text));
    let mut ballot = listed.map(|list| members(&list, register)).unwrap_or_default();
    ballot.count = count.or_else(|| {
        // A list of names counts itself; a list of parties does not.
        let names = u32::try_from(ballot.names.len()).ok();
        names.filter(|names| *names > 0 && ballot.parties.is_empty() && clause.list.is_some())
    });
    is_filled(&ballot).then_some((side, ballot))
}

fn side(clause: &Clause) -> Option<Side> {
    let bare = clause.bare.as_str();
    let words = clause.words();
    let has = |word: &str| words.contains(&word);
    let votes = words.iter().any(|word| word.starts_with("stem"));
    if bare.contains("hverken for eller imod") || bare.contains("hverken for eller mod") {
        return Some(Side::Abstain);
    }
    let undecided = ["undlod", "undlader", "blankt", "blank"].iter().any(|word| has(word));
    if undecided && (votes || bare.starts_with("undlod") || bare.starts_with("blank")) {
        return Some(Side::Abstain);
    }
    let counted = words.iter().any(|word| matches!(*word, "medlem" | "medlemmer"));
    if counted {
        let against = ["ikke anbefale", "ikke tiltræde", "kan ikke", "imod"];
        if bare.contains("forbehold") {
            return Some(Side::Reserved);
        } else if against.iter().any(|words| bare.contains(words)) {
            return Some(Side::Against);
        } else if ["anbefal", "tiltræd", "godkend", "stemmer for", "stemte for"]
            .iter()
            .any(|w| bare.contains(w))
        {
            return Some(Side::For);
        }
    }
    let first = words.first().copied().unwrap_or_default();
    let labelled =
        |word: &str| first == word && (votes || bare.contains(':') || clause.list.is_some());
    if labelled("imod")
        || votes && (has("imod") || bare.contains("stemte mod") || bare.contains("stemmer mod"))
    {
        return Some(Side::Against);
    }
    if labelled("for") || votes && (bare.contains("stemte for") || bare.contains("stemmer for")) {
        return Some(Side::For);
    }
    None
}

/// The number outside brackets; several leave it unknown.
fn count(clause: &Clause) -> Option<u32> {
    if clause.words().iter().any(|word| matches!(*word, "ingen" | "0")) {
        return Some(0);
    }
    let tokens = tokens(&clause.bare);
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        let before = at
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .map_or("", |token| token.lower.as_str());
        match numerals::read(rest).filter(|numeral| !numeral.doubtful) {
            Some(numeral) => {
                let article = rest[0].kind != TokenKind::Number
                    && matches!(rest[0].lower.as_str(), "en" | "et" | "én" | "ét");
                let label = matches!(
                    before,
                    "punkt" | "pkt" | "nr" | "ad" | "forslag" | "sag" | "kl" | "liste"
                );
                if let Some(value) =
                    numeral.whole().filter(|value| *value <= LARGEST && !label && !article)
                {
                    numbers.push(value);
                }
                at += numeral.used.max(1);
            }
            None => at += 1,
        }
    }
    match numbers.as_slice() {
        [only] => u32::try_from(*only).ok(),
        _ => None,
    }
}

/// "Imod: Liste Ø", "For stemte A, C og F": a list without brackets.
fn after_mark(text: &str) -> Option<String> {
    let rest = match text.split_once(':') {
        Some((_, rest)) => rest,
        None => {
            let at = text.find(" stemte ")?;
            &text[at + " stemte ".len()..]
        }
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    (!rest.trim().is_empty()).then(|| rest.to_owned())
}

/// "Bo Hilsted (A), Lis Ny (V)", "S, V, M", "A+V+C", "Radikale Venstre og Liste N".
fn members(list: &str, register: &Register) -> Ballot {
    let mut ballot = Ballot::default();
    for part in parts(list) {
        let (name, bracket) = match part.split_once('(') {
            Some((name, rest)) => (name.trim(), Some(rest.trim_end_matches(')').trim())),
            None => (part.trim(), None),
        };
        if name.is_empty() {
            continue;
        }
        if let Some(party) = register.resolve(name).filter(|_| bracket.is_none_or(|b| b.len() <= 3))
        {
            let letter = party.letter.to_owned();
            if !ballot.parties.contains(&letter) {
                ballot.parties.push(letter);
            }
        } else if let Some(letter) = local(name) {
            if !ballot.parties.contains(&letter) {
                ballot.parties.push(letter);
            }
        } else if is_name(name) {
            ballot.names.push(name.to_owned());
        }
    }
    ballot
}

/// A list that stands in this municipality only: "N", "Liste T".
fn local(name: &str) -> Option<String> {
    let bare =
        name.strip_prefix("Liste ").or_else(|| name.strip_prefix("liste ")).unwrap_or(name).trim();
    let letters = bare.chars().count();
    let fits =
        (1..=2).contains(&letters) && bare.chars().all(|c| c.is_alphabetic() && c.is_uppercase());
    fits.then(|| bare.to_owned())
}

fn is_name(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
        && (1..=6).contains(&text.split_whitespace().count())
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\''))
}

/// Parts at commas, plus signs and "og", none inside brackets.
fn parts(list: &str) -> Vec<String> {
    let joined = list.replace(" og ", ", ").replace(" samt ", ", ");
    let (mut out, mut part, mut depth) = (Vec::new(), String::new(), 0_usize);
    for c in joined.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | ';' | '+' | '/' if depth == 0 => {
                out.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    out.push(part);
    out.iter()
        .map(|part| part.trim().trim_end_matches('.').to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// "flertalsindstillingen fra ØK" of "For flertalsindstillingen fra ØK stemte 11", "forslaget" of
/// "5 medlemmer anbefaler forslaget".
fn asked(clause: &Clause) -> Option<String> {
    let text = clause.text.as_str();
    let asked = match text.strip_prefix("For ").and_then(|rest| rest.split_once(" stemte")) {
        Some((question, _)) => question,
        None => text.split_once(" anbefaler ").map(|(_, question)| question)?,
    };
    let asked = asked.trim();
    (!asked.is_empty() && !asked.starts_with("stemte")).then(|| asked.to_owned())
}
