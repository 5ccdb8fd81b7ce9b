//! Closed doors: what may be published and what may not.

use referent::align::{Pins, align, align_around, doors, part_closed};
use referent::meeting::{Alignment, ItemState, SegmentId, Word};

use super::{COUNCIL, agenda_of, script};

const WITH_CLOSED: &[&str] = &[
    "1 Godkendelse af dagsorden",
    "2 Takster for vand",
    "3! Lukket: Køb af ejendom",
    "4 Orientering om skolestart",
];

/// Ids of the segments that may be published, and the alignment.
fn public_ids(items: &[&str], text: &str) -> (Vec<SegmentId>, Alignment) {
    let script = script(text);
    let alignment = align(&script.transcript, &agenda_of(items)).value;
    let split = part_closed(&script.transcript, &alignment);
    assert_eq!(
        split.public.segments.len() + split.closed.segments.len(),
        script.transcript.segments.len()
    );
    (split.public.segments.iter().map(|segment| segment.id).collect(), alignment)
}

#[test]
fn a_closed_item_is_closed_until_a_later_item_is_announced() {
    let (public, alignment) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger. Det er vedtaget.
         3|Punkt tre er lukket.
         3|Sælger forlanger syv millioner.
         3|Vi giver seks. Det er vedtaget.
         4|Vi går videre til punkt fire, orientering om skolestart.
         4|Alle klasser er kommet godt i gang.",
    );
    assert_eq!(public, [1, 2, 3, 7, 8]);
    assert!(alignment.item("3").unwrap().closed);
    let quoted = serde_json::to_string(&alignment.item("3").unwrap().evidence).unwrap();
    assert!(!quoted.contains("lukker") && !quoted.contains("Sælger"), "{quoted}");
}

#[test]
fn doors_stay_shut_when_the_next_item_is_not_clearly_announced() {
    let (public, _) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger. Det er vedtaget.
         3|Punkt tre er lukket. Så lukker vi dørene.
         3|Sælger forlanger syv millioner.
         ?|Det er vi enige om.
         ?|Der er nok noget med en orientering.",
    );
    assert_eq!(public, [1, 2, 3]);
}

#[test]
fn doors_may_be_closed_in_the_middle_of_an_open_item_and_reopened() {
    let (public, alignment) = public_ids(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Nu kommer vi ind på en personsag, så vi lukker dørene.
         2|Hun har været syg siden marts.
         2|Så åbner vi dørene igen. Velkommen tilbage.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.",
    );
    assert_eq!(public, [1, 2, 5, 6, 7]);
    assert!(alignment.warnings.iter().any(|warning| warning.code == "doors-closed-off-agenda"));
}

#[test]
fn a_closed_item_that_is_not_found_closes_all_after_the_decision_before_it() {
    let items = &["1 Godkendelse af dagsorden", "2 Takster for vand", "3! Lukket: Køb af ejendom"];
    let begun = "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger med fire procent.";
    let closed = "?|Så er der kun os tilbage.
         ?|Han vil have syv millioner for grunden.";
    let own = "2|Så er punkt to godkendt.";
    let (lone, later) = ("2|Det er vedtaget.", "?|Nå.\n?|Og så er det vedtaget.");
    // A lone decision that names no item may be the closed item's own.
    for (lines, seen) in [
        (format!("{begun}\n{own}\n{closed}"), &[1, 2, 3, 4][..]),
        (format!("{begun}\n{lone}\n{closed}\n{later}"), &[1, 2, 3, 4]),
        (format!("{begun}\n{lone}\n{closed}"), &[1, 2]),
    ] {
        let (public, alignment) = public_ids(items, &lines);
        assert_eq!(public, seen, "{lines}");
        if alignment.item("3").unwrap().state == ItemState::NotFound {
            let warned =
                alignment.warnings.iter().any(|warning| warning.code == "closed-item-not-found");
            assert!(warned, "{lines}");
        }
    }
}

#[test]
fn damaged_closing_formulas_close() {
    for formula in [
        "så luker vi dørerne og beder tilhørne forlade salen",
        "så lukker vi døren",
        "vi sluker for udsendelsen nu",
        "resten behandles for lukket døre",
    ] {
        let script = script(&format!("-|Tak for det.\n-|{formula}\n-|Prisen er syv millioner."));
        let spans = doors(&script.transcript);
        assert_eq!(spans.len(), 1, "{formula}");
        assert!(spans[0].start <= 10.0 && spans[0].end >= 29.0, "{formula}: {spans:?}");
    }
    let open = script("-|Er der flere bemærkninger?\n-|Døren til borgerservice skal være åben.");
    assert!(doors(&open.transcript).is_empty());
}

