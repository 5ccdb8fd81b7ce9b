//! Summaries by a language model on the premises, sentence by sentence checked.
//!
//! The extractive summary is there before and stays where anything goes wrong: a dead or slow server,
//! nonsense, a sentence that says more than it cites. Closed items are never sent.

mod address;
mod client;
mod prompt;
mod reply;
mod trouble;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Instant;

use crate::meeting::{
    Agenda, AgendaItem, Alignment, Condensed, DoubtKind, Dropped, ItemMinutes, Minutes, Outcome,
    Stage, Statement, Transcript, Warning, Wording,
};

pub use client::LanguageModel;
use prompt::{Passage, Question};
use reply::Proposal;
use trouble::Trouble;

use super::grounding::{self, Cited, Doubt, Grounds};
use super::house::House;
use super::score::Score;
use super::sentence::{self, Sentence};
use super::speech::Speech;
use super::summary;

/// Items in a row that may fail before the server is given up.
const PATIENCE: u32 = 2;

/// What one item gave.
struct Told {
    model: String,
    kept: Vec<Statement>,
    dropped: Vec<Dropped>,
    /// The last thing that went wrong; some of the item may have been told all the same.
    trouble: Option<Trouble>,
}

/// Lets `model` condense the debate of each open item of `minutes`, which must have been drafted from
/// the same transcript, agenda and alignment. Never fails: see the warnings.
pub fn condense(
    mut minutes: Minutes,
    transcript: &Transcript,
    agenda: &Agenda,
    alignment: &Alignment,
    model: &LanguageModel,
) -> Outcome<Minutes> {
    let house = Rc::new(House::of(agenda));
    let speech = Speech::of(transcript, agenda, alignment, &house);
    let mut warnings = Vec::new();
    let mut asked = None;
    let mut room = prompt::QUESTION;
    let mut failures = 0;
    for (item, sentences) in agenda.items.iter().zip(&speech.items) {
        let Some(own) = minutes.items.iter_mut().find(|own| own.number == item.number) else {
            continue;
        };
        if item.closed || own.closed {
            continue;
        }
        let passages = prompt::passages(sentences);
        if passages.is_empty() {
            continue;
        }
        let name = asked.get_or_insert_with(|| model.wanted());
        let told = tell(item, own, &passages, agenda, &house.register, (model, name), &mut room);
        // A model may have nothing to say of one item; the server is well all the same.
        let failed = told.trouble.as_ref().is_some_and(|trouble| *trouble != Trouble::Empty);
        if let Some(trouble) = &told.trouble {
            let message = format!(
                "the language model gave no whole summary: {trouble}; what was said stands verbatim"
            );
            warnings.push(
                Warning::attention(Stage::Minutes, "llm-failed", message).on_item(&item.number),
            );
        }
        let gone = told.trouble.as_ref().is_some_and(Trouble::is_final);
        report(item, &told, &mut warnings);
        if !told.model.is_empty() {
            merge(own, told);
        }
        failures = if failed { failures + 1 } else { 0 };
        if gone || failures >= PATIENCE {
            let message = "the language model was given up; summaries from here on are verbatim";
            warnings.push(Warning::attention(Stage::Minutes, "llm-given-up", message));
            break;
        }
    }
    minutes.readability = summary::readability(&minutes);
    minutes.warnings.extend(warnings.iter().cloned());
    Outcome::new(minutes, warnings)
}

