//! From the probability of speech in each frame to the cuts between windows.
//!
//! Two steps, both streaming. First Silero's own rule (hysteresis, a shortest speech, a shortest
//! silence) makes stretches of speech. Then the stretches are put together into windows: each is
//! encoded with seconds of silence after it, on a GPU with 30 s in all, so windows should be long; but a window is also all
//! that the recogniser knows of the context, and long silence inside one invites invented text, so
//! a pause longer than [`LONGEST_PAUSE`] ends it. When a window is full, it ends at the widest pause
//! of its last third: that is where sentences and speakers change.
//!
//! Everything here counts in frames of 32 ms.

/// Speech begins at this probability (Silero's default).
const BEGIN: f32 = 0.5;
/// Speech goes on down to this one (Silero's default: 0.15 less).
const HOLD: f32 = 0.35;
/// Shortest speech, 250 ms (Silero's default).
const SHORTEST_SPEECH: usize = 8;
/// Shortest silence that ends a stretch, 100 ms (Silero's default).
const SHORTEST_SILENCE: usize = 4;
/// Longest pause inside a window: 2 s, about the longest pause of a speaker who has not finished.
const LONGEST_PAUSE: usize = 62;
/// Sound kept before and after the speech of a window: 200 ms, against clipped consonants.
const PAD: usize = 6;
/// Longest window without its padding; with it, at most 29.98 s.
const LONGEST: usize = 937 - 2 * PAD;
/// Frames over which the quietest place is sought: 160 ms, about a syllable.
const HUSH: usize = 5;

/// A finished window, padding included. `voiced` lies inside `start..end`.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) voiced: Vec<(usize, usize)>,
}

/// Finds the cuts of one run of sound.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    /// Finished stretches of the open window.
    stretches: Vec<(usize, usize)>,
    /// Start of the stretch that is going on.
    open: Option<usize>,
    /// First frame of the silence that may end it.
    hush: Option<usize>,
    /// Whether it goes on from the window before, so that even a short rest of it is speech.
    continued: bool,
    /// End of the window before this one, padding included.
    taken: usize,
    /// Probabilities of the frames from `seen_from` on.
    seen: Vec<f32>,
    seen_from: usize,
}

impl Cutter {
    /// Takes the probability of the next frame. `power` gives the mean square of an earlier frame.
    pub(super) fn frame(
        &mut self,
        frame: usize,
        probability: f32,
        power: &dyn Fn(usize) -> f32,
    ) -> Vec<Cut> {
        self.remember(frame, probability);
        let now = frame + 1;
        match self.open {
            None if probability >= BEGIN => self.open = Some(frame),
            Some(start) if probability < HOLD => {
                let hush = *self.hush.get_or_insert(frame);
                if now - hush >= SHORTEST_SILENCE {
                    self.close_stretch(start, hush);
                }
            }
            Some(_) if probability >= BEGIN => self.hush = None,
            _ => {}
        }
        let mut cuts = Vec::new();
        match (self.open, self.stretches.last()) {
            (None, Some(&(_, end))) if now - end > LONGEST_PAUSE => {
                cuts.extend(self.close_window(self.stretches.len(), end + PAD));
            }
            (Some(_), _) => {
                while self.start().is_some_and(|start| now - start >= LONGEST) {
                    let Some(cut) = self.divide(now, power) else { break };
                    cuts.push(cut);
                }
            }
            _ => {}
        }
        cuts
    }

    /// Ends the run, `total` frames long.
    pub(super) fn finish(&mut self, total: usize) -> Vec<Cut> {
        if let Some(start) = self.open {
            self.close_stretch(start, self.hush.unwrap_or(total));
        }
        let Some(&(_, end)) = self.stretches.last() else { return Vec::new() };
        self.close_window(self.stretches.len(), (end + PAD).min(total)).into_iter().collect()
    }

