//! What the recording shows against what the referat says, both ways.
//!
//! Nobody is called wrong: a referat may rightly hold what no microphone caught, and recognition may
//! lose or bend what was said. Each difference names the place to listen to.

use crate::danish::parties::Register;
use crate::danish::words::fold;
use crate::meeting::{
    Agenda, Alignment, Attendance, AttendanceKind, Ballot, DecisionOutcome, Difference,
    DifferenceKind, DoubtKind, Evidence, ItemMinutes, Minutes, Presence, PrintedVote, Referat,
    ReferatItem, Transcript, Vote,
};

use super::grounding::{Cited, Grounds, unfounded};
use super::party;

/// Lays the drafted minutes and the public transcript beside the referat: decisions, votes,
/// attendance, and the figures and names of what was decided.
///
/// Items behind closed doors are left out.
pub fn differences(
    minutes: &Minutes,
    transcript: &Transcript,
    agenda: &Agenda,
    alignment: &Alignment,
    referat: &Referat,
) -> Vec<Difference> {
    let register = party::register(agenda);
    let mut found = Vec::new();
    for written in referat.items.iter().filter(|item| !item.closed) {
        let heard = minutes.items.iter().find(|item| item.number == written.number);
        let Some(heard) = heard else {
            let words = format!("{} {}", written.number, written.title);
            found.push(Difference::new(&written.number, DifferenceKind::Item).written(words));
            continue;
        };
        if heard.closed {
            continue;
        }
        let presences = &referat.attendance;
        let item =
            Item { written, heard, presences, transcript, agenda, alignment, register: &register };
        item.outcomes(&mut found);
        item.votes(&mut found);
        item.written_details(&mut found);
        item.heard_details(&mut found);
    }
    for heard in minutes.items.iter().filter(|item| !item.closed && item.decision.is_some()) {
        if !referat.items.iter().any(|item| item.number == heard.number) {
            let words = format!("{} {}", heard.number, heard.title);
            found.push(Difference::new(&heard.number, DifferenceKind::Item).heard(words));
        }
    }
    attendance(&referat.attendance, &minutes.attendance, &mut found);
    found
}

/// One item as it was written and as it was heard.
struct Item<'a> {
    written: &'a ReferatItem,
    heard: &'a ItemMinutes,
    /// Who came and went, by the referat.
    presences: &'a [Presence],
    transcript: &'a Transcript,
    agenda: &'a Agenda,
    alignment: &'a Alignment,
    register: &'a Register,
}

