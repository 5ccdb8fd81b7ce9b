//! What a segment holds that speaks for a change of item, or for a certain item.

use std::collections::HashMap;

use super::cohesion;
use super::formulas::{Act, Said};
use super::hearing::{Heard, Hearing};
use super::sound;
use super::weights as w;
use crate::danish::numerals::{self, NumeralKind, spell};
use crate::danish::words::{After, Token};
use crate::meeting::Agenda;

/// Evidence that an item begins in a segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemCue {
    /// Index in the agenda.
    pub(super) item: usize,
    pub(super) weight: f64,
    /// First token of the words that say so.
    pub(super) token: usize,
    pub(super) kind: CueKind,
}

/// Kinds of [`ItemCue`], with the tokens quoted in evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CueKind {
    /// The item's number; `opening` where a sentence or a formula presents it.
    Number { last: usize, opening: bool },
    /// First or last item by name.
    End,
    /// The chair shuts the doors, and the item is a closed one.
    Doors,
}

/// All cues of one segment.
#[derive(Debug, Default)]
pub(super) struct SegmentCues {
    pub(super) said: Vec<Said>,
    pub(super) items: Vec<ItemCue>,
    /// Items that are to be treated together.
    pub(super) joint: Vec<usize>,
    /// Items to which the chair goes back: "vi vender tilbage til punkt 3".
    pub(super) returns: Vec<usize>,
    /// Nats for a change of item at the start of this segment, whichever item comes.
    pub(super) change: f64,
}

impl SegmentCues {
    /// Whether a formula of this kind was said.
    pub(super) fn says(&self, act: Act) -> bool {
        self.said.iter().any(|said| said.act == act)
    }
}

/// Finds the cues of every segment.
pub(super) fn find(hearing: &Hearing<'_>, agenda: &Agenda) -> Vec<SegmentCues> {
    let numbers = Numbers::of(agenda);
    let mut cues: Vec<SegmentCues> = hearing
        .segments
        .iter()
        .map(|heard| {
            let said = hearing.keywords.said(heard);
            let mut cues = SegmentCues { said, ..SegmentCues::default() };
            numbers.find(hearing, heard, &mut cues);
            if let Some(said) = cues.said.iter().find(|said| said.act == Act::ShutsDoors) {
                let weight = w::SHUTS_DOORS * said.share;
                let closed = (0..agenda.items.len()).filter(|&item| agenda.items[item].closed);
                cues.items.extend(closed.map(|item| ItemCue {
                    item,
                    weight,
                    token: said.first,
                    kind: CueKind::Doors,
                }));
            }
            cues
        })
        .collect();
    let cohesion = cohesion::changes(hearing);
    for at in 0..cues.len() {
        cues[at].change = change(hearing, &cues, at) + w::COHESION * cohesion[at];
    }
    cues
}

/// What speaks for a change at the start of segment `at`: its own opening words, the closing words
/// of the two before, and the silence between.
fn change(hearing: &Hearing<'_>, cues: &[SegmentCues], at: usize) -> f64 {
    let here = &cues[at];
    let mut score: f64 = 0.0;
    let mut opening: f64 = 0.0;
    for said in &here.said {
        let weight = match said.act {
            Act::Opens => w::OPENS,
            Act::OpensFirst | Act::OpensLast => w::OPENS - 1.0,
            Act::StartsDebate if said.first < w::HEAD => w::STARTS_DEBATE,
            _ => continue,
        };
        opening = opening.max(weight * said.share);
    }
    score += opening;
    if here.said.iter().any(|said| said.act == Act::GoesOn && said.first < w::HEAD) {
        score += w::GOES_ON;
    }
    if here.said.iter().any(|said| said.act == Act::Continues && said.first < w::HEAD) {
        score += w::CONTINUES;
    }
    if here.says(Act::OpensMeeting) {
        score += w::OPENS_MEETING;
    }
    let before = |back: usize| at.checked_sub(back).map(|at| closing(hearing, cues, at));
    let closed = before(1).unwrap_or(0.0);
    // A closing two segments back counts half, unless something was opened in between.
    let opened = at.checked_sub(1).is_some_and(|at| opens(&cues[at]));
    let earlier = if opened { 0.0 } else { before(2).unwrap_or(0.0) * 0.5 };
    score += if closed.abs() > earlier.abs() { closed } else { earlier };
    if let Some(previous) = at.checked_sub(1) {
        let silence = hearing.segments[at].segment.start - hearing.segments[previous].segment.end;
        if silence >= w::PAUSE_LEAST {
            score += w::PAUSE;
        }
    }
    score
}

