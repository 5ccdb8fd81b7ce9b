//! Whisper exported to ONNX by Hugging Face Optimum (as transformers.js uses it): an encoder and
//! a decoder, in floats or with 8-bit weights that share one scale for each tensor.
//!
//! Biases and norms keep their PyTorch names. Linear weights are transposed and lose theirs
//! (`onnx::MatMul_603`), but the node that uses one is named by its module path
//! (`/layers.0/self_attn/q_proj/MatMul_quant`), which gives the name back.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::layout::Dimensions;
use super::protobuf::{Field, Reader, Stretch, Value};
use super::source::{Config, Weights, dimensions, hugging_face_name};
use super::tensor::{Element, Tensor, element_count};
use crate::models::ModelsError;

/// Field numbers of onnx.proto3 (onnx/onnx, `onnx/onnx.proto`).
mod number {
    pub(super) const MODEL_GRAPH: u64 = 7;
    pub(super) const GRAPH_NODE: u64 = 1;
    pub(super) const GRAPH_INITIALIZER: u64 = 5;
    pub(super) const NODE_INPUT: u64 = 1;
    pub(super) const NODE_NAME: u64 = 3;
    pub(super) const NODE_ATTRIBUTE: u64 = 5;
    pub(super) const ATTRIBUTE_GRAPH: u64 = 6;
    pub(super) const TENSOR_DIMS: u64 = 1;
    pub(super) const TENSOR_TYPE: u64 = 2;
    pub(super) const TENSOR_FLOATS: u64 = 4;
    pub(super) const TENSOR_INTS: u64 = 5;
    pub(super) const TENSOR_NAME: u64 = 8;
    pub(super) const TENSOR_RAW: u64 = 9;
    pub(super) const TENSOR_EXTERNAL: u64 = 13;
}

/// Merged decoders nest one level; more is no Whisper export.
const DEEPEST: usize = 4;
/// A merged decoder of large-v3 has some 15,000 nodes.
const MOST_NODES: usize = 200_000;

/// Where a tensor's numbers lie.
#[derive(Debug, Clone, Default)]
struct Place {
    shape: Vec<usize>,
    element: Option<Element>,
    raw: Option<Stretch>,
    floats: Vec<Stretch>,
    ints: Vec<Stretch>,
    /// Numbers written one by one, as scales and zero points often are.
    single: Option<f32>,
}

/// One of the two files.
struct Half {
    path: PathBuf,
    reader: Reader,
    places: HashMap<String, Place>,
    /// Module path of a linear layer → name of its weight.
    linear: HashMap<String, String>,
    nodes: usize,
}

/// Encoder and decoder.
pub(super) struct Onnx {
    encoder: Half,
    decoder: Half,
    config: Config,
}

