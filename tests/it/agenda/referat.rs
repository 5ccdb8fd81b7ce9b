//! Published referater: decisions, votes in four notations, attendance.

use std::path::PathBuf;

use referent::agenda;
use referent::meeting::{AttendanceKind, DecisionOutcome, Presence, PrintedVote, Referat};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/agenda")).join(name)
}

/// The referat of one item with this decision.
fn decided(text: &str) -> Referat {
    let page = format!("Punkt 1: Sag\n\nBeslutning\n\n{}\n", text.replace('\n', "\n\n"));
    agenda::parse_referat(page.as_bytes(), "referat").unwrap().value
}

fn vote(text: &str) -> PrintedVote {
    let referat = decided(text);
    let votes = &referat.items[0].votes;
    assert_eq!(votes.len(), 1, "{text}: {votes:#?}");
    votes[0].clone()
}

fn counts(vote: &PrintedVote) -> [Option<u32>; 3] {
    [vote.in_favour.count, vote.against.count, vote.abstain.count]
}

#[test]
fn names_with_parties_in_brackets_are_counted_and_named() {
    let vote = vote(
        "For: 3 (Bo Hilsted (A), Lis Ny (V), Per Ås (V))\nImod: 1 (Ole Wit (B))\nGodkendt.\nListe B stemte imod, idet planen er for dyr.",
    );
    assert_eq!(counts(&vote), [Some(3), Some(1), None]);
    assert_eq!(vote.in_favour.names, ["Bo Hilsted", "Lis Ny", "Per Ås"]);
    assert_eq!(vote.against.names, ["Ole Wit"]);
    assert_eq!(vote.outcome, Some(DecisionOutcome::Godkendt));
}

#[test]
fn sides_with_party_names_are_letters() {
    let vote = vote(
        "For flertalsindstillingen fra ØK stemte 11 (Radikale Venstre, Socialdemokratiet, Venstre)\nImod stemte 8 (Dansk Folkeparti og Konservative)\nUndlod at stemme 5 (Enhedslisten)\nGodkendt.\nPeter Bak deltog ikke i behandlingen af sagen.",
    );
    assert_eq!(counts(&vote), [Some(11), Some(8), Some(5)]);
    assert_eq!(vote.question.as_deref(), Some("flertalsindstillingen fra ØK"));
    assert_eq!(vote.in_favour.parties, ["B", "A", "V"]);
    assert_eq!(vote.against.parties, ["O", "C"]);
    assert_eq!(vote.abstain.parties, ["Ø"]);
}

#[test]
fn members_that_reserve_themselves_are_neither_against_nor_abstaining() {
    let vote = vote("5 medlemmer (A+V+C) anbefaler forslaget. 2 medlemmer (N+Ø) tager forbehold.");
    assert_eq!(counts(&vote), [Some(5), None, None]);
    assert_eq!(vote.in_favour.parties, ["A", "V", "C"]);
    assert_eq!(
        (vote.reserved.count, vote.reserved.parties),
        (Some(2), vec!["N".to_owned(), "Ø".to_owned()])
    );
    assert_eq!(vote.question.as_deref(), Some("forslaget"));
}

#[test]
fn one_sentence_may_hold_all_sides() {
    let vote = vote(
        "For stemte 57 (S, V, M), imod stemte 45 (SF, DF, LA), hverken for eller imod stemte 5 (EL).",
    );
    assert_eq!(counts(&vote), [Some(57), Some(45), Some(5)]);
    assert_eq!(vote.in_favour.parties, ["A", "V", "M"]);
    assert_eq!(vote.abstain.parties, ["Ø"]);
}

#[test]
fn outcomes_follow_the_words_of_protocols() {
    for (text, outcome) in [
        ("Godkendt.", DecisionOutcome::Godkendt),
        ("Indstillingen blev vedtaget.", DecisionOutcome::Vedtaget),
        ("Indstillingen tiltrådt.", DecisionOutcome::Tiltraadt),
        ("Anbefales godkendt.", DecisionOutcome::Anbefalet),
        ("Indstilles godkendt.", DecisionOutcome::Anbefalet),
        ("Orienteringen blev taget til efterretning.", DecisionOutcome::TagetTilEfterretning),
        ("Udvalget drøftede sagen.", DecisionOutcome::Droeftet),
        ("Sagen udsættes.", DecisionOutcome::Udsat),
        ("Forslaget blev ikke godkendt.", DecisionOutcome::Forkastet),
        ("Bortfaldet.", DecisionOutcome::Bortfaldet),
        ("Fremsendes til byrådet.", DecisionOutcome::Henvist),
        ("Sagen sendes tilbage til forvaltningen.", DecisionOutcome::SendtTilbage),
        ("Punktet udgår.", DecisionOutcome::Udgaaet),
        ("Ingen.", DecisionOutcome::Ingen),
    ] {
        assert_eq!(decided(text).items[0].outcome, Some(outcome), "{text}");
    }
    assert_eq!(decided("Formanden fortalte om turen.").items[0].outcome, None);
}

