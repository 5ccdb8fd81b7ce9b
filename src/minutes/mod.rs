//! Minutes: from an aligned transcript to decisions, votes, amendments, dissents, actions,
//! attendance and a short extract of the debate.
//!
//! Rules only, and every value with the segments that prove it. What the recording does not hold
//! is none and never guessed; what is doubtful carries a low confidence (see `score`) and a warning.
//! Items and spans behind closed doors give nothing but number and title.

mod action;
mod amendment;
mod attendance;
mod ballot;
mod condense;
mod correction;
mod decision;
mod difference;
mod dissent;
mod due;
mod error;
mod formula;
pub mod grounding;
mod handover;
mod house;
mod names;
mod party;
mod past;
mod phrase;
mod place;
mod point;
mod score;
mod sentence;
mod side;
mod speech;
mod summary;
mod tally;
mod term;
mod vote;

use std::rc::Rc;

pub use condense::{LanguageModel, condense};
pub use difference::differences;
pub use error::MinutesError;

use crate::meeting::{
    Agenda, AgendaItem, Alignment, Attendance, AttendanceKind, DecisionOutcome, Evidence,
    ItemMinutes, ItemSpan, ItemState, Minutes, Outcome, Stage, TimeSpan, Transcript, Vote, Warning,
};

use attendance::Placed;
use handover::Handover;
use house::House;
use names::Names;
use score::Score;
use sentence::Sentence;
use speech::Speech;
use summary::Rarity;

/// Drafts the minutes of a meeting from its public transcript.
///
/// Only trusted segments are read, and none that lies behind closed doors by the transcript's or
/// the alignment's account. Never fails: what cannot be read is missing, with a warning.
pub fn draft(transcript: &Transcript, agenda: &Agenda, alignment: &Alignment) -> Outcome<Minutes> {
    let house = Rc::new(House::of(agenda));
    let register = &house.register;
    let names = Names::of(agenda);
    let speech = Speech::of(transcript, agenda, alignment, &house);
    let rarity = Rarity::of_items(speech.items.iter().map(Vec::as_slice));
    let counts = headcounts(&speech);
    let placed: Vec<Placed<'_>> = speech
        .all
        .iter()
        .map(|(sentence, item)| Placed { sentence, item: item.as_deref() })
        .collect();
    let attendance = attendance::attendance(&placed, &names, agenda);
    let most = most_present(agenda, &attendance);
    let mut warnings = Vec::new();
    let items = agenda
        .items
        .iter()
        .zip(&speech.items)
        .map(|(item, sentences)| {
            let span = alignment.item(&item.number);
            if item.closed || span.is_some_and(|span| span.closed) {
                return ItemMinutes {
                    number: item.number.clone(),
                    title: item.title.clone(),
                    closed: true,
                    ..ItemMinutes::default()
                };
            }
            let handover = Handover::of(sentences, &names);
            let vote::Votes { read: votes, unread } = vote::votes(sentences, &names, register);
            warnings.extend(unread.into_iter().map(|span| {
                let message = "a vote was called whose result was not understood; listen to it";
                Warning::attention(Stage::Minutes, "vote-unread", message)
                    .at(span)
                    .on_item(&item.number)
            }));
            check_sums(item, &votes, &counts, most, &mut warnings);
            let decision = match state(transcript, span) {
                Some((outcome, evidence)) if !decides(sentences) => {
                    Some(decision::elsewhere(outcome, evidence))
                }
                _ => decision::decision(item, sentences, &votes, &mut warnings),
            };
            ItemMinutes {
                number: item.number.clone(),
                title: item.title.clone(),
                closed: false,
                sides: Vec::new(),
                decision,
                amendments: amendment::amendments(
                    &item.number,
                    sentences,
                    &votes,
                    &names,
                    &mut warnings,
                ),
                dissents: dissent::dissents(&item.number, sentences, &votes, &names, &mut warnings),
                actions: action::actions(sentences, agenda.date.as_deref(), &names, &handover),
                summary: summary::summary(item, sentences, &rarity),
                condensed: None,
                votes,
            }
        })
        .collect();
    let mut minutes = Minutes {
        schema: Minutes::SCHEMA.to_owned(),
        items,
        attendance,
        warnings: warnings.clone(),
        readability: None,
    };
    minutes.readability = summary::readability(&minutes);
    let hard = summary::hard_to_read(&minutes);
    minutes.warnings.extend(hard.iter().cloned());
    warnings.extend(hard);
    Outcome::new(minutes, warnings)
}

