//! Proposals of members beside the item's own indstilling.

use referent::meeting::DecisionOutcome::{self, *};

use super::scene::{decided, heard, outcome, votes};

#[test]
fn the_fall_of_a_members_proposal_is_not_the_decision() {
    let texts = [
        "Bo Steffensen foreslår, at stien anlægges ved skolen.",
        "Vi stemmer om Bo Steffensens forslag. For stemmer 2. Imod stemmer 13. Forslaget er faldet.",
        "Indstillingen blev herefter godkendt med 13 stemmer for og 2 imod.",
    ];
    assert_eq!(outcome(&texts), Some(Godkendt));
    assert_eq!(
        votes(&texts),
        [
            "Bo Steffensens forslag | 2 | 13 | - | forkastet",
            "indstillingen | 13 | 2 | - | vedtaget",
        ]
    );
    let (_, _, codes) = heard(&texts);
    assert!(!codes.contains(&"decision-doubtful".to_owned()), "{codes:?}");
}

#[test]
fn a_members_proposal_alone_leaves_the_decision_in_doubt() {
    let (item, minutes, _) = heard(&[
        "Vi stemmer om forslaget fra SF. For stemmer 2. Imod stemmer 13. Forslaget er dermed faldet.",
    ]);
    assert_eq!(item.decision.map(|decision| decision.outcome), Some(Forkastet));
    let told = |warning: &referent::meeting::Warning| warning.message.contains("own proposal");
    assert!(minutes.warnings.iter().any(told), "{:?}", minutes.warnings);
}

#[test]
fn a_protocols_past_tense_decides_here_and_now_only() {
    for (text, expected) in [
        ("Indstillingen blev herefter godkendt.", Some(Godkendt)),
        ("Sagen blev dermed enstemmigt vedtaget.", Some(Vedtaget)),
        ("Forslaget blev forkastet med 2 stemmer for og 13 imod.", Some(Forkastet)),
        ("Indstillingen blev herefter godkendt i udvalget.", None),
        ("Planen blev herefter vedtaget sidste år.", None),
        ("Indstillingen blev derefter godkendt på mødet i januar.", None),
        ("Udvalget godkendte den sidste måned.", None),
        ("Planen blev vedtaget.", None),
        ("Forslaget blev forkastet.", None),
    ] {
        assert_eq!(outcome(&[text]), expected, "{text}");
    }
}

#[test]
fn counts_for_and_against_are_read_in_one_breath() {
    for (text, expected) in [
        (
            "Indstillingen er godkendt med 13 stemmer for og 2 imod.",
            "indstillingen | 13 | 2 | - | vedtaget",
        ),
        (
            "Forslaget blev forkastet med 2 stemmer for og 13 stemmer imod.",
            "forslaget | 2 | 13 | - | forkastet",
        ),
    ] {
        assert_eq!(votes(&[text]), [expected], "{text}");
    }
}

#[test]
fn an_amendment_has_its_words_and_who_moved_it() {
    let vote = "Så stemmer vi om ændringsforslaget. Hvem stemmer for? 5. Hvem stemmer imod? 8. \
                Ændringsforslaget er dermed forkastet.";
    for (moved, by, text) in [
        (
            "Mette Dalsgaard stiller ændringsforslag om, at stien ikke anlægges ved havnen.",
            &["Mette Dalsgaard"][..],
            "At stien ikke anlægges ved havnen.",
        ),
        (
            "Jeg vil foreslå et ændringsforslag om, at stien anlægges ved havnen.",
            &[],
            "At stien anlægges ved havnen.",
        ),
        ("Mette Dalsgaard stiller ændringsforslag.", &["Mette Dalsgaard"], "Ændringsforslaget."),
    ] {
        let (item, minutes, codes) = heard(&[moved, vote]);
        let [amendment] = item.amendments.as_slice() else { panic!("{moved}: {item:?}") };
        assert_eq!(amendment.by, by, "{moved}");
        assert_eq!(amendment.text, text, "{moved}");
        assert_eq!(amendment.outcome, Some(DecisionOutcome::Forkastet), "{moved}");
        let told = |code: &str| codes.contains(&code.to_owned());
        assert_eq!(told("amendment-without-mover"), by.is_empty(), "{moved}: {codes:?}");
        let wordless = text == "Ændringsforslaget.";
        assert_eq!(told("amendment-without-words"), wordless, "{moved}: {codes:?}");
        let timed = |one: &&referent::meeting::Warning| one.code.starts_with("amendment-");
        assert!(minutes.warnings.iter().filter(timed).all(|one| one.span.is_some()));
    }
}

#[test]
fn an_amendment_that_is_never_worded_is_told() {
    let (item, _, codes) =
        heard(&["Mette Dalsgaard stiller et ændringsforslag.", "Så er indstillingen godkendt."]);
    assert!(item.amendments.is_empty());
    assert!(codes.contains(&"amendment-without-words".to_owned()), "{codes:?}");
}

#[test]
fn a_protokollat_stands_in_the_order_of_a_main_clause() {
    for (said, written) in [
        ("at Enhedslisten ikke kan støtte salget.", "Enhedslisten kan ikke støtte salget."),
        (
            "at Det Konservative Folkeparti fortsat ikke vil acceptere prisen, fordi den er høj.",
            "Det Konservative Folkeparti vil fortsat ikke acceptere prisen, fordi den er høj.",
        ),
        (
            "at Enhedslisten finder, at planen ikke kan bære.",
            "Enhedslisten finder, at planen ikke kan bære.",
        ),
        ("at Enhedslisten finder planen for dyr.", "Enhedslisten finder planen for dyr."),
    ] {
        let wish = format!("Vi ønsker ført til protokols, {said}");
        let (item, ..) = heard(&["Så er indstillingen godkendt.", &wish]);
        assert_eq!(item.dissents[0].text, written, "{said}");
    }
}

#[test]
fn a_reversed_decision_gives_way_to_the_later_one() {
    let texts = [
        "Så sender vi sagen tilbage til Skoleudvalget.",
        "Byrådet ændrer sin beslutning, så indstillingen er nu godkendt.",
    ];
    assert_eq!(decided(&texts).map(|(outcome, _)| outcome), Some(Godkendt));
    let (_, minutes, _) = heard(&texts);
    let told = |one: &referent::meeting::Warning| one.message.contains("changed in the meeting");
    assert!(minutes.warnings.iter().any(told), "{:?}", minutes.warnings);
}
