//! korrektur.toml: what a rule changes, in which order, what is logged, and what it never touches.

use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use proptest::prelude::*;
use referent::align;
use referent::corrections::{self, Corrections, Occasion, Rule};
use referent::export::{self, Format, Material, Template};
use referent::meeting::{
    Alignment, ApprovalState, Faulty, Flag, FlagKind, MeetingRecord, Provenance, Recording,
    Segment, TimeSpan, Transcript, Word,
};

fn read(toml: &str) -> Result<Corrections, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("korrektur.toml");
    fs_err::write(&path, toml).unwrap();
    corrections::read(&path).map_err(|error| {
        assert_eq!(error.fault(), referent::meeting::Fault::BadInput);
        error.to_string()
    })
}

fn rules(pairs: &[(&str, &str)]) -> Corrections {
    let rule = |(wrong, right): &(&str, &str)| {
        format!("[[correction]]\nwrong = {wrong:?}\nright = {right:?}\n")
    };
    read(&pairs.iter().map(rule).collect::<String>()).unwrap()
}

/// A word a second from `start` on.
fn segment(id: u32, start: f64, text: &str) -> Segment {
    let words: Vec<Word> = text
        .split_whitespace()
        .enumerate()
        .map(|(at, word)| Word {
            start: start + at as f64,
            end: start + at as f64 + 0.8,
            text: word.to_owned(),
            probability: 0.5 + 0.01 * at as f64,
        })
        .collect();
    Segment {
        id,
        start,
        end: words.last().map_or(start, |word| word.end),
        text: text.to_owned(),
        speaker: None,
        item: None,
        words,
        flags: Vec::new(),
    }
}

fn apply(corrections: &Corrections, text: &str) -> Transcript {
    let transcript = Transcript::new(vec![segment(1, 10.0, text)]);
    corrections::apply(corrections, transcript, Occasion::default()).value
}

fn corrected(corrections: &Corrections, text: &str) -> String {
    apply(corrections, text).segments[0].text.clone()
}

#[test]
fn whole_words_are_corrected_and_punctuation_kept() {
    let names = rules(&[("anne lise kro", "Annelise Krogh"), ("havne", "havn")]);
    assert_eq!(
        corrected(&names, "Tak, (Anne Lise Kro), for Havne. Havnen er havnefront."),
        "Tak, (Annelise Krogh), for Havn. Havnen er havnefront."
    );
    // Not across punctuation, and not in part.
    assert_eq!(corrected(&names, "Anne, Lise Kro. Anne Lise"), "Anne, Lise Kro. Anne Lise");
}

#[test]
fn every_use_is_logged_and_what_was_recognised_can_be_read_again() {
    let names = rules(&[("nørre vig", "Nørrevig"), ("kjærgård", "Kjær Gaard")]);
    let transcript = apply(&names, "I Nørre Vig sagde Kjærgård, at");
    let segment = &transcript.segments[0];
    assert_eq!(segment.text, "I Nørrevig sagde Kjær Gaard, at");
    let log = &transcript.corrections;
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].rule, log[0].segment), (1, 1));
    assert_eq!((log[0].start, log[0].end), (11.0, 12.8));
    assert_eq!((log[0].before.as_str(), log[0].after.as_str()), ("Nørre Vig", "Nørrevig"));
    assert_eq!((log[1].before.as_str(), log[1].after.as_str()), ("Kjærgård,", "Kjær Gaard,"));
    // Two words became one with both their time and the lesser probability; one became two.
    assert_eq!((segment.words[1].start, segment.words[1].end), (11.0, 12.8));
    assert_eq!(segment.words[1].probability, 0.51);
    let (kjaer, gaard) = (&segment.words[3], &segment.words[4]);
    assert_eq!((kjaer.text.as_str(), gaard.text.as_str()), ("Kjær", "Gaard,"));
    assert_eq!((kjaer.start, gaard.end), (14.0, 14.8));
    assert!(kjaer.end == gaard.start && kjaer.end > 14.3 && kjaer.end < 14.5);
}

#[test]
fn the_longest_rule_wins_then_the_first_and_nothing_is_corrected_twice() {
    let overlapping = rules(&[("a", "x"), ("a b", "y"), ("b c", "z"), ("y", "never")]);
    assert_eq!(corrected(&overlapping, "a b c"), "y c");
    assert_eq!(corrected(&overlapping, "a c b c"), "x c z");
    let same_length = read(
        "[[correction]]\nwrong = \"ord\"\nright = \"først\"\nnear = [\"her\"]\n\
         [[correction]]\nwrong = \"ord\"\nright = \"sidst\"\n",
    )
    .unwrap();
    assert_eq!(corrected(&same_length, "et ord her"), "et først her");
    assert_eq!(corrected(&same_length, "et ord der"), "et sidst der");
}

