//! A made-up Whisper model with one set of weights, written in three formats.
//!
//! Every weight is a whole number from -100 to 100 times 1/256, so that 16-bit floats and 8-bit
//! integers hold it exactly and all three must convert to the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};

pub(super) const STATE: usize = 64;
const LAYERS: usize = 4;
const TOKENS: usize = 51_865;
const SCALE: f32 = 1.0 / 256.0;

/// Tensors by Hugging Face name without `model.`: shape and whole numbers.
pub(super) struct Model {
    tensors: BTreeMap<String, (Vec<usize>, Vec<i8>)>,
}

impl Model {
    pub(super) fn new() -> Self {
        let mut model = Self { tensors: BTreeMap::new() };
        model.add("encoder.conv1.weight", &[STATE, 80, 3]);
        model.add("encoder.conv1.bias", &[STATE]);
        model.add("encoder.conv2.weight", &[STATE, STATE, 3]);
        model.add("encoder.conv2.bias", &[STATE]);
        model.add("encoder.embed_positions.weight", &[1500, STATE]);
        model.add("decoder.embed_positions.weight", &[448, STATE]);
        model.add("decoder.embed_tokens.weight", &[TOKENS, STATE]);
        for side in ["encoder", "decoder"] {
            model.norm(&format!("{side}.layer_norm"));
            for layer in 0..LAYERS {
                let base = format!("{side}.layers.{layer}");
                model.attention(&format!("{base}.self_attn"));
                if side == "decoder" {
                    model.attention(&format!("{base}.encoder_attn"));
                }
                model.linear(&format!("{base}.fc1"), 4 * STATE, STATE, true);
                model.linear(&format!("{base}.fc2"), STATE, 4 * STATE, true);
                model.norm(&format!("{base}.final_layer_norm"));
            }
        }
        model
    }

    fn attention(&mut self, base: &str) {
        for letter in ["q", "k", "v", "out"] {
            self.linear(&format!("{base}.{letter}_proj"), STATE, STATE, letter != "k");
        }
        self.norm(&format!("{base}_layer_norm"));
    }

    fn linear(&mut self, base: &str, rows: usize, columns: usize, bias: bool) {
        self.add(&format!("{base}.weight"), &[rows, columns]);
        if bias {
            self.add(&format!("{base}.bias"), &[rows]);
        }
    }

    fn norm(&mut self, base: &str) {
        self.add(&format!("{base}.weight"), &[STATE]);
        self.add(&format!("{base}.bias"), &[STATE]);
    }

