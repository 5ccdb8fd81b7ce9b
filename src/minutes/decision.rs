//! Beslutninger: the chair's last formula in an item, or silent consent.

use crate::meeting::{
    AgendaItem, Decision, DecisionOutcome, Evidence, Stage, TimeSpan, Vote, Warning,
};

use super::formula::{self, Formula};
use super::place;
use super::point::{point, points};
use super::score::{DOUBTFUL, Score};
use super::sentence::{Sentence, evidence};

/// Sentences in which an answer to "kan vi tiltræde?" is expected.
const ANSWER: usize = 3;

/// Share of an item's sentences that counts as its end.
const LATE: f64 = 0.6;

/// A decision that the speech may hold.
struct Candidate {
    outcome: DecisionOutcome,
    /// The sentence that decides, and those that lead to it.
    at: usize,
    from: usize,
    subject: Option<String>,
    framed: bool,
    spelling: f64,
    conditional: bool,
    /// By silent consent, with no formula of its own.
    tacit: bool,
}

/// The decision of an item with warnings; none when nothing in the recording proves one.
pub(super) fn decision(
    item: &AgendaItem,
    sentences: &[Sentence],
    votes: &[Vote],
    warnings: &mut Vec<Warning>,
) -> Option<Decision> {
    let (candidates, foreign) = own(item, candidates(sentences), sentences, votes);
    let Some(last) = candidates.last() else {
        return untreated(item, sentences, warnings);
    };
    let sentence = sentences.get(last.at)?;
    let earlier: Vec<&Candidate> = candidates
        .iter()
        .filter(|other| other.at < last.at && !is_kin(other.outcome, last.outcome))
        .collect();
    if let Some(other) = earlier.last().and_then(|other| sentences.get(other.at)) {
        let reversed = earlier.last().is_some_and(|other| {
            sentences.get(other.at + 1..=last.at).unwrap_or_default().iter().any(is_undoing)
        });
        let code = "decision-changed";
        let warning = if reversed {
            let message = "the decision was changed in the meeting; the later one was taken, so \
                           see that nothing of the earlier one still holds";
            Warning::attention(Stage::Minutes, code, message)
        } else {
            let message = "more than one outcome was said in this item; the last one was taken";
            Warning::notice(Stage::Minutes, code, message)
        };
        warnings.push(warning.at(TimeSpan::new(other.start, sentence.end)).on_item(&item.number));
    }
    let mut held: Vec<&Sentence> = sentences.get(last.from..=last.at)?.iter().collect();
    let condition = sentences.get(last.at + 1).filter(|next| is_condition(next));
    held.extend(condition);
    let undone = sentences.get(last.at + 1..).unwrap_or_default().iter().find(|s| is_undoing(s));
    let voted = votes.last().and_then(|vote| vote.outcome);
    let agrees = voted.is_none_or(|vote| {
        (vote == DecisionOutcome::Forkastet) == (last.outcome == DecisionOutcome::Forkastet)
            || is_amendment(&votes.last().map(|v| v.question.clone()).unwrap_or_default())
            || matches!(
                last.outcome,
                DecisionOutcome::Udsat | DecisionOutcome::SendtTilbage | DecisionOutcome::Henvist
            )
    });
    let late = last.at as f64 + 1.0 >= sentences.len() as f64 * LATE;
    let score = Score::default()
        .sign(last.framed)
        .sign(last.subject.is_some() || last.from < last.at)
        .sign(late)
        .sign(earlier.is_empty() && agrees)
        .sign(!last.tacit)
        .spelled(last.spelling)
        .heard(&held);
    // What makes a decision less than plain counts against it only where it is there.
    let against = [undone.is_some(), last.conditional || condition.is_some()];
    let score = against.iter().filter(|there| **there).fold(score, |score, _| score.sign(false));
    let confidence = score.confidence();
    let evidence = evidence(&held, confidence);
    if last.conditional || condition.is_some() {
        warnings.push(
            Warning::notice(
                Stage::Minutes,
                "decision-conditional",
                "the decision depends on a condition; see that all of it is in the text",
            )
            .at(TimeSpan::new(evidence.start, evidence.end))
            .on_item(&item.number),
        );
    }
    if confidence < DOUBTFUL || !agrees || undone.is_some() || foreign {
        let message = match (undone, agrees) {
            (None, true) if foreign => {
                "only the fate of a member's own proposal was heard in this item; listen for what \
                 became of the indstilling"
            }
            (Some(_), _) => {
                "the decision was spoken of as changed or mistaken afterwards, and no other one was \
                 heard; listen to the end of the item"
            }
            (None, true) => "the decision is not certain; listen to it",
            (None, false) => {
                "the decision said does not fit the outcome of the vote; listen to both"
            }
        };
        warnings.push(
            Warning::attention(Stage::Minutes, "decision-doubtful", message)
                .at(TimeSpan::new(evidence.start, evidence.end))
                .on_item(&item.number),
        );
    }
    let referred = matches!(last.outcome, DecisionOutcome::Henvist | DecisionOutcome::SendtTilbage);
    let postponed_to = held
        .iter()
        .rev()
        .find_map(|sentence| place::meeting(sentence))
        .filter(|_| last.outcome == DecisionOutcome::Udsat);
    let points = points(sentences);
    let mut evidence = evidence;
    for point in &points {
        for id in &point.evidence.segments {
            if !evidence.segments.contains(id) {
                evidence.segments.push(*id);
            }
        }
        evidence.end = evidence.end.max(point.evidence.end);
    }
    let text = if points.is_empty() {
        let said = wording(item, last, sentence, postponed_to.as_deref());
        condition.map_or(said.clone(), |condition| format!("{said} {}", condition.text))
    } else {
        let mut said: Vec<&str> = points.iter().map(|point| point.text.as_str()).collect();
        said.dedup();
        said.join(" ")
    };
    Some(Decision {
        outcome: last.outcome,
        text,
        points,
        referred_to: held.iter().rev().find_map(|s| place::body(s)).filter(|_| referred),
        postponed_to,
        evidence,
    })
}

