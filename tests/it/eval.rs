//! Metrics.

mod normaliser;

use assert_cmd::Command;
use proptest::prelude::*;
use referent::eval::wer::{Settings, compare};
use referent::eval::{Edit, Reliability, SpokenText, distance, edits};

/// Levenshtein's table, written as the textbook has it.
fn textbook(a: &[u32], b: &[u32]) -> usize {
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(x != y);
            row.push(replaced.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[b.len()]
}

/// Walks an alignment: every symbol once, in order, matches true. Gives its number of edits.
fn walk(steps: &[Edit], a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut cost) = (0, 0, 0);
    for step in steps {
        match *step {
            Edit::Match { reference, hypothesis } => {
                assert_eq!((reference, hypothesis), (i, j));
                assert_eq!(a[i], b[j]);
                (i, j) = (i + 1, j + 1);
            }
            Edit::Substitution { reference, hypothesis } => {
                assert_eq!((reference, hypothesis), (i, j));
                assert_ne!(a[i], b[j]);
                (i, j, cost) = (i + 1, j + 1, cost + 1);
            }
            Edit::Deletion { reference } => {
                assert_eq!(reference, i);
                (i, cost) = (i + 1, cost + 1);
            }
            Edit::Insertion { hypothesis } => {
                assert_eq!(hypothesis, j);
                (j, cost) = (j + 1, cost + 1);
            }
        }
    }
    assert_eq!((i, j), (a.len(), b.len()));
    cost
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn edits_are_the_fewest(
        a in prop::collection::vec(0_u32..5, 0..300),
        b in prop::collection::vec(0_u32..5, 0..300),
    ) {
        let wanted = textbook(&a, &b);
        prop_assert_eq!(distance(&a, &b), wanted);
        prop_assert_eq!(walk(&edits(&a, &b), &a, &b), wanted);
    }
}

/// Long enough that the halving works, over many symbols and over few.
#[test]
fn long_rows_are_aligned_with_the_fewest_edits() {
    for symbols in [3_u32, 900] {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let a: Vec<u32> = (0..3000).map(|_| next() % symbols).collect();
        let mut b = Vec::new();
        for &symbol in &a {
            match next() % 10 {
                0 => {}
                1 => b.extend([symbol, next() % symbols]),
                2 => b.push(next() % symbols),
                _ => b.push(symbol),
            }
        }
        let wanted = textbook(&a, &b);
        assert_eq!(distance(&a, &b), wanted);
        assert_eq!(walk(&edits(&a, &b), &a, &b), wanted);
    }
}

fn spoken(text: &str) -> SpokenText {
    SpokenText { text: text.to_owned(), ..SpokenText::default() }
}

#[test]
fn the_rate_is_the_standard_one() {
    let score = |a: &str, b: &str| compare(&spoken(a), &spoken(b), &Settings::default()).score;
    let words = score("vi går til afstemning", "vi gør til afstand nu og her").words;
    assert_eq!((words.hits, words.substitutions, words.deletions, words.insertions), (2, 2, 0, 3));
    // Insertions are not in the denominator: 5 edits over 4 words.
    assert_eq!(words.rate, Some(1.25));
    assert_eq!(score("", "noget").words.rate, None);
    let same = score("Punkt 7: 1,3 mio. kr.", "punkt syv en komma tre millioner kroner");
    assert_eq!(same.words.rate, Some(0.0));
    assert_eq!(same.characters.rate, Some(0.0));
}

#[test]
fn numbers_names_and_negations_are_counted_apart() {
    let reference = "Tak, Sofie Lindqvist. Der er ikke 25 stemmer i Nørrevig.";
    let hypothesis = "Tak, Sofie Lindkvist. Der er 24 stemmer i Nørrevig, nej.";
    let score = compare(&spoken(reference), &spoken(hypothesis), &Settings::default()).score;
    assert_eq!((score.names.reference, score.names.wrong, score.names.invented), (3, 1, 1));
    assert_eq!((score.numbers.reference, score.numbers.wrong, score.numbers.invented), (1, 1, 1));
    assert_eq!(score.negations.reference, 1);
    assert_eq!((score.negations.wrong, score.negations.invented), (1, 1));
    let settings = Settings { names: vec!["Lindqvist".to_owned()], ..Settings::default() };
    let listed = compare(&spoken(reference), &spoken(hypothesis), &settings).score.names;
    assert_eq!((listed.reference, listed.wrong, listed.rate), (1, 1, Some(1.0)));
}

