//! Stems.

use rust_stemmers::{Algorithm, Stemmer};

use super::fold;

/// Forms that the Snowball rules leave apart, with the form that they are stemmed as: strong verbs
/// of the council's vocabulary and plurals with a lost vowel. Sorted by the first.
const IRREGULAR: &[(&str, &str)] = &[
    ("afslog", "afslå"),
    ("afslås", "afslå"),
    ("afslået", "afslå"),
    ("bad", "bede"),
    ("bedt", "bede"),
    ("bød", "byde"),
    ("budt", "byde"),
    ("byder", "byde"),
];

/// The stem of a word: folded, then Snowball Danish, with corrections for words of councils.
pub fn stem(word: &str) -> String {
    let folded = fold(word);
    let regular = IRREGULAR
        .iter()
        .find_map(|(form, base)| (*form == folded).then_some(*base))
        .unwrap_or(&folded);
    Stemmer::create(Algorithm::Danish).stem(regular).into_owned()
}
