//! Finding parties in speech.

use super::{Mention, Party, Register};
use crate::danish::words::{After, Token, TokenKind, fold, similarity};

/// Likeness from which a damaged name of at least [`SHORTEST_FUZZY`] letters is believed.
const ALIKE: f64 = 0.85;
const SHORTEST_FUZZY: usize = 8;
/// Likeness for names that are made of plain words (Nye Borgerlige, uden for parti).
const PLAIN_WORDS_ALIKE: f64 = 0.93;
/// Most letters that a damaged name may have lost or won.
const LENGTHS: usize = 3;

/// Words after `venstre`/`til venstre` that make it a direction.
const SIDES: &[&str] = &[
    "side",
    "hånd",
    "ben",
    "arm",
    "øje",
    "fod",
    "kant",
    "om",
    "spor",
    "bane",
    "vejbane",
    "svingbane",
    "fløj",
    "hjørne",
    "sving",
    "kolonne",
    "halvdel",
    "kørebane",
];

/// Words before a lower-case `venstre` that make it a direction.
const TOWARDS: &[&str] = &["til", "mod", "højre", "i", "yderst", "længst", "den", "min", "sin"];

/// What follows a party that is the subject of its clause, or ends a mention.
const PREDICATES: &[&str] = &[
    "accepterer",
    "anbefaler",
    "bakker",
    "bemærker",
    "beder",
    "begærer",
    "bifalder",
    "finder",
    "foreslog",
    "foreslår",
    "går",
    "havde",
    "har",
    "i",
    "imod",
    "kan",
    "kunne",
    "med",
    "mener",
    "mente",
    "og",
    "samt",
    "siger",
    "skal",
    "som",
    "stemmer",
    "stemte",
    "stiller",
    "støtter",
    "synes",
    "tager",
    "tiltræder",
    "tilslutter",
    "tog",
    "undlader",
    "undlod",
    "vil",
    "ønsker",
    "ønskede",
    "også",
    "eller",
    "plus",
    "men",
    "ikke",
    "for",
    "at",
    "der",
    "ved",
    "på",
    "om",
];

impl Register {
    /// Every party that the tokens of one text speak of, left to right, none inside another.
    ///
    /// Names match with a tolerance for recognition errors when they are long enough; short forms
    /// (`SF`, `KF`) only in capitals, except `sf` and `df`, which are no words; single letters only
    /// after `liste`, `parti` or `gruppe` and in rows of letters (`A, V og C`). Not matched:
    /// `venstre` as a direction, `radikale`, `konservative` and `alternativet` as plain words.
    pub fn find(&self, tokens: &[Token<'_>]) -> Vec<Mention> {
        let forms = self.forms();
        let said: Vec<Said> = tokens
            .iter()
            .map(|token| {
                let folded = fold(bare(token.text));
                Said { letters: letters(&folded), length: folded.chars().count(), folded }
            })
            .collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let mention = self
                .listed(tokens, at)
                .or_else(|| row_of_letters(self, tokens, at))
                .or_else(|| self.short_form(tokens, at).map(|mention| vec![mention]))
                .or_else(|| named(&forms, tokens, &said, at).map(|mention| vec![mention]));
            match mention {
                Some(mentions) => {
                    at = mentions.last().map_or(at, |last| last.token + last.used).max(at + 1);
                    found.extend(mentions);
                }
                None => at += 1,
            }
        }
        found
    }

