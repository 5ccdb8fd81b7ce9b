//! Afstemninger: question, sides and outcome, from the announcement to the result.

use crate::danish::parties::Register;
use crate::meeting::{Ballot, DecisionOutcome, TimeSpan, Vote};

use super::ballot;
use super::formula::{self, Formula};
use super::names::Names;
use super::score::Score;
use super::sentence::{Sentence, evidence};
use super::tally::{self, Side, Tally};

/// Sentences without a word on the vote after which an open one is over.
const SILENCE: usize = 6;

/// A vote while it is read.
#[derive(Default)]
struct Open {
    question: Option<String>,
    sides: [Option<Ballot>; 3],
    /// Side to which an answer without a marker belongs.
    current: Option<Side>,
    outcome: Option<DecisionOutcome>,
    sentences: Vec<usize>,
    idle: usize,
    announced: bool,
    /// The chair asked for votes: "hvem stemmer for?"
    called: bool,
    /// Markers found and looked for in a printed tally.
    found: u32,
    asked: u32,
}

impl Open {
    fn is_filled(&self) -> bool {
        self.sides.iter().any(Option::is_some)
    }

    fn touch(&mut self, at: usize) {
        self.idle = 0;
        if self.sentences.last() != Some(&at) {
            self.sentences.push(at);
        }
    }

    /// Takes what was said of a side; what is known already stands.
    fn fill(&mut self, side: Side, said: Ballot) {
        let Some(place) = self.sides.get_mut(side as usize) else { return };
        match place {
            Some(known) => {
                known.count = known.count.or(said.count);
                if known.parties.is_empty() && known.names.is_empty() {
                    known.parties = said.parties;
                    known.names = said.names;
                }
            }
            None => *place = Some(said),
        }
    }
}

/// The votes of an item.
#[derive(Default)]
pub(super) struct Votes {
    /// Those that were read, in the order in which they were held.
    pub read: Vec<Vote>,
    /// Where a vote was called whose result could not be read.
    pub unread: Vec<TimeSpan>,
}

/// Reads the votes of an item.
pub(super) fn votes(sentences: &[Sentence], names: &Names<'_>, register: &Register) -> Votes {
    let mut found = Votes::default();
    let mut open: Option<Open> = None;
    for (at, sentence) in sentences.iter().enumerate() {
        let tallies = tally::tallies(sentence, register);
        if !tallies.is_empty() {
            for tally in tallies {
                take_tally(&mut open, &mut found, sentences, at, tally);
            }
            // "… stemte 0. Forslaget er forkastet" may have lost its full stop.
            settle(&mut open, &mut found, sentences, at);
            continue;
        }
        if let Some(question) = announcement(sentence) {
            if open.as_ref().is_some_and(Open::is_filled) {
                close(open.take(), &mut found, sentences);
            }
            let vote = open.get_or_insert_default();
            vote.announced = true;
            vote.question = question.or(vote.question.take());
            vote.touch(at);
            // "Så stemmer vi om indstillingen: for stemmer …" goes on in the same sentence.
            declare(vote, sentence, at, names);
            continue;
        }
        if let Some((side, question)) = call(sentence, open.is_some()) {
            if side == Side::For && open.as_ref().is_some_and(Open::is_filled) {
                close(open.take(), &mut found, sentences);
            }
            let vote = open.get_or_insert_default();
            vote.announced = true;
            vote.called = true;
            vote.question = vote.question.take().or(question);
            vote.current = Some(side);
            vote.touch(at);
            continue;
        }
        if open.is_none() {
            open = at_once(sentence, at, names);
            settle(&mut open, &mut found, sentences, at);
            continue;
        }
        let Some(vote) = open.as_mut() else { continue };
        if declare(vote, sentence, at, names) || answer(vote, sentence, at, names) {
            settle(&mut open, &mut found, sentences, at);
            continue;
        }
        vote.idle += 1;
        let over = vote.idle > SILENCE;
        settle(&mut open, &mut found, sentences, at);
        if over && open.is_some() {
            close(open.take(), &mut found, sentences);
        }
    }
    close(open, &mut found, sentences);
    found
}

