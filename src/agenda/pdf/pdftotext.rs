//! `pdftotext` of poppler-utils, the declared fallback.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest time for one file.
const LONGEST: Duration = Duration::from_secs(60);
/// Most text taken, bytes.
const MOST_TEXT: u64 = 64 * 1024 * 1024;

/// The text as `pdftotext -layout` finds it; none when it is not installed or fails.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let mut process = Command::new("pdftotext")
        .args(["-q", "-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut stdin, stdout) = (process.stdin.take()?, process.stdout.take()?);
    let bytes = bytes.to_vec();
    // A reader that stops early breaks the pipe, which is its right.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.take(MOST_TEXT).read_to_end(&mut text).map(|_| text)
    });
    let ended = wait(&mut process);
    // Dead or done, its pipes are closed and the threads end.
    let _ = process.kill();
    let _ = process.wait();
    let text = reader.join().ok()?.ok()?;
    drop(feeder.join());
    ended.then(|| String::from_utf8_lossy(&text).into_owned())
}

/// Whether it ended well before the deadline.
fn wait(process: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < LONGEST {
        match process.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(10)),
            Err(_) => return false,
        }
    }
    false
}
