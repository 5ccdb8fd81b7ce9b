//! Documents out: every format of a small fictional meeting, closed doors, the command.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod captions;
pub(crate) mod meeting;

use std::io::Read;

use assert_cmd::Command;
use referent::export::captions::lint;
use referent::export::{Format, Material, Template, render};
use referent::meeting::{TimeSpan, Transcript};

use self::meeting::meeting;

#[test]
fn captions_chapters_and_text_read_well() {
    let meeting = meeting();
    insta::assert_snapshot!("export_captions_vtt", meeting.text(Format::Vtt));
    insta::assert_snapshot!("export_captions_srt", meeting.text(Format::Srt));
    insta::assert_snapshot!("export_chapters_vtt", meeting.text(Format::Chapters));
    insta::assert_snapshot!("export_transcript_txt", meeting.text(Format::Txt));
    insta::assert_snapshot!("export_referat_md", meeting.text(Format::Markdown));
    insta::assert_snapshot!("export_portal_html", meeting.text(Format::Portal));
    insta::assert_snapshot!("export_transcript_akn", meeting.text(Format::AkomaNtoso));
}

#[test]
fn the_page_reads_well() {
    let page = meeting().text(Format::Html);
    let body = &page[page.find("<body>").unwrap()..page.rfind("<script>").unwrap()];
    insta::assert_snapshot!("export_referat_html", body);
}

#[test]
fn our_captions_pass_the_linter() {
    let meeting = meeting();
    assert_eq!(lint(&meeting.text(Format::Vtt)), []);
    assert_eq!(lint(&meeting.text(Format::Srt)), []);
}

#[test]
fn transcript_json_comes_back_as_it_was() {
    let meeting = meeting();
    let back: Transcript = serde_json::from_slice(&meeting.render(Format::Json)).unwrap();
    // JSON keeps milliseconds, so both are compared as JSON.
    let json = |transcript: &Transcript| serde_json::to_value(transcript).unwrap();
    assert_eq!(json(&back), json(&meeting.transcript));
}

#[test]
fn documents_are_the_same_bytes_every_time() {
    let meeting = meeting();
    for format in Format::every() {
        let again =
            std::thread::scope(|scope| scope.spawn(|| meeting.render(format)).join().unwrap());
        assert!(meeting.render(format) == again, "{format} differs from run to run");
    }
}

/// Everything readable in a document: text formats as they are, all parts of the Word package.
fn everything(format: Format, bytes: &[u8]) -> String {
    if !matches!(format, Format::Docx | Format::Debate) {
        return String::from_utf8(bytes.to_vec()).unwrap();
    }
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    for index in 0..package.len() {
        package.by_index(index).unwrap().read_to_string(&mut all).unwrap();
    }
    all
}

#[test]
fn nothing_from_behind_closed_doors_is_shown_whatever_the_material_holds() {
    let mut meeting = meeting();
    let secret = "kloakfirmaet";
    // An upstream mistake: closed speech and values among the public ones.
    let mut leaked = meeting.transcript.segments[8].clone();
    (leaked.id, leaked.start, leaked.end) = (99, 1200.0, 1204.0);
    leaked.text = format!("Vi køber af {secret} for to millioner.");
    leaked.item = Some("1".to_owned());
    meeting.transcript.segments.push(leaked);
    let mut item = meeting.minutes.items[1].clone();
    let decision = item.decision.as_mut().unwrap();
    decision.text = format!("Købt af {secret}.");
    (decision.evidence.start, decision.evidence.end) = (1200.0, 1204.0);
    item.votes[0].question = secret.to_owned();
    (item.votes[0].evidence.start, item.votes[0].evidence.end) = (950.0, 950.0);
    meeting.minutes.items[1] = item;
    let mut closed = meeting.minutes.items[0].clone();
    closed.number = "4".to_owned();
    closed.decision.as_mut().unwrap().text = secret.to_owned();
    meeting.minutes.items[2] = closed;
    meeting.minutes.items[2].closed = false;
    for format in Format::every() {
        let outcome = render(format, &meeting.material()).unwrap();
        let all = everything(format, &outcome.value);
        assert!(!all.contains(secret), "{format} shows closed speech");
        assert!(!all.contains("HEMMELIGT"), "{format} shows a closed item's proposal");
        assert!(outcome.warnings.iter().any(|w| w.code == "closed-segment-refused"));
    }
    let page = meeting.text(Format::Html);
    assert!(page.contains("Køb af ejendom") && page.contains("Lukket punkt"));
}

