//! The search for a window's text: greedy, with a beam, or by sampling.

use std::rc::Rc;

use super::decoder::{Decoder, Sequence, Sound};
use super::kernels;
use super::linear::{Processor, Scratch};
use super::tokens::Tokens;
use crate::asr::engine::EngineError;

/// Tokens whose variety is looked at (whisper.cpp).
const LAST: usize = 32;
/// Tokens of a phrase that was said at least [`ROUNDS`] times: as many "ja" as no roll call has.
const ROUND: usize = 96;
const ROUNDS: usize = 8;
/// Hypotheses sampled at temperatures above 0 (OpenAI's Whisper).
const SAMPLES: usize = 5;

/// Hypotheses that grow side by side, at most: each takes memory, and more of them hardly less time.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// Rows of prompts read together, at most: the weights are read once for all of them, and each takes
/// memory.
const ROWS: usize = 256;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    /// The most probable token each time.
    Greedy,
    /// As many hypotheses side by side.
    Beam(usize),
    /// At this temperature, the best of some tries.
    Sampled(f32),
}

impl Way {
    /// Hypotheses of one window.
    fn hypotheses(self) -> usize {
        match self {
            Self::Greedy => 1,
            Self::Beam(beam) => beam,
            Self::Sampled(_) => SAMPLES,
        }
    }

    /// How many windows to search together for so many hypotheses.
    pub(super) fn together(self, hypotheses: usize) -> usize {
        (hypotheses / self.hypotheses()).max(1)
    }
}

/// A token with its probability, 0..=1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) token: u32,
    pub(super) probability: f32,
}

/// A text that was found.
pub(super) struct Found {
    pub(super) tokens: Vec<Chosen>,
    /// Mean logarithm of the probabilities, the end included.
    pub(super) likelihood: f32,
    /// Probability that nobody speaks, 0..=1.
    pub(super) no_speech: f32,
    /// A row for each token, and one for the end.
    pub(super) attention: Vec<Rc<[u16]>>,
}

impl AsRef<Self> for Found {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Found {
    /// Entropy (nats) of the last tokens; none when there are not enough. Low where the text repeats
    /// itself.
    pub(super) fn variety(&self) -> Option<f64> {
        (self.tokens.len() > LAST).then(|| variety(&self.tokens))
    }
}

fn variety(tokens: &[Chosen]) -> f64 {
    let last = &tokens[tokens.len().saturating_sub(LAST)..];
    let mut ids: Vec<u32> = last.iter().map(|chosen| chosen.token).collect();
    ids.sort_unstable();
    ids.chunk_by(|a, b| a == b)
        .map(|same| {
            let share = same.len() as f64 / ids.len() as f64;
            -share * share.ln()
        })
        .sum()
}

/// Whether the text ends in a phrase that is said again and again, so often that the guard withholds it
/// whatever follows.
fn goes_round(tokens: &[Chosen]) -> bool {
    let Some(last) = tokens.len().checked_sub(ROUND) else { return false };
    let (longest, tail) = (ROUND / ROUNDS, &tokens[last..]);
    (1..=longest).any(|phrase| {
        tail.iter().zip(&tail[phrase..]).all(|(before, after)| before.token == after.token)
    })
}

/// What a search needs.
pub(super) struct Search<'a> {
    pub(super) processor: &'a Processor,
    pub(super) decoder: &'a Decoder,
    pub(super) tokens: &'a Tokens,
    /// Token of each logit; the first `sayable` can be part of a text.
    pub(super) rows: &'a [u32],
    pub(super) sayable: usize,
    /// Tokens of a text at most.
    pub(super) most: usize,
}

/// A text on its way.
#[derive(Clone)]
struct Hypothesis {
    window: usize,
    sequence: Sequence,
    tokens: Vec<Chosen>,
    sum: f32,
    /// Random numbers of its own.
    dice: Dice,
    ended: bool,
}

impl Hypothesis {
    fn likelihood(&self) -> f32 {
        self.sum / (self.tokens.len() + 1) as f32
    }
}

