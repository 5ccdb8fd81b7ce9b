//! Ends of every kind at any moment: the same command goes on, and comes to the same bytes.
//!
//! `scripts/soak-kills` runs the long form of [`kills_at_random_moments_change_nothing`].

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::undisturbed::{
    Dice, FIXTURE, Undisturbed, has_model, lines, run, run_fixture, run_fixture_by_whisper_cpp,
    stderr,
};

/// One of the two engines, on two workers.
struct Way {
    run: fn(&Path) -> Command,
    undisturbed: &'static Undisturbed,
    /// Windows that may be in flight.
    in_flight: usize,
}

impl Way {
    /// Both; none when the model is missing.
    fn both() -> Option<[Self; 2]> {
        Some([
            // Four windows together in each worker.
            Self { run: run_fixture, undisturbed: Undisturbed::get()?, in_flight: 8 },
            // One in each worker, and two ahead of them.
            Self {
                run: run_fixture_by_whisper_cpp,
                undisturbed: Undisturbed::by_whisper_cpp()?,
                in_flight: 4,
            },
        ])
    }
}

fn signal(child: &Child, name: &str) {
    send(name, &child.id().to_string());
}

fn send(name: &str, pid: &str) {
    let kill = Command::new("kill").args([&format!("-{name}"), "--", pid]).status().unwrap();
    assert!(kill.success(), "kill -{name} {pid}");
}

/// Waits for `until`, at most a minute; false when the child ended before it came true.
fn wait_for(child: &mut Child, until: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !until() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < deadline, "nothing happened");
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

/// The end of a child that was told to stop, and how long it took.
fn end_of(child: &mut Child) -> (ExitStatus, Duration) {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status, began.elapsed());
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

// --- the harness -----------------------------------------------------------------------------

/// When a run is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Within the first 400 ms: probing, hashing, opening the folder, loading the model.
    Starting,
    /// Within 4 s after none, one or two new windows.
    Hearing,
    /// Within 150 ms after recognition has ended: while the files are written.
    Writing,
}

