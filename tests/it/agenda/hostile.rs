//! Files made to hurt: each is refused, cut or cleaned with a message, in bounded time and memory.

use std::io::Write;
use std::time::{Duration, Instant};

use referent::agenda::{self, AgendaError};
use referent::meeting::Agenda;
use zip::write::SimpleFileOptions;

fn error(bytes: &[u8]) -> AgendaError {
    agenda::parse(bytes, "fil").unwrap_err()
}

fn parse(text: &str) -> Agenda {
    agenda::parse(text.as_bytes(), "fil").unwrap().value
}

const SBSYS: &str = "<Dagsorden Åben=\"true\"><Møde Udvalg=\"X\"/><Dagsordenpunkter>\
    <Dagsordenpunkt Nummer=\"1\" Åbent=\"true\"><Overskrift>TITEL</Overskrift>\
    <Indhold><Indstilling>TEKST</Indstilling></Indhold></Dagsordenpunkt></Dagsordenpunkter></Dagsorden>";

fn sbsys(title: &str, text: &str) -> String {
    SBSYS.replace("TITEL", title).replace("TEKST", text)
}

#[test]
fn a_doctype_is_refused_whatever_it_holds() {
    let laughs = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
         <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>{}",
        sbsys("&c;", "x")
    );
    assert!(matches!(error(laughs.as_bytes()), AgendaError::Doctype { .. }));
    let secret =
        format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}", sbsys("&e;", "x"));
    let refused = error(secret.as_bytes());
    assert!(matches!(refused, AgendaError::Doctype { .. }));
    assert!(refused.to_string().contains("DOCTYPE"));
    // Without a DOCTYPE there is nothing that an entity could stand for.
    assert!(matches!(error(sbsys("&e;", "x").as_bytes()), AgendaError::Xml { .. }));
    assert_eq!(parse(&sbsys("Vej &amp; sti &#230;", "x")).items[0].title, "Vej & sti æ");
}

#[test]
fn deep_nesting_is_refused() {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    assert!(matches!(error(deep("<a>", "</a>").as_bytes()), AgendaError::TooMuch { .. }));
    let xml = sbsys("Titel", &deep("<a>", "</a>"));
    assert!(matches!(error(xml.as_bytes()), AgendaError::TooMuch { .. }));
    let page = format!("<html><body>{}</body></html>", deep("<div>", "</div>"));
    assert!(matches!(error(page.as_bytes()), AgendaError::TooMuch { .. }));
    let json = deep("[", "]");
    assert!(matches!(error(json.as_bytes()), AgendaError::Json { .. }));
    let json = deep("{\"items\":", "}");
    assert!(matches!(error(json.as_bytes()), AgendaError::Json { .. }));
}

#[test]
fn tables_in_tables_keep_their_words() {
    let cell = "<table><tr><td>".repeat(20) + "Dybt" + &"</td></tr></table>".repeat(20);
    let found = parse(&format!("<h2>1. Budget</h2><h3>Økonomi</h3>{cell}<h2>2. Vej</h2>"));
    assert_eq!(found.items.len(), 2);
    assert!(found.items[0].fields["oekonomi"].text.contains("Dybt"));
    let deep = "<table><tr><td>".repeat(5_000);
    assert!(matches!(
        error(format!("<h2>1. Budget</h2>{deep}").as_bytes()),
        AgendaError::TooMuch { .. }
    ));
}

#[test]
fn nothing_that_runs_survives_in_any_format() {
    let evil = "<p onclick=\"alert(1)\">Tekst</p><script>alert(2)</script><iframe src=\"//x\"></iframe>\
        <img src=x onerror=alert(3)><a href=\"javascript:alert(4)\">link</a>\
        <svg onload=alert(5)><circle/></svg><style>@import 'x'</style><object data=x></object>";
    let escaped = evil.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = serde_json::to_string(evil).unwrap();
    let inputs = [
        sbsys("Titel", &escaped),
        sbsys("Titel", &format!("<![CDATA[{evil}]]>")),
        format!(
            "<Meeting><MeetingAgendaTypes><MeetingAgendaType><AgendaType>Åben</AgendaType><MeetingAgendaItems><MeetingAgendaItem><AgendaItemNumber>1</AgendaItemNumber><Document><Title>Titel</Title></Document><FullText>{escaped}</FullText></MeetingAgendaItem></MeetingAgendaItems></MeetingAgendaType></MeetingAgendaTypes></Meeting>"
        ),
        format!(
            r#"{{"bullet_points":[{{"number":1,"title":"Titel","attachments":[{{"title":"Indstilling","body":{quoted}}}],"enclosures":[{{"title":"Bilag","uri":"javascript:alert(6)"}}]}}]}}"#
        ),
        format!(
            r#"{{"Dagsordenpunkter":[{{"Navn":"Titel","Punktnummer":"1","IsOpen":true,"Felter":[{{"Navn":"","Html":{quoted}}}]}}]}}"#
        ),
        format!(
            r#"{{"items":[{{"number":"1","title":"Titel","fields":{{"indstilling":{{"text":"Tekst","html":{quoted}}}}},"attachments":[{{"title":"Bilag","url":"javascript:alert(7)"}}]}}]}}"#
        ),
        format!(
            "<h2>1. Titel</h2><h3>Indstilling</h3><div>{evil}</div><h3>Bilag</h3><ul><li><a href=\"data:text/html,x\">Bilag</a></li></ul>"
        ),
    ];
    for input in inputs {
        let found = parse(&input);
        assert_eq!(found.items.len(), 1, "{input}");
        let json = serde_json::to_string(&found).unwrap();
        assert!(json.contains("Tekst"), "{json}");
        for trace in ["alert", "script", "onerror", "onclick", "iframe", "@import", "data:text"] {
            assert!(!json.contains(trace), "{trace}: {json}\n{input}");
        }
    }
}

