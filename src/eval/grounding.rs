//! How well the check of summaries keeps what was said and catches what was not.
//!
//! Sentences are taken from meetings, lightly rephrased by rules, and some are made wrong by other
//! rules. Nothing here knows how the check works: it gets a sentence and the passages that it
//! cites, as a language model's answer would have them. What it lets stand is looked at once more by
//! means that it doesn't share ([`unsupported`]).

mod audit;
mod chance;
mod plant;
mod rephrase;
mod sitting;

use serde::Serialize;

use crate::danish::words;
use crate::meeting::{Alignment, SegmentId, Transcript};

pub use audit::{Unsupported, unsupported};
use chance::Chance;
pub use sitting::sittings;

/// Fewest and most words of a sentence that is taken.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=40;
/// Letters of a passage round the sentence.
const PASSAGE: usize = 900;

/// A meeting to take sentences from.
#[derive(Debug)]
pub struct Subject {
    /// The public transcript.
    pub transcript: Transcript,
    pub alignment: Alignment,
}

/// A sentence with the passages that it cites.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// Index of its meeting.
    pub meeting: usize,
    /// Number of its item.
    pub item: String,
    /// Its title.
    pub title: String,
    pub text: String,
    /// The sentence that it was made from.
    pub said: String,
    pub cited: Vec<String>,
    /// `true` for one that still says what was said; otherwise the kind of error.
    pub kind: &'static str,
}

/// All claims of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroundingRow {
    /// `true`, or the kind of error that was planted.
    pub kind: String,
    pub claims: usize,
    /// Those that the check let stand.
    pub kept: usize,
    /// Share that was treated rightly: kept when true, caught when not.
    pub right: f64,
    /// What went wrong: true sentences dropped with the reasons, wrong ones kept.
    pub wrong: Vec<Wrong>,
    /// Claims in which the second look finds something: of errors, a measure of how sharp it is.
    pub suspected: usize,
    /// Those of the kept in which it does.
    pub alarms: Vec<Alarm>,
}

/// A sentence that the check let stand and the second look did not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    pub text: String,
    pub cited: Vec<String>,
    pub unsupported: Vec<Unsupported>,
}

/// A claim on which the check erred.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wrong {
    pub text: String,
    pub said: String,
    pub reasons: Vec<String>,
}

/// A sentence where it stands.
struct Place<'a> {
    meeting: usize,
    item: &'a str,
    title: &'a str,
    sentence: &'a str,
    next: Option<&'a str>,
    /// The passage round it.
    around: String,
    /// The segment, and the others of its item.
    segment: SegmentId,
    item_segments: &'a [SegmentId],
}

/// A seeded sample: twice `count` true claims, half of them rephrased, and `count` of each kind of
/// error, as far as the meetings hold so many.
pub fn claims(subjects: &[Subject], count: usize, seed: u64) -> Vec<Claim> {
    let mut chance = Chance::of(seed);
    let mut places = places(subjects);
    chance.shuffle(&mut places);
    let mut found: Vec<Claim> = Vec::new();
    for (at, place) in places.iter().take(count.saturating_mul(2)).enumerate() {
        found.push(truth(place, subjects, at % 2 == 1, &mut chance));
    }
    for (kind, plant) in plant::KINDS {
        chance.shuffle(&mut places);
        let mut planted = 0;
        for place in &places {
            if planted == count {
                break;
            }
            let rephrased = chance.below(2) == 1;
            let claim = truth(place, subjects, rephrased, &mut chance);
            if let Some(text) = plant(&claim.text, &claim.cited, &mut chance)
                && text != claim.text
            {
                found.push(Claim { text, kind, ..claim });
                planted += 1;
            }
        }
    }
    found
}

