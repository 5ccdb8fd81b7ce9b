//! From a query to items with their hits.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::candidates::{Extent, Kind, as_typed, candidates, party_letter};
use super::index::{decided, from_json};
use super::reader::{HEAD, SEGMENT, head_of, speech_of};
use super::snippet::snippet;
use super::vectors::{Near, near};
pub(super) use super::wanted::Memory;
use super::wanted::Wanted;
use super::weighing::{Found, Scale, Weight};
use super::{
    Filter, Item, ItemHead, ItemHits, MeetingHead, PaperHit, PaperKind, Query, Results, Speech,
    SpeechHit,
};
use crate::danish::words::fold;

/// Terms that a passage, a title, an item's agenda texts and its decision usually have: the lengths
/// at which BM25 neither rewards nor punishes.
const USUAL_PASSAGE: f64 = 60.0;
const USUAL_TITLE: f64 = 6.0;
const USUAL_AGENDA: f64 = 150.0;
const USUAL_DECISION: f64 = 15.0;

/// What a hit in each place counts. Set by hand, kept by `referent eval search`.
const TITLE: f64 = 2.0;
const AGENDA: f64 = 0.7;
const DECISION: f64 = 0.8;
const PASSAGES: [f64; 3] = [1.0, 0.3, 0.15];

/// The same of the words as they were typed: some of them, all in one place, all in its title, the
/// title word by word.
const TYPED: f64 = 1.0;
const TYPED_ALL: f64 = 1.5;
const TYPED_IN_TITLE: f64 = 3.0;
const TYPED_TITLE: f64 = 6.0;

/// Share of what the query tells from which a place has its words: such a place never makes room for
/// one that is only near in meaning.
const HAS_WORDS: f64 = 0.5;

/// The k of reciprocal rank fusion, as its authors give it.
const FUSION: f64 = 60.0;

/// Hits shown of an item, at most.
const SPEECH_SHOWN: usize = 3;
const PAPERS_SHOWN: usize = 3;

/// An item, or what a meeting has outside of all items: keys of the meeting and the item.
type Place = (i64, Option<i64>);

/// What is known of a place while it is weighed.
#[derive(Debug, Default)]
struct Tally {
    papers: f64,
    /// For the words as they were typed.
    typed: f64,
    /// It has the words that were asked for, all but those that tell little.
    has_words: bool,
    /// Where speech begins that is near the query's vector.
    near: Option<i64>,
    title_known: bool,
    /// Scores with keys of passages.
    passages: Vec<(f64, i64)>,
    has: Vec<f64>,
}

impl Tally {
    fn saw(&mut self, has: &[f64]) {
        self.has.resize(has.len().max(self.has.len()), 0.0);
        for (held, new) in self.has.iter_mut().zip(has) {
            *held = held.max(*new);
        }
    }
}

/// Finds items.
pub(super) fn search(
    store: &Connection,
    memory: &mut Memory,
    query: &Query,
    vector: Option<&[f32]>,
) -> rusqlite::Result<Results> {
    memory.refresh(store)?;
    let wanted = Wanted::of(store, memory, query)?;
    let mut search = Search {
        store,
        scale: Scale::new(&wanted, memory.documents),
        memory,
        filter: &query.filter,
    };
    let speech = candidates(store, Kind::Speech, &wanted, &query.filter)?;
    let papers = candidates(store, Kind::Papers, &wanted, &query.filter)?;
    let mut places: HashMap<Place, Tally> = HashMap::new();
    for key in papers.keys {
        search.weigh_papers(key, &mut places)?;
    }
    for key in speech.keys {
        search.weigh_passage(key, &mut places)?;
    }
    for typed in as_typed(store, &wanted, search.memory.places, &query.filter)? {
        let place = search.place(typed.place)?;
        let counts = match typed.extent {
            Extent::Some => TYPED,
            Extent::All => TYPED_ALL,
            Extent::InTitle => TYPED_IN_TITLE,
            Extent::Title => TYPED_TITLE,
        };
        places.entry(place).or_default().typed = counts * typed.score;
    }
    let mut ranked = Vec::with_capacity(places.len());
    for (place, mut tally) in places {
        if let (Some(item), false) = (place.1, tally.title_known) {
            search.weigh_title(item, &mut tally)?;
        }
        tally.passages.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let said: f64 = tally.passages.iter().zip(PASSAGES).map(|((s, _), share)| s * share).sum();
        let covered = search.scale.coverage(&tally.has);
        let meant = (tally.papers + said) * (0.3 + 0.7 * covered * covered);
        let score = meant + tally.typed;
        tally.has_words = covered >= HAS_WORDS;
        if score > 0.0 {
            ranked.push((score, place, tally));
        }
    }
    // The newer one first when two are as good.
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    // A phrase must stand as it is, and vectors know nothing of who spoke or what was decided.
    if let Some(vector) = vector
        && wanted.phrases.is_empty()
        && query.filter.is_of_meetings()
    {
        ranked = fused(ranked, &near(store, vector, &query.filter)?);
    }
    let found = ranked.len();
    let limit = query.limit.min(Query::MOST);
    let mut items = Vec::new();
    for (score, place, tally) in ranked.into_iter().skip(query.offset).take(limit) {
        items.push(search.hits(score, place, &tally)?);
    }
    Ok(Results {
        items,
        found,
        bounded: speech.bounded || papers.bounded,
        corrected: wanted.corrected(),
    })
}

