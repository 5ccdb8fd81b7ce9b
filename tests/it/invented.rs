//! Invented text from a real model, and what the guard makes of it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use referent::asr::{AsrError, Recogniser, Settings};
use referent::meeting::{Segment, SpeechWindow, TimeSpan, WindowText};

use crate::speech::model;

/// A piece of the synthetic meeting beside the repository, decoded by ffmpeg.
fn piece(start: f64, seconds: f64) -> Option<Vec<f32>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"))
        .join("audio/meeting/noerrevig.ogg");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-ss", &start.to_string(), "-t", &seconds.to_string(), "-i"])
        .arg(&path)
        .args(["-f", "f32le", "-ar", "16000", "-ac", "1", "-"])
        .stdin(Stdio::null())
        .output();
    let samples: Vec<f32> = output
        .map(|output| {
            let bytes = output.stdout.chunks_exact(4);
            bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
        })
        .unwrap_or_default();
    if samples.is_empty() {
        println!("skipped: {} or ffmpeg is missing", path.display());
        return None;
    }
    Some(samples)
}

/// Recognises the sound as one window, the engine's own fallback off.
fn hear(model: &Path, samples: Vec<f32>) -> WindowText {
    let span = TimeSpan::new(0.0, samples.len() as f64 / 16_000.0);
    let window = SpeechWindow { index: 0, span, samples, voiced: vec![span] };
    let settings = Settings {
        program: Some(env!("CARGO_BIN_EXE_referent").into()),
        fallback: false,
        ..Settings::new(model)
    };
    let mut texts = Vec::new();
    Recogniser::start(settings)
        .unwrap()
        .recognise::<AsrError>(
            std::iter::once(Ok(window)),
            |text| {
                texts.push(text);
                Ok(())
            },
            &AtomicBool::new(false),
        )
        .unwrap();
    texts.remove(0)
}

/// Six voices of the meeting at once, equally loud.
fn voices_at_once(seconds: f64) -> Option<Vec<f32>> {
    let mut mixed = vec![0.0; (seconds * 16_000.0) as usize];
    for start in [20.0, 80.0, 140.0, 240.0, 300.0, 420.0] {
        for (sum, sample) in mixed.iter_mut().zip(piece(start, seconds)?) {
            *sum += sample / 2.5;
        }
    }
    Some(mixed)
}

/// Without the engine's own fallback a decoder goes round on sound that it cannot make out. The guard
/// sees it, decodes again, and lets nothing of it pass unmarked.
#[test]
fn nothing_of_six_voices_at_once_passes() {
    let (Some(tiny), Some(sound)) = (model("ggml-tiny.bin"), voices_at_once(20.0)) else { return };
    let text = hear(&tiny, sound);
    assert!(text.rejected.iter().any(|reason| reason.contains("repeat")), "{:?}", text.rejected);
    assert!(!text.segments.is_empty(), "flagged, not deleted");
    assert!(text.segments.iter().all(Segment::is_withheld), "{:?}", text.segments);
}
