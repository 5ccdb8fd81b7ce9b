//! Which documents are worth a closer look: fetched from the index, rarest words first, never more
//! than a bounded number of postings.

use rusqlite::{Connection, ToSql, params_from_iter};

use super::Filter;
use super::expansion::Group;
use super::reader::condition;
use super::wanted::{TypedWord, Wanted};
use crate::danish::parties::Register;
use crate::danish::words::fold;

/// Postings that one ranking may read: some ten milliseconds of work.
const BUDGET: i64 = 8_000;

/// Words that must all be there, at most; the rest only weigh. Each document that has the rarest is
/// looked up under every term of the others.
const TOGETHER: usize = 3;

/// Terms by which each of those is looked up, at most: of rare words, and when all are common.
const FORMS: usize = 12;
const COMMON_FORMS: usize = 4;

/// Weight from which a term is a good stand-in for its word.
const GOOD: f64 = 0.6;

/// The same for the words as they were typed: whole items, of which there are few.
const TYPED_BUDGET: i64 = 10_000;

/// Places that the rarest of the words may stand in, at most, for those that have all of them to be looked
/// up: words that are common all of them tell little, and each place costs a ranking.
const TYPED_COMMON: i64 = 3_000;

/// Places found by the words as they were typed, at most.
const TYPED_MOST: usize = 100;

/// Which index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Speech,
    Papers,
}

impl Kind {
    /// Documents looked at closely, at most.
    fn most(self) -> usize {
        match self {
            Self::Speech => 100,
            Self::Papers => 40,
        }
    }

    /// The index, how it is joined to its meeting and item, and its ranking. A hit in a title weighs
    /// most.
    fn sql(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Speech => (
                "speech_index",
                "JOIN passages ON passages.key = speech_index.rowid \
                 JOIN meetings ON meetings.key = passages.meeting \
                 LEFT JOIN items ON items.key = passages.item",
                "bm25(1.0)",
            ),
            Self::Papers => (
                "paper_index",
                "JOIN items ON items.key = paper_index.rowid \
                 JOIN meetings ON meetings.key = items.meeting",
                "bm25(5.0, 1.0, 1.5)",
            ),
        }
    }
}

/// Keys of documents, and whether there may be more.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) keys: Vec<i64>,
    pub(super) bounded: bool,
}

/// The documents of one index that may answer.
pub(super) fn candidates(
    store: &Connection,
    kind: Kind,
    wanted: &Wanted,
    filter: &Filter,
) -> rusqlite::Result<Candidates> {
    let mut found = Candidates::default();
    // With a phrase, its words say where to look; the others only weigh.
    let phrase = !wanted.phrases.is_empty();
    let looked_for = wanted.groups.iter().filter(|group| group.required || !phrase);
    let mut groups: Vec<&Group> = looked_for.filter(|g| phrase || !g.terms.is_empty()).collect();
    if groups.is_empty() || groups.iter().any(|group| group.terms.is_empty()) {
        return Ok(found);
    }
    groups.sort_by_key(|group| group.documents);
    let rare: Vec<&Group> = groups
        .iter()
        .scan(0, |sum, group| {
            *sum += group.documents;
            Some((*sum, *group))
        })
        .take_while(|(sum, _)| *sum <= BUDGET)
        .map(|(_, group)| group)
        .collect();
    let search = Search { store, kind, filter };
    if rare.is_empty() {
        // Every word is common: the newest documents that hold the two rarest, then the rarest, in no
        // other order.
        for together in [2, 1] {
            let words = groups.get(..together.min(groups.len())).unwrap_or_default();
            search.add(&joined(words, " AND ", GOOD, COMMON_FORMS), false, &mut found)?;
        }
        found.bounded = true;
        return Ok(found);
    }
    let together = groups.get(..TOGETHER.min(groups.len())).unwrap_or_default();
    search.add(&joined(together, " AND ", GOOD, FORMS), true, &mut found)?;
    search.add(&joined(&rare, " AND ", 0.0, FORMS), true, &mut found)?;
    if !phrase {
        search.add(&joined(&rare, " OR ", GOOD, usize::MAX), true, &mut found)?;
        search.add(&joined(&rare, " OR ", 0.0, usize::MAX), true, &mut found)?;
    }
    found.bounded = found.keys.len() >= kind.most();
    Ok(found)
}

/// How far a place has the query as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extent {
    /// Some of its words.
    Some,
    /// All of them that carry a topic.
    All,
    /// All of them in its title.
    InTitle,
    /// The whole query, word by word, in its title.
    Title,
}

