//! Minutes against a meeting of which all is known.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::Noise;
use super::noise::word_edits;
use crate::danish::words::fold;
use crate::meeting::{
    AttendanceKind, Ballot, Decision, DecisionOutcome, Evidence, Fault, Faulty, ItemMinutes,
    Minutes, Segment, SegmentId, Transcript,
};

/// Largest truth read, bytes; ten minutes of meeting are 50 kB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Share of the truth's words that a text must hold to count as the same motion or dissent. Below
/// it a sentence or the object of the motion is missing.
const SAME_TEXT: f64 = 0.8;

/// Errors of the measurement.
#[derive(Debug, thiserror::Error)]
pub enum MinutesEvalError {
    /// The operating system's message names the file.
    #[error("cannot read the truth: {source}")]
    Read { source: std::io::Error },
    #[error("{} is too large to be the truth of a meeting", path.display())]
    Size { path: PathBuf },
    #[error("{} is no truth of a meeting: {source}", path.display())]
    Shape { path: PathBuf, source: serde_json::Error },
}

impl Faulty for MinutesEvalError {
    fn fault(&self) -> Fault {
        Fault::BadInput
    }
}

/// What was said and decided.
#[derive(Debug)]
pub struct Known {
    /// Everything that was said, closed doors included, one turn a segment, speakers unnamed.
    pub transcript: Transcript,
    truth: Truth,
    names: HashMap<String, String>,
}

/// One row: all values of a kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MinutesRow {
    /// `decisions`, `votes`, `amendments`, `dissents`, `actions` or `attendance`.
    pub kind: String,
    /// Values in the truth, items behind closed doors left out.
    pub known: usize,
    /// Values in the minutes.
    pub reported: usize,
    /// Values in both.
    pub right: usize,
    /// `right / reported`; 1 when nothing was reported.
    pub precision: f64,
    /// `right / known`; 1 when nothing was there.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Values of the truth that the minutes lack, in words.
    pub missing: Vec<String>,
    /// Values of the minutes that the truth lacks.
    pub extra: Vec<String>,
    /// Of each value in the minutes that has evidence: its confidence, and 1 when nothing that it says
    /// is wrong (a vote may leave a number or a list of parties open), else 0.
    #[serde(skip)]
    pub judged: Vec<(f64, f64)>,
}

#[derive(Debug, Deserialize)]
struct Document {
    speakers: Vec<Speaker>,
    segments: Vec<Said>,
    duration: Option<f64>,
    truth: Truth,
}

#[derive(Debug, Deserialize)]
struct Speaker {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Said {
    start: f64,
    end: f64,
    text: String,
}

#[derive(Debug, Deserialize)]
struct Truth {
    attendance: TrueAttendance,
    items: Vec<TrueItem>,
}

#[derive(Debug, Deserialize)]
struct TrueAttendance {
    #[serde(default)]
    absent: Vec<Absence>,
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Absence {
    name: String,
    substitute: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Change {
    name: String,
    kind: String,
}

#[derive(Debug, Deserialize)]
struct TrueItem {
    number: String,
    decision: TrueDecision,
    votes: Vec<TrueVote>,
    amendments: Vec<TrueAmendment>,
    dissents: Vec<TrueDissent>,
    actions: Vec<TrueAction>,
    #[serde(default)]
    closed: bool,
}

#[derive(Debug, Deserialize)]
struct TrueDecision {
    outcome: String,
}

#[derive(Debug, Deserialize)]
struct TrueVote {
    on: String,
    #[serde(rename = "for")]
    in_favour: TrueBallot,
    against: TrueBallot,
    abstain: TrueBallot,
    result: String,
}

#[derive(Debug, Deserialize)]
struct TrueBallot {
    count: u32,
    parties: HashMap<String, u32>,
}

#[derive(Debug, Deserialize)]
struct TrueAmendment {
    by: Vec<String>,
    text: String,
    result: String,
}

#[derive(Debug, Deserialize)]
struct TrueDissent {
    text: String,
}

#[derive(Debug, Deserialize)]
struct TrueAction {
    who: String,
    what: String,
    due: Option<String>,
}

/// A value of the truth, in words, whether one of the minutes is the same, and whether one says nothing
/// that is wrong, though it may leave something open.
struct Wanted<'a, T> {
    words: String,
    same: Box<dyn Fn(&T) -> bool + 'a>,
    fits: Box<dyn Fn(&T) -> bool + 'a>,
}

impl<'a, T> Wanted<'a, T> {
    fn new(words: String, same: impl Fn(&T) -> bool + 'a) -> Self {
        Self { words, same: Box::new(same), fits: Box::new(|_| false) }
    }

