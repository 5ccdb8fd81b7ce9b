//! CTranslate2's `model.bin` (faster-whisper), binary versions 4 to 6.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::layout::{Dimensions, HEAD_WIDTH};
use super::source::Weights;
use super::tensor::{Element, Tensor, element_count};
use crate::models::ModelsError;

/// More variables than any Whisper model has.
const MOST_VARIABLES: u32 = 100_000;

/// Where a variable lies.
#[derive(Clone)]
struct Place {
    offset: u64,
    length: usize,
    shape: Vec<usize>,
    element: Element,
}

/// Variables by name, read one at a time.
pub(super) struct CTranslate2 {
    path: PathBuf,
    file: BufReader<fs_err::File>,
    places: HashMap<String, Place>,
}

impl CTranslate2 {
    pub(super) fn open(path: &Path) -> Result<Self, ModelsError> {
        let file = fs_err::File::open(path).map_err(|e| ModelsError::io(path, e))?;
        let length = file.metadata().map_err(|e| ModelsError::io(path, e))?.len();
        let mut model =
            Self { path: path.to_owned(), file: BufReader::new(file), places: HashMap::new() };
        model.index(length).map_err(|why| ModelsError::convert(path, why))?;
        Ok(model)
    }

    /// Notes where each variable lies, without reading any.
    fn index(&mut self, length: u64) -> Result<(), String> {
        let version = self.u32()?;
        if !(4..=6).contains(&version) {
            return Err(format!(
                "not a CTranslate2 model of binary version 4 to 6 (it says {version})"
            ));
        }
        let spec = self.string()?;
        let _revision = self.u32()?;
        if spec != "WhisperSpec" {
            return Err(format!("a CTranslate2 model, but of the kind {spec:?}, not WhisperSpec"));
        }
        let count = self.u32()?;
        if count > MOST_VARIABLES {
            return Err(format!("it claims {count} variables"));
        }
        for _ in 0..count {
            let name = self.string()?;
            let place = self.place(&name, length)?;
            self.places.insert(name, place);
        }
        let aliases = self.u32()?;
        if aliases > MOST_VARIABLES {
            return Err(format!("it claims {aliases} aliases"));
        }
        for _ in 0..aliases {
            let (alias, name) = (self.string()?, self.string()?);
            let place = self.places.get(&name).cloned();
            let place =
                place.ok_or_else(|| format!("{alias} stands for {name}, which is absent"))?;
            self.places.insert(alias, place);
        }
        Ok(())
    }

    fn place(&mut self, name: &str, length: u64) -> Result<Place, String> {
        let rank = self.bytes::<1>()?[0];
        let mut shape = Vec::with_capacity(rank.into());
        for _ in 0..rank {
            shape.push(self.u32()? as usize);
        }
        let element = match self.bytes::<1>()?[0] {
            0 => Element::F32,
            1 => Element::I8,
            2 => Element::I16,
            3 => Element::I32,
            4 => Element::F16,
            5 => Element::Bf16,
            other => return Err(format!("{name} has the unknown number type {other}")),
        };
        let size = u64::from(self.u32()?);
        let offset = self.file.stream_position().map_err(|e| e.to_string())?;
        let end = offset.checked_add(size).filter(|&end| end <= length);
        let end = end.ok_or_else(|| format!("it ends within {name}; is it truncated?"))?;
        let expected = element_count(&shape).and_then(|n| n.checked_mul(element.width()));
        if expected.map(|bytes| bytes as u64) != Some(size) {
            return Err(format!("{name} has {size} bytes, which does not fit its shape {shape:?}"));
        }
        self.file.seek_relative((end - offset).cast_signed()).map_err(|e| e.to_string())?;
        Ok(Place { offset, length: size as usize, shape, element })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|_| "it ends too early".to_owned())?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    /// A length of 16 bits, then that many bytes of which the last is zero.
    fn string(&mut self) -> Result<String, String> {
        let length = u16::from_le_bytes(self.bytes()?);
        let mut bytes = vec![0; length.into()];
        self.file.read_exact(&mut bytes).map_err(|_| "it ends within a name".to_owned())?;
        if bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|_| "a name is not UTF-8".to_owned())
    }

    /// A variable as it is stored.
    fn raw(&mut self, name: &str) -> Result<Tensor, ModelsError> {
        let lacks = || ModelsError::convert(&self.path, format!("it lacks {name}"));
        let place = self.places.get(name).cloned().ok_or_else(lacks)?;
        let read = self.file.seek(SeekFrom::Start(place.offset)).and_then(|_| {
            let mut bytes = vec![0; place.length];
            self.file.read_exact(&mut bytes).map(|()| bytes)
        });
        let bytes = read.map_err(|e| ModelsError::io(&self.path, e))?;
        Tensor::new(place.shape, place.element.decode(&bytes)).ok_or_else(lacks)
    }

    /// A variable as floats: an integer weight is divided by its scale, one for each row or one
    /// for all.
    fn variable(&mut self, name: &str) -> Result<Tensor, ModelsError> {
        let mut tensor = self.raw(name)?;
        let integer = self.places.get(name).is_some_and(|place| {
            matches!(place.element, Element::I8 | Element::I16 | Element::I32)
        });
        if !integer || tensor.shape.is_empty() {
            return Ok(tensor);
        }
        let scales = self.raw(&format!("{name}_scale"))?.values;
        let rows = tensor.shape.first().copied().unwrap_or(1);
        if (scales.len() != 1 && scales.len() != rows) || rows == 0 {
            return Err(ModelsError::convert(
                &self.path,
                format!("{name} has {rows} rows but {} scales", scales.len()),
            ));
        }
        let width = (tensor.values.len() / rows).max(1);
        for (row, scale) in tensor.values.chunks_mut(width).zip(scales.iter().cycle()) {
            for value in row {
                *value /= scale;
            }
        }
        Ok(tensor)
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        self.places.get(name).map(|place| place.shape.as_slice())
    }

    fn heads(&mut self, side: &str, state: usize) -> usize {
        let heads = self.raw(&format!("{side}/num_heads")).ok();
        heads.and_then(|h| h.values.first().copied()).map_or(state / HEAD_WIDTH, |h| h as usize)
    }

    fn sizes(&mut self) -> Option<Dimensions> {
        let layers = |model: &Self, side: &str| {
            (0..256)
                .take_while(|n| {
                    model.shape(&format!("{side}/layer_{n}/ffn/linear_0/bias")).is_some()
                })
                .count()
        };
        let &[vocabulary, _] = self.shape("decoder/embeddings/weight")? else { return None };
        let &[audio_context, audio_state] = self.shape("encoder/position_encodings/encodings")?
        else {
            return None;
        };
        let &[text_context, text_state] = self.shape("decoder/position_encodings/encodings")?
        else {
            return None;
        };
        let mels = self.shape("encoder/conv1/weight")?.get(1).copied()?;
        Some(Dimensions {
            vocabulary,
            audio_context,
            audio_state,
            audio_heads: self.heads("encoder", audio_state),
            audio_layers: layers(self, "encoder"),
            text_context,
            text_state,
            text_heads: self.heads("decoder", text_state),
            text_layers: layers(self, "decoder"),
            mels,
        })
    }
}

