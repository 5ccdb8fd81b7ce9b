//! What meetings do that an agenda doesn't tell.

use referent::align::align;
use referent::meeting::{ItemState, SegmentId};

use super::{COUNCIL, agenda_of, check, script};

/// All reasons of an item in one line.
fn reasons(alignment: &referent::meeting::Alignment, number: &str) -> String {
    let item = alignment.item(number).unwrap();
    item.evidence.iter().map(|cue| cue.why.as_str()).collect::<Vec<_>>().join(" | ")
}

#[test]
fn two_items_may_be_withdrawn_at_once() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Punkt tre og fire er udgået.
         1|Så er dagsordenen godkendt.
         2|Vi går videre til punkt to, budgetopfølgning.
         2|Der er et merforbrug på hjemmeplejen.
         2|Det er vedtaget.
         5|Så er det kvalitetsstandarden for rengøring i hjemmeplejen. Ordet er frit.
         5|Det er for lidt rengøring.
         5|Det er vedtaget.
         6|Punkt seks, trafiksikkerhedsplan.
         6|Der er sket færre uheld.",
    );
    for number in ["3", "4"] {
        assert_eq!(alignment.item(number).unwrap().state, ItemState::Withdrawn);
        assert!(reasons(&alignment, number).contains("udgået"));
    }
}

#[test]
fn the_number_may_follow_the_word_that_withdraws_it() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Hermed udgår punkt tre af dagsordenen.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug.
         2|Det er vedtaget.
         4|Ny skolestruktur. Ordet er frit.
         4|Elevtallet falder på skolerne.
         4|Det er vedtaget.
         5|Punkt fem, kvalitetsstandard for rengøring.
         5|Det er vedtaget.
         6|Punkt seks, trafiksikkerhedsplan.
         6|Der er sket færre uheld.",
    );
    assert_eq!(alignment.item("3").unwrap().state, ItemState::Withdrawn);
}

#[test]
fn an_item_may_be_withdrawn_when_it_is_called() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning. Det er taget af dagsordenen.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.",
    );
    assert_eq!(alignment.item("2").unwrap().state, ItemState::Withdrawn);
    assert!(reasons(&alignment, "2").contains("taget af dagsordenen"));
}

#[test]
fn a_postponement_may_be_told_beforehand() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Punkt fire er udsat til næste møde.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug på hjemmeplejen.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.
         5|Punkt fem, kvalitetsstandard for rengøring i hjemmeplejen.
         5|Det er vedtaget.
         6|Punkt seks, trafiksikkerhedsplan.
         6|Der er sket færre uheld.",
    );
    let item = alignment.item("4").unwrap();
    assert_eq!(item.state, ItemState::Postponed);
    assert!(item.segments.is_empty());
    assert!(reasons(&alignment, "4").contains("udsat til"));
}

#[test]
fn a_decision_to_postpone_is_quoted() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der mangler tal fra hjemmeplejen.
         2|Så udsætter vi punktet til næste møde. Punktet er udsat.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.",
    );
    assert_eq!(alignment.item("2").unwrap().state, ItemState::Postponed);
    let why = reasons(&alignment, "2");
    assert!(why.contains("siges »er udsat« 0:00:40"), "{why}");
}

#[test]
fn two_chairs_may_lead_one_meeting() {
    let mut script = script(
        "-|Godaften og velkommen. Mødet er åbnet.
         1|Så tager vi punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Jeg er inhabil her, så viceborgmesteren overtager.
         2|Tak. Er der nogen, der ønsker ordet? Det er vedtaget.
         3|Tak til viceborgmesteren. Så er vi ved punkt tre, lokalplan 312.
         3|Fem etager er for højt.",
    );
    for (at, speaker) in [(3, "Mette Holm"), (6, "Bo Lind")] {
        script.transcript.segments[at].speaker = Some(speaker.to_owned());
    }
    let alignment = align(&script.transcript, &agenda_of(COUNCIL)).value;
    assert_eq!(super::given(&alignment, &script.transcript), script.expected);
    // Whoever said it is named, when that is known.
    assert!(reasons(&alignment, "2").starts_with("Mette Holm siger »Punkt to« 0:00:30"));
    assert!(reasons(&alignment, "3").contains("Bo Lind siger »"));
}

#[test]
fn no_number_needs_to_be_said() {
    let alignment = check(
        COUNCIL,
        "-|Velkommen til.
         1|Er der bemærkninger til dagsordenen? Godkendelse af dagsorden, det er der ikke.
         1|Så er dagsordenen godkendt.
         2|Så er der budgetopfølgningen pr. 30. september. Ordet er frit.
         2|Vi bruger for mange penge på vejene.
         2|Det er vedtaget.
         3|Lokalplanen for havnefronten. Ordet er frit.
         3|Fem etager er for højt ud mod kajen.
         3|Det er vedtaget.
         4|Den nye skolestruktur. Ordet er frit.
         4|Elevtallet falder.
         4|Det er vedtaget.",
    );
    assert!(reasons(&alignment, "3").contains("titlens ord"));
}

#[test]
fn formulas_as_recognition_leaves_them_still_close_an_item() {
    // The three damaged forms are what recognition made of real sittings.
    check(
        COUNCIL,
        "1|Det første punkt per dag, så er det godkendelse af dagsorden.
         1|Hvis ingen gør indsigelse, betragter et hjemtue som givet. Det er vedtaget.
         2|Næste punkt er budgetopfølgning.
         2|Der er et merforbrug, og så gør vi til afstand.
         2|Der stemmes. Indstillingen er vedtaget.
         3|Det naste pung er lokalplanen for havnefronten.
         3|Fem etager er for højt.",
    );
}