    fn or_open(mut self, fits: impl Fn(&T) -> bool + 'a) -> Self {
        self.fits = Box::new(fits);
        self
    }
}

impl Known {
    /// Reads the truth of a meeting: `speakers`, `segments` and `truth` of the synthesiser's
    /// `truth.json`.
    ///
    /// # Errors
    /// When the file cannot be read or has another shape.
    pub fn read(path: &Path) -> Result<Self, MinutesEvalError> {
        let failed = |source| MinutesEvalError::Read { source };
        if fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
            return Err(MinutesEvalError::Size { path: path.to_owned() });
        }
        let bytes = fs::read(path).map_err(failed)?;
        let document: Document = serde_json::from_slice(&bytes)
            .map_err(|source| MinutesEvalError::Shape { path: path.to_owned(), source })?;
        let segments = (1..).zip(document.segments).map(segment).collect();
        let mut transcript = Transcript::new(segments);
        transcript.duration = document.duration.or(transcript.duration);
        let names = document.speakers.into_iter().map(|one| (one.id, one.name)).collect();
        Ok(Self { transcript, truth: document.truth, names })
    }

    /// The transcript with a share of `rate` (0..=1) of its words damaged by [`Noise`], and the edits
    /// that would mend it, in words, as a share of the words said.
    pub fn damaged(&self, rate: f64, seed: u64) -> (Transcript, f64) {
        let said = || self.transcript.segments.iter().map(|segment| segment.text.as_str());
        let mut noise = Noise::new(said(), rate, seed);
        let heard: Vec<String> = said().map(|text| noise.damage(text)).collect();
        let edits: usize = said().zip(&heard).map(|(said, heard)| word_edits(said, heard)).sum();
        let words: usize = said().map(|text| text.split_whitespace().count()).sum();
        let mut transcript = self.transcript.clone();
        for (segment, heard) in transcript.segments.iter_mut().zip(heard) {
            segment.text = heard;
        }
        (transcript, edits as f64 / words.max(1) as f64)
    }