    /// Every name and spoken form, folded and without blanks, with its number of words.
    fn forms(&self) -> Vec<Form<'_>> {
        let mut forms: Vec<Form<'_>> = self
            .parties
            .iter()
            .flat_map(|party| {
                std::iter::once(&party.name).chain(&party.spoken).map(move |form| {
                    let words: Vec<String> = form.split_whitespace().map(fold).collect();
                    let run = words.concat();
                    Form {
                        party,
                        words: words.len(),
                        letters: letters(&run),
                        length: run.chars().count(),
                        run,
                    }
                })
            })
            .filter(|form| form.run.chars().count() > 1)
            .collect();
        // Longer forms first: Radikale Venstre before Venstre.
        forms.sort_by_key(|form| std::cmp::Reverse(form.run.len()));
        forms
    }

    /// `Liste L`, `parti A`, `listens … gruppe V`.
    fn listed(&self, tokens: &[Token<'_>], at: usize) -> Option<Vec<Mention>> {
        let lead = tokens.get(at)?;
        let letter = tokens.get(at + 1).filter(|_| !lead.is_closed())?;
        if !matches!(&*lead.lower, "liste" | "partiet" | "parti" | "gruppe")
            || letter.text.chars().count() != 1
            || !letter.text.chars().all(char::is_alphabetic)
            || (lead.lower != "liste" && !letter.is_capitalised())
            || (letter.lower == "i" && !letter.is_capitalised())
        {
            return None;
        }
        let upper = letter.text.to_uppercase();
        let letter = self.resolve(&upper).map_or(upper, |party| party.letter.clone());
        Some(vec![Mention { letter, token: at, used: 2, likeness: 1.0 }])
    }

    fn short_form(&self, tokens: &[Token<'_>], at: usize) -> Option<Mention> {
        let token = tokens.get(at)?;
        let text = bare(token.text);
        if text.chars().count() < 2 {
            return None;
        }
        let capitals = text.chars().all(char::is_uppercase);
        if !capitals && !matches!(text, "sf" | "Sf" | "df" | "Df") {
            return None;
        }
        let upper = text.to_uppercase();
        let party = self
            .parties
            .iter()
            .find(|party| party.short == upper || (party.letter == upper && upper.len() > 2))
            .or_else(|| (upper == "UP").then(|| self.by_letter("UFP")).flatten())?;
        Some(Mention { letter: party.letter.clone(), token: at, used: 1, likeness: 1.0 })
    }
}

struct Form<'a> {
    party: &'a Party,
    words: usize,
    run: String,
    length: usize,
    letters: u32,
}

/// A token's text without the genitive's apostrophe and s.
fn bare(text: &str) -> &str {
    ["'s", "\u{2019}s"].iter().find_map(|tail| text.strip_suffix(tail)).unwrap_or(text)
}

