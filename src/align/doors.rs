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
/// Tokens between a decision and the number of the item that it is of.
const BY_NAME: usize = 4;
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

/// A run of segments of one item, and the segment of a later item that follows it, if one does.
struct Gap {
    first: usize,
    last: usize,
    next: Option<usize>,
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
        let states = &self.path.states;
        let mut starts = Vec::new();
        for (item, entry) in self.agenda.items.iter().enumerate() {
            let absent = self.fixed.absent.contains(&item);
            let withdrawn = super::path::taken_off(self.cues, item);
            // Where nothing tells of it, it may be another item's tail, and its own words that one's.
            if !entry.closed || absent || withdrawn || self.is_certain(item, transcript) {
                continue;
            }
            let gaps = self.gaps(item);
            if gaps.is_empty() {
                starts.extend((!states.is_empty()).then_some(0));
            }
            // In a transcript that was parted before, the item is where something was kept back.
            let begins = |at: usize| self.hearing.segments[at].segment.start;
            let kept = gaps.iter().any(|gap| {
                let between = begins(gap.last)..=gap.next.map_or(f64::INFINITY, begins);
                transcript.closed.iter().any(|span| between.contains(&span.start))
            });
            if kept {
                continue;
            }
            starts.extend(gaps.iter().map(|gap| self.start_in(gap)));
            // It may as well have been put off to the end.
            starts.extend((0..states.len()).rev().find(|&at| self.decides(at)).map(|at| at + 1));
        }
        starts
    }

    /// The places where an item that was not found may have been treated: runs of an earlier item that
    /// a later one follows, or the end.
    fn gaps(&self, item: usize) -> Vec<Gap> {
        let states = &self.path.states;
        let mut gaps = Vec::new();
        let mut first = 0;
        for run in states.chunk_by(|a, b| a == b) {
            let (state, last) = (run[0], first + run.len() - 1);
            let next = (last + 1..states.len()).find(|&at| states[at] != item + 1);
            let follows = next.is_none_or(|at| states[at] > item + 1);
            if (1..=item).contains(&state) && follows {
                gaps.push(Gap { first, last, next });
            }
            first = last + 1;
        }
        gaps
    }

    /// Where in a gap the doors count as shut. The missed items' own decisions may stand there, too, so the
    /// first one counts, and only where there are more than missed items or it names its own.
    fn start_in(&self, gap: &Gap) -> usize {
        let states = &self.path.states;
        let state = states[gap.first];
        let until = gap.next.unwrap_or(states.len());
        let decided: Vec<usize> = (gap.first..until).filter(|&at| self.decides(at)).collect();
        let mut count = 0_usize;
        let mut end = f64::NEG_INFINITY;
        for &at in &decided {
            let segment = self.hearing.segments[at].segment;
            count += usize::from(segment.start - end >= DECISIONS_APART);
            end = segment.end;
        }
        let next = gap.next.map_or(self.agenda.items.len() + 1, |at| states[at]);
        let missed = (state + 1..next)
            .filter(|other| !states.contains(other) || self.is_closed(*other))
            .count();
        let within = || decided.iter().copied().filter(|&at| at <= gap.last);
        let own = within().find(|&at| self.decides_by_name(at, state));
        let own = own.or_else(|| within().next().filter(|_| count > missed));
        // Its own call would open the doors again.
        let called = (gap.first..=gap.last).find(|&at| self.call(at, state).is_some());
        own.or(called).map_or(gap.first, |at| at + 1)
    }

    fn decides(&self, at: usize) -> bool {
        self.cues[at].says(Act::Decides) || self.cues[at].says(Act::Postpones)
    }

    /// Whether the decision in a segment names the item that it is of: "så er punkt to godkendt".
    fn decides_by_name(&self, at: usize, state: usize) -> bool {
        let cues = &self.cues[at];
        let decisions =
            || cues.said.iter().filter(|said| matches!(said.act, Act::Decides | Act::Postpones));
        let near = |token: usize| {
            decisions().any(|said| token + BY_NAME >= said.first && token <= said.last + BY_NAME)
        };
        let number = cues.items.iter().any(|cue| cue.item + 1 == state && near(cue.token));
        let titles = &self.path.titles[at];
        let title = titles.iter().any(|title| title.0 + 1 == state && title.1 >= TITLE);
        let of_another = cues.items.iter().any(|cue| self.is_closed(cue.item + 1))
            || titles.iter().any(|title| self.is_closed(title.0 + 1));
        (number || title) && !of_another
    }

    /// Whether the path is right about a closed item: a pin says so, it begins with a call or words about
    /// doors, or something was kept back beside it when the transcript was parted before.
    fn is_certain(&self, item: usize, transcript: &Transcript) -> bool {
        let states = &self.path.states;
        let Some(first) = states.iter().position(|&state| state == item + 1) else { return false };
        let last = states.iter().rposition(|&state| state == item + 1).unwrap_or(first);
        let begins = |at: usize| self.hearing.segments[at].segment.start;
        let before = states[..first].iter().rposition(|&state| state > 0).unwrap_or(0);
        let after = states.get(last + 1).map_or(f64::INFINITY, |_| begins(last + 1));
        let beside =
            transcript.closed.iter().any(|gap| (begins(before)..=after).contains(&gap.start));
        let told = (first..=last.min(first + 1)).any(|at| {
            let cues = &self.cues[at];
            self.call(at, item + 1).is_some()
                || cues.says(Act::ShutsDoors)
                || cues.says(Act::NamesDoors)
        });
        self.fixed.of_item(item).is_some() || beside || told
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
