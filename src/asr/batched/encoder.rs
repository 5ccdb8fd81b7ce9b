//! Sound → what the decoder listens to.

use rten_gemm::{GemmInputA, GemmInputB, PackedBMatrix};
use rten_tensor::layout::{MutLayout, OverlapPolicy};
use rten_tensor::{Matrix, NdLayout, NdTensorView};

use super::attention;
use super::ggml::Ggml;
use super::kernels::{self, After};
use super::linear::{Linear, Processor, Scratch};
use crate::asr::engine::EngineError;

/// Rows widened at a time: they stay in the second-level cache.
const ROWS: usize = 96;

/// A layer normalisation.
pub(super) struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl Norm {
    pub(super) fn take(weights: &mut Ggml, name: &str, width: usize) -> Result<Self, String> {
        Ok(Self {
            gamma: weights.take(&format!("{name}.weight"), width)?,
            beta: weights.take(&format!("{name}.bias"), width)?,
        })
    }

    pub(super) fn apply(&self, input: &[f32], output: &mut Vec<f32>) {
        kernels::normalise(input, &self.gamma, &self.beta, output);
    }
}

/// A convolution over three positions.
struct Convolution {
    /// (3 x inputs) x outputs.
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
    inputs: usize,
    stride: usize,
}

impl Convolution {
    fn take(
        weights: &mut Ggml,
        processor: &Processor,
        name: &str,
        (inputs, outputs, stride): (usize, usize, usize),
    ) -> Result<Self, String> {
        let stored = weights.take(&format!("{name}.weight"), outputs * inputs * 3)?;
        // Stored as outputs x inputs x 3; multiplied as (3 x inputs) x outputs.
        let mut turned = vec![0.0; stored.len()];
        for (output, kernel) in stored.chunks_exact(inputs * 3).enumerate() {
            for (at, &weight) in kernel.iter().enumerate() {
                let (input, tap) = (at / 3, at % 3);
                turned[(tap * inputs + input) * outputs + output] = weight;
            }
        }
        let matrix = NdTensorView::from_data([3 * inputs, outputs], turned.as_slice());
        Ok(Self {
            weights: processor.floats.prepack_b(matrix),
            bias: weights.take(&format!("{name}.bias"), outputs)?,
            inputs,
            stride,
        })
    }

    /// `input` has a row of `inputs` for each position; gives a row of outputs for each `stride`.
    fn apply(&self, processor: &Processor, input: &[f32]) -> Result<Vec<f32>, EngineError> {
        let positions = input.len() / self.inputs;
        let mut padded = vec![0.0; (positions + 2) * self.inputs];
        padded[self.inputs..][..input.len()].copy_from_slice(input);
        let count = positions.div_ceil(self.stride);
        let mut output = vec![0.0; count * self.bias.len()];
        // Three neighbours lie one after the other, so a row of the product is a stretch of the input.
        let layout = NdLayout::from_shape_and_strides(
            [count, 3 * self.inputs],
            [self.stride * self.inputs, 1],
            OverlapPolicy::AllowOverlap,
        )
        .map_err(|error| EngineError(format!("a convolution failed: {error}")))?;
        let flat = NdTensorView::from_data([padded.len()], padded.as_slice());
        let rows = Matrix::from_storage_and_layout(flat.storage(), layout);
        processor
            .floats
            .gemm(
                &mut output,
                GemmInputA::Unpacked(rows),
                GemmInputB::Packed(&self.weights),
                rten_gemm::GemmOptions {
                    bias: Some(rten_gemm::BiasVector::Row(&self.bias)),
                    ..Default::default()
                },
            )
            .map_err(|error| EngineError(format!("a convolution failed: {error}")))?;
        kernels::gelu(&mut output);
        Ok(output)
    }
}

/// A layer's own part of an encoder or decoder: what attention asks of its own positions, and the two
/// products after it.
struct Block {
    attention_norm: Norm,
    query_key_value: Linear,
    out: Linear,
    norm: Norm,
    widen: Linear,
    narrow: Linear,
}

/// Buffers that every window uses again.
#[derive(Default)]
pub(super) struct Room {
    normed: Vec<f32>,
    parts: Vec<f32>,
    heard: Vec<f32>,
    wide: Vec<f32>,
    attention: attention::Room,
}