#[test]
fn a_segment_that_crosses_the_door_is_cut_at_the_word() {
    let mut script = script("-|Tak for i aften. Så lukker vi dørene.\n-|Prisen er syv millioner.");
    let texts = ["Tak", "for", "i", "aften.", "Så", "lukker", "vi", "dørene."];
    script.transcript.segments[0].words = texts
        .iter()
        .enumerate()
        .map(|(at, text)| Word {
            start: at as f64,
            end: at as f64 + 0.9,
            text: (*text).to_owned(),
            probability: 0.9,
        })
        .collect();
    let spans = doors(&script.transcript);
    assert_eq!(spans[0].start, 4.0);
    let mut alignment = align(&script.transcript, &agenda_of(COUNCIL)).value;
    alignment.closed = spans;
    let split = part_closed(&script.transcript, &alignment);
    assert_eq!(split.public.segments.len(), 1);
    assert_eq!(split.public.segments[0].text, "Tak for i aften.");
    assert_eq!(split.public.segments[0].words.len(), 4);
    assert_eq!(split.closed.segments[0].text, "Så lukker vi dørene.");
    assert_eq!(split.public.closed, alignment.closed);
}

#[test]
fn a_mention_of_closed_doors_closes_nothing_without_other_evidence() {
    for mention in [
        "Sagen blev behandlet for lukkede døre i udvalget i marts.",
        "Vi havde et lukket møde i udvalget om det.",
        "Hvis vi lukker dørene på Vester Skole, er der ingen vej tilbage.",
        "Biblioteket skal ikke lukke dørene klokken fem.",
        "Dørene blev lukket for de unge i klubben.",
        "Mødet i udvalget fortsatte for lukkede døre.",
        "Havnen er lukket for offentligheden.",
        "Og nu var døren ligesom lukket.",
    ] {
        let text = format!(
            "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
             2|Punkt to, budgetopfølgning pr. 30. september.
             2|{mention}
             2|Det er vedtaget.
             3|Punkt tre, lokalplan 312 for havnefronten."
        );
        let (public, _) = public_ids(COUNCIL, &text);
        assert_eq!(public, [1, 2, 3, 4, 5], "{mention}");
        assert!(doors(&script(&format!("-|{mention}")).transcript).is_empty(), "{mention}");
    }
}

#[test]
fn what_the_chair_does_now_closes_at_once() {
    for formula in [
        "Så lukker vi dørene.",
        "Dørene lukkes nu.",
        "Nu lukker vi for offentligheden.",
        "Tak til jer, der så med, vi slokker for udsenelsen nu.",
        "Mødet fortsætter for lukkede døre.",
        "Vi går over til den lukkede del af mødet.",
        "Jeg skal bede tilhørerne om at forlade salen.",
        "Så luker vi dørerne.",
        "Dørene er nu lukket.",
    ] {
        let text = format!(
            "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
             2|Punkt to, budgetopfølgning pr. 30. september.
             2|{formula}
             2|Hun har været syg siden marts."
        );
        let (public, _) = public_ids(COUNCIL, &text);
        assert_eq!(public, [1, 2], "{formula}");
        let open = script(&format!("-|{formula}\n-|Hun har været syg."));
        assert_eq!(doors(&open.transcript).len(), 1, "{formula}");
    }
}

#[test]
fn the_closed_item_begins_where_the_doors_are_shut() {
    let alignment = super::check(
        &WITH_CLOSED[..3],
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Kan vi udsætte det? Sagen er udsat til april.
         2|Er der nogen, der er imod det?
         2|Sagen er udsat til april.
         3|Vi mangler pongt nomestækse, så lukker vi dørne.
         3|Sælger forlanger syv millioner.",
    );
    assert_eq!(alignment.closed.len(), 1);
    assert_eq!(alignment.closed[0].start, 40.0);
}

#[test]
fn a_mention_of_closed_doors_closes_beside_a_closed_item_or_in_a_call() {
    let (public, _) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger. Det er vedtaget.
         ?|Resten tager vi for lukkede døre.
         ?|Sælger forlanger syv millioner.",
    );
    assert_eq!(public, [1, 2, 3]);
    let (public, _) = public_ids(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning, som behandles for lukkede døre.
         2|Sælger forlanger syv millioner.
         3|Punkt tre, lokalplan 312 for havnefronten.",
    );
    assert_eq!(public, [1, 4]);
}

