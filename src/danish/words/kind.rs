//! What a wrong word would change: numbers, names and negations turn a decision into another one.

use super::{is_negation, tokens};
use crate::danish::numerals;

/// What kind of word it is, for someone who relies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WordKind {
    Number,
    /// A capital inside a sentence.
    Name,
    Negation,
    Other,
}

impl WordKind {
    /// Whether a wrong one turns a decision into another.
    pub fn is_delicate(self) -> bool {
        self != Self::Other
    }
}

/// The kind of a recognised word with its punctuation; `opens` says that it begins a sentence, where a
/// capital tells nothing. The pronouns that Danish writes with a capital are no names.
pub fn kind_of(text: &str, opens: bool) -> WordKind {
    let mut name = false;
    let mut negation = false;
    for (at, token) in tokens(text).iter().enumerate() {
        if is_number(token.text) {
            return WordKind::Number;
        }
        negation |= is_negation(&token.lower);
        let pronoun = matches!(token.text, "I" | "De" | "Dem" | "Deres" | "Jer");
        name |= token.is_capitalised() && !pronoun && (!opens || at > 0);
    }
    match (negation, name) {
        (true, _) => WordKind::Negation,
        (false, true) => WordKind::Name,
        (false, false) => WordKind::Other,
    }
}

/// Whether the word after this one begins a sentence.
pub fn opens_after(text: &str) -> bool {
    text.ends_with(['.', '?', '!', '…', ':'])
}

/// `25`, `femogtyve`; not `en` and `et`, which mostly are no numbers.
fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
        || numerals::parse(text).is_some_and(|numeral| !numeral.doubtful)
}
