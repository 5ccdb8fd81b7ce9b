//! The formulas with which a chair decides, and what only sounds like them.

use crate::meeting::DecisionOutcome::{self, *};

use super::correction::{condition, corrected};
use super::past::{is_dated, minuted};
use super::phrase;
use super::sentence::Sentence;
use super::term::Term;

/// Grammatical form in which an outcome was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// "er godkendt"
    Participle,
    /// "vi godkender"
    Present,
    /// "sagen sendes"
    Passive,
    /// "kan vi godkende"
    Infinitive,
}

/// Forms of the decision verbs. What stands here exactly is never taken for a damaged other form:
/// "vedtages" is a proposal where "vedtaget" is a result.
const FORMS: &[(&str, DecisionOutcome, Shape)] = &[
    ("godkendt", Godkendt, Shape::Participle),
    ("godkender", Godkendt, Shape::Present),
    ("godkendes", Godkendt, Shape::Passive),
    ("godkende", Godkendt, Shape::Infinitive),
    ("vedtaget", Vedtaget, Shape::Participle),
    ("vedtager", Vedtaget, Shape::Present),
    ("vedtages", Vedtaget, Shape::Passive),
    ("vedtage", Vedtaget, Shape::Infinitive),
    ("besluttet", Vedtaget, Shape::Participle),
    ("tiltrådt", Tiltraadt, Shape::Participle),
    ("tiltræder", Tiltraadt, Shape::Present),
    ("tiltrædes", Tiltraadt, Shape::Passive),
    ("tiltræde", Tiltraadt, Shape::Infinitive),
    ("anbefalet", Anbefalet, Shape::Participle),
    ("anbefaler", Anbefalet, Shape::Present),
    ("anbefales", Anbefalet, Shape::Passive),
    ("anbefale", Anbefalet, Shape::Infinitive),
    ("drøftet", Droeftet, Shape::Participle),
    ("drøftes", Droeftet, Shape::Passive),
    ("udsat", Udsat, Shape::Participle),
    ("udskudt", Udsat, Shape::Participle),
    ("udsætter", Udsat, Shape::Present),
    ("udskyder", Udsat, Shape::Present),
    ("udsættes", Udsat, Shape::Passive),
    ("udskydes", Udsat, Shape::Passive),
    ("udsætte", Udsat, Shape::Infinitive),
    ("udskyde", Udsat, Shape::Infinitive),
    ("forkastet", Forkastet, Shape::Participle),
    ("afvist", Forkastet, Shape::Participle),
    ("nedstemt", Forkastet, Shape::Participle),
    ("faldet", Forkastet, Shape::Participle),
    ("forkaster", Forkastet, Shape::Present),
    ("afviser", Forkastet, Shape::Present),
    ("forkastes", Forkastet, Shape::Passive),
    ("afvises", Forkastet, Shape::Passive),
    ("afvise", Forkastet, Shape::Infinitive),
    ("forkaste", Forkastet, Shape::Infinitive),
    ("bortfaldet", Bortfaldet, Shape::Participle),
    ("bortfalder", Bortfaldet, Shape::Present),
    ("bortfalde", Bortfaldet, Shape::Infinitive),
    ("henvist", Henvist, Shape::Participle),
    ("oversendt", Henvist, Shape::Participle),
    ("fremsendt", Henvist, Shape::Participle),
    ("sendt", Henvist, Shape::Participle),
    ("henviser", Henvist, Shape::Present),
    ("oversender", Henvist, Shape::Present),
    ("fremsender", Henvist, Shape::Present),
    ("sender", Henvist, Shape::Present),
    ("henvises", Henvist, Shape::Passive),
    ("oversendes", Henvist, Shape::Passive),
    ("fremsendes", Henvist, Shape::Passive),
    ("sendes", Henvist, Shape::Passive),
    ("sende", Henvist, Shape::Infinitive),
    ("oversende", Henvist, Shape::Infinitive),
    ("henvise", Henvist, Shape::Infinitive),
    ("tilbagesendt", SendtTilbage, Shape::Participle),
    ("hjemvist", SendtTilbage, Shape::Participle),
    ("tilbagesendes", SendtTilbage, Shape::Passive),
    ("tilbagesender", SendtTilbage, Shape::Present),
    ("udgået", Udgaaet, Shape::Participle),
    ("udgår", Udgaaet, Shape::Present),
];

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Formula {
    pub outcome: DecisionOutcome,
    /// The matter in the speaker's words, lower case: "indstillingen"; none when it was "det".
    pub subject: Option<String>,
    /// Share of its letters heard as they should be.
    pub spelling: f64,
    /// A frame that only a chair uses: "så er", "hermed", "dermed", "konkluderer".
    pub framed: bool,
    /// It holds under a condition that the sentence names.
    pub conditional: bool,
}