impl Weights for CTranslate2 {
    fn dimensions(&mut self) -> Result<Dimensions, ModelsError> {
        self.sizes().ok_or_else(|| {
            ModelsError::convert(&self.path, "it lacks Whisper's embeddings or convolutions")
        })
    }

    fn tensor(&mut self, name: &str) -> Result<Tensor, ModelsError> {
        let lacks = |path: &Path| ModelsError::convert(path, format!("it lacks {name}"));
        let part = part_of(name).ok_or_else(|| lacks(&self.path))?;
        let tensor = self.variable(&part.variable)?;
        let Some((nth, of)) = part.slice else { return Ok(tensor) };
        // Projections of the same input are stacked on the first axis.
        let rows = tensor.shape.first().copied().unwrap_or(0);
        if rows % of != 0 {
            return Err(ModelsError::convert(
                &self.path,
                format!("{} has {rows} rows, not a multiple of {of}", part.variable),
            ));
        }
        let height = rows / of;
        tensor.rows(nth * height, (nth + 1) * height).ok_or_else(|| lacks(&self.path))
    }
}

/// A variable, or the n-th of some equal parts of it.
struct Part {
    variable: String,
    slice: Option<(usize, usize)>,
}

/// Where CTranslate2 keeps the ggml tensor `name`.
fn part_of(name: &str) -> Option<Part> {
    let (side, rest) = name.split_once('.')?;
    let whole = |variable: String| Some(Part { variable, slice: None });
    if let Some(convolution) = rest.strip_prefix("conv") {
        return whole(format!("{side}/conv{}", convolution.replace('.', "/")));
    }
    match rest {
        "positional_embedding" => return whole(format!("{side}/position_encodings/encodings")),
        "token_embedding.weight" => return whole(format!("{side}/embeddings/weight")),
        "ln.weight" | "ln_post.weight" => return whole(format!("{side}/layer_norm/gamma")),
        "ln.bias" | "ln_post.bias" => return whole(format!("{side}/layer_norm/beta")),
        _ => {}
    }
    let (layer, part) = rest.strip_prefix("blocks.")?.split_once('.')?;
    let (module, kind) = part.rsplit_once('.')?;
    let base = format!("{side}/layer_{layer}");
    let norm = if kind == "weight" { "gamma" } else { "beta" };
    let (linear, slice) = match module {
        "mlp.0" => ("ffn/linear_0", None),
        "mlp.2" => ("ffn/linear_1", None),
        "mlp_ln" => return whole(format!("{base}/ffn/layer_norm/{norm}")),
        "attn_ln" => return whole(format!("{base}/self_attention/layer_norm/{norm}")),
        "cross_attn_ln" => return whole(format!("{base}/attention/layer_norm/{norm}")),
        "attn.query" => ("self_attention/linear_0", Some((0, 3))),
        "attn.key" => ("self_attention/linear_0", Some((1, 3))),
        "attn.value" => ("self_attention/linear_0", Some((2, 3))),
        "attn.out" => ("self_attention/linear_1", None),
        "cross_attn.query" => ("attention/linear_0", None),
        "cross_attn.key" => ("attention/linear_1", Some((0, 2))),
        "cross_attn.value" => ("attention/linear_1", Some((1, 2))),
        "cross_attn.out" => ("attention/linear_2", None),
        _ => return None,
    };
    Some(Part { variable: format!("{base}/{linear}/{kind}"), slice })
}
