//! The speech of an item as sentences with their places in the recording.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::danish::words;
use crate::meeting::{Evidence, FlagKind, Segment, SegmentId};

use super::house::House;
use super::party::{self, PartyHit};
use super::phrase::{self, Hit};
use super::term::{Term, terms};

/// Longest sentence that is read as one, in bytes; recognition without punctuation would else
/// make a single sentence of a whole speech.
const LONGEST: usize = 1200;

/// A pause after which an unfinished sentence isn't carried on, seconds.
const PAUSE: f64 = 4.0;

/// A sentence and the segments that it stands in.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub text: String,
    pub terms: Vec<Term>,
    pub segments: Vec<SegmentId>,
    pub start: f64,
    pub end: f64,
    /// Mean probability of the segments' words, 0..=1; 1 when the recogniser gave none.
    pub hearing: f64,
    /// A segment is flagged as unsure.
    pub unsure: bool,
    pub speaker: Option<String>,
    house: Rc<House>,
    parties: OnceCell<Vec<PartyHit>>,
    topics: OnceCell<Vec<String>>,
}

impl Sentence {
    /// The parties named, in order. Looked for once, when first asked.
    pub fn parties(&self) -> &[PartyHit] {
        self.parties.get_or_init(|| party::hits(&self.text, &self.terms, &self.house.register))
    }

    /// The stems of the words that carry a topic, sorted, each once. Made once, when first asked.
    pub fn topics(&self) -> &[String] {
        self.topics.get_or_init(|| {
            let spoken = self
                .terms
                .iter()
                .filter(|term| term.lower.chars().count() > 2 && !words::is_stop_word(&term.lower));
            let mut found: Vec<String> = spoken.map(|term| words::stem(&term.lower)).collect();
            found.sort();
            found.dedup();
            found
        })
    }

    /// Whether it asks.
    pub fn is_question(&self) -> bool {
        self.text.trim_end().ends_with('?')
    }

    /// The first place where a pattern of [`phrase::find`] fits.
    pub fn find(&self, pattern: &str) -> Option<Hit> {
        phrase::find(&self.terms, pattern)
    }

    /// Whether any of the patterns fits.
    pub fn has_any(&self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| self.find(pattern).is_some())
    }

    /// The words from one term up to another, as they stand.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        let start = self.terms.get(from).map_or(self.text.len(), |term| term.start);
        let end = to.checked_sub(1).and_then(|last| self.terms.get(last)).map_or(start, |t| t.end);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether a word (lower case) names the body that meets.
    pub fn is_own_body(&self, word: &str) -> bool {
        self.house.is_own(word)
    }

    /// The words from one term up to another as a sentence of its own, in the same place of the recording.
    pub fn clause(&self, from: usize, to: usize) -> Self {
        let text = self.slice(from, to).to_owned();
        let mut terms = terms(&text);
        // A number spelled in words reads the same within its clause.
        if let (Some(first), Some(own)) = (terms.first_mut(), self.terms.get(from)) {
            first.gap.clone_from(&own.gap);
        }
        let (parties, topics) = (OnceCell::new(), OnceCell::new());
        Self { text, terms, parties, topics, ..self.clone() }
    }

    /// Evidence that lies in this sentence.
    pub fn evidence(&self, confidence: f64) -> Evidence {
        Evidence {
            segments: self.segments.clone(),
            start: self.start,
            end: self.end,
            confidence: confidence.clamp(0.0, 1.0),
        }
    }
}

/// Evidence over several sentences: their segments in order, from the first start to the last end.
pub(super) fn evidence(sentences: &[&Sentence], confidence: f64) -> Evidence {
    let mut segments: Vec<SegmentId> = Vec::new();
    for sentence in sentences {
        for id in &sentence.segments {
            if !segments.contains(id) {
                segments.push(*id);
            }
        }
    }
    Evidence {
        segments,
        start: sentences.iter().map(|s| s.start).fold(f64::INFINITY, f64::min).min(f64::MAX),
        end: sentences.iter().map(|s| s.end).fold(0.0, f64::max),
        confidence: confidence.clamp(0.0, 1.0),
    }
}

