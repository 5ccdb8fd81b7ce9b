//! Recordings of every kind give the same sound at the same time, or a clear refusal.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

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
    let blocks = decoder.by_ref().collect::<Result<Vec<_>, _>>()?;
    for pair in blocks.windows(2) {
        assert!(pair[1].start >= pair[0].end() - 1e-6, "blocks overlap in {}", path.display());
    }
    let inside = |sample: &f32| (-1.0..=1.0).contains(sample);
    assert!(blocks.iter().all(|block| block.samples.iter().all(inside)));
    Ok(Heard { blocks, warnings: decoder.warnings().to_vec() })
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
    let best = (-60..=460).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).unwrap();
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
    // Milliseconds by which the file itself places its sound late, beside the picture or for want
    // of a known encoder delay; a player has it there too.
    let native = [
        ("da20.flac", 0),
        ("da20.m4a", 0),
        ("da20.mp4", 0),
        ("da20.mov", 0),
        ("da20_frag.mp4", 400), // so is the picture
        ("da20.mkv", 46),       // so is the picture
        ("da20.webm", 3),
        ("da20.opus", 0),
        ("da20.ogg", 0),
        ("da20_vbr.mp3", 0),
        ("da20.aac", 46), // 1024 samples at 22.05 kHz
        ("da20_alac.m4a", 0),
        ("da20_alaw.wav", 0),
    ];
    let foreign = [("da20.ts", 22), ("da20.wma", 46)];
    let foreign: &[_] = if has_ffmpeg() { &foreign } else { &[] };
    for &(name, late) in native.iter().chain(foreign) {
        let heard = hear(&folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (found, alike) = compare(&truth, &heard);
        let codes: Vec<_> = heard.warnings.iter().map(|warning| &warning.code).collect();
        println!("{name:15} {:7.3} s, {found:3} ms late, alike {alike:.4} {codes:?}", heard.end());
        assert!((found - late).abs() <= 2, "{name} is {found} ms late, not {late}");
        assert!(alike > 0.92, "{name} sounds different: {alike}");
        assert!(
            (heard.end() - 20.0 - late as f64 / 1000.0).abs() < 0.05,
            "{name}: {}",
            heard.end()
        );
        assert!(!heard.needs_a_person(), "{name}: {:?}", heard.warnings);
        let by_ffmpeg = foreign.iter().any(|&(other, _)| other == name);
        assert_eq!(heard.has("ffmpeg-used"), by_ffmpeg, "{name}: {:?}", heard.warnings);
    }
}

#[test]
fn damaged_recordings_end_with_a_message() {
    let Some(folder) = codecs() else { return };
    let began = Instant::now();
    for (name, seconds) in [("trunc.mp3", 5.1), ("trunc_header_lies.wav", 1.1)] {
        let heard = hear(&folder.join(name)).unwrap();
        assert!((heard.end() - seconds).abs() < 0.1, "{name}: {}", heard.end());
        assert!(heard.has("truncated") && heard.needs_a_person(), "{name}: {:?}", heard.warnings);
    }
    let heard = hear(&folder.join("corrupt.flac")).unwrap();
    assert!(heard.needs_a_person(), "{:?}", heard.warnings);
    assert!(heard.end() > 19.0 && heard.end() < 20.1, "{}", heard.end());

    let refused = |name: &str| hear(&folder.join(name)).err().unwrap_or_else(|| panic!("{name}"));
    assert!(matches!(refused("empty.wav"), MediaError::Empty { .. }));
    assert!(matches!(refused("noaudio.mp4"), MediaError::NoAudio { .. }));
    assert!(matches!(refused("random.mp3"), MediaError::NotMedia { .. }));
    let unfinished = refused("trunc_moov_missing.m4a");
    assert!(matches!(unfinished, MediaError::Damaged { .. }), "{unfinished}");
    assert!(unfinished.to_string().contains("moov"), "{unfinished}");
    for name in ["empty.wav", "noaudio.mp4", "random.mp3", "trunc_moov_missing.m4a"] {
        let error = refused(name);
        assert_eq!(error.fault(), Fault::BadInput, "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str| hear(&folder.path().join(name)).err().unwrap();
    assert!(matches!(refused("missing.mp4"), MediaError::NotFound { .. }));
    assert!(matches!(refused("."), MediaError::Folder { .. }));
    fs_err::write(folder.path().join("zero.mp4"), "").unwrap();
    assert!(matches!(refused("zero.mp4"), MediaError::Empty { .. }));
    let letter = "Kære byrådsmedlem, hermed dagsorden.\n".repeat(2000);
    for name in ["letter.txt", "letter.mp4", "-letter.mp3", "concat:letter.wav"] {
        fs_err::write(folder.path().join(name), &letter).unwrap();
        let error = refused(name);
        assert!(matches!(error, MediaError::NotMedia { .. }), "{name}: {error}");
    }
    fs_err::write(folder.path().join("list.m3u8"), "#EXTM3U\n#EXTINF:1,\nother.wav\n").unwrap();
    assert!(matches!(refused("list.m3u8"), MediaError::NotMedia { .. }));
    #[cfg(unix)]
    assert!(matches!(hear(Path::new("/dev/null")), Err(MediaError::NotAFile { .. })));
}

#[test]
fn a_decoder_can_work_in_a_thread_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    beeps(folder.path(), "beeps.wav", 22_050, 1, 3, 1.0);
    let decoder = media::open(&folder.path().join("beeps.wav"), None).unwrap();
    assert_eq!(decoder.duration_hint(), Some(3.0));
    let count = std::thread::spawn(move || decoder.map(|block| block.unwrap().samples.len()).sum());
    assert_eq!(count.join().unwrap_or(0usize), 3 * SAMPLE_RATE as usize);
}

#[test]
fn stereo_in_opposite_phase_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    beeps(folder.path(), "mono.wav", 48_000, 1, 6, 1.0);
    beeps(folder.path(), "stereo.wav", 48_000, 2, 6, 1.0);
    beeps(folder.path(), "opposite.wav", 48_000, 2, 6, -1.0);
    let truth = hear(&folder.path().join("mono.wav")).unwrap();
    let loudness = |heard: &Heard| heard.envelope().iter().sum::<f64>();
    for name in ["stereo.wav", "opposite.wav"] {
        let heard = hear(&folder.path().join(name)).unwrap();
        let (late, alike) = compare(&truth, &heard);
        assert_eq!(late, 0, "{name}");
        assert!(alike > 0.99, "{name}: {alike}");
        assert!((loudness(&heard) / loudness(&truth) - 1.0).abs() < 0.02, "{name}");
    }
}

