//! The whisper.cpp engine, through the C interface that whisper-rs bundles.
//!
//! The C interface rather than whisper-rs' own types, because those leak a prompt and a language at
//! every call and hide how many temperatures were tried.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::NonNull;

use whisper_rs::whisper_rs_sys as sys;

use super::engine::{self, Decoded, Decoding, Engine, EngineError, Session, Token, Utterance};
use super::shape::Shape;
use super::{graph, scratch};
use crate::meeting::{SAMPLE_RATE, SpeechWindow};

/// Rise of the temperature from one try to the next (OpenAI's Whisper).
const TEMPERATURE_STEP: f32 = 0.2;
/// A decoding whose last 32 tokens have less entropy has begun to repeat itself (whisper.cpp).
const ENTROPY: f32 = 2.4;
/// A decoding with a lower mean log probability is tried again (OpenAI's Whisper).
const LOG_PROBABILITY: f32 = -1.0;
/// Above this, an unlikely decoding is silence (OpenAI's Whisper).
const NO_SPEECH: f32 = 0.6;
/// Hypotheses sampled at temperatures above 0 (OpenAI's Whisper).
const BEST_OF: c_int = 5;
/// Shortest sound given to the engine, in samples: 1.1 s. Shorter sound is followed by silence; the
/// engine gives nothing for less than 0.1 s and rounds its last second away.
const SHORTEST: usize = (SAMPLE_RATE as usize * 11) / 10;
/// Shorter sound than this, in samples (100 ms), holds no word.
const NOTHING: usize = SAMPLE_RATE as usize / 10;
/// Prompt tokens at most. The model's own limit is half its text context less one (223); a prompt
/// near it makes short windows repeat the prompt.
const MOST_PROMPT: usize = 200;

/// Why a model could not be used.
pub(super) enum Refusal {
    Model(String),
    Language,
}

/// Whether there is a GPU that this build can compute on and whose driver works.
pub(super) fn finds_gpu() -> bool {
    // SAFETY: the callback is a plain function that lives as long as the program.
    unsafe { sys::whisper_log_set(Some(log), std::ptr::null_mut()) };
    // SAFETY: indices are below the count; a back end is freed once.
    unsafe {
        (0..sys::ggml_backend_dev_count()).any(|at| {
            let device = sys::ggml_backend_dev_get(at);
            let kind = sys::ggml_backend_dev_type(device);
            let gpu = kind == sys::ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_GPU
                || kind == sys::ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_IGPU;
            if !gpu {
                return false;
            }
            let backend = sys::ggml_backend_dev_init(device, std::ptr::null());
            if !backend.is_null() {
                sys::ggml_backend_free(backend);
            }
            !backend.is_null()
        })
    }
}

/// A loaded ggml model.
pub(super) struct WhisperCpp {
    context: NonNull<sys::whisper_context>,
    language: CString,
    prompt: Vec<sys::whisper_token>,
    end_of_text: sys::whisper_token,
    has_word_times: bool,
    /// Whether the temperature may rise at all.
    fallback: bool,
    /// Frames that the model hears at most; none on a GPU, where hearing all of them costs little.
    most_frames: Option<usize>,
}

// SAFETY: whisper.cpp reads the context only, once it is loaded; everything that changes lies in the
// states, of which every session has its own
// (https://github.com/ggml-org/whisper.cpp/issues/32#issuecomment-1272790388).
unsafe impl Send for WhisperCpp {}
// SAFETY: as above.
unsafe impl Sync for WhisperCpp {}

