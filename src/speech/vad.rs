//! Voice activity: Silero VAD 6 through tract.

use std::path::Path;
use std::sync::Arc;

use tract_onnx::prelude::*;

use super::SpeechError;

/// Samples that Silero judges at a time: 32 ms.
pub(super) const FRAME: usize = 512;
/// Samples of the frame before that Silero wants in front of each frame.
const CONTEXT: usize = 64;
/// Frames judged in one go. The model's convolutions see all of them at once and only its LSTM goes
/// step by step, which is more than twice as fast as frame by frame (measured here: 465 × real time
/// with 16, 202 × with 1, 508 × with 64). The size is fixed because it changes the last digits of
/// the probabilities.
pub(super) const BATCH: usize = 16;
/// Width of the LSTM.
const STATE: usize = 128;

/// What voice activity says of a recording, batch by batch. Each batch is judged once, whoever of several
/// listeners to the same recording comes to it first.
pub(super) struct Record {
    vad: Vad,
    judged: Vec<[f32; BATCH]>,
}

impl Record {
    pub(super) fn new(vad: Vad) -> Self {
        Self { vad, judged: Vec::new() }
    }

    /// Probability of speech in each frame of batch `number`, whose `BATCH * FRAME` samples are given. At a
    /// `start` the sound before is forgotten. Every batch before it has been asked for.
    pub(super) fn judge(
        &mut self,
        number: usize,
        samples: &[f32],
        start: bool,
    ) -> Result<[f32; BATCH], SpeechError> {
        if let Some(known) = self.judged.get(number) {
            return Ok(*known);
        }
        if start {
            self.vad.reset();
        }
        let probabilities = self.vad.judge(samples)?;
        self.judged.push(probabilities);
        Ok(probabilities)
    }
}

/// The voice activity model and what it remembers of the sound so far.
pub(super) struct Vad {
    plan: Arc<TypedRunnableModel>,
    hidden: Tensor,
    cell: Tensor,
    context: [f32; CONTEXT],
}

impl Vad {
    /// Loads Silero's "sequence" export: `input [frames, 576], h [1, 1, 128], c [1, 1, 128]` →
    /// `probabilities, h, c`. (The usual export holds its two sample rates behind an ONNX `If` that
    /// tract cannot resolve, and takes one frame at a time.)
    pub(super) fn load(path: &Path) -> Result<Self, SpeechError> {
        if !path.is_file() {
            return Err(SpeechError::Missing { path: path.to_owned() });
        }
        let plan = plan(path).map_err(|error| SpeechError::Unsuitable {
            path: path.to_owned(),
            reason: error.root_cause().to_string(),
        })?;
        let mut vad = Self { plan, hidden: zeros(), cell: zeros(), context: [0.0; CONTEXT] };
        // A wrong model shows itself here rather than in the middle of a meeting.
        vad.judge(&[0.0; BATCH * FRAME]).map_err(|error| SpeechError::Unsuitable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        vad.reset();
        Ok(vad)
    }

    /// Forgets the sound so far.
    fn reset(&mut self) {
        self.hidden = zeros();
        self.cell = zeros();
        self.context = [0.0; CONTEXT];
    }

    /// Probability of speech in each frame of the next `BATCH * FRAME` samples.
    fn judge(&mut self, samples: &[f32]) -> Result<[f32; BATCH], SpeechError> {
        self.run(samples)
            .map_err(|error| SpeechError::Failed { reason: error.root_cause().to_string() })
    }

    fn run(&mut self, samples: &[f32]) -> TractResult<[f32; BATCH]> {
        let mut input = Vec::with_capacity(BATCH * (CONTEXT + FRAME));
        for frame in samples.chunks_exact(FRAME) {
            input.extend_from_slice(&self.context);
            input.extend_from_slice(frame);
            self.context.copy_from_slice(&frame[FRAME - CONTEXT..]);
        }
        let input = Tensor::from_shape(&[BATCH, CONTEXT + FRAME], &input)?;
        let hidden = std::mem::replace(&mut self.hidden, zeros());
        let cell = std::mem::replace(&mut self.cell, zeros());
        let mut outputs = self.plan.run(tvec!(input.into(), hidden.into(), cell.into()))?;
        if outputs.len() != 3 {
            return Err(TractError::msg("it has not three outputs"));
        }
        let probabilities: Vec<f32> =
            outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect();
        let probabilities = probabilities
            .try_into()
            .map_err(|_| TractError::msg("it gives another number of probabilities than frames"))?;
        self.cell = outputs.remove(2).into_tensor();
        self.hidden = outputs.remove(1).into_tensor();
        Ok(probabilities)
    }
}

fn plan(path: &Path) -> TractResult<Arc<TypedRunnableModel>> {
    tract_onnx::onnx()
        .model_for_path(path)?
        .with_input_fact(0, f32::fact([BATCH, CONTEXT + FRAME]).into())?
        .with_input_fact(1, f32::fact([1, 1, STATE]).into())?
        .with_input_fact(2, f32::fact([1, 1, STATE]).into())?
        .into_optimized()?
        .into_runnable()
}

fn zeros() -> Tensor {
    Tensor::from(tract_ndarray::Array3::<f32>::zeros((1, 1, STATE)))
}
