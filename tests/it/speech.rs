//! Sound → windows: what is cut where, and that nothing but the sound decides it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use referent::meeting::{PcmBlock, SpeechWindow, TimeSpan};
use referent::speech::{Segmenter, SpeechError};

/// A model file of the cache; none, with a message, when it is not there and need not be.
pub(crate) fn model(file: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("REFERENT_CACHE")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("XDG_CACHE_HOME")?).join("referent")))
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/referent")))?;
    let path = cache.join("models").join(file);
    if path.is_file() {
        return Some(path);
    }
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(!required, "{} is missing; fetch it with `referent models pull`", path.display());
    println!("skipped: {} is missing", path.display());
    None
}

pub(crate) fn segmenter() -> Option<Segmenter> {
    Some(Segmenter::load(&model("silero-vad-16k.onnx")?).unwrap())
}

/// Something like a voice: a gliding hum with harmonics under formants, syllables of 150 ms.
fn babble(seconds: f64, pitch: f64) -> Vec<f32> {
    let mut phase = 0.0_f64;
    let mut noise = 1_u32;
    (0..(seconds * 16_000.0) as usize)
        .map(|at| {
            let time = at as f64 / 16_000.0;
            phase += pitch * (1.0 + 0.1 * (time * 5.0).sin()) / 16_000.0;
            let voice: f64 = (1..20)
                .map(|harmonic| {
                    let harmonic = f64::from(harmonic);
                    let frequency = harmonic * pitch;
                    let formant = |centre: f64| (-((frequency - centre) / 180.0).powi(2)).exp();
                    let shape = formant(500.0 + 200.0 * (time * 7.0).sin())
                        + 0.6 * formant(1500.0 + 400.0 * (time * 4.0).cos())
                        + 0.05;
                    shape * (harmonic * phase * std::f64::consts::TAU).sin()
                })
                .sum();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise) / f64::from(u32::MAX) - 0.5;
            let syllable = (time * std::f64::consts::TAU * 3.3).sin().max(0.0).sqrt();
            (0.15 * voice * syllable + 0.003 * hiss) as f32
        })
        .collect()
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * 16_000.0) as usize]
}

/// Real or synthetic speech from the material beside the repository: (samples, spoken words).
pub(crate) fn speech() -> Option<Vec<f32>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"))
        .join("audio/speech/nst_u0042009.wav");
    let Ok(bytes) = fs_err::read(&path) else {
        println!("skipped: {} is missing", path.display());
        return None;
    };
    let rate = u32::from_le_bytes(bytes[24..28].try_into().unwrap());
    let data = bytes.windows(4).position(|part| part == b"data").unwrap() + 8;
    let samples: Vec<f32> = bytes[data..]
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
        .collect();
    let channels = usize::from(u16::from_le_bytes(bytes[22..24].try_into().unwrap()));
    let samples: Vec<f32> =
        samples.chunks(channels).map(|one| one.iter().sum::<f32>() / channels as f32).collect();
    let step = f64::from(rate) / 16_000.0;
    let count = (samples.len() as f64 / step) as usize;
    Some((0..count).map(|at| samples[(at as f64 * step) as usize]).collect())
}

pub(crate) fn windows(segmenter: &mut Segmenter, blocks: &[PcmBlock]) -> Vec<SpeechWindow> {
    let mut windows = Vec::new();
    for block in blocks {
        windows.extend(segmenter.push(block).unwrap());
    }
    windows.extend(segmenter.finish().unwrap());
    windows
}

pub(crate) fn whole(samples: Vec<f32>) -> Vec<PcmBlock> {
    vec![PcmBlock { start: 0.0, samples }]
}

