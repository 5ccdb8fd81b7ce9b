//! The check of summaries, sentence by sentence.

use assert_cmd::Command;
use referent::danish::parties::Register;
use referent::eval::grounding::unsupported;
use referent::meeting::{Ballot, Decision, DecisionOutcome, DoubtKind, ItemMinutes, Vote};
use referent::minutes::grounding::{Cited, Grounds, check};

use super::*;

fn doubts(told: &str, said: &[&str]) -> Vec<DoubtKind> {
    on_item(told, said, None)
}

fn on_item(told: &str, said: &[&str], item: Option<&ItemMinutes>) -> Vec<DoubtKind> {
    let register = Register::national();
    let grounds = Grounds {
        cited: said.iter().map(|text| Cited { text, speaker: None }).collect(),
        title: "Lokalplan 312 for Havnefronten",
        item,
        members: &[],
        register: &register,
    };
    check(told, &grounds).into_iter().map(|doubt| doubt.kind).collect()
}

/// Each sentence with what was said: it stands.
#[test]
fn what_was_said_stands() {
    let homes = "Med 3 etager falder antallet af boliger fra 140 til 92, og kommunens indtægt ved \
                 salget bliver cirka 11 millioner kroner mindre.";
    for (told, said) in [
        (homes, homes),
        ("Med tre etager falder antallet af boliger fra 140 til 92.", homes),
        ("Kommunens indtægt ved salget bliver 11 mio. kr. mindre.", homes),
        (
            "DF kan ikke støtte tillægsbevillingen.",
            "Dansk Folkeparti kan ikke støtte tillægsbevillingen.",
        ),
        (
            "Venstre støtter indstillingen.",
            "I Venstre kan vi godt støtte indstillingen, selv om det gør ondt.",
        ),
        (
            "Svaret sendes til byrådet inden den 15. december.",
            "Jeg sender et svar til hele byrådet inden den femtende december.",
        ),
        (
            "Elevtallet falder med 18 pct. frem mod 2032.",
            "Elevtallet falder med 18 procent frem mod 2032, og vi står med to halvtomme skoler.",
        ),
        (
            "Planen for Havnefronten har været i høring i 8 uger.",
            "Planen har været i høring i 8 uger, og der er kommet 41 høringssvar.",
        ),
    ] {
        assert_eq!(doubts(told, &[said]), [], "{told}");
    }
}

/// "fra de 2 til de 6" must not come back as "fra de 6 til de 6", nor turned round.
#[test]
fn a_number_does_not_stand_in_for_another() {
    for said in [
        "Renten stiger fra de 2 procent til de 6 procent, og det kan vi mærke.",
        "Renten stiger fra de to procent til de seks procent, og det kan vi mærke.",
        "Renten stiger fra de nuværende 2 procent til de kommende 6 procent.",
        "Renten stiger fra 2 procent til 6 procent.",
    ] {
        for wrong in [
            "Renten stiger fra de seks pct. til de 6 pct.",
            "Renten stiger fra 6 pct. til 6 pct.",
            "Renten stiger fra de 2 pct. til de 2 pct.",
            "Renten stiger fra de 6 pct. til de 2 pct.",
            "Renten stiger fra de nuværende 6 pct. til de nye 2 pct.",
        ] {
            let found = doubts(wrong, &[said]);
            assert!(found.contains(&DoubtKind::Number), "{wrong} / {said}: {found:?}");
        }
        let right = "Renten stiger fra de to pct. til de 6 pct.";
        assert_eq!(doubts(right, &[said]), [], "{right} / {said}");
    }
    // Said once, told of two things.
    let said = "Der er 6 procent i Nordby og et fald i Sydby.";
    let found = doubts("Der er 6 procent i Nordby og 6 procent i Sydby.", &[said]);
    assert!(found.contains(&DoubtKind::Number), "{found:?}");
    let twice = "Der er 6 procent i Nordby og 6 procent i Sydby.";
    assert_eq!(doubts(twice, &[twice]), []);
}

