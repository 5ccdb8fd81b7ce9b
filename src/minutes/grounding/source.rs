//! What a sentence cites, ready to be looked things up in.

use std::collections::BTreeSet;

use crate::danish::parties::Register;
use crate::danish::words;

use super::Grounds;
use super::lexicon;
use super::reading::{Reading, Role, Word};

/// One cited passage: what somebody said in a stretch.
#[derive(Debug)]
pub(super) struct Passage {
    pub sentences: Vec<Reading>,
    /// Words of the speaker's name, folded; empty when the voice is unknown.
    pub speaker: Vec<String>,
    /// Letter of the speaker's party.
    letter: Option<String>,
    /// Stem of the speaker's office.
    office: Option<String>,
}

/// All cited passages.
#[derive(Debug)]
pub(super) struct Source {
    pub passages: Vec<Passage>,
    /// Rows of folded words in which names may stand: the sentences, the speakers, the title.
    pub rows: Vec<Vec<String>>,
}

/// What a stretch of clauses holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub keys: BTreeSet<String>,
    pub strong: BTreeSet<&'static str>,
}

impl Held {
    fn take(&mut self, reading: &Reading, index: usize) {
        let Some(clause) = reading.clauses.get(index) else { return };
        self.keys.extend(clause.keys.iter().cloned());
        let held = reading.words.get(clause.from..clause.to).unwrap_or_default();
        self.strong.extend(held.iter().filter_map(|word| lexicon::strength(&word.lower)));
    }

    /// Share of `keys` that stand here, figures and parties left out; 1 when there are none.
    pub fn share(&self, keys: &BTreeSet<String>) -> f64 {
        let (mut asked, mut found) = (0.0, 0.0);
        for key in keys.iter().filter(|key| is_content(key)) {
            asked += 1.0;
            found += f64::from(u8::from(self.has(key)));
        }
        if asked == 0.0 { 1.0 } else { found / asked }
    }

    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key) || self.keys.iter().any(|held| lexicon::related(held, key))
    }
}

/// Whether a key is a word that carries something of its own.
pub(super) fn is_content(key: &str) -> bool {
    !key.starts_with(['#', '@']) && !lexicon::is_neutral(key)
}

impl Source {
    pub fn of(grounds: &Grounds<'_>, register: &Register) -> Self {
        let folds = |text: &str| -> Vec<String> {
            words::tokens(text).iter().map(|token| words::fold(token.text)).collect()
        };
        let passages: Vec<Passage> = grounds
            .cited
            .iter()
            .map(|cited| {
                let member = cited.speaker.and_then(|speaker| {
                    grounds
                        .members
                        .iter()
                        .find(|one| words::fold(&one.name) == words::fold(speaker))
                });
                Passage {
                    sentences: words::sentences(cited.text)
                        .into_iter()
                        .map(|sentence| Reading::of(sentence, register))
                        .collect(),
                    speaker: cited.speaker.map(folds).unwrap_or_default(),
                    letter: member
                        .and_then(|one| one.party.as_deref())
                        .and_then(|label| register.resolve(label))
                        .map(|party| party.letter.clone()),
                    office: member
                        .and_then(|one| one.role.as_deref())
                        .map(|role| words::stem(&words::lower(role))),
                }
            })
            .collect();
        let mut rows: Vec<Vec<String>> = passages
            .iter()
            .flat_map(|passage| &passage.sentences)
            .map(|reading| reading.words.iter().map(|word| word.fold.clone()).collect())
            .collect();
        rows.extend(passages.iter().map(|passage| passage.speaker.clone()));
        rows.push(folds(grounds.title));
        Self { passages, rows }
    }

    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        self.passages.iter().flat_map(|passage| &passage.sentences)
    }

    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.readings().flat_map(|reading| &reading.words)
    }

    /// Everything together.
    pub fn held(&self) -> Held {
        let mut held = Held::default();
        for passage in &self.passages {
            let all = passage.held();
            held.keys.extend(all.keys);
            held.strong.extend(all.strong);
        }
        held
    }

    /// Whether the folded words stand in a row somewhere, the last with or without a genitive's s.
    pub fn has_row(&self, name: &[String]) -> bool {
        let Some((last, lead)) = name.split_last() else { return true };
        self.rows.iter().any(|row| {
            row.windows(name.len()).any(|window| {
                window
                    .split_last()
                    .is_some_and(|(end, start)| start == lead && same_name(end, last))
            })
        })
    }

    /// A sentence that says the same, word for word.
    pub fn has_sentence(&self, told: &Reading) -> bool {
        self.readings().any(|reading| {
            reading.question == told.question
                && reading.words.len() == told.words.len()
                && reading.words.iter().zip(&told.words).all(|(said, told)| said.fold == told.fold)
        })
    }
}

/// The same name, with or without a genitive's s.
pub(super) fn same_name(said: &str, told: &str) -> bool {
    let bare = |name: &str| {
        name.strip_suffix("'s").or_else(|| name.strip_suffix('s')).unwrap_or(name).to_owned()
    };
    said == told || bare(said) == bare(told)
}

impl Passage {
    pub fn held(&self) -> Held {
        let mut held = Held::default();
        for reading in &self.sentences {
            (0..reading.clauses.len()).for_each(|index| held.take(reading, index));
        }
        held
    }

    /// What is said of, or for, a party: the clauses that name it and those after them up to the
    /// next that names another. All, when the passage speaks of no other party or the speaker is
    /// one of its members.
    pub fn of_party(&self, letter: &str) -> Option<Held> {
        let named: BTreeSet<&str> = self
            .sentences
            .iter()
            .flat_map(|reading| &reading.clauses)
            .flat_map(|clause| clause.letters.iter().map(String::as_str))
            .collect();
        let own = self.letter.as_deref() == Some(letter);
        if !own && !named.contains(letter) {
            return None;
        }
        let others = named.iter().any(|other| *other != letter);
        if !others {
            return Some(self.held());
        }
        let mut held = Held::default();
        let mut active = own;
        for reading in &self.sentences {
            for (index, clause) in reading.clauses.iter().enumerate() {
                if !clause.letters.is_empty() {
                    active = clause.letters.contains(letter);
                }
                if active {
                    held.take(reading, index);
                }
            }
        }
        Some(held)
    }

    /// Whether the speaker is known under this name.
    pub fn is_spoken_by(&self, name: &[String]) -> bool {
        !name.is_empty()
            && name.iter().all(|part| self.speaker.iter().any(|own| same_name(own, part)))
    }

    /// Whether the speaker holds the office, or the passage names it.
    pub fn has_office(&self, stem: &str) -> bool {
        self.office.as_deref() == Some(stem)
            || self
                .sentences
                .iter()
                .flat_map(|reading| &reading.words)
                .any(|word| word.stem == stem && matches!(word.role, Role::Content | Role::Stop))
    }

    /// Whether a sentence holds the name and a verb of saying.
    pub fn says_of(&self, name: &[String]) -> bool {
        self.sentences.iter().any(|reading| {
            name.iter().all(|part| reading.words.iter().any(|word| same_name(&word.fold, part)))
                && reading.words.iter().any(|word| lexicon::says(&word.lower))
        })
    }

    /// What the sentences hold in which all parts of the name stand.
    pub fn names(&self, name: &[String]) -> impl Iterator<Item = Held> {
        self.sentences
            .iter()
            .filter(|reading| {
                name.iter().all(|part| reading.words.iter().any(|word| same_name(&word.fold, part)))
            })
            .map(|reading| {
                let mut held = Held::default();
                (0..reading.clauses.len()).for_each(|index| held.take(reading, index));
                held
            })
    }
}
