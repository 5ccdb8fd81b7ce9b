//! Memory does not follow the length of a recording.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use referent::media;
use referent::speech::Segmenter;

/// Names the recording for [`hours_in_a_process_of_their_own`].
const RECORDING: &str = "REFERENT_TEST_RECORDING";
/// Growth allowed, in bytes an hour. The tables of such a file alone take 2.2 MB an hour.
const GROWTH: f64 = 500_000.0;

/// Bytes of this process's own resident memory.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

/// Decodes the recording, looks for speech in its first minutes, and prints the largest memory.
#[test]
fn hours_in_a_process_of_their_own() {
    let Some(recording) = std::env::var_os(RECORDING) else { return };
    let vad = referent::models::Store::default_location().unwrap().locate("silero-vad").unwrap();
    let mut segmenter = Segmenter::load(&vad.path).unwrap();
    let mut most = 0.0_f64;
    for (n, block) in media::open(Path::new(&recording), None).unwrap().enumerate() {
        let block = block.unwrap();
        if n < 300 {
            segmenter.push(&block).unwrap();
        }
        if n % 100 == 0 {
            most = most.max(resident());
        }
    }
    println!("most {most}");
}

/// A recording of that many times ten minutes, with picture, as a camera writes it.
fn recording(dir: &Path, times: u32) -> Option<PathBuf> {
    let ffmpeg = |arguments: &[&str], to: &Path| {
        let done = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin"])
            .args(arguments)
            .arg(to)
            .status();
        done.is_ok_and(|status| status.success())
    };
    let (short, long) = (dir.join("short.mp4"), dir.join(format!("{times}.mp4")));
    let picture = "color=c=gray:s=64x36:r=25:d=600";
    let sound = "anoisesrc=d=600:c=pink:a=0.01:r=48000";
    let made = short.exists()
        || ffmpeg(
            &[
                "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-c:v", "mpeg4", "-c:a",
                "aac",
            ],
            &short,
        );
    let again = (times - 1).to_string();
    let looped =
        ["-stream_loop", &again, "-i", &short.to_string_lossy(), "-c", "copy"].map(str::to_owned);
    (made && ffmpeg(&looped.each_ref().map(String::as_str), &long)).then_some(long)
}

#[test]
fn the_index_of_a_long_recording_is_not_held() {
    let has = referent::models::Store::default_location().unwrap().locate("silero-vad").is_ok();
    let dir = tempfile::tempdir().unwrap();
    let (Some(short), Some(long)) = (recording(dir.path(), 1), recording(dir.path(), 13)) else {
        println!("skipped: ffmpeg is missing");
        return;
    };
    if !has {
        println!("skipped: the model `silero-vad` is missing (referent models pull silero-vad)");
        return;
    }
    let [short, long] = [short, long].map(|recording| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["memory::hours_in_a_process_of_their_own", "--exact", "--nocapture"])
            .env(RECORDING, recording)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let most = printed.lines().find_map(|line| line.strip_prefix("most ")).unwrap();
        most.parse::<f64>().unwrap()
    });
    let growth = (long - short) / 2.0;
    assert!(growth < GROWTH, "{short} bytes for ten minutes, {long} for two hours more");
}
