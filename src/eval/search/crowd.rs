//! Many meetings out of few: sittings repeated with other names and dates.

use std::collections::{BTreeSet, HashMap};

use super::{Sitting, Turn};

/// Makes the n-th of any number of sittings; holds no more than the first ones.
#[derive(Debug)]
pub struct Crowd<'a> {
    sittings: &'a [Sitting],
    names: Vec<String>,
    place: HashMap<String, usize>,
}

impl<'a> Crowd<'a> {
    /// Names are the words with a capital that no text has in small letters.
    pub fn new(sittings: &'a [Sitting]) -> Self {
        let (mut high, mut low) = (BTreeSet::new(), BTreeSet::new());
        for word in sittings.iter().flat_map(|s| &s.turns).flat_map(|turn| words(&turn.noisy)) {
            if word.starts_with(char::is_uppercase) && word.chars().count() > 3 {
                high.insert(word.to_owned());
            } else {
                low.insert(word.to_owned());
            }
        }
        let names: Vec<String> =
            high.into_iter().filter(|name| !low.contains(&name.to_lowercase())).collect();
        let place = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Self { sittings, names, place }
    }

    /// The n-th sitting, none when there are no sittings. The first round is as it was; in each later
    /// one every name is another name of the lot with letters of the round at its end, so that the
    /// words of the archive grow with it, and dates lie a week apart.
    pub fn nth(&self, n: usize) -> Option<Sitting> {
        let round = n / self.sittings.len().max(1);
        let mut sitting = self.sittings.get(n % self.sittings.len().max(1))?.clone();
        sitting.id = format!("{}-{round}", sitting.id);
        if round == 0 {
            return Some(sitting);
        }
        let days = i64::try_from(n * 7).unwrap_or(0);
        if let Ok(date) = "1990-01-01".parse::<jiff::civil::Date>()
            && let Ok(later) = date.checked_add(jiff::Span::new().days(days))
        {
            sitting.date = later.to_string();
        }
        for entry in &mut sitting.agenda {
            entry.title = self.renamed(&entry.title, round);
        }
        for turn in &mut sitting.turns {
            *turn = Turn {
                speaker: turn.speaker.as_deref().map(|name| self.renamed(name, round)),
                noisy: self.renamed(&turn.noisy, round),
                ..turn.clone()
            };
        }
        Some(sitting)
    }

    fn renamed(&self, text: &str, round: usize) -> String {
        let mut out = String::with_capacity(text.len() + text.len() / 8);
        let mut rest = text;
        while let Some(at) = rest.find(char::is_alphabetic) {
            let (before, from) = rest.split_at(at);
            let end = from.find(|c: char| !c.is_alphabetic()).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            out.push_str(before);
            match self.place.get(word).and_then(|at| {
                // Rounds step by a prime, so that names meet other neighbours.
                self.names.get((at + round * 7919) % self.names.len().max(1))
            }) {
                Some(name) => {
                    out.push_str(name);
                    out.push_str(tail(round));
                }
                None => out.push_str(word),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// An ending as names have it, of this round.
fn tail(round: usize) -> &'static str {
    const TAILS: [&str; 12] =
        ["", "by", "gård", "holm", "bæk", "lund", "høj", "skov", "borg", "strup", "rup", "dal"];
    TAILS.get(round % TAILS.len()).copied().unwrap_or_default()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}
