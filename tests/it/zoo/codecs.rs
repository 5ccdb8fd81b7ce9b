//! The whole of `shared/audio/codecs/`, file by file: what comes of each, in which words, and the
//! exit code of the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;

use super::{MEMORY, MEMORY_OF_TOOLS, hear};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/codecs"));
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
    }
    folder.is_dir().then(|| folder.to_owned())
}

/// Every file with its seconds, or the refusal.
#[test]
fn every_codec_is_heard_for_twenty_seconds_or_refused() {
    let Some(folder) = folder() else { return };
    let mut table = String::new();
    let mut names: Vec<String> = fs_err::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in &names {
        let report = hear(&folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(report.memory < MEMORY, "{name}: {} kB", report.memory);
        assert!(report.memory_of_tools < MEMORY_OF_TOOLS, "{name}: {}", report.memory_of_tools);
        let place = folder.display().to_string() + "/";
        match report.heard {
            Ok(end) => {
                // What plays late beside its picture ends late (see `media`).
                let late = if name == "da20_frag.mp4" { 0.4 } else { 0.0 };
                let whole = name.starts_with("da20");
                assert!(!whole || (end - late - 20.0).abs() <= 0.1, "{name}: {end} s");
                table += &format!("{name}: {:.1} s\n", end - late);
            }
            Err((message, fault)) => {
                table += &format!("{name}: {fault}: {}\n", message.replace(&place, ""));
            }
        }
        for warning in report.attention {
            table += &format!("    {warning}\n");
        }
    }
    insta::assert_snapshot!("codecs", table);
}

fn transcribe(recording: &Path, out: &Path) -> (i32, String) {
    let output = Command::cargo_bin("referent")
        .unwrap()
        .args(["--quiet", "transcribe", "--model", "tiny", "--threads", "1", "--out"])
        .args([out, recording])
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_command_line_refuses_with_exit_code_3_and_leaves_no_folder() {
    let Some(folder) = folder() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    for name in ["empty.wav", "noaudio.mp4", "random.mp3", "trunc_moov_missing.m4a"] {
        let (code, stderr) = transcribe(&folder.join(name), &out);
        assert_eq!(code, 3, "{name}: {stderr}");
        assert!(stderr.contains(name) && stderr.contains("; "), "{name}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{name}: {stderr}");
        assert!(!out.exists(), "{name}");
    }
}

#[test]
fn the_command_line_transcribes_what_can_be_heard() {
    let Some(folder) = folder() else { return };
    if !["silero-vad", "tiny"].into_iter().all(crate::undisturbed::has_model) {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    for (name, wanted) in [("da20.opus", 0), ("da20.ts", 0), ("trunc.mp3", 1)] {
        let out = scratch.path().join(name);
        let (code, stderr) = transcribe(&folder.join(name), &out);
        let transcript = fs_err::read_to_string(out.join("transcript.txt")).unwrap();
        assert!(transcript.split_whitespace().count() > 8, "{name}: {transcript}");
        assert!(code == wanted || code == 1, "{name}: {code}: {stderr}");
        assert_eq!(code == 1, !stderr.is_empty(), "{name}: {code}: {stderr}");
    }
}
