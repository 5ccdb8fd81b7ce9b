//! When each cue comes and goes.

use super::cut::Cut;
use super::words::Speech;
use super::{CHARS_PER_SECOND, Cue, GAP_MS, MAX_MS, MIN_MS};

/// A gap shorter than this flickers; the cue before it stays until the next one comes.
const FLICKER_MS: u64 = 500;

/// Gives the cuts their times: on with the first word, off after the last one, longer when there
/// is room and the text needs it.
pub(super) fn place(speech: &Speech, cuts: Vec<Cut>) -> Vec<Cue> {
    let words = &speech.words;
    let mut cues: Vec<Cue> = Vec::with_capacity(cuts.len());
    let mut free = 0;
    for (index, cut) in cuts.iter().enumerate() {
        let spoken = &words[cut.first..cut.end];
        let (Some(first), Some(last)) = (spoken.first(), spoken.last()) else { continue };
        let start = first.start.max(free);
        let chars: u64 = spoken.iter().map(|word| word.chars as u64 + 1).sum();
        let wanted = (chars * 1000).div_ceil(CHARS_PER_SECOND).clamp(MIN_MS, MAX_MS);
        let mut end = last.end.max(start + wanted).min(start + MAX_MS);
        let next = cuts.get(index + 1).and_then(|cut| words.get(cut.first)).map(|word| word.start);
        if let Some(next) = next {
            let due = next.saturating_sub(GAP_MS);
            if end > due || due - end < FLICKER_MS {
                end = due.min(start + MAX_MS);
            }
        }
        // Never shorter than can be seen, even when the next cue then comes late.
        end = end.max(start + MIN_MS);
        free = end + GAP_MS;
        let join = |from: usize, to: usize| {
            let mut line = String::new();
            for word in &words[from..to] {
                if !line.is_empty() && !word.glued {
                    line.push(' ');
                }
                line.push_str(&word.text);
            }
            line
        };
        let lines = match cut.turn {
            Some(turn) => vec![join(cut.first, turn), join(turn, cut.end)],
            None => vec![join(cut.first, cut.end)],
        };
        let speaker = first.speaker.and_then(|index| speech.speakers.get(index)).cloned();
        cues.push(Cue { start, end, lines, speaker });
    }
    cues
}
