//! A test in a process of its own, which may crash, hang or swell without taking the others along.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs the test `name` of this program, alone, with the environment `set`. What it printed, or how
/// it broke down.
pub(crate) fn run(name: &str, set: &[(&str, &OsStr)], limit: Duration) -> Result<String, String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .envs(set.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let listen = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            pipe.read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let said = listen(Box::new(child.stdout.take().unwrap()));
    let complained = listen(Box::new(child.stderr.take().unwrap()));
    let began = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > limit => {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("no end after {} s", limit.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let (said, complained) = (said.join().unwrap(), complained.join().unwrap());
    if status.success() {
        Ok(said)
    } else {
        Err(format!("it broke down ({status}): {said}{complained}"))
    }
}

/// Most resident memory of this process so far, in kB.
pub(crate) fn memory() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap();
    let own = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    own.trim().trim_end_matches(" kB").parse().unwrap()
}
