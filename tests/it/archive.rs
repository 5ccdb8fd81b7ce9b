//! The archive: meetings in and out, closed doors, killed and damaged stores, earlier versions.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use referent::archive::{
    Added, Archive, ArchiveError, Filter, Item, Meeting, MeetingHead, MeetingId, Origin, Query,
    Reader, STORE, Source, Speech, slug,
};
use referent::meeting::{ApprovalState, DecisionOutcome, TimeSpan};
use rusqlite::Connection;
use serde_json::Value;

use crate::export::meeting::{Meeting as Papers, meeting};

/// A meeting of which only what is given is known; its folder need not exist.
pub(crate) fn meeting_of(
    committee: &str,
    date: &str,
    items: Vec<Item>,
    speech: Vec<Speech>,
) -> Meeting {
    let folder = format!("/{}/{date}", slug(committee));
    Meeting {
        head: MeetingHead {
            id: MeetingId::new(Some(date), committee, "abcdef0123"),
            title: format!("Møde i {committee}"),
            municipality: None,
            committee: Some(committee.to_owned()),
            date: Some(date.to_owned()),
            duration: Some(3600.0),
            state: ApprovalState::Udkast,
        },
        items,
        speech,
        closed: Vec::new(),
        attendance: Vec::new(),
        members: Vec::new(),
        origin: Origin::default(),
        source: Source {
            folder: folder.into(),
            fingerprint: "1".to_owned(),
            recording_sha256: "abcdef0123".to_owned(),
            ..Source::default()
        },
    }
}

pub(crate) fn item(number: &str, title: &str) -> Item {
    Item { number: number.to_owned(), title: title.to_owned(), ..Item::default() }
}

/// Segment `id` at ten seconds times its number.
pub(crate) fn said(id: u32, item: &str, text: &str) -> Speech {
    let start = f64::from(id) * 10.0;
    Speech {
        id,
        start,
        end: start + 8.0,
        text: text.to_owned(),
        speaker: None,
        party: None,
        item: Some(item.to_owned()),
        doubts: Vec::new(),
    }
}

fn referent(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("referent").unwrap();
    command.args(arguments).arg("--data").arg(data);
    command
}

fn add(data: &Path, folder: &Path) -> Value {
    let mut command = referent(data, &["archive", "add", "--json"]);
    let output = command.arg(folder).assert().success().get_output().clone();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    value["folders"][0].clone()
}

fn ids(data: &Path) -> Vec<String> {
    let heads = Reader::open(data).unwrap().meetings(&Filter::default(), 100, 0).unwrap();
    heads.into_iter().map(|head| head.id.to_string()).collect()
}

/// Whether any file of the data folder holds these bytes.
fn holds(data: &Path, words: &str) -> bool {
    let bytes = words.as_bytes();
    fs_err::read_dir(data).unwrap().any(|entry| {
        let file = fs_err::read(entry.unwrap().path()).unwrap();
        file.windows(bytes.len()).any(|window| window.eq_ignore_ascii_case(bytes))
    })
}

/// SQLite's own checks of the file and of each index.
fn assert_sound(data: &Path) {
    let store = Connection::open(data.join(STORE)).unwrap();
    let told: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(told, "ok");
    for index in ["speech_index", "paper_index", "place_words", "term_grams"] {
        store
            .execute(&format!("INSERT INTO {index} ({index}) VALUES ('integrity-check')"), [])
            .unwrap();
    }
    // The counts of terms are those of the documents that there are.
    let wrong: i64 = store
        .query_row("SELECT count(*) FROM terms WHERE documents <= 0", [], |row| row.get(0))
        .unwrap();
    assert_eq!(wrong, 0);
}