/// The candidates without what became of a member's or party's own proposal ("Malene Tofts forslag"),
/// unless that is all that was heard: then `true`. An item that is itself such a proposal has no
/// other matter.
fn own(
    item: &AgendaItem,
    candidates: Vec<Candidate>,
    sentences: &[Sentence],
    votes: &[Vote],
) -> (Vec<Candidate>, bool) {
    if crate::danish::words::lower(&item.title).contains("forslag") {
        return (candidates, false);
    }
    let is_foreign = |candidate: &Candidate| {
        let Some(sentence) = sentences.get(candidate.at) else { return false };
        let matter = candidate.subject.as_deref().is_none_or(|said| said.contains("forslag"));
        let voted = votes.iter().any(|vote| {
            is_counter(&vote.question)
                && vote.evidence.start <= sentence.start
                && sentence.end <= vote.evidence.end
        });
        matter && (voted || is_counter(&sentence.text))
    };
    let (foreign, own): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_foreign);
    if own.is_empty() {
        let any = !foreign.is_empty();
        return (foreign, any);
    }
    (own, false)
}

/// Whether a question is a member's or a party's own proposal: "Malene Tofts forslag", "forslaget fra
/// SF", "modforslaget". "Udvalgets forslag" is the item's own.
fn is_counter(question: &str) -> bool {
    let words = super::term::terms(question);
    words.iter().enumerate().any(|(at, word)| {
        if word.lower.ends_with("modforslaget") || word.lower.ends_with("modforslag") {
            return true;
        }
        let whose = at.checked_sub(1).and_then(|before| words.get(before));
        let body = |lower: &str| {
            ["udvalgets", "rådets", "forvaltningens", "styrelsens", "gruppens", "kommunens"]
                .iter()
                .any(|end| lower.ends_with(end))
                || matches!(lower, "administrationens" | "borgmesterens" | "magistratens")
        };
        let named = whose.is_some_and(|whose| {
            whose.is_capitalised() && whose.lower.ends_with('s') && !body(&whose.lower)
        });
        let from = words.get(at + 1).is_some_and(|next| next.lower == "fra")
            && words
                .get(at + 2)
                .is_some_and(|next| next.is_capitalised() && !body(&format!("{}s", next.lower)));
        (word.lower == "forslag" && named)
            || (matches!(word.lower.as_str(), "forslag" | "forslaget") && from)
    })
}

