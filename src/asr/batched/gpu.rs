//! The batched engine on an NVIDIA GPU: CTranslate2 computes, with the tokens, the fallback and the
//! sentences of the engine on the processor. It reads the published folder as it is; what that lacks (mel
//! filters, the bytes of the tokens) comes from the file that the folder was converted to.

use std::path::Path;

use ct2rs::sys::{
    ComputeType, Config, Device, StorageView, Whisper, WhisperAlignmentResult, WhisperOptions,
    get_device_count, set_random_seed,
};

use super::ladder::{Rung, climb, decoded, sounding};
use super::mel::Mel;
use super::search::{Chosen, Found, Way};
use super::tokens::{Tokens, Unfit};
use super::utterances::sentences;
use super::{Ggml, MOST_PROMPT};
use crate::asr::engine::{Decoded, Decoding, Engine, EngineError, Session};
use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Windows decoded together: faster-whisper is fastest with 16 on a GPU.
pub(in crate::asr) const BATCH: usize = 16;
/// Hypotheses decoded together: those of a beam of five or of sampling, for all windows of a batch.
const SIDE_BY_SIDE: usize = BATCH * SAMPLES;
/// Frames of 10 ms that CTranslate2 hears, always: 30 s.
const FRAMES: usize = 3000;
/// Seconds from one encoded position to the next.
const POSITION: f64 = 0.02;
/// Positions over which attention is smoothed (OpenAI's Whisper).
const SMOOTH: i64 = 7;
/// Hypotheses sampled at temperatures above 0 (OpenAI's Whisper).
const SAMPLES: usize = 5;

/// Whether there is an NVIDIA GPU whose driver works.
pub(in crate::asr) fn finds_gpu() -> bool {
    cfg!(feature = "cuda") && get_device_count(Device::CUDA) > 0
}

/// Where to compute. The processor is for tests: there the engine of our own is faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::asr) enum Place {
    Gpu,
    #[cfg(test)]
    Processor,
}

/// A loaded model.
pub(in crate::asr) struct OnGpu {
    model: Whisper,
    mel: Mel,
    tokens: Tokens,
    /// The prompt and what stands before every text, as the model's vocabulary writes them.
    prompt: Vec<String>,
    before: Vec<String>,
    /// Start, language and task.
    start: Vec<usize>,
    /// Tokens of prompt and text that CTranslate2 may write; it takes half of them for the text.
    context: usize,
    fallback: bool,
}

impl OnGpu {
    /// Loads a CTranslate2 model from its `folder` and locks it to the language. `file` is the ggml file
    /// that was made of it.
    pub(in crate::asr) fn load(
        folder: &Path,
        file: &Path,
        language: &str,
        prompt: &str,
        fallback: bool,
        place: Place,
    ) -> Result<Self, Unfit> {
        let mut head = Ggml::open(file).map_err(Unfit::Model)?;
        let form = head.form;
        let tokens = Tokens::new(std::mem::take(&mut head.tokens), form.vocabulary, language)?;
        let (device, compute_type) = match place {
            Place::Gpu => (Device::CUDA, ComputeType::INT8_FLOAT16),
            #[cfg(test)]
            Place::Processor => (Device::CPU, ComputeType::INT8),
        };
        // Without heads to listen to it loads, and fails at the first window.
        if !has_alignment_heads(folder) {
            let reason = "its config.json names no alignment_heads, so words would have no times";
            return Err(Unfit::Model(reason.to_owned()));
        }
        set_random_seed(1);
        let config =
            Config { device, compute_type, num_threads_per_replica: 1, ..Config::default() };
        let model =
            Whisper::new(folder, config).map_err(|error| Unfit::Model(error.to_string()))?;
        if model.n_mels() != form.mels {
            let reason = format!("it hears {} bands and not {}", model.n_mels(), form.mels);
            return Err(Unfit::Model(reason));
        }
        let mut words = tokens.read(prompt);
        words.drain(..words.len().saturating_sub(MOST_PROMPT));
        let mut prompt: Vec<String> =
            words.iter().map(|&word| written(tokens.bytes(word))).collect();
        if !prompt.is_empty() {
            prompt.insert(0, "<|startofprev|>".to_owned());
        }
        let before = [
            "<|startoftranscript|>",
            &format!("<|{language}|>"),
            "<|transcribe|>",
            "<|notimestamps|>",
        ]
        .map(str::to_owned)
        .to_vec();
        let start =
            [tokens.start, tokens.language, tokens.transcribe].map(|id| id as usize).to_vec();
        let context = form.text_context;
        let mel = Mel::new(&head.filters);
        Ok(Self { model, mel, tokens, prompt, before, start, context, fallback })
    }

    /// The spectrograms of windows, one behind the other: for each band the values of all frames.
    fn spectrograms(&self, windows: &[&SpeechWindow]) -> Vec<f32> {
        let bands = self.model.n_mels();
        let mut all = Vec::with_capacity(windows.len() * bands * FRAMES);
        for window in windows {
            let rows = self.mel.spectrogram(&window.samples, FRAMES);
            for band in 0..bands {
                all.extend(rows.iter().skip(band).step_by(bands));
            }
        }
        all
    }

