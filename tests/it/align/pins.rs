//! What a person has decided stands; the rest is solved around it.

use referent::align::{AlignError, Pins, align, align_around, part_closed};
use referent::meeting::{Alignment, ItemState, Transcript};

use super::{COUNCIL, agenda_of, given, script};

const MEETING: &str = "-|Godaften. Mødet er åbnet.
    1|Punkt et, godkendelse af dagsorden.
    1|Så er dagsordenen godkendt.
    2|Punkt to, budgetopfølgning pr. 30. september.
    2|Der er et merforbrug.
    2|Det er vedtaget.
    3|Punkt tre, lokalplan 312 for havnefronten.
    3|Fem etager er for højt.
    3|Det er vedtaget.
    4|Punkt fire, ny skolestruktur.
    4|Elevtallet falder.
    4|Det er vedtaget.";

fn pins(lines: &[&str]) -> Pins {
    let mut pins = Pins::default();
    lines.iter().for_each(|line| pins.set(line).unwrap());
    pins
}

fn pinned(lines: &[&str]) -> Result<Alignment, AlignError> {
    let transcript = script(MEETING).transcript;
    align_around(&transcript, &agenda_of(COUNCIL), &pins(lines)).map(|outcome| outcome.value)
}

fn items(alignment: &Alignment) -> String {
    given(alignment, &script(MEETING).transcript).join(" ")
}

#[test]
fn without_pins_nothing_changes() {
    let transcript = script(MEETING).transcript;
    assert_eq!(pinned(&[]).unwrap(), align(&transcript, &agenda_of(COUNCIL)).value);
    assert_eq!(items(&pinned(&[]).unwrap()), "- 1 1 2 2 2 3 3 3 4 4 4");
}

#[test]
fn a_pin_prevails_over_what_is_said_and_the_rest_gives_way() {
    let alignment = pinned(&["3=72"]).unwrap();
    assert_eq!(items(&alignment), "- 1 1 2 2 2 2 3 3 4 4 4");
    let item = alignment.item("3").unwrap();
    assert_eq!((item.start, item.confidence), (Some(72.0), 1.0));
    assert_eq!(item.evidence[0].why, "sat af en person til 0:01:12 inde i optagelsen");
    // The item before ends where the pinned one begins, if not earlier.
    assert!(alignment.item("2").unwrap().end.unwrap() <= 72.0);
    // An item may be pinned out of its turn.
    let alignment = pinned(&["4=30"]).unwrap();
    assert_eq!(alignment.item("4").unwrap().start, Some(30.0));
}

#[test]
fn times_may_be_seconds_or_clocks() {
    for line in ["3=72", "3=72.0", "3=0:01:12", " 3 = 0:01:12 "] {
        assert_eq!(pinned(&[line]).unwrap().item("3").unwrap().start, Some(72.0), "{line}");
    }
    let alignment = pinned(&["starts-at=23:59:00", "3=00:00:15", "2=0:00:28"]).unwrap();
    // Within the recording a time is counted from its start.
    assert_eq!(alignment.item("3").unwrap().start, Some(15.0));
    let alignment = pinned(&["starts-at=18:41:00", "3=18:42:12"]).unwrap();
    let item = alignment.item("3").unwrap();
    assert_eq!(item.start, Some(72.0));
    assert_eq!(item.evidence[0].why, "sat af en person til kl. 18:42:12");
    assert!(alignment.item("2").unwrap().evidence[0].why.ends_with("»Punkt to« kl. 18:41:30"));
}

#[test]
fn an_end_leaves_the_rest_to_no_item() {
    let alignment = pinned(&["2=30-50"]).unwrap();
    assert_eq!(items(&alignment), "- 1 1 2 2 - 3 3 3 4 4 4");
    assert_eq!(alignment.item("2").unwrap().end, Some(50.0));
}

#[test]
fn an_item_may_be_said_to_be_untreated() {
    let alignment = pinned(&["3=none"]).unwrap();
    let item = alignment.item("3").unwrap();
    assert_eq!(item.state, ItemState::NotFound);
    assert!(item.segments.is_empty());
    let on_item = |warning: &&referent::meeting::Warning| warning.item.as_deref() == Some("3");
    assert_eq!(alignment.warnings.iter().find(on_item), None);
    assert_eq!(alignment.item("4").unwrap().start, Some(90.0));
}

#[test]
fn a_pin_can_be_taken_away() {
    assert_eq!(pinned(&["3=72", "3=auto"]).unwrap(), pinned(&[]).unwrap());
    assert_eq!(pinned(&["3=72", "3=60"]).unwrap().item("3").unwrap().start, Some(60.0));
}

#[test]
fn a_pins_file_is_read_as_it_is_written() {
    let text = "# Rettet af sekretæren\n\nstarts-at=18:41:00\n3=18:42:12\n2=30-50\n5=none\n";
    let pins = Pins::read(text).unwrap();
    assert_eq!(pins.to_string(), "starts-at=18:41:00\n2=30-50\n3=18:42:12\n5=none\n");
    assert_eq!(Pins::read(&pins.to_string()).unwrap(), pins);
    assert_eq!(
        Pins::read("3=60\n3=72").unwrap_err(),
        AlignError::PinnedTwice { number: "3".to_owned() }
    );
}

#[test]
fn impossible_pins_are_refused_with_a_reason() {
    let refused = |lines: &[&str]| pinned(lines).unwrap_err().to_string();
    assert!(refused(&["9=60"]).contains("no such item"));
    assert!(refused(&["3=9000"]).contains("outside the recording"));
    assert!(refused(&["3=18:42:12"]).contains("starts-at"));
    assert!(refused(&["starts-at=17:00:00", "3=18:42:12"]).contains("outside the recording"));
    assert!(refused(&["3=60-50"]).contains("before it begins"));
    assert!(refused(&["3=60", "4=61"]).contains("contradict"));
    assert!(refused(&["3=60-90", "4=80"]).contains("contradict"));
    for line in [
        "",
        "3",
        "=60",
        "3=",
        "3=now",
        "3=-5",
        "3=1e3",
        "3=12:99",
        "3=1:2:3:4",
        "3=nan",
        "3=18.42",
        "doors=5",
        "doors=",
    ] {
        assert!(matches!(Pins::default().set(line), Err(AlignError::NotAPin { .. })), "{line}");
    }
}

#[test]
fn a_pinned_closed_item_shuts_the_doors_and_a_pinned_open_one_opens_them() {
    let agenda = agenda_of(&[
        "1 Godkendelse af dagsorden",
        "2! Lukket: Køb af ejendom",
        "3 Takster for vand",
    ]);
    let transcript = script(
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Sælgeren vil have fire millioner.
         2|Det er vi enige om.
         3|Vandet bliver dyrere i år.
         3|Det er vedtaget.",
    )
    .transcript;
    let ids = |lines: &[&str], transcript: &Transcript| {
        let alignment = align_around(transcript, &agenda, &pins(lines)).unwrap().value;
        let public = part_closed(transcript, &alignment).public;
        public.segments.iter().map(|segment| segment.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["2=20", "3=40"], &transcript), [1, 2, 5, 6]);
    // A person who says that the closed item was not treated lifts the doubt, and only that.
    assert_eq!(ids(&["2=none", "3=40"], &transcript), [1, 2, 3, 4, 5, 6]);
    let mut shut = transcript.clone();
    shut.segments[2].text.insert_str(0, "Så lukker vi dørene. ");
    assert_eq!(ids(&["2=none", "3=40"], &shut), [1, 2]);
}
