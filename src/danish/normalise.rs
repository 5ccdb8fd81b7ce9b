//! The normaliser under word error rates: two texts that a listener would call the same become the
//! same row of words.
//!
//! What it does, in the order of effect:
//! 1. cuts the text with [`tokens`]: punctuation and hyphens go, `MED-udvalg` becomes two words;
//! 2. drops fillers (`øh`, `øhm`, `eh`, `hm`, `mhm`, `æh`);
//! 3. writes numbers in digits without grouping: `femogtyve`, `fem og tyve`, `25` → `25`;
//!    `850 tusind`, `850.000` → `850000`; `1,3 mio.` → `1300000`; `tyve seksogtyve` → `2026`.
//!    Ordinals keep a full stop: `syvende`, `7.` (before a lower-case word or a month) → `7.`.
//!    `en`, `et` stay words unless they follow a word that takes a number (`punkt et` → `punkt 1`);
//!    `én`, `ét` become `1`; `2.` and `anden` are both `anden` but for dates;
//! 4. times: `kl. 17.00`, `klokken sytten` → `klokken 17`; `17.31` → `17:31`. Written dates become
//!    spoken ones: `24-09-2019` → `24. september 2019`. Ranges: `6-9` → `6 til 9`. `-5` → `minus
//!    5`. Case numbers fall into their parts, as they are read aloud: `25/26257` → `25 26257`;
//! 5. writes abbreviations and signs out, as whole words only: `fx`, `f.eks.` → `for eksempel`;
//!    `kr.` → `kroner`, `%`, `pct.` → `procent`, `§` → `paragraf`, `km/t` → `kilometer i timen`;
//! 6. joins initials: `K.B.` → `kb`;
//! 7. lower case, NFKC → NFC, accents other than æøå off, `aa` → `å`.
//!
//! It follows the normaliser of CoRal (alexandrainst/coral, MIT) in spirit and leaves out its known
//! errors: `-` is not always `minus`, and `kg`, `hhv`, `fx` are not replaced inside words.

mod abbreviation;

use unicode_normalization::UnicodeNormalization;

use super::dates;
use super::numerals::{self, Numeral, NumeralKind};
use super::words::{After, Token, TokenKind, fold, tokens};

/// A word of normalised text, with the bytes of the given text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormalWord {
    pub text: String,
    pub start: usize,
    pub end: usize,
    /// A number, ordinal, time or part of a date.
    pub number: bool,
}

/// The normalised words of `text` in order.
///
/// Byte ranges point into `text` as given. Compatibility forms (`½`, `㎞`, `ﬁ`) are resolved word by
/// word for the same reason.
pub fn normalise(text: &str) -> Vec<NormalWord> {
    let all = tokens(text);
    let mut out = Out { words: Vec::with_capacity(all.len()) };
    let mut at = 0;
    while let Some(rest) = all.get(at..).filter(|rest| !rest.is_empty()) {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        at += step(&mut out, rest, before).max(1);
    }
    out.words
}

/// Lower-cased, punctuation dropped, nothing else changed: for rates without normalisation.
pub fn plain(text: &str) -> Vec<NormalWord> {
    tokens(text)
        .into_iter()
        .map(|token| NormalWord {
            number: token.kind == TokenKind::Number,
            text: token.lower,
            start: token.start,
            end: token.end,
        })
        .collect()
}

struct Out {
    words: Vec<NormalWord>,
}

impl Out {
    /// Adds the words of `text`, separated by blanks, for a stretch of the source.
    fn push(&mut self, text: &str, from: &Token<'_>, to: &Token<'_>, number: bool) {
        self.words.extend(text.split(' ').filter(|word| !word.is_empty()).map(|word| NormalWord {
            text: word.to_owned(),
            start: from.start,
            end: to.end,
            number,
        }));
    }
}

