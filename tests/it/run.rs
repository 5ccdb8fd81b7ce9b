//! The whole way through the command line, on the fixture meeting and the `tiny` model: what the
//! folder holds, what kills and signals do, what bad input gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use assert_cmd::cargo::CommandCargoExt;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad");

fn referent() -> Command {
    let mut command = Command::cargo_bin("referent").unwrap();
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Whether the model is in the cache; says so when it is not, and fails where it must be.
pub(crate) fn has_model(name: &str) -> bool {
    let has = referent::models::Store::default_location().unwrap().locate(name).is_ok();
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(has || !required, "the model `{name}` is missing; scripts/test fetches it");
    if !has {
        println!("skipped: the model `{name}` is missing (referent models pull {name})");
    }
    has
}

fn run_fixture(out: &Path) -> Command {
    let mut command = referent();
    command
        .args([
            "run",
            &format!("{FIXTURE}/moede.mp4"),
            "--agenda",
            &format!("{FIXTURE}/agenda.json"),
        ])
        .args(["--model", "tiny", "--threads", "2", "--out"])
        .arg(out);
    command
}

/// Every file of the folder by its name, `internal/` left out.
fn public_files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

/// A small generator of numbers from a seed: kills must fall the same way in every run of the test.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn a_run_gives_the_whole_folder_and_a_second_one_touches_nothing() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = run_fixture(dir.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{stderr}");
    let files = public_files(dir.path());
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    insta::assert_json_snapshot!(names, @r#"
    [
      "agenda.json",
      "alignment.json",
      "captions.srt",
      "captions.vtt",
      "chapters.vtt",
      "meeting.json",
      "minutes.json",
      "referat.docx",
      "referat.html",
      "transcript.json",
      "transcript.txt"
    ]
    "#);
    assert!(dir.path().join("internal/journal.jsonl").exists());

    // Every agenda item stands in the overview with its place in the recording.
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("Godkendelse af dagsorden"), "{shown}");
    assert!(shown.contains("referat.docx"), "{shown}");

    no_closed_speech(dir.path(), &files);
    captions_pass_the_linter(dir.path());

    let times = |out: &Path| -> Vec<_> {
        files.keys().map(|name| out.join(name).metadata().unwrap().modified().unwrap()).collect()
    };
    let before = times(dir.path());
    let again = run_fixture(dir.path()).output().unwrap();
    assert_eq!(again.status.code(), output.status.code());
    assert_eq!(times(dir.path()), before, "a second run rewrote files");
}

/// No sentence of the closed part, as recognised, stands in any public file.
fn no_closed_speech(out: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let closed: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("internal/closed.json")).unwrap()).unwrap();
    let sentences: Vec<&str> =
        closed["segments"].as_array().unwrap().iter().filter_map(|s| s["text"].as_str()).collect();
    assert!(!sentences.is_empty(), "the fixture's closed item gave no closed speech");
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        for sentence in sentences.iter().filter(|sentence| sentence.len() > 20) {
            assert!(!text.contains(*sentence), "{name} holds closed speech");
        }
    }
    // By the truth as well: nothing is heard publicly after the closed part began.
    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(format!("{FIXTURE}/truth.json")).unwrap()).unwrap();
    let span = &truth["closed"][0];
    let (start, end) = (span["start"].as_f64().unwrap(), span["end"].as_f64().unwrap());
    let transcript: serde_json::Value = serde_json::from_slice(&files["transcript.json"]).unwrap();
    for segment in transcript["segments"].as_array().unwrap() {
        let middle =
            f64::midpoint(segment["start"].as_f64().unwrap(), segment["end"].as_f64().unwrap());
        assert!(middle < start || middle > end, "closed speech at {middle} s is public");
    }
}