/// Four items; the third is not flagged as closed.
const UNFLAGGED: &[&str] = &[
    "1 Godkendelse af dagsorden",
    "2 Takster for vand",
    "3 Køb af ejendom",
    "4 Orientering om skolestart",
];

#[test]
fn an_item_called_up_behind_shut_doors_does_not_open_them() {
    let (public, _) = public_ids(
        UNFLAGGED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         2|Så lukker vi dørene.
         3|Vi går videre til punkt 3, køb af ejendom.
         3|Sælger forlanger syv millioner.",
    );
    assert_eq!(public, [1, 2]);
}

#[test]
fn asking_for_open_doors_does_not_open_them() {
    let (public, _) = public_ids(
        UNFLAGGED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         2|Så lukker vi dørene.
         ?|Hvorfor tager vi ikke den her sag for åbne døre?
         ?|Fordi sælger forlanger syv millioner.",
    );
    assert_eq!(public, [1, 2]);
}

#[test]
fn another_items_number_does_not_keep_the_doors_open() {
    let (public, _) = public_ids(
        UNFLAGGED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         2|Punkt et er jo klaret, så nu lukker vi dørene.
         ?|Sælger forlanger syv millioner.",
    );
    assert_eq!(public, [1, 2]);
}

#[test]
fn what_was_said_before_the_doors_opened_stays_closed_without_word_times() {
    let (public, _) = public_ids(
        UNFLAGGED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         2|Så lukker vi dørene.
         ?|Vi byder syv millioner for ejendommen, og så åbner vi dørene igen.
         ?|Tak for i aften.",
    );
    assert_eq!(public, [1, 2, 5]);
}

#[test]
fn an_item_that_was_public_in_part_keeps_that_part() {
    let (public, alignment) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger. Det er vedtaget.
         2|Vi lukker dørene nu.
         3|Vi går til punkt tre, køb af ejendom.
         3|Sælger forlanger syv millioner.",
    );
    assert_eq!(public, [1, 2, 3]);
    assert!(!alignment.item("2").unwrap().closed);
    assert!(alignment.item("3").unwrap().closed);
}

#[test]
fn nothing_is_quoted_from_behind_the_doors() {
    let (_, alignment) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         3|Vi går til punkt tre, køb af ejendom. Så lukker vi dørene.
         3|Det er lige så hemmeligt som at punkt 4 om konkursen er udgået.
         3|Vi byder syv millioner.",
    );
    let written = serde_json::to_string(&alignment).unwrap();
    assert!(!written.contains("konkursen"), "{written}");
    assert_ne!(alignment.item("4").unwrap().state, ItemState::Withdrawn);
}

#[test]
fn approving_the_agenda_withdraws_nothing() {
    let script = script(
        "1|Vi går videre til punkt 1, godkendelse af dagsordenen.
         1|Det er der ingen der har noget imod.
         2|Vi går videre til punkt 2, takster for vand.
         2|Det er vedtaget.",
    );
    let alignment = align(&script.transcript, &agenda_of(UNFLAGGED)).value;
    assert_eq!(alignment.item("1").unwrap().state, ItemState::Treated);
}

#[test]
fn what_was_kept_back_once_stays_so_when_the_public_transcript_is_aligned_again() {
    let text = "1|Punkt et, godkendelse af dagsorden. Den er godkendt.
         2|Punkt to, takster for vand. Vandet bliver dyrere.
         2|Det er vedtaget.
         3|Så lukker vi dørene og tager punkt tre.
         3|Sælgeren vil have fire millioner.
         3|Så åbner vi dørene igen.
         4|Punkt fire, orientering om skolestart.
         4|Skolerne er startet godt.";
    let script = script(text);
    let agenda = agenda_of(WITH_CLOSED);
    let first = align(&script.transcript, &agenda).value;
    let public = part_closed(&script.transcript, &first).public;
    let again = align(&public, &agenda).value;
    assert_eq!(again.closed, first.closed);
    assert_eq!(part_closed(&public, &again).public, public);
    // The same without an agenda.
    assert_eq!(doors(&public), first.closed);
}

const OPENING: &str = "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
    2|Punkt to, takster for vand.
    2|Prisen stiger. Det er vedtaget.";
