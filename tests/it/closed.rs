//! What was said behind closed doors lies under `internal/` alone, and can be destroyed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use assert_cmd::Command;
use referent::align::{align, part_closed};
use referent::export::{Format, Material, Template, render};
use referent::folder::{Artefact, MeetingFolder};
use referent::meeting::{Agenda, AgendaItem, MeetingRecord, Segment, Transcript, Word};
use serde_json::json;

const SECRET: &str = "Sælgeren forlanger hemmelige millioner";

fn referent() -> Command {
    Command::cargo_bin("referent").unwrap()
}

/// A meeting with a closed item, words with times, and the closed sentence in the middle.
fn meeting() -> (Transcript, Agenda) {
    let said = [
        "Punkt et, godkendelse af dagsorden. Den er godkendt.",
        "Punkt to, takster for vand. Det er vedtaget.",
        "Så lukker vi dørene. Sælgeren forlanger hemmelige millioner for punkt tre.",
        "Sælgeren forlanger hemmelige millioner, og vi betaler.",
        "Så åbner vi dørene igen.",
        "Punkt fire, orientering om skolestart.",
    ];
    let segments = said
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let start = at as f64 * 10.0;
            let count = text.split(' ').count() as f64;
            let word = |(place, text): (usize, &str)| Word {
                start: start + 9.0 * place as f64 / count,
                end: start + 9.0 * (place + 1) as f64 / count,
                text: text.to_owned(),
                probability: 0.9,
            };
            Segment {
                id: at as u32 + 1,
                start,
                end: start + 9.0,
                text: (*text).to_owned(),
                speaker: None,
                item: None,
                words: text.split(' ').enumerate().map(word).collect(),
                flags: Vec::new(),
            }
        })
        .collect();
    let item = |number: &str, title: &str, closed| AgendaItem {
        number: number.to_owned(),
        title: title.to_owned(),
        closed,
        ..AgendaItem::default()
    };
    let agenda = Agenda::new(vec![
        item("1", "Godkendelse af dagsorden", false),
        item("2", "Takster for vand", false),
        item("3", "Lukket: Køb af ejendom", true),
        item("4", "Orientering om skolestart", false),
    ]);
    (Transcript::new(segments), agenda)
}

/// A file's text, that of every part of a zip (DOCX) too.
fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for at in 0..archive.len() {
            std::io::Read::read_to_string(&mut archive.by_index(at).unwrap(), &mut text).unwrap();
        }
        assert!(text.contains("<w:document"), "nothing was unpacked");
    }
    text
}

fn record() -> MeetingRecord {
    serde_json::from_value(json!({
        "schema": "referent/meeting/1",
        "recording": {"name": "m.mp4", "size": 1, "sha256": "ab", "duration": 60.0},
        "state": "udkast",
        "provenance": {"version": "0.1.0", "engine": "whisper-cpp", "model": "small",
            "model_sha256": "cd", "parameters": {}}
    }))
    .unwrap()
}

/// A meeting's folder as a run leaves it, closed speech and journals included.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (transcript, agenda) = meeting();
    let alignment = align(&transcript, &agenda).value;
    let split = part_closed(&transcript, &alignment);
    let folder = MeetingFolder::open(dir.path()).unwrap();
    folder.write_json(Artefact::Closed, &split.closed).unwrap();
    folder.write_json(Artefact::Meeting, &record()).unwrap();
    folder.write_json(Artefact::Agenda, &agenda).unwrap();
    folder.write_json(Artefact::Alignment, &alignment).unwrap();
    folder.write_json(Artefact::Transcript, &split.public).unwrap();
    let minutes = referent::minutes::draft(&split.public, &agenda, &alignment).value;
    folder.write_json(Artefact::Minutes, &minutes).unwrap();
    for name in ["journal.jsonl", "journal.0a1b2c3d.jsonl", "journal.0a1b2c3d.discarded.jsonl"] {
        std::fs::write(dir.path().join("internal").join(name), SECRET).unwrap();
    }
    std::fs::write(dir.path().join("internal/pins.txt"), "2=10\n").unwrap();
    dir
}