    /// Decodes windows once, in one way.
    fn find(
        &self,
        windows: &[&SpeechWindow],
        Rung { way, prompt, .. }: Rung,
    ) -> Result<Vec<Heard>, EngineError> {
        let failed = |error: &dyn std::fmt::Display| EngineError(format!("CTranslate2: {error}"));
        let mut spectrograms = self.spectrograms(windows);
        let shape = [windows.len(), self.model.n_mels(), FRAMES];
        let features = StorageView::new(&shape, &mut spectrograms, Device::CPU)
            .map_err(|error| failed(&error))?;
        let encoded = self.model.encode(&features, false).map_err(|error| failed(&error))?;
        let prompt: &[String] = if prompt { &self.prompt } else { &[] };
        let before: Vec<&String> = prompt.iter().chain(&self.before).collect();
        let (beam, temperature, sampled) = match way {
            Way::Greedy => (1, 0.0, false),
            Way::Beam(beam) => (beam, 0.0, false),
            Way::Sampled(temperature) => (1, temperature, true),
        };
        let options = WhisperOptions {
            beam_size: beam,
            sampling_topk: if sampled { 0 } else { 1 },
            sampling_temperature: temperature,
            num_hypotheses: if sampled { SAMPLES } else { 1 },
            max_length: self.context,
            return_scores: true,
            return_no_speech_prob: true,
            ..WhisperOptions::default()
        };
        let befores = vec![before; windows.len()];
        let results =
            self.model.generate(&encoded, &befores, &options).map_err(|error| failed(&error))?;
        let end = self.tokens.end as usize;
        let texts: Vec<Vec<usize>> = results
            .iter()
            .map(|result| {
                let ids = result.sequences_ids.first().into_iter().flatten();
                ids.copied().filter(|&id| id < end).collect()
            })
            .collect();
        // An empty text cannot be aligned; a blank stands in for it.
        let blank = self.tokens.blank.unwrap_or(0) as usize;
        let aligned: Vec<Vec<usize>> = texts
            .iter()
            .map(|text| if text.is_empty() { vec![blank] } else { text.clone() })
            .collect();
        let frames: Vec<usize> = windows
            .iter()
            .map(|window| (window.samples.len() * 100 / SAMPLE_RATE as usize).clamp(2, FRAMES))
            .collect();
        let alignments = self
            .model
            .align(&encoded, &self.start, &aligned, &frames, SMOOTH)
            .map_err(|error| failed(&error))?;
        let heard = texts.iter().zip(&results).zip(&alignments).zip(windows);
        Ok(heard
            .map(|(((text, result), alignment), window)| {
                let tokens = text.iter().zip(alignment.text_token_probs.iter().chain([&0.0]));
                let tokens: Vec<Chosen> = tokens
                    .map(|(&id, &probability)| Chosen { token: id as u32, probability })
                    .collect();
                // CTranslate2 divides by the tokens without the end.
                let score = result.scores.first().copied().unwrap_or(0.0).max(-100.0);
                let likelihood = score * tokens.len() as f32 / (tokens.len() + 1) as f32;
                let no_speech = result.no_speech_prob;
                let length = window.samples.len() as f64 / f64::from(SAMPLE_RATE);
                let ends = ends(alignment, tokens.len(), length);
                Heard {
                    found: Found { tokens, likelihood, no_speech, attention: Vec::new() },
                    ends,
                }
            })
            .collect())
    }
}

fn has_alignment_heads(folder: &Path) -> bool {
    let text = fs_err::read_to_string(folder.join("config.json")).unwrap_or_default();
    let config: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    config["alignment_heads"].as_array().is_some_and(|heads| !heads.is_empty())
}

/// A text with when each of its tokens has been said, in seconds.
struct Heard {
    found: Found,
    ends: Vec<f64>,
}

impl AsRef<Found> for Heard {
    fn as_ref(&self) -> &Found {
        &self.found
    }
}

/// The first position of each row of the way through text and sound is where its token begins, and where
/// the one before has been said.
fn ends(alignment: &WhisperAlignmentResult, count: usize, length: f64) -> Vec<f64> {
    let mut ends = vec![length; count];
    for step in alignment.alignments.iter().rev() {
        let before = usize::try_from(step.token_x - 1).ok();
        if let Some(end) = before.and_then(|before| ends.get_mut(before)) {
            *end = (step.frame_x as f64 * POSITION).clamp(0.0, length);
        }
    }
    ends
}

/// Bytes as GPT-2's vocabulary writes them: each as one printable letter.
fn written(bytes: &[u8]) -> String {
    let plain = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let letter = |&byte: &u8| {
        let others = (0..byte).filter(|&before| !plain(before)).count() as u32;
        let code = if plain(byte) { u32::from(byte) } else { 256 + others };
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    bytes.iter().map(letter).collect()
}

impl Engine for OnGpu {
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(GpuSession { engine: self }))
    }
}

