//! The batched engine: Whisper with 8-bit weights on the processor, several windows side by side.
//!
//! What it does that costs less than the usual engines, at the same text: windows are decoded together,
//! so that each weight is read once for all of them; only tokens that the language can hold are
//! multiplied; word times come from what the decoder listened to anyway. All that windows share are
//! products of integers, so a window's text does not depend on the windows beside it.

mod alignment;
mod attention;
mod decoder;
mod encoder;
mod ggml;
#[cfg(feature = "ctranslate2")]
pub(super) mod gpu;
mod heads;
mod kernels;
mod ladder;
mod linear;
mod listening;
mod mel;
mod memory;
mod search;
mod tokens;
mod utterances;

use std::path::Path;

use self::decoder::{Decoder, HEAD, Sound};
use self::encoder::{Encoder, Room};
use self::ggml::{Form, Ggml};
use self::ladder::{Rung, Text, climb, decoded, sounding};
use self::linear::{Processor, Scratch};
use self::mel::Mel;
use self::search::{Found, SIDE_BY_SIDE, Search};
use self::tokens::{Tokens, Unfit};
use super::engine::{self, Decoded, Decoding, Engine, EngineError, Session};
use crate::meeting::SpeechWindow;

/// Shorter sound than this, in samples (100 ms), holds no word.
const NOTHING: usize = 1600;
/// Prompt tokens at most, as for whisper.cpp.
const MOST_PROMPT: usize = 200;
/// Windows decoded together. With more, the time for a window hardly falls, and memory grows by the
/// encoded sound of each.
pub(in crate::asr) const BATCH: usize = 4;

/// Why a model could not be used.
pub(super) use self::tokens::Unfit as Refusal;

/// Whether the batched engine reads this model in this language, as far as the heads in the file tell;
/// its weights are not read.
pub fn suits(path: &Path, language: &str) -> bool {
    Ggml::open(path).is_ok_and(|mut file| {
        let form = file.form;
        let words = std::mem::take(&mut file.tokens);
        has_known_heads(&form) && Tokens::new(words, form.vocabulary, language).is_ok()
    })
}

/// Whether attention has heads of the width that every Whisper model has.
fn has_known_heads(form: &Form) -> bool {
    form.width == form.heads * HEAD && form.width == form.text_heads * HEAD
}

/// A loaded model.
pub(super) struct Batched {
    encoder: Encoder,
    decoder: Decoder,
    mel: Mel,
    tokens: Tokens,
    /// Token of each logit.
    rows: Vec<u32>,
    sayable: usize,
    /// Tokens of the prompt.
    prompt: Vec<u32>,
    /// Frames that the model hears at most.
    frames: usize,
    /// Tokens of a text at most.
    most: usize,
    fallback: bool,
}

impl Batched {
    /// Loads a ggml model and locks it to the language.
    pub(super) fn load(
        path: &Path,
        language: &str,
        prompt: &str,
        fallback: bool,
    ) -> Result<Self, Refusal> {
        Self::load_with(path, language, prompt, fallback, Tokens::possible)
    }

    /// The same with a choice of the tokens that have a logit, and how many of them can be said.
    fn load_with(
        path: &Path,
        language: &str,
        prompt: &str,
        fallback: bool,
        choose: impl FnOnce(&Tokens) -> (Vec<u32>, usize),
    ) -> Result<Self, Refusal> {
        // Every worker computes on its own thread; a pool would only take from the others. Fails when a
        // pool is there already, which does no harm.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
        let mut file = Ggml::open(path).map_err(Unfit::Model)?;
        let form = file.form;
        let words = std::mem::take(&mut file.tokens);
        let tokens = Tokens::new(words, form.vocabulary, language)?;
        if !has_known_heads(&form) {
            return Err(Unfit::Model("its attention heads are not Whisper's".to_owned()));
        }
        let processor = Processor::new();
        let (rows, sayable) = choose(&tokens);
        let mel = Mel::new(&file.filters);
        let encoder = Encoder::take(&mut file, &processor).map_err(Unfit::Model)?;
        let followers = heads::followers(&form);
        let mut prompt = tokens.read(prompt);
        prompt.drain(..prompt.len().saturating_sub(MOST_PROMPT));
        let decoder = Decoder::take(&mut file, &processor, &rows, &prompt, followers)
            .map_err(Unfit::Model)?;
        Ok(Self {
            encoder,
            decoder,
            mel,
            tokens,
            rows,
            sayable,
            prompt,
            frames: 2 * form.audio_context,
            most: form.text_context / 2 - 4,
            fallback,
        })
    }

