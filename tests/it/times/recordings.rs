//! Recordings whose clock is awkward: a sound lies where a player has it.
//!
//! The truth is where the bursts were put; and because every line of a transcript is one click from
//! the sound, ffmpeg (whose demuxers browsers use, or imitate) must have them at the same place.

use std::path::Path;
use std::process::Command;

use referent::media;
use referent::meeting::{SAMPLE_RATE, Warning};

const RATE: f64 = SAMPLE_RATE as f64;
/// Milliseconds in which a recording's sound may lie beside the truth: two frames of AAC at 48 kHz;
/// under the 45 ms at which viewers notice sound that comes before its picture (ITU-R BT.1359-1).
const NEAR: f64 = 0.043;

/// When the bursts begin in the twenty seconds that everything here is made of.
fn bursts() -> Vec<f64> {
    (0..20_u32).map(|n| 0.35 + 0.95 * f64::from(n) + 0.07 * f64::from(n * n % 5)).collect()
}

/// Twenty seconds of silence with bursts of a tone, 80 ms each, as 48 kHz mono WAV.
fn write_bursts(path: &Path) {
    let rate = 48_000_u32;
    let bursts = bursts();
    let samples = (0..rate * 20).map(|n| {
        let t = f64::from(n) / f64::from(rate);
        let on = bursts.iter().any(|start| (*start..start + 0.08).contains(&t));
        if on { ((t * 1000.0 * std::f64::consts::TAU).sin() * 16_000.0) as i16 } else { 0 }
    });
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = data.len() as u32;
    let mut bytes =
        [&b"RIFF"[..], &(36 + size).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(data);
    fs_err::write(path, bytes).unwrap();
}

/// Where sound begins after at least 150 ms of quiet, in seconds.
fn onsets(sound: impl Iterator<Item = (f64, f32)>) -> Vec<f64> {
    let mut loud = f64::NEG_INFINITY;
    let mut found = Vec::new();
    for (time, sample) in sound {
        if sample.abs() > 0.12 {
            if time - loud > 0.15 {
                found.push(time);
            }
            loud = time;
        }
    }
    found
}

fn decoded(path: &Path) -> (Vec<f64>, Vec<Warning>) {
    let mut decoder = media::open(path, None).unwrap_or_else(|error| panic!("{error}"));
    let blocks: Vec<_> = decoder.by_ref().map(Result::unwrap).collect();
    let sound = blocks.iter().flat_map(|block| {
        let at = |n: usize| block.start + n as f64 / RATE;
        block.samples.iter().enumerate().map(move |(n, &sample)| (at(n), sample))
    });
    (onsets(sound), decoder.warnings().to_vec())
}

/// Where ffmpeg has the bursts, its clock beginning with the first thing in the file.
fn played(path: &Path) -> Vec<f64> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ac", "1"])
        .args(["-ar", "16000", "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"])
        // The picture is played, too: ffmpeg leaves out the start of tracks that nobody takes.
        .args(["-map", "0:v?", "-c:v", "copy", "-f", "null", "-"])
        .output()
        .unwrap();
    let samples = output.stdout.chunks_exact(4);
    let samples = samples.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    onsets(samples.enumerate().map(|(n, sample)| (n as f64 / RATE, sample)))
}

fn has_ffmpeg() -> bool {
    let there = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !there {
        println!("skipped: ffmpeg is not installed");
    }
    there
}

/// Runs ffmpeg in `folder`; arguments are parted by blanks.
fn ffmpeg(folder: &Path, arguments: &str) {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Checks that the bursts of `name` lie where `expected` and ffmpeg have them.
fn check(folder: &Path, name: &str, expected: &[f64]) -> Vec<Warning> {
    let (found, warnings) = decoded(&folder.join(name));
    let players = played(&folder.join(name));
    let worst = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) * 1000.0
    };
    println!(
        "{name:14} {:2} bursts of {:2}, worst {:5.1} ms, beside the player {:5.1} ms (it has {})",
        found.len(),
        expected.len(),
        worst(&found, expected),
        worst(&found, &players),
        players.len(),
    );
    assert_eq!(found.len(), expected.len(), "{name}: {found:.3?}, not {expected:.3?}");
    assert!(worst(&found, expected) <= NEAR * 1000.0, "{name}: {found:.3?}, not {expected:.3?}");
    assert_eq!(found.len(), players.len(), "{name}: {found:.3?}, a player has {players:.3?}");
    assert!(worst(&found, &players) <= NEAR * 1000.0, "{name}: a player has {players:.3?}");
    warnings
}

fn told(warnings: &[Warning], code: &str) -> bool {
    warnings.iter().any(|warning| warning.code == code)
}

/// The bursts but for those that overlap `from..to`.
fn without(from: f64, to: f64) -> Vec<f64> {
    bursts().into_iter().filter(|start| start + 0.08 < from || *start > to).collect()
}