/// Adds what the two sides of a MED committee stated, item by item.
pub fn add_sides(
    transcript: &Transcript,
    agenda: &Agenda,
    alignment: &Alignment,
    minutes: &mut Minutes,
) {
    let house = Rc::new(House::of(agenda));
    let speech = Speech::of(transcript, agenda, alignment, &house);
    for (item, sentences) in minutes.items.iter_mut().zip(&speech.items) {
        if !item.closed {
            item.sides = side::statements(sentences);
        }
    }
}

/// The votes told in a stretch of speech, in order; [`crate::eval`] measures them alone.
pub fn votes(transcript: &Transcript, agenda: &Agenda) -> Vec<Vote> {
    let house = Rc::new(House::of(agenda));
    let segments: Vec<_> = transcript.trusted().collect();
    let said = sentence::sentences(&segments, &house);
    vote::votes(&said, &Names::of(agenda), &house.register).read
}

fn decides(sentences: &[Sentence]) -> bool {
    sentences.iter().any(|sentence| formula::result(sentence).is_some())
}

/// An item that the alignment saw withdrawn or put off, with the cue that proves it: the last one. Its
/// confidence is that of one formula heard; the alignment's own is about where the item begins.
fn state(transcript: &Transcript, span: Option<&ItemSpan>) -> Option<(DecisionOutcome, Evidence)> {
    let span = span?;
    let outcome = match span.state {
        ItemState::Withdrawn => DecisionOutcome::Udgaaet,
        ItemState::Postponed => DecisionOutcome::Udsat,
        ItemState::Treated | ItemState::NotFound => return None,
    };
    let segment = transcript.segment(span.evidence.last()?.segment)?;
    let confidence = Score::default().sign(true).confidence();
    let (start, end) = (segment.start, segment.end);
    Some((outcome, Evidence { segments: vec![segment.id], start, end, confidence }))
}

/// When the chair said how many were present.
fn headcounts(speech: &Speech) -> Vec<(f64, u32)> {
    speech
        .all
        .iter()
        .filter_map(|(sentence, _)| Some((sentence.end, attendance::headcount(sentence)?)))
        .collect()
}

/// How many could be there at most: the agenda's members less the afbud, and the stedfortrædere; 0 when the
/// agenda names nobody.
fn most_present(agenda: &Agenda, attendance: &[Attendance]) -> usize {
    let of = |kind: AttendanceKind| attendance.iter().filter(move |one| one.kind == kind);
    let away = |name: &str| of(AttendanceKind::Absent).any(|one| one.name == name);
    let there = agenda.members.iter().filter(|member| !member.absent && !away(&member.name));
    match agenda.members.len() {
        0 => 0,
        _ => there.count() + of(AttendanceKind::Substitute).count(),
    }
}

/// Votes must add up to those present, when that was said, and never exceed those who can be there.
fn check_sums(
    item: &AgendaItem,
    votes: &[Vote],
    counts: &[(f64, u32)],
    most: usize,
    warnings: &mut Vec<Warning>,
) {
    for vote in votes {
        let sides = [&vote.in_favour, &vote.against, &vote.abstain];
        let known: Vec<u32> = sides.iter().filter_map(|side| side.count).collect();
        let sum = known.iter().copied().fold(0, u32::saturating_add);
        let present = counts.iter().rev().find(|(at, _)| *at <= vote.evidence.start).map(|c| c.1);
        let complete = vote.in_favour.count.is_some() && vote.against.count.is_some();
        let message = match present {
            Some(present) if complete && sum != present => {
                format!("the votes add up to {sum}, but {present} were present; listen to the vote")
            }
            None if most > 0 && sum as usize > most => format!(
                "the votes add up to {sum}, but by the agenda and the afbud no more than {most} can be present"
            ),
            _ => continue,
        };
        warnings.push(
            Warning::attention(Stage::Minutes, "vote-sum", message)
                .at(TimeSpan::new(vote.evidence.start, vote.evidence.end))
                .on_item(&item.number),
        );
    }
}
