//! Documents out: every format of a small fictional meeting, the caption rules, closed doors.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::Read;

use assert_cmd::Command;
use proptest::prelude::*;
use referent::export::captions::{FaultKind, lint};
use referent::export::{Format, Material, render};
use referent::meeting::{
    Agenda, Alignment, MeetingRecord, Minutes, Segment, TimeSpan, Transcript, Word,
};
use serde_json::json;

/// A meeting as its folder holds it.
struct Meeting {
    record: MeetingRecord,
    transcript: Transcript,
    agenda: Agenda,
    alignment: Alignment,
    minutes: Minutes,
}

impl Meeting {
    fn material(&self) -> Material<'_> {
        Material {
            record: &self.record,
            transcript: &self.transcript,
            agenda: Some(&self.agenda),
            alignment: Some(&self.alignment),
            minutes: Some(&self.minutes),
        }
    }

    fn render(&self, format: Format) -> Vec<u8> {
        render(format, &self.material()).unwrap().value
    }

    fn text(&self, format: Format) -> String {
        String::from_utf8(self.render(format)).unwrap()
    }

    fn folder(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, value: serde_json::Value| {
            fs_err::write(dir.path().join(name), value.to_string()).unwrap();
        };
        write("meeting.json", serde_json::to_value(&self.record).unwrap());
        write("transcript.json", serde_json::to_value(&self.transcript).unwrap());
        write("agenda.json", serde_json::to_value(&self.agenda).unwrap());
        write("alignment.json", serde_json::to_value(&self.alignment).unwrap());
        write("minutes.json", serde_json::to_value(&self.minutes).unwrap());
        dir
    }
}

fn record() -> MeetingRecord {
    serde_json::from_value(json!({
        "schema": "referent/meeting/1",
        "title": "Ordinært møde i Byrådet",
        "municipality": "Fjordby Kommune",
        "committee": "Byrådet",
        "date": "2026-03-25",
        "recording": {"name": "byrådsmøde 25. marts.mp4", "size": 1000, "sha256": "ab12", "duration": 3120.0},
        "state": "udkast",
        "provenance": {"version": "0.1.0", "engine": "whisper-cpp", "model": "small",
            "model_sha256": "cd34", "parameters": {}}
    }))
    .unwrap()
}

fn words(text: &str, start: f64, end: f64, unsure: &[usize]) -> serde_json::Value {
    let texts: Vec<&str> = text.split(' ').collect();
    let step = (end - start) / texts.len() as f64;
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            json!({"text": text, "start": start + step * index as f64,
                "end": start + step * (index + 1) as f64,
                "probability": if unsure.contains(&index) { 0.31 } else { 0.97 }})
        })
        .collect()
}