#[test]
fn a_folder_goes_in_and_all_that_is_public_comes_out() {
    let (data, papers) = (tempfile::tempdir().unwrap(), meeting());
    let folder = papers.folder();
    fs_err::write(folder.path().join("captions.vtt"), "WEBVTT\n").unwrap();
    fs_err::write(folder.path().join(&papers.record.recording.name), vec![0; 1000]).unwrap();
    let added = add(data.path(), folder.path());
    assert_eq!(
        (&added["id"], &added["done"]),
        (&"2026-03-25-byraadet-ab12".into(), &"added".into())
    );
    let reader = Reader::open(data.path()).unwrap();
    let out = reader.meeting("2026-03-25-byraadet-ab12").unwrap().unwrap();
    assert_eq!(out.head.title, "Ordinært møde i Byrådet");
    assert_eq!(out.head.municipality.as_deref(), Some("Fjordby Kommune"));
    assert_eq!(out.items.len(), 4);
    let budget = &out.items[1];
    assert_eq!(budget.case.as_deref(), Some("26/1042"));
    assert_eq!(budget.outcome(), Some(DecisionOutcome::TagetTilEfterretning));
    assert_eq!(budget.minutes.as_ref().unwrap().votes[0].in_favour.count, Some(15));
    assert_eq!(budget.documents[0].name, "indstilling");
    // The closed item has its number and title alone, and what was said under it is left out.
    let closed = Item { closed: true, ..item("4", "Lukket: Køb af ejendom") };
    assert_eq!(out.items[3], closed);
    assert_eq!(out.closed, [TimeSpan::new(910.0, 2990.0)]);
    let segments: Vec<u32> = out.speech.iter().map(|speech| speech.id).collect();
    assert_eq!(segments, [1, 2, 3, 4, 6, 7, 9]);
    assert_eq!(out.speech[1].item.as_deref(), Some("2"));
    assert_eq!(out.speech[1].party.as_deref(), Some("A"));
    let (from, to) = out.speech[1].doubts[0];
    assert!(out.speech[1].text[from..to].contains("specialiserede"), "{:?}", out.speech[1]);
    assert_eq!(out.origin.withheld, 1);
    assert!(out.source.recording.unwrap().ends_with("byrådsmøde 25. marts.mp4"));
    assert!(out.source.captions.is_some());
    assert_eq!(reader.committees().unwrap()[0].slug, "byraadet");
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1);
    let vote = Query {
        filter: Filter { party: Some("Enhedslisten".to_owned()), ..Filter::default() },
        ..Query::new("budget")
    };
    assert_eq!(reader.search(&vote).unwrap().found, 1);
    assert_sound(data.path());
}

#[test]
fn adding_again_changes_nothing_and_a_changed_folder_is_replaced() {
    let (data, mut papers) = (tempfile::tempdir().unwrap(), meeting());
    let folder = papers.folder();
    add(data.path(), folder.path());
    let before = fs_err::read(data.path().join(STORE)).unwrap();
    assert_eq!(add(data.path(), folder.path())["done"], "unchanged");
    assert_eq!(fs_err::read(data.path().join(STORE)).unwrap(), before);
    papers.transcript.segments[1].text = "Gedehamsene er kommet.".to_owned();
    papers.transcript.segments[1].words.clear();
    // The date is corrected; the address stays.
    papers.agenda.date = Some("2026-03-26".to_owned());
    papers.record.date = Some("2026-03-26".to_owned());
    rewrite(folder.path(), &papers);
    let again = add(data.path(), folder.path());
    assert_eq!(again["done"], "replaced");
    assert_eq!(ids(data.path()), ["2026-03-25-byraadet-ab12"]);
    let reader = Reader::open(data.path()).unwrap();
    assert_eq!(reader.search(&Query::new("gedehams")).unwrap().found, 1);
    assert!(!holds(data.path(), "specialiserede"), "what was replaced is still in the file");
    assert_sound(data.path());
}

