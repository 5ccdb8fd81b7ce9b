//! Recordings of every kind give the same sound at the same time, or a clear refusal.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use referent::media::{self, MediaError};
use referent::meeting::{Fault, Faulty, PcmBlock, SAMPLE_RATE, Severity, Warning};

const RATE: f64 = SAMPLE_RATE as f64;

/// A decoded recording.
struct Heard {
    blocks: Vec<PcmBlock>,
    warnings: Vec<Warning>,
    hint: Option<f64>,
}

impl Heard {
    fn end(&self) -> f64 {
        self.blocks.last().map_or(0.0, PcmBlock::end)
    }

    /// Loudness of every millisecond, on the recording's clock.
    fn envelope(&self) -> Vec<f64> {
        let step = SAMPLE_RATE as usize / 1000;
        let mut envelope = vec![0.0; (self.end() * 1000.0) as usize + 2];
        for block in &self.blocks {
            let first = (block.start * RATE).round() as usize;
            for (n, &sample) in block.samples.iter().enumerate() {
                envelope[(first + n) / step] += f64::from(sample * sample);
            }
        }
        envelope.into_iter().map(f64::sqrt).collect()
    }

    fn has(&self, code: &str) -> bool {
        self.warnings.iter().any(|warning| warning.code == code)
    }

    fn needs_a_person(&self) -> bool {
        self.warnings.iter().any(|warning| warning.severity == Severity::Attention)
    }
}

fn hear_track(path: &Path, track: Option<u32>) -> Result<Heard, MediaError> {
    let mut decoder = media::open(path, track)?;
    let hint = decoder.duration_hint();
    let blocks = decoder.by_ref().collect::<Result<Vec<_>, _>>()?;
    for pair in blocks.windows(2) {
        assert!(pair[1].start >= pair[0].end() - 1e-6, "blocks overlap in {}", path.display());
    }
    let inside = |sample: &f32| (-1.0..=1.0).contains(sample);
    assert!(blocks.iter().all(|block| block.samples.iter().all(inside)));
    Ok(Heard { blocks, warnings: decoder.warnings().to_vec(), hint })
}

fn hear(path: &Path) -> Result<Heard, MediaError> {
    hear_track(path, None)
}

/// How many milliseconds `other` lies after `truth`, and how alike they are then (correlation of
/// the loudness of each millisecond, 0..=1).
fn compare(truth: &Heard, other: &Heard) -> (i64, f64) {
    let (truth, other) = (truth.envelope(), other.envelope());
    let alike = |lag: i64| {
        let pairs = (0..truth.len() as i64)
            .filter_map(|n| Some((truth[n as usize], *other.get(usize::try_from(n + lag).ok()?)?)));
        let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
        for (a, b) in pairs {
            both += a * b;
            left += a * a;
            right += b * b;
        }
        both / (left * right).sqrt().max(1e-12)
    };
    let best = (-250..=250).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).unwrap();
    (best, alike(best))
}

fn codecs() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/codecs"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    eprintln!("skipped: {} is not here", folder.display());
    None
}

fn has_ffmpeg() -> bool {
    let there = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !there {
        eprintln!("skipped: ffmpeg is not installed");
    }
    there
}

/// Runs ffmpeg in `folder`.
fn ffmpeg(folder: &Path, arguments: &str) {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// `seconds` of beeps of different length and pitch, as 16 kHz mono WAV: its loudness has one
/// place only where it fits.
fn beeps(folder: &Path, name: &str, rate: u32, channels: u16, seconds: u32, right: f32) {
    let mut samples = Vec::new();
    for n in 0..rate * seconds {
        let t = f64::from(n) / f64::from(rate);
        let second = t.floor();
        let length = 0.15 + 0.07 * ((second * 7.0) % 9.0);
        let pitch = 300.0 + 140.0 * ((second * 5.0) % 11.0);
        let on = t - second > 0.08 && t - second < 0.08 + length;
        let level = if on { 0.3 + 0.05 * ((second * 3.0) % 8.0) } else { 0.0 };
        let sample = (level * (t * pitch * std::f64::consts::TAU).sin()) as f32;
        for channel in 0..channels {
            samples.push(if channel == 1 { sample * right } else { sample });
        }
    }
    let size = samples.len() as u32 * 2;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels) * 2).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| ((sample * 32_000.0) as i16).to_le_bytes()));
    fs_err::write(folder.join(name), bytes).unwrap();
}

#[test]
fn every_codec_gives_the_same_sound_at_the_same_time() {
    let Some(folder) = codecs() else { return };
    let truth = hear(&folder.join("da20.flac")).unwrap();
    let files = [
        ("da20.flac", 0), ("da20.m4a", 0), ("da20.mp4", 0), ("da20.mov", 0),
        ("da20_frag.mp4", 0), ("da20.mkv", 0), ("da20.webm", 0), ("da20.opus", 0),
        ("da20.ogg", 0), ("da20_vbr.mp3", 0), ("da20.aac", 0), ("da20_alac.m4a", 0),
        ("da20_alaw.wav", 0), ("da20.ts", 0), ("da20.wma", 0),
    ];
    for (name, _) in files {
        let heard = hear(&folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (late, alike) = compare(&truth, &heard);
        println!("{name:16} end {:7.3} hint {:?} late {late} ms alike {alike:.4} {:?}", heard.end(), heard.hint, heard.warnings.iter().map(|w| &w.code).collect::<Vec<_>>());
    }
}
#[test]
fn damaged() {
    let Some(folder) = codecs() else { return };
    for name in ["corrupt.flac", "empty.wav", "noaudio.mp4", "random.mp3", "trunc.mp3", "trunc_header_lies.wav", "trunc_moov_missing.m4a"] {
        let began = Instant::now();
        match hear(&folder.join(name)) {
            Ok(heard) => println!("{name}: end {:.3} {:#?}", heard.end(), heard.warnings),
            Err(error) => println!("{name}: {:?} {error}", error.fault()),
        }
        println!("  probe: {:?}", media::probe(&folder.join(name)));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
