//! What a full, read-only or suddenly cut-off disk does to a run: nothing that the same command does
//! not mend.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::undisturbed::{FIXTURE, Undisturbed, lines, public_files, run_fixture, stderr};

/// One step of writing, as the program logs it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    number: u32,
    kind: String,
    /// Below the meeting's folder.
    path: String,
}

/// Runs the fixture and gives its steps of writing in order.
fn traced(out: &Path) -> Vec<Step> {
    let output =
        run_fixture(out).env("REFERENT_LOG", "referent::folder::disk=trace").output().unwrap();
    assert!(output.status.code() <= Some(1), "{}", stderr(&output));
    steps(&stderr(&output), out)
}

fn steps(log: &str, out: &Path) -> Vec<Step> {
    let field = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}="))?;
        Some(rest.split(' ').next()?.trim().to_owned())
    };
    let of_disk = log.lines().filter(|line| line.contains("referent::folder::disk"));
    let step = |line: &str| {
        let path = field(line, "path")?;
        let path = path.strip_prefix(out.to_str()?)?.trim_start_matches('/').to_owned();
        Some(Step {
            number: field(line, "number")?.parse().ok()?,
            kind: field(line, "step")?,
            path,
        })
    };
    of_disk.filter_map(step).collect()
}

/// Lets step `number` go wrong, then gives the same command again.
fn broken_and_mended(undisturbed: &Undisturbed, journal: &[String], fault: &str, step: &Step) {
    let folder = undisturbed.folder_with(journal.iter().cloned());
    let out = folder.path();
    let what = format!("{fault} at step {step:?}");
    let output = run_fixture(out)
        .env("REFERENT_DISK_FAULT", format!("{fault}:{}", step.number))
        .output()
        .unwrap();
    let said = stderr(&output);
    if fault == "kill" {
        assert_eq!(output.status.code(), None, "{what}: {said}");
    } else if step.kind == "Remove" {
        assert!(output.status.code() <= Some(1), "{what}: {said}");
    } else {
        assert_eq!(output.status.code(), Some(5), "{what}: {said}");
        assert!(
            said.contains("the disk is full") && said.contains("same command"),
            "{what}: {said}"
        );
        assert!(said.contains(out.join(&step.path).to_str().unwrap()), "{what}: {said}");
    }
    undisturbed.assert_whole(out, &what);
    let kept = lines(out);
    assert!(kept.starts_with(journal), "{what}: lines of the journal are lost");
    let again = run_fixture(out).output().unwrap();
    assert!(again.status.code() <= Some(1), "{what}, then: {}", stderr(&again));
    undisturbed.assert_same(out, &what);
}

/// Does `each` for all steps, on two threads.
fn on_two_threads(steps: &[Step], each: impl Fn(&Step) + Sync) {
    let half = steps.len().div_ceil(2);
    std::thread::scope(|scope| {
        for part in steps.chunks(half.max(1)) {
            scope.spawn(|| part.iter().for_each(&each));
        }
    });
}

#[test]
fn every_step_of_publishing_may_break() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let journal = undisturbed.journal();
    let fresh = undisturbed.folder_with(journal.clone());
    let steps = traced(fresh.path());
    let written: BTreeSet<&str> =
        steps.iter().filter(|step| step.kind == "Rename").map(|step| step.path.as_str()).collect();
    // Every file that there is, each by create, write, sync, rename and the sync of its folder.
    // And in `internal/` what was closed, and what we wrote of the documents.
    assert_eq!(written.len(), public_files(fresh.path()).len() + 2, "{written:?}");
    assert!(steps.len() > 5 * written.len(), "{steps:?}");
    on_two_threads(&steps, |step| {
        for fault in ["kill", "full"] {
            broken_and_mended(undisturbed, &journal, fault, step);
        }
    });
    println!("{} steps of publishing broken, twice each", steps.len());
}

#[test]
fn every_step_of_recording_a_window_may_break() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    // The shortest window and the end are missing.
    let whole = undisturbed.journal();
    let length = |line: &str| -> f64 {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let span = &line["window"]["span"];
        span[1].as_f64().unwrap_or(f64::MAX) - span[0].as_f64().unwrap_or(0.0)
    };
    let shortest = whole.iter().min_by(|a, b| length(a).total_cmp(&length(b))).unwrap();
    let journal: Vec<String> = whole
        .iter()
        .filter(|line| *line != shortest && !line.starts_with("{\"complete\""))
        .cloned()
        .collect();
    assert_eq!(journal.len(), whole.len() - 2);
    let fresh = undisturbed.folder_with(journal.clone());
    let steps = traced(fresh.path());
    let of_journal: Vec<Step> =
        steps.into_iter().filter(|step| step.path == "internal/journal.jsonl").collect();
    let kinds: Vec<&str> = of_journal.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["Create", "Write", "Sync", "Write", "Sync"]);
    for step in &of_journal[1..] {
        for fault in ["kill", "full"] {
            broken_and_mended(undisturbed, &journal, fault, step);
        }
    }
}

