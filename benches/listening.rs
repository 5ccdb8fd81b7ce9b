//! From a file to windows: decoding, resampling, voice activity. One thread, sound made on the spot.
//!
//! `cargo bench --bench listening`. Elements are seconds of sound, so `elem/s` is how many times faster
//! than real time a stage is. A stage that includes the one before names it. The compressed file
//! is made with ffmpeg; voice activity needs `referent models pull silero-vad`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use referent::media;
use referent::models::Store;
use referent::speech::Segmenter;

/// Seconds of sound.
const SECONDS: u32 = 300;
/// Of a camera's sound, in hertz: it must be resampled to 16 kHz.
const RATE: u32 = 48_000;

/// Stereo with something like a voice: a gliding hum under formants in syllables, and pauses.
fn wav(path: &Path) {
    let frames = SECONDS * RATE;
    let bytes = frames * 4;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 4).to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    let (mut phase, mut noise) = (0.0_f64, 1_u32);
    for at in 0..frames {
        let time = f64::from(at) / f64::from(RATE);
        phase += 120.0 * (1.0 + 0.1 * (time * 5.0).sin()) / f64::from(RATE);
        let voice: f64 = (1..12)
            .map(|harmonic| {
                let harmonic = f64::from(harmonic);
                let formant = |centre: f64| (-((harmonic * 120.0 - centre) / 180.0).powi(2)).exp();
                let shape = formant(500.0 + 200.0 * (time * 7.0).sin()) + 0.05;
                shape * (harmonic * phase * std::f64::consts::TAU).sin()
            })
            .sum();
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = f64::from(noise) / f64::from(u32::MAX) - 0.5;
        let syllable = (time * std::f64::consts::TAU * 3.3).sin().max(0.0).sqrt();
        let talks = if time % 20.0 < 16.0 { 1.0 } else { 0.0 };
        let sample = ((0.15 * voice * syllable * talks + 0.003 * hiss) * 32_767.0) as i16;
        file.extend(sample.to_le_bytes());
        file.extend(sample.to_le_bytes());
    }
    fs_err::write(path, file).unwrap();
}

/// The same sound as a camera writes it: AAC in MP4.
fn aac(wav: &Path) -> Option<PathBuf> {
    let path = wav.with_extension("m4a");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(wav).args(["-c:a", "aac", "-b:a", "128k"]).arg(&path);
    let made = ffmpeg.stdin(Stdio::null()).status().is_ok_and(|status| status.success());
    if !made {
        println!("left out: ffmpeg cannot write AAC here");
    }
    made.then_some(path)
}

fn decode(path: &Path) -> usize {
    media::open(path, None).unwrap().map(|block| block.unwrap().samples.len()).sum()
}

fn listen(path: &Path, vad: &Path) -> usize {
    let mut segmenter = Segmenter::load(vad).unwrap();
    let blocks = media::open(path, None).unwrap();
    let windows: usize = blocks.map(|block| segmenter.push(&block.unwrap()).unwrap().len()).sum();
    windows + segmenter.finish().unwrap().len()
}

fn listening(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("sound.wav");
    wav(&plain);
    let vad = Store::default_location().and_then(|store| store.locate("silero-vad")).ok();
    if vad.is_none() {
        println!("left out: voice activity; fetch it with `referent models pull silero-vad`");
    }
    let mut group = criterion.benchmark_group("listening");
    group.throughput(Throughput::Elements(u64::from(SECONDS)));
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for (name, path) in [("WAV", Some(plain.clone())), ("AAC", aac(&plain))] {
        let Some(path) = path else { continue };
        group.bench_function(format!("decode and resample {name}"), |bench| {
            bench.iter(|| decode(black_box(&path)));
        });
        let Some(vad) = &vad else { continue };
        group.bench_function(format!("decode, resample, find speech in {name}"), |bench| {
            bench.iter(|| listen(black_box(&path), &vad.path));
        });
    }
    group.finish();
}

criterion_group!(benches, listening);
criterion_main!(benches);