impl WhisperCpp {
    /// Loads the model and locks it to the language.
    pub(super) fn load(
        path: &Path,
        language: &str,
        prompt: &str,
        gpu: bool,
        fallback: bool,
    ) -> Result<Self, Refusal> {
        // SAFETY: the callback is a plain function that lives as long as the program.
        unsafe { sys::whisper_log_set(Some(log), std::ptr::null_mut()) };
        scratch::watch();
        graph::watch();
        let shape = Shape::read(path).map_err(Refusal::Model)?;
        let language = CString::new(language).map_err(|_| Refusal::Language)?;
        // SAFETY: a NUL-terminated string that outlives the call.
        if unsafe { sys::whisper_lang_id(language.as_ptr()) } < 0 {
            return Err(Refusal::Language);
        }
        let file = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| Refusal::Model("its path holds a NUL byte".to_owned()))?;
        // SAFETY: takes nothing, gives a plain struct.
        let mut parameters = unsafe { sys::whisper_context_default_params() };
        parameters.use_gpu = gpu;
        // Flash attention was slower on processors and silently turns word times off.
        parameters.flash_attn = false;
        let heads = shape.alignment_heads();
        parameters.dtw_token_timestamps = heads.is_some();
        parameters.dtw_aheads_preset =
            heads.unwrap_or(sys::whisper_alignment_heads_preset_WHISPER_AHEADS_NONE);
        // Address space, not memory: large-v2's 23 heads need more than the default 128 MiB, and
        // whisper.cpp aborts when it runs out.
        parameters.dtw_mem_size = 384 << 20;
        // SAFETY: the path outlives the call; the parameters are the library's own with plain values
        // changed.
        let context =
            unsafe { sys::whisper_init_from_file_with_params_no_state(file.as_ptr(), parameters) };
        let context = NonNull::new(context)
            .ok_or_else(|| Refusal::Model("whisper.cpp cannot read it".to_owned()))?;
        // SAFETY: the context is valid until dropped.
        let (multilingual, end_of_text, positions) = unsafe {
            (
                sys::whisper_is_multilingual(context.as_ptr()) != 0,
                sys::whisper_token_eot(context.as_ptr()),
                sys::whisper_n_audio_ctx(context.as_ptr()),
            )
        };
        let positions = usize::try_from(positions).ok().filter(|_| !gpu);
        let mut engine = Self {
            context,
            language,
            prompt: Vec::new(),
            end_of_text,
            has_word_times: heads.is_some(),
            fallback,
            most_frames: positions.map(|positions| 2 * positions),
        };
        if !multilingual && engine.language.as_bytes() != b"en" {
            return Err(Refusal::Model("it knows English only".to_owned()));
        }
        engine.prompt = engine.tokens(prompt);
        Ok(engine)
    }

    /// The last [`MOST_PROMPT`] tokens of a text: a prompt's end weighs most.
    fn tokens(&self, text: &str) -> Vec<sys::whisper_token> {
        let Ok(text) = CString::new(text.replace('\0', " ")) else { return Vec::new() };
        // No text has more tokens than bytes.
        let mut tokens = vec![0; text.as_bytes().len()];
        let room = c_int::try_from(tokens.len()).unwrap_or(c_int::MAX);
        // SAFETY: context and text are valid, and the buffer has room for as many tokens as are said.
        let count = unsafe {
            sys::whisper_tokenize(self.context.as_ptr(), text.as_ptr(), tokens.as_mut_ptr(), room)
        };
        tokens.truncate(usize::try_from(count).unwrap_or(0));
        tokens.split_off(tokens.len().saturating_sub(MOST_PROMPT))
    }

    fn state(&self) -> Result<State, EngineError> {
        // SAFETY: the context is valid.
        let state = unsafe { sys::whisper_init_state(self.context.as_ptr()) };
        NonNull::new(state)
            .map(State)
            .ok_or_else(|| EngineError("there is not enough memory to decode".to_owned()))
    }
}

impl Drop for WhisperCpp {
    fn drop(&mut self) {
        // SAFETY: made by whisper_init…, freed once; sessions borrow the engine, so none is left.
        unsafe { sys::whisper_free(self.context.as_ptr()) };
    }
}

impl Engine for WhisperCpp {
    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(WhisperSession { engine: self, state: Some(self.state()?) }))
    }
}

/// Owns a `whisper_state`.
struct State(NonNull<sys::whisper_state>);

impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: made by whisper_init_state, freed once.
        unsafe { sys::whisper_free_state(self.0.as_ptr()) };
    }
}

struct WhisperSession<'a> {
    engine: &'a WhisperCpp,
    /// None after sampling and after beam search: the state's random numbers would go on where they
    /// were, and its cache, grown for several beams, would be summed up in another order, so the next
    /// window's text would depend on the windows before.
    state: Option<State>,
}

