//! Phrasings that a hurried chair uses, and that a reader of formulas gets wrong.

use referent::meeting::{AttendanceKind, DecisionOutcome};

use super::scene::{decided, heard, meeting_of, outcome, votes};
use super::*;

/// The decision when the body of this name meets.
fn decided_by(committee: &str, texts: &[&str]) -> Option<DecisionOutcome> {
    let item = AgendaItem {
        number: "1".to_owned(),
        title: "Ny cykelsti på Havnegade".to_owned(),
        ..AgendaItem::default()
    };
    let (transcript, mut agenda, alignment) = meeting_of(item, texts);
    agenda.committee = Some(committee.to_owned());
    let drafted = minutes::draft(&transcript, &agenda, &alignment).value;
    drafted.items[0].decision.as_ref().map(|decision| decision.outcome)
}

#[test]
fn a_condition_stands_in_the_text_and_is_told() {
    use DecisionOutcome::*;
    for (texts, expected, kept) in [
        (
            &[
                "Indstillingen er godkendt under forudsætning af, at Økonomiudvalget finder pengene.",
            ][..],
            Godkendt,
            "Økonomiudvalget finder pengene",
        ),
        (
            &["Så godkender vi det, forudsat at naboerne ikke gør indsigelse."],
            Godkendt,
            "naboerne ikke gør indsigelse",
        ),
        (
            &[
                "Indstillingen er vedtaget på betingelse af, at byggeriet ikke bliver højere end naboens.",
            ],
            Vedtaget,
            "ikke bliver højere",
        ),
        (
            &["Så er indstillingen tiltrådt, hvis forvaltningen får høringen på plads."],
            Tiltraadt,
            "får høringen på plads",
        ),
        (
            &[
                "Så er indstillingen godkendt.",
                "Det er under forudsætning af, at regionen betaler halvdelen.",
            ],
            Godkendt,
            "regionen betaler halvdelen",
        ),
    ] {
        let (item, _, codes) = heard(texts);
        let decision = item.decision.unwrap_or_else(|| panic!("{texts:?}"));
        assert_eq!(decision.outcome, expected, "{texts:?}");
        assert!(decision.text.contains(kept), "{texts:?}: {}", decision.text);
        assert!(codes.contains(&"decision-conditional".to_owned()), "{texts:?}: {codes:?}");
    }
    let plain = heard(&["Så er indstillingen godkendt."]);
    let bound = heard(&["Så er indstillingen godkendt, hvis pengene findes."]);
    let sure = |heard: &(_, _, _)| {
        let item: &referent::meeting::ItemMinutes = &heard.0;
        let _: (&Minutes, &Vec<String>) = (&heard.1, &heard.2);
        item.decision.as_ref().unwrap().evidence.confidence
    };
    assert!(sure(&bound) < sure(&plain));
}

#[test]
fn whoever_corrects_himself_is_believed_the_second_time() {
    use DecisionOutcome::*;
    for (texts, expected) in [
        (&["Vi ændrer beslutningen: punktet er udsat til januar."][..], Udsat),
        (&["Så er indstillingen godkendt.", "Det var en fejl, sagen er udsat."], Udsat),
        (&["Undskyld, jeg sagde godkendt, men indstillingen er forkastet."], Forkastet),
        (&["Den er ikke godkendt, den er udsat."], Udsat),
        (
            &["Indstillingen er ikke vedtaget, men sagen er sendt tilbage til udvalget."],
            SendtTilbage,
        ),
        (&["Så er den vedtaget.", "Nej, undskyld. Indstillingen er forkastet."], Forkastet),
    ] {
        assert_eq!(outcome(texts), Some(expected), "{texts:?}");
    }
}

#[test]
fn a_decision_that_is_taken_back_without_another_one_is_doubted() {
    for undoing in [
        "Vi omgør beslutningen.",
        "Det var en fejl.",
        "Jeg tog fejl i afstemningen.",
        "Vi ændrer lige beslutningen her.",
    ] {
        let (item, _, codes) = heard(&["Så er indstillingen godkendt.", undoing]);
        let sure = heard(&["Så er indstillingen godkendt."]).0.decision.unwrap();
        assert!(codes.contains(&"decision-doubtful".to_owned()), "{undoing}: {codes:?}");
        assert!(item.decision.unwrap().evidence.confidence < sure.evidence.confidence);
    }
}

