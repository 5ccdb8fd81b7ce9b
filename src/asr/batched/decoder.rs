//! Tokens so far and sound → what the next token may be.

use std::collections::HashMap;

use rten_simd::SimdOp;

use super::encoder::{Norm, joined, linear};
use super::ggml::Ggml;
use super::kernels::{self, After};
use super::linear::{Linear, Processor, Rows, Scratch, grow};
use super::listening::{Mix, PAD, Recall, Scores};
use super::memory::{Memory, Recollection};
use crate::asr::engine::EngineError;

/// Columns of an attention head, in every Whisper model.
pub(super) const HEAD: usize = 64;

struct Block {
    own_norm: Norm,
    query_key_value: Linear,
    own_out: Linear,
    sound_norm: Norm,
    sound_query: Linear,
    sound_key_value: Linear,
    sound_out: Linear,
    norm: Norm,
    widen: Linear,
    narrow: Linear,
}

/// The decoder.
pub(super) struct Decoder {
    embedding: Rows,
    /// Where each token's row lies in it.
    places: HashMap<u32, usize>,
    positions: Vec<f32>,
    blocks: Vec<Block>,
    norm: Norm,
    /// Rows of the embedding that can come next.
    logits: Linear,
    width: usize,
    /// Layer and head of those that follow the sound, in order of the layers.
    followers: Vec<(usize, usize)>,
}

/// A window, ready to be listened to.
pub(super) struct Sound {
    memories: Vec<Memory>,
    /// Encoded positions, 20 ms each.
    pub(super) positions: usize,
}

/// A text that grows.
#[derive(Clone)]
pub(super) struct Sequence {
    /// What each layer keeps of the tokens.
    layers: Vec<Recollection>,
    pub(super) length: usize,
    /// For each token heard from the last one given in the beginning on: what the followers listened
    /// to, head after head; 65,535 is all. As floats it would be the most of what a text takes. None when
    /// the text does not follow.
    pub(super) attention: Vec<std::rc::Rc<[u16]>>,
    follows: bool,
}

impl Decoder {
    /// `rows` are the tokens that can come next, in the order of the logits; besides these `read` can be
    /// read. Nothing is kept of the others.
    pub(super) fn take(
        weights: &mut Ggml,
        processor: &Processor,
        rows: &[u32],
        read: &[u32],
        mut followers: Vec<(usize, usize)>,
    ) -> Result<Self, String> {
        let form = weights.form;
        let width = form.width;
        let mut blocks = Vec::new();
        for n in 0..form.text_layers {
            let name = format!("decoder.blocks.{n}");
            let (own, sound) = (format!("{name}.attn"), format!("{name}.cross_attn"));
            let all = ["query", "key", "value"];
            blocks.push(Block {
                own_norm: Norm::take(weights, &format!("{own}_ln"), width)?,
                query_key_value: joined(weights, processor, &own, &all, width)?,
                own_out: linear(weights, processor, &format!("{own}.out"), width, width)?,
                sound_norm: Norm::take(weights, &format!("{sound}_ln"), width)?,
                sound_query: joined(weights, processor, &sound, &all[..1], width)?,
                sound_key_value: joined(weights, processor, &sound, &all[1..], width)?,
                sound_out: linear(weights, processor, &format!("{sound}.out"), width, width)?,
                norm: Norm::take(weights, &format!("{name}.mlp_ln"), width)?,
                widen: linear(weights, processor, &format!("{name}.mlp.0"), width, 4 * width)?,
                narrow: linear(weights, processor, &format!("{name}.mlp.2"), 4 * width, width)?,
            });
        }
        let name = "decoder.token_embedding.weight";
        let stored = weights.take(name, form.vocabulary * width)?;
        let all = Rows::new(&stored, width, processor.most);
        drop(stored);
        let mut embedding = Rows { values: Vec::new(), scales: Vec::new(), width };
        embedding.values.reserve_exact((rows.len() + read.len()) * width);
        let mut places = HashMap::new();
        let mut keep = |embedding: &mut Rows, row: u32| {
            let at = row as usize;
            let values = all.values.get(at * width..(at + 1) * width);
            places.entry(row).or_insert(embedding.scales.len());
            embedding.values.extend(values.ok_or("its vocabulary is too small")?);
            embedding.scales.push(all.scales[at]);
            Ok::<_, String>(())
        };
        for &row in rows {
            keep(&mut embedding, row)?;
        }
        let logits = Linear::of(processor, &embedding, Vec::new());
        for &row in read {
            keep(&mut embedding, row)?;
        }
        followers.sort_unstable();
        Ok(Self {
            logits,
            embedding,
            places,
            positions: weights.take("decoder.positional_embedding", form.text_context * width)?,
            blocks,
            norm: Norm::take(weights, "decoder.ln", width)?,
            width,
            followers,
        })
    }

    /// Numbers in a row of [`Self::read`]'s.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Heads that follow the sound.
    pub(super) fn followers(&self) -> usize {
        self.followers.len()
    }

