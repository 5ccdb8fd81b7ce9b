//! Kinds of queries, and how each is made.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Entry, Sitting};
use crate::eval::Noise;

/// Seed of every choice.
const SEED: u64 = 20_260_325;

/// Letters of a word that is believed to carry a topic.
const TOPIC: usize = 5;

/// How a query is made from an item. "Topic words" are the words of five letters or more of the
/// title's subject: what stands after the first colon and before the mover's name or a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The subject as it stands.
    Title,
    /// Its topic words, last first.
    Reordered,
    /// The three topic words that fewest titles have.
    Subset,
    /// Four words of seven letters or more of one turn that fewest turns have, as they were said; what
    /// is searched is the noisy turn.
    Said,
    /// The first part of a compound of the subject: the longest start, four letters or more, that is a
    /// word elsewhere and leaves a word (a fuge-s between them allowed). With the rarest other topic
    /// word.
    Part,
    /// The second part of such a compound, with the rarest other topic word.
    Head,
    /// The rarest topic word made longer by `området`, `sagen` or `forslaget` (after `s` where it ends in
    /// `-ing`, `-hed`, `-tion`, `-else`), with the next rarest.
    Longer,
    /// Three rarest topic words with Danish letters typed as `aa`, `oe`, `ae`; only where one has such
    /// letters.
    Typed,
    /// Three rarest topic words with other endings: `-erne` → `-er`, `-en`/`-et` → nothing, `-ing` →
    /// `-ingen`, `-else` → `-elser`, `-er` → `-erne`, another → `-en` or, after e, `-n`.
    Inflected,
    /// Two rarest topic words and one with one or two slipped letters, as recognition or a person in a
    /// hurry spells it (`Noise` at a rate of 1, kept where it leaves one word).
    Slipped,
    /// A compound of the subject written as two words, with the rarest other topic word.
    Torn,
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Title,
        Self::Reordered,
        Self::Subset,
        Self::Said,
        Self::Part,
        Self::Head,
        Self::Longer,
        Self::Typed,
        Self::Inflected,
        Self::Slipped,
        Self::Torn,
    ];

    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Reordered => "reordered",
            Self::Subset => "subset",
            Self::Said => "said",
            Self::Part => "part",
            Self::Head => "head",
            Self::Longer => "longer",
            Self::Typed => "typed",
            Self::Inflected => "inflected",
            Self::Slipped => "slipped",
            Self::Torn => "torn",
        }
    }

    /// Whether its words differ from those of the item, so that whole words cannot find it.
    pub fn is_variant(self) -> bool {
        !matches!(self, Self::Title | Self::Reordered | Self::Subset | Self::Said)
    }
}

/// What a title is about: without the case's kind and number before it, and the mover after it.
pub(super) fn subject(title: &str) -> &str {
    let subject = title.split_once(": ").map_or(title, |(_, subject)| subject);
    let end = [". Af ", " (", ". ("].iter().filter_map(|mark| subject.find(mark)).min();
    subject.get(..end.unwrap_or(subject.len())).unwrap_or(subject).trim_end_matches('.')
}

