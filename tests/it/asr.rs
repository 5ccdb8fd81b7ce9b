//! Sound → windows → text: determinism, crashes, the guard, prompt and transcript.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use referent::asr::{
    self, AsrError, Decoded, Decoding, Ended, EngineError, EngineKind, Judgement, Recogniser,
    Session, Settings, Token, Utterance,
};
use referent::meeting::{
    Agenda, AgendaItem, FlagKind, Member, PcmBlock, Segment, Severity, SpeechWindow, TimeSpan,
    WindowText, WindowVerdict, Word,
};
use referent::speech::{Segmenter, SpeechError};

// --- models and sound ------------------------------------------------------------------------

/// A model file of the cache; none, with a message, when it is not there and need not be.
fn model(file: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("REFERENT_CACHE")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("XDG_CACHE_HOME")?).join("referent")))
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/referent")))?;
    let path = cache.join("models").join(file);
    if path.is_file() {
        return Some(path);
    }
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(!required, "{} is missing; fetch it with `referent models pull`", path.display());
    println!("skipped: {} is missing", path.display());
    None
}

fn segmenter() -> Option<Segmenter> {
    Some(Segmenter::load(&model("silero-vad-16k.onnx")?).unwrap())
}

/// Something like a voice: a gliding hum with harmonics under formants, syllables of 150 ms.
fn babble(seconds: f64, pitch: f64) -> Vec<f32> {
    let mut phase = 0.0_f64;
    let mut noise = 1_u32;
    (0..(seconds * 16_000.0) as usize)
        .map(|at| {
            let time = at as f64 / 16_000.0;
            phase += pitch * (1.0 + 0.1 * (time * 5.0).sin()) / 16_000.0;
            let voice: f64 = (1..20)
                .map(|harmonic| {
                    let harmonic = f64::from(harmonic);
                    let frequency = harmonic * pitch;
                    let formant = |centre: f64| (-((frequency - centre) / 180.0).powi(2)).exp();
                    let shape = formant(500.0 + 200.0 * (time * 7.0).sin())
                        + 0.6 * formant(1500.0 + 400.0 * (time * 4.0).cos())
                        + 0.05;
                    shape * (harmonic * phase * std::f64::consts::TAU).sin()
                })
                .sum();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise) / f64::from(u32::MAX) - 0.5;
            let syllable = (time * std::f64::consts::TAU * 3.3).sin().max(0.0).sqrt();
            (0.15 * voice * syllable + 0.003 * hiss) as f32
        })
        .collect()
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * 16_000.0) as usize]
}

/// Real or synthetic speech from the material beside the repository: (samples, spoken words).
fn speech() -> Option<Vec<f32>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"))
        .join("audio/speech/nst_u0042009.wav");
    let Ok(bytes) = fs_err::read(&path) else {
        println!("skipped: {} is missing", path.display());
        return None;
    };
    let rate = u32::from_le_bytes(bytes[24..28].try_into().unwrap());
    let data = bytes.windows(4).position(|part| part == b"data").unwrap() + 8;
    let samples: Vec<f32> = bytes[data..]
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
        .collect();
    let channels = usize::from(u16::from_le_bytes(bytes[22..24].try_into().unwrap()));
    let samples: Vec<f32> =
        samples.chunks(channels).map(|one| one.iter().sum::<f32>() / channels as f32).collect();
    let step = f64::from(rate) / 16_000.0;
    let count = (samples.len() as f64 / step) as usize;
    Some((0..count).map(|at| samples[(at as f64 * step) as usize]).collect())
}

fn windows(segmenter: &mut Segmenter, blocks: &[PcmBlock]) -> Vec<SpeechWindow> {
    let mut windows = Vec::new();
    for block in blocks {
        windows.extend(segmenter.push(block).unwrap());
    }
    windows.extend(segmenter.finish().unwrap());
    windows
}

fn whole(samples: Vec<f32>) -> Vec<PcmBlock> {
    vec![PcmBlock { start: 0.0, samples }]
}

// --- windows ---------------------------------------------------------------------------------