fn take_tally(
    open: &mut Option<Open>,
    found: &mut Votes,
    sentences: &[Sentence],
    at: usize,
    tally: Tally,
) {
    let again = |vote: &Open| {
        tally.sides.iter().zip(&vote.sides).any(|(new, old)| new.is_some() && old.is_some())
    };
    if open.as_ref().is_some_and(again) {
        close(open.take(), found, sentences);
    }
    // "… vedtaget med 109 stemmer. [For stemte 109 (…), …]": the tally spells out the vote before.
    if open.is_none() && found.read.last().is_some_and(|last| is_same(last, &tally, sentences, at))
    {
        if let Some(last) = found.read.last_mut() {
            let [favour, against, abstain] = tally.sides.map(Option::unwrap_or_default);
            (last.in_favour, last.against, last.abstain) = (favour, against, abstain);
        }
        return;
    }
    let vote = open.get_or_insert_default();
    vote.touch(at);
    vote.found += tally.found;
    vote.asked += tally.asked;
    vote.current = None;
    for (side, ballot) in [Side::For, Side::Against, Side::Abstain].into_iter().zip(tally.sides) {
        if let Some(ballot) = ballot {
            vote.fill(side, ballot);
        }
    }
}

fn is_same(vote: &Vote, tally: &Tally, sentences: &[Sentence], at: usize) -> bool {
    let [Some(favour), ..] = &tally.sides else { return false };
    let before = at.checked_sub(1).and_then(|before| sentences.get(before));
    vote.in_favour.count == favour.count
        && vote.against.count.is_none()
        && before.is_some_and(|before| before.start <= vote.evidence.end)
}

/// Formulas that open a vote, and whether the matter follows.
const ANNOUNCEMENTS: &[(&str, bool)] = &[
    ("der stemmes om", true),
    ("vi stemmer * om", true),
    ("stemmer vi * om", true),
    ("vi stemme * om", true),
    ("afstemning om", true),
    ("går|skrider vi * til afstemning", false),
    ("sætter|sætte * til afstemning", false),
    ("så stemmer vi", false),
];

/// "Vi stemmer om ændringsforslaget fra C", "går vi til afstemning". The inner value is what is
/// voted on, when it is said.
fn announcement(sentence: &Sentence) -> Option<Option<String>> {
    let (hit, told) =
        ANNOUNCEMENTS.iter().find_map(|(pattern, told)| Some((sentence.find(pattern)?, *told)))?;
    // "Ønskes afstemning om …?", "jeg undlader, når vi stemmer om …", "det, vi stemmer om"
    let lead = sentence.terms.get(..hit.from).unwrap_or_default();
    let aside = lead.iter().any(|term| {
        matches!(
            term.lower.as_str(),
            "ønskes" | "ønsker" | "undlader" | "undlod" | "jeg" | "hvad" | "som" | "når" | "at"
        )
    });
    let wish = sentence.has_any(&["kunne", "burde", "bør", "skulle", "foreslår", "ønsker"]);
    if aside || wish {
        return None;
    }
    Some(told.then(|| matter(sentence, hit.to)).flatten())
}