/// The first decision verb of a sentence from term `from` on.
pub(super) fn verb(
    sentence: &Sentence,
    from: usize,
) -> Option<(usize, DecisionOutcome, Shape, f64)> {
    let terms = &sentence.terms;
    for (at, term) in terms.iter().enumerate().skip(from) {
        if is_note(&term.lower) {
            let lead = terms.get(at.saturating_sub(6)..at).unwrap_or_default();
            let taken = lead.iter().find_map(|term| match term.lower.as_str() {
                "taget" => Some(Shape::Participle),
                "tager" => Some(Shape::Present),
                "tages" => Some(Shape::Passive),
                "tage" => Some(Shape::Infinitive),
                _ => None,
            });
            let after =
                at.checked_sub(1).and_then(|at| terms.get(at)).is_some_and(|t| t.lower == "til");
            if let (Some(shape), true) = (taken, after) {
                let exact = matches!(term.lower.as_str(), "efterretning" | "orientering");
                return Some((at, TagetTilEfterretning, shape, if exact { 1.0 } else { 0.7 }));
            }
            continue;
        }
        let exact = FORMS.iter().find(|(form, ..)| *form == term.lower);
        let near = || {
            // "faldet" and its like are too short and common to be guessed at.
            FORMS
                .iter()
                .filter(|(form, _, shape)| *shape == Shape::Participle && form.len() >= 8)
                .find(|(form, ..)| phrase::edits(&term.lower, form).is_some())
        };
        let joined = || {
            // "vedtagetog": recognition ran two words together.
            let word = term.lower.strip_suffix("og")?;
            FORMS.iter().find(|(form, _, shape)| *form == word && *shape == Shape::Participle)
        };
        if let Some((form, outcome, shape)) = exact.or_else(joined).or_else(near) {
            let edits = phrase::edits(&term.lower, form).unwrap_or(2);
            let spelling = 1.0 - f64::from(edits) / form.chars().count().max(1) as f64;
            let outcome =
                if *outcome == Henvist && returns(sentence) { SendtTilbage } else { *outcome };
            return Some((at, outcome, *shape, spelling));
        }
    }
    None
}

/// "Efterretning", also as "efterhattning": after "taget til" no other word of that shape is used.
fn is_note(lower: &str) -> bool {
    let damaged = lower.starts_with("efter")
        && lower.ends_with("ning")
        && (11..=14).contains(&lower.chars().count());
    damaged || matches!(lower, "efterretning" | "orientering")
}

