//! The whole way through the command line, on the fixture meeting and the `tiny` model: what the
//! folder holds, what kills and signals do, what bad input gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::undisturbed::{
    FIXTURE, Undisturbed, has_model, public_files, referent, run_fixture, stderr,
};

#[test]
fn a_run_gives_the_whole_folder_and_a_second_one_touches_nothing() {
    let Some(Undisturbed { out, output }) = Undisturbed::get() else { return };
    let files = public_files(out);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    insta::assert_json_snapshot!(names, @r#"
    [
      "agenda.json",
      "alignment.json",
      "captions.srt",
      "captions.vtt",
      "chapters.vtt",
      "debat.docx",
      "meeting.json",
      "minutes.json",
      "referat.docx",
      "referat.html",
      "transcript.json",
      "transcript.txt"
    ]
    "#);
    assert!(out.join("internal/journal.jsonl").exists());

    // Every agenda item stands in the overview with its place in the recording.
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("Godkendelse af dagsorden"), "{shown}");
    assert!(shown.contains("referat.docx"), "{shown}");

    // Without a GPU the batched engine is chosen by itself for a model that it reads.
    let meeting: serde_json::Value = serde_json::from_slice(&files["meeting.json"]).unwrap();
    let gpu = meeting["provenance"]["parameters"]["gpu"].as_bool().unwrap();
    let chosen = if gpu { "whisper-cpp" } else { "batched" };
    assert_eq!(meeting["provenance"]["engine"], chosen);

    no_closed_speech(out, &files);
    captions_pass_the_linter(out);

    let times = |out: &Path| -> Vec<_> {
        files.keys().map(|name| out.join(name).metadata().unwrap().modified().unwrap()).collect()
    };
    let before = times(out);
    let again = run_fixture(out).output().unwrap();
    assert_eq!(again.status.code(), output.status.code());
    assert_eq!(times(out), before, "a second run rewrote files");
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
    let hidden = truth["truth"]["must_not_be_published"].as_array().unwrap();
    assert!(hidden.len() >= 3);
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for words in hidden {
            let words = words.as_str().unwrap().to_lowercase();
            assert!(!text.contains(&words), "{name} holds {words}");
        }
    }
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

/// "Completed" over an empty file is the worst answer.
#[test]
fn a_recording_without_speech_is_never_done() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let agenda = PathBuf::from(format!("{FIXTURE}/agenda.json"));
    silent_wav(&path("zero.wav"), 0);
    silent_wav(&path("silence.wav"), 5);
    let mut recordings = vec!["zero.wav", "silence.wav"];
    let made = |name: &str, arguments: &[&str]| {
        let mut ffmpeg = std::process::Command::new("ffmpeg");
        ffmpeg.args(["-v", "error"]).args(arguments).arg(path(name));
        ffmpeg.status().is_ok_and(|status| status.success())
    };
    let noise = "anoisesrc=r=16000:c=pink:a=0.3:d=20:seed=7";
    if made("noise.wav", &["-f", "lavfi", "-i", noise])
        && made("mute.mp4", &["-f", "lavfi", "-i", "color=s=32x32:d=2", "-an"])
        && made(
            "still.mp4",
            &[
                "-f",
                "lavfi",
                "-i",
                "color=s=32x32:d=2",
                "-f",
                "lavfi",
                "-i",
                "anullsrc",
                "-shortest",
            ],
        )
    {
        recordings.extend(["noise.wav", "mute.mp4", "still.mp4"]);
    } else {
        println!("skipped in part: no ffmpeg to make recordings with");
    }
    for name in recordings {
        // A second time, too, when all that was heard stands in the journal.
        for _ in 0..2 {
            let out = path(&format!("{name}.out"));
            let (code, stderr) = refusal(&path(name), &agenda, &out);
            assert_eq!(code, 3, "{name}: {stderr}");
            assert!(stderr.contains(name), "{name}: {stderr}");
            assert!(public_files(&out).is_empty(), "{name}: {:?}", public_files(&out).keys());
        }
    }
}

#[test]
fn windows_without_any_text_that_can_be_trusted_are_no_speech() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let lines = undisturbed.journal().into_iter().map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(window) = line.get_mut("window") {
                change(window);
            }
            line.to_string()
        });
        let folder = undisturbed.folder_with(lines);
        let output = run_fixture(folder.path()).output().unwrap();
        assert!(public_files(folder.path()).is_empty());
        (output.status.code(), stderr(&output))
    };
    let (code, said) = with(&|window| window["segments"] = serde_json::json!([]));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("no speech was found in") && said.contains("moede.mp4"), "{said}");
    let withheld = serde_json::json!([{ "kind": "hallucination", "reason": "made up" }]);
    let (code, said) = with(&|window| {
        window["verdict"] = "quarantined".into();
        for segment in window["segments"].as_array_mut().unwrap() {
            segment["flags"] = withheld.clone();
        }
    });
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("passages were withheld"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_told() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let agenda = format!("{FIXTURE}/agenda.json");
    let output = referent().args(["agenda", "show", &agenda]).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
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
