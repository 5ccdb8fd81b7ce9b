//! Closed doors, fail-closed: styrelsesloven § 10 lets a council close them for single cases, and
//! nothing said behind them may leave the house. In doubt the doors count as shut.

use super::cues::{CueKind, ItemCue, SegmentCues};
use super::formulas::{Act, Said};
use super::hearing::{Heard, Hearing, hear};
use super::path::Path;
use super::pins::Fixed;
use crate::meeting::{Agenda, Alignment, Segment, TimeSpan, Transcript};

/// "Så går vi til punkt ni, køb af ejendom, som behandles for lukkede døre": longer than this, in
/// tokens, hardly any call is.
const CALL: usize = 12;

/// A transcript taken apart at the doors.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedSplit {
    /// What may be published; its `closed` lists the stretches left out.
    pub public: Transcript,
    /// What was said behind closed doors.
    pub closed: Transcript,
}

/// The stretches behind closed doors as far as the chair's formulas alone tell, for a transcript
/// without an agenda. From "så lukker vi dørene" to a clear reopening, else to the end; a bare
/// mention of closed doors closes nothing.
pub fn doors(transcript: &Transcript) -> Vec<TimeSpan> {
    let hearing = hear(transcript);
    let said: Vec<Vec<Said>> =
        hearing.segments.iter().map(|heard| hearing.keywords.said(heard)).collect();
    let mut watch = Watch::default();
    for (heard, said) in hearing.segments.iter().zip(&said) {
        watch.formulas(heard, said, |said| said.act == Act::ShutsDoors);
    }
    watch.finish(transcript)
}

/// The stretches behind closed doors by agenda, path and formulas together.
pub(super) fn closed_spans(
    transcript: &Transcript,
    agenda: &Agenda,
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
    fixed: &Fixed,
) -> Vec<TimeSpan> {
    let mut watch = Watch::default();
    let is_closed = |state: usize| {
        state.checked_sub(1).and_then(|at| agenda.items.get(at)).is_some_and(|item| item.closed)
    };
    let mut before = 0;
    let doubtful = doubtful_starts(transcript, agenda, hearing, cues, path, fixed);
    let called =
        |at: usize, state: usize| announced(&cues[at], path, at, state) || fixed.at(at).is_some();
    let last_announced = (0..cues.len()).rev().find(|&at| {
        let state = path.states[at];
        let changed = state != at.checked_sub(1).map_or(0, |before| path.states[before]);
        changed && state > 0 && !is_closed(state) && called(at, state)
    });
    for (at, heard) in hearing.segments.iter().enumerate() {
        let state = path.states[at];
        let changed = state != before;
        before = state;
        if is_closed(state) {
            // Announced doors are shut before the first word of the item.
            let pinned = fixed.at(at).map_or(f64::INFINITY, |pin| pin.start);
            watch.shut(heard.segment.start.min(pinned), Why::Agenda);
            continue;
        }
        // Doors that the chair shut stay shut until the chair opens them; the next item may be
        // called up behind them.
        if changed && state > 0 && watch.why() == Some(Why::Agenda) && called(at, state) {
            let numbers = cues[at].items.iter().filter(|cue| cue.item + 1 == state);
            let calls = cues[at].said.iter().filter(|said| said.act == Act::Opens);
            let first = numbers.map(|cue| cue.token).chain(calls.map(|said| said.first)).min();
            watch.open(fixed.at(at).map_or_else(|| opening(heard, first), |pin| pin.start));
        }
        if doubtful.contains(&at) {
            watch.shut(heard.segment.start, Why::Agenda);
        }
        // "Punkt ni behandles for lukkede døre" in the opening announces what is to come.
        let elsewhere = |cue: &&ItemCue| {
            matches!(cue.kind, CueKind::Number { .. }) && cue.item + 1 != state && cue.item != state
        };
        let refers = cues[at].items.iter().any(|cue| elsewhere(&cue));
        let to_closed = cues[at]
            .items
            .iter()
            .any(|cue| elsewhere(&cue) && cue.item > state && is_closed(cue.item + 1));
        // A mention counts beside a closed item, before one after which no open item is announced,
        // and where it is said of the item that is being called up.
        let beside = is_closed(state + 1) || state > 0 && is_closed(state - 1);
        let to_come = agenda.items.get(state..).is_some_and(|rest| rest.iter().any(|i| i.closed));
        let near = beside || to_come && last_announced.is_none_or(|last| last <= at);
        watch.formulas(heard, &cues[at].said, |said| match said.act {
            Act::ShutsDoors => !to_closed,
            Act::NamesDoors => !refers && (near || called_up(&cues[at], state, said)),
            _ => false,
        });
    }
    watch.finish(transcript)
}

