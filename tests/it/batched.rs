//! The batched engine, in the worker process, with real weights.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use referent::asr::{self, AsrError, EngineKind, Recogniser, Settings};
use referent::meeting::{SpeechWindow, TimeSpan, WindowText, WindowVerdict, Word};

use crate::speech::{model, speech};

/// Windows of real Danish: the same sentence, cut in several places.
fn windows(samples: &[f32]) -> Vec<SpeechWindow> {
    let cuts = [(0.0, 1.0), (0.1, 0.8), (0.3, 1.0)];
    let at = |share: f64| (samples.len() as f64 * share) as usize;
    let seconds = |sample: usize| sample as f64 / 16_000.0;
    let cut = |(index, (from, to)): (u32, &(f64, f64))| {
        let start = f64::from(index) * 20.0;
        let samples = samples[at(*from)..at(*to)].to_vec();
        let span = TimeSpan::new(start, start + seconds(samples.len()));
        SpeechWindow { index, span, samples, voiced: vec![span] }
    };
    (0..).zip(&cuts).map(cut).collect()
}

/// The same sentence said by three people who began at other times: what is made of that must come out
/// again in another decoding.
fn crowded(samples: &[f32], index: u32) -> SpeechWindow {
    let shift = samples.len() / (3 + index as usize);
    let voice = |at: usize, n: usize| samples[(at + n * shift) % samples.len()];
    let samples: Vec<f32> =
        (0..samples.len()).map(|at| (0..3).map(|n| voice(at, n)).sum::<f32>() / 3.0).collect();
    let start = f64::from(index) * 20.0;
    let span = TimeSpan::new(start, start + samples.len() as f64 / 16_000.0);
    SpeechWindow { index, span, samples, voiced: vec![span] }
}

fn settings(model: &Path, engine: EngineKind) -> Settings {
    let program = Some(env!("CARGO_BIN_EXE_referent").into());
    Settings { engine, program, ..Settings::new(model) }
}

fn texts(settings: Settings, windows: &[SpeechWindow]) -> Vec<WindowText> {
    heard(&mut Recogniser::start(settings).unwrap(), windows)
}

fn heard(recogniser: &mut Recogniser, windows: &[SpeechWindow]) -> Vec<WindowText> {
    let mut texts = Vec::new();
    recogniser
        .recognise::<AsrError>(
            windows.iter().cloned().map(Ok),
            |text| {
                texts.push(text);
                Ok(())
            },
            &AtomicBool::new(false),
        )
        .unwrap();
    texts.sort_by_key(|text| text.index);
    texts
}

fn words(text: &WindowText) -> Vec<&Word> {
    text.segments.iter().flat_map(|segment| &segment.words).collect()
}

fn spoken(text: &WindowText) -> String {
    let letters = |c: char| c.is_alphanumeric() || c == ' ';
    let words: Vec<&str> = words(text).into_iter().map(|word| word.text.as_str()).collect();
    words.join(" ").to_lowercase().chars().filter(|c| letters(*c)).collect()
}

