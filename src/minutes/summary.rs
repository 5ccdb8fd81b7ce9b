//! A short extract of the debate: whole sentences, in order, each with its place.

mod fitness;

use std::collections::{BTreeMap, BTreeSet};

use crate::danish::{lix, words};
use crate::meeting::{AgendaItem, Minutes, Readability, Stage, Statement, Warning, Wording};

pub(super) use fitness::{is_procedure, may_be_read};

use super::score::Score;
use super::sentence::Sentence;

/// A short debate gets one sentence for so many words: about a fifth of it, as a secretary's note.
const WORDS_PER_SENTENCE: usize = 70;
/// From here on it grows by one for so many.
const SHORT_DEBATE: usize = 490;
const WORDS_PER_SENTENCE_BEYOND: usize = 300;
/// No summary is longer.
const MOST: usize = 15;

/// Share of stems that two sentences have in common from which the second repeats the first.
const REPEATS: f64 = 0.6;

/// Fewest words of which a LIX says anything.
const WORDS_FOR_LIX: usize = 100;

/// How many sentences a debate of so many words gets.
pub(super) fn wanted(words: usize) -> usize {
    let beyond = words.saturating_sub(SHORT_DEBATE) / WORDS_PER_SENTENCE_BEYOND;
    (words.min(SHORT_DEBATE) / WORDS_PER_SENTENCE + 1 + beyond).min(MOST)
}

/// Words that carry an argument, a fact or a position; each adds a tenth to a sentence's weight.
const CUES: &[&str] = &[
    "fordi",
    "derfor",
    "støtter",
    "støtte",
    "stemmer imod",
    "stemmer for",
    "foreslår",
    "ændringsforslag",
    "indstiller",
    "mener",
    "ønsker",
    "oplyser",
    "oplyse",
    "forventer",
    "bekymret",
    "risiko",
    "kroner",
    "procent",
    "millioner",
    "mangler",
    "vigtigt",
    "konsekvens",
    "høringssvar",
    "enig",
    "uenig",
];

/// The summary of an item: sentences nearest to what was spoken of most (centroid of stems by
/// tf-idf within the meeting, after Radev et al., "Centroid-based summarization", 2004), with cue
/// words, without courtesy, fragments and unsure speech; none repeats another.
pub(super) fn summary(
    item: &AgendaItem,
    sentences: &[Sentence],
    rarity: &Rarity,
) -> Vec<Statement> {
    let total: usize = sentences.iter().map(|sentence| sentence.terms.len()).sum();
    let wanted = wanted(total);
    let mut centroid: BTreeMap<String, f64> = BTreeMap::new();
    for sentence in sentences {
        for stem in sentence.topics() {
            *centroid.entry(stem.clone()).or_default() += rarity.of(stem);
        }
    }
    // The agenda says what the item is about.
    for word in words::tokens(&item.title) {
        let stem = words::stem(&word.lower);
        let weight = rarity.of(&stem);
        *centroid.entry(stem).or_default() += weight;
    }
    let highest =
        centroid.values().fold(0.0_f64, |high, &weight| high.max(weight)).max(f64::EPSILON);
    let weights: Vec<Option<f64>> = sentences
        .iter()
        .map(|one| fitness::is_fit(one).then(|| weight(one, &centroid, highest)))
        .collect();
    let mut taken: Vec<usize> = Vec::new();
    while taken.len() < wanted {
        let best = sentences
            .iter()
            .enumerate()
            .filter(|(at, _)| !taken.contains(at))
            .filter_map(|(at, sentence)| Some((weights.get(at).copied().flatten()?, at, sentence)))
            .filter(|(_, at, sentence)| {
                // "Det tager vi med" can be read only after what it speaks of.
                !fitness::leans_back(sentence)
                    || at.checked_sub(1).is_some_and(|before| {
                        taken.contains(&before)
                            && sentences.get(before).is_some_and(|one| goes_on(one, sentence))
                    })
            })
            .filter(|(_, _, sentence)| {
                let others = taken.iter().filter_map(|other| sentences.get(*other));
                others.into_iter().all(|other| overlap(sentence, other) <= REPEATS)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, at, _)) = best else { break };
        taken.push(at);
    }
    taken.sort_unstable();
    taken
        .into_iter()
        .filter_map(|at| sentences.get(at))
        .map(|sentence| Statement {
            text: sentence.text.clone(),
            evidence: sentence.evidence(verbatim(sentence)),
            speaker: sentence.speaker.clone(),
            wording: Wording::Verbatim,
        })
        .collect()
}

