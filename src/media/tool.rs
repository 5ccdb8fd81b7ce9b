//! ffmpeg and ffprobe as outside programs: how they are found, started and stopped.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::MediaError;

/// Containers that ffmpeg may open for us. Playlists and lists of other files are not among them:
/// a recording must not make us read anything but itself.
const FORMATS: &str = "mov,mp4,matroska,webm,mpegts,mpegtsraw,mpeg,mpegvideo,asf,avi,flv,mp3,wav,\
    w64,flac,ogg,aac,latm,loas,ac3,eac3,dts,dtshd,truehd,amr,amrnb,amrwb,rm,caf,aiff,au,wv,ape,\
    tta,tak,mpc,mpc8,mxf,gxf,dv,nut,wtv,voc,oma,dsf,iff,shn,spx,act,g722,g729,gsm,sbc,aptx,dss,\
    xwma,swf,ivf,smjpeg,vqf,bink,sol,nsv,live_flv,pva,ty";

/// Bytes of complaint kept.
const COMPLAINT: usize = 4096;

/// Which programs are run, and how long they may be silent.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    pub(super) ffmpeg: OsString,
    pub(super) ffprobe: OsString,
    pub(super) patience: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            patience: Duration::from_secs(120),
        }
    }
}

/// Options by which `path` can be nothing but one local file, whatever its name looks like.
pub(super) fn input(path: &Path) -> Vec<OsString> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut name = OsString::from("file:");
    name.push(whole);
    let mut options: Vec<OsString> =
        ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-i"]
            .into_iter()
            .map(OsString::from)
            .collect();
    options.push(name);
    options
}

/// A program at work; it is killed when this is dropped.
pub(super) struct Running {
    child: Child,
    complaint: Arc<Mutex<Complaint>>,
    listener: Option<thread::JoinHandle<()>>,
}

/// What a program wrote on its standard error.
#[derive(Debug, Clone, Default)]
pub(super) struct Complaint {
    /// Lines in all.
    pub(super) lines: u64,
    /// The first bytes.
    text: Vec<u8>,
    /// Whether the program was ended from outside, so that its output is no whole.
    pub(super) killed: bool,
}

impl Complaint {
    /// The first line that says something, printable and short; empty when there was none.
    pub(super) fn first_line(&self) -> String {
        let text = String::from_utf8_lossy(&self.text);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        line.chars().filter(|letter| !letter.is_control()).take(200).collect()
    }
}

impl Running {
    /// Starts `program`; its output comes back beside it.
    pub(super) fn start(
        program: &OsString,
        arguments: &[OsString],
        path: &Path,
        reason: &str,
        tool: &'static str,
    ) -> Result<(Self, ChildStdout), MediaError> {
        let broken = |source| MediaError::FallbackBroken { path: path.to_owned(), source };
        let mut command = Command::new(program);
        // A group of its own: ctrl-C in the terminal reaches the parent only, which decides.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| match source.kind() {
                std::io::ErrorKind::NotFound => MediaError::FallbackMissing {
                    path: PathBuf::from(path),
                    reason: reason.to_owned(),
                    tool,
                },
                _ => broken(source),
            })?;
        let (Some(output), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(broken(std::io::Error::other("it has no output")));
        };
        let complaint = Arc::new(Mutex::new(Complaint::default()));
        let heard = Arc::clone(&complaint);
        let listener = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = errors.read(&mut buffer) {
                let new = buffer.get(..count).unwrap_or_default();
                let mut complaint = heard.lock().unwrap_or_else(PoisonError::into_inner);
                complaint.lines += new.iter().filter(|&&byte| byte == b'\n').count() as u64;
                let room = COMPLAINT.saturating_sub(complaint.text.len()).min(count);
                complaint.text.extend(new.iter().take(room));
            }
        });
        Ok((Self { child, complaint, listener: Some(listener) }, output))
    }

    /// Waits for the end: whether it went well, and what was said.
    pub(super) fn end(mut self) -> (bool, Complaint) {
        let status = self.child.wait();
        let well = status.as_ref().is_ok_and(ExitStatus::success);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // By a signal; ffmpeg catches some of them and then ends with 255.
        let killed = status.is_ok_and(|status| status.code().is_none_or(|code| code == 255));
        (well, Complaint { killed, ..complaint })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
