//! Loops: how often a decoder goes round when its own fallback is off, and what the guard makes of it.
//!
//! `cargo bench --bench loops [-- MODEL [RECORDING]]`: a model of the cache (default: small) on a
//! recording (default: the synthetic meeting of ../shared, first as it sounds in a hall, made with ffmpeg,
//! then as it is). First whisper.cpp itself hears the recording as
//! one, as programs around it have it; then both engines hear it through the guard, once as always and once
//! with that loop's own words as prompt. Printed for each are the windows, those in which a decoding went
//! round, what became of these, and the most times that a phrase of up to eight words stands in a row in
//! what is not withheld.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use referent::asr::{AsrError, EngineKind, Recogniser, Settings};
use referent::media;
use referent::meeting::{Segment, SpeechWindow, WindowText};
use referent::models::Store;
use referent::speech::Segmenter;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

/// Words of a phrase at most.
const PHRASE: usize = 8;
/// A phrase so many times in a row is a loop.
const ROUNDS: usize = 4;
/// Segments of a loop that are given as prompt.
const CONTEXT: usize = 6;

fn windows(recording: &Path, store: &Store) -> Vec<SpeechWindow> {
    let mut segmenter = Segmenter::load(&store.locate("silero-vad").unwrap().path).unwrap();
    let mut windows = Vec::new();
    for block in media::open(recording, None).unwrap() {
        windows.extend(segmenter.push(&block.unwrap()).unwrap());
    }
    windows.extend(segmenter.finish().unwrap());
    windows
}

fn texts(
    model: &Path,
    engine: EngineKind,
    windows: &[SpeechWindow],
    prompt: &str,
) -> Vec<WindowText> {
    // The worker is the program itself, which cargo builds for a bench, too.
    let program = Some(env!("CARGO_BIN_EXE_referent").into());
    let prompt = prompt.to_owned();
    let settings = Settings { program, engine, prompt, fallback: false, ..Settings::new(model) };
    let mut texts = Vec::new();
    let on_done = |text| {
        texts.push(text);
        Ok(())
    };
    let feed = windows.iter().cloned().map(Ok);
    let mut recogniser = Recogniser::start(settings).unwrap();
    recogniser.recognise::<AsrError>(feed, on_done, &AtomicBool::new(false)).unwrap();
    texts
}

/// What whisper.cpp itself writes for the whole recording, as programs around it do: each 30 s are given
/// the text before them. A start in seconds and a text each.
fn in_one(model: &Path, samples: &[f32]) -> Vec<(f64, String)> {
    whisper_rs::install_logging_hooks();
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default());
    let mut state = context.unwrap().create_state().unwrap();
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_language(Some("da"));
    parameters.set_temperature_inc(0.0);
    parameters.set_n_threads(1);
    parameters.set_print_progress(false);
    state.full(parameters, samples).unwrap();
    let part = |at| {
        let segment = state.get_segment(at).unwrap();
        (segment.start_timestamp() as f64 / 100.0, segment.to_str_lossy().unwrap().into_owned())
    };
    (0..state.full_n_segments()).map(part).collect()
}

fn samples(recording: &Path) -> Vec<f32> {
    let mut samples = Vec::new();
    for block in media::open(recording, None).unwrap() {
        samples.extend(block.unwrap().samples);
    }
    samples
}

/// The words without case and punctuation.
fn words<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain = |word: &str| word.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    texts.flat_map(str::split_whitespace).map(plain).collect()
}

fn trusted(text: &WindowText) -> Vec<String> {
    let trusted = text.segments.iter().filter(|segment| !segment.is_withheld());
    words(trusted.map(|segment| segment.text.as_str()))
}