/// What recognition leaves of a chair's last words: "så er vi enten at tage det til efterhattning", "så
/// kan kludere jeg at se en senest tilbage til børne- og skoleudvalget". Only a frame that nobody but a
/// chair uses makes it a result, and its spelling keeps it doubtful.
fn wreck(sentence: &Sentence) -> Option<Formula> {
    const SPELLING: f64 = 0.5;
    let open =
        ["skal", "kan vi", "vil", "hvis", "om", "foreslår", "indstiller", "ikke", "spørgsmålet"];
    if sentence.is_question() || sentence.has_any(&open) {
        return None;
    }
    let told = |outcome| Formula {
        outcome,
        subject: None,
        spelling: SPELLING,
        framed: true,
        conditional: false,
    };
    let starts = |pattern: &str| sentence.find(pattern).is_some_and(|hit| hit.from <= 1);
    if starts("så er|bliver") && sentence.terms.len() <= 14 {
        let noted = sentence
            .terms
            .windows(2)
            .any(|two| matches!(two, [til, note] if til.lower == "til" && is_note(&note.lower)));
        let taken = sentence.find("tage|taget|tages").is_some();
        return (noted && taken).then(|| told(TagetTilEfterretning));
    }
    let concludes = starts("så konkluderer|konkludere jeg")
        || starts("så kan kludere|kluderer jeg")
        || starts("jeg konkluderer|konkludere");
    let back = sentence.find("tilbage til").is_some()
        && sentence.terms.iter().any(|term| {
            let word = term.lower.as_str();
            word.ends_with("udvalget")
                || word.ends_with("udvalgt")
                || word.ends_with("forvaltningen")
        });
    (concludes && back).then(|| told(SendtTilbage))
}

fn returns(sentence: &Sentence) -> bool {
    sentence.find("tilbage").is_some() || sentence.find("retur").is_some()
}

/// A verb that a question or a proposal puts forward: "Kan vi tiltræde indstillingen?"
pub(super) fn proposed(sentence: &Sentence) -> Option<(DecisionOutcome, f64)> {
    if sentence.has_any(&["sige ja til", "er vi enige", "er der enighed", "kan i tilslutte jer"]) {
        return Some((Godkendt, 1.0));
    }
    verb(sentence, 0).map(|(_, outcome, _, spelling)| (outcome, spelling))
}

/// Whether the sentence speaks of a wish, a condition, the past or another body.
pub(super) fn is_hearsay(sentence: &Sentence) -> bool {
    const WISHES: &[&str] = &[
        "foreslår",
        "foreslog",
        "foreslået",
        "synes",
        "mener",
        "mente",
        "ønsker",
        "ønskede",
        "håber",
        "burde",
        "bør",
        "kunne",
        "ville",
        "vil gerne",
        "skal vi",
        "lad os",
        "skulle",
        "indstiller",
        "indstilles",
        "opfordrer",
        "anmoder",
        "forslag om at",
        "måske",
        "tror",
        "forventer",
        "forventes",
        "agter",
        "hvis",
        "såfremt",
        "når",
        "inden",
        "før",
        "ville",
    ];
    const PAST: &[&str] = &[
        "blev",
        "blevet",
        "tidligere",
        "sidste år",
        "sidste møde",
        "i fjor",
        "forrige",
        "i sin tid",
        "allerede",
        "havde",
        "sagde at|godkendt|vedtaget|tiltrådt|udsat|forkastet",
        "troede",
    ];
    // One letter from "engang", so it must be exact.
    let then = sentence.terms.iter().any(|term| term.lower == "dengang");
    if then || sentence.has_any(WISHES) {
        return true;
    }
    let minuted = minuted(sentence).is_some();
    if PAST.iter().any(|told| !(minuted && *told == "blev") && sentence.find(told).is_some()) {
        return true;
    }
    // "har godkendt", "har udvalget vedtaget": a report, unless it's us here and now.
    sentence
        .find("har * godkendt|vedtaget|besluttet|tiltrådt|anbefalet|afvist|forkastet|drøftet")
        .is_some()
        && sentence.find("har vi hermed|dermed|nu|så").is_none()
        && sentence.find("vi har hermed|dermed|nu|så").is_none()
}

