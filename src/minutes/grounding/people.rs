//! Names and parties, and what they are said to have said.

use crate::danish::words;
use crate::meeting::DoubtKind;

use super::Doubt;
use super::lexicon;
use super::reading::{Clause, Reading, Role, Word};
use super::source::Source;

/// Share of a clause's words that must stand in what the party or person said.
const LEAST: f64 = 0.6;

/// Names in the sentence that nobody cited holds.
pub(super) fn names(told: &Reading, source: &Source, doubts: &mut Vec<Doubt>) {
    for run in runs(told) {
        let folds: Vec<String> = run.iter().map(|word| word.fold.clone()).collect();
        if !source.has_row(&folds) {
            let value: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
            doubts.push(Doubt::new(DoubtKind::Name, value.join(" ")));
        }
    }
}

/// Rows of words with capitals. The first word of the sentence counts when it opens a row, or when
/// it's no word that was said and none that a summary opens with.
fn runs(told: &Reading) -> Vec<Vec<&Word>> {
    let mut found: Vec<Vec<&Word>> = Vec::new();
    let mut joined = false;
    for (at, word) in told.words.iter().enumerate() {
        let next = told.words.get(at + 1);
        let opens = at == 0
            && word.capital
            && word.role == Role::Content
            && !word.closed
            && next.is_some_and(|next| next.is_named(1));
        let candidate = opens || word.is_named(at);
        if candidate {
            match found.last_mut().filter(|_| joined) {
                Some(run) => run.push(word),
                None => found.push(vec![word]),
            }
        }
        joined = candidate && !word.closed;
    }
    found
}

/// The first word, when it could be a name that nobody mentioned.
pub(super) fn opener(told: &Reading, source: &Source, doubts: &mut Vec<Doubt>) {
    let Some(word) = told.words.first().filter(|word| word.role == Role::Content) else { return };
    let known = source
        .words()
        .any(|said| said.stem == word.stem || lexicon::related(&said.stem, &word.stem))
        || lexicon::is_neutral(&word.stem)
        || source.rows.iter().flatten().any(|said| words::stem(said) == word.stem);
    if !known && word.capital {
        doubts.push(Doubt::new(DoubtKind::Name, word.text.clone()));
    }
}

/// Offices that no cited passage names or is spoken by.
pub(super) fn offices(told: &Reading, source: &Source, doubts: &mut Vec<Doubt>) {
    for word in told.words.iter().filter(|word| lexicon::is_office(&word.stem)) {
        if !source.passages.iter().any(|passage| passage.has_office(&word.stem)) {
            doubts.push(Doubt::new(DoubtKind::Speaker, word.text.clone()));
        }
    }
}

/// Parties must be named in what is cited, and what is told of one must be told of that one.
pub(super) fn parties(told: &Reading, source: &Source, proven: bool, doubts: &mut Vec<Doubt>) {
    for clause in &told.clauses {
        for letter in &clause.letters {
            let zones: Vec<_> =
                source.passages.iter().filter_map(|passage| passage.of_party(letter)).collect();
            let fits = zones.iter().any(|zone| {
                strong(told, clause).all(|group| zone.strong.contains(group))
                    && zone.share(&clause.keys) >= LEAST
            });
            if zones.is_empty() || !(fits || proven) {
                doubts.push(Doubt::new(DoubtKind::Party, letter.clone()));
            }
        }
    }
}

/// Who said what is told only of known voices, or where the speech itself tells it.
pub(super) fn speakers(told: &Reading, source: &Source, doubts: &mut Vec<Doubt>) {
    for clause in &told.clauses {
        let held = told.words.get(clause.from..clause.to).unwrap_or_default();
        let says = held.iter().any(|word| lexicon::says(&word.lower));
        let verbs: Vec<usize> = (clause.from..clause.to)
            .filter(|&at| told.words.get(at).is_some_and(|word| lexicon::says(&word.lower)))
            .collect();
        let within: Vec<Vec<&Word>> = runs(told)
            .into_iter()
            .filter(|run| run.iter().all(|word| held.iter().any(|one| std::ptr::eq(one, *word))))
            .collect();
        for run in within {
            let name: Vec<String> = run.iter().map(|word| word.fold.clone()).collect();
            // "Jensen mener", "mener fru Jensen"; not "oplyse det fra Folketingets talerstol".
            let says = verbs.iter().any(|&verb| {
                run.iter().any(|word| {
                    let at = told.words.iter().position(|one| std::ptr::eq(one, *word));
                    at.is_some_and(|at| at.abs_diff(verb) <= 2)
                })
            });
            let fits = source.passages.iter().any(|passage| {
                // A known voice answers for all that it said, others only for the sentence that
                // names them.
                if passage.is_spoken_by(&name) {
                    return passage.held().share(&clause.keys) >= LEAST;
                }
                (!says || passage.says_of(&name))
                    && passage.names(&name).any(|held| held.share(&clause.keys) >= LEAST - 0.1)
            });
            let title_only = !says
                && !source.passages.iter().any(|passage| passage.names(&name).next().is_some());
            if !fits && !title_only {
                let value: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
                doubts.push(Doubt::new(DoubtKind::Speaker, value.join(" ")));
            }
        }
        for word in held.iter().filter(|word| says && lexicon::is_office(&word.stem)) {
            let fits = source.passages.iter().any(|passage| {
                passage.has_office(&word.stem) && passage.held().share(&clause.keys) >= LEAST
            });
            if !fits {
                doubts.push(Doubt::new(DoubtKind::Speaker, word.text.clone()));
            }
        }
    }
}

/// Groups of the strong words of a clause.
pub(super) fn strong<'a>(
    told: &'a Reading,
    clause: &Clause,
) -> impl Iterator<Item = &'static str> + use<'a> {
    told.words
        .get(clause.from..clause.to)
        .unwrap_or_default()
        .iter()
        .filter_map(|word| lexicon::strength(&word.lower))
}
