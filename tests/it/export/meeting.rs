//! A small fictional meeting with everything that a document can show.

use referent::export::{Format, Material, Template, render};
use referent::meeting::{Agenda, Alignment, MeetingRecord, Minutes, Transcript};
use serde_json::json;

/// A meeting as its folder holds it.
pub(crate) struct Meeting {
    pub record: MeetingRecord,
    pub transcript: Transcript,
    pub agenda: Agenda,
    pub alignment: Alignment,
    pub minutes: Minutes,
    pub template: Template,
}

impl Meeting {
    pub fn material(&self) -> Material<'_> {
        Material {
            record: &self.record,
            transcript: &self.transcript,
            agenda: Some(&self.agenda),
            alignment: Some(&self.alignment),
            minutes: Some(&self.minutes),
            template: &self.template,
        }
    }

    pub fn render(&self, format: Format) -> Vec<u8> {
        render(format, &self.material()).unwrap().value
    }

    pub fn text(&self, format: Format) -> String {
        String::from_utf8(self.render(format)).unwrap()
    }

    pub fn folder(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, value: serde_json::Value| {
            fs_err::write(dir.path().join(name), value.to_string()).unwrap();
        };
        write("meeting.json", serde_json::to_value(&self.record).unwrap());
        write("transcript.json", serde_json::to_value(&self.transcript).unwrap());
        write("agenda.json", serde_json::to_value(&self.agenda).unwrap());
        write("alignment.json", serde_json::to_value(&self.alignment).unwrap());
        write("minutes.json", serde_json::to_value(&self.minutes).unwrap());
        dir
    }
}

pub(crate) fn record() -> MeetingRecord {
    serde_json::from_value(json!({
        "schema": "referent/meeting/1",
        "title": "Ordinært møde i Byrådet",
        "municipality": "Fjordby Kommune",
        "committee": "Byrådet",
        "date": "2026-03-25",
        "recording": {"name": "byrådsmøde 25. marts.mp4", "size": 1000, "sha256": "ab12", "duration": 3120.0},
        "state": "udkast",
        "provenance": {"version": "0.1.0", "engine": "whisper-cpp", "model": "small",
            "model_sha256": "cd34", "parameters": {}}
    }))
    .unwrap()
}

fn words(text: &str, start: f64, end: f64, unsure: &[usize]) -> serde_json::Value {
    let texts: Vec<&str> = text.split(' ').collect();
    let step = (end - start) / texts.len() as f64;
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            json!({"text": text, "start": start + step * index as f64,
                "end": start + step * (index + 1) as f64,
                "probability": if unsure.contains(&index) { 0.31 } else { 0.97 }})
        })
        .collect()
}

