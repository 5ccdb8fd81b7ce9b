//! Closed doors, fail-closed: styrelsesloven § 10 lets a council close them for single cases, and
//! nothing said behind them may leave the house. In doubt the doors count as shut.
//!
//! Two things hold them shut, and each lets go in its own way only. A closed item of the agenda does
//! until a later open item is clearly called up. Words that shut them ("så lukker vi dørene") do
//! until words that open them. A person may say when they were shut, and then that counts.

use super::cues::{CueKind, ItemCue, SegmentCues};
use super::formulas::{Act, Said};
use super::hearing::{Heard, Hearing, hear};
use super::path::Path;
use super::pins::Fixed;
use crate::danish::words::{After, Token};
use crate::meeting::{Agenda, Segment, Stage, TimeSpan, Transcript, Warning};

/// "Så går vi til punkt ni, køb af ejendom, som behandles for lukkede døre": longer than this, in
/// tokens, hardly any call is.
const CALL: usize = 12;
/// Share of a title that calls its item up without its number.
const TITLE: f64 = 0.6;
/// Tokens before the words that open the doors, or an item, in which a word may take them back.
const BEFORE: usize = 4;
/// The same after them.
const AFTER: usize = 6;
/// "Når vi går til punkt fem": what is not done yet.
const NOT_YET: &[&str] = &[
    "ikke",
    "når",
    "hvornår",
    "hvis",
    "inden",
    "før",
    "indtil",
    "foreslår",
    "endnu",
    "snart",
    "under",
    "hvorfor",
];
/// "Kan vi ikke åbne dørene igen?"
const ASKED: &[&str] = &["kan", "kunne", "må", "bør", "skal", "vil", "ville"];
/// "Vi åbner dørene igen om ti minutter"
const LATER: &[&str] =
    &["om", "når", "hvis", "inden", "før", "efter", "senere", "først", "ikke", "endnu"];

/// The stretches behind closed doors, and what a person must look at.
pub(super) struct Doors {
    pub(super) closed: Vec<TimeSpan>,
    pub(super) warnings: Vec<Warning>,
}

/// The stretches behind closed doors as far as the chair's formulas alone tell, for a transcript
/// without an agenda. From "så lukker vi dørene" to a clear reopening, else to the end; a bare
/// mention of closed doors closes nothing.
pub fn doors(transcript: &Transcript) -> Vec<TimeSpan> {
    let hearing = hear(transcript);
    let mut watch = Watch::default();
    for (at, heard) in hearing.segments.iter().enumerate() {
        let said = hearing.keywords.said(heard);
        watch.formulas(at, heard, &said, false, |said| said.act == Act::ShutsDoors);
    }
    watch.finish(transcript)
}