/// "Indstillingen er dermed vedtage": a participle that lost its last letter.
fn truncated(before: &[Term], shape: Shape, spelling: f64) -> (Shape, f64) {
    let leads = |term: &Term| {
        matches!(term.lower.as_str(), "at" | "kan" | "skal" | "vil" | "kunne" | "skulle" | "må")
    };
    let is = before.iter().any(|term| term.lower == "er");
    let led = if is { before.last().is_some_and(leads) } else { before.iter().any(leads) };
    let stated = (is || is_hereby(before)) && subject(before).is_some();
    if shape == Shape::Infinitive && stated && !led {
        // Without its "er" half of the formula is missing.
        let left = if is { 1.0 - 1.0 / 8.0 } else { 0.5 };
        return (Shape::Participle, spelling * left);
    }
    (shape, spelling)
}

/// "hermed", "dermed", also where recognition cut them in two.
fn is_hereby(before: &[Term]) -> bool {
    let near = before.get(before.len().saturating_sub(3)..).unwrap_or_default();
    before.iter().any(|term| matches!(term.lower.as_str(), "hermed" | "dermed"))
        || phrase::find(near, "her|der med").is_some()
}

pub(super) fn is_denied(terms: &[Term]) -> bool {
    terms.iter().any(|term| {
        matches!(term.lower.as_str(), "ikke" | "aldrig" | "hverken" | "næppe" | "ej" | "næsten")
    })
}

/// The outcome that a statement puts into force; none for questions, wishes, denials and reports.
pub(super) fn result(sentence: &Sentence) -> Option<Formula> {
    if sentence.is_question() {
        return None;
    }
    stated(sentence).or_else(|| corrected(sentence)).or_else(|| wreck(sentence))
}

/// A formula that can be read as one.
pub(super) fn stated(sentence: &Sentence) -> Option<Formula> {
    let (at, outcome, shape, spelling) = verb(sentence, 0)?;
    let before = sentence.terms.get(..at)?;
    let has = |words: &[&str]| before.iter().any(|term| words.contains(&term.lower.as_str()));
    let consent = consent(sentence);
    let framed = consent
        || is_hereby(before)
        || has(&["konkluderer", "konklusionen", "beslutningen"])
        || phrase::find(before, "så er|bliver|var").is_some()
        || phrase::find(before, "så tager|udsætter|godkender|sender|oversender|afviser|udskyder")
            .is_some()
        || (before.first().is_some_and(|t| t.lower == "så") && shape != Shape::Infinitive)
        || phrase::find(before, "det er").is_some_and(|hit| hit.from == 0);
    // What a decision depends on is told after it, and may be wished, denied or past.
    let until = condition(sentence, at);
    let held = until.map(|until| sentence.clause(0, until));
    if !consent && (is_hearsay(held.as_ref().unwrap_or(sentence)) || is_dated(sentence, at)) {
        return None;
    }
    // Recognition without full stops: "det er der ikke, så er dagsordenen godkendt".
    let clause = phrase::find(before, "så er|bliver|var").map_or(0, |hit| hit.from);
    if !consent
        && is_denied(
            sentence.terms.get(clause..until.unwrap_or(sentence.terms.len())).unwrap_or_default(),
        )
    {
        return None;
    }
    let (shape, spelling) = truncated(before, shape, spelling);
    let subject = subject(before);
    let stands = match shape {
        Shape::Participle => {
            (has(&["er", "bliver", "var", "som"])
                || is_hereby(before)
                || before.len() <= 2
                || minuted(sentence) == Some(at))
                && !speaks_of_people(before)
        }
        Shape::Present => {
            let after = sentence.terms.get(at + 1);
            let ours = before.iter().any(|term| sentence.is_own_body(&term.lower));
            (ours
                || has(&["vi"])
                || after.is_some_and(|t| t.lower == "vi")
                || outcome == Udgaaet && subject.is_some()
                || has(&["tager"]))
                && sentence.parties().is_empty()
                && framed_present(sentence, at, outcome)
        }
        Shape::Passive => framed || subject.is_some(),
        Shape::Infinitive => false,
    };
    if !stands || is_others(sentence, at, framed) {
        return None;
    }
    if outcome == Henvist && !is_case(sentence, &subject) {
        return None;
    }
    if outcome == Forkastet && before.is_empty() && sentence.terms.len() > 2 {
        return None;
    }
    Some(Formula { outcome, subject, spelling, framed, conditional: until.is_some() })
}

