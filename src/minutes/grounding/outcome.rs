//! A sentence must not tell another end of the item than its decision and votes.

use crate::meeting::{Ballot, DecisionOutcome, DoubtKind, ItemMinutes, Vote};

use super::Doubt;
use super::figures::Value;
use super::reading::{Clause, Reading, Role};

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Adopted,
    Recommended,
    Rejected,
    PutOff,
    SentOn,
    Noted,
    Withdrawn,
}

impl From<DecisionOutcome> for Option<Fate> {
    fn from(outcome: DecisionOutcome) -> Self {
        Some(match outcome {
            DecisionOutcome::Godkendt | DecisionOutcome::Vedtaget | DecisionOutcome::Tiltraadt => {
                Fate::Adopted
            }
            DecisionOutcome::Anbefalet => Fate::Recommended,
            DecisionOutcome::TagetTilEfterretning => Fate::Noted,
            DecisionOutcome::Udsat => Fate::PutOff,
            DecisionOutcome::Forkastet | DecisionOutcome::Bortfaldet => Fate::Rejected,
            DecisionOutcome::Henvist | DecisionOutcome::SendtTilbage => Fate::SentOn,
            DecisionOutcome::Udgaaet => Fate::Withdrawn,
            DecisionOutcome::Droeftet | DecisionOutcome::Ingen => return None,
        })
    }
}

/// The fate that a word tells of when it's told as done.
fn fate(lower: &str) -> Option<Fate> {
    Some(match lower {
        "vedtaget" | "vedtog" | "vedtagne" | "godkendt" | "godkendte" | "tiltrådt"
        | "tiltrådte" => Fate::Adopted,
        "anbefalet" | "anbefalede" => Fate::Recommended,
        "forkastet" | "forkastede" | "afvist" | "afviste" | "nedstemt" | "nedstemte"
        | "bortfaldet" | "bortfaldt" => Fate::Rejected,
        "udsat" | "udskudt" | "udskød" => Fate::PutOff,
        "oversendt" | "henvist" | "tilbagesendt" | "hjemvist" | "tilbagesendes" | "oversendes" => {
            Fate::SentOn
        }
        "efterretning" => Fate::Noted,
        "udgået" | "udgik" => Fate::Withdrawn,
        _ => return None,
    })
}

/// The same after "besluttede at", "valgte at".
fn decided(lower: &str) -> Option<Fate> {
    Some(match lower {
        "vedtage" | "godkende" | "tiltræde" => Fate::Adopted,
        "forkaste" | "afvise" => Fate::Rejected,
        "udsætte" | "udskyde" => Fate::PutOff,
        "oversende" | "henvise" | "sende" | "tilbagesende" => Fate::SentOn,
        _ => return None,
    })
}

/// Whether the sentence speaks of an ændringsforslag.
fn is_amendment(told: &Reading, clause: &Clause) -> bool {
    let held = told.words.get(clause.from..clause.to).unwrap_or_default();
    let named = |words: &[super::reading::Word]| {
        words.iter().any(|word| word.lower.contains("ændringsforslag"))
    };
    let main = held.iter().any(|word| {
        matches!(
            word.lower.as_str(),
            "indstillingen"
                | "lovforslaget"
                | "hovedforslaget"
                | "beslutningsforslaget"
                | "sagen"
                | "planen"
                | "lokalplanen"
        )
    });
    named(held) || (!main && named(&told.words))
}

fn on_amendment(vote: &Vote) -> bool {
    vote.question.to_lowercase().contains("ændringsforslag")
}

/// Ends that the sentence tells against what was decided, or where nothing is known to be.
pub(super) fn outcomes(told: &Reading, item: Option<&ItemMinutes>, doubts: &mut Vec<Doubt>) {
    let Some(item) = item else { return };
    for (index, clause) in told.clauses.iter().enumerate() {
        let held = told.words.get(clause.from..clause.to).unwrap_or_default();
        let decides = told.words.iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "besluttede" | "besluttet" | "valgte" | "enedes" | "enige"
            )
        });
        // "Ændringsforslag af et mindretal, tiltrådt af et mindretal": who is for it, no end.
        if held.iter().any(|word| word.lower == "mindretal") {
            continue;
        }
        for word in held {
            let Some(told_fate) =
                fate(&word.lower).or_else(|| decided(&word.lower).filter(|_| decides))
            else {
                continue;
            };
            let known: Vec<Fate> = if is_amendment(told, clause) {
                let votes = item.votes.iter().filter(|vote| on_amendment(vote));
                let voted = votes.filter_map(|vote| vote.outcome);
                let moved = item.amendments.iter().filter_map(|one| one.outcome);
                voted.chain(moved).filter_map(Option::<Fate>::from).collect()
            } else {
                let votes = item.votes.iter().filter(|vote| !on_amendment(vote));
                let decision = item.decision.iter();
                decision
                    .flat_map(|one| {
                        one.points.iter().map(|point| point.outcome).chain([one.outcome])
                    })
                    .chain(votes.filter_map(|vote| vote.outcome))
                    .filter_map(Option::<Fate>::from)
                    .collect()
            };
            let denied = told.tone(index).negations % 2 == 1;
            let fits = if denied {
                !known.is_empty() && !known.contains(&told_fate)
            } else {
                known.contains(&told_fate)
            };
            if !fits {
                doubts.push(Doubt::new(DoubtKind::Outcome, word.text.clone()));
            }
        }
    }
}

