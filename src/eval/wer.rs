//! Word error rate and its kin.
//!
//! The standard rate: substitutions, deletions and insertions over the words of the reference, so it
//! can exceed 1. (Some Danish leaderboards divide by hits and all edits instead; their figures are
//! lower and not comparable.)

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Edit, Reliability, SpokenText, Withheld, distance, edits};
use crate::danish::normalise::{NormalWord, normalise, plain};
use crate::danish::words::{fold, is_negation, sentences, tokens};

/// How to compare.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Compare without the Danish normaliser: lower case without punctuation only.
    pub plain: bool,
    /// Names to look for. Empty: every capitalised word of the text that does not begin a sentence.
    pub names: Vec<String>,
    /// Keep the alignment word by word.
    pub listing: bool,
}

/// Edits against the length of the reference, in words.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Errors {
    /// Edits over reference; none without a reference.
    pub rate: Option<f64>,
    pub reference: usize,
    pub hits: usize,
    pub substitutions: usize,
    pub deletions: usize,
    pub insertions: usize,
}

/// Edits against the length of the reference, in characters of the compared words joined by blanks.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Characters {
    pub rate: Option<f64>,
    pub reference: usize,
    pub edits: usize,
}

/// Words of one kind: how many the reference has, and how many of them did not come out.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Missed {
    /// Wrong over reference; none without a reference.
    pub rate: Option<f64>,
    pub reference: usize,
    pub wrong: usize,
    /// Words of the kind in the hypothesis where the reference has none or another.
    pub invented: usize,
}

/// Everything that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Score {
    pub words: Errors,
    pub characters: Characters,
    pub numbers: Missed,
    pub names: Missed,
    pub negations: Missed,
}

impl Score {
    /// Both together, as if the texts had been compared as one.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (a, b) = (self.words, other.words);
        let missed = |a: Missed, b: Missed| {
            Missed {
                rate: None,
                reference: a.reference + b.reference,
                wrong: a.wrong + b.wrong,
                invented: a.invented + b.invented,
            }
            .rated()
        };
        Self {
            words: Errors {
                rate: None,
                reference: a.reference + b.reference,
                hits: a.hits + b.hits,
                substitutions: a.substitutions + b.substitutions,
                deletions: a.deletions + b.deletions,
                insertions: a.insertions + b.insertions,
            }
            .rated(),
            characters: Characters {
                rate: None,
                reference: self.characters.reference + other.characters.reference,
                edits: self.characters.edits + other.characters.edits,
            }
            .rated(),
            numbers: missed(self.numbers, other.numbers),
            names: missed(self.names, other.names),
            negations: missed(self.negations, other.negations),
        }
    }
}

fn rate(wrong: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| wrong as f64 / of as f64)
}

impl Errors {
    fn rated(self) -> Self {
        let wrong = self.substitutions + self.deletions + self.insertions;
        Self { rate: rate(wrong, self.reference), ..self }
    }
}

impl Characters {
    fn rated(self) -> Self {
        Self { rate: rate(self.edits, self.reference), ..self }
    }
}

impl Missed {
    fn rated(self) -> Self {
        Self { rate: rate(self.wrong, self.reference), ..self }
    }
}

/// The comparison of two texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    #[serde(flatten)]
    pub score: Score,
    /// What the hypothesis' guard withholds. It is left out of all rates.
    pub withheld: Kept,
    /// Only where the hypothesis has word probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Reliabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Vec<Step>>,
    /// With the listing: the words that have a probability, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<Judged>,
}

/// A recognised word that has a probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judged {
    /// Its place among the words of the hypothesis that are not withheld, 0 and up. Fillers and lone
    /// punctuation are not judged.
    pub word: usize,
    pub kind: Kind,
    /// As the hypothesis states it, 0..=1.
    pub probability: f64,
    pub right: bool,
}

/// Text that a guard keeps out of captions and minutes, and what of it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Kept {
    pub segments: usize,
    pub words: usize,
    /// Words of it that match the reference: true words that were wrongly withheld.
    pub correct: usize,
}

/// Reliability of words, and of segments by the mean probability of their words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliabilities {
    pub words: Reliability,
    pub segments: Reliability,
    pub numbers: Reliability,
    pub names: Reliability,
    pub negations: Reliability,
}

/// A step of the listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    pub edit: StepKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypothesis: Option<String>,
}

/// Kinds of [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Match,
    Substitution,
    Deletion,
    Insertion,
}