    /// First frame whose sound may still be asked for.
    pub(super) fn needed_from(&self) -> usize {
        self.start().unwrap_or(self.seen_from + self.seen.len()).saturating_sub(PAD).max(self.taken)
    }

    /// First frame of speech in the open window.
    fn start(&self) -> Option<usize> {
        self.stretches.first().map(|first| first.0).or(self.open)
    }

    fn remember(&mut self, frame: usize, probability: f32) {
        let needed = self.needed_from();
        if needed >= self.seen_from + 4 * LONGEST {
            self.seen.drain(..needed - self.seen_from);
            self.seen_from = needed;
        }
        debug_assert_eq!(self.seen_from + self.seen.len(), frame);
        self.seen.push(probability);
    }

    fn close_stretch(&mut self, start: usize, end: usize) {
        (self.open, self.hush) = (None, None);
        let continued = std::mem::take(&mut self.continued);
        if end > start && (continued || end - start >= SHORTEST_SPEECH) {
            self.stretches.push((start, end));
        }
    }

    /// Makes a window of the first `count` stretches, up to frame `end` with padding.
    fn close_window(&mut self, count: usize, end: usize) -> Option<Cut> {
        let voiced: Vec<_> = self.stretches.drain(..count).collect();
        let start = voiced.first()?.0.saturating_sub(PAD).max(self.taken);
        self.taken = end;
        Some(Cut { start, end, voiced })
    }

    /// Cuts a window that has grown to its full length while somebody speaks.
    fn divide(&mut self, now: usize, power: &dyn Fn(usize) -> f32) -> Option<Cut> {
        let open = self.open?;
        let first = self.start()?;
        if let Some(count) = self.best_pause(first, open) {
            let end = self.stretches.get(count - 1)?.1;
            let next = self.stretches.get(count).map_or(open, |stretch| stretch.0);
            return self.close_window(count, (end + PAD).min(end + (next - end).div_ceil(2)));
        }
        // Speech without a pause: cut where it is quietest and least sure, in the last third. (The
        // stretch began before that: pauses inside a window are short.)
        let cut = self.quietest(first + LONGEST * 2 / 3, now - HUSH, power).max(open + 1);
        self.stretches.push((open, cut));
        self.open = Some(cut);
        self.hush = self.hush.map(|hush| hush.max(cut));
        self.continued = true;
        self.close_window(self.stretches.len(), cut)
    }

    /// How many stretches to keep so that the window ends at the widest pause of its last third, or
    /// else at the last pause of its middle third.
    fn best_pause(&self, first: usize, open: usize) -> Option<usize> {
        let pauses: Vec<(usize, usize, usize)> = self
            .stretches
            .iter()
            .enumerate()
            .map(|(at, stretch)| {
                let next = self.stretches.get(at + 1).map_or(open, |next| next.0);
                (at + 1, stretch.1, next.saturating_sub(stretch.1))
            })
            .collect();
        let late = pauses.iter().filter(|(_, end, _)| *end >= first + LONGEST * 2 / 3);
        let middle = pauses.iter().filter(|(_, end, _)| *end >= first + LONGEST / 3);
        late.max_by_key(|(_, _, width)| *width)
            .or_else(|| middle.max_by_key(|(count, _, _)| *count))
            .map(|(count, _, _)| *count)
    }