    fn add(&mut self, name: &str, shape: &[usize]) {
        let mut seed = name.bytes().fold(1_u32, |s, b| s.wrapping_mul(31).wrapping_add(b.into()));
        let numbers = (0..shape.iter().product())
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (((seed >> 16) % 201) as i16 - 100) as i8
            })
            .collect();
        self.tensors.insert(name.to_owned(), (shape.to_vec(), numbers));
    }

    fn get(&self, name: &str) -> &(Vec<usize>, Vec<i8>) {
        &self.tensors[name]
    }

    /// As `model.safetensors`, in shards with an index when `shards` is more than one.
    pub(super) fn write_safetensors(&self, folder: &Path, shards: usize) {
        let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, (shape, numbers))| (format!("model.{name}"), shape.clone(), f16(numbers)))
            .collect();
        let mut map = serde_json::Map::new();
        for shard in 0..shards {
            let file = if shards == 1 {
                "model.safetensors".to_owned()
            } else {
                format!("model-{:05}-of-{shards:05}.safetensors", shard + 1)
            };
            let part: Vec<(&str, TensorView<'_>)> = bytes
                .iter()
                .skip(shard)
                .step_by(shards)
                .map(|(name, shape, data)| {
                    map.insert(name.clone(), file.clone().into());
                    (name.as_str(), TensorView::new(Dtype::F16, shape.clone(), data).unwrap())
                })
                .collect();
            fs_err::write(folder.join(&file), safetensors::serialize(part, None).unwrap()).unwrap();
        }
        if shards > 1 {
            let index = serde_json::json!({ "weight_map": map }).to_string();
            fs_err::write(folder.join("model.safetensors.index.json"), index).unwrap();
        }
        let config =
            r#"{"model_type":"whisper","encoder_attention_heads":1,"decoder_attention_heads":1}"#;
        fs_err::write(folder.join("config.json"), config).unwrap();
    }

    /// As CTranslate2's `model.bin`; linear weights in 8 bits with a scale for each row if `int8`.
    pub(super) fn ctranslate2(&self, int8: bool) -> Vec<u8> {
        let mut variables: Vec<(String, Vec<usize>, u8, Vec<u8>)> = Vec::new();
        let mut half = |name: String, shape: &[usize], numbers: &[i8]| {
            variables.push((name, shape.to_vec(), 4, f16(numbers)));
        };
        for side in ["encoder", "decoder"] {
            let (shape, numbers) = self.get(&format!("{side}.embed_positions.weight"));
            half(format!("{side}/position_encodings/encodings"), shape, numbers);
            for (theirs, ours) in [("gamma", "weight"), ("beta", "bias")] {
                let (shape, numbers) = self.get(&format!("{side}.layer_norm.{ours}"));
                half(format!("{side}/layer_norm/{theirs}"), shape, numbers);
            }
        }
        for part in ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"] {
            let (shape, numbers) = self.get(&format!("encoder.{part}"));
            half(format!("encoder/{}", part.replace('.', "/")), shape, numbers);
        }
        let mut linears =
            vec![("decoder/embeddings".to_owned(), vec!["decoder.embed_tokens".to_owned()])];
        for side in ["encoder", "decoder"] {
            for layer in 0..LAYERS {
                let (ours, theirs) =
                    (format!("{side}.layers.{layer}"), format!("{side}/layer_{layer}"));
                let proj = |module: &str, letters: &[&str]| -> Vec<String> {
                    letters.iter().map(|l| format!("{ours}.{module}.{l}_proj")).collect()
                };
                let mut norms =
                    vec![("ffn", "final_layer_norm"), ("self_attention", "self_attn_layer_norm")];
                linears.push((format!("{theirs}/ffn/linear_0"), vec![format!("{ours}.fc1")]));
                linears.push((format!("{theirs}/ffn/linear_1"), vec![format!("{ours}.fc2")]));
                let this = format!("{theirs}/self_attention");
                linears.push((format!("{this}/linear_0"), proj("self_attn", &["q", "k", "v"])));
                linears.push((format!("{this}/linear_1"), proj("self_attn", &["out"])));
                if side == "decoder" {
                    norms.push(("attention", "encoder_attn_layer_norm"));
                    let cross = format!("{theirs}/attention");
                    linears.push((format!("{cross}/linear_0"), proj("encoder_attn", &["q"])));
                    linears.push((format!("{cross}/linear_1"), proj("encoder_attn", &["k", "v"])));
                    linears.push((format!("{cross}/linear_2"), proj("encoder_attn", &["out"])));
                }
                for (module, name) in norms {
                    for (kind, end) in [("gamma", "weight"), ("beta", "bias")] {
                        let (shape, numbers) = self.get(&format!("{ours}.{name}.{end}"));
                        half(format!("{theirs}/{module}/layer_norm/{kind}"), shape, numbers);
                    }
                }
            }
        }
        for (name, parts) in linears {
            self.linear_variable(&name, &parts, int8, &mut variables);
        }
        for side in ["encoder", "decoder"] {
            variables.push((format!("{side}/num_heads"), vec![], 2, 1_i16.to_le_bytes().to_vec()));
        }
        ctranslate2_file(&variables)
    }

    /// Equal projections stacked; a key has no bias of its own, so zeros stand for it.
    fn linear_variable(
        &self,
        name: &str,
        parts: &[String],
        int8: bool,
        variables: &mut Vec<(String, Vec<usize>, u8, Vec<u8>)>,
    ) {
        let (mut numbers, mut bias, mut shape) = (Vec::new(), Vec::new(), vec![0, 0]);
        for part in parts {
            let (own, values) = self.get(&format!("{part}.weight"));
            shape = vec![shape[0] + own[0], own[1]];
            numbers.extend_from_slice(values);
            match self.tensors.get(&format!("{part}.bias")) {
                Some((_, values)) => bias.extend_from_slice(values),
                None => bias.extend(vec![0; own[0]]),
            }
        }
        let weight = format!("{name}/weight");
        if int8 {
            let scales: Vec<u8> = (0..shape[0]).flat_map(|_| (1.0 / SCALE).to_le_bytes()).collect();
            variables.push((format!("{weight}_scale"), vec![shape[0]], 0, scales));
            let bytes = numbers.iter().map(|n| n.cast_unsigned()).collect();
            variables.push((weight, shape, 1, bytes));
        } else {
            variables.push((weight, shape, 4, f16(&numbers)));
        }
        if name != "decoder/embeddings" {
            variables.push((format!("{name}/bias"), vec![bias.len()], 4, f16(&bias)));
        }
    }

    /// As an 8-bit ONNX export: (encoder, decoder).
    pub(super) fn onnx(&self) -> (Vec<u8>, Vec<u8>) {
        (self.onnx_side("encoder"), self.onnx_side("decoder"))
    }

    fn onnx_side(&self, side: &str) -> Vec<u8> {
        let mut graph = Vec::new();
        for (serial, (name, (shape, numbers))) in self.tensors.iter().enumerate() {
            let Some(rest) = name.strip_prefix(&format!("{side}.")) else { continue };
            let inner =
                if side == "decoder" { format!("model.decoder.{rest}") } else { rest.into() };
            let quantised =
                rest.ends_with("weight") && shape.len() > 1 && !rest.contains("positions");
            if !quantised {
                let floats = numbers.iter().flat_map(|&n| (f32::from(n) * SCALE).to_le_bytes());
                field(&mut graph, 5, &onnx_tensor(&inner, shape, 1, &floats.collect::<Vec<u8>>()));
                continue;
            }
            let linear = rest.contains("layers.");
            let (stem, shape, order) = if linear {
                let module = rest.trim_end_matches(".weight");
                let stem = format!("onnx::MatMul_{serial}");
                let path = format!(
                    "/{}/MatMul_quant",
                    module.replace('.', "/").replace("layers/", "layers.")
                );
                let mut node = Vec::new();
                field(&mut node, 1, b"input");
                field(&mut node, 1, format!("{stem}_quantized").as_bytes());
                field(&mut node, 3, path.as_bytes());
                field(&mut graph, 1, &node);
                let columns = shape[1];
                let order = (0..columns).flat_map(|c| (0..shape[0]).map(move |r| r * columns + c));
                (stem, vec![shape[1], shape[0]], order.collect::<Vec<_>>())
            } else {
                (inner, shape.clone(), (0..numbers.len()).collect())
            };
            let bytes: Vec<u8> =
                order.iter().map(|&i| (i16::from(numbers[i]) + 128) as u8).collect();
            field(&mut graph, 5, &onnx_tensor(&format!("{stem}_quantized"), &shape, 2, &bytes));
            field(
                &mut graph,
                5,
                &onnx_tensor(&format!("{stem}_scale"), &[], 1, &SCALE.to_le_bytes()),
            );
            field(&mut graph, 5, &onnx_tensor(&format!("{stem}_zero_point"), &[], 2, &[128]));
        }
        let mut model = vec![0x08, 0x08];
        field(&mut model, 7, &graph);
        model
    }
}

