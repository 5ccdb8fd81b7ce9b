//! `referent diff`: what was said against what was written.

mod synthetic;

use assert_cmd::Command;
use referent::align::{align, part_closed};
use referent::folder::{Artefact, MeetingFolder};
use referent::meeting::{Agenda, AgendaItem, Member, Segment, Transcript};
use serde_json::Value;

const SAID: &[&str] = &[
    "Punkt et, godkendelse af dagsorden. Bo Steffensen har meldt afbud.",
    "Er der bemærkninger til dagsordenen? Nej. Så er dagsordenen godkendt.",
    "Punkt to, takster for vand. Økonomiudvalget indstiller, at prisen sættes til 61 kr. pr. kubikmeter.",
    "Vi går til afstemning. For stemte 17, Socialdemokratiet, Venstre og Dansk Folkeparti. Imod \
     stemte 8, SF, Enhedslisten og Konservative. Indstillingen er dermed vedtaget.",
    "Punkt tre, ny legeplads ved Nørrevig Skole. Det koster 450.000 kr. og er færdigt 1. maj 2027.",
    "Kan vi godkende indstillingen? Det kan vi. Indstillingen er godkendt.",
    "Punkt fire, køb af ejendom, behandles for lukkede døre. Så lukker vi dørene.",
    "Sælger forlanger 7 millioner kroner.",
];

const AGREEING: &str = "# Referat
## Punkt 1: Godkendelse af dagsorden
### Beslutning
Godkendt. Afbud: Bo Steffensen

## Punkt 2: Takster for vand
### Beslutning
For stemte 17 (A, V og O). Imod stemte 8 (F, Ø og C). Vedtaget.

## Punkt 3: Ny legeplads ved Nørrevig Skole
### Beslutning
Godkendt. Legepladsen koster 450.000 kr.

## Punkt 4: Lukket: Køb af ejendom
";

fn folder() -> tempfile::TempDir {
    let segment = |(at, text): (usize, &&str)| Segment {
        id: at as u32 + 1,
        start: at as f64 * 20.0,
        end: at as f64 * 20.0 + 19.0,
        text: (*text).to_owned(),
        speaker: None,
        item: None,
        words: Vec::new(),
        flags: Vec::new(),
    };
    let transcript = Transcript::new(SAID.iter().enumerate().map(segment).collect());
    let item = |number: &str, title: &str| AgendaItem {
        number: number.to_owned(),
        title: title.to_owned(),
        closed: title.starts_with("Lukket"),
        ..AgendaItem::default()
    };
    let mut agenda = Agenda::new(vec![
        item("1", "Godkendelse af dagsorden"),
        item("2", "Takster for vand"),
        item("3", "Ny legeplads ved Nørrevig Skole"),
        item("4", "Lukket: Køb af ejendom"),
    ]);
    agenda.members = vec![Member { name: "Bo Steffensen".to_owned(), ..Member::default() }];
    let alignment = align(&transcript, &agenda).value;
    let public = part_closed(&transcript, &alignment).public;
    let minutes = referent::minutes::draft(&public, &agenda, &alignment).value;
    let dir = tempfile::tempdir().unwrap();
    let folder = MeetingFolder::open(dir.path()).unwrap();
    folder.write_json(Artefact::Agenda, &agenda).unwrap();
    folder.write_json(Artefact::Alignment, &alignment).unwrap();
    folder.write_json(Artefact::Transcript, &public).unwrap();
    folder.write_json(Artefact::Minutes, &minutes).unwrap();
    dir
}

/// Exit code and lines.
fn diff(referat: &str, more: &[&str]) -> (i32, String) {
    let dir = folder();
    let path = dir.path().join("referat.md");
    std::fs::write(&path, referat).unwrap();
    let mut command = Command::cargo_bin("referent").unwrap();
    let output = command.arg("diff").arg(dir.path()).arg(&path).args(more).output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_referat_that_says_what_was_said_has_no_differences() {
    assert_eq!(diff(AGREEING, &[]), (0, String::new()));
}

#[test]
fn every_kind_of_difference_is_listed_with_its_place() {
    let altered = AGREEING
        .replace("Afbud: Bo Steffensen", "Afbud: Lis Holm")
        .replace("For stemte 17 (A, V og O)", "For stemte 16 (A, V og O)")
        .replace(
            "Godkendt. Legepladsen koster 450.000 kr.",
            "Udsat. Legepladsen koster 540.000 kr. Grethe Lund følger op.",
        );
    let (code, lines) = diff(&altered, &[]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(lines);
    let (_, json) = diff(&altered, &["--json"]);
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["schema"], "referent/differences/1");
    assert_eq!(found["differences"].as_array().unwrap().len(), lines.lines().count());
}

#[test]
fn nothing_is_said_of_closed_items() {
    let told = AGREEING.to_owned() + "### Beslutning\nGodkendt til 7 millioner kroner.\n";
    let (code, lines) = diff(&told, &[]);
    assert!(code == 0 && lines.is_empty(), "{lines}");
}

#[test]
fn an_agenda_is_no_referat() {
    let dir = folder();
    let mut command = Command::cargo_bin("referent").unwrap();
    let agenda = dir.path().join("agenda.json");
    let output = command.arg("diff").arg(dir.path()).arg(agenda).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("dagsorden, not a referat"));
    let mut command = Command::cargo_bin("referent").unwrap();
    let empty = tempfile::tempdir().unwrap();
    let output = command.arg("diff").arg(empty.path()).arg("referat.md").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}