/// Asks portion by portion and checks what comes back. `room` is how much a question may hold; it is
/// halved where the server says that it was too much.
fn tell(
    item: &AgendaItem,
    minutes: &ItemMinutes,
    passages: &[Passage],
    agenda: &Agenda,
    register: &Rc<crate::danish::parties::Register>,
    (model, name): (&LanguageModel, &str),
    room: &mut usize,
) -> Told {
    let mut told =
        Told { model: String::new(), kept: Vec::new(), dropped: Vec::new(), trouble: None };
    let deadline = Instant::now() + model.patience;
    let mut rest = passages;
    while !rest.is_empty() {
        let portion = prompt::portion(rest, *room);
        let answer = match model.ask(name, &Question::of(item, portion), deadline) {
            Ok(answer) => answer,
            Err(Trouble::Context) if portion.len() > 1 => {
                *room = prompt::size(portion) / 2;
                continue;
            }
            Err(trouble) => {
                told.trouble = Some(trouble);
                break;
            }
        };
        rest = rest.get(portion.len()..).unwrap_or_default();
        if answer.cut {
            told.trouble = Some(Trouble::Unfinished);
        }
        let Some(proposals) = reply::read(&answer.content) else {
            told.trouble.get_or_insert(Trouble::Nonsense("no sentences"));
            continue;
        };
        if proposals.is_empty() {
            told.trouble = Some(Trouble::Empty);
            continue;
        }
        told.model = answer.model;
        for proposal in proposals {
            let held: Option<Vec<&Passage>> = proposal
                .cited
                .iter()
                .map(|number| portion.iter().find(|passage| passage.number == *number))
                .collect();
            let held = held.unwrap_or_default();
            let grounds = Grounds {
                cited: held
                    .iter()
                    .map(|passage| Cited {
                        text: &passage.text,
                        speaker: passage.speaker.as_deref(),
                    })
                    .collect(),
                title: &item.title,
                item: Some(minutes),
                members: &agenda.members,
                register,
            };
            let mut doubts = grounding::check(&proposal.text, &grounds);
            if summary::is_procedure(&proposal.text) {
                doubts.push(Doubt { kind: DoubtKind::Form, value: String::new() });
            }
            settle(&proposal, &held, doubts, &mut told);
        }
    }
    told
}

/// Keeps the sentence or notes why not.
fn settle(proposal: &Proposal, held: &[&Passage], doubts: Vec<Doubt>, told: &mut Told) {
    let sentences: Vec<&Sentence> = held.iter().flat_map(|passage| &passage.sentences).collect();
    let evidence = sentence::evidence(&sentences, 0.0);
    if let Some(doubt) = doubts.into_iter().next() {
        let Doubt { kind: reason, value } = doubt;
        told.dropped.push(Dropped { reason, value, segments: evidence.segments });
        return;
    }
    let repeated = told.kept.iter().any(|kept| {
        words_of(&kept.text).is_subset(&words_of(&proposal.text))
            || words_of(&proposal.text).is_subset(&words_of(&kept.text))
    });
    if repeated {
        return;
    }
    // One sign: that the check found nothing to doubt. A verbatim sentence has more.
    let confidence = Score::default().sign(true).heard(&sentences).confidence();
    told.kept.push(Statement {
        text: proposal.text.clone(),
        evidence: sentence::evidence(&sentences, confidence),
        speaker: None,
        wording: Wording::Model,
    });
}

fn words_of(text: &str) -> BTreeSet<String> {
    crate::danish::words::tokens(text).into_iter().map(|token| token.lower).collect()
}

/// The model's sentences, and the verbatim ones of places where it has none that stands.
fn merge(own: &mut ItemMinutes, told: Told) {
    let kept = u32::try_from(told.kept.len()).unwrap_or(u32::MAX);
    if !told.kept.is_empty() {
        let whole = told.dropped.is_empty() && told.trouble.is_none();
        let covered: BTreeSet<_> =
            told.kept.iter().flat_map(|one| one.evidence.segments.iter().copied()).collect();
        own.summary.retain(|verbatim| {
            !whole && !verbatim.evidence.segments.iter().any(|id| covered.contains(id))
        });
        own.summary.extend(told.kept);
        own.summary.sort_by(|a, b| a.evidence.start.total_cmp(&b.evidence.start));
    }
    own.condensed = Some(Condensed { model: told.model, kept, dropped: told.dropped });
}

/// Says how many sentences were dropped, and why, without their words.
fn report(item: &AgendaItem, told: &Told, warnings: &mut Vec<Warning>) {
    if told.dropped.is_empty() {
        return;
    }
    let mut reasons: Vec<DoubtKind> = told.dropped.iter().map(|dropped| dropped.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let reasons: Vec<&str> = reasons.into_iter().map(DoubtKind::name).collect();
    let all = told.dropped.len() + told.kept.len();
    let message = format!(
        "{} of {all} sentences of the language model were not proven by what they cite and were \
         dropped ({})",
        told.dropped.len(),
        reasons.join(", ")
    );
    warnings.push(Warning::notice(Stage::Minutes, "llm-dropped", message).on_item(&item.number));
}