#[test]
fn ten_thousand_items_are_refused_in_every_format() {
    let numbers = 1..=10_000;
    let repeat = |part: &dyn Fn(usize) -> String| -> String { numbers.clone().map(part).collect() };
    let point =
        |n| format!("<Dagsordenpunkt Nummer=\"{n}\"><Overskrift>Sag</Overskrift></Dagsordenpunkt>");
    let inputs = [
        repeat(&|n| format!("Punkt {n}: Sag\n")),
        format!("<Dagsorden><Dagsordenpunkter>{}</Dagsordenpunkter></Dagsorden>", repeat(&point)),
        repeat(&|n| format!("<h2>Punkt {n}: Sag</h2>")),
        format!(
            "<table><tr><th>Nr.</th><th>Titel</th></tr>{}</table>",
            repeat(&|n| format!("<tr><td>{n}</td><td>Sag</td></tr>"))
        ),
        format!(
            "{{\"bullet_points\":[{}{{}}]}}",
            repeat(&|n| format!("{{\"number\":{n},\"title\":\"Sag\"}},"))
        ),
        format!(
            "{{\"items\":[{}{{\"number\":1,\"title\":\"x\"}}]}}",
            repeat(&|n| format!("{{\"number\":{n},\"title\":\"Sag\"}},"))
        ),
        format!(
            "{{\"Dagsordenpunkter\":[{}{{}}]}}",
            repeat(&|n| format!("{{\"Punktnummer\":\"{n}\",\"Navn\":\"Sag\"}},"))
        ),
    ];
    for input in inputs {
        let found = error(input.as_bytes());
        assert!(matches!(found, AgendaError::TooManyItems { .. }), "{found}: {}", &input[..60]);
    }
}