/// Whether the item is clearly announced where the path enters it.
fn announced(cues: &SegmentCues, path: &Path, at: usize, state: usize) -> bool {
    let number = cues.items.iter().any(|cue| {
        cue.item + 1 == state && matches!(cue.kind, CueKind::Number { opening: true, .. })
    });
    let title = path.titles[at].iter().any(|&(item, share, _)| item + 1 == state && share >= 0.6);
    number || title
}

/// Whether the words stand within [`CALL`] tokens of the number that calls the item up.
fn called_up(cues: &SegmentCues, state: usize, said: &Said) -> bool {
    cues.items.iter().any(|cue| {
        cue.item + 1 == state
            && matches!(cue.kind, CueKind::Number { opening: true, .. })
            && said.first.abs_diff(cue.token) <= CALL
    })
}

/// Segments from which on the doors count as shut because a closed item was nowhere found: after
/// the last decision of the item before it, or from that item's beginning when none was heard.
fn doubtful_starts(
    transcript: &Transcript,
    agenda: &Agenda,
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
    fixed: &Fixed,
) -> Vec<usize> {
    let mut starts = Vec::new();
    for (item, entry) in agenda.items.iter().enumerate() {
        let absent = fixed.absent.contains(&item);
        if !entry.closed || absent || path.states.contains(&(item + 1)) {
            continue;
        }
        let Some(last) = path.states.iter().rposition(|&state| state > 0 && state <= item) else {
            starts.extend((!path.states.is_empty()).then_some(0));
            continue;
        };
        // In a transcript that was parted before, the item is where something was kept back.
        let begins = |at: usize| hearing.segments[at].segment.start;
        let next = (last..path.states.len()).find(|&at| path.states[at] > item + 1);
        let between = begins(last)..=next.map_or(f64::INFINITY, begins);
        if transcript.closed.iter().any(|span| between.contains(&span.start)) {
            continue;
        }
        let state = path.states[last];
        let first = path.states[..last]
            .iter()
            .rposition(|&other| other != state)
            .map_or(0, |before| before + 1);
        let decided = (first..=last)
            .rev()
            .find(|&at| cues[at].says(Act::Decides) || cues[at].says(Act::Postpones));
        starts.push(decided.map_or(first, |at| at + 1));
    }
    starts
}

/// What shut the doors, and so what may open them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// A closed item of the agenda, found or missed: a later open item opens them.
    Agenda,
    /// The chair's words: only the chair's words open them.
    Formula,
}

/// Follows the doors through the meeting.
#[derive(Default)]
struct Watch {
    since: Option<(f64, Why)>,
    spans: Vec<TimeSpan>,
}

impl Watch {
    fn why(&self) -> Option<Why> {
        self.since.map(|(_, why)| why)
    }

    /// Shuts the doors. A closed item of the agenda takes over doors that the chair shut for it.
    fn shut(&mut self, time: f64, why: Why) {
        let (since, held) = self.since.unwrap_or((time, why));
        self.since = Some((since, if why == Why::Agenda { why } else { held }));
    }

    fn open(&mut self, time: f64) {
        if let Some((since, _)) = self.since.take() {
            self.spans.push(TimeSpan::new(since, time.max(since)));
        }
    }