fn rewrite(folder: &Path, papers: &Papers) {
    let fresh = papers.folder();
    for entry in fs_err::read_dir(fresh.path()).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

#[test]
fn one_bad_folder_does_not_stop_the_others() {
    let (data, bad) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = meeting().folder();
    fs_err::write(bad.path().join("meeting.json"), "{").unwrap();
    let missing = bad.path().join("nothing");
    referent(data.path(), &["archive", "add"])
        .args([bad.path(), &missing, folder.path()])
        .assert()
        .code(1);
    assert_eq!(ids(data.path()).len(), 1);
    referent(data.path(), &["archive", "add"]).arg(bad.path()).assert().code(3);
}

#[test]
fn list_and_remove() {
    let data = tempfile::tempdir().unwrap();
    let folder = meeting().folder();
    add(data.path(), folder.path());
    let output =
        referent(data.path(), &["archive", "list"]).assert().success().get_output().clone();
    insta::assert_snapshot!("archive_list", String::from_utf8(output.stdout).unwrap());
    referent(data.path(), &["archive", "remove", "nothing"]).assert().code(3);
    referent(data.path(), &["archive", "remove", "2026-03-25-byraadet-ab12"]).assert().success();
    assert_eq!(ids(data.path()), [""; 0]);
    for words in ["budgetopfølg", "merforbrug", "Karen Holm", "26/1042"] {
        assert!(!holds(data.path(), words), "{words} is still in the file");
    }
    assert!(folder.path().join("meeting.json").exists());
    assert_sound(data.path());
}

/// Words that are said, or stand in the papers, behind closed doors or under withheld text.
#[test]
fn closed_and_withheld_words_are_in_no_byte() {
    let (data, mut papers) = (tempfile::tempdir().unwrap(), meeting());
    // As a folder that was written wrongly: closed speech still in the transcript, closed values in
    // the minutes.
    let mut secret = papers.transcript.segments[2].clone();
    (secret.id, secret.start, secret.end) = (10, 1000.0, 1010.0);
    secret.text = "Ejendommen Strandgyden koster hemmelighed.".to_owned();
    secret.item = Some("2".to_owned());
    papers.transcript.segments.push(secret);
    let mut decision = papers.minutes.items[1].clone();
    decision.number = "4".to_owned();
    decision.decision.as_mut().unwrap().text = "Fortrolighusholdning".to_owned();
    papers.minutes.items[2] = decision;
    let mut leaking = papers.minutes.items[1].actions[0].clone();
    leaking.what = "Naboskabet bestilles".to_owned();
    leaking.evidence.segments = vec![10];
    (leaking.evidence.start, leaking.evidence.end) = (1000.0, 1010.0);
    papers.minutes.items[1].actions.push(leaking);
    let folder = papers.folder();
    fs_err::create_dir(folder.path().join("internal")).unwrap();
    fs_err::write(folder.path().join("internal/closed.json"), "Kanariefugl").unwrap();
    referent(data.path(), &["archive", "add"]).arg(folder.path()).assert().code(1);
    // The log of the writer, as it stands before it is folded into the file.
    let mut archive = Archive::open(data.path()).unwrap();
    let reader = Reader::open(data.path()).unwrap();
    let mut again = reader.meeting("2026-03-25-byraadet-ab12").unwrap().unwrap();
    again.source.folder = "/elsewhere".into();
    again.source.fingerprint = "2".to_owned();
    again.speech.push(Speech { start: 950.0, end: 960.0, ..said(11, "1", "Strandgyden igen") });
    again.speech.push(said(12, "4", "Ejendommæglerens bud"));
    again.items[3].minutes = again.items[1].minutes.clone();
    assert_eq!(archive.add(&again).unwrap().warnings.len(), 2);
    for words in [
        "strandgyde",
        "hemmelig",
        "fortrolighus",
        "naboskab",
        "kanariefugl",
        "ejendommægler",
        "så med",
        "4,2 mio",
    ] {
        assert!(!holds(data.path(), words), "{words}");
    }
    assert!(holds(data.path(), "merforbrug"), "the search for bytes finds nothing at all");
    archive.close().unwrap();
    assert!(!holds(data.path(), "strandgyde"));
}

/// Kills `archive add` at each of its steps.
#[test]
fn a_kill_at_any_step_leaves_the_store_whole() {
    let data = tempfile::tempdir().unwrap();
    let (first, mut papers) = (meeting().folder(), meeting());
    add(data.path(), first.path());
    papers.record.recording.sha256 = "99ff".to_owned();
    papers.transcript.segments[0].text = "Gedehamsene er kommet.".to_owned();
    let second = papers.folder();
    let mut step = 0;
    loop {
        step += 1;
        let mut command = referent(data.path(), &["archive", "add"]);
        let output = command
            .arg(second.path())
            .env("REFERENT_ARCHIVE_FAULT", format!("kill:{step}"))
            .output()
            .unwrap();
        let found = Reader::open(data.path()).unwrap().search(&Query::new("gedehams")).unwrap();
        let (meetings, hits) = (ids(data.path()).len(), found.found);
        assert!([(1, 0), (2, 1)].contains(&(meetings, hits)), "step {step}: {meetings}, {hits}");
        if output.status.code() == Some(0) {
            assert_eq!(meetings, 2);
            break;
        }
        assert_eq!(output.status.code(), None, "step {step}: {output:?}");
    }
    assert!(step > 6, "{step} steps");
    assert_eq!(add(data.path(), second.path())["done"], "unchanged");
    assert_sound(data.path());
}

#[test]
fn a_damaged_store_is_kept_and_made_anew() {
    let data = tempfile::tempdir().unwrap();
    let folder = meeting().folder();
    add(data.path(), folder.path());
    let store = data.path().join(STORE);
    let mut bytes = fs_err::read(&store).unwrap();
    bytes[..4096].fill(0x5a);
    fs_err::write(&store, &bytes).unwrap();
    assert!(matches!(Reader::open(data.path()), Err(ArchiveError::Damaged { .. })));
    referent(data.path(), &["search", "budget"]).assert().code(3);
    referent(data.path(), &["archive", "rebuild"]).assert().code(1);
    assert_eq!(fs_err::read(data.path().join(format!("{STORE}.damaged-1"))).unwrap(), bytes);
    assert_eq!(ids(data.path()), ["2026-03-25-byraadet-ab12"]);
    let reader = Reader::open(data.path()).unwrap();
    assert_eq!(reader.search(&Query::new("budget")).unwrap().found, 1);
    assert_sound(data.path());
}

#[test]
fn rebuilding_reads_the_folders_again_and_keeps_what_it_cannot_read() {
    let data = tempfile::tempdir().unwrap();
    let (folder, mut papers) = (meeting().folder(), meeting());
    papers.record.recording.sha256 = "99ff".to_owned();
    let gone = papers.folder();
    add(data.path(), folder.path());
    add(data.path(), gone.path());
    drop(gone);
    let output = referent(data.path(), &["archive", "rebuild", "--json"])
        .assert()
        .code(1)
        .get_output()
        .clone();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["meetings"], 1);
    assert_eq!(told["unread"].as_array().unwrap().len(), 1);
    assert_eq!(ids(data.path()).len(), 2);
    assert_sound(data.path());
}