#[test]
fn a_hundred_megabytes_end_soon() {
    let start = Instant::now();
    let large = vec![b'a'; 101 * 1024 * 1024];
    assert!(matches!(error(&large), AgendaError::TooLarge { .. }));
    // Small for a file, large for a text: every "[]" becomes a value of many bytes.
    let brackets = b"[],".repeat(12 * 1024 * 1024);
    assert!(matches!(error(&brackets), AgendaError::TooMuch { .. }));
    // Megabytes without a single item.
    let words = b"ord ".repeat(1024 * 1024);
    assert!(matches!(error(&words), AgendaError::NotAnAgenda { .. }));
    let lines = b"en linje\n".repeat(100_000);
    assert!(matches!(error(&lines), AgendaError::NotAnAgenda { .. }));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// A ZIP file with these parts.
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn document(body: &str) -> String {
    format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>")
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn a_document_that_unpacks_without_end_is_refused() {
    let blanks = vec![b' '; 80 * 1024 * 1024];
    let bomb = zip(&[("word/document.xml", &blanks)]);
    assert!(bomb.len() < 200_000);
    assert!(matches!(error(&bomb), AgendaError::Bomb { .. }));
    // The same with a size that lies: the real one counts.
    let declared = u32::try_from(blanks.len()).unwrap().to_le_bytes();
    let mut liar = bomb.clone();
    let mut at = 0;
    while let Some(place) = liar[at..].windows(4).position(|four| four == declared) {
        liar[at + place..at + place + 4].copy_from_slice(&1_000_u32.to_le_bytes());
        at += place + 4;
    }
    assert!(matches!(error(&liar), AgendaError::Bomb { .. } | AgendaError::Package { .. }));
    // Half as large, but packed a thousand times.
    let dense = zip(&[("word/document.xml", &blanks[..40 * 1024 * 1024])]);
    assert!(matches!(error(&dense), AgendaError::Bomb { .. }));
}

#[test]
fn archives_of_other_things_say_so() {
    let other = zip(&[("readme.txt", b"hej")]);
    assert!(matches!(error(&other), AgendaError::Unsupported { .. }));
    let sheet = zip(&[
        ("_rels/.rels", br#"<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", b"<workbook/>"),
    ]);
    assert!(matches!(error(&sheet), AgendaError::Unsupported { .. }));
    let climbing = zip(&[
        ("../../etc/passwd", b"x"),
        ("word/document.xml", document(&paragraph("Punkt 1: Vej")).as_bytes()),
    ]);
    assert_eq!(agenda::parse(&climbing, "fil").unwrap().value.items[0].title, "Vej");
    let upwards = zip(&[
        ("_rels/.rels", br#"<Relationships><Relationship Type="x/officeDocument" Target="../../../etc/passwd"/></Relationships>"#),
    ]);
    assert!(matches!(error(&upwards), AgendaError::Unsupported { .. }));
    assert!(matches!(error(b"PK\x03\x04 and no more"), AgendaError::Package { .. }));
    let many: Vec<(String, &[u8])> = (0..10_001).map(|n| (format!("f{n}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(matches!(error(&zip(&many)), AgendaError::TooMuch { .. }));
}

#[test]
fn a_documents_xml_is_bounded_like_any_other() {
    let laughs = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", document(&paragraph("&a;")));
    let file = zip(&[("word/document.xml", laughs.as_bytes())]);
    assert!(matches!(error(&file), AgendaError::Doctype { .. }));
    let deep =
        document(&("<w:tbl><w:tr><w:tc>".repeat(5_000) + &"</w:tc></w:tr></w:tbl>".repeat(5_000)));
    let file = zip(&[("word/document.xml", deep.as_bytes())]);
    assert!(matches!(error(&file), AgendaError::TooMuch { .. }));
    let hidden = document(
        &(paragraph("Punkt 1: Vej &lt;script&gt;alert(1)&lt;/script&gt;")
            + "<w:p><w:del><w:r><w:delText>slettet</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>skjult</w:t></w:r></w:p>"),
    );
    let found =
        agenda::parse(&zip(&[("word/document.xml", hidden.as_bytes())]), "fil").unwrap().value;
    assert_eq!(found.items[0].title, "Vej <script>alert(1)</script>");
    let json = serde_json::to_string(&found).unwrap();
    assert!(!json.contains("slettet") && !json.contains("skjult"));
}

#[test]
fn damaged_pdf_files_are_errors_and_no_panics() {
    let whole =
        fs_err::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/agenda/solby.pdf")).unwrap();
    for cut in [10, 100, 1_000, whole.len() / 2, whole.len() - 200] {
        let _ = agenda::parse(&whole[..cut], "fil");
    }
    for (at, step) in [(50, 97), (333, 1009), (7, 4001)] {
        let mut torn = whole.clone();
        for place in (at..torn.len()).step_by(step) {
            torn[place] ^= 0x55;
        }
        let _ = agenda::parse(&torn, "fil");
    }
    assert!(matches!(error(b"%PDF-1.7\n%%EOF"), AgendaError::Pdf { .. }));
}

#[test]
fn a_scanned_pdf_says_that_it_has_no_text() {
    let empty = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF";
    let found = error(empty);
    assert!(matches!(found, AgendaError::NoText { .. }), "{found}");
    assert!(found.to_string().contains("OCR"));
}

#[test]
fn broken_text_of_any_kind_is_an_error() {
    for text in [
        "<Dagsorden><Dagsordenpunkter>",
        "<?xml version=\"1.0\"?>",
        "<Dagsorden><Dagsordenpunkter></Dagsordenpunkter></Dagsorden>",
        "<faktura><linje>1. Vare</linje></faktura>",
        "<Meeting><MeetingAgendaTypes/></Meeting>",
        "{\"bullet_points\":[]}",
        "{\"bullet_points\":7}",
        "{\"Dagsordenpunkter\":7}",
        "<html><body>Velkommen</body></html>",
        "<<<<>>>>",
        "<!--",
        "<a b=\"&x;\"/>",
    ] {
        let found = error(text.as_bytes());
        assert!(found.to_string().contains("fil"), "{text}: {found}");
    }
}

#[test]
fn numbers_of_any_size_stay_harmless() {
    let list = document(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"4294967295\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Vej</w:t></w:r></w:p>",
    );
    let numbering = "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"8\"><w:start w:val=\"4294967295\"/><w:numFmt w:val=\"lowerRoman\"/><w:lvlText w:val=\"%1%2%3%9\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
    let file = zip(&[
        ("word/document.xml", list.as_bytes()),
        ("word/numbering.xml", numbering.as_bytes()),
    ]);
    let _ = agenda::parse(&file, "fil");
    let json = r#"{"start":99999999999999999999,"bullet_points":[{"number":18446744073709551615,"title":"Vej","access":-1}]}"#;
    assert_eq!(parse(json).items.len(), 1);
}
