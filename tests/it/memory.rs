//! Memory does not follow the length of a recording.

#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use referent::media;
use referent::speech::Segmenter;

use crate::undisturbed::{FIXTURE, has_model, referent};

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

/// Bytes of its own that the process in which a recording is recognised had at most so far: its
/// peak, less what it shares with its program's file.
fn recogniser(parent: u32) -> Option<f64> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).ok()?;
    let children =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    let worker =
        children.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let worker = worker.into_iter().find(|pid| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        command.is_ok_and(|command| command.split('\0').nth(1) == Some("worker"))
    })?;
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).ok()?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
    };
    Some(bytes("VmHWM:")? - bytes("RssFile:")?)
}

/// Bytes beside the model that recognition may need of its own.
const LIMIT: f64 = 150e6;

/// The encoder's attention and the vocabulary's logits, computed whole, would take 100 MB more.
#[test]
fn recognition_needs_little_beside_the_model() {
    if !has_model("tiny") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let sound = dir.path().join("tale.wav");
    let cut = ["-v", "error", "-nostdin", "-ss", "20", "-t", "40", "-i"];
    let recording = format!("{FIXTURE}/moede.mp4");
    let mut ffmpeg = Command::new("ffmpeg");
    if ffmpeg.args(cut).arg(recording).args(["-vn", "-ac", "1"]).arg(&sound).status().is_err() {
        println!("skipped: ffmpeg is missing");
        return;
    }
    let mut run = referent();
    run.arg("transcribe").arg(&sound).args([
        "--model",
        "tiny",
        "--threads",
        "1",
        "--json",
        "--out",
    ]);
    let mut run = run
        .arg(dir.path().join("out"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(run.stdout.take().unwrap()).lines();
    let peak = lines.filter_map(|_| recogniser(run.id())).fold(0.0, f64::max);
    assert!(run.wait().unwrap().code() <= Some(1));
    let model = std::fs::metadata(
        referent::models::Store::default_location().unwrap().locate("tiny").unwrap().path,
    );
    let above = peak - model.unwrap().len() as f64;
    println!("{:.0} MB above the model", above / 1e6);
    assert!(peak > 0.0 && above < LIMIT, "{:.0} MB above the model", above / 1e6);
}