fn meeting() -> Meeting {
    let chair = "Jeg byder velkommen til mødet i byrådet og går til punkt et, godkendelse af \
                 dagsordenen. Er der bemærkninger? Det er der ikke, så er den godkendt.";
    let budget = "Så går vi til punkt to, budgetopfølgningen. Forvaltningen forventer et merforbrug \
                  på 3,5 mio. kr. på det specialiserede socialområde, og det må vi ikke tage let på.";
    let vote = "Vi stemmer om indstillingen. For stemte femten, imod stemte fire, og to undlod.";
    let transcript = serde_json::from_value(json!({
        "schema": "referent/transcript/1", "language": "da", "duration": 3120.0,
        "segments": [
            {"id": 1, "start": 2.0, "end": 13.5, "text": chair, "speaker": "Karen Holm", "item": "1"},
            {"id": 2, "start": 15.0, "end": 27.0, "text": budget, "speaker": "Karen Holm", "item": "2",
             "words": words(budget, 15.0, 27.0, &[16, 17])},
            {"id": 3, "start": 27.4, "end": 27.8, "text": "Ja.", "speaker": "Ole Bang", "item": "2"},
            {"id": 4, "start": 29.0, "end": 35.0, "text": vote, "speaker": "Karen Holm", "item": "2"},
            {"id": 5, "start": 40.0, "end": 60.0, "text": "Tak fordi I så med.", "item": "2",
             "flags": [{"kind": "hallucination", "reason": "text over silence"}]},
            {"id": 6, "start": 61.0, "end": 64.0, "text": "Så tager vi en pause på ti minutter."},
            {"id": 7, "start": 900.0, "end": 904.0, "item": "1",
             "text": "Vi vender kort tilbage til dagsordenen under punkt et."},
            {"id": 8, "start": 905.0, "end": 909.0, "text": "Punkt fire er lukket, så vi lukker dørene nu.", "item": "4"},
            {"id": 9, "start": 3000.0, "end": 3004.0, "text": "Dørene er åbne igen, og mødet er slut. Tak for i aften."}
        ],
        "closed": [[910.0, 2990.0]], "warnings": []
    }))
    .unwrap();
    let agenda = serde_json::from_value(json!({
        "schema": "referent/agenda/1", "time": "17:00", "place": "Byrådssalen",
        "members": [{"name": "Karen Holm", "party": "A", "role": "borgmester"}],
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden"},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar", "case": "26/1042",
             "fields": {"indstilling": "Direktionen indstiller,\nat orienteringen tages til efterretning."}},
            {"number": "3", "title": "Ny skole i Havneby"},
            {"number": "4", "title": "Lukket: Køb af ejendom", "closed": true,
             "fields": {"indstilling": "HEMMELIGT 4,2 mio. kr."}}
        ]
    }))
    .unwrap();
    let alignment = serde_json::from_value(json!({
        "schema": "referent/alignment/1",
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden", "start": 2.0, "end": 904.0,
             "spans": [[2.0, 15.0], [900.0, 904.0]], "segments": [1, 7], "confidence": 0.97,
             "evidence": [], "state": "treated"},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar", "start": 15.0, "end": 60.0,
             "spans": [[15.0, 60.0]], "segments": [2, 3, 4, 5], "confidence": 0.6,
             "evidence": [], "state": "treated"},
            {"number": "3", "title": "Ny skole i Havneby", "start": null, "end": null, "spans": [],
             "segments": [], "confidence": 0.0, "evidence": [], "state": "withdrawn"},
            {"number": "4", "title": "Lukket: Køb af ejendom", "start": 905.0, "end": 2990.0,
             "spans": [[905.0, 2990.0]], "segments": [8], "confidence": 0.9, "evidence": [],
             "state": "treated", "closed": true}
        ],
        "unassigned": [6, 9], "closed": [[910.0, 2990.0]]
    }))
    .unwrap();
    let evidence = |id: u32, start: f64, confidence: f64| json!({"segments": [id], "start": start, "end": start + 5.0, "confidence": confidence});
    let minutes = serde_json::from_value(json!({
        "schema": "referent/minutes/1",
        "attendance": [
            {"name": "Karen Holm", "party": "A", "kind": "present"},
            {"name": "Ole Bang", "party": "V", "kind": "present"},
            {"name": "Pia Lund", "party": "C", "kind": "absent"},
            {"name": "Ole Bang", "party": "V", "kind": "leaves", "item": "2"}
        ],
        "items": [
            {"number": "1", "title": "Godkendelse af dagsorden",
             "decision": {"outcome": "godkendt", "text": "", "evidence": evidence(1, 8.0, 0.95)}},
            {"number": "2", "title": "Budgetopfølgning pr. 28. februar",
             "decision": {"outcome": "taget til efterretning",
                "text": "Orienteringen blev taget til efterretning.", "evidence": evidence(4, 29.0, 0.7),
                "points": [{"point": 1, "outcome": "godkendt", "text": "Godkendt.", "evidence": evidence(4, 31.0, 0.9)}]},
             "votes": [{"question": "indstillingen",
                "for": {"count": 15, "parties": ["A", "V"], "names": []},
                "against": {"count": 4, "parties": ["Ø"], "names": []},
                "abstain": {"count": null, "parties": [], "names": ["Pia Lund"]},
                "outcome": "vedtaget", "evidence": evidence(4, 29.0, 0.9)}],
             "amendments": [{"by": ["C", "F"], "text": "Merforbruget dækkes af kassen.",
                "outcome": "forkastet", "evidence": evidence(4, 29.0, 0.9)}],
             "dissents": [{"who": "Enhedslisten", "text": "Vi kan ikke støtte besparelserne.",
                "evidence": evidence(4, 30.0, 0.9)}],
             "actions": [{"what": "Forvaltningen laver et notat om merforbruget.",
                "who": "Socialdirektøren", "due": "2026-05-01", "evidence": evidence(2, 20.0, 0.5)}],
             "summary": [{"text": "Karen Holm pegede på et merforbrug på 3,5 mio. kr.",
                "evidence": evidence(2, 18.0, 0.9)}]},
            {"number": "4", "title": "Lukket: Køb af ejendom", "closed": true}
        ]
    }))
    .unwrap();
    Meeting { record: record(), transcript, agenda, alignment, minutes }
}

