//! Decisions point by point: "Ad 1 godkendt, ad 2 til 4 udsat".

use crate::meeting::DecisionPoint;

use super::formula;
use super::score::Score;
use super::sentence::Sentence;
use super::term::Term;

/// The number in "Ad 2".
pub(super) fn point(sentence: &Sentence) -> Option<u32> {
    let hit = sentence.find("ad")?;
    number(sentence.terms.get(hit.to)?)
}

/// A number, "et" included.
fn number(term: &Term) -> Option<u32> {
    term.value.or_else(|| matches!(term.lower.as_str(), "et" | "ét" | "én").then_some(1))
}

/// "Ad 1 godkendt. Ad 2 udsat.", "Ad 1 til 3 tiltrådt, ad 4 og 5 udsat".
pub(super) fn points(sentences: &[Sentence]) -> Vec<DecisionPoint> {
    let mut found: Vec<DecisionPoint> = Vec::new();
    for sentence in sentences.iter().filter(|sentence| !sentence.is_question()) {
        let ads: Vec<usize> = (0..sentence.terms.len())
            .filter(|&at| {
                sentence.terms.get(at).is_some_and(|term| term.lower == "ad")
                    && sentence.terms.get(at + 1).is_some_and(|next| number(next).is_some())
            })
            .collect();
        for (place, &at) in ads.iter().enumerate() {
            let end = ads.get(place + 1).copied().unwrap_or(sentence.terms.len());
            let clause = sentence.clause(at, end);
            let Some((outcome, spelling)) = formula::proposed(&clause) else { continue };
            if formula::is_hearsay(&clause) || formula::is_denied(&clause.terms) {
                continue;
            }
            let score = Score::default().sign(true).spelled(spelling).heard(&[sentence]);
            let text = clause.text.trim_end_matches([',', ';', ' ']);
            let text = text.strip_suffix(" og").unwrap_or(text).trim_end_matches(['.', ',']);
            for point in numbers(&clause) {
                found.retain(|other| other.point != point);
                found.push(DecisionPoint {
                    point,
                    outcome,
                    text: format!(
                        "{}{}.",
                        text.get(..1).unwrap_or_default().to_uppercase(),
                        text.get(1..).unwrap_or_default()
                    ),
                    evidence: sentence.evidence(score.confidence()),
                });
            }
        }
    }
    found.sort_by_key(|point| point.point);
    found
}

/// Most points that one clause may speak of: "ad 1 til 12".
const MOST_POINTS: u32 = 40;

/// The points of "ad 1, 2 og 4", "ad 1 til 3".
fn numbers(clause: &Sentence) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut through = false;
    for term in clause.terms.iter().skip(1) {
        match (number(term).filter(|value| (1..=MOST_POINTS).contains(value)), term.lower.as_str())
        {
            (Some(value), _) => {
                let from =
                    if through { found.last().map_or(value, |last| last + 1) } else { value };
                found.extend(from..=value);
                through = false;
            }
            (None, "og" | "samt") => {}
            (None, "til") => through = true,
            _ => break,
        }
    }
    found
}