#[test]
fn a_damaged_list_of_folders_is_made_anew() {
    let data = tempfile::tempdir().unwrap();
    let folder = meeting().folder();
    add(data.path(), folder.path());
    let list = data.path().join("folders.json");
    let before = fs_err::read(&list).unwrap();
    fs_err::write(&list, "{").unwrap();
    referent(data.path(), &["archive", "add"]).arg(folder.path()).assert().code(1);
    assert_eq!(fs_err::read(&list).unwrap(), before);
}

#[test]
fn an_earlier_schema_is_brought_up_to_date_and_a_later_one_refused() {
    let data = tempfile::tempdir().unwrap();
    let folder = meeting().folder();
    add(data.path(), folder.path());
    let store = || Connection::open(data.path().join(STORE)).unwrap();
    // Version 2 had no stored terms, version 1 the tables without the index.
    let second = "DROP TABLE vectors; DROP TABLE place_words; DROP TABLE passage_terms; \
                  DROP TABLE paper_terms; DELETE FROM settings; PRAGMA user_version = 2;";
    let first = "DROP TABLE speech_index; DROP TABLE paper_index; DROP TABLE term_grams; \
                 DROP TABLE terms; PRAGMA user_version = 1;";
    for earlier in [second.to_owned(), format!("{second}{first}")] {
        store().execute_batch(&earlier).unwrap();
        assert!(matches!(Reader::open(data.path()), Err(ArchiveError::Older { .. })));
        referent(data.path(), &["archive", "list"]).assert().success();
        let found = Reader::open(data.path()).unwrap().search(&Query::new("merforbrug")).unwrap();
        assert_eq!(found.found, 1);
        assert_sound(data.path());
    }
    store().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(Reader::open(data.path()), Err(ArchiveError::Newer { found: 99, .. })));
    assert!(matches!(Archive::open(data.path()), Err(ArchiveError::Newer { found: 99, .. })));
}

#[test]
fn a_second_writer_waits_and_readers_read_on() {
    let data = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(data.path()).unwrap();
    let path: PathBuf = data.path().to_owned();
    let second = std::thread::spawn(move || {
        let mut archive = Archive::open(&path).unwrap();
        let other =
            meeting_of("Socialudvalget", "2026-01-02", vec![item("1", "Svømmehal")], vec![]);
        archive.add(&other).unwrap().value
    });
    let one = meeting_of("Byrådet", "2026-01-01", vec![item("1", "Eventuelt")], vec![]);
    assert_eq!(archive.add(&one).unwrap().value, Added::New);
    let reader = Reader::open(data.path()).unwrap();
    assert_eq!(reader.count(&Filter::default()).unwrap(), 1);
    assert!(!second.is_finished());
    archive.close().unwrap();
    assert_eq!(second.join().unwrap(), Added::New);
    assert_eq!(reader.count(&Filter::default()).unwrap(), 2);
    // What was found before is forgotten when somebody else has written.
    assert_eq!(reader.search(&Query::new("svømmehal eventuelt")).unwrap().found, 2);
}

#[test]
fn names_for_addresses_are_plain() {
    let id = MeetingId::new(Some("2026-03-25"), "Økonomiudvalget /../ <b>\r\n", "AB12cd34");
    assert_eq!(id.as_str(), "2026-03-25-oekonomiudvalget-b-ab12cd");
    assert_eq!(id.path_at(3723.9), "/moede/2026-03-25-oekonomiudvalget-b-ab12cd?t=3723");
    assert_eq!(MeetingId::new(None, "", "").as_str(), "moede");
    assert_eq!(MeetingId::parse("../etc"), None);
    assert_eq!(slug("Børne- og Ungeudvalget, Århus"), "boerne-og-ungeudvalget-aarhus");
}
