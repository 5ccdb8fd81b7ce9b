//! Meetings' folders of an invented municipality, and an archive of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// What is said behind closed doors: in no answer of the server.
pub(super) const SECRET: &str = "hvidvaskningssag";
/// A title that tries to be markup.
pub(super) const HOSTILE: &str = "<script>alert('titel')</script>\"'><img src=x onerror=alert(1)>";
/// Speech that tries to end a script.
pub(super) const HOSTILE_SPEECH: &str =
    "Se her </script><script>alert('tale')</script> & \"citat\" om brandstationen.";

/// Folder of an archive made once for all tests that only read.
pub(super) fn archive() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, data) = MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let data = make(dir.path());
        (dir, data)
    });
    data
}

/// Writes three meetings under `root` and an archive of them; gives the archive's folder.
pub(super) fn make(root: &Path) -> PathBuf {
    let folders =
        [open(&root.join("byraad")), shut(&root.join("oeu")), hostile(&root.join("fjendtlig"))];
    let data = root.join("data");
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["archive", "add", "--data"])
        .arg(&data)
        .args(&folders)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(matches!(done.status.code(), Some(0 | 1)), "{said}");
    data
}

/// Id of the meeting of this committee.
pub(super) fn id(committee: &str) -> String {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["archive", "list", "--json", "--data"])
        .arg(archive())
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&done.stdout).unwrap();
    let rows =
        list.as_array().cloned().unwrap_or_else(|| list["meetings"].as_array().unwrap().clone());
    let row = rows.iter().find(|row| row["committee"] == committee).unwrap();
    row["id"].as_str().unwrap().to_owned()
}

fn recording() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/byraad/moede.mp4")
}

fn write(folder: &Path, name: &str, value: &Value) {
    fs_err::write(folder.join(name), value.to_string()).unwrap();
}

/// The folder with its record and a copy of the recording.
fn start(folder: &Path, title: &str, committee: &str, date: &str, sha256: &str, state: &str) {
    fs_err::create_dir_all(folder).unwrap();
    fs_err::copy(recording(), folder.join("moede.mp4")).unwrap();
    let size = fs_err::metadata(recording()).unwrap().len();
    write(
        folder,
        "meeting.json",
        &json!({
            "schema": "referent/meeting/1", "title": title, "municipality": "Fjordby Kommune",
            "committee": committee, "date": date,
            "recording": {"name": "moede.mp4", "size": size, "sha256": sha256, "duration": 178.0},
            "state": state,
            "provenance": {"version": "0.1.0", "engine": "whisper-cpp", "model": "small",
                "model_sha256": "cd34", "parameters": {}}
        }),
    );
    let captions = "WEBVTT\n\n00:00:02.000 --> 00:00:08.000\nJeg byder velkommen.\n\n\
                    00:00:25.000 --> 00:00:40.000\nVi skal tale om den nye skole.\n";
    fs_err::write(folder.join("captions.vtt"), captions).unwrap();
}

fn evidence(id: u32, start: f64, confidence: f64) -> Value {
    json!({"segments": [id], "start": start, "end": start + 5.0, "confidence": confidence})
}

fn open(folder: &Path) -> PathBuf {
    start(folder, "Ordinært møde i Byrådet", "Byrådet", "2026-03-25", &"ab12".repeat(16), "udkast");
    let doubtful = "Skolen koster hundrede millioner kroner, og det støtter vi.";
    let words: Vec<Value> = doubtful
        .split(' ')
        .enumerate()
        .map(|(at, text)| {
            json!({
        "text": text, "start": 40.0 + at as f64, "end": 41.0 + at as f64,
        "probability": if at == 2 { 0.2 } else { 0.97 }})
        })
        .collect();
    write(
        folder,
        "transcript.json",
        &json!({
            "schema": "referent/transcript/1", "language": "da", "duration": 178.0,
            "segments": [
                {"id": 1, "start": 2.0, "end": 13.0, "item": "1", "speaker": "Karen Holm",
                 "text": "Jeg byder velkommen til mødet i byrådet. Er der bemærkninger til dagsordenen?"},
                {"id": 2, "start": 25.0, "end": 39.0, "item": "2", "speaker": "Karen Holm",
                 "text": "Så går vi til punkt to, en ny skole i Havneby og lokalplanforslaget for området."},
                {"id": 3, "start": 40.0, "end": 52.0, "item": "2", "speaker": "Ole Bang",
                 "text": doubtful, "words": words},
                {"id": 4, "start": 60.0, "end": 70.0, "item": "2", "speaker": "Karen Holm",
                 "text": "Vi stemmer. For stemte femten, imod stemte fire."},
                {"id": 5, "start": 99.0, "end": 110.0, "item": "3", "speaker": "Pia Lund",
                 "text": "Ældreområdet er presset, og cykelstien langs kysten må vente."},
                {"id": 6, "start": 170.0, "end": 176.0, "text": "Tak for i aften."}
            ], "closed": [], "warnings": []
        }),
    );
    write(
        folder,
        "agenda.json",
        &json!({
            "schema": "referent/agenda/1", "time": "17:00", "place": "Byrådssalen",
            "members": [{"name": "Karen Holm", "party": "A", "role": "borgmester"},
                        {"name": "Ole Bang", "party": "V"}, {"name": "Pia Lund", "party": "C"}],
            "items": [
                {"number": "1", "title": "Godkendelse af dagsorden"},
                {"number": "2", "title": "Ny skole i Havneby", "case": "26/1042",
                 "fields": {"indstilling": "Direktionen indstiller,\nat der bygges en ny skole."}},
                {"number": "3", "title": "Budgetopfølgning"}
            ]
        }),
    );
    let span = |number: &str, title: &str, start: f64, end: f64, ids: &[u32]| {
        json!({
        "number": number, "title": title, "start": start, "end": end, "spans": [[start, end]],
        "segments": ids, "confidence": 0.97, "evidence": [], "state": "treated"})
    };
    write(
        folder,
        "alignment.json",
        &json!({
            "schema": "referent/alignment/1",
            "items": [span("1", "Godkendelse af dagsorden", 2.0, 24.0, &[1]),
                      span("2", "Ny skole i Havneby", 25.0, 80.0, &[2, 3, 4]),
                      span("3", "Budgetopfølgning", 99.0, 130.0, &[5])],
            "unassigned": [6], "closed": []
        }),
    );
    write(
        folder,
        "minutes.json",
        &json!({
            "schema": "referent/minutes/1",
            "attendance": [{"name": "Karen Holm", "party": "A", "kind": "present"},
                           {"name": "Pia Lund", "party": "C", "kind": "absent"}],
            "items": [
                {"number": "1", "title": "Godkendelse af dagsorden",
                 "decision": {"outcome": "godkendt", "text": "", "evidence": evidence(1, 8.0, 0.95)}},
                {"number": "2", "title": "Ny skole i Havneby",
                 "decision": {"outcome": "vedtaget", "text": "Byrådet vedtog at bygge en ny skole.",
                    "evidence": evidence(4, 60.0, 0.7)},
                 "votes": [{"question": "indstillingen",
                    "for": {"count": 15, "parties": ["A", "V"], "names": []},
                    "against": {"count": 4, "parties": ["Ø"], "names": []},
                    "abstain": {"count": null, "parties": [], "names": ["Pia Lund"]},
                    "outcome": "vedtaget", "evidence": evidence(4, 60.0, 0.9)}],
                 "summary": [{"text": "Ole Bang støttede en ny skole.", "evidence": evidence(3, 40.0, 0.9)}]},
                {"number": "3", "title": "Budgetopfølgning",
                 "decision": {"outcome": "taget til efterretning", "text": "Taget til efterretning.",
                    "evidence": evidence(5, 105.0, 0.9)}}
            ]
        }),
    );
    folder.to_path_buf()
}

