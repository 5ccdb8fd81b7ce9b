//! The Danish language.

use proptest::prelude::*;
use referent::danish::numerals::{self, NumeralKind};
use referent::danish::words::tokens;
use referent::danish::{dates, parties};

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
fn parties_are_found() {
    let register = parties::Register::national();
    let letters = |text: &str| -> Vec<String> {
        register.find(&tokens(text)).into_iter().map(|mention| mention.letter).collect()
    };
    assert_eq!(letters("Radikale Venstre og Venstre stemmer imod"), ["B", "V"]);
    assert_eq!(letters("5 medlemmer (A+V+C) anbefaler forslaget"), ["A", "V", "C"]);
    assert_eq!(letters("for stemte S, V og M, imod SF"), ["A", "V", "M", "F"]);
    assert!(letters("drej til venstre ved rådhuset, og hold venstre side").is_empty());
    assert!(letters("de radikale ændringer er et godt alternativ").is_empty());
    assert_eq!(letters("de konservative stemmer imod"), ["C"]);
    assert_eq!(letters("enheds listen og dansk folkepart"), ["Ø", "O"]);
    assert_eq!(letters("Liste L stemte imod"), ["L"]);
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