/// The stretches behind closed doors by agenda, path, formulas and pins together.
pub(super) fn watch(
    transcript: &Transcript,
    agenda: &Agenda,
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
    fixed: &Fixed,
) -> Doors {
    let house = House { agenda, hearing, cues, path, fixed };
    let mut warnings = Vec::new();
    let mut watch = Watch::default();
    let doubtful = house.doubtful_starts(transcript);
    let last_called = (0..cues.len()).rev().find(|&at| {
        let state = path.states[at];
        house.is_open(state) && (house.call(at, state).is_some() || fixed.at(at).is_some())
    });
    for (at, heard) in hearing.segments.iter().enumerate() {
        let state = path.states[at];
        if house.is_closed(state) {
            // Announced doors are shut before the first word of the item.
            let pinned = fixed.at(at).map_or(f64::INFINITY, |pin| pin.start);
            watch.shut(at, heard.segment.start.min(pinned), Why::Agenda);
        } else if watch.by_agenda.is_some() && state > 0 {
            house.may_open(at, &mut watch, &mut warnings);
        }
        if doubtful.contains(&at) {
            watch.shut(at, heard.segment.start, Why::Agenda);
        }
        // "Punkt ni behandles for lukkede døre" in the opening announces what is to come.
        let elsewhere = |cue: &&ItemCue| {
            matches!(cue.kind, CueKind::Number { .. }) && cue.item + 1 != state && cue.item != state
        };
        let refers = cues[at].items.iter().any(|cue| elsewhere(&cue));
        let to_closed = cues[at]
            .items
            .iter()
            .any(|cue| elsewhere(&cue) && cue.item > state && house.is_closed(cue.item + 1));
        // A mention counts beside a closed item, before one after which no open item is announced,
        // and where it is said of the item that is being called up.
        let beside = house.is_closed(state + 1) || state > 0 && house.is_closed(state - 1);
        let to_come = agenda.items.get(state..).is_some_and(|rest| rest.iter().any(|i| i.closed));
        let near = beside || to_come && last_called.is_none_or(|last| last <= at);
        let inside = house.is_closed(state);
        watch.formulas(at, heard, &cues[at].said, inside, |said| match said.act {
            Act::ShutsDoors => !to_closed,
            Act::NamesDoors => !refers && (near || called_up(&cues[at], state, said)),
            _ => false,
        });
    }
    let never_reopened = watch.by_formula.then_some(watch.since).flatten();
    let mut closed = watch.finish(transcript);
    if let Some(said) = &fixed.doors {
        warnings = against_the_evidence(&closed, said);
        closed = merged(said.iter().chain(&transcript.closed).copied().collect());
    } else if let Some(since) = never_reopened {
        let end = closed.last().map_or(since, |span| span.end);
        let open_after = hearing
            .segments
            .iter()
            .zip(&path.states)
            .any(|(heard, &state)| heard.segment.start > since && house.is_open(state));
        if open_after {
            warnings.push(Warning::attention(
                Stage::Align,
                "doors-not-reopened",
                "The doors were shut and no words that open them were heard, so all that follows is \
                 kept back. If they were opened, say when they were shut: --set doors=START-END.",
            ).at(TimeSpan::new(since, end)));
        }
    }
    house.pinned_away(&closed, &mut warnings);
    Doors { closed, warnings }
}

/// Closed items that the path finds in a transcript that was parted before, although nothing there calls
/// them up and what was kept back lies where they belong.
pub(super) fn parted_before(
    transcript: &Transcript,
    agenda: &Agenda,
    hearing: &Hearing<'_>,
    cues: &[SegmentCues],
    path: &Path,
) -> Vec<usize> {
    let begins = |at: usize| hearing.segments[at].segment.start;
    let uncalled = |item: usize| {
        let first = path.states.iter().position(|&state| state == item + 1)?;
        let last = path.states.iter().rposition(|&state| state == item + 1)?;
        let called = (first..=last).any(|at| cues[at].items.iter().any(|cue| cue.item == item));
        let before = path.states[..first].iter().rposition(|&state| state > 0).unwrap_or(0);
        let after = path.states.get(last + 1).map_or(f64::INFINITY, |_| begins(last + 1));
        let kept =
            transcript.closed.iter().any(|gap| (begins(before)..=after).contains(&gap.start));
        (!called && kept).then_some(item)
    };
    let closed = agenda.items.iter().enumerate().filter(|(_, item)| item.closed);
    closed.filter_map(|(at, _)| uncalled(at)).collect()
}

/// Stretches that are public only because a person has said when the doors were shut.
fn against_the_evidence(heard: &[TimeSpan], said: &[TimeSpan]) -> Vec<Warning> {
    let kept =
        |span: &TimeSpan| said.iter().any(|shut| shut.start <= span.start && span.end <= shut.end);
    let opened = heard.iter().filter(|span| !kept(span));
    opened
        .map(|span| {
            Warning::attention(
                Stage::Align,
                "doors-set-by-hand",
                "By agenda and words this stretch lies behind closed doors; where a person has set \
                 the doors open it is public. Check it.",
            )
            .at(*span)
        })
        .collect()
}

/// What the doors are judged by.
struct House<'a> {
    agenda: &'a Agenda,
    hearing: &'a Hearing<'a>,
    cues: &'a [SegmentCues],
    path: &'a Path,
    fixed: &'a Fixed,
}

