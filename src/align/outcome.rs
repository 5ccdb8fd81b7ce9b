//! From the path to the alignment: spans, states, joint items, evidence.

use std::collections::BTreeSet;

use super::cues::{CueKind, ItemCue, SegmentCues};
use super::doors::{self, Doors};
use super::evidence::Witness;
use super::formulas::{Act, Said};
use super::hearing::Hearing;
use super::path::Path;
use super::pins::Fixed;
use super::weights as w;
use crate::meeting::{
    Agenda, Alignment, ItemSpan, ItemState, Outcome, Severity, Stage, TimeSpan, Transcript, Warning,
};

/// A silence that nobody announced counts as a break from this length on, seconds.
const SILENT_BREAK: f64 = 120.0;
/// Below this probability a person should look at a boundary.
const UNSURE: f64 = 0.8;
/// Seconds of an open item behind closed doors that a person must look at. Less is the sentence in
/// which the chair shuts the doors.
const KEPT_BACK: f64 = 10.0;

/// A stretch of segments of one item.
struct Run {
    item: usize,
    first: usize,
    /// One past the last.
    end: usize,
}

/// Builds the alignment and its warnings.
pub(super) fn of(
    transcript: &Transcript,
    agenda: &Agenda,
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
    fixed: &Fixed,
) -> Outcome<Alignment> {
    let Doors { closed, warnings: about_doors } =
        doors::watch(transcript, agenda, hearing, cues, path, fixed);
    let witness = Witness { hearing, cues, path, closed: &closed, fixed };
    let (mut free, breaks) = free_speech(hearing, cues, path);
    free_after_pins(&mut free, hearing, path, fixed);
    let runs = runs(path, &free);
    let mut items: Vec<ItemSpan> = agenda
        .items
        .iter()
        .map(|item| ItemSpan {
            number: item.number.clone(),
            title: item.title.clone(),
            start: None,
            end: None,
            spans: Vec::new(),
            segments: Vec::new(),
            confidence: 0.0,
            evidence: Vec::new(),
            state: ItemState::NotFound,
            closed: item.closed,
            joint: Vec::new(),
        })
        .collect();
    let mut before: Vec<usize> = Vec::new();
    for run in &runs {
        let mut together = joint(cues, run);
        // The speech may drift from one of the joint items to another; they stay joint until one
        // is called up alone.
        if together.len() == 1 && before.contains(&run.item) && !called_alone(cues, run) {
            together = before;
        }
        // Whom a person has placed is where it was placed.
        let placed = |item: &usize| fixed.of_item(*item).is_some() || fixed.absent.contains(item);
        together.retain(|item| *item == run.item || !placed(item));
        before = together.clone();
        for &item in &together {
            let enters =
                path.states[run.first] != run.first.checked_sub(1).map_or(0, |b| path.states[b]);
            let span = &mut items[item];
            if enters && span.evidence.is_empty() {
                let pinned = fixed.of_item(item).is_some();
                span.confidence = if pinned { 1.0 } else { path.sureness[run.first] };
            }
            span.evidence.extend(witness.of_start(run.first, item));
            take(span, hearing, run);
        }
        for &item in &together {
            let numbers = together
                .iter()
                .filter(|&&other| other != item)
                .map(|&o| agenda.items[o].number.clone());
            for number in numbers {
                if !items[item].joint.contains(&number) {
                    items[item].joint.push(number);
                }
            }
        }
    }
    set_states(&mut items, &witness, &runs);
    set_pinned_times(&mut items, fixed);
    let taken: BTreeSet<u32> =
        items.iter().flat_map(|item| item.segments.iter().copied()).collect();
    let unassigned = transcript
        .segments
        .iter()
        .map(|segment| segment.id)
        .filter(|id| !taken.contains(id))
        .collect();
    for item in &mut items {
        // An item of which a part was public stays public in that part; the speech is parted.
        let shut = |span: &TimeSpan| {
            closed.iter().any(|shut| shut.start <= span.start && span.end <= shut.end)
        };
        item.closed |= !item.spans.is_empty() && item.spans.iter().all(shut);
    }
    let mut warnings = warnings(&items, agenda, &closed, fixed);
    warnings.extend(about_doors);
    let alignment = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items,
        unassigned,
        closed,
        breaks,
        warnings: warnings.clone(),
    };
    Outcome::new(alignment, warnings)
}

