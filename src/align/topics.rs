//! How well the words of a segment fit each item.
//!
//! A word is expected in a segment of an item more often than in any segment when the item's title
//! or fields hold it, and speaks for the item by the log of that ratio (naive Bayes over the presence
//! of words). Learning the items' vocabulary anew from the speech of a first path was tried: it raised
//! the accuracy on noisy text in two settings and lowered the rest, since early mistakes confirm
//! themselves; so it was left out.

use std::collections::HashMap;

use super::formulas::slips;
use super::hearing::{Hearing, has_topic};
use super::weights as w;
use crate::danish::words::{stem, tokens};
use crate::meeting::Agenda;

/// A word that the agenda holds, as a term of some items.
#[derive(Debug, Clone, Copy)]
struct Weight {
    item: usize,
    /// How surely a segment of the item is expected to hold it, 0..=1.
    strength: f64,
}

/// An item's title as a bag of stems.
struct Title {
    /// Inverse item frequency of each term in nats, by term.
    terms: HashMap<u32, f64>,
    total: f64,
    /// Terms counted with repetition.
    length: usize,
}

pub(super) struct Topics {
    items: usize,
    titles: Vec<Title>,
    /// For each stem of the speech, the items whose texts hold it.
    agenda: Vec<Vec<Weight>>,
    /// For each stem of the speech, title terms that it may stand for, with likeness.
    like: Vec<Vec<(u32, f64)>>,
    /// For each stem of the speech, the share of segments that hold it.
    common: Vec<f64>,
}

impl Topics {
    /// Topics as the agenda gives them.
    pub(super) fn of_agenda(hearing: &Hearing<'_>, agenda: &Agenda) -> Self {
        let mut terms = Terms::default();
        let mut titles: Vec<Vec<u32>> = Vec::new();
        let mut counts: Vec<HashMap<u32, f64>> = Vec::new();
        for item in &agenda.items {
            let title = terms.take(&item.title);
            let mut count: HashMap<u32, f64> = HashMap::new();
            for &term in &title {
                count.insert(term, 1.0);
            }
            for field in item.fields.values() {
                for term in terms.take(&field.text) {
                    count.entry(term).or_insert(w::FIELD_WORD);
                }
            }
            titles.push(title);
            counts.push(count);
        }
        let items = agenda.items.len();
        let titles = weigh_titles(titles);
        let like = terms.heard_as(hearing);
        let mut agenda_words = vec![Vec::new(); like.len()];
        let mut holders: HashMap<u32, Vec<Weight>> = HashMap::new();
        for (item, count) in counts.iter().enumerate() {
            for (&term, &strength) in count {
                holders.entry(term).or_default().push(Weight { item, strength });
            }
        }
        for (stem, terms) in like.iter().enumerate() {
            for &(term, likeness) in terms {
                for weight in holders.get(&term).into_iter().flatten() {
                    agenda_words[stem]
                        .push(Weight { item: weight.item, strength: weight.strength * likeness });
                }
            }
            agenda_words[stem].sort_by_key(|weight: &Weight| weight.item);
            // What all items share tells none of them from the others.
            agenda_words[stem].dedup_by(|next, kept| {
                let same = next.item == kept.item;
                if same {
                    kept.strength = kept.strength.max(next.strength);
                }
                same
            });
            let rarity = rarity(agenda_words[stem].len(), items);
            agenda_words[stem].iter_mut().for_each(|weight| weight.strength *= rarity);
        }
        let mut common = vec![0.5; like.len()];
        for heard in &hearing.segments {
            for stem in distinct(&heard.stems) {
                common[stem as usize] += 1.0;
            }
        }
        let segments = hearing.segments.len() as f64 + 1.0;
        common.iter_mut().for_each(|count| *count /= segments);
        Self { items, titles, agenda: agenda_words, like, common }
    }

    /// Number of items.
    pub(super) fn items(&self) -> usize {
        self.items
    }

    /// Nats for each item from the words of segment `at`.
    pub(super) fn fit(&self, hearing: &Hearing<'_>, at: usize) -> Vec<f64> {
        let mut scores = vec![0.0; self.items];
        for stem in distinct(&hearing.segments[at].stems) {
            let common = self.common[stem as usize];
            for weight in &self.agenda[stem as usize] {
                let expected = common + w::OWN_WORDS * weight.strength * (1.0 - common);
                scores[weight.item] += (expected / common).ln();
            }
        }
        scores.iter_mut().for_each(|score| *score = (*score * w::TOPIC).min(w::TOPIC_MOST));
        scores
    }

    /// Items whose title is said in segment `at`: index, share of the title, first token.
    pub(super) fn titles_said(&self, hearing: &Hearing<'_>, at: usize) -> Vec<(usize, f64, usize)> {
        let stems = &hearing.segments[at].stems;
        let mut hits: HashMap<usize, Vec<(usize, u32, f64)>> = HashMap::new();
        for (place, stem) in stems.iter().enumerate() {
            let Some(stem) = stem else { continue };
            for &(term, likeness) in &self.like[*stem as usize] {
                for weight in &self.agenda[*stem as usize] {
                    if let Some(&idf) = self.titles[weight.item].terms.get(&term) {
                        let list = hits.entry(weight.item).or_default();
                        if list.last().is_none_or(|last| (last.0, last.1) != (place, term)) {
                            list.push((place, term, idf * likeness));
                        }
                    }
                }
            }
        }
        let mut said: Vec<(usize, f64, usize)> = hits
            .into_iter()
            .filter_map(|(item, hits)| {
                let title = &self.titles[item];
                let window = 2 * title.length + 12;
                let (share, first) = best_window(&hits, window, title.total);
                (share >= w::TITLE_LEAST).then_some((item, share, first))
            })
            .collect();
        said.sort_by_key(|&(item, ..)| item);
        said
    }
}