#[test]
fn a_rule_keeps_to_its_case_context_committee_and_time() {
    let scoped = read(
        r#"
        [[correction]]
        wrong = "havnen"
        right = "Havnen"
        case = true
        [[correction]]
        wrong = "Kro"
        right = "Krogh"
        committee = "Teknisk Udvalg"
        from = "2026-01-01"
        until = "2026-12-31"
        note = "kun i 2026"
        "#,
    )
    .unwrap();
    assert_eq!(corrected(&scoped, "havnen og HAVNEN"), "Havnen og HAVNEN");
    let at = |committee, date| {
        let transcript = Transcript::new(vec![segment(1, 0.0, "Tak til Kro")]);
        let outcome = corrections::apply(&scoped, transcript, Occasion { committee, date });
        (outcome.value.segments[0].text == "Tak til Krogh", outcome.warnings.len())
    };
    assert_eq!(at(Some("teknisk udvalg"), Some("2026-06-01T17:00")), (true, 0));
    assert_eq!(at(Some("Byrådet"), Some("2026-06-01")), (false, 0));
    assert_eq!(at(Some("Teknisk Udvalg"), Some("2027-01-01")), (false, 0));
    assert_eq!(at(Some("Teknisk Udvalg"), None), (false, 1), "unknown is said, not guessed");
}

#[test]
fn withheld_text_is_left_alone() {
    let names = rules(&[("kro", "Krogh")]);
    let mut withheld = segment(1, 0.0, "kro kro kro kro");
    withheld.flags = vec![Flag { kind: FlagKind::Repetition, reason: "again".to_owned() }];
    let mut unsure = segment(2, 10.0, "tak kro");
    unsure.flags = vec![Flag { kind: FlagKind::LowConfidence, reason: "0.4".to_owned() }];
    let transcript = Transcript::new(vec![withheld, unsure]);
    let transcript = corrections::apply(&names, transcript, Occasion::default()).value;
    assert_eq!(transcript.segments[0].text, "kro kro kro kro");
    assert_eq!(transcript.segments[1].text, "tak Krogh");
    assert_eq!(transcript.corrections.len(), 1);
}

#[test]
fn no_correction_of_closed_speech_is_told_in_public() {
    let names = rules(&[("hemmelig ting", "Sag 7")]);
    let transcript = Transcript::new(vec![
        segment(1, 0.0, "en hemmelig ting her"),
        segment(2, 100.0, "en hemmelig ting der"),
    ]);
    let transcript = corrections::apply(&names, transcript, Occasion::default()).value;
    assert_eq!(transcript.corrections.len(), 2);
    let alignment = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: Vec::new(),
        unassigned: Vec::new(),
        closed: vec![TimeSpan::new(90.0, 200.0)],
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    let split = align::part_closed(&transcript, &alignment);
    assert_eq!(split.public.corrections.len(), 1);
    assert_eq!(split.public.corrections[0].segment, 1);
    assert_eq!(split.closed.corrections[0].segment, 2);
    // The exporter checks once more.
    let record = MeetingRecord {
        schema: MeetingRecord::SCHEMA.to_owned(),
        title: None,
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
    };
    let template = Template::load("byraad").unwrap();
    let material = Material {
        record: &record,
        transcript: &Transcript { closed: alignment.closed, ..transcript },
        agenda: None,
        alignment: None,
        minutes: None,
        template: &template,
    };
    let json = export::render(Format::Json, &material).unwrap().value;
    let public: Transcript = serde_json::from_slice(&json).unwrap();
    assert_eq!(public.corrections.len(), 1);
    assert_eq!(public.corrections[0].segment, 1);
}

#[test]
fn a_bad_file_is_told_with_its_line() {
    let line_of = |toml: &str| read(toml).unwrap_err();
    for (toml, line, said) in [
        ("\n[[correction]]\nwrong = \"a\"\nrigt = \"b\"\n", 4, "unknown field"),
        ("[[correction]]\nwrong = \"a\"\n", 1, "missing field `right`"),
        ("[[correction]]\nwrong = \"a\"\nright = \" \"\n", 3, "needs a word"),
        ("[[correction]]\nwrong = \"\"\nright = \"b\"\n", 2, "needs a word"),
        ("[[correction]]\nwrong = \"a,\"\nright = \"b\"\n", 2, "punctuation"),
        ("[[correction]]\nwrong = \"a\"\nright = \"a\"\n", 3, "the same"),
        ("[[correction]]\nwrong = \"a\"\nright = \"b\"\nfrom = \"i går\"\n", 4, "no date"),
        (
            "[[correction]]\nwrong = \"a\"\nright = \"b\"\nfrom = \"2026-02-01\"\nuntil = \"2026-01-01\"",
            5,
            "before",
        ),
        ("[[correction]]\nwrong = \"a\"\nright = \"b\"\nnear = [\"c d\"]\n", 4, "single words"),
        (
            "[[correction]]\nwrong = \"a\"\nright = \"b\"\n\n[[correction]]\nwrong = \"A\"\nright = \"c\"",
            5,
            "rule 1",
        ),
        ("[[correction]\nwrong", 1, ""),
    ] {
        let message = line_of(toml);
        assert!(message.contains(&format!("korrektur.toml, line {line}:")), "{toml}: {message}");
        assert!(message.contains(said), "{toml}: {message}");
    }
    assert!(read("# nothing yet\n").unwrap().rules.is_empty());
}