#[test]
fn points_are_read_one_by_one() {
    let referat = decided("Ad 1: Godkendt.\nAd 2 og 3: Anbefales.\nAd 4-5. Udsat.");
    let points: Vec<_> =
        referat.items[0].points.iter().map(|point| (point.point, point.outcome)).collect();
    let (godkendt, anbefalet, udsat) = (
        Some(DecisionOutcome::Godkendt),
        Some(DecisionOutcome::Anbefalet),
        Some(DecisionOutcome::Udsat),
    );
    assert_eq!(points, [(1, godkendt), (2, anbefalet), (3, anbefalet), (4, udsat), (5, udsat)]);
    assert_eq!(referat.items[0].points[1].text, "Anbefales.");
}

fn presence(text: &str) -> Vec<Presence> {
    decided(text).attendance
}

#[test]
fn attendance_is_read_with_times_items_and_stand_ins() {
    let one = |text: &str| {
        let found = presence(text);
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        found[0].clone()
    };
    let arrived = one(
        "Godkendt.\nSigne Goldmann, F, ankom til mødet kl. 17.32 under behandlingen af punkt 1.",
    );
    assert_eq!(
        (arrived.name.as_str(), arrived.party.as_deref(), arrived.kind),
        ("Signe Goldmann", Some("F"), AttendanceKind::Arrives)
    );
    assert_eq!((arrived.time.as_deref(), arrived.items.as_deref()), (Some("17:32"), Some("1")));
    let absent = one("Fraværende: Britt Jensen (A), sag 129-138");
    assert_eq!((absent.name.as_str(), absent.items.as_deref()), ("Britt Jensen", Some("129-138")));
    // A reason for absence is nobody's business.
    let ill = one("Afbud: Ole Holm (sygdom)");
    assert_eq!((ill.name.as_str(), ill.party), ("Ole Holm", None));
    let stands_in = one("Lars Mikkelsen (A) deltog som stedfortræder for Karen Vestergaard (A).");
    assert_eq!(
        (stands_in.kind, stands_in.replaces.as_deref()),
        (AttendanceKind::Substitute, Some("Karen Vestergaard"))
    );
    let aside = one("Godkendt.\nPeter Bak deltog ikke i behandlingen af sagen.");
    assert_eq!(
        (aside.name.as_str(), aside.kind, aside.items.as_deref()),
        ("Peter Bak", AttendanceKind::Aside, Some("1"))
    );
    let left = one("Godkendt.\nSøren Æbelholt (V) forlod mødet kl. 19.05.");
    assert_eq!((left.kind, left.time.as_deref()), (AttendanceKind::Leaves, Some("19:05")));
}

#[test]
fn every_shape_gives_the_same_referat() {
    let read = |name: &str| agenda::read_referat(&fixture(name)).unwrap().value;
    let truth = read("solby-referat.json");
    let outcomes: Vec<_> = truth.items.iter().map(|item| item.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Some(DecisionOutcome::Godkendt),
            Some(DecisionOutcome::Anbefalet),
            Some(DecisionOutcome::Anbefalet),
            Some(DecisionOutcome::Udsat),
            None,
            Some(DecisionOutcome::Godkendt),
        ]
    );
    let votes = &truth.items[1].votes;
    assert_eq!(votes.len(), 2, "{votes:#?}");
    assert_eq!(counts(&votes[0]), [Some(1), Some(5), None]);
    assert_eq!(votes[0].outcome, Some(DecisionOutcome::Forkastet));
    assert_eq!(counts(&votes[1]), [Some(5), Some(1), None]);
    for shape in ["firstagenda.json", "sbsys.xml", "html", "md", "docx"] {
        let found = read(&format!("solby-referat.{shape}"));
        for (found, truth) in found.items.iter().zip(&truth.items) {
            assert_eq!(found.decision, truth.decision, "{shape} {}", truth.number);
            assert_eq!(found.votes, truth.votes, "{shape} {}", truth.number);
            assert_eq!(found.points, truth.points, "{shape} {}", truth.number);
        }
        assert_eq!(found.items.len(), truth.items.len(), "{shape}");
    }
}

#[test]
fn a_closed_item_gives_nothing_but_its_title() {
    let text = r#"{"items":[{"number":"1","title":"Åben","fields":{"beslutning":"Godkendt."}},
        {"number":"2","title":"Lukket: Salg","case":"26/1","closed":true,
         "fields":{"beslutning":"Solgt til Ole Holm for 3 mio. kr."}}]}"#;
    let outcome = agenda::parse_referat(text.as_bytes(), "referat").unwrap();
    let json = serde_json::to_string(&outcome.value).unwrap();
    assert!(!json.contains("Solgt") && !json.contains("26/1"), "{json}");
    assert!(outcome.warnings.iter().all(|warning| !warning.message.contains("Solgt")));
}

#[test]
fn a_dagsorden_is_no_referat() {
    let outcome = agenda::read_referat(&fixture("solby.json")).unwrap();
    assert!(outcome.warnings.iter().any(|warning| warning.code == "referat-without-decisions"));
}

#[test]
fn another_bodys_decision_is_not_this_meetings() {
    let referat = agenda::parse_referat(
        "Økonomiudvalget 18-05-2026\n\nPunkt 1: Sag\n\nBeslutning i Plan- og Miljøudvalget den 05-05-2026\n\nAfvist.\n\nBeslutning i Økonomiudvalget den 18-05-2026\n\nGodkendt.\n".as_bytes(),
        "referat",
    )
    .unwrap()
    .value;
    assert_eq!(referat.items[0].decision.as_deref(), Some("Godkendt."));
}