fn truth(place: &Place<'_>, subjects: &[Subject], rephrased: bool, chance: &mut Chance) -> Claim {
    let text = if rephrased {
        rephrase::lightly(place.sentence, place.next, chance)
    } else {
        place.sentence.to_owned()
    };
    let mut cited = vec![place.around.clone()];
    // A model often cites a passage too many.
    let others: Vec<SegmentId> =
        place.item_segments.iter().copied().filter(|id| *id != place.segment).collect();
    for _ in 0..chance.below(3) {
        let other = chance
            .pick(&others)
            .and_then(|id| subjects.get(place.meeting)?.transcript.segment(*id))
            .map(|segment| head(&segment.text, PASSAGE).to_owned());
        cited.extend(other.filter(|text| !text.trim().is_empty()));
    }
    Claim {
        meeting: place.meeting,
        item: place.item.to_owned(),
        title: place.title.to_owned(),
        text,
        said: place.sentence.to_owned(),
        cited,
        kind: "true",
    }
}

fn places(subjects: &[Subject]) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    for (meeting, subject) in subjects.iter().enumerate() {
        for item in subject.alignment.items.iter().filter(|item| !item.closed) {
            for &segment in &item.segments {
                let Some(text) = subject.transcript.segment(segment).map(|one| one.text.as_str())
                else {
                    continue;
                };
                let sentences = words::sentences(text);
                for (at, &sentence) in sentences.iter().enumerate() {
                    if is_plain(sentence) {
                        found.push(Place {
                            meeting,
                            item: &item.number,
                            title: &item.title,
                            sentence,
                            next: sentences.get(at + 1).copied(),
                            around: around(&sentences, at),
                            segment,
                            item_segments: &item.segments,
                        });
                    }
                }
            }
        }
    }
    found
}

fn is_plain(sentence: &str) -> bool {
    LENGTHS.contains(&sentence.split_whitespace().count())
        && sentence.ends_with('.')
        && sentence.starts_with(char::is_uppercase)
        && !sentence.contains(['\n', '"', '»', ':', '…', '{', '[', '<'])
}

/// The sentence with those before and after it, up to [`PASSAGE`] letters.
fn around(sentences: &[&str], at: usize) -> String {
    let length = |range: std::ops::Range<usize>| -> usize {
        sentences.get(range).unwrap_or_default().iter().map(|one| one.len() + 1).sum()
    };
    let (mut from, mut to) = (at, at + 1);
    loop {
        let before = from > 0 && length(from - 1..to) <= PASSAGE;
        from -= usize::from(before);
        let after = to < sentences.len() && length(from..to + 1) <= PASSAGE;
        to += usize::from(after);
        if !before && !after {
            return sentences.get(from..to).unwrap_or_default().join(" ");
        }
    }
}

/// The first letters of a text, up to the end of a word.
fn head(text: &str, letters: usize) -> &str {
    match text.char_indices().nth(letters) {
        Some((end, _)) => {
            let cut = text.get(..end).unwrap_or(text);
            cut.rfind(' ').and_then(|blank| cut.get(..blank)).unwrap_or(cut)
        }
        None => text,
    }
}

/// Lets `judge` give its reasons against every claim, none for one that may stand, and counts.
pub fn measure(claims: &[Claim], judge: &dyn Fn(&Claim) -> Vec<String>) -> Vec<GroundingRow> {
    let mut rows: Vec<GroundingRow> = Vec::new();
    for claim in claims {
        let reasons = judge(claim);
        let at = rows.iter().position(|row| row.kind == claim.kind).unwrap_or_else(|| {
            rows.push(GroundingRow {
                kind: claim.kind.to_owned(),
                claims: 0,
                kept: 0,
                right: 0.0,
                wrong: Vec::new(),
                suspected: 0,
                alarms: Vec::new(),
            });
            rows.len() - 1
        });
        let Some(row) = rows.get_mut(at) else { continue };
        row.claims += 1;
        row.kept += usize::from(reasons.is_empty());
        let unsupported = unsupported(&claim.text, &claim.cited, &claim.title);
        if !unsupported.is_empty() {
            row.suspected += 1;
            if reasons.is_empty() {
                let (text, cited) = (claim.text.clone(), claim.cited.clone());
                row.alarms.push(Alarm { text, cited, unsupported });
            }
        }
        if reasons.is_empty() != (claim.kind == "true") {
            row.wrong.push(Wrong { text: claim.text.clone(), said: claim.said.clone(), reasons });
        }
    }
    for row in &mut rows {
        row.right = 1.0 - row.wrong.len() as f64 / row.claims.max(1) as f64;
    }
    rows
}