#[test]
fn windows_are_well_formed_and_cover_all_voice() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    // Two and a half minutes of one sentence over and over, without the silence around it: never a
    // pause of two seconds.
    let mut samples = Vec::new();
    while samples.len() < 150 * 16_000 {
        samples.extend_from_slice(&speech[9_600..80_000]);
    }
    let all = windows(&mut segmenter, &whole(samples.clone()));
    assert!(all.len() >= 4, "{} windows", all.len());
    for (at, window) in all.iter().enumerate() {
        assert_eq!(window.index as usize, at);
        assert!(window.span.duration() <= 30.0, "{:?}", window.span);
        assert_eq!(window.samples.len(), (window.span.duration() * 16_000.0).round() as usize);
        assert!(window.samples.iter().all(|sample| sample.abs() <= 1.0));
        assert!(!window.voiced.is_empty());
        for voiced in &window.voiced {
            assert!(window.span.start <= voiced.start && voiced.end <= window.span.end);
        }
    }
    for pair in all.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{:?} {:?}", pair[0].span, pair[1].span);
    }
    // Full windows: no more of them than the sound needs.
    assert!(all.len() <= 7, "{} windows", all.len());
    let voiced: f64 = all.iter().flat_map(|window| &window.voiced).map(TimeSpan::duration).sum();
    assert!(voiced > 150.0 * 0.5, "{voiced} s of voice");
}

#[test]
fn speech_without_a_pause_is_cut_without_loss() {
    let Some(mut segmenter) = segmenter() else { return };
    let all = windows(&mut segmenter, &whole(babble(100.0, 130.0)));
    let voiced: Vec<TimeSpan> = all.iter().flat_map(|window| window.voiced.clone()).collect();
    if voiced.iter().map(TimeSpan::duration).sum::<f64>() < 60.0 {
        println!("skipped: the detector does not take the synthetic voice for one");
        return;
    }
    assert!(all.iter().all(|window| window.span.duration() <= 30.0));
}

#[test]
fn silence_and_noise_give_no_windows() {
    let Some(mut segmenter) = segmenter() else { return };
    assert_eq!(windows(&mut segmenter, &whole(silence(40.0))), []);
    let mut state = 7_u32;
    let noise: Vec<f32> = (0..40 * 16_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.2
        })
        .collect();
    assert_eq!(windows(&mut segmenter, &whole(noise)), []);
    assert_eq!(windows(&mut segmenter, &[]), []);
    assert_eq!(windows(&mut segmenter, &whole(vec![f32::NAN; 20_000])), []);
}

#[test]
fn a_gap_closes_the_window_and_keeps_time() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    let length = speech.len() as f64 / 16_000.0;
    let blocks = [
        PcmBlock { start: 5.0, samples: speech.clone() },
        PcmBlock { start: 1000.0, samples: speech.clone() },
    ];
    let gapped = windows(&mut segmenter, &blocks);
    assert_eq!(gapped.len(), 2);
    assert!(gapped[0].span.start >= 5.0 && gapped[0].span.end <= 5.0 + length);
    assert!(gapped[1].span.start >= 1000.0 && gapped[1].span.end <= 1000.0 + length);
    assert!(gapped[0].samples == gapped[1].samples);
    // Sound given twice is heard once.
    let again = [
        PcmBlock { start: 0.0, samples: speech.clone() },
        PcmBlock { start: 0.0, samples: speech.clone() },
    ];
    let again = windows(&mut segmenter, &again);
    let once = windows(&mut segmenter, &whole(speech));
    assert_eq!((again.len(), once.len()), (1, 1));
    assert!(again[0].samples == once[0].samples && again[0].voiced == once[0].voiced);
}

#[test]
fn quiet_speech_is_heard_and_evened_out() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    let loud = windows(&mut segmenter, &whole(speech.clone()));
    let quiet: Vec<f32> = speech.iter().map(|sample| sample * 0.01).collect();
    let quiet = windows(&mut segmenter, &whole(quiet));
    assert_eq!(quiet.len(), loud.len());
    let power = |window: &SpeechWindow| {
        let sum: f32 = window.samples.iter().map(|sample| sample * sample).sum();
        (sum / window.samples.len() as f32).sqrt()
    };
    let ratio = power(&quiet[0]) / power(&loud[0]);
    assert!((0.5..2.0).contains(&ratio), "{ratio}");
}

#[test]
fn a_wrong_or_missing_voice_model_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Segmenter::load(&folder.path().join("none.onnx")).err().unwrap();
    assert!(matches!(missing, SpeechError::Missing { .. }));
    assert!(missing.to_string().contains("referent models pull silero-vad"));
    let wrong = folder.path().join("wrong.onnx");
    fs_err::write(&wrong, b"not a model").unwrap();
    assert!(matches!(Segmenter::load(&wrong).err().unwrap(), SpeechError::Unsuitable { .. }));
}