#[test]
fn each_body_decides_for_itself() {
    use DecisionOutcome::*;
    let council = |text: &str| decided_by("Byrådet", &[text]);
    assert_eq!(
        council("Økonomiudvalget anbefalede indstillingen. Så er indstillingen godkendt."),
        Some(Godkendt)
    );
    assert_eq!(
        council("Økonomiudvalget anbefaler indstillingen, og byrådet tiltræder den."),
        Some(Tiltraadt)
    );
    assert_eq!(council("Økonomiudvalget anbefaler indstillingen."), None);
    assert_eq!(council("Planen er godkendt af Miljøstyrelsen."), None);
    assert_eq!(council("Magistraten tiltræder indstillingen."), None);
    assert_eq!(council("Udvalget anbefaler, at byrådet godkender planen."), None);
    let committee = |text: &str| decided_by("Økonomiudvalget", &[text]);
    assert_eq!(committee("Økonomiudvalget anbefaler indstillingen."), Some(Anbefalet));
    assert_eq!(committee("Udvalget tiltræder indstillingen."), Some(Tiltraadt));
    assert_eq!(committee("Børneudvalget anbefaler indstillingen."), None);
    assert_eq!(committee("Byrådet godkender indstillingen på torsdag."), None);
}

#[test]
fn points_in_one_breath_are_decided_one_by_one() {
    use DecisionOutcome::*;
    for (text, expected) in [
        (
            "Ad 1 godkendt, ad 2 udsat og ad 3 taget til efterretning.",
            &[(1, Godkendt), (2, Udsat), (3, TagetTilEfterretning)][..],
        ),
        (
            "Ad 1 til 3 er tiltrådt, ad 4 er udsat.",
            &[(1, Tiltraadt), (2, Tiltraadt), (3, Tiltraadt), (4, Udsat)],
        ),
        ("Ad 1 og 2: godkendt. Ad 3: forkastet.", &[(1, Godkendt), (2, Godkendt), (3, Forkastet)]),
        ("Ad et er godkendt. Ad to er ikke godkendt endnu.", &[(1, Godkendt)]),
    ] {
        let decision = heard(&[text]).0.decision.unwrap_or_else(|| panic!("{text}"));
        let points: Vec<_> = decision.points.iter().map(|p| (p.point, p.outcome)).collect();
        assert_eq!(points, expected, "{text}");
    }
}

#[test]
fn referrals_and_postponements_name_their_goal_alone() {
    for (text, body) in [
        ("Sagen oversendes til behandling i Teknik- og Miljøudvalget.", "Teknik- og Miljøudvalget"),
        ("Vi sender sagen retur til forvaltningen.", "forvaltningen"),
        ("Så sender vi sagen til Udvalget for Børn og Unge.", "Udvalget for Børn og Unge"),
        ("Sagen er hjemvist til Økonomiudvalget.", "Økonomiudvalget"),
    ] {
        let decision = heard(&[text]).0.decision.unwrap_or_else(|| panic!("{text}"));
        assert_eq!(decision.referred_to.as_deref(), Some(body), "{text}");
    }
    for (text, when) in [
        (
            "Punktet er udsat til næste ordinære møde den 28. januar.",
            "næste ordinære møde den 28. januar",
        ),
        ("Sagen udsættes til et senere møde.", "et senere møde"),
        ("Så udsætter vi punktet til mødet i marts.", "mødet i marts"),
    ] {
        let decision = heard(&[text]).0.decision.unwrap_or_else(|| panic!("{text}"));
        assert_eq!(decision.postponed_to.as_deref(), Some(when), "{text}");
    }
}

#[test]
fn silence_consents_in_more_ways_than_one() {
    use DecisionOutcome::*;
    for (texts, expected) in [
        (&["Kan udvalget tiltræde indstillingen?", "Det kan udvalget."][..], Tiltraadt),
        (
            &["Hvis der ikke er flere bemærkninger, så er orienteringen taget til efterretning."],
            TagetTilEfterretning,
        ),
        (&["Er der bemærkninger? Det er der ikke. Så er det godkendt."], Godkendt),
        (&["Ingen indvendinger, så det er vedtaget."], Vedtaget),
        (&["Kan vi godkende den? Ja, det kan vi."], Godkendt),
        (&["Så er det sagt, og så er indstillingen godkendt, endnu engang tak."], Godkendt),
        (&["Som jeg sagde, så er punktet udsat."], Udsat),
    ] {
        assert_eq!(outcome(texts), Some(expected), "{texts:?}");
    }
}

#[test]
fn what_sounds_like_a_decision_in_the_debate_is_none() {
    for text in [
        "Borgmesteren sagde, at sagen er godkendt.",
        "Det er ikke vedtaget endnu.",
        "Planen er næsten godkendt.",
        "Hun er godkendt som plejeforælder.",
        "Vi har aldrig vedtaget det.",
        "Jeg troede, at sagen var udsat.",
        "Var det godkendt?",
        "Jeg synes ikke, at den er godkendt på et ordentligt grundlag.",
        "Lokalplanen er vedtaget af kommunalbestyrelsen i Aarhus, ikke her, så vidt jeg ved måske.",
    ] {
        assert_eq!(decided(&[text]), None, "{text}");
    }
}

