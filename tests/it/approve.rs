//! `referent approve`: from draft to approved, step by step, and back when the minutes change.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use referent::agenda;
use referent::align::Pins;
use referent::export::Template;
use referent::folder::MeetingFolder;
use referent::meeting::{Provenance, Recording, Transcript, Warning};
use referent::pipeline::{Drafting, Event, Heard, Progress, publish};
use serde_json::{Value, json};

struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: Event) {}
}

/// A meeting's folder as `referent run` leaves it.
struct Meeting {
    dir: tempfile::TempDir,
}

impl Meeting {
    fn of(template: &str) -> Self {
        let meeting = Self { dir: tempfile::tempdir().unwrap() };
        meeting.publish(template, "Så er indstillingen godkendt.");
        meeting
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    /// What `run` does after recognition.
    fn publish(&self, template: &str, said: &str) -> Vec<Warning> {
        let file = self.dir.path().join("agenda.json");
        let agenda = json!({"schema": "referent/agenda/1", "date": "2026-03-25", "items": [
            {"number": "1", "title": "Nyt bibliotek", "closed": false},
        ]});
        fs_err::write(&file, agenda.to_string()).unwrap();
        let transcript: Transcript = serde_json::from_value(json!({
            "schema": "referent/transcript/1", "duration": 60.0,
            "segments": [
                {"id": 1, "start": 0.0, "end": 5.0, "text": "Punkt et, nyt bibliotek."},
                {"id": 2, "start": 5.0, "end": 9.0, "text": said},
                // Between the digits that JSON keeps, and at the edge of being marked.
                {"id": 3, "start": 9.000_4, "end": 12.0, "text": "Det koster 25.", "words": [
                    {"start": 9.0, "end": 9.3, "text": "Det", "probability": 0.99},
                    {"start": 9.3, "end": 9.9, "text": "koster", "probability": 0.99},
                    {"start": 9.9, "end": 12.0, "text": "25.", "probability": 0.899_6},
                ]},
            ],
        }))
        .unwrap();
        let recording = Recording {
            name: "moede.mp4".to_owned(),
            size: 1,
            sha256: "00".to_owned(),
            duration: Some(60.0),
            track: None,
        };
        let heard =
            Heard { recording, provenance: Provenance::default(), transcript, uncorrected: None };
        let folder = MeetingFolder::open(&self.path()).unwrap();
        let template = Template::load(template).unwrap();
        let drafting =
            Drafting { pins: &Pins::default(), language_model: None, template: Some(&template) };
        let agenda = agenda::read(&file).unwrap().value;
        publish(&folder, heard, agenda, &file, drafting, &mut Silent, &AtomicBool::new(false))
            .unwrap()
            .warnings
    }

    /// Exit code, stdout and stderr of `referent approve out …`.
    fn approve(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.dir.path(), &[&["approve", "out"], arguments].concat())
    }

    fn text(&self, name: &str) -> String {
        fs_err::read_to_string(self.path().join(name)).unwrap()
    }

    fn record(&self) -> Value {
        serde_json::from_str(&self.text("meeting.json")).unwrap()
    }
}

fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::cargo_bin("referent").unwrap().current_dir(dir).args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

const CHAIR: [&str; 6] = ["--as", "formand", "--name", "Anne Holm", "--date", "2026-03-27"];