/// Makes the queries.
pub(super) struct Maker<'a> {
    sittings: &'a [Sitting],
    /// Words in small letters of all titles and clean turns.
    words: BTreeSet<String>,
    /// In how many titles a word stands.
    in_titles: BTreeMap<String, usize>,
    /// In how many turns a word stands.
    in_turns: BTreeMap<String, usize>,
    noise: Noise<'a>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(sittings: &'a [Sitting]) -> Self {
        let mut in_titles = BTreeMap::new();
        let mut in_turns = BTreeMap::new();
        let mut words = BTreeSet::new();
        for sitting in sittings {
            for entry in &sitting.agenda {
                let own: BTreeSet<String> = bare_words(subject(&entry.title)).collect();
                own.iter().for_each(|word| *in_titles.entry(word.clone()).or_default() += 1);
                words.extend(own);
            }
            for turn in &sitting.turns {
                let own: BTreeSet<String> = bare_words(&turn.text).collect();
                own.iter().for_each(|word| *in_turns.entry(word.clone()).or_default() += 1);
                words.extend(own);
            }
        }
        let titles = sittings.iter().flat_map(|sitting| &sitting.agenda);
        let noise = Noise::new(titles.map(|entry| entry.title.as_str()), 1.0, SEED);
        Self { sittings, words, in_titles, in_turns, noise }
    }

    /// The query of this kind about an item; none where the item gives none.
    pub(super) fn query(&mut self, kind: Kind, sitting: usize, entry: &Entry) -> Option<String> {
        let subject = subject(&entry.title);
        let topics = self.topics(subject);
        let three = topics.get(..3.min(topics.len()))?.to_vec();
        if three.is_empty() {
            return None;
        }
        match kind {
            Kind::Title => Some(subject.to_owned()),
            Kind::Reordered => {
                let mut words: Vec<String> =
                    bare_words(subject).filter(|word| is_topic(word)).collect();
                words.reverse();
                Some(words.join(" "))
            }
            Kind::Subset => Some(three.join(" ")),
            Kind::Said => self.said(sitting, entry),
            Kind::Part => {
                let (compound, cut) = self.compound(&topics)?;
                Some(with_other(compound.get(..cut)?, &topics, &compound))
            }
            Kind::Head => {
                let (compound, cut) = self.compound(&topics)?;
                Some(with_other(self.rest(&compound, cut)?, &topics, &compound))
            }
            Kind::Torn => {
                let (compound, cut) = self.compound(&topics)?;
                let pieces = format!("{} {}", compound.get(..cut)?, self.rest(&compound, cut)?);
                Some(with_other(&pieces, &topics, &compound))
            }
            Kind::Longer => {
                let word = three.first()?;
                let fuge = ["ing", "hed", "tion", "else"].iter().any(|end| word.ends_with(end));
                let tails = ["området", "sagen", "forslaget"];
                let tail = tails.get(word.len() % tails.len())?;
                let longer = format!("{word}{}{tail}", if fuge { "s" } else { "" });
                Some(with_other(&longer, &topics, word))
            }
            Kind::Typed => {
                let typed =
                    three.join(" ").replace('å', "aa").replace('ø', "oe").replace('æ', "ae");
                (typed != three.join(" ")).then_some(typed)
            }
            Kind::Inflected => {
                Some(three.iter().map(|word| inflected(word)).collect::<Vec<_>>().join(" "))
            }
            Kind::Slipped => self.slipped(&three),
        }
    }

    /// Topic words of a text, the rarest in titles first.
    fn topics(&self, text: &str) -> Vec<String> {
        let mut topics: Vec<String> = bare_words(text).filter(|word| is_topic(word)).collect();
        topics.sort_by_key(|word| (self.in_titles.get(word).copied().unwrap_or(0), word.clone()));
        topics.dedup();
        topics
    }

    /// The rarest topic word that is a compound, and where its first part ends.
    fn compound(&self, topics: &[String]) -> Option<(String, usize)> {
        topics.iter().find_map(|word| {
            let cuts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
            let cut = cuts.iter().skip(4).rev().find(|cut| {
                word.get(..**cut).is_some_and(|part| self.words.contains(part))
                    && self.rest(word, **cut).is_some()
            })?;
            Some((word.clone(), *cut))
        })
    }

    /// The second part of a compound cut at `cut`: five letters or more, a word elsewhere.
    fn rest<'w>(&self, word: &'w str, cut: usize) -> Option<&'w str> {
        let rest = word.get(cut..)?;
        [rest.strip_prefix('s'), Some(rest)]
            .into_iter()
            .flatten()
            .find(|rest| rest.chars().count() >= TOPIC && self.words.contains(*rest))
    }

    fn said(&self, sitting: usize, entry: &Entry) -> Option<String> {
        let turns = self.sittings.get(sitting)?.turns.iter();
        let own: Vec<&str> =
            turns.filter(|turn| turn.item == entry.no).map(|turn| turn.text.as_str()).collect();
        // The longest turn has most to choose from.
        let turn = own.iter().max_by_key(|text| text.len())?;
        let mut words: Vec<String> =
            bare_words(turn).filter(|word| word.chars().count() >= 7).collect();
        words.sort_by_key(|word| (self.in_turns.get(word).copied().unwrap_or(0), word.clone()));
        words.dedup();
        (words.len() >= 4).then(|| words[..4].join(" "))
    }

    fn slipped(&mut self, three: &[String]) -> Option<String> {
        let (first, rest) = three.split_first()?;
        let slip = (0..50).map(|_| self.noise.damage(first)).find(|slip| {
            // One word, near enough that a person would know it again, and not itself a word.
            !slip.contains(' ')
                && slip != first
                && slip.len().abs_diff(first.len()) <= 2
                && slip.chars().next() == first.chars().next()
                && !self.words.contains(slip)
        })?;
        Some([vec![slip], rest.to_vec()].concat().join(" "))
    }
}

/// Words of letters alone, in small letters.
fn bare_words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn is_topic(word: &str) -> bool {
    word.chars().count() >= TOPIC
}

/// With the rarest topic word that is not `but`.
fn with_other(word: &str, topics: &[String], but: &str) -> String {
    match topics.iter().find(|topic| *topic != but) {
        Some(other) => format!("{word} {other}"),
        None => word.to_owned(),
    }
}

fn inflected(word: &str) -> String {
    let swaps = [
        ("erne", "er"),
        ("ing", "ingen"),
        ("else", "elser"),
        ("en", ""),
        ("et", ""),
        ("er", "erne"),
    ];
    for (ending, other) in swaps {
        if let Some(base) = word.strip_suffix(ending)
            && base.chars().count() >= 4
        {
            return format!("{base}{other}");
        }
    }
    if word.ends_with('e') { format!("{word}n") } else { format!("{word}en") }
}
