//! The protocol as a document of no format: what stands in it, in the template's order.
//!
//! Word, Markdown, the portal's fragments and Akoma Ntoso are all written from this, so that they
//! say the same. The law wants two documents (styrelsesloven § 13; ministerial statement 07.1.1 of
//! 2007): the debate is a document of its own, unless the template puts it into the items.

use super::public::PublicItem;
use super::template::{Part, PartKind, Template};
use super::text::{lines, plain};
use super::{Notation, PublicMeeting, notation, prose};
use crate::meeting::{Attendance, Evidence, ItemMinutes, ItemState, Statement};

/// A whole document.
pub(super) struct Document {
    /// What kind of document it is: "Beslutningsprotokol".
    pub(super) title: String,
    /// The meeting's own title.
    pub(super) meeting: String,
    /// State of approval.
    pub(super) state: String,
    /// Paragraphs before the facts: how it came about, how to read it.
    pub(super) notes: Vec<String>,
    /// Who met, when and where, in named lines.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Heading over the sections.
    pub(super) heading: String,
    pub(super) sections: Vec<Section>,
    /// What stands in place of sections when there are none.
    pub(super) nothing: &'static str,
    /// Heading and lines for signatures; no lines, no heading.
    pub(super) signatures: (String, Vec<String>),
}

/// One item.
pub(super) struct Section {
    /// "Punkt 3".
    pub(super) label: String,
    pub(super) title: String,
    /// When it was first taken up, seconds.
    pub(super) start: Option<f64>,
    pub(super) blocks: Vec<Block>,
}

impl Section {
    /// "Punkt 3: Budgetopfølgning".
    pub(super) fn heading(&self) -> String {
        format!("{}: {}", self.label, self.title)
    }
}

/// A value with what proves it.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) evidence: Evidence,
    /// In a language model's words and not the speaker's.
    model: bool,
}

impl Value {
    fn new(text: String, evidence: &Evidence) -> Self {
        Self { text, evidence: evidence.clone(), model: false }
    }

    /// What a reader must be told of it, in square brackets.
    pub(super) fn mark(&self) -> Option<&'static str> {
        match (self.model, self.is_unsure()) {
            (false, false) => None,
            (false, true) => Some("[usikkert]"),
            (true, false) => Some("[sprogmodel]"),
            (true, true) => Some("[sprogmodel, usikkert]"),
        }
    }

    /// Whether it must be marked for checking.
    pub(super) fn is_unsure(&self) -> bool {
        self.evidence.confidence < prose::SURE
    }
}

/// One part of a section.
pub(super) enum Block {
    Heading(String),
    /// Case number and fate, and when the item was treated.
    Case {
        parts: Vec<String>,
        start: Option<f64>,
        unsure: bool,
    },
    /// Foreign text, a paragraph each.
    Text(Vec<String>),
    /// How what follows came about.
    Note(String),
    /// What a person must see to, in place of a value.
    Missing(String),
    /// The decision itself.
    Decision(Value),
    Paragraph(Value),
    Points(Vec<Value>),
    Vote(Ballots),
}

/// A vote and its three sides.
pub(super) struct Ballots {
    pub(super) question: Value,
    /// Side, number of votes, parties and names.
    pub(super) rows: Vec<[String; 3]>,
}

/// The protocol of a meeting.
pub(super) fn protocol(public: &PublicMeeting<'_>, template: &Template) -> Document {
    let mut notes = Vec::new();
    notes.extend(Some(plain(&template.introduction)).filter(|text| !text.is_empty()));
    notes.push(prose::made_with(public.record));
    notes.push(prose::legend(public.minutes.is_some()));
    Document {
        title: plain(&template.title),
        meeting: plain(public.title()),
        state: plain(template.state(public.record.state)),
        notes,
        facts: facts(public),
        heading: plain(&template.items),
        sections: public.items.iter().map(|item| section(item, public, template)).collect(),
        nothing: "Der er ingen dagsorden til mødet.",
        signatures: signatures(public, template),
    }
}

