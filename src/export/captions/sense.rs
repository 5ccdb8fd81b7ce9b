//! Where a line of Danish may be broken.
//!
//! Rules: after punctuation, before conjunction and preposition; never between article and noun,
//! adjective and noun (where it can be known), first and last name, verb and pronoun, verb and
//! auxiliary or negation, number and unit (Netflix timed text style guide, "Line breaks"; DOMAIN.md
//! § 3). The costs are an order of preference, not measurements: 0 is a perfect place, [`BAD`] a
//! place to be taken only when nothing else fits.

use super::words::SpokenWord;

/// Cost of a place where no rule speaks for or against.
const NEUTRAL: u32 = 20;
/// Cost of a place that the rules forbid.
pub(super) const BAD: u32 = 100;

const CONJUNCTIONS: &[&str] = &[
    "og", "men", "eller", "samt", "for", "så", "at", "som", "der", "hvis", "når", "fordi", "da",
    "mens", "hvor", "hvad", "hvem", "hvilket", "hvilken", "hvordan", "hvorfor", "inden", "indtil",
    "selvom", "ligesom", "end", "om", "hvorvidt", "herunder", "dvs.",
];
const PREPOSITIONS: &[&str] = &[
    "i",
    "på",
    "til",
    "af",
    "med",
    "fra",
    "om",
    "ved",
    "under",
    "over",
    "efter",
    "mellem",
    "mod",
    "uden",
    "hos",
    "gennem",
    "før",
    "blandt",
    "omkring",
    "ifølge",
    "vedrørende",
    "inden",
    "siden",
    "trods",
    "bag",
    "langs",
    "ad",
    "per",
    "pr.",
    "jf.",
    "vedr.",
    "for",
];
const DETERMINERS: &[&str] = &[
    "en", "et", "den", "det", "de", "denne", "dette", "disse", "min", "mit", "mine", "din", "dit",
    "dine", "sin", "sit", "sine", "vores", "jeres", "deres", "hans", "hendes", "dens", "dets",
    "hver", "hvert", "nogle", "nogen", "noget", "ingen", "intet", "alle", "al", "alt", "begge",
    "samme", "anden", "andet", "andre", "flere", "mange", "få", "hele", "ét", "én",
];
const PRONOUNS: &[&str] = &[
    "jeg", "du", "han", "hun", "vi", "i", "de", "man", "det", "den", "der", "mig", "dig", "ham",
    "hende", "os", "jer", "dem", "sig",
];
const AUXILIARIES: &[&str] = &[
    "er", "var", "har", "havde", "vil", "ville", "skal", "skulle", "kan", "kunne", "må", "måtte",
    "bør", "burde", "bliver", "blev", "blive", "være", "have", "får", "fik", "gør", "gjorde",
];
const NEGATIONS: &[&str] = &["ikke", "aldrig", "ej", "heller", "næppe"];
const UNITS: &[&str] = &[
    "kr",
    "kr.",
    "kroner",
    "procent",
    "pct",
    "pct.",
    "%",
    "mio",
    "mio.",
    "millioner",
    "million",
    "mia",
    "mia.",
    "milliarder",
    "milliard",
    "tusind",
    "stemmer",
    "stemme",
    "medlemmer",
    "meter",
    "kilometer",
    "km",
    "år",
    "dage",
    "timer",
    "minutter",
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const BEFORE_NUMBERS: &[&str] = &[
    "punkt",
    "punkterne",
    "pkt",
    "pkt.",
    "nr",
    "nr.",
    "nummer",
    "sag",
    "§",
    "paragraf",
    "kl",
    "kl.",
    "klokken",
    "side",
    "artikel",
    "stk",
    "stk.",
    "kapitel",
    "liste",
    "bilag",
    "den",
    "d.",
    "ca.",
    "cirka",
];
const TITLES: &[&str] = &[
    "hr",
    "hr.",
    "fru",
    "frk.",
    "borgmester",
    "viceborgmester",
    "rådmand",
    "udvalgsformand",
    "formand",
    "direktør",
    "kommunaldirektør",
    "gruppeformand",
    "overborgmester",
    "dr.",
    "st.",
];
const ADJECTIVE_ENDINGS: &[&str] =
    &["lige", "ige", "iske", "somme", "bare", "løse", "fulde", "lig", "ig", "isk", "som", "bar"];
const ADJECTIVES: &[&str] = &[
    "ny",
    "nyt",
    "nye",
    "god",
    "godt",
    "gode",
    "stor",
    "stort",
    "store",
    "lille",
    "små",
    "høj",
    "højt",
    "høje",
    "lav",
    "lavt",
    "lave",
    "lang",
    "langt",
    "lange",
    "kort",
    "korte",
    "gammel",
    "gammelt",
    "gamle",
    "ung",
    "unge",
    "første",
    "anden",
    "tredje",
    "sidste",
    "næste",
    "grøn",
    "grønt",
    "grønne",
    "sociale",
    "social",
    "kommunale",
    "lokale",
    "lokal",
    "åben",
    "åbent",
    "åbne",
];

/// How a word reads for the rules.
pub(super) struct Shape {
    /// Lower case, without marks around it (but with an abbreviation's dot).
    folded: String,
    bare: String,
    capital: bool,
    number: bool,
    last: Option<char>,
}

impl Shape {
    /// Reads a word.
    pub(super) fn of(word: &str) -> Self {
        let trimmed =
            word.trim_matches(|c: char| matches!(c, '"' | '»' | '«' | '(' | ')' | '”' | '“'));
        let folded = trimmed.to_lowercase();
        let bare = folded.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '%').to_owned();
        Self {
            capital: trimmed.chars().next().is_some_and(char::is_uppercase),
            number: bare.chars().next().is_some_and(|c| c.is_ascii_digit()),
            last: trimmed.chars().last(),
            folded,
            bare,
        }
    }

    fn is_in(&self, list: &[&str]) -> bool {
        list.contains(&self.bare.as_str()) || list.contains(&self.folded.as_str())
    }

    fn is_function_word(&self) -> bool {
        [CONJUNCTIONS, PREPOSITIONS, DETERMINERS, PRONOUNS, AUXILIARIES, NEGATIONS]
            .iter()
            .any(|list| self.is_in(list))
    }

    fn is_adjective(&self) -> bool {
        let long = self.bare.chars().count() > 4;
        self.is_in(ADJECTIVES)
            || long && ADJECTIVE_ENDINGS.iter().any(|ending| self.bare.ends_with(ending))
    }

    /// Whether a full stop after it belongs to the word.
    fn is_abbreviation(&self) -> bool {
        self.last == Some('.')
            && (self.is_in(&[
                "hr.", "kr.", "ca.", "bl.a.", "f.eks.", "pct.", "mio.", "mia.", "nr.", "pkt.",
                "stk.", "jf.", "vedr.", "pr.", "kl.", "dvs.", "dr.", "st.", "d.",
            ]) || self.number && self.bare.chars().all(|c| c.is_ascii_digit()))
    }

    /// Whether a sentence ends with this word.
    pub(super) fn ends_sentence(&self) -> bool {
        matches!(self.last, Some('.' | '!' | '?' | '…')) && !self.is_abbreviation()
    }
}