/// Sound, and its windows when it comes in one block.
type Expected = (Vec<f32>, Vec<SpeechWindow>);

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn windows_do_not_depend_on_block_sizes(sizes in prop::collection::vec(1_usize..40_000, 1..40)) {
        let Some(path) = model("silero-vad-16k.onnx") else { return Ok(()) };
        thread_local! {
            static LOADED: RefCell<Option<Expected>> = const { RefCell::new(None) };
        }
        LOADED.with(|loaded| {
            let mut loaded = loaded.borrow_mut();
            let (samples, expected) = loaded.get_or_insert_with(|| {
                let mut segmenter = Segmenter::load(&path).unwrap();
                let mut samples = speech().unwrap_or_else(|| babble(8.0, 140.0));
                samples.extend(silence(3.0));
                samples.extend(babble(36.0, 120.0));
                let expected = windows(&mut segmenter, &whole(samples.clone()));
                (samples, expected)
            });
            let mut fresh = Segmenter::load(&path).unwrap();
            let mut blocks = Vec::new();
            let (mut at, mut size) = (0, sizes.iter().cycle());
            while at < samples.len() {
                let end = (at + size.next().unwrap()).min(samples.len());
                let start = at as f64 / 16_000.0;
                blocks.push(PcmBlock { start, samples: samples[at..end].to_vec() });
                at = end;
            }
            prop_assert!(&windows(&mut fresh, &blocks) == expected);
            Ok(())
        })?;
    }
}

// --- the worker process ----------------------------------------------------------------------

fn window(index: u32) -> SpeechWindow {
    let span = TimeSpan::new(f64::from(index) * 10.0, f64::from(index) * 10.0 + 2.0);
    SpeechWindow { index, span, samples: vec![0.1; 32_000], voiced: vec![span] }
}

/// A program that is `referent` with the fault of a test in its environment.
fn faulty(folder: &Path, fault: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("referent-faulty");
    let program = env!("CARGO_BIN_EXE_referent");
    let text = format!("#!/bin/sh\nREFERENT_WORKER_FAULT='{fault}' exec '{program}' \"$@\"\n");
    fs_err::write(&script, text).unwrap();
    fs_err::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    script
}

fn rehearsal(program: PathBuf, workers: usize) -> Settings {
    Settings { engine: EngineKind::Rehearsal, program: Some(program), workers, ..Settings::new("") }
}

/// Recognises windows `0..count` with the fault; the texts in the order of the windows.
fn run(fault: &str, workers: usize, count: u32, limit: Option<f64>) -> Vec<WindowText> {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        Settings { window_limit: limit, ..rehearsal(faulty(folder.path(), fault), workers) };
    let mut recogniser = Recogniser::start(settings).unwrap();
    let mut texts = Vec::new();
    let ended = recogniser
        .recognise::<AsrError>(
            (0..count).map(|index| Ok(window(index))),
            |text| {
                texts.push(text);
                Ok(())
            },
            &AtomicBool::new(false),
        )
        .unwrap();
    assert_eq!(ended, Ended::Complete);
    texts.sort_by_key(|text| text.index);
    let indices: Vec<u32> = texts.iter().map(|text| text.index).collect();
    assert_eq!(indices, (0..count).collect::<Vec<_>>(), "every window once");
    texts
}

fn failures(texts: &[WindowText]) -> Vec<u32> {
    let failed = texts.iter().filter(|text| text.verdict == WindowVerdict::Failed);
    failed.map(|text| text.index).collect()
}

#[test]
fn every_window_is_answered() {
    let texts = run("", 3, 20, None);
    assert!(failures(&texts).is_empty());
    assert_eq!(texts[7].segments[0].text, "Vindue 7.");
    assert_eq!((texts[7].segments[0].start, texts[7].segments[0].end), (70.0, 72.0));
}

#[test]
fn a_crash_costs_its_own_window_only() {
    for kind in ["abort", "segv", "oom", "error"] {
        let texts = run(&format!("{kind}:3"), 2, 9, None);
        assert_eq!(failures(&texts), [3], "{kind}");
        assert!(texts[3].segments.is_empty());
        assert_eq!(texts[3].flags[0].kind, FlagKind::Failed);
        assert_eq!(texts[3].attempts, 2);
    }
}

