//! The tensors of a Whisper model: names, shapes and order in the ggml file.

/// Sizes of a Whisper model, in the order of the ggml header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dimensions {
    pub(super) vocabulary: usize,
    pub(super) audio_context: usize,
    pub(super) audio_state: usize,
    pub(super) audio_heads: usize,
    pub(super) audio_layers: usize,
    pub(super) text_context: usize,
    pub(super) text_state: usize,
    pub(super) text_heads: usize,
    pub(super) text_layers: usize,
    pub(super) mels: usize,
}

/// All Whisper models have attention heads of this width (Radford et al. 2022, table 1).
pub(super) const HEAD_WIDTH: usize = 64;
/// Tokens of text in the multilingual vocabulary; whisper.cpp names those after it itself.
pub(super) const TEXT_TOKENS: usize = 50_257;
/// The smallest multilingual vocabulary with its special tokens; English-only models have fewer.
const MULTILINGUAL: usize = 51_865;

impl Dimensions {
    /// Refuses what is no multilingual Whisper model, before anything is allocated for it.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.vocabulary < MULTILINGUAL {
            return Err(format!(
                "its vocabulary has {} tokens: an English-only model, which cannot write Danish",
                self.vocabulary
            ));
        }
        let plausible = self.vocabulary <= 60_000
            && (1..=30_000).contains(&self.audio_context)
            && (1..=10_000).contains(&self.text_context)
            && (32..=8192).contains(&self.audio_state)
            && self.audio_state.is_multiple_of(32)
            && self.audio_state == self.text_state
            && (1..=128).contains(&self.audio_layers)
            && (1..=128).contains(&self.text_layers)
            && (1..=256).contains(&self.audio_heads)
            && (1..=256).contains(&self.text_heads);
        if !plausible {
            return Err(format!("its sizes are not those of a Whisper model: {self:?}"));
        }
        if self.mels != 80 && self.mels != 128 {
            return Err(format!("it takes {} mel bands; Whisper takes 80 or 128", self.mels));
        }
        Ok(())
    }
}

/// How a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// 32-bit floats always.
    Float,
    /// 16-bit floats always (convolutions).
    Half,
    /// The weight type asked for.
    Weight,
}

/// One tensor of the ggml file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TensorSpec {
    pub(super) name: String,
    /// As in PyTorch: the last axis varies fastest. The file lists the axes the other way round.
    pub(super) shape: Vec<usize>,
    pub(super) storage: Storage,
}

/// Every tensor, in the order of the published ggml files.
pub(super) fn tensors(d: &Dimensions) -> Vec<TensorSpec> {
    let mut list = Vec::new();
    let mut add = |name: String, shape: &[usize], storage| {
        list.push(TensorSpec { name, shape: shape.to_vec(), storage });
    };
    let (audio, text) = (d.audio_state, d.text_state);
    add("decoder.positional_embedding".into(), &[d.text_context, text], Storage::Float);
    add("encoder.positional_embedding".into(), &[d.audio_context, audio], Storage::Float);
    add("decoder.token_embedding.weight".into(), &[d.vocabulary, text], Storage::Weight);
    for layer in 0..d.text_layers {
        block(&format!("decoder.blocks.{layer}"), text, true, &mut add);
    }
    norm("decoder.ln", text, &mut add);
    add("encoder.conv1.weight".into(), &[audio, d.mels, 3], Storage::Half);
    add("encoder.conv1.bias".into(), &[audio, 1], Storage::Float);
    add("encoder.conv2.weight".into(), &[audio, audio, 3], Storage::Half);
    add("encoder.conv2.bias".into(), &[audio, 1], Storage::Float);
    for layer in 0..d.audio_layers {
        block(&format!("encoder.blocks.{layer}"), audio, false, &mut add);
    }
    norm("encoder.ln_post", audio, &mut add);
    list
}

fn block(prefix: &str, state: usize, cross: bool, add: &mut impl FnMut(String, &[usize], Storage)) {
    let inner = 4 * state;
    norm(&format!("{prefix}.mlp_ln"), state, add);
    add(format!("{prefix}.mlp.0.weight"), &[inner, state], Storage::Weight);
    add(format!("{prefix}.mlp.0.bias"), &[inner], Storage::Float);
    add(format!("{prefix}.mlp.2.weight"), &[state, inner], Storage::Weight);
    add(format!("{prefix}.mlp.2.bias"), &[state], Storage::Float);
    attention(&format!("{prefix}.attn"), state, add);
    if cross {
        attention(&format!("{prefix}.cross_attn"), state, add);
    }
}

fn attention(prefix: &str, state: usize, add: &mut impl FnMut(String, &[usize], Storage)) {
    norm(&format!("{prefix}_ln"), state, add);
    add(format!("{prefix}.query.weight"), &[state, state], Storage::Weight);
    add(format!("{prefix}.query.bias"), &[state], Storage::Float);
    add(format!("{prefix}.key.weight"), &[state, state], Storage::Weight);
    add(format!("{prefix}.value.weight"), &[state, state], Storage::Weight);
    add(format!("{prefix}.value.bias"), &[state], Storage::Float);
    add(format!("{prefix}.out.weight"), &[state, state], Storage::Weight);
    add(format!("{prefix}.out.bias"), &[state], Storage::Float);
}

fn norm(prefix: &str, state: usize, add: &mut impl FnMut(String, &[usize], Storage)) {
    add(format!("{prefix}.weight"), &[state], Storage::Float);
    add(format!("{prefix}.bias"), &[state], Storage::Float);
}
