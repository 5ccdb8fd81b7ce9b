//! Products with the model's matrices: 8-bit weights and activations, exact 32-bit sums.
//!
//! Weights have one scale a row and are packed once; activations get one scale a row when they come.
//! The sums are of integers, so a row's product is the same whatever rows stand beside it: that is
//! what makes a window's text independent of its batch.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use super::kernels::{self, After};
use crate::asr::engine::EngineError;

/// Rows multiplied at a time: their sums stay in the second-level cache.
const ROWS: usize = 96;

/// The processor's kernels.
pub(super) struct Processor {
    pub(super) bytes: GemmExecutor<u8, i8, i32>,
    pub(super) floats: GemmExecutor<f32, f32, f32>,
    /// Largest weight: without VNNI, sums of two products are kept in 16 bits, which 7-bit weights do
    /// not fill.
    pub(super) most: f32,
}

impl Processor {
    pub(super) fn new() -> Self {
        let bytes = GemmExecutor::<u8, i8, i32>::default();
        let most = if bytes.may_saturate() { 63.0 } else { 127.0 };
        Self { bytes, floats: GemmExecutor::default(), most }
    }
}

/// Buffers that are used again.
#[derive(Default)]
pub(super) struct Scratch {
    bytes: Vec<u8>,
    steps: Vec<f32>,
    sums: Vec<i32>,
}

/// Makes room without touching what is there.
pub(super) fn grow<T: Clone + Default>(room: &mut Vec<T>, count: usize) {
    if room.len() < count {
        room.resize(count, T::default());
    }
}

/// A matrix of `outputs` rows of `inputs` weights, with a bias.
pub(super) struct Linear {
    packed: PackedBMatrix<i8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

/// 8-bit rows with a scale each.
pub(super) struct Rows {
    pub(super) values: Vec<i8>,
    pub(super) scales: Vec<f32>,
    pub(super) width: usize,
}

impl Rows {
    pub(super) fn new(weights: &[f32], width: usize, most: f32) -> Self {
        let mut values = Vec::with_capacity(weights.len());
        let mut scales = Vec::with_capacity(weights.len() / width.max(1));
        for row in weights.chunks_exact(width) {
            let largest = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let scale = if largest > 0.0 { largest / most } else { 1.0 };
            scales.push(scale);
            let inverse = 1.0 / scale;
            values.extend(row.iter().map(|x| kernels::round(x * inverse)));
        }
        Self { values, scales, width }
    }

    /// A row as floats.
    pub(super) fn row(&self, at: usize) -> impl Iterator<Item = f32> + '_ {
        let scale = self.scales.get(at).copied().unwrap_or_default();
        let from = (at * self.width).min(self.values.len());
        let to = (from + self.width).min(self.values.len());
        self.values[from..to].iter().map(move |&value| f32::from(value) * scale)
    }
}

impl Linear {
    pub(super) fn new(
        processor: &Processor,
        weights: &[f32],
        bias: Vec<f32>,
        inputs: usize,
    ) -> Self {
        Self::of(processor, &Rows::new(weights, inputs, processor.most), bias)
    }

    /// From rows that are 8-bit already.
    pub(super) fn of(processor: &Processor, rows: &Rows, mut bias: Vec<f32>) -> Self {
        let (inputs, outputs) = (rows.width, rows.scales.len());
        bias.resize(outputs, 0.0);
        let matrix = NdTensorView::from_data([outputs, inputs], rows.values.as_slice());
        let packed = processor.bytes.prepack_b(matrix.transposed());
        Self { packed, scales: rows.scales.clone(), bias, inputs }
    }

    pub(super) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Multiplies each row of `input`. `after` has room for as many rows of [`Self::outputs`].
    pub(super) fn apply(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        input: &[f32],
        after: After,
    ) -> Result<(), EngineError> {
        enum Way {
            Keep,
            Gelu,
            Add,
        }
        let (out, way) = match after {
            After::Keep(out) => (out, Way::Keep),
            After::Gelu(out) => (out, Way::Gelu),
            After::Add(out) => (out, Way::Add),
        };
        let (inputs, outputs) = (self.inputs, self.outputs());
        const MIDDLE: [u8; ROWS] = [128; ROWS];
        let most = (input.len() / inputs).min(ROWS);
        grow(&mut scratch.bytes, most * inputs);
        grow(&mut scratch.steps, most);
        grow(&mut scratch.sums, most * outputs);
        for (input, out) in input.chunks(ROWS * inputs).zip(out.chunks_mut(ROWS * outputs)) {
            let rows = input.len() / inputs;
            let bytes = &mut scratch.bytes[..rows * inputs];
            let pairs = input.chunks_exact(inputs).zip(bytes.chunks_exact_mut(inputs));
            for ((row, bytes), step) in pairs.zip(&mut scratch.steps) {
                *step = kernels::quantise(row, bytes);
            }
            let sums = &mut scratch.sums[..rows * outputs];
            let zero_point = Some(QuantParams { zero_point: &MIDDLE[..rows] });
            processor
                .bytes
                .gemm(
                    sums,
                    GemmInputA::Unpacked(NdTensorView::from_data([rows, inputs], &*bytes)),
                    GemmInputB::Packed(&self.packed),
                    GemmOptions { a_quant: zero_point, ..Default::default() },
                )
                .map_err(|error| EngineError(format!("a product failed: {error}")))?;
            let after = match way {
                Way::Keep => After::Keep(out),
                Way::Gelu => After::Gelu(out),
                Way::Add => After::Add(out),
            };
            kernels::rescale(sums, &scratch.steps[..rows], &self.scales, &self.bias, after);
        }
        Ok(())
    }
}