/// Whether the second sentence is the same person's next.
fn goes_on(first: &Sentence, second: &Sentence) -> bool {
    first.speaker == second.speaker && first.segments.last() == second.segments.first()
}

/// LIX from which newspapers would call a text hard (Björnsson 1968).
const HARD: f64 = 45.0;

/// A remark when the summaries are hard to read. Decisions are not remarked on: their words are
/// the law's and the agenda's.
pub(super) fn hard_to_read(minutes: &Minutes) -> Option<Warning> {
    let lix = minutes.readability?.summaries.filter(|lix| *lix > HARD)?;
    let message = format!(
        "the summaries are hard to read (LIX {lix:.0}; a newspaper has 35 to 44): shorten their \
         sentences where you can"
    );
    Some(Warning::notice(Stage::Minutes, "lix-high", message))
}

/// How hard the drafted texts are to read; none when there are too few words to say.
pub(super) fn readability(minutes: &Minutes) -> Option<Readability> {
    let value = |texts: Vec<&str>| {
        lix::lix(&texts.join("\n")).filter(|lix| lix.words >= WORDS_FOR_LIX).map(|lix| lix.value)
    };
    let items = minutes.items.iter();
    let told = items.clone().flat_map(|item| &item.summary).map(|one| one.text.as_str());
    let decided = items.filter_map(|item| item.decision.as_ref()).map(|one| one.text.as_str());
    let readability =
        Readability { summaries: value(told.collect()), decisions: value(decided.collect()) };
    (readability.summaries.is_some() || readability.decisions.is_some()).then_some(readability)
}

/// A verbatim sentence is as sure as it was heard: the recogniser's mean probability of its words. Without
/// probabilities (1 stands for none), or flagged, what is known are two signs.
fn verbatim(sentence: &Sentence) -> f64 {
    if sentence.hearing < 1.0 && !sentence.unsure {
        return sentence.hearing;
    }
    Score::default().sign(true).sign(!sentence.unsure).heard(&[sentence]).confidence()
}

fn weight(sentence: &Sentence, centroid: &BTreeMap<String, f64>, highest: f64) -> f64 {
    let stems = sentence.topics();
    if stems.is_empty() {
        return 0.0;
    }
    let sum: f64 = stems.iter().filter_map(|stem| centroid.get(stem)).sum();
    // The root keeps long sentences from winning by length alone.
    let near = sum / highest / (stems.len() as f64).sqrt();
    let cues = CUES.iter().filter(|cue| sentence.find(cue).is_some()).count();
    let told =
        !sentence.parties().is_empty() || sentence.terms.iter().any(|term| term.value.is_some());
    // "Vi" of nobody knows whom reads badly out of its place.
    let unnamed = fitness::speaks_for_nobody(sentence);
    let weight = near + 0.1 * cues as f64 + 0.1 * f64::from(u8::from(told));
    (weight - 0.35 * f64::from(u8::from(unnamed))) * sentence.hearing
}

/// Share of the smaller sentence's stems that the other has too.
fn overlap(a: &Sentence, b: &Sentence) -> f64 {
    let (a, b) = (a.topics(), b.topics());
    let shared = a.iter().filter(|stem| b.binary_search(stem).is_ok()).count();
    shared as f64 / a.len().min(b.len()).max(1) as f64
}

/// How rare stems are among the meeting's items: one that every item holds says nothing.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    items: usize,
    held: BTreeMap<String, usize>,
}

impl Rarity {
    /// Counts in how many items each stem stands.
    pub fn of_items<'a>(items: impl Iterator<Item = &'a [Sentence]>) -> Self {
        let mut rarity = Self::default();
        for sentences in items {
            rarity.items += 1;
            let stems: BTreeSet<&String> = sentences.iter().flat_map(Sentence::topics).collect();
            for stem in stems {
                *rarity.held.entry(stem.clone()).or_default() += 1;
            }
        }
        rarity
    }

    /// Smoothed inverse item frequency.
    fn of(&self, stem: &str) -> f64 {
        let held = self.held.get(stem).copied().unwrap_or(0);
        ((self.items + 1) as f64 / (held + 1) as f64).ln() + 0.1
    }
}
