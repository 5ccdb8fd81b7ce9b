//! A short extract of the debate: whole sentences, in order, each with its place.

use std::collections::BTreeMap;

use crate::danish::words;
use crate::meeting::{AgendaItem, Statement};

use super::attendance;
use super::formula;
use super::score::Score;
use super::sentence::Sentence;

/// One sentence for so many words of speech, and never more than [`MOST`].
const WORDS_PER_SENTENCE: usize = 90;
const MOST: usize = 6;

/// Mean word probability from which a sentence is quoted: below it the recogniser itself expects
/// three words in ten to be wrong.
const AUDIBLE: f64 = 0.7;

/// Fewest and most words of a sentence that may stand alone.
const SHORTEST: usize = 6;
const LONGEST: usize = 45;

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

/// Words of procedure and courtesy; a sentence with one isn't worth repeating.
const COURTESY: &[&str] = &[
    "værsgo",
    "ordet er frit",
    "bedt om ordet",
    "velkommen",
    "godaften",
    "tak for ordet",
    "må jeg",
    "næste punkt",
    "går videre|vi til punkt",
    "punkt",
    "hvem stemmer|undlader",
    "pause",
    "lige spørge",
    "kan vi tiltræde|godkende",
    "afstemning",
    "stemmer vi",
    "vi stemmer",
    "tak for",
    "det er noteret",
    "dagsordenen",
    "tilhørerne",
    "vi ned",
    "for|imod stemmer|stemte",
    "undlader * det er",
    "er der andre",
    "er der bemærkninger",
    "ført til",
    "protokollen",
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
    let wanted = (total / WORDS_PER_SENTENCE + 1).min(MOST);
    let mut centroid: BTreeMap<String, f64> = BTreeMap::new();
    for sentence in sentences {
        for stem in stems(sentence) {
            *centroid.entry(stem.clone()).or_default() += rarity.of(&stem);
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
    let mut ranked: Vec<(f64, usize)> = sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| is_fit(sentence))
        .map(|(at, sentence)| (weight(sentence, &centroid, highest), at))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<(f64, usize)> = Vec::new();
    for (weight, at) in ranked {
        if taken.len() == wanted {
            break;
        }
        let Some(sentence) = sentences.get(at) else { continue };
        let repeats = taken
            .iter()
            .filter_map(|(_, other)| sentences.get(*other))
            .any(|other| overlap(sentence, other) > 0.6);
        if !repeats {
            taken.push((weight, at));
        }
    }
    taken.sort_by_key(|(_, at)| *at);
    taken
        .into_iter()
        .filter_map(|(_, at)| sentences.get(at))
        .map(|sentence| Statement {
            text: sentence.text.clone(),
            evidence: sentence.evidence(verbatim(sentence)),
        })
        .collect()
}

/// A verbatim sentence is as sure as it was heard.
fn verbatim(sentence: &Sentence) -> f64 {
    Score::default().sign(true).sign(!sentence.unsure).heard(&[sentence]).confidence()
}

/// Whether the sentence can stand in a summary at all.
fn is_fit(sentence: &Sentence) -> bool {
    let length = sentence.terms.len();
    (SHORTEST..=LONGEST).contains(&length)
        && !sentence.unsure
        && sentence.hearing >= AUDIBLE
        && !sentence.is_question()
        && !sentence.has_any(COURTESY)
        && formula::result(sentence).is_none()
        && attendance::headcount(sentence).is_none()
        && sentence.text.ends_with(['.', '!', '»', '”', '"'])
        && sentence.text.starts_with(char::is_uppercase)
        && !leans_back(sentence)
        && !is_private(sentence)
}

/// Starts with a word that needs the sentence before.
fn leans_back(sentence: &Sentence) -> bool {
    sentence.terms.first().is_some_and(|term| {
        matches!(
            term.lower.as_str(),
            "og" | "men"
                | "derfor"
                | "dermed"
                | "så"
                | "det"
                | "den"
                | "de"
                | "han"
                | "hun"
                | "dem"
                | "her"
                | "ikke"
                | "eller"
                | "jamen"
                | "ja"
                | "nej"
                | "nå"
                | "hende"
                | "ham"
        )
    })
}

/// Absence and its reasons stay out of a summary.
fn is_private(sentence: &Sentence) -> bool {
    sentence.has_any(&["afbud", "syg", "sygdom", "sygemeldt", "sygemelding", "orlov", "inhabil"])
}

fn stems(sentence: &Sentence) -> Vec<String> {
    let mut found: Vec<String> = sentence
        .terms
        .iter()
        .filter(|term| !words::is_stop_word(&term.lower) && term.lower.chars().count() > 2)
        .map(|term| words::stem(&term.lower))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn weight(sentence: &Sentence, centroid: &BTreeMap<String, f64>, highest: f64) -> f64 {
    let stems = stems(sentence);
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
    let unnamed = sentence.speaker.is_none()
        && sentence.parties().is_empty()
        && sentence.has_any(&["jeg", "vi", "os", "vores", "min", "mig"]);
    let weight = near + 0.1 * cues as f64 + 0.1 * f64::from(u8::from(told));
    (weight - 0.2 * f64::from(u8::from(unnamed))) * sentence.hearing
}

/// Share of the smaller sentence's stems that the other has too.
fn overlap(a: &Sentence, b: &Sentence) -> f64 {
    let (a, b) = (stems(a), stems(b));
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
            let mut stems: Vec<String> = sentences.iter().flat_map(stems).collect();
            stems.sort();
            stems.dedup();
            for stem in stems {
                *rarity.held.entry(stem).or_default() += 1;
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