/// "Det er under forudsætning af, at …" after a decision.
fn is_condition(sentence: &Sentence) -> bool {
    sentence.find("det er|sker|gælder under|på|forudsat|betinget").is_some_and(|hit| hit.from <= 1)
        && sentence.has_any(&["forudsætning|forudsat|betingelse|vilkår|betinget"])
        && !sentence.is_question()
        && !formula::is_hearsay(&sentence.clause(0, 4))
}

/// "Det var en fejl", "vi ændrer beslutningen": what was decided is not any more.
fn is_undoing(sentence: &Sentence) -> bool {
    !sentence.is_question()
        && sentence.has_any(&[
            "vi|jeg ændrer|omgør|annullerer|ophæver * beslutningen|afgørelsen|konklusionen",
            "ændrer|omgør * beslutning",
            "trækker * beslutningen|konklusionen tilbage",
            "beslutningen gælder ikke|alligevel",
            "det var en fejl",
            "jeg tog fejl",
            "tager beslutningen om",
        ])
        && !formula::is_hearsay(&sentence.clause(0, 3))
}

/// Words that say the same of an item: an indstilling that is tiltrådt is godkendt.
fn is_kin(a: DecisionOutcome, b: DecisionOutcome) -> bool {
    let group = |outcome| match outcome {
        DecisionOutcome::Godkendt | DecisionOutcome::Vedtaget | DecisionOutcome::Tiltraadt => 0,
        DecisionOutcome::Forkastet | DecisionOutcome::Bortfaldet => 1,
        DecisionOutcome::Henvist | DecisionOutcome::SendtTilbage => 2,
        _ => 3,
    };
    a == b || (group(a) == group(b) && group(a) < 3)
}

/// Whether a question or subject is an amendment's and not the item's own.
pub(super) fn is_amendment(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    lower.contains("ændringsforslag") || lower.contains("mindretalsforslag")
}

/// Whether the matter decided on is procedure: an amendment, a motion to adjourn, a protokollat.
fn is_procedure(formula: &Formula, sentence: &Sentence) -> bool {
    formula.subject.as_deref().is_some_and(is_amendment)
        || sentence.terms.iter().any(|term| is_foreign_motion(&term.lower))
        || sentence.has_any(&[
            "ændringsforslaget|ændringsforslagene|ændringsforslag",
            "forslaget|forslag om udsættelse|tilbagesendelse|afslutning|lukning",
            "stedfortræderen|stedfortræder|stedfortrædere",
        ])
}

/// A compound with "forslag" of which damage left nothing but that ("endhænsforslæt"): it may well
/// be the ændringsforslag, so it decides nothing.
fn is_foreign_motion(lower: &str) -> bool {
    let Some(at) = lower.find("forsl") else { return false };
    let lead = lower.get(..at).unwrap_or_default();
    let known = ["lov", "hoved", "beslutnings", "budget", "lokalplan", "plan"];
    !lead.is_empty() && !known.iter().any(|word| lead.ends_with(word))
}

fn candidates(sentences: &[Sentence]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if let Some(formula) = formula::result(sentence) {
            // The outcome of a decision point by point is that of its first point.
            let further = point(sentence).is_some()
                && found.iter().any(|earlier: &Candidate| {
                    sentences.get(earlier.at).is_some_and(|said| point(said).is_some())
                });
            if further || is_procedure(&formula, sentence) {
                continue;
            }
            let from = question_before(sentences, at).unwrap_or(at);
            found.push(Candidate {
                outcome: formula.outcome,
                at,
                from,
                framed: formula.framed,
                subject: formula.subject,
                spelling: formula.spelling,
                conditional: formula.conditional,
                tacit: false,
            });
            continue;
        }
        let consented = formula::is_assent(sentence)
            .then(|| question_before(sentences, at))
            .flatten()
            .or_else(|| unopposed(sentences, at));
        if let Some(from) = consented
            && let Some((outcome, spelling)) = sentences.get(from).and_then(formula::proposed)
            && sentences.get(from).is_some_and(|s| !s.has_any(&["ændringsforslaget", "pause"]))
        {
            found.push(Candidate {
                outcome: match outcome {
                    DecisionOutcome::Henvist if sentence.find("tilbage").is_some() => {
                        DecisionOutcome::SendtTilbage
                    }
                    other => other,
                },
                at,
                from,
                subject: Some("indstillingen".to_owned()),
                framed: false,
                spelling,
                conditional: false,
                tacit: true,
            });
        }
    }
    found
}