#[test]
fn captions_chapters_and_text_read_well() {
    let meeting = meeting();
    insta::assert_snapshot!("export_captions_vtt", meeting.text(Format::Vtt));
    insta::assert_snapshot!("export_captions_srt", meeting.text(Format::Srt));
    insta::assert_snapshot!("export_chapters_vtt", meeting.text(Format::Chapters));
    insta::assert_snapshot!("export_transcript_txt", meeting.text(Format::Txt));
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
    for format in Format::ALL {
        let again =
            std::thread::scope(|scope| scope.spawn(|| meeting.render(format)).join().unwrap());
        assert!(meeting.render(format) == again, "{format} differs from run to run");
    }
}

/// Everything readable in a document: text formats as they are, all parts of the Word package.
fn everything(format: Format, bytes: &[u8]) -> String {
    if format != Format::Docx {
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
    for format in Format::ALL {
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
    for format in Format::ALL {
        let all = everything(format, &meeting.render(format));
        let refused =
            |c: char| c == '\u{202E}' || c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        if format != Format::Json {
            assert!(!all.contains(refused) && !all.contains('\u{FFFE}'), "{format}");
        }
        if matches!(format, Format::Vtt | Format::Srt | Format::Html | Format::Docx) {
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
    let protocol = &document[..document.find("Resumé af drøftelsen").unwrap()];
    assert!(protocol.contains("taget til efterretning") && protocol.contains("[usikkert]"));
    assert!(!protocol.contains("pegede på et merforbrug"), "the debate stands in the protocol");
    let debate = &protocol[protocol.rfind("<w:p ").unwrap()..];
    assert!(debate.contains("pageBreakBefore"), "the debate starts on its own page");
    assert!(part("word/_rels/document.xml.rels").contains("referat.html#t=29"));
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

#[test]
fn the_linter_sees_each_fault() {
    let cue = |start: &str, end: &str, text: &str| format!("{start} --> {end}\n{text}\n\n");
    let long = "Denne linje er meget længere end de toogfyrre tegn.";
    let cases = [
        (cue("00:00:01.000", "00:00:01.500", "Kort"), FaultKind::Short),
        (cue("00:00:01.000", "00:00:09.000", "Lang"), FaultKind::Long),
        (cue("00:00:01.000", "00:00:06.000", long), FaultKind::Width),
        (cue("00:00:01.000", "00:00:04.000", "a\nb\nc"), FaultKind::Lines),
        (cue("00:00:04.000", "00:00:01.000", "Baglæns"), FaultKind::Order),
        (cue("00:00:01.000", "00:00:03.000", "<img src=x>"), FaultKind::Markup),
        (cue("00:00:01.000", "00:00:03.000", "Vej & Park"), FaultKind::Markup),
        (cue("00:00:01.000", "00:00:03.000", "MÃ¸de"), FaultKind::Encoding),
        (cue("00:00:01.000", "00:00:03.000", ""), FaultKind::Empty),
        (cue("00:00:1.000", "00:00:03.000", "Tid"), FaultKind::Grammar),
        (cue("00:00:01.000", "00:00:02.000", "Femogtyve tegn er for mange."), FaultKind::Speed),
        (
            cue("00:00:01.000", "00:00:03.000", "Et") + &cue("00:00:02.000", "00:00:04.000", "To"),
            FaultKind::Overlap,
        ),
        (
            cue("00:00:01.000", "00:00:03.000", "Et") + &cue("00:00:03.010", "00:00:05.000", "To"),
            FaultKind::Gap,
        ),
        (
            cue("00:00:05.000", "00:00:07.000", "Et") + &cue("00:00:01.000", "00:00:03.000", "To"),
            FaultKind::Order,
        ),
    ];
    for (cues, kind) in cases {
        let faults = lint(&format!("WEBVTT\n\n{cues}"));
        assert!(faults.iter().any(|fault| fault.kind == kind), "{kind:?} not seen in {faults:?}");
        assert!(faults.iter().all(|fault| fault.kind == kind), "more than {kind:?}: {faults:?}");
    }
    let srt =
        "1\n00:00:01,000 --> 00:00:03,000\nEt\n\n3\n00:00:04,000 --> 00:00:06,000\n{\\an8}To\n";
    let kinds: Vec<FaultKind> = lint(srt).into_iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Grammar, FaultKind::Markup]);
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
    let order =
        ["Beslutningsprotokol", "UDKAST", "Punkt 2:", "Indstilling", "Beslutning", "15", "Resumé"];
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

/// The words of a caption file in order, without what is not text; cut words are whole again.
fn shown(captions: &str) -> String {
    let text: Vec<&str> = captions
        .split("\n\n")
        .flat_map(|block| block.lines().skip_while(|line| !line.contains("-->")).skip(1))
        .collect();
    letters(&text.concat().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn any_segment() -> impl Strategy<Value = Segment> {
    let word = prop_oneof![
        8 => "[a-zæøå]{1,12}[,.?]?",
        2 => "(og|i|en|vi|ikke|Karen|Holm|punkt|12|mio\\.|<b>|&|-->)",
        1 => "[a-z/]{40,130}",
    ];
    let words = prop::collection::vec(word, 0..40);
    (0.0..400.0_f64, 0.0..40.0_f64, words, any::<bool>(), 0..3_u8).prop_map(
        |(start, length, words, timed, speaker)| {
            let step = length / words.len().max(1) as f64;
            Segment {
                id: 1,
                start,
                end: start + length,
                words: words
                    .iter()
                    .enumerate()
                    .filter(|_| timed)
                    .map(|(index, text)| Word {
                        start: start + step * index as f64,
                        end: start + step * (index as f64 + 1.0),
                        text: text.clone(),
                        probability: 0.5,
                    })
                    .collect(),
                text: words.join(" "),
                speaker: (speaker > 0).then(|| format!("Taler {speaker}")),
                item: None,
                flags: Vec::new(),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn captions_of_any_transcript_keep_the_rules_and_every_word(
        segments in prop::collection::vec(any_segment(), 0..25)
    ) {
        let record = record();
        let transcript = Transcript::new(segments);
        let material =
            Material { record: &record, transcript: &transcript, agenda: None, alignment: None, minutes: None };
        let mut sorted: Vec<&Segment> = transcript.segments.iter().collect();
        sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
        let said: String = sorted.iter().map(|segment| letters(&segment.text)).collect();
        let vtt = String::from_utf8(render(Format::Vtt, &material).unwrap().value).unwrap();
        prop_assert_eq!(lint(&vtt), vec![]);
        let without_names = vtt.replace("<v Taler 1>", "").replace("<v Taler 2>", "");
        prop_assert_eq!(shown(&without_names), said.clone());
        let srt = String::from_utf8(render(Format::Srt, &material).unwrap().value).unwrap();
        prop_assert_eq!(lint(&srt), vec![]);
        prop_assert_eq!(shown(&srt), said.replace('<', "‹").replace('>', "›"));
    }

    #[test]
    fn the_linter_never_panics(text in "(WEBVTT)?[\\PC\n]{0,200}", times in "[0-9:.,>\n -]{0,80}") {
        lint(&format!("{text}\n\n{times}\n{text}"));
    }
}

#[test]
fn the_command_writes_documents_and_says_what_is_wrong() {
    let dir = meeting().folder();
    let referent = |arguments: &[&str]| {
        Command::cargo_bin("referent").unwrap().current_dir(dir.path()).args(arguments).assert()
    };
    for format in Format::ALL {
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
    failing(&["export", ".", "--format", "pdf"], 2, "json, txt, srt, vtt, chapters, docx, html");
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
