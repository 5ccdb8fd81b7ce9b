//! Written scenes, one for each kind of decision and each trap.

use referent::meeting::{AttendanceKind, DecisionOutcome, Evidence, ItemMinutes, SegmentId, Word};

use super::*;

/// The minutes of a meeting with one item in which this was said, one segment a text.
pub(super) fn heard(texts: &[&str]) -> (ItemMinutes, Minutes, Vec<String>) {
    let item = AgendaItem {
        number: "1".to_owned(),
        title: "Ny cykelsti på Havnegade".to_owned(),
        ..AgendaItem::default()
    };
    treated(item, texts)
}

fn treated(item: AgendaItem, texts: &[&str]) -> (ItemMinutes, Minutes, Vec<String>) {
    let (transcript, agenda, alignment) = meeting_of(item, texts);
    let Outcome { value, warnings } = minutes::draft(&transcript, &agenda, &alignment);
    let codes = warnings.into_iter().map(|warning| warning.code).collect();
    (value.items[0].clone(), value, codes)
}

/// A meeting with one item in which this was said.
pub(super) fn spoken(texts: &[&str]) -> (Transcript, Agenda, Alignment) {
    let item = AgendaItem {
        number: "1".to_owned(),
        title: "Ny cykelsti på Havnegade".to_owned(),
        ..AgendaItem::default()
    };
    meeting_of(item, texts)
}

pub(super) fn meeting_of(item: AgendaItem, texts: &[&str]) -> (Transcript, Agenda, Alignment) {
    let segments: Vec<Segment> =
        texts.iter().enumerate().map(|(at, text)| segment(at, text)).collect();
    let span = ItemSpan {
        number: item.number.clone(),
        title: item.title.clone(),
        start: Some(0.0),
        end: Some(1000.0),
        spans: vec![TimeSpan::new(0.0, 1000.0)],
        segments: segments.iter().map(|segment| segment.id).collect(),
        confidence: 1.0,
        evidence: Vec::new(),
        state: ItemState::Treated,
        closed: false,
        joint: Vec::new(),
    };
    let alignment = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: vec![span],
        unassigned: Vec::new(),
        closed: Vec::new(),
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    let agenda = Agenda {
        date: Some("2025-11-26".to_owned()),
        members: [("Bo Steffensen", "V"), ("Mette Dalsgaard", "F"), ("Torben Kjærgaard", "V")]
            .map(|(name, party)| Member {
                name: name.to_owned(),
                party: Some(party.to_owned()),
                ..Member::default()
            })
            .to_vec(),
        ..Agenda::new(vec![item])
    };
    (Transcript::new(segments), agenda, alignment)
}

fn segment(at: usize, text: &str) -> Segment {
    Segment {
        id: at as SegmentId + 1,
        start: at as f64 * 10.0,
        end: at as f64 * 10.0 + 9.0,
        text: text.to_owned(),
        speaker: None,
        item: None,
        words: Vec::new(),
        flags: Vec::new(),
    }
}

/// Outcome and text of the decision.
pub(super) fn decided(texts: &[&str]) -> Option<(DecisionOutcome, String)> {
    heard(texts).0.decision.map(|decision| (decision.outcome, decision.text))
}

pub(super) fn outcome(texts: &[&str]) -> Option<DecisionOutcome> {
    decided(texts).map(|(outcome, _)| outcome)
}

#[test]
fn formulas_of_the_chair_decide() {
    use DecisionOutcome::*;
    for (text, expected) in [
        ("Så er indstillingen godkendt.", Godkendt),
        ("Indstillingen er dermed vedtaget.", Vedtaget),
        ("Så er indstillingen tiltrådt.", Tiltraadt),
        ("Byrådet anbefaler indstillingen.", Anbefalet),
        ("Så er orienteringen taget til efterretning.", TagetTilEfterretning),
        ("Så tager vi orienteringen til efterretning.", TagetTilEfterretning),
        ("Så er sagen drøftet.", Droeftet),
        ("Så udsætter vi punktet.", Udsat),
        ("Punktet er udskudt.", Udsat),
        ("Forslaget er dermed forkastet.", Forkastet),
        ("Så er indstillingen afvist.", Forkastet),
        ("Forslaget er dermed bortfaldet.", Bortfaldet),
        ("Sagen oversendes til Økonomiudvalget.", Henvist),
        ("Så sender vi sagen tilbage til udvalget.", SendtTilbage),
        ("Punktet er udgået af dagsordenen.", Udgaaet),
        ("Det er vedtaget.", Vedtaget),
        ("Godkendt.", Godkendt),
    ] {
        assert_eq!(outcome(&[text]), Some(expected), "{text}");
    }
}

