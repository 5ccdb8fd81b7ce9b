//! Windows → text: the worker process, real recognition, prompt and transcript.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use referent::asr::frames::{self, Reply, Request};
use referent::asr::{self, AsrError, Ended, EngineKind, Recogniser, Settings};
use referent::meeting::{
    Agenda, AgendaItem, Fault, Faulty, Flag, FlagKind, Member, PcmBlock, Segment, Severity,
    SpeechWindow, TimeSpan, WindowText, WindowVerdict, Word,
};

use crate::guard::segment;
use crate::speech::{model, segmenter, speech, windows};

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
fn run(fault: &str, workers: usize, count: u32) -> Vec<WindowText> {
    limited(fault, workers, count, (None, None))
}

/// [`run`] with limits in seconds: of a window's computing, and of standing still.
fn limited(
    fault: &str,
    workers: usize,
    count: u32,
    (window_limit, still_limit): (Option<f64>, Option<f64>),
) -> Vec<WindowText> {
    let folder = tempfile::tempdir().unwrap();
    let program = faulty(folder.path(), fault);
    let settings = Settings { window_limit, still_limit, ..rehearsal(program, workers) };
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
    let texts = run("", 3, 20);
    assert!(failures(&texts).is_empty());
    assert_eq!(texts[7].segments[0].text, "Vindue 7.");
    assert_eq!((texts[7].segments[0].start, texts[7].segments[0].end), (70.0, 72.0));
}

#[test]
fn a_crash_costs_its_own_window_only() {
    for kind in ["abort", "segv", "oom", "exit", "garbage", "error"] {
        let texts = run(&format!("{kind}:3"), 2, 9);
        assert_eq!(failures(&texts), [3], "{kind}");
        assert!(texts[3].segments.is_empty());
        assert_eq!(texts[3].flags[0].kind, FlagKind::Failed);
        assert_eq!(texts[3].attempts, 2);
    }
}

#[test]
fn a_window_that_crashes_once_is_recognised_the_second_time() {
    let texts = run("segv:0@1,abort:8@1", 2, 9);
    assert!(failures(&texts).is_empty());
    assert_eq!(texts[8].segments[0].text, "Vindue 8.");
    assert_eq!(texts[8].attempts, 2);
}

#[test]
fn a_hanging_worker_is_killed() {
    let started = Instant::now();
    let texts = limited("hang:2", 2, 6, (None, Some(0.7)));
    assert_eq!(failures(&texts), [2]);
    assert!(texts[2].flags[0].reason.contains("nothing computed"), "{:?}", texts[2].flags);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_worker_that_computes_without_end_is_killed() {
    let texts = limited("spin:2", 2, 6, (Some(0.4), None));
    assert_eq!(failures(&texts), [2]);
    assert!(texts[2].flags[0].reason.contains("of computing"), "{:?}", texts[2].flags);
}

/// On a busy machine a sound window takes long without computing much.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_that_gets_no_turn_is_waited_for() {
    let texts = limited("starve:2", 1, 4, (Some(0.7), None));
    assert!(failures(&texts).is_empty());
    assert_eq!((texts[2].segments[0].text.as_str(), texts[2].attempts), ("Vindue 2.", 1));
}

#[test]
fn a_worker_that_cannot_be_started_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("referent");
    let plain = folder.path().join("plain");
    fs_err::write(&plain, "not a program").unwrap();
    for program in [missing, plain] {
        let error = Recogniser::start(rehearsal(program.clone(), 1)).err().unwrap();
        assert!(error.to_string().contains(program.to_str().unwrap()), "{error}");
        assert_eq!(error.fault(), Fault::Missing, "{error}");
    }
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

/// Recognises four windows on a GPU, so far as there is one; the texts, and why there was none.
fn on_gpu(settings: Settings) -> (Vec<WindowText>, Option<String>) {
    let mut recogniser = Recogniser::start(Settings { gpu: true, ..settings }).unwrap();
    let mut texts = Vec::new();
    let on_done = |text| {
        texts.push(text);
        Ok::<_, AsrError>(())
    };
    let windows = (0..4).map(|index| Ok(window(index)));
    let ended = recogniser.recognise(windows, on_done, &AtomicBool::new(false)).unwrap();
    assert_eq!(ended, Ended::Complete);
    texts.sort_by_key(|text| text.index);
    (texts, recogniser.gpu_unusable().map(str::to_owned))
}

#[test]
fn the_processor_takes_over_from_a_gpu_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    // At a window: a crash, memory that runs out, an error of the engine.
    for (fault, said) in [("abort:2@1", "SIGABRT"), ("oom:1@1", "SIGKILL"), ("error:0@1", "asked")]
    {
        let (texts, why) = on_gpu(rehearsal(faulty(folder.path(), fault), 1));
        assert_eq!((texts.len(), failures(&texts)), (4, vec![]), "{fault}");
        assert!(why.as_deref().is_some_and(|why| why.contains(said)), "{fault}: {why:?}");
    }
    // A window that the processor fails at, too, has failed.
    let (texts, why) = on_gpu(rehearsal(faulty(folder.path(), "abort:2"), 1));
    assert_eq!(failures(&texts), [2]);
    assert!(why.is_some());
    // While nothing fails, nothing is said.
    let (_, why) = on_gpu(rehearsal(env!("CARGO_BIN_EXE_referent").into(), 1));
    assert_eq!(why, None);
}

