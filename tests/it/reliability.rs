//! Uncertainty that a reader can see: which words are marked, and that a value is never surer than the
//! number, name or negation in it was heard.

use assert_cmd::Command;
use referent::export::{self, Format, Material, Template};
use referent::meeting::{
    Agenda, AgendaItem, Alignment, ApprovalState, Decision, DecisionOutcome, Evidence, ItemMinutes,
    ItemSpan, ItemState, MeetingRecord, Minutes, Provenance, Recording, Segment, TimeSpan,
    Transcript, Word,
};

/// "text:probability" words, half a second each.
fn segment(id: u32, start: f64, words: &str) -> Segment {
    let words: Vec<Word> = words
        .split_whitespace()
        .enumerate()
        .map(|(at, word)| {
            let (text, probability) = word.rsplit_once(':').unwrap();
            let start = start + at as f64 / 2.0;
            let probability = probability.parse().unwrap();
            Word { start, end: start + 0.4, text: text.to_owned(), probability }
        })
        .collect();
    Segment {
        id,
        start,
        end: words.last().unwrap().end,
        text: words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
        speaker: None,
        item: None,
        words,
        flags: Vec::new(),
    }
}

fn record() -> MeetingRecord {
    MeetingRecord {
        schema: MeetingRecord::SCHEMA.to_owned(),
        title: Some("Byrådet".to_owned()),
        municipality: None,
        committee: None,
        date: None,
        recording: Recording {
            name: "m.mp4".to_owned(),
            size: 1,
            sha256: String::new(),
            duration: None,
            track: None,
        },
        agenda: None,
        state: ApprovalState::Udkast,
        approvals: Vec::new(),
        template: None,
        provenance: Provenance::default(),
    }
}

fn rendered(format: Format, segments: Vec<Segment>) -> String {
    let record = record();
    let transcript = Transcript::new(segments);
    let template = Template::load("byraad").unwrap();
    let material = Material {
        record: &record,
        transcript: &transcript,
        agenda: None,
        alignment: None,
        minutes: None,
        template: &template,
    };
    String::from_utf8(export::render(format, &material).unwrap().value).unwrap()
}

#[test]
fn numbers_names_and_negations_are_marked_sooner_than_other_words() {
    let said = "Det:0.85 er:0.6 ikke:0.85 vedtaget:0.6 af:0.3 det:0.4 nye:0.95 råd:0.95. I:0.8 \
                Nørrevig:0.85 er:0.95 femogtyve:0.85 for:0.95 og:0.95 25:0.95 imod.:0.95";
    let said = said.replace("råd:0.95.", "råd.:0.95");
    let txt = rendered(Format::Txt, vec![segment(1, 0.0, &said)]);
    assert!(
        txt.contains(
            "Det er {ikke} vedtaget {af det} nye råd. I {Nørrevig} er {femogtyve} for og 25 imod."
        ),
        "{txt}"
    );
    let html = rendered(Format::Html, vec![segment(1, 0.0, &said)]);
    assert!(html.contains("er <mark class=\"u\">ikke</mark> vedtaget"), "{html}");
    assert!(html.contains("<mark class=\"u\">af det</mark> nye"), "{html}");
}

#[test]
fn a_value_is_no_surer_than_its_number_was_heard() {
    let document = |number: &str| {
        let segments =
            vec![segment(1, 0.0, &format!("Vi:0.99 bevilger:0.99 {number} kroner.:0.99"))];
        let evidence = Evidence { segments: vec![1], start: 0.0, end: 2.0, confidence: 0.95 };
        let decision = Decision {
            outcome: DecisionOutcome::Godkendt,
            text: "Der bevilges 500.000 kr.".to_owned(),
            evidence,
            points: Vec::new(),
            referred_to: None,
            postponed_to: None,
        };
        let minutes = Minutes {
            schema: Minutes::SCHEMA.to_owned(),
            items: vec![ItemMinutes {
                number: "1".to_owned(),
                title: "Anlæg".to_owned(),
                decision: Some(decision),
                ..ItemMinutes::default()
            }],
            attendance: Vec::new(),
            warnings: Vec::new(),
            readability: None,
        };
        let agenda = Agenda::new(vec![AgendaItem {
            number: "1".to_owned(),
            title: "Anlæg".to_owned(),
            ..AgendaItem::default()
        }]);
        let alignment = Alignment {
            schema: Alignment::SCHEMA.to_owned(),
            items: vec![ItemSpan {
                number: "1".to_owned(),
                title: "Anlæg".to_owned(),
                start: Some(0.0),
                end: Some(2.0),
                spans: vec![TimeSpan::new(0.0, 2.0)],
                segments: vec![1],
                confidence: 1.0,
                evidence: Vec::new(),
                state: ItemState::Treated,
                closed: false,
                joint: Vec::new(),
            }],
            unassigned: Vec::new(),
            closed: Vec::new(),
            breaks: Vec::new(),
            warnings: Vec::new(),
        };
        let record = record();
        let transcript = Transcript::new(segments);
        let template = Template::load("byraad").unwrap();
        let material = Material {
            record: &record,
            transcript: &transcript,
            agenda: Some(&agenda),
            alignment: Some(&alignment),
            minutes: Some(&minutes),
            template: &template,
        };
        String::from_utf8(export::render(Format::Markdown, &material).unwrap().value).unwrap()
    };
    let decision = |text: &str| {
        text.lines().find(|line| line.contains("500.000")).unwrap().contains("usikkert")
    };
    assert!(!decision(&document("500.000:0.95")));
    assert!(decision(&document("500.000:0.6")), "{}", document("500.000:0.6"));
    assert!(
        decision(&document("femhundredtusind:0.6")),
        "written in another way, still the number"
    );
}

#[test]
fn the_reliability_table_is_printed_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("sagt.txt");
    let hypothesis = folder.path().join("transcript.json");
    fs_err::write(&reference, "Det er ikke vedtaget").unwrap();
    let transcript =
        Transcript::new(vec![segment(1, 0.0, "Det:0.95 er:0.95 ikke:0.75 vedtager:0.35")]);
    fs_err::write(&hypothesis, serde_json::to_vec(&transcript).unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["eval", "wer", "--reliability"])
        .args([&reference, &hypothesis])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let table = printed.split_once("negations ").unwrap().1.split_once('\n').unwrap().1;
    insta::assert_snapshot!(table);
}
