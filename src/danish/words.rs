//! Words: tokens, folded and stemmed forms, likeness of damaged words, compounds, sentences.

mod compound;
mod likeness;
mod sentence;
mod stem;
mod token;

pub use compound::compound_parts;
pub use likeness::similarity;
pub use sentence::{is_abbreviation, sentences};
pub use stem::stem;
pub use token::{After, Token, TokenKind, is_case_number, tokens};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case and NFC, nothing else changed.
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// The form in which words are compared: lower case, NFC, accents removed except in æ, ø, å.
///
/// `aa` becomes `å` (Aabenraa = Åbenrå, Kjærgaard = Kjærgård), the Swedish and German `ä` and `ö`
/// become `æ` and `ø`, `ü` becomes `y` (all three as in the Danish alphabetical order), `ß`
/// becomes `ss`. A compound with a true `a` + `a` (dataanalyse) is folded all the same: both sides
/// of a comparison are, so nothing is lost but the distinction.
pub fn fold(text: &str) -> String {
    if text.is_ascii() && !text.contains('`') {
        let lower = text.to_ascii_lowercase();
        return if lower.contains("aa") { lower.replace("aa", "å") } else { lower };
    }
    let mut folded = String::with_capacity(text.len());
    for letter in lower(text).chars() {
        match letter {
            'æ' | 'ø' | 'å' => folded.push(letter),
            'ä' | 'ǽ' => folded.push('æ'),
            'ö' | 'œ' | 'ǿ' => folded.push('ø'),
            'ü' => folded.push('y'),
            'ß' => folded.push_str("ss"),
            'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            '\u{2019}' | '\u{2018}' | '\u{b4}' | '`' => folded.push('\''),
            '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
            _ if letter.is_ascii() => folded.push(letter),
            // "ǻ" and its like keep their ring; any other mark goes.
            'ǻ' => folded.push('å'),
            _ => folded.extend(std::iter::once(letter).nfd().filter(|&c| !is_combining_mark(c))),
        }
    }
    if folded.contains("aa") { folded.replace("aa", "å") } else { folded }
}

/// Words that carry no topic: articles, pronouns, prepositions, conjunctions, modal verbs, and
/// what a chair says at every item. Own list, sorted.
const STOP_WORDS: &[&str] = &[
    "ad",
    "af",
    "aldrig",
    "alle",
    "allerede",
    "alligevel",
    "alt",
    "altså",
    "anden",
    "andet",
    "andre",
    "at",
    "bare",
    "begge",
    "bl.a",
    "blev",
    "blevet",
    "blive",
    "bliver",
    "burde",
    "bør",
    "ca",
    "da",
    "de",
    "dem",
    "den",
    "denne",
    "der",
    "deres",
    "derfor",
    "det",
    "dette",
    "dig",
    "din",
    "dine",
    "disse",
    "dit",
    "dog",
    "du",
    "efter",
    "ej",
    "ellers",
    "en",
    "end",
    "endnu",
    "er",
    "et",
    "f.eks",
    "fik",
    "for",
    "fordi",
    "fra",
    "få",
    "fået",
    "får",
    "før",
    "gennem",
    "gik",
    "gå",
    "går",
    "gør",
    "gøre",
    "haft",
    "ham",
    "han",
    "hans",
    "har",
    "havde",
    "have",
    "hele",
    "helt",
    "hen",
    "hende",
    "hendes",
    "her",
    "hos",
    "hun",
    "hvad",
    "hvem",
    "hver",
    "hvilke",
    "hvilken",
    "hvilket",
    "hvis",
    "hvor",
    "hvordan",
    "hvorfor",
    "hvornår",
    "i",
    "igen",
    "ikke",
    "ind",
    "ingen",
    "intet",
    "ja",
    "jeg",
    "jer",
    "jeres",
    "jo",
    "kan",
    "kom",
    "komme",
    "kommer",
    "kun",
    "kunne",
    "lidt",
    "lige",
    "man",
    "mange",
    "med",
    "meget",
    "mellem",
    "men",
    "mens",
    "mere",
    "mig",
    "min",
    "mine",
    "mit",
    "mod",
    "må",
    "måtte",
    "ned",
    "nej",
    "nogen",
    "noget",
    "nogle",
    "nok",
    "nu",
    "når",
    "og",
    "også",
    "om",
    "op",
    "os",
    "over",
    "pr",
    "på",
    "selv",
    "sig",
    "sige",
    "siger",
    "sin",
    "sine",
    "sit",
    "skal",
    "skulle",
    "som",
    "så",
    "sådan",
    "tak",
    "thi",
    "til",
    "ud",
    "uden",
    "under",
    "var",
    "ved",
    "vel",
    "vi",
    "vil",
    "ville",
    "vor",
    "vores",
    "være",
    "været",
    "åh",
];

/// Whether a word, lower-cased, carries no topic of its own.
pub fn is_stop_word(lower: &str) -> bool {
    STOP_WORDS.binary_search(&lower).is_ok()
}

/// Whether a word, lower-cased, denies: what must not get lost between speech and minutes.
pub fn is_negation(lower: &str) -> bool {
    matches!(
        lower,
        "aldrig"
            | "ej"
            | "hverken"
            | "ikke"
            | "ingen"
            | "ingenting"
            | "intet"
            | "nej"
            | "næppe"
            | "uden"
    )
}

#[cfg(test)]
mod tests {
    use super::STOP_WORDS;

    #[test]
    fn stop_words_can_be_searched() {
        assert!(STOP_WORDS.is_sorted(), "{STOP_WORDS:?}");
    }
}