    /// What stands before the text, and where the transcript starts in it.
    fn before(&self, prompt: bool) -> (Vec<u32>, usize) {
        let mut before = Vec::new();
        if prompt && !self.prompt.is_empty() {
            before.push(self.tokens.previous);
            before.extend(&self.prompt);
        }
        let start = before.len();
        let tokens = &self.tokens;
        before.extend([tokens.start, tokens.language, tokens.transcribe, tokens.no_timestamps]);
        (before, start)
    }

    /// Encodes a window.
    fn hear(
        &self,
        processor: &Processor,
        scratch: &mut Scratch,
        room: &mut Room,
        window: &SpeechWindow,
    ) -> Result<Sound, EngineError> {
        let frames = engine::frames(window.samples.len(), self.frames);
        let spectrogram = self.mel.spectrogram(&window.samples, frames);
        let encoded = self.encoder.encode(processor, scratch, room, &spectrogram)?;
        self.decoder.listen(processor, scratch, &encoded)
    }

    fn search<'a>(&'a self, processor: &'a Processor) -> Search<'a> {
        Search {
            processor,
            decoder: &self.decoder,
            tokens: &self.tokens,
            rows: &self.rows,
            sayable: self.sayable,
            most: self.most,
        }
    }
}

impl Engine for Batched {
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(BatchedSession {
            engine: self,
            processor: Processor::new(),
            scratch: Scratch::default(),
            room: Room::default(),
            encoded: Vec::new(),
        }))
    }
}

struct BatchedSession<'a> {
    engine: &'a Batched,
    processor: Processor,
    scratch: Scratch,
    room: Room,
    /// What was decoded last: another decoding of the same sound need not encode it again.
    encoded: Vec<Encoded>,
}

/// What the decoder hears of a window's samples.
struct Encoded {
    /// By which the samples are known again; they themselves take megabytes.
    samples: Print,
    sound: Sound,
}

/// A fingerprint of samples: their number and two sums over all of them.
type Print = (usize, u64, u64);

fn print(samples: &[f32]) -> Print {
    let mix = |(sum, weighed): (u64, u64), sample: &f32| {
        let sum = sum.wrapping_add(u64::from(sample.to_bits()));
        (sum, weighed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(sum))
    };
    let (sum, weighed) = samples.iter().fold((0, 0), mix);
    (samples.len(), sum, weighed)
}

impl Session for BatchedSession<'_> {
    fn decode(
        &mut self,
        window: &SpeechWindow,
        decoding: &Decoding,
    ) -> Result<Decoded, EngineError> {
        let mut decoded = self.decode_together(&[window], decoding)?;
        decoded.pop().ok_or_else(|| EngineError("nothing was decoded".to_owned()))
    }

    fn decode_together(
        &mut self,
        windows: &[&SpeechWindow],
        decoding: &Decoding,
    ) -> Result<Vec<Decoded>, EngineError> {
        let engine = self.engine;
        let encoded = self.encode(&sounding(windows))?;
        let sounds: Vec<&Sound> = encoded.iter().map(|encoded| &encoded.sound).collect();
        let texts = self.texts(&sounds, decoding)?;
        let decoded = decoded(windows, texts, |found, at, window| {
            utterances::utterances(&found, sounds[at], &engine.decoder, &engine.tokens, window)
        });
        self.encoded = encoded;
        Ok(decoded)
    }
}