/// Cuts the segments into sentences. A sentence may run over several segments of one speaker.
pub(super) fn sentences(segments: &[&Segment], house: &Rc<House>) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut run: Vec<&Segment> = Vec::new();
    for &segment in segments {
        if let Some(last) = run.last() {
            let done = last.text.trim_end().ends_with(['.', '?', '!', '…', ')', ']']);
            let apart = segment.start - last.end > PAUSE || segment.speaker != last.speaker;
            if done || apart {
                cut(&run, house, &mut found);
                run.clear();
            }
        }
        run.push(segment);
    }
    cut(&run, house, &mut found);
    found
}

fn cut(run: &[&Segment], house: &Rc<House>, found: &mut Vec<Sentence>) {
    let mut text = String::new();
    let mut ends = Vec::new();
    for segment in run {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(segment.text.trim());
        ends.push(text.len());
    }
    for (start, end) in bounds(&text) {
        let piece = text.get(start..end).unwrap_or_default();
        let lead = piece.len() - piece.trim_start().len();
        let trimmed = piece.trim();
        if !trimmed.chars().any(char::is_alphanumeric) {
            continue;
        }
        let (start, end) = (start + lead, start + lead + trimmed.len());
        let first = ends.iter().position(|&stop| start < stop).unwrap_or(0);
        let last = ends.iter().position(|&stop| end <= stop).unwrap_or(first);
        let held = run.get(first..=last.max(first)).unwrap_or_default();
        let (Some(opening), Some(closing)) = (held.first(), held.last()) else { continue };
        found.push(Sentence {
            text: trimmed.to_owned(),
            terms: terms(trimmed),
            segments: held.iter().map(|segment| segment.id).collect(),
            start: opening.start,
            end: closing.end,
            hearing: hearing(held),
            unsure: held
                .iter()
                .any(|segment| segment.flags.iter().any(|f| f.kind == FlagKind::LowConfidence)),
            speaker: opening.speaker.clone(),
            house: Rc::clone(house),
            parties: OnceCell::new(),
            topics: OnceCell::new(),
        });
    }
}

fn hearing(segments: &[&Segment]) -> f64 {
    let (sum, count) = segments
        .iter()
        .flat_map(|segment| &segment.words)
        .fold((0.0, 0_u32), |(sum, count), word| (sum + word.probability, count + 1));
    if count == 0 { 1.0 } else { (sum / f64::from(count)).clamp(0.0, 1.0) }
}

/// Abbreviations after whose full stop a sentence may still go on with a capital.
const OPEN_ABBREVIATIONS: &[&str] =
    &["nr", "hr", "fr", "dr", "kl", "jf", "ca", "pr", "vedr", "stk", "pkt", "bl.a", "f.eks", "evt"];

/// Byte ranges of the sentences in `text`.
fn bounds(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0_u32;
    for (at, mark) in text.char_indices() {
        let after = at + mark.len_utf8();
        let rest = text.get(after..).unwrap_or_default();
        match mark {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = match mark {
            '?' | '!' | '…' => true,
            // A bracket that recognition never closed must not swallow what follows.
            '.' => {
                (depth == 0 || rest.trim_start().starts_with(char::is_uppercase))
                    && is_full_stop(text.get(start..at).unwrap_or_default(), rest)
            }
            '\n' => true,
            _ => after - start >= LONGEST && mark.is_whitespace(),
        };
        if ends {
            found.push((start, after));
            start = after;
            depth = 0;
        }
    }
    found.push((start, text.len()));
    found
}

/// Whether the full stop between `before` and `rest` ends a sentence.
fn is_full_stop(before: &str, rest: &str) -> bool {
    let blank = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let next = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"»”".contains(c));
    if next.is_empty() {
        return true;
    }
    if !blank {
        // "slutter.For stemte": joined lines.
        return next.starts_with(char::is_uppercase)
            && before.ends_with(char::is_alphanumeric)
            && before.len() > 3;
    }
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let lower = words::lower(word);
    if next.starts_with(char::is_lowercase) {
        // "den 1. marts" goes on; "imod stemte 0. lovforslaget" does not.
        let ordinal = lower != "0" && lower.chars().all(|c| c.is_ascii_digit() || c == '.');
        return !ordinal && !words::is_abbreviation(&lower) && lower.len() > 1;
    }
    if OPEN_ABBREVIATIONS.contains(&lower.as_str()) {
        return false;
    }
    // "nr. 1." ends, "1. Maj" and "P. Hansen" do not.
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    !initial || word.starts_with(['Ø', 'Å'])
}
