//! What the decoder hears of a window, and what it keeps of its own text: keys and values as bytes.
//!
//! Every token that is written reads all of them, for each window its own, and together they are far larger
//! than any cache: their size is what a decoding costs. Each position of a head has a scale of its own.

use super::attention::collect;
use super::decoder::HEAD;
use super::kernels;
use super::linear::Rows;
use super::listening::PAD;

/// Largest byte.
const MOST: f32 = 127.0;

/// What one layer of the decoder hears.
pub(super) struct Memory {
    keys: Vec<i8>,
    key_scales: Vec<f32>,
    values: Vec<i8>,
    value_scales: Vec<f32>,
    /// Encoded positions.
    count: usize,
    /// The same, rounded up to a multiple of [`PAD`].
    padded: usize,
}

/// One head's part of a [`Memory`].
pub(super) struct Head<'a> {
    /// Blocks of [`PAD`] positions x columns x positions: as they are read.
    pub(super) keys: &'a [i8],
    /// One for each position, padded.
    pub(super) key_scales: &'a [f32],
    /// Positions x columns.
    pub(super) values: &'a [i8],
    /// One for each position.
    pub(super) value_scales: &'a [f32],
}

impl Memory {
    /// From rows of keys and values side by side, each `width` wide.
    pub(super) fn new(rows: &[f32], width: usize) -> Self {
        let line = 2 * width;
        let (count, heads) = (rows.len() / line, width / HEAD);
        let padded = count.next_multiple_of(PAD);
        let mut memory = Self {
            keys: vec![0; width * padded],
            key_scales: vec![0.0; heads * padded],
            values: Vec::with_capacity(width * count),
            value_scales: Vec::with_capacity(heads * count),
            count,
            padded,
        };
        let mut part = vec![0.0; HEAD * count];
        let places = memory
            .keys
            .chunks_exact_mut(HEAD * padded)
            .zip(memory.key_scales.chunks_exact_mut(padded));
        for (at, (keys, scales)) in (0..width).step_by(HEAD).zip(places) {
            collect(rows, line, at, &mut part);
            let bytes = Rows::new(&part, HEAD, MOST);
            scales[..count].copy_from_slice(&bytes.scales);
            let blocks = bytes.values.chunks(HEAD * PAD).zip(keys.chunks_exact_mut(HEAD * PAD));
            for (bytes, block) in blocks {
                for (position, row) in bytes.chunks_exact(HEAD).enumerate() {
                    for (column, &byte) in row.iter().enumerate() {
                        block[column * PAD + position] = byte;
                    }
                }
            }
            collect(rows, line, width + at, &mut part);
            let bytes = Rows::new(&part, HEAD, MOST);
            memory.values.extend_from_slice(&bytes.values);
            memory.value_scales.extend_from_slice(&bytes.scales);
        }
        memory
    }

    /// The part of a head.
    pub(super) fn head(&self, head: usize) -> Head<'_> {
        let (count, padded) = (self.count, self.padded);
        Head {
            keys: &self.keys[head * HEAD * padded..][..HEAD * padded],
            key_scales: &self.key_scales[head * padded..][..padded],
            values: &self.values[head * HEAD * count..][..HEAD * count],
            value_scales: &self.value_scales[head * count..][..count],
        }
    }
}

/// Tokens for which room is made at a time: less is copied than with one, and less lies idle than if it
/// doubled.
const ROOM: usize = 64;

/// What one layer of the decoder keeps of the tokens so far: a row of keys and of values for each, and a
/// scale for each of its heads.
#[derive(Clone, Default)]
pub(super) struct Recollection {
    pub(super) keys: Vec<i8>,
    pub(super) key_scales: Vec<f32>,
    pub(super) values: Vec<i8>,
    pub(super) value_scales: Vec<f32>,
}

impl Recollection {
    /// Makes room for `count` more tokens whose rows are `width` wide.
    pub(super) fn make_room(&mut self, count: usize, width: usize) {
        if self.keys.capacity() - self.keys.len() >= count * width {
            return;
        }
        let tokens = count.next_multiple_of(ROOM);
        for bytes in [&mut self.keys, &mut self.values] {
            bytes.reserve_exact(tokens * width);
        }
        for scales in [&mut self.key_scales, &mut self.value_scales] {
            scales.reserve_exact(tokens * width / HEAD);
        }
    }

    /// Keeps one more token.
    pub(super) fn push(&mut self, keys: &[f32], values: &[f32]) {
        append(keys, &mut self.keys, &mut self.key_scales);
        append(values, &mut self.values, &mut self.value_scales);
    }
}

fn append(row: &[f32], bytes: &mut Vec<i8>, scales: &mut Vec<f32>) {
    let mut unsigned = [0; HEAD];
    for head in row.chunks_exact(HEAD) {
        scales.push(kernels::quantise(head, &mut unsigned));
        // `quantise` gives bytes around 128.
        bytes.extend(unsigned.map(|byte| (byte ^ 0x80) as i8));
    }
}
