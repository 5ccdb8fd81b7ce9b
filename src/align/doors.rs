//! Closed doors, fail-closed: styrelsesloven § 10 lets a council close them for single cases, and
//! nothing said behind them may leave the house. In doubt the doors count as shut.
//!
//! Two things hold them shut, and each lets go in its own way only. A closed item of the agenda does
//! until a later open item is clearly called up. Words that shut them ("så lukker vi dørene") do
//! until words that open them. A person may say when they were shut, and then that counts.

use super::clauses::{CALLED_LATER, NOT_YET, done_now, opens_now, put_off, taken_back};
use super::cues::{CueKind, ItemCue, SegmentCues};
use super::formulas::{Act, Said};
use super::hearing::{Hearing, hear};
use super::path::Path;
use super::pins::Fixed;
use super::watch::{Watch, Why, merged, moment, opening};
use crate::danish::words::After;
use crate::meeting::{Agenda, Stage, TimeSpan, Transcript, Warning};

/// "Så går vi til punkt ni, køb af ejendom, som behandles for lukkede døre": longer than this, in
/// tokens, hardly any call is.
const CALL: usize = 12;
/// Share of a title that calls its item up without its number, and beside it.
const TITLE: f64 = 0.6;
const TITLE_BESIDE: f64 = 0.4;
/// Most warnings of mere mentions.
const MENTIONS: usize = 3;
/// Seconds between two decisions of which the second is hardly the first one said again.
const DECISIONS_APART: f64 = 30.0;
/// Seconds kept back after words that open the doors, of which a person is told.
const IN_VAIN: f64 = 20.0;

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
        watch.formulas(at, heard, &said, false, |said| {
            said.act == Act::ShutsDoors && done_now(heard, said)
        });
        if at.checked_sub(1).is_some_and(|before| hearing.shuts_across(before)) {
            watch.shut(at, heard.segment.start, Why::Formula);
        }
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
    let house =
        House { agenda, hearing, cues, path, fixed, declared: declared(hearing, cues, agenda) };
    let mut warnings = Vec::new();
    let mut watch = Watch::default();
    let doubtful = house.doubtful_starts(transcript);
    let last_called = (0..cues.len()).rev().find(|&at| {
        let state = path.states[at];
        house.is_open(state) && (house.call(at, state).is_some() || fixed.at(at).is_some())
    });
    let mut pending: Vec<usize> =
        (1..=agenda.items.len()).filter(|&s| house.is_closed(s)).collect();
    for (at, heard) in hearing.segments.iter().enumerate() {
        let state = path.states[at];
        let closed_call = house.closed_call(at);
        if house.is_closed(state) {
            // Announced doors are shut before the first word of the item.
            let pinned = fixed.at(at).map_or(f64::INFINITY, |pin| pin.start);
            watch.shut(at, heard.segment.start.min(pinned), Why::Agenda);
        } else if doubtful.contains(&at) {
            watch.shut(at, heard.segment.start, Why::Agenda);
        }
        if !house.is_closed(state) && watch.by_agenda.is_some() && state > 0 {
            house.may_open(at, &mut watch, &mut warnings);
        }
        // A closed item that is called up shuts the doors, wherever the path is.
        if let Some(token) = closed_call
            && !house.is_closed(state)
        {
            let moment = moment(heard.segment, &heard.tokens, token);
            watch.shut(at + 1, moment.unwrap_or(heard.segment.start), Why::Agenda);
        }
        pending.retain(|&closed| house.call(at, closed).is_none());
        // "Punkt ni behandles for lukkede døre" in the opening announces what is to come.
        let elsewhere = |cue: &&ItemCue| {
            matches!(cue.kind, CueKind::Number { .. }) && cue.item + 1 != state && cue.item != state
        };
        let refers = cues[at].items.iter().any(|cue| elsewhere(&cue));
        // A mention counts beside a closed item, where one is still to come and no open item is called
        // any more, and where it is said of the item that is being called up.
        let beside = house.is_closed(state + 1) || state > 0 && house.is_closed(state - 1);
        let near = beside || !pending.is_empty() && last_called.is_none_or(|last| last <= at);
        let inside = house.is_closed(state);
        let mentions = |said: &Said| !refers && (near || called_up(&cues[at], state, said));
        watch.formulas(at, heard, &cues[at].said, inside, |said| match said.act {
            Act::ShutsDoors if done_now(heard, said) => true,
            Act::ShutsDoors | Act::NamesDoors => mentions(said),
            _ => false,
        });
        if let Some(before) = at.checked_sub(1)
            && hearing.shuts_across(before)
        {
            watch.shut(at, heard.segment.start, Why::Formula);
        }
        if watch.since.is_none()
            && cues[at].says(Act::NamesDoors)
            && !agenda.items.iter().any(|item| item.closed)
            && warnings.iter().filter(|warning| warning.code == "doors-mentioned").count()
                < MENTIONS
        {
            warnings.push(
                Warning::attention(
                    Stage::Align,
                    "doors-mentioned",
                    "Closed doors are spoken of, and the agenda has no closed item. Nothing is kept \
                     back for it; if they were shut, say when: --set doors=START-END.",
                )
                .at(heard.segment.span()),
            );
        }
    }
    house.reopened_in_vain(&mut warnings);
    let never_reopened = watch.by_formula.then_some(watch.since).flatten();
    let mut closed = watch.finish(transcript);
    if let Some(said) = &fixed.doors {
        let said = merged(said.clone());
        warnings = against_the_evidence(&closed, &said);
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
    /// Items that were said to be closed though the agenda does not say so.
    declared: Vec<usize>,
}

