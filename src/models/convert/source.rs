//! Weights to convert, whatever wrote them.

use std::path::Path;

use serde::Deserialize;

use super::ctranslate2::CTranslate2;
use super::layout::{Dimensions, HEAD_WIDTH};
use super::onnx::Onnx;
use super::safetensors::Safetensors;
use super::tensor::Tensor;
use crate::models::ModelsError;

/// A model's weights under the names of the ggml file.
pub(super) trait Weights {
    /// Sizes, from the shapes of the tensors.
    fn dimensions(&mut self) -> Result<Dimensions, ModelsError>;
    /// One tensor, by its ggml name.
    fn tensor(&mut self, name: &str) -> Result<Tensor, ModelsError>;
}

/// Finds out what `source` is and opens it.
pub(super) fn open(source: &Path) -> Result<Box<dyn Weights>, ModelsError> {
    if !source.exists() {
        return Err(ModelsError::NoSuchFile { path: source.to_owned() });
    }
    let folder = if source.is_dir() { source } else { source.parent().unwrap_or(source) };
    let config = Config::beside(folder)?;
    if source.is_file() {
        return match source.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => Ok(Box::new(Safetensors::open(&[source.to_owned()], config)?)),
            Some("bin") => Ok(Box::new(CTranslate2::open(source)?)),
            Some("onnx") => Err(ModelsError::convert(
                source,
                "an ONNX export is two files; give the folder that holds encoder and decoder",
            )),
            _ => Err(ModelsError::convert(
                source,
                "give a CTranslate2 model.bin, a .safetensors file, or a folder",
            )),
        };
    }
    let shards = Safetensors::files(source)?;
    if !shards.is_empty() {
        return Ok(Box::new(Safetensors::open(&shards, config)?));
    }
    let model = source.join("model.bin");
    if model.is_file() {
        return Ok(Box::new(CTranslate2::open(&model)?));
    }
    if let Some((encoder, decoder)) = Onnx::files(source)? {
        return Ok(Box::new(Onnx::open(&encoder, &decoder, config)?));
    }
    Err(ModelsError::convert(
        source,
        "no weights here: looked for *.safetensors, model.bin (CTranslate2), and an ONNX encoder \
         and decoder",
    ))
}

/// What `config.json` of a Hugging Face model says that the weights do not.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Config {
    model_type: Option<String>,
    encoder_attention_heads: Option<usize>,
    decoder_attention_heads: Option<usize>,
}

impl Config {
    /// Reads `config.json` in `folder`, if there is one, and refuses other models than Whisper.
    fn beside(folder: &Path) -> Result<Self, ModelsError> {
        let path = folder.join("config.json");
        if !path.is_file() {
            return Ok(Self::default());
        }
        let text = fs_err::read_to_string(&path).map_err(|e| ModelsError::io(&path, e))?;
        let config: Self = serde_json::from_str(&text)
            .map_err(|e| ModelsError::convert(&path, format!("not a model's config: {e}")))?;
        match config.model_type.as_deref() {
            None | Some("whisper") => Ok(config),
            Some(other) => Err(ModelsError::convert(
                &path,
                format!(
                    "the model is of the family `{other}`; only Whisper models can be converted"
                ),
            )),
        }
    }

    /// Attention heads of encoder and decoder; Whisper's usual width where nothing is said.
    pub(super) fn heads(&self, audio_state: usize, text_state: usize) -> (usize, usize) {
        (
            self.encoder_attention_heads.unwrap_or(audio_state / HEAD_WIDTH),
            self.decoder_attention_heads.unwrap_or(text_state / HEAD_WIDTH),
        )
    }
}

/// Sizes out of the shapes that `shape_of` gives for names in Hugging Face's style, such as
/// `encoder.layers.0.fc1.bias`.
pub(super) fn dimensions(
    config: &Config,
    mut shape_of: impl FnMut(&str) -> Option<Vec<usize>>,
) -> Option<Dimensions> {
    let axis = |shape: Vec<usize>, at: usize| shape.get(at).copied();
    let conv = shape_of("encoder.conv1.weight")?;
    let audio = shape_of("encoder.embed_positions.weight")?;
    let text = shape_of("decoder.embed_positions.weight")?;
    let tokens = shape_of("decoder.embed_tokens.weight")?;
    let mut layers = |side: &str| {
        // No Whisper model has more; the bound keeps a hostile file from counting on.
        (0..256).take_while(|n| shape_of(&format!("{side}.layers.{n}.fc1.bias")).is_some()).count()
    };
    let (audio_layers, text_layers) = (layers("encoder"), layers("decoder"));
    let (audio_state, text_state) = (axis(audio.clone(), 1)?, axis(text.clone(), 1)?);
    let (audio_heads, text_heads) = config.heads(audio_state, text_state);
    Some(Dimensions {
        vocabulary: axis(tokens, 0)?,
        audio_context: axis(audio, 0)?,
        audio_state,
        audio_heads,
        audio_layers,
        text_context: axis(text, 0)?,
        text_state,
        text_heads,
        text_layers,
        mels: axis(conv, 1)?,
    })
}

/// The name that Hugging Face gives the ggml tensor `name`, without the leading `model.`.
pub(super) fn hugging_face_name(name: &str) -> Option<String> {
    let (side, rest) = name.split_once('.')?;
    let outer = match rest {
        "positional_embedding" => Some("embed_positions.weight"),
        "token_embedding.weight" => Some("embed_tokens.weight"),
        "ln.weight" | "ln_post.weight" => Some("layer_norm.weight"),
        "ln.bias" | "ln_post.bias" => Some("layer_norm.bias"),
        _ if rest.starts_with("conv") => Some(rest),
        _ => None,
    };
    if let Some(outer) = outer {
        return Some(format!("{side}.{outer}"));
    }
    let (layer, part) = rest.strip_prefix("blocks.")?.split_once('.')?;
    let (module, kind) = part.rsplit_once('.')?;
    let module = match module {
        "mlp.0" => "fc1".to_owned(),
        "mlp.2" => "fc2".to_owned(),
        "mlp_ln" => "final_layer_norm".to_owned(),
        "attn_ln" => "self_attn_layer_norm".to_owned(),
        "cross_attn_ln" => "encoder_attn_layer_norm".to_owned(),
        _ => {
            let (attention, projection) = module.split_once('.')?;
            let attention = if attention == "attn" { "self_attn" } else { "encoder_attn" };
            let letter = match projection {
                "query" => "q",
                "key" => "k",
                "value" => "v",
                other => other,
            };
            format!("{attention}.{letter}_proj")
        }
    };
    Some(format!("{side}.layers.{layer}.{module}.{kind}"))
}