struct GpuSession<'a> {
    engine: &'a OnGpu,
}

impl Session for GpuSession<'_> {
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
        let find = |windows: &[&SpeechWindow], rung| {
            // The halves of a batch's windows are more than a batch.
            let batches = windows.chunks(BATCH).map(|some| engine.find(some, rung));
            Ok(batches.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        };
        let texts = climb(&sounding(windows), decoding, engine.fallback, SIDE_BY_SIDE, find)?;
        Ok(decoded(windows, texts, |Heard { found, ends }, _, _| {
            sentences(&found.tokens, &ends, found.no_speech, &engine.tokens)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Batched;
    use super::super::tests::{heard, window};
    use super::*;

    /// `base` as `benches/peers` makes it for CTranslate2, and as it is in the cache for ggml; none, with a
    /// message, when they are not there.
    fn base() -> Option<(std::path::PathBuf, std::path::PathBuf)> {
        let folder = |name| std::env::var_os(name).map(std::path::PathBuf::from);
        let cache =
            folder("REFERENT_CACHE").or_else(|| Some(folder("HOME")?.join(".cache/referent")))?;
        let (published, file) = (cache.join("peers/base"), cache.join("models/ggml-base-q8_0.bin"));
        let found = published.join("model.bin").is_file() && file.is_file();
        if !found {
            tracing::info!("skipped: run benches/peers once, which makes {}", published.display());
        }
        found.then_some((published, file))
    }

    #[test]
    fn ctranslate2_hears_what_our_own_engine_hears() {
        let Some((folder, file)) = base() else { return };
        let prompt = "Byrådet i Solby.";
        let other = OnGpu::load(&folder, &file, "da", prompt, true, Place::Processor).ok().unwrap();
        let own = Batched::load(&file, "da", prompt, true).ok().unwrap();
        let window = window();
        // The same words are said at the same time.
        let ends = |engine: &dyn Engine| -> Vec<(Vec<u8>, f64)> {
            let decoded = engine.session().unwrap().decode(&window, &Decoding::FIRST).unwrap();
            let tokens = decoded.utterances.into_iter().flat_map(|utterance| utterance.tokens);
            tokens
                .filter(|token| token.bytes.len() > 3)
                .map(|t| (t.bytes, t.end.unwrap()))
                .collect()
        };
        let (theirs, ours) = (ends(&other), ends(&own));
        let mut apart: Vec<f64> = ours
            .iter()
            .filter_map(|(bytes, end)| {
                let same = theirs.iter().filter(|(other, _)| other == bytes);
                same.map(|(_, other)| (other - end).abs()).min_by(f64::total_cmp)
            })
            .collect();
        apart.sort_by(f64::total_cmp);
        assert!(apart.len() > 5 && apart[apart.len() / 2] < 0.25, "{apart:?}");
        let texts = [heard(&other, &window), heard(&own, &window)].map(|text| text.to_lowercase());
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let [theirs, ours] = [words(&texts[0]), words(&texts[1])];
        let shared = theirs.iter().filter(|word| ours.contains(word)).count();
        assert!(ours.len() > 10 && shared * 10 >= ours.len() * 7, "{texts:?}");
        for decoding in [
            Decoding::FIRST,
            Decoding { temperature: 0.0, beam: 5, prompt: false, fallback: false },
            Decoding { temperature: 0.4, beam: 1, prompt: false, fallback: false },
        ] {
            let mut session = other.session().unwrap();
            let both = session.decode_together(&[&window, &window], &decoding).unwrap();
            for decoded in both {
                let tokens: Vec<_> =
                    decoded.utterances.iter().flat_map(|utterance| &utterance.tokens).collect();
                assert!(tokens.len() > 10, "{decoding:?}");
                let ends: Vec<f64> = tokens.iter().filter_map(|token| token.end).collect();
                assert!(ends.is_sorted() && ends.len() == tokens.len(), "{ends:?}");
                let (first, last) = (ends[0], ends[ends.len() - 1]);
                assert!(first < 3.0 && last > 10.0 && last <= 15.0, "{ends:?}");
                assert!(tokens.iter().all(|token| (0.0..=1.0).contains(&token.probability)));
                let mean = tokens.iter().map(|token| token.probability).sum::<f32>();
                assert!(mean / tokens.len() as f32 > 0.3, "{decoding:?}");
            }
        }
        let silence = SpeechWindow { samples: vec![0.0; 800], ..window };
        assert!(
            other
                .session()
                .unwrap()
                .decode(&silence, &Decoding::FIRST)
                .unwrap()
                .utterances
                .is_empty()
        );
    }

    #[test]
    fn bytes_are_written_as_the_vocabulary_writes_them() {
        assert_eq!(written(b" og"), "\u{120}og");
        assert_eq!(written("å".as_bytes()), "Ã¥");
        assert_eq!(written(b"\n\x7f\xad"), "\u{10a}\u{121}\u{143}");
    }
}