    /// Prepares an encoded window.
    pub(super) fn listen(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        encoded: &[f32],
    ) -> Result<Sound, EngineError> {
        let mut rows = vec![0.0; encoded.len() * 2];
        let mut memories = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            block.sound_key_value.apply(processor, scratch, encoded, After::Keep(&mut rows))?;
            memories.push(Memory::new(&rows, self.width));
        }
        Ok(Sound { memories, positions: encoded.len() / self.width })
    }

    /// An empty text. One that `follows` keeps what the heads listened to that follow the sound.
    pub(super) fn begin(&self, follows: bool) -> Sequence {
        let layers = self.blocks.iter().map(|_| Recollection::default()).collect();
        Sequence { layers, length: 0, attention: Vec::new(), follows }
    }

    /// Adds tokens to texts that listen to a sound each; gives a row for every token, in order, from
    /// which [`Self::logits`] makes what comes next.
    pub(super) fn read(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        texts: &mut [(&mut Sequence, &Sound, &[u32])],
    ) -> Result<Vec<f32>, EngineError> {
        let width = self.width;
        let mut x = Vec::new();
        for (text, _, tokens) in texts.iter() {
            for (&token, position) in tokens.iter().zip(text.length..) {
                let place = self.positions.get(position * width..(position + 1) * width);
                let place = place.ok_or_else(|| EngineError("the text is too long".to_owned()))?;
                let row = self.places.get(&token);
                let row = row.ok_or_else(|| EngineError(format!("token {token} is not kept")))?;
                x.extend(self.embedding.row(*row).zip(place).map(|(e, p)| e + p));
            }
        }
        let count = x.len() / width;
        let mut normed = Vec::new();
        let mut parts = vec![0.0; count * 3 * width];
        let mut heard = vec![0.0; count * width];
        let mut wide = vec![0.0; count * 4 * width];
        let mut scores = Vec::new();
        let mut followed: Vec<Vec<u16>> = texts.iter().map(|_| Vec::new()).collect();
        for (layer, block) in self.blocks.iter().enumerate() {
            block.own_norm.apply(&x, &mut normed);
            block.query_key_value.apply(processor, scratch, &normed, After::Keep(&mut parts))?;
            let mut rows = parts.chunks_exact(3 * width).zip(heard.chunks_exact_mut(width));
            for (text, _, tokens) in texts.iter_mut() {
                let kept = &mut text.layers[layer];
                kept.make_room(tokens.len(), width);
                for (row, heard) in rows.by_ref().take(tokens.len()) {
                    kept.push(&row[width..2 * width], &row[2 * width..]);
                    recall(&row[..width], kept, heard, &mut scores);
                }
            }
            block.own_out.apply(processor, scratch, &heard, After::Add(&mut x))?;

            block.sound_norm.apply(&x, &mut normed);
            let queries = &mut parts[..count * width];
            block.sound_query.apply(processor, scratch, &normed, After::Keep(queries))?;
            let mut rows = queries.chunks_exact_mut(width).zip(heard.chunks_exact_mut(width));
            for ((text, sound, tokens), followed) in texts.iter().zip(&mut followed) {
                for (n, (query, heard)) in rows.by_ref().take(tokens.len()).enumerate() {
                    let last = text.follows && n + 1 == tokens.len();
                    self.hear(
                        layer,
                        query,
                        sound,
                        heard,
                        &mut scores,
                        last.then_some(&mut *followed),
                    );
                }
            }
            block.sound_out.apply(processor, scratch, &heard, After::Add(&mut x))?;

            block.norm.apply(&x, &mut normed);
            block.widen.apply(processor, scratch, &normed, After::Gelu(&mut wide))?;
            block.narrow.apply(processor, scratch, &wide, After::Add(&mut x))?;
        }
        for ((text, _, tokens), followed) in texts.iter_mut().zip(followed) {
            text.length += tokens.len();
            if text.follows {
                text.attention.push(followed.into());
            }
        }
        self.norm.apply(&x, &mut normed);
        Ok(normed)
    }

    /// Writes a row of logits for each row of [`Self::read`]'s.
    pub(super) fn logits(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        rows: &[f32],
        logits: &mut Vec<f32>,
    ) -> Result<(), EngineError> {
        logits.resize(rows.len() / self.width * self.logits.outputs(), 0.0);
        self.logits.apply(processor, scratch, rows, After::Keep(logits))
    }

    /// Listens to the sound with every head of a layer.
    fn hear(
        &self,
        layer: usize,
        query: &mut [f32],
        sound: &Sound,
        heard: &mut [f32],
        scores: &mut Vec<f32>,
        mut followed: Option<&mut Vec<u16>>,
    ) {
        let memory = &sound.memories[layer];
        let count = sound.positions;
        let padded = count.next_multiple_of(PAD);
        grow(scores, padded);
        for x in query.iter_mut() {
            *x *= SCALE;
        }
        let heads = query.chunks_exact(HEAD).zip(heard.chunks_exact_mut(HEAD));
        for (head, (query, out)) in heads.enumerate() {
            let part = memory.head(head);
            let scored = &mut scores[..padded];
            let (keys, scales) = (part.keys, part.key_scales);
            Scores { query, keys, scales, scores: scored }.dispatch();
            let weights = &mut scores[..count];
            kernels::softmax(weights);
            let (values, scales) = (part.values, part.value_scales);
            Mix { weights, values, scales, out }.dispatch();
            if let Some(followed) = &mut followed
                && self.followers.contains(&(layer, head))
            {
                kernels::shares(weights, followed);
            }
        }
    }
}

/// 1 / sqrt([`HEAD`]).
const SCALE: f32 = 0.125;

/// Attention of the newest token to all so far.
fn recall(query: &[f32], kept: &Recollection, heard: &mut [f32], scores: &mut Vec<f32>) {
    let count = kept.key_scales.len();
    grow(scores, count);
    let scores = &mut scores[..count];
    Recall { query, kept, scale: SCALE, scores, out: heard }.dispatch();
}