impl House<'_> {
    fn is_closed(&self, state: usize) -> bool {
        let item = state.checked_sub(1).and_then(|at| self.agenda.items.get(at));
        item.is_some_and(|item| item.closed)
    }

    fn is_open(&self, state: usize) -> bool {
        state > 0 && !self.is_closed(state)
    }

    /// Opens doors that a closed item of the agenda holds shut where the open item that the path is in
    /// is called up. An item that was treated before they were shut may be talked of behind them.
    fn may_open(&self, at: usize, watch: &mut Watch, warnings: &mut Vec<Warning>) {
        let state = self.path.states[at];
        let heard = &self.hearing.segments[at];
        let shut_at = watch.by_agenda.unwrap_or(0);
        let treated = self.path.states[..=shut_at].contains(&state);
        let call = self.call(at, state).filter(|_| !treated);
        if let Some(pin) = self.fixed.at(at) {
            if call.is_none() {
                let item = &self.agenda.items[pin.item];
                warnings.push(
                    Warning::attention(
                        Stage::Align,
                        "doors-opened-by-pin",
                        "The pin of the item ends a stretch behind closed doors where nothing is \
                         heard that opens them; check that nothing closed follows.",
                    )
                    .on_item(&item.number)
                    .at(TimeSpan::new(pin.start, pin.start)),
                );
            }
            watch.open_agenda(pin.start);
        } else if let Some(call) = call {
            watch.open_agenda(opening(heard, Some(call)));
        }
    }

    /// The first token of the words that clearly call the item up: its number where a chair presents
    /// it, or its title beside "næste punkt".
    fn call(&self, at: usize, state: usize) -> Option<usize> {
        let (heard, cues) = (&self.hearing.segments[at], &self.cues[at]);
        let meant =
            |first: &usize| !taken_back(&heard.tokens, *first, |word| NOT_YET.contains(&word));
        let opens = || {
            let acts = [Act::Opens, Act::OpensFirst, Act::OpensLast];
            cues.said.iter().filter(move |said| acts.contains(&said.act))
        };
        // "Så går vi til punkt fem": the words begin before the number.
        let from = |token: usize| {
            let held = opens().filter(|said| said.first <= token && token <= said.last + 2);
            held.map(|said| said.first).fold(token, usize::min)
        };
        let presented = cues.items.iter().filter(|cue| {
            cue.item + 1 == state && matches!(cue.kind, CueKind::Number { opening: true, .. })
        });
        let number = presented.map(|cue| from(cue.token)).filter(meant).min();
        let titles = self.path.titles[at].iter().filter(|title| title.0 + 1 == state);
        let title = titles
            .filter(|title| title.1 >= TITLE)
            .filter_map(|&(_, _, token)| {
                let beside = |said: &&Said| token.abs_diff(said.last) <= CALL;
                opens().filter(beside).map(|said| said.first.min(token)).filter(meant).min()
            })
            .min();
        number.into_iter().chain(title).min()
    }

    /// Segments from which on the doors count as shut because a closed item was nowhere found: after
    /// the last decision of the item before it, or from that item's beginning when none was heard.
    fn doubtful_starts(&self, transcript: &Transcript) -> Vec<usize> {
        let (path, cues) = (self.path, self.cues);
        let mut starts = Vec::new();
        for (item, entry) in self.agenda.items.iter().enumerate() {
            let absent = self.fixed.absent.contains(&item);
            if !entry.closed || absent || path.states.contains(&(item + 1)) {
                continue;
            }
            let Some(last) = path.states.iter().rposition(|&state| state > 0 && state <= item)
            else {
                starts.extend((!path.states.is_empty()).then_some(0));
                continue;
            };
            // In a transcript that was parted before, the item is where something was kept back.
            let begins = |at: usize| self.hearing.segments[at].segment.start;
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

    /// Warns where a closed item is called up in public because a person has placed it elsewhere.
    fn pinned_away(&self, closed: &[TimeSpan], warnings: &mut Vec<Warning>) {
        for (item, entry) in self.agenda.items.iter().enumerate().filter(|(_, entry)| entry.closed)
        {
            let placed = self.fixed.absent.contains(&item) || self.fixed.of_item(item).is_some();
            let heard = self.hearing.segments.iter().enumerate().filter(|_| placed);
            let public = |span: TimeSpan| !closed.iter().any(|shut| shut.contains(span.start));
            let called = heard
                .filter(|(at, heard)| {
                    public(heard.segment.span()) && self.call(*at, item + 1).is_some()
                })
                .map(|(_, heard)| heard.segment.span())
                .next();
            if let Some(span) = called {
                warnings.push(
                    Warning::attention(
                        Stage::Align,
                        "closed-item-called-in-public",
                        "The closed item seems to be called up here, but a person has set it \
                         elsewhere, so the speech is public. Check the pin.",
                    )
                    .on_item(&entry.number)
                    .at(span),
                );
            }
        }
    }
}

/// Whether a word just before token `first` says that it is not done now. A new clause is not touched
/// by the one before: "det ved vi ikke, så går vi til punkt fem".
fn taken_back(tokens: &[Token<'_>], first: usize, takes_back: impl Fn(&str) -> bool) -> bool {
    if tokens.get(first).is_some_and(|token| matches!(token.lower.as_str(), "så" | "nu")) {
        return false;
    }
    let before = tokens[..first.min(tokens.len())].iter().rev().take(BEFORE);
    before
        .take_while(|token| !matches!(token.after, After::Dot | After::Stop))
        .any(|token| takes_back(&token.lower))
}

/// Whether the words open the doors now: no question, no condition, not later.
fn opens_now(heard: &Heard<'_>, said: &Said) -> bool {
    let tokens = &heard.tokens;
    let takes_back = |word: &str| NOT_YET.contains(&word) || ASKED.contains(&word);
    let mut within = tokens.iter().take(said.last + 1).skip(said.first);
    if taken_back(tokens, said.first, takes_back) || within.any(|token| takes_back(&token.lower)) {
        return false;
    }
    let text = heard.segment.text.as_str();
    for (at, token) in tokens.iter().enumerate().skip(said.last).take(AFTER + 1) {
        if at > said.last && LATER.contains(&token.lower.as_str()) {
            return false;
        }
        let between = tokens.get(at + 1).map_or(text.len(), |next| next.start);
        if text.get(token.end..between).is_some_and(|gap| gap.contains('?')) {
            return false;
        }
        if matches!(token.after, After::Dot | After::Stop) {
            break;
        }
    }
    true
}

/// Whether the words stand within [`CALL`] tokens of the number that calls the item up.
fn called_up(cues: &SegmentCues, state: usize, said: &Said) -> bool {
    cues.items.iter().any(|cue| {
        cue.item + 1 == state
            && matches!(cue.kind, CueKind::Number { opening: true, .. })
            && said.first.abs_diff(cue.token) <= CALL
    })
}

/// What shuts the doors, and so what may open them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// A closed item of the agenda, found or missed: a call of a later open item opens them.
    Agenda,
    /// The chair's words: only the chair's words open them.
    Formula,
}

/// Follows the doors through the meeting.
#[derive(Default)]
struct Watch {
    /// Seconds.
    since: Option<f64>,
    /// The segment from which on a closed item holds them.
    by_agenda: Option<usize>,
    by_formula: bool,
    spans: Vec<TimeSpan>,
}

impl Watch {
    fn shut(&mut self, at: usize, time: f64, why: Why) {
        self.since.get_or_insert(time);
        match why {
            Why::Agenda => _ = self.by_agenda.get_or_insert(at),
            Why::Formula => self.by_formula = true,
        }
    }

    fn open_agenda(&mut self, time: f64) {
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
    fn formulas(
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
                self.shut(at, moment.unwrap_or(heard.segment.start), why);
            } else if said.act == Act::OpensDoors && opens_now(heard, said) {
                self.by_formula = false;
                // The closed item is not over before another one is called up.
                if !in_closed_item {
                    self.by_agenda = None;
                }
                self.open(opening(heard, Some(said.first)));
            }
        }
    }

    fn finish(mut self, transcript: &Transcript) -> Vec<TimeSpan> {
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
fn merged(mut spans: Vec<TimeSpan>) -> Vec<TimeSpan> {
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
