//! Writing ggml's Whisper file format, as `whisper_model_load` of whisper.cpp reads it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::layout::{Dimensions, Storage, TensorSpec};
use super::tensor::Tensor;
use super::{WeightType, mel};
use crate::models::{ModelsError, digest};

/// The first four bytes, "ggml" as a little-endian number.
pub(in crate::models) const MAGIC: u32 = 0x6767_6d6c;
/// ggml's numbers for tensor types, and for files that hold mostly one type.
const TYPE_F32: i32 = 0;
const TYPE_F16: i32 = 1;
const TYPE_Q8_0: i32 = 8;
const FILE_F16: i32 = 1;
/// Quantisation version 2 times 1000, plus 7 for "mostly q8_0".
const FILE_Q8_0: i32 = 2007;
/// Weights that share one scale in q8_0.
const BLOCK: usize = 32;

/// Writes to a temporary file beside the destination; only `finish` puts it in place.
pub(super) struct GgmlWriter {
    destination: PathBuf,
    file: BufWriter<tempfile::NamedTempFile>,
    hash: Sha256,
    bytes: u64,
}

impl GgmlWriter {
    pub(super) fn create(destination: &Path) -> Result<Self, ModelsError> {
        let folder = match destination.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs_err::create_dir_all(folder).map_err(|e| ModelsError::io(folder, e))?;
        let file =
            tempfile::NamedTempFile::new_in(folder).map_err(|e| ModelsError::io(destination, e))?;
        Ok(Self {
            destination: destination.to_owned(),
            file: BufWriter::with_capacity(1 << 20, file),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    pub(super) fn header(
        &mut self,
        d: &Dimensions,
        weight_type: WeightType,
        filters: &[f32],
        tokens: &[Vec<u8>],
    ) -> Result<(), ModelsError> {
        self.put(&MAGIC.to_le_bytes())?;
        for size in [
            d.vocabulary,
            d.audio_context,
            d.audio_state,
            d.audio_heads,
            d.audio_layers,
            d.text_context,
            d.text_state,
            d.text_heads,
            d.text_layers,
            d.mels,
        ] {
            self.number(size)?;
        }
        self.put(&i32::to_le_bytes(match weight_type {
            WeightType::F16 => FILE_F16,
            WeightType::Q8_0 => FILE_Q8_0,
        }))?;
        self.number(d.mels)?;
        self.number(mel::BINS)?;
        for filter in filters {
            self.put(&filter.to_le_bytes())?;
        }
        self.number(tokens.len())?;
        for token in tokens {
            self.number(token.len())?;
            self.put(token)?;
        }
        Ok(())
    }

    /// Writes one tensor; gives the number of weights that had to be clipped to fit.
    pub(super) fn tensor(
        &mut self,
        spec: &TensorSpec,
        tensor: &Tensor,
        weight_type: WeightType,
    ) -> Result<usize, ModelsError> {
        let stored = match (spec.storage, weight_type) {
            (Storage::Float, _) => TYPE_F32,
            (Storage::Half, _) | (Storage::Weight, WeightType::F16) => TYPE_F16,
            (Storage::Weight, WeightType::Q8_0) => TYPE_Q8_0,
        };
        self.number(spec.shape.len())?;
        self.number(spec.name.len())?;
        self.put(&stored.to_le_bytes())?;
        for &axis in spec.shape.iter().rev() {
            self.number(axis)?;
        }
        self.put(spec.name.as_bytes())?;
        let mut clipped = 0;
        match stored {
            TYPE_F32 => {
                for value in &tensor.values {
                    self.put(&value.to_le_bytes())?;
                }
            }
            TYPE_F16 => {
                for &value in &tensor.values {
                    let half = to_half(value, &mut clipped);
                    self.put(&half.to_le_bytes())?;
                }
            }
            _ => {
                // `check` allows no width that a block does not divide.
                for block in tensor.values.as_chunks::<BLOCK>().0 {
                    let packed = q8_0(block, &mut clipped);
                    self.put(&packed)?;
                }
            }
        }
        Ok(clipped)
    }

    /// Makes the file safe on the disk and puts it in place; gives its size and sha256.
    pub(super) fn finish(self) -> Result<(u64, String), ModelsError> {
        let destination = self.destination;
        let file = self
            .file
            .into_inner()
            .map_err(|e| ModelsError::io(&destination, std::io::Error::from(e.error().kind())))?;
        file.as_file().sync_all().map_err(|e| ModelsError::io(&destination, e))?;
        digest::make_readable(file.as_file()).map_err(|e| ModelsError::io(&destination, e))?;
        file.persist(&destination).map_err(|e| ModelsError::io(&destination, e.error))?;
        Ok((self.bytes, digest::hex(&self.hash.finalize())))
    }

    fn number(&mut self, value: usize) -> Result<(), ModelsError> {
        let number = i32::try_from(value).map_err(|_| {
            ModelsError::convert(&self.destination, format!("{value} is too large for the format"))
        })?;
        self.put(&number.to_le_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ModelsError> {
        self.file.write_all(bytes).map_err(|e| ModelsError::io(&self.destination, e))?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

fn to_half(value: f32, clipped: &mut usize) -> half::f16 {
    let half = half::f16::from_f32(value);
    if half.is_infinite() {
        *clipped += 1;
        return if value > 0.0 { half::f16::MAX } else { half::f16::MIN };
    }
    half
}

/// ggml's reference quantisation: the scale is a 127th of the block's largest magnitude, and each
/// weight is rounded half away from zero (`quantize_row_q8_0_ref`).
fn q8_0(block: &[f32; BLOCK], clipped: &mut usize) -> [u8; 2 + BLOCK] {
    let largest = block.iter().fold(0.0_f32, |max, value| max.max(value.abs()));
    let scale = largest / 127.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let mut packed = [0; 2 + BLOCK];
    let (head, body) = packed.split_at_mut(2);
    head.copy_from_slice(&to_half(scale, clipped).to_le_bytes());
    for (byte, value) in body.iter_mut().zip(block) {
        *byte = ((value * inverse).round() as i8).cast_unsigned();
    }
    packed
}
