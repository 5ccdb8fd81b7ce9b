//! What the two sides of a MED committee stated.
//!
//! A side is known by its own words ("Medarbejdersiden bemærker, at …"), never by a guess at who
//! is speaking: both sides approve the referat, and a statement on the wrong side is worse than
//! one too few.

use crate::meeting::{Side, SideStatement};

use super::score::Score;
use super::sentence::Sentence;

/// Names of the sides as they are spoken of.
const SIDES: [(Side, &str); 2] = [
    (
        Side::Ledelse,
        "ledelsen|ledelsessiden|ledersiden|a-siden|arbejdsgiversiden|ledelsesrepræsentanterne",
    ),
    (
        Side::Medarbejdere,
        "medarbejderne|medarbejdersiden|b-siden|arbejdstagersiden|tillidsrepræsentanterne|medarbejderrepræsentanterne",
    ),
];

/// What a side does when it states something.
const STATES: &str = "mener|oplyser|orienterer|ønsker|bemærker|foreslår|kvitterer|tilslutter|spørger|påpeger|\
    bakker|støtter|finder|beder|udtrykker|tager|noterer|anbefaler|opfordrer|opfordre|fremhæver|advarer|\
    gør|understreger|konstaterer|vurderer|bekræfter|lover|tilkendegiver";

/// Furthest that a statement's subject may stand from the start of the sentence, in words: "Og så
/// vil jeg sige, at fra medarbejdersiden …".
const HEAD: usize = 8;

/// The statements of an item, in order. Questions and what was not said of a side are left out.
pub(super) fn statements(sentences: &[Sentence]) -> Vec<SideStatement> {
    sentences.iter().filter(|sentence| !sentence.is_question()).filter_map(statement).collect()
}

fn statement(sentence: &Sentence) -> Option<SideStatement> {
    let mut told = SIDES.iter().filter_map(|(side, names)| {
        let after = sentence.find(&format!("{names} {STATES}"));
        let before = sentence.find(&format!("{STATES} {names}"));
        let from = sentence.find(&format!("fra {names}"));
        let hit = [after, before, from].into_iter().flatten().min_by_key(|hit| hit.from)?;
        (hit.from <= HEAD).then_some((*side, hit))
    });
    let (side, hit) = told.next()?;
    // Both sides in one sentence: whose statement it is can't be told.
    if told.next().is_some() {
        return None;
    }
    let score = Score::default().sign(true).spelled(hit.spelling()).heard(&[sentence]);
    Some(SideStatement {
        side,
        text: sentence.text.trim().to_owned(),
        evidence: sentence.evidence(score.confidence()),
    })
}
