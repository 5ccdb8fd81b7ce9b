//! Applying the rules to a transcript.

use std::collections::HashMap;

use super::{Corrections, Occasion, Rule};
use crate::danish::words::lower;
use crate::meeting::{Correction, Outcome, Segment, Stage, Transcript, Warning, Word};

/// How far, in words, a rule's context may stand from the words it corrects.
const NEAR: usize = 10;

/// Corrects a transcript and logs every application in it.
///
/// Word times stay inside those of the words that were replaced: one for one when the rule has as
/// many words on both sides, else divided by length. The probability is the least of theirs.
pub fn apply(
    corrections: &Corrections,
    mut transcript: Transcript,
    occasion: Occasion<'_>,
) -> Outcome<Transcript> {
    let (rules, unknown) = rules_for(corrections, occasion);
    let mut warnings = Vec::new();
    if unknown > 0 {
        let message = format!(
            "{unknown} rules of {} are for a committee or a time, and this meeting's is not known; \
             they were not used",
            corrections.name
        );
        warnings.push(Warning::notice(Stage::Asr, "corrections-unused", message));
    }
    for segment in transcript.segments.iter_mut().filter(|segment| !segment.is_withheld()) {
        transcript.corrections.extend(correct(segment, &rules));
    }
    transcript.warnings.extend(warnings.iter().cloned());
    Outcome::new(transcript, warnings)
}

/// The rules of an occasion, by their first word in lower case, each list in the order to try.
type Index<'a> = HashMap<String, Vec<(u32, &'a Rule)>>;

/// Also gives the number of rules of which nobody can say whether they are for this occasion.
fn rules_for<'a>(corrections: &'a Corrections, occasion: Occasion<'_>) -> (Index<'a>, usize) {
    let mut index: Index<'a> = HashMap::new();
    let mut unknown = 0;
    for (number, rule) in (1..).zip(&corrections.rules) {
        match rule.is_for(occasion) {
            Some(true) => {
                let first = rule.wrong.first().map(|word| lower(word)).unwrap_or_default();
                index.entry(first).or_default().push((number, rule));
            }
            Some(false) => {}
            None => unknown += 1,
        }
    }
    for rules in index.values_mut() {
        // Stable: equally long rules stay in the file's order.
        rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.wrong.len()));
    }
    (index, unknown)
}

impl Rule {
    /// Whether the rule is for this occasion; none when the occasion is not known well enough.
    fn is_for(&self, occasion: Occasion<'_>) -> Option<bool> {
        let mut sure = true;
        if let Some(wanted) = &self.committee {
            match occasion.committee {
                Some(committee) if lower(committee.trim()) != lower(wanted.trim()) => {
                    return Some(false);
                }
                known => sure &= known.is_some(),
            }
        }
        if self.from.is_some() || self.until.is_some() {
            // Dates in ISO 8601 are ordered like text; a time after the day does not matter.
            match occasion.date.and_then(|date| date.get(..10)) {
                Some(date) => {
                    let early = self.from.as_deref().is_some_and(|from| date < from);
                    let late = self.until.as_deref().is_some_and(|until| date > until);
                    if early || late {
                        return Some(false);
                    }
                }
                None => sure = false,
            }
        }
        sure.then_some(true)
    }