/// Speech outside every item although the path lies in one: what follows the end of the meeting,
/// and calls to order after a break. Gives the segments and the breaks.
fn free_speech(
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
) -> (Vec<bool>, Vec<TimeSpan>) {
    let mut free = vec![false; cues.len()];
    let mut breaks = Vec::new();
    let mut ended = false;
    for at in 0..cues.len() {
        let changed = at == 0 || path.states[at] != path.states[at - 1];
        if ended && changed {
            ended = false;
        }
        free[at] = ended;
        ended |= cues[at].says(Act::EndsMeeting) && at + 3 >= cues.len().saturating_sub(5);
        let segment = hearing.segments[at].segment;
        let Some(next) = hearing.segments.get(at + 1) else { continue };
        let silence = TimeSpan::new(segment.end, next.segment.start.max(segment.end));
        let announced = cues[at].says(Act::Pauses) || cues[at + 1].says(Act::Resumes);
        if silence.duration() >= SILENT_BREAK || announced && silence.duration() >= 5.0 {
            breaks.push(silence);
        }
    }
    for at in 1..cues.len() {
        let resumed = cues[at].says(Act::Resumes) && path.states[at] == path.states[at - 1];
        // Only after a break: "så er vi tilbage" is said in debates too.
        let began = hearing.segments[at].segment.start;
        let broken = breaks.iter().any(|span: &TimeSpan| (began - span.end).abs() < 1.0);
        free[at] |= resumed && broken && cues[at].items.is_empty();
    }
    (free, breaks)
}

fn runs(path: &Path, free: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, &state) in path.states.iter().enumerate() {
        let Some(item) = state.checked_sub(1).filter(|_| !free[at]) else { continue };
        match runs.last_mut() {
            Some(run) if run.item == item && run.end == at => run.end = at + 1,
            _ => runs.push(Run { item, first: at, end: at + 1 }),
        }
    }
    runs
}

/// The items treated in a run: more than one when they are called up together at its beginning.
fn joint(cues: &[SegmentCues], run: &Run) -> Vec<usize> {
    let opening = &cues[run.first..run.end.min(run.first + 2)];
    match opening.iter().find(|cues| cues.joint.contains(&run.item)) {
        Some(cues) => cues.joint.clone(),
        None => vec![run.item],
    }
}

/// Whether the run begins with its own number.
fn called_alone(cues: &[SegmentCues], run: &Run) -> bool {
    let named = |cue: &ItemCue| {
        cue.item == run.item && matches!(cue.kind, CueKind::Number { opening: true, .. })
    };
    cues[run.first].joint.is_empty() && cues[run.first].items.iter().any(named)
}

fn take(span: &mut ItemSpan, hearing: &Hearing<'_>, run: &Run) {
    let segments = &hearing.segments[run.first..run.end];
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return };
    let end = segments.iter().map(|heard| heard.segment.end).fold(last.segment.end, f64::max);
    let stretch = TimeSpan::new(first.segment.start, end);
    match span.spans.last_mut() {
        Some(before) if before.end >= stretch.start => before.end = before.end.max(stretch.end),
        _ => span.spans.push(stretch),
    }
    span.segments.extend(segments.iter().map(|heard| heard.segment.id));
    span.start = Some(span.start.map_or(stretch.start, |start| start.min(stretch.start)));
    span.end = Some(span.end.map_or(stretch.end, |end| end.max(stretch.end)));
    span.state = ItemState::Treated;
}

/// Postponed and withdrawn items, as far as it was said in public.
fn set_states(items: &mut [ItemSpan], witness: &Witness<'_>, runs: &[Run]) {
    let cues = witness.cues;
    for run in runs {
        // The last thing decided in the item counts.
        let last = (run.first..run.end)
            .filter(|&at| !witness.is_shut(at))
            .flat_map(|at| cues[at].said.iter().map(move |said| (at, said)))
            .rfind(|(_, said)| matches!(said.act, Act::Decides | Act::Postpones | Act::Withdraws));
        let Some((at, said)) = last else { continue };
        let state = match said.act {
            Act::Postpones => ItemState::Postponed,
            Act::Withdraws if run.end - run.first <= 3 => ItemState::Withdrawn,
            _ => continue,
        };
        items[run.item].state = state;
        items[run.item].evidence.push(witness.says(at, said.first, said.last));
    }
    for (at, cues) in cues.iter().enumerate().filter(|(at, _)| !witness.is_shut(*at)) {
        for said in &cues.said {
            let state = match said.act {
                Act::Withdraws => ItemState::Withdrawn,
                Act::Postpones => ItemState::Postponed,
                _ => continue,
            };
            for named in cues.items.iter().filter(|cue| is_meant(cue, said)) {
                let item = &mut items[named.item];
                if item.state == ItemState::NotFound {
                    item.state = state;
                    let first = named.token.min(said.first);
                    let last = match named.kind {
                        CueKind::Number { last, .. } => last.max(said.last),
                        _ => said.last,
                    };
                    item.evidence.push(witness.says(at, first, last));
                }
            }
        }
    }
}