impl House<'_> {
    fn is_closed(&self, state: usize) -> bool {
        let Some(at) = state.checked_sub(1) else { return false };
        self.agenda.items.get(at).is_some_and(|item| item.closed) || self.declared.contains(&at)
    }

    /// Where a closed item is clearly called up while the path is elsewhere. In the opening the agenda is
    /// only read out, so there it takes the words that open an item.
    fn closed_call(&self, at: usize) -> Option<usize> {
        let opening = self.path.states[at] <= 1;
        let opens = |token: &usize| {
            self.cues[at].said.iter().any(|said| {
                said.act == Act::Opens && said.first <= *token + CALL && *token <= said.last + 2
            })
        };
        (1..=self.agenda.items.len())
            .filter(|&state| self.is_closed(state))
            .filter(|state| !self.fixed.absent.contains(&(state - 1)))
            .filter(|state| self.fixed.of_item(state - 1).is_none())
            .filter_map(|state| self.call(at, state))
            .filter(|token| !opening || opens(token))
            .min()
    }

    /// Warns of words that open the doors in the middle of what a closed item keeps shut.
    fn reopened_in_vain(&self, warnings: &mut Vec<Warning>) {
        let states = &self.path.states;
        for (at, heard) in self.hearing.segments.iter().enumerate() {
            let opens = self.cues[at]
                .said
                .iter()
                .any(|said| said.act == Act::OpensDoors && opens_now(heard, said));
            if !opens || !self.is_closed(states[at]) {
                continue;
            }
            let last = (at..states.len()).take_while(|&next| states[next] == states[at]).last();
            let end = last.map_or(0.0, |last| self.hearing.segments[last].segment.end);
            if end - heard.segment.end >= IN_VAIN {
                warnings.push(
                    Warning::attention(
                        Stage::Align,
                        "doors-reopened-in-closed-item",
                        "Words that open the doors are heard, but no open item is called up after them, \
                         so all of this is kept back. If the doors were open, say when they were shut: \
                         --set doors=START-END.",
                    )
                    .at(TimeSpan::new(heard.segment.end, end)),
                );
            }
        }
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
        let treated = self.path.states[..shut_at].contains(&state);
        let call = self.call(at, state).filter(|_| !treated);
        // Where words open the doors later on, they were not open before.
        let words_follow = self.words_open_after(at);
        if let Some(pin) = self.fixed.at(at) {
            if call.is_none() && !watch.by_formula {
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
        } else if let Some(call) = call
            && !words_follow
        {
            watch.open_agenda(opening(heard, call));
        }
    }

    /// Whether words open the doors after this segment, before they are shut again.
    fn words_open_after(&self, at: usize) -> bool {
        for next in at..self.cues.len() {
            let heard = &self.hearing.segments[next];
            if next > at && self.is_closed(self.path.states[next]) {
                return false;
            }
            for said in &self.cues[next].said {
                match said.act {
                    Act::OpensDoors if opens_now(heard, said) => return true,
                    Act::ShutsDoors if next > at && done_now(heard, said) => return false,
                    _ => {}
                }
            }
        }
        false
    }

    /// The first token of the words that clearly call the item up: its number within the words that open
    /// an item or beside its title, or its title beside "næste punkt". "Punkt 5 i notatet" does not.
    fn call(&self, at: usize, state: usize) -> Option<usize> {
        let (heard, cues) = (&self.hearing.segments[at], &self.cues[at]);
        let acts = [Act::Opens, Act::OpensFirst, Act::OpensLast];
        let opens = || cues.said.iter().filter(|said| acts.contains(&said.act));
        let titles: Vec<_> = self.path.titles[at].iter().filter(|t| t.0 + 1 == state).collect();
        let meant = |&(first, last): &(usize, usize)| {
            let within = heard.tokens.get(first..=last.min(heard.tokens.len() - 1));
            let denied = within.into_iter().flatten().any(|token| token.lower == "ikke");
            let takes_back = |word: &str| NOT_YET.contains(&word);
            !denied
                && !taken_back(&heard.tokens, first, takes_back)
                && !put_off(heard, last, CALLED_LATER)
        };
        let mut found = Vec::new();
        for cue in cues.items.iter().filter(|cue| cue.item + 1 == state) {
            let CueKind::Number { last, opening: true } = cue.kind else { continue };
            // "Så går vi til punkt fem": the words begin before the number.
            let held = opens().filter(|said| said.first <= cue.token && cue.token <= said.last + 2);
            let first = held.map(|said| said.first).min();
            let titled = titles
                .iter()
                .any(|title| title.1 >= TITLE_BESIDE && title.2.abs_diff(last) <= CALL);
            // "Vi går videre til punkt 5 i købsaftalen" calls nothing up.
            let alone = heard.tokens.get(last).is_none_or(|token| {
                last + 1 == heard.tokens.len() || !matches!(token.after, After::Nothing)
            });
            if first.is_some() && alone || titled {
                found.push((first.unwrap_or(cue.token), last));
            }
        }
        for &&(_, share, token) in &titles {
            let beside = opens().filter(|said| token.abs_diff(said.last) <= CALL);
            if share >= TITLE
                && let Some(said) = beside.min_by_key(|said| said.first)
            {
                found.push((said.first.min(token), said.last.max(token)));
            }
        }
        found.into_iter().filter(meant).map(|(first, _)| first).min()
    }

    /// Segments from which on the doors count as shut because a closed item was nowhere found, or is
    /// placed where nothing tells of it: after the decision of the item before it, or after that item's
    /// call when none was heard that must be its own; and after the last decision of the meeting.
    fn doubtful_starts(&self, transcript: &Transcript) -> Vec<usize> {
        let (path, cues) = (self.path, self.cues);
        let mut starts = Vec::new();
        for (item, entry) in self.agenda.items.iter().enumerate() {
            let absent = self.fixed.absent.contains(&item);
            let withdrawn = super::path::taken_off(cues, item);
            if !entry.closed || absent || withdrawn {
                continue;
            }
            let decides =
                |at: &usize| cues[*at].says(Act::Decides) || cues[*at].says(Act::Postpones);
            // It may as well have been put off to the end.
            let at_the_end = (0..path.states.len()).rev().find(decides).map(|at| at + 1);
            let placed = path.states.contains(&(item + 1));
            // Where nothing tells of it, it may be another item's tail, and its own words that one's.
            if placed && (!transcript.closed.is_empty() || self.is_told(item)) {
                continue;
            }
            let Some(last) = path.states.iter().rposition(|&state| state > 0 && state <= item)
            else {
                starts.extend((!path.states.is_empty()).then_some(0));
                starts.extend(at_the_end);
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
            // The missed item's own decision may stand there, too, so the first one counts; and a lone
            // one may be the missed item's, unless it names the item before.
            let decided = (first..=last).find(decides);
            let later = decided.is_some_and(|at| {
                let end = self.hearing.segments[at].segment.end;
                let until = next.unwrap_or(path.states.len());
                (at + 1..until).filter(decides).any(|next| begins(next) - end >= DECISIONS_APART)
            });
            let own = decided.filter(|&at| {
                let named = cues[at].items.iter().any(|cue| cue.item + 1 == state)
                    || path.titles[at].iter().any(|title| title.0 + 1 == state);
                later || named
            });
            // Its own call would open the doors again.
            let called = (first..=last).find(|&at| self.call(at, state).is_some());
            starts.push(own.or(called).map_or(first, |at| at + 1));
            starts.extend(at_the_end);
        }
        starts
    }

    /// Whether a pin, a number, a title or the doors tell that the path is right about a closed item.
    fn is_told(&self, item: usize) -> bool {
        let own = (0..self.path.states.len()).filter(|&at| self.path.states[at] == item + 1);
        let mut told = own.map(|at| {
            let cues = &self.cues[at];
            cues.items.iter().any(|cue| cue.item == item)
                || self.path.titles[at].iter().any(|title| title.0 == item)
                || cues.says(Act::ShutsDoors)
                || cues.says(Act::NamesDoors)
        });
        self.fixed.of_item(item).is_some() || told.any(|told| told)
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

/// Items that are said to be treated behind closed doors: "punkt ni behandles for lukkede døre".
fn declared(hearing: &Hearing<'_>, cues: &[SegmentCues], agenda: &Agenda) -> Vec<usize> {
    let mut items = Vec::new();
    for (heard, cues) in hearing.segments.iter().zip(cues) {
        // "Punkt et er klaret, så nu lukker vi dørene" is not said of item one.
        let named = cues.said.iter().filter(|said| said.act == Act::NamesDoors);
        for said in named.filter(|_| !cues.says(Act::ShutsDoors)) {
            let denied = heard.tokens.iter().take(said.last + 1).rev().take(CALL);
            if denied.into_iter().any(|token| token.lower == "ikke") {
                continue;
            }
            // The number before the words, nearest to them.
            let named = cues.items.iter().filter(|cue| {
                matches!(cue.kind, CueKind::Number { .. })
                    && cue.token <= said.last
                    && said.last - cue.token <= CALL
            });
            let nearest = named.max_by_key(|cue| cue.token).map(|cue| cue.item);
            items.extend(nearest.filter(|&item| !agenda.items[item].closed));
        }
    }
    items
}

/// Whether the words stand within [`CALL`] tokens of the number that calls the item up.
fn called_up(cues: &SegmentCues, state: usize, said: &Said) -> bool {
    cues.items.iter().any(|cue| {
        cue.item + 1 == state
            && matches!(cue.kind, CueKind::Number { opening: true, .. })
            && said.first.abs_diff(cue.token) <= CALL
    })
}
