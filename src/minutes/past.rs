//! The past tense: what a protocol says of the decision just made, and what tells of another day.

use crate::danish::dates;
use crate::meeting::DecisionOutcome::{Forkastet, Godkendt, Tiltraadt, Vedtaget};

use super::formula::{self, Shape};
use super::phrase;
use super::sentence::Sentence;
use super::term::Term;

/// "Indstillingen blev herefter godkendt", "forslaget blev forkastet med 2 stemmer for og 13 imod":
/// as a protocol puts what was just decided; index of the verb. Without such an adverb or the count
/// it may tell of any meeting, and another body or time in the sentence makes it a report.
pub(super) fn minuted(sentence: &Sentence) -> Option<usize> {
    const SEQUEL: &[&str] =
        &["herefter", "derefter", "hermed", "dermed", "herved", "således", "nu", "enstemmigt"];
    let terms = &sentence.terms;
    let was = terms.iter().position(|term| term.lower == "blev")?;
    formula::subject(terms.get(..was)?).filter(|_| was <= 5)?;
    let (at, outcome, shape, _) = formula::verb(sentence, was + 1)?;
    let decides = matches!(outcome, Godkendt | Vedtaget | Tiltraadt | Forkastet);
    if shape != Shape::Participle || !decides || at > was + 4 {
        return None;
    }
    let between = terms.get(was + 1..at)?;
    let sequel = |term: &Term| SEQUEL.contains(&term.lower.as_str());
    let filler = |term: &Term| sequel(term) || matches!(term.lower.as_str(), "så" | "også");
    let counted =
        phrase::find(terms.get(at + 1..)?, "med * stemmer|stemme").is_some_and(|hit| hit.from == 0);
    let elsewhere = terms.iter().any(|term| {
        let word = term.lower.as_str();
        let body = word.ends_with("udvalget") || word.ends_with("udvalg");
        (body && !sentence.is_own_body(word))
            || dates::month(word).is_some()
            || matches!(
                word,
                "sidste"
                    | "forrige"
                    | "tidligere"
                    | "dengang"
                    | "år"
                    | "året"
                    | "fjor"
                    | "uge"
                    | "sidst"
                    | "allerede"
                    | "møde"
                    | "mødet"
            )
    });
    let told = between.iter().all(filler) && (between.iter().any(sequel) || counted);
    (told && !elsewhere).then_some(at)
}

/// "vedtaget i januar", "godkendt i 2023": a report, when no chair's frame stands before it.
pub(super) fn is_dated(sentence: &Sentence, at: usize) -> bool {
    let rest = sentence.terms.get(at + 1..).unwrap_or_default();
    let [first, second, ..] = rest else { return false };
    first.lower == "i"
        && (dates::month(&second.lower).is_some()
            || second.value.is_some_and(|year| (1900..2200).contains(&year)))
}
