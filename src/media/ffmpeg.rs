//! Decoding by ffmpeg, for what symphonia can't read. Declared: a warning says so.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use symphonia::core::audio::layouts;

use super::MediaError;
use super::chunk::Chunk;
use super::downmix::Downmix;
use super::ffprobe::{self, Probed};
use super::headers::Length;
use super::probe::Probe;
use super::tool::{Complaint, Running, Tools, input};
use crate::meeting::SAMPLE_RATE;

/// Bytes of one frame: two channels of 32 bits.
const FRAME: usize = 8;
/// Bytes per chunk: half a second.
const PIECE: usize = FRAME * SAMPLE_RATE as usize / 2;
/// Chunks that may wait to be taken.
const QUEUE: usize = 8;

/// ffmpeg decoding one track.
pub(super) struct Ffmpeg {
    path: PathBuf,
    tools: Tools,
    running: Option<Running>,
    pieces: Receiver<Vec<u8>>,
    downmix: Downmix,
    /// Seconds at which the sound begins.
    begins: f64,
    /// Frames taken so far.
    taken: u64,
    pub(super) length: Length,
    /// Set at the end: whether ffmpeg ended well, and what it said.
    pub(super) verdict: Option<(bool, Complaint)>,
}

impl Ffmpeg {
    /// Starts ffmpeg on the default sound track, or on `wanted`; `reason` says why.
    ///
    /// # Errors
    /// ffmpeg is missing, the file is no media, or it has no such track.
    pub(super) fn open(
        tools: &Tools,
        path: &Path,
        wanted: Option<u32>,
        reason: &str,
    ) -> Result<Self, MediaError> {
        let Probed { probe, lengths, hidden } = ffprobe::probe(tools, path, reason)?;
        let track = choose(&probe, path, wanted)?;
        let mut arguments: Vec<OsString> =
            ["-nostdin", "-hide_banner", "-v", "error", "-threads", "1"]
                .into_iter()
                .map(OsString::from)
                .collect();
        arguments.extend(input(path));
        let map = format!("0:a:{track}");
        let rate = SAMPLE_RATE.to_string();
        let codec = probe.tracks.iter().find(|found| found.index == track);
        let filter = filter(codec.map_or("", |found| found.codec.as_str()));
        arguments.extend(
            ["-map", &map, "-vn", "-sn", "-dn", "-af", filter, "-ac", "2", "-ar", &rate]
                .into_iter()
                .chain(["-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"])
                .map(OsString::from),
        );
        let own = lengths.get(track as usize).copied().flatten();
        let length = Length { hint: own.or(probe.duration), own };
        let (running, output) = Running::start(&tools.ffmpeg, &arguments, path, reason, "ffmpeg")?;
        let (sender, pieces) = sync_channel(QUEUE);
        thread::spawn(move || carry(output, &sender));
        Ok(Self {
            path: path.to_owned(),
            tools: tools.clone(),
            running: Some(running),
            pieces,
            downmix: Downmix::default(),
            begins: hidden.get(track as usize).copied().unwrap_or(0.0),
            taken: 0,
            length,
            verdict: None,
        })
    }

    /// The next stretch of sound; `None` at the end.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, MediaError> {
        if self.running.is_none() {
            return Ok(None);
        }
        match self.pieces.recv_timeout(self.tools.patience) {
            Ok(piece) => {
                let samples: Vec<f32> = piece
                    .chunks_exact(4)
                    .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                    .collect();
                let samples =
                    self.downmix.mix(&samples, &layouts::CHANNEL_LAYOUT_STEREO, SAMPLE_RATE);
                let start = self.begins + self.taken as f64 / f64::from(SAMPLE_RATE);
                self.taken += samples.len() as u64;
                Ok(Some(Chunk {
                    start,
                    rate: SAMPLE_RATE,
                    samples,
                    after_loss: false,
                    new_stream: false,
                }))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.running = None;
                let seconds = self.tools.patience.as_secs();
                Err(MediaError::Stalled { path: self.path.clone(), seconds })
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.verdict = self.running.take().map(Running::end);
                match &self.verdict {
                    Some((_, complaint)) if complaint.killed => {
                        Err(MediaError::Killed { path: self.path.clone() })
                    }
                    _ => Ok(None),
                }
            }
        }
    }
}