#[test]
fn other_corrections_need_no_recognition() {
    let has_model = |name: &str| {
        let has = referent::models::Store::default_location().unwrap().locate(name).is_ok();
        let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|v| v == "required");
        assert!(has || !required, "the model `{name}` is missing; scripts/test fetches it");
        has
    };
    let folder = tempfile::tempdir().unwrap();
    let piece = folder.path().join("stykke.wav");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad/moede.mp4");
    let cut = Command::new("ffmpeg")
        .args(["-v", "error", "-t", "12", "-i", source, "-ar", "16000", "-ac", "1"])
        .arg(&piece)
        .stdin(Stdio::null())
        .status();
    if !has_model("tiny") || !cut.is_ok_and(|status| status.success()) {
        println!("skipped: the model `tiny` or ffmpeg is missing");
        return;
    }
    let file = folder.path().join("korrektur.toml");
    let out = folder.path().join("ud");
    let transcribe = |toml: Option<&str>| {
        let mut command = Command::cargo_bin("referent").unwrap();
        command.args(["transcribe", "--json", "--model", "tiny", "--threads", "1", "--out"]);
        command.arg(&out).arg(&piece).stdin(Stdio::null());
        if let Some(toml) = toml {
            fs_err::write(&file, toml).unwrap();
            command.arg("--corrections").arg(&file);
        }
        let output = command.output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        let json = fs_err::read(out.join("transcript.json")).unwrap();
        let transcript: Transcript = serde_json::from_slice(&json).unwrap();
        (transcript, String::from_utf8(output.stdout).unwrap())
    };
    let (plain, _) = transcribe(None);
    let journal = fs_err::read(out.join("internal/journal.jsonl")).unwrap();
    let word = plain.segments[0].words[0].text.trim_matches(|c: char| !c.is_alphanumeric());
    let (changed, events) =
        transcribe(Some(&format!("[[correction]]\nwrong = {word:?}\nright = \"Rettet Ord\"\n")));
    assert!(changed.segments[0].text.starts_with("Rettet Ord"), "{}", changed.segments[0].text);
    assert_eq!(changed.corrections[0].before, plain.segments[0].words[0].text);
    assert_eq!(fs_err::read(out.join("internal/journal.jsonl")).unwrap(), journal);
    assert!(events.contains("resumed"), "{events}");
    let record = fs_err::read_to_string(out.join("meeting.json")).unwrap();
    assert!(record.contains("\"corrections\"") && record.contains("korrektur.toml"), "{record}");
    let captions = fs_err::read_to_string(out.join("captions.srt")).unwrap();
    assert!(captions.contains("Rettet Ord"));
    // Without the file everything is as it was.
    assert_eq!(transcribe(None).0, plain);
}

fn some_rules() -> impl Strategy<Value = Vec<(String, String)>> {
    // The right side is written in other letters than the wrong one, so no rule reads another's work.
    prop::collection::vec(("[a-c]( [a-c]){0,2}", "[x-zæøå]{1,6}( [x-zæøå]{1,6}){0,3}"), 0..12)
}

proptest! {
    #[test]
    fn a_second_time_changes_nothing(
        pairs in some_rules(), text in "[a-cA-C]{1,2}[,.]?( [a-cA-C][,.]?){0,20}",
    ) {
        let mut pairs = pairs;
        pairs.sort();
        pairs.dedup_by(|a, b| a.0 == b.0);
        let borrowed: Vec<(&str, &str)> =
            pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let corrections = rules(&borrowed);
        let once = apply(&corrections, &text);
        let twice = corrections::apply(&corrections, once.clone(), Occasion::default()).value;
        prop_assert_eq!(&twice, &once);
        // Read backwards, the log gives what was recognised.
        let mut rest = once.segments[0].text.clone();
        let mut first = String::new();
        for made in &once.corrections {
            let at = rest.find(&made.after).unwrap();
            first.push_str(&rest[..at]);
            first.push_str(&made.before);
            rest = rest[at + made.after.len()..].to_owned();
        }
        prop_assert_eq!(first + &rest, text.split_whitespace().collect::<Vec<_>>().join(" "));
        let words = &once.segments[0].words;
        prop_assert!(words.iter().all(|word| word.start <= word.end));
        prop_assert!(words.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-9));
        prop_assert!(words.iter().all(|word| word.start >= 10.0 && word.end <= once.segments[0].end));
        prop_assert_eq!(
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
            once.segments[0].text.clone()
        );
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "\\PC{0,200}", wrong in "\\PC{0,20}", right in "\\PC{0,20}") {
        let _ = read(&text);
        if let Ok(corrections) = read(&format!("[[correction]]\nwrong = {wrong:?}\nright = {right:?}\n")) {
            let rule: &Rule = &corrections.rules[0];
            prop_assert!(!rule.wrong.is_empty() && !rule.right.is_empty());
            apply(&corrections, &text);
        }
    }
}
