//! Why an item is where it is, in a secretary's words. Nothing from behind the doors is quoted.

use super::cues::{CueKind, SegmentCues};
use super::formulas::Act;
use super::hearing::{Heard, Hearing};
use super::path::Path;
use super::pins::Fixed;
use crate::meeting::{Cue, TimeSpan, clock};

/// What the evidence is taken from.
pub(super) struct Witness<'a> {
    pub(super) hearing: &'a Hearing<'a>,
    pub(super) cues: &'a [SegmentCues],
    pub(super) path: &'a Path,
    pub(super) closed: &'a [TimeSpan],
    pub(super) fixed: &'a Fixed,
}

impl Witness<'_> {
    /// Whether any part of the segment lies behind closed doors.
    pub(super) fn is_shut(&self, at: usize) -> bool {
        let span = self.hearing.segments[at].segment.span();
        self.closed.iter().any(|shut| shut.overlaps(&span) || shut.contains(span.start))
    }

    /// `kl. 18:42:10` when it is known when the recording begins, else `1:42:10 inde i optagelsen`.
    fn when(&self, seconds: f64) -> String {
        match self.fixed.starts_at {
            Some(starts_at) => format!("kl. {}", clock((starts_at + seconds).rem_euclid(86_400.0))),
            None => format!("{} inde i optagelsen", clock(seconds)),
        }
    }

    /// `Mette Holm siger »punkt fem« kl. 18:42:10`.
    pub(super) fn says(&self, at: usize, first: usize, last: usize) -> Cue {
        let heard = &self.hearing.segments[at];
        // Who speaks is not made up.
        let says = heard.segment.speaker.as_deref().map(|who| format!("{who} siger"));
        let says = says.unwrap_or_else(|| "der siges".to_owned());
        let words = quote(heard, first, last);
        let when = self.when(heard.segment.start);
        Cue { segment: heard.segment.id, why: format!("{says} »{words}« {when}") }
    }

    /// Why `item` begins at segment `at`.
    pub(super) fn of_start(&self, at: usize, item: usize) -> Vec<Cue> {
        let heard = &self.hearing.segments[at];
        let id = heard.segment.id;
        if let Some(pin) = self.fixed.of_item(item).filter(|pin| pin.segment == at) {
            let why = format!("sat af en person til {}", self.when(pin.start));
            return vec![Cue { segment: id, why }];
        }
        if self.is_shut(at) {
            return vec![Cue { segment: id, why: "ligger bag lukkede døre".to_owned() }];
        }
        let mut reasons = Vec::new();
        for cue in self.cues[at].items.iter().filter(|cue| cue.item == item) {
            if let CueKind::Number { last, .. } = cue.kind {
                reasons.push(self.says(at, cue.token, last));
            }
        }
        for said in &self.cues[at].said {
            if let Act::Opens | Act::OpensFirst | Act::OpensLast | Act::StartsDebate = said.act {
                reasons.push(self.says(at, said.first, said.last));
            }
        }
        if let Some(&(_, share, first)) = self.path.titles[at].iter().find(|title| title.0 == item)
        {
            let percent = (share.min(1.0) * 100.0).round();
            let words = quote(heard, first, first + 5);
            let when = self.when(heard.segment.start);
            let why = format!("{percent} % af titlens ord nævnes fra »{words}« {when}");
            reasons.push(Cue { segment: id, why });
        }
        reasons.dedup_by(|a, b| a.why == b.why);
        if let Some(before) = at.checked_sub(1).filter(|&before| !self.is_shut(before))
            && let Some(said) = self.cues[before]
                .said
                .iter()
                .rfind(|said| matches!(said.act, Act::Decides | Act::Postpones | Act::EndsDebate))
        {
            let heard = &self.hearing.segments[before];
            let words = quote(heard, said.first, said.last);
            let why = format!("punktet før sluttede med »{words}«");
            reasons.push(Cue { segment: heard.segment.id, why });
        }
        if reasons.is_empty() {
            let why = "ordene handler mest om dette punkt".to_owned();
            reasons.push(Cue { segment: id, why });
        }
        reasons
    }
}

/// The words from one token to another as they stand in the text.
fn quote(heard: &Heard<'_>, first: usize, last: usize) -> String {
    let last = last.min(heard.tokens.len().saturating_sub(1));
    let (Some(from), Some(to)) = (heard.tokens.get(first), heard.tokens.get(last)) else {
        return String::new();
    };
    heard.segment.text.get(from.start..to.end.max(from.start)).unwrap_or_default().to_owned()
}