/// What makes times of the sample counts of `codec`: holes in the timestamps become silence. Not so
/// for lossless WMA, whose decoder gives a packet's sound the time of the next one: packets there
/// last two seconds and more, and that much silence would come before the first.
fn filter(codec: &str) -> &'static str {
    match codec {
        "wmalossless" => "anull",
        _ => "aresample=async=1:first_pts=0",
    }
}

/// Carries ffmpeg's output in whole frames until it ends or nobody takes it.
fn carry(mut output: ChildStdout, sender: &SyncSender<Vec<u8>>) {
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        let room = (PIECE - piece.len()) as u64;
        let read = output.by_ref().take(room).read_to_end(&mut piece);
        let whole = piece.len() - piece.len() % FRAME;
        let ended = read.is_err() || piece.len() < PIECE;
        piece.truncate(whole);
        if !piece.is_empty() && sender.send(std::mem::take(&mut piece)).is_err() {
            return;
        }
        if ended {
            return;
        }
    }
}

fn choose(probe: &Probe, path: &Path, wanted: Option<u32>) -> Result<u32, MediaError> {
    let path = path.to_owned();
    if probe.tracks.is_empty() {
        return Err(MediaError::NoAudio { path });
    }
    let found = probe.tracks.iter().find(|track| match wanted {
        Some(wanted) => track.index == wanted,
        None => track.default,
    });
    found.map(|track| track.index).ok_or_else(|| MediaError::NoSuchTrack {
        path,
        wanted: wanted.unwrap_or_default(),
        available: probe.describe(),
    })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};

    use super::*;

    fn script(folder: &Path, name: &str, text: &str) -> OsString {
        let path = folder.join(name);
        fs_err::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.into()
    }

    #[test]
    fn a_missing_ffmpeg_is_named_with_its_package() {
        let tools = Tools { ffprobe: "no-such-ffprobe".into(), ..Tools::default() };
        let error = Ffmpeg::open(&tools, Path::new("a.wma"), None, "WMA/ASF").err().unwrap();
        assert!(matches!(error, MediaError::FallbackMissing { .. }), "{error}");
        assert!(error.to_string().contains("apt install ffmpeg"), "{error}");
    }

    #[test]
    fn a_silent_ffmpeg_is_stopped_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let answer = r#"{"streams":[{"codec_name":"x"}],"format":{"format_name":"x"}}"#;
        let tools = Tools {
            ffmpeg: script(folder.path(), "ffmpeg", "exec sleep 600"),
            ffprobe: script(folder.path(), "ffprobe", &format!("echo '{answer}'")),
            patience: Duration::from_secs(2),
        };
        let began = Instant::now();
        let mut ffmpeg = Ffmpeg::open(&tools, Path::new("a.wma"), None, "test").unwrap();
        let error = ffmpeg.next_chunk().unwrap_err();
        assert!(matches!(error, MediaError::Stalled { .. }), "{error}");
        assert!(began.elapsed() < Duration::from_secs(20));
        assert!(ffmpeg.next_chunk().unwrap().is_none());
    }

    /// What came before would pass for the whole recording.
    #[test]
    fn a_killed_ffmpeg_is_no_end_of_the_recording() {
        let folder = tempfile::tempdir().unwrap();
        let answer = r#"{"streams":[{"codec_name":"x"}],"format":{"format_name":"x"}}"#;
        for end in ["kill -9 $$", "exit 255"] {
            let tools = Tools {
                ffmpeg: script(folder.path(), "ffmpeg", &format!("printf 12345678; {end}")),
                ffprobe: script(folder.path(), "ffprobe", &format!("echo '{answer}'")),
                patience: Duration::from_secs(20),
            };
            let mut ffmpeg = Ffmpeg::open(&tools, Path::new("a.wma"), None, "test").unwrap();
            assert!(ffmpeg.next_chunk().unwrap().is_some());
            let error = ffmpeg.next_chunk().unwrap_err();
            assert!(matches!(error, MediaError::Killed { .. }), "{error}");
        }
    }
}