#[test]
fn votes_as_they_are_said_aloud() {
    for (text, expected) in [
        (
            "For stemte 17, Socialdemokratiet, Venstre og Konservative. Imod stemte 4, Enhedslisten og Alternativet. Forslaget er vedtaget.",
            "forslaget | 17 A+V+C | 4 Ø+Å | - | vedtaget",
        ),
        (
            "For stemte 17, Socialdemokratiet og Venstre, imod stemte 4, Enhedslisten, og undlod at stemme gjorde 2, Radikale Venstre.",
            " | 17 A+V | 4 Ø | 2 B | -",
        ),
        (
            "Der er fem-og-tyve for og seks imod. Indstillingen er vedtaget.",
            "indstillingen | 25 | 6 | - | vedtaget",
        ),
        (
            "Alle på nær Enhedslisten stemmer for. Indstillingen er vedtaget.",
            "indstillingen | - alle undtagen Ø | - | - | vedtaget",
        ),
        (
            "Enhedslisten stemmer imod, resten stemmer for. Indstillingen er vedtaget.",
            "indstillingen | - resten | - Ø | - | vedtaget",
        ),
        ("Med stemmerne 14 mod 11 er forslaget vedtaget.", "forslaget | 14 | 11 | - | vedtaget"),
        ("Forslaget faldt med 9 stemmer for og 16 imod.", "forslaget | 9 | 16 | - | forkastet"),
        (
            "Socialdemokratiet og Venstre stemte for, mens Enhedslisten og Alternativet stemte imod. Indstillingen er vedtaget.",
            "indstillingen | - A+V | - Ø+Å | - | vedtaget",
        ),
        (
            "Vi går til afstemning. Hvem stemmer for? Socialdemokratiet og SF, i alt 12. Hvem stemmer imod? Venstre, i alt 11. Så er forslaget vedtaget.",
            "forslaget | 12 A+F | 11 V | - | vedtaget",
        ),
    ] {
        assert_eq!(votes(&[text]), [expected], "{text}");
    }
}

#[test]
fn attendance_names_the_item_and_never_an_illness() {
    let item = |number: &str, title: &str| AgendaItem {
        number: number.to_owned(),
        title: title.to_owned(),
        ..AgendaItem::default()
    };
    let said = [
        "Bo Steffensen er sygemeldt og har meldt afbud, han er på hospitalet.",
        "Mette Dalsgaard deltager ikke i behandlingen af punkt 5, da hun er inhabil.",
        "Torben Kjærgaard er ikke inhabil.",
        "Torben Kjærgaard forlader mødet under punkt 5.",
        "Mette Dalsgaard oplyser, at Bo Steffensen ikke deltager i behandlingen af punkt 5.",
        "Torben Kjærgaard deltog ikke i behandlingen af sagen.",
        "Mette Dalsgaard deltager ikke i afstemningen.",
        "Deltager Mette Dalsgaard ikke i behandlingen?",
        "Så er indstillingen godkendt.",
    ];
    let (transcript, mut agenda, alignment) = meeting_of(item("1", "Ny cykelsti"), &said);
    agenda.items.push(item("5", "Salg af grund"));
    let drafted = minutes::draft(&transcript, &agenda, &alignment).value;
    let seen: Vec<_> = drafted
        .attendance
        .iter()
        .map(|one| (one.name.as_str(), one.kind, one.item.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("Bo Steffensen", AttendanceKind::Absent, None),
            ("Mette Dalsgaard", AttendanceKind::Disqualified, Some("5")),
            ("Torben Kjærgaard", AttendanceKind::Leaves, Some("5")),
            ("Bo Steffensen", AttendanceKind::Aside, Some("5")),
            ("Torben Kjærgaard", AttendanceKind::Aside, Some("1")),
        ]
    );
    let json = serde_json::to_string(&drafted).unwrap();
    assert!(!json.contains("syge") && !json.contains("hospital"), "{json}");
}

#[test]
fn votes_may_not_outnumber_those_who_can_be_there() {
    let vote = "Vi går til afstemning. Hvem stemmer for? Tre. Hvem stemmer imod? Ingen. Forslaget er vedtaget.";
    let (_, _, codes) = heard(&["Der er afbud fra Bo Steffensen.", vote]);
    assert!(codes.contains(&"vote-sum".to_owned()), "{codes:?}");
    let (_, _, codes) = heard(&[vote]);
    assert!(!codes.contains(&"vote-sum".to_owned()), "{codes:?}");
}