/// The most times that a phrase stands in a row, and the word at which it begins.
fn rounds(words: &[String]) -> (usize, usize) {
    let same = |phrase: usize, at: usize| {
        let next = words[at..].chunks_exact(phrase);
        next.take_while(|part| *part == &words[at..at + phrase]).count()
    };
    (1..=PHRASE)
        .flat_map(|phrase| (0..words.len().saturating_sub(phrase)).map(move |at| (phrase, at)))
        .map(|(phrase, at)| (same(phrase, at), at))
        .max_by_key(|(count, at)| (*count, std::cmp::Reverse(*at)))
        .unwrap_or((0, 0))
}

fn is_looped(text: &&WindowText) -> bool {
    text.rejected.iter().any(|reason| reason.contains("repeat"))
}

fn row(name: &str, engine: &str, texts: &[WindowText]) {
    let looped: Vec<&WindowText> = texts.iter().filter(is_looped).collect();
    let withheld =
        looped.iter().filter(|text| text.segments.iter().any(Segment::is_withheld)).count();
    println!(
        "| {name} | {engine} | {} | {} | {} | {withheld} | {} |",
        texts.len(),
        looped.len(),
        looped.len() - withheld,
        texts.iter().map(|text| rounds(&trusted(text)).0).max().unwrap_or(0),
    );
}

/// The recording as a far microphone in a hall has it: five echoes and faint pink noise.
fn in_a_hall(recording: &Path, folder: &Path) -> PathBuf {
    let path = folder.join("hall.wav");
    let noise = "anoisesrc=color=pink:amplitude=0.02:seed=1";
    let mix = "[0]aecho=0.8:0.9:50|110|190|310|470:0.7|0.6|0.5|0.4|0.3[a];\
               [a][1]amix=inputs=2:duration=first:normalize=0";
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(recording)
        .args(["-f", "lavfi", "-i", noise, "-filter_complex", mix, "-ar", "16000", "-ac", "1"])
        .arg(&path)
        .status();
    assert!(made.unwrap().success());
    path
}

fn report(name: &str, model: &Path, store: &Store, recording: &Path) {
    let whole = in_one(model, &samples(recording));
    let said = words(whole.iter().map(|(_, text)| text.as_str()));
    let (count, at) = rounds(&said);
    let mut seen = 0;
    let place = whole.iter().position(|(_, text)| {
        seen += text.split_whitespace().count();
        seen > at
    });
    let place = place.unwrap_or(0);
    println!(
        "\n{name}, {}. whisper.cpp itself, fallback off, the recording as one: {} words, a phrase {count} \
         times in a row from {:.0} s on.\n",
        recording.file_name().unwrap_or_default().display(),
        said.len(),
        whole.get(place).map_or(0.0, |(start, _)| *start),
    );
    let windows = windows(recording, store);
    println!(
        "| Model | Engine, fallback off | Windows | went round | good in the end | withheld, wholly or in part | most rounds not withheld |"
    );
    println!("|---|---|---|---|---|---|---|");
    for engine in [EngineKind::Batched, EngineKind::WhisperCpp] {
        row(name, engine.name(), &texts(model, engine, &windows, ""));
        if count >= ROUNDS {
            // The loop's own words as prompt, as whisper.cpp gives them to the next 30 s.
            let before: Vec<&str> =
                whole[place..].iter().take(CONTEXT).map(|(_, text)| text.as_str()).collect();
            let prompted = texts(model, engine, &windows, &before.concat());
            row(name, &format!("{}, prompted with the loop", engine.name()), &prompted);
        }
    }
}

fn main() {
    let given: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let store = Store::default_location().unwrap();
    let name = given.first().map_or("small", String::as_str);
    let model = store.locate(name).unwrap().path;
    if let Some(recording) = given.get(1) {
        return report(name, &model, &store, Path::new(recording));
    }
    let meeting = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/meeting/noerrevig.ogg");
    let folder = tempfile::tempdir().unwrap();
    report(name, &model, &store, &in_a_hall(Path::new(meeting), folder.path()));
    report(name, &model, &store, Path::new(meeting));
}