impl Search<'_> {
    /// Finds a text for each sound. `prompt` stands before the text; its token at `start` is the start
    /// of the transcript. With `hasty`, a text that has begun to repeat itself is given up there.
    pub(super) fn find(
        &self,
        scratch: &mut Scratch,
        sounds: &[&Sound],
        prompt: &[u32],
        start: usize,
        way: Way,
        hasty: Option<f64>,
    ) -> Result<Vec<Found>, EngineError> {
        // Of several hypotheses, the one that is chosen is followed afterwards.
        let follows = way.hypotheses() == 1;
        let (width, line) = (self.rows.len(), self.decoder.width());
        let (mut texts, mut no_speech, mut nexts) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Vec::new();
        for sounds in sounds.chunks((ROWS / prompt.len().max(1)).max(1)) {
            let mut begun: Vec<Sequence> =
                sounds.iter().map(|_| self.decoder.begin(follows)).collect();
            let mut read: Vec<(&mut Sequence, &Sound, &[u32])> =
                begun.iter_mut().zip(sounds).map(|(text, &sound)| (text, sound, prompt)).collect();
            let rows = self.decoder.read(self.processor, scratch, &mut read)?;
            for rows in rows.chunks_exact((prompt.len() * line).max(1)) {
                let row = |at: usize| &rows[at * line..(at + 1) * line];
                self.decoder.logits(self.processor, scratch, row(start), &mut next)?;
                no_speech.push(self.no_speech(&next));
                self.decoder.logits(self.processor, scratch, row(prompt.len() - 1), &mut next)?;
                nexts.extend_from_slice(&next);
            }
            texts.append(&mut begun);
        }
        let mut logits = Vec::new();
        let mut hypotheses = Vec::new();
        // A beam spreads from one.
        let count = if let Way::Sampled(_) = way { way.hypotheses() } else { 1 };
        for ((window, text), next) in texts.into_iter().enumerate().zip(nexts.chunks_exact(width)) {
            for (n, sequence) in (0..).zip(std::iter::repeat_n(text, count)) {
                logits.extend_from_slice(next);
                let (tokens, dice) = (Vec::new(), Dice(n));
                hypotheses.push(Hypothesis {
                    window,
                    sequence,
                    tokens,
                    sum: 0.0,
                    dice,
                    ended: false,
                });
            }
        }
        let mut finished: Vec<Vec<Hypothesis>> = sounds.iter().map(|_| Vec::new()).collect();
        for length in 0.. {
            hypotheses = match way {
                Way::Greedy => self.advance(hypotheses, &logits, None),
                Way::Sampled(temperature) => self.advance(hypotheses, &logits, Some(temperature)),
                Way::Beam(beam) => self.spread(&hypotheses, &logits, beam, &mut finished),
            };
            let full = length + 1 >= self.most;
            let (done, going): (Vec<_>, Vec<_>) = hypotheses.into_iter().partition(|hypothesis| {
                let tired = hasty.is_some_and(|least| {
                    hypothesis.tokens.len() > LAST && variety(&hypothesis.tokens) < least
                });
                hypothesis.ended || full || tired || goes_round(&hypothesis.tokens)
            });
            for hypothesis in done {
                finished[hypothesis.window].push(hypothesis);
            }
            hypotheses = going;
            if let Way::Beam(beam) = way {
                hypotheses.retain(|hypothesis| finished[hypothesis.window].len() < beam);
            }
            if hypotheses.is_empty() {
                break;
            }
            let lasts: Vec<[u32; 1]> = hypotheses
                .iter()
                .map(|hypothesis| [hypothesis.tokens.last().map_or(0, |last| last.token)])
                .collect();
            let mut read: Vec<(&mut Sequence, &Sound, &[u32])> = hypotheses
                .iter_mut()
                .zip(&lasts)
                .map(|(hypothesis, last)| {
                    (&mut hypothesis.sequence, sounds[hypothesis.window], last.as_slice())
                })
                .collect();
            let rows = self.decoder.read(self.processor, scratch, &mut read)?;
            self.decoder.logits(self.processor, scratch, &rows, &mut logits)?;
            debug_assert_eq!(logits.len(), hypotheses.len() * width);
        }
        let mut found = Vec::with_capacity(sounds.len());
        for ((all, no_speech), &sound) in finished.into_iter().zip(no_speech).zip(sounds) {
            found.push(match best(all) {
                Some(best) => self.found(scratch, best, no_speech, sound, prompt)?,
                None => {
                    Found { tokens: Vec::new(), likelihood: 0.0, no_speech, attention: Vec::new() }
                }
            });
        }
        Ok(found)
    }

    /// What was found, followed if it was not yet.
    fn found(
        &self,
        scratch: &mut Scratch,
        best: Hypothesis,
        no_speech: f32,
        sound: &Sound,
        prompt: &[u32],
    ) -> Result<Found, EngineError> {
        let likelihood = best.likelihood();
        let Hypothesis { sequence, tokens, .. } = best;
        let mut attention = sequence.attention;
        if attention.is_empty() {
            let read = sequence.length.saturating_sub(prompt.len());
            let mut text = self.decoder.begin(true);
            self.decoder.read(self.processor, scratch, &mut [(&mut text, sound, prompt)])?;
            for chosen in tokens.iter().take(read) {
                let token = [chosen.token];
                self.decoder.read(self.processor, scratch, &mut [(&mut text, sound, &token)])?;
            }
            attention = text.attention;
        }
        Ok(Found { tokens, likelihood, no_speech, attention })
    }

    /// Probability of "no speech" where the transcript starts.
    fn no_speech(&self, logits: &[f32]) -> f32 {
        let (_, most) = kernels::largest(logits);
        let at = self.rows.iter().rposition(|&row| row == self.tokens.no_speech);
        at.map_or(0.0, |at| (logits[at] - kernels::log_sum(logits, most)).exp())
    }

    /// The logits of what can be said next. A text begins neither with its end nor with a blank.
    fn sayable<'a>(&self, logits: &'a mut [f32], first: bool) -> &'a [f32] {
        let logits = &mut logits[..self.sayable];
        if first {
            for (at, logit) in logits.iter_mut().enumerate() {
                if self.rows[at] == self.tokens.end || Some(self.rows[at]) == self.tokens.blank {
                    *logit = f32::MIN;
                }
            }
        }
        logits
    }

    /// Each hypothesis takes its next token.
    fn advance(
        &self,
        mut hypotheses: Vec<Hypothesis>,
        logits: &[f32],
        temperature: Option<f32>,
    ) -> Vec<Hypothesis> {
        let mut row = Vec::new();
        for (hypothesis, logits) in hypotheses.iter_mut().zip(logits.chunks_exact(self.rows.len()))
        {
            row.clear();
            row.extend_from_slice(logits);
            let sayable = self.sayable(&mut row, hypothesis.tokens.is_empty());
            let (best, most) = kernels::largest(sayable);
            let whole = kernels::log_sum(sayable, most);
            let at = match temperature {
                Some(temperature) => hypothesis.dice.pick(sayable, most, temperature),
                None => best,
            };
            self.extend(hypothesis, at, sayable[at] - whole);
        }
        hypotheses
    }

    fn extend(&self, hypothesis: &mut Hypothesis, at: usize, logarithm: f32) {
        hypothesis.sum += logarithm;
        if self.rows[at] == self.tokens.end {
            hypothesis.ended = true;
        } else {
            let chosen = Chosen { token: self.rows[at], probability: logarithm.exp() };
            hypothesis.tokens.push(chosen);
        }
    }

    /// Each window's hypotheses branch, and the best go on.
    fn spread(
        &self,
        hypotheses: &[Hypothesis],
        logits: &[f32],
        beam: usize,
        finished: &mut [Vec<Hypothesis>],
    ) -> Vec<Hypothesis> {
        let mut next = Vec::new();
        let mut row = Vec::new();
        let windows = hypotheses.chunk_by(|a, b| a.window == b.window);
        let mut rows = logits.chunks_exact(self.rows.len());
        for window in windows {
            let mut branches = Vec::new();
            for (from, logits) in window.iter().zip(rows.by_ref()) {
                row.clear();
                row.extend_from_slice(logits);
                let sayable = self.sayable(&mut row, from.tokens.is_empty());
                let (_, most) = kernels::largest(sayable);
                let whole = kernels::log_sum(sayable, most);
                let mut order: Vec<usize> = (0..sayable.len()).collect();
                let count = (beam + 1).min(order.len());
                order.select_nth_unstable_by(count - 1, |&a, &b| {
                    sayable[b].total_cmp(&sayable[a]).then(a.cmp(&b))
                });
                for &at in &order[..count] {
                    branches.push((from.sum + sayable[at] - whole, from, at, sayable[at] - whole));
                }
            }
            branches.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut going = 0;
            for (_, from, at, logarithm) in branches {
                if going == beam {
                    break;
                }
                let mut hypothesis = from.clone();
                self.extend(&mut hypothesis, at, logarithm);
                if hypothesis.ended {
                    finished[hypothesis.window].push(hypothesis);
                } else {
                    going += 1;
                    next.push(hypothesis);
                }
            }
        }
        next
    }
}

fn best(hypotheses: Vec<Hypothesis>) -> Option<Hypothesis> {
    hypotheses
        .into_iter()
        .reduce(|best, other| if other.likelihood() > best.likelihood() { other } else { best })
}

/// Random numbers that are the same every time (SplitMix64).
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    /// From 0 up to, not including, 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Draws a token at a temperature.
    fn pick(&mut self, logits: &[f32], most: f32, temperature: f32) -> usize {
        let weight = |logit: f32| f64::from(((logit - most) / temperature).exp());
        let whole: f64 = logits.iter().map(|&logit| weight(logit)).sum();
        let mut left = self.roll() * whole;
        for (at, &logit) in logits.iter().enumerate() {
            left -= weight(logit);
            if left < 0.0 {
                return at;
            }
        }
        kernels::largest(logits).0
    }
}
