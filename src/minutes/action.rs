//! Opgaver: who promised what, and by when.

use crate::meeting::Action;

use super::due;
use super::handover::Handover;
use super::names::Names;
use super::score::Score;
use super::sentence::Sentence;

/// Verbs with which somebody takes a task on.
const TASKS: &[&str] = &[
    "vender|vende tilbage",
    "følger|følge op",
    "sender|sende",
    "undersøger|undersøge",
    "udarbejder|udarbejde",
    "fremlægger|fremlægge",
    "forelægger|forelægge",
    "fremsender|fremsende",
    "kommer|komme med",
    "laver|lave",
    "orienterer|orientere",
    "indkalder|indkalde",
    "tager|tage kontakt",
    "kontakter|kontakte",
    "sørger|sørge for",
    "leverer|levere",
    "redegør|redegøre",
    "skriver|skrive",
    "giver|give besked|svar",
    "svarer|svare",
    "afklarer",
    "beregner|beregne",
    "giver|give * svar",
    "indhenter|indhente",
    "evaluerer|evaluere",
];

/// Tasks taken on so plainly that no date is needed.
const PROMISES: &[&str] = &[
    "jeg|vi|forvaltningen|administrationen vender tilbage med|om",
    "vender jeg|vi|forvaltningen tilbage med|om",
    "det lover jeg|vi",
    "jeg|vi lover at",
    "jeg|vi|forvaltningen|administrationen følger op på",
    "sender|fremsender * skriftligt svar",
];

/// The actions of an item. A task without a date counts only when it was promised in so many words.
pub(super) fn actions(
    sentences: &[Sentence],
    date: Option<&str>,
    names: &Names<'_>,
    handover: &Handover,
) -> Vec<Action> {
    let mut found: Vec<Action> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if sentence.is_question() || is_open(sentence) {
            continue;
        }
        let due = due::due(sentence, date);
        let task = TASKS.iter().find_map(|pattern| sentence.find(pattern));
        let promise = PROMISES.iter().find_map(|pattern| sentence.find(pattern));
        let Some(hit) = promise.or_else(|| task.filter(|_| due.is_some())) else { continue };
        let Some(subject) = subject(sentence, hit.from) else { continue };
        let vouched = sentences
            .get(at + 1)
            .is_some_and(|next| next.has_any(&["tager jeg ansvaret|ansvar", "det lover jeg"]));
        let (who, named) = who(sentence, &subject, vouched, names, handover);
        let score = Score::default()
            .sign(due.is_some())
            .sign(due.as_ref().is_some_and(|due| due.parse::<jiff::civil::Date>().is_ok()))
            .sign(who.is_some())
            .sign(named || vouched)
            .spelled(hit.spelling())
            .heard(&[sentence]);
        found.push(Action {
            what: what(sentence),
            who,
            due,
            evidence: sentence.evidence(score.confidence()),
        });
    }
    found
}

/// Wishes, conditions and reports promise nothing.
fn is_open(sentence: &Sentence) -> bool {
    sentence.has_any(&[
        "hvis",
        "måske",
        "ikke",
        "kunne",
        "burde",
        "bør",
        "foreslår",
        "synes",
        "håber",
        "ønsker",
        "har * sendt|skrevet|lavet|inviteret",
        "forventer",
        "kan vi",
        "indstiller",
        "blev",
        "vedtaget",
        "udsat|udsætter|udsættes|udskydes|udskyder",
        "sagen|punktet|den sendes|oversendes|henvises|fremsendes",
    ])
}

/// The word for the one who acts, at or near the verb.
fn subject(sentence: &Sentence, verb: usize) -> Option<String> {
    let near = sentence.terms.get(verb.saturating_sub(4)..(verb + 4).min(sentence.terms.len()))?;
    near.iter()
        .map(|term| term.lower.as_str())
        .find(|word| {
            matches!(
                *word,
                "jeg"
                    | "vi"
                    | "forvaltningen"
                    | "administrationen"
                    | "borgmesteren"
                    | "formanden"
                    | "direktøren"
                    | "kommunaldirektøren"
                    | "direktionen"
                    | "sekretariatet"
                    | "udvalget"
                    | "formandskabet"
                    | "ledelsen"
                    | "afdelingen"
            ) || word.ends_with("forvaltningen")
                || word.ends_with("chefen")
        })
        .map(str::to_owned)
        .or_else(|| {
            let first = sentence.terms.first()?;
            (first.is_capitalised() && sentence.terms.get(1)?.is_capitalised())
                .then(|| sentence.slice(0, 2).to_owned())
        })
}

/// Who acts, and whether it's a person by name: the one named, the speaker behind "jeg", a role.
fn who(
    sentence: &Sentence,
    subject: &str,
    vouched: bool,
    names: &Names<'_>,
    handover: &Handover,
) -> (Option<String>, bool) {
    if let Some(name) = names.hits(sentence).into_iter().find(|name| name.listed || name.from == 0)
    {
        return (Some(name.name), true);
    }
    let own = subject == "jeg" || vouched;
    let speaker = sentence.speaker.clone();
    if own {
        if let Some(speaker) = speaker {
            return (Some(speaker), true);
        }
        if let Some(called) = handover.called(sentence) {
            return (Some(called), false);
        }
    }
    match subject {
        "jeg" | "vi" => (speaker.filter(|_| subject == "vi"), false),
        role => {
            let mut letters = role.chars();
            let first: String =
                letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
            (Some(format!("{first}{}", letters.as_str())), false)
        }
    }
}

/// The task in the speaker's words.
fn what(sentence: &Sentence) -> String {
    sentence.text.trim().to_owned()
}
