//! How sure a value is.

use super::sentence::Sentence;

/// The confidence of a value that rules found.
///
/// Each rule names the independent signs that a secretary would look for (a formula with its frame,
/// the matter named, the place in the item, agreement with the vote …). With `found` of `asked`
/// signs there, the value gets Laplace's rule of succession, `(found + 1) / (asked + 2)`: never
/// certain, one half when nothing speaks for or against. It is multiplied by the share of the
/// formula's letters that were heard as they should be and by the recogniser's own mean word
/// probability in the evidence (1 when it gave none).
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    found: f64,
    asked: f64,
    spelling: f64,
    hearing: f64,
}

/// Below this a value is more likely wrong than right by the above, and a person must look.
pub(super) const DOUBTFUL: f64 = 0.5;

impl Default for Score {
    fn default() -> Self {
        Self { found: 0.0, asked: 0.0, spelling: 1.0, hearing: 1.0 }
    }
}

impl Score {
    /// One sign more was looked for, and was there or not.
    #[must_use]
    pub fn sign(mut self, there: bool) -> Self {
        self.asked += 1.0;
        self.found += f64::from(u8::from(there));
        self
    }

    /// One sign of which a share was there.
    #[must_use]
    pub fn share(mut self, found: u32, asked: u32) -> Self {
        if asked > 0 {
            self.asked += 1.0;
            self.found += f64::from(found.min(asked)) / f64::from(asked);
        }
        self
    }

    /// The share of the formula's letters heard as written, 0..=1.
    #[must_use]
    pub fn spelled(mut self, spelling: f64) -> Self {
        self.spelling *= spelling.clamp(0.0, 1.0);
        self
    }

    /// The recogniser's probability of the words in the evidence.
    #[must_use]
    pub fn heard(mut self, sentences: &[&Sentence]) -> Self {
        if !sentences.is_empty() {
            let sum: f64 = sentences.iter().map(|sentence| sentence.hearing).sum();
            self.hearing *= sum / sentences.len() as f64;
        }
        self
    }

    /// 0..=1.
    pub fn confidence(self) -> f64 {
        (self.found + 1.0) / (self.asked + 2.0) * self.spelling * self.hearing
    }
}
