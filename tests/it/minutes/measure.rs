//! `referent eval minutes` through the command line.

use assert_cmd::Command;
use serde_json::json;

use super::*;

fn measure(truth: &Path, agenda: &Path, transcript: Option<&Path>) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.args(["eval", "minutes", "--json", "--agenda"]).arg(agenda).arg(truth).args(transcript);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn row<'a>(rows: &'a [Value], kind: &str) -> &'a Value {
    rows.iter().find(|row| row["kind"] == kind).unwrap()
}

#[test]
fn the_synthetic_meeting_as_it_was_said_gives_all() {
    let Some(truth) = shared("audio/meeting/truth.json") else { return };
    let rows = measure(&truth, &truth.with_file_name("agenda.firstagenda.json"), None);
    for row in &rows {
        assert_eq!(row["f1"], 1.0, "{row}");
    }
}

#[test]
fn what_is_missing_wrong_or_too_much_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, agenda, heard) =
        (folder.path().join("t.json"), folder.path().join("a.txt"), folder.path().join("h.json"));
    let none = json!({ "count": 0, "parties": {} });
    let item = |number: &str, outcome: &str, votes: Value| {
        json!({
            "number": number, "decision": { "outcome": outcome }, "votes": votes,
            "amendments": [], "dissents": [], "actions": [],
        })
    };
    let said = ["Punkt 1, budget. Så er det godkendt.", "Punkt 2, cykelsti. Det er vedtaget."];
    let segments: Vec<Value> = (0..)
        .zip(said)
        .map(|(at, text)| {
            json!({ "id": at + 1, "start": at * 20, "end": at * 20 + 9, "text": text })
        })
        .collect();
    let vote = json!([{
        "on": "indstilling", "for": { "count": 9, "parties": { "A": 9 } }, "against": none,
        "abstain": none, "result": "vedtaget",
    }]);
    let known = json!({
        "speakers": [], "segments": segments,
        "truth": {
            "attendance": { "absent": [{ "name": "Bo Steffensen", "substitute": null }] },
            "items": [item("1", "godkendt", json!([])), item("2", "forkastet", vote)],
        },
    });
    fs_err::write(&truth, known.to_string()).unwrap();
    fs_err::write(&agenda, "1. Budget\n2. Cykelsti\n").unwrap();
    fs_err::write(
        &heard,
        json!({ "schema": "referent/transcript/1", "segments": segments }).to_string(),
    )
    .unwrap();

    let rows = measure(&truth, &agenda, Some(&heard));
    let decisions = row(&rows, "decisions");
    assert_eq!(decisions["right"], 1, "{decisions}");
    assert_eq!(decisions["missing"], json!(["2: forkastet"]));
    assert_eq!(decisions["extra"], json!(["2: vedtaget"]));
    let votes = row(&rows, "votes");
    assert_eq!((&votes["known"], &votes["reported"]), (&json!(1), &json!(0)));
    assert_eq!((&votes["precision"], &votes["f1"]), (&json!(1.0), &json!(0.0)));
    assert_eq!(row(&rows, "attendance")["missing"], json!(["-: Bo Steffensen Absent"]));
}

#[test]
fn a_file_of_another_shape_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (truth, agenda) = (folder.path().join("t.json"), folder.path().join("a.txt"));
    fs_err::write(&truth, "{}").unwrap();
    fs_err::write(&agenda, "1. Budget\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    let output =
        command.args(["eval", "minutes", "--agenda"]).args([&agenda, &truth]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is no truth of a meeting"));
}

#[test]
fn damaged_words_cost_values_and_confidence_is_laid_beside_what_was_right() {
    let Some(truth) = shared("audio/meeting/truth.json") else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.args(["eval", "minutes", "--sensitivity", "--agenda"]);
    let output =
        command.arg(truth.with_file_name("agenda.firstagenda.json")).arg(&truth).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    // Recall of decisions, from undamaged words to half of them hit.
    let recall: Vec<f64> = printed
        .lines()
        .filter(|line| line.starts_with("decisions"))
        .map(|line| line.split_whitespace().nth(5).unwrap().parse().unwrap())
        .collect();
    assert_eq!((recall.len(), recall[0]), (6, 1.0), "{printed}");
    assert!(recall[1] > recall[3] && recall[3] > recall[5], "{printed}");
    // What the documents do not mark (confidence of .8 and more) is mostly right.
    let (_, decisions) = printed.split_once("reliability of decisions").unwrap();
    let surest = decisions.lines().find(|line| line.contains("0.8-0.9")).unwrap();
    let right: f64 = surest.split_whitespace().nth(4).unwrap().parse().unwrap();
    assert!(right > 90.0, "{surest}");
}