#[test]
fn the_chosen_track_is_heard() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    beeps(folder.path(), "beeps.wav", 16_000, 1, 8, 1.0);
    let inputs = "-i beeps.wav -f lavfi -i anoisesrc=d=8:r=48000:a=0.2 \
                  -f lavfi -i color=c=blue:s=64x64:r=5:d=8";
    let maps = "-map 2:v -map 1:a -map 0:a -c:a aac -c:v libx264 \
                -disposition:a:0 0 -disposition:a:1 default \
                -metadata:s:a:0 language=eng -metadata:s:a:1 language=dan";
    let truth = hear(&at("beeps.wav")).unwrap();
    for name in ["two.mp4", "two.mkv"] {
        ffmpeg(folder.path(), &format!("{inputs} {maps} {name}"));
        let probe = media::probe(&at(name)).unwrap();
        let languages: Vec<_> =
            probe.tracks.iter().map(|track| track.language.as_deref()).collect();
        assert_eq!(languages, [Some("eng"), Some("dan")], "{name}");
        assert_eq!(
            probe.tracks.iter().map(|track| track.default).collect::<Vec<_>>(),
            [false, true]
        );
        for (track, same) in [(None, true), (Some(1), true), (Some(0), false)] {
            let (_, alike) = compare(&truth, &hear_track(&at(name), track).unwrap());
            assert_eq!(alike > 0.9, same, "{name} track {track:?}: {alike}");
        }
        let error = hear_track(&at(name), Some(2)).err().unwrap();
        assert_eq!(error.fault(), Fault::Usage);
        assert!(error.to_string().contains("1 (aac, dan, default)"), "{error}");
    }
}

