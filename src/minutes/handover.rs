//! Whom the chair gave the floor: a weak sign of who speaks when no voice is known.

use super::names::Names;
use super::sentence::Sentence;

/// Names called, with the time from which they hold.
#[derive(Debug, Default)]
pub(super) struct Handover {
    /// Start of the speech after the call, and the name; none where the floor went on unnamed.
    calls: Vec<(f64, Option<String>)>,
}

impl Handover {
    /// Reads "Torben Kjærgaard.", "Mette Dalsgaard, værsgo", "Lars Ravnholt, hvornår kan …?" at the
    /// end of a segment.
    pub fn of(sentences: &[Sentence], names: &Names<'_>) -> Self {
        let mut calls = Vec::new();
        for (at, sentence) in sentences.iter().enumerate() {
            let next = sentences.get(at + 1);
            let ends = next.is_none_or(|next| next.segments.first() > sentence.segments.last());
            if !ends {
                continue;
            }
            let hits = names.hits(sentence);
            let called = hits.iter().find(|hit| {
                let alone = hit.from <= 1 && hit.to + 2 >= sentence.terms.len();
                let asked = hit.from == 0
                    && sentence.is_question()
                    && sentence.terms.get(hit.to).is_some_and(|term| term.gap.contains(','));
                let floor = sentence.has_any(&["bedt om ordet", "har ordet", "værsgo"]);
                alone || asked || floor
            });
            calls.push((sentence.end, called.map(|hit| hit.name.clone())));
        }
        Self { calls }
    }

    /// Whom the last call before this sentence named. Only the speech right after it counts.
    pub fn called(&self, sentence: &Sentence) -> Option<String> {
        self.calls
            .iter()
            .rev()
            .find(|(end, _)| *end <= sentence.start + 0.01)
            .and_then(|(_, name)| name.clone())
    }
}