#[test]
fn holes_in_the_timestamps_keep_their_place() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_bursts(&folder.join("bursts.wav"));
    // Packets of 6.9 to 11 s are lost on the way.
    let lost = "-c copy -bsf:a noise=drop=between(pts*tb\\,6.9\\,11)";
    ffmpeg(folder, "-i bursts.wav -c:a libopus -b:a 48k opus.mka");
    ffmpeg(folder, "-i bursts.wav -c:a aac -b:a 96k aac.mka");
    ffmpeg(folder, &format!("-i opus.mka {lost} gap_opus.mka"));
    ffmpeg(folder, &format!("-i aac.mka {lost} gap_aac.mka"));
    for (from, how, name) in [
        ("opus", "", "gap.webm"),
        ("aac", "", "gap.mkv"),
        ("aac", "", "gap.mp4"),
        ("aac", "-movflags frag_keyframe+empty_moov -frag_duration 1000000", "gap_frag.mp4"),
        ("aac", "", "gap.ts"),
    ] {
        ffmpeg(folder, &format!("-i gap_{from}.mka -c copy {how} {name}"));
        let warnings = check(folder, name, &without(6.9, 11.0));
        if !name.ends_with(".ts") {
            assert!(told(&warnings, "recording-gap"), "{name}: {warnings:?}");
        }
    }
    // The clock leaps: a live encoder was stopped for five minutes.
    let leap = "-af asetpts=PTS+if(gte(T\\,7)\\,300/TB\\,0)";
    let later: Vec<f64> = bursts().iter().map(|&t| if t < 7.0 { t } else { t + 300.0 }).collect();
    for (name, how) in [("leap.mkv", "-c:a aac"), ("leap.mka", "-c:a libopus")] {
        ffmpeg(folder, &format!("-i bursts.wav {leap} {how} {name}"));
        check(folder, name, &later);
    }
}

#[test]
fn variable_bitrate_without_or_with_a_lying_header_keeps_time() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_bursts(&folder.join("bursts.wav"));
    ffmpeg(folder, "-i bursts.wav -c:a libmp3lame -q:a 7 vbr.mp3");
    check(folder, "vbr.mp3", &bursts());
    ffmpeg(folder, "-i bursts.wav -c:a libmp3lame -q:a 7 -write_xing 0 bare.mp3");
    let warnings = check(folder, "bare.mp3", &bursts());
    assert!(!told(&warnings, "recording-gap"), "{warnings:?}");
    // The header claims a tenth of the frames, or a hundred times as many.
    let bytes = fs_err::read(folder.join("vbr.mp3")).unwrap();
    let tag = bytes.windows(4).position(|four| four == b"Xing").unwrap();
    let count = u32::from_be_bytes(bytes[tag + 8..tag + 12].try_into().unwrap());
    for (name, claim) in [("short.mp3", count / 10), ("long.mp3", count * 100)] {
        let mut lying = bytes.clone();
        lying[tag + 8..tag + 12].copy_from_slice(&claim.to_be_bytes());
        fs_err::write(folder.join(name), lying).unwrap();
        let warnings = check(folder, name, &bursts());
        assert!(!told(&warnings, "recording-gap"), "{name}: {warnings:?}");
    }
}

#[test]
fn edit_lists_and_late_tracks_are_followed() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_bursts(&folder.join("bursts.wav"));
    let moved = |by: f64| -> Vec<f64> {
        bursts().iter().map(|time| time + by).filter(|time| *time > 0.0).collect()
    };
    // Priming: the encoder's first 1024 samples are not shown.
    ffmpeg(folder, "-i bursts.wav -c:a aac primed.m4a");
    check(folder, "primed.m4a", &bursts());
    // The edit begins in the middle of a frame.
    ffmpeg(folder, "-ss 3.013 -i primed.m4a -c copy middle.m4a");
    check(folder, "middle.m4a", &moved(-3.013));
    // Without B-frames, which would have the picture begin two frames late itself.
    let picture = "-f lavfi -i color=c=blue:s=64x64:r=5:d=24";
    for (name, how) in [
        ("late.mp4", "-c:a aac"),
        ("late.mov", "-c:a pcm_s16le"),
        ("late.mkv", "-c:a libopus"),
        ("late.ts", "-c:a aac"),
        ("late_frag.mp4", "-c:a aac -movflags frag_keyframe+empty_moov"),
    ] {
        ffmpeg(folder, &format!("{picture} -itsoffset 2.5 -i bursts.wav -c:v mpeg4 {how} {name}"));
        check(folder, name, &moved(2.5));
    }
    // The picture begins later than the sound.
    for name in ["early.mp4", "early.mkv"] {
        ffmpeg(
            folder,
            &format!(
                "-i bursts.wav -itsoffset 1.7 {picture} -map 0:a -map 1:v -c:v mpeg4 -c:a aac {name}"
            ),
        );
        check(folder, name, &bursts());
    }
    // A live recording whose clock does not begin at nought.
    for (name, how) in [
        ("live.mkv", "-c:a aac"),
        ("live.ts", "-c:a aac"),
        ("live_frag.mp4", "-c:a aac -movflags frag_keyframe+empty_moov"),
    ] {
        ffmpeg(folder, &format!("-i bursts.wav {how} -output_ts_offset 5000 {name}"));
        check(folder, name, &bursts());
    }
}

#[test]
fn frames_of_many_lengths_keep_time() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_bursts(&folder.join("bursts.wav"));
    ffmpeg(folder, "-i bursts.wav -c:a libvorbis blocks.ogg");
    check(folder, "blocks.ogg", &bursts());
    // Opus frames of 60, 2.5 and 20 ms, one after the other in one file.
    let parts = [("60", 0.0, 7.0), ("2.5", 7.0, 12.0), ("20", 12.0, 20.0)];
    let mut list = String::new();
    for (length, from, to) in parts {
        let how = format!("-c:a libopus -frame_duration {length}");
        ffmpeg(folder, &format!("-ss {from} -to {to} -i bursts.wav {how} part{length}.mka"));
        list.push_str(&format!("file 'part{length}.mka'\nduration {}\n", to - from));
    }
    fs_err::write(folder.join("parts.txt"), list).unwrap();
    ffmpeg(folder, "-f concat -i parts.txt -c copy frames.mka");
    check(folder, "frames.mka", &bursts());
    ffmpeg(folder, "-i bursts.wav -c:a flac -frame_size 333 odd.flac");
    check(folder, "odd.flac", &bursts());
}