/// The debate summary, item by item.
pub(super) fn debate(public: &PublicMeeting<'_>, template: &Template) -> Document {
    let told = |item: &PublicItem<'_>| {
        let blocks = summary(item.minutes.as_ref()?);
        (!blocks.is_empty()).then(|| Section { blocks, ..head(item) })
    };
    Document {
        title: plain(&template.debate.title),
        meeting: plain(public.title()),
        state: plain(template.state(public.record.state)),
        notes: vec![plain(&template.debate.note), prose::made_with(public.record)],
        facts: Vec::new(),
        heading: plain(&template.items),
        sections: public.items.iter().filter_map(told).collect(),
        nothing: "Der er ikke fundet en drøftelse, som kan gengives.",
        signatures: (String::new(), Vec::new()),
    }
}

/// Who met, when and where.
fn facts(public: &PublicMeeting<'_>) -> Vec<(&'static str, String)> {
    let agenda = public.agenda;
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut fact = |name, text: Option<String>| facts.extend(text.map(|text| (name, text)));
    fact("Kommune", public.municipality().map(plain));
    fact("Udvalg", public.committee().map(plain));
    fact("Dato", public.date().map(|date| prose::capital(&prose::date(date))));
    fact(
        "Tid",
        agenda.and_then(|agenda| agenda.time.as_deref()).map(|t| format!("Kl. {}", plain(t))),
    );
    fact("Sted", agenda.and_then(|agenda| agenda.place.as_deref()).map(plain));
    fact(
        "Optagelse",
        public.record.recording.duration.map(|seconds| {
            format!("{} ({})", plain(&public.record.recording.name), prose::length(seconds))
        }),
    );
    fact("Godkendelse", prose::approvals(public.record));
    facts.extend(public.attendance());
    facts
}

fn head(item: &PublicItem<'_>) -> Section {
    let found = item.state != Some(ItemState::NotFound) && !item.closed;
    Section {
        label: format!("Punkt {}", plain(item.number)),
        title: plain(item.title),
        start: item.start().filter(|_| found),
        blocks: Vec::new(),
    }
}

fn section(item: &PublicItem<'_>, public: &PublicMeeting<'_>, template: &Template) -> Section {
    let blocks = match item.closed {
        true => vec![Block::Text(vec![prose::CLOSED.to_owned()])],
        false => template.parts.iter().flat_map(|part| blocks(part, item, public)).collect(),
    };
    Section { blocks, ..head(item) }
}

/// One part of an open item with its heading; nothing when there is nothing to tell.
pub(super) fn blocks(part: &Part, item: &PublicItem<'_>, public: &PublicMeeting<'_>) -> Vec<Block> {
    let none = ItemMinutes::default();
    let minutes = item.minutes.as_ref().unwrap_or(&none);
    let points = |values: Vec<Value>| match values.is_empty() {
        true => Vec::new(),
        false => vec![Block::Points(values)],
    };
    let told = match part.kind {
        PartKind::Case => case(item),
        PartKind::Field => field(item, part.field.as_deref().unwrap_or_default()),
        PartKind::Earlier => earlier(item),
        PartKind::Decision => decision(item),
        PartKind::Amendments => points(
            minutes
                .amendments
                .iter()
                .map(|a| Value::new(prose::amendment(a), &a.evidence))
                .collect(),
        ),
        PartKind::Votes => minutes.votes.iter().map(|one| vote(one, part.notation)).collect(),
        PartKind::Dissents => points(
            minutes.dissents.iter().map(|d| Value::new(prose::dissent(d), &d.evidence)).collect(),
        ),
        PartKind::Attendance => public.changes(item.number).into_iter().map(change).collect(),
        PartKind::Actions => points(
            minutes.actions.iter().map(|a| Value::new(prose::action(a), &a.evidence)).collect(),
        ),
        PartKind::Sides => {
            points(minutes.sides.iter().map(|s| Value::new(prose::side(s), &s.evidence)).collect())
        }
        PartKind::Debate => summary(minutes),
    };
    if told.is_empty() {
        return told;
    }
    let heading = part.heading.as_deref().map(plain).filter(|text| !text.is_empty());
    heading.map(Block::Heading).into_iter().chain(told).collect()
}