impl Onnx {
    /// Encoder and decoder in `folder` or its subfolder `onnx`; the float export when there is
    /// one, else the 8-bit one.
    pub(super) fn files(folder: &Path) -> Result<Option<(PathBuf, PathBuf)>, ModelsError> {
        for folder in [folder.to_owned(), folder.join("onnx")] {
            for suffix in ["", "_fp16", "_quantized", "_int8", "_uint8"] {
                let encoder = folder.join(format!("encoder_model{suffix}.onnx"));
                let decoder = ["decoder_model_merged", "decoder_model"]
                    .map(|name| folder.join(format!("{name}{suffix}.onnx")))
                    .into_iter()
                    .find(|path| path.is_file());
                if let (true, Some(decoder)) = (encoder.is_file(), decoder) {
                    return Ok(Some((encoder, decoder)));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn open(
        encoder: &Path,
        decoder: &Path,
        config: Config,
    ) -> Result<Self, ModelsError> {
        Ok(Self { encoder: Half::open(encoder)?, decoder: Half::open(decoder)?, config })
    }
}

impl Weights for Onnx {
    fn dimensions(&mut self) -> Result<Dimensions, ModelsError> {
        let Self { encoder, decoder, config } = self;
        dimensions(config, |name| {
            let (side, rest) = name.split_once('.')?;
            let half = if side == "encoder" { &encoder } else { &decoder };
            Some(half.named(side, rest)?.1.shape.clone())
        })
        .ok_or_else(|| ModelsError::convert(&encoder.path, "these are not Whisper's tensors"))
    }

    fn tensor(&mut self, name: &str) -> Result<Tensor, ModelsError> {
        let wanted = hugging_face_name(name).unwrap_or_default();
        let (side, rest) = wanted.split_once('.').unwrap_or_default();
        let half = if side == "encoder" { &mut self.encoder } else { &mut self.decoder };
        half.tensor(side, rest)
            .map_err(|why| ModelsError::convert(&half.path, format!("{name}: {why}")))
    }
}

impl Half {
    fn open(path: &Path) -> Result<Self, ModelsError> {
        let file = fs_err::File::open(path).map_err(|e| ModelsError::io(path, e))?;
        let reader = Reader::new(file).map_err(|why| ModelsError::convert(path, why))?;
        let mut half = Self {
            path: path.to_owned(),
            reader,
            places: HashMap::new(),
            linear: HashMap::new(),
            nodes: 0,
        };
        half.index().map_err(|why| ModelsError::convert(path, why))?;
        Ok(half)
    }

    fn index(&mut self) -> Result<(), String> {
        let whole = self.reader.whole();
        let mut graphs = 0;
        while let Some(field) = self.reader.field(whole.end)? {
            if let Field { number: number::MODEL_GRAPH, value: Value::Bytes(graph) } = field {
                graphs += 1;
                self.graph(graph, 0)?;
                self.reader.go(graph.end)?;
            }
        }
        if graphs == 0 { Err("no ONNX model: it has no graph".into()) } else { Ok(()) }
    }

    fn graph(&mut self, graph: Stretch, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(format!("graphs nested more than {DEEPEST} deep"));
        }
        self.reader.go(graph.start)?;
        while let Some(field) = self.reader.field(graph.end)? {
            let Value::Bytes(stretch) = field.value else { continue };
            match field.number {
                number::GRAPH_INITIALIZER => self.initializer(stretch)?,
                number::GRAPH_NODE => self.node(stretch, depth)?,
                _ => continue,
            }
            self.reader.go(stretch.end)?;
        }
        Ok(())
    }

    fn node(&mut self, node: Stretch, depth: usize) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(format!("more than {MOST_NODES} nodes"));
        }
        self.reader.go(node.start)?;
        let (mut name, mut inputs) = (String::new(), Vec::new());
        while let Some(field) = self.reader.field(node.end)? {
            let Value::Bytes(stretch) = field.value else { continue };
            match field.number {
                number::NODE_NAME => name = self.reader.text(stretch)?,
                number::NODE_INPUT if inputs.len() < 8 => inputs.push(self.reader.text(stretch)?),
                number::NODE_ATTRIBUTE => {
                    self.attribute(stretch, depth)?;
                    self.reader.go(stretch.end)?;
                }
                _ => {}
            }
        }
        // A linear layer multiplies by its weight, the second input.
        if let (Some(module), Some(weight)) = (module_of(&name), inputs.into_iter().nth(1)) {
            self.linear.entry(module).or_insert(weight);
        }
        Ok(())
    }

    fn attribute(&mut self, attribute: Stretch, depth: usize) -> Result<(), String> {
        self.reader.go(attribute.start)?;
        while let Some(field) = self.reader.field(attribute.end)? {
            if let Field { number: number::ATTRIBUTE_GRAPH, value: Value::Bytes(graph) } = field {
                self.graph(graph, depth + 1)?;
                self.reader.go(graph.end)?;
            }
        }
        Ok(())
    }

    fn initializer(&mut self, tensor: Stretch) -> Result<(), String> {
        if self.places.len() >= MOST_NODES {
            return Err(format!("more than {MOST_NODES} tensors"));
        }
        self.reader.go(tensor.start)?;
        let (mut name, mut place) = (String::new(), Place::default());
        while let Some(field) = self.reader.field(tensor.end)? {
            match (field.number, field.value) {
                (number::TENSOR_NAME, Value::Bytes(at)) => name = self.reader.text(at)?,
                (number::TENSOR_DIMS, Value::Varint(axis)) => place.axis(axis)?,
                (number::TENSOR_DIMS, Value::Bytes(at)) => {
                    for axis in self.reader.varints(at, 8)? {
                        place.axis(axis)?;
                    }
                }
                (number::TENSOR_TYPE, Value::Varint(kind)) => place.element = element(kind),
                (number::TENSOR_RAW, Value::Bytes(at)) => place.raw = Some(at),
                (number::TENSOR_FLOATS, Value::Bytes(at)) => place.floats.push(at),
                (number::TENSOR_FLOATS, Value::Fixed32(bits)) => {
                    place.single = Some(f32::from_bits(bits));
                }
                (number::TENSOR_INTS, Value::Bytes(at)) => place.ints.push(at),
                (number::TENSOR_INTS, Value::Varint(int)) => place.single = Some(signed(int)),
                (number::TENSOR_EXTERNAL, _) => {
                    return Err("its weights lie in another file (external data); export it as \
                                one file, or convert the safetensors"
                        .into());
                }
                _ => {}
            }
        }
        self.places.insert(name, place);
        Ok(())
    }

    /// A weight by its Hugging Face name without the side; also whether it is transposed.
    fn named(&self, side: &str, rest: &str) -> Option<(String, &Place, bool)> {
        for start in [String::new(), format!("model.{side}."), format!("{side}.")] {
            for end in ["", "_merged_0"] {
                let name = format!("{start}{rest}{end}");
                for name in [format!("{name}_quantized"), name] {
                    if let Some(place) = self.places.get(&name) {
                        return Some((name, place, false));
                    }
                }
            }
        }
        let weight = self.linear.get(rest.strip_suffix(".weight")?)?;
        let place = self.places.get(weight)?;
        Some((weight.clone(), place, true))
    }

    fn tensor(&mut self, side: &str, rest: &str) -> Result<Tensor, String> {
        let (name, place, transposed) = self.named(side, rest).ok_or("not in the file")?;
        let place = place.clone();
        let mut tensor = self.read(&place)?;
        if let Some(stem) = name.strip_suffix("_quantized") {
            let scales = self.read_beside(stem, "_scale")?;
            let zeros = self.read_beside(stem, "_zero_point")?;
            dequantise(&mut tensor, &scales, &zeros)?;
        } else if !matches!(place.element, Some(Element::F32 | Element::F16 | Element::Bf16)) {
            return Err("integers without a scale".into());
        }
        if transposed { tensor.transposed().ok_or("no matrix".into()) } else { Ok(tensor) }
    }

    fn read_beside(&mut self, stem: &str, end: &str) -> Result<Vec<f32>, String> {
        let name = format!("{stem}{end}");
        let place = self.places.get(&name).cloned().ok_or_else(|| format!("no {name}"))?;
        Ok(self.read(&place)?.values)
    }

    fn read(&mut self, place: &Place) -> Result<Tensor, String> {
        let element = place.element.ok_or("a number type that is not supported")?;
        let count = element_count(&place.shape).ok_or("a shape beyond all bounds")?;
        let values = if let Some(raw) = place.raw {
            let most = self.reader.whole().end;
            element.decode(&self.reader.bytes(raw, most)?)
        } else if let Some(single) = place.single {
            vec![single]
        } else if !place.floats.is_empty() {
            let most = self.reader.whole().end;
            let mut values = Vec::new();
            for &at in &place.floats {
                values.extend(Element::F32.decode(&self.reader.bytes(at, most)?));
            }
            values
        } else {
            let mut values = Vec::new();
            for &at in &place.ints {
                values.extend(self.reader.varints(at, count)?.into_iter().map(signed));
            }
            values
        };
        Tensor::new(place.shape.clone(), values)
            .ok_or_else(|| format!("its numbers do not fill its shape {:?}", place.shape))
    }
}

impl Place {
    fn axis(&mut self, axis: u64) -> Result<(), String> {
        let axis = usize::try_from(axis).map_err(|_| "an axis beyond all bounds")?;
        if self.shape.len() >= 8 {
            return Err("a tensor of more than eight axes".into());
        }
        self.shape.push(axis);
        Ok(())
    }
}

/// ONNX's numbers for number types.
fn element(kind: u64) -> Option<Element> {
    Some(match kind {
        1 => Element::F32,
        2 => Element::U8,
        3 => Element::I8,
        5 => Element::I16,
        6 => Element::I32,
        10 => Element::F16,
        16 => Element::Bf16,
        _ => return None,
    })
}

/// Protobuf writes negative numbers as 64-bit complements.
fn signed(varint: u64) -> f32 {
    varint.cast_signed() as f32
}

/// `(q - zero point) * scale`; one scale for the tensor, or one for each column (ONNX,
/// `DequantizeLinear`).
fn dequantise(tensor: &mut Tensor, scales: &[f32], zeros: &[f32]) -> Result<(), String> {
    let columns = tensor.shape.last().copied().unwrap_or(1);
    if scales.len() != zeros.len() || (scales.len() != 1 && scales.len() != columns) {
        return Err(format!("{} scales and {} zero points", scales.len(), zeros.len()));
    }
    let pairs = scales.iter().zip(zeros).cycle();
    for (value, (scale, zero)) in tensor.values.iter_mut().zip(pairs) {
        *value = (*value - zero) * scale;
    }
    Ok(())
}

/// `/model/decoder/layers.0/self_attn/q_proj/MatMul_quant` → `layers.0.self_attn.q_proj`
fn module_of(node: &str) -> Option<String> {
    let (path, operation) = node.rsplit_once('/')?;
    if operation != "MatMul" && operation != "MatMul_quant" {
        return None;
    }
    let at = path.find("layers.")?;
    Some(path.get(at..)?.replace('/', "."))
}
