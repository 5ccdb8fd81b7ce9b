//! Memory does not follow the length of a recording.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use referent::media;
use referent::speech::Segmenter;

/// Names the recording for [`minutes_in_a_process_of_their_own`].
const RECORDING: &str = "REFERENT_TEST_RECORDING";
/// Growth allowed, in bytes an hour. The tables of such a file alone take 2.2 MB an hour.
const GROWTH: f64 = 500_000.0;

/// Minutes that are decoded.
const MINUTES: u32 = 4;

/// Bytes of this process's own resident memory.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

/// Decodes and segments the first minutes of a recording, and prints the memory then and half-way.
#[test]
fn minutes_in_a_process_of_their_own() {
    let Some(recording) = std::env::var_os(RECORDING) else { return };
    let vad = referent::models::Store::default_location().unwrap().locate("silero-vad").unwrap();
    let mut segmenter = Segmenter::load(&vad.path).unwrap();
    let blocks = media::open(Path::new(&recording), None).unwrap();
    for (block, second) in blocks.zip(1..=MINUTES * 60) {
        segmenter.push(&block.unwrap()).unwrap();
        if second % (MINUTES * 30) == 0 {
            println!("resident {}", resident());
        }
    }
}

/// Memory of a process half-way and at the end of the first minutes of a recording.
fn measure(recording: &Path) -> [f64; 2] {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["memory::minutes_in_a_process_of_their_own", "--exact", "--nocapture"])
        .env(RECORDING, recording)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let bytes = printed.lines().filter_map(|line| line.split_once("resident "));
    let bytes: Vec<f64> = bytes.map(|(_, bytes)| bytes.parse().unwrap()).collect();
    bytes.try_into().unwrap()
}

/// A recording of so many minutes, with picture, as a camera writes it.
fn recording(dir: &Path, minutes: u32) -> Option<PathBuf> {
    let ffmpeg = |arguments: &[&str], to: &Path| {
        let mut command = Command::new("ffmpeg");
        let done = command.args(["-v", "error", "-nostdin"]).args(arguments).arg(to).status();
        done.is_ok_and(|status| status.success())
    };
    let (minute, long) = (dir.join("minute.mp4"), dir.join(format!("{minutes}.mp4")));
    let picture = ["-f", "lavfi", "-i", "color=c=gray:s=64x36:r=25:d=60"];
    let sound = ["-f", "lavfi", "-i", "anoisesrc=d=60:c=pink:a=0.01:r=48000"];
    let codecs = ["-c:v", "mpeg4", "-c:a", "aac"];
    let made = minute.exists()
        || ffmpeg(
            &[picture, sound].concat().iter().chain(&codecs).copied().collect::<Vec<_>>(),
            &minute,
        );
    let again = (minutes - 1).to_string();
    let source = minute.to_string_lossy();
    (made && ffmpeg(&["-stream_loop", &again, "-i", &source, "-c", "copy"], &long)).then_some(long)
}

#[test]
fn memory_does_not_follow_the_length() {
    if referent::models::Store::default_location().unwrap().locate("silero-vad").is_err() {
        let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
        assert!(!required, "the model `silero-vad` is missing; scripts/test fetches it");
        println!("skipped: the model `silero-vad` is missing (referent models pull silero-vad)");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (Some(short), Some(long)) = (recording(dir.path(), 10), recording(dir.path(), 490)) else {
        println!("skipped: ffmpeg is missing");
        return;
    };
    let ([_, short], [half_way, long]) = (measure(&short), measure(&long));
    // Eight hours of index.
    assert!(long - short < 8.0 * GROWTH, "{short} bytes with ten minutes, {long} with eight hours");
    assert!(long - half_way < 500_000.0, "{half_way} bytes half-way, {long} at the end");
}