impl Session for WhisperSession<'_> {
    fn decode(
        &mut self,
        window: &SpeechWindow,
        decoding: &Decoding,
    ) -> Result<Decoded, EngineError> {
        if window.samples.len() < NOTHING {
            return Ok(Decoded { utterances: Vec::new(), temperature: 0.0, attempts: 1 });
        }
        let state = match self.state.take() {
            Some(state) => state,
            None => self.engine.state()?,
        };
        let mut padded;
        let samples = if window.samples.len() < SHORTEST {
            padded = window.samples.clone();
            padded.resize(SHORTEST, 0.0);
            &padded
        } else {
            &window.samples
        };
        let mut tries = Tries::default();
        let mut parameters = self.parameters(decoding, &mut tries);
        if let Some(most) = self.engine.most_frames {
            // A position of the encoder's is two frames.
            parameters.audio_ctx = (engine::frames(samples.len(), most) / 2) as c_int;
        }
        let count = c_int::try_from(samples.len())
            .map_err(|_| EngineError("the window is too long".to_owned()))?;
        // SAFETY: context and state are valid; the samples, and all that the parameters point to
        // (language and prompt in the engine, `tries` on this stack), outlive the call.
        let code = unsafe {
            sys::whisper_full_with_state(
                self.engine.context.as_ptr(),
                state.0.as_ptr(),
                parameters,
                samples.as_ptr(),
                count,
            )
        };
        if code != 0 {
            return Err(EngineError(format!("whisper.cpp gave error {code}")));
        }
        let highest = tries.highest();
        let temperature = if highest == 0 {
            decoding.temperature
        } else {
            (decoding.temperature + TEMPERATURE_STEP * highest as f32).min(1.0)
        };
        let utterances = self.utterances(&state);
        if temperature == 0.0 && decoding.beam <= 1 {
            self.state = Some(state);
        }
        Ok(Decoded { utterances, temperature, attempts: highest + 1 })
    }
}

impl WhisperSession<'_> {
    fn parameters(&self, decoding: &Decoding, tries: &mut Tries) -> sys::whisper_full_params {
        let strategy = if decoding.beam > 1 {
            sys::whisper_sampling_strategy_WHISPER_SAMPLING_BEAM_SEARCH
        } else {
            sys::whisper_sampling_strategy_WHISPER_SAMPLING_GREEDY
        };
        // SAFETY: gives a plain struct.
        let mut parameters = unsafe { sys::whisper_full_default_params(strategy) };
        parameters.n_threads = 1;
        parameters.translate = false;
        parameters.no_context = true;
        parameters.no_timestamps = false;
        parameters.single_segment = false;
        parameters.print_special = false;
        parameters.print_progress = false;
        parameters.print_realtime = false;
        parameters.print_timestamps = false;
        parameters.token_timestamps = true;
        parameters.suppress_blank = true;
        parameters.suppress_nst = true;
        parameters.language = self.engine.language.as_ptr();
        parameters.detect_language = false;
        parameters.temperature = decoding.temperature;
        let step = if decoding.fallback && self.engine.fallback { TEMPERATURE_STEP } else { 0.0 };
        parameters.temperature_inc = step;
        parameters.entropy_thold = ENTROPY;
        parameters.logprob_thold = LOG_PROBABILITY;
        parameters.no_speech_thold = NO_SPEECH;
        parameters.greedy.best_of = BEST_OF;
        parameters.beam_search.beam_size = decoding.beam as c_int;
        if decoding.prompt && !self.engine.prompt.is_empty() {
            parameters.prompt_tokens = self.engine.prompt.as_ptr();
            parameters.prompt_n_tokens = self.engine.prompt.len() as c_int;
        }
        parameters.logits_filter_callback = Some(count_try);
        parameters.logits_filter_callback_user_data = std::ptr::from_mut(tries).cast();
        parameters.encoder_begin_callback = Some(count_part);
        parameters.encoder_begin_callback_user_data = std::ptr::from_mut(tries).cast();
        parameters.abort_callback = Some(after_encoding);
        parameters.abort_callback_user_data = std::ptr::from_mut(tries).cast();
        parameters
    }

    fn utterances(&self, state: &State) -> Vec<Utterance> {
        let (context, state) = (self.engine.context.as_ptr(), state.0.as_ptr());
        let mut utterances = Vec::new();
        // SAFETY: context and state are valid and nothing else uses the state; all indices are below
        // the counts that the state itself gives; the token texts belong to the context.
        unsafe {
            for segment in 0..sys::whisper_full_n_segments_from_state(state) {
                let mut tokens = Vec::new();
                for at in 0..sys::whisper_full_n_tokens_from_state(state, segment) {
                    let data = sys::whisper_full_get_token_data_from_state(state, segment, at);
                    if data.id >= self.engine.end_of_text {
                        continue;
                    }
                    let text = sys::whisper_token_to_str(context, data.id);
                    if text.is_null() {
                        continue;
                    }
                    let said = if self.engine.has_word_times { data.t_dtw } else { data.t1 };
                    tokens.push(Token {
                        bytes: CStr::from_ptr(text).to_bytes().to_vec(),
                        probability: data.p.clamp(0.0, 1.0),
                        end: (said >= 0).then_some(said as f64 / 100.0),
                    });
                }
                utterances.push(Utterance {
                    start: sys::whisper_full_get_segment_t0_from_state(state, segment) as f64
                        / 100.0,
                    end: sys::whisper_full_get_segment_t1_from_state(state, segment) as f64 / 100.0,
                    no_speech: sys::whisper_full_get_segment_no_speech_prob_from_state(
                        state, segment,
                    ),
                    tokens,
                });
            }
        }
        utterances
    }
}

