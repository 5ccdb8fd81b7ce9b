//! Which words a reader must be told to doubt.
//!
//! Word probabilities are meant as shares: of words with 0.8 four in five are right (see
//! `asr::calibrate`). A word is marked when it is more likely wrong than right. A number, a name or a
//! negation turns a decision into another one and is wrong more often, so it is marked much sooner.

use super::prose;
use super::text::plain;
use crate::danish::normalise::normalise;
use crate::danish::numerals;
use crate::danish::words::{fold, is_negation, lower, tokens};
use crate::meeting::{Segment, Word};

/// The segment's text, cleaned word by word with `clean`, runs of doubtful words between `open` and
/// `close`. Without a word for each token nothing is marked.
pub(super) fn marked(
    segment: &Segment,
    open: &str,
    close: &str,
    clean: fn(&str) -> String,
) -> String {
    let text = plain(&segment.text);
    let tokens: Vec<&str> = text.split(' ').collect();
    if tokens.len() != segment.words.len() {
        return clean(&text);
    }
    let mut out = String::new();
    let mut inside = false;
    for (token, unsure) in tokens.iter().zip(unsure(&tokens, &segment.words)) {
        if inside && !unsure {
            out.push_str(close);
        }
        if !out.is_empty() {
            out.push(' ');
        }
        if unsure && !inside {
            out.push_str(open);
        }
        out.push_str(&clean(token));
        inside = unsure;
    }
    if inside {
        out.push_str(close);
    }
    out
}

/// The segment's text in one line, and the byte ranges in it that a reader must be told to doubt, in
/// order. Without a word for each token nothing is marked.
pub fn doubts(segment: &Segment) -> (String, Vec<(usize, usize)>) {
    let text = plain(&segment.text);
    let tokens: Vec<&str> = text.split(' ').collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    if tokens.len() == segment.words.len() {
        let (mut at, mut inside) = (0, false);
        for (token, unsure) in tokens.iter().zip(unsure(&tokens, &segment.words)) {
            let end = at + token.len();
            match ranges.last_mut() {
                Some((_, last)) if unsure && inside => *last = end,
                _ if unsure => ranges.push((at, end)),
                _ => {}
            }
            (at, inside) = (end + 1, unsure);
        }
    }
    (text, ranges)
}

/// Of each token of a segment, whether it is to be marked.
fn unsure(tokens: &[&str], words: &[Word]) -> Vec<bool> {
    let mut opens = true;
    let mut marked = Vec::with_capacity(tokens.len());
    for (token, word) in tokens.iter().zip(words) {
        marked.push(is_doubtful(word, opens));
        opens = token.ends_with(['.', '?', '!', '…', ':']);
    }
    marked
}

/// Whether a word is to be marked; `opens` says that it begins a sentence.
fn is_doubtful(word: &Word, opens: bool) -> bool {
    let enough = if is_delicate(&word.text, opens) { prose::SURE_WORD } else { prose::LIKELY_WORD };
    word.probability < enough
}

/// Whether a word is a number, a name (a capital inside a sentence) or a negation.
fn is_delicate(text: &str, opens: bool) -> bool {
    tokens(text).iter().enumerate().any(|(at, token)| {
        let pronoun = matches!(token.text, "I" | "De" | "Dem" | "Deres" | "Jer");
        is_number(token.text)
            || is_negation(&token.lower)
            || (token.is_capitalised() && !pronoun && (!opens || at > 0))
    })
}

/// `25`, `femogtyve`; not `en` and `et`, which mostly are no numbers.
fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
        || numerals::parse(text).is_some_and(|numeral| !numeral.doubtful)
}

/// The probability of the least sure number, name or negation that a value takes from the words it
/// rests on; none when it takes none. `text` is all that the value says. Numbers may be written in
/// another way there, so every number among the words counts when the value holds one.
pub(super) fn weakest<'a>(text: &str, segments: impl Iterator<Item = &'a Segment>) -> Option<f64> {
    let said = normalise(text);
    let numbers = said.iter().any(|word| word.number);
    let said: Vec<String> = said.into_iter().map(|word| word.text).collect();
    let mut least: Option<f64> = None;
    for segment in segments {
        let mut opens = true;
        for word in &segment.words {
            let delicate = is_delicate(&word.text, opens);
            opens = word.text.ends_with(['.', '?', '!', '…', ':']);
            let taken = || {
                let bare = word.text.trim_matches(|c: char| !c.is_alphanumeric());
                numbers && is_number(bare)
                    || tokens(bare).iter().any(|token| said.contains(&fold(&lower(token.text))))
            };
            if delicate && least.is_none_or(|least| word.probability < least) && taken() {
                least = Some(word.probability);
            }
        }
    }
    least
}