/// A place with its score.
type Ranked = (f64, Place, Tally);

/// Joins the ranking by words with that by vectors: what has the words stays in front, in its order;
/// all else is ordered by the sum of 1 / (k + rank) over both rankings (Cormack, Clarke and Büttcher,
/// "Reciprocal Rank Fusion", 2009).
fn fused(ranked: Vec<Ranked>, near: &[Near]) -> Vec<Ranked> {
    let share = |rank: usize| 1.0 / (FUSION + rank as f64 + 1.0);
    let (mut front, rest): (Vec<Ranked>, Vec<Ranked>) =
        ranked.into_iter().partition(|(.., tally)| tally.has_words);
    let mut fused: Vec<Ranked> = rest
        .into_iter()
        .enumerate()
        .map(|(rank, (_, place, tally))| (share(front.len() + rank), place, tally))
        .collect();
    for (rank, near) in near.iter().enumerate() {
        let place = (near.meeting, near.item);
        if let Some((.., tally)) = front.iter_mut().find(|(_, held, _)| *held == place) {
            tally.near = near.passage;
        } else if let Some((score, _, tally)) = fused.iter_mut().find(|(_, held, _)| *held == place)
        {
            *score += share(rank);
            tally.near = near.passage;
        } else {
            fused.push((share(rank), place, Tally { near: near.passage, ..Tally::default() }));
        }
    }
    fused.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    front.append(&mut fused);
    front
}

struct Search<'a> {
    store: &'a Connection,
    memory: &'a mut Memory,
    scale: Scale<'a>,
    filter: &'a Filter,
}

/// A passage, with where each segment begins in its joined text.
struct Passage {
    place: Place,
    text: String,
    speech: Vec<(usize, Speech)>,
}