#[test]
fn a_window_that_crashes_once_is_recognised_the_second_time() {
    let texts = run("segv:0@1,abort:8@1", 2, 9, None);
    assert!(failures(&texts).is_empty());
    assert_eq!(texts[8].segments[0].text, "Vindue 8.");
    assert_eq!(texts[8].attempts, 2);
}

#[test]
fn a_hanging_worker_is_killed() {
    let started = Instant::now();
    let texts = run("hang:2", 2, 6, Some(0.7));
    assert_eq!(failures(&texts), [2]);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn crashing_on_every_window_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<String> = (0..50).map(|index| format!("abort:{index}")).collect();
    let program = faulty(folder.path(), &all.join(","));
    let mut recogniser = Recogniser::start(rehearsal(program, 1)).unwrap();
    let windows = (0..50).map(|index| Ok(window(index)));
    let result = recogniser.recognise::<AsrError>(windows, |_| Ok(()), &AtomicBool::new(false));
    assert!(matches!(result, Err(AsrError::Hopeless { .. })), "{result:?}");
}

#[test]
fn windows_are_pulled_no_faster_than_they_are_done() {
    let settings = rehearsal(env!("CARGO_BIN_EXE_referent").into(), 2);
    let mut recogniser = Recogniser::start(settings).unwrap();
    let (pulled, done) = (RefCell::new(0_usize), RefCell::new(0_usize));
    let windows = (0..60).map(|index| {
        *pulled.borrow_mut() += 1;
        assert!(*pulled.borrow() - *done.borrow() <= 4, "at most workers + 2 in flight");
        Ok(window(index))
    });
    let count = |_| {
        *done.borrow_mut() += 1;
        Ok(())
    };
    recogniser.recognise::<AsrError>(windows, count, &AtomicBool::new(false)).unwrap();
    assert_eq!(*done.borrow(), 60);
}

#[test]
fn a_stop_ends_the_run_soon() {
    let folder = tempfile::tempdir().unwrap();
    let program = faulty(folder.path(), "hang:4");
    let mut recogniser = Recogniser::start(rehearsal(program, 1)).unwrap();
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let windows = (0..1000).map(|index| {
        if index == 5 {
            stop.store(true, Ordering::Relaxed);
        }
        Ok(window(index))
    });
    let ended = recogniser.recognise::<AsrError>(windows, |_| Ok(()), &stop).unwrap();
    assert_eq!(ended, Ended::Stopped);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_error_of_the_caller_comes_back() {
    let settings = rehearsal(env!("CARGO_BIN_EXE_referent").into(), 1);
    let mut recogniser = Recogniser::start(settings).unwrap();
    let refuse = |_| Err(AsrError::Protocol { reason: "the sink is full".to_owned() });
    let windows = (0..3).map(|index| Ok(window(index)));
    let result = recogniser.recognise(windows, refuse, &AtomicBool::new(false));
    assert!(result.unwrap_err().to_string().contains("the sink is full"));
}

#[test]
fn a_missing_or_damaged_model_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ggml-none.bin");
    let start = |path: &Path, language: &str| {
        Recogniser::start(Settings {
            program: Some(env!("CARGO_BIN_EXE_referent").into()),
            language: language.to_owned(),
            ..Settings::new(path)
        })
        .err()
        .unwrap()
    };
    let missing = start(&path, "da");
    assert!(matches!(missing, AsrError::ModelMissing { .. }));
    assert!(missing.to_string().contains("referent models pull"), "{missing}");
    fs_err::write(&path, vec![b'x'; 100_000]).unwrap();
    let damaged = start(&path, "da");
    assert!(matches!(damaged, AsrError::ModelUnusable { .. }), "{damaged}");
    assert!(damaged.to_string().contains("not a ggml file"), "{damaged}");
    // A good head and then nothing.
    let mut head = vec![0_u8; 4096];
    let numbers: [u32; 12] = [0x6767_6d6c, 51_865, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1];
    for (at, number) in numbers.iter().enumerate() {
        head[at * 4..at * 4 + 4].copy_from_slice(&number.to_le_bytes());
    }
    fs_err::write(&path, head).unwrap();
    let truncated = start(&path, "da");
    assert!(matches!(truncated, AsrError::ModelUnusable { .. }), "{truncated}");
    assert!(matches!(start(&path, "klingonsk"), AsrError::Language { .. }));
}