/// One thing changed in each: it falls, for that reason among others.
#[test]
fn one_wrong_word_is_enough() {
    let homes = "Med 3 etager falder antallet af boliger fra 140 til 92.";
    let money = "Der er afsat 1,5 millioner kroner til projektering i år.";
    let party =
        "Vi stemmer for i SF. Dansk Folkeparti kan ikke støtte, at pengene tages af kassen.";
    for (told, said, kind) in [
        ("Med 4 etager falder antallet af boliger fra 140 til 92.", homes, DoubtKind::Number),
        ("Med 3 boliger falder antallet af etager fra 140 til 92.", homes, DoubtKind::Number),
        ("Med 3 etager falder antallet af boliger fra 92 til 140.", homes, DoubtKind::Number),
        ("Med 3 etager stiger antallet af boliger fra 140 til 92.", homes, DoubtKind::Wording),
        (
            "Med 3 etager falder antallet af boliger ikke fra 140 til 92.",
            homes,
            DoubtKind::Negation,
        ),
        ("Der er afsat 1,5 milliarder kroner til projektering i år.", money, DoubtKind::Number),
        ("Der er afsat 1,5 procent til projektering i år.", money, DoubtKind::Number),
        ("Dansk Folkeparti kan støtte, at pengene tages af kassen.", party, DoubtKind::Negation),
        ("SF kan ikke støtte, at pengene tages af kassen.", party, DoubtKind::Party),
        ("Venstre kan ikke støtte, at pengene tages af kassen.", party, DoubtKind::Party),
        (
            "Forvaltningen sender svar den 2. marts.",
            "Forvaltningen sender svar den 1. marts.",
            DoubtKind::Date,
        ),
        (
            "Mødet begynder klokken 18.31 i salen.",
            "Mødet begynder klokken 17.31 i salen.",
            DoubtKind::Date,
        ),
        (
            "Sagen har nummer 25/8842 i arkivet.",
            "Sagen har nummer 25/8841 i arkivet.",
            DoubtKind::Date,
        ),
        (
            "Skolen ved Søndergade skal bygges om.",
            "Skolen ved Vestergade skal bygges om.",
            DoubtKind::Name,
        ),
        (
            "Torben Kjærgaard mener, at skolen skal bygges om.",
            "Skolen skal bygges om. Tak til Torben Kjærgaard.",
            DoubtKind::Speaker,
        ),
        (
            "Der er penge i budgettet til Ringvejen.",
            "Er der penge i budgettet til Ringvejen?",
            DoubtKind::Modality,
        ),
        (
            "Skolen skal bygges om til næste år.",
            "Måske skal skolen bygges om til næste år.",
            DoubtKind::Modality,
        ),
        (
            "Borgmesteren har stjålet af kassen i mange år.",
            "Vi tager pengene af kassen.",
            DoubtKind::Speaker,
        ),
        (
            "Bo Steffensen er syg og kommer ikke til mødet.",
            "Bo Steffensen er syg og kommer ikke til mødet.",
            DoubtKind::Form,
        ),
    ] {
        let found = doubts(told, &[said]);
        assert!(found.contains(&kind), "{told}: {found:?}");
    }
}

#[test]
fn another_end_than_the_decision_falls() {
    let decided = |outcome| ItemMinutes {
        decision: Some(Decision {
            outcome,
            text: String::new(),
            evidence: Default::default(),
            points: Vec::new(),
            referred_to: None,
            postponed_to: None,
        }),
        ..ItemMinutes::default()
    };
    let said = ["Borgeren siger, at indstillingen er vedtaget.", "Indstillingen er forkastet."];
    let rejected = decided(DecisionOutcome::Forkastet);
    assert_eq!(on_item("Indstillingen er forkastet.", &said, Some(&rejected)), []);
    for told in ["Indstillingen er vedtaget.", "Indstillingen blev godkendt."] {
        assert!(on_item(told, &said, Some(&rejected)).contains(&DoubtKind::Outcome), "{told}");
    }
    // Nothing is told of an end that the minutes don't have.
    let open = ItemMinutes::default();
    assert!(
        on_item("Indstillingen er forkastet.", &said, Some(&open)).contains(&DoubtKind::Outcome)
    );
}