/// Compares what was recognised with what was said.
///
/// Takes memory in proportion to the length, and time in proportion to the product of both lengths
/// over 64 (an eight-hour meeting of 70 000 words: seconds).
pub fn compare(reference: &SpokenText, hypothesis: &SpokenText, settings: &Settings) -> Comparison {
    let wanted = Side::of(&reference.text, settings);
    let said = Side::of(&hypothesis.text, settings);
    let mut ids = HashMap::new();
    let (left, right) = (wanted.ids(&mut ids), said.ids(&mut ids));
    let steps = edits(&left, &right);
    let correct = matched(&steps);
    let (left, right) = (wanted.characters(), said.characters());
    let characters =
        Characters { rate: None, reference: left.len(), edits: distance(&left, &right) }.rated();
    let missed = |kind: Kind| missed(&wanted, &said, &steps, kind);
    let judged = judge(&said, hypothesis, &correct);
    Comparison {
        score: Score {
            words: counted(&steps, wanted.words.len()),
            characters,
            numbers: missed(Kind::Number),
            names: missed(Kind::Name),
            negations: missed(Kind::Negation),
        },
        withheld: hypothesis
            .withheld
            .as_ref()
            .map(|withheld| kept(&wanted, withheld, settings))
            .unwrap_or_default(),
        reliability: (!hypothesis.probabilities.is_empty())
            .then(|| reliability(&judged, &hypothesis.segments)),
        listing: settings.listing.then(|| listing(&wanted, &said, &steps)),
        judged: if settings.listing { judged } else { Vec::new() },
    }
}

/// The words of the hypothesis that match.
fn matched(steps: &[Edit]) -> HashSet<usize> {
    steps
        .iter()
        .filter_map(|step| match step {
            Edit::Match { hypothesis, .. } => Some(*hypothesis),
            _ => None,
        })
        .collect()
}

/// Compares again with everything that was recognised, to see what of the withheld was said.
fn kept(wanted: &Side, withheld: &Withheld, settings: &Settings) -> Kept {
    let said = Side::of(&withheld.text, settings);
    let mut ids = HashMap::new();
    let (left, right) = (wanted.ids(&mut ids), said.ids(&mut ids));
    let correct = matched(&edits(&left, &right));
    let mut kept = Kept { segments: withheld.ranges.len(), ..Kept::default() };
    for (at, word) in said.words.iter().enumerate() {
        if withheld.ranges.iter().any(|range| range.contains(&word.start)) {
            kept.words += 1;
            kept.correct += usize::from(correct.contains(&at));
        }
    }
    kept
}

/// A text, cut and sorted.
struct Side {
    words: Vec<NormalWord>,
    /// Whether each of the words is a name.
    names: Vec<bool>,
}

/// Kinds of words that are counted for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Number,
    Name,
    Negation,
    Other,
}

impl Side {
    fn of(text: &str, settings: &Settings) -> Self {
        let words = if settings.plain { plain(text) } else { normalise(text) };
        let names = if settings.names.is_empty() {
            let capitals = capitals(text);
            words.iter().map(|word| !word.number && capitals.contains(&word.start)).collect()
        } else {
            let listed: HashSet<String> = settings
                .names
                .iter()
                .flat_map(|name| tokens(name).into_iter().map(|token| fold(token.text)))
                .collect();
            words.iter().map(|word| listed.contains(&fold(&word.text))).collect()
        };
        Self { words, names }
    }

    fn is(&self, at: usize, kind: Kind) -> bool {
        match kind {
            Kind::Number => self.words.get(at).is_some_and(|word| word.number),
            Kind::Name => self.names.get(at).is_some_and(|&name| name),
            Kind::Negation => self.words.get(at).is_some_and(|word| is_negation(&word.text)),
            Kind::Other => true,
        }
    }

    /// A number for each word, the same for the same word.
    fn ids<'a>(&'a self, known: &mut HashMap<&'a str, u32>) -> Vec<u32> {
        self.words
            .iter()
            .map(|word| {
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                *known.entry(word.text.as_str()).or_insert(next)
            })
            .collect()
    }

    fn characters(&self) -> Vec<u32> {
        let mut all = Vec::new();
        for word in &self.words {
            if !all.is_empty() {
                all.push(u32::from(' '));
            }
            all.extend(word.text.chars().map(u32::from));
        }
        all
    }

    fn text(&self, at: usize) -> Option<String> {
        self.words.get(at).map(|word| word.text.clone())
    }
}

/// Where capitalised words stand that do not begin a sentence. The pronouns that Danish writes with
/// a capital (I, De, Dem, Deres, Jer) are no names.
fn capitals(text: &str) -> HashSet<usize> {
    let opening = |sentence: &str| sentence.as_ptr() as usize - text.as_ptr() as usize;
    let mut found = HashSet::new();
    for sentence in sentences(text) {
        let from = opening(sentence);
        let inner = tokens(sentence).into_iter().skip(1);
        found.extend(
            inner
                .filter(|token| token.is_capitalised())
                .filter(|token| !matches!(token.text, "I" | "De" | "Dem" | "Deres" | "Jer"))
                .map(|token| from + token.start),
        );
    }
    found
}

