//! A model of what recognition does to text, for the question how much of it alignment and minutes bear.
//!
//! Each word is hit with the same chance. A hit is, in tenths: three times a word of the same text
//! with the same first letter instead, three times one or two slipped letters, twice a loss, once
//! a merger with the next word, once a split in two. That is roughly the mixture of Whisper's
//! errors on Danish parliamentary sound, without their burstiness. Seeded: the same text, rate and
//! seed give the same noise.

use std::collections::BTreeMap;

use super::distance;

/// Numbers for the noise (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0..1
    fn chance(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// 0..most; 0 when there is nothing to choose.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % most.max(1) as u64).unwrap_or(0)
    }
}

/// Texts with a share of their words damaged. Words are what stands between blanks.
pub struct Noise<'a> {
    neighbours: BTreeMap<char, Vec<&'a str>>,
    rate: f64,
    dice: Dice,
}

impl<'a> Noise<'a> {
    /// Noise that hits a share of `rate` (0..=1) of the words of `texts` and takes its wrong words
    /// from them.
    pub fn new(texts: impl Iterator<Item = &'a str>, rate: f64, seed: u64) -> Self {
        let mut neighbours: BTreeMap<char, Vec<&str>> = BTreeMap::new();
        for word in texts.flat_map(str::split_whitespace) {
            if let Some(first) = word.chars().next() {
                neighbours.entry(first).or_default().push(word);
            }
        }
        Self { neighbours, rate, dice: Dice(seed) }
    }

    /// The next text, damaged.
    pub fn damage(&mut self, text: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut merge = false;
        for word in text.split_whitespace() {
            let hit = self.dice.chance() < self.rate;
            let mut said = word.to_owned();
            let mut merges = false;
            if hit {
                match self.dice.below(10) {
                    0..3 => said = self.neighbour(word),
                    3..6 => said = self.slip(word),
                    6..8 => continue,
                    8 => merges = true,
                    _ => {
                        let letters: Vec<char> = word.chars().collect();
                        let cut = 1 + self.dice.below(letters.len().saturating_sub(1));
                        let (head, tail) = letters.split_at(cut.min(letters.len()));
                        said = format!(
                            "{} {}",
                            head.iter().collect::<String>(),
                            tail.iter().collect::<String>()
                        );
                    }
                }
            }
            match words.last_mut() {
                Some(last) if merge => last.push_str(said.trim()),
                _ => words.push(said.trim().to_owned()),
            }
            merge = merges;
        }
        words.join(" ")
    }

    fn neighbour(&mut self, word: &str) -> String {
        let Some(like) = word.chars().next().and_then(|first| self.neighbours.get(&first)) else {
            return word.to_owned();
        };
        like[self.dice.below(like.len())].to_owned()
    }

    fn slip(&mut self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        for _ in 0..=self.dice.below(2) {
            let at = self.dice.below(letters.len());
            let other = char::from(b'a' + u8::try_from(self.dice.below(26)).unwrap_or(0));
            match self.dice.below(3) {
                0 if letters.len() > 1 => drop(letters.remove(at)),
                1 => letters.insert(at, other),
                _ => letters[at] = other,
            }
        }
        letters.into_iter().collect()
    }
}

/// Words that must be changed, lost or put in to make what was heard of what was said.
pub(super) fn word_edits(said: &str, heard: &str) -> usize {
    let mut numbers = std::collections::HashMap::new();
    let mut number = |word| {
        let next = numbers.len() as u32;
        *numbers.entry(word).or_insert(next)
    };
    let said: Vec<u32> = said.split_whitespace().map(&mut number).collect();
    let heard: Vec<u32> = heard.split_whitespace().map(&mut number).collect();
    distance(&said, &heard)
}