#[test]
fn reliability_weighs_the_bins() {
    let table = Reliability::of(&[(0.95, 1.0), (0.95, 1.0), (1.0, 0.0), (0.15, 0.0)]);
    assert_eq!(table.bins[9].count, 3);
    assert!((table.bins[9].observed.unwrap() - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(table.bins[1].observed, Some(0.0));
    // (|0.9667 - 0.6667| * 3 + |0.15 - 0| * 1) / 4
    assert!((table.expected_calibration_error.unwrap() - 0.2625).abs() < 1e-9);
    assert_eq!(Reliability::of(&[]).expected_calibration_error, None);
}

fn wer() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.args(["eval", "wer"]);
    command
}

#[test]
fn the_command_compares_text_with_a_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("sagt.txt");
    let hypothesis = folder.path().join("transcript.json");
    fs_err::write(&reference, "Vi er femogtyve til stede. Det er ikke vedtaget.").unwrap();
    fs_err::write(
        &hypothesis,
        r#"{"schema":"referent/transcript/1","segments":[
            {"id":1,"start":0,"end":2,"text":"Vi er 25 til stede.","words":[
                {"start":0,"end":0.2,"text":"Vi","probability":0.99},
                {"start":0.2,"end":0.4,"text":"er","probability":0.97},
                {"start":0.4,"end":0.6,"text":"25","probability":0.91},
                {"start":0.6,"end":0.8,"text":"til","probability":0.95},
                {"start":0.8,"end":1,"text":"stede.","probability":0.93}]},
            {"id":2,"start":2,"end":3,"text":"Det er vedtaget.","words":[]},
            {"id":3,"start":3,"end":4,"text":"Danske tekster af nogen",
             "flags":[{"kind":"hallucination","reason":"text over silence"}]}]}"#,
    )
    .unwrap();
    let output = wer().args([&reference, &hypothesis]).args(["--json", "--listing"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let pair = &report["pairs"][0];
    assert_eq!(report["schema"], "referent/eval-wer/1");
    assert_eq!(pair["words"]["reference"], 9);
    assert_eq!(pair["words"]["deletions"], 1);
    assert_eq!(pair["words"]["insertions"], 0);
    assert_eq!(pair["withheld"], serde_json::json!({"segments": 1, "words": 4, "correct": 0}));
    assert_eq!(pair["negations"]["wrong"], 1);
    assert_eq!(pair["reliability"]["words"]["count"], 5);
    assert_eq!(pair["reliability"]["words"]["bins"][9]["observed"], 1.0);
    // "25" is the one number; the segment states the mean of its words.
    assert_eq!(pair["reliability"]["numbers"]["count"], 1);
    assert_eq!(pair["reliability"]["names"]["count"], 0);
    let judged =
        serde_json::json!({"word": 2, "kind": "number", "probability": 0.91, "right": true});
    assert_eq!(pair["judged"][2], judged);
    assert_eq!(pair["reliability"]["segments"]["count"], 1);
    assert_eq!(pair["reliability"]["segments"]["bins"][9]["stated"], 0.95);
    assert_eq!(pair["listing"][2]["edit"], "match");
    assert_eq!(report["total"]["words"]["rate"], pair["words"]["rate"]);

    let plain = wer().args([&reference, &hypothesis]).args(["--json", "--no-normalise"]).output();
    let plain: serde_json::Value = serde_json::from_slice(&plain.unwrap().stdout).unwrap();
    assert_eq!(plain["pairs"][0]["words"]["substitutions"], 1);
}

#[test]
fn the_table_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("a.txt");
    let hypothesis = folder.path().join("b.txt");
    fs_err::write(&reference, "så går vi til punkt fem i aften").unwrap();
    fs_err::write(&hypothesis, "så går vi til punktum 5 i aften nu").unwrap();
    let mut command = wer();
    command.args(["a.txt", "b.txt", "a.txt", "a.txt", "--listing"]).current_dir(folder.path());
    let output = command.output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"
    b.txt
        så går vi til
      S punkt → punktum
        5 i aften
      I nu
      words         25.0 %  of 8 (1 substituted, 0 deleted, 1 inserted)
      characters    17.2 %  of 29
      numbers        0.0 %  of 1 (0 wrong, 0 invented)
      names              –  of 0 (0 wrong, 0 invented)
      negations          –  of 0 (0 wrong, 0 invented)
    a.txt
        så går vi til punkt 5 i aften
      words          0.0 %  of 8 (0 substituted, 0 deleted, 0 inserted)
      characters     0.0 %  of 29
      numbers        0.0 %  of 1 (0 wrong, 0 invented)
      names              –  of 0 (0 wrong, 0 invented)
      negations          –  of 0 (0 wrong, 0 invented)
    total of 2 pairs
      words         12.5 %  of 16 (1 substituted, 0 deleted, 1 inserted)
      characters     8.6 %  of 58
      numbers        0.0 %  of 2 (0 wrong, 0 invented)
      names              –  of 0 (0 wrong, 0 invented)
      negations          –  of 0 (0 wrong, 0 invented)
    ");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("a.txt");
    fs_err::write(&text, "tak").unwrap();
    let media = folder.path().join("a.mp3");
    fs_err::write(&media, [0xff, 0xfb, 0x90, 0x00]).unwrap();
    let json = folder.path().join("a.json");
    fs_err::write(&json, "{\"items\": []}").unwrap();
    for (bad, said) in [
        (&media, "a.mp3"),
        (&json, "no transcript"),
        (&folder.path().join("none.txt"), "cannot read"),
    ] {
        let output = wer().args([&text, bad]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
    let output = wer().args([&text, &text, &text]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
