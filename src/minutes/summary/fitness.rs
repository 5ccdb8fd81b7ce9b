//! Whether a sentence reads well where its neighbours are gone.

use crate::minutes::attendance;
use crate::minutes::formula;
use crate::minutes::phrase;
use crate::minutes::sentence::Sentence;
use crate::minutes::term::terms;

/// Mean word probability from which a sentence is quoted: below it the recogniser itself expects
/// three words in ten to be wrong.
const AUDIBLE: f64 = 0.7;

/// Fewest and most words of a sentence that may stand alone.
const SHORTEST: usize = 6;
const LONGEST: usize = 45;

/// Words of procedure and courtesy; a sentence with one isn't worth repeating.
const COURTESY: &[&str] = &[
    "værsgo",
    "ordet er frit",
    "bedt om ordet",
    "velkommen",
    "godaften",
    "tak for ordet",
    "må jeg",
    "næste punkt",
    "går videre|vi til punkt",
    "punkt",
    "hvem stemmer|undlader",
    "pause",
    "lige spørge",
    "kan vi tiltræde|godkende",
    "afstemning",
    "stemmer vi",
    "vi stemmer",
    "tak for",
    "det er noteret",
    "dagsordenen",
    "tilhørerne",
    "vi ned",
    "for|imod stemmer|stemte",
    "undlader * det er",
    "er der andre",
    "er der bemærkninger",
    "ført til",
    "protokollen",
    "har ordet",
    "giver|give ordet",
    "næste ordfører",
    "kort|korte bemærkning|bemærkninger",
    "vil jeg * spørge|høre",
    "jeg vil * spørge|høre",
    "svare på det",
    "gode pointer",
    "tak til",
    "sige tak",
    "jeg skal",
    "forhandlingen er",
    "taletid",
];

/// Whether the sentence can stand in a summary at all.
pub(in crate::minutes) fn is_fit(sentence: &Sentence) -> bool {
    let length = sentence.terms.len();
    (SHORTEST..=LONGEST).contains(&length)
        && may_be_read(sentence)
        && !sentence.is_question()
        && !sentence.has_any(COURTESY)
        && formula::result(sentence).is_none()
        && attendance::headcount(sentence).is_none()
        && sentence.text.ends_with(['.', '!', '»', '”', '"'])
        && sentence.text.starts_with(char::is_uppercase)
        && !speaks_of_somebody(sentence)
        && !(speaks_for_nobody(sentence) && takes_side(sentence))
        && !is_page_head(&sentence.text)
        && !hands_over(&sentence.text)
}

/// Whether a model's sentence tells how the meeting was led, or speaks as somebody who was there.
pub(in crate::minutes) fn is_procedure(text: &str) -> bool {
    let terms = terms(text);
    COURTESY.iter().any(|pattern| phrase::find(&terms, pattern).is_some())
        || terms.iter().any(|term| term.lower == "jeg")
}

/// "Formanden for børne- og skoleudvalget, Nadia Rahimi."
fn hands_over(text: &str) -> bool {
    let Some((lead, name)) = text.trim_end_matches('.').rsplit_once(", ") else { return false };
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let words = name.split_whitespace().count();
    (2..=4).contains(&words)
        && name.split_whitespace().all(capital)
        && lead.split_whitespace().count() <= 8
}

/// "Vi" or "jeg" of a voice that nobody knows, and no party beside it: "I Venstre kan vi", "Vi
/// Konservative".
pub(in crate::minutes) fn speaks_for_nobody(sentence: &Sentence) -> bool {
    let is_own = |lower: &str| {
        matches!(lower, "jeg" | "vi" | "os" | "vores" | "min" | "mit" | "mine" | "mig")
    };
    let Some(own) = sentence.terms.iter().position(|term| is_own(&term.lower)) else {
        return false;
    };
    let beside = |from: usize| from <= own + 2 && own <= from + 6;
    sentence.speaker.is_none() && !sentence.parties().iter().any(|party| beside(party.from))
}

/// Tells where the speaker stands, which nobody can read without knowing who that is.
fn takes_side(sentence: &Sentence) -> bool {
    sentence.has_any(&[
        "støtter|støtte|stemmer|stemme|undlader|afviser|tiltræder|tilslutte",
        "bakker op",
        "enig|enige|uenig|uenige",
        "imod",
    ])
}

/// "Victoria Velasquez (EL):Ordføreren siger": the head of a turn that was printed into the text.
fn is_page_head(text: &str) -> bool {
    text.split_once("):").is_some_and(|(head, _)| head.contains('(') && head.len() < 80)
}

/// Whether it was heard well enough to be told at all, and speaks of nobody's absence.
pub(in crate::minutes) fn may_be_read(sentence: &Sentence) -> bool {
    !sentence.unsure && sentence.hearing >= AUDIBLE && !is_private(sentence)
}

/// "Han", "hendes" of somebody whom the sentence has not named.
fn speaks_of_somebody(sentence: &Sentence) -> bool {
    let pronoun = sentence.terms.iter().position(|term| {
        matches!(term.lower.as_str(), "han" | "hun" | "ham" | "hende" | "hans" | "hendes")
    });
    pronoun
        .is_some_and(|at| !sentence.terms.iter().take(at).skip(1).any(|term| term.is_capitalised()))
}

/// Starts with a word that needs the sentence before: it's quoted only after that one.
pub(in crate::minutes) fn leans_back(sentence: &Sentence) -> bool {
    sentence.terms.first().is_some_and(|term| {
        matches!(
            term.lower.as_str(),
            "og" | "men"
                | "derfor"
                | "dermed"
                | "så"
                | "det"
                | "den"
                | "de"
                | "han"
                | "hun"
                | "her"
                | "ikke"
                | "eller"
                | "jamen"
                | "ja"
                | "nej"
                | "nå"
                | "hende"
                | "ham"
                | "dette"
                | "denne"
                | "disse"
                | "dét"
                | "dem"
                | "samtidig"
                | "desuden"
                | "alligevel"
                | "også"
                | "selvfølgelig"
                | "altså"
                | "for"
                | "sådan"
                | "derudover"
                | "herudover"
                | "endelig"
                | "tværtimod"
                | "dertil"
                | "hertil"
                | "derved"
                | "herved"
                | "derefter"
                | "bagefter"
                | "omvendt"
                | "næ"
                | "tak"
                | "okay"
                | "fint"
                | "godt"
        )
    })
}

/// Absence and its reasons stay out of a summary.
fn is_private(sentence: &Sentence) -> bool {
    sentence.has_any(&["afbud", "syg", "sygdom", "sygemeldt", "sygemelding", "orlov", "inhabil"])
}