/// 25 s of English, which `tiny` understands: in Danish every rounding gives it another word.
fn english() -> Option<Vec<f32>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/soak/soak_3h_en.opus");
    if !Path::new(path).exists() {
        println!("skipped: {path} is absent");
        return None;
    }
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-ss", "782.3", "-t", "26", "-i", path])
        .args(["-ac", "1", "-ar", "16000", "-f", "f32le", "-"])
        .output()
        .unwrap();
    Some(output.stdout.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[test]
fn it_hears_what_whisper_cpp_hears() {
    let (Some(tiny), Some(speech)) = (model("ggml-tiny.bin"), english()) else { return };
    let span = TimeSpan::new(0.0, speech.len() as f64 / 16_000.0);
    let windows = [SpeechWindow { index: 0, span, samples: speech, voiced: vec![span] }];
    let settings = |engine| Settings { language: "en".to_owned(), ..settings(&tiny, engine) };
    let ours = &texts(settings(EngineKind::Batched), &windows)[0];
    let theirs = &texts(settings(EngineKind::WhisperCpp), &windows)[0];
    let (own, other) = (spoken(ours), spoken(theirs));
    let other: Vec<&str> = other.split(' ').collect();
    let shared = own.split(' ').filter(|word| other.contains(word)).count();
    assert!(other.len() > 40 && shared * 10 >= other.len() * 9, "{own} / {other:?}");
    // The same words are said at the same time.
    for word in words(ours) {
        assert!(word.start <= word.end && word.end <= windows[0].span.end, "{word:?}");
        assert!((0.0..=1.0).contains(&word.probability), "{word:?}");
    }
    let (own, other) = (words(ours), words(theirs));
    let differences: Vec<f64> = own
        .iter()
        .filter_map(|word| {
            let same = |w: &&&Word| w.text == word.text && (w.start - word.start).abs() < 1.0;
            Some((other.iter().find(same)?.start - word.start).abs())
        })
        .collect();
    assert!(differences.len() * 10 > own.len() * 8, "{differences:?}");
    let near = differences.iter().filter(|difference| **difference < 0.15).count();
    assert!(near * 10 >= differences.len() * 8, "{differences:?}");
}

#[test]
fn a_window_says_the_same_alone_and_in_company() {
    let (Some(tiny), Some(speech)) = (model("ggml-tiny.bin"), speech()) else { return };
    let mut windows = windows(&speech);
    windows.extend((3..6).map(|index| crowded(&speech, index)));
    // The first window begins alone; here two workers share the windows, and there each is alone.
    let mut crowd =
        Recogniser::start(Settings { workers: 2, ..settings(&tiny, EngineKind::Batched) }).unwrap();
    let together = heard(&mut crowd, &windows);
    let mut single = Recogniser::start(settings(&tiny, EngineKind::Batched)).unwrap();
    assert_eq!(heard(&mut single, &windows), together);
    for (window, text) in windows.iter().zip(&together) {
        let alone = heard(&mut single, std::slice::from_ref(window));
        assert_eq!(alone, std::slice::from_ref(text));
    }
    assert!(together[..3].iter().all(|text| !words(text).is_empty()), "{together:?}");
    let again = together.iter().filter(|text| text.attempts > 1).count();
    assert!(again > 1, "nothing was decoded again, let alone together: {together:?}");
}

#[test]
fn a_crash_costs_one_window_of_the_batch() {
    use std::os::unix::fs::PermissionsExt;
    let (Some(tiny), Some(speech)) = (model("ggml-tiny.bin"), speech()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("referent-faulty");
    let program = env!("CARGO_BIN_EXE_referent");
    let text = format!("#!/bin/sh\nREFERENT_WORKER_FAULT=abort:1 exec '{program}' \"$@\"\n");
    fs_err::write(&script, text).unwrap();
    fs_err::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    let windows = windows(&speech);
    let broken = Settings { program: Some(script), ..settings(&tiny, EngineKind::Batched) };
    let failed: Vec<bool> = texts(broken, &windows)
        .iter()
        .map(|text| text.verdict == WindowVerdict::Failed || words(text).is_empty())
        .collect();
    assert_eq!(failed, [false, true, false]);
}

#[test]
fn a_damaged_model_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let start = |path: &PathBuf| {
        Recogniser::start(settings(path, EngineKind::Batched)).err().unwrap().to_string()
    };
    let path = folder.path().join("model.bin");
    assert!(start(&path).contains("is missing"));
    fs_err::write(&path, vec![b'x'; 1000]).unwrap();
    assert!(start(&path).contains("not a ggml file"), "{}", start(&path));
    // A good head and then nothing, and a head that claims more than the file holds.
    let mut head = vec![0_u8; 4096];
    let numbers: [u32; 12] = [0x6767_6d6c, 51_865, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1];
    for (at, number) in numbers.iter().enumerate() {
        head[at * 4..at * 4 + 4].copy_from_slice(&number.to_le_bytes());
    }
    fs_err::write(&path, &head).unwrap();
    assert!(start(&path).contains("mel filters"), "{}", start(&path));
    if let Some(tiny) = model("ggml-tiny.bin") {
        let bytes = fs_err::read(tiny).unwrap();
        fs_err::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(start(&path).contains("too early") || start(&path).contains("lacks"));
    }
}

#[test]
fn it_is_chosen_for_the_models_and_languages_that_it_reads() {
    let Some(tiny) = model("ggml-tiny.bin") else { return };
    assert!(asr::suits_batched(&tiny, "da"));
    assert!(!asr::suits_batched(&tiny, "xx"), "no language of Whisper's");
    // Cut off in its vocabulary.
    let mut head = vec![0; 200_000];
    std::fs::File::open(&tiny).unwrap().read_exact(&mut head).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.bin");
    std::fs::write(&cut, head).unwrap();
    assert!(!asr::suits_batched(&cut, "da"));
    assert!(!asr::suits_batched(&folder.path().join("none.bin"), "da"));
}