/// "Hun er godkendt som plejeforælder": no case of ours.
fn speaks_of_people(before: &[Term]) -> bool {
    before.first().is_some_and(|term| {
        matches!(term.lower.as_str(), "hun" | "han" | "de" | "jeg" | "i" | "du" | "man")
    })
}

/// The result of a vote that was just counted: a formula, or what damage left of one ("Forslaget uro
/// forkastet").
pub(super) fn settlement(sentence: &Sentence) -> Option<Formula> {
    result(sentence).or_else(|| fallen(sentence)).or_else(|| {
        let (at, outcome, shape, spelling) = verb(sentence, 0)?;
        let subject = subject(sentence.terms.get(..at)?);
        let plain = shape == Shape::Participle && sentence.terms.len() <= 14;
        let told = !sentence.is_question() && !is_hearsay(sentence) && !is_denied(&sentence.terms);
        (plain && told && subject.is_some() && matches!(outcome, Godkendt | Vedtaget | Forkastet))
            .then_some(Formula { outcome, subject, spelling, framed: false, conditional: false })
    })
}

/// "Forslaget faldt med 9 stemmer for og 16 imod."
fn fallen(sentence: &Sentence) -> Option<Formula> {
    let hit = sentence.find("faldt|falder")?;
    let subject = subject(sentence.terms.get(..hit.from)?)?;
    let told = !sentence.is_question() && !is_hearsay(sentence) && !is_denied(&sentence.terms);
    told.then_some(Formula {
        outcome: Forkastet,
        subject: Some(subject),
        spelling: 1.0,
        framed: false,
        conditional: false,
    })
}

/// "vi sender brevet" is no decision, "vi sender sagen" is; a member who says "vi afviser" speaks
/// for his group.
fn framed_present(sentence: &Sentence, at: usize, outcome: DecisionOutcome) -> bool {
    match outcome {
        Godkendt | Tiltraadt | Vedtaget | Forkastet | Anbefalet => {
            sentence
                .terms
                .first()
                .is_some_and(|t| matches!(t.lower.as_str(), "så" | "dermed" | "hermed"))
                || sentence.find("konkluderer").is_some()
                || sentence.terms.iter().any(|term| sentence.is_own_body(&term.lower))
                || at <= 1
        }
        _ => true,
    }
}

/// Something that is sent on and is a case, not a letter or an invitation.
fn is_case(sentence: &Sentence, subject: &Option<String>) -> bool {
    let matter = ["sagen", "punktet", "indstillingen", "forslaget", "den", "lokalplanen", "det"];
    let named = subject.as_ref().is_some_and(|subject| {
        matter.iter().any(|word| subject.split_whitespace().any(|said| said == *word))
    });
    let whither = sentence.find("til|retur").is_some() && sentence.find("høring").is_none();
    (named || sentence.find("sagen|punktet|den|indstillingen|forslaget").is_some()) && whither
}

/// "Hvis ingen gør indsigelse, betragter jeg dette som vedtaget": consent by silence.
fn consent(sentence: &Sentence) -> bool {
    sentence.has_any(&[
        "hvis|såfremt * ingen * indsigelse|indsigelser|indvendinger|bemærkninger",
        "betragter jeg * som",
        "hvis|såfremt der ikke er * indvendinger|bemærkninger|indsigelser",
        "da ingen|ikke",
    ]) && !sentence.is_question()
}

