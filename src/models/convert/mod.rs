//! Whisper weights of other frameworks → one ggml file that whisper.cpp loads.

mod ctranslate2;
mod layout;
mod mel;
mod onnx;
mod protobuf;
mod safetensors;
mod source;
mod tensor;
mod vocabulary;
mod writer;

use std::path::Path;

use serde::Deserialize;

use super::ModelsError;
use crate::meeting::{Outcome, Stage, Warning};

use source::open;
use tensor::Tensor;
use vocabulary::Vocabulary;
pub(super) use writer::MAGIC;

use writer::GgmlWriter;

/// How the large weight matrices are stored. Convolutions are always f16, the rest f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
pub enum WeightType {
    /// 16-bit floats
    #[value(name = "f16")]
    #[serde(rename = "f16")]
    F16,
    /// 8-bit integers in blocks of 32 with a 16-bit scale: half the size, faster on a CPU
    #[value(name = "q8_0")]
    #[serde(rename = "q8_0")]
    Q8_0,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
    pub tensors: usize,
}

/// Converts `source` to the ggml file `destination`, one tensor in memory at a time.
///
/// `source` is a folder with a CTranslate2 `model.bin`, a folder or file with Hugging Face
/// safetensors, or a folder with an ONNX encoder and decoder (float or per-tensor 8-bit). The
/// vocabulary is taken from `vocabulary` when given, else from a file beside the weights. The
/// same source always gives the same bytes. `progress` gets (tensors done, tensors in all).
///
/// # Errors
/// `Convert` when the source is malformed, of another model family or English-only;
/// `DiskFull` and `Io` from writing. A half-written destination never appears.
pub fn convert(
    source: &Path,
    destination: &Path,
    weight_type: WeightType,
    vocabulary: Option<&Path>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Outcome<Conversion>, ModelsError> {
    let mut weights = open(source)?;
    let dimensions = weights.dimensions()?;
    dimensions.check().map_err(|why| ModelsError::convert(source, why))?;
    let words = match vocabulary {
        Some(path) => Vocabulary::read(path)?,
        None => Vocabulary::beside(source)?,
    };
    let plan = layout::tensors(&dimensions);
    let filters = mel::filters(dimensions.mels);

    let mut writer = GgmlWriter::create(destination)?;
    writer.header(&dimensions, weight_type, &filters, words.tokens())?;
    let mut warnings = Vec::new();
    for (done, spec) in plan.iter().enumerate() {
        progress(done, plan.len());
        let tensor = weights.tensor(&spec.name)?;
        check(source, spec, &tensor)?;
        let clipped = writer.tensor(spec, &tensor, weight_type)?;
        if clipped > 0 {
            warnings.push(Warning::attention(
                Stage::Models,
                "weight-out-of-range",
                format!(
                    "{clipped} weights of {} are too large for 16 bits and were clipped; compare \
                     the converted model's text with the original's before use",
                    spec.name
                ),
            ));
        }
    }
    progress(plan.len(), plan.len());
    let (bytes, sha256) = writer.finish()?;
    Ok(Outcome::new(Conversion { bytes, sha256, tensors: plan.len() }, warnings))
}

fn check(source: &Path, spec: &layout::TensorSpec, tensor: &Tensor) -> Result<(), ModelsError> {
    // Biases and positional tables come with or without axes of length one.
    let found: Vec<usize> = tensor.shape.iter().copied().filter(|&axis| axis != 1).collect();
    let wanted: Vec<usize> = spec.shape.iter().copied().filter(|&axis| axis != 1).collect();
    if found != wanted {
        return Err(ModelsError::convert(
            source,
            format!("{} has shape {:?}, expected {:?}", spec.name, tensor.shape, spec.shape),
        ));
    }
    if let Some(bad) = tensor.values.iter().find(|value| !value.is_finite()) {
        return Err(ModelsError::convert(source, format!("{} holds the weight {bad}", spec.name)));
    }
    Ok(())
}
