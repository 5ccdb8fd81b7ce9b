//! The synthetic meeting against referater of it in the formats that councils publish.

use std::path::Path;

use referent::agenda;
use referent::eval::minutes::Known;
use serde_json::json;

use super::*;

/// A file that is not part of the repository; none when it is absent.
fn shared(path: &str) -> Option<std::path::PathBuf> {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if !file.exists() {
        println!("skipped: {} is absent", file.display());
        return None;
    }
    Some(file)
}

/// What the council wrote, a paragraph a line.
const WRITTEN: &[(&str, &str, &str)] = &[
    (
        "1",
        "Godkendelse af dagsorden",
        "Godkendt.\n\
         Afbud: Bo Steffensen (V)\n\
         Inger Maagaard (V) deltog som stedfortræder for Bo Steffensen (V).",
    ),
    ("2", "Spørgetid", "Kommunaldirektøren svarede på et spørgsmål fra en borger på Mosevej."),
    (
        "3",
        "Budgetopfølgning pr. 30. september 2025",
        "For stemte 22 (A, V, C, F og Ø). Imod stemte 2 (O).\n\
         Indstillingen er vedtaget.\n\
         Dansk Folkeparti kan ikke støtte, at tillægsbevillingen finansieres af kassebeholdningen, og \
         ønsker i stedet en besparelse på den centrale administration.\n\
         Sofie Lindqvist (Ø) ankom til mødet kl. 17.31 efter behandlingen af punkt 3.",
    ),
    (
        "4",
        "Endelig vedtagelse af Lokalplan 312 – Havnefronten",
        "Ændringsforslaget fra C og F om højst 3 etager i delområde B blev sat til afstemning.\n\
         For stemte 8 (C, F og Ø), imod stemte 15 (A og V), hverken for eller imod stemte 2 (O).\n\
         Ændringsforslaget blev forkastet.\n\
         For indstillingen stemte 17 (A, V og O), imod stemte 5 (F og Ø), hverken for eller imod stemte \
         3 (C).\n\
         Indstillingen er vedtaget.",
    ),
    (
        "5",
        "Ny skolestruktur – sammenlægning af Vester Skole og Bakkeskolen",
        "Sagen sendes tilbage til Børne- og Skoleudvalget med henblik på supplerende beregninger af \
         udgifter til skolebus og en plan for specialklasserne. Forvaltningen vender tilbage senest den \
         1. marts.",
    ),
    ("6", "Kvalitetsstandard 2026 for rengøring i hjemmeplejen", "Godkendt."),
    (
        "7",
        "Orientering om Trafiksikkerhedsplan 2025-2028",
        "Taget til efterretning.\n\
         Forvaltningen sender svar om Skovgade inden den 15. december.",
    ),
    (
        "8",
        "Solcelleanlæg ved Bredmose – igangsætning af planlægning",
        "Udsat til byrådets møde i januar.",
    ),
    ("9", "Lukket: Køb af ejendom", ""),
];

/// What somebody wrote otherwise: wrong, left out, and added.
const SLIPS: &[(&str, &str)] = &[
    ("For stemte 22 (A, V, C, F og Ø)", "For stemte 21 (A, V, C og F)"),
    ("Sofie Lindqvist (Ø) ankom til mødet kl. 17.31 efter behandlingen af punkt 3.", ""),
    (
        "Ændringsforslaget fra C og F om højst 3 etager i delområde B blev sat til afstemning.\n\
         For stemte 8 (C, F og Ø), imod stemte 15 (A og V), hverken for eller imod stemte 2 (O).\n\
         Ændringsforslaget blev forkastet.\n",
        "",
    ),
    ("senest den 1. marts", "senest den 1. maj"),
    ("Forvaltningen sender svar om Skovgade", "Karen Holst sender svar om Skovgade"),
    ("Udsat til byrådets møde i januar.", "Godkendt."),
    ("Afbud: Bo Steffensen (V)", "Afbud: Bo Steffensen (V), Henrik Bruun (C)"),
];

type Written = Vec<(String, String, Vec<String>)>;

fn written(slips: &[(&str, &str)]) -> Written {
    let mut used = 0;
    let found = WRITTEN
        .iter()
        .map(|(number, title, text)| {
            let text = slips.iter().fold((*text).to_owned(), |text, (right, wrong)| {
                used += usize::from(text.contains(right));
                text.replace(right, wrong)
            });
            let paragraphs = text.lines().filter(|line| !line.is_empty()).map(str::to_owned);
            ((*number).to_owned(), (*title).to_owned(), paragraphs.collect())
        })
        .collect();
    assert_eq!(used, slips.len());
    found
}

fn html(items: &Written) -> Vec<u8> {
    let mut page = "<html><body><h1>Referat af byrådets møde den 26. november 2025</h1>".to_owned();
    for (number, title, paragraphs) in items {
        page.push_str(&format!("<section><h2>{number}. {title}</h2>"));
        if !paragraphs.is_empty() {
            page.push_str(&format!("<h3>Beslutning</h3><p>{}</p>", paragraphs.join("</p><p>")));
        }
        page.push_str("</section>");
    }
    (page + "</body></html>").into_bytes()
}