/// Every file below `dir` that holds the secret.
fn leaks(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(leaks(&path));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("hemmelig") {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn no_exporter_lets_closed_speech_out() {
    let (transcript, agenda) = meeting();
    let alignment = align(&transcript, &agenda).value;
    let split = part_closed(&transcript, &alignment);
    assert!(split.closed.segments.iter().any(|segment| segment.text.contains(SECRET)));
    let minutes = referent::minutes::draft(&split.public, &agenda, &alignment).value;
    let record = record();
    let template = Template::load("byraad").unwrap();
    let material = Material {
        record: &record,
        transcript: &split.public,
        agenda: Some(&agenda),
        alignment: Some(&alignment),
        minutes: Some(&minutes),
        template: &template,
    };
    for format in Format::every() {
        let bytes = render(format, &material).unwrap().value;
        let text = unpacked(&bytes);
        assert!(!text.contains("hemmelig"), "{}", format.name());
    }
    let alignment = serde_json::to_string(&alignment).unwrap();
    assert!(!alignment.contains("hemmelig"), "the alignment quotes from behind the doors");
}

#[test]
fn closed_speech_lies_under_internal_alone_and_only_for_its_owner() {
    let dir = folder();
    let internal = dir.path().join("internal");
    let found = leaks(dir.path());
    assert!(found.len() >= 4, "{found:?}");
    assert!(found.iter().all(|path| path.starts_with(internal.to_str().unwrap())), "{found:?}");
    assert_eq!(internal.metadata().unwrap().permissions().mode() & 0o077, 0);
    let closed = internal.join("closed.json").metadata().unwrap().permissions().mode();
    assert_eq!(closed & 0o077, 0, "{closed:o}");
}

#[test]
fn logs_hold_no_speech_however_much_is_asked_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let (transcript, agenda) = meeting();
    let write = |name: &str, value: serde_json::Value| {
        std::fs::write(dir.path().join(name), value.to_string()).unwrap();
        dir.path().join(name)
    };
    let transcript = write("t.json", serde_json::to_value(&transcript).unwrap());
    let agenda = write("a.json", serde_json::to_value(&agenda).unwrap());
    for command in ["align", "minutes"] {
        let output = referent()
            .env("REFERENT_LOG", "trace")
            .env("RUST_LOG", "trace")
            .args([command, transcript.to_str().unwrap(), "--agenda", agenda.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(output.status.code().is_some_and(|code| code <= 1), "{output:?}");
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            assert!(!text.contains("hemmelig"), "{command}: {text}");
        }
    }
}

#[test]
fn purging_destroys_what_is_kept_and_leaves_the_public_files_working() {
    let dir = folder();
    let path = dir.path().to_str().unwrap();
    let public = std::fs::read(dir.path().join("transcript.json")).unwrap();
    // Without a terminal nothing is destroyed unasked.
    let refused = referent().args(["purge-closed", path]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--yes"));
    assert!(!leaks(dir.path()).is_empty());

    let done = referent().args(["purge-closed", path, "--yes", "--json"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        told["destroyed"],
        json!([
            "internal/closed.json",
            "internal/journal.0a1b2c3d.discarded.jsonl",
            "internal/journal.0a1b2c3d.jsonl",
            "internal/journal.jsonl"
        ])
    );
    assert_eq!(leaks(dir.path()), Vec::<String>::new());
    assert!(dir.path().join("internal/pins.txt").exists());
    assert_eq!(std::fs::read(dir.path().join("transcript.json")).unwrap(), public);

    // Again there is nothing left to do, and so nothing to ask.
    let again = referent().args(["purge-closed", path]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let exported = referent().args(["export", path, "--format", "txt"]).output().unwrap();
    assert!(exported.status.success(), "{exported:?}");
    let aligned = referent()
        .args(["align", dir.path().join("transcript.json").to_str().unwrap(), "--agenda"])
        .arg(dir.path().join("agenda.json"))
        .output()
        .unwrap();
    let aligned: serde_json::Value = serde_json::from_slice(&aligned.stdout).unwrap();
    let before: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("alignment.json")).unwrap()).unwrap();
    assert_eq!(aligned["closed"], before["closed"]);
}

#[test]
fn purging_follows_no_link() {
    let dir = folder();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("regnskab.txt");
    std::fs::write(&kept, "andres").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("internal/link")).unwrap();
    std::os::unix::fs::symlink(&kept, dir.path().join("internal/journal.link.jsonl")).unwrap();
    let purge = |path: &Path| {
        let done = referent().arg("purge-closed").arg(path).arg("--yes").output().unwrap();
        done.status.code()
    };
    assert_eq!(purge(dir.path()), Some(0));
    assert!(kept.exists(), "a link was followed");
    assert!(dir.path().join("internal/link").symlink_metadata().is_err());
    // A folder whose internal/ is a link itself is none of ours.
    let other = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), other.path().join("internal")).unwrap();
    assert_eq!(purge(other.path()), Some(3));
    assert!(kept.exists());
}

#[test]
fn purging_waits_for_nobody_and_takes_only_meetings() {
    let dir = folder();
    let path = dir.path().to_str().unwrap();
    let held = MeetingFolder::open(dir.path()).unwrap();
    let busy = referent().args(["purge-closed", path, "--yes"]).output().unwrap();
    assert_eq!(busy.status.code(), Some(5), "{busy:?}");
    assert!(!leaks(dir.path()).is_empty());
    drop(held);

    let other = tempfile::tempdir().unwrap();
    let refused = referent()
        .args(["purge-closed", other.path().to_str().unwrap(), "--yes"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0, "something was made there");
}

#[test]
fn pins_are_given_on_the_command_line_or_in_a_file() {
    let dir = folder();
    let transcript = dir.path().join("transcript.json");
    let agenda = dir.path().join("agenda.json");
    let pins = dir.path().join("rettelser.txt");
    std::fs::write(&pins, "# sekretæren\nstarts-at=17:00:00\n2=17:00:10\n").unwrap();
    let align = |more: &[&str]| {
        let (transcript, agenda) = (transcript.to_str().unwrap(), agenda.to_str().unwrap());
        referent().args(["align", transcript, "--agenda", agenda]).args(more).output().unwrap()
    };
    let start = |more: &[&str]| {
        let output = align(more);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (json["items"][1]["start"].as_f64(), json["items"][1]["confidence"].as_f64())
    };
    let file = pins.to_str().unwrap();
    assert_eq!(start(&["--set", "2=0:00:10"]), (Some(10.0), Some(1.0)));
    assert_eq!(start(&["--pins", file]), (Some(10.0), Some(1.0)));
    assert_eq!(start(&["--pins", file, "--set", "2=0"]), (Some(0.0), Some(1.0)));
    for (pin, code, says) in
        [("2=now", 2, "not a pin"), ("9=10", 3, "no such item"), ("2=9000", 3, "outside")]
    {
        let output = align(&["--set", pin]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(says), "{output:?}");
        assert!(output.stdout.is_empty());
    }
}