/// 1 for a word that one item holds, 0 for a word that all hold.
fn rarity(holders: usize, items: usize) -> f64 {
    if items < 2 {
        return 1.0;
    }
    1.0 - (holders.max(1) as f64).ln() / (items as f64).ln()
}

/// The largest share of a title within `window` tokens, and where that window starts.
fn best_window(hits: &[(usize, u32, f64)], window: usize, total: f64) -> (f64, usize) {
    let mut best = (0.0, 0);
    let mut inside: HashMap<u32, (usize, f64)> = HashMap::new();
    let mut from = 0;
    for to in 0..hits.len() {
        let entry = inside.entry(hits[to].1).or_insert((0, 0.0));
        entry.0 += 1;
        entry.1 = entry.1.max(hits[to].2);
        while hits[to].0 - hits[from].0 > window {
            if let Some(entry) = inside.get_mut(&hits[from].1) {
                entry.0 -= 1;
                if entry.0 == 0 {
                    inside.remove(&hits[from].1);
                }
            }
            from += 1;
        }
        let share = inside.values().map(|(_, weight)| weight).sum::<f64>() / total;
        if share > best.0 + 1e-9 {
            best = (share, hits[from].0);
        }
    }
    best
}

fn weigh_titles(titles: Vec<Vec<u32>>) -> Vec<Title> {
    let mut holders: HashMap<u32, usize> = HashMap::new();
    for title in &titles {
        for term in distinct_terms(title) {
            *holders.entry(term).or_default() += 1;
        }
    }
    let items = titles.len() as f64;
    titles
        .into_iter()
        .map(|title| {
            let terms: HashMap<u32, f64> = distinct_terms(&title)
                .into_iter()
                .map(|term| (term, ((items + 1.0) / holders[&term] as f64).ln() + 0.1))
                .collect();
            let total = terms.values().sum::<f64>().max(0.1);
            Title { terms, total, length: title.len() }
        })
        .collect()
}

fn distinct(stems: &[Option<u32>]) -> Vec<u32> {
    let mut list: Vec<u32> = stems.iter().flatten().copied().collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn distinct_terms(terms: &[u32]) -> Vec<u32> {
    let mut list = terms.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}

/// The stems of the agenda.
#[derive(Default)]
struct Terms {
    numbers: HashMap<String, u32>,
}

impl Terms {
    fn take(&mut self, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        for token in tokens(text) {
            if !has_topic(&token.lower) {
                continue;
            }
            let Ok(next) = u32::try_from(self.numbers.len()) else { break };
            found.push(*self.numbers.entry(stem(&token.lower)).or_insert(next));
        }
        found
    }

    /// For each stem of the speech, the terms that it is, nearly is, or is a compound with.
    fn heard_as(&self, hearing: &Hearing<'_>) -> Vec<Vec<(u32, f64)>> {
        let terms: Vec<(Vec<char>, u32, u32)> = self
            .numbers
            .iter()
            .map(|(stem, &term)| {
                let letters: Vec<char> = stem.chars().collect();
                let mask = mask(&letters);
                (letters, mask, term)
            })
            .collect();
        let mut like = vec![Vec::new(); hearing.vocabulary.len()];
        for (stem, &number) in &hearing.vocabulary {
            let list = &mut like[number as usize];
            if let Some(&term) = self.numbers.get(stem) {
                list.push((term, 1.0));
                continue;
            }
            let letters: Vec<char> = stem.chars().collect();
            if letters.len() < 4 || letters.iter().any(char::is_ascii_digit) {
                continue;
            }
            let mask = mask(&letters);
            for (other, other_mask, term) in &terms {
                let shorter = letters.len().min(other.len());
                let allowed = if shorter >= 9 { 2 } else { usize::from(shorter >= 5) };
                // Each slip changes at most two letters of the set.
                let near = (mask ^ other_mask).count_ones() as usize <= 2 * allowed;
                if allowed > 0 && near && slips(&letters, other, allowed).is_some() {
                    list.push((*term, 0.7));
                } else if shorter >= 5
                    && letters.len() != other.len()
                    && (starts(&letters, other) || starts(other, &letters))
                {
                    list.push((*term, 0.5));
                }
            }
            list.sort_by_key(|&(term, _)| term);
        }
        like
    }
}

/// Compounds share their beginning (lokalplan, lokalplanforslag) or their end (plan).
fn starts(long: &[char], short: &[char]) -> bool {
    long.len() > short.len() && (long.starts_with(short) || long.ends_with(short))
}

fn mask(letters: &[char]) -> u32 {
    letters.iter().fold(0, |mask, &letter| mask | 1 << (letter as u32 % 32))
}