impl BatchedSession<'_> {
    /// Finds a text for each sound.
    fn texts(
        &mut self,
        sounds: &[&Sound],
        decoding: &Decoding,
    ) -> Result<Vec<Text<Found>>, EngineError> {
        let engine = self.engine;
        let search = engine.search(&self.processor);
        climb(sounds, decoding, engine.fallback, SIDE_BY_SIDE, |sounds, rung| {
            let Rung { way, prompt, hasty } = rung;
            let (before, start) = engine.before(prompt);
            search.find(&mut self.scratch, sounds, &before, start, way, hasty)
        })
    }

    /// Takes over what was encoded last, encodes the rest, and gives back the memory of all others.
    fn encode(&mut self, windows: &[&SpeechWindow]) -> Result<Vec<Encoded>, EngineError> {
        let mut kept = std::mem::take(&mut self.encoded);
        let prints: Vec<Print> = windows.iter().map(|window| print(&window.samples)).collect();
        kept.retain(|kept| prints.contains(&kept.samples));
        let mut encoded = Vec::with_capacity(windows.len());
        for (window, samples) in windows.iter().zip(prints) {
            let known = kept.iter().position(|kept| kept.samples == samples);
            encoded.push(match known {
                Some(at) => kept.swap_remove(at),
                None => {
                    let (scratch, room) = (&mut self.scratch, &mut self.room);
                    let sound = self.engine.hear(&self.processor, scratch, room, window)?;
                    Encoded { samples, sound }
                }
            });
        }
        Ok(encoded)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;
    use crate::meeting::TimeSpan;

    /// `tiny` of the cache; none, with a message, when it is not there and need not be.
    fn tiny() -> Option<PathBuf> {
        let folder = |name| std::env::var_os(name).map(PathBuf::from);
        let cache = folder("REFERENT_CACHE")
            .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("referent")))
            .or_else(|| Some(folder("HOME")?.join(".cache/referent")))?;
        let path = cache.join("models/ggml-tiny.bin");
        if path.is_file() {
            return Some(path);
        }
        let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
        assert!(!required, "{} is missing", path.display());
        tracing::info!("skipped: {} is missing", path.display());
        None
    }

    /// Fifteen seconds of the fictional meeting.
    pub(super) fn window() -> SpeechWindow {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-ss", "2", "-t", "15", "-i"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad/moede.mp4"))
            .args(["-ac", "1", "-ar", "16000", "-f", "f32le", "-"])
            .output()
            .unwrap();
        let bytes = output.stdout.chunks_exact(4);
        let samples = bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let span = TimeSpan::new(0.0, 15.0);
        SpeechWindow { index: 0, span, samples, voiced: vec![span] }
    }

    pub(super) fn heard(engine: &dyn Engine, window: &SpeechWindow) -> String {
        let decoded = engine.session().unwrap().decode(window, &Decoding::FIRST).unwrap();
        let tokens = decoded.utterances.iter().flat_map(|utterance| &utterance.tokens);
        let bytes: Vec<u8> = tokens.flat_map(|token| token.bytes.clone()).collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn tokens_left_out_are_not_missed() {
        let Some(tiny) = tiny() else { return };
        let load = |choose: fn(&Tokens) -> (Vec<u32>, usize)| {
            Batched::load_with(&tiny, "da", "", true, choose).ok().unwrap()
        };
        let every = |tokens: &Tokens| {
            let rows: Vec<u32> = (0..=tokens.no_timestamps).collect();
            (rows, tokens.end as usize + 1)
        };
        let (pruned, full) = (load(Tokens::possible), load(every));
        assert!(pruned.rows.len() * 10 < full.rows.len() * 9, "{}", pruned.rows.len());
        let window = window();
        let text = heard(&pruned, &window);
        assert!(text.split_whitespace().count() > 10, "{text}");
        assert_eq!(text, heard(&full, &window));
    }
}
