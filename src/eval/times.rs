//! Whether the times of a transcript are true.
//!
//! Words are matched by their text alone, with the fewest edits, so that no drift can hide behind
//! the matching; a match counts when it stands in a row of at least three matches, for a single
//! short word may be matched to another one like it. Then times are compared wherever the truth gives
//! one: for the first word of every stretch, and for every word where the truth has word times.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::spread::{Deviation, Spread};
use super::text::load;
use super::{Edit, EvalError, edits};
use crate::danish::normalise::{NormalWord, normalise, plain};
use crate::meeting::Flag;

/// Matches in a row that make each of them sure.
const SURE: usize = 3;
/// Seconds in an hour of the recording.
const HOUR: f64 = 3600.0;

/// A stretch of speech whose time is known, or was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Seconds.
    pub start: f64,
    pub text: String,
    /// Start in seconds and text of each word; empty where only the stretch has a time.
    pub words: Vec<(f64, String)>,
}

/// A truth, or a transcript without what its guard withholds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timed {
    pub stretches: Vec<Stretch>,
    /// ISO 639-1, where it is told.
    pub language: Option<String>,
    /// Length of the recording in seconds, where it is told.
    pub duration: Option<f64>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accuracy {
    /// Starts of the transcript's segments whose first word has a known time.
    pub segments: Measured,
    /// Starts of the transcript's words whose time is known.
    pub words: Measured,
}

/// Errors of one kind of start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// How many there are to match: segments of the transcript, known words of the truth.
    pub of: usize,
    /// Share of them that was matched, 0..=1; none where there are none.
    pub matched: Option<f64>,
    #[serde(flatten)]
    pub spread: Spread,
    /// The same, hour by hour.
    pub by_hour: Vec<Spread>,
}

/// Reads a truth or a transcript: JSON with `segments`, or lines of start, end and text between tabs
/// (a row a stretch, or a row a word).
///
/// # Errors
/// The file cannot be read, is over 64 MiB, or has a time that is none.
pub fn read_timed(path: &Path) -> Result<Timed, EvalError> {
    let text = load(path)?;
    if text.trim_start().starts_with('{') {
        let spoken: Spoken = serde_json::from_str(&text)
            .map_err(|source| EvalError::NotTranscript { path: path.to_owned(), source })?;
        return Ok(spoken.into());
    }
    let untimed = |line: usize| EvalError::NoTimes { path: path.to_owned(), line };
    let mut stretches = Vec::new();
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        let mut fields = row.splitn(3, '\t');
        let mut time = || fields.next()?.trim().parse().ok().filter(|time: &f64| time.is_finite());
        let (Some(start), Some(_)) = (time(), time()) else { return Err(untimed(line)) };
        let text = fields.next().ok_or_else(|| untimed(line))?.to_owned();
        stretches.push(Stretch { start, text, words: Vec::new() });
    }
    Ok(Timed { stretches, ..Timed::default() })
}

/// Compares the times of a transcript with the truth. Of a truth that is longer than the transcript's
/// recording, the rest is left out. Danish is compared as its normaliser writes it, other languages
/// in lower case without punctuation.
pub fn compare(truth: &Timed, transcript: &Timed) -> Accuracy {
    let danish = transcript.language.as_deref().is_none_or(|language| language == "da");
    let mut known = Side::of(truth, danish);
    let heard = Side::of(transcript, danish);
    if let Some(duration) = transcript.duration {
        let within = |word: &Said| word.stretch_start < duration;
        known.words.truncate(known.words.partition_point(within));
    }
    let pairs = sure(&known, &heard);
    let deviation = |(known, heard): &(&Said, &Said)| {
        let at = known.start?;
        Some(Deviation { at, error: heard.start? - at })
    };
    let words: Vec<Deviation> = pairs.iter().filter_map(deviation).collect();
    let firsts: Vec<Deviation> =
        pairs.iter().filter(|(_, heard)| heard.first).filter_map(deviation).collect();
    let timed = known.words.iter().filter(|word| word.start.is_some()).count();
    Accuracy {
        segments: Measured::of(&firsts, transcript.stretches.len()),
        words: Measured::of(&words, timed),
    }
}