#[test]
fn a_driver_that_crashes_at_the_start_leaves_the_processor() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (script, seen) = (folder.path().join("referent-gpu"), folder.path().join("seen"));
    let text = format!(
        "#!/bin/sh\nif mkdir '{}' 2>/dev/null; then echo 'no such driver' >&2; kill -SEGV $$; fi\n\
         exec '{}' \"$@\"\n",
        seen.display(),
        env!("CARGO_BIN_EXE_referent")
    );
    fs_err::write(&script, text).unwrap();
    fs_err::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    let (texts, why) = on_gpu(rehearsal(script, 1));
    assert_eq!((texts.len(), failures(&texts)), (4, vec![]));
    let why = why.unwrap();
    assert!(why.contains("SIGSEGV") && why.contains("no such driver"), "{why}");
}

#[test]
fn without_a_gpu_the_processor_hears_the_same() {
    let Some(tiny) = model("ggml-tiny.bin") else { return };
    if cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal")) {
        return;
    }
    let program = Some(env!("CARGO_BIN_EXE_referent").into());
    let (texts, why) = on_gpu(Settings { program, ..Settings::new(tiny) });
    assert_eq!((texts.len(), failures(&texts)), (4, vec![]));
    assert!(why.unwrap().contains("no GPU"));
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

/// A worker process as the parent starts it.
fn worker() -> std::process::Child {
    use std::process::{Command, Stdio};
    Command::new(env!("CARGO_BIN_EXE_referent"))
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn the_worker_ends_when_its_parent_does() {
    let mut child = worker();
    drop(child.stdin.take());
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the worker still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn windows_that_belong_together_are_begun_together() {
    let mut worker = worker();
    let mut to = worker.stdin.take().unwrap();
    let settings = Settings { engine: EngineKind::Rehearsal, ..Settings::new("") };
    frames::write(&mut to, &Request::Start(settings), &[]).unwrap();
    for index in 0..3 {
        let span = TimeSpan::new(f64::from(index), f64::from(index) + 1.0);
        let (voiced, more) = (vec![span], index < 2);
        let head = Request::Window { index, span, voiced, attempt: 1, more };
        frames::write(&mut to, &head, &[0.1; 16_000]).unwrap();
        // However late the others come.
        std::thread::sleep(Duration::from_millis(200));
    }
    let mut from = std::io::BufReader::new(worker.stdout.take().unwrap());
    let mut told = String::new();
    while told.len() < 7 {
        told.push(match frames::read::<Reply>(&mut from).unwrap().expect("a reply").0 {
            Reply::Ready { .. } => 'r',
            Reply::Begun { .. } => 'b',
            Reply::Done(_) => 'd',
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, "rbbbddd");
    drop(to);
    assert!(worker.wait().unwrap().success());
}

// --- real recognition ------------------------------------------------------------------------

/// Its threads still compute then: what C++ tidies up at an exit was once pulled away under them.
#[test]
fn the_worker_leaves_in_the_middle_of_a_window() {
    let (Some(tiny), Some(mut segmenter), Some(speech)) =
        (model("ggml-tiny.bin"), segmenter(), speech())
    else {
        return;
    };
    let windows = windows(&mut segmenter, &[PcmBlock { start: 0.0, samples: speech }]);
    for _ in 0..4 {
        let mut worker = worker();
        let mut to = worker.stdin.take().unwrap();
        let mut from = std::io::BufReader::new(worker.stdout.take().unwrap());
        frames::write(&mut to, &Request::Start(Settings::new(&tiny)), &[]).unwrap();
        let SpeechWindow { index, span, samples, voiced } = &windows[0];
        let (index, span, voiced) = (*index, *span, voiced.clone());
        let head = Request::Window { index, span, voiced, attempt: 1, more: false };
        frames::write(&mut to, &head, samples).unwrap();
        loop {
            let reply = frames::read::<Reply>(&mut from).unwrap();
            if matches!(reply.expect("a reply").0, Reply::Begun { .. }) {
                break;
            }
        }
        drop(to);
        let status = worker.wait().unwrap();
        assert!(status.success(), "{status}");
        assert!(frames::read::<Reply>(&mut from).unwrap().is_none(), "the window was finished");
    }
}

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
        rejected: Vec::new(),
        flags: Vec::new(),
    }
}

#[test]
fn an_improbable_text_after_a_row_of_withheld_ones_is_withheld_too() {
    let window = |index: u32, probability: f64, withheld: bool| {
        let mut told = segment(words("Det er en anden sag.", f64::from(index) * 30.0, 0.3));
        told.words.iter_mut().for_each(|word| word.probability = probability);
        let verdict = if withheld {
            told.flags.push(Flag { kind: FlagKind::Hallucination, reason: "noise".to_owned() });
            WindowVerdict::Quarantined
        } else {
            WindowVerdict::Recognised
        };
        window_text(index, verdict, vec![told])
    };
    let withheld = |windows: Vec<WindowText>| -> Vec<bool> {
        let transcript = asr::assemble(windows, "da", None).value;
        transcript.segments.iter().map(Segment::is_withheld).collect()
    };
    // Two in a row prove nothing; after three, improbable words fall until probable ones come.
    let after = |row: u32, probability: f64| {
        let mut windows: Vec<_> = (0..row).map(|index| window(index, 0.3, true)).collect();
        windows.push(window_text(row, WindowVerdict::Recognised, Vec::new()));
        windows.extend([row + 1, row + 2].map(|index| window(index, probability, false)));
        withheld(windows)
    };
    assert_eq!(after(2, 0.4), [true, true, false, false]);
    assert_eq!(after(3, 0.4), [true; 5]);
    assert_eq!(after(3, 0.6), [true, true, true, false, false]);
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