/// Token `n` of the made-up vocabulary is the letter `a` and its number.
pub(super) fn write_vocabulary(folder: &Path) {
    let map: serde_json::Map<_, _> = (0..50_257).map(|id| (format!("a{id}"), id.into())).collect();
    fs_err::write(folder.join("vocab.json"), serde_json::Value::Object(map).to_string()).unwrap();
}

fn f16(numbers: &[i8]) -> Vec<u8> {
    numbers.iter().flat_map(|&n| half::f16::from_f32(f32::from(n) * SCALE).to_le_bytes()).collect()
}

fn ctranslate2_file(variables: &[(String, Vec<usize>, u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let number = |file: &mut Vec<u8>, n: usize| file.extend((n as u32).to_le_bytes());
    let string = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u16 + 1).to_le_bytes());
        file.extend(text.as_bytes());
        file.push(0);
    };
    number(&mut file, 6);
    string(&mut file, "WhisperSpec");
    number(&mut file, 3);
    number(&mut file, variables.len());
    for (name, shape, kind, bytes) in variables {
        string(&mut file, name);
        file.push(shape.len() as u8);
        for &axis in shape {
            number(&mut file, axis);
        }
        file.push(*kind);
        number(&mut file, bytes.len());
        file.extend(bytes);
    }
    number(&mut file, 1);
    string(&mut file, "decoder/projection/weight");
    string(&mut file, "decoder/embeddings/weight");
    file
}

fn onnx_tensor(name: &str, shape: &[usize], kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut tensor = Vec::new();
    for &axis in shape {
        tensor.push(0x08);
        varint(&mut tensor, axis as u64);
    }
    tensor.extend([0x10, kind]);
    field(&mut tensor, 8, name.as_bytes());
    field(&mut tensor, 9, bytes);
    tensor
}

/// A length-delimited protobuf field.
fn field(message: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    message.push(number << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