/// What the harness saw.
#[derive(Debug, Default)]
struct Tally {
    kills: BTreeMap<(Moment, &'static str), u32>,
    /// Runs that ended by themselves before the signal came.
    missed: u32,
    /// Windows begun and not written down, one number a kill.
    lost: Vec<usize>,
    folders: u32,
    torn: u32,
}

#[test]
fn kills_at_random_moments_change_nothing() {
    let Some(ways) = Way::both() else { return };
    let number = |name: &str, or: u64| -> u64 {
        std::env::var(name).ok().map_or(or, |text| text.parse().unwrap())
    };
    let (kills, seed) = (number("REFERENT_KILLS", 8), number("REFERENT_KILLS_SEED", 3));
    let mut dice = Dice::new(seed);
    let mut tally = Tally::default();
    let began = Instant::now();
    for way in ways.iter().cycle() {
        let left = (kills as usize).saturating_sub(tally.lost.len());
        if left == 0 {
            break;
        }
        disturb_one_meeting(way, &mut dice, left, &mut tally);
    }
    println!("{kills} kills of `referent run` by seed {seed} in {:.0?}:", began.elapsed());
    for ((moment, kind), count) in &tally.kills {
        println!("  {moment:?} by {kind}: {count}");
    }
    let (sum, most) = (tally.lost.iter().sum::<usize>(), tally.lost.iter().max().unwrap());
    println!(
        "windows lost: {sum} in all, {most} at most in one kill (2 workers); torn journal lines: {}; \
         runs that ended before the signal came: {}; meetings finished and identical to the last \
         byte: {}",
        tally.torn, tally.missed, tally.folders
    );
}

/// Kills the run of one meeting again and again, at most `left` times, lets it end, and compares.
fn disturb_one_meeting(way: &Way, dice: &mut Dice, left: usize, tally: &mut Tally) {
    let undisturbed = way.undisturbed;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("m");
    let windows = undisturbed.journal().len() - 2;
    let mut before = Vec::new();
    let mut writing = 0;
    for _ in 0..left {
        let all_heard = before.len() > windows;
        let moment = match dice.below(5) {
            _ if all_heard => Moment::Writing,
            0 => Moment::Starting,
            _ => Moment::Hearing,
        };
        // The stage of writing is short: after some kills in it the meeting may be finished.
        writing += usize::from(all_heard);
        if writing > 5 {
            break;
        }
        let Some(kind) = kill_once(way, &out, moment, dice, tally) else { break };
        let after = lines(&out);
        assert!(after.starts_with(&before), "a {kind} lost windows that were done");
        undisturbed.assert_whole(&out, kind);
        before = after;
    }
    let output = (way.run)(&out).output().unwrap();
    assert!(output.status.code() <= Some(1), "{}", stderr(&output));
    undisturbed.assert_same(&out, "kills");
    tally.folders += 1;
}

/// Starts the run and kills it; none when it came to its end before.
fn kill_once(
    way: &Way,
    out: &Path,
    moment: Moment,
    dice: &mut Dice,
    tally: &mut Tally,
) -> Option<&'static str> {
    let kind = ["KILL", "TERM", "INT"][dice.below(3) as usize];
    let (log, events) = (out.with_extension("log"), out.with_extension("events"));
    let held = lines(out).len();
    let mut command = (way.run)(out);
    // What is shown makes no difference to what is written.
    let shown = dice.below(2) == 0 || moment == Moment::Writing;
    command.args(if shown { ["--json"].as_slice() } else { &["--quiet"] });
    let mut child = command
        .env("REFERENT_LOG", "referent::asr=debug")
        .stdout(File::create(&events).unwrap())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let (came, jitter) = match moment {
        Moment::Starting => (true, dice.below(400)),
        Moment::Hearing => {
            let wanted = held.max(1) + dice.below(3) as usize;
            (wait_for(&mut child, || lines(out).len() >= wanted), dice.below(4_000))
        }
        Moment::Writing => {
            let read = || std::fs::read_to_string(&events).unwrap();
            (wait_for(&mut child, || read().contains("\"stage\"")), dice.below(150))
        }
    };
    std::thread::sleep(Duration::from_millis(jitter));
    if !came || child.try_wait().unwrap().is_some() {
        assert!(child.wait().unwrap().code() <= Some(1));
        tally.missed += 1;
        return None;
    }
    signal(&child, kind);
    let (status, _) = end_of(&mut child);
    let said = std::fs::read_to_string(&log).unwrap();
    if kind == "KILL" {
        assert_eq!(status.signal(), Some(9));
    } else if status.signal().is_some() && moment != Moment::Writing {
        // Before the program had taken its first step and caught signals. Windows that are waited for
        // may stand there from the run before.
        assert!(said.is_empty(), "{said}");
    } else if status.code() != Some(5) {
        // It was all but done, and ended well before it looked at the signal.
        let well = matches!(status.code(), Some(0 | 1));
        assert!(well && moment != Moment::Hearing, "{status}: {said}");
        tally.missed += 1;
        return None;
    } else {
        assert!(said.contains("the same command goes on"), "{said}");
    }
    let begun = said.lines().filter(|line| line.contains("window begun")).count();
    let text = std::fs::read(out.join("internal/journal.jsonl")).unwrap_or_default();
    tally.torn += u32::from(text.last().is_some_and(|last| *last != b'\n'));
    let of_windows = |lines: &[String]| lines.iter().filter(|l| l.starts_with("{\"window")).count();
    let now = lines(out);
    let lost = begun.saturating_sub(of_windows(&now[held.min(now.len())..]));
    assert!(lost <= way.in_flight, "{lost} windows lost");
    tally.lost.push(lost);
    *tally.kills.entry((moment, kind)).or_default() += 1;
    Some(kind)
}

// --- stopping --------------------------------------------------------------------------------

