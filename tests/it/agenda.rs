//! Agendas in every supported format, and files that are none.

// Helpers of tests stop at what must not be; a skipped test says so.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod formats;
mod hostile;
mod portal;
mod referat;

use std::path::Path;

use proptest::prelude::*;
use referent::agenda::{self, AgendaError};
use referent::meeting::Agenda;

fn parse(text: &str) -> Agenda {
    agenda::parse(text.as_bytes(), "agenda").unwrap().value
}

fn titles(agenda: &Agenda) -> Vec<(&str, &str)> {
    agenda.items.iter().map(|item| (item.number.as_str(), item.title.as_str())).collect()
}

#[test]
fn the_minimal_json_is_enough() {
    let agenda = parse(
        r#"{"schema":"referent/agenda/1","items":[{"number":"6a","title":"Salg"},{"number":7,"title":"Eventuelt"}]}"#,
    );
    assert_eq!(titles(&agenda), [("6a", "Salg"), ("7", "Eventuelt")]);
    assert!(!agenda.items[0].closed);
}

#[test]
fn our_json_survives_a_round_trip() {
    let agenda = parse(
        r#"{"schema":"referent/agenda/1","committee":"Byrådet","items":[{"number":"1","title":"A","case":"25/1","closed":true,"fields":{"indstilling":"At …"}}]}"#,
    );
    let again = parse(&serde_json::to_string(&agenda).unwrap());
    assert_eq!(again, agenda);
}

#[test]
fn a_bare_list_is_an_agenda() {
    let agenda =
        parse("1. Godkendelse af dagsorden\n2. Takster for vand\n3. Lukket: Køb af grund\n");
    assert_eq!(
        titles(&agenda),
        [
            ("1", "Godkendelse af dagsorden"),
            ("2", "Takster for vand"),
            ("3", "Lukket: Køb af grund")
        ]
    );
    assert_eq!(
        agenda.items.iter().map(|item| item.closed).collect::<Vec<_>>(),
        [false, false, true]
    );
}

#[test]
fn pasted_lists_keep_numbers_cases_fields_and_drop_page_heads() {
    let agenda = parse(
        "Solby Kommune\nØkonomiudvalgets møde den 18-05-2026 kl. 17.30\nMødested: Rådhuset\n\n\
         Punkt 419: Endelig vedtagelse af lokalplan for boliger ved Skovvej og\nMosevej\n\
         Sagsnr.: 25-008754\nIndstilling\n1. At planen vedtages\n2. At høringssvar besvares\n\
         Solby Kommune, dagsorden\nSide 1 af 9\nSolby Kommune, dagsorden\n\
         Sagsfremstilling:\nPlanen har været i høring.\n\
         Punkt 420: Salg af grund\nPunktet behandles for lukkede døre.\n\
         Side 2 af 9\nSolby Kommune, dagsorden\n",
    );
    assert_eq!(
        titles(&agenda),
        [
            ("419", "Endelig vedtagelse af lokalplan for boliger ved Skovvej og Mosevej"),
            ("420", "Salg af grund")
        ]
    );
    let first = &agenda.items[0];
    assert_eq!(first.case.as_deref(), Some("25-008754"));
    assert_eq!(
        first.fields["indstilling"].text,
        "1. At planen vedtages\n2. At høringssvar besvares"
    );
    assert_eq!(first.fields["sagsfremstilling"].text, "Planen har været i høring.");
    assert!(agenda.items[1].closed && !first.closed);
    assert_eq!(agenda.municipality.as_deref(), Some("Solby Kommune"));
    assert_eq!(agenda.committee.as_deref(), Some("Økonomiudvalget"));
    assert_eq!(agenda.date.as_deref(), Some("2026-05-18"));
    assert_eq!(agenda.time.as_deref(), Some("17:30"));
    assert_eq!(agenda.place.as_deref(), Some("Rådhuset"));
}

#[test]
fn markdown_and_other_marks_are_understood() {
    let agenda =
        parse("# Dagsorden\n\n## 5) Takster\n\n## 6a) **Salg** (25/26257)\n\n## 6b) Køb\n");
    assert_eq!(titles(&agenda), [("5", "Takster"), ("6a", "Salg"), ("6b", "Køb")]);
    assert_eq!(agenda.items[1].case.as_deref(), Some("25/26257"));
    let agenda = parse("Sag nr. 419 Takster\nSag nr. 420 Salg\n");
    assert_eq!(titles(&agenda), [("419", "Takster"), ("420", "Salg")]);
}