    /// Lays the minutes to the truth, a row for each kind of value.
    pub fn compare(&self, minutes: &Minutes) -> Vec<MinutesRow> {
        let mut rows = [
            MinutesRow::new("decisions"),
            MinutesRow::new("votes"),
            MinutesRow::new("amendments"),
            MinutesRow::new("dissents"),
            MinutesRow::new("actions"),
            MinutesRow::new("attendance"),
        ];
        let [decisions, votes, amendments, dissents, actions, attendance] = &mut rows;
        let none = ItemMinutes::default();
        for known in self.truth.items.iter().filter(|item| !item.closed) {
            let item = minutes.items.iter().find(|item| item.number == known.number);
            let item = item.unwrap_or(&none);
            let number = &known.number;
            let outcome = &known.decision.outcome;
            decisions.judge(
                number,
                vec![Wanted::new(outcome.clone(), |told: &Decision| {
                    outcome.starts_with(told.outcome.danish())
                })],
                item.decision.as_slice(),
                |told| (told.outcome.danish().to_owned(), Some(&told.evidence)),
            );
            votes.judge(number, known.votes.iter().map(vote).collect(), &item.votes, |told| {
                let [favour, against, abstain] =
                    [&told.in_favour, &told.against, &told.abstain].map(ballot);
                let outcome = told.outcome.map_or("?", DecisionOutcome::danish);
                let words = format!("{} {favour} / {against} / {abstain} {outcome}", told.question);
                (words, Some(&told.evidence))
            });
            let wanted = known.amendments.iter().map(|one| {
                Wanted::new(
                    format!("{}: {} {}", one.by.join("+"), one.text, one.result),
                    |told: &crate::meeting::Amendment| {
                        sorted(&told.by) == sorted(&one.by)
                            && told.outcome.is_some_and(|said| said.danish() == one.result)
                            && held(&one.text, &told.text) >= SAME_TEXT
                    },
                )
            });
            amendments.judge(number, wanted.collect(), &item.amendments, |told| {
                (format!("{}: {}", told.by.join("+"), told.text), Some(&told.evidence))
            });
            let wanted = known.dissents.iter().map(|one| {
                Wanted::new(one.text.clone(), |told: &crate::meeting::Dissent| {
                    held(&one.text, &told.text) >= SAME_TEXT
                })
            });
            dissents.judge(number, wanted.collect(), &item.dissents, |told| {
                (told.text.clone(), Some(&told.evidence))
            });
            let wanted = known.actions.iter().map(|one| {
                let who = self.names.get(&one.who);
                // Somebody whom nobody named is rightly left open; another name is wrong.
                Wanted::new(
                    format!("{}: {} {:?}", one.who, one.what, one.due),
                    move |told: &crate::meeting::Action| {
                        told.due == one.due
                            && told.who.as_ref().is_none_or(|told| Some(told) == who)
                    },
                )
            });
            actions.judge(number, wanted.collect(), &item.actions, |told| {
                let words = format!("{:?}: {} {:?}", told.who, told.what, told.due);
                (words, Some(&told.evidence))
            });
        }
        let present: Vec<_> =
            minutes.attendance.iter().filter(|one| one.kind != AttendanceKind::Present).collect();
        attendance.judge("-", self.attendance(), &present, |told| {
            (format!("{} {:?}", told.name, told.kind), told.evidence.as_ref())
        });
        rows.map(MinutesRow::complete).into()
    }

    fn attendance(&self) -> Vec<Wanted<'_, &crate::meeting::Attendance>> {
        let TrueAttendance { absent, changes } = &self.truth.attendance;
        let of = |name: &str, kind: AttendanceKind| {
            let name = name.to_owned();
            Wanted::new(format!("{name} {kind:?}"), move |told: &&crate::meeting::Attendance| {
                told.name == name && told.kind == kind
            })
        };
        let away = absent.iter().map(|one| of(&one.name, AttendanceKind::Absent));
        let instead = absent
            .iter()
            .filter_map(|one| Some(of(one.substitute.as_deref()?, AttendanceKind::Substitute)));
        let moves = changes.iter().map(|one| {
            let kind = match one.kind.as_str() {
                "arrives" => AttendanceKind::Arrives,
                "leaves" => AttendanceKind::Leaves,
                "aside" => AttendanceKind::Aside,
                _ => AttendanceKind::Disqualified,
            };
            of(&one.name, kind)
        });
        away.chain(instead).chain(moves).collect()
    }
}

