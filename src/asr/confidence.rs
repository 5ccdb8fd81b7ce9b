//! From the engine's word probabilities to the share of such words that are right.
//!
//! Whisper is overconfident in Danish, and most where it had to raise the temperature: sampling
//! divides the scores by the temperature before they become probabilities, so those look surer the
//! less sure the decoder was. The journal keeps what the engine said; this map is applied when the
//! transcript is put together, so a better one needs no new recognition.

use super::EngineKind::{self, Batched, WhisperCpp};
use crate::danish::words::{WordKind, kind_of, opens_after};
use crate::meeting::{Flag, FlagKind, Outcome, Stage, Transcript, Warning, WindowText, Word};

/// Segments of whose words more are expected to be wrong than right are marked as unsure.
const LOW_CONFIDENCE: f64 = 0.5;

/// Platt's map (J. Platt, "Probabilistic outputs for support vector machines", 1999) on the engine's
/// log odds: `odds' = exp(shift + offset) * odds ^ slope`, the offset that of the word's kind.
struct Map {
    /// Another engine's probabilities of the same words are not the same.
    engine: EngineKind,
    /// Name of the model in the manifest; a file of the same weights in other precision counts.
    model: &'static str,
    language: &'static str,
    shift: f64,
    slope: f64,
}

/// Fitted by `benches/calibration`, for whisper.cpp: `tiny` and `base` on read Danish (UDHR, NST) and synthetic council
/// meetings, each kind weighing as much as the other; `small` on synthetic meetings alone. Checked on the
/// half of the windows that the fit had not seen, the expected calibration error fell from 24.5 to 14.1 %
/// (`base`, read, 118 words), 11.1 to 5.6 % (`base`, meeting, 742), 9.9 to 4.1 % (`small`, meetings, 904),
/// 18.9 to 8.3 % (`tiny`, read, 167) and 11.6 to 6.5 % (`tiny`, meeting, 216). The segment's mean
/// probability as a further variable was tried and added nothing on the other half. In windows that
/// needed a higher temperature 53 of 137 words were right, whatever the engine had said (0.84 and 0.93).
///
/// For the batched engine: all three on read Danish and two synthetic meetings, each kind weighing as much as
/// the other. On the half of the windows that the fit had not seen the error fell from 12.0 to 3.8 % (`tiny`,
/// words counted by weight), 12.5 to 4.3 % (`base`) and 9.2 to 2.7 % (`small`); in windows that needed a higher
/// temperature 66 of 184 words were right (`base` and `small`).
const MAPS: &[Map] = &[
    danish(WhisperCpp, "tiny", -0.55, 0.66),
    danish(WhisperCpp, "base", -0.60, 0.79),
    danish(WhisperCpp, "small", -0.53, 0.80),
    danish(Batched, "tiny", -0.58, 0.77),
    danish(Batched, "base", -0.67, 0.80),
    danish(Batched, "small", -0.49, 0.87),
];

const fn danish(engine: EngineKind, model: &'static str, shift: f64, slope: f64) -> Map {
    Map { engine, model, language: "da", shift, slope }
}

/// Share of right words in windows that needed a higher temperature, whatever the engine and the model said.
const HEATED: f64 = 0.4;

/// What is added to the log odds of a number, a name and a negation. Fitted by `benches/calibration` on the
/// synthetic meeting as `tiny` and `base` hear it without a roster (37 numbers, 44 names, 36 negations; the
/// two models together, because each alone has too few), and then taken two standard errors lower, because
/// a number, a name or a negation that is believed too much does more harm than one that is doubted. Judged
/// by windows that the fit had not seen, 16 % of the names were right (35 % were promised before, 12 % now),
/// 38 % of the numbers (36 %, now 25 %) and 83 % of the negations (46 %, now 65 %). For `small` with
/// whisper.cpp nothing was measured; it gets the same. With the batched engine the cautious offsets come out
/// between -0.33 and +0.64, -2.66 and -1.37, +0.56 and +1.29: these stand for it, too.
const NUMBER: f64 = -0.62;
const NAME: f64 = -2.21;
const NEGATION: f64 = 1.15;

/// What the probabilities of a transcript are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calibration {
    /// Fitted to what was right on speech whose words are known.
    Measured,
    /// The engine's own.
    None,
}

impl Calibration {
    /// As it stands in `meeting.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::None => "none",
        }
    }
}

/// Replaces the engine's word probabilities by the share of such words that were right, for the models
/// and languages for which that was measured; for others they stay, and a notice says so.
pub fn calibrate(
    mut windows: Vec<WindowText>,
    engine: EngineKind,
    model: &str,
    language: &str,
) -> Outcome<(Vec<WindowText>, Calibration)> {
    let fits = |map: &&Map| map.engine == engine && map.model == model && map.language == language;
    let Some(map) = MAPS.iter().find(fits) else {
        let message = format!(
            "the word probabilities of the model {model} with the engine {} in this language have not \
             been compared with its errors: they are the recogniser's own and may promise too much",
            engine.name()
        );
        let notice = Warning::notice(Stage::Asr, "probabilities-uncalibrated", message);
        return Outcome::new((windows, Calibration::None), vec![notice]);
    };
    for window in &mut windows {
        let heated = window.temperature > 0.0;
        let words = window.segments.iter_mut().flat_map(|segment| &mut segment.words);
        let mut opens = true;
        for word in words {
            let kind = kind_of(&word.text, opens);
            opens = opens_after(&word.text);
            word.probability = map.share(word.probability, kind, heated);
        }
    }
    Outcome::clean((windows, Calibration::Measured))
}

impl Map {
    fn share(&self, probability: f64, kind: WordKind, heated: bool) -> f64 {
        let sure = if probability.is_finite() { probability.clamp(0.001, 0.999) } else { 0.001 };
        let offset = match kind {
            WordKind::Number => NUMBER,
            WordKind::Name => NAME,
            WordKind::Negation => NEGATION,
            WordKind::Other => 0.0,
        };
        let odds = self.shift + offset + self.slope * (sure / (1.0 - sure)).ln();
        let share = 1.0 / (1.0 + (-odds).exp());
        if heated { share.min(HEATED) } else { share }
    }
}

/// Marks the segments whose words are on the mean more likely wrong than right.
pub fn mark_unsure(transcript: &mut Transcript) {
    for segment in &mut transcript.segments {
        segment.flags.retain(|flag| flag.kind != FlagKind::LowConfidence);
        if let Some(mean) = mean(&segment.words).filter(|mean| *mean < LOW_CONFIDENCE) {
            let reason = format!("mean word probability {mean:.2}");
            segment.flags.push(Flag { kind: FlagKind::LowConfidence, reason });
        }
    }
}

fn mean(words: &[Word]) -> Option<f64> {
    let sum: f64 = words.iter().map(|word| word.probability).sum();
    (!words.is_empty()).then(|| sum / words.len() as f64)
}