/// Starts a run, stops it as soon as `until` is true, and gives what it said and how long that took.
fn stopped(mut command: Command, name: &str, until: impl Fn() -> bool) -> (String, Duration) {
    let log = tempfile::NamedTempFile::new().unwrap();
    command.stdout(Stdio::null()).stderr(log.reopen().unwrap());
    let mut child = command.process_group(0).spawn().unwrap();
    assert!(wait_for(&mut child, until), "{}", std::fs::read_to_string(log.path()).unwrap());
    // To the whole group, as a terminal does with ctrl-C.
    send(name, &format!("-{}", child.id()));
    let (status, took) = end_of(&mut child);
    let said = std::fs::read_to_string(log.path()).unwrap();
    assert_eq!(status.code(), Some(5), "{said}");
    assert!(said.contains("the same command goes on"), "{said}");
    (said, took)
}

fn agenda() -> std::path::PathBuf {
    format!("{FIXTURE}/agenda.json").into()
}

/// A WAV file of nothing but zeros, which takes no room on the disk.
fn endless_silence(path: &Path, seconds: u32) {
    let bytes = seconds * 32_000;
    let mut head = Vec::new();
    head.extend(b"RIFF");
    head.extend((36 + bytes).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    head.extend(16_000_u32.to_le_bytes());
    head.extend(32_000_u32.to_le_bytes());
    head.extend(b"\x02\0\x10\0data");
    head.extend(bytes.to_le_bytes());
    std::fs::write(path, &head).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(u64::from(bytes) + head.len() as u64).unwrap();
}

#[test]
fn a_stop_is_heeded_within_a_second_or_so_wherever_it_falls() {
    if !has_model("tiny") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let soon = Duration::from_millis(2_500);
    let begun = |out: &Path| !lines(out).is_empty();

    // Decoding and voice activity with no window to come: six hours of silence.
    endless_silence(&path("silence.wav"), 21_600);
    for name in ["INT", "TERM"] {
        let out = path(name);
        let (_, took) = stopped(run(&path("silence.wav"), &agenda(), &out), name, || {
            std::thread::sleep(Duration::from_millis(500));
            begun(&out)
        });
        assert!(took < soon, "{took:?} while decoding");
    }
    // While the file is being hashed.
    let out = path("hashed");
    let hashing = || out.join("internal/lock").exists();
    let (_, took) = stopped(run(&path("silence.wav"), &agenda(), &out), "INT", hashing);
    assert!(took < soon, "{took:?} while hashing");

    // Decoding through ffmpeg, which gets the terminal's ctrl-C as well.
    let ac3 = path("long.ac3");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "36000"])
        .args(["-c:a", "ac3", "-b:a", "32k"])
        .arg(&ac3)
        .status();
    if made.is_ok_and(|status| status.success()) {
        let out = path("ac3");
        let (said, took) = stopped(run(&ac3, &agenda(), &out), "INT", || {
            std::thread::sleep(Duration::from_millis(500));
            begun(&out)
        });
        assert!(took < soon, "{took:?} while ffmpeg decodes: {said}");
    } else {
        println!("skipped: no ffmpeg to make a file that needs it");
    }
}

/// A run that hangs at the one window that is still to be heard.
struct Hanging {
    folder: tempfile::TempDir,
    log: tempfile::NamedTempFile,
    child: Child,
}