impl Measured {
    fn of(deviations: &[Deviation], of: usize) -> Self {
        let hour = |one: &Deviation| (one.at / HOUR).max(0.0) as usize;
        let last = deviations.iter().map(hour).max().unwrap_or(0).min(MOST_HOURS);
        let within = |wanted: usize| -> Vec<Deviation> {
            deviations.iter().filter(|one| hour(one) == wanted).copied().collect()
        };
        Self {
            of,
            matched: (of > 0).then(|| deviations.len() as f64 / of as f64),
            spread: Spread::of(deviations),
            by_hour: (0..=last).map(|hour| Spread::of(&within(hour))).collect(),
        }
    }
}

/// Hours that are listed at most.
const MOST_HOURS: usize = 47;

/// A normalised word and when it begins.
struct Said {
    text: String,
    /// None where it is not known.
    start: Option<f64>,
    /// Whether it begins a stretch.
    first: bool,
    stretch_start: f64,
}

struct Side {
    words: Vec<Said>,
}

impl Side {
    fn of(timed: &Timed, danish: bool) -> Self {
        let cut = |text: &str| if danish { normalise(text) } else { plain(text) };
        let words = timed.stretches.iter().flat_map(|stretch| said(stretch, &cut)).collect();
        Self { words }
    }

    fn ids<'a>(&'a self, known: &mut HashMap<&'a str, u32>) -> Vec<u32> {
        let ids = self.words.iter().map(|word| {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(word.text.as_str()).or_insert(next)
        });
        ids.collect()
    }
}

/// The normalised words of a stretch. One that is written as several ("25/1001") has its time with
/// the first of them; several that are written as one ("fem og tyve") with the first, too.
fn said(stretch: &Stretch, cut: &dyn Fn(&str) -> Vec<NormalWord>) -> Vec<Said> {
    let mut text = String::new();
    let mut starts = HashMap::new();
    for (start, word) in &stretch.words {
        starts.insert(text.len(), *start);
        text.push_str(word.trim());
        text.push(' ');
    }
    if stretch.words.is_empty() {
        text.clone_from(&stretch.text);
    }
    let mut used = None;
    let words = cut(&text);
    let all = words.into_iter().enumerate().map(|(at, word)| {
        // Where the word of the text begins that this one was found in.
        let from = text.get(..word.start).and_then(|before| before.rfind(char::is_whitespace));
        let from = from.map_or(0, |blank| blank + 1);
        let fresh = used != Some(from);
        used = Some(from);
        let start = match (at, starts.get(&from)) {
            (_, Some(start)) if fresh => Some(*start),
            (0, None) => Some(stretch.start),
            _ => None,
        };
        Said { text: word.text, start, first: at == 0, stretch_start: stretch.start }
    });
    all.collect()
}

/// The pairs of words that are matched for certain.
fn sure<'a>(known: &'a Side, heard: &'a Side) -> Vec<(&'a Said, &'a Said)> {
    let mut ids = HashMap::new();
    let (left, right) = (known.ids(&mut ids), heard.ids(&mut ids));
    let steps = edits(&left, &right);
    let is_match = |step: &Edit| matches!(step, Edit::Match { .. });
    let runs = steps.chunk_by(|a, b| is_match(a) && is_match(b));
    runs.filter(|run| run.len() >= SURE)
        .flatten()
        .filter_map(|step| match *step {
            Edit::Match { reference, hypothesis } => {
                Some((known.words.get(reference)?, heard.words.get(hypothesis)?))
            }
            _ => None,
        })
        .collect()
}

/// The part of a transcript or truth that matters here.
#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    duration: Option<f64>,
    segments: Vec<SpokenSegment>,
}

#[derive(Deserialize)]
struct SpokenSegment {
    start: f64,
    text: String,
    #[serde(default)]
    words: Vec<SpokenWord>,
    #[serde(default)]
    flags: Vec<Flag>,
}

#[derive(Deserialize)]
struct SpokenWord {
    start: f64,
    text: String,
}

impl From<Spoken> for Timed {
    fn from(from: Spoken) -> Self {
        let trusted = from
            .segments
            .into_iter()
            .filter(|segment| !segment.flags.iter().any(|flag| flag.kind.withholds()));
        let stretches = trusted.map(|segment| Stretch {
            start: segment.start,
            text: segment.text,
            words: segment.words.into_iter().map(|word| (word.start, word.text)).collect(),
        });
        Self { stretches: stretches.collect(), language: from.language, duration: from.duration }
    }
}
