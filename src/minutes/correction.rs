//! What a chair adds to a decision, and what he takes back of it.

use super::formula::{self, Formula};
use super::phrase;
use super::sentence::Sentence;
use super::term::Term;

/// Words that open a condition or a reservation after a decision.
const CONDITIONS: &[&str] = &["forudsat", "hvis", "såfremt", "medmindre", "betinget", "dog"];

/// Where the condition of a decision begins: after its verb, "under forudsætning af, at …", "forudsat",
/// "hvis".
pub(super) fn condition(sentence: &Sentence, verb: usize) -> Option<usize> {
    let rest = sentence.terms.get(verb + 1..)?;
    let word = rest.iter().position(|term| CONDITIONS.contains(&term.lower.as_str()));
    let phrase = phrase::find(rest, "under|på|med * forudsætning|betingelse|vilkår|forbehold");
    let phrase = phrase.map(|hit| hit.from);
    [word, phrase].into_iter().flatten().min().map(|at| verb + 1 + at)
}

/// The clause in which a speaker corrects himself or another body's word gives way to our own: "den er
/// ikke godkendt, den er udsat", "jeg sagde godkendt, men den er forkastet", "magistraten anbefaler,
/// og byrådet tiltræder den".
pub(super) fn corrected(sentence: &Sentence) -> Option<Formula> {
    let terms = &sentence.terms;
    let (first, ..) = formula::verb(sentence, 0)?;
    (first + 1..terms.len())
        .rev()
        .filter(|&at| terms.get(at).is_some_and(Term::opens_clause))
        .find_map(|at| {
            let lead = sentence.clause(0, at);
            let joined = matches!(terms.get(at)?.lower.as_str(), "men" | "og" | "så" | "nej");
            let from = at + usize::from(joined);
            let opener = terms.get(from)?.lower.as_str();
            if matches!(opener, "at" | "som" | "der" | "hvis" | "når" | "hvor" | "fordi") {
                return None;
            }
            let rest = sentence.clause(from, terms.len());
            let ours = rest.terms.iter().any(|term| sentence.is_own_body(&term.lower));
            let wrong =
                formula::is_denied(&lead.terms) || lead.has_any(&["sagde|troede|fejl|forkert"]);
            let wished = lead.has_any(&["foreslår|synes|mener|ønsker|håber|hvis|tror"]);
            ((wrong || ours) && !wished).then(|| formula::stated(&rest)).flatten()
        })
}