/// `A, V og C` or `A+V+C`: at least two capital letters of parties in a row.
fn row_of_letters(register: &Register, tokens: &[Token<'_>], at: usize) -> Option<Vec<Mention>> {
    let mut row = Vec::new();
    let mut next = at;
    let mut linked = true;
    while let Some(token) = tokens.get(next) {
        let mut letters = token.text.chars();
        let single = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
        let party = Some(bare(token.text))
            .filter(|text| single || (text.len() > 1 && text.chars().all(char::is_uppercase)))
            .and_then(|text| register.resolve(text));
        if let Some(party) = party.filter(|_| linked) {
            row.push(Mention { letter: party.letter.clone(), token: next, used: 1, likeness: 1.0 });
            // "A, V" and "A+V" link; "A V" does not, for "I V" is no row.
            linked = token.after == After::Comma;
        } else if matches!(&*token.lower, "og" | "samt" | "&") && !row.is_empty() {
            linked = true;
        } else if !(token.kind == TokenKind::Number && linked && !row.is_empty()) {
            // Counts may stand between: "3 A, 2 C og 1 V".
            break;
        }
        next += 1;
    }
    (row.len() >= 2).then_some(row)
}

/// A name or spoken form from `at` on.
fn named(forms: &[Form<'_>], tokens: &[Token<'_>], said: &[Said], at: usize) -> Option<Mention> {
    let (form, used, likeness) = best(forms, tokens, said, at)?;
    // "fra Radikale Venstre" is as near to a name as a damaged name is; a better start lies ahead.
    let better = (at + 1..at + used)
        .any(|next| best(forms, tokens, said, next).is_some_and(|(.., later)| later > likeness));
    if better || !believable(form, tokens, at, used, likeness) {
        return None;
    }
    Some(Mention { letter: form.party.letter.clone(), token: at, used, likeness })
}

/// The most alike form from `at` on, with the tokens it takes.
fn best<'f, 'p>(
    forms: &'f [Form<'p>],
    tokens: &[Token<'_>],
    said: &[Said],
    at: usize,
) -> Option<(&'f Form<'p>, usize, f64)> {
    let mut best: Option<(&Form<'_>, usize, f64)> = None;
    for form in forms {
        for count in form.words.saturating_sub(1).max(1)..=form.words + 1 {
            let (Some(row), Some(said)) = (tokens.get(at..at + count), said.get(at..at + count))
            else {
                continue;
            };
            let letters = said.iter().fold(0, |all, one| all | one.letters);
            let length: usize = said.iter().map(|one| one.length).sum();
            if length.abs_diff(form.length) > LENGTHS
                || !could_be(letters, form.letters)
                || row.iter().any(|token| token.kind != TokenKind::Word)
                || row.iter().rev().skip(1).any(Token::is_closed)
            {
                continue;
            }
            let run: String = said.iter().map(|one| one.folded.as_str()).collect();
            let likeness = likeness(&run, &form.run);
            if likeness > best.map_or(ALIKE, |(_, _, kept)| kept) {
                best = Some((form, count, likeness));
            }
        }
    }
    best
}

/// A token as it is compared.
struct Said {
    folded: String,
    length: usize,
    letters: u32,
}

/// The letters of a word as a set of bits.
fn letters(folded: &str) -> u32 {
    folded.chars().fold(0, |set, letter| {
        let at = match letter {
            'a'..='z' => u32::from(letter) - u32::from('a'),
            'æ' => 26,
            'ø' => 27,
            'å' => 28,
            _ => 29,
        };
        set | 1 << at
    })
}

/// Whether two sets of letters differ so little that the words can be alike: no more than a quarter
/// of the form's letters missing, and no more than that plus one beside them.
fn could_be(said: u32, form: u32) -> bool {
    let slack = form.count_ones() / 4;
    (form & !said).count_ones() <= slack && (said & !form).count_ones() <= slack + 1
}

/// 1 for the form itself and its genitive; a lower likeness only for long forms.
fn likeness(run: &str, form: &str) -> f64 {
    if run == form || run.strip_suffix('s') == Some(form) {
        return 1.0;
    }
    let adjective = run.ends_with("isk") || run.ends_with("iske");
    if form.chars().count() < SHORTEST_FUZZY || adjective {
        return 0.0;
    }
    similarity(run, form).min(0.99)
}

/// Tells parties from the plain words that they are named after.
fn believable(
    form: &Form<'_>,
    tokens: &[Token<'_>],
    at: usize,
    used: usize,
    likeness: f64,
) -> bool {
    let last = tokens.get(at + used - 1);
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let after = tokens.get(at + used).filter(|_| !last.is_some_and(Token::is_closed));
    let before_word = before.map_or("", |token| &token.lower);
    let after_word = after.map_or("", |token| &token.lower);
    let opposite = |from: usize, to: usize| {
        tokens.get(from..to).is_some_and(|row| row.iter().any(|token| token.lower == "højre"))
    };
    let directions = opposite(at.saturating_sub(2), at)
        || opposite(at + used, (at + used + 2).min(tokens.len()));
    let capital = last.is_some_and(Token::is_capitalised);
    // At a sentence's start the capital says nothing.
    let opens = before.is_none_or(|token| !matches!(token.after, After::Nothing | After::Comma));
    let predicate = after.is_none() || PREDICATES.contains(&after_word);
    match form.run.as_str() {
        "venstre" => {
            !SIDES.contains(&after_word)
                && (capital || !(directions || TOWARDS.contains(&before_word)))
        }
        "radikale" | "konservative" => {
            (capital && !opens) || (predicate && (capital || before_word == "de"))
        }
        "deradikale" | "dekonservative" => capital || predicate,
        // "alternativt" is a word too.
        "alternativet" => {
            capital
                && likeness >= 1.0
                && (!opens || (predicate && !matches!(after_word, "for" | "at" | "til")))
        }
        _ if matches!(form.party.letter.as_str(), "D" | "UFP") => likeness >= PLAIN_WORDS_ALIKE,
        _ => true,
    }
}