/// Whether an item is called up in the segment.
fn opens(cues: &SegmentCues) -> bool {
    cues.says(Act::Opens)
        || cues.items.iter().any(|cue| matches!(cue.kind, CueKind::Number { opening: true, .. }))
}

/// How far segment `at` closes the item that it belongs to.
fn closing(hearing: &Hearing<'_>, cues: &[SegmentCues], at: usize) -> f64 {
    let tail = hearing.segments[at].tokens.len().saturating_sub(w::TAIL);
    let (mut decided, mut ended, mut vote): (f64, f64, f64) = (0.0, 0.0, 0.0);
    for said in cues[at].said.iter().filter(|said| said.last >= tail) {
        match said.act {
            Act::Decides | Act::Postpones => decided = decided.max(w::DECIDES * said.share),
            Act::EndsDebate => ended = ended.max(w::ENDS_DEBATE * said.share),
            Act::CallsVote => vote = w::CALLS_VOTE,
            _ => {}
        }
    }
    if decided > 0.0 { decided + ended } else { ended + vote }
}

/// The numbers of an agenda, as they may be said.
struct Numbers {
    by_label: HashMap<String, usize>,
    /// "punkt otte" and so on by sound.
    by_sound: HashMap<String, usize>,
    count: usize,
    /// Items are numbered 1, 2, 3 …, so "det femte punkt" is item 5.
    counted: bool,
}