    fn formulas(&mut self, heard: &Heard<'_>, said: &[Said], shuts: impl Fn(&Said) -> bool) {
        for said in said {
            // A mention does not make doors weaker that the chair has shut.
            let mention = said.act == Act::NamesDoors && self.since.is_some();
            if shuts(said) && !mention {
                let moment = moment(heard.segment, &heard.tokens, said.first);
                // "Punkt ni, som behandles for lukkede døre" is a flag like the agenda's own.
                let why = if said.act == Act::ShutsDoors { Why::Formula } else { Why::Agenda };
                self.shut(moment.unwrap_or(heard.segment.start), why);
            } else if said.act == Act::OpensDoors {
                self.open(opening(heard, Some(said.first)));
            }
        }
    }

    fn finish(mut self, transcript: &Transcript) -> Vec<TimeSpan> {
        let end = transcript.segments.iter().map(|segment| segment.end).fold(0.0, f64::max);
        let end = end.max(transcript.duration.unwrap_or(0.0));
        self.open(end);
        // What was kept back once stays so: its words, the chair's formulas too, are not here any
        // more.
        self.spans.extend(&transcript.closed);
        self.spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        let mut merged: Vec<TimeSpan> = Vec::new();
        for span in self.spans {
            match merged.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ if span.duration() > 0.0 => merged.push(span),
                _ => {}
            }
        }
        merged
    }
}

/// When the doors open that are opened by the words from `first` on. What stands before them in the
/// segment was said behind the doors, so without word times the whole segment is, unless they
/// begin it.
fn opening(heard: &Heard<'_>, first: Option<usize>) -> f64 {
    match first {
        Some(0 | 1) => heard.segment.start,
        Some(first) => moment(heard.segment, &heard.tokens, first).unwrap_or(heard.segment.end),
        None => heard.segment.end,
    }
}

/// When the token was said: its word's time, if the segment has times for its words.
fn moment(
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

/// Takes a transcript apart at the doors and writes each public segment's item into it.
///
/// A segment that crosses a door is cut at the word (every word that touches a closed stretch is
/// closed); without word times it is closed as a whole.
pub fn part_closed(transcript: &Transcript, alignment: &Alignment) -> ClosedSplit {
    let mut public = Transcript { segments: Vec::new(), ..transcript.clone() };
    let mut closed = public.clone();
    public.closed = alignment.closed.clone();
    closed.closed = alignment.closed.clone();
    // A correction quotes what was said, so it goes where the words go; in doubt, behind the doors.
    (closed.corrections, public.corrections) = public.corrections.into_iter().partition(|made| {
        alignment.closed.iter().any(|shut| shut.overlaps(&made.span()) || shut.contains(made.start))
    });
    let mut numbers = std::collections::HashMap::new();
    for item in &alignment.items {
        for id in &item.segments {
            numbers.entry(*id).or_insert_with(|| item.number.clone());
        }
    }
    for segment in &transcript.segments {
        let mut segment = segment.clone();
        segment.item = numbers.get(&segment.id).cloned();
        let span = segment.span();
        let touches = |span: TimeSpan| {
            alignment.is_closed(span)
                || alignment.closed.iter().any(|shut| shut.contains(span.start))
        };
        if !touches(span) {
            public.segments.push(segment);
            continue;
        }
        let shut: Vec<bool> =
            segment.words.iter().map(|word| touches(TimeSpan::new(word.start, word.end))).collect();
        // One change of the doors within the segment; anything else is closed as a whole.
        let changes = shut.windows(2).filter(|pair| pair[0] != pair[1]).count();
        if changes != 1 {
            closed.segments.push(segment);
            continue;
        }
        let cut = shut.iter().position(|&is| is != shut[0]).unwrap_or(shut.len());
        let (head, tail) = halves(segment, cut);
        let (open, hidden) = if shut[0] { (tail, head) } else { (head, tail) };
        public.segments.push(open);
        closed.segments.push(hidden);
    }
    ClosedSplit { public, closed }
}

fn halves(mut segment: Segment, cut: usize) -> (Segment, Segment) {
    let words = segment.words.split_off(cut.min(segment.words.len()));
    let text = |words: &[crate::meeting::Word]| {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut tail = segment.clone();
    tail.text = text(&words);
    tail.start = words.first().map_or(segment.end, |word| word.start);
    tail.words = words;
    segment.text = text(&segment.words);
    segment.end = segment.words.last().map_or(segment.start, |word| word.end);
    (segment, tail)
}