#[test]
fn the_worker_ends_when_its_parent_does() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_referent"))
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the worker still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

// --- real recognition ------------------------------------------------------------------------

#[test]
fn tiny_hears_a_sentence_with_word_times() {
    let (Some(tiny), Some(mut segmenter), Some(speech)) =
        (model("ggml-tiny.bin"), segmenter(), speech())
    else {
        return;
    };
    let windows = windows(&mut segmenter, &[PcmBlock { start: 100.0, samples: speech }]);
    let recognise = || {
        let settings = Settings {
            program: Some(env!("CARGO_BIN_EXE_referent").into()),
            ..Settings::new(&tiny)
        };
        let mut texts = Vec::new();
        let mut keep = |text| {
            texts.push(text);
            Ok(())
        };
        let windows = windows.clone().into_iter().map(Ok);
        Recogniser::start(settings)
            .unwrap()
            .recognise::<AsrError>(windows, &mut keep, &AtomicBool::new(false))
            .unwrap();
        texts
    };
    let texts = recognise();
    let transcript = asr::assemble(texts.clone(), "da", Some(106.6)).value;
    let text: Vec<&str> = transcript.segments.iter().map(|part| part.text.as_str()).collect();
    let text = text.join(" ").to_lowercase();
    assert!(text.contains("tak for") && text.contains("ikke til at se"), "{text}");
    let words: Vec<&Word> = transcript.segments.iter().flat_map(|segment| &segment.words).collect();
    assert!(words.len() > 12);
    for pair in words.windows(2) {
        assert!(pair[0].start <= pair[0].end && pair[0].end <= pair[1].start, "{pair:?}");
    }
    assert!(words.iter().all(|word| (100.0..=106.6).contains(&word.start)));
    assert!(words.iter().all(|word| (0.0..=1.0).contains(&word.probability)));
    assert_eq!(recognise(), texts, "the same sound gives the same text");
}

// --- the guard -------------------------------------------------------------------------------

/// A session that says its lines, one decoding after the other.
struct Script {
    lines: Vec<Decoded>,
    asked: Vec<Decoding>,
}

impl Script {
    fn new(lines: Vec<Decoded>) -> Self {
        Self { lines, asked: Vec::new() }
    }
}

impl Session for Script {
    fn decode(&mut self, _: &SpeechWindow, how: &Decoding) -> Result<Decoded, EngineError> {
        self.asked.push(how.clone());
        if self.lines.len() > 1 {
            return Ok(self.lines.remove(0));
        }
        self.lines.first().cloned().ok_or_else(|| EngineError("no lines".to_owned()))
    }
}

/// Says `text` evenly over `span` (seconds from the window's start).
fn says(text: &str, span: (f64, f64), no_speech: f32) -> Decoded {
    let words: Vec<&str> = text.split_whitespace().collect();
    let step = (span.1 - span.0) / words.len() as f64;
    let tokens = words
        .iter()
        .enumerate()
        .map(|(at, word)| Token {
            bytes: format!(" {word}").into_bytes(),
            probability: 0.9,
            end: Some(span.0 + step * (at + 1) as f64),
        })
        .collect();
    let utterances = vec![Utterance { start: span.0, end: span.1, no_speech, tokens }];
    Decoded { utterances, temperature: 0.0, attempts: 1 }
}

/// 20 s of sound with voice in the given stretches.
fn voiced(stretches: &[(f64, f64)]) -> SpeechWindow {
    SpeechWindow {
        index: 0,
        span: TimeSpan::new(0.0, 20.0),
        samples: Vec::new(),
        voiced: stretches.iter().map(|&(start, end)| TimeSpan::new(start, end)).collect(),
    }
}

const GOOD: &str = "Vi går videre til punkt fem på dagsordenen om den nye skole i Nørrevig";