/// Whether what is said is said of the item that the cue names: "punkt ni er udgået", "punkt 18 og 19
/// er udgået", "hermed udgår punkt tre".
pub(super) fn is_meant(cue: &ItemCue, said: &Said) -> bool {
    let CueKind::Number { last, .. } = cue.kind else { return false };
    if cue.token <= said.first {
        said.first.saturating_sub(last) <= w::NEAR
    } else {
        // The number follows at once, else it is another sentence's.
        cue.token.saturating_sub(said.last) <= 2
    }
}

/// What a person has set is so to the millisecond, and the item before ends there.
fn set_pinned_times(items: &mut [ItemSpan], fixed: &Fixed) {
    for pin in &fixed.starts {
        for (at, item) in items.iter_mut().enumerate() {
            if at == pin.item {
                if let Some(span) = item.spans.first_mut() {
                    span.start = pin.start;
                    span.end = pin.end.unwrap_or(span.end).max(pin.start);
                }
            } else if let Some(span) =
                item.spans.iter_mut().find(|span| span.start < pin.start && pin.start < span.end)
            {
                span.end = pin.start;
            }
        }
    }
    for item in items.iter_mut().filter(|item| !item.spans.is_empty()) {
        item.start = item.spans.first().map(|span| span.start);
        item.end = item.spans.iter().map(|span| span.end).reduce(f64::max);
    }
}

/// What follows the pinned end of an item belongs to none until the next one begins.
fn free_after_pins(free: &mut [bool], hearing: &Hearing<'_>, path: &Path, fixed: &Fixed) {
    for pin in &fixed.starts {
        let Some(end) = pin.end else { continue };
        for (at, free) in free.iter_mut().enumerate().skip(pin.segment) {
            if path.states[at] != pin.item + 1 {
                break;
            }
            let segment = hearing.segments[at].segment;
            *free |= at > pin.segment && (segment.start + segment.end) / 2.0 >= end;
        }
    }
}

/// Seconds of the item that lie behind closed doors.
fn kept_back(item: &ItemSpan, closed: &[TimeSpan]) -> f64 {
    let shared = |span: &TimeSpan, shut: &TimeSpan| {
        (span.end.min(shut.end) - span.start.max(shut.start)).max(0.0)
    };
    item.spans.iter().flat_map(|span| closed.iter().map(move |shut| shared(span, shut))).sum()
}

fn warnings(
    items: &[ItemSpan],
    agenda: &Agenda,
    closed: &[TimeSpan],
    fixed: &Fixed,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (at, (span, item)) in items.iter().zip(&agenda.items).enumerate() {
        let mut warn = |code: &str, message: String, severity: Severity| {
            let mut warning = Warning::notice(Stage::Align, code, message).on_item(&item.number);
            warning.severity = severity;
            if let (Some(start), Some(end)) = (span.start, span.end) {
                warning = warning.at(TimeSpan::new(start, end));
            }
            warnings.push(warning);
        };
        match span.state {
            ItemState::NotFound if fixed.absent.contains(&at) => {}
            ItemState::NotFound if item.closed => warn(
                "closed-item-not-found",
                "The closed item was not found, so what was said where it may have been is kept back, \
                 and something of it may be public. Say where it was (--set ITEM=START-END), or that it \
                 was not treated or not recorded (--set ITEM=none)."
                    .to_owned(),
                Severity::Attention,
            ),
            ItemState::NotFound => warn(
                "item-not-found",
                "The item was not found in the recording.".to_owned(),
                Severity::Attention,
            ),
            _ if !item.closed && kept_back(span, closed) >= KEPT_BACK => {
                let much = if span.closed { "All" } else { "A part" };
                warn(
                    if span.closed { "item-closed" } else { "item-partly-closed" },
                    format!(
                        "{much} of the item lies behind closed doors and is kept back; check where \
                         the doors were shut and opened (--set doors=START-END sets it)."
                    ),
                    Severity::Attention,
                );
            }
            _ if span.start.is_some() && span.confidence < UNSURE => warn(
                "item-start-unsure",
                format!("The start of the item is unsure ({:.0} %).", span.confidence * 100.0),
                Severity::Notice,
            ),
            _ => {}
        }
    }
    if !closed.is_empty() && !agenda.items.iter().any(|item| item.closed) {
        for span in closed {
            warnings.push(
                Warning::attention(
                    Stage::Align,
                    "doors-closed-off-agenda",
                    "The doors seem to have been closed although the agenda has no closed item; \
                     the speech is kept back.",
                )
                .at(*span),
            );
        }
    }
    warnings
}
