//! Second opinions: what the engine makes of the same sound at another place in its frame. Speech comes out
//! the same again; what it made up over noise or over voices at once does not.

use super::agreement::{Agreement, agreement};
use super::engine::{Decoding, EngineError, Session};
use super::{guard, words};
use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Two decodings of speech are at least this much alike; those of voices at once, or of noise, are not.
/// Measured on windows of up to 30 s: speech with `tiny`, which gets every second word wrong, 0.79 to
/// 0.88; three and eight voices at once with `tiny` and `base` 0.14 to 0.6.
const ALIKE: f64 = 0.65;
/// The same over one clear voice, where nothing fills its pauses: there a decoder mishears, and hardly
/// invents. (`small` on a machine voice's mumbled sentence: 0.61.)
const ALIKE_ALONE: f64 = 0.5;
/// A first second opinion that agrees this much needs no other.
const SURELY_ALIKE: f64 = 0.75;
/// Silence put before a window for a second opinion, in samples: half a second. The sound stays the
/// same, but stands elsewhere in the engine's frame, which an invention does not survive.
const SHIFT: usize = SAMPLE_RATE as usize / 2;
/// Sound left out at the start for another second opinion, in samples: 0.6 s.
const CROP: usize = SAMPLE_RATE as usize * 6 / 10;
/// Longest sound an engine takes at once, in samples (Whisper: 30 s).
const WHOLE: usize = SAMPLE_RATE as usize * 30;

/// How a second opinion is decoded: once, without prompt.
const OPINION: Decoding = Decoding { temperature: 0.0, beam: 1, prompt: false, fallback: false };

/// A text that may be invented.
pub(super) struct Doubt<'a> {
    pub(super) window: &'a SpeechWindow,
    /// What was written for it, folded.
    pub(super) own: String,
}

/// What the other decodings say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opinion {
    /// How much they are like the text, 0..=1.
    alike: f64,
    /// How many were made.
    pub(super) decodings: u32,
}

impl Opinion {
    /// Why the text is not to be believed, if it is not. `alone` where one clear voice is heard.
    pub(super) fn unstable(&self, alone: bool) -> Option<String> {
        let alike = self.alike;
        (alike < if alone { ALIKE_ALONE } else { ALIKE }).then(|| {
            format!("decoded again the text is another (alike by {alike:.2}): noise, or several voices at once")
        })
    }
}

/// Asks about several texts together: each is compared with what the engine makes of the sound a little
/// later in its frame, and if that leaves doubt, of the sound without its beginning. An engine that fails
/// now contradicts nothing.
pub(super) fn ask(session: &mut dyn Session, doubts: &[Doubt]) -> Vec<Opinion> {
    let moved: Vec<SpeechWindow> = doubts.iter().map(|doubt| first_move(doubt.window)).collect();
    let firsts = compare(session, &doubts.iter().collect::<Vec<_>>(), &moved);
    drop(moved);
    let unsure: Vec<&Doubt> = doubts
        .iter()
        .zip(&firsts)
        .filter(|(_, first)| is_unsure(first))
        .map(|(doubt, _)| doubt)
        .collect();
    let moved: Vec<SpeechWindow> = unsure.iter().map(|doubt| second_move(doubt.window)).collect();
    let mut seconds = compare(session, &unsure, &moved).into_iter();
    let opinion = |first: Result<Agreement, EngineError>| {
        let second = if is_unsure(&first) { seconds.next() } else { None };
        let (alike, decodings) = match (first, second) {
            (Ok(first), None) => (first.share, 1),
            (Ok(first), Some(Ok(second))) => (f64::midpoint(first.share, second.share), 2),
            (Ok(_), Some(Err(_))) => (1.0, 2),
            (Err(_), _) => (1.0, 1),
        };
        Opinion { alike, decodings }
    };
    firsts.into_iter().map(opinion).collect()
}

/// Whether a first comparison asks for a second one.
fn is_unsure(first: &Result<Agreement, EngineError>) -> bool {
    first.as_ref().is_ok_and(|first| !(first.whole && first.share >= SURELY_ALIKE))
}

fn compare(
    session: &mut dyn Session,
    doubts: &[&Doubt],
    moved: &[SpeechWindow],
) -> Vec<Result<Agreement, EngineError>> {
    let windows: Vec<&SpeechWindow> = moved.iter().collect();
    let all = guard::decode_each(session, &windows, &OPINION);
    let compared = all.into_iter().zip(doubts).zip(moved).map(|((again, doubt), moved)| {
        again.map(|again| agreement(&doubt.own, &guard::text_of(&words::hear(&again, moved))))
    });
    compared.collect()
}

/// Whether the frame has room to move the sound in.
fn is_movable(window: &SpeechWindow) -> bool {
    window.samples.len() + SHIFT <= WHOLE
}

fn first_move(window: &SpeechWindow) -> SpeechWindow {
    if !is_movable(window) {
        return cropped(window, CROP);
    }
    let mut shifted = window.clone();
    shifted.samples.splice(0..0, std::iter::repeat_n(0.0, SHIFT));
    shifted
}

fn second_move(window: &SpeechWindow) -> SpeechWindow {
    cropped(window, if is_movable(window) { CROP } else { 2 * CROP })
}

fn cropped(window: &SpeechWindow, count: usize) -> SpeechWindow {
    let mut cropped = window.clone();
    cropped.samples.drain(..count.min(cropped.samples.len() / 4));
    cropped
}