const SECRET: &str = "Sælger forlanger syv millioner for Strandvej.";
const PUBLIC: &str = "Alle klasser er kommet godt i gang.";

/// Whether any secret sentence and whether the last sentence is public.
fn leaks_and_ends_open(items: &[&str], lines: &[&str]) -> (bool, bool) {
    let mut text = OPENING.to_owned();
    for line in lines {
        text.push_str("\n?|");
        text.push_str(line);
    }
    let script = script(&text);
    let alignment = align(&script.transcript, &agenda_of(items)).value;
    let public = part_closed(&script.transcript, &alignment).public;
    let said = |words: &str| public.segments.iter().any(|segment| segment.text == words);
    (said(SECRET), said(PUBLIC))
}

#[test]
fn only_words_open_doors_that_words_have_shut() {
    let behind = [
        "Punkt 2, takster for vand, har jo samme sælger.",
        "Vi går tilbage til punkt 2, takster for vand.",
        "Det hænger sammen med orientering om skolestart.",
        "Så kommer vi til punkt 4, orientering om skolestart, hvor prisen også er med.",
        "Kan vi ikke tage det under punkt 4?",
        "Hvornår åbner vi dørene igen?",
        "Jeg foreslår at vi åbner dørene igen efter punktet.",
        "Vi åbner dørene igen om ti minutter.",
        "Når dørene er åbne igen, må ingen nævne prisen.",
        "Nej, så åbner vi ikke dørene igen endnu.",
        "Skal vi lukke tilhørerne ind igen? Nej, ikke endnu.",
        "Dørene er åbne ude ved depotet.",
    ];
    for agenda in [WITH_CLOSED, UNFLAGGED] {
        for line in behind {
            let lines = [
                "Så lukker vi dørene. Punkt 3, køb af ejendom.",
                SECRET,
                line,
                SECRET,
                "Så åbner vi dørene igen.",
                "Punkt fire, orientering om skolestart.",
                PUBLIC,
            ];
            assert_eq!(leaks_and_ends_open(agenda, &lines), (false, true), "{line}");
        }
    }
    // Where nobody opens them, all that follows is kept back, and a person is told.
    let lines = ["Så lukker vi dørene.", SECRET, "Punkt fire, orientering om skolestart.", PUBLIC];
    assert_eq!(leaks_and_ends_open(WITH_CLOSED, &lines), (false, false));
    let (_, alignment) = public_ids(
        WITH_CLOSED,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, takster for vand. Det er vedtaget.
         3|Så lukker vi dørene. Punkt tre, køb af ejendom.
         4|Punkt fire, orientering om skolestart.
         4|Alle klasser er kommet godt i gang.",
    );
    let codes: Vec<&str> = alignment.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert!(codes.contains(&"doors-not-reopened") && codes.contains(&"item-closed"), "{codes:?}");
}

#[test]
fn a_closed_item_without_words_of_doors_is_left_by_a_clear_call_only() {
    let behind = [
        "Når vi går til punkt 4, kan vi ikke nævne prisen.",
        "Det hænger sammen med orientering om skolestart.",
        "Punkt 2, takster for vand, har jo samme sælger.",
        "Hvis vi går til punkt 4 nu, glemmer vi prisen.",
    ];
    for line in behind {
        let lines = [
            "Vi går videre til punkt tre, køb af ejendom.",
            SECRET,
            line,
            SECRET,
            "Vi går videre til punkt fire, orientering om skolestart.",
            PUBLIC,
        ];
        assert_eq!(leaks_and_ends_open(WITH_CLOSED, &lines), (false, true), "{line}");
        assert_eq!(leaks_and_ends_open(WITH_CLOSED, &lines[..4]), (false, false), "{line}");
    }
}

#[test]
fn many_words_shut_the_doors_and_many_open_them() {
    let shutting = [
        "Vi stopper livestreamingen her.",
        "Resten er fortroligt.",
        "Resten af mødet er fortroligt, så vi afbryder transmissionen.",
        "Vi slukker for kameraet nu.",
        "Så slukker vi for kameraerne.",
        "Punkt 3 er et lukket punkt.",
        "Punkt 3 er et fortroligt punkt.",
        "Vi fortsætter i fortrolighed.",
        "Jeg må bede tilhørerne forlade salen.",
        "så luker vi dørne",
    ];
    let opening = [
        "Så åbner vi dørene.",
        "Så åbner vi dørene igen.",
        "Så lukker vi tilhørerne ind igen.",
        "Velkommen tilbage til tilhørerne.",
        "Den åbne del genoptages.",
    ];
    for (at, shut) in shutting.iter().enumerate() {
        let open = opening[at % opening.len()];
        let call = "Punkt fire, orientering om skolestart.";
        let lines = [shut, SECRET, SECRET, open, call, PUBLIC];
        assert_eq!(leaks_and_ends_open(UNFLAGGED, &lines), (false, true), "{shut} {open}");
    }
}

