//! The words of a decision → what it comes to.

use super::clause::Clause;
use crate::meeting::{DecisionOutcome, PrintedPoint};

/// Words of Danish protocols, the telling ones first: "anbefales godkendt" is a recommendation.
const WORDS: &[(&str, DecisionOutcome)] = &[
    ("ikke godkendt", DecisionOutcome::Forkastet),
    ("ikke vedtaget", DecisionOutcome::Forkastet),
    ("forkastet", DecisionOutcome::Forkastet),
    ("forkastes", DecisionOutcome::Forkastet),
    ("afvist", DecisionOutcome::Forkastet),
    ("afvises", DecisionOutcome::Forkastet),
    ("bortfald", DecisionOutcome::Bortfaldet),
    ("udsat", DecisionOutcome::Udsat),
    ("udsætte", DecisionOutcome::Udsat),
    ("udgår", DecisionOutcome::Udgaaet),
    ("udgik", DecisionOutcome::Udgaaet),
    ("udgået", DecisionOutcome::Udgaaet),
    ("taget af dagsordenen", DecisionOutcome::Udgaaet),
    ("tilbagesend", DecisionOutcome::SendtTilbage),
    ("sendes tilbage", DecisionOutcome::SendtTilbage),
    ("sendt tilbage", DecisionOutcome::SendtTilbage),
    ("til efterretning", DecisionOutcome::TagetTilEfterretning),
    ("orientering givet", DecisionOutcome::TagetTilEfterretning),
    ("anbefal", DecisionOutcome::Anbefalet),
    ("indstilles godkendt", DecisionOutcome::Anbefalet),
    ("indstilles vedtaget", DecisionOutcome::Anbefalet),
    ("tiltråd", DecisionOutcome::Tiltraadt),
    ("tiltræde", DecisionOutcome::Tiltraadt),
    ("vedtog", DecisionOutcome::Vedtaget),
    ("vedtage", DecisionOutcome::Vedtaget),
    ("godkend", DecisionOutcome::Godkendt),
    ("oversend", DecisionOutcome::Henvist),
    ("fremsend", DecisionOutcome::Henvist),
    ("henvis", DecisionOutcome::Henvist),
    ("sendes til", DecisionOutcome::Henvist),
    ("drøft", DecisionOutcome::Droeftet),
    ("ingen bemærkninger", DecisionOutcome::Ingen),
    ("ingen spørgsmål", DecisionOutcome::Ingen),
];

/// What the decision as a whole comes to.
pub(super) fn outcome(clauses: &[Clause]) -> Option<DecisionOutcome> {
    let mut first = None;
    for clause in clauses {
        if is_aside(clause) {
            continue;
        }
        let Some(found) = of(&clause.bare) else { continue };
        // "Godkendt." and "Indstillingen blev vedtaget" say it outright.
        if clause.words().len() <= 6 {
            return Some(found);
        }
        first = first.or(Some(found));
    }
    first
}

/// The outcome that a clause names.
pub(super) fn of(bare: &str) -> Option<DecisionOutcome> {
    if bare.trim_end_matches('.') == "ingen" {
        return Some(DecisionOutcome::Ingen);
    }
    WORDS.iter().find(|(words, _)| bare.contains(words)).map(|(_, outcome)| *outcome)
}

/// Clauses that are not about the decision itself: amendments, single members, sides of a vote.
fn is_aside(clause: &Clause) -> bool {
    let bare = clause.bare.as_str();
    [
        "ændringsforslag",
        "forbehold",
        "stemte",
        "stemmer for",
        "stemmer imod",
        "deltog ikke",
        "ikke tiltræde",
        "ønske",
        "foresl",
    ]
    .iter()
    .any(|aside| bare.contains(aside))
        || ["for:", "imod:", "undlod", "ad "].iter().any(|start| bare.starts_with(start))
        || bare.ends_with(':')
}

/// "Ad 1: Godkendt", "Ad 1 og 2. Anbefales", "Ad pkt. 3 – udsat".
pub(super) fn points(text: &str) -> Vec<PrintedPoint> {
    let mut found = Vec::new();
    for line in text.lines() {
        let lower = line.trim_start().to_lowercase();
        let Some(rest) = ["ad punkt ", "ad pkt. ", "ad pkt ", "ad "]
            .iter()
            .find_map(|start| lower.strip_prefix(start))
        else {
            continue;
        };
        let end = rest.find(char::is_alphabetic).unwrap_or(rest.len());
        let head = &rest[..end];
        // "1 og 2", "1, 2 og 3", "1-3"
        let mut numbers: Vec<u32> = head
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect();
        let mut tail = &rest[end..];
        while let Some(after) = tail.strip_prefix("og ") {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let Ok(number) = after[..digits].parse() else { break };
            numbers.push(number);
            tail = after[digits..].trim_start_matches([':', '.', ' ', '-', '–', ')']);
        }
        if let [first, last] = numbers.as_slice()
            && head.contains(['-', '–'])
            && first < last
            && last - first < 50
        {
            numbers = (*first..=*last).collect();
        }
        let from = line.trim_end().len().saturating_sub(tail.trim_end().len());
        let words = line.get(from..).unwrap_or(tail).trim();
        for point in numbers {
            found.push(PrintedPoint { point, text: words.to_owned(), outcome: of(tail) });
        }
    }
    found
}

/// Reservations and statements for the record.
pub(super) fn remarks(clauses: &[Clause]) -> Vec<String> {
    clauses
        .iter()
        .filter(|clause| {
            [
                "forbehold",
                "protokol",
                "ønsker følgende",
                "ønskede følgende",
                "ikke tiltræde",
                "idet ",
                "mindretalsudtalelse",
            ]
            .iter()
            .any(|word| clause.bare.contains(word))
        })
        .map(|clause| clause.text.clone())
        .collect()
}
