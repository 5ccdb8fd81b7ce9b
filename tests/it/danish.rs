//! The Danish language.

mod parties;

use std::io::Write;

use proptest::prelude::*;
use referent::danish::numerals::{self, NumeralKind};
use referent::danish::parties::Register;
use referent::danish::words::tokens;
use referent::danish::{dates, normalise, words};

fn value(text: &str) -> Option<String> {
    let numeral = numerals::parse(text)?;
    Some(format!("{} {:?}", numeral.value, numeral.kind))
}

#[test]
fn numbers_are_read_in_every_form() {
    for (text, wanted) in [
        ("fem", "5 Cardinal"),
        ("femogtyve", "25 Cardinal"),
        ("fem og tyve", "25 Cardinal"),
        ("fem-og-tyve", "25 Cardinal"),
        ("halvtreds", "50 Cardinal"),
        ("halvtredsindstyve", "50 Cardinal"),
        ("treds", "60 Cardinal"),
        ("femti fem", "55 Cardinal"),
        ("fireogtres", "64 Cardinal"),
        ("to hundrede og femogtyve", "225 Cardinal"),
        ("tohundredeogfemogtyve", "225 Cardinal"),
        ("et hundrede og en", "101 Cardinal"),
        ("hundred", "100 Cardinal"),
        ("en million to hundrede tusind", "1200000 Cardinal"),
        ("tusinde og én", "1001 Cardinal"),
        ("nitten hundrede og firs", "1980 Cardinal"),
        ("tyve seksogtyve", "2026 Year"),
        ("nitten fireogfirs", "1984 Year"),
        ("tyve nul fem", "2005 Year"),
        ("fire komma to", "4,2 Cardinal"),
        ("fire komma femogtyve", "4,25 Cardinal"),
        ("ti komma et to tre", "10,123 Cardinal"),
        ("tre komma nul fem", "3,05 Cardinal"),
        ("fire komma to millioner", "4200000 Cardinal"),
        ("halvanden million", "1500000 Cardinal"),
        ("to en halv million", "2500000 Cardinal"),
        ("en halv million", "500000 Cardinal"),
        ("1,3 mio.", "1300000 Cardinal"),
        ("850.000", "850000 Cardinal"),
        ("850 000", "850000 Cardinal"),
        ("850 tusind", "850000 Cardinal"),
        ("483.552.000", "483552000 Cardinal"),
        ("1.234,5", "1234,5 Cardinal"),
        ("7.", "7 Ordinal"),
        ("syvende", "7 Ordinal"),
        ("første", "1 Ordinal"),
        ("niogtyvende", "29 Ordinal"),
        ("tredivte", "30 Ordinal"),
        ("hundrede og første", "101 Ordinal"),
        ("halvtredsindstyvende", "50 Ordinal"),
    ] {
        assert_eq!(value(text).as_deref(), Some(wanted), "{text}");
    }
    for text in ["25/26257", "17.31", "24-09-2019", "seks syv", "enten", "og", "millioner", "tier"]
    {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn the_longest_number_is_read_and_no_comma_crossed() {
    let used = |text: &str| numerals::read(&tokens(text)).map(|n| (n.value.to_string(), n.used));
    assert_eq!(used("seks og syv under ét"), Some(("6".into(), 1)));
    assert_eq!(used("tyve, seksogtyve"), Some(("20".into(), 1)));
    assert_eq!(used("hundrede og tredive er"), Some(("130".into(), 3)));
    assert_eq!(used("hundrede og så"), Some(("100".into(), 1)));
}

#[test]
fn dates_and_times_are_read() {
    let date = |text: &str| dates::read(&tokens(text)).map(|(date, _)| date.to_string());
    assert_eq!(date("den 1. marts").as_deref(), Some("--03-01"));
    assert_eq!(date("første marts 2026").as_deref(), Some("2026-03-01"));
    assert_eq!(date("den 1. oktober tyve femogtyve").as_deref(), Some("2025-10-01"));
    assert_eq!(date("24-09-2019").as_deref(), Some("2019-09-24"));
    assert_eq!(date("1/3").as_deref(), Some("--03-01"));
    assert_eq!(date("31. februar"), None);
    let clock = |text: &str| dates::clock(&tokens(text)).map(|(clock, _)| clock.to_string());
    assert_eq!(clock("kl. 17.31").as_deref(), Some("17:31"));
    assert_eq!(clock("klokken sytten enogtredive").as_deref(), Some("17:31"));
    assert_eq!(clock("kvart over fem").as_deref(), Some("05:15"));
    assert_eq!(clock("klokken halv seks").as_deref(), Some("05:30"));
}

proptest! {
    #[test]
    fn what_is_spelled_is_read(number in 0_u64..1_000_000_000) {
        let read = numerals::parse(&numerals::spell(number)).expect("a number");
        prop_assert_eq!(read.whole(), Some(number));
        let ordinal = numerals::parse(&numerals::spell_ordinal(number)).expect("an ordinal");
        prop_assert_eq!((ordinal.whole(), ordinal.kind), (Some(number), NumeralKind::Ordinal));
    }
}

fn normal(text: &str) -> String {
    let words: Vec<String> = normalise::normalise(text).into_iter().map(|word| word.text).collect();
    words.join(" ")
}

#[test]
fn texts_that_sound_the_same_are_normalised_to_the_same() {
    for (one, other) in [
        ("Vi er 25 her.", "vi er femogtyve her"),
        ("fem-og-tyve", "fem og tyve"),
        ("1,3 mio. kr.", "en komma tre millioner kroner"),
        ("850.000 kr.", "850 tusind kroner"),
        ("kl. 17.31", "klokken sytten enogtredive"),
        ("Klokken er 17.00, og", "klokken er sytten og"),
        ("18 %", "atten procent"),
        ("18 pct.", "18 procent"),
        ("efter § 24, stk. 2", "efter paragraf fireogtyve stykke to"),
        ("fx og f.eks.", "for eksempel og for eksempel"),
        ("71 km/t", "enoghalvfjerds kilometer i timen"),
        ("den 1. marts", "den første marts"),
        ("den 24-09-2019", "den fireogtyvende september tyve nitten"),
        ("punkt 6-9", "punkt seks til ni"),
        ("2025–2028", "2025 til 2028"),
        ("MED-udvalget", "med udvalget"),
        ("Aabenraa", "Åbenrå"),
        ("Øh, det er, hmm, altså", "det er altså"),
        ("punkt 1", "Punkt et"),
        ("ét spørgsmål", "1 spørgsmål"),
        ("7. punkt", "syvende punkt"),
        ("hhv. 3 og 4", "henholdsvis tre og fire"),
        ("til punkt 7.", "til punkt syv"),
        ("sag 25/26257", "sag 25 26257"),
        ("A\u{30a}rhus", "Århus"),
    ] {
        assert_eq!(normal(one), normal(other), "{one} / {other}");
    }
}

/// The traps that DOMAIN.md names in other Danish normalisers, and their kin.
#[test]
fn the_normaliser_leaves_words_alone() {
    assert_eq!(normal("børne- og skoleudvalget"), "børne og skoleudvalget");
    assert_eq!(normal("e-mail til MED-udvalget"), "e mail til med udvalget");
    assert_eq!(normal("en temperatur på -5 grader"), "en temperatur på minus 5 grader");
    assert_eq!(normal("baggrund og fxet, kgs, hhvx"), "baggrund og fxet kgs hhvx");
    assert_eq!(normal("vægt 5 kg i baggården"), "vægt 5 kilo i baggården");
    assert_eq!(normal("en mand og et hus, en anden gang"), "en mand og et hus en anden gang");
    assert_eq!(normal("råd og rad, øre og ore, æble"), "råd og rad øre og ore æble");
    assert_eq!(normal("Ha! Det har min mor"), "ha det har min mor");
    assert_eq!(normal("hm, m, mhm, hmm"), "m");
    assert_eq!(normal("ehlers og øhler"), "ehlers og øhler");
    assert_eq!(normal("enten tier de"), "enten tier de");
    assert_eq!(normal("to, tre"), "2 3");
    assert_eq!(normal("de 10-årige"), "de 10 årige");
}

#[test]
fn normalised_words_point_into_the_text() {
    let text = "Øh, Aabenraa fik 1,3 mio. kr. kl. 17.";
    for word in normalise::normalise(text) {
        assert!(text.get(word.start..word.end).is_some_and(|piece| !piece.is_empty()));
    }
    let words = normalise::normalise(text);
    let amount = words.iter().find(|word| word.text == "1300000").expect("the amount");
    assert_eq!(&text[amount.start..amount.end], "1,3 mio");
    assert!(amount.number);
}

/// Ways in which the same number is written, said, or made by a recogniser.
fn variants(number: u64) -> Vec<String> {
    let spelled = numerals::spell(number);
    let old_tens = |text: &str| {
        // The long form of a ten, wherever it ends a word.
        ["halvtreds", "tres", "halvfjerds", "firs", "halvfems"].iter().fold(
            format!("{text} "),
            |text, ten| {
                text.replace(&format!("{ten} "), &format!("{ten}indstyve "))
                    .replace("halvtredsindstyveindstyve", "halvtredsindstyve")
            },
        )
    };
    let grouped = |mark: char| {
        let digits = number.to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    };
    // "og" written apart inside tens only: "femogtyve" → "fem og tyve", "fem-og-tyve".
    let parted = |joint: &str| {
        let mut text = spelled.clone();
        for ten in
            ["tyve", "tredive", "fyrre", "halvtreds", "tres", "halvfjerds", "firs", "halvfems"]
        {
            text = text.replace(&format!("og{ten}"), &format!("{joint}og{joint}{ten}"));
        }
        text
    };
    vec![
        spelled.clone(),
        spelled.to_uppercase(),
        parted(" "),
        parted("-"),
        old_tens(&spelled),
        spelled.replace(' ', ""),
        spelled.replace("hundrede", "hundred").replace("tusind", "tusinde"),
        spelled.replace(" og ", " "),
        spelled.replace("et hundrede", "hundrede").replace("et tusind", "tusind"),
        number.to_string(),
        grouped('.'),
        grouped(' '),
        grouped('\u{a0}'),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_variant_of_a_number_is_read(
        number in prop_oneof![0_u64..1000, 0_u64..1_000_000, 0_u64..1_000_000_000],
    ) {
        for text in variants(number) {
            let read = numerals::parse(&text);
            prop_assert_eq!(
                read.and_then(|read| read.whole()), Some(number), "{} {:?}", text, read
            );
        }
    }

    /// What stands in a transcript or an agenda comes from strangers.
    #[test]
    fn no_text_brings_it_down(text in r"(\PC|[0-9.,/\-–: §%æøåÆØÅ'\n]|og|hundrede|tyve|venstre ){0,60}") {
        let all = tokens(&text);
        for token in &all {
            prop_assert_eq!(&text[token.start..token.end], token.text);
        }
        for pair in all.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        numerals::find(&all);
        dates::find(&all);
        Register::national().find(&all);
        normalise::normalise(&text);
        words::fold(&text);
        words::stem(&text);
        let whole: String = words::sentences(&text).concat();
        let ink = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(ink(&whole), ink(&text));
        words::compound_parts(&text, &|piece| piece.len() % 2 == 1);
        let likeness = words::similarity(&text, "afstemning");
        prop_assert!((0.0..=1.0).contains(&likeness));
    }
}

#[test]
fn text_is_cut_into_tokens() {
    let texts = |text: &str| -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text.to_owned()).collect()
    };
    assert_eq!(texts("Sag 25/26257, 4,2 mio. kr."), ["Sag", "25/26257", "4,2", "mio", "kr"]);
    assert_eq!(texts("850.000 kr. den 24-09-2019."), ["850.000", "kr", "den", "24-09-2019"]);
    assert_eq!(texts("kl. 17.31 (§ 24, stk. 2)"), ["kl", "17.31", "§", "24", "stk", "2"]);
    assert_eq!(
        texts("punkt 6-9 og 2025–2028"),
        ["punkt", "6", "-", "9", "og", "2025", "–", "2028"]
    );
    assert_eq!(texts("25-008754 306-2009-600"), ["25-008754", "306-2009-600"]);
    assert_eq!(texts("1-13-3-57-16 og 18/039871"), ["1-13-3-57-16", "og", "18/039871"]);
    assert_eq!(texts("mødet.Det f.eks. bl.a."), ["mødet", "Det", "f.eks", "bl.a"]);
    assert_eq!(texts("punkt 6a, 1,2,3"), ["punkt", "6a", "1,2", "3"]);
    assert_eq!(texts("SF's MED-udvalg, 8-timers"), ["SF's", "MED", "udvalg", "8", "timers"]);
    assert_eq!(texts("18 %, -5 grader"), ["18", "%", "-", "5", "grader"]);
    let joined: Vec<bool> = tokens("MED-udvalg og").iter().map(|token| token.joined).collect();
    assert_eq!(joined, [false, true, false]);
    for (text, case) in [
        ("25/26257", true),
        ("14/38220", true),
        ("25-008754", true),
        ("25-8841", true),
        ("306-2009-600", true),
        ("1-13-3-57-16", true),
        ("24-09-2019", false),
        ("2025-2028", false),
        ("1/3", false),
        ("299835", false),
        ("/", false),
    ] {
        assert_eq!(words::is_case_number(text), case, "{text}");
    }
}

#[test]
fn words_are_folded_and_stemmed() {
    assert_eq!(words::fold("Aabenraa"), words::fold("Åbenrå"));
    assert_eq!(words::fold("KJÆRGAARD"), "kjærgård");
    assert_eq!(words::fold("A\u{30a}lborg"), "ålborg");
    assert_eq!(words::fold("Idé, Müller, Sjöholm"), "ide, myller, sjøholm");
    assert_eq!(words::fold("rød grød med fløde"), "rød grød med fløde");
    for group in [
        "kommunalbestyrelse kommunalbestyrelsen kommunalbestyrelsens",
        "vedtog vedtaget vedtages vedtage vedtagelse",
        "borgmester borgmesteren borgmestre borgmestrene",
        "viceborgmester viceborgmestre",
        "dagsorden dagsordenen dagsordener",
        "byråd byrådet byrådets",
        "godkendt godkende godkendes godkender godkendelse",
        "tiltrådt tiltræde tiltræder tiltrådte",
        "udsat udsætte udsættelse",
        "oversende oversender oversendt",
        "budget budgettet budgetter",
        "formand formanden formænd",
        "skole skolen skoler skolerne",
    ] {
        let stems: Vec<String> = group.split(' ').map(words::stem).collect();
        assert!(stems.iter().all(|stem| *stem == stems[0]), "{group}: {stems:?}");
    }
    for (one, other) in [("råd", "rad"), ("punkt", "punktum"), ("stemme", "afstemning")] {
        assert_ne!(words::stem(one), words::stem(other));
    }
}

/// Damaged words stand nearer to what was said than to other words of the same length.
#[test]
fn damaged_words_are_still_alike() {
    for (heard, said, other) in [
        ("afstand", "afstemning", "udvalg"),
        ("Lindkvist", "Lindqvist", "Ravnholt"),
        ("Kærgård", "Kjærgaard", "Dalsgaard"),
        ("jemtue", "hjemtue", "samtykke"),
        ("dags orden", "dagsorden", "lokalplan"),
        ("verden", "værden", "forden"),
        ("tiltrede", "tiltræde", "tilstede"),
        ("bydning", "bygning", "måling"),
    ] {
        let (near, far) = (words::similarity(heard, said), words::similarity(heard, other));
        assert!(near > far, "{heard}: {said} {near:.2}, {other} {far:.2}");
    }
    assert!(words::similarity("dags orden", "dagsorden") > 0.95);
    assert!(words::similarity("Kærgård", "Kjærgaard") > 0.8);
    assert!(words::similarity("budget", "skole") < 0.4);
    assert_eq!(words::similarity("Aarhus", "Århus"), 1.0);
    assert_eq!(words::similarity("", "noget"), 0.0);
}

#[test]
fn compounds_are_taken_apart() {
    let known = |piece: &str| {
        [
            "kommunalbestyrelse",
            "møde",
            "byråd",
            "lokalplan",
            "lokal",
            "plan",
            "forslag",
            "dreng",
            "skole",
            "sag",
            "behandling",
            "bestyrelse",
            "mødet",
        ]
        .contains(&piece)
    };
    assert_eq!(
        words::compound_parts("kommunalbestyrelsesmøde", &known),
        ["kommunalbestyrelse", "møde"]
    );
    assert_eq!(words::compound_parts("lokalplanforslag", &known), ["lokalplan", "forslag"]);
    assert_eq!(words::compound_parts("byrådsmødet", &known), ["byråd", "mødet"]);
    assert_eq!(words::compound_parts("drengeskole", &known), ["dreng", "skole"]);
    assert_eq!(words::compound_parts("sagsbehandling", &known), ["sag", "behandling"]);
    assert_eq!(words::compound_parts("skolebus", &known), ["skolebus"]);
    assert_eq!(words::compound_parts("møde", &known), ["møde"]);
}

#[test]
fn sentences_end_where_they_should() {
    let count = |text: &str| words::sentences(text).len();
    assert_eq!(
        words::sentences("Mødet er åbnet kl. 17.00. Er der bemærkninger? Nej! »Ja.« Tak"),
        ["Mødet er åbnet kl. 17.00.", "Er der bemærkninger?", "Nej!", "»Ja.«", "Tak"]
    );
    assert_eq!(count("Vi bevilger 4,2 mio. kr. til ældre, jf. bilag nr. 3 og pkt. 7."), 1);
    assert_eq!(count("Fristen er den 1. marts. Det er sent."), 2);
    assert_eq!(count("Det koster 4,2 mio. kr. Det er dyrt."), 2);
    assert_eq!(count("Hr. P. Hansen taler. Så er det fru Jensen."), 2);
    assert_eq!(count("Vi går til punkt 7. Orientering om trafik."), 2);
    assert_eq!(count("1. Godkendelse af dagsorden"), 1);
    assert_eq!(
        count("Hjælp ved hjælp af støtte, vha. Kommunen. Det er en ny vej. Borgerne går."),
        3
    );
    assert_eq!(count("En overskrift\n\nEn tekst"), 2);
    assert_eq!(count(""), 0);
}

#[test]
fn item_numbers_are_read_as_labels() {
    let label = |text: &str| numerals::label(&tokens(text));
    assert_eq!(label("seks a om veje"), Some(("6a".to_owned(), 2)));
    assert_eq!(label("6a om veje"), Some(("6a".to_owned(), 1)));
    assert_eq!(label("6 om veje"), Some(("6".to_owned(), 1)));
    assert_eq!(label("fire hundrede og nitten"), Some(("419".to_owned(), 4)));
    assert_eq!(label("veje"), None);
}

#[test]
fn dates_and_times_have_their_traps() {
    let date = |text: &str| dates::read(&tokens(text)).map(|(d, used)| (d.to_string(), used));
    let found = |iso: &str, used| Some((iso.to_owned(), used));
    assert_eq!(date("1/3-2026"), found("2026-03-01", 3));
    assert_eq!(date("2025-11-26"), found("2025-11-26", 1));
    assert_eq!(date("26.11.2025"), found("2025-11-26", 1));
    assert_eq!(date("den 1. oktober 2025 kl. 15.45"), found("2025-10-01", 4));
    assert_eq!(date("femtende december"), found("--12-15", 2));
    assert_eq!(date("den femogtyvende i tredje"), found("--03-25", 4));
    assert_eq!(date("anden januar"), found("--01-02", 2));
    assert_eq!(date("1. marts, 2026 borgere"), found("--03-01", 2));
    assert_eq!(date("29. februar 2025"), found("--02-29", 2));
    assert_eq!(date("30 marts"), found("--03-30", 2));
    for none in ["marts", "32. marts", "25/26257", "punkt 1", "13/13"] {
        assert_eq!(date(none), None, "{none}");
    }
    let clock = |text: &str| dates::clock(&tokens(text)).map(|(c, used)| (c.to_string(), used));
    assert_eq!(clock("klokken 17"), found("17:00", 2));
    assert_eq!(clock("17:31"), found("17:31", 1));
    assert_eq!(clock("klokken sytten nul fem"), found("17:05", 4));
    assert_eq!(clock("klokken sytten, enogtredive stemmer"), found("17:00", 2));
    assert_eq!(clock("kvart i seks"), found("05:45", 3));
    assert_eq!(clock("ti minutter over otte"), found("08:10", 4));
    assert_eq!(clock("kl. 25.00"), None);
    assert_eq!(clock("17.31"), None);
    assert_eq!(clock("fem i seks"), None);
}

fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what} is not there");
}

/// The synthetic meeting has each segment as written and as spoken: `17.31` and `sytten
/// enogtredive`.
#[test]
fn a_meeting_as_written_and_as_spoken_is_the_same() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/meeting/truth.json");
    let Ok(json) = fs_err::read_to_string(path) else { return skipped(path) };
    let truth: serde_json::Value = serde_json::from_str(&json).unwrap();
    let segments = truth["segments"].as_array().unwrap();
    assert!(segments.len() > 50);
    let mut differing = Vec::new();
    for segment in segments {
        let written = segment["text"].as_str().unwrap();
        // The voice needs letters spelled out; no recogniser writes them so.
        let spoken = segment["spoken"].as_str().unwrap();
        let spoken = spoken.replace("æs æf", "SF").replace("delområde be", "delområde B");
        if normal(written) != normal(&spoken) {
            differing.push((normal(written), normal(&spoken)));
        }
    }
    assert_eq!(differing, []);
}
