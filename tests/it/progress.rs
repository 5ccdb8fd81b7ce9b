//! Progress as a script sees it: in audio time, never backwards, up to the end, and honest about
//! what is unknown.

use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::{Value, json};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad/moede.mp4");

/// Makes a recording of the fixture with ffmpeg; says so and gives false where that is missing.
fn made(arguments: &[&str], to: &Path) -> bool {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i", FIXTURE])
        .args(arguments)
        .arg(to)
        .status();
    if done.is_err() {
        println!("skipped: ffmpeg is missing");
    }
    done.is_ok_and(|status| status.success())
}

/// The events of `referent transcribe --json` with `tiny`; none where that is missing.
fn events(recording: &Path) -> Option<Vec<Value>> {
    let has = referent::models::Store::default_location().unwrap().locate("tiny").is_ok();
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(has || !required, "the model `tiny` is missing; scripts/test fetches it");
    if !has {
        println!("skipped: the model `tiny` is missing (referent models pull tiny)");
        return None;
    }
    let out = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("referent")
        .unwrap()
        .arg("transcribe")
        .arg(recording)
        .args(["--json", "--quiet", "--model", "tiny", "--threads", "1", "--out"])
        .arg(out.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.code() <= Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

/// Every progress event lies at or behind the one before, and the last one at the end.
fn runs_to_the_end(progress: &[&Value]) {
    let number = |event: &Value, key: &str| event[key].as_f64();
    let places: Vec<f64> = progress.iter().map(|event| number(event, "done").unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    for event in progress {
        assert!(number(event, "total").is_none_or(|total| places[0] <= total), "{event}");
    }
    let last = progress.last().unwrap();
    assert_eq!(last["done"], last["total"], "{last}");
    assert_eq!((&last["eta"], &last["eta_at_most"]), (&json!(0.0), &json!(0.0)), "{last}");
    assert!(last["rate"].as_f64().unwrap() > 0.0, "{last}");
}

#[test]
fn an_unknown_length_is_called_so_until_it_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("moede.mp4");
    // Written in fragments while it was recorded: the header says nothing of the length.
    let fragments = ["-vn", "-c:a", "copy", "-movflags", "frag_keyframe+empty_moov"];
    if !made(&[["-t", "65"].as_slice(), &fragments].concat(), &recording) {
        return;
    }
    let Some(events) = events(&recording) else { return };
    assert_eq!(named(&events, "opened")[0]["duration"], Value::Null);
    let progress = named(&events, "progress");
    assert!(progress.len() >= 3, "{events:?}");
    // Nothing is said of the length until the recording was looked through.
    let known = events.iter().position(|event| event["event"] == "surveyed");
    for (n, event) in events.iter().enumerate().filter(|(_, event)| event["event"] == "progress") {
        let is_known = known.is_some_and(|known| n > known) || event == *progress.last().unwrap();
        let silent = ["total", "eta", "eta_at_most"].iter().all(|key| event[*key].is_null());
        assert!(is_known || silent, "{event}");
    }
    let last = progress.last().unwrap();
    let length = last["total"].as_f64().unwrap();
    assert!((64.0..67.0).contains(&length), "{length}");
    runs_to_the_end(&progress);
}

#[test]
fn a_look_ahead_counts_the_speech_that_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("pause.flac");
    // Half a minute of speech, a break of ten, and the same speech again.
    let filter = "[0:a]atrim=20:50,asetpts=PTS-STARTPTS,apad=pad_dur=600,asplit[a][b];\
                  [b]atrim=0:30[c];[a][c]concat=v=0:a=1";
    if !made(&["-filter_complex", filter, "-ac", "1", "-ar", "16000"], &recording) {
        return;
    }
    let Some(events) = events(&recording) else { return };
    let surveyed = named(&events, "surveyed");
    assert_eq!(surveyed.len(), 1, "{events:?}");
    assert!((surveyed[0]["duration"].as_f64().unwrap() - 660.0).abs() < 0.5);
    assert!((30.0..60.0).contains(&surveyed[0]["speech"].as_f64().unwrap()), "{}", surveyed[0]);
    let windows = surveyed[0]["windows"].as_u64().unwrap();
    let progress = named(&events, "progress");
    runs_to_the_end(&progress);
    for event in progress.iter().filter(|event| event["windows_left"].is_u64()) {
        let count = |key: &str| event[key].as_u64().unwrap();
        assert_eq!(count("windows") + count("windows_left"), windows, "{event}");
    }
    assert_eq!(progress.last().unwrap()["windows"], windows);
    // Of so short a run no figure is told before its end, but what it takes at most.
    let bounds = progress.iter().filter(|event| event["eta_at_most"].as_f64() > Some(0.0));
    assert!(bounds.clone().count() > 0 && bounds.clone().all(|event| event["eta"].is_null()));
}
