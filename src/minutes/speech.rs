//! The public speech of a meeting, cut into sentences and laid to the items.

use std::rc::Rc;

use crate::danish::numerals;
use crate::danish::words;
use crate::meeting::{Agenda, Alignment, Segment, SegmentId, Transcript};

use super::house::House;
use super::phrase;
use super::sentence::{Sentence, sentences};

/// Everything that may be read.
pub(super) struct Speech {
    /// Sentences of each agenda item, in the agenda's order; none for closed items.
    pub items: Vec<Vec<Sentence>>,
    /// The whole meeting's sentences with the number of their item.
    pub all: Vec<(Sentence, Option<String>)>,
}

impl Speech {
    pub fn of(
        transcript: &Transcript,
        agenda: &Agenda,
        alignment: &Alignment,
        house: &Rc<House>,
    ) -> Self {
        let closed = |number: &str| {
            agenda.item(number).is_some_and(|item| item.closed)
                || alignment.item(number).is_some_and(|span| span.closed)
        };
        let shut: Vec<SegmentId> = alignment
            .items
            .iter()
            .filter(|span| closed(&span.number))
            .flat_map(|span| span.segments.iter().copied())
            .collect();
        let open: Vec<&Segment> = transcript
            .trusted()
            .filter(|segment| {
                !alignment.is_closed(segment.span())
                    && !transcript.closed.iter().any(|span| span.overlaps(&segment.span()))
                    && !shut.contains(&segment.id)
            })
            .collect();
        let mut items: Vec<Vec<Sentence>> = agenda
            .items
            .iter()
            .map(|item| {
                let Some(span) = alignment.item(&item.number).filter(|_| !closed(&item.number))
                else {
                    return Vec::new();
                };
                let held: Vec<&Segment> =
                    open.iter().filter(|s| span.segments.contains(&s.id)).copied().collect();
                sentences(&held, house)
            })
            .collect();
        hand_back(agenda, &mut items);
        let all = sentences(&open, house)
            .into_iter()
            .map(|sentence| {
                let item = sentence.segments.first().and_then(|id| {
                    alignment.items.iter().rev().find(|span| span.segments.contains(id))
                });
                (sentence, item.map(|span| span.number.clone()))
            })
            .collect();
        Self { items, all }
    }
}

/// A chair may end one item and open the next in a breath, and recognition keeps both in one
/// segment: what stands before "punkt 7" in the first segment of item 7 belongs to the item before.
fn hand_back(agenda: &Agenda, items: &mut [Vec<Sentence>]) {
    for at in 1..items.len() {
        let Some(number) = agenda.items.get(at).map(|item| item.number.as_str()) else { continue };
        let Some(own) = items.get(at) else { continue };
        let Some(first) = own.first().and_then(|sentence| sentence.segments.first()).copied()
        else {
            continue;
        };
        let opening = own
            .iter()
            .take_while(|sentence| sentence.segments.first() == Some(&first))
            .position(|sentence| announces(sentence, number));
        let Some(cut) = opening.filter(|&cut| cut > 0) else { continue };
        let before = items.get(..at).and_then(|earlier| {
            earlier.iter().rposition(|sentences| {
                sentences.last().is_some_and(|last| last.end <= own.first().map_or(0.0, |f| f.end))
            })
        });
        let moved: Vec<Sentence> =
            items.get_mut(at).map(|own| own.drain(..cut).collect()).unwrap_or_default();
        if let Some(earlier) = before.and_then(|before| items.get_mut(before)) {
            earlier.extend(moved);
        }
    }
}

/// "… punkt syv …" with this item's number.
fn announces(sentence: &Sentence, number: &str) -> bool {
    let tokens = words::tokens(&sentence.text);
    tokens.iter().enumerate().any(|(at, token)| {
        matches!(token.lower.as_str(), "punkt" | "pkt" | "sag" | "punktet")
            && tokens
                .get(at + 1..)
                .and_then(numerals::label)
                .is_some_and(|(label, _)| label == number)
    }) && phrase::find(&sentence.terms, "spurgte|spørger|vender").is_none()
}
