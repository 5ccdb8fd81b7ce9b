//! Votes that are read out as a list of counts: "For stemte 68 (SF, DD), imod stemte 94 (S, V),
//! hverken for eller imod stemte 0", "For: 20 (…)", "5 medlemmer (A+V) anbefaler".

use crate::danish::parties::Register;
use crate::meeting::Ballot;

use super::ballot;
use super::party;
use super::phrase::edits;
use super::sentence::Sentence;
use super::term::Term;

/// The sides of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    For,
    Against,
    Abstain,
}

/// A vote as counted in one sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub sides: [Option<Ballot>; 3],
    /// Markers ("imod stemte") that were looked for and found as written, of those needed.
    pub found: u32,
    pub asked: u32,
}

impl Tally {
    fn is_known(&self) -> usize {
        self.sides.iter().flatten().count()
    }
}

/// A number with what stands around it.
struct Group {
    /// Index of the number's term.
    at: usize,
    count: u32,
    side: Option<Side>,
    /// Text of the list in brackets after it, when the bracket closes.
    list: Option<String>,
    /// Parties named after it without brackets.
    parties: Vec<String>,
    exact: bool,
}

/// Every vote that a sentence counts out. Several when recognition lost the full stops.
pub(super) fn tallies(sentence: &Sentence, register: &Register) -> Vec<Tally> {
    if let Some(tally) = members(sentence, register) {
        return vec![tally];
    }
    let mut groups = groups(sentence);
    name_parties(sentence, &mut groups);
    let mut found: Vec<Tally> = Vec::new();
    let mut open = Tally::default();
    let mut last: Option<Side> = None;
    for group in groups {
        let next = match (group.side, last) {
            // "hverken for eller imod" that lost its first words.
            (Some(Side::Against), Some(Side::Against)) => Some(Side::Abstain),
            (Some(side), _) => Some(side),
            (None, None) => Some(Side::For),
            (None, Some(Side::For)) => Some(Side::Against),
            (None, Some(Side::Against)) => Some(Side::Abstain),
            (None, Some(Side::Abstain)) => Some(Side::For),
        };
        let Some(side) = next else { continue };
        if last.is_some_and(|last| side <= last) {
            close(&mut open, &mut found);
        }
        let mut ballot =
            group.list.as_deref().map(|list| ballot::printed(list, register)).unwrap_or_default();
        ballot.parties.extend(group.parties);
        ballot.count = Some(group.count);
        if let Some(place) = open.sides.get_mut(side as usize) {
            *place = Some(ballot);
        }
        open.asked += 1;
        open.found += u32::from(group.exact && group.side.is_some());
        last = Some(side);
    }
    close(&mut open, &mut found);
    found
}

/// "For stemte 17, Socialdemokratiet, Venstre og Konservative, imod stemte 4, Enhedslisten": as it is
/// said, without brackets. A count's parties end where the next side begins.
fn name_parties(sentence: &Sentence, groups: &mut [Group]) {
    let terms = &sentence.terms;
    for group in groups.iter_mut().filter(|group| group.list.is_none() && group.exact) {
        let from = group.at + 1;
        let apart = |term: &Term| {
            is_against(term)
                || is_cast(term)
                || matches!(term.lower.as_str(), "undlod" | "undlader" | "hverken" | "blankt")
        };
        let counted = |term: &Term| matches!(term.lower.as_str(), "stemmer" | "medlemmer");
        let end = terms
            .iter()
            .enumerate()
            .skip(from)
            .find(|(at, term)| apart(term) && !(*at == from && counted(term)))
            .map_or(terms.len(), |(at, _)| at);
        group.parties = party::letters(sentence.parties(), from, end);
    }
}

/// "5 medlemmer (A+V+C) anbefaler forslaget", "2 medlemmer (N+Ø) tager forbehold". Who reserves his
/// position has voted for neither side.
fn members(sentence: &Sentence, register: &Register) -> Option<Tally> {
    let terms = &sentence.terms;
    let at = terms.iter().position(|term| {
        term.value.is_some_and(|value| value <= 1000) && !term.gap.contains(['(', ')'])
    })?;
    let listed = terms.get(at + 2)?.gap.starts_with('(');
    if !matches!(terms.get(at + 1)?.lower.as_str(), "medlemmer" | "medlem") || !listed {
        return None;
    }
    let (list, end) = bracket(&sentence.text, terms.get(at + 1)?.end)?;
    let after = terms.iter().position(|term| term.start >= end)?;
    let rest = terms.get(after..)?;
    let is = |pattern: &str| super::phrase::find(rest, pattern).is_some();
    let side = if is("forbehold") || is("undlader|undlod") {
        Side::Abstain
    } else if is("imod") || is("kan ikke") || is("kunne ikke") {
        Side::Against
    } else if is("anbefaler|anbefalede|tiltræder|tiltrådte|indstiller") || is("for") {
        Side::For
    } else {
        return None;
    };
    let mut tally = Tally { found: 1, asked: 1, ..Tally::default() };
    let mut ballot = ballot::printed(&list, register);
    ballot.count = terms.get(at)?.value;
    if let Some(place) = tally.sides.get_mut(side as usize) {
        *place = Some(ballot);
    }
    Some(tally)
}