/// Counts how often the engine began to decode the same part of the sound: once for each
/// temperature.
#[derive(Default)]
struct Tries {
    now: u32,
    most: u32,
    /// A part of the sound is being encoded.
    encoding: bool,
}

impl Tries {
    /// Temperature steps taken above the first, at most.
    fn highest(&self) -> u32 {
        self.most.max(self.now).saturating_sub(1)
    }
}

unsafe extern "C" fn count_part(
    context: *mut sys::whisper_context,
    state: *mut sys::whisper_state,
    tries: *mut c_void,
) -> bool {
    // SAFETY: points to the `Tries` on the stack of `decode`, which waits for this call; with one
    // thread no other callback runs meanwhile.
    if let Some(tries) = unsafe { tries.cast::<Tries>().as_mut() } {
        tries.most = tries.most.max(tries.now);
        tries.now = 0;
        tries.encoding = true;
    }
    scratch::give_back_all();
    // SAFETY: both are valid through the call. The logits of the part before are no longer read, and
    // whisper_init_state reserves room for a whole text context of them.
    unsafe {
        let count = sys::whisper_n_vocab(context).max(0) * sys::whisper_n_text_ctx(context).max(0);
        scratch::give_back_floats(sys::whisper_get_logits_from_state(state), count as usize);
    }
    true
}

/// Called after the sound is encoded and after every token decoded; never aborts.
unsafe extern "C" fn after_encoding(tries: *mut c_void) -> bool {
    // SAFETY: as in `count_part`.
    if let Some(tries) = unsafe { tries.cast::<Tries>().as_mut() }
        && tries.encoding
    {
        tries.encoding = false;
        scratch::give_back();
    }
    false
}

unsafe extern "C" fn count_try(
    _: *mut sys::whisper_context,
    _: *mut sys::whisper_state,
    _: *const sys::whisper_token_data,
    tokens: c_int,
    _: *mut f32,
    tries: *mut c_void,
) {
    if tokens == 0 {
        // The sound is encoded and the prompt decoded; the logits lie elsewhere.
        scratch::give_back();
        scratch::give_back_zeros();
        // SAFETY: as in `count_part`.
        if let Some(tries) = unsafe { tries.cast::<Tries>().as_mut() } {
            tries.now += 1;
        }
    }
}

/// whisper.cpp's own log goes to stderr, which the parent reads.
unsafe extern "C" fn log(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if !text.is_null() {
        // SAFETY: whisper.cpp gives a NUL-terminated string that lives through the call.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        tracing::debug!(target: "whisper_cpp", level, "{}", text.trim_end());
    }
}
