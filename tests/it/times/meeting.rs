//! A whole transcription of a recording whose clock leaps.

use assert_cmd::Command;
use serde_json::Value;

use crate::speech::model;

#[test]
fn segments_after_a_hole_begin_when_a_player_has_them() {
    let ffmpeg = std::process::Command::new("ffmpeg").arg("-version").output().is_ok();
    if !ffmpeg {
        println!("skipped: ffmpeg is not installed");
        return;
    }
    if model("ggml-tiny.bin").is_none() || model("silero-vad-16k.onnx").is_none() {
        return;
    }
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad");
    let folder = tempfile::tempdir().unwrap();
    // Half a minute of the fixture meeting; in a pause at 17 s the clock leaps by 200 s.
    let made = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-t", "35", "-i", &format!("{fixture}/moede.mp4")])
        .args(["-vn", "-af", "asetpts=PTS+if(gte(T\\,17)\\,200/TB\\,0)", "-c:a", "libopus"])
        .arg(folder.path().join("hul.mkv"))
        .status();
    assert!(made.unwrap().success());
    let output = Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["transcribe", "hul.mkv", "--out", "ud", "--model", "tiny", "--threads", "1"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let read = |path: &str| -> Value {
        serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap()
    };
    let starts = |value: &Value| -> Vec<f64> {
        let segments = value["segments"].as_array().unwrap();
        segments.iter().map(|segment| segment["start"].as_f64().unwrap()).collect()
    };
    let transcript = folder.path().join("ud/transcript.json");
    let found = starts(&read(&transcript.to_string_lossy()));
    // What is said after a pause of a second or more begins a segment.
    let truth = starts(&read(&format!("{fixture}/truth.json")));
    for said in [truth[0], truth[2] + 200.0, truth[3] + 200.0] {
        let error = found.iter().map(|start| (start - said).abs()).fold(f64::INFINITY, f64::min);
        println!("{said:.3} s: {:.0} ms off", error * 1000.0);
        assert!(error <= 0.25, "nothing begins at {said}: {found:?}");
    }
    assert!(!found.iter().any(|start| (17.0..217.0).contains(start)), "{found:?}");
}
