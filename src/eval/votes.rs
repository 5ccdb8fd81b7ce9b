//! Votes read from sittings whose votes are known.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::Reliability;
use crate::danish::parties::Register;
use crate::meeting::{Agenda, Ballot, Fault, Faulty, Segment, SegmentId, Transcript, Vote};

/// What is measured: reads the votes of a meeting.
pub type Reader<'a> = &'a dyn Fn(&Transcript, &Agenda) -> Vec<Vote>;

/// Errors of the measurement.
#[derive(Debug, thiserror::Error)]
pub enum VotesEvalError {
    /// The operating system's message names the file.
    #[error("cannot read the sittings: {source}")]
    Read { source: std::io::Error },
    #[error("{} is no sitting: {source}", path.display())]
    Shape { path: PathBuf, source: serde_json::Error },
    #[error("no sittings (*.json) in {}", path.display())]
    None { path: PathBuf },
}

impl Faulty for VotesEvalError {
    fn fault(&self) -> Fault {
        Fault::BadInput
    }
}

/// One row of the table: all sittings together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VotesRow {
    /// `text` or `noisy`.
    pub input: String,
    /// Votes in the truth.
    pub votes: usize,
    /// Share of them that was found at all.
    pub found: f64,
    /// Share with both the number for and the number against exactly right.
    pub counts: f64,
    /// Share with the number of abstentions right as well.
    pub all_counts: f64,
    /// Share with all three party lists exactly right.
    pub parties: f64,
    /// Share with numbers for and against and all party lists right.
    pub both: f64,
    /// Share with `vedtaget` or `forkastet` right, of those where the truth has it.
    pub outcome: f64,
    /// Votes reported.
    pub reported: usize,
    /// Reported votes that the truth does not list.
    pub extra: usize,
    /// Those of them that the text prints in square brackets: real votes that the truth left out.
    pub extra_bracketed: usize,
    /// What went wrong, for a person to look at.
    pub misses: Vec<Miss>,
    /// Reported votes by their confidence, right when the numbers for and against are; those that the
    /// text brackets left out.
    pub reliability: Reliability,
}

/// A vote that was not read right, or not there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    pub sitting: String,
    /// Index of the turn.
    pub turn: usize,
    /// For, against, abstentions as they are.
    pub truth: Option<[u32; 3]>,
    /// The same as read.
    pub read: Option<[Option<u32>; 3]>,
    /// The party lists differ.
    pub parties: bool,
}

#[derive(Deserialize)]
struct Sitting {
    turns: Vec<Turn>,
    votes: Vec<Known>,
}

#[derive(Deserialize)]
struct Turn {
    text: String,
    noisy: String,
}

#[derive(Deserialize)]
struct Known {
    turn: usize,
    #[serde(rename = "for")]
    favour: u32,
    imod: u32,
    hverken: u32,
    for_p: Option<String>,
    imod_p: Option<String>,
    hverken_p: Option<String>,
    outcome: Option<String>,
}

/// Lets `votes` read the votes of every sitting in `dir` from its text and from its noisy text. A turn becomes
/// one segment; the reader sees its words and nothing else.
///
/// # Errors
/// When the folder cannot be read, holds no sittings, or one of them has another shape.
pub fn measure(dir: &Path, votes: Reader<'_>) -> Result<Vec<VotesRow>, VotesEvalError> {
    let failed = |source| VotesEvalError::Read { source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(VotesEvalError::None { path: dir.to_owned() });
    }
    let mut tallies = [Tally::default(), Tally::default()];
    for path in paths {
        let bytes = fs::read(&path).map_err(failed)?;
        let sitting: Sitting = serde_json::from_slice(&bytes)
            .map_err(|source| VotesEvalError::Shape { path: path.clone(), source })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (tally, noisy) in tallies.iter_mut().zip([false, true]) {
            tally.add(votes, &name, &sitting, noisy);
        }
    }
    Ok(tallies.into_iter().zip(["text", "noisy"]).map(|(tally, name)| tally.row(name)).collect())
}