impl Hanging {
    /// Starts it and waits until the window is begun.
    fn start(undisturbed: &Undisturbed) -> Self {
        let (folder, index) = one_window_missing(undisturbed);
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut child = run_fixture(folder.path())
            .env("REFERENT_WORKER_FAULT", format!("hang:{index}"))
            .env("REFERENT_LOG", "referent::asr=debug")
            .stdout(Stdio::null())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let said = || std::fs::read_to_string(log.path()).unwrap();
        assert!(wait_for(&mut child, || said().contains("window begun")), "{}", said());
        Self { folder, log, child }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

#[test]
fn a_stop_in_the_middle_of_a_window_keeps_the_others() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let mut run = Hanging::start(undisturbed);
    let kept = lines(run.folder.path());
    signal(&run.child, "INT");
    let (status, took) = end_of(&mut run.child);
    let said = run.said();
    assert_eq!(status.code(), Some(5), "{said}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let done = format!("the same command goes on where it stopped ({} windows", kept.len() - 1);
    assert!(said.contains(&done), "{said}");
    assert!(lines(run.folder.path()) == kept, "the journal has changed");
    let again = run_fixture(run.folder.path()).output().unwrap();
    assert!(stderr(&again).contains("Going on where it stopped"), "{}", stderr(&again));
    undisturbed.assert_same(run.folder.path(), "a stop");
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let mut run = Hanging::start(undisturbed);
    signal(&run.child, "INT");
    std::thread::sleep(Duration::from_millis(100));
    assert!(run.child.try_wait().unwrap().is_none(), "windows in flight have half a second");
    signal(&run.child, "INT");
    let (status, took) = end_of(&mut run.child);
    assert_eq!(status.code(), Some(5));
    assert!(took < Duration::from_millis(300), "{took:?}");
}

// --- the lock --------------------------------------------------------------------------------

#[test]
fn two_runs_on_one_folder_refuse_each_other_and_no_lock_outlives_its_run() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let mut first = Hanging::start(undisturbed);
    let out = first.folder.path();
    let second = run_fixture(out).output().unwrap();
    let said = stderr(&second);
    // Nothing is wrong with the command: given again later, it goes on.
    assert_eq!(second.status.code(), Some(5), "{said}");
    assert!(said.contains(&format!("another run (process {})", first.child.id())), "{said}");
    signal(&first.child, "KILL");
    first.child.wait().unwrap();
    let third = run_fixture(out).output().unwrap();
    assert!(third.status.code() <= Some(1), "{}", stderr(&third));
    undisturbed.assert_same(out, "kill -9 of the run that held the lock");
}

// --- the worker ------------------------------------------------------------------------------

/// A folder in which one short window is still to be heard, and that window's index.
fn one_window_missing(undisturbed: &Undisturbed) -> (tempfile::TempDir, u32) {
    let journal = undisturbed.journal();
    let span = |line: &str| -> Option<(u32, f64)> {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let window = line.get("window")?;
        let length = window["span"][1].as_f64()? - window["span"][0].as_f64()?;
        Some((window["index"].as_u64()? as u32, length))
    };
    let spans = journal.iter().filter_map(|line| span(line));
    let (shortest, _) = spans.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let kept = journal.into_iter().filter(|line| {
        !line.starts_with("{\"complete") && span(line).is_none_or(|(index, _)| index != shortest)
    });
    (undisturbed.folder_with(kept), shortest)
}

#[test]
fn a_crash_costs_one_window_which_the_same_command_tries_again() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let (folder, index) = one_window_missing(undisturbed);
    let out = folder.path();
    let before = lines(out);
    let crashing =
        run_fixture(out).env("REFERENT_WORKER_FAULT", format!("segv:{index}")).output().unwrap();
    let said = stderr(&crashing);
    assert_eq!(crashing.status.code(), Some(1), "{said}");
    let transcript: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("transcript.json")).unwrap()).unwrap();
    let warnings = transcript["warnings"].as_array().unwrap();
    let failed = warnings.iter().find(|warning| warning["code"] == "window-failed").unwrap();
    let start = failed["span"][0].as_f64().unwrap();
    assert!(said.contains(&referent::meeting::clock(start)), "{said}");
    assert!(said.contains("recognition failed") && said.contains("same command"), "{said}");
    assert_eq!(lines(out).len(), before.len() + 2);

    // The same command tries this window again, and no other.
    let again = run_fixture(out).env("REFERENT_LOG", "referent::asr=debug").output().unwrap();
    let said = stderr(&again);
    assert!(again.status.code() <= Some(1), "{said}");
    assert!(said.contains("Trying 1 windows again"), "{said}");
    assert_eq!(said.matches("window begun").count(), 1, "{said}");
    assert_eq!(lines(out).len(), before.len() + 4);
    undisturbed.assert_same_files(out, "a crash and another try");
    let third = run_fixture(out).output().unwrap();
    assert!(!stderr(&third).contains("again"), "{}", stderr(&third));
}