impl Item<'_> {
    fn difference(&self, kind: DifferenceKind) -> Difference {
        Difference::new(&self.written.number, kind)
    }

    /// Where to listen for what was not heard: the whole of the item.
    fn whole(&self) -> Option<Evidence> {
        let span = self.alignment.item(&self.written.number)?;
        let (start, end) = (span.start?, span.end?);
        Some(Evidence { segments: span.segments.clone(), start, end, confidence: span.confidence })
    }

    fn outcomes(&self, found: &mut Vec<Difference>) {
        let single = |outcome| vec![(None, outcome)];
        let written: Vec<(Option<u32>, DecisionOutcome)> = if self.written.points.is_empty() {
            self.written.outcome.map(single).unwrap_or_default()
        } else {
            let points = self.written.points.iter();
            points.filter_map(|point| Some((Some(point.point), point.outcome?))).collect()
        };
        let decision = self.heard.decision.as_ref();
        for (point, outcome) in &written {
            let of_point = decision.zip(*point).and_then(|(decision, point)| {
                decision.points.iter().find(|heard| heard.point == point)
            });
            let heard = match of_point {
                Some(point) => Some((point.outcome, &point.evidence)),
                None => decision.map(|decision| (decision.outcome, &decision.evidence)),
            };
            let label = point.map(|point| format!("Ad {point}: ")).unwrap_or_default();
            let words = format!("{label}{}", outcome.danish());
            let difference = self.difference(DifferenceKind::Decision).written(words);
            match heard {
                Some((heard, _)) if alike(heard, *outcome) => {}
                Some((heard, evidence)) => {
                    found.push(difference.heard(heard.danish()).at(Some(evidence.clone())));
                }
                None if *outcome == DecisionOutcome::Ingen => {}
                None => found.push(difference.at(self.whole())),
            }
        }
        if let Some(decision) = decision
            && written.is_empty()
            && decision.outcome != DecisionOutcome::Ingen
        {
            let difference = self.difference(DifferenceKind::Decision);
            let said = decision.outcome.danish();
            found.push(difference.heard(said).at(Some(decision.evidence.clone())));
        }
    }

    fn votes(&self, found: &mut Vec<Difference>) {
        let mut heard: Vec<&Vote> = self.heard.votes.iter().collect();
        let mut written: Vec<&PrintedVote> = self.written.votes.iter().collect();
        written.retain(|written| {
            let same = heard.iter().position(|heard| same_vote(written, heard));
            same.is_none_or(|at| {
                heard.remove(at);
                false
            })
        });
        // One left on each side is the same vote, told in two ways.
        if let ([one], [other]) = (written.as_slice(), heard.as_slice()) {
            let told = self.difference(DifferenceKind::Vote).written(printed(one));
            found.push(told.heard(spoken(other)).at(Some(other.evidence.clone())));
            return;
        }
        for vote in written {
            let told = self.difference(DifferenceKind::Vote).written(printed(vote));
            found.push(told.at(self.whole()));
        }
        for vote in heard {
            let told = self.difference(DifferenceKind::Vote).heard(spoken(vote));
            found.push(told.at(Some(vote.evidence.clone())));
        }
    }

    /// Figures and names of the written decision that nobody said under the item.
    fn written_details(&self, found: &mut Vec<Difference>) {
        let Some(text) = &self.written.decision else { return };
        let span = self.alignment.item(&self.written.number);
        let ids = span.map(|span| span.segments.as_slice()).unwrap_or_default();
        let said = self.transcript.trusted().filter(|segment| ids.contains(&segment.id));
        let cited = said
            .map(|segment| Cited { text: &segment.text, speaker: segment.speaker.as_deref() })
            .collect();
        for (kind, value) in self.unfounded(text, cited) {
            if !self.is_told_elsewhere(kind, &value) {
                found.push(self.difference(kind).written(value).at(self.whole()));
            }
        }
    }

    /// The counts of votes, and who came and went when, are laid side by side by themselves.
    fn is_told_elsewhere(&self, kind: DifferenceKind, value: &str) -> bool {
        if kind == DifferenceKind::Name {
            let names = |one: &Presence| {
                [Some(&one.name), one.replaces.as_ref()]
                    .into_iter()
                    .flatten()
                    .any(|name| fold(name) == fold(value))
            };
            return self.presences.iter().any(names);
        }
        let counts = self.written.votes.iter().flat_map(|vote| {
            [&vote.in_favour, &vote.against, &vote.abstain, &vote.reserved]
                .map(|ballot| ballot.count.map(|count| count.to_string()))
        });
        let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).collect::<String>();
        let times = self.presences.iter().filter_map(|one| one.time.as_deref());
        counts.flatten().any(|count| count == value)
            || times.into_iter().any(|time| digits(time) == digits(value))
    }

    /// Figures and names of what was heard that the referat does not hold under the item.
    fn heard_details(&self, found: &mut Vec<Difference>) {
        let Some(written) = &self.written.decision else { return };
        // The printed case holds its title and indstilling too, and what is decided "som indstillet" is
        // that.
        let case = self.agenda.item(&self.written.number);
        let moved = case.and_then(|item| item.fields.get("indstilling")).map(|field| &field.text);
        let printed = [Some(written), Some(&self.written.title), moved];
        let cited = || -> Vec<Cited<'_>> {
            printed.into_iter().flatten().map(|text| Cited { text, speaker: None }).collect()
        };
        let decision = self.heard.decision.iter();
        let texts = decision
            .flat_map(|decision| {
                let points = decision.points.iter().map(|point| (&point.text, &point.evidence));
                std::iter::once((&decision.text, &decision.evidence)).chain(points)
            })
            .chain(self.heard.actions.iter().map(|action| (&action.what, &action.evidence)))
            .chain(self.heard.dissents.iter().map(|dissent| (&dissent.text, &dissent.evidence)));
        for (text, evidence) in texts {
            for (kind, value) in self.unfounded(text, cited()) {
                let told = self.difference(kind).heard(value).at(Some(evidence.clone()));
                if !found.contains(&told) {
                    found.push(told);
                }
            }
        }
    }

    fn unfounded(&self, text: &str, cited: Vec<Cited<'_>>) -> Vec<(DifferenceKind, String)> {
        let grounds = Grounds {
            cited,
            title: &self.written.title,
            item: None,
            members: &self.agenda.members,
            register: self.register,
        };
        let mut told: Vec<(DifferenceKind, String)> = Vec::new();
        let lines = text.lines().map(without_letters);
        for doubt in lines.flat_map(|line| unfounded(&line, &grounds)) {
            let kind = match doubt.kind {
                DoubtKind::Name => DifferenceKind::Name,
                _ => DifferenceKind::Figure,
            };
            if !told.contains(&(kind, doubt.value.clone())) {
                told.push((kind, doubt.value));
            }
        }
        told
    }
}