#[test]
fn silent_consent_decides() {
    use DecisionOutcome::*;
    for (texts, expected) in [
        (&["Kan vi tiltræde indstillingen? Det kan vi. Så er den godkendt."][..], Godkendt),
        (&["Kan vi tiltræde indstillingen?", "Det gjorde vi."], Tiltraadt),
        (&["Kan vi sige ja til det?", "Ja."], Godkendt),
        (&["Kan vi godkende det? Det gør vi."], Godkendt),
        (&["Hvis ingen gør indsigelse, betragter jeg dette som vedtaget."], Vedtaget),
        (
            &[
                "Jeg foreslår, at vi udsætter punktet til januar. Er der nogen imod det?",
                "Det er der ikke.",
            ],
            Udsat,
        ),
    ] {
        assert_eq!(outcome(texts), Some(expected), "{texts:?}");
    }
}

#[test]
fn what_only_sounds_like_a_decision_is_none() {
    for text in [
        "Jeg foreslår, at vi afviser sagen.",
        "Er indstillingen godkendt?",
        "Kan vi tiltræde indstillingen? Det kan vi ikke.",
        "Indstillingen er ikke godkendt.",
        "Udvalget har godkendt planen.",
        "Økonomiudvalget godkendte den i sidste uge.",
        "Planen blev vedtaget i januar.",
        "Lokalplanen er vedtaget i 2019, og den gælder stadig.",
        "Vi i Venstre godkender ikke det her.",
        "Enhedslisten tiltræder indstillingen.",
        "Jeg synes, at vi skal udsætte punktet.",
        "Hvis sagen sendes tilbage, mister vi pengene.",
        "Skal vi ikke sende sagen tilbage til udvalget?",
        "Regionen har forkastet vores forslag.",
        "Når den er vedtaget, går vi i gang.",
        "Vi sender et brev til borgerne.",
        "Forslaget om udsættelse er forkastet.",
        "Ændringsforslaget er forkastet.",
    ] {
        let (item, _, codes) = heard(&[text]);
        assert_eq!(item.decision, None, "{text}");
        assert!(codes.contains(&"no-decision".to_owned()), "{text}");
    }
}

#[test]
fn the_last_formula_stands_and_the_change_is_told() {
    let (item, _, codes) = heard(&[
        "Så er indstillingen godkendt.",
        "Undskyld, der var en mere på talerlisten.",
        "Tallene passer ikke, og vi mangler et bilag.",
        "Så udsætter vi punktet til mødet den 12. marts.",
    ]);
    let decision = item.decision.unwrap();
    assert_eq!(decision.outcome, DecisionOutcome::Udsat);
    assert_eq!(decision.postponed_to.as_deref(), Some("mødet den 12. marts"));
    assert_eq!(decision.evidence.segments, [4]);
    assert_eq!(codes, ["decision-changed"]);
}

#[test]
fn a_referral_names_the_body() {
    let (item, ..) = heard(&["Så sender vi sagen tilbage til Teknik- og Miljøudvalget."]);
    assert_eq!(item.decision.unwrap().referred_to.as_deref(), Some("Teknik- og Miljøudvalget"));
}

#[test]
fn what_was_adopted_as_it_stood_has_the_words_of_the_indstilling() {
    let mut item = AgendaItem {
        number: "1".to_owned(),
        title: "Cykelsti".to_owned(),
        ..AgendaItem::default()
    };
    let motion =
        "Forvaltningen indstiller,\n1. at cykelstien anlægges\n2. at der afsættes\n   2 mio. kr.";
    item.fields.insert("indstilling".to_owned(), FieldText { text: motion.to_owned(), html: None });
    let (plain, ..) = treated(item.clone(), &["Så er indstillingen godkendt."]);
    assert_eq!(
        plain.decision.unwrap().text,
        "Indstillingen er godkendt: at cykelstien anlægges; at der afsættes 2 mio. kr."
    );
    let (changed, ..) =
        treated(item, &["Så er indstillingen godkendt med den tilføjelse, at skolen høres."]);
    assert_eq!(
        changed.decision.unwrap().text,
        "Indstillingen er godkendt med den tilføjelse, at skolen høres."
    );
}

