//! `referat.pdf`: tagged, Danish, and readable by our own reader of PDF agendas.

use referent::meeting::{AgendaItem, ItemMinutes};

use super::*;

/// The text of a PDF as our agenda reader finds it.
fn read(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("referat.pdf");
    fs_err::write(&file, bytes).unwrap();
    let agenda = referent::agenda::read(&file).unwrap().value;
    serde_json::to_string(&agenda).unwrap()
}

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[test]
fn it_says_what_the_protocol_says() {
    let pdf = meeting().render(Format::Pdf);
    let text = read(&pdf);
    for part in ["Budgetopfølgning pr. 28. februar", "taget til efterretning", "Ny skole i Havneby"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn it_is_tagged_for_screen_readers() {
    let pdf = meeting().render(Format::Pdf);
    assert!(pdf.starts_with(b"%PDF-1.7"));
    // PDF/UA-1: the writer has checked what a machine can.
    assert!(has(&pdf, "pdfuaid:part"));
    assert!(pdf.len() < 200_000, "{} bytes: the fonts are not cut to what is used", pdf.len());
}

#[test]
fn pdfinfo_finds_tags_headings_and_language() {
    if !have("pdfinfo") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("referat.pdf"), meeting().render(Format::Pdf)).unwrap();
    let pdfinfo = |arguments: &[&str]| {
        let output =
            Command::new("pdfinfo").current_dir(dir.path()).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let facts = pdfinfo(&["referat.pdf"]);
    assert!(facts.contains("Tagged:          yes"), "{facts}");
    assert!(facts.contains("Beslutningsprotokol: Ordinært møde i Byrådet"), "{facts}");
    let tree = pdfinfo(&["-struct-text", "referat.pdf"]);
    for part in ["H1", "H2", "H3", "Table", "TH (inline)", "Link (inline)", "TOCI", "LI"] {
        let bare = part.split(' ').next().unwrap();
        assert!(tree.contains(bare), "{part}: {tree}");
    }
    assert!(tree.contains("\"Punkt 2: Budgetopfølgning pr. 28. februar\""), "{tree}");
}

#[test]
fn foreign_text_does_not_break_it() {
    let mut meeting = meeting();
    meeting.agenda.items[0].title = "漢字 😀 \u{1} \u{202E}gnirts e\u{301} ﷽ \u{E000}".to_owned();
    meeting.agenda.items[2].title = "x".repeat(4_000);
    meeting.record.municipality = Some("K".repeat(500));
    assert!(meeting.render(Format::Pdf).starts_with(b"%PDF"));
    // So many items that the contents alone take pages.
    for number in 10..260 {
        let (number, title) = (number.to_string(), format!("Sag {number}"));
        let item =
            AgendaItem { number: number.clone(), title: title.clone(), ..AgendaItem::default() };
        meeting.agenda.items.push(item);
        let own = ItemMinutes { number, title, ..ItemMinutes::default() };
        meeting.minutes.items.push(own);
    }
    assert!(meeting.render(Format::Pdf).starts_with(b"%PDF"));
}

#[test]
fn the_draft_mark_goes_only_with_the_approval() {
    let mut meeting = meeting();
    let text = |meeting: &meeting::Meeting| {
        if !have("pdftotext") {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("a.pdf"), meeting.render(Format::Pdf)).unwrap();
        let output = Command::new("pdftotext")
            .current_dir(dir.path())
            .args(["a.pdf", "-"])
            .output()
            .unwrap();
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(draft) = text(&meeting) else { return };
    let pages = draft.matches('\u{c}').count();
    // On every page, and once under the title.
    assert_eq!(draft.matches("UDKAST").count(), pages + 1, "{draft}");
    meeting.record.state = referent::meeting::ApprovalState::Godkendt;
    let done = text(&meeting).unwrap();
    assert!(!done.contains("UDKAST") && done.contains("GODKENDT"));
}
