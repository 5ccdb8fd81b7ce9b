//! One meeting in every shape that Danish systems give it.

use std::path::PathBuf;
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use referent::agenda;
use referent::meeting::{Agenda, Paper};

/// Everything but our own JSON, which is the truth here.
const SHAPES: &[&str] = &[
    "firstagenda.json",
    "sbsys.xml",
    "edoc.xml",
    "os2web.json",
    "os2web.xml",
    "html",
    "portal.html",
    "md",
    "docx",
    "pdf",
];

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/agenda")).join(name)
}

fn read(name: &str) -> Agenda {
    agenda::read(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}")).value
}

/// What the alignment and the documents depend on.
fn core(agenda: &Agenda) -> Vec<(&str, &str, Option<&str>, bool)> {
    agenda
        .items
        .iter()
        .map(|item| (item.number.as_str(), item.title.as_str(), item.case.as_deref(), item.closed))
        .collect()
}

#[test]
fn every_shape_gives_the_same_agenda() {
    for meeting in ["solby", "birkesund"] {
        let truth = read(&format!("{meeting}.json"));
        for shape in SHAPES {
            let found = read(&format!("{meeting}.{shape}"));
            assert_eq!(core(&found), core(&truth), "{meeting}.{shape}");
            assert_eq!(found.committee, truth.committee, "{meeting}.{shape}");
            assert_eq!(found.date, truth.date, "{meeting}.{shape}");
            assert_eq!(found.time, truth.time, "{meeting}.{shape}");
            assert_eq!(found.place, truth.place, "{meeting}.{shape}");
        }
    }
}

#[test]
fn every_shape_gives_the_same_fields_and_bilag() {
    for meeting in ["solby", "birkesund"] {
        let truth = read(&format!("{meeting}.json"));
        for shape in SHAPES {
            let found = read(&format!("{meeting}.{shape}"));
            for (found, truth) in
                found.items.iter().zip(&truth.items).filter(|(_, truth)| !truth.closed)
            {
                let place = format!("{meeting}.{shape}, item {}", truth.number);
                let texts = |item: &referent::meeting::AgendaItem| -> Vec<(String, String)> {
                    item.fields
                        .iter()
                        .map(|(key, field)| (key.clone(), field.text.clone()))
                        .collect()
                };
                assert_eq!(texts(found), texts(truth), "{place}");
                let titles = |item: &referent::meeting::AgendaItem| -> Vec<String> {
                    item.attachments.iter().map(|bilag| bilag.title.clone()).collect()
                };
                assert_eq!(titles(found), titles(truth), "{place}");
            }
        }
    }
}

#[test]
fn every_shape_with_a_list_of_members_gives_it() {
    let truth = read("solby.json");
    let names = |agenda: &Agenda| -> Vec<(String, Option<String>, bool)> {
        let mut names: Vec<_> = agenda
            .members
            .iter()
            .map(|member| (member.name.clone(), member.party.clone(), member.absent))
            .collect();
        names.sort();
        names
    };
    for shape in ["firstagenda.json", "sbsys.xml", "html", "md", "docx", "pdf"] {
        assert_eq!(names(&read(&format!("solby.{shape}"))), names(&truth), "{shape}");
    }
}

#[test]
fn markup_of_every_shape_is_safe() {
    for shape in SHAPES {
        let found = read(&format!("solby.{shape}"));
        let json = serde_json::to_string(&found).unwrap();
        for trace in ["<script", "onclick", "javascript:", "class=", "href=\\\"javascript"] {
            assert!(!json.contains(trace), "{shape}: {trace}");
        }
    }
}

#[test]
fn the_paper_is_known() {
    for shape in ["firstagenda.json", "sbsys.xml", "edoc.xml", "os2web.json", "os2web.xml"] {
        assert_eq!(read(&format!("solby.{shape}")).paper, Some(Paper::Dagsorden), "{shape}");
    }
}

#[test]
fn a_file_is_known_by_its_content() {
    for shape in SHAPES {
        let bytes = fs_err::read(fixture(&format!("solby.{shape}"))).unwrap();
        let found = agenda::parse(&bytes, "vedhæftning.bin").unwrap().value;
        assert_eq!(found.items.len(), 6, "{shape}");
    }
}

#[test]
fn text_is_read_in_every_encoding() {
    let text = fs_err::read_to_string(fixture("solby.md")).unwrap();
    let truth = read("solby.md");
    let wide = |little: bool, mark: bool| -> Vec<u8> {
        let text = if mark { format!("\u{feff}{text}") } else { text.clone() };
        let pair = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(pair).collect()
    };
    let latin: Vec<u8> = text
        .replace(['–', '—'], "-")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (name, bytes) in [
        ("UTF-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16LE with a mark", wide(true, true)),
        ("UTF-16BE with a mark", wide(false, true)),
        ("UTF-16LE", wide(true, false)),
        ("UTF-16BE", wide(false, false)),
        ("Latin-1", latin),
    ] {
        let found = agenda::parse(&bytes, name).unwrap().value;
        assert_eq!(core(&found), core(&truth), "{name}");
    }
    // What an XML file says of itself counts.
    let xml = fs_err::read_to_string(fixture("solby.sbsys.xml")).unwrap();
    let xml = xml.replace("utf-8", "windows-1252").replace('–', "-");
    let bytes: Vec<u8> = xml.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let outcome = agenda::parse(&bytes, "sbsys").unwrap();
    assert_eq!(core(&outcome.value), core(&truth));
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
}