#[test]
fn points_are_decided_one_by_one() {
    let (item, ..) = heard(&["Ad 1 er godkendt. Ad 2 er udsat."]);
    let decision = item.decision.unwrap();
    let points: Vec<_> = decision.points.iter().map(|point| (point.point, point.outcome)).collect();
    assert_eq!(points, [(1, DecisionOutcome::Godkendt), (2, DecisionOutcome::Udsat)]);
    assert_eq!(decision.text, "Ad 1 er godkendt. Ad 2 er udsat.");
}

/// Question, the three sides and the outcome of each vote.
pub(super) fn votes(texts: &[&str]) -> Vec<String> {
    heard(texts)
        .0
        .votes
        .iter()
        .map(|vote| {
            let side = |ballot: &referent::meeting::Ballot| {
                let count = ballot.count.map_or("-".to_owned(), |count| count.to_string());
                let who = [ballot.parties.join("+"), ballot.names.join("+")].concat();
                format!("{count} {who}").trim().to_owned()
            };
            let outcome = vote.outcome.map_or("-", DecisionOutcome::danish);
            let sides = [&vote.in_favour, &vote.against, &vote.abstain].map(side).join(" | ");
            format!("{} | {sides} | {outcome}", vote.question)
        })
        .collect()
}

#[test]
fn votes_are_read_in_every_notation() {
    for (text, expected) in [
        (
            "Vi går til afstemning. Hvem stemmer for? Det er femogtyve. Hvem stemmer imod? Ingen. Så er den vedtaget.",
            " | 25 | 0 | - | vedtaget",
        ),
        (
            "For stemmer Socialdemokratiet og Venstre, det er 15. Imod stemmer SF, det er tre. Forslaget er vedtaget.",
            "forslaget | 15 A+V | 3 F | - | vedtaget",
        ),
        (
            "22 stemte for, 2 stemte imod og 1 undlod at stemme. Indstillingen er vedtaget.",
            "indstillingen | 22 | 2 | 1 | vedtaget",
        ),
        (
            "Indstillingen er vedtaget med 15 stemmer mod 10.",
            "indstillingen | 15 | 10 | - | vedtaget",
        ),
        ("Så er indstillingen enstemmigt vedtaget.", "indstillingen | - alle | - | - | vedtaget"),
        (
            "Alle undtagen Enhedslisten stemmer for. Indstillingen er vedtaget.",
            "indstillingen | - alle undtagen Ø | - | - | vedtaget",
        ),
        (
            "For: 20 (Bo Hilsted (A), Lars Simonsen (B)). Imod: 6 (Ergin Özer (A)).",
            " | 20 Bo Hilsted (A)+Lars Simonsen (B) | 6 Ergin Özer (A) | - | -",
        ),
        (
            "For flertalsindstillingen stemte 11 (Radikale Venstre, Venstre). Imod stemte 8 (Socialdemokratiet). Undlod at stemme 5 (Dansk Folkeparti). Godkendt.",
            " | 11 B+V | 8 A | 5 O | vedtaget",
        ),
        (
            "5 medlemmer (A+V+C) anbefaler forslaget. 2 medlemmer (N+Ø) tager forbehold.",
            " | 5 A+V+C | - | 2 N+Ø | -",
        ),
        (
            "Der stemmes om lovforslaget. For stemte 68 (SF, DD og KF), imod stemte 94 (S, V og RV), hverken for eller imod stemte 0. Lovforslaget er forkastet.",
            "lovforslaget | 68 F+Æ+C | 94 A+V+B | 0 | forkastet",
        ),
    ] {
        assert_eq!(votes(&[text]), [expected], "{text}");
    }
}

#[test]
fn the_amendment_is_voted_on_first() {
    assert_eq!(
        votes(&[
            "Vi stemmer først om ændringsforslaget fra SF. Hvem stemmer for? Det er SF, 3 stemmer.",
            "Hvem stemmer imod? Det er Venstre, 7. Ændringsforslaget er forkastet.",
            "Så stemmer vi om indstillingen. For stemmer Venstre, det er 7. Imod stemmer SF, det er 3.",
            "Indstillingen er vedtaget.",
        ]),
        [
            "ændringsforslaget fra SF | 3 F | 7 V | - | forkastet",
            "indstillingen | 7 V | 3 F | - | vedtaget",
        ]
    );
}

