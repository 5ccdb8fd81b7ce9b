//! What is known of each item's words from the agenda: titles said in one breath, and for each stem
//! of the speech the items that it speaks for.
//!
//! Learning the items' vocabulary anew from the speech of a first path was tried and left out: early
//! mistakes confirm themselves.

use std::collections::HashMap;

use super::formulas::slips;
use super::hearing::{Hearing, has_topic};
use super::readings::Reading;
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
    /// For each stem of the speech, the items that it is known of and its share there.
    known: Vec<Vec<(usize, f64)>>,
    readings: Vec<Option<Reading>>,
}

impl Topics {
    /// Topics as the agenda gives them.
    pub(super) fn of_agenda(hearing: &Hearing<'_>, agenda: &Agenda) -> Self {
        let mut terms = Terms::default();
        let mut titles: Vec<Vec<u32>> = Vec::new();
        let mut counts: Vec<HashMap<u32, f64>> = Vec::new();
        for item in &agenda.items {
            let title = terms.take(&matter(&item.title));
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
        let readings = agenda.items.iter().map(|item| Reading::of_title(&item.title)).collect();
        let mut totals = vec![0.0; items];
        let mut held: Vec<&Vec<Weight>> = holders.values().collect();
        // A fixed order, so that sums are the same each time.
        held.sort_by_key(|weights| weights.iter().map(|weight| weight.item).collect::<Vec<_>>());
        for weights in held {
            let rarity = rarity(weights.len(), items);
            weights.iter().for_each(|weight| totals[weight.item] += weight.strength * rarity);
        }
        let known = agenda_words
            .iter()
            .map(|weights| {
                weights
                    .iter()
                    .filter(|weight| weight.strength > 0.0)
                    .map(|weight| {
                        (weight.item, weight.strength / f64::max(totals[weight.item], 0.5))
                    })
                    .collect()
            })
            .collect();
        Self { items, titles, agenda: agenda_words, like, known, readings }
    }

    /// Number of items.
    pub(super) fn items(&self) -> usize {
        self.items
    }

    /// The items whose title or fields hold the stem, with its share of what is known of them.
    pub(super) fn known(&self, stem: usize) -> &[(usize, f64)] {
        &self.known[stem]
    }

    /// For each item, the reading that its title names.
    pub(super) fn readings(&self) -> &[Option<Reading>] {
        &self.readings
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

/// A title without what is no matter of the item: who put it forward, their parties, and dates.
///
/// Those who put an item forward speak to other items as well, and the chair calls them by name
/// each time. Taken out are names before a party in brackets ("Pia Kjærsgaard (DF)"), brackets that
/// hold a name only ("justitsministeren (Peter Hummelgaard)") and brackets with a date in them. A
/// title that is nothing else stays as it is.
fn matter(title: &str) -> String {
    let mut kept = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(open) = rest.find('(') {
        let (before, bracket) = rest.split_at(open);
        let Some(close) = bracket.find(')') else { break };
        let inside = &bracket[1..close];
        let is_name = |word: &str| {
            word.chars().next().is_some_and(char::is_uppercase)
                && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '.' | '\''))
        };
        let names = inside.split_whitespace().count() > 0 && inside.split_whitespace().all(is_name);
        let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
        let party = names && letters <= 3 && inside.chars().all(|c| !c.is_lowercase());
        let dated = crate::danish::words::tokens(inside).iter().any(|t| {
            t.lower.len() >= 8
                && t.lower.matches('.').count() == 2
                && t.lower.starts_with(|c: char| c.is_ascii_digit())
        });
        if party {
            // The name before the party goes with it.
            let mut words: Vec<&str> = before.split_whitespace().collect();
            while words.last().is_some_and(|word| is_name(word)) {
                words.pop();
            }
            kept.push_str(&words.join(" "));
        } else {
            kept.push_str(before);
            if !(dated || names && inside.contains(' ')) {
                kept.push_str(&bracket[..=close]);
            }
        }
        kept.push(' ');
        rest = &bracket[close + 1..];
    }
    kept.push_str(rest);
    if kept.chars().any(char::is_alphabetic) { kept } else { title.to_owned() }
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