fn firstagenda(items: &Written) -> Vec<u8> {
    let points: Vec<Value> = items
        .iter()
        .map(|(number, title, paragraphs)| {
            let text = paragraphs.join("</p><p>");
            let html = format!(
                "<div><h3>Indstilling</h3><span><p>Forvaltningen indstiller sagen.</p></span>\
                 <h3>Beslutning</h3><span class='ukendt'><p>{text}</p></span></div>"
            );
            json!({
                "Felter": [{ "Navn": "", "Html": html, "Tekst": null }],
                "Navn": title, "Punktnummer": number, "Number": number, "Caption": title,
                "SagsNummer": "25/1001", "CaseNumber": "25/1001",
                "IsOpen": !title.starts_with("Lukket"), "ItemDecision": null, "Bilag": [],
            })
        })
        .collect();
    json!({ "Dagsordenpunkter": points }).to_string().into_bytes()
}

fn docx(items: &Written) -> Vec<u8> {
    use docx_rs::{Docx, Paragraph, Run, Style, StyleType};
    let heading = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name);
    let line = |text: &str| Paragraph::new().add_run(Run::new().add_text(text));
    let mut docx = Docx::new()
        .add_style(heading("Heading1", "Heading 1"))
        .add_style(heading("Heading2", "Heading 2"))
        .add_style(heading("Heading3", "Heading 3"))
        .add_paragraph(line("Referat af byrådets møde den 26. november 2025").style("Heading1"));
    for (number, title, paragraphs) in items {
        docx = docx.add_paragraph(line(&format!("{number}. {title}")).style("Heading2"));
        if !paragraphs.is_empty() {
            docx = docx.add_paragraph(line("Beslutning").style("Heading3"));
        }
        for text in paragraphs {
            docx = docx.add_paragraph(line(text));
        }
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    docx.build().pack(&mut bytes).unwrap();
    bytes.into_inner()
}

/// The meeting's folder, as its reference transcript gives it.
fn meeting(truth: &Path) -> tempfile::TempDir {
    let transcript = Known::read(truth).unwrap().transcript;
    let agenda = agenda::read(&truth.with_file_name("agenda.firstagenda.json")).unwrap().value;
    let alignment = align(&transcript, &agenda).value;
    let public = part_closed(&transcript, &alignment).public;
    let minutes = referent::minutes::draft(&public, &agenda, &alignment).value;
    let dir = tempfile::tempdir().unwrap();
    let folder = MeetingFolder::open(dir.path()).unwrap();
    folder.write_json(Artefact::Agenda, &agenda).unwrap();
    folder.write_json(Artefact::Alignment, &alignment).unwrap();
    folder.write_json(Artefact::Transcript, &public).unwrap();
    folder.write_json(Artefact::Minutes, &minutes).unwrap();
    dir
}

/// What differs, by the referat's format.
fn compared(truth: &Path, slips: &[(&str, &str)]) -> Vec<(&'static str, Vec<Value>)> {
    let dir = meeting(truth);
    let items = written(slips);
    let files = [
        ("referat.html", html(&items)),
        ("referat.docx", docx(&items)),
        ("referat.json", firstagenda(&items)),
    ];
    files
        .map(|(name, bytes)| {
            let path = dir.path().join(name);
            fs_err::write(&path, bytes).unwrap();
            let mut command = Command::cargo_bin("referent").unwrap();
            let output =
                command.arg("diff").arg(dir.path()).arg(&path).arg("--json").output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            let found: Value = serde_json::from_slice(&output.stdout).expect(&told);
            (name, found["differences"].as_array().unwrap().clone())
        })
        .into()
}

#[test]
fn a_true_referat_of_the_synthetic_meeting_shows_no_differences() {
    let Some(truth) = shared("audio/meeting/truth.json") else { return };
    for (name, found) in compared(&truth, &[]) {
        assert_eq!(found, Vec::<Value>::new(), "{name}: {found:#?}");
    }
}

#[test]
fn slips_in_the_referat_are_found_both_ways_in_every_format() {
    let Some(truth) = shared("audio/meeting/truth.json") else { return };
    for (name, found) in compared(&truth, SLIPS) {
        let lines: Vec<String> = found
            .iter()
            .map(|one| {
                let text = |field: &str| one[field].as_str().unwrap_or("-").to_owned();
                let [item, kind, side] = ["item", "kind", "found"].map(text);
                format!("{item} {kind} {side}: {} | {}", text("written"), text("heard"))
            })
            .collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(lines.join("\n"), @r"
            3 vote otherwise: for 21 (A, V, C, F); imod 2 (O); vedtaget | for 22 (A, V, C, F, Ø); imod 2 (O); vedtaget
            4 vote heard-only: - | for 8 (C, F, Ø); imod 15 (A, V); undlader 2 (O); forkastet
            5 figure written-only: den 1. maj | -
            5 figure heard-only: - | den 1. marts
            7 name written-only: Karen Holst | -
            8 decision otherwise: godkendt | udsat
            8 figure heard-only: - | januar
            - attendance written-only: Henrik Bruun: afbud | -
            3 attendance heard-only: - | Sofie Lindqvist: ankom
            ");
        }
        // Each says where to listen, except who was away: nobody knows when that was said.
        for one in &found {
            let placed = one["evidence"]["end"].as_f64() > Some(0.0);
            assert!(placed || one["kind"] == "attendance", "{name}: {one}");
        }
        assert!(!lines.join("\n").contains("Strandvej"), "{name}: {lines:#?}");
    }
}