#[test]
fn a_budget_is_read_twice() {
    check(
        &["1 1. behandling af budget 2027", "2 Takster for vand", "3 2. behandling af takstblad"],
        "1|Budgettet for 2027 er fremlagt. Ordet er frit.
         1|Vi vil bruge flere penge på skolerne.
         1|Så sender vi budgetforslaget til anden behandling. Det er vedtaget.
         2|Takster for vand. Ordet er frit.
         2|Vandet stiger med fire procent.
         2|Det er vedtaget.
         3|Anden behandling af takstbladet. Ordet er frit.
         3|Det er vedtaget.",
    );
}

#[test]
fn those_who_put_an_item_forward_may_speak_to_every_item() {
    check(
        &[
            "1 Forslag fra Pia Holm (A) og Jens Friis (V) om cykelstier",
            "2 Forslag fra Ole Skov (F) om gratis svømning",
        ],
        "1|Punkt et om cykelstier. Ordet er frit.
         1|Værsgo, Ole Skov.
         1|Ole Skov siger tak. Cykelstierne er huller i asfalt.
         1|Ole Skov er ikke enig med Ole Skov fra sidste år.
         1|Det er vedtaget.
         2|Punkt to om svømning. Ordet er frit.
         2|Værsgo, Pia Holm og Jens Friis.
         2|Svømning skal være gratis for børn.",
    );
}

#[test]
fn a_break_may_fall_inside_an_item() {
    let mut script = script(
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug. Så holder vi en pause.
         -|Så er vi tilbage. Vi genoptager mødet.
         2|Merforbruget er på hjemmeplejen.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.",
    );
    for segment in &mut script.transcript.segments[4..] {
        segment.start += 600.0;
        segment.end += 600.0;
    }
    let alignment = align(&script.transcript, &agenda_of(COUNCIL)).value;
    assert_eq!(super::given(&alignment, &script.transcript), script.expected);
    assert_eq!(alignment.breaks.len(), 1);
    assert_eq!(alignment.item("2").unwrap().spans.len(), 2);
}

#[test]
fn evidence_names_segments_of_the_item_or_the_one_before() {
    let script = script(
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.",
    );
    let alignment = align(&script.transcript, &agenda_of(COUNCIL)).value;
    let why = reasons(&alignment, "3");
    assert!(why.contains("der siges »Punkt tre« 0:00:40 inde i optagelsen"), "{why}");
    assert!(why.contains("punktet før sluttede med »Det er vedtaget«"), "{why}");
    let ids: Vec<SegmentId> =
        alignment.item("3").unwrap().evidence.iter().map(|cue| cue.segment).collect();
    assert!(ids.iter().all(|id| [4, 5].contains(id)), "{ids:?}");
}

#[test]
fn a_number_word_in_a_title_is_no_second_item() {
    for (called, title) in [
        ("Punkt 2, en", "orientering om budgetopfølgning"),
        ("Punkt to, et", "nyt overblik over budgettet"),
        ("Punkt 2: tre", "tal fra budgetopfølgningen"),
        ("Vi er nået til punkt nummer 2, en", "budgetopfølgning pr. 30. september"),
        ("Punkt 2, 3.", "behandling af budgetopfølgningen"),
    ] {
        let alignment = check(
            COUNCIL,
            &format!(
                "1|Punkt et, godkendelse af dagsorden.
                 1|Så er dagsordenen godkendt.
                 2|{called} {title}.
                 2|Der er et merforbrug.
                 2|Det er vedtaget.
                 3|Punkt tre, lokalplan 312 for havnefronten.
                 3|Fem etager er for højt."
            ),
        );
        assert!(alignment.items.iter().all(|item| item.joint.is_empty()), "{called} {title}");
    }
}

#[test]
fn rows_of_numbers_are_still_rows() {
    for called in [
        "Punkt 2, 3 og 4.",
        "Punkt to, tre og fire behandles under ét.",
        "Punkterne 2, 3, 4 tager vi samlet.",
        "Punkt to, tre, fire.",
    ] {
        let alignment = check(
            COUNCIL,
            &format!(
                "1|Punkt et, godkendelse af dagsorden.
                 1|Så er dagsordenen godkendt.
                 2+3+4|{called}
                 2+3+4|Det er tre gode sager.
                 2+3+4|Det er vedtaget.
                 5|Punkt fem, kvalitetsstandard for rengøring.
                 5|Den er godkendt."
            ),
        );
        assert_eq!(alignment.item("3").unwrap().joint, ["2", "4"], "{called}");
    }
    let alignment = check(
        COUNCIL,
        "-|Godaften. Mødet er åbnet.
         1+2|Punkterne et og to tager vi under ét.
         1+2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.",
    );
    assert_eq!(alignment.item("1").unwrap().joint, ["2"]);
}

#[test]
fn the_chair_may_go_back_to_an_item_by_its_number_alone() {
    let meeting = |back: &str, there: &str| {
        format!(
            "1|Punkt et, godkendelse af dagsorden.
             1|Så er dagsordenen godkendt.
             2|Punkt to, budgetopfølgning pr. 30. september.
             2|Der er et merforbrug på hjemmeplejen.
             2|Det er vedtaget.
             3|Punkt tre, lokalplan 312 for havnefronten.
             3|Fem etager er for højt.
             3|Det er vedtaget.
             {there}|{back}
             {there}|Tak for det.
             4|Punkt fire, ny skolestruktur.
             4|Elevtallet falder."
        )
    };
    let alignment = check(COUNCIL, &meeting("Vi vender lige tilbage til punkt 2.", "2"));
    assert_eq!(alignment.item("2").unwrap().spans.len(), 2);
    let later = check(COUNCIL, &meeting("Vi vender tilbage til punkt 2 senere.", "3"));
    assert_eq!(later.item("2").unwrap().spans.len(), 1);
}