#[test]
fn debate_is_no_vote() {
    for text in [
        "Dansk Folkeparti stemmer imod. Vi stemmer for i Venstre.",
        "To ud af tre stemte for dengang, og 30 stemte imod i udvalget.",
        "Vi undlader at stemme om ændringsforslaget, men vi støtter planen.",
        "Hvem kan have noget imod, at reglerne bliver bedre? Ingen.",
        "Høringssvarene er enstemmigt imod.",
        "Der er 140 boliger i planen og 92 i den anden.",
    ] {
        assert_eq!(votes(&[text]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn sums_that_do_not_fit_are_told() {
    let vote =
        "Vi går til afstemning. Hvem stemmer for? 20. Hvem stemmer imod? 3. Forslaget er vedtaget.";
    let (_, _, codes) = heard(&["Vi er 25 medlemmer til stede.", vote]);
    assert!(codes.contains(&"vote-sum".to_owned()), "{codes:?}");
    let (_, _, codes) = heard(&["Vi er 23 medlemmer til stede.", vote]);
    assert!(!codes.contains(&"vote-sum".to_owned()), "{codes:?}");
}

#[test]
fn actions_have_dates_after_the_meeting() {
    let (item, ..) = heard(&[
        "Forvaltningen vender tilbage senest den 1. marts med beregningerne.",
        "Jeg sender et notat inden den femtende december.",
        "Administrationen følger op på det inden næste møde.",
        "Vi skriver til beboerne.",
        "Kan forvaltningen sende et notat inden jul?",
        "Jeg har sendt et brev den 1. november.",
    ]);
    let actions: Vec<_> =
        item.actions.iter().map(|a| (a.who.as_deref(), a.due.as_deref())).collect();
    assert_eq!(
        actions,
        [
            (Some("Forvaltningen"), Some("2026-03-01")),
            (None, Some("2025-12-15")),
            (Some("Administrationen"), Some("inden næste møde")),
        ]
    );
}

#[test]
fn attendance_is_read_and_its_reasons_are_not() {
    let (_, minutes, _) = heard(&[
        "Der er afbud fra Bo Steffensen på grund af sygdom. Som stedfortræder møder Inger Maagaard.",
        "Mette Dalsgaard er inhabil og forlader lokalet.",
        "Torben Kjærgaard er nu kommet til stede.",
        "Så er indstillingen godkendt.",
    ]);
    let seen: Vec<_> = minutes
        .attendance
        .iter()
        .map(|one| (one.name.as_str(), one.kind, one.item.as_deref(), one.replaces.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("Bo Steffensen", AttendanceKind::Absent, None, None),
            ("Inger Maagaard", AttendanceKind::Substitute, None, Some("Bo Steffensen")),
            ("Mette Dalsgaard", AttendanceKind::Disqualified, Some("1"), None),
            ("Torben Kjærgaard", AttendanceKind::Arrives, Some("1"), None),
        ]
    );
    assert!(!serde_json::to_string(&minutes).unwrap().contains("sygdom"));
}

#[test]
fn a_dissent_needs_a_vote() {
    let wish = "Vi ønsker ført til protokols, at Enhedslisten ikke kan støtte salget af jorden.";
    let (item, _, codes) = heard(&[wish, "Så er indstillingen godkendt."]);
    assert_eq!(item.dissents[0].text, "Enhedslisten kan ikke støtte salget af jorden.");
    assert_eq!(item.dissents[0].who.as_deref(), Some("Ø"));
    assert_eq!(codes, ["dissent-without-vote"]);
}

#[test]
fn damaged_formulas_are_understood_and_trusted_less() {
    let confidence = |text: &str| heard(&[text]).0.decision.unwrap().evidence.confidence;
    assert_eq!(outcome(&["Så er indstillingen godkent."]), Some(DecisionOutcome::Godkendt));
    assert_eq!(outcome(&["Forslaget er dermed fokastet."]), Some(DecisionOutcome::Forkastet));
    assert!(
        confidence("Så er indstillingen godkent.") < confidence("Så er indstillingen godkendt.")
    );
}

/// As `small` heard them; only a chair's frame makes them results, and they are never sure.
#[test]
fn the_ruins_of_a_formula_decide_within_a_frame_of_the_chair_only() {
    use DecisionOutcome::*;
    for (text, expected) in [
        ("Lokalplanen har hun alder autale her med enligt vedtage.", Vedtaget),
        ("Godt så er vi enten at tage det til efterhattning.", TagetTilEfterretning),
        (
            "Så kan kludere jeg at se en senest tilbage til børerne og skole udvalgt med henblik på \
             suplejerne behindinger.",
            SendtTilbage,
        ),
    ] {
        let (item, minutes, _) = heard(&[text]);
        let decision = item.decision.unwrap();
        assert_eq!(decision.outcome, expected, "{text}");
        let marked = minutes.warnings.iter().any(|one| one.message.contains("not certain"));
        assert!(marked, "{text}: {:?}", decision.evidence);
    }
    for text in [
        "Så er spørgsmålet, om vi skal tage det til efterretning.",
        "Så er det op til os at tage det til efterforskning, hvis vi vil.",
        "Vi vender tilbage til udvalget.",
        "Så kan jeg konkludere, at vi ikke sender den tilbage til udvalget.",
        "Her med planen i hånden kan vi vedtage noget godt.",
        "Det er her, med lokalplanen i hånden, at vi skal vedtage noget.",
    ] {
        assert_eq!(outcome(&[text]), None, "{text}");
    }
}

#[test]
fn speech_without_full_stops_decides_too() {
    let run_on = "det er noteret er der andre det er der ikke, så er dagsordenen godkendt.";
    assert_eq!(outcome(&[run_on]), Some(DecisionOutcome::Godkendt));
    // What is left of the amendment's name must not pass for the item's own decision.
    assert_eq!(outcome(&["Endhænsforslæt er forkastet."]), None);
    assert_eq!(outcome(&["Indstillingen er dermed vedtage."]), Some(DecisionOutcome::Vedtaget));
}

#[test]
fn a_vote_that_was_not_understood_is_told() {
    let (item, _, codes) = heard(&[
        "Så stemmer vi om indstillingen. Vem stemmer for det er sosiale mokhatid Jald Tortju.",
        "I mål stemmer Inhidslisten åter. Indstillingen er vedtaget.",
    ]);
    for side in item.votes.iter().flat_map(|v| [&v.in_favour, &v.against, &v.abstain]) {
        assert_eq!(side.count, None);
    }
    assert_eq!(item.decision.unwrap().outcome, DecisionOutcome::Vedtaget);
    assert_eq!(codes, ["vote-unread"]);
}

#[test]
fn words_heard_badly_are_marked() {
    let mut said = segment(0, "Indstillingen er godkendt.");
    said.words = vec![Word { start: 0.0, end: 1.0, text: "godkendt".to_owned(), probability: 0.4 }];
    let agenda = Agenda::new(vec![AgendaItem {
        number: "1".to_owned(),
        title: "Sag".to_owned(),
        ..AgendaItem::default()
    }]);
    let alignment = referent::align::align(&Transcript::new(vec![said.clone()]), &agenda).value;
    let mut alignment = alignment;
    alignment.items[0].segments = vec![1];
    let Outcome { value, warnings } =
        minutes::draft(&Transcript::new(vec![said]), &agenda, &alignment);
    let Evidence { confidence, .. } = value.items[0].decision.clone().unwrap().evidence;
    assert!(confidence < 0.5, "{confidence}");
    assert!(warnings.iter().any(|warning| warning.code == "decision-doubtful"));
}

#[test]
fn a_summary_is_short_and_in_order() {
    let (item, ..) = heard(&[
        "Tak for ordet, borgmester. Cykelstien på Havnegade koster 4 millioner kroner at anlægge i år.",
        "Ja. Og så. Venstre støtter cykelstien, fordi skolebørnene har brug for en sikker vej til skole.",
        "Jeg kan godt lide kaffe. Enhedslisten mener, at cykelstien på Havnegade skal være bredere.",
        "Værsgo, Mette Dalsgaard. Så er indstillingen godkendt.",
    ]);
    let texts: Vec<&str> = item.summary.iter().map(|statement| statement.text.as_str()).collect();
    assert!((1..=5).contains(&texts.len()), "{texts:?}");
    assert!(texts.iter().any(|text| text.to_lowercase().contains("cykelstien")), "{texts:?}");
    assert!(
        !texts.iter().any(|text| text.contains("Værsgo") || text.contains("kaffe")),
        "{texts:?}"
    );
    let starts: Vec<_> = item.summary.iter().map(|s| s.evidence.segments[0]).collect();
    assert!(starts.is_sorted());
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn no_text_breaks_it(texts in proptest::collection::vec("(\\PC{0,60}|(stemte|for|imod|godkendt|\\(|\\)|[0-9]{1,11}|punkt|ad|den|marts|\\?|\\.| |ført til protokols:|Æ){0,25})", 0..6)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (item, ..) = heard(&texts);
        for vote in item.votes {
            proptest::prop_assert!(vote.evidence.segments.iter().all(|id| *id as usize <= texts.len()));
        }
    }
}