/// A place found by the words as they were typed.
pub(super) struct Typed {
    /// As [`super::index::place_number`] gives it.
    pub(super) place: i64,
    /// BM25 over all that the place holds.
    pub(super) score: f64,
    pub(super) extent: Extent,
}

/// Places that have words of the query as they were typed. None with a phrase, whose words must stand
/// together, and none when a speaker or a party is asked for, since a place holds what all have said.
pub(super) fn as_typed(
    store: &Connection,
    wanted: &Wanted,
    places: i64,
    filter: &Filter,
) -> rusqlite::Result<Vec<Typed>> {
    let topics = wanted.typed.iter().any(|word| word.topic);
    if !topics || !wanted.phrases.is_empty() || filter.speaker.is_some() || filter.party.is_some() {
        return Ok(Vec::new());
    }
    let quoted = |word: &str| format!("\"{}\"", word.replace('"', ""));
    let mut words: Vec<(&TypedWord, i64)> =
        wanted.typed.iter().map(|word| (word, word.documents.min(places))).collect();
    words.sort_by_key(|(_, documents)| *documents);
    let some = |topics_only: bool| {
        let some: Vec<String> = words
            .iter()
            .filter(|(word, documents)| *documents > 0 && (word.topic || !topics_only))
            .scan(0, |sum, (word, documents)| {
                *sum += documents;
                (*sum <= TYPED_BUDGET).then(|| quoted(&word.text))
            })
            .collect();
        some.join(" OR ")
    };
    let mut found: Vec<Typed> = ranked(store, &some(false), filter)?
        .into_iter()
        .map(|(place, score)| Typed { place, score, extent: Extent::Some })
        .collect();
    if words.iter().any(|(word, _)| !word.topic) {
        // Words that carry no topic count where a topic is, and find nothing alone.
        let topical = ranked(store, &some(true), filter)?;
        found.retain(|typed| topical.iter().any(|(place, _)| *place == typed.place));
    }
    let topics: Vec<&(&TypedWord, i64)> = words.iter().filter(|(word, _)| word.topic).collect();
    let rarest = topics.iter().map(|(_, documents)| *documents).min().unwrap_or(0);
    if rarest == 0 || rarest > TYPED_COMMON {
        return Ok(found);
    }
    let all: Vec<String> = topics.iter().map(|(word, _)| quoted(&word.text)).collect();
    let all = all.join(" AND ");
    let whole: Vec<String> = wanted.typed.iter().map(|word| quoted(&word.text)).collect();
    let mut extents =
        vec![(Extent::All, all.clone()), (Extent::InTitle, format!("title : ({all})"))];
    if topics.len() > 1 {
        extents.push((Extent::Title, format!("title : {}", whole.join(" + "))));
    }
    for (extent, expression) in extents {
        for (place, score) in ranked(store, &expression, filter)? {
            match found.iter_mut().find(|held| held.place == place) {
                Some(held) => held.extent = extent,
                None => found.push(Typed { place, score, extent }),
            }
        }
    }
    Ok(found)
}

/// What `expression` finds among the words as they were typed, best first.
fn ranked(
    store: &Connection,
    expression: &str,
    filter: &Filter,
) -> rusqlite::Result<Vec<(i64, f64)>> {
    if expression.is_empty() {
        return Ok(Vec::new());
    }
    // Without a filter the index alone sorts, which is much faster.
    let joins = if filter.is_empty() {
        ""
    } else {
        "LEFT JOIN items ON items.key = place_words.rowid \
         JOIN meetings ON meetings.key = coalesce(items.meeting, -place_words.rowid)"
    };
    let (mut condition, mut values) = condition(filter);
    for (column, wanted) in [
        ("items.number", filter.item.clone()),
        ("items.outcome", filter.outcome.map(|outcome| outcome.danish().to_owned())),
    ] {
        if let Some(wanted) = wanted {
            condition.push_str(&format!(" AND {column} = ?"));
            values.push(wanted);
        }
    }
    values.insert(0, expression.to_owned());
    let mut rows = store.prepare_cached(&format!(
        "SELECT place_words.rowid, place_words.rank FROM place_words {joins} \
         WHERE place_words MATCH ? AND rank MATCH 'bm25(5.0, 1.0, 1.0)' AND {condition} \
         ORDER BY place_words.rank LIMIT {TYPED_MOST}"
    ))?;
    // SQLite's BM25 is below zero, the best lowest.
    rows.query_map(params_from_iter(values), |row| Ok((row.get(0)?, -row.get::<_, f64>(1)?)))?
        .collect()
}