/// What is voted on: the words from a term to the end of the clause.
fn matter(sentence: &Sentence, from: usize) -> Option<String> {
    let mut from = from;
    while sentence.terms.get(from).is_some_and(|t| matches!(t.lower.as_str(), "selve" | "først")) {
        from += 1;
    }
    let stop = sentence
        .terms
        .iter()
        .enumerate()
        .skip(from + 1)
        .find(|(_, term)| term.gap.contains([',', ':', ';', '.', '?']))
        .map_or(sentence.terms.len(), |(at, _)| at);
    let end = stop.min(from + 16);
    let words = sentence.slice(from, end).trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// "Hvem stemmer for indstillingen?", "Hvem undlader?", and once a vote is on also "Nogen imod?"
fn call(sentence: &Sentence, voting: bool) -> Option<(Side, Option<String>)> {
    let asks = sentence.is_question()
        || sentence.has_any(&["bedes", "række|rækker hånden|hånd", "markere|markerer", "hvem der"]);
    if !asks {
        return None;
    }
    if sentence.has_any(&["hvem undlader", "nogen|dem|de * undlader|undlade", "undlader nogen"]) {
        return voting.then_some((Side::Abstain, None));
    }
    let hit = sentence
        .find("hvem|dem|de * stemmer|stemme for|imod|mod")
        .or_else(|| sentence.find("stemmer nogen for|imod|mod"))
        .or_else(|| sentence.find("hvem|nogen|er for|imod|mod").filter(|_| voting))?;
    let word = sentence.terms.get(hit.to.checked_sub(1)?)?.lower.as_str();
    let side = if word == "for" { Side::For } else { Side::Against };
    let about = (side == Side::For && hit.to < sentence.terms.len())
        .then(|| matter(sentence, hit.to))
        .flatten();
    Some((side, about))
}

/// A marker of a side in a statement.
fn markers(sentence: &Sentence) -> Vec<(usize, Side)> {
    let terms = &sentence.terms;
    let cast = |at: usize| {
        terms.get(at).is_some_and(|t| {
            matches!(t.lower.as_str(), "stemmer" | "stemte" | "stemt" | "stemme" | "medlemmer")
        })
    };
    let amount = |at: usize| {
        terms.get(at).is_some_and(|t| {
            t.lower == "ingen" || (t.value.is_some_and(|value| value <= 1000) && !t.is_article())
        })
    };
    // "22 for", "to imod"; "for 35 år siden" is none.
    let near = |at: usize| {
        cast(at + 1) || at.checked_sub(1).is_some_and(|before| cast(before) || amount(before))
    };
    // "imod 3", with nothing counted after it.
    let then = |at: usize| {
        amount(at + 1)
            && terms.get(at + 2).is_none_or(|t| {
                t.opens_clause()
                    || t.gap.contains('(')
                    || matches!(t.lower.as_str(), "stemmer" | "og")
            })
    };
    let mut found = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        let side = match term.lower.as_str() {
            "for" if near(at) => Side::For,
            "imod" | "mod" if near(at) || then(at) => Side::Against,
            "undlader" | "undlod" | "undladt" | "blankt" => Side::Abstain,
            _ => continue,
        };
        found.push((at, side));
    }
    found
}

/// "For stemmer A og V, det er 15", "C undlader, det er tre", "22 stemte for og to imod".
fn declare(vote: &mut Open, sentence: &Sentence, at: usize, names: &Names<'_>) -> bool {
    if sentence.is_question() || is_personal(sentence) {
        return false;
    }
    let markers = markers(sentence);
    let [(first, _), ..] = markers.as_slice() else { return false };
    // Numbers or parties before the first marker: each side is told before its marker.
    let follows =
        sentence.terms.get(first + 1).is_some_and(|t| t.value.is_some() && !t.opens_clause());
    let leads = !follows && ballot::spoken(sentence, 0, *first, names).is_some();
    let mut told = false;
    for (index, (place, side)) in markers.iter().enumerate() {
        let after = markers.get(index + 1).map_or(sentence.terms.len(), |(next, _)| *next);
        let before = index
            .checked_sub(1)
            .and_then(|previous| markers.get(previous))
            .map_or(0, |(previous, _)| previous + 1);
        let range = match (markers.len(), leads) {
            (1, _) if follows => (place + 1, sentence.terms.len()),
            (1, _) => (0, sentence.terms.len()),
            (_, true) => (before, *place),
            (_, false) => (place + 1, after),
        };
        if let Some(said) = ballot::spoken(sentence, range.0, range.1, names) {
            vote.fill(*side, said);
            vote.current = Some(*side);
            told = true;
        }
    }
    if told {
        vote.touch(at);
    }
    told
}

