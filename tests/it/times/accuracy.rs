//! `referent eval times` on transcripts whose errors are known.

use assert_cmd::Command;
use referent::eval::times::{Stretch, Timed, compare, read_timed};
use referent::eval::{Deviation, Spread};

/// A meeting of `hours` with a sentence every twelve seconds, each unlike the others; the words lie
/// 0.4 s apart. `heard` says what the recogniser makes of a true time.
fn meeting(hours: u32, heard: impl Fn(f64) -> f64) -> Timed {
    let stretches = (0..hours * 300).map(|n| {
        let start = f64::from(n) * 12.0 + 1.5;
        let text = ["nu", "taler", "vi", "om"].map(str::to_owned).into_iter();
        let text = text.chain([format!("emne{n}"), format!("nummer{}", n % 7)]);
        let words: Vec<(f64, String)> =
            text.zip(0..).map(|(word, at)| (heard(start + 0.4 * f64::from(at)), word)).collect();
        let text = words.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ");
        Stretch { start: heard(start), text, words }
    });
    Timed { stretches: stretches.collect(), language: Some("da".into()), duration: None }
}

fn near(value: Option<f64>, wanted: f64) -> bool {
    value.is_some_and(|value| (value - wanted).abs() < 1e-6)
}

#[test]
fn a_drift_is_measured_as_it_is() {
    // 0.2 s late from the start and 50 ms more every hour.
    let truth = meeting(3, |time| time);
    let accuracy = compare(&truth, &meeting(3, |time| time + 0.2 + time / 3600.0 * 0.05));
    for measured in [&accuracy.segments, &accuracy.words] {
        assert!(near(measured.matched, 1.0));
        let slope = measured.spread.slope.unwrap();
        assert!((slope.ms_per_hour - 50.0).abs() < 1e-3, "{slope:?}");
        assert!(slope.low <= 50.001 && slope.high >= 49.999, "{slope:?}");
        assert!((measured.spread.median.unwrap() - 0.275).abs() < 0.001, "{measured:?}");
        assert!((measured.spread.percentile_95.unwrap() - 0.3425).abs() < 0.001);
        assert_eq!(measured.by_hour.len(), 3);
        assert!((measured.by_hour[2].late.unwrap() - 0.325).abs() < 0.001);
    }
    assert_eq!((accuracy.segments.of, accuracy.words.of), (900, 5400));
}

#[test]
fn times_that_are_early_count_as_much_as_late_ones() {
    let truth = meeting(1, |time| time);
    let accuracy = compare(&truth, &meeting(1, |time| time - 0.15));
    assert!(near(accuracy.words.spread.median, 0.15));
    assert!(near(accuracy.words.spread.late, -0.15));
}

#[test]
fn an_error_larger_than_a_sentence_is_seen() {
    // A gap that was lost: everything after half an hour comes 40 s early.
    let truth = meeting(1, |time| time);
    let lost = |time: f64| if time > 1800.0 { time - 40.0 } else { time };
    let accuracy = compare(&truth, &meeting(1, lost));
    assert!(near(accuracy.segments.matched, 1.0));
    assert!(near(accuracy.segments.spread.percentile_95, 40.0));
}

#[test]
fn a_lone_match_among_errors_is_not_compared() {
    let truth = meeting(1, |time| time);
    let mut heard = meeting(1, |time| time);
    // Every word of a sentence is wrong but one, which is the same word said elsewhere.
    let words = &mut heard.stretches[10].words;
    for (at, word) in words.iter_mut().enumerate() {
        word.0 += 3.0;
        if at != 2 {
            word.1 = format!("volapyk{at}");
        }
    }
    let accuracy = compare(&truth, &heard);
    assert!(near(accuracy.words.spread.maximum, 0.0), "{:?}", accuracy.words);
    assert_eq!(accuracy.words.spread.count, 1800 - 6);
    assert_eq!(accuracy.segments.spread.count, 299);
}

#[test]
fn only_what_was_recorded_is_asked_for() {
    let truth = meeting(3, |time| time);
    let mut heard = meeting(1, |time| time);
    heard.duration = Some(3600.0);
    let accuracy = compare(&truth, &heard);
    assert!(near(accuracy.words.matched, 1.0), "{:?}", accuracy.words);
}