#[test]
fn a_vote_is_told_as_it_was_counted() {
    let side = |count, parties: &[&str]| Ballot {
        count: Some(count),
        parties: parties.iter().map(|&letter| letter.to_owned()).collect(),
        names: Vec::new(),
    };
    let vote = Vote {
        question: "indstillingen".to_owned(),
        in_favour: side(22, &["A", "V"]),
        against: side(2, &["O"]),
        abstain: side(0, &[]),
        outcome: Some(DecisionOutcome::Vedtaget),
        evidence: Default::default(),
    };
    let item = ItemMinutes { votes: vec![vote], ..ItemMinutes::default() };
    let said = [
        "Hvem stemmer for indstillingen? Det er Socialdemokratiet og Venstre, i alt 22.",
        "Hvem stemmer imod? Det er Dansk Folkeparti, 2 stemmer. Indstillingen er dermed vedtaget.",
    ];
    let told = |text: &str| on_item(text, &said, Some(&item));
    for right in [
        "Dansk Folkeparti stemte imod indstillingen.",
        "Indstillingen blev vedtaget med 22 stemmer mod 2.",
        "Socialdemokratiet og Venstre stemte for, mens Dansk Folkeparti stemte imod indstillingen.",
    ] {
        assert_eq!(told(right), [], "{right}");
    }
    for wrong in [
        "Venstre stemte imod indstillingen.",
        "Dansk Folkeparti stemte for indstillingen.",
        "2 stemte for, og 22 stemte imod indstillingen.",
        "Indstillingen blev vedtaget med 22 stemmer mod 3.",
        "Socialdemokratiet stemte for, mens Venstre stemte imod indstillingen.",
    ] {
        let found = told(wrong);
        let caught = found.iter().any(|kind| matches!(kind, DoubtKind::Vote | DoubtKind::Number));
        assert!(caught, "{wrong}: {found:?}");
    }
}

/// The pass that looks again, by other means, at what was kept.
#[test]
fn the_second_look_finds_what_was_not_said() {
    let said = [
        "Med 3 etager falder antallet af boliger fra 140 til 92, og det koster 4,2 millioner kroner.",
        "Dansk Folkeparti kan ikke støtte planen. SF stemmer for. Torben Kjærgaard svarer den 1. marts.",
        "Ændringsforslaget er forkastet. Lokalplanen er endeligt vedtaget.",
    ]
    .map(str::to_owned);
    let kinds = |told: &str| -> Vec<&str> {
        unsupported(told, &said, "Lokalplan 312").into_iter().map(|one| one.kind).collect()
    };
    for told in [
        "Med tre etager falder antallet af boliger fra 140 til 92.",
        "Det koster 4,2 mio. kr.",
        "DF kan ikke støtte planen.",
        "Torben Kjærgaards svar kommer den 1. marts.",
        "Ændringsforslaget blev forkastet.",
    ] {
        assert_eq!(kinds(told), [""; 0], "{told}");
    }
    for (told, kind) in [
        ("Med 4 etager falder antallet af boliger fra 140 til 92.", "number"),
        ("Med 3 etager falder antallet af boliger fra 92 til 140.", "number"),
        ("Det koster 4,2 milliarder kroner.", "number"),
        ("Det koster 4,2 procent.", "number"),
        ("Torben Kjærgaard svarer den 1. maj.", "date"),
        ("Torben Kjærgaard svarer den 2. marts.", "date"),
        ("Torben Kjeldsen svarer den 1. marts.", "name"),
        ("Dansk Folkeparti kan støtte planen.", "denial"),
        ("SF stemmer ikke for.", "denial"),
        ("Venstre kan ikke støtte planen.", "party"),
        ("Planen blev udsat.", "outcome"),
        ("Ændringsforslaget er vedtaget.", "outcome"),
    ] {
        assert!(kinds(told).contains(&kind), "{told}: {:?}", kinds(told));
    }
}

#[test]
fn planted_errors_are_caught_and_true_sentences_kept() {
    // One short sitting is enough here; the command itself takes all of them.
    let Some(sitting) = shared("eval/sittings/20231M019.json") else { return };
    let dir = tempfile::tempdir().unwrap();
    fs_err::copy(&sitting, dir.path().join("sitting.json")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.args(["eval", "grounding", "--json", "--count", "15"]).arg(dir.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let sum = |planted: bool, field: &str| -> f64 {
        let chosen = rows.iter().filter(|row| (row["kind"] != "true") == planted);
        chosen.map(|row| row[field].as_f64().unwrap()).sum()
    };
    assert!(sum(true, "claims") >= 100.0, "{rows:?}");
    assert!(sum(true, "kept") <= 0.03 * sum(true, "claims"), "{rows:#?}");
    assert!(sum(false, "kept") >= 0.9 * sum(false, "claims"), "{rows:#?}");
}
