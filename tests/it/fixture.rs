//! The fixture meeting holds what its README and truth say: tests and the demo build on it.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/byraad").join(name)
}

fn json(name: &str) -> Value {
    let text = fs_err::read_to_string(fixture(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The agenda as the program reads it, which must be without any warning.
fn agenda(name: &str) -> Value {
    let output = Command::cargo_bin("referent")
        .unwrap()
        .args(["agenda", "show"])
        .arg(fixture(name))
        .assert()
        .success()
        .stderr("")
        .get_output()
        .stdout
        .clone();
    serde_json::from_slice(&output).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Number, title, case and whether closed, of every item.
fn items(agenda: &Value) -> Vec<(String, String, String, bool)> {
    list(agenda)
        .iter()
        .map(|item| {
            (
                text(&item["number"]).to_owned(),
                text(&item["title"]).trim_start_matches("Lukket: ").to_owned(),
                text(&item["case"]).to_owned(),
                item["closed"].as_bool().unwrap_or(false),
            )
        })
        .collect()
}

#[test]
fn both_agendas_hold_the_items_of_the_truth() {
    let truth = json("truth.json");
    let wanted = items(&truth["agenda"]);
    assert_eq!(wanted.len(), 6);
    for name in ["agenda.json", "agenda.txt"] {
        let agenda = agenda(name);
        assert_eq!(items(&agenda["items"]), wanted, "{name}");
        assert_eq!(agenda["date"], "2026-03-18", "{name}");
    }
}

#[test]
fn both_agendas_hold_the_same_fields() {
    let [published, pasted] = ["agenda.json", "agenda.txt"].map(agenda);
    for (published, pasted) in list(&published["items"]).iter().zip(list(&pasted["items"])) {
        let number = text(&published["number"]);
        let texts = |item: &Value| -> Vec<(String, String)> {
            let fields = item["fields"].as_object().cloned().unwrap_or_default();
            let words = |field: &Value| {
                let words: Vec<&str> = text(&field["text"]).split_whitespace().collect();
                words.join(" ")
            };
            fields.iter().map(|(key, field)| (key.clone(), words(field))).collect()
        };
        if published["closed"] == true {
            assert_eq!(texts(published), [], "item {number} is closed");
            continue;
        }
        let keys = |item: &Value| texts(item).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert!(keys(published).contains(&"indstilling".to_owned()), "item {number}");
        assert!(keys(published).contains(&"sagsfremstilling".to_owned()), "item {number}");
        assert_eq!(keys(published), keys(pasted), "item {number}");
        let sagsfremstilling = |item: &Value| {
            texts(item).into_iter().find(|(key, _)| key == "sagsfremstilling").unwrap().1
        };
        assert_eq!(sagsfremstilling(published), sagsfremstilling(pasted), "item {number}");
    }
}

#[test]
fn the_recording_is_small_and_as_long_as_the_truth() {
    let size = fs_err::metadata(fixture("moede.mp4")).unwrap().len();
    assert!((500_000..3_000_000).contains(&size), "{size} bytes");
    let probe = referent::media::probe(&fixture("moede.mp4")).unwrap();
    assert_eq!(probe.tracks.len(), 1, "one audio track");
    let duration = json("truth.json")["duration"].as_f64().unwrap();
    assert!((120.0..240.0).contains(&duration), "{duration} s");
    let probed = probe.duration.unwrap();
    assert!((probed - duration).abs() < 1.5, "{probed} s, truth {duration} s");
}

#[test]
fn the_truth_is_the_script_with_times() {
    let [script, truth] = ["script.json", "truth.json"].map(json);
    assert_eq!(truth["complete"], true);
    for part in ["title", "date", "speakers", "agenda", "truth"] {
        assert_eq!(script[part], truth[part], "{part}");
    }
    let [written, timed] = [&script, &truth].map(|side| list(&side["segments"]).to_vec());
    assert_eq!(written.len(), timed.len());
    let mut clock = 0.0;
    for (written, timed) in written.iter().zip(&timed) {
        for part in ["id", "speaker", "item", "text"] {
            assert_eq!(written[part], timed[part], "{part}");
        }
        let [start, end] = ["start", "end"].map(|side| timed[side].as_f64().unwrap());
        assert!(clock <= start && start < end, "{}", timed["id"]);
        clock = end;
    }
    assert!(clock <= truth["duration"].as_f64().unwrap());
}

#[test]
fn votes_add_up_to_those_present() {
    let truth = json("truth.json")["truth"].clone();
    let mut votes = 0;
    for vote in list(&truth["items"]).iter().flat_map(|item| list(&item["votes"])) {
        let mut total = 0;
        for side in ["for", "against", "abstain"] {
            let count = vote[side]["count"].as_u64().unwrap();
            let parties = vote[side]["parties"].as_object().unwrap();
            assert_eq!(count, parties.values().filter_map(Value::as_u64).sum::<u64>(), "{side}");
            total += count;
        }
        assert_eq!(total, truth["attendance"]["at_opening"].as_u64().unwrap());
        votes += 1;
    }
    assert_eq!(votes, 1);
}

#[test]
fn closed_words_are_said_behind_closed_doors_only() {
    let truth = json("truth.json");
    let hidden: Vec<String> = list(&truth["truth"]["must_not_be_published"])
        .iter()
        .map(|words| text(words).to_lowercase())
        .collect();
    assert!(hidden.len() >= 3);
    let said = |closed: bool| -> String {
        let segments =
            list(&truth["segments"]).iter().filter(|segment| segment["closed"] == closed);
        segments
            .map(|segment| format!("{} {}\n", text(&segment["text"]), text(&segment["spoken"])))
            .collect::<String>()
            .to_lowercase()
    };
    let mut public = said(false);
    for name in ["agenda.json", "agenda.txt"] {
        public.push_str(&fs_err::read_to_string(fixture(name)).unwrap().to_lowercase());
    }
    for words in &hidden {
        assert!(!public.contains(words), "{words} is public");
        assert!(said(true).contains(words), "{words} is never said");
    }
}
