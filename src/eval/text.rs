//! Reading what is compared: plain text, or the segments of a transcript.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::EvalError;
use crate::meeting::{Flag, Word};

/// Text to compare, with the probabilities of its words where a recogniser gave them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpokenText {
    pub text: String,
    /// Byte range in `text` and probability 0..=1 of each recognised word, in order.
    pub probabilities: Vec<(Range<usize>, f64)>,
    /// How many of `probabilities` each segment has, in order; they add up to all of them.
    pub segments: Vec<usize>,
    /// What the guard withholds, which is not in `text`; none when it withholds nothing.
    pub withheld: Option<Withheld>,
}

/// Text that a transcript withholds (loops, inventions, failures), in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Withheld {
    /// The whole text with what is withheld.
    pub text: String,
    /// Byte range in `text` of each withheld segment, in order.
    pub ranges: Vec<Range<usize>>,
}

/// Largest file that is read: eight hours of speech with word times are under 10 MiB.
const LIMIT_MIB: u64 = 64;

/// Reads a `.txt` file, or JSON with `segments` that have a `text` (our transcript, a meeting's
/// truth). Which of the two is seen from the content.
///
/// # Errors
/// The file cannot be read, is over 64 MiB, is not UTF-8 (a recording, say), or is JSON of another
/// kind.
pub fn read_text(path: &Path) -> Result<SpokenText, EvalError> {
    let text = load(path)?;
    if !text.trim_start().starts_with('{') {
        return Ok(SpokenText { text, ..SpokenText::default() });
    }
    let segments: Segments = serde_json::from_str(&text)
        .map_err(|source| EvalError::NotTranscript { path: path.to_owned(), source })?;
    Ok(segments.into())
}

/// A text file as a whole, without its byte order mark.
pub(super) fn load(path: &Path) -> Result<String, EvalError> {
    let unreadable =
        |source: std::io::Error| EvalError::Unreadable { path: path.to_owned(), source };
    let file = fs_err::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take((LIMIT_MIB << 20) + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT_MIB << 20 {
        return Err(EvalError::TooLarge { path: path.to_owned(), limit_mib: LIMIT_MIB });
    }
    let text =
        String::from_utf8(bytes).map_err(|_| EvalError::NotText { path: path.to_owned() })?;
    if text.contains('\0') {
        return Err(EvalError::NotText { path: path.to_owned() });
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The part of a transcript or truth that matters here.
#[derive(Deserialize)]
struct Segments {
    segments: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Spoken {
    text: String,
    #[serde(default)]
    words: Vec<Word>,
    #[serde(default)]
    flags: Vec<Flag>,
}

impl From<Segments> for SpokenText {
    /// A line a segment. Where a segment has words they are its text, so that each has its place.
    fn from(from: Segments) -> Self {
        let mut all = Self::default();
        let mut whole = Withheld { text: String::new(), ranges: Vec::new() };
        for segment in from.segments {
            let first = whole.text.len();
            if segment.words.is_empty() {
                whole.text.push_str(segment.text.trim());
            }
            let mut probabilities = Vec::with_capacity(segment.words.len());
            for word in &segment.words {
                let start = whole.text.len() - first;
                whole.text.push_str(word.text.trim());
                probabilities.push((start..whole.text.len() - first, word.probability));
                whole.text.push(' ');
            }
            whole.text.push('\n');
            if segment.flags.iter().any(|flag| flag.kind.withholds()) {
                whole.ranges.push(first..whole.text.len());
                continue;
            }
            let moved = all.text.len();
            all.segments.push(probabilities.len());
            all.probabilities.extend(
                probabilities.into_iter().map(|(range, probability)| {
                    (range.start + moved..range.end + moved, probability)
                }),
            );
            all.text.push_str(whole.text.get(first..).unwrap_or_default());
        }
        all.withheld = (!whole.ranges.is_empty()).then_some(whole);
        all
    }
}