#[derive(Default)]
struct Tally {
    votes: usize,
    found: usize,
    counts: usize,
    all_counts: usize,
    parties: usize,
    both: usize,
    outcome: (usize, usize),
    reported: usize,
    extra: usize,
    extra_bracketed: usize,
    misses: Vec<Miss>,
    judged: Vec<(f64, f64)>,
}

impl Tally {
    fn add(&mut self, votes: Reader<'_>, name: &str, sitting: &Sitting, noisy: bool) {
        let segments = sitting
            .turns
            .iter()
            .enumerate()
            .map(|(at, turn)| Segment {
                id: SegmentId::try_from(at + 1).unwrap_or(SegmentId::MAX),
                start: at as f64 * 10.0,
                end: at as f64 * 10.0 + 10.0,
                text: if noisy { turn.noisy.clone() } else { turn.text.clone() },
                // Turns are known in these sittings, names are not used.
                speaker: Some(format!("tur {at}")),
                item: None,
                words: Vec::new(),
                flags: Vec::new(),
            })
            .collect();
        let read = votes(&Transcript::new(segments), &Agenda::default());
        self.votes += sitting.votes.len();
        self.reported += read.len();
        for turn in 0..sitting.turns.len() {
            let known: Vec<&Known> = sitting.votes.iter().filter(|v| v.turn == turn).collect();
            let told: Vec<&Vote> =
                read.iter().filter(|vote| turn_of(vote, &sitting.votes) == Some(turn)).collect();
            let pairs = pair(&known, &told);
            for (vote, truth) in &pairs {
                self.judge(name, turn, *vote, *truth);
                if truth.is_none() {
                    let bracketed =
                        sitting.turns.get(turn).is_some_and(|turn| turn.text.contains("[For"));
                    self.extra += 1;
                    self.extra_bracketed += usize::from(bracketed);
                    if let Some(vote) = vote.filter(|_| !bracketed) {
                        self.judged.push((vote.evidence.confidence, 0.0));
                    }
                }
            }
        }
    }

    fn judge(&mut self, sitting: &str, turn: usize, vote: Option<&Vote>, truth: Option<&Known>) {
        let read = vote.map(|v| [v.in_favour.count, v.against.count, v.abstain.count]);
        let known = truth.map(|t| [t.favour, t.imod, t.hverken]);
        let mut miss =
            Miss { sitting: sitting.to_owned(), turn, truth: known, read, parties: false };
        let (Some(vote), Some(truth), Some([favour, against, abstain])) = (vote, truth, read)
        else {
            self.misses.push(miss);
            return;
        };
        self.found += 1;
        let counts = favour == Some(truth.favour) && against == Some(truth.imod);
        let parties = [
            (&vote.in_favour, &truth.for_p),
            (&vote.against, &truth.imod_p),
            (&vote.abstain, &truth.hverken_p),
        ]
        .iter()
        .all(|(ballot, list)| listed(ballot) == printed(list.as_deref()));
        self.counts += usize::from(counts);
        self.judged.push((vote.evidence.confidence, f64::from(u8::from(counts))));
        self.all_counts += usize::from(counts && abstain == Some(truth.hverken));
        self.parties += usize::from(parties);
        self.both += usize::from(counts && parties);
        if let Some(outcome) = &truth.outcome {
            let right = vote.outcome.is_some_and(|said| outcome.contains(said.danish()));
            self.outcome.0 += usize::from(right);
            self.outcome.1 += 1;
        }
        if !(counts && parties) {
            miss.parties = !parties;
            self.misses.push(miss);
        }
    }

    fn row(self, input: &str) -> VotesRow {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        VotesRow {
            input: input.to_owned(),
            votes: self.votes,
            found: share(self.found, self.votes),
            counts: share(self.counts, self.votes),
            all_counts: share(self.all_counts, self.votes),
            parties: share(self.parties, self.votes),
            both: share(self.both, self.votes),
            outcome: share(self.outcome.0, self.outcome.1),
            reported: self.reported,
            extra: self.extra,
            extra_bracketed: self.extra_bracketed,
            misses: self.misses,
            reliability: Reliability::of(&self.judged),
        }
    }
}