#[test]
fn every_step_of_making_the_folder_may_break() {
    if Undisturbed::get().is_none() {
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    for fault in ["kill", "full"] {
        let mut number = 0;
        loop {
            number += 1;
            let out = parent.path().join(format!("{fault}{number}"));
            // Whatever comes after the journal's first line is killed.
            let fault = format!("{fault}:{number}");
            let begun = begin(&out, &fault);
            if begun {
                assert!(number > 9, "{number} steps");
                break;
            }
            assert!(begin(&out, ""), "the folder is of no use after {fault}");
        }
    }
}

/// Starts a run and kills it as soon as the journal has its first line; whether it came to that.
fn begin(out: &Path, fault: &str) -> bool {
    let log = std::fs::File::create(out.with_extension("log")).unwrap();
    let mut child = run_fixture(out)
        .env("REFERENT_DISK_FAULT", fault)
        .stdout(std::process::Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    loop {
        let ended = child.try_wait().unwrap();
        if let Some(status) = ended {
            let said = std::fs::read_to_string(out.with_extension("log")).unwrap();
            let kill = fault.starts_with("kill");
            assert_eq!(status.code(), if kill { None } else { Some(5) }, "{fault}: {said}");
            assert!(kill || said.contains("the disk is full"), "{fault}: {said}");
            return false;
        }
        if !lines(out).is_empty() {
            // The steps after the first line follow at once.
            std::thread::sleep(std::time::Duration::from_millis(100));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                child.wait().unwrap();
                return true;
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// A file must be on the disk before it gets its name, and the name before anything counts on it.
#[test]
fn a_power_cut_finds_files_whole() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let fresh = undisturbed.folder_with(undisturbed.journal());
    let steps = traced(fresh.path());
    let mut renamed = 0;
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.kind == "Rename") {
        let own: Vec<&str> = steps[..=at]
            .iter()
            .filter(|other| other.path == step.path)
            .map(|other| other.kind.as_str())
            .collect();
        assert_eq!(own, ["Create", "Write", "Sync", "Rename"], "{}", step.path);
        let folder = step.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        assert_eq!(
            (steps[at + 1].kind.as_str(), steps[at + 1].path.as_str()),
            ("SyncFolder", folder),
            "after the rename of {}",
            step.path
        );
        renamed += 1;
    }
    assert_eq!(renamed, public_files(fresh.path()).len() + 2);
    // Closed speech is put away before anything public has its name.
    let first = steps.iter().find(|step| step.kind == "Rename").unwrap();
    assert_eq!(first.path, "internal/closed.json");
}

/// The same by the system's own record, where strace can be had.
#[test]
#[cfg(target_os = "linux")]
fn the_system_saw_the_same_order() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let log = tempfile::NamedTempFile::new().unwrap();
    let fresh = undisturbed.folder_with(undisturbed.journal());
    let command = run_fixture(fresh.path());
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o"]);
    strace.arg(log.path()).arg(command.get_program()).args(command.get_args());
    match strace.output() {
        Ok(output) if output.status.code() <= Some(1) => {}
        Ok(output) => {
            println!("skipped: strace may not trace here: {}", stderr(&output));
            return;
        }
        Err(error) => {
            println!("skipped: no strace: {error}");
            return;
        }
    }
    let log = std::fs::read_to_string(log.path()).unwrap();
    let calls: Vec<&str> =
        log.lines().filter(|line| line.contains("sync(") || line.contains("rename")).collect();
    let renames: Vec<usize> = (0..calls.len()).filter(|at| calls[*at].contains("rename")).collect();
    assert!(renames.len() > 10, "{log}");
    for at in renames {
        assert!(calls[at - 1].contains("fsync(") && calls[at - 1].contains(".part"), "{log}");
        assert!(calls[at + 1].contains("fsync("), "{log}");
        assert!(calls[at].ends_with("= 0") && calls[at + 1].ends_with("= 0"), "{log}");
    }
}

/// Runs `script` where it may mount; none, with a word, where nobody lets us.
fn mounting(script: &str, folder: &Path, more: &[&str]) -> Option<std::process::Output> {
    let mut command = Command::new("unshare");
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    command.arg(if root { "-m" } else { "-rm" }).args(["sh", "-euc", script, "sh"]);
    let probe = Command::new("unshare")
        .arg(if root { "-m" } else { "-rm" })
        .args(["mount", "-t", "tmpfs", "none"])
        .arg(folder)
        .output();
    match probe {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            println!("skipped: nothing can be mounted here: {}", stderr(&output));
            return None;
        }
        Err(error) => {
            println!("skipped: no unshare: {error}");
            return None;
        }
    }
    command.arg(env!("CARGO_BIN_EXE_referent")).arg(folder).args(more);
    Some(command.env("NO_COLOR", "1").output().unwrap())
}

/// A disk that is really full, at every size between nothing and enough.
#[test]
fn a_full_disk_stops_the_run_and_room_lets_it_go_on() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let script = r#"
        mount -t tmpfs -o "size=$4k" none "$2"
        mkdir "$2/m" "$2/m/internal"
        cp "$3/internal/journal.jsonl" "$2/m/internal/"
        code=0
        "$1" run "$5/moede.mp4" --agenda "$5/agenda.json" --model tiny --threads 2 --out "$2/m" || code=$?
        echo "code $code" >&2
        mount -o remount,size=64m "$2"
        cmp "$3/internal/journal.jsonl" "$2/m/internal/journal.jsonl"
        cp -r "$2/m" "$6/full"
        "$1" run "$5/moede.mp4" --agenda "$5/agenda.json" --model tiny --threads 2 --out "$2/m" || test $? = 1
        cp -r "$2/m" "$6/room"
    "#;
    let journal = std::fs::metadata(undisturbed.out.join("internal/journal.jsonl")).unwrap().len();
    let needed: u64 = undisturbed.files().values().map(|bytes| bytes.len() as u64 / 1024 + 8).sum();
    let least = journal / 1024 + 8;
    let mut named = BTreeSet::new();
    for part in 0..12 {
        let size = (least + needed * part / 12).to_string();
        let (disk, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let more =
            [undisturbed.out.to_str().unwrap(), &size, FIXTURE, copies.path().to_str().unwrap()];
        let Some(output) = mounting(script, disk.path(), &more) else { return };
        let said = stderr(&output);
        assert!(output.status.success(), "{size} kB: {said}");
        undisturbed.assert_whole(&copies.path().join("full"), &format!("{size} kB"));
        undisturbed.assert_same(&copies.path().join("room"), &format!("{size} kB, then room"));
        if let Some((_, rest)) = said.split_once("the disk is full: ") {
            assert!(said.contains("code 5"), "{size} kB: {said}");
            let path = rest.split(" could not").next().unwrap();
            named.insert(path.rsplit('/').next().unwrap().to_owned());
        } else {
            assert!(said.contains("code 0") || said.contains("code 1"), "{size} kB: {said}");
        }
    }
    assert!(named.len() >= 3, "the disk was full at {named:?} only");
    println!("the disk was full at {named:?}");
}

#[test]
fn a_full_disk_stops_recognition_at_the_journal() {
    if Undisturbed::get().is_none() {
        return;
    }
    // Room for the folder and the journal's first line, not for its windows.
    let script = r#"
        mount -t tmpfs -o size=8k none "$2"
        code=0
        "$1" run "$3/moede.mp4" --agenda "$3/agenda.json" --model tiny --threads 2 --out "$2/m" || code=$?
        ls -s "$2/m/internal" >&2
        exit $code
    "#;
    let disk = tempfile::tempdir().unwrap();
    let Some(output) = mounting(script, disk.path(), &[FIXTURE]) else { return };
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("the disk is full") && said.contains("journal.jsonl"), "{said}");
}

