//! Alignment against sittings whose items are known turn by turn.

use std::path::Path;

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::noise::word_edits;
use super::{EvalError, Noise};
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
    /// Starts by the confidence that was stated for them.
    pub calibration: Vec<CalibrationClass>,
}

/// Starts whose stated confidence lies in a range.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct CalibrationClass {
    /// Bounds of the range, the upper one left out unless it is 1.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// Starts in it.
    pub starts: usize,
    /// Their mean stated confidence.
    pub stated: f64,
    /// The share of them that lies within one turn.
    pub found: f64,
}

/// All rows' starts in one table.
pub fn reliability(rows: &[AlignRow]) -> Vec<CalibrationClass> {
    let mut sums = vec![CalibrationClass::default(); CLASSES.len()];
    for row in rows {
        for (sum, class) in sums.iter_mut().zip(&row.calibration) {
            let (before, more) = (sum.starts as f64, class.starts as f64);
            let mean = |a: f64, b: f64| (a * before + b * more) / (before + more).max(1.0);
            *sum = CalibrationClass {
                from: class.from,
                to: class.to,
                starts: sum.starts + class.starts,
                stated: mean(sum.stated, class.stated),
                found: mean(sum.found, class.found),
            };
        }
    }
    sums
}

/// How alignment bears damaged text: one row of the sensitivity table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityRow {
    /// Share of the words that the noise was to hit.
    pub rate: f64,
    /// Word error rate that came of it.
    pub word_error_rate: f64,
    /// All turns.
    pub text: AlignRow,
    /// Announcing turns removed.
    pub removed: AlignRow,
}

/// Seed of the noise.
const SEED: u64 = 20_250_101;

/// The inputs measured: name, noisy text, announcing turns removed.
const INPUTS: [(&str, bool, bool); 4] = [
    ("text", false, false),
    ("noisy", true, false),
    ("text, announcing turns removed", false, true),
    ("noisy, announcing turns removed", true, true),
];

/// Lower bounds of the calibration classes.
const CLASSES: [f64; 6] = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99];

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
    let mut tallies: [Tally; 4] = Default::default();
    for sitting in sittings(dir)? {
        let texts = |noisy| {
            let text = |turn: &Turn| if noisy { turn.noisy.clone() } else { turn.text.clone() };
            sitting.turns.iter().map(text).collect::<Vec<_>>()
        };
        for (tally, &(_, noisy, removed)) in tallies.iter_mut().zip(&INPUTS) {
            tally.add(align, &sitting, &texts(noisy), removed);
        }
    }
    Ok(tallies.iter().zip(&INPUTS).map(|(tally, (name, ..))| tally.row(name)).collect())
}

/// The same with the text damaged by [`Noise`], hitting 0, 10, … 60 % of the words.
///
/// # Errors
/// As [`measure`].
pub fn sensitivity(dir: &Path, align: Aligner<'_>) -> Result<Vec<SensitivityRow>, EvalError> {
    let sittings = sittings(dir)?;
    let row = |tenths: u32| {
        let rate = f64::from(tenths) / 10.0;
        let (mut text, mut removed) = (Tally::default(), Tally::default());
        let (mut edits, mut words) = (0, 0);
        for sitting in &sittings {
            let said = || sitting.turns.iter().map(|turn| turn.text.as_str());
            let mut noise = Noise::new(said(), rate, SEED);
            let heard: Vec<String> = said().map(|turn| noise.damage(turn)).collect();
            for (said, heard) in said().zip(&heard) {
                let count;
                (edits, count) = (edits + word_edits(said, heard), said.split_whitespace().count());
                words += count;
            }
            text.add(align, sitting, &heard, false);
            removed.add(align, sitting, &heard, true);
        }
        SensitivityRow {
            rate,
            word_error_rate: edits as f64 / words.max(1) as f64,
            text: text.row("text"),
            removed: removed.row("text, announcing turns removed"),
        }
    };
    Ok((0..=6).map(row).collect())
}

/// All sittings of a folder, in the order of their names.
fn sittings(dir: &Path) -> Result<Vec<Sitting>, EvalError> {
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
    paths
        .into_iter()
        .map(|path| {
            let bytes = fs::read(&path)
                .map_err(|source| EvalError::Unreadable { path: path.clone(), source })?;
            serde_json::from_slice(&bytes).map_err(|source| EvalError::NotSitting { path, source })
        })
        .collect()
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
    /// Starts, the sum of their confidences, and how many were found.
    classes: [(usize, f64, usize); 6],
}

impl Tally {
    fn add(&mut self, align: Aligner<'_>, sitting: &Sitting, texts: &[String], removed: bool) {
        let announcing: Vec<usize> = sitting.boundaries.iter().map(|b| b.turn).collect();
        let kept: Vec<(&Turn, &String)> = sitting
            .turns
            .iter()
            .zip(texts)
            .enumerate()
            .filter(|(at, _)| !removed || !announcing.contains(at))
            .map(|(_, turn)| turn)
            .collect();
        let segments = kept
            .iter()
            .enumerate()
            .map(|(at, (_, text))| {
                let start = at as f64 * 10.0;
                Segment {
                    id: SegmentId::try_from(at + 1).unwrap_or(SegmentId::MAX),
                    start,
                    end: start + 10.0,
                    text: (*text).clone(),
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
        for ((turn, _), &given) in kept.iter().zip(&given).filter(|((turn, _), _)| turn.item >= 1) {
            self.turns += 1;
            self.right += usize::from(turn.item == given);
        }
        for entry in &sitting.agenda {
            let Some(truth) = kept.iter().position(|(turn, _)| turn.item == entry.no) else {
                continue;
            };
            self.boundaries += 1;
            let Some(start) = given.iter().position(|&given| given == entry.no) else { continue };
            let off = start.abs_diff(truth);
            self.exact += usize::from(off == 0);
            self.within_1 += usize::from(off <= 1);
            self.within_3 += usize::from(off <= 3);
            let confidence = sure.get(&entry.no).copied().unwrap_or(0.0);
            self.found += 1;
            self.confidence += confidence;
            if let Some(class) = CLASSES.iter().rposition(|&bound| confidence >= bound) {
                self.classes[class].0 += 1;
                self.classes[class].1 += confidence;
                self.classes[class].2 += usize::from(off <= 1);
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
            calibration: self
                .classes
                .iter()
                .enumerate()
                .map(|(at, &(starts, stated, found))| CalibrationClass {
                    from: CLASSES[at],
                    to: CLASSES.get(at + 1).copied().unwrap_or(1.0),
                    starts,
                    stated: stated / starts.max(1) as f64,
                    found: share(found, starts),
                })
                .collect(),
        }
    }
}
