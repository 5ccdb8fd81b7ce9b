//! Yes stays yes and no stays no: each clause is laid to the clause that it was taken from.

use std::collections::BTreeSet;

use crate::meeting::DoubtKind;

use super::Doubt;
use super::lexicon;
use super::people;
use super::reading::{Reading, Role, Tone};
use super::source::{Source, is_content};

/// Share of a clause's keys below which it was taken from no single place.
const TAKEN: f64 = 0.34;

/// A clause of the source as near to the told one as any other.
struct Match<'a> {
    reading: &'a Reading,
    tone: Tone,
}

/// Lays every clause to its source and compares denials, conditions, questions and strong words;
/// those of a vote that was found in the minutes are proven already.
pub(super) fn polarity(told: &Reading, source: &Source, voted: bool, doubts: &mut Vec<Doubt>) {
    let whole = told.keys();
    for (index, clause) in told.clauses.iter().enumerate() {
        let tone = told.tone(index);
        let matches = nearest(&clause.keys, &whole, source);
        if !clause.keys.iter().any(|key| weighs(key))
            && denials(told) == usual_denials(&whole, source)
        {
            continue;
        }
        if matches.is_empty() {
            if tone.negations > 0 {
                doubts.push(Doubt::new(DoubtKind::Negation, words_of(told, index)));
            }
            continue;
        }
        // Where the same was said twice and once denied, nobody can tell which was meant.
        if matches.iter().any(|one| one.tone.negations.min(2) != tone.negations.min(2)) {
            doubts.push(Doubt::new(DoubtKind::Negation, words_of(told, index)));
        }
        let said = |group: &&str| {
            matches.iter().any(|one| {
                one.reading.words.iter().any(|word| lexicon::strength(&word.lower) == Some(group))
            })
        };
        if let Some(group) = people::strong(told, clause).find(|group| !said(group) && !voted) {
            doubts.push(Doubt::new(DoubtKind::Wording, group));
        }
        let asks = told.words.iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "spørger"
                    | "spurgte"
                    | "spurgt"
                    | "spørgsmål"
                    | "spørgsmålet"
                    | "om"
                    | "hvorfor"
                    | "hvornår"
                    | "hvordan"
            )
        });
        let unsaid = matches.iter().all(|one| {
            (one.tone.hedged && !tone.hedged) || (one.reading.question && !told.question && !asks)
        });
        if unsaid {
            doubts.push(Doubt::new(DoubtKind::Modality, words_of(told, index)));
        }
    }
}

/// The clauses of the source that hold most of `keys`; of those, the ones in the sentences nearest
/// to the whole.
fn nearest<'a>(
    keys: &BTreeSet<String>,
    whole: &BTreeSet<String>,
    source: &'a Source,
) -> Vec<Match<'a>> {
    let asked = keys.iter().filter(|key| weighs(key)).count();
    if asked == 0 {
        return Vec::new();
    }
    let mut best: Vec<(usize, usize, Match<'a>)> = Vec::new();
    for reading in source.readings() {
        let around = shared(whole, &reading.keys());
        for (index, clause) in reading.clauses.iter().enumerate() {
            let near = shared(keys, &clause.keys);
            if near == 0 {
                continue;
            }
            best.push((near, around, Match { reading, tone: reading.tone(index) }));
        }
    }
    let Some(&(most, ..)) = best.iter().max_by_key(|one| one.0) else { return Vec::new() };
    if (most as f64) < TAKEN * asked as f64 {
        return Vec::new();
    }
    best.retain(|one| one.0 == most);
    let widest = best.iter().map(|one| one.1).max().unwrap_or(0);
    best.into_iter().filter(|one| one.1 == widest).map(|one| one.2).collect()
}

fn shared(asked: &BTreeSet<String>, held: &BTreeSet<String>) -> usize {
    asked
        .iter()
        .filter(|key| weighs(key))
        .filter(|key| {
            held.contains(*key)
                || (is_content(key) && held.iter().any(|one| lexicon::related(one, key)))
        })
        .count()
}

/// Figures and parties place a clause as well as words do.
fn weighs(key: &str) -> bool {
    is_content(key) || key.starts_with(['#', '@'])
}

fn denials(reading: &Reading) -> usize {
    reading.words.iter().filter(|word| word.role == Role::Negation).count()
}

/// How often the sentence nearest to the whole denies.
fn usual_denials(whole: &BTreeSet<String>, source: &Source) -> usize {
    let nearest = source.readings().max_by_key(|reading| shared(whole, &reading.keys()));
    nearest.map_or(0, denials)
}

fn words_of(told: &Reading, index: usize) -> String {
    let Some(clause) = told.clauses.get(index) else { return String::new() };
    let held = told.words.get(clause.from..clause.to).unwrap_or_default();
    held.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}