#[test]
fn a_read_only_folder_is_refused_and_left_alone() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let script = r#"
        mount -t tmpfs none "$2"
        cp -r "$3" "$2/m"
        mount -o remount,ro "$2"
        code=0
        for out in "$2/m" "$2/new"; do
            "$1" run "$4/moede.mp4" --agenda "$4/agenda.json" --model tiny --out "$out" || code=$((code * 10 + $?))
        done
        exit $code
    "#;
    let disk = tempfile::tempdir().unwrap();
    let more = [undisturbed.out.to_str().unwrap(), FIXTURE];
    let Some(output) = mounting(script, disk.path(), &more) else { return };
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(33), "{said}");
    assert_eq!(said.matches("cannot be written").count(), 2, "{said}");
    assert!(said.contains("Choose another folder with --out"), "{said}");
}

#[test]
fn a_file_in_the_place_of_the_folder_is_refused() {
    if Undisturbed::get().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("moede");
    std::fs::write(&file, "notater").unwrap();
    let output = run_fixture(&file).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("moede is a file, not a folder"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), b"notater");
}

#[test]
fn a_document_that_cannot_be_written_does_not_stop_the_others() {
    let Some(undisturbed) = Undisturbed::get() else { return };
    let folder = undisturbed.folder_with(undisturbed.journal());
    let out = folder.path();
    std::fs::create_dir_all(out.join("captions.vtt/in the way")).unwrap();
    let output = run_fixture(out).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("captions.vtt could not be written"), "{said}");
    assert_eq!(public_files(out).len(), undisturbed.files().len() - 1);
    std::fs::remove_dir_all(out.join("captions.vtt")).unwrap();
    assert!(run_fixture(out).output().unwrap().status.code() <= Some(1));
    undisturbed.assert_same(out, "a folder in the way of a document");
}