#[test]
fn a_person_may_say_when_the_doors_were_shut() {
    let text = format!(
        "{OPENING}\n?|Så lukker vi dørene.\n?|{SECRET}\n?|Punkt fire, orientering om skolestart.\n?|{PUBLIC}"
    );
    let script = script(&text);
    let solved = |line: &str| {
        let mut pins = Pins::default();
        pins.set(line).unwrap();
        assert_eq!(Pins::read(&pins.to_string()).unwrap(), pins);
        align_around(&script.transcript, &agenda_of(WITH_CLOSED), &pins).unwrap().value
    };
    let warned = |alignment: &Alignment, code: &str| {
        alignment.warnings.iter().any(|warning| warning.code == code)
    };
    let public = |alignment: &Alignment| {
        let public = part_closed(&script.transcript, alignment).public;
        public.segments.iter().map(|segment| segment.id).collect::<Vec<_>>()
    };
    let ten = |segment: usize| script.transcript.segments[segment].start;
    let by_hand = solved(&format!("doors={}-{}", ten(3), ten(5)));
    assert_eq!(public(&by_hand), [1, 2, 3, 6, 7]);
    assert!(warned(&by_hand, "doors-set-by-hand"));
    let open = solved("doors=open");
    assert_eq!(public(&open), [1, 2, 3, 4, 5, 6, 7]);
    assert!(warned(&open, "doors-set-by-hand"));
    // A pin of an item says nothing of the doors.
    let pinned = solved(&format!("4={}", ten(5)));
    assert_eq!(public(&pinned), [1, 2, 3]);
}

#[test]
fn a_person_is_told_when_a_pin_opens_doors_or_leaves_a_closed_item_in_public() {
    let text = format!(
        "{OPENING}\n?|Vi går til punkt tre, køb af ejendom.\n?|{SECRET}\n?|{SECRET}\n?|{PUBLIC}"
    );
    let script = script(&text);
    let codes = |line: &str| {
        let mut pins = Pins::default();
        pins.set(line).unwrap();
        let alignment =
            align_around(&script.transcript, &agenda_of(WITH_CLOSED), &pins).unwrap().value;
        alignment.warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>()
    };
    let at = |segment: usize| script.transcript.segments[segment].start;
    assert!(codes(&format!("4={}", at(5))).contains(&"doors-opened-by-pin".to_owned()));
    for line in [format!("3={}", at(5)), "3=none".to_owned()] {
        assert!(codes(&line).contains(&"closed-item-called-in-public".to_owned()), "{line}");
    }
}

#[test]
fn a_parted_transcript_gives_nothing_more_to_the_closed_item() {
    // The closed item comes last, and what follows it was public.
    let items = [
        "1 Godkendelse af dagsorden",
        "2 Takster for vand",
        "3 Orientering om skolestart",
        "4! Lukket: Køb af ejendom",
    ];
    let script = script(
        "1|Punkt et, godkendelse af dagsorden. Den er godkendt.
         2|Punkt to, takster for vand. Vandet bliver dyrere. Det er vedtaget.
         3|Punkt tre, orientering om skolestart.
         3|Skolerne er startet godt. Det er taget til efterretning.
         4|Så lukker vi dørene og tager punkt fire.
         4|Sælgeren vil have fire millioner.
         4|Så åbner vi dørene igen.
         ?|Så er der ikke mere.
         ?|Tak for i aften, mødet er hævet.",
    );
    let agenda = agenda_of(&items);
    let mut parted = script.transcript.clone();
    let shut = referent::meeting::TimeSpan::new(parted.segments[4].start, parted.segments[6].end);
    parted.segments.retain(|segment| !shut.contains(segment.start));
    parted.closed = vec![shut];
    let again = align(&parted, &agenda).value;
    assert_eq!(again.closed, [shut]);
    assert_eq!(part_closed(&parted, &again).public.segments.len(), parted.segments.len());
}