/// Words of somebody who explains his own vote.
fn is_personal(sentence: &Sentence) -> bool {
    sentence.has_any(&["jeg", "vi", "vores", "hvis", "derfor", "fordi"])
        && sentence.find("har vi").is_none()
}

/// "Det er Konservative, SF og Enhedslisten, otte stemmer." after the question for a side.
fn answer(vote: &mut Open, sentence: &Sentence, at: usize, names: &Names<'_>) -> bool {
    let Some(side) = vote.current else { return false };
    if sentence.is_question() || is_personal(sentence) || vote.idle > 1 {
        return false;
    }
    if formula::result(sentence).is_some() {
        return false;
    }
    let opens = sentence.terms.first().is_some_and(|term| {
        term.value.is_some()
            || matches!(
                term.lower.as_str(),
                "det" | "der" | "i" | "ingen" | "alle" | "og" | "samtlige"
            )
    }) || sentence.parties().first().is_some_and(|hit| hit.from == 0);
    if !opens {
        return false;
    }
    let Some(said) = ballot::spoken(sentence, 0, sentence.terms.len(), names) else { return false };
    vote.fill(side, said);
    vote.touch(at);
    true
}

/// A vote told in one breath: "enstemmigt vedtaget", "vedtaget med 15 stemmer mod 10", "alle
/// undtagen Enhedslisten stemte for".
fn at_once(sentence: &Sentence, at: usize, names: &Names<'_>) -> Option<Open> {
    if formula::is_hearsay(sentence) || sentence.is_question() || is_personal(sentence) {
        return None;
    }
    let mut vote = Open::default();
    // "godkendt med 13 stemmer for og 2 imod"
    if sentence.find("med * stemmer|stemme for * imod|mod").is_some() {
        declare(&mut vote, sentence, at, names);
        let counted = vote.sides.iter().flatten().filter(|side| side.count.is_some()).count();
        vote.announced = true;
        return (counted >= 2).then_some(vote);
    }
    let told = sentence
        .find("med * stemmer|stemme mod|imod")
        .or_else(|| sentence.find("med stemmerne * mod|imod"));
    if let Some(hit) = told {
        let number = |range: std::ops::Range<usize>| {
            sentence.terms.get(range)?.iter().find_map(|t| t.value.filter(|&v| v <= 1000))
        };
        let favour = number(hit.from..hit.to)?;
        let against = number(hit.to..(hit.to + 2).min(sentence.terms.len()))?;
        vote.fill(Side::For, Ballot { count: Some(favour), ..Ballot::default() });
        vote.fill(Side::Against, Ballot { count: Some(against), ..Ballot::default() });
        vote.announced = true;
    } else if formula::result(sentence).is_some() && sentence.has_any(&["enstemmigt", "enstemmig"])
    {
        let said = ballot::spoken(sentence, 0, sentence.terms.len(), names)?;
        vote.fill(
            Side::For,
            Ballot { parties: Vec::new(), names: vec!["alle".to_owned()], ..said },
        );
    } else if sentence.find("for stemte|stemmer").is_some_and(|hit| hit.from == 0)
        && sentence.terms.iter().any(|term| term.value.is_some() && !term.is_article())
    {
        declare(&mut vote, sentence, at, names);
        vote.announced = true;
    } else if sentence.has_any(&[
        "alle|samtlige undtagen * stemte|stemmer for",
        "alle|samtlige på nær * stemte|stemmer for",
        "alle|samtlige * stemte for",
        "resten|øvrige stemte|stemmer for|imod",
    ]) {
        declare(&mut vote, sentence, at, names);
    } else if markers(sentence).len() >= 2
        && sentence.find("stemte").is_some()
        && sentence.parties().len() >= 2
        && !sentence.terms.iter().any(|term| term.value.is_some() && !term.is_article())
    {
        // Groups without numbers: a vote only when a result follows.
        declare(&mut vote, sentence, at, names);
    } else if markers(sentence).len() >= 2
        && sentence.terms.iter().any(|term| term.value.is_some() && !term.is_article())
    {
        declare(&mut vote, sentence, at, names);
        let counted = vote.sides.iter().flatten().filter(|side| side.count.is_some()).count();
        if counted < 2 {
            return None;
        }
    }
    vote.touch(at);
    vote.is_filled().then_some(vote)
}

