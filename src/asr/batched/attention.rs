//! The encoder's attention: every position listens to every other, in products of 8-bit numbers.
//!
//! Attention is half of the work of a small model's encoder, and as floats it takes three times as long.
//! Queries and keys have one scale a position, values one a column; keys are taken about their mean,
//! which changes no softmax and leaves finer steps (J. Zhang et al., SageAttention, 2024).

use rten_gemm::{GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use super::decoder::HEAD;
use super::kernels::{self, After};
use super::linear::{Processor, Rows};
use crate::asr::engine::EngineError;

/// Rows computed at a time: they stay in the second-level cache.
const ROWS: usize = 96;

/// Buffers that every layer and every window uses again.
#[derive(Default)]
pub(super) struct Room {
    /// Of one head, for all positions.
    keys: Vec<f32>,
    values: Vec<f32>,
    value_bytes: Vec<i8>,
    /// For [`ROWS`] rows.
    queries: Vec<u8>,
    steps: Vec<f32>,
    sums: Vec<i32>,
    scores: Vec<f32>,
    weights: Vec<u8>,
    heard: Vec<f32>,
}

impl Room {
    /// Makes room for a window of `count` positions.
    fn fit(&mut self, count: usize) {
        self.keys.resize(HEAD * count, 0.0);
        self.values.resize(HEAD * count, 0.0);
        self.value_bytes.resize(HEAD * count, 0);
        self.queries.resize(ROWS * HEAD, 0);
        self.steps.resize(ROWS, 0.0);
        self.sums.resize(ROWS * count.max(HEAD), 0);
        self.scores.resize(count, 0.0);
        self.weights.resize(ROWS * count, 0);
        self.heard.resize(ROWS * HEAD, 0.0);
    }
}

/// `parts` has queries, keys and values of `width` numbers side by side for each position; `heard` gets
/// a row of `width`.
pub(super) fn attend(
    processor: &Processor,
    room: &mut Room,
    parts: &[f32],
    width: usize,
    heard: &mut [f32],
) -> Result<(), EngineError> {
    let line = 3 * width;
    let count = parts.len() / line;
    let mut value_scales = [0.0; HEAD];
    room.fit(count);
    for at in (0..width).step_by(HEAD) {
        collect(parts, line, width + at, &mut room.keys);
        centre(&mut room.keys);
        let keys = Rows::new(&room.keys, HEAD, processor.most);
        let key_matrix = NdTensorView::from_data([count, HEAD], keys.values.as_slice());
        let key_matrix = processor.bytes.prepack_b(key_matrix.transposed());
        collect(parts, line, 2 * width + at, &mut room.values);
        let bytes = &mut room.value_bytes;
        kernels::quantise_columns(&room.values, processor.most, &mut value_scales, bytes);
        let value_matrix = NdTensorView::from_data([count, HEAD], bytes.as_slice());
        let value_matrix = processor.bytes.prepack_b(value_matrix);
        for from in (0..count).step_by(ROWS) {
            let rows = ROWS.min(count - from);
            let stretch = parts.chunks_exact(line).skip(from).take(rows);
            let bytes = room.queries.chunks_exact_mut(HEAD).zip(&mut room.steps);
            for (row, (bytes, step)) in stretch.zip(bytes) {
                // 1 / sqrt(64), the width of a head.
                *step = kernels::quantise(&row[at..at + HEAD], bytes) * 0.125;
            }
            let queries = &room.queries[..rows * HEAD];
            let sums = &mut room.sums[..rows * count];
            multiply(processor, sums, queries, rows, &key_matrix, 128)?;
            let lines = sums.chunks_exact(count).zip(room.weights.chunks_exact_mut(count));
            for ((sums, weights), step) in lines.zip(&mut room.steps) {
                let whole = kernels::weigh(sums, *step, &keys.scales, &mut room.scores, weights);
                *step = 1.0 / whole;
            }
            let (sums, weights) = (&mut room.sums[..rows * HEAD], &room.weights[..rows * count]);
            multiply(processor, sums, weights, rows, &value_matrix, 0)?;
            let mixed = &mut room.heard[..rows * HEAD];
            let after = After::Keep(&mut *mixed);
            kernels::rescale(sums, &room.steps[..rows], &value_scales, &[0.0; HEAD], after);
            for (mixed, heard) in
                mixed.chunks_exact(HEAD).zip(heard.chunks_exact_mut(width).skip(from))
            {
                heard[at..at + HEAD].copy_from_slice(mixed);
            }
        }
    }
    Ok(())
}

/// A head's columns, from `at`, of every position.
pub(super) fn collect(parts: &[f32], line: usize, at: usize, to: &mut [f32]) {
    for (row, to) in parts.chunks_exact(line).zip(to.chunks_exact_mut(HEAD)) {
        to.copy_from_slice(&row[at..at + HEAD]);
    }
}

/// Takes the mean of the rows away from each.
fn centre(rows: &mut [f32]) {
    let (mut mean, mut count) = ([0.0_f32; HEAD], 0.0_f32);
    for row in rows.chunks_exact(HEAD) {
        kernels::add(&mut mean, row);
        count += 1.0;
    }
    for row in rows.chunks_exact_mut(HEAD) {
        for (x, mean) in row.iter_mut().zip(&mean) {
            *x -= mean / count;
        }
    }
}

fn multiply(
    processor: &Processor,
    sums: &mut [i32],
    bytes: &[u8],
    rows: usize,
    matrix: &PackedBMatrix<i8>,
    zero: u8,
) -> Result<(), EngineError> {
    let zeros = [zero; ROWS];
    let a_quant = Some(QuantParams { zero_point: &zeros[..rows] });
    let bytes = NdTensorView::from_data([rows, bytes.len() / rows.max(1)], bytes);
    processor
        .bytes
        .gemm(
            sums,
            GemmInputA::Unpacked(bytes),
            GemmInputB::Packed(matrix),
            GemmOptions { a_quant, ..Default::default() },
        )
        .map_err(|error| EngineError(format!("attention failed: {error}")))
}