/// A line without the party letters in brackets: "Lis Holm (A)", "(A, V og Ø)".
fn without_letters(line: &str) -> String {
    let mut found = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('(') {
        found.push_str(before);
        let Some((inside, behind)) = after.split_once(')') else {
            found.push_str(after);
            return found;
        };
        let is_letter = |word: &str| word == "og" || word.chars().count() <= 1;
        if !inside.split([' ', ',', '+']).all(is_letter) {
            found.push_str(&format!("({inside})"));
        }
        rest = behind;
    }
    found.push_str(rest);
    found
}

/// Councils say "godkendt", "vedtaget" and "tiltrådt" of the same decision.
fn alike(one: DecisionOutcome, other: DecisionOutcome) -> bool {
    use DecisionOutcome::{Godkendt, Tiltraadt, Vedtaget};
    let carried = |outcome| matches!(outcome, Godkendt | Vedtaget | Tiltraadt);
    one == other || carried(one) && carried(other)
}

fn same_vote(written: &PrintedVote, heard: &Vote) -> bool {
    let same = |one: &Ballot, other: &Ballot| {
        let counts = one.count.unwrap_or(0) == other.count.unwrap_or(0);
        let letters = |ballot: &Ballot| {
            let mut letters: Vec<String> = ballot.parties.iter().map(|party| fold(party)).collect();
            letters.sort();
            letters
        };
        let unsaid = one.parties.is_empty() || other.parties.is_empty();
        counts && (unsaid || letters(one) == letters(other))
    };
    let outcome = match (written.outcome, heard.outcome) {
        (Some(one), Some(other)) => alike(one, other),
        _ => true,
    };
    outcome
        && same(&written.in_favour, &heard.in_favour)
        && same(&written.against, &heard.against)
        && same(&written.abstain, &heard.abstain)
}

fn printed(vote: &PrintedVote) -> String {
    counts([&vote.in_favour, &vote.against, &vote.abstain], vote.outcome)
}

fn spoken(vote: &Vote) -> String {
    counts([&vote.in_favour, &vote.against, &vote.abstain], vote.outcome)
}

/// `for 14 (A, C); imod 5; vedtaget`
fn counts(ballots: [&Ballot; 3], outcome: Option<DecisionOutcome>) -> String {
    let labels = ["for", "imod", "undlader"];
    let mut parts = Vec::new();
    for (label, ballot) in labels.iter().zip(ballots) {
        let who: Vec<&str> =
            ballot.parties.iter().chain(&ballot.names).map(String::as_str).collect();
        let count = ballot.count.map(|count| format!(" {count}"));
        if count.is_none() && who.is_empty() {
            continue;
        }
        let who = if who.is_empty() { String::new() } else { format!(" ({})", who.join(", ")) };
        parts.push(format!("{label}{}{who}", count.unwrap_or_default()));
    }
    parts.extend(outcome.map(|outcome| outcome.danish().to_owned()));
    parts.join("; ")
}

/// Who was away, came, left or sat out. Presence alone is rarely said.
fn attendance(written: &[Presence], heard: &[Attendance], found: &mut Vec<Difference>) {
    let words = |name: &str, kind: AttendanceKind| format!("{name}: {}", kind.danish());
    for one in written.iter().filter(|one| one.kind != AttendanceKind::Present) {
        let same =
            |other: &Attendance| other.kind == one.kind && fold(&other.name) == fold(&one.name);
        if !heard.iter().any(same) {
            let told = Difference::new("", DifferenceKind::Attendance);
            found.push(told.written(words(&one.name, one.kind)));
        }
    }
    for one in heard.iter().filter(|one| one.kind != AttendanceKind::Present) {
        let same =
            |other: &Presence| other.kind == one.kind && fold(&other.name) == fold(&one.name);
        if !written.iter().any(same) {
            let told =
                Difference::new(one.item.as_deref().unwrap_or(""), DifferenceKind::Attendance);
            found.push(told.heard(words(&one.name, one.kind)).at(one.evidence.clone()));
        }
    }
}
