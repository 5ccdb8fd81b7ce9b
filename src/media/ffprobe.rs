//! What ffprobe says of a recording that symphonia can't read.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;

use serde::Deserialize;

use super::MediaError;
use super::probe::{AudioTrack, Probe};
use super::tool::{Running, Tools, input};

/// Bytes of answer that are read.
const ANSWER: u64 = 1 << 20;

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Stream {
    codec_name: Option<String>,
    channels: Option<u16>,
    sample_rate: Option<String>,
    duration: Option<String>,
    start_time: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    tags: Tags,
}

#[derive(Debug, Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    default: u8,
}

#[derive(Debug, Default, Deserialize)]
struct Tags {
    language: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    format_name: Option<String>,
    duration: Option<String>,
    start_time: Option<String>,
}

/// ffprobe's answer.
pub(super) struct Probed {
    pub(super) probe: Probe,
    /// Length (s) of each sound track itself, where the file has it.
    pub(super) lengths: Vec<Option<f64>>,
    /// How much later (s) than the recording each sound track begins and ffmpeg hides it: it lets
    /// the tracks that it was asked for begin at 0 in formats whose clock may break (MPEG).
    pub(super) hidden: Vec<f64>,
}

/// A later start (s) of the sound is not believed; programmes are not recorded like that.
const LATEST: f64 = 3600.0;

/// Asks ffprobe about `path`; `reason` says why symphonia wasn't enough.
///
/// # Errors
/// ffprobe is missing or hangs, or the file is no media.
pub(super) fn probe(tools: &Tools, path: &Path, reason: &str) -> Result<Probed, MediaError> {
    let mut arguments: Vec<OsString> =
        ["-v", "error", "-print_format", "json", "-show_format", "-show_streams"]
            .into_iter()
            .chain(["-select_streams", "a"])
            .map(OsString::from)
            .collect();
    arguments.extend(input(path));
    let (running, output) = Running::start(&tools.ffprobe, &arguments, path, reason, "ffprobe")?;
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut answer = Vec::new();
        let read = output.take(ANSWER).read_to_end(&mut answer).map(|_| answer);
        // Nobody listens any more when the time was up.
        let _ = sender.send(read);
    });
    let answer = match receiver.recv_timeout(tools.patience) {
        Ok(answer) => {
            answer.map_err(|source| MediaError::FallbackBroken { path: path.to_owned(), source })?
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            let seconds = tools.patience.as_secs();
            return Err(MediaError::Stalled { path: path.to_owned(), seconds });
        }
    };
    let (well, complaint) = running.end();
    let answer: Option<Answer> = serde_json::from_slice(&answer).ok();
    let Some(answer) = answer.filter(|answer| well && answer.format.format_name.is_some()) else {
        let detail = match complaint.first_line() {
            line if line.is_empty() => "its format is unknown".to_owned(),
            line => plain(&line, path),
        };
        return Err(MediaError::NotMedia { path: path.to_owned(), detail });
    };
    Ok(probe_of(answer))
}

fn probe_of(answer: Answer) -> Probed {
    let hidden = answer.streams.iter().map(|stream| hidden(stream, &answer.format)).collect();
    let lengths = answer.streams.iter().map(|stream| seconds(stream.duration.as_ref())).collect();
    let default = answer.streams.iter().position(|stream| stream.disposition.default != 0);
    let tracks = answer
        .streams
        .into_iter()
        .zip(0u32..)
        .map(|(stream, index)| AudioTrack {
            index,
            codec: stream.codec_name.unwrap_or_else(|| "unknown".into()),
            language: stream.tags.language.filter(|language| language != "und"),
            default: default.unwrap_or(0) == index as usize,
            channels: stream.channels,
            rate: stream.sample_rate.and_then(|rate| rate.parse().ok()),
        })
        .collect();
    let name = answer.format.format_name.unwrap_or_default();
    let container = name.split(',').next().unwrap_or_default().to_owned();
    let duration = seconds(answer.format.duration.as_ref());
    Probed { probe: Probe { container, tracks, duration }, lengths, hidden }
}

fn hidden(stream: &Stream, format: &Format) -> f64 {
    let mpeg = matches!(format.format_name.as_deref(), Some("mpegts" | "mpeg"));
    let time = |text: &Option<String>| text.as_ref()?.parse::<f64>().ok();
    match (time(&stream.start_time), time(&format.start_time)) {
        (Some(own), Some(first)) if mpeg && (0.0..LATEST).contains(&(own - first)) => own - first,
        _ => 0.0,
    }
}

fn seconds(text: Option<&String>) -> Option<f64> {
    let seconds = text?.parse::<f64>().ok()?;
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

/// ffmpeg's words without its addresses and the file's name, which our message has already.
pub(super) fn plain(line: &str, path: &Path) -> String {
    let line = match line.split_once("] ") {
        Some((part, rest)) if part.starts_with('[') && part.contains(" @ 0x") => rest,
        _ => line,
    };
    if line.starts_with("Format not on whitelist") {
        return "ffmpeg takes it for something else than sound or video".to_owned();
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let name = format!("file:{}: ", whole.display());
    match line.strip_prefix(name.as_str()).unwrap_or(line) {
        "Invalid data found when processing input" => "its format is unknown".to_owned(),
        "End of file" => "it ends before any sound".to_owned(),
        // It took bytes that mean nothing for MP3 with a frame that long.
        line if line.contains(": Could not seek to ") => "its format is unknown".to_owned(),
        line => line.to_owned(),
    }
}