#[test]
fn the_slope_of_noise_is_not_taken_for_a_drift() {
    // A fixed row of errors between -0.1 and 0.1 s.
    let noise = |n: u32| f64::from(n * 7919 % 201) / 1000.0 - 0.1;
    let errors: Vec<Deviation> =
        (0..900).map(|n| Deviation { at: f64::from(n) * 12.0, error: noise(n) }).collect();
    let slope = Spread::of(&errors).slope.unwrap();
    assert!(slope.low < 0.0 && 0.0 < slope.high && slope.high - slope.low < 20.0, "{slope:?}");
    assert_eq!(Spread::of(&errors[..2]).slope, None);
    assert_eq!(Spread::of(&[]).median, None);
}

fn times() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.args(["eval", "times"]);
    command
}

/// A transcript of two segments; the first word of the first is 0.1 s late, of the second 0.3 s
/// early.
const TRANSCRIPT: &str = r#"{"schema":"referent/transcript/1","language":"da","duration":60,
    "segments":[
    {"id":1,"start":1.1,"end":3,"text":"Mødet er åbnet klokken 17.","words":[
        {"start":1.1,"end":1.4,"text":"Mødet","probability":0.9},
        {"start":1.4,"end":1.6,"text":"er","probability":0.9},
        {"start":1.6,"end":2.0,"text":"åbnet","probability":0.9},
        {"start":2.0,"end":2.5,"text":"klokken","probability":0.9},
        {"start":2.5,"end":3.0,"text":"17.","probability":0.9}]},
    {"id":2,"start":4,"end":5,"text":"Danske tekster af nogen",
        "flags":[{"kind":"hallucination","reason":"text over silence"}]},
    {"id":3,"start":5.7,"end":7,"text":"Vi er femogtyve til stede.","words":[]}]}"#;

#[test]
fn the_command_prints_a_table_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs_err::write(folder.path().join(name), text).unwrap();
    write("transcript.json", TRANSCRIPT);
    write(
        "truth.tsv",
        "1.000\t3.000\tMødet er åbnet kl. 17.00\n6.000\t7.000\tvi er 25 til stede\n\
         90.0\t91.0\tnoget andet\n",
    );
    write("words.tsv", "1.0\t1.3\tMødet\n1.35\t1.5\ter\n1.7\t2.0\tåbnet\n");
    let run = |truth: &str, more: &[&str]| {
        let mut command = times();
        command.args([truth, "transcript.json"]).args(more).current_dir(folder.path());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!(run("truth.tsv", &[]), @"
    starts          of matched   share   median     95 %  largest  late by  slope in ms an hour (95 % sure)
    segments         2       2 100.0 %    0.100    0.300    0.300   -0.300  –
    words            2       2 100.0 %    0.100    0.300    0.300   -0.300  –
    ");
    let words: serde_json::Value = serde_json::from_str(&run("words.tsv", &["--json"])).unwrap();
    assert_eq!(words["schema"], "referent/eval-times/1");
    assert_eq!(words["words"]["count"], 3);
    let median = words["words"]["median"].as_f64().unwrap();
    assert!((median - 0.1).abs() < 1e-9, "{median}");
    assert_eq!(words["segments"]["of"], 2);
    assert_eq!(words["segments"]["count"], 1);
}

#[test]
fn what_has_no_times_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("transcript.json");
    fs_err::write(&transcript, TRANSCRIPT).unwrap();
    for (text, said) in [
        ("1.0\t2.0\tgod aften\nog velkommen", "line 2"),
        ("1.0\tNaN\tgod aften", "line 1"),
        ("{\"segments\": [{\"text\": \"uden tid\"}]}", "no transcript"),
    ] {
        let truth = folder.path().join("truth.tsv");
        fs_err::write(&truth, text).unwrap();
        let output = times().args([&truth, &transcript]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(stderr.contains(said) && stderr.contains("truth.tsv"), "{stderr}");
    }
    assert!(read_timed(&transcript).is_ok());
}
