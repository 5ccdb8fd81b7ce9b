//! Windows of speech → segments and words.
//!
//! The native engine runs in a child process (`referent worker`), so that an abort or a segmentation
//! fault in it costs one window and not the meeting: [`Recogniser`] is the parent's side,
//! [`worker::serve`] the child's. [`prompt()`] makes the recogniser's vocabulary hint and
//! [`assemble()`] the transcript.

mod agreement;
mod assemble;
mod batched;
mod child;
mod company;
mod confidence;
mod crowd;
mod effort;
mod engine;
mod error;
mod fault;
pub mod frames;
mod graph;
mod guard;
mod halves;
mod loops;
mod opinion;
mod phantoms;
mod placing;
mod prompt;
mod recogniser;
mod rehearsal;
mod scratch;
mod shape;
mod whisper_cpp;
mod words;
pub mod worker;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use assemble::assemble;
pub use batched::suits as suits_batched;
pub use confidence::{Calibration, calibrate, mark_unsure};
pub use engine::{Decoded, Decoding, Engine, EngineError, Session, Token, Utterance};
pub use error::AsrError;
pub use guard::recognise;
pub use loops::{Judgement, judge};
pub use prompt::prompt;
pub use recogniser::{Ended, Recogniser};

/// How to recognise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// A ggml model file.
    pub model: PathBuf,
    /// The CTranslate2 folder that the model was made of, which the batched engine reads on a GPU; none
    /// when it was made of something else.
    #[serde(default)]
    pub published: Option<PathBuf>,
    /// ISO 639-1 code; recognition is locked to it.
    pub language: String,
    /// Windows recognised at the same time, each on one thread; 1 or more.
    pub workers: usize,
    /// Whether to compute on a GPU, when the build supports one and it works.
    pub gpu: bool,
    /// Seconds of the whole recording, if known: the windows of a short one are shared out among the
    /// workers.
    #[serde(default)]
    pub duration: Option<f64>,
    /// Names and words to expect, see [`prompt()`]; empty for none.
    pub prompt: String,
    /// Whether the engine itself tries a bad decoding again at rising temperatures. Without, the
    /// guard alone ends loops.
    #[serde(default = "on")]
    pub fallback: bool,
    /// Which engine recognises.
    #[serde(default)]
    pub engine: EngineKind,
    /// The program to run as `PROGRAM worker`; none for the one that is running.
    #[serde(skip)]
    pub program: Option<PathBuf>,
    /// Most seconds of computing for one window; none for a limit worked out from model and window.
    #[serde(skip)]
    pub window_limit: Option<f64>,
    /// Most seconds for which windows may be in flight and nothing be computed; none for 900.
    #[serde(skip)]
    pub still_limit: Option<f64>,
}

impl Settings {
    /// One worker on the processor, Danish, no prompt.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self {
            model: model.into(),
            published: None,
            language: "da".to_owned(),
            workers: 1,
            gpu: false,
            duration: None,
            prompt: String::new(),
            fallback: true,
            engine: EngineKind::default(),
            program: None,
            window_limit: None,
            still_limit: None,
        }
    }
}

fn on() -> bool {
    true
}

/// Whether the batched engine of this build can compute on a GPU of this machine; the models that it
/// reads there are CTranslate2 folders.
pub fn batches_on_gpu() -> bool {
    #[cfg(feature = "ctranslate2")]
    let found = batched::gpu::finds_gpu();
    #[cfg(not(feature = "ctranslate2"))]
    let found = false;
    found
}

/// Recognition engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// whisper.cpp.
    #[default]
    WhisperCpp,
    /// 8-bit weights, several windows together: our own on the processor, CTranslate2 on a GPU.
    Batched,
    /// No model: answers every window with a fixed line. Rehearses the process around it.
    Rehearsal,
}

impl EngineKind {
    /// Its name in provenance and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::WhisperCpp => "whisper-cpp",
            Self::Batched => "batched",
            Self::Rehearsal => "rehearsal",
        }
    }
}

/// Workers that this machine has room for: its cores (as far as this process may use them) less the
/// threads that run at this moment besides ours, but at least half of the cores. The load average
/// would still count a build that has just ended.
pub fn free_cores() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let running = fs_err::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().nth(3)?.split('/').next()?.parse::<usize>().ok())
        .unwrap_or(1);
    cores.saturating_sub(running.saturating_sub(1)).max(cores.div_ceil(2))
}