impl Search<'_> {
    /// The place of a number of [`super::index::place_number`].
    fn place(&self, number: i64) -> rusqlite::Result<Place> {
        if number < 0 {
            return Ok((-number, None));
        }
        let mut meeting = self.store.prepare_cached("SELECT meeting FROM items WHERE key = ?1")?;
        meeting.query_row([number], |row| Ok((row.get(0)?, Some(number))))
    }

    fn weigh(&mut self, text: &str, usual: f64) -> Weight {
        self.scale.weigh(&mut self.memory.analyser, text, usual)
    }

    fn find(&mut self, text: &str, usual: f64) -> Found {
        self.scale.find(&mut self.memory.analyser, text, usual)
    }

    fn weigh_papers(
        &mut self,
        key: i64,
        places: &mut HashMap<Place, Tally>,
    ) -> rusqlite::Result<()> {
        let (meeting, weights): (i64, [Weight; 3]) = if self.scale.needs_text() {
            let (meeting, page): (i64, String) = self
                .store
                .prepare_cached("SELECT meeting, page FROM items WHERE key = ?1")?
                .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let [title, agenda, decision] = super::index::papers(&from_json::<Item>(&page)?);
            let texts = [(title, USUAL_TITLE), (agenda, USUAL_AGENDA), (decision, USUAL_DECISION)];
            (meeting, texts.map(|(text, usual)| self.weigh(&text, usual)))
        } else {
            self.store
                .prepare_cached(
                    "SELECT meeting, paper_terms.title, agenda, paper_terms.decision \
                     FROM items JOIN paper_terms ON paper_terms.item = items.key WHERE key = ?1",
                )?
                .query_row([key], |row| {
                    let weight = |column, usual| -> rusqlite::Result<Weight> {
                        Ok(self.scale.weigh_stored(row.get_ref(column)?.as_blob()?, usual))
                    };
                    let weights = [
                        weight(1, USUAL_TITLE)?,
                        weight(2, USUAL_AGENDA)?,
                        weight(3, USUAL_DECISION)?,
                    ];
                    Ok((row.get(0)?, weights))
                })?
        };
        let tally = places.entry((meeting, Some(key))).or_default();
        tally.title_known = true;
        for (weight, counts) in weights.into_iter().zip([TITLE, AGENDA, DECISION]) {
            tally.papers += counts * weight.score;
            tally.saw(&weight.has);
        }
        Ok(())
    }

    /// The title of an item that only its speech had brought up.
    fn weigh_title(&mut self, item: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        if self.filter.speaker.is_some() {
            return Ok(());
        }
        let weight = if self.scale.needs_text() {
            let title: String = self
                .store
                .prepare_cached(
                    "SELECT title || ' ' || coalesce(case_number, '') FROM items WHERE key = ?1",
                )?
                .query_row([item], |row| row.get(0))?;
            self.weigh(&title, USUAL_TITLE)
        } else {
            self.store
                .prepare_cached("SELECT title FROM paper_terms WHERE item = ?1")?
                .query_row([item], |row| {
                    Ok(self.scale.weigh_stored(row.get_ref(0)?.as_blob()?, USUAL_TITLE))
                })?
        };
        tally.papers += TITLE * weight.score;
        tally.saw(&weight.has);
        Ok(())
    }

    fn weigh_passage(
        &mut self,
        key: i64,
        places: &mut HashMap<Place, Tally>,
    ) -> rusqlite::Result<()> {
        let (place, weight): (Place, Weight) =
            if self.scale.needs_text() || self.filter.speaker.is_some() {
                let Some(passage) = self.passage(key)? else { return Ok(()) };
                (passage.place, self.weigh(&passage.text, USUAL_PASSAGE))
            } else {
                self.store
                    .prepare_cached(
                        "SELECT meeting, item, terms FROM passages \
                         JOIN passage_terms ON passage_terms.passage = passages.key WHERE key = ?1",
                    )?
                    .query_row([key], |row| {
                        let terms = row.get_ref(2)?.as_blob()?;
                        let weight = self.scale.weigh_stored(terms, USUAL_PASSAGE);
                        Ok(((row.get(0)?, row.get(1)?), weight))
                    })?
            };
        if weight.score > 0.0 {
            let tally = places.entry(place).or_default();
            tally.passages.push((weight.score, key));
            tally.saw(&weight.has);
        }
        Ok(())
    }

    /// The best passages of a place whose words lie too far apart for any one to have been fetched.
    fn passages_of(&mut self, place: Place) -> rusqlite::Result<Vec<i64>> {
        let keys: Vec<i64> = self
            .store
            .prepare_cached("SELECT key FROM passages WHERE meeting = ?1 AND item IS ?2")?
            .query_map([Some(place.0), place.1], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut own = HashMap::new();
        for key in keys {
            self.weigh_passage(key, &mut own)?;
        }
        let mut passages = own.remove(&place).unwrap_or_default().passages;
        passages.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Ok(passages.into_iter().map(|(_, key)| key).take(SPEECH_SHOWN).collect())
    }

    /// What of a passage the filter lets through.
    fn passage(&self, key: i64) -> rusqlite::Result<Option<Passage>> {
        let place: Option<Place> = self
            .store
            .prepare_cached("SELECT meeting, item FROM passages WHERE key = ?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some(place) = place else { return Ok(None) };
        let mut rows = self.store.prepare_cached(&format!(
            "SELECT {SEGMENT} FROM segments JOIN passages ON passages.key = segments.passage \
             LEFT JOIN items ON items.key = passages.item \
             WHERE segments.passage = ?1 ORDER BY segments.key"
        ))?;
        let (mut text, mut speech) = (String::new(), Vec::new());
        for one in rows.query_map([key], speech_of)? {
            let one = one?;
            if self.lets_through(&one) {
                let from = text.len();
                text.push_str(&one.text);
                text.push('\n');
                speech.push((from, one));
            }
        }
        Ok(Some(Passage { place, text, speech }))
    }

    fn lets_through(&self, speech: &Speech) -> bool {
        let Some(wanted) = &self.filter.speaker else { return true };
        let Some(speaker) = speech.speaker.as_deref().map(fold) else { return false };
        fold(wanted).split_whitespace().all(|word| speaker.contains(word))
    }

    /// What is shown of a place.
    fn hits(&mut self, score: f64, place: Place, tally: &Tally) -> rusqlite::Result<ItemHits> {
        let meeting: MeetingHead = self
            .store
            .prepare_cached(&format!("SELECT {HEAD} FROM meetings WHERE key = ?1"))?
            .query_row([place.0], |row| head_of(row, 0))?;
        let item: Option<Item> = match place.1 {
            Some(key) => Some(
                self.store
                    .prepare_cached("SELECT page FROM items WHERE key = ?1")?
                    .query_row([key], |row| from_json(row.get_ref(0)?.as_str()?))?,
            ),
            None => None,
        };
        let papers = match &item {
            Some(item) if self.filter.speaker.is_none() => self.paper_hits(item),
            _ => Vec::new(),
        };
        let mut said: Vec<(f64, SpeechHit)> = Vec::new();
        let passages = if tally.passages.is_empty() {
            self.passages_of(place)?
        } else {
            tally.passages.iter().map(|(_, key)| *key).take(SPEECH_SHOWN).collect()
        };
        for key in passages {
            if let Some(passage) = self.passage(key)? {
                said.extend(self.speech_hits(&meeting, &passage));
            }
        }
        if let (true, Some(key)) = (said.is_empty(), tally.near)
            && let Some(passage) = self.passage(key)?
        {
            said.extend(
                passage.speech.first().map(|(_, speech)| (0.0, hit(&meeting, speech, &[]))),
            );
        }
        said.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.total_cmp(&b.1.start)));
        said.truncate(SPEECH_SHOWN);
        let mut speech: Vec<SpeechHit> = said.into_iter().map(|(_, hit)| hit).collect();
        let best = speech.first().map(|hit| hit.link.clone());
        speech.sort_by(|a, b| a.start.total_cmp(&b.start));
        let item = item.map(|item| head_of_item(&item));
        let link = best.unwrap_or_else(|| ItemHits::home(&meeting.id, item.as_ref()));
        Ok(ItemHits { meeting, item, score, papers, speech, link })
    }

    fn paper_hits(&mut self, item: &Item) -> Vec<PaperHit> {
        let mut hits = Vec::new();
        let mut show = |kind, document: Option<&str>, text: &str, found: Found| {
            if !found.marks.is_empty() {
                let snippet = snippet(text, &found.marks);
                hits.push((
                    found.score,
                    PaperHit { kind, document: document.map(str::to_owned), snippet },
                ));
            }
        };
        for document in &item.documents {
            let found = self.find(&document.text, USUAL_AGENDA);
            show(PaperKind::Agenda, Some(&document.name), &document.text, found);
        }
        for attachment in &item.attachments {
            let found = self.find(&attachment.title, USUAL_TITLE);
            show(PaperKind::Agenda, Some("bilag"), &attachment.title, found);
        }
        for text in decided(item) {
            let found = self.find(text, USUAL_DECISION);
            show(PaperKind::Decision, None, text, found);
        }
        hits.sort_by(|a, b| b.0.total_cmp(&a.0));
        hits.truncate(PAPERS_SHOWN);
        let title = self.find(&item.title, USUAL_TITLE);
        let mut all = Vec::new();
        if !title.marks.is_empty() {
            let snippet = snippet(&item.title, &title.marks);
            all.push(PaperHit { kind: PaperKind::Title, document: None, snippet });
        }
        if let Some(case) = &item.case {
            let found = self.find(case, 1.0);
            if !found.marks.is_empty() {
                let snippet = snippet(case, &found.marks);
                all.push(PaperHit { kind: PaperKind::Case, document: None, snippet });
            }
        }
        all.extend(hits.into_iter().map(|(_, hit)| hit));
        all
    }

    /// Every segment of a passage in which something stands, with its own score.
    fn speech_hits(&mut self, meeting: &MeetingHead, passage: &Passage) -> Vec<(f64, SpeechHit)> {
        let whole = self.find(&passage.text, USUAL_PASSAGE);
        let mut hits = Vec::new();
        for (from, speech) in &passage.speech {
            let to = from + speech.text.len();
            let marks: Vec<(usize, usize)> = whole
                .marks
                .iter()
                .filter(|(a, b)| b > from && *a < to)
                .map(|(a, b)| (a.saturating_sub(*from), (*b).min(to) - from))
                .collect();
            if marks.is_empty() {
                continue;
            }
            // A phrase may run over two segments, so the segment alone would weigh nothing.
            let own = self.weigh(&speech.text, USUAL_PASSAGE / 3.0).score;
            let score = own.max(f64::MIN_POSITIVE * marks.len() as f64);
            hits.push((score, hit(meeting, speech, &marks)));
        }
        hits
    }
}

/// What is shown of a segment.
fn hit(meeting: &MeetingHead, speech: &Speech, marks: &[(usize, usize)]) -> SpeechHit {
    SpeechHit {
        segment: speech.id,
        start: speech.start,
        end: speech.end,
        speaker: speech.speaker.clone(),
        party: speech.party.as_deref().map(party_letter),
        snippet: snippet(&speech.text, marks),
        link: meeting.id.path_at(speech.start),
    }
}

/// What lists show of an item.
fn head_of_item(item: &Item) -> ItemHead {
    ItemHead {
        number: item.number.clone(),
        title: item.title.clone(),
        closed: item.closed,
        case: item.case.clone(),
        state: item.state,
        outcome: item.outcome(),
        start: item.start(),
    }
}