/// The sides of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    For,
    Against,
    Abstain,
}

/// A count or a party that the sentence puts on a side.
#[derive(Debug, PartialEq)]
enum Cast {
    Count(u32, Side),
    Party(String, Side),
}

/// Lays what the sentence tells of a vote to the item's votes. Gives whether all of it was found
/// there; none when it tells of no vote.
pub(super) fn votes(
    told: &Reading,
    item: Option<&ItemMinutes>,
    doubts: &mut Vec<Doubt>,
) -> Option<bool> {
    let casts: Vec<Cast> = told.clauses.iter().flat_map(|clause| casts(told, clause)).collect();
    if casts.is_empty() {
        return None;
    }
    let all = item.map(|item| item.votes.as_slice()).unwrap_or_default();
    let amendment = told.words.iter().any(|word| word.lower.contains("ændringsforslag"));
    let meant: Vec<&Vote> = all.iter().filter(|vote| on_amendment(vote) == amendment).collect();
    let meant = if meant.is_empty() { all.iter().collect() } else { meant };
    if meant.iter().any(|vote| casts.iter().all(|cast| holds(vote, cast))) {
        return Some(true);
    }
    let counted = casts.iter().any(|cast| matches!(cast, Cast::Count(..)));
    // Without a vote in the minutes a party may still have said how it stands; a count may not.
    if counted || meant.iter().any(|vote| tells_parties(vote)) {
        let value = casts.first().map(|cast| match cast {
            Cast::Count(count, _) => count.to_string(),
            Cast::Party(letter, _) => letter.clone(),
        });
        doubts.push(Doubt::new(DoubtKind::Vote, value.unwrap_or_default()));
    }
    Some(false)
}

fn tells_parties(vote: &Vote) -> bool {
    [&vote.in_favour, &vote.against, &vote.abstain].iter().any(|side| !side.parties.is_empty())
}

fn side_of(vote: &Vote, side: Side) -> &Ballot {
    match side {
        Side::For => &vote.in_favour,
        Side::Against => &vote.against,
        Side::Abstain => &vote.abstain,
    }
}

fn holds(vote: &Vote, cast: &Cast) -> bool {
    match cast {
        Cast::Count(count, side) => side_of(vote, *side).count == Some(*count),
        Cast::Party(letter, side) => side_of(vote, *side).parties.contains(letter),
    }
}

/// Parties and counts in a clause on voting, each with the nearest word that tells a side.
fn casts(told: &Reading, clause: &Clause) -> Vec<Cast> {
    let held = told.words.get(clause.from..clause.to).unwrap_or_default();
    let votes = held.iter().any(|word| {
        matches!(
            word.lower.as_str(),
            "stemmer" | "stemte" | "stemt" | "stemme" | "stemmerne" | "undlod" | "undlader"
        )
    });
    // "Kan ikke stemme for planen" tells of no vote that was cast.
    if !votes || clause.negations > 0 {
        return Vec::new();
    }
    let sides: Vec<(usize, Side)> = held
        .iter()
        .enumerate()
        .filter_map(|(at, word)| {
            let side = match word.lower.as_str() {
                "for" => Side::For,
                "imod" | "mod" => Side::Against,
                "undlod" | "undlader" | "hverken" => Side::Abstain,
                _ => return None,
            };
            Some((at, side))
        })
        .collect();
    let abstains = sides.iter().any(|(_, side)| *side == Side::Abstain);
    let nearest = |at: usize| {
        sides
            .iter()
            .filter(|(_, side)| !abstains || *side == Side::Abstain || sides.len() > 1)
            .min_by_key(|(place, _)| (place.abs_diff(at), *place < at))
            .map(|(_, side)| *side)
    };
    let mut found = Vec::new();
    for (at, word) in held.iter().enumerate() {
        let Some(side) = nearest(at) else { continue };
        match &word.role {
            Role::Party(letter) => {
                let cast = Cast::Party(letter.clone(), side);
                if found.last() != Some(&cast) {
                    found.push(cast);
                }
            }
            Role::Figure(index) => {
                let Some(figure) = told.figures.get(*index) else { continue };
                let (Value::Number(number), true) =
                    (&figure.value, clause.from + at == figure.from)
                else {
                    continue;
                };
                let Some(count) = number.whole().and_then(|whole| u32::try_from(whole).ok()) else {
                    continue;
                };
                // "22 stemmer mod 2": what stands before "mod" is for.
                let next: Vec<&str> =
                    held.iter().skip(at + 1).take(2).map(|word| word.lower.as_str()).collect();
                let lead = matches!(next.as_slice(), ["stemmer", "mod"] | ["mod", _] | ["mod"]);
                let ballot = held.get(at + 1).is_none_or(|next| {
                    matches!(
                        next.lower.as_str(),
                        "stemmer"
                            | "stemte"
                            | "stemme"
                            | "medlemmer"
                            | "for"
                            | "imod"
                            | "mod"
                            | "undlod"
                            | "og"
                            | "stemt"
                    ) || word.closed
                }) || word.closed;
                if ballot {
                    found.push(Cast::Count(count, if lead { Side::For } else { side }));
                }
            }
            _ => {}
        }
    }
    found
}