/// Writes the first token or tokens of `rest`; gives how many.
fn step(out: &mut Out, rest: &[Token<'_>], before: Option<&Token<'_>>) -> usize {
    let Some(first) = rest.first() else { return 0 };
    if let Some(used) = clock(out, rest, before) {
        return used;
    }
    if let Some(used) = date(out, rest) {
        return used;
    }
    if let Some(used) = number(out, rest, before) {
        return used;
    }
    match first.kind {
        TokenKind::Number => digits(out, first),
        TokenKind::Sign => {
            let between = before.is_some_and(|before| before.kind == TokenKind::Number);
            out.push(abbreviation::sign(first.text, between && first.joined), first, first, false);
        }
        TokenKind::Word => {
            if let Some(letters) = initials(rest) {
                let last = rest.get(letters - 1).unwrap_or(first);
                let word: String =
                    rest.iter().take(letters).map(|token| fold(token.text)).collect();
                out.push(&word, first, last, false);
                return letters;
            }
            if let Some((long, used)) = abbreviation::expand(rest, before) {
                let last = rest.get(used - 1).unwrap_or(first);
                out.push(long, first, last, false);
                return used;
            }
            let compatible: String = first.text.nfkc().collect();
            let word: String = fold(&compatible).chars().filter(|c| c.is_alphanumeric()).collect();
            if !is_filler(&word) {
                out.push(&word, first, first, false);
            }
        }
    }
    1
}

/// How many tokens are the letters of one abbreviation: `K.B.`, `H.M.U.`; none when fewer than two.
fn initials(rest: &[Token<'_>]) -> Option<usize> {
    let is_letter = |token: &Token<'_>| {
        token.kind == TokenKind::Word && token.text.chars().count() == 1 && token.is_capitalised()
    };
    let dotted = rest.windows(2).take_while(|pair| {
        pair.iter().all(is_letter)
            && pair.first().is_some_and(|one| one.after == After::Dot)
            && pair.first().zip(pair.last()).is_some_and(|(a, b)| b.start == a.end + 1)
    });
    let joins = dotted.count();
    (joins > 0).then_some(joins + 1)
}

/// Hesitations: `øh`, `øhh`, `øhm`, `eh`, `ehm`, `æh`, `hm`, `hmm`, `mhm`, `mm`.
fn is_filler(word: &str) -> bool {
    let mut short: Vec<char> = word.chars().collect();
    let length = short.len();
    short.dedup();
    let short: String = short.into_iter().collect();
    matches!(
        short.as_str(),
        "øh" | "øhm" | "øm" | "eh" | "ehm" | "æh" | "æhm" | "hm" | "mh" | "mhm"
    ) || (short == "m" && length > 1)
}

/// `kl. 17.31`, `klokken er sytten`, `17:31`.
fn clock(out: &mut Out, rest: &[Token<'_>], before: Option<&Token<'_>>) -> Option<usize> {
    let first = rest.first()?;
    if matches!(&*first.lower, "kl" | "klokken") {
        out.push("klokken", first, first, false);
        return Some(1);
    }
    // "klokken er 17" puts a verb between.
    let last = out.words.last().map(|word| word.text.as_str());
    let announced = match last {
        Some("klokken") => true,
        Some("er" | "var" | "blev") => {
            let at = out.words.len().checked_sub(2)?;
            out.words.get(at).is_some_and(|word| word.text == "klokken")
        }
        _ => false,
    };
    let closed = before.is_some_and(|before| matches!(before.after, After::Comma | After::Stop));
    let colon = first.kind == TokenKind::Number && first.text.contains(':');
    if !colon && (!announced || closed) {
        return None;
    }
    let (time, used) = if announced { dates::time(rest)? } else { dates::clock(rest)? };
    let last = rest.get(used.checked_sub(1)?)?;
    let text = match time.minute {
        0 => time.hour.to_string(),
        minute => format!("{}:{minute:02}", time.hour),
    };
    out.push(&text, first, last, true);
    Some(used)
}

/// Dates in digits, and the day before a month's name.
fn date(out: &mut Out, rest: &[Token<'_>]) -> Option<usize> {
    let first = rest.first()?;
    if first.kind == TokenKind::Number
        && first.text.matches(['-', '/', '.']).count() == 2
        && let Some((date, used)) = dates::read(rest)
        && let Some(year) = date.year
    {
        let month = dates::month_name(date.month)?;
        let last = rest.get(used.checked_sub(1)?)?;
        out.push(&format!("{}. {month} {year}", date.day), first, last, true);
        return Some(used);
    }
    let (_, _) = dates::read(rest).filter(|_| first.lower != "den")?;
    let day = numerals::read(rest)?;
    let last = rest.get(day.used.checked_sub(1)?)?;
    let month = dates::month(&rest.get(day.used)?.lower)?;
    out.push(&format!("{}.", day.whole()?), first, last, true);
    let named = rest.get(day.used)?;
    out.push(dates::month_name(month)?, named, named, false);
    Some(day.used + 1)
}

/// Words after which a lone `en` or `et` is a number.
const COUNTED: &[&str] = &[
    "punkt", "sag", "nummer", "side", "stykke", "paragraf", "ad", "komma", "punktet", "uge",
    "bilag", "klokken",
];

/// Numbers in words and digits.
fn number(out: &mut Out, rest: &[Token<'_>], before: Option<&Token<'_>>) -> Option<usize> {
    let first = rest.first()?;
    let numeral = numerals::read(rest)?;
    let last = rest.get(numeral.used.checked_sub(1)?)?;
    if numeral.doubtful {
        let counted = out.words.last().is_some_and(|word| COUNTED.contains(&word.text.as_str()))
            && before.is_some_and(|before| !matches!(before.after, After::Comma | After::Stop));
        let counted = counted && numeral.kind == NumeralKind::Cardinal;
        let text = if counted { "1" } else { first.lower.as_str() };
        out.push(&fold(text), first, last, counted);
        return Some(numeral.used);
    }
    let text = match numeral.kind {
        NumeralKind::Ordinal if counts_on(rest, numeral) => match numeral.whole() {
            Some(2) => "anden".to_owned(),
            _ => format!("{}.", numeral.value),
        },
        _ => numeral.value.to_string(),
    };
    out.push(&text, first, last, true);
    Some(numeral.used)
}

/// Whether an ordinal stays one: said in words, or `7.` before a lower-case word that it counts.
fn counts_on(rest: &[Token<'_>], numeral: Numeral) -> bool {
    let in_words = rest.first().is_none_or(|first| first.kind != TokenKind::Number);
    let counted = rest
        .get(numeral.used)
        .is_some_and(|next| next.kind == TokenKind::Word && !next.is_capitalised());
    in_words || counted
}

/// Digits that are no number by themselves: `17.31`, `25/26257`, `6a`.
fn digits(out: &mut Out, token: &Token<'_>) {
    let marks: Vec<char> = token.text.chars().filter(|c| !c.is_ascii_digit()).collect();
    match (marks.as_slice(), token.text.split_once('.')) {
        (['.'], Some((hour, minute))) if hour.len() <= 2 && minute.len() == 2 => {
            out.push(&format!("{hour}:{minute}"), token, token, true);
        }
        ([letter], _) if letter.is_alphabetic() => {
            let number = token.text.trim_end_matches(*letter).trim_start_matches('0');
            let number = if number.is_empty() { "0" } else { number };
            out.push(&format!("{number} {}", letter.to_lowercase()), token, token, true);
        }
        _ => {
            let parts: String =
                token.text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
            out.push(&fold(&parts), token, token, true);
        }
    }
}
