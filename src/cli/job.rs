//! From arguments to the pipeline's job: models found, cores counted, signals caught.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::args::{Device, EngineName, Recognition, Work};
use super::{Failure, Printer};
use crate::agenda;
use crate::asr::{self, EngineKind};
use crate::corrections;
use crate::media;
use crate::meeting::{Fault, Outcome};
use crate::models::Store;
use crate::pipeline::{Job, Meeting, Method, PipelineError};

/// Checks everything that can be checked before the long work begins.
pub(super) fn prepare(
    recording: &Path,
    work: &Work,
    recognition: &Recognition,
) -> Result<Job, Failure> {
    // A wrong file is told before a missing model, which may take long to fetch.
    media::probe(recording)?;
    let store = Store::default_location()?;
    let folder = Path::new(&recognition.model);
    let published = folder.join("model.bin").is_file().then(|| folder.to_path_buf());
    let gpu = gpu_wanted(recognition, published.is_some())?;
    let model = if folder.is_dir() {
        // Warnings about the weights were for a person to read once, at the conversion.
        store.converted(folder)?.value
    } else {
        store.locate(&recognition.model)?
    };
    let engine = engine_wanted(recognition, gpu, &model.path, published.is_some())?;
    let method = Method {
        model,
        published,
        engine,
        vad: store.locate("silero-vad")?,
        language: recognition.language.clone(),
        workers: recognition.threads.map_or_else(asr::free_cores, usize::from),
        gpu,
    };
    let roster = match &recognition.roster {
        Some(file) => agenda::roster(file)?,
        None => Vec::new(),
    };
    let glossary = match &recognition.glossary {
        Some(file) => read_glossary(file)?,
        None => Vec::new(),
    };
    let corrections = recognition.corrections.as_deref().map(corrections::read).transpose()?;
    Ok(Job {
        recording: recording.to_path_buf(),
        track: recognition.track,
        out: work.out.clone(),
        method,
        roster,
        glossary,
        corrections,
        start_over: work.start_over,
        language_model: None,
        pins: Vec::new(),
        template: None,
    })
}

/// How long the work may take to come to an orderly stop. Longer than the recogniser gives the windows
/// in flight; what is written by then is whole, so an end at any moment costs no more than a kill.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Ctrl-C and SIGTERM ask for an orderly stop, which is enforced when the work does not heed it soon: in
/// a large model's loading, say. A second signal ends the program at once.
pub(super) fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal finds the flag set and ends the program with code 5.
        signal_hook::flag::register_conditional_shutdown(signal, 5, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| Failure::new(Fault::Bug, format!("cannot catch signals: {error}")))?;
    }
    let asked = Arc::clone(&stop);
    std::thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(PATIENCE);
        let failure = Failure::from(PipelineError::Interrupted);
        Printer::new(true).error(&failure);
        std::process::exit(i32::from(failure.exit()));
    });
    Ok(stop)
}

/// The last event of `--json`.
pub(super) fn done_event(outcome: &Outcome<Meeting>) -> Value {
    json!({
        "event": "done",
        "folder": outcome.value.path,
        "segments": outcome.value.transcript.segments.len(),
        "documents": outcome.value.documents,
        "warnings": outcome.warnings,
    })
}

/// The engine for the place where it computes, and for what the model is.
fn engine_wanted(
    wanted: &Recognition,
    gpu: bool,
    model: &Path,
    published: bool,
) -> Result<EngineKind, Failure> {
    let suits = || asr::suits_batched(model, &wanted.language);
    let nvidia = matches!(wanted.device, Device::Auto | Device::Cuda);
    match (wanted.engine, gpu) {
        (EngineName::Batched, false) => Ok(EngineKind::Batched),
        (EngineName::Auto, false) if suits() => Ok(EngineKind::Batched),
        (EngineName::Auto, true) if nvidia && published && asr::batches_on_gpu() && suits() => {
            Ok(EngineKind::Batched)
        }
        (EngineName::Auto | EngineName::WhisperCpp, _) => Ok(EngineKind::WhisperCpp),
        // Without a GPU the processor takes over, with a notice.
        (EngineName::Batched, true) if cfg!(feature = "ctranslate2") && nvidia && published => {
            Ok(EngineKind::Batched)
        }
        (EngineName::Batched, true) if cfg!(feature = "ctranslate2") => Err(Failure::new(
            Fault::Usage,
            "the batched engine computes on an NVIDIA GPU only, and there reads CTranslate2 folders \
             (--model FOLDER): add --device cpu, or leave --engine away",
        )),
        (EngineName::Batched, true) => Err(Failure::new(
            Fault::Usage,
            "the batched engine of this build computes on the processor: add --device cpu, leave --engine \
             away, or build with --features cuda,ctranslate2",
        )),
    }
}

/// Whether to try a GPU. Asking for one that this build knows nothing of is an error; one that does not
/// work at run time gives a notice, and the processor computes.
fn gpu_wanted(wanted: &Recognition, published: bool) -> Result<bool, Failure> {
    let built = [
        (Device::Cuda, cfg!(feature = "cuda")),
        (Device::Vulkan, cfg!(feature = "vulkan")),
        (Device::Metal, cfg!(feature = "metal")),
    ];
    match wanted.device {
        Device::Cpu => Ok(false),
        Device::Auto if wanted.engine == EngineName::Batched => {
            Ok(published && asr::batches_on_gpu())
        }
        Device::Auto => Ok(built.iter().any(|(_, has)| *has)),
        device if built.contains(&(device, true)) => Ok(true),
        device => {
            let name = format!("{device:?}").to_lowercase();
            let message = format!(
                "this build of referent has no {name} support. Build it with `cargo build --release \
                 --features {name}`, or use --device cpu"
            );
            Err(Failure::new(Fault::Missing, message))
        }
    }
}

/// One word or phrase a line; blank lines and lines that begin with # are left out.
fn read_glossary(file: &Path) -> Result<Vec<String>, Failure> {
    let text = fs_err::read_to_string(file).map_err(|error| {
        let message =
            format!("the glossary could not be read: {error}. Give a text file, one word a line");
        Failure::new(Fault::BadInput, message)
    })?;
    let words =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(words.map(str::to_owned).collect())
}
