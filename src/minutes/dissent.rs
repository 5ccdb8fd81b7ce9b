//! Protokollater: an afvigende mening that a member wants entered (styrelsesloven § 13, stk. 2).

use crate::meeting::{Dissent, Stage, TimeSpan, Vote, Warning};

use super::names::Names;
use super::score::Score;
use super::sentence::{Sentence, evidence};

/// Most sentences that a dissent takes from the speech: the law asks for brevity.
const LONGEST: usize = 2;

/// The dissents of an item, with a warning where no vote allows one.
pub(super) fn dissents(
    number: &str,
    sentences: &[Sentence],
    votes: &[Vote],
    names: &Names<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<Dissent> {
    let mut found: Vec<Dissent> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        let Some(asked) = asked(sentence) else { continue };
        let Some((text, last)) = words(sentences, at, asked) else {
            if found.is_empty() && !is_echo(sentence) {
                warnings.push(
                    Warning::attention(
                        Stage::Minutes,
                        "dissent-without-words",
                        "somebody asked for an entry in the protocol whose words were not found",
                    )
                    .at(TimeSpan::new(sentence.start, sentence.end))
                    .on_item(number),
                );
            }
            continue;
        };
        let held: Vec<&Sentence> = sentences.get(at..=last).into_iter().flatten().collect();
        let who = who(&held, names);
        let score = Score::default().sign(true).sign(who.is_some()).heard(&held);
        let evidence = evidence(&held, score.confidence());
        if votes.is_empty() {
            warnings.push(
                Warning::attention(
                    Stage::Minutes,
                    "dissent-without-vote",
                    "a dissent may be entered after a vote only, and no vote was heard",
                )
                .at(TimeSpan::new(evidence.start, evidence.end))
                .on_item(number),
            );
        }
        found.push(Dissent { who, text, evidence });
    }
    found
}

/// Index after "mindretalsudtalelse ført til protokols" and the like.
fn asked(sentence: &Sentence) -> Option<usize> {
    if sentence.is_question() || is_echo(sentence) {
        return None;
    }
    [
        "ført|tilført|føre|indført|føres|tilføjet * protokols|protokol|protokollen|protokollat",
        "mindretalsudtalelse|protokollat|protokolbemærkning|protokoludtalelse",
    ]
    .iter()
    .filter_map(|pattern| sentence.find(pattern))
    .map(|hit| hit.to)
    .max()
    .filter(|_| {
        sentence.has_any(&[
            "vil|vi|jeg|ønsker|ønskede|beder|bede|bedt|skal",
            "lyder",
            "gerne",
            "ønsker|ønskes",
        ])
    })
}

/// The chair confirms what was asked for: "Den mindretalsudtalelse kommer med i protokollen."
fn is_echo(sentence: &Sentence) -> bool {
    sentence.has_any(&["kommer med", "er noteret", "bliver ført", "skriver vi", "får vi med"])
}

/// The words to be entered and the index of their last sentence.
fn words(sentences: &[Sentence], at: usize, from: usize) -> Option<(String, usize)> {
    let sentence = sentences.get(at)?;
    let rest = sentence.terms.len().saturating_sub(from);
    let colon = (from..sentence.terms.len()).find(|&place| {
        sentence.terms.get(place).is_some_and(|term| term.gap.contains(':') || term.lower == "at")
    });
    if let Some(place) = colon
        && sentence.terms.len() - place >= 4
    {
        let subordinate = sentence.terms.get(place).is_some_and(|term| term.lower == "at");
        let said = if subordinate {
            as_main_clause(sentence, place + 1)
        } else {
            sentence.slice(place, sentence.terms.len()).to_owned()
        };
        return Some((closed(&said), at));
    }
    let ends_open = sentence.text.trim_end().ends_with(':');
    if rest > 3 && !ends_open {
        return None;
    }
    // The words follow in sentences of their own.
    let next = sentences.get(at + 1..)?;
    let taken: Vec<&Sentence> = next
        .iter()
        .take(LONGEST)
        .take_while(|next| {
            next.segments.first().is_some_and(|id| {
                sentence.segments.contains(id)
                    || sentence.segments.last().is_some_and(|s| s + 1 == *id)
            }) && next.speaker == sentence.speaker
                && !next.is_question()
                && !is_echo(next)
        })
        .collect();
    let states = taken.first().is_some_and(|first| {
        !first.parties().is_empty() || first.has_any(&["vi|jeg|partiet|gruppen|undertegnede"])
    });
    if !states {
        return None;
    }
    let text = taken.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ");
    Some((closed(&text), at + taken.len()))
}

/// Adverbs that stand before the verb in a subordinate clause and after it in a main one.
const ADVERBS: &[&str] = &[
    "ikke", "heller", "fortsat", "stadig", "længere", "aldrig", "derfor", "gerne", "alene", "kun",
    "hverken", "dermed",
];

/// Finite verbs with which a party tells its mind.
const VERBS: &[&str] = &[
    "kan",
    "vil",
    "skal",
    "må",
    "kunne",
    "ville",
    "skulle",
    "er",
    "var",
    "har",
    "havde",
    "bør",
    "finder",
    "fandt",
    "mener",
    "mente",
    "ønsker",
    "ønskede",
    "støtter",
    "støttede",
    "stemmer",
    "stemte",
    "tager",
    "ser",
    "går",
    "får",
    "tror",
    "accepterer",
    "anbefaler",
    "godkender",
    "bakker",
    "tilslutter",
    "deler",
    "anser",
];

/// The clause from a term on, which followed "at", in the order of a main one: "Socialdemokratiet
/// ikke kan støtte" reads "Socialdemokratiet kan ikke støtte".
fn as_main_clause(sentence: &Sentence, from: usize) -> String {
    let terms = &sentence.terms;
    let is = |at: usize, words: &[&str]| {
        terms.get(at).is_some_and(|term| words.contains(&term.lower.as_str()))
    };
    let whole = || sentence.slice(from, terms.len()).to_owned();
    let Some(adverb) = (from + 1..terms.len().min(from + 10)).find(|&at| is(at, ADVERBS)) else {
        return whole();
    };
    let Some(verb) = (adverb..terms.len()).find(|&at| !is(at, ADVERBS)) else { return whole() };
    let apart = (from + 1..=verb).any(|at| terms.get(at).is_some_and(|term| !term.gap.is_empty()));
    let begun = (from..adverb).any(|at| is(at, VERBS));
    if apart || begun || !is(verb, VERBS) {
        return whole();
    }
    [
        sentence.slice(from, adverb),
        sentence.slice(verb, verb + 1),
        sentence.slice(adverb, verb),
        sentence.text.get(terms.get(verb).map_or(0, |term| term.end)..).unwrap_or_default().trim(),
    ]
    .join(" ")
    .replace(" ,", ",")
}

fn closed(text: &str) -> String {
    let text = text.trim().trim_end_matches(['.', ' ']);
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The party that the words name, else the speaker.
fn who(held: &[&Sentence], names: &Names<'_>) -> Option<String> {
    let named =
        held.iter().find_map(|s| names.hits(s).into_iter().find(|n| n.listed)).map(|n| n.name);
    let party = held.iter().rev().find_map(|s| s.parties().first()).map(|hit| hit.letter.clone());
    let speaker = held.iter().find_map(|s| s.speaker.clone());
    speaker.or(party).or(named)
}