    /// The frame around which the sound is quietest and speech least likely: 40 dB count as much as
    /// the whole range of probability.
    fn quietest(&self, from: usize, to: usize, power: &dyn Fn(usize) -> f32) -> usize {
        let score = |frame: usize| -> f32 {
            (frame..frame + HUSH)
                .map(|at| {
                    let probability =
                        at.checked_sub(self.seen_from).and_then(|at| self.seen.get(at));
                    probability.copied().unwrap_or(1.0) + power(at).max(1e-9).log10() / 4.0
                })
                .sum()
        };
        let best = (from..to.max(from + 1)).min_by(|a, b| score(*a).total_cmp(&score(*b)));
        best.unwrap_or(from) + HUSH / 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(probabilities: &[f32]) -> Vec<Cut> {
        let mut cutter = Cutter::default();
        let power = |frame: usize| if frame.is_multiple_of(50) { 1e-8 } else { 1e-2 };
        let mut cuts = Vec::new();
        for (frame, probability) in probabilities.iter().enumerate() {
            cuts.extend(cutter.frame(frame, *probability, &power));
        }
        cuts.extend(cutter.finish(probabilities.len()));
        cuts
    }

    /// Silero's rule over the whole sound at once.
    fn stretches(probabilities: &[f32]) -> Vec<(usize, usize)> {
        let (mut stretches, mut open, mut hush) = (Vec::new(), None, None);
        for (frame, &probability) in probabilities.iter().enumerate() {
            match open {
                None if probability >= BEGIN => open = Some(frame),
                Some(start) if probability < HOLD => {
                    let end = *hush.get_or_insert(frame);
                    if frame + 1 - end >= SHORTEST_SILENCE {
                        stretches.push((start, end));
                        (open, hush) = (None, None);
                    }
                }
                Some(_) if probability >= BEGIN => hush = None,
                _ => {}
            }
        }
        stretches.extend(open.map(|start| (start, hush.unwrap_or(probabilities.len()))));
        stretches.retain(|(start, end)| end - start >= SHORTEST_SPEECH);
        stretches
    }

    #[test]
    fn endless_speech_is_cut_where_it_is_quiet() {
        let cuts = cut(&vec![0.95; 4000]);
        assert!(cuts.len() >= 4 && cuts.len() <= 6, "{cuts:?}");
        assert_eq!((cuts[0].start, cuts.last().map(|cut| cut.end)), (0, Some(4000)));
        for pair in cuts.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
            let off = ((pair[0].end + 25) % 50).abs_diff(25);
            assert!(off <= HUSH, "not at a quiet place: {}", pair[0].end);
        }
    }

    #[test]
    fn a_full_window_ends_at_its_widest_late_pause() {
        let mut probabilities = vec![0.9; 1500];
        for (at, length) in [(300, 40), (660, 10), (760, 30), (900, 8)] {
            probabilities[at..at + length].fill(0.1);
        }
        let cuts = cut(&probabilities);
        assert_eq!(cuts[0].voiced.last(), Some(&(670, 760)));
        assert_eq!(cuts[1].voiced.first(), Some(&(790, 900)));
    }

    proptest! {
        #[test]
        fn no_voice_is_lost_or_doubled(
            parts in prop::collection::vec((0.0_f32..1.0, 1_usize..400), 1..40)
        ) {
            let probabilities: Vec<f32> = parts
                .iter()
                .flat_map(|&(probability, length)| std::iter::repeat_n(probability, length))
                .collect();
            let cuts = cut(&probabilities);
            for cut in &cuts {
                prop_assert!(cut.end - cut.start <= LONGEST + 2 * PAD, "{cut:?}");
                prop_assert!(cut.voiced.iter().all(|v| cut.start <= v.0 && v.1 <= cut.end));
            }
            for pair in cuts.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            // Stretches divided between windows are one again when joined.
            let mut joined: Vec<(usize, usize)> = Vec::new();
            for part in cuts.iter().flat_map(|cut| &cut.voiced) {
                match joined.last_mut() {
                    Some(last) if last.1 == part.0 => last.1 = part.1,
                    _ => joined.push(*part),
                }
            }
            let expected = stretches(&probabilities);
            prop_assert_eq!(joined.len(), expected.len(), "{:?} {:?}", joined, expected);
            for (joined, expected) in joined.iter().zip(&expected) {
                prop_assert_eq!(joined.0, expected.0);
                // A window may be full before it is known whether speech goes on: then it goes on in it.
                prop_assert!(joined.1 >= expected.1);
                let unsure = &probabilities[expected.1..joined.1];
                prop_assert!(unsure.iter().all(|probability| *probability < BEGIN));
            }
        }
    }
}