/// A single count is a vote only where its side is certain and a list follows.
fn close(open: &mut Tally, found: &mut Vec<Tally>) {
    let tally = std::mem::take(open);
    if tally.is_known() >= 2 || (tally.is_known() == 1 && tally.found == 1) {
        found.push(tally);
    }
}

fn groups(sentence: &Sentence) -> Vec<Group> {
    let terms = &sentence.terms;
    let mut found: Vec<Group> = Vec::new();
    let mut depth = 0_i32;
    let mut from = 0;
    for (at, term) in terms.iter().enumerate() {
        for mark in term.gap.chars() {
            match mark {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = (depth - 1).max(0),
                _ => {}
            }
        }
        let Some(count) = term.value.filter(|&value| value <= 1000) else { continue };
        let before = |back: usize| at.checked_sub(back).and_then(|at| terms.get(at));
        let led = before(1).is_some_and(|t| is_cast(t) || is_against(t) || is_held(t))
            || before(2).is_some_and(is_against);
        let listed = terms.get(at + 1).is_some_and(|next| next.gap.starts_with('('));
        let headed = term.gap.starts_with(':') && before(1).is_some_and(is_heading);
        if before(1).is_some_and(|t| ballot::is_label(&t.lower)) {
            continue;
        }
        if !(headed || led || (depth == 0 && listed && before(1).is_some_and(|t| !is_of(t)))) {
            continue;
        }
        let lead = terms.get(from..at).unwrap_or_default();
        let lead = lead.get(lead.len().saturating_sub(8)..).unwrap_or_default();
        let list = listed.then(|| bracket(&sentence.text, term.end)).flatten();
        let closing = list.as_ref().map_or(term.end, |(_, end)| *end);
        // "undlod at stemme 5", "undlod at stemme gjorde 2"
        let abstained = before(1).is_some_and(is_held)
            && lead.iter().any(|t| matches!(t.lower.as_str(), "undlod" | "undlader"));
        let cast = before(1).is_some_and(|t| t.lower == "stemte") || headed || abstained;
        found.push(Group {
            at,
            count,
            side: side(lead),
            list: list.map(|(text, _)| text),
            parties: Vec::new(),
            exact: cast,
        });
        from = terms.iter().position(|t| t.start >= closing).unwrap_or(at + 1).max(at + 1);
        depth = 0;
    }
    // A tally names its sides by casting votes; bare numbers with brackets are something else.
    let cast = found.iter().any(|group| {
        let lead = group.at.saturating_sub(2);
        terms.get(lead..group.at).is_some_and(|terms| terms.iter().any(is_cast))
            || terms.get(group.at).is_some_and(|term| term.gap.starts_with(':'))
    });
    if cast { found } else { Vec::new() }
}

/// Which side the words before a count name.
fn side(lead: &[Term]) -> Option<Side> {
    let against = lead.iter().rposition(is_against);
    let neither = lead.iter().any(|t| edits(&t.lower, "hverken").is_some() || t.lower == "eller");
    let held = lead.iter().any(|t| {
        matches!(t.lower.as_str(), "undlod" | "undlader" | "undladt" | "undlade" | "blankt")
    });
    if held || neither {
        return Some(Side::Abstain);
    }
    if against.is_some() {
        return Some(Side::Against);
    }
    lead.iter()
        .rev()
        .take(8)
        .any(|t| t.lower == "for" || t.lower == "forstemte")
        .then_some(Side::For)
}

/// "stemte" as recognition may write it.
fn is_cast(term: &Term) -> bool {
    ["stemte", "stemmer"].iter().any(|form| edits(&term.lower, form).is_some())
        || (term.lower.ends_with("stemte") && term.lower.len() < 14)
}

/// Last word before the number of those who abstained.
fn is_held(term: &Term) -> bool {
    matches!(term.lower.as_str(), "stemme" | "gjorde")
}

fn is_against(term: &Term) -> bool {
    matches!(term.lower.as_str(), "imod" | "mod" | "imodstemte" | "imåd")
}

/// "For:", "Imod:", "Undlod:".
fn is_heading(term: &Term) -> bool {
    matches!(term.lower.as_str(), "for" | "imod" | "undlod" | "undlader" | "stemme" | "blank")
}

/// "ændringsforslag nr. 2 af et mindretal (DF)": a number that belongs to a noun.
fn is_of(term: &Term) -> bool {
    edits(&term.lower, "ændringsforslag").is_some() || term.lower.len() <= 2
}

/// The text in the bracket that opens at or after byte `from`, and the byte after it.
fn bracket(text: &str, from: usize) -> Option<(String, usize)> {
    let open = text.get(from..)?.find('(')? + from;
    let mut depth = 0_u32;
    for (at, letter) in text.get(open..)?.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth <= 1 => {
                let end = open + at;
                return Some((text.get(open + 1..end)?.to_owned(), end + 1));
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}
