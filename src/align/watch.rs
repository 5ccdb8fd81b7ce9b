//! Follows the doors through a meeting.

use super::clauses::opens_now;
use super::formulas::{Act, Said};
use super::hearing::Heard;
use crate::meeting::{Segment, TimeSpan, Transcript};

/// What shuts the doors, and so what may open them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A closed item of the agenda, found or missed: a call of a later open item opens them.
    Agenda,
    /// The chair's words: only the chair's words open them.
    Formula,
}

/// Follows the doors through the meeting.
#[derive(Default)]
pub(super) struct Watch {
    /// Seconds.
    pub(super) since: Option<f64>,
    /// A closed item holds them; what was treated before this segment was treated before.
    pub(super) by_agenda: Option<usize>,
    pub(super) by_formula: bool,
    spans: Vec<TimeSpan>,
}

impl Watch {
    pub(super) fn shut(&mut self, at: usize, time: f64, why: Why) {
        self.since.get_or_insert(time);
        match why {
            Why::Agenda => _ = self.by_agenda.get_or_insert(at),
            Why::Formula => self.by_formula = true,
        }
    }

    pub(super) fn open_agenda(&mut self, time: f64) {
        self.by_agenda = None;
        self.open(time);
    }

    /// Opens the doors if nothing holds them any more.
    fn open(&mut self, time: f64) {
        if self.by_formula || self.by_agenda.is_some() {
            return;
        }
        if let Some(since) = self.since.take() {
            self.spans.push(TimeSpan::new(since, time.max(since)));
        }
    }

    /// Heeds the formulas of a segment; `in_closed_item` tells whether it belongs to a closed item of
    /// the agenda.
    pub(super) fn formulas(
        &mut self,
        at: usize,
        heard: &Heard<'_>,
        said: &[Said],
        in_closed_item: bool,
        shuts: impl Fn(&Said) -> bool,
    ) {
        for said in said {
            // Of doors that are shut a mention says nothing new.
            let mention = said.act == Act::NamesDoors && self.since.is_some();
            if shuts(said) && !mention {
                let moment = moment(heard.segment, &heard.tokens, said.first);
                // "Punkt ni, som behandles for lukkede døre" is a flag like the agenda's own.
                let why = if said.act == Act::ShutsDoors { Why::Formula } else { Why::Agenda };
                self.shut(at + 1, moment.unwrap_or(heard.segment.start), why);
            } else if said.act == Act::OpensDoors && opens_now(heard, said) {
                self.by_formula = false;
                // The closed item is not over before another one is called up.
                if !in_closed_item {
                    self.by_agenda = None;
                }
                self.open(opening(heard, said.first));
            }
        }
    }

    pub(super) fn finish(mut self, transcript: &Transcript) -> Vec<TimeSpan> {
        let end = transcript.segments.iter().map(|segment| segment.end).fold(0.0, f64::max);
        (self.by_formula, self.by_agenda) = (false, None);
        self.open(end.max(transcript.duration.unwrap_or(0.0)));
        // What was kept back once stays so: its words, the chair's formulas too, are not here any
        // more.
        self.spans.extend(&transcript.closed);
        merged(self.spans)
    }
}

/// The spans in order, those that touch each other made one.
pub(super) fn merged(mut spans: Vec<TimeSpan>) -> Vec<TimeSpan> {
    spans.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut merged: Vec<TimeSpan> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ if span.duration() > 0.0 => merged.push(span),
            _ => {}
        }
    }
    merged
}

/// When the doors open that are opened by the words from `first` on. What stands before them in the
/// segment was said behind the doors, so without word times the whole segment is, unless they
/// begin it.
pub(super) fn opening(heard: &Heard<'_>, first: usize) -> f64 {
    match first {
        0 | 1 => heard.segment.start,
        _ => moment(heard.segment, &heard.tokens, first).unwrap_or(heard.segment.end),
    }
}

/// When the token was said: its word's time, if the segment has times for its words.
pub(super) fn moment(
    segment: &Segment,
    tokens: &[crate::danish::words::Token<'_>],
    token: usize,
) -> Option<f64> {
    let token = tokens.get(token)?;
    // Words stand in the text in order; the token lies in the word that covers its place.
    let mut from = 0;
    for word in &segment.words {
        let found = segment.text.get(from..)?.find(word.text.as_str())?;
        let end = from + found + word.text.len();
        if token.start < end {
            return Some(word.start.clamp(segment.start, segment.end));
        }
        from = end;
    }
    None
}