#[test]
fn twins_hear_the_same_whoever_is_ahead() {
    let (Some(mut first), Some(mut alone), Some(speech)) = (segmenter(), segmenter(), speech())
    else {
        return;
    };
    let mut second = first.twin();
    // Stretches with a gap after every third; each twin is ahead in turn.
    let length = 15_000;
    let blocks: Vec<PcmBlock> = speech
        .chunks(length)
        .cycle()
        .take(24)
        .enumerate()
        .map(|(at, samples)| {
            let start = (at * length) as f64 / 16_000.0 + (at / 3) as f64 * 4.0;
            PcmBlock { start, samples: samples.to_vec() }
        })
        .collect();
    let (mut by_first, mut by_second) = (Vec::new(), Vec::new());
    for (at, pair) in blocks.chunks(2).enumerate() {
        let hear = |twin: &mut Segmenter, heard: &mut Vec<SpeechWindow>| {
            for block in pair {
                heard.extend(twin.push(block).unwrap());
            }
        };
        if at % 2 == 0 {
            hear(&mut first, &mut by_first);
            hear(&mut second, &mut by_second);
        } else {
            hear(&mut second, &mut by_second);
            hear(&mut first, &mut by_first);
        }
    }
    by_second.extend(second.finish().unwrap());
    by_first.extend(first.finish().unwrap());
    let expected = windows(&mut alone, &blocks);
    assert!(expected.len() >= 4, "{} windows", expected.len());
    assert_eq!(by_first, expected);
    assert_eq!(by_second, expected);
}

#[test]
fn windows_are_well_formed_and_cover_all_voice() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    // Two and a half minutes of one sentence over and over, without the silence around it: never a
    // pause of two seconds.
    let mut samples = Vec::new();
    while samples.len() < 150 * 16_000 {
        samples.extend_from_slice(&speech[9_600..80_000]);
    }
    let all = windows(&mut segmenter, &whole(samples.clone()));
    assert!(all.len() >= 4, "{} windows", all.len());
    for (at, window) in all.iter().enumerate() {
        assert_eq!(window.index as usize, at);
        assert!(window.span.duration() <= 30.0, "{:?}", window.span);
        assert_eq!(window.samples.len(), (window.span.duration() * 16_000.0).round() as usize);
        assert!(window.samples.iter().all(|sample| sample.abs() <= 1.0));
        assert!(!window.voiced.is_empty());
        for voiced in &window.voiced {
            assert!(window.span.start <= voiced.start && voiced.end <= window.span.end);
        }
    }
    for pair in all.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{:?} {:?}", pair[0].span, pair[1].span);
    }
    // Full windows: no more of them than the sound needs.
    assert!(all.len() <= 7, "{} windows", all.len());
    let voiced: f64 = all.iter().flat_map(|window| &window.voiced).map(TimeSpan::duration).sum();
    assert!(voiced > 150.0 * 0.5, "{voiced} s of voice");
}

#[test]
fn speech_without_a_pause_is_cut_without_loss() {
    let Some(mut segmenter) = segmenter() else { return };
    let all = windows(&mut segmenter, &whole(babble(100.0, 130.0)));
    let voiced: Vec<TimeSpan> = all.iter().flat_map(|window| window.voiced.clone()).collect();
    if voiced.iter().map(TimeSpan::duration).sum::<f64>() < 60.0 {
        println!("skipped: the detector does not take the synthetic voice for one");
        return;
    }
    assert!(all.iter().all(|window| window.span.duration() <= 30.0));
}

#[test]
fn silence_and_noise_give_no_windows() {
    let Some(mut segmenter) = segmenter() else { return };
    assert_eq!(windows(&mut segmenter, &whole(silence(40.0))), []);
    let mut state = 7_u32;
    let noise: Vec<f32> = (0..40 * 16_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.2
        })
        .collect();
    assert_eq!(windows(&mut segmenter, &whole(noise)), []);
    assert_eq!(windows(&mut segmenter, &[]), []);
    assert_eq!(windows(&mut segmenter, &whole(vec![f32::NAN; 20_000])), []);
}