/// Words for the matter before the verb.
pub(super) fn subject(before: &[Term]) -> Option<String> {
    let noun = before.iter().rposition(|term| {
        let word = term.lower.as_str();
        [
            "indstillingen",
            "indstilling",
            "punktet",
            "sagen",
            "dagsordenen",
            "forslaget",
            "ændringsforslaget",
            "underændringsforslaget",
            "lokalplanen",
            "orienteringen",
            "redegørelsen",
            "budgettet",
            "planen",
            "lovforslaget",
            "beslutningsforslaget",
            "referatet",
            "regnskabet",
            "bevillingen",
            "hovedforslaget",
            "mindretalsforslaget",
            "kvalitetsstandarden",
            "rapporten",
            "statussen",
            "opfølgningen",
            "tillægsbevillingen",
        ]
        .iter()
        .any(|form| phrase::edits(word, form).is_some())
            || ["forslag", "forslaget", "planen", "plan", "standarden", "politikken", "regnskabet"]
                .iter()
                .any(|end| word.len() > end.len() && word.ends_with(end))
    })?;
    before.get(noun).map(|term| term.lower.clone())
}

/// The result belongs to another body: "udvalget godkender", "vedtaget af regionen".
fn is_others(sentence: &Sentence, at: usize, framed: bool) -> bool {
    if framed {
        return false;
    }
    let before = sentence.terms.get(..at).unwrap_or_default();
    // "godkendt af Miljøstyrelsen"
    let by = sentence.terms.get(at + 1).is_some_and(|term| term.lower == "af");
    let after = if by { sentence.terms.get(at + 2..).unwrap_or_default() } else { &[] };
    before.iter().chain(after.iter().take(4)).filter(|t| !sentence.is_own_body(&t.lower)).any(
        |term| {
            let word = term.lower.trim_end_matches('s');
            word.ends_with("udvalget")
                || word.ends_with("styrelsen")
                || word.ends_with("ministeriet")
                || matches!(
                    word,
                    "regionen"
                        | "magistraten"
                        | "byrådet"
                        | "kommunalbestyrelsen"
                        | "folketinget"
                        | "ministeriet"
                        | "bestyrelsen"
                        | "rådet"
                        | "regeringen"
                        | "udvalg"
                        | "nævnet"
                        | "ankestyrelsen"
                        | "kommunen"
                )
        },
    )
}

/// A chair's "yes" to a question that was put: "Det kan vi.", "Det gjorde vi.", "Ja."
pub(super) fn is_assent(sentence: &Sentence) -> bool {
    if sentence.is_question() || sentence.terms.len() > 12 {
        return false;
    }
    let starts = |pattern: &str| {
        phrase::fits_at(&sentence.terms, 0, pattern).is_some()
            || phrase::fits_at(&sentence.terms, 1, pattern).is_some()
    };
    let yes = [
        "det kan vi",
        "det gør vi",
        "det gjorde vi",
        "det kunne vi",
        "det er vi enige",
        "det er der enighed",
        "sådan bliver det",
        "det siger vi ja",
        "det er godkendt",
        "det var godkendt",
        "det er der opbakning",
        "det kan|gør udvalget|byrådet|de|i",
        "ja det kan|gør",
    ];
    if yes.iter().any(|pattern| starts(pattern)) {
        return !is_denied(&sentence.terms);
    }
    sentence.terms.len() <= 2 && sentence.terms.first().is_some_and(|t| t.lower == "ja")
}

/// "Nej", "Det er der ikke": nobody objects.
pub(super) fn is_no_objection(sentence: &Sentence) -> bool {
    !sentence.is_question()
        && (phrase::find(&sentence.terms, "det er der ikke|ingen").is_some()
            || phrase::find(&sentence.terms, "det ser ikke sådan ud").is_some()
            || sentence.terms.first().is_some_and(|t| t.lower == "nej"))
        && sentence.terms.len() <= 8
}
