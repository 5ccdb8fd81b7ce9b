//! Every file of the zoo (`scripts/zoo`), each in a process of its own: heard at its true length or
//! refused in words that help, in time and in bounded memory, however its header lies.

mod codecs;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::child;
use referent::media;
use referent::meeting::{Faulty, PcmBlock, SAMPLE_RATE, Severity};
use serde::{Deserialize, Serialize};

/// Longest time for one file, which takes under a second when nobody else uses the machine.
const LIMIT: Duration = Duration::from_secs(30);
/// Most memory that one may take, in kB: some three times what the hungriest takes.
const MEMORY: u64 = 64 << 10;
const MEMORY_OF_TOOLS: u64 = 192 << 10;
/// Names the file that a child process is to hear.
const CHILD: &str = "REFERENT_TEST_CHILD_FILE";

/// What a child process tells of its file.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    /// Seconds of sound, or the refusal and its kind.
    heard: Result<f64, (String, String)>,
    /// Warnings that a person must look at.
    attention: Vec<String>,
    /// Most resident memory of the child, and of any program it ran, in kB.
    memory: u64,
    memory_of_tools: u64,
}

/// Most resident memory of the largest program that this process has waited for, in kB.
#[allow(unsafe_code)]
fn memory_of_tools() -> u64 {
    // SAFETY: rusage is plain numbers, for which zero is a value, and the call only fills it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        u64::try_from(usage.ru_maxrss).unwrap()
    }
}

fn report(path: &Path) -> Report {
    let mut attention = Vec::new();
    let heard = media::open(path, None).and_then(|mut decoder| {
        let mut end = 0.0;
        for block in decoder.by_ref() {
            end = PcmBlock::end(&block?);
        }
        let grave = decoder.warnings().iter().filter(|found| found.severity == Severity::Attention);
        attention = grave.map(|warning| warning.message.clone()).collect();
        Ok(end)
    });
    let heard = heard.map_err(|error| (error.to_string(), format!("{:?}", error.fault())));
    Report { heard, attention, memory: child::memory(), memory_of_tools: memory_of_tools() }
}

/// The body of each child process. Without a parent it hears a file of its own.
#[test]
fn a_process_of_its_own_hears_one_file() {
    let file = std::env::var_os(CHILD).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/byraad/moede.mp4"),
        PathBuf::from,
    );
    let report = report(&file);
    println!("report {}", serde_json::to_string(&report).unwrap());
    if std::env::var_os(CHILD).is_none() {
        assert!(report.heard.unwrap() > 120.0);
    }
}

/// Hears `path` in a process of its own, which is killed when its time is up.
fn hear(path: &Path) -> Result<Report, String> {
    let name = "zoo::a_process_of_its_own_hears_one_file";
    let text = child::run(name, &[(CHILD, path.as_os_str())], LIMIT)?;
    let report = text.lines().find_map(|line| line.strip_prefix("report "));
    serde_json::from_str(report.ok_or(text.as_str())?).map_err(|error| error.to_string())
}

/// The zoo's folder, where `scripts/zoo` has put something in it.
fn zoo() -> Option<PathBuf> {
    let at = |name: &str, below: &str| Some(PathBuf::from(std::env::var_os(name)?).join(below));
    let folder = at("REFERENT_CACHE", "zoo")
        .or_else(|| at("XDG_CACHE_HOME", "referent/zoo"))
        .or_else(|| at("HOME", ".cache/referent/zoo"))?;
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("REFERENT_TEST_ZOO").is_ok_and(|wish| wish == "required");
    assert!(!required, "{} is not here; run scripts/zoo", folder.display());
    println!("skipped: {} is not here; scripts/zoo fetches it", folder.display());
    None
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Seconds of sound that ffmpeg decodes from the first sound track, whatever the timestamps say.
fn truth(path: &Path) -> f64 {
    let rate = SAMPLE_RATE.to_string();
    let mut child = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "quiet", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-ac", "1", "-ar", &rate, "-f", "s16le", "-"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    child.wait().unwrap();
    bytes as f64 / 2.0 / f64::from(SAMPLE_RATE)
}

/// What is wrong with how `path` was taken; nothing, we hope.
fn faults(path: &Path) -> Result<f64, Vec<String>> {
    let report = hear(path).map_err(|why| vec![why])?;
    let mut faults = Vec::new();
    let mut complain = |fault: String| faults.push(fault);
    if report.memory > MEMORY || report.memory_of_tools > MEMORY_OF_TOOLS {
        complain(format!("{} + {} kB", report.memory, report.memory_of_tools));
    }
    let decoded = truth(path);
    match &report.heard {
        // Where sound is missing, silence stands for it here.
        Ok(end) if (end - decoded).abs() > if report.attention.is_empty() { 0.1 } else { 0.2 } => {
            complain(format!("heard for {end} s, but ffmpeg decodes {decoded} s"));
        }
        Ok(_) => {}
        Err((message, fault)) => {
            println!("{message}");
            if fault != "BadInput" {
                complain(format!("{fault}: {message}"));
            }
            // Under a tenth of a second there is no word.
            if decoded > 0.1 {
                complain(format!("refused, but ffmpeg decodes {decoded} s: {message}"));
            }
            // What happened, to which file, and what to do, in words that are ours.
            let advice = message.rsplit_once("; ").map_or("", |(_, advice)| advice);
            let named = message.contains(&path.display().to_string());
            let foreign = ["Invalid data", "0x", "Could not seek", "End of file"];
            if !named || advice.len() < 20 || foreign.iter().any(|words| message.contains(words)) {
                complain(format!("does not help: {message}"));
            }
        }
    }
    if faults.is_empty() { Ok(report.heard.unwrap_or_default()) } else { Err(faults) }
}

#[test]
fn every_file_is_heard_at_its_length_or_refused_in_words_that_help() {
    let Some(folder) = zoo() else { return };
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: ffmpeg is not installed");
        return;
    }
    let mut files = Vec::new();
    files_below(&folder, &mut files);
    // Of the packages' own scripts and texts, a few stand for all.
    let text = ["py", "js", "md", "rst", "txt"];
    files.retain(|path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_none_or(|extension| !text.contains(&extension))
            || path.file_stem().is_some_and(|name| name == "index" || name == "setup")
    });
    let next = AtomicUsize::new(0);
    let work = || {
        let mut heard = 0;
        let mut broken = Vec::new();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match faults(path) {
                Ok(seconds) => heard += usize::from(seconds > 0.0),
                Err(faults) => broken.push(format!("{}: {}", path.display(), faults.join("; "))),
            }
        }
        (heard, broken)
    };
    let (heard, broken) = std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        let [(one, mut broken), (two, more)] = workers.map(|worker| worker.join().unwrap());
        broken.extend(more);
        (one + two, broken)
    });
    println!("{heard} of {} files heard", files.len());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(heard >= 90, "only {heard} of {} files heard", files.len());
}
