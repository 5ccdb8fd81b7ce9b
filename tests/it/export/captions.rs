//! The rules of captions, and the linter that holds us to them.

use proptest::prelude::*;
use referent::export::captions::{FaultKind, lint};
use referent::export::{Format, Material, Template, render};
use referent::meeting::{Segment, Transcript, Word};

use super::meeting::record;

#[test]
fn the_linter_sees_each_fault() {
    let cue = |start: &str, end: &str, text: &str| format!("{start} --> {end}\n{text}\n\n");
    let long = "Denne linje er meget længere end de toogfyrre tegn.";
    let cases = [
        (cue("00:00:01.000", "00:00:01.500", "Kort"), FaultKind::Short),
        (cue("00:00:01.000", "00:00:09.000", "Lang"), FaultKind::Long),
        (cue("00:00:01.000", "00:00:06.000", long), FaultKind::Width),
        (cue("00:00:01.000", "00:00:04.000", "a\nb\nc"), FaultKind::Lines),
        (cue("00:00:04.000", "00:00:01.000", "Baglæns"), FaultKind::Order),
        (cue("00:00:01.000", "00:00:03.000", "<img src=x>"), FaultKind::Markup),
        (cue("00:00:01.000", "00:00:03.000", "Vej & Park"), FaultKind::Markup),
        (cue("00:00:01.000", "00:00:03.000", "MÃ¸de"), FaultKind::Encoding),
        (cue("00:00:01.000", "00:00:03.000", ""), FaultKind::Empty),
        (cue("00:00:1.000", "00:00:03.000", "Tid"), FaultKind::Grammar),
        (cue("00:00:01.000", "00:00:02.000", "Femogtyve tegn er for mange."), FaultKind::Speed),
        (
            cue("00:00:01.000", "00:00:03.000", "Et") + &cue("00:00:02.000", "00:00:04.000", "To"),
            FaultKind::Overlap,
        ),
        (
            cue("00:00:01.000", "00:00:03.000", "Et") + &cue("00:00:03.010", "00:00:05.000", "To"),
            FaultKind::Gap,
        ),
        (
            cue("00:00:05.000", "00:00:07.000", "Et") + &cue("00:00:01.000", "00:00:03.000", "To"),
            FaultKind::Order,
        ),
    ];
    for (cues, kind) in cases {
        let faults = lint(&format!("WEBVTT\n\n{cues}"));
        assert!(faults.iter().any(|fault| fault.kind == kind), "{kind:?} not seen in {faults:?}");
        assert!(faults.iter().all(|fault| fault.kind == kind), "more than {kind:?}: {faults:?}");
    }
    let srt =
        "1\n00:00:01,000 --> 00:00:03,000\nEt\n\n3\n00:00:04,000 --> 00:00:06,000\n{\\an8}To\n";
    let kinds: Vec<FaultKind> = lint(srt).into_iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Grammar, FaultKind::Markup]);
}

/// The words of a caption file in order, without what is not text; cut words are whole again.
fn shown(captions: &str) -> String {
    let text: Vec<&str> = captions
        .split("\n\n")
        .flat_map(|block| block.lines().skip_while(|line| !line.contains("-->")).skip(1))
        .collect();
    letters(&text.concat().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn any_segment() -> impl Strategy<Value = Segment> {
    let word = prop_oneof![
        8 => "[a-zæøå]{1,12}[,.?]?",
        2 => "(og|i|en|vi|ikke|Karen|Holm|punkt|12|mio\\.|<b>|&|-->)",
        1 => "[a-z/]{40,130}",
    ];
    let words = prop::collection::vec(word, 0..40);
    (0.0..400.0_f64, 0.0..40.0_f64, words, any::<bool>(), 0..3_u8).prop_map(
        |(start, length, words, timed, speaker)| {
            let step = length / words.len().max(1) as f64;
            Segment {
                id: 1,
                start,
                end: start + length,
                words: words
                    .iter()
                    .enumerate()
                    .filter(|_| timed)
                    .map(|(index, text)| Word {
                        start: start + step * index as f64,
                        end: start + step * (index as f64 + 1.0),
                        text: text.clone(),
                        probability: 0.5,
                    })
                    .collect(),
                text: words.join(" "),
                speaker: (speaker > 0).then(|| format!("Taler {speaker}")),
                item: None,
                flags: Vec::new(),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn captions_of_any_transcript_keep_the_rules_and_every_word(
        segments in prop::collection::vec(any_segment(), 0..25)
    ) {
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
        let mut sorted: Vec<&Segment> = transcript.segments.iter().collect();
        sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
        let said: String = sorted.iter().map(|segment| letters(&segment.text)).collect();
        let vtt = String::from_utf8(render(Format::Vtt, &material).unwrap().value).unwrap();
        prop_assert_eq!(lint(&vtt), vec![]);
        let without_names = vtt.replace("<v Taler 1>", "").replace("<v Taler 2>", "");
        prop_assert_eq!(shown(&without_names), said.clone());
        let srt = String::from_utf8(render(Format::Srt, &material).unwrap().value).unwrap();
        prop_assert_eq!(lint(&srt), vec![]);
        prop_assert_eq!(shown(&srt), said.replace('<', "‹").replace('>', "›"));
    }

    #[test]
    fn the_linter_never_panics(text in "(WEBVTT)?[\\PC\n]{0,200}", times in "[0-9:.,>\n -]{0,80}") {
        lint(&format!("{text}\n\n{times}\n{text}"));
    }
}