#[test]
fn a_med_referat_goes_through_both_sides() {
    let meeting = Meeting::of("med");
    assert!(meeting.text("referat.html").contains("UDKAST"));
    let (code, out, err) = meeting.approve(&[]);
    assert_eq!((code, out.as_str()), (0, "udkast\n"), "{err}");
    assert!(err.contains("--as formand --name NAME"), "{err}");

    // The order is the template's.
    let vice = ["--as", "naestformand", "--name", "Bo Lund", "--date", "2026-03-28"];
    for early in
        [&vice[..], &["--state", "udsendt", "--name", "X"], &["--state", "godkendt", "--name", "X"]]
    {
        let (code, out, err) = meeting.approve(early);
        assert_eq!((code, out.as_str()), (2, ""), "{early:?}");
        assert!(err.contains("next step is \"formand\""), "{err}");
    }

    let (code, out, err) = meeting.approve(&[&CHAIR[..], &["--note", "Rettet stavefejl"]].concat());
    assert_eq!(
        (code, out.as_str()),
        (0, "formand\n  2026-03-27 formand: Anne Holm (Rettet stavefejl)\n"),
        "{err}"
    );
    assert!(err.contains("referat.docx") && err.contains("referat.html"), "{err}");
    let page = meeting.text("referat.html");
    assert!(page.contains("UDKAST – godkendt af formanden"));
    assert!(page.contains("Formand: Anne Holm, 27. marts 2026"));
    let minutes = referent::folder::sha256_of(&meeting.path().join("minutes.json"), || true);
    assert_eq!(
        meeting.record()["approvals"][0]["files"]["minutes.json"],
        minutes.unwrap().unwrap()
    );

    assert_eq!(meeting.approve(&vice).0, 0);
    assert_eq!(
        meeting
            .approve(&["--state", "udsendt", "--name", "Sekretariatet", "--date", "2026-03-30"])
            .0,
        0
    );
    assert!(meeting.text("referat.html").contains("UDSENDT – godkendes på næste møde"));
    let (code, out, _) = meeting.approve(&[
        "--state",
        "godkendt",
        "--name",
        "MED-udvalget",
        "--date",
        "2026-06-01",
        "--json",
    ]);
    assert_eq!(code, 0);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (told["state"].as_str(), told["approvals"].as_array().unwrap().len()),
        (Some("godkendt"), 4)
    );
    let page = meeting.text("referat.html");
    assert!(!page.contains("UDKAST") && page.contains("GODKENDT"));
    let (code, _, err) = meeting.approve(&["--state", "godkendt", "--name", "X"]);
    assert!(code == 2 && err.contains("nothing comes after"), "{err}");

    // The same run again changes nothing, and the approval holds.
    let before = meeting.text("meeting.json");
    let warnings = meeting.publish("med", "Så er indstillingen godkendt.");
    assert!(!warnings.iter().any(|warning| warning.code == "approval-void"));
    assert_eq!(meeting.text("meeting.json"), before);
}

#[test]
fn minutes_that_change_after_the_approval_are_a_draft_again() {
    let meeting = Meeting::of("med");
    assert_eq!(meeting.approve(&CHAIR).0, 0);
    let warnings = meeting.publish("med", "Punktet er udsat til maj.");
    assert!(warnings.iter().any(|warning| warning.code == "approval-void"), "{warnings:?}");
    let record = meeting.record();
    assert_eq!(record["state"], "udkast");
    assert!(record["approvals"][0]["void"].as_str().unwrap().contains("minutes.json"), "{record}");
    assert!(!meeting.text("referat.html").contains("godkendt af formanden"));
    let (_, out, _) = meeting.approve(&[]);
    assert!(out.starts_with("udkast\n") && out.contains("[void: "), "{out}");
    assert_eq!(meeting.approve(&CHAIR).0, 0);
}

#[test]
fn a_change_behind_our_back_is_seen_by_whoever_reads_the_folder() {
    let meeting = Meeting::of("byraad");
    let (code, out, err) = meeting.approve(&["--state", "godkendt", "--name", "Byrådet"]);
    assert!(code == 0 && out.starts_with("godkendt\n"), "{out}{err}");
    let altered = meeting.text("minutes.json").replace("godkendt", "forkastet");
    fs_err::write(meeting.path().join("minutes.json"), altered).unwrap();
    let (code, out, err) = meeting.approve(&[]);
    assert!(code == 1 && out.starts_with("udkast\n"), "{out}");
    assert!(err.contains("minutes.json has changed since"), "{err}");
    let (code, out, err) =
        run(&meeting.path(), &["export", ".", "--format", "markdown", "--out", "-"]);
    assert!(code == 1 && out.contains("**UDKAST**"), "{out}");
    assert!(err.contains("the approval does not hold"), "{err}");
}

#[test]
fn a_document_that_somebody_worked_on_is_kept() {
    let meeting = Meeting::of("byraad");
    fs_err::write(meeting.path().join("referat.docx"), "my own words").unwrap();
    let (code, _, err) = meeting.approve(&["--state", "godkendt", "--name", "Byrådet"]);
    assert_eq!(code, 1);
    assert!(err.contains("referat.docx is not as Referent wrote it"), "{err}");
    assert_eq!(meeting.text("referat.docx"), "my own words");
    assert!(meeting.text("referat.html").contains("GODKENDT"));
}

#[test]
fn an_approval_can_be_taken_back_and_stays_on_record() {
    let meeting = Meeting::of("udvalg");
    let back = ["--state", "udkast", "--name", "Anne Holm", "--note", "forkert beløb"];
    let (code, _, err) = meeting.approve(&back);
    assert!(code == 2 && err.contains("a draft already"), "{err}");
    assert_eq!(meeting.approve(&["--state", "godkendt", "--name", "Udvalget"]).0, 0);
    let (code, out, _) = meeting.approve(&back);
    assert!(code == 0 && out.starts_with("udkast\n") && out.contains("forkert beløb"), "{out}");
    assert!(meeting.text("referat.html").contains("UDKAST"));
    assert_eq!(meeting.record()["approvals"].as_array().unwrap().len(), 2);
}