#[test]
fn sbsys_spells_its_tags_with_and_without_danish_letters() {
    let xml = fs_err::read_to_string(fixture("solby.sbsys.xml")).unwrap();
    let plain =
        xml.replace("Møde", "Moede").replace("Åbent=", "Aabent=").replace("Åben=", "Aaben=");
    let found = agenda::parse(plain.as_bytes(), "sbsys").unwrap().value;
    let truth = read("solby.json");
    assert_eq!(core(&found), core(&truth));
    assert_eq!(found.date, truth.date);
    // A closed agenda has only closed items.
    let closed = xml.replace("Åben=\"true\"", "Åben=\"false\"");
    let found = agenda::parse(closed.as_bytes(), "sbsys").unwrap().value;
    assert!(found.items.iter().all(|item| item.closed));
}

#[test]
fn an_edoc_item_that_is_not_to_be_published_is_closed() {
    let bytes = fs_err::read(fixture("solby.edoc.xml")).unwrap();
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let text = text
        .replace("iso-8859-1", "utf-8")
        .replace("MÅ IKKE", "SKAL IKKE")
        .replace("Lukket dagsorden", "Dagsorden 2");
    let found = agenda::parse(text.as_bytes(), "edoc").unwrap().value;
    let closed: Vec<&str> =
        found.items.iter().filter(|item| item.closed).map(|item| item.number.as_str()).collect();
    assert_eq!(closed, ["422"]);
}

#[test]
fn pages_without_numbers_count_their_headings() {
    let page = "<html><body><h1>Teknisk Udvalg den 1. oktober 2025 kl. 15.45</h1>\
        <h2>Godkendelse af dagsorden</h2><h3>Indstilling</h3><p>Godkendes.</p>\
        <h2>Ny cykelsti</h2><h3>Resume</h3><p>Stien er 2 km.</p><h3>Bilag</h3>\
        <ul><li><a href='javascript:alert(1)'>Kort</a></li><li><a href='/b/1'>Notat</a></li></ul>\
        </body></html>";
    let outcome = agenda::parse(page.as_bytes(), "side").unwrap();
    let found = outcome.value;
    let titles: Vec<_> =
        found.items.iter().map(|item| (item.number.as_str(), item.title.as_str())).collect();
    assert_eq!(titles, [("1", "Godkendelse af dagsorden"), ("2", "Ny cykelsti")]);
    assert_eq!(outcome.warnings[0].code, "item-without-number");
    assert_eq!(found.committee.as_deref(), Some("Teknisk Udvalg"));
    assert_eq!(found.time.as_deref(), Some("15:45"));
    let bilag = &found.items[1].attachments;
    assert_eq!((bilag[0].title.as_str(), bilag[0].url.as_deref()), ("Kort", None));
    assert_eq!((bilag[1].title.as_str(), bilag[1].url.as_deref()), ("Notat", Some("/b/1")));
}

#[test]
fn figures_in_a_table_are_no_items() {
    let page = "<h2>Punkt 4: Budget</h2><h3>Økonomi</h3><table><tr><th>Nr.</th><th>Projekt</th>\
        <th>mio. kr.</th></tr><tr><td>1</td><td>Tag</td><td>2,4</td></tr><tr><td>2</td>\
        <td>Vinduer</td><td>1,1</td></tr></table><h2>Punkt 5: Eventuelt</h2>";
    let found = agenda::parse(page.as_bytes(), "side").unwrap().value;
    assert_eq!(core(&found), [("4", "Budget", None, false), ("5", "Eventuelt", None, false)]);
    assert!(found.items[0].fields["oekonomi"].text.contains("Vinduer"));
}

#[test]
fn lines_in_every_numbering_are_understood() {
    for (text, numbers) in [
        ("Punkt 6: Vej\nPunkt 6a: Sti\nPunkt 7: Bro\n", ["6", "6a", "7"]),
        ("6.1 Vej\n6.2 Sti\n7. Bro\n", ["6.1", "6.2", "7"]),
        ("Sag nr. 129 Vej\nSag nr. 130 Sti\nSag nr. 138 Bro\n", ["129", "130", "138"]),
        ("Nr.178 Vej\nNr.179 Sti\nNr.180 Bro\n", ["178", "179", "180"]),
        ("Pkt. 42 Vej\nPkt. 43 Sti\nPkt. 55 Bro\n", ["42", "43", "55"]),
    ] {
        let found = agenda::parse(text.as_bytes(), "fil").unwrap().value;
        let found: Vec<(&str, &str)> =
            found.items.iter().map(|item| (item.number.as_str(), item.title.as_str())).collect();
        assert_eq!(
            found,
            [(numbers[0], "Vej"), (numbers[1], "Sti"), (numbers[2], "Bro")],
            "{text}"
        );
    }
}