/// An upgrade in the middle of the night must not end the run at the next crash.
#[test]
#[cfg(target_os = "linux")]
fn a_program_replaced_meanwhile_goes_on() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let (folder, index) = one_window_missing(undisturbed);
    let programs = tempfile::tempdir().unwrap();
    let program = programs.path().join("referent");
    std::fs::copy(env!("CARGO_BIN_EXE_referent"), &program).unwrap();
    let command = run_fixture(folder.path());
    let mut child = Command::new(&program)
        .args(command.get_args())
        .env("REFERENT_WORKER_FAULT", format!("abort:{index}@1"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lock = folder.path().join("internal/lock");
    assert!(wait_for(&mut child, || lock.exists()));
    std::fs::remove_file(&program).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code() <= Some(1), "{}", stderr(&output));
    undisturbed.assert_same_files(folder.path(), "a crash of a replaced program");
}

// --- other inputs ----------------------------------------------------------------------------

#[test]
fn a_corrected_agenda_costs_no_recognition() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let folder = undisturbed.folder_with(undisturbed.journal());
    let out = folder.path();
    assert!(run_fixture(out).output().unwrap().status.code() <= Some(1));
    let journal = lines(out);
    let agenda = out.with_extension("agenda.json");
    let text = std::fs::read_to_string(format!("{FIXTURE}/agenda.json")).unwrap();
    let corrected = text.replace("Nyt bibliotek", "Nyt medborgerhus i Tønderslev");
    assert_ne!(text, corrected);
    std::fs::write(&agenda, corrected).unwrap();
    let recording = format!("{FIXTURE}/moede.mp4");
    let output = run(Path::new(&recording), &agenda, out).output().unwrap();
    let said = stderr(&output);
    assert!(output.status.code() <= Some(1), "{said}");
    assert!(said.contains("Recognition is done already"), "{said}");
    assert!(said.contains("--start-over hears everything again"), "{said}");
    assert!(lines(out) == journal, "recognised again");
    let held = crate::undisturbed::public_files(out);
    let wanted = undisturbed.files();
    assert!(held["captions.vtt"] == wanted["captions.vtt"]);
    assert!(held["alignment.json"] != wanted["alignment.json"]);
    assert!(String::from_utf8_lossy(&held["referat.html"]).contains("Tønderslev"));
    // The hint that was really given stays in the record.
    assert!(!String::from_utf8_lossy(&held["meeting.json"]).contains("Tønderslev"));
    // And back: the same bytes as ever.
    assert!(run_fixture(out).output().unwrap().status.code() <= Some(1));
    undisturbed.assert_same(out, "another agenda and the first one again");
    std::fs::remove_file(&agenda).unwrap();
}

#[test]
fn a_changed_recording_is_refused_until_told_to_start_over() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let folder = undisturbed.folder_with(undisturbed.journal());
    let out = folder.path();
    assert!(run_fixture(out).output().unwrap().status.code() <= Some(1));
    let before = crate::undisturbed::public_files(out);
    let others = tempfile::tempdir().unwrap();
    let other = others.path().join("moede.mp4");
    endless_silence(&other, 30);
    let output = run(&other, &agenda(), out).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("moede.mp4 as it was") && said.contains("--start-over"), "{said}");
    assert!(crate::undisturbed::public_files(out) == before, "refused, and yet changed");
    // Told to, it begins again; nobody speaks there, and what was made before stays.
    let output = run(&other, &agenda(), out).arg("--start-over").output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no speech was found"), "{said}");
    let aside = std::fs::read_dir(out.join("internal")).unwrap().flatten();
    let aside = aside.filter(|entry| entry.file_name().to_string_lossy().contains("discarded"));
    assert_eq!(aside.count(), 1);
}