#[test]
fn wrong_use_is_told() {
    let meeting = Meeting::of("med");
    for (arguments, code, says) in [
        (&["--as", "borgmester", "--name", "X"][..], 2, "formand or naestformand"),
        (&["--state", "formand", "--name", "X"], 2, "given with --as"),
        (&["--as", "formand"], 2, "--name"),
        (&["--name", "X"], 2, "say what is approved"),
        (&["--as", "formand", "--name", "  "], 2, "line of text"),
        (&["--as", "formand", "--name", "X", "--date", "27/3"], 2, "--date"),
    ] {
        let (exit, out, err) = meeting.approve(arguments);
        assert!(exit == code && out.is_empty() && err.contains(says), "{arguments:?}: {err}");
    }
    let (code, _, err) = run(meeting.dir.path(), &["approve", "nowhere"]);
    assert!(code == 3 && err.contains("nowhere"), "{err}");
}

#[test]
fn the_steps_stand_in_the_template() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vores.toml");
    let own = Template::built_in("udvalg").unwrap();
    let name = file.to_str().unwrap();
    for (steps, fine) in [
        ("trin = [\"formand\", \"godkendt\"]", true),
        ("trin = [\"godkendt\", \"formand\"]", false),
        ("trin = [\"formand\"]", false),
        ("trin = [\"udkast\", \"godkendt\"]", false),
        ("", true),
    ] {
        fs_err::write(&file, own.replace("trin = [\"godkendt\"]", steps)).unwrap();
        assert_eq!(Template::load(name).is_ok(), fine, "{steps}");
    }
}

#[test]
fn what_somebody_made_of_a_document_survives_the_next_run() {
    let meeting = Meeting::of("byraad");
    let referat = meeting.path().join("referat.html");
    fs_err::write(&referat, "rettet i hånden").unwrap();
    let codes = |warnings: &[Warning]| -> Vec<String> {
        let of_documents = warnings.iter().map(|warning| warning.code.clone());
        of_documents.filter(|code| code.starts_with("document-")).collect()
    };
    // The same again has nothing new to say.
    let again = meeting.publish("byraad", "Så er indstillingen godkendt.");
    assert_eq!(codes(&again), ["document-kept"]);
    assert_eq!(meeting.text("referat.html"), "rettet i hånden");
    // Another decision has, and the edited document lies where nothing is published from.
    let other = meeting.publish("byraad", "Så er indstillingen forkastet.");
    assert_eq!(codes(&other), ["document-set-aside"]);
    assert!(meeting.text("referat.html").contains("forkastet"));
    let aside = |stem: &str| -> Vec<String> {
        let entries = fs_err::read_dir(meeting.path().join("internal/edited")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(stem)).collect()
    };
    let [name] = &aside("referat-")[..] else { panic!("{:?}", aside("")) };
    assert_eq!(meeting.text(&format!("internal/edited/{name}")), "rettet i hånden");
    // Corrected minutes, too, and `export` by hand.
    fs_err::write(meeting.path().join("minutes.json"), "{}").unwrap();
    let third = meeting.publish("byraad", "Så er indstillingen forkastet.");
    assert_eq!(codes(&third), ["document-set-aside"]);
    assert_eq!(aside("minutes-").len(), 1);
    fs_err::write(&referat, "rettet igen").unwrap();
    let (code, _, err) = run(meeting.dir.path(), &["export", "out", "--format", "html"]);
    assert!(code == 0 && err.contains("their copy is now internal/edited/referat-"), "{err}");
    assert_eq!(aside("referat-").len(), 2);
    // While another run holds the folder, `export` overwrites nothing.
    fs_err::write(&referat, "rettet en sidste gang").unwrap();
    let held = MeetingFolder::open(&meeting.path()).unwrap();
    let (code, ..) = run(meeting.dir.path(), &["export", "out", "--format", "html"]);
    drop(held);
    assert_ne!(code, 0);
    assert_eq!(meeting.text("referat.html"), "rettet en sidste gang");
}

#[test]
fn approving_says_what_is_open_and_covers_what_was_worked_on() {
    let meeting = Meeting::of("byraad");
    meeting.publish("byraad", "Tak for ordet.");
    fs_err::write(meeting.path().join("referat.docx"), "rettet i hånden").unwrap();
    let (code, _, err) = meeting.approve(&["--state", "godkendt", "--name", "Anne Holm"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("no decision stands under item 1"), "{err}");
    assert!(meeting.record()["approvals"][0]["files"]["referat.docx"].is_string());
    // What was approved is that document: another hand voids it.
    fs_err::write(meeting.path().join("referat.docx"), "rettet bagefter").unwrap();
    let (_, out, err) = meeting.approve(&[]);
    assert!(out.starts_with("udkast"), "{out}");
    assert!(err.contains("referat.docx has changed since"), "{err}");
}