#[test]
fn time_stays_true_over_gaps_edits_and_variable_rates() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    beeps(folder.path(), "beeps.wav", 48_000, 1, 20, 1.0);
    let truth = hear(&at("beeps.wav")).unwrap();

    // Four seconds of packets are lost, timestamps kept.
    let lost = "-c copy -bsf:a noise=drop=between(pts*tb\\,7\\,11)";
    ffmpeg(folder.path(), "-i beeps.wav -c:a libopus -b:a 48k whole.mka");
    ffmpeg(folder.path(), &format!("-i whole.mka {lost} gap.mka"));
    let heard = hear(&at("gap.mka")).unwrap();
    let (late, alike) = compare(&truth, &heard);
    println!("gap: {late} ms, alike {alike:.3}");
    assert!(late.abs() <= 8, "{late}");
    let warning = heard.warnings.iter().find(|warning| warning.code == "recording-gap").unwrap();
    let span = warning.span.unwrap();
    assert!((span.start - 7.0).abs() < 0.1 && (span.end - 11.0).abs() < 0.1, "{span:?}");
    let envelope = heard.envelope();
    assert!(envelope[7_100..10_900].iter().all(|&loudness| loudness < 1e-3));

    // An edit list: the first three seconds are there, but not shown.
    ffmpeg(folder.path(), "-i beeps.wav -c:a aac whole.m4a");
    ffmpeg(folder.path(), "-ss 3 -i whole.m4a -c copy edited.m4a");
    let heard = hear(&at("edited.m4a")).unwrap();
    let (late, alike) = compare(&heard, &truth);
    println!("edit list: {late} ms, alike {alike:.3}, end {}", heard.end());
    assert!((heard.end() - 17.0).abs() < 0.1, "{}", heard.end());
    let shifted = Heard {
        blocks: heard
            .blocks
            .iter()
            .map(|b| PcmBlock { start: b.start + 3.0, ..b.clone() })
            .collect(),
        ..heard
    };
    let (late, alike) = compare(&truth, &shifted);
    println!("edit list: {late} ms, alike {alike:.3}");
    assert!(late.abs() <= 25 && alike > 0.9, "{late} ms, {alike}");

    // Sound that begins two seconds after the picture; a live recording whose clock begins at an
    // hour; MPEG-TS with a hole; two recordings joined.
    let picture = "-f lavfi -i color=c=blue:s=64x64:r=5:d=22";
    ffmpeg(folder.path(), &format!("{picture} -itsoffset 2 -i beeps.wav -c:a aac late.mp4"));
    ffmpeg(folder.path(), &format!("{picture} -itsoffset 2 -i beeps.wav -c:a aac late.mkv"));
    for name in ["late.mp4", "late.mkv"] {
        let heard = hear(&at(name)).unwrap();
        assert!((heard.blocks[0].start - 2.0).abs() < 0.03, "{name}: {}", heard.blocks[0].start);
    }
    ffmpeg(folder.path(), "-i beeps.wav -c:a libopus -output_ts_offset 3600 live.mkv");
    let heard = hear(&at("live.mkv")).unwrap();
    assert!(compare(&truth, &heard).0.abs() <= 8 && heard.end() < 20.1, "{}", heard.end());
    ffmpeg(folder.path(), "-i gap.mka -c copy gap.ts");
    let heard = hear(&at("gap.ts")).unwrap();
    assert!(compare(&truth, &heard).0.abs() <= 8, "{:?}", compare(&truth, &heard));
    for (name, how) in [("one.mp3", "-b:a 64k"), ("one.ogg", "-c:a libvorbis")] {
        ffmpeg(folder.path(), &format!("-i beeps.wav {how} {name}"));
        let twice = fs_err::read(at(name)).unwrap().repeat(2);
        let joined = at(&format!("joined_{name}"));
        fs_err::write(&joined, twice).unwrap();
        let heard = hear(&joined).unwrap();
        assert!((heard.end() - 40.0).abs() < 0.2, "{name}: {}", heard.end());
    }

    for (name, how) in [
        ("vbr.mp3", "-c:a libmp3lame -q:a 6"),
        ("plain.mp3", "-c:a libmp3lame -b:a 64k -write_xing 0"),
        ("surround.m4a", "-ac 6 -c:a aac"),
        ("surround.flac", "-ac 6 -c:a flac"),
        ("long.mkv", "-c:a aac -ar 44100"),
    ] {
        ffmpeg(folder.path(), &format!("-i beeps.wav {how} {name}"));
        let heard = hear(&at(name)).unwrap();
        let (late, alike) = compare(&truth, &heard);
        println!("{name}: {late} ms, alike {alike:.3}, {:?}", heard.warnings);
        assert!(late.abs() <= 28 && alike > 0.9, "{name}: {late} ms late, {alike}");
    }
}

/// Flips bytes of small recordings, cuts them short, and takes pieces out: whatever comes of it,
/// it comes soon, and without a panic.
#[test]
fn mutilated_recordings_end_soon() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    beeps(folder.path(), "a.wav", 16_000, 1, 4, 1.0);
    let names = ["a.wav", "a.mp4", "a.mkv", "a.mp3", "a.ogg", "a.opus", "a.flac", "a.aac"];
    for name in &names[1..] {
        ffmpeg(folder.path(), &format!("-i a.wav {name}"));
    }
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut dice = move |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % sides.max(1) as u64) as usize
    };
    for round in 0..48 {
        let name = names[round % names.len()];
        let mut bytes = fs_err::read(folder.path().join(name)).unwrap();
        let reach = if dice(2) == 0 { bytes.len().min(400) } else { bytes.len() };
        for _ in 0..=dice(10) {
            bytes[dice(reach)] = [0, 0xFF, dice(256) as u8][dice(3)];
        }
        if dice(4) == 0 {
            bytes.truncate(1 + dice(bytes.len()));
        }
        let path = folder.path().join(format!("mutilated_{name}"));
        fs_err::write(&path, bytes).unwrap();
        let began = Instant::now();
        match hear(&path) {
            Ok(heard) => assert!(heard.end() < 3600.0, "{name} {round}: {}", heard.end()),
            Err(error) => assert_eq!(error.fault(), Fault::BadInput, "{name} {round}: {error}"),
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{name} {round}");
    }
}
