//! What the head of a ggml Whisper file says about the model.

use std::io::Read;
use std::path::Path;

use whisper_rs::whisper_rs_sys as sys;

/// The numbers at the head of a ggml Whisper file that tell the models apart.
pub(super) struct Shape {
    vocabulary: i32,
    audio_layers: i32,
    text_layers: i32,
    mels: i32,
}

impl Shape {
    /// Reads the head; the reason when it is no ggml Whisper file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let mut head = [0_u8; 48];
        fs_err::File::open(path)
            .and_then(|mut file| file.read_exact(&mut head))
            .map_err(|error| error.to_string())?;
        let mut numbers = head
            .chunks_exact(4)
            .map(|bytes| i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let mut next = || numbers.next().unwrap_or_default();
        // "ggml" as a little-endian number.
        if next() != 0x6767_6d6c {
            return Err("it is not a ggml file".to_owned());
        }
        let vocabulary = next();
        let [_, _, _, audio_layers] = [next(), next(), next(), next()];
        let [_, _, _, text_layers] = [next(), next(), next(), next()];
        let mels = next();
        let plausible = (1..=200_000).contains(&vocabulary)
            && (1..=128).contains(&audio_layers)
            && (1..=128).contains(&text_layers)
            && (80..=128).contains(&mels);
        plausible
            .then_some(Self { vocabulary, audio_layers, text_layers, mels })
            .ok_or_else(|| "it is not a ggml Whisper model".to_owned())
    }

    /// The attention heads that follow the sound, known for OpenAI's shapes (and so for fine-tunes of
    /// them); none for distilled models, whose word times are then the engine's coarser ones.
    pub(super) fn alignment_heads(&self) -> Option<sys::whisper_alignment_heads_preset> {
        let english = self.vocabulary == 51_864;
        Some(match (self.audio_layers, self.text_layers, self.mels) {
            (4, 4, _) if english => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_TINY_EN,
            (4, 4, _) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_TINY,
            (6, 6, _) if english => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_BASE_EN,
            (6, 6, _) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_BASE,
            (12, 12, _) if english => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_SMALL_EN,
            (12, 12, _) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_SMALL,
            (24, 24, _) if english => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_MEDIUM_EN,
            (24, 24, _) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_MEDIUM,
            (32, 32, 128) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_LARGE_V3,
            (32, 32, _) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_LARGE_V2,
            (32, 4, 128) => sys::whisper_alignment_heads_preset_WHISPER_AHEADS_LARGE_V3_TURBO,
            _ => return None,
        })
    }
}
