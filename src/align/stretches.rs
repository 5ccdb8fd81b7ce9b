//! How well a stretch of speech holds together as the speech of one item.
//!
//! A stretch's words are taken as drawn from one unknown distribution of which the item's title and
//! fields are known beforehand (Dirichlet-compound-multinomial). What is said again costs little, so a
//! stretch of one topic scores more than the same words cut in two or grown together with another
//! topic; and the title counts once, not with every turn of a long debate. After Eisenstein and
//! Barzilay, "Bayesian Unsupervised Topic Segmentation" (EMNLP 2008).

use super::cues::SegmentCues;
use super::hearing::Hearing;
use super::readings::Reading;
use super::topics::Topics;
use super::weights as w;

/// The meeting's topical words, each once a segment, for the scores of stretches.
pub(super) struct Stretches<'a> {
    topics: &'a Topics,
    /// Stems of all segments in a row.
    words: Vec<u32>,
    /// Where each segment's words begin in `words`; one more at the end.
    starts: Vec<usize>,
    /// For each stem, its expected count in the prior, without any title.
    prior: Vec<f64>,
    /// For each segment, the reading that the chair's words there belong to.
    readings: Vec<Option<Reading>>,
}

impl<'a> Stretches<'a> {
    pub(super) fn of(hearing: &Hearing<'_>, cues: &[SegmentCues], topics: &'a Topics) -> Self {
        let mut words = Vec::new();
        let mut starts = vec![0];
        for heard in &hearing.segments {
            let mut own: Vec<u32> = heard.stems.iter().flatten().copied().collect();
            own.sort_unstable();
            own.dedup();
            words.extend(own);
            starts.push(words.len());
        }
        let mut counts = vec![0.5; hearing.vocabulary.len()];
        for &word in &words {
            counts[word as usize] += 1.0;
        }
        let total = counts.iter().sum::<f64>().max(1.0);
        let prior = counts.iter().map(|count| w::PRIOR_LEAST + w::PRIOR * count / total).collect();
        let readings = cues.iter().map(Reading::said).collect();
        Self { topics, words, starts, prior, readings }
    }

    /// Calls `visit` with how many nats more than without a title each item's title makes each
    /// stretch from segment `from` to one of `ends` (ascending, exclusive).
    pub(super) fn from(&self, from: usize, ends: &[usize], mut visit: impl FnMut(usize, &[f64])) {
        let mut counts: Vec<f64> = vec![0.0; self.prior.len()];
        let mut scores = vec![0.0; self.topics.items()];
        let mut at = from;
        for (place, &end) in ends.iter().enumerate() {
            while at < end {
                for &word in &self.words[self.starts[at]..self.starts[at + 1]] {
                    let word = word as usize;
                    let seen = self.prior[word] + counts[word];
                    for &(item, known) in self.topics.known(word) {
                        let ratio = (seen + w::TITLE_PRIOR * known) / seen;
                        scores[item] += w::TOPIC * ratio.ln();
                    }
                    counts[word] += 1.0;
                }
                if let Some(said) = self.readings[at] {
                    for (score, reading) in scores.iter_mut().zip(self.topics.readings()) {
                        match reading {
                            Some(reading) if *reading == said => {}
                            Some(_) => *score -= w::OTHER_READING,
                            None => *score -= w::NO_READING,
                        }
                    }
                }
                at += 1;
            }
            visit(place, &scores);
        }
    }
}
