//! A sentence as the check reads it: words with their parts in it, cut into clauses.

use std::collections::BTreeSet;

use crate::danish::parties::Register;
use crate::danish::words::{self, After, TokenKind};

use super::figures::{self, Figure};
use super::lexicon;

/// What a word is to the check.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// Part of the figure with this index.
    Figure(usize),
    /// Part of a party's name; its letter.
    Party(String),
    /// Carries no topic.
    Stop,
    Negation,
    /// A unit of money or percent, which its figure answers for.
    Unit,
    Content,
}

/// One word.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub text: String,
    pub lower: String,
    pub fold: String,
    pub stem: String,
    pub capital: bool,
    pub role: Role,
    /// A mark follows at which a clause may end.
    pub closed: bool,
}

impl Word {
    /// Whether it is written as a name where it stands in its sentence. "I", "De" and "Deres" have
    /// their capital from courtesy.
    pub fn is_named(&self, at: usize) -> bool {
        let plain = matches!(self.role, Role::Content | Role::Stop);
        let courtesy = matches!(self.lower.as_str(), "i" | "de" | "dem" | "deres" | "dine" | "jer");
        self.capital && at > 0 && plain && !courtesy
    }
}

/// Words that belong together round one verb, as far as marks and conjunctions tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    pub from: usize,
    pub to: usize,
    /// Stems, `#` figures and `@` parties.
    pub keys: BTreeSet<String>,
    pub letters: BTreeSet<String>,
    pub negations: usize,
    /// Words that make it a wish, a condition or a guess.
    pub hedges: usize,
    /// Starts with "at", "om", "hvis" and depends on the clause before.
    pub dependent: bool,
}

/// A sentence.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub words: Vec<Word>,
    pub figures: Vec<Figure>,
    pub clauses: Vec<Clause>,
    pub question: bool,
}

impl Reading {
    pub fn of(text: &str, register: &Register) -> Self {
        let tokens = words::tokens(text);
        let mentions = register.find(&tokens);
        let figures = figures::read(&tokens);
        let words: Vec<Word> = tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let party = mentions
                    .iter()
                    .find(|mention| (mention.token..mention.token + mention.used).contains(&at));
                let figure = figures.iter().position(|one| (one.from..one.to).contains(&at));
                let role = match (figure, party) {
                    (Some(figure), _) => Role::Figure(figure),
                    (None, Some(party)) => Role::Party(party.letter.clone()),
                    _ if lexicon::denies(&token.lower) => Role::Negation,
                    _ if lexicon::is_unit(&token.lower) || token.kind == TokenKind::Sign => {
                        Role::Unit
                    }
                    _ if words::is_stop_word(&token.lower) => Role::Stop,
                    _ => Role::Content,
                };
                Word {
                    text: token.text.to_owned(),
                    lower: token.lower.clone(),
                    fold: words::fold(token.text),
                    stem: words::stem(&token.lower),
                    capital: token.is_capitalised(),
                    role,
                    closed: !matches!(token.after, After::Nothing),
                }
            })
            .collect();
        let mut reading =
            Self { words, figures, clauses: Vec::new(), question: text.trim_end().ends_with('?') };
        reading.clauses = reading.cut();
        reading
    }

    /// The clauses. A piece without a word of content belongs to its neighbour, which also keeps
    /// lists ("Venstre, SF og Enhedslisten") together.
    fn cut(&self) -> Vec<Clause> {
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        let mut from = 0;
        for (at, word) in self.words.iter().enumerate() {
            let next = self.words.get(at + 1);
            let opens = next.is_some_and(|next| {
                matches!(
                    next.lower.as_str(),
                    "men" | "mens" | "hvorimod" | "hvis" | "fordi" | "selvom" | "såfremt"
                ) || (next.lower == "og" && self.names_somebody(at + 2))
            });
            let inside = matches!((&word.role, next.map(|next| &next.role)),
                (Role::Figure(a), Some(Role::Figure(b))) if a == b);
            if (word.closed || opens || next.is_none()) && !inside {
                pieces.push((from, at + 1));
                from = at + 1;
            }
        }
        let held = |&(from, to): &(usize, usize)| self.words.get(from..to).unwrap_or_default();
        let bears = |piece: &(usize, usize)| {
            held(piece).iter().any(|word| word.role == Role::Content && !self.is_name(word))
        };
        // "Det er ikke sådan, …" says something of what follows; a bare name belongs to a list.
        let leads = |piece: &(usize, usize)| {
            let words = held(piece);
            words.iter().all(|word| matches!(word.role, Role::Stop | Role::Negation))
                || words
                    .first()
                    .is_some_and(|word| matches!(word.lower.as_str(), "men" | "mens" | "hvorimod"))
        };
        let mut joined: Vec<(usize, usize)> = Vec::new();
        let mut carry: Option<usize> = None;
        for piece in &pieces {
            if bears(piece) {
                joined.push((carry.take().unwrap_or(piece.0), piece.1));
            } else if carry.is_none()
                && !leads(piece)
                && let Some(last) = joined.last_mut()
            {
                last.1 = piece.1;
            } else {
                carry.get_or_insert(piece.0);
            }
        }
        match (carry, joined.last_mut()) {
            (Some(_), Some(last)) => last.1 = self.words.len(),
            (Some(from), None) => joined.push((from, self.words.len())),
            (None, _) => {}
        }
        joined.into_iter().map(|(from, to)| self.clause(from, to)).collect()
    }

    /// A party or a name with a capital at `at`.
    fn names_somebody(&self, at: usize) -> bool {
        self.words
            .get(at)
            .is_some_and(|word| matches!(word.role, Role::Party(_)) || self.is_name(word))
    }

    fn is_name(&self, word: &Word) -> bool {
        word.capital && word.role == Role::Content
    }

    fn clause(&self, from: usize, to: usize) -> Clause {
        let mut clause = Clause { from, to, ..Clause::default() };
        let held = self.words.get(from..to).unwrap_or_default();
        for word in held {
            match &word.role {
                Role::Figure(index) => {
                    if let Some(figure) = self.figures.get(*index) {
                        clause.keys.insert(format!("#{}", figure.value));
                    }
                }
                Role::Party(letter) => {
                    clause.keys.insert(format!("@{letter}"));
                    clause.letters.insert(letter.clone());
                }
                Role::Negation => clause.negations += 1,
                Role::Content => {
                    clause.keys.insert(word.stem.clone());
                    clause.hedges += usize::from(lexicon::hedges(word));
                }
                Role::Stop | Role::Unit => clause.hedges += usize::from(lexicon::hedges(word)),
            }
        }
        let lead = held.iter().find(|word| !matches!(word.lower.as_str(), "og" | "eller" | "men"));
        clause.dependent = lead.is_some_and(|word| {
            matches!(
                word.lower.as_str(),
                "at" | "om" | "hvis" | "såfremt" | "som" | "der" | "hvor" | "hvordan" | "fordi"
            )
        });
        clause
    }

    /// Negations and hedges of a clause together with those it depends on.
    pub fn tone(&self, index: usize) -> Tone {
        let mut tone = Tone::default();
        let mut at = index;
        while let Some(clause) = self.clauses.get(at) {
            tone.negations += clause.negations;
            tone.hedged |= clause.hedges > 0;
            if !clause.dependent || at == 0 {
                break;
            }
            at -= 1;
        }
        tone
    }

    /// Every key of the sentence.
    pub fn keys(&self) -> BTreeSet<String> {
        self.clauses.iter().flat_map(|clause| clause.keys.iter().cloned()).collect()
    }
}

/// How a clause stands to what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tone {
    pub negations: usize,
    pub hedged: bool,
}