/// Cost of a break between two words, 0 (perfect) to [`BAD`].
pub(super) fn cost(before: &Shape, after: &Shape, next: &SpokenWord, pause_ms: u64) -> u32 {
    if next.glued {
        return BAD / 2;
    }
    if before.ends_sentence() {
        return 0;
    }
    let mut cost = match before.last {
        Some(':' | ';' | '–') => 2,
        Some(',') => 4,
        _ => spoken_cost(before, after),
    };
    if next.opens_segment && cost < BAD {
        cost = cost.min(NEUTRAL);
    }
    // A pause of a third of a second is heard as a boundary.
    if pause_ms >= 300 {
        cost /= 2;
    }
    cost
}

/// The cost where no mark helps.
fn spoken_cost(before: &Shape, after: &Shape) -> u32 {
    let name = before.capital && after.capital && !before.is_function_word() && !after.number;
    let number_with_unit = before.number && after.is_in(UNITS);
    let number_with_head =
        before.is_in(BEFORE_NUMBERS) && (after.number || before.last == Some('.'));
    let titled = before.is_in(TITLES) && after.capital;
    if name || number_with_unit || number_with_head || titled {
        return BAD;
    }
    if before.number && after.number {
        return BAD / 2;
    }
    if before.is_in(AUXILIARIES) && (after.is_in(NEGATIONS) || after.is_in(PRONOUNS)) {
        return BAD * 3 / 4;
    }
    if before.is_in(PRONOUNS) && after.is_in(AUXILIARIES) {
        return BAD * 3 / 4;
    }
    if before.is_in(DETERMINERS) || before.is_in(PREPOSITIONS) {
        return BAD * 3 / 4;
    }
    if before.is_in(CONJUNCTIONS) {
        return BAD * 3 / 5;
    }
    if before.is_in(PRONOUNS) || after.is_in(NEGATIONS) || before.is_in(NEGATIONS) {
        return BAD / 2;
    }
    if before.is_adjective() && !after.is_function_word() {
        return BAD / 2;
    }
    if after.is_in(CONJUNCTIONS) {
        return 8;
    }
    if after.is_in(PREPOSITIONS) {
        return 10;
    }
    if before.is_in(AUXILIARIES) {
        return BAD * 2 / 5;
    }
    NEUTRAL
}