/// The encoder.
pub(super) struct Encoder {
    first: Convolution,
    second: Convolution,
    positions: Vec<f32>,
    blocks: Vec<Block>,
    norm: Norm,
    width: usize,
    mels: usize,
}

/// Query, key and value as one product: the key has no bias.
pub(super) fn joined(
    weights: &mut Ggml,
    processor: &Processor,
    name: &str,
    parts: &[&str],
    width: usize,
) -> Result<Linear, String> {
    let (mut rows, mut bias) = (Vec::new(), Vec::new());
    for part in parts {
        rows.extend(weights.take(&format!("{name}.{part}.weight"), width * width)?);
        if *part == "key" {
            bias.resize(bias.len() + width, 0.0);
        } else {
            bias.extend(weights.take(&format!("{name}.{part}.bias"), width)?);
        }
    }
    Ok(Linear::new(processor, &rows, bias, width))
}

/// A product with its bias.
pub(super) fn linear(
    weights: &mut Ggml,
    processor: &Processor,
    name: &str,
    inputs: usize,
    outputs: usize,
) -> Result<Linear, String> {
    let rows = weights.take(&format!("{name}.weight"), inputs * outputs)?;
    let bias = weights.take(&format!("{name}.bias"), outputs)?;
    Ok(Linear::new(processor, &rows, bias, inputs))
}

impl Encoder {
    pub(super) fn take(weights: &mut Ggml, processor: &Processor) -> Result<Self, String> {
        let form = weights.form;
        let (width, mels) = (form.width, form.mels);
        let mut blocks = Vec::new();
        for n in 0..form.audio_layers {
            let name = format!("encoder.blocks.{n}");
            let attention = format!("{name}.attn");
            blocks.push(Block {
                attention_norm: Norm::take(weights, &format!("{name}.attn_ln"), width)?,
                query_key_value: joined(
                    weights,
                    processor,
                    &attention,
                    &["query", "key", "value"],
                    width,
                )?,
                out: linear(weights, processor, &format!("{attention}.out"), width, width)?,
                norm: Norm::take(weights, &format!("{name}.mlp_ln"), width)?,
                widen: linear(weights, processor, &format!("{name}.mlp.0"), width, 4 * width)?,
                narrow: linear(weights, processor, &format!("{name}.mlp.2"), 4 * width, width)?,
            });
        }
        Ok(Self {
            first: Convolution::take(weights, processor, "encoder.conv1", (mels, width, 1))?,
            second: Convolution::take(weights, processor, "encoder.conv2", (width, width, 2))?,
            positions: weights.take("encoder.positional_embedding", form.audio_context * width)?,
            blocks,
            norm: Norm::take(weights, "encoder.ln_post", width)?,
            width,
            mels,
        })
    }

    /// Encodes a spectrogram of an even number of frames, at most twice the model's audio context; gives
    /// a row for every second frame.
    pub(super) fn encode(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        room: &mut Room,
        spectrogram: &[f32],
    ) -> Result<Vec<f32>, EngineError> {
        debug_assert!(spectrogram.len().is_multiple_of(2 * self.mels));
        let first = self.first.apply(processor, spectrogram)?;
        let mut x = self.second.apply(processor, &first)?;
        drop(first);
        for (x, p) in x.iter_mut().zip(&self.positions) {
            *x += p;
        }
        let count = x.len() / self.width;
        let Room { normed, parts, heard, wide, attention } = room;
        parts.resize(count * 3 * self.width, 0.0);
        heard.resize(count * self.width, 0.0);
        wide.resize(ROWS * 4 * self.width, 0.0);
        for block in &self.blocks {
            block.attention_norm.apply(&x, normed);
            block.query_key_value.apply(processor, scratch, normed, After::Keep(parts))?;
            attention::attend(processor, attention, parts, self.width, heard)?;
            block.out.apply(processor, scratch, heard, After::Add(&mut x))?;
            block.norm.apply(&x, normed);
            let stretches = normed.chunks(ROWS * self.width).zip(x.chunks_mut(ROWS * self.width));
            for (normed, x) in stretches {
                let wide = &mut wide[..normed.len() * 4];
                block.widen.apply(processor, scratch, normed, After::Gelu(wide))?;
                block.narrow.apply(processor, scratch, wide, After::Add(x))?;
            }
        }
        self.norm.apply(&x, normed);
        x.copy_from_slice(normed);
        Ok(x)
    }
}
