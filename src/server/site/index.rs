//! The search index of a static site, in small files.
//!
//! `soeg/moeder.json` names the meetings; `soeg/ord/XX.json` holds, for every word that begins with
//! two certain letters (their UTF-8 in hexadecimal), in which items it stands and with what weight;
//! `soeg/punkt/N.json` has the texts of item N, for the excerpts. Words are folded (aa = å) and
//! stemmed as everywhere; a compound stands under its parts too, so that `plan` finds `lokalplan`.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde_json::json;

use super::super::address::step;
use crate::archive::{Item, Meeting, Speech};
use crate::danish::words::{compound_parts, fold, is_stop_word, stem, tokens};
use crate::export::{plain, prose};

/// Weight of a word in a title, in other papers, and each time it is said; the sum is cut at 255.
const TITLE: u32 = 12;
const PAPER: u32 = 4;
const SAID: u32 = 1;
/// Letters of a part of a compound, at least: shorter ones (`by`, `sag`) stand everywhere.
const SHORTEST_PART: usize = 4;

/// Number of an item in the whole site.
type Unit = u32;

/// An index being made.
#[derive(Debug, Default)]
pub(super) struct Index {
    meetings: Vec<Entry>,
    units: Unit,
    /// Word, folded but unstemmed → weight by item.
    words: HashMap<String, Vec<(Unit, u32)>>,
}

/// A meeting in `soeg/moeder.json`.
#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    title: String,
    line: String,
    date: Option<String>,
    committee: Option<String>,
    draft: bool,
    /// Number of its first item; the others follow.
    first: Unit,
    /// What was decided, item by item.
    outcomes: Vec<Option<&'static str>>,
}

/// A file of the index: its path below the site's root, and its bytes.
pub(super) type File = (String, Vec<u8>);

impl Index {
    /// Takes a meeting in; gives the files of its items.
    pub(super) fn add(&mut self, meeting: &Meeting) -> serde_json::Result<Vec<File>> {
        let head = &meeting.head;
        let mut entry = Entry {
            id: head.id.to_string(),
            title: plain(&head.title),
            line: [head.committee.as_deref().map(plain), head.date.as_deref().map(prose::date)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            date: head.date.clone(),
            committee: head.committee.as_deref().map(crate::archive::slug),
            draft: !prose::is_final(head.state),
            first: self.units,
            outcomes: Vec::new(),
        };
        let mut by_item: HashMap<Option<&str>, Vec<&Speech>> = HashMap::new();
        let open: HashSet<&str> =
            meeting.items.iter().filter(|i| !i.closed).map(|i| i.number.as_str()).collect();
        for line in &meeting.speech {
            let item = line.item.as_deref().filter(|item| open.contains(item));
            by_item.entry(item).or_default().push(line);
        }
        let mut files = Vec::new();
        for item in &meeting.items {
            let said = by_item.remove(&Some(item.number.as_str())).unwrap_or_default();
            entry.outcomes.push(item.outcome().map(|outcome| outcome.danish()));
            files.push(self.unit(Some(item), &said)?);
        }
        if let Some(said) = by_item.remove(&None) {
            entry.outcomes.push(None);
            files.push(self.unit(None, &said)?);
        }
        self.meetings.push(entry);
        Ok(files)
    }

    fn unit(&mut self, item: Option<&Item>, said: &[&Speech]) -> serde_json::Result<File> {
        let unit = self.units;
        self.units += 1;
        let mut weights: HashMap<String, u32> = HashMap::new();
        let mut weigh = |text: &str, weight: u32| {
            for token in tokens(text) {
                if token.lower.chars().any(char::is_alphanumeric) && !is_stop_word(&token.lower) {
                    let held = weights.entry(fold(&token.lower)).or_default();
                    *held = (*held + weight).min(255);
                }
            }
        };
        let mut papers: Vec<(String, String)> = Vec::new();
        if let Some(item) = item {
            weigh(&item.title, TITLE);
            item.case.iter().for_each(|case| weigh(case, TITLE));
            papers.extend(
                item.decision().map(|made| ("Beslutning".to_owned(), prose::decision(made))),
            );
            let agenda = item.documents.iter();
            papers.extend(agenda.map(|one| ("Dagsorden".to_owned(), plain(&one.text))));
        }
        papers.iter().for_each(|(_, text)| weigh(text, PAPER));
        said.iter().for_each(|line| weigh(&line.text, SAID));
        for (word, weight) in weights {
            self.words.entry(word).or_default().push((unit, weight));
        }
        let lines: Vec<_> = said
            .iter()
            .map(|line| {
                let who = line.speaker.as_deref().map(plain);
                json!([line.start.max(0.0) as u64, line.id, plain(&line.text), who])
            })
            .collect();
        let text = json!({
            "number": item.map(|item| plain(&item.number)),
            "step": item.and_then(|item| step(&item.number)),
            "title": item.map(|item| plain(&item.title)),
            "papers": papers, "said": lines,
        });
        Ok((format!("soeg/punkt/{unit}.json"), serde_json::to_vec(&text)?))
    }

    /// The files that need the whole: meetings and words.
    pub(super) fn files(self) -> serde_json::Result<Vec<File>> {
        let Self { meetings, units, words } = self;
        // Items by word stem; a compound also under its parts, at half its weight.
        let mut terms: BTreeMap<String, BTreeMap<Unit, u32>> = BTreeMap::new();
        let mut post = |term: String, places: &[(Unit, u32)], share: u32| {
            let held = terms.entry(term).or_default();
            for (unit, weight) in places {
                let sum = held.entry(*unit).or_default();
                *sum = (*sum + (weight / share).max(1)).min(255);
            }
        };
        let known = |part: &str| words.contains_key(part);
        for (word, places) in &words {
            let whole = stem(word);
            for part in compound_parts(word, &known) {
                let part = stem(part);
                if part != whole && part.chars().count() >= SHORTEST_PART {
                    post(part, places, 2);
                }
            }
            post(whole, places, 1);
        }
        let mut shards: BTreeMap<String, BTreeMap<String, Vec<u32>>> = BTreeMap::new();
        for (term, places) in terms {
            let flat = places.into_iter().flat_map(|(unit, weight)| [unit, weight]).collect();
            shards.entry(shard(&term)).or_default().insert(term, flat);
        }
        let names: Vec<&String> = shards.keys().collect();
        let overview = json!({ "meetings": meetings, "units": units, "shards": names });
        let mut files = vec![("soeg/moeder.json".to_owned(), serde_json::to_vec(&overview)?)];
        for (name, terms) in &shards {
            files.push((format!("soeg/ord/{name}.json"), serde_json::to_vec(terms)?));
        }
        Ok(files)
    }
}

/// The file of a word: its first two letters as hexadecimal UTF-8.
fn shard(term: &str) -> String {
    term.chars()
        .take(2)
        .flat_map(|letter| {
            let mut bytes = [0; 4];
            letter
                .encode_utf8(&mut bytes)
                .bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
        })
        .collect()
}