#[test]
fn a_loop_is_decoded_again_and_the_good_text_kept() {
    let looped = says(&"Vi kan gøre det med ".repeat(9), (0.0, 20.0), 0.0);
    let mut session = Script::new(vec![looped, says(GOOD, (0.0, 6.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert_eq!(text.segments[0].text, GOOD);
    assert_eq!(text.attempts, 2);
    assert!(session.asked[0].prompt && !session.asked[1].prompt, "{:?}", session.asked);
}

#[test]
fn a_loop_that_stays_is_flagged_and_not_deleted() {
    let true_words: Vec<String> = (0..50).map(|at| format!("ord{at}")).collect();
    let line = format!("{}. {}", true_words.join(" "), "Vi kan gøre det med ".repeat(9));
    let mut session = Script::new(vec![says(&line, (0.0, 20.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    let (trusted, withheld): (Vec<_>, Vec<_>) =
        text.segments.iter().partition(|segment| !segment.is_withheld());
    assert_eq!(trusted.len(), 1);
    assert_eq!(trusted[0].words.len(), 50);
    assert_eq!(withheld.len(), 1);
    assert_eq!(withheld[0].flags[0].kind, FlagKind::Repetition);
    assert_eq!(withheld[0].words.len(), 45);
}

#[test]
fn a_window_that_is_mostly_loop_is_withheld_whole() {
    // What `base` made of six voices at once.
    let line = format!(
        "{}Og jeg er der i dag. {}",
        "Og jeg er der i dag, og jeg er tilbage i dag. ".repeat(3),
        "Og jeg er tilbage i dag. ".repeat(9)
    );
    let mut session = Script::new(vec![says(&line, (0.0, 20.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(text.segments.iter().all(Segment::is_withheld), "{:?}", text.segments);
}

#[test]
fn a_roll_call_is_no_loop() {
    let stretches: Vec<(f64, f64)> =
        (0..10).map(|at| (f64::from(at) * 2.0, f64::from(at) * 2.0 + 0.4)).collect();
    let tokens = stretches
        .iter()
        .map(|&(_, end)| Token { bytes: b" Ja.".to_vec(), probability: 0.9, end: Some(end) })
        .collect();
    let utterances = vec![Utterance { start: 0.0, end: 20.0, no_speech: 0.0, tokens }];
    let mut session = Script::new(vec![Decoded { utterances, temperature: 0.0, attempts: 1 }]);
    let text = asr::recognise(&mut session, &voiced(&stretches), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised, "{:?}", text.segments);
}

#[test]
fn ordinary_repetition_is_no_loop() {
    for line in [
        "Hvem stemmer for? Hvem stemmer imod? Hvem stemmer hverken for eller imod? Tak for det.",
        "Nej nej nej det er ikke rigtigt det er ikke rigtigt at vi har sagt det",
        "Så er det punkt fire, punkt fem, punkt seks, punkt syv, punkt otte og punkt ni",
    ] {
        let mut session = Script::new(vec![says(line, (0.0, 8.0), 0.0)]);
        let text = asr::recognise(&mut session, &voiced(&[(0.0, 8.0)]), "").unwrap();
        assert_eq!(text.verdict, WindowVerdict::Recognised, "{line}");
    }
}

#[test]
fn words_that_nobody_can_say_are_withheld() {
    let line: Vec<String> = (0..80).map(|at| format!("ord{at}")).collect();
    let mut session = Script::new(vec![says(&line.join(" "), (0.0, 3.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 3.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
}

#[test]
fn subtitle_credits_are_caught_where_nobody_speaks() {
    for line in [
        "Danske tekster af Nicolai Winther",
        "Undertekster af Jesper Buhl, Scandinavian Text Service 2018",
        "Tak fordi I så med!",
    ] {
        let mut session = Script::new(vec![says(line, (5.0, 12.0), 0.3)]);
        let silent = asr::recognise(&mut session, &voiced(&[(0.0, 1.0)]), "").unwrap();
        assert_eq!(silent.verdict, WindowVerdict::Quarantined, "{line}");
        assert_eq!(silent.segments[0].flags[0].kind, FlagKind::Hallucination);
        let spoken = asr::recognise(&mut session, &voiced(&[(4.0, 13.0)]), "").unwrap();
        assert_eq!(spoken.verdict, WindowVerdict::Recognised, "said aloud: {line}");
    }
}

#[test]
fn a_short_spoken_yes_is_kept() {
    let mut session = Script::new(vec![says("Ja.", (4.8, 5.6), 0.2)]);
    let text = asr::recognise(&mut session, &voiced(&[(5.0, 5.3)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    let text = asr::recognise(&mut session, &voiced(&[(9.0, 9.3)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
}

#[test]
fn a_leaked_prompt_is_tried_without_it_and_then_flagged() {
    let prompt = "Annelise Krogh, Torben Kjærgaard, Mette Dalsgaard, Henrik Bruun.";
    let leak = "Annelise Krogh, Torben Kjærgaard, Mette Dalsgaard";
    let mut session = Script::new(vec![says(leak, (5.0, 12.0), 0.8)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 1.0)]), prompt).unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(!session.asked.last().unwrap().prompt);
    let mut session = Script::new(vec![says(leak, (5.0, 12.0), 0.1)]);
    let text = asr::recognise(&mut session, &voiced(&[(5.0, 12.0)]), prompt).unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised, "names really said");
}

#[test]
fn unsure_text_is_marked_but_stands() {
    let mut unsure = says(GOOD, (0.0, 6.0), 0.0);
    for token in &mut unsure.utterances[0].tokens {
        token.probability = 0.3;
    }
    let mut session = Script::new(vec![unsure]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 6.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert_eq!(text.segments[0].flags[0].kind, FlagKind::LowConfidence);
    assert!(!text.segments[0].is_withheld());
}

#[test]
fn letters_divided_between_tokens_are_joined() {
    let bytes = " på".as_bytes();
    let token = |bytes: &[u8], end| Token { bytes: bytes.to_vec(), probability: 0.5, end };
    let tokens = vec![
        token(&bytes[..3], Some(1.0)),
        token(&bytes[3..], Some(1.2)),
        token(b".", Some(1.5)),
        token(b" Ja", Some(2.0)),
    ];
    let utterances = vec![Utterance { start: 0.0, end: 2.0, no_speech: 0.0, tokens }];
    let mut session = Script::new(vec![Decoded { utterances, temperature: 0.0, attempts: 1 }]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 2.0)]), "").unwrap();
    assert_eq!(text.segments[0].text, "på. Ja");
    assert_eq!(text.segments[0].words[0].end, 1.2);
    assert_eq!(text.segments[0].words[1].start, 1.5);
}

proptest! {
    #[test]
    fn no_words_make_the_guard_fail(text in "[a-zæøå ]{0,400}", voice in 0.0..20.0_f64) {
        let mut session = Script::new(vec![says(&text, (0.0, 20.0), 0.5)]);
        let window = voiced(&[(0.0, voice)]);
        let result = asr::recognise(&mut session, &window, &text).unwrap();
        let words = text.split_whitespace().count();
        let kept: usize = result.segments.iter().map(|segment| segment.words.len()).sum();
        prop_assert_eq!(kept, words, "flagged, not deleted");
    }

    #[test]
    fn repeated_phrases_are_found_at_any_place(
        before in 0_usize..20, phrase in 1_usize..8, repeats in 8_usize..20
    ) {
        let mut words: Vec<String> = (0..before).map(|at| format!("før{at}")).collect();
        for _ in 0..repeats {
            words.extend((0..phrase).map(|at| format!("igen{at}")));
        }
        let decoded = says(&words.join(" "), (0.0, 20.0), 0.0);
        let segment = segment_of(&decoded, &words);
        let judgement = asr::judge(&[&segment], &[TimeSpan::new(0.0, 20.0)]);
        let Judgement::Loop { from, to, .. } = judgement else {
            return Err(TestCaseError::fail(format!("{judgement:?}")));
        };
        prop_assert_eq!((from, to), (before, before + phrase * repeats));
    }
}

fn segment_of(decoded: &Decoded, words: &[String]) -> Segment {
    let ends = decoded.utterances[0].tokens.iter().map(|token| token.end.unwrap());
    let words: Vec<Word> = words
        .iter()
        .zip(ends)
        .map(|(text, end)| Word { start: end - 0.1, end, text: text.clone(), probability: 0.9 })
        .collect();
    segment(words)
}

fn segment(words: Vec<Word>) -> Segment {
    Segment {
        id: 0,
        start: words.first().map_or(0.0, |word| word.start),
        end: words.last().map_or(0.0, |word| word.end),
        text: words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
        speaker: None,
        item: None,
        words,
        flags: Vec::new(),
    }
}

// --- prompt ----------------------------------------------------------------------------------

fn member(name: &str) -> Member {
    Member { name: name.to_owned(), ..Member::default() }
}

fn item(number: &str, title: &str) -> AgendaItem {
    AgendaItem { number: number.to_owned(), title: title.to_owned(), ..AgendaItem::default() }
}

#[test]
fn the_prompt_ends_with_the_names() {
    let agenda = Agenda::new(vec![
        item("1", "Godkendelse af dagsorden"),
        item("2", "Lokalplan 417 for Havnekvarteret i Nørrevig"),
    ]);
    let roster = [member("Annelise Krogh"), member("Torben Kjærgaard")];
    let prompt = asr::prompt(Some(&agenda), &roster, &["letbanen".to_owned()]);
    assert_eq!(
        prompt,
        "Jeg erklærer mødet for åbent. Vi går til punkt 1. Punktet er vedtaget. letbanen, \
          Havnekvarteret, Nørrevig. Annelise Krogh, Torben Kjærgaard."
    );
    assert_eq!(asr::prompt(None, &[], &[]), "");
}

proptest! {
    #[test]
    fn the_prompt_is_never_too_long(
        titles in prop::collection::vec("\\PC{0,120}", 0..40),
        names in prop::collection::vec("\\PC{0,60}", 0..60),
        glossary in prop::collection::vec("\\PC{0,60}", 0..200),
    ) {
        let items = titles.iter().map(|title| item("1", title)).collect();
        let roster: Vec<Member> = names.iter().map(|name| member(name)).collect();
        let prompt = asr::prompt(Some(&Agenda::new(items)), &roster, &glossary);
        prop_assert!(prompt.len() <= 402, "{} bytes", prompt.len());
        prop_assert!(!prompt.chars().any(char::is_control));
    }
}

// --- transcript ------------------------------------------------------------------------------

fn words(text: &str, start: f64, step: f64) -> Vec<Word> {
    text.split_whitespace()
        .enumerate()
        .map(|(at, word)| Word {
            start: start + step * at as f64,
            end: start + step * (at as f64 + 0.9),
            text: word.to_owned(),
            probability: 0.9,
        })
        .collect()
}

fn window_text(index: u32, verdict: WindowVerdict, segments: Vec<Segment>) -> WindowText {
    let start = f64::from(index) * 30.0;
    WindowText {
        index,
        span: TimeSpan::new(start, start + 30.0),
        verdict,
        segments,
        attempts: 1,
        temperature: 0.0,
        flags: Vec::new(),
    }
}

#[test]
fn windows_become_a_numbered_transcript() {
    let one = |text: &str, start| vec![segment(words(text, start, 0.3))];
    let texts = vec![
        window_text(2, WindowVerdict::Recognised, one("Tredje vindue.", 60.0)),
        window_text(0, WindowVerdict::Recognised, one("Første vindue.", 0.0)),
        window_text(1, WindowVerdict::Failed, Vec::new()),
    ];
    let outcome = asr::assemble(texts, "da", Some(90.0));
    let transcript = outcome.value;
    let lines: Vec<(u32, &str)> =
        transcript.segments.iter().map(|segment| (segment.id, segment.text.as_str())).collect();
    assert_eq!(lines, [(1, "Første vindue."), (2, "Tredje vindue.")]);
    assert_eq!(transcript.language.as_deref(), Some("da"));
    assert_eq!(transcript.duration, Some(90.0));
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(outcome.warnings[0].severity, Severity::Attention);
    assert_eq!(outcome.warnings[0].span, Some(TimeSpan::new(30.0, 60.0)));
    assert_eq!(transcript.warnings, outcome.warnings);
}

#[test]
fn long_segments_are_divided_at_sentence_ends() {
    let text = "Jeg vil gerne takke forvaltningen for et godt oplæg i denne sag. Vi har drøftet det i \
                udvalget kl. 14 den 3. marts, og der var bred enighed om at gå videre. Så derfor \
                indstiller vi, at byrådet godkender det.";
    let texts =
        vec![window_text(0, WindowVerdict::Recognised, vec![segment(words(text, 0.0, 0.4))])];
    let transcript = asr::assemble(texts, "da", None).value;
    let lines: Vec<&str> =
        transcript.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "Jeg vil gerne takke forvaltningen for et godt oplæg i denne sag.",
            "Vi har drøftet det i udvalget kl. 14 den 3. marts, og der var bred enighed om at gå \
             videre. Så derfor indstiller vi, at byrådet godkender det.",
        ]
    );
    let second = &transcript.segments[1];
    assert_eq!(second.start, second.words[0].start);
}