/// Case number, when it was treated, what became of it.
fn case(item: &PublicItem<'_>) -> Vec<Block> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(item.case.map(|case| format!("Sagsnr. {}", plain(case))));
    parts.extend(item.state.and_then(prose::state).map(str::to_owned));
    parts.extend(prose::joint(item.joint));
    let start = item.start().filter(|_| item.state != Some(ItemState::NotFound));
    if parts.is_empty() && start.is_none() {
        return Vec::new();
    }
    let unsure = item.confidence.is_some_and(|confidence| confidence < prose::SURE);
    vec![Block::Case { parts, start, unsure }]
}

fn field(item: &PublicItem<'_>, name: &str) -> Vec<Block> {
    let text = item.agenda.and_then(|agenda| agenda.fields.get(name));
    let paragraphs: Vec<String> = text.into_iter().flat_map(|text| lines(&text.text)).collect();
    match paragraphs.is_empty() {
        true => Vec::new(),
        false => vec![Block::Text(paragraphs)],
    }
}

/// Each body's decision under its own name, the oldest first.
fn earlier(item: &PublicItem<'_>) -> Vec<Block> {
    let fields = item.agenda.into_iter().flat_map(|agenda| &agenda.fields);
    let mut told: Vec<(String, String, Vec<String>)> = fields
        .filter(|(name, _)| {
            name.starts_with("beslutning i ") || name.starts_with("beslutning fra ")
        })
        .map(|(name, field)| {
            (day(name), prose::capital(&plain(name)), lines(&field.text).collect())
        })
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told.into_iter()
        .filter(|(_, _, text)| !text.is_empty())
        .map(|(_, name, text)| Block::Text(vec![format!("{name}: {}", text.join(" "))]))
        .collect()
}

/// The day in a heading ("… den 16-03-2026") as `20260316`, for sorting; empty when there is none.
fn day(heading: &str) -> String {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    let printed = heading.split_whitespace().map(digits).find(|digits| digits.len() == 8);
    let turned = printed
        .and_then(|day| Some(format!("{}{}{}", day.get(4..)?, day.get(2..4)?, day.get(..2)?)));
    turned.unwrap_or_default()
}

fn decision(item: &PublicItem<'_>) -> Vec<Block> {
    let Some(decision) = item.minutes.as_ref().and_then(|minutes| minutes.decision.as_ref()) else {
        return vec![Block::Missing(prose::no_decision(item).to_owned())];
    };
    let mut told = vec![Block::Decision(Value::new(prose::decision(decision), &decision.evidence))];
    let points: Vec<Value> = decision
        .points
        .iter()
        .map(|point| Value::new(prose::point(point), &point.evidence))
        .collect();
    if !points.is_empty() {
        told.push(Block::Points(points));
    }
    told
}

fn vote(vote: &crate::meeting::Vote, notation: Notation) -> Block {
    if notation != Notation::Table {
        return Block::Paragraph(Value::new(notation::written(vote, notation), &vote.evidence));
    }
    let rows = prose::sides(vote)
        .into_iter()
        .map(|(side, ballot)| [side.to_owned(), prose::count(ballot), prose::voters(ballot)])
        .collect();
    Block::Vote(Ballots { question: Value::new(prose::vote(vote), &vote.evidence), rows })
}

fn change(entry: &Attendance) -> Block {
    let text = format!("{}.", prose::attendance(entry));
    match &entry.evidence {
        Some(evidence) => Block::Paragraph(Value::new(text, evidence)),
        None => Block::Text(vec![text]),
    }
}

/// What was said, by whom where that is known, and which of it a language model worded.
fn summary(minutes: &ItemMinutes) -> Vec<Block> {
    let model = |told: &Statement| !told.wording.is_verbatim();
    let note = minutes.condensed.as_ref().filter(|_| minutes.summary.iter().any(model));
    let told = minutes.summary.iter().map(|told| {
        let value = Value::new(prose::statement(told), &told.evidence);
        Block::Paragraph(Value { model: model(told), ..value })
    });
    note.map(|condensed| Block::Note(prose::condensed(condensed))).into_iter().chain(told).collect()
}

/// Lines to sign on. "deltagere" becomes a line for each member who was there.
fn signatures(public: &PublicMeeting<'_>, template: &Template) -> (String, Vec<String>) {
    let mut all = Vec::new();
    for line in &template.signatures.lines {
        match line.as_str() {
            "deltagere" => all.extend(public.signatories()),
            line => all.push(plain(line)),
        }
    }
    (plain(&template.signatures.heading), all)
}
