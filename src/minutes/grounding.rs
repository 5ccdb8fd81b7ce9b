//! Whether a sentence that a language model wrote says only what its segments say.
//!
//! Rules over what is cited, the item's decision and its votes; nothing is learnt and nothing asked
//! of a model. In doubt a sentence falls: the extractive one stands in its place.

mod figures;
mod lexicon;
mod outcome;
mod people;
mod polarity;
mod reading;
mod slots;
mod source;

use crate::danish::parties::Register;
use crate::danish::words;
use crate::meeting::{DoubtKind, ItemMinutes, Member};

use figures::{Figure, Unit, Value};
use reading::{Reading, Role, Word};
use source::{Source, is_content};

/// Fewest and most words of a sentence in a summary.
const SHORTEST: usize = 3;
const LONGEST: usize = 60;

/// Share of a sentence's words that must have been said, and of a clause's that one passage must
/// hold. Set by hand: a light rephrasing changes one word in four or five.
const SAID: f64 = 0.6;
const TOGETHER: f64 = 0.5;

/// A passage that a sentence cites.
#[derive(Debug, Clone, Copy)]
pub struct Cited<'a> {
    pub text: &'a str,
    /// Name of the speaker, when the voice is known.
    pub speaker: Option<&'a str>,
}

/// All that a sentence may rest on.
#[derive(Debug, Clone)]
pub struct Grounds<'a> {
    pub cited: Vec<Cited<'a>>,
    /// The item's title: names may come from it, nothing else.
    pub title: &'a str,
    /// Decision, votes and amendments that the sentence must not contradict. Without them a
    /// sentence about an outcome rests on what is cited alone.
    pub item: Option<&'a ItemMinutes>,
    /// The agenda's members: they tell the party and office of a known voice.
    pub members: &'a [Member],
    /// Parties that can be meant.
    pub register: &'a Register,
}

/// One reason not to believe a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub kind: DoubtKind,
    /// The word or figure in question, cut to 60 letters.
    pub value: String,
}

impl Doubt {
    fn new(kind: DoubtKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into().chars().take(60).collect() }
    }
}

/// Every reason not to believe `sentence`; none when all of it was said.
///
/// Checked are: numbers with what they count and how often they were said, amounts with their unit, dates, times and case
/// numbers; names, offices and parties, and that what is told of one was said by or of that one;
/// denials, conditions and questions clause by clause; outcomes and votes against the item's;
/// strong words (more, less, support, against …); and that most words were said at all.
pub fn check(sentence: &str, grounds: &Grounds<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let told = Reading::of(sentence, grounds.register);
    form(sentence, &told, &mut doubts);
    if grounds.cited.is_empty() {
        doubts.push(Doubt::new(DoubtKind::Citation, ""));
    }
    if !doubts.is_empty() {
        return doubts;
    }
    let source = Source::of(grounds, grounds.register);
    let verbatim = source.has_sentence(&told);
    let mut on_votes = Vec::new();
    let voted = outcome::votes(&told, grounds.item, &mut on_votes) == Some(true);
    // What a model invented is not repeated in its words.
    figures(&told, &source, voted, |_, figure| figure.value.to_string(), &mut doubts);
    repeats(&told, &source, voted, &mut doubts);
    people::names(&told, &source, &mut doubts);
    outcome::outcomes(&told, grounds.item, &mut doubts);
    if verbatim {
        return doubts;
    }
    people::opener(&told, &source, &mut doubts);
    people::offices(&told, &source, &mut doubts);
    people::speakers(&told, &source, &mut doubts);
    doubts.extend(on_votes);
    people::parties(&told, &source, voted, &mut doubts);
    polarity::polarity(&told, &source, voted, &mut doubts);
    slots::slots(&told, &source, voted, &mut doubts);
    wording(&told, &source, voted, &mut doubts);
    content(&told, &source, &mut doubts);
    doubts
}

/// Only the figures and names in `text`, of any length and shape, that the grounds do not hold.
pub fn unfounded(text: &str, grounds: &Grounds<'_>) -> Vec<Doubt> {
    let source = Source::of(grounds, grounds.register);
    let mut doubts = Vec::new();
    for sentence in words::sentences(text) {
        let told = Reading::of(sentence, grounds.register);
        figures(&told, &source, false, as_told, &mut doubts);
        people::names(&told, &source, &mut doubts);
    }
    doubts
}

/// Whether a word can be a finite verb, by its ending or as one of the irregular ones: a heading, a name or
/// half a sentence has none. Plurals such as "skoler" pass; the check is there to drop, not to parse.
fn may_be_verb(lower: &str) -> bool {
    const IRREGULAR: &str = "kan kunne skal skulle vil ville må måtte burde turde var havde blev fik gik så gav tog \
        kom stod lå sad holdt lod sagde ved vidste gjorde fandt skrev steg faldt trak bad bandt brød bød drog \
        gled greb hed hjalp lød løb led nød slog sprang stjal svor tav vandt gjaldt betød bestod lagde \
        satte valgte bragte solgte";
    const NO_VERBS: &str = "for der her hver eller efter over under før hvor når år derfor kroner dr hr \
        uger timer måneder millioner milliarder";
    let listed = |list: &str| list.split_whitespace().any(|word| word == lower);
    listed(IRREGULAR)
        || !listed(NO_VERBS)
            && ["r", "ede", "te", "es"].iter().any(|ending| lower.ends_with(ending))
}

