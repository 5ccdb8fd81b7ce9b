//! What the agenda says of closed items stays out of everything that is published.

use std::sync::atomic::AtomicBool;

use referent::agenda;
use referent::align::Pins;
use referent::folder::MeetingFolder;
use referent::meeting::{Provenance, Recording, Transcript};
use referent::pipeline::{Drafting, Event, Heard, Progress, publish};
use serde_json::{Value, json};

struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: Event) {}
}

fn item(number: &str, title: &str, closed: bool, mark: &str) -> Value {
    let html = format!("<p>{mark}</p>");
    json!({
        "number": number, "title": title, "closed": closed, "case": format!("26/{mark}"),
        "fields": {
            "indstilling": {"text": format!("At {mark} godkendes"), "html": html},
            "sagsfremstilling": format!("Prisen er {mark}"),
        },
        "attachments": [{"title": format!("Bilag {mark}"), "url": format!("https://x/{mark}")}],
    })
}

#[test]
fn fields_case_and_attachments_of_closed_items_are_not_published() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("agenda.json");
    let agenda = json!({"schema": "referent/agenda/1", "items": [
        item("1", "Nyt bibliotek", false, "aabent"),
        item("2", "Salg af grund", true, "hemmeligt"),
    ]});
    fs_err::write(&file, agenda.to_string()).unwrap();

    let agenda = agenda::read(&file).unwrap().value;
    let transcript: Transcript = serde_json::from_value(json!({
        "schema": "referent/transcript/1", "duration": 60.0,
        "segments": [
            {"id": 1, "start": 0.0, "end": 5.0, "text": "Punkt et, nyt bibliotek."},
            {"id": 2, "start": 5.0, "end": 9.0, "text": "Det er godkendt."},
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
    let folder = MeetingFolder::open(&scratch.path().join("out")).unwrap();
    let drafting = Drafting { pins: &Pins::default(), language_model: None, template: None };
    let outcome =
        publish(&folder, heard, agenda, &file, drafting, &mut Silent, &AtomicBool::new(false))
            .unwrap();
    assert!(outcome.value.documents.contains(&"referat.html".to_owned()));

    for entry in fs_err::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&fs_err::read(&path).unwrap()).into_owned();
            assert!(!text.contains("hemmeligt"), "{}", path.display());
        }
    }
    let text = fs_err::read_to_string(folder.path().join("agenda.json")).unwrap();
    let published: Value = serde_json::from_str(&text).unwrap();
    let [open, closed] = &published["items"].as_array().unwrap()[..] else { panic!("{text}") };
    assert_eq!(open["case"], "26/aabent");
    assert_eq!(open["fields"]["sagsfremstilling"]["text"], "Prisen er aabent");
    assert_eq!(open["attachments"][0]["title"], "Bilag aabent");
    assert_eq!(closed["title"], "Salg af grund");
    for left_out in ["case", "fields", "attachments"] {
        assert!(closed.get(left_out).is_none(), "{left_out}: {closed}");
    }
}