impl Numbers {
    fn of(agenda: &Agenda) -> Self {
        let mut by_label = HashMap::new();
        for (at, item) in agenda.items.iter().enumerate() {
            let label: String = item
                .number
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric())
                .collect::<String>()
                .trim_start_matches('0')
                .to_owned();
            by_label.entry(label).or_insert(at);
        }
        // "Punkt et" sounds like "punktet" and is told by its words only.
        let by_sound = by_label
            .iter()
            .filter_map(|(label, &at)| Some((label.parse::<u64>().ok()?, at)))
            .filter(|(value, _)| (2..=99).contains(value))
            .map(|(value, at)| (sound::key(&format!("punkt{}", spell(value))), at))
            .collect();
        let counted = by_label.get("1") == Some(&0);
        Self { by_label, by_sound, count: agenda.items.len(), counted }
    }

    fn find(&self, hearing: &Hearing<'_>, heard: &Heard<'_>, cues: &mut SegmentCues) {
        let keywords = &hearing.keywords;
        let nouns = [keywords.number("punkt"), keywords.number("punktet"), keywords.number("sag")];
        let agenda_word = keywords.number("dagsordenen");
        let mut at = 0;
        while at < heard.tokens.len() {
            let noun = is_noun(&heard.tokens[at].lower)
                || heard.keywords[at].is_some() && nouns.contains(&heard.keywords[at]);
            // "Det næste punkt på dagsordenen er: 5) …"
            let listed =
                at > 0 && heard.keywords[at - 1] == agenda_word && agenda_word.is_some() && !noun;
            if noun || listed {
                at = self.after_noun(heard, at, listed, cues).max(at + 1);
            } else {
                self.grown_together(heard, at, cues);
                at += 1;
            }
        }
        for said in &cues.said {
            let item = match said.act {
                Act::OpensFirst => 0,
                Act::OpensLast => self.count.saturating_sub(1),
                _ => continue,
            };
            cues.items.push(ItemCue {
                item,
                weight: w::OPENS_END * said.share,
                token: said.first,
                kind: CueKind::End,
            });
        }
    }

    /// Reads the number or numbers after the noun at `noun`; gives the token to go on from.
    fn after_noun(
        &self,
        heard: &Heard<'_>,
        noun: usize,
        listed: bool,
        cues: &mut SegmentCues,
    ) -> usize {
        let tokens = &heard.tokens;
        let mut at = if listed { noun } else { noun + 1 };
        let skipped = ["nummer", "nr", "er", "nummeret"];
        while tokens.get(at).is_some_and(|token| skipped.contains(&token.lower.as_str())) {
            at += 1;
        }
        let mut found: Vec<usize> = Vec::new();
        let start = at;
        let mut listing = false;
        while let Some(rest) = tokens.get(at..)
            && let Some((label, used)) = numerals::label(rest)
            && used > 0
        {
            // "punkt 4, to orienteringer": the number belongs to the title.
            let article = matches!(tokens[at].lower.as_str(), "en" | "et" | "én" | "ét");
            if at > start && (listing || article) && !ends_row(tokens, at + used) {
                break;
            }
            let item = self.by_label.get(&label).copied();
            let range = found.last().copied().zip(item).filter(|_| {
                tokens.get(at - 1).is_some_and(|t| matches!(t.lower.as_str(), "til" | "-" | "–"))
            });
            if let Some((from, to)) = range
                && from < to
            {
                found.extend(from + 1..=to);
            } else {
                found.extend(item);
            }
            at += used;
            let Some(link) = tokens.get(at) else { break };
            listing = tokens[at - 1].is_closed();
            if matches!(link.lower.as_str(), "og" | "til" | "-" | "–" | "samt") {
                at += 1;
            } else if !(listing && tokens[at - 1].lower.len() < 12) {
                // "punkt seks, syv og otte" goes on; a title after the comma ends the row.
                break;
            }
        }
        if found.is_empty() {
            self.ordinal(heard, noun, cues);
            return start;
        }
        let last = at.saturating_sub(1).max(noun);
        let back = found.len() == 1 && returns(tokens, noun, last);
        if back {
            cues.returns.extend(&found);
        }
        let opening = listed || back || presents(heard, cues, noun);
        let weight = if opening { w::NUMBER_OPENING } else { w::NUMBER_MENTION };
        for &item in &found {
            let kind = CueKind::Number { last, opening };
            cues.items.push(ItemCue { item, weight, token: noun, kind });
        }
        found.dedup();
        if found.len() > 1 && (cues.says(Act::Joins) || opening) {
            cues.joint = found;
        }
        at
    }

    /// "Pontort" for "punkt otte"
    fn grown_together(&self, heard: &Heard<'_>, at: usize, cues: &mut SegmentCues) {
        let word = heard.tokens[at].lower.as_str();
        if !sound::begins_with_punkt(word) {
            return;
        }
        let alone = self.by_sound.get(&sound::key(word)).map(|&item| (item, at));
        let found = alone.or_else(|| {
            let next = heard.tokens.get(at + 1).filter(|next| next.lower.chars().count() <= 2)?;
            let item = *self.by_sound.get(&sound::key(&format!("{word}{}", next.lower)))?;
            Some((item, at + 1))
        });
        let Some((item, last)) = found else { return };
        let opening = presents(heard, cues, at);
        let weight = if opening { w::NUMBER_OPENING } else { w::NUMBER_MENTION };
        let kind = CueKind::Number { last, opening };
        cues.items.push(ItemCue { item, weight: weight * w::BY_SOUND, token: at, kind });
    }

    /// "det femte punkt"
    fn ordinal(&self, heard: &Heard<'_>, noun: usize, cues: &mut SegmentCues) {
        let Some(before) = noun.checked_sub(1) else { return };
        let Some(numeral) = numerals::read(&heard.tokens[before..]) else { return };
        let Some(place) = numeral.whole().and_then(|value| usize::try_from(value).ok()) else {
            return;
        };
        if numeral.kind != NumeralKind::Ordinal || numeral.doubtful {
            return;
        }
        let by_label = self.by_label.get(&place.to_string()).copied();
        let by_place = place.checked_sub(1).filter(|&place| place < self.count && !self.counted);
        if let Some(item) = by_label.or(by_place)
            && item > 0
        {
            let opening = presents(heard, cues, before);
            let weight = if opening { w::NUMBER_OPENING } else { w::NUMBER_MENTION };
            let kind = CueKind::Number { last: noun, opening };
            cues.items.push(ItemCue { item, weight, token: before, kind });
        }
    }
}

