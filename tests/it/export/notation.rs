//! Votes in the four notations: written, and read back.

use referent::meeting::{Agenda, Segment, Vote};

use super::*;

/// The template `byraad` with votes written in another way.
fn template(form: &str) -> Template {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vores.toml");
    let own = Template::built_in("byraad").unwrap();
    let form = format!("slags = \"afstemning\"\nform = \"{form}\"");
    fs_err::write(&file, own.replace("slags = \"afstemning\"", &form)).unwrap();
    Template::load(file.to_str().unwrap()).unwrap()
}

fn written(vote: &Vote, form: &str) -> String {
    let mut meeting = meeting();
    meeting.minutes.items[1].votes = vec![vote.clone()];
    meeting.template = template(form);
    let portal = meeting.text(Format::Portal);
    let after = portal.split("<h3>Afstemning</h3>\n<p>").nth(1).unwrap();
    after.split("</p>").next().unwrap().to_owned()
}

fn vote() -> Vote {
    serde_json::from_value(serde_json::json!({
        "question": "indstillingen",
        "for": {"count": 15, "parties": ["A", "V"], "names": []},
        "against": {"count": 4, "parties": ["Ø"], "names": []},
        "abstain": {"count": 2, "parties": ["C"], "names": []},
        "outcome": "vedtaget",
        "evidence": {"segments": [4], "start": 29.0, "end": 34.0, "confidence": 0.9},
    }))
    .unwrap()
}

#[test]
fn each_notation_reads_as_its_municipality_writes() {
    for (form, expected) in [
        (
            "fredensborg",
            "Indstillingen: vedtaget. For: 15 (A, V). Imod: 4 (Ø). Undlod at stemme: 2 (C).",
        ),
        (
            "rebild",
            "For indstillingen stemte 15 (A, V). Imod stemte 4 (Ø). Undlod at stemme 2 (C). Vedtaget.",
        ),
        (
            "stevns",
            "Indstillingen: vedtaget. 15 medlemmer (A+V) stemmer for. 4 medlemmer (Ø) stemmer imod. \
             2 medlemmer (C) undlader at stemme.",
        ),
        (
            "folketinget",
            "Indstillingen: vedtaget. For stemte 15 (A, V), imod stemte 4 (Ø), hverken for eller imod \
             stemte 2 (C).",
        ),
    ] {
        assert_eq!(written(&vote(), form), expected);
    }
}

#[test]
fn what_we_write_we_read_back() {
    for form in ["tabel", "fredensborg", "rebild", "stevns", "folketinget"] {
        let text = written(&vote(), form);
        let segment = Segment {
            id: 1,
            start: 0.0,
            end: 9.0,
            text: text.clone(),
            speaker: None,
            item: None,
            words: Vec::new(),
            flags: Vec::new(),
        };
        let read =
            referent::minutes::votes(&Transcript::new(vec![segment]), &Agenda::new(Vec::new()));
        let sides: Vec<_> = read
            .iter()
            .flat_map(|vote| [&vote.in_favour, &vote.against, &vote.abstain])
            .map(|side| (side.count, side.parties.join("+")))
            .collect();
        // Stevns' members are told one side a sentence, and make one vote all the same.
        let expected = [(Some(15), "A+V"), (Some(4), "Ø"), (Some(2), "C")]
            .map(|(count, parties)| (count, parties.to_owned()));
        assert_eq!(sides, expected, "{form}: {text}");
    }
}

#[test]
fn a_side_that_nobody_told_is_not_written_as_none() {
    let mut vote = vote();
    vote.abstain = referent::meeting::Ballot::default();
    vote.against.count = None;
    let text = written(&vote, "fredensborg");
    assert_eq!(text, "Indstillingen: vedtaget. For: 15 (A, V). Imod: ikke oplyst (Ø).");
}
