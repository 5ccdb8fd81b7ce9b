//! The last look at what goes into the archive. Fail-closed: in doubt it stays out.

use std::collections::HashSet;

use super::{Item, Meeting, Speech};
use crate::meeting::{Evidence, ItemMinutes, SegmentId, TimeSpan};

/// What is public of `meeting`, and how many segments and values had to be refused. The meeting
/// should hold nothing closed any more when it comes here.
pub(super) fn shut(meeting: &Meeting) -> (Meeting, usize) {
    let shut: HashSet<&str> = meeting
        .items
        .iter()
        .filter(|item| item.closed || item.minutes.as_ref().is_some_and(|minutes| minutes.closed))
        .map(|item| item.number.as_str())
        .collect();
    let public = |speech: &&Speech| {
        let of_closed = speech.item.as_deref().is_some_and(|item| shut.contains(item));
        !of_closed && !touches(&meeting.closed, speech.span())
    };
    let speech: Vec<Speech> = meeting.speech.iter().filter(public).cloned().collect();
    let mut refused = meeting.speech.len() - speech.len();
    let heard: HashSet<SegmentId> = speech.iter().map(|speech| speech.id).collect();
    let known: HashSet<SegmentId> = meeting.speech.iter().map(|speech| speech.id).collect();
    let mut admit = |evidence: &Evidence| {
        // A segment that was withheld for other reasons is not in `known`; its time decides.
        let of_closed =
            evidence.segments.iter().any(|id| known.contains(id) && !heard.contains(id));
        let span = TimeSpan::new(evidence.start, evidence.end);
        let admitted = !of_closed && !touches(&meeting.closed, span);
        refused += usize::from(!admitted);
        admitted
    };
    let items = meeting
        .items
        .iter()
        .map(|item| {
            if shut.contains(item.number.as_str()) {
                return Item {
                    number: item.number.clone(),
                    title: item.title.clone(),
                    closed: true,
                    ..Item::default()
                };
            }
            let minutes = item.minutes.clone().map(|minutes| open(minutes, &mut admit));
            Item { minutes, ..item.clone() }
        })
        .collect();
    (Meeting { items, speech, ..meeting.clone() }, refused)
}

/// Whether a span shares time with a closed one. A span without length counts by its moment.
fn touches(closed: &[TimeSpan], span: TimeSpan) -> bool {
    closed
        .iter()
        .any(|shut| shut.overlaps(&span) || span.start == span.end && shut.contains(span.start))
}

fn open(mut minutes: ItemMinutes, admit: &mut impl FnMut(&Evidence) -> bool) -> ItemMinutes {
    minutes.decision =
        minutes.decision.filter(|decision| admit(&decision.evidence)).map(|mut decision| {
            decision.points.retain(|point| admit(&point.evidence));
            decision
        });
    minutes.votes.retain(|vote| admit(&vote.evidence));
    minutes.amendments.retain(|amendment| admit(&amendment.evidence));
    minutes.dissents.retain(|dissent| admit(&dissent.evidence));
    minutes.actions.retain(|action| admit(&action.evidence));
    minutes.sides.retain(|statement| admit(&statement.evidence));
    minutes.summary.retain(|statement| admit(&statement.evidence));
    minutes
}