/// Whether the chair goes back to the item named from `noun` to `last` now: "vi vender lige tilbage til
/// punkt 3", but not "… tilbage til punkt 3 senere" or "når vi vender tilbage til punkt 3".
fn returns(tokens: &[Token<'_>], noun: usize, last: usize) -> bool {
    let said = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let back = (noun >= 2 && said(noun - 1) == "til") && said(noun - 2) == "tilbage";
    let ends = |at: &usize| {
        let stops = |token: &Token<'_>| matches!(token.after, After::Dot | After::Stop);
        tokens.get(*at).is_none_or(stops)
    };
    let begin = (0..noun).rev().find(ends).map_or(0, |at| at + 1);
    let end = (last..tokens.len()).find(ends).unwrap_or(tokens.len());
    let sentence = tokens.get(begin..=end.min(tokens.len().saturating_sub(1))).unwrap_or_default();
    let has = |words: &[&str]| sentence.iter().any(|token| words.contains(&token.lower.as_str()));
    let later = [
        "senere", "efter", "når", "hvis", "om", "kan", "kunne", "skal", "vil", "ikke", "bagefter",
        "sidst", "måske",
    ];
    back && has(&["vi", "jeg"])
        && has(&["vender", "går", "springer", "hopper"])
        && noun - begin <= 8
        && !has(&later)
}

/// Whether a number before token `next` is one of a row: nothing follows in its clause, the row goes
/// on, or a verb tells what becomes of the row. A noun makes it part of a title: "punkt 4, en
/// orientering".
fn ends_row(tokens: &[Token<'_>], next: usize) -> bool {
    // "punkt 4, 2. behandling" is an ordinal.
    let ordinal = |last: &Token<'_>| {
        last.after == After::Dot && tokens.get(next).is_some_and(|token| !token.is_capitalised())
    };
    let closed = next
        .checked_sub(1)
        .and_then(|last| tokens.get(last))
        .is_none_or(|last| last.is_closed() && !ordinal(last));
    closed
        || tokens.get(next).is_none_or(|token| {
            matches!(
                token.lower.as_str(),
                "og" | "samt"
                    | "til"
                    | "-"
                    | "–"
                    | "er"
                    | "bliver"
                    | "blev"
                    | "kan"
                    | "skal"
                    | "har"
                    | "hører"
                    | "handler"
                    | "tager"
                    | "tages"
                    | "behandles"
                    | "behandler"
                    | "udgår"
                    | "udsættes"
                    | "under"
                    | "som"
                    | "på"
                    | "samlet"
                    | "sammen"
                    | "vi"
            )
        })
}

fn is_noun(lower: &str) -> bool {
    matches!(
        lower,
        "punkt"
            | "punktet"
            | "punkter"
            | "punkterne"
            | "pkt"
            | "pkt."
            | "sag"
            | "sagen"
            | "sagerne"
            | "dagsordenspunkt"
            | "dagsordenspunktet"
    )
}

/// Whether the noun stands where a chair presents an item: in an opening formula, or at the
/// beginning of a sentence (three small words may come first: "Så er det punkt fem").
fn presents(heard: &Heard<'_>, cues: &SegmentCues, noun: usize) -> bool {
    let in_formula = cues.said.iter().any(|said| {
        matches!(said.act, Act::Opens | Act::OpensFirst | Act::OpensLast)
            && said.first <= noun
            && noun <= said.last + 2
    });
    if in_formula {
        return true;
    }
    for back in 1..=4 {
        let Some(before) = noun.checked_sub(back) else { return true };
        let token = &heard.tokens[before];
        if matches!(token.after, After::Dot | After::Stop) {
            return true;
        }
        let small = matches!(
            token.lower.as_str(),
            "så" | "er"
                | "det"
                | "vi"
                | "og"
                | "nu"
                | "ja"
                | "godt"
                | "tak"
                | "har"
                | "tager"
                | "på"
                | "næste"
                | "går"
                | "videre"
                | "frem"
        );
        if !small {
            return false;
        }
        if token.is_closed() {
            return true;
        }
    }
    false
}