fn counted(steps: &[Edit], reference: usize) -> Errors {
    let mut errors = Errors { reference, ..Errors::default() };
    for step in steps {
        match step {
            Edit::Match { .. } => errors.hits += 1,
            Edit::Substitution { .. } => errors.substitutions += 1,
            Edit::Deletion { .. } => errors.deletions += 1,
            Edit::Insertion { .. } => errors.insertions += 1,
        }
    }
    errors.rated()
}

fn missed(wanted: &Side, said: &Side, steps: &[Edit], kind: Kind) -> Missed {
    let mut count = Missed::default();
    for step in steps {
        let (left, right, hit) = match *step {
            Edit::Match { reference, hypothesis } => (Some(reference), Some(hypothesis), true),
            Edit::Substitution { reference, hypothesis } => {
                (Some(reference), Some(hypothesis), false)
            }
            Edit::Deletion { reference } => (Some(reference), None, false),
            Edit::Insertion { hypothesis } => (None, Some(hypothesis), false),
        };
        if left.is_some_and(|at| wanted.is(at, kind)) {
            count.reference += 1;
            count.wrong += usize::from(!hit);
        }
        if !hit && right.is_some_and(|at| said.is(at, kind)) {
            count.invented += 1;
        }
    }
    count.rated()
}

/// A recognised word is right when every normalised word that it has a part in is.
fn judge(said: &Side, hypothesis: &SpokenText, correct: &HashSet<usize>) -> Vec<Judged> {
    let mut first = 0;
    let mut judged = Vec::new();
    for (word, (range, probability)) in hypothesis.probabilities.iter().enumerate() {
        while said.words.get(first).is_some_and(|word| word.end <= range.start) {
            first += 1;
        }
        let touched: Vec<usize> = said
            .words
            .iter()
            .enumerate()
            .skip(first)
            .take_while(|(_, word)| word.start < range.end)
            .map(|(at, _)| at)
            .collect();
        let own = |kind: &Kind| touched.iter().any(|at| said.is(*at, *kind));
        let kinds = [Kind::Number, Kind::Negation, Kind::Name, Kind::Other];
        // Fillers and lone punctuation leave no word to judge.
        if let Some(kind) = kinds.into_iter().find(own) {
            let right = touched.iter().all(|at| correct.contains(at));
            judged.push(Judged { word, kind, probability: *probability, right });
        }
    }
    judged
}

/// `segments` says how many words each segment has.
fn reliability(judged: &[Judged], segments: &[usize]) -> Reliabilities {
    let row = |word: &Judged| (word.probability, f64::from(u8::from(word.right)));
    let of = |kind: Kind| {
        let own = judged.iter().filter(|word| word.kind == kind);
        Reliability::of(&own.map(row).collect::<Vec<_>>())
    };
    let mut means = Vec::new();
    let (mut rest, mut end) = (judged, 0);
    for count in segments {
        end += count;
        let (own, after) = rest.split_at(rest.partition_point(|word| word.word < end));
        rest = after;
        let mean = |pick: fn(&(f64, f64)) -> f64| {
            own.iter().map(|word| pick(&row(word))).sum::<f64>() / own.len() as f64
        };
        if !own.is_empty() {
            means.push((mean(|row| row.0), mean(|row| row.1)));
        }
    }
    Reliabilities {
        words: Reliability::of(&judged.iter().map(row).collect::<Vec<_>>()),
        segments: Reliability::of(&means),
        numbers: of(Kind::Number),
        names: of(Kind::Name),
        negations: of(Kind::Negation),
    }
}

fn listing(wanted: &Side, said: &Side, steps: &[Edit]) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let (edit, left, right) = match *step {
                Edit::Match { reference, hypothesis } => {
                    (StepKind::Match, Some(reference), Some(hypothesis))
                }
                Edit::Substitution { reference, hypothesis } => {
                    (StepKind::Substitution, Some(reference), Some(hypothesis))
                }
                Edit::Deletion { reference } => (StepKind::Deletion, Some(reference), None),
                Edit::Insertion { hypothesis } => (StepKind::Insertion, None, Some(hypothesis)),
            };
            Step {
                edit,
                reference: left.and_then(|at| wanted.text(at)),
                hypothesis: right.and_then(|at| said.text(at)),
            }
        })
        .collect()
}