pub(crate) fn meeting() -> Meeting {
    let chair = "Jeg byder velkommen til mødet i byrådet og går til punkt et, godkendelse af \
                 dagsordenen. Er der bemærkninger? Det er der ikke, så er den godkendt.";
    let budget = "Så går vi til punkt to, budgetopfølgningen. Forvaltningen forventer et merforbrug \
                  på 3,5 mio. kr. på det specialiserede socialområde, og det må vi ikke tage let på.";
    let vote = "Vi stemmer om indstillingen. For stemte femten, imod stemte fire, og to undlod.";
    let transcript = serde_json::from_value(json!({
        "schema": "referent/transcript/1", "language": "da", "duration": 3120.0,
        "segments": [
            {"id": 1, "start": 2.0, "end": 13.5, "text": chair, "speaker": "Karen Holm", "item": "1"},
            {"id": 2, "start": 15.0, "end": 27.0, "text": budget, "speaker": "Karen Holm", "item": "2",
             "words": words(budget, 15.0, 27.0, &[16, 17])},
            {"id": 3, "start": 27.4, "end": 27.8, "text": "Ja.", "speaker": "Ole Bang", "item": "2"},
            {"id": 4, "start": 29.0, "end": 35.0, "text": vote, "speaker": "Karen Holm", "item": "2"},
            {"id": 5, "start": 40.0, "end": 60.0, "text": "Tak fordi I så med.", "item": "2",
             "flags": [{"kind": "hallucination", "reason": "text over silence"}]},
            {"id": 6, "start": 61.0, "end": 64.0, "text": "Så tager vi en pause på ti minutter."},
            {"id": 7, "start": 900.0, "end": 904.0, "item": "1",
             "text": "Vi vender kort tilbage til dagsordenen under punkt et."},
            {"id": 8, "start": 905.0, "end": 909.0, "text": "Punkt fire er lukket, så vi lukker dørene nu.", "item": "4"},
            {"id": 9, "start": 3000.0, "end": 3004.0, "text": "Dørene er åbne igen, og mødet er slut. Tak for i aften."}
        ],
        "closed": [[910.0, 2990.0]], "warnings": []
    }))
    .unwrap();
    let agenda = serde_json::from_value(json!({
        "schema": "referent/agenda/1", "time": "17:00", "place": "Byrådssalen",
        "members": [{"name": "Karen Holm", "party": "A", "role": "borgmester"}],
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden"},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar", "case": "26/1042",
             "fields": {"indstilling": "Direktionen indstiller,\nat orienteringen tages til efterretning."}},
            {"number": "3", "title": "Ny skole i Havneby"},
            {"number": "4", "title": "Lukket: Køb af ejendom", "closed": true,
             "fields": {"indstilling": "HEMMELIGT 4,2 mio. kr."}}
        ]
    }))
    .unwrap();
    let alignment = serde_json::from_value(json!({
        "schema": "referent/alignment/1",
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden", "start": 2.0, "end": 904.0,
             "spans": [[2.0, 15.0], [900.0, 904.0]], "segments": [1, 7], "confidence": 0.97,
             "evidence": [], "state": "treated"},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar", "start": 15.0, "end": 60.0,
             "spans": [[15.0, 60.0]], "segments": [2, 3, 4, 5], "confidence": 0.6,
             "evidence": [], "state": "treated"},
            {"number": "3", "title": "Ny skole i Havneby", "start": null, "end": null, "spans": [],
             "segments": [], "confidence": 0.0, "evidence": [], "state": "withdrawn"},
            {"number": "4", "title": "Lukket: Køb af ejendom", "start": 905.0, "end": 2990.0,
             "spans": [[905.0, 2990.0]], "segments": [8], "confidence": 0.9, "evidence": [],
             "state": "treated", "closed": true}
        ],
        "unassigned": [6, 9], "closed": [[910.0, 2990.0]]
    }))
    .unwrap();
    let evidence = |id: u32, start: f64, confidence: f64| json!({"segments": [id], "start": start, "end": start + 5.0, "confidence": confidence});
    let minutes = serde_json::from_value(json!({
        "schema": "referent/minutes/1",
        "attendance": [
            {"name": "Karen Holm", "party": "A", "kind": "present"},
            {"name": "Ole Bang", "party": "V", "kind": "present"},
            {"name": "Pia Lund", "party": "C", "kind": "absent"},
            {"name": "Ole Bang", "party": "V", "kind": "leaves", "item": "2"}
        ],
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden",
             "decision": {"outcome": "godkendt", "text": "", "evidence": evidence(1, 8.0, 0.95)}},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar",
             "decision": {"outcome": "taget til efterretning",
                "text": "Orienteringen blev taget til efterretning.", "evidence": evidence(4, 29.0, 0.7),
                "points": [{"point": 1, "outcome": "godkendt", "text": "Godkendt.", "evidence": evidence(4, 31.0, 0.9)}]},
             "votes": [{"question": "indstillingen",
                "for": {"count": 15, "parties": ["A", "V"], "names": []},
                "against": {"count": 4, "parties": ["Ø"], "names": []},
                "abstain": {"count": null, "parties": [], "names": ["Pia Lund"]},
                "outcome": "vedtaget", "evidence": evidence(4, 29.0, 0.9)}],
             "amendments": [{"by": ["C", "F"], "text": "Merforbruget dækkes af kassen.",
                "outcome": "forkastet", "evidence": evidence(4, 29.0, 0.9)}],
             "dissents": [{"who": "Enhedslisten", "text": "Vi kan ikke støtte besparelserne.",
                "evidence": evidence(4, 30.0, 0.9)}],
             "actions": [{"what": "Forvaltningen laver et notat om merforbruget.",
                "who": "Socialdirektøren", "due": "2026-05-01", "evidence": evidence(2, 20.0, 0.5)}],
             "summary": [{"text": "Karen Holm pegede på et merforbrug på 3,5 mio. kr.",
                "evidence": evidence(2, 18.0, 0.9)}]},
            {"number": "4", "title": "Lukket: Køb af ejendom", "closed": true}
        ]
    }))
    .unwrap();
    let template = Template::load("byraad").unwrap();
    Meeting { record: record(), transcript, agenda, alignment, minutes, template }
}