/// A meeting that was closed in part; its recording holds what was said there.
fn shut(folder: &Path) -> PathBuf {
    start(
        folder,
        "Økonomiudvalgets møde",
        "Økonomiudvalget",
        "2026-04-10",
        &"cd34".repeat(16),
        "godkendt",
    );
    write(
        folder,
        "transcript.json",
        &json!({
            "schema": "referent/transcript/1", "language": "da", "duration": 178.0,
            "segments": [
                {"id": 1, "start": 2.0, "end": 13.0, "item": "1",
                 "text": "Vi begynder med regnskabet og den nye svømmehal."},
                {"id": 2, "start": 120.0, "end": 130.0, "item": "2", "text": format!("Det er en {SECRET}.")}
            ], "closed": [[100.0, 178.0]], "warnings": []
        }),
    );
    write(
        folder,
        "agenda.json",
        &json!({
            "schema": "referent/agenda/1",
            "items": [{"number": "1", "title": "Regnskab"},
                      {"number": "2", "title": "Lukket: Personsag", "closed": true,
                       "fields": {"sagsfremstilling": format!("Om en {SECRET}.")}}]
        }),
    );
    write(
        folder,
        "alignment.json",
        &json!({
            "schema": "referent/alignment/1",
            "items": [
                {"number": "1", "title": "Regnskab", "start": 2.0, "end": 90.0, "spans": [[2.0, 90.0]],
                 "segments": [1], "confidence": 0.9, "evidence": [], "state": "treated"},
                {"number": "2", "title": "Lukket: Personsag", "start": 95.0, "end": 178.0,
                 "spans": [[95.0, 178.0]], "segments": [2], "confidence": 0.9, "evidence": [],
                 "state": "treated", "closed": true}],
            "unassigned": [], "closed": [[100.0, 178.0]]
        }),
    );
    folder.to_path_buf()
}

/// A meeting whose every text tries to be markup, and that has no recording.
fn hostile(folder: &Path) -> PathBuf {
    start(folder, HOSTILE, "Teknik & \"Miljø\"", "2026-02-01", &"ef56".repeat(16), "udkast");
    fs_err::remove_file(folder.join("moede.mp4")).unwrap();
    write(
        folder,
        "transcript.json",
        &json!({
            "schema": "referent/transcript/1", "language": "da", "duration": 178.0,
            "segments": [{"id": 1, "start": 2.0, "end": 13.0, "item": "1/../<b>", "speaker": "<i>Ond</i>",
                "text": HOSTILE_SPEECH}],
            "closed": [], "warnings": []
        }),
    );
    write(
        folder,
        "agenda.json",
        &json!({
            "schema": "referent/agenda/1",
            "items": [{"number": "1/../<b>", "title": HOSTILE,
                "attachments": [{"title": "bilag", "url": "javascript:alert(1)"}]}]
        }),
    );
    write(
        folder,
        "alignment.json",
        &json!({
            "schema": "referent/alignment/1",
            "items": [{"number": "1/../<b>", "title": HOSTILE, "start": 2.0, "end": 13.0,
                "spans": [[2.0, 13.0]], "segments": [1], "confidence": 0.9, "evidence": [], "state": "treated"}],
            "unassigned": [], "closed": []
        }),
    );
    folder.to_path_buf()
}