#[test]
fn a_gap_closes_the_window_and_keeps_time() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    let length = speech.len() as f64 / 16_000.0;
    let blocks = [
        PcmBlock { start: 5.0, samples: speech.clone() },
        PcmBlock { start: 1000.0, samples: speech.clone() },
    ];
    let gapped = windows(&mut segmenter, &blocks);
    assert_eq!(gapped.len(), 2);
    assert!(gapped[0].span.start >= 5.0 && gapped[0].span.end <= 5.0 + length);
    assert!(gapped[1].span.start >= 1000.0 && gapped[1].span.end <= 1000.0 + length);
    assert!(gapped[0].samples == gapped[1].samples);
    // Sound given twice is heard once.
    let again = [
        PcmBlock { start: 0.0, samples: speech.clone() },
        PcmBlock { start: 0.0, samples: speech.clone() },
    ];
    let again = windows(&mut segmenter, &again);
    let once = windows(&mut segmenter, &whole(speech));
    assert_eq!((again.len(), once.len()), (1, 1));
    assert!(again[0].samples == once[0].samples && again[0].voiced == once[0].voiced);
}

#[test]
fn quiet_speech_is_heard_and_evened_out() {
    let (Some(mut segmenter), Some(speech)) = (segmenter(), speech()) else { return };
    let loud = windows(&mut segmenter, &whole(speech.clone()));
    let quiet: Vec<f32> = speech.iter().map(|sample| sample * 0.01).collect();
    let quiet = windows(&mut segmenter, &whole(quiet));
    assert_eq!(quiet.len(), loud.len());
    let power = |window: &SpeechWindow| {
        let sum: f32 = window.samples.iter().map(|sample| sample * sample).sum();
        (sum / window.samples.len() as f32).sqrt()
    };
    let ratio = power(&quiet[0]) / power(&loud[0]);
    assert!((0.5..2.0).contains(&ratio), "{ratio}");
}

#[test]
fn a_wrong_or_missing_voice_model_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Segmenter::load(&folder.path().join("none.onnx")).err().unwrap();
    assert!(matches!(missing, SpeechError::Missing { .. }));
    assert!(missing.to_string().contains("referent models pull silero-vad"));
    let wrong = folder.path().join("wrong.onnx");
    fs_err::write(&wrong, b"not a model").unwrap();
    assert!(matches!(Segmenter::load(&wrong).err().unwrap(), SpeechError::Unsuitable { .. }));
}

/// Sound, and its windows when it comes in one block.
type Expected = (Vec<f32>, Vec<SpeechWindow>);

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn windows_do_not_depend_on_block_sizes(sizes in prop::collection::vec(1_usize..40_000, 1..40)) {
        let Some(path) = model("silero-vad-16k.onnx") else { return Ok(()) };
        thread_local! {
            static LOADED: RefCell<Option<Expected>> = const { RefCell::new(None) };
        }
        LOADED.with(|loaded| {
            let mut loaded = loaded.borrow_mut();
            let (samples, expected) = loaded.get_or_insert_with(|| {
                let mut segmenter = Segmenter::load(&path).unwrap();
                let mut samples = speech().unwrap_or_else(|| babble(8.0, 140.0));
                samples.extend(silence(3.0));
                samples.extend(babble(36.0, 120.0));
                let expected = windows(&mut segmenter, &whole(samples.clone()));
                (samples, expected)
            });
            let mut fresh = Segmenter::load(&path).unwrap();
            let mut blocks = Vec::new();
            let (mut at, mut size) = (0, sizes.iter().cycle());
            while at < samples.len() {
                let end = (at + size.next().unwrap()).min(samples.len());
                let start = at as f64 / 16_000.0;
                blocks.push(PcmBlock { start, samples: samples[at..end].to_vec() });
                at = end;
            }
            prop_assert!(&windows(&mut fresh, &blocks) == expected);
            Ok(())
        })?;
    }
}
