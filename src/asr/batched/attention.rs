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

/// Buffers for [`ROWS`] rows.
struct Room {
    queries: Vec<u8>,
    steps: Vec<f32>,
    sums: Vec<i32>,
    scores: Vec<f32>,
    weights: Vec<u8>,
    heard: Vec<f32>,
}

/// `parts` has queries, keys and values of `width` numbers side by side for each position; `heard` gets
/// a row of `width`.
pub(super) fn attend(
    processor: &Processor,
    parts: &[f32],
    width: usize,
    heard: &mut [f32],
) -> Result<(), EngineError> {
    let line = 3 * width;
    let count = parts.len() / line;
    let mut room = Room {
        queries: vec![0; ROWS * HEAD],
        steps: vec![0.0; ROWS],
        sums: vec![0; ROWS * count.max(HEAD)],
        scores: vec![0.0; count],
        weights: vec![0; ROWS * count],
        heard: vec![0.0; ROWS * HEAD],
    };
    let positions = || parts.chunks_exact(line);
    for at in (0..width).step_by(HEAD) {
        let keys = centred(positions().map(|row| &row[width + at..][..HEAD]));
        let keys = Rows::new(&keys, HEAD, processor.most);
        let mut values = vec![0.0; HEAD * count];
        for (position, row) in positions().enumerate() {
            for (column, &x) in row[2 * width + at..][..HEAD].iter().enumerate() {
                values[column * count + position] = x;
            }
        }
        let values = Rows::new(&values, count, processor.most);
        let (key_matrix, value_matrix) = (packed(processor, &keys), packed(processor, &values));
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
            kernels::rescale(sums, &room.steps[..rows], &values.scales, &[0.0; HEAD], after);
            for (mixed, heard) in
                mixed.chunks_exact(HEAD).zip(heard.chunks_exact_mut(width).skip(from))
            {
                heard[at..at + HEAD].copy_from_slice(mixed);
            }
        }
    }
    Ok(())
}

/// Rows one after the other, less their mean.
fn centred<'a>(rows: impl Iterator<Item = &'a [f32]> + Clone) -> Vec<f32> {
    let (mut mean, mut count) = ([0.0_f32; HEAD], 0.0_f32);
    for row in rows.clone() {
        kernels::add(&mut mean, row);
        count += 1.0;
    }
    let mut all = Vec::new();
    for row in rows {
        all.extend(row.iter().zip(&mean).map(|(x, mean)| x - mean / count));
    }
    all
}

/// Rows as the columns of a matrix.
fn packed(processor: &Processor, rows: &Rows) -> PackedBMatrix<i8> {
    let shape = [rows.scales.len(), rows.width];
    processor.bytes.prepack_b(NdTensorView::from_data(shape, rows.values.as_slice()).transposed())
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