/// One plain sentence, and nothing that minutes leave out.
fn form(sentence: &str, told: &Reading, doubts: &mut Vec<Doubt>) {
    let private = |lower: &str| {
        matches!(lower, "afbud" | "syg" | "sygdom" | "sygemeldt" | "sygemelding" | "orlov")
    };
    let wrong = !(SHORTEST..=LONGEST).contains(&told.words.len())
        || told.question
        || !sentence.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        || !sentence.ends_with(['.', '!'])
        || !told.words.iter().any(|word| may_be_verb(&word.lower))
        || sentence.contains(['\n', '{', '}', '<', '>', '`'])
        || sentence.contains("://");
    if wrong {
        doubts.push(Doubt::new(DoubtKind::Form, ""));
    }
    let kept_out = told.words.iter().filter(|word| private(&word.lower));
    doubts.extend(kept_out.map(|word| Doubt::new(DoubtKind::Form, word.text.clone())));
}

/// Figures, months and weekdays that were not said, or not of this. The counts of a vote that was found
/// in the minutes need only have been said.
fn figures(
    told: &Reading,
    source: &Source,
    voted: bool,
    shown: impl Fn(&Reading, &Figure) -> String,
    doubts: &mut Vec<Doubt>,
) {
    for figure in &told.figures {
        let counted = voted
            && figure.label.is_none()
            && figure.unit == Unit::Other
            && figure.following.first().is_none_or(|next| lexicon::is_ballot(next))
            && source.readings().flat_map(|one| &one.figures).any(|one| one.value == figure.value);
        let proven = counted
            || source
                .readings()
                .flat_map(|reading| &reading.figures)
                .any(|said| said.proves(figure));
        if !proven {
            let kind = match figure.value {
                Value::Number(_) => DoubtKind::Number,
                _ => DoubtKind::Date,
            };
            doubts.push(Doubt::new(kind, shown(told, figure)));
        }
    }
    for word in told.words.iter().filter(|word| lexicon::is_day(&word.lower)) {
        let within = matches!(word.role, Role::Figure(_));
        if !within && !source.words().any(|said| said.stem == word.stem) {
            doubts.push(Doubt::new(DoubtKind::Date, word.text.clone()));
        }
    }
}

/// Numbers that the sentence tells more often than they were said: one of them stands in the place of
/// another. The counts of a vote that was found in the minutes may be the same on both sides.
fn repeats(told: &Reading, source: &Source, voted: bool, doubts: &mut Vec<Doubt>) {
    let times = |reading: &Reading, value: &Value| {
        reading.figures.iter().filter(|figure| figure.value == *value).count()
    };
    for (at, figure) in told.figures.iter().enumerate() {
        let again = told.figures.iter().take(at).any(|before| before.value == figure.value);
        if again || !figure.is_number() || (voted && figure.unit == Unit::Other) {
            continue;
        }
        let said: usize = source.readings().map(|reading| times(reading, &figure.value)).sum();
        if times(told, &figure.value) > said {
            doubts.push(Doubt::new(DoubtKind::Number, figure.value.to_string()));
        }
    }
}

/// A figure in the words of its sentence: "450.000", "den 1. maj".
fn as_told(told: &Reading, figure: &Figure) -> String {
    let is_date = matches!(figure.value, Value::Date(_));
    let word = |word: &Word| {
        let day = word.text.len() <= 2 && word.text.bytes().all(|byte| byte.is_ascii_digit());
        if is_date && day { format!("{}.", word.text) } else { word.text.clone() }
    };
    let words = told.words.get(figure.from..figure.to).unwrap_or_default();
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Strong words of which none like them was said.
fn wording(told: &Reading, source: &Source, voted: bool, doubts: &mut Vec<Doubt>) {
    let held = source.held();
    for word in &told.words {
        // A vote that was found in the minutes proves its own words.
        if let Some(group) = lexicon::strength(&word.lower)
            && !held.strong.contains(group)
            && !(voted && matches!(group, "imod" | "undlade" | "støtte"))
        {
            doubts.push(Doubt::new(DoubtKind::Wording, word.text.clone()));
        }
    }
}

/// Most of it must have been said, and each clause in one place.
fn content(told: &Reading, source: &Source, doubts: &mut Vec<Doubt>) {
    let keys = told.keys();
    let own = keys.iter().filter(|key| is_content(key)).count();
    if own == 0 && told.figures.iter().all(|figure| !figure.is_number()) {
        doubts.push(Doubt::new(DoubtKind::Content, ""));
        return;
    }
    let held = source.held();
    if held.share(&keys) < SAID {
        let unsaid = keys.iter().find(|key| is_content(key) && !held.has(key));
        doubts.push(Doubt::new(DoubtKind::Content, unsaid.cloned().unwrap_or_default()));
        return;
    }
    for clause in &told.clauses {
        let asked = clause.keys.iter().filter(|key| is_content(key)).count();
        let apart =
            source.passages.iter().all(|passage| passage.held().share(&clause.keys) < TOGETHER);
        if asked >= 3 && apart {
            let words = told.words.get(clause.from..clause.to).unwrap_or_default();
            let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            doubts.push(Doubt::new(DoubtKind::Content, text.join(" ")));
        }
    }
}
