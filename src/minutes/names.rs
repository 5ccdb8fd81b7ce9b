//! People: the agenda's members as they are spoken of.

use crate::danish::words;
use crate::meeting::{Agenda, Member};

use super::sentence::Sentence;

/// Likeness (see [`words::similarity`]) from which a spoken word counts as a member's name. Kjærgård
/// and Kjærgaard are 1; one confused vowel in six letters is .9; another name of that length is
/// below .7.
const ALIKE: f64 = 0.85;

/// A person spoken of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NameHit {
    pub from: usize,
    pub to: usize,
    /// As in the agenda when listed there, else as spoken.
    pub name: String,
    /// Letter from the agenda.
    pub party: Option<String>,
    pub listed: bool,
}

/// The people who may be spoken of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    members: &'a [Member],
}

impl<'a> Names<'a> {
    pub fn of(agenda: &'a Agenda) -> Self {
        Self { members: &agenda.members }
    }

    /// Full names in a sentence: listed ones, also when damaged, and others by their capitals.
    pub fn hits(&self, sentence: &Sentence) -> Vec<NameHit> {
        let mut found: Vec<NameHit> = Vec::new();
        let mut at = 0;
        while at < sentence.terms.len() {
            let hit = self.listed_at(sentence, at).or_else(|| capitals_at(sentence, at));
            at = hit.as_ref().map_or(at + 1, |hit| hit.to);
            found.extend(hit);
        }
        found
    }

    /// The first of the agenda's members whose name a text holds, also in the genitive.
    pub fn member_in(&self, text: &str) -> Option<String> {
        self.members
            .iter()
            .filter(|member| member.name.contains(' '))
            .find(|member| text.contains(&member.name))
            .map(|member| member.name.clone())
    }

    fn listed_at(&self, sentence: &Sentence, at: usize) -> Option<NameHit> {
        self.members
            .iter()
            .filter_map(|member| {
                let parts: Vec<&str> = member.name.split_whitespace().collect();
                let spoken = sentence.terms.get(at..at.checked_add(parts.len())?)?;
                let alike = parts.len() >= 2
                    && parts.iter().zip(spoken).all(|(part, term)| {
                        term.is_capitalised() && words::similarity(part, &term.text) >= ALIKE
                    });
                alike.then(|| NameHit {
                    from: at,
                    to: at + parts.len(),
                    name: member.name.clone(),
                    party: member.party.clone(),
                    listed: true,
                })
            })
            .next()
    }
}

/// Two to four words with capitals in a row that are no party, title or sentence opener.
fn capitals_at(sentence: &Sentence, at: usize) -> Option<NameHit> {
    let terms = &sentence.terms;
    let is_part = |at: usize| {
        terms.get(at).is_some_and(|term| {
            term.is_capitalised()
                && term.value.is_none()
                && term.lower.chars().count() >= 2
                && term.lower.chars().all(|c| c.is_alphabetic() || c == '-')
                && !words::is_stop_word(&term.lower)
                && !is_title(&term.lower)
                && !sentence.parties().iter().any(|hit| (hit.from..hit.to).contains(&at))
        })
    };
    let joined = |at: usize| terms.get(at).is_some_and(|term| term.gap.is_empty());
    if !is_part(at) {
        return None;
    }
    let mut to = at + 1;
    while to < at + 4 && is_part(to) && joined(to) {
        to += 1;
    }
    (to - at >= 2).then(|| NameHit {
        from: at,
        to,
        name: sentence.slice(at, to).to_owned(),
        party: None,
        listed: false,
    })
}

/// Words with a capital that are no names.
fn is_title(lower: &str) -> bool {
    matches!(
        lower,
        "borgmester"
            | "borgmesteren"
            | "formand"
            | "formanden"
            | "godaften"
            | "velkommen"
            | "byrådet"
            | "kommune"
            | "udvalget"
            | "økonomiudvalget"
            | "lokalplan"
            | "skole"
            | "afbud"
            | "stedfortræder"
            | "fraværende"
            | "rådmand"
            | "viceborgmester"
            | "klokken"
            | "kommunalbestyrelsen"
            | "punkt"
            | "ingen"
            | "liste"
            | "afstemningen"
    )
}
