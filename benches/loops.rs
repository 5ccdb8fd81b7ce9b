//! Loops: how often a decoder goes round when its own fallback is off, and what the guard makes of it.
//!
//! `cargo bench --bench loops [-- MODEL [RECORDING]]`: a model of the cache (default: small) on a
//! recording (default: the synthetic meeting of ../shared), with both engines. Printed for each are the
//! windows, those in which a decoding went round, what became of these, and the most times that a phrase
//! of up to eight words stands in a row in what is not withheld.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use referent::asr::{AsrError, EngineKind, Recogniser, Settings};
use referent::media;
use referent::meeting::{Segment, SpeechWindow, WindowText};
use referent::models::Store;
use referent::speech::Segmenter;

/// Words of a phrase at most.
const PHRASE: usize = 8;

fn windows(recording: &Path, store: &Store) -> Vec<SpeechWindow> {
    let mut segmenter = Segmenter::load(&store.locate("silero-vad").unwrap().path).unwrap();
    let mut windows = Vec::new();
    for block in media::open(recording, None).unwrap() {
        windows.extend(segmenter.push(&block.unwrap()).unwrap());
    }
    windows.extend(segmenter.finish().unwrap());
    windows
}

fn texts(model: &Path, engine: EngineKind, windows: &[SpeechWindow]) -> Vec<WindowText> {
    // The worker is the program itself, which cargo builds for a bench, too.
    let program = Some(env!("CARGO_BIN_EXE_referent").into());
    let settings = Settings { program, engine, fallback: false, ..Settings::new(model) };
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

/// The most times that a phrase stands in a row.
fn rounds(text: &WindowText) -> usize {
    let trusted = text.segments.iter().filter(|segment| !segment.is_withheld());
    let words: Vec<String> = trusted
        .flat_map(|segment| &segment.words)
        .map(|word| word.text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), ""))
        .collect();
    let same = |phrase: usize, at: usize| {
        let next = words[at..].chunks_exact(phrase);
        next.take_while(|part| *part == &words[at..at + phrase]).count()
    };
    (1..=PHRASE)
        .flat_map(|phrase| (0..words.len().saturating_sub(phrase)).map(move |at| (phrase, at)))
        .map(|(phrase, at)| same(phrase, at))
        .max()
        .unwrap_or(0)
}

fn main() {
    let given: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let store = Store::default_location().unwrap();
    let name = given.first().map_or("small", String::as_str);
    let model = store.locate(name).unwrap().path;
    let meeting = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/meeting/noerrevig.ogg");
    let recording = PathBuf::from(given.get(1).map_or(meeting, String::as_str));
    let windows = windows(&recording, &store);
    println!(
        "| Model | Engine | Windows | went round | good in the end | withheld, wholly or in part | most rounds not withheld |"
    );
    println!("|---|---|---|---|---|---|---|");
    for engine in [EngineKind::Batched, EngineKind::WhisperCpp] {
        let texts = texts(&model, engine, &windows);
        let looped: Vec<&WindowText> = texts
            .iter()
            .filter(|text| text.rejected.iter().any(|reason| reason.contains("repeat")))
            .collect();
        let withheld =
            looped.iter().filter(|text| text.segments.iter().any(Segment::is_withheld)).count();
        println!(
            "| {name} | {} | {} | {} | {} | {withheld} | {} |",
            engine.name(),
            windows.len(),
            looped.len(),
            looped.len() - withheld,
            texts.iter().map(rounds).max().unwrap_or(0),
        );
    }
}