#[test]
fn a_closed_item_without_a_closed_span_takes_all_its_spans_with_it() {
    let mut meeting = meeting();
    meeting.transcript.closed.clear();
    meeting.alignment.closed.clear();
    let outcome = render(Format::Txt, &meeting.material()).unwrap();
    assert!(outcome.warnings.iter().any(|w| w.code == "closed-item-without-closed-span"));
    let text = String::from_utf8(outcome.value).unwrap();
    assert!(!text.contains("Punkt fire er lukket"), "{text}");
}

#[test]
fn without_an_alignment_the_segments_and_people_of_a_closed_item_are_refused() {
    let mut meeting = meeting();
    meeting.minutes.attendance[3].item = Some("4".to_owned());
    let material = Material { alignment: None, ..meeting.material() };
    for format in Format::every() {
        let all = everything(format, &render(format, &material).unwrap().value);
        assert!(!all.contains("Punkt fire er lukket"), "{format} shows speech of a closed item");
        assert!(!all.contains("forlod mødet"), "{format} shows who left during a closed item");
    }
}

#[test]
fn chapters_follow_each_other_when_items_overlap_share_a_start_or_reopen() {
    let mut meeting = meeting();
    meeting.alignment.items[0].spans = vec![TimeSpan::new(50.0, 60.0), TimeSpan::new(0.0, 20.0)];
    meeting.alignment.items[1].spans = vec![TimeSpan::new(10.0, 55.0)];
    meeting.alignment.items[2].spans = vec![TimeSpan::new(50.0, 50.0)];
    insta::assert_snapshot!(meeting.text(Format::Chapters), @r"
    WEBVTT

    1
    00:00:00.000 --> 00:00:10.000
    Punkt 1: Godkendelse af dagsorden

    2
    00:00:10.000 --> 00:00:50.000
    Punkt 2: Budgetopfølgning pr. 28. februar

    3
    00:00:50.000 --> 00:01:00.000
    Punkt 1: Godkendelse af dagsorden (genoptaget) · Punkt 3: Ny skole i Havneby
    ");
}

#[test]
fn hostile_titles_and_speech_stay_text() {
    let mut meeting = meeting();
    let hostile =
        "</script><img src=x onerror=alert(1)> \"'&{\\an8}\u{202E}\u{0}\u{1b}\u{FFFE} --> STYLE";
    meeting.record.title = Some(hostile.to_owned());
    meeting.record.recording.name = format!("../..\\javascript:alert(1)//{hostile}.mp4");
    meeting.agenda.items[0].title = hostile.to_owned();
    meeting.agenda.items[0].number = hostile.to_owned();
    meeting.transcript.segments[0].text = format!("{hostile} {hostile}");
    meeting.transcript.segments[0].speaker = Some(hostile.to_owned());
    meeting.minutes.items[1].decision.as_mut().unwrap().text = hostile.to_owned();
    for format in Format::every() {
        let all = everything(format, &meeting.render(format));
        let refused =
            |c: char| c == '\u{202E}' || c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        if format != Format::Json {
            assert!(!all.contains(refused) && !all.contains('\u{FFFE}'), "{format}");
        }
        if matches!(
            format,
            Format::Vtt | Format::Srt | Format::Html | Format::Docx | Format::AkomaNtoso
        ) {
            assert!(!all.contains("<img"), "{format} lets a tag through");
        }
    }
    let page = meeting.text(Format::Html);
    assert!(page.contains("src=\"./an8%7D"), "the recording's address leaves the folder");
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(lint(&meeting.text(Format::Vtt)), []);
    assert_eq!(lint(&meeting.text(Format::Srt)), []);
}

#[test]
fn the_word_package_is_whole_and_has_real_headings() {
    let bytes = meeting().render(Format::Docx);
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
    let names: Vec<String> = package.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in &names {
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let mut xml = String::new();
            package.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
            assert_well_formed(name, &xml);
        }
    }
    let mut part = |name: &str| {
        let mut xml = String::new();
        package.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
        xml
    };
    let document = part("word/document.xml");
    let styles = part("word/styles.xml");
    for (id, name) in [("Heading1", "heading 1"), ("Heading2", "heading 2"), ("Title", "Title")] {
        assert!(document.contains(&format!("<w:pStyle w:val=\"{id}\"")), "{id} is used");
        assert!(styles.contains(&format!("w:styleId=\"{id}\"")), "{id} is defined");
        assert!(styles.contains(&format!("<w:name w:val=\"{name}\"")), "{name} is Word's own");
    }
    assert!(styles.contains("w:val=\"da-DK\""), "the text is Danish");
    assert!(document.contains("taget til efterretning") && document.contains("[usikkert]"));
    assert!(part("word/_rels/document.xml.rels").contains("referat.html#t=29"));
}