/// The question "kan vi …?" that the sentence at `at` may answer.
fn question_before(sentences: &[Sentence], at: usize) -> Option<usize> {
    (at.saturating_sub(ANSWER)..at).rev().find(|&index| {
        sentences.get(index).is_some_and(|sentence| {
            sentence.is_question()
                && sentence.has_any(&[
                    "kan vi|i|udvalget|byrådet",
                    "skal vi",
                    "må jeg",
                    "er vi|der",
                    "vil vi",
                ])
                && formula::proposed(sentence).is_some()
        })
    })
}

/// "Jeg foreslår, at vi udsætter punktet. Er der nogen imod det?" – "Det er der ikke."
fn unopposed(sentences: &[Sentence], at: usize) -> Option<usize> {
    if !formula::is_no_objection(sentences.get(at)?) {
        return None;
    }
    let asked = (at.saturating_sub(ANSWER)..at).rev().find(|&index| {
        sentences.get(index).is_some_and(|sentence| {
            sentence.is_question()
                && sentence.has_any(&["er der nogen * imod|mod", "indvendinger|indsigelser"])
        })
    })?;
    (asked.saturating_sub(2)..=asked).rev().find(|&index| {
        sentences.get(index).is_some_and(|sentence| {
            sentence.has_any(&["foreslår", "indstiller", "kan vi", "imod at|imod"])
                && formula::proposed(sentence).is_some()
        })
    })
}

/// No formula: spørgetid and the like end without a decision; anything else needs a person.
fn untreated(
    item: &AgendaItem,
    sentences: &[Sentence],
    warnings: &mut Vec<Warning>,
) -> Option<Decision> {
    let title = crate::danish::words::lower(&item.title);
    let open = ["spørgetid", "meddelelser", "eventuelt", "orienteringer"]
        .iter()
        .any(|word| title.contains(word));
    if !open || sentences.is_empty() {
        warnings.push(
            Warning::attention(
                Stage::Minutes,
                "no-decision",
                "no decision was heard in this item; listen to its end and write it in",
            )
            .on_item(&item.number),
        );
        return None;
    }
    let ending = sentences.iter().rev().find(|sentence| {
        sentence.has_any(&["spørgetiden * slut|afsluttet|forbi", "går videre", "flere spørgsmål"])
    });
    let held: Vec<&Sentence> = ending.or(sentences.last()).into_iter().collect();
    let score = Score::default().sign(open).sign(ending.is_some()).heard(&held);
    Some(Decision {
        outcome: DecisionOutcome::Ingen,
        text: "Ingen beslutning.".to_owned(),
        evidence: evidence(&held, score.confidence()),
        points: Vec::new(),
        referred_to: None,
        postponed_to: None,
    })
}