/// Words, each by its heaviest `most` terms of at least this weight; the heaviest of all in any case.
fn joined(groups: &[&Group], by: &str, least: f64, most: usize) -> String {
    let words: Vec<String> = groups
        .iter()
        .map(|group| {
            let terms = group.terms.iter().enumerate().take(most);
            let terms: Vec<String> = terms
                .filter(|(place, (_, weight))| *place == 0 || *weight >= least)
                .map(|(_, (term, _))| format!("\"{term}\""))
                .collect();
            format!("({})", terms.join(" OR "))
        })
        .collect();
    words.join(by)
}

#[derive(Clone, Copy)]
struct Search<'a> {
    store: &'a Connection,
    kind: Kind,
    filter: &'a Filter,
}

impl Search<'_> {
    /// Adds what `expression` finds, until there are enough; ranked, or else the newest first.
    fn add(&self, expression: &str, ranked: bool, found: &mut Candidates) -> rusqlite::Result<()> {
        let most = self.kind.most();
        if found.keys.len() >= most {
            return Ok(());
        }
        let (index, joins, rank) = self.kind.sql();
        let (condition, values) = self.condition();
        // Without a filter the index alone sorts, which is much faster.
        let joins = if self.filter.is_empty() { "" } else { joins };
        let (rank, order) = if ranked {
            (format!("AND rank MATCH '{rank}'"), format!("{index}.rank"))
        } else {
            (String::new(), format!("{index}.rowid DESC"))
        };
        let sql = format!(
            "SELECT {index}.rowid FROM {index} {joins} WHERE {index} MATCH ? {rank} AND {condition} \
             ORDER BY {order} LIMIT {most}"
        );
        let mut values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        values.insert(0, &expression);
        let mut rows = self.store.prepare_cached(&sql)?;
        let keys = rows.query_map(params_from_iter(values), |row| row.get::<_, i64>(0))?;
        for key in keys {
            let key = key?;
            if !found.keys.contains(&key) && found.keys.len() < most {
                found.keys.push(key);
            }
        }
        Ok(())
    }

    fn condition(&self) -> (String, Vec<String>) {
        let (mut sql, mut values) = condition(self.filter);
        let mut and = |text: &str, more: &[&str]| {
            sql.push_str(" AND ");
            sql.push_str(text);
            values.extend(more.iter().map(|value| (*value).to_owned()));
        };
        if let Some(item) = &self.filter.item {
            and("items.number = ?", &[item]);
        }
        if let Some(outcome) = self.filter.outcome {
            and("items.outcome = ?", &[outcome.danish()]);
        }
        if let Some(party) = &self.filter.party {
            let letter = party_letter(party);
            let voted = "EXISTS (SELECT 1 FROM votes JOIN vote_parties ON vote_parties.vote = votes.key \
                         WHERE votes.item = items.key AND vote_parties.party IN (?, ?))";
            match self.kind {
                Kind::Papers => and(voted, &[party, &letter]),
                Kind::Speech => and(
                    &format!(
                        "({voted} OR EXISTS (SELECT 1 FROM segments \
                         WHERE segments.passage = passages.key AND segments.party IN (?, ?)))"
                    ),
                    &[party, &letter, party, &letter],
                ),
            }
        }
        if let Some(speaker) = &self.filter.speaker {
            match self.kind {
                // Papers have no speaker.
                Kind::Papers => and("0", &[]),
                Kind::Speech => {
                    let words: Vec<String> =
                        fold(speaker).split_whitespace().map(str::to_owned).collect();
                    let each = vec!["instr(segments.speaker_folded, ?)"; words.len()].join(" AND ");
                    let each = if each.is_empty() { "1" } else { &each };
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    and(
                        &format!(
                            "EXISTS (SELECT 1 FROM segments WHERE segments.passage = passages.key \
                             AND segments.speaker_folded IS NOT NULL AND {each})"
                        ),
                        &words,
                    );
                }
            }
        }
        (sql, values)
    }
}

/// A party's letter for its letter or name; what is no national party stays as it is.
pub(super) fn party_letter(label: &str) -> String {
    let register = Register::national();
    register.resolve(label).map_or_else(|| label.to_uppercase(), |party| party.letter.clone())
}
