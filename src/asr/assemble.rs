//! From the texts of windows to a transcript.

use super::{company, words};
use crate::meeting::{
    FlagKind, Outcome, Segment, Stage, TimeSpan, Transcript, Warning, WindowText, WindowVerdict,
};

/// Segments are divided at sentence ends until they have at most this many words, two sentences or
/// so: alignment, captions and deep links point at segments.
const LONGEST_SEGMENT: usize = 30;
/// Sentences shorter than this many words stay with a neighbour.
const SHORTEST_SENTENCE: usize = 4;
/// A pause inside a segment of at least this many seconds divides it, too: the speaker may change.
const PAUSE: f64 = 1.0;

/// Puts the windows in order, withholds what follows a row of withheld windows and is improbable, divides their segments into sentences and numbers them from 1. Every
/// window that failed or is quarantined gives a warning that needs a person, with its span; one with
/// voice but no text gives a notice.
pub fn assemble(
    mut windows: Vec<WindowText>,
    language: &str,
    duration: Option<f64>,
) -> Outcome<Transcript> {
    windows.sort_by_key(|window| window.index);
    windows.dedup_by_key(|window| window.index);
    company::mistrust(&mut windows);
    let mut warnings = Vec::new();
    let mut segments = Vec::new();
    for window in windows {
        warnings.extend(warning(&window));
        segments.extend(window.segments.into_iter().flat_map(sentences));
    }
    segments.sort_by(|a, b| a.start.total_cmp(&b.start));
    for (segment, id) in segments.iter_mut().zip(1..) {
        segment.id = id;
    }
    let transcript = Transcript {
        language: Some(language.to_owned()),
        duration,
        warnings: warnings.clone(),
        ..Transcript::new(segments)
    };
    Outcome::new(transcript, warnings)
}

fn warning(window: &WindowText) -> Option<Warning> {
    match window.verdict {
        WindowVerdict::Recognised => window.flags.first().map(|flag| {
            let message = format!("no text for this stretch: {}; music, perhaps", flag.reason);
            Warning::notice(Stage::Asr, "voice-without-text", message).at(window.span)
        }),
        WindowVerdict::Failed => {
            let reason = window.flags.first().map_or("", |flag| flag.reason.as_str());
            let message = format!(
                "no text for this stretch, recognition failed ({reason}); listen, or give the same \
                 command again to try once more"
            );
            Some(Warning::attention(Stage::Asr, "window-failed", message).at(window.span))
        }
        WindowVerdict::Quarantined => {
            let withheld = window.segments.iter().filter(|segment| segment.is_withheld());
            let span = withheld
                .clone()
                .map(Segment::span)
                .reduce(|a, b| TimeSpan::new(a.start.min(b.start), a.end.max(b.end)))
                .unwrap_or(window.span);
            let flag =
                withheld.flat_map(|segment| &segment.flags).find(|flag| flag.kind.withholds());
            let (code, reason) = match flag {
                Some(flag) if flag.kind == FlagKind::Hallucination => {
                    ("text-invented", flag.reason.as_str())
                }
                Some(flag) => ("text-repeated", flag.reason.as_str()),
                None => ("text-withheld", "the recogniser was not trusted"),
            };
            let message = format!("text withheld from captions and minutes: {reason}; listen");
            Some(Warning::attention(Stage::Asr, code, message).at(span))
        }
    }
}

/// Divides a segment into sentences, joining short ones, and at long pauses.
fn sentences(segment: Segment) -> Vec<Segment> {
    let mut parts = Vec::new();
    let mut rest = segment;
    while let Some(at) = end_of_part(&rest) {
        let (part, remainder) = words::divide(rest, at);
        parts.extend(part);
        match remainder {
            Some(remainder) => rest = remainder,
            None => return parts,
        }
    }
    parts.push(rest);
    parts
}

/// The number of words after which the segment is to be divided, if it is.
fn end_of_part(segment: &Segment) -> Option<usize> {
    let words = &segment.words;
    let pause = words.windows(2).position(|pair| pair[1].start - pair[0].end >= PAUSE);
    let sentence = (words.len() > LONGEST_SEGMENT).then(|| {
        // The last sentence end that leaves the part short enough; else the next one there is; else
        // a comma near the middle of what is too long.
        let ends = |marks: &'static [char]| {
            words.iter().enumerate().filter_map(move |(at, word)| {
                let enough = at + 1 >= SHORTEST_SENTENCE && at + 1 < words.len();
                (enough && is_end(&word.text, marks)).then_some(at + 1)
            })
        };
        ends(&['.', '?', '!', '…'])
            .take_while(|at| *at <= LONGEST_SEGMENT)
            .last()
            .or_else(|| ends(&['.', '?', '!', '…']).next().filter(|at| *at <= LONGEST_SEGMENT * 2))
            .or_else(|| ends(&[',', ';', ':']).take_while(|at| *at <= LONGEST_SEGMENT).last())
            .unwrap_or(LONGEST_SEGMENT)
    });
    match (pause.map(|at| at + 1), sentence) {
        (Some(pause), Some(sentence)) => Some(pause.min(sentence)),
        (pause, sentence) => pause.or(sentence),
    }
    .filter(|at| *at < words.len())
}

/// Whether a sentence ends with this word. "kl.", "nr." and ordinals such as "3." do not end one.
fn is_end(word: &str, marks: &[char]) -> bool {
    let stem = word.trim_end_matches(['"', '»', '«', '\'', ')']);
    if !stem.ends_with(marks) {
        return false;
    }
    let body = stem.trim_end_matches(marks);
    let abbreviation = ["kl", "nr", "ca", "bl.a", "f.eks", "fx", "mio", "mia", "pkt", "stk", "jf"];
    !stem.ends_with('.')
        || !(abbreviation.contains(&body.to_lowercase().as_str())
            || (!body.is_empty() && body.chars().all(|c| c.is_ascii_digit())))
}