#[test]
fn case_numbers_in_every_form_leave_the_title() {
    for (line, case) in [
        ("1. Vej (25/26257)", "25/26257"),
        ("1. Vej (14/38220)", "14/38220"),
        ("1. Vej (25-008754)", "25-008754"),
        ("1. Vej (306-2009-600)", "306-2009-600"),
        ("1. Vej (1-13-3-57-16)", "1-13-3-57-16"),
        ("1. Vej (EMN-2025-010561)", "EMN-2025-010561"),
        ("1. Vej - 18/039871", "18/039871"),
        ("1. 18/039871 - Vej", "18/039871"),
        ("1. Vej\nSagsnr.: 299835", "299835"),
        ("1. Vej\nSagsnummer 01.02.03-P19-4-22", "01.02.03-P19-4-22"),
        ("1. Vej\nJ.nr. 25/1", ""),
    ] {
        let found = agenda::parse(line.as_bytes(), "fil").unwrap().value;
        assert_eq!(found.items[0].title, "Vej", "{line}");
        let expected = (!case.is_empty()).then_some(case);
        assert_eq!(found.items[0].case.as_deref(), expected, "{line}");
    }
    let found = agenda::parse(b"1. Trafiksikkerhedsplan (2025-2028)", "fil").unwrap().value;
    assert_eq!(
        (found.items[0].title.as_str(), &found.items[0].case),
        ("Trafiksikkerhedsplan (2025-2028)", &None)
    );
}

#[test]
fn dates_in_every_form_are_read() {
    for head in [
        "Byrådets møde onsdag den 1. oktober 2025 kl. 15.45",
        "Byrådet 01-10-2025 kl. 15:45",
        "Byrådet\nMødedato: 1/10-2025\nMødetidspunkt: 15:45",
        "Byrådet\nDato: 1.10.2025\nTid: 15.45",
        "Byrådet, 2025-10-01, klokken 15.45",
        "Byrådet, 1. okt. 2025 kl. 15.45",
    ] {
        let text = format!("{head}\n\n1. Vej\n");
        let found = agenda::parse(text.as_bytes(), "fil").unwrap().value;
        assert_eq!(found.date.as_deref(), Some("2025-10-01"), "{head}");
        assert_eq!(found.time.as_deref(), Some("15:45"), "{head}");
        assert_eq!(found.committee.as_deref(), Some("Byrådet"), "{head}");
    }
}

#[test]
fn a_stedfortraeder_is_there_and_a_label_ends_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agenda.txt");
    let text = "Dagsorden for byrådet\n\nMedlemmer:\nHenrik Overby (V), Karen Vestergaard (A)\n\n\
                Afbud: Karen Vestergaard (A)\nStedfortræder: Lars Mikkelsen (A)\nInhabil: Ole Brandt (C)\n\n\
                1. Budget\n2. Cykelsti\n";
    fs_err::write(&file, text).unwrap();
    let read = agenda::read(&file).unwrap().value;
    let away =
        |name: &str| read.members.iter().find(|member| member.name == name).map(|m| m.absent);
    assert_eq!(away("Lars Mikkelsen"), Some(false), "{:?}", read.members);
    assert!(read.members.iter().any(|member| member.name.starts_with("Karen") && member.absent));
    assert!(!read.members.iter().any(|member| member.name.contains("Ole")), "{:?}", read.members);
}

#[test]
fn every_shape_aligns_alike() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("transcript.json");
    let said = [
        "Velkommen til mødet.",
        "Vi tager punkt et, godkendelse af dagsordenen. Den er godkendt.",
        "Så går vi til punkt to, nyt bibliotek. Forvaltningen har undersøgt to grunde.",
        "Punkt tre, renovering af Nordskolen. Det er vedtaget.",
    ];
    let segments: Vec<serde_json::Value> = said
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let start = 10.0 * at as f64;
            serde_json::json!({"id": at, "start": start, "end": start + 8.0, "text": text, "words": []})
        })
        .collect();
    let json = serde_json::json!({"schema": "referent/transcript/1", "segments": segments});
    fs_err::write(&transcript, json.to_string()).unwrap();
    let align = |shape: &str| {
        let output = Command::cargo_bin("referent")
            .unwrap()
            .args(["align", transcript.to_str().unwrap(), "--agenda"])
            .arg(fixture(&format!("birkesund.{shape}")))
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{shape}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let truth = align("json");
    assert!(truth.contains("Nyt bibliotek"));
    for shape in SHAPES {
        assert_eq!(align(shape), truth, "{shape}");
    }
}