/// Takes the result of the open vote, if this sentence tells it.
fn settle(open: &mut Option<Open>, found: &mut Votes, sentences: &[Sentence], at: usize) {
    let Some(vote) = open.as_mut().filter(|vote| vote.is_filled()) else { return };
    let Some(sentence) = sentences.get(at) else { return };
    let Some(Formula { outcome, subject, .. }) = formula::settlement(sentence) else { return };
    vote.outcome = match outcome {
        DecisionOutcome::Forkastet | DecisionOutcome::Bortfaldet => {
            Some(DecisionOutcome::Forkastet)
        }
        DecisionOutcome::Godkendt | DecisionOutcome::Vedtaget | DecisionOutcome::Tiltraadt => {
            Some(DecisionOutcome::Vedtaget)
        }
        _ => return,
    };
    vote.question = vote.question.take().or(subject);
    vote.touch(at);
    close(open.take(), found, sentences);
}

/// Whether the result is the one that the numbers give. A missing number proves nothing.
fn agrees(vote: &Open) -> bool {
    let [favour, against, _] = &vote.sides;
    let count = |side: &Option<Ballot>| side.as_ref().and_then(|side| side.count);
    match (count(favour), count(against), vote.outcome) {
        (Some(favour), Some(against), Some(outcome)) => {
            (favour > against) == (outcome == DecisionOutcome::Vedtaget)
        }
        _ => false,
    }
}

fn close(open: Option<Open>, found: &mut Votes, sentences: &[Sentence]) {
    let Some(vote) = open else { return };
    let held: Vec<&Sentence> = vote.sentences.iter().filter_map(|&at| sentences.get(at)).collect();
    let known = vote.sides.iter().flatten().filter(|side| side.count.is_some()).count();
    // One side without a result, and nobody asked for votes: groups that say how they stand.
    let told = vote.asked > 0 || (vote.called && known > 0);
    let debated = vote.outcome.is_none() && (known == 0 || (known < 2 && !told));
    if !vote.is_filled() || debated {
        if let (Some(first), Some(last), true) = (held.first(), held.last(), vote.announced) {
            found.unread.push(TimeSpan::new(first.start, last.end));
        }
        return;
    }
    let score = Score::default()
        .sign(vote.announced || vote.asked > 0)
        .sign(vote.outcome.is_some())
        .sign(known >= 2)
        .sign(vote.question.is_some())
        .sign(agrees(&vote))
        .share(vote.found, vote.asked)
        .heard(&held);
    let evidence = evidence(&held, score.confidence());
    // Parties without a single number may be half of what was said.
    let everybody = vote
        .sides
        .iter()
        .flatten()
        .any(|side| side.names.iter().any(|name| name.starts_with("alle") || name == "resten"));
    if known == 0 && !everybody {
        found.unread.push(TimeSpan::new(evidence.start, evidence.end));
    }
    let [favour, against, abstain] = vote.sides.map(Option::unwrap_or_default);
    found.read.push(Vote {
        question: vote.question.unwrap_or_default(),
        in_favour: favour,
        against,
        abstain,
        outcome: vote.outcome,
        evidence,
    });
}