#[test]
fn firstagenda_json_is_cleaned() {
    let agenda = parse(
        r#"{"Dagsordenpunkter":[
            {"Felter":[{"Navn":"","Html":"<h3>Indstilling</h3><p>Vi indstiller</p><ol><li>at købe</li></ol><script>alert(1)</script><h3>Økonomi</h3><p onclick='x'>2 &lt; 3</p>","Tekst":null}],
             "SagsNummer":"26/483","Navn":"Køb","Punktnummer":"30","Bilag":[{"Navn":"Kort"}],"IsOpen":true},
            {"Felter":[{"Navn":"","Html":""}],"Navn":"Lukket: Udbud","Punktnummer":"32","IsOpen":false}],
           "Udvalg":{"Navn":"Økonomiudvalget"},
           "Moede":{"Dato":"2026-05-18T17:00:00+02:00","Sted":"Rådhuset ","Navn":"Dagsorden",
             "Moededeltagere":[{"Name":"Anders Wolf","Absent":true}]}}"#,
    );
    assert_eq!(titles(&agenda), [("30", "Køb"), ("32", "Lukket: Udbud")]);
    let first = &agenda.items[0];
    assert_eq!(first.fields["indstilling"].text, "Vi indstiller\n1. at købe");
    assert_eq!(first.fields["oekonomi"].text, "2 < 3");
    assert_eq!(first.fields["oekonomi"].html.as_deref(), Some("<p>2 &lt; 3</p>"));
    assert_eq!(first.attachments[0].title, "Kort");
    assert!(agenda.items[1].closed && agenda.items[1].fields.is_empty());
    assert_eq!(
        (agenda.date.as_deref(), agenda.time.as_deref()),
        (Some("2026-05-18"), Some("17:00"))
    );
    assert!(agenda.members[0].absent);
    // "Dagsorden" is the paper's name, not the meeting's.
    assert_eq!(
        (agenda.title.as_deref(), agenda.committee.as_deref()),
        (None, Some("Økonomiudvalget"))
    );
    assert!(!serde_json::to_string(&agenda).unwrap().contains("alert"));
}

#[test]
fn both_shared_agendas_agree() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/audio/meeting"));
    if !folder.exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let pasted = agenda::read(&folder.join("agenda.txt")).unwrap().value;
    let portal = agenda::read(&folder.join("agenda.firstagenda.json")).unwrap().value;
    assert_eq!(pasted.items.len(), 9);
    assert_eq!(titles(&pasted), titles(&portal));
    for (a, b) in pasted.items.iter().zip(&portal.items) {
        assert_eq!((&a.case, a.closed), (&b.case, b.closed), "item {}", a.number);
    }
    assert_eq!(pasted.members.len(), 25);
    assert_eq!(pasted.date, portal.date);
}

#[test]
fn what_is_no_agenda_says_so() {
    let error = |bytes: &[u8]| agenda::parse(bytes, "fil").unwrap_err();
    assert!(matches!(error(b"  \n"), AgendaError::Empty { .. }));
    assert!(matches!(error(b"Kaere alle, tak for sidst."), AgendaError::NotAnAgenda { .. }));
    assert!(matches!(error(b"\0\x01\x02"), AgendaError::NotAnAgenda { .. }));
    assert!(matches!(error(b"%PDF-1.7"), AgendaError::Pdf { .. }));
    assert!(matches!(error(b"{\"items\": [}"), AgendaError::Json { .. }));
    assert!(matches!(
        error(br#"{"schema":"referent/transcript/1","segments":[]}"#),
        AgendaError::OtherThing { .. }
    ));
    assert!(error(b"Hej").to_string().contains("Dagsordenpunkter"));
    let many: String = (1..=3_000).map(|n| format!("Punkt {n}: Sag\n")).collect();
    assert!(matches!(error(many.as_bytes()), AgendaError::TooManyItems { .. }));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(error(deep.as_bytes()), AgendaError::Json { .. }));
}

#[test]
fn a_roster_is_read_from_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.txt");
    fs_err::write(&path, "# byråd\nAnnelise Krogh (A), borgmester\nLars Ravnholt, direktør\n")
        .unwrap();
    let members = agenda::roster(&path).unwrap();
    assert_eq!(members[0].name, "Annelise Krogh");
    assert_eq!(members[0].party.as_deref(), Some("A"));
    assert_eq!(members[0].role.as_deref(), Some("borgmester"));
    assert_eq!((members[1].party.as_deref(), members[1].role.as_deref()), (None, Some("direktør")));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\PC|[\n\t.:)#]|Punkt [0-9]{1,3}|[0-9]{1,2}[.)] ){0,80}") {
        let _ = agenda::parse(text.as_bytes(), "fil");
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = agenda::parse(&bytes, "fil");
    }
}

#[test]
fn a_title_says_in_many_ways_that_its_item_is_closed() {
    let closed = |title: &str| {
        let text = format!("1. Godkendelse af dagsorden\n2. {title}\n3. Eventuelt\n");
        referent::agenda::parse(text.as_bytes(), "dagsorden.txt").unwrap().value.items[1].closed
    };
    for title in [
        "(L) Personalesag",
        "Salg af grund (L)",
        "Lukket: Salg af areal",
        "Salg af hus - Lukket sag",
        "Budget – lukket sag",
        "Køb af ejendom (Lukket dagsorden)",
        "Køb af ejendom [Lukket punkt]",
        "Fortroligt: Personalesag",
        "Sag om firma for lukkede døre",
    ] {
        assert!(closed(title), "{title}");
    }
    for title in ["Lukketider for restaurationer", "Lukkede veje i Solby", "Lukning af skole"] {
        assert!(!closed(title), "{title}");
    }
}

#[test]
fn a_supplement_that_is_not_read_is_told() {
    for supplement in ["Tillægsdagsorden\n1. Lukket: Køb af ejendom", "T1. Lukket: Køb af ejendom"]
    {
        let text = format!("1. Godkendelse af dagsorden\n2. Budget\n\n{supplement}\n");
        let outcome = referent::agenda::parse(text.as_bytes(), "dagsorden.txt").unwrap();
        let codes: Vec<&str> = outcome.warnings.iter().map(|w| w.code.as_str()).collect();
        assert!(codes.contains(&"supplement-not-read"), "{codes:?}");
    }
}
