//! Alignment against sittings whose items are known turn by turn.

use std::path::Path;

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::EvalError;
use crate::meeting::{Agenda, AgendaItem, Alignment, Outcome, Segment, SegmentId, Transcript};

/// What is measured: finds each agenda item in a transcript.
pub type Aligner<'a> = &'a dyn Fn(&Transcript, &Agenda) -> Outcome<Alignment>;

/// One row of the table: items 1 and up, all sittings together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlignRow {
    /// What the aligner was given.
    pub input: String,
    /// Turns of items 1 and up.
    pub turns: usize,
    /// Share of those turns that were given to their item.
    pub turn_accuracy: f64,
    /// Items that have turns.
    pub boundaries: usize,
    /// Share of items whose first turn is exactly the true one.
    pub exact: f64,
    /// The same within one turn.
    pub within_1: f64,
    /// The same within three turns.
    pub within_3: f64,
    /// Mean confidence of the starts that were found.
    pub mean_confidence: f64,
    /// Calibration: for starts with a confidence in [0, .5), [.5, .8), [.8, .95), [.95, 1], how
    /// many there are and which share lies within one turn.
    pub calibration: Vec<(usize, f64)>,
}

/// The inputs measured: name, noisy text, announcing turns removed.
const INPUTS: [(&str, bool, bool); 4] = [
    ("text", false, false),
    ("noisy", true, false),
    ("text, announcing turns removed", false, true),
    ("noisy, announcing turns removed", true, true),
];

/// Upper bounds of the calibration classes.
const CLASSES: [f64; 4] = [0.5, 0.8, 0.95, 1.01];

#[derive(Deserialize)]
struct Sitting {
    agenda: Vec<Entry>,
    turns: Vec<Turn>,
    boundaries: Vec<Boundary>,
}

#[derive(Deserialize)]
struct Entry {
    no: u32,
    title: String,
}

#[derive(Deserialize)]
struct Turn {
    item: u32,
    text: String,
    noisy: String,
}

#[derive(Deserialize)]
struct Boundary {
    turn: usize,
}

/// Lets `align` align every sitting in `dir` in four forms and compares with the truth. A turn becomes one
/// segment of ten seconds; the aligner sees its text and nothing else.
///
/// # Errors
/// When the folder cannot be read, holds no sittings, or one of them has another shape.
pub fn measure(dir: &Path, align: Aligner<'_>) -> Result<Vec<AlignRow>, EvalError> {
    let failed = |source| EvalError::Unreadable { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(EvalError::NoSittings { path: dir.to_owned() });
    }
    let mut tallies: [Tally; 4] = Default::default();
    for path in paths {
        let bytes = fs::read(&path)
            .map_err(|source| EvalError::Unreadable { path: path.clone(), source })?;
        let sitting: Sitting = serde_json::from_slice(&bytes)
            .map_err(|source| EvalError::NotSitting { path: path.clone(), source })?;
        for (tally, &(_, noisy, removed)) in tallies.iter_mut().zip(&INPUTS) {
            tally.add(align, &sitting, noisy, removed);
        }
    }
    Ok(tallies.iter().zip(&INPUTS).map(|(tally, (name, ..))| tally.row(name)).collect())
}

#[derive(Default)]
struct Tally {
    turns: usize,
    right: usize,
    boundaries: usize,
    exact: usize,
    within_1: usize,
    within_3: usize,
    confidence: f64,
    found: usize,
    classes: [(usize, usize); 4],
}

impl Tally {
    fn add(&mut self, align: Aligner<'_>, sitting: &Sitting, noisy: bool, removed: bool) {
        let announcing: Vec<usize> = sitting.boundaries.iter().map(|b| b.turn).collect();
        let kept: Vec<&Turn> = sitting
            .turns
            .iter()
            .enumerate()
            .filter(|(at, _)| !removed || !announcing.contains(at))
            .map(|(_, turn)| turn)
            .collect();
        let segments = kept
            .iter()
            .enumerate()
            .map(|(at, turn)| {
                let start = at as f64 * 10.0;
                Segment {
                    id: SegmentId::try_from(at + 1).unwrap_or(SegmentId::MAX),
                    start,
                    end: start + 10.0,
                    text: if noisy { turn.noisy.clone() } else { turn.text.clone() },
                    speaker: None,
                    item: None,
                    words: Vec::new(),
                    flags: Vec::new(),
                }
            })
            .collect();
        let items = sitting
            .agenda
            .iter()
            .map(|entry| AgendaItem {
                number: entry.no.to_string(),
                title: entry.title.clone(),
                ..AgendaItem::default()
            })
            .collect();
        let alignment = align(&Transcript::new(segments), &Agenda::new(items)).value;
        let mut given = vec![0; kept.len()];
        let mut sure = std::collections::BTreeMap::new();
        for (span, entry) in alignment.items.iter().zip(&sitting.agenda) {
            sure.insert(entry.no, span.confidence);
            for id in &span.segments {
                given[*id as usize - 1] = entry.no;
            }
        }
        for (turn, &given) in kept.iter().zip(&given).filter(|(turn, _)| turn.item >= 1) {
            self.turns += 1;
            self.right += usize::from(turn.item == given);
        }
        for entry in &sitting.agenda {
            let Some(truth) = kept.iter().position(|turn| turn.item == entry.no) else { continue };
            self.boundaries += 1;
            let Some(start) = given.iter().position(|&given| given == entry.no) else { continue };
            let off = start.abs_diff(truth);
            self.exact += usize::from(off == 0);
            self.within_1 += usize::from(off <= 1);
            self.within_3 += usize::from(off <= 3);
            let confidence = sure.get(&entry.no).copied().unwrap_or(0.0);
            self.found += 1;
            self.confidence += confidence;
            if let Some(class) = CLASSES.iter().position(|&bound| confidence < bound) {
                self.classes[class].0 += 1;
                self.classes[class].1 += usize::from(off <= 1);
            }
        }
    }

    fn row(&self, name: &str) -> AlignRow {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        AlignRow {
            input: name.to_owned(),
            turns: self.turns,
            turn_accuracy: share(self.right, self.turns),
            boundaries: self.boundaries,
            exact: share(self.exact, self.boundaries),
            within_1: share(self.within_1, self.boundaries),
            within_3: share(self.within_3, self.boundaries),
            mean_confidence: self.confidence / self.found.max(1) as f64,
            calibration: self.classes.iter().map(|&(all, good)| (all, share(good, all))).collect(),
        }
    }
}