/// The operative text: the indstilling's own words when it was adopted as it stood, else speech.
fn wording(
    item: &AgendaItem,
    decision: &Candidate,
    sentence: &Sentence,
    postponed: Option<&str>,
) -> String {
    let word = decision.outcome.danish();
    let adopted = matches!(
        decision.outcome,
        DecisionOutcome::Godkendt
            | DecisionOutcome::Vedtaget
            | DecisionOutcome::Tiltraadt
            | DecisionOutcome::Anbefalet
    );
    let changed = sentence.has_any(&[
        "med * ændring|ændringer|tilføjelse|tilføjelser|bemærkning|forbehold|undtagelse",
        "under forudsætning",
        "forudsat",
        "på betingelse|vilkår",
        "med den",
        "dog",
        "hvis|såfremt|medmindre",
        "bortset fra",
    ]);
    let said = spoken(sentence);
    if decision.outcome == DecisionOutcome::TagetTilEfterretning {
        return if said.split_whitespace().count() >= 4 && decision.subject.is_some() {
            said
        } else {
            "Orienteringen er taget til efterretning.".to_owned()
        };
    }
    if adopted && !changed && decision.subject.as_deref() != Some("dagsordenen") {
        let points = item.fields.get("indstilling").map(|field| motions(&field.text));
        return match points.filter(|points| !points.is_empty()) {
            Some(points) => format!("Indstillingen er {word}: {}.", points.join("; ")),
            None if decision.subject.is_some() && !decision.tacit => said,
            None => format!("Indstillingen er {word}."),
        };
    }
    if decision.tacit {
        return match (decision.outcome, postponed) {
            (DecisionOutcome::Udsat, Some(when)) => format!("Punktet er udsat til {when}."),
            (DecisionOutcome::Udsat, None) => "Punktet er udsat.".to_owned(),
            _ => format!("Sagen er {word}."),
        };
    }
    said
}

/// The chair's sentence without "Så konkluderer jeg, at".
fn spoken(sentence: &Sentence) -> String {
    let lead = sentence
        .find("konkluderer * at")
        .or_else(|| sentence.find("konklusionen|beslutningen er|bliver at"))
        .map(|hit| hit.to)
        .or_else(|| {
            let first = sentence.terms.first()?;
            (matches!(first.lower.as_str(), "godt" | "fint" | "ja" | "nå")
                && sentence.terms.len() > 4)
                .then_some(1)
        })
        .unwrap_or(0);
    let text = sentence.slice(lead, sentence.terms.len());
    // "Så er orienteringen taget …" reads "Orienteringen er taget …" in a protocol.
    let words: Vec<&str> = text.split_whitespace().collect();
    let turned = match words.as_slice() {
        ["Så" | "så" | "Dermed" | "Hermed", "er" | "bliver", subject, rest @ ..]
            if !rest.is_empty() =>
        {
            format!("{subject} er {}", rest.join(" "))
        }
        _ => text.to_owned(),
    };
    let mut letters = turned.chars();
    let capital: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    format!("{}.", capital.trim_end_matches(['.', ',', ' ']))
}

/// The points of an indstilling without their lead ("Forvaltningen indstiller,").
fn motions(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut points: Vec<String> = Vec::new();
    for line in &lines {
        // "2 mio. kr." and "1. januar" may begin a line that goes on; the next number of the list
        // begins a point.
        let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let (number, rest) = line.split_at(digits);
        let listed = rest.starts_with(['.', ')']) && number.parse() == Ok(points.len() + 1);
        let dashed = line.starts_with(['•', '-', '–', '*']);
        let bare = if listed || dashed {
            line.trim_start_matches(|c: char| c.is_ascii_digit() || ".)•-–* ".contains(c))
        } else {
            line
        };
        let numbered = listed || dashed;
        if bare.starts_with("at ") || numbered {
            points.push(bare.to_owned());
        } else if let Some(last) = points.last_mut() {
            // A line that goes on from the one above.
            last.push(' ');
            last.push_str(bare);
        } else if let Some((_, after)) = bare.split_once(", at ") {
            points.push(format!("at {after}"));
        }
    }
    for point in &mut points {
        let end = point.trim_end_matches(['.', ';', ',', ' ']).trim_end_matches(" og").len();
        point.truncate(end);
    }
    points
}

/// A decision that the alignment alone knows: the item was withdrawn or put off elsewhere.
pub(super) fn elsewhere(outcome: DecisionOutcome, evidence: Evidence) -> Decision {
    let text = match outcome {
        DecisionOutcome::Udgaaet => "Punktet er udgået af dagsordenen.",
        _ => "Punktet er udsat.",
    };
    Decision {
        outcome,
        text: text.to_owned(),
        evidence,
        points: Vec::new(),
        referred_to: None,
        postponed_to: None,
    }
}