#[test]
fn the_debate_is_a_document_of_its_own_unless_the_template_wants_it_in_the_items() {
    let mut meeting = meeting();
    let shows = |meeting: &meeting::Meeting, format| {
        everything(format, &meeting.render(format)).contains("pegede på et merforbrug")
    };
    let protocols = [Format::Docx, Format::Markdown, Format::Portal, Format::Protocol];
    for format in protocols {
        assert!(!shows(&meeting, format), "{format}: the debate stands in the protocol");
    }
    assert!(shows(&meeting, Format::Debate) && shows(&meeting, Format::Html));
    meeting.template = Template::load("med").unwrap();
    for format in protocols {
        assert!(shows(&meeting, format), "{format}: a MED referat holds the debate");
    }
}

#[test]
fn a_municipality_changes_a_copy_of_a_template() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vores.toml");
    let name = file.to_str().unwrap();
    let own = Template::built_in("byraad")
        .unwrap()
        .replace("\"Beslutningsprotokol\"", "\"Byrådets protokol\"")
        .replace("\"Afstemning\"", "\"Sådan stemte vi\"")
        .replace("[\"deltagere\"]", "[\"Borgmester\", \"Kommunaldirektør\"]");
    fs_err::write(&file, &own).unwrap();
    let mut meeting = meeting();
    meeting.template = Template::load(name).unwrap();
    let text = meeting.text(Format::Markdown);
    insta::assert_snapshot!("export_own_template", text);

    let broken = [
        (own.replace("slags = \"afstemning\"", "slags = \"afstemming\""), "line 3"),
        (own.replace("felt = \"indstilling\"\n", ""), "must say which"),
        (own.replace("punkter = ", "punktr = "), "punktr"),
    ];
    for (text, said) in broken {
        fs_err::write(&file, text).unwrap();
        let message = Template::load(name).unwrap_err().to_string();
        assert!(message.contains(said), "{message}");
    }
    let message = Template::load("kommune").unwrap_err().to_string();
    assert!(message.contains("byraad, udvalg, med"), "{message}");
}

#[test]
fn the_template_fits_the_committee() {
    for (committee, name) in [
        (Some("Byrådet"), "byraad"),
        (None, "byraad"),
        (Some("Teknik- og Miljøudvalget"), "udvalg"),
        (Some("Hovedudvalg (HMU)"), "med"),
        (Some("MED-udvalget for Ældre og Sundhed"), "med"),
        (Some("Medborgerudvalget"), "udvalg"),
    ] {
        assert_eq!(Template::fitting(committee), name, "{committee:?}");
    }
}

#[test]
fn markdown_titles_stay_text() {
    let mut meeting = meeting();
    meeting.agenda.items[0].title = "- *Fed* [link](x) <b>".to_owned();
    let text = meeting.text(Format::Markdown);
    assert!(text.contains(r"## Punkt 1: - \*Fed\* \[link\](x) \<b\>"), "{text}");
}

#[test]
fn a_recording_without_an_agenda_still_gives_every_document() {
    let meeting = meeting();
    let bare = Material { agenda: None, alignment: None, minutes: None, ..meeting.material() };
    for format in Format::every() {
        let all = everything(format, &render(format, &bare).unwrap().value);
        assert!(!all.is_empty(), "{format}");
    }
    let page = String::from_utf8(render(Format::Html, &bare).unwrap().value).unwrap();
    assert!(
        page.contains("Udskrift af hele mødet") && page.contains("<details class=\"speech\" open>")
    );
}

#[test]
fn akoma_ntoso_is_well_formed_whatever_was_said() {
    let mut meeting = meeting();
    meeting.transcript.segments[0].text = "</p> & \u{1} ]]> <x>".to_owned();
    meeting.agenda.items[0].title = "<b> & \u{1}".to_owned();
    assert_well_formed("transcript.akn.xml", &meeting.text(Format::AkomaNtoso));
    let protocol = meeting.text(Format::Protocol);
    assert_well_formed("referat.akn.xml", &protocol);
    insta::assert_snapshot!("export_referat_akn", protocol);
}

/// A small check that every tag is closed in order, with no characters that XML forbids.
fn assert_well_formed(name: &str, xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').unwrap_or_else(|| panic!("{name}: < without >"));
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') || tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(closing) => assert_eq!(open.pop(), Some(closing), "{name}"),
            None => open.push(tag.split_whitespace().next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} not closed");
    assert!(!xml.contains(|c: char| c < ' ' && !matches!(c, '\n' | '\t' | '\r')), "{name}");
}