    fn fits(&self, words: &[Piece<'_>], at: usize) -> bool {
        let Some(run) = words.get(at..at + self.wrong.len()) else { return false };
        let same = run.iter().zip(&self.wrong).all(|(piece, wanted)| {
            if self.case { piece.core == wanted } else { piece.lower == lower(wanted) }
        });
        let inner = run.iter().skip(1).all(|piece| piece.lead.is_empty())
            && run.iter().rev().skip(1).all(|piece| piece.tail.is_empty());
        same && inner && self.has_context(words, at)
    }

    fn has_context(&self, words: &[Piece<'_>], at: usize) -> bool {
        let end = at + self.wrong.len();
        let before = words.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
        let after = words.get(end..(end + NEAR).min(words.len())).unwrap_or_default();
        self.near.is_empty()
            || before.iter().chain(after).any(|piece| self.near.contains(&piece.lower))
    }

    /// What to write; a capital letter at the beginning of what was matched is kept.
    fn writing(&self, run: &[Piece<'_>]) -> Vec<String> {
        let mut right = self.right.clone();
        let capital = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
        let opens = run.first().is_some_and(|piece| capital(piece.core));
        let lowly = self.wrong.first().is_some_and(|word| !capital(word));
        if let Some(first) = right.first_mut().filter(|_| opens && lowly && !self.case) {
            let mut letters = first.chars();
            if let Some(letter) = letters.next() {
                *first = letter.to_uppercase().chain(letters).collect();
            }
        }
        if let (Some(piece), Some(first)) = (run.first(), right.first_mut()) {
            first.insert_str(0, piece.lead);
        }
        if let (Some(piece), Some(last)) = (run.last(), right.last_mut()) {
            last.push_str(piece.tail);
        }
        right
    }
}

/// A word of a segment, parted from the punctuation around it.
struct Piece<'a> {
    whole: &'a str,
    lead: &'a str,
    core: &'a str,
    tail: &'a str,
    lower: String,
}

impl<'a> Piece<'a> {
    fn of(whole: &'a str) -> Self {
        let outside = |c: char| !c.is_alphanumeric();
        let rest = whole.trim_start_matches(outside);
        let core = rest.trim_end_matches(outside);
        let (lead, _) = whole.split_at(whole.len() - rest.len());
        let (_, tail) = rest.split_at(core.len());
        Self { whole, lead, core, tail, lower: lower(core) }
    }
}

/// Corrects a segment; gives the log of it.
fn correct(segment: &mut Segment, rules: &Index<'_>) -> Vec<Correction> {
    let timed = !segment.words.is_empty();
    let source: Vec<String> = match timed {
        true => segment.words.iter().map(|word| word.text.clone()).collect(),
        false => segment.text.split_whitespace().map(str::to_owned).collect(),
    };
    let pieces: Vec<Piece<'_>> = source.iter().map(|text| Piece::of(text)).collect();
    let mut log = Vec::new();
    let mut out: Vec<Word> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let candidates = rules.get(&piece.lower).map(Vec::as_slice).unwrap_or_default();
        let found = candidates.iter().find_map(|(number, rule)| {
            let run = rule.fits(&pieces, at).then(|| pieces.get(at..at + rule.wrong.len()))??;
            let right = rule.writing(run);
            let changes = !right.iter().map(String::as_str).eq(run.iter().map(|p| p.whole));
            changes.then_some((*number, run, right))
        });
        let Some((rule, run, right)) = found else {
            out.push(word(segment, at, piece.whole));
            at += 1;
            continue;
        };
        let old: Vec<Word> =
            run.iter().zip(at..).map(|(piece, at)| word(segment, at, piece.whole)).collect();
        let new = replaced(&old, right);
        let text = |words: &[Word]| {
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        log.push(Correction {
            rule,
            segment: segment.id,
            start: old.first().map_or(segment.start, |word| word.start),
            end: old.last().map_or(segment.end, |word| word.end),
            before: text(&old),
            after: text(&new),
        });
        at += old.len();
        out.extend(new);
    }
    if !log.is_empty() {
        segment.text = out.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        if timed {
            segment.words = out;
        }
    }
    log
}

/// Word `at` of the segment; with the segment's own times where it has none for its words.
fn word(segment: &Segment, at: usize, text: &str) -> Word {
    segment.words.get(at).cloned().unwrap_or_else(|| Word {
        start: segment.start,
        end: segment.end,
        text: text.to_owned(),
        probability: 1.0,
    })
}

/// The new words in the time of the old ones.
fn replaced(old: &[Word], right: Vec<String>) -> Vec<Word> {
    let probability = old.iter().map(|word| word.probability).fold(1.0, f64::min);
    if old.len() == right.len() {
        let both = old.iter().zip(right);
        return both.map(|(word, text)| Word { text, probability, ..word.clone() }).collect();
    }
    let start = old.first().map_or(0.0, |word| word.start);
    let end = old.last().map_or(start, |word| word.end).max(start);
    let letters: Vec<usize> = right.iter().map(|text| text.chars().count().max(1)).collect();
    let total: usize = letters.iter().sum();
    let place = |passed: usize| match passed == total {
        true => end,
        false => start + (end - start) * passed as f64 / total.max(1) as f64,
    };
    let mut passed = 0;
    right
        .into_iter()
        .zip(letters)
        .map(|(text, count)| {
            let from = place(passed);
            passed += count;
            Word { start: from, end: place(passed), text, probability }
        })
        .collect()
}
