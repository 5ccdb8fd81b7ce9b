//! What a language model's summaries are worth: sentences kept, and what a second look finds in them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::eval::grounding::{Unsupported, unsupported};
use crate::meeting::{Agenda, Alignment, Minutes, Transcript, Warning, Wording};
use crate::minutes::{self, LanguageModel};

/// A meeting of which the model condenses some items.
pub(super) struct Meeting<'a> {
    pub transcript: &'a Transcript,
    pub agenda: &'a Agenda,
    pub alignment: &'a Alignment,
    pub draft: &'a Minutes,
}

/// What became of a meeting's sentences.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    /// Open items with a debate that were given to the model.
    pub items: usize,
    /// Items of which the model told nothing, or not all.
    pub failed: usize,
    /// Sentences that the model wrote: kept and dropped.
    pub told: usize,
    pub kept: usize,
    /// Why the others fell, and how many.
    pub dropped: BTreeMap<&'static str, usize>,
    pub sentences: Vec<Kept>,
    #[serde(skip)]
    pub warnings: Vec<Warning>,
}

/// A sentence that stands.
#[derive(Debug, Serialize)]
pub(super) struct Kept {
    pub item: String,
    pub text: String,
    /// What it cites.
    pub cited: Vec<String>,
    /// What the second look finds in it.
    pub unsupported: Vec<Unsupported>,
}

/// Lets the model condense the first `most` items that have a debate.
pub(super) fn row(meeting: &Meeting<'_>, model: &LanguageModel, most: usize) -> Row {
    let mut draft = meeting.draft.clone();
    draft.items.retain(|item| !item.closed && !item.summary.is_empty());
    draft.items.truncate(most);
    let mut row = Row { items: draft.items.len(), ..Row::default() };
    let Meeting { transcript, agenda, alignment, .. } = *meeting;
    let condensed = minutes::condense(draft, transcript, agenda, alignment, model)
        .drain_into(&mut row.warnings);
    row.failed = row.warnings.iter().filter(|warning| warning.code == "llm-failed").count();
    for item in &condensed.items {
        let dropped = item.condensed.iter().flat_map(|one| &one.dropped);
        for reason in dropped.map(|dropped| dropped.reason.name()) {
            *row.dropped.entry(reason).or_default() += 1;
        }
        for one in item.summary.iter().filter(|one| one.wording == Wording::Model) {
            let segments = one.evidence.segments.iter();
            let cited: Vec<String> =
                segments.filter_map(|id| Some(transcript.segment(*id)?.text.clone())).collect();
            let unsupported = unsupported(&one.text, &cited, &item.title);
            let (item, text) = (item.number.clone(), one.text.clone());
            row.sentences.push(Kept { item, text, cited, unsupported });
        }
    }
    row.kept = row.sentences.len();
    row.told = row.kept + row.dropped.values().sum::<usize>();
    row
}