fn captions_pass_the_linter(out: &Path) {
    for name in ["captions.vtt", "captions.srt"] {
        let output = referent().args(["export", "--lint"]).arg(out.join(name)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn kills_at_random_moments_change_nothing() {
    if !has_model("tiny") {
        return;
    }
    let undisturbed = tempfile::tempdir().unwrap();
    assert!(run_fixture(undisturbed.path()).output().unwrap().status.code() <= Some(1));
    let expected = public_files(undisturbed.path());

    let disturbed = tempfile::tempdir().unwrap();
    let mut dice = Dice(0x5EED_0BAD_CAFE);
    for _ in 0..5 {
        let mut child = run_fixture(disturbed.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(300 + dice.next() % 6_000));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let output = run_fixture(disturbed.path()).output().unwrap();
    assert!(output.status.code() <= Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let held = public_files(disturbed.path());
    assert_eq!(held.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &expected {
        assert!(held[name] == *bytes, "{name} differs after five kills");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_stops_in_order_and_the_same_command_goes_on() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let child =
        run_fixture(dir.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let journal = dir.path().join("internal/journal.jsonl");
    // As soon as one window is written down.
    for _ in 0..600 {
        let lines = std::fs::read_to_string(&journal).unwrap_or_default().lines().count();
        if lines >= 2 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("the same command goes on"), "{stderr}");
    let done = std::fs::read_to_string(&journal).unwrap().lines().count();
    let again = run_fixture(dir.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.code() <= Some(1), "{stderr}");
    assert!(stderr.contains("Going on where it stopped"), "{stderr}");
    assert!(std::fs::read_to_string(&journal).unwrap().lines().count() > done);
}

#[test]
#[cfg(unix)]
fn two_runs_on_one_folder_refuse_each_other() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut first =
        run_fixture(dir.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..200 {
        if dir.path().join("internal/journal.jsonl").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let second = run_fixture(dir.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("another run"), "{stderr}");
    first.kill().unwrap();
    first.wait().unwrap();
}

/// Runs `referent run` on bad input and gives its exit code and what it said.
fn refusal(recording: &Path, agenda: &Path, out: &Path) -> (i32, String) {
    let output = referent()
        .arg("run")
        .arg(recording)
        .arg("--agenda")
        .arg(agenda)
        .args(["--model", "tiny", "--out"])
        .arg(out)
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn bad_input_is_named_with_its_file_and_its_exit_code() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let agenda = PathBuf::from(format!("{FIXTURE}/agenda.json"));
    let recording = PathBuf::from(format!("{FIXTURE}/moede.mp4"));
    std::fs::write(path("empty.mp4"), "").unwrap();
    std::fs::write(path("text.mp4"), "Dette er ikke en video.\n".repeat(50)).unwrap();
    std::fs::write(path("prosa.txt"), "Kære alle. Vi ses på mandag.\n").unwrap();
    silent_wav(&path("silence.wav"), 20);
    for (recording, agenda, named) in [
        (&path("missing.mp4"), &agenda, "missing.mp4"),
        (&path("empty.mp4"), &agenda, "empty.mp4"),
        (&path("text.mp4"), &agenda, "text.mp4"),
        (&dir.path().to_path_buf(), &agenda, "folder"),
        (&recording, &path("prosa.txt"), "prosa.txt"),
        (&recording, &path("missing.json"), "missing.json"),
        (&path("silence.wav"), &agenda, "no speech"),
    ] {
        let (code, stderr) = refusal(recording, agenda, &path("out"));
        assert_eq!(code, 3, "{named}: {stderr}");
        assert!(stderr.contains(named), "{named}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn a_missing_model_says_how_to_get_it() {
    let cache = tempfile::tempdir().unwrap();
    let output = run_fixture(&cache.path().join("out"))
        .env("REFERENT_CACHE", cache.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("referent models pull tiny"), "{stderr}");
}

/// 16 kHz mono, 16 bit, all zeros.
fn silent_wav(path: &Path, seconds: u32) {
    let bytes = seconds * 32_000;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend(1_u16.to_le_bytes());
    wav.extend(1_u16.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(32_000_u32.to_le_bytes());
    wav.extend(2_u16.to_le_bytes());
    wav.extend(16_u16.to_le_bytes());
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    wav.resize(wav.len() + bytes as usize, 0);
    std::fs::write(path, wav).unwrap();
}