/// The turn to which a vote belongs: the one of its evidence in which a true vote stands, else the
/// last one. Its announcement often stands in the turn before.
fn turn_of(vote: &Vote, known: &[Known]) -> Option<usize> {
    let turns = || vote.evidence.segments.iter().filter_map(|id| (*id as usize).checked_sub(1));
    turns().find(|turn| known.iter().any(|known| known.turn == *turn)).or(turns().next_back())
}

/// Lays the votes read in a turn to the true ones, in order, so that most counts agree.
fn pair<'a>(known: &[&'a Known], told: &[&'a Vote]) -> Vec<(Option<&'a Vote>, Option<&'a Known>)> {
    let likeness = |vote: &Vote, truth: &Known| {
        1 + usize::from(vote.in_favour.count == Some(truth.favour))
            + usize::from(vote.against.count == Some(truth.imod))
    };
    // best[i][j]: most agreement of the first i known and j told votes.
    let mut best = vec![vec![0_usize; told.len() + 1]; known.len() + 1];
    let at = |best: &Vec<Vec<usize>>, i: usize, j: usize| {
        best.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
    };
    for (i, truth) in known.iter().enumerate() {
        for (j, vote) in told.iter().enumerate() {
            let value = (at(&best, i, j) + likeness(vote, truth)).max(at(&best, i + 1, j)).max(at(
                &best,
                i,
                j + 1,
            ));
            if let Some(cell) = best.get_mut(i + 1).and_then(|row| row.get_mut(j + 1)) {
                *cell = value;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (known.len(), told.len());
    while i > 0 || j > 0 {
        let truth = i.checked_sub(1).and_then(|i| known.get(i)).copied();
        let vote = j.checked_sub(1).and_then(|j| told.get(j)).copied();
        match (truth, vote) {
            (Some(truth), Some(vote))
                if at(&best, i, j) == at(&best, i - 1, j - 1) + likeness(vote, truth) =>
            {
                pairs.push((Some(vote), Some(truth)));
                (i, j) = (i - 1, j - 1);
            }
            (Some(truth), _) if j == 0 || at(&best, i, j) == at(&best, i - 1, j) => {
                pairs.push((None, Some(truth)));
                i -= 1;
            }
            _ => {
                pairs.push((vote, None));
                j = j.saturating_sub(1);
            }
        }
    }
    pairs.reverse();
    pairs
}

/// A side's parties and names as read, sorted.
fn listed(ballot: &Ballot) -> Vec<String> {
    let mut all: Vec<String> = ballot.parties.iter().chain(&ballot.names).cloned().collect();
    all.sort();
    all
}

/// The same from the printed list "(S, V og Jon Stephensen (UFG))": parties by letter, the rest as
/// printed.
fn printed(list: Option<&str>) -> Vec<String> {
    let register = Register::national();
    let list = list.unwrap_or_default().trim();
    let list = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or(list);
    let mut depth = 0_i32;
    let mut entries = vec![String::new()];
    for word in list.replace(", ", ",\u{1f}").replace(' ', "\u{1f}").split('\u{1f}') {
        if depth == 0 && word == "og" {
            entries.push(String::new());
            continue;
        }
        depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
        let ends = depth == 0 && word.ends_with(',');
        if let Some(entry) = entries.last_mut() {
            if !entry.is_empty() {
                entry.push(' ');
            }
            entry.push_str(if ends { word.trim_end_matches(',') } else { word });
        }
        if ends {
            entries.push(String::new());
        }
    }
    let mut all: Vec<String> = entries
        .into_iter()
        .filter(|entry| !entry.is_empty())
        .map(|entry| register.resolve(&entry).map_or(entry.clone(), |party| party.letter.clone()))
        .collect();
    all.sort();
    all
}