/// Whether an outside program is here; a test that needs it is skipped with a message otherwise.
fn have(program: &str) -> bool {
    let found = std::process::Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

#[test]
fn the_word_document_opens_in_libreoffice() {
    if !have("soffice") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("referat.docx"), meeting().render(Format::Docx)).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", dir.path().display());
    let arguments =
        ["--headless", &profile, "--convert-to", "txt:Text (encoded):UTF8", "referat.docx"];
    Command::new("soffice")
        .args(arguments)
        .current_dir(dir.path())
        .timeout(std::time::Duration::from_secs(120))
        .assert()
        .success();
    let text = fs_err::read_to_string(dir.path().join("referat.txt")).unwrap();
    let order = [
        "Beslutningsprotokol",
        "UDKAST",
        "Punkt 2:",
        "Indstilling",
        "Beslutning",
        "15",
        "Underskrifter",
    ];
    let mut at = 0;
    for part in order {
        at += text[at..].find(part).unwrap_or_else(|| panic!("{part} is missing in {text}"));
    }
}

#[test]
fn the_page_leads_a_browser_to_the_time_in_its_address() {
    if !have("chromium") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("referat.html");
    fs_err::write(&page, meeting().render(Format::Html)).unwrap();
    let profile = format!("--user-data-dir={}/profile", dir.path().display());
    let out = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args([&profile, "--virtual-time-budget=3000", "--dump-dom"])
        .arg(format!("file://{}#t=31", page.display()))
        .timeout(std::time::Duration::from_secs(120))
        .assert()
        .success();
    let dom = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
    let current = dom.find("aria-current=\"true\"").unwrap();
    assert!(dom[current..].find("Vi stemmer om indstillingen").unwrap() < 400, "{dom}");
    assert!(dom.contains("<p id=\"nu\" class=\"now\">Nu: Punkt 2"), "the item is named");
    assert!(dom.contains("<div id=\"hent\" class=\"pick\">"), "a missing recording is asked for");
}

#[test]
fn the_command_writes_documents_and_says_what_is_wrong() {
    let dir = meeting().folder();
    let referent = |arguments: &[&str]| {
        Command::cargo_bin("referent").unwrap().current_dir(dir.path()).args(arguments).assert()
    };
    for format in Format::every() {
        referent(&["export", ".", "--format", format.name()]).code(0);
        assert!(dir.path().join(format.file_name()).exists(), "{format}");
    }
    let out = referent(&["export", ".", "--format", "vtt", "--out", "-"]).code(0);
    assert!(out.get_output().stdout.starts_with(b"WEBVTT\n"));
    referent(&["export", "--lint", "captions.srt"]).code(0);
    fs_err::write(dir.path().join("bad.srt"), "1\n00:00:01,000 --> 00:00:01,100\nHov\n").unwrap();
    let out = referent(&["export", "--lint", "bad.srt"]).code(1);
    assert!(String::from_utf8_lossy(&out.get_output().stdout).contains("line 2: short"));

    let failing = |arguments: &[&str], code: i32, says: &str| {
        let out = referent(arguments).code(code);
        let stderr = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    };
    failing(
        &["export", ".", "--format", "pdf"],
        2,
        "json, txt, srt, vtt, chapters, docx, debate, html, markdown, akoma-ntoso, \
         akoma-ntoso-protocol, portal",
    );
    failing(&["export", "nowhere", "--format", "vtt"], 3, "no folder nowhere");
    failing(&["export", "--lint", "nowhere.srt"], 3, "no file nowhere.srt");
    fs_err::write(dir.path().join("minutes.json"), "{\"schema\": ").unwrap();
    failing(&["export", ".", "--format", "docx"], 3, "minutes.json");
    fs_err::write(dir.path().join("minutes.json"), "{\"schema\": \"referent/minutes/9\"}").unwrap();
    failing(&["export", ".", "--format", "docx"], 3, "referent/minutes/9");
    fs_err::remove_file(dir.path().join("minutes.json")).unwrap();
    fs_err::remove_file(dir.path().join("agenda.json")).unwrap();
    fs_err::remove_file(dir.path().join("alignment.json")).unwrap();
    referent(&["export", ".", "--format", "docx"]).code(0);
    fs_err::remove_file(dir.path().join("meeting.json")).unwrap();
    failing(&["export", ".", "--format", "docx"], 3, "not a meeting's folder");
}