impl MinutesRow {
    fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    /// Pairs the values of one item, each at most once, in order.
    fn judge<T>(
        &mut self,
        item: &str,
        wanted: Vec<Wanted<'_, T>>,
        told: &[T],
        show: impl Fn(&T) -> (String, Option<&Evidence>),
    ) {
        self.known += wanted.len();
        self.reported += told.len();
        let mut left: Vec<&T> = told.iter().collect();
        let mut open: Vec<Wanted<'_, T>> = Vec::new();
        for one in wanted {
            if let Some(at) = left.iter().position(|told| (one.same)(told)) {
                let (_, evidence) = show(left.remove(at));
                self.judged.extend(evidence.map(|evidence| (evidence.confidence, 1.0)));
                self.right += 1;
            } else {
                self.missing.push(format!("{item}: {}", one.words));
                open.push(one);
            }
        }
        for told in left {
            let (words, evidence) = show(told);
            let fits = open.iter().position(|one| (one.fits)(told));
            fits.map(|at| open.remove(at));
            let right = f64::from(u8::from(fits.is_some()));
            self.extra.push(format!("{item}: {words}"));
            self.judged.extend(evidence.map(|evidence| (evidence.confidence, right)));
        }
    }

    /// The row of several meetings together, or of one heard several times; of one kind.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.known += other.known;
        self.reported += other.reported;
        self.right += other.right;
        self.missing.extend(other.missing);
        self.extra.extend(other.extra);
        self.judged.extend(other.judged);
        self.complete()
    }

    fn complete(mut self) -> Self {
        let share = |whole: usize| if whole == 0 { 1.0 } else { self.right as f64 / whole as f64 };
        (self.precision, self.recall) = (share(self.reported), share(self.known));
        let both = self.precision + self.recall;
        self.f1 = if both > 0.0 { 2.0 * self.precision * self.recall / both } else { 0.0 };
        self
    }
}

fn segment((id, said): (SegmentId, Said)) -> Segment {
    Segment {
        id,
        start: said.start,
        end: said.end,
        text: said.text,
        speaker: None,
        item: None,
        words: Vec::new(),
        flags: Vec::new(),
    }
}

fn vote(known: &TrueVote) -> Wanted<'_, crate::meeting::Vote> {
    let sides = [&known.in_favour, &known.against, &known.abstain];
    let told = sides.map(|side| side.count.to_string()).join(" / ");
    Wanted::new(
        format!("{} {told} {}", known.on, known.result),
        move |told: &crate::meeting::Vote| {
            let amendment = told.question.starts_with("ændringsforslag");
            let ballots = [&told.in_favour, &told.against, &told.abstain];
            amendment == known.on.starts_with("ændringsforslag")
                && told.outcome.is_some_and(|said| said.danish() == known.result)
                && sides.iter().zip(ballots).all(|(known, told)| same_side(known, told))
        },
    )
    .or_open(move |told: &crate::meeting::Vote| {
        let amendment = told.question.starts_with("ændringsforslag");
        let ballots = [&told.in_favour, &told.against, &told.abstain];
        (told.question.is_empty() || amendment == known.on.starts_with("ændringsforslag"))
            && told.outcome.is_none_or(|said| said.danish() == known.result)
            && sides.iter().zip(ballots).all(|(known, told)| {
                told.count.is_none_or(|count| count == known.count)
                    && (told.parties.is_empty() || same_parties(known, told))
            })
    })
}

/// Nobody asked to abstain says nothing of abstentions: none is then as good as 0.
fn same_side(known: &TrueBallot, told: &Ballot) -> bool {
    told.count.unwrap_or(0) == known.count && same_parties(known, told)
}

fn same_parties(known: &TrueBallot, told: &Ballot) -> bool {
    let mut parties: Vec<_> = known.parties.keys().cloned().collect();
    parties.sort();
    sorted(&told.parties) == parties
}

fn ballot(told: &Ballot) -> String {
    let count = told.count.map_or("?".to_owned(), |count| count.to_string());
    format!("{count} ({})", told.parties.join(" "))
}

fn sorted(all: &[String]) -> Vec<String> {
    let mut all = all.to_vec();
    all.sort();
    all
}

/// Share of the words of `known` that stand in `told`.
fn held(known: &str, told: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        fold(text)
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (known, told) = (words(known), words(told));
    let there = known.iter().filter(|word| told.contains(word)).count();
    there as f64 / known.len().max(1) as f64
}
