//! Texts in bad company: what comes after a row of windows that were not believed.

use crate::meeting::{Flag, FlagKind, Segment, WindowText, WindowVerdict, Word};

/// Windows with text in a row, all of it withheld, after which an improbable one is not believed either.
/// In a ten-minute break with people talking in the room `base` invents a text a minute, and by chance
/// one in ten comes out much the same when it is decoded again. Speech has no such rows: of the
/// recordings of `benches/invented` none has two.
const ROW: usize = 3;
/// Mean probability (geometric) of the words that are improbable; those of that break have 0.24 to 0.53.
const IMPROBABLE: f64 = 0.5;

/// Withholds the text of windows (in order) whose words are improbable and which follow a row that was
/// withheld. The row goes on until a window is believed; one without text, or that failed, says nothing
/// either way.
pub(super) fn mistrust(windows: &mut [WindowText]) {
    let mut row = 0;
    for window in windows.iter_mut().filter(|window| !window.segments.is_empty()) {
        if window.segments.iter().all(Segment::is_withheld) {
            row += 1;
        } else if row >= ROW && is_improbable(window) {
            window.verdict = WindowVerdict::Quarantined;
            for segment in window.segments.iter_mut().filter(|segment| !segment.is_withheld()) {
                segment.flags.push(Flag {
                    kind: FlagKind::Hallucination,
                    reason: format!(
                        "improbable words after {row} stretches in a row that were withheld: voices in the \
                         room, perhaps a break"
                    ),
                });
            }
            row += 1;
        } else {
            row = 0;
        }
    }
}

fn is_improbable(window: &WindowText) -> bool {
    let words: Vec<&Word> = window.segments.iter().flat_map(|segment| &segment.words).collect();
    let sum: f64 = words.iter().map(|word| word.probability.max(1e-6).ln()).sum();
    !words.is_empty() && (sum / words.len() as f64).exp() < IMPROBABLE
}
