//! The body that meets: its parties, and by which names it speaks of itself.

use std::rc::Rc;

use crate::danish::parties::Register;
use crate::danish::words;
use crate::meeting::Agenda;

use super::party;

/// Names of a council for itself.
const COUNCIL: [&str; 3] = ["byrådet", "kommunalbestyrelsen", "borgerrepræsentationen"];

/// The body that meets.
#[derive(Debug)]
pub(super) struct House {
    pub register: Rc<Register>,
    /// Last word of the committee's name, lower case; none when it is unknown.
    body: Option<String>,
}

impl House {
    pub fn of(agenda: &Agenda) -> Self {
        let name = agenda.committee.as_deref().map(words::lower).unwrap_or_default();
        let body = name.split_whitespace().last().filter(|word| word.chars().count() > 4);
        Self { register: Rc::new(party::register(agenda)), body: body.map(str::to_owned) }
    }

    /// Whether a word (lower case) names the body that meets: "udvalget" in a committee, "byrådet" in a
    /// council. Decisions of other bodies are theirs, and told as such.
    pub fn is_own(&self, word: &str) -> bool {
        let word = word.strip_suffix('s').unwrap_or(word);
        match &self.body {
            Some(body) if body.ends_with("udvalget") || body.ends_with("udvalg") => {
                let bare = |name: &str| name.trim_end_matches("et").to_owned();
                bare(word) == bare(body) || word == "udvalget"
            }
            Some(body) => word == body || COUNCIL.contains(&word),
            None => COUNCIL.contains(&word),
        }
    }
}
