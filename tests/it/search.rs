//! Searching: Danish as it is written, spoken and misheard; filters; hostile queries; the command.

use assert_cmd::Command;
use proptest::prelude::*;
use referent::archive::{
    Archive, ArchiveError, Filter, ItemHits, PaperKind, Query, Reader, Results,
};
use referent::meeting::DecisionOutcome;

use crate::archive::{item, meeting_of, said};

/// An archive of three meetings about different things.
fn archive() -> (tempfile::TempDir, Reader) {
    let data = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(data.path()).unwrap();
    let byraad = meeting_of(
        "Byrådet",
        "2026-03-25",
        vec![
            item("1", "Godkendelse af dagsorden"),
            item("2", "Lokalplanforslag for ældreområdet i Aabenraa"),
            item("3", "Budgetopfølgning pr. 28. februar"),
            item("4", "Cykelsti langs Strandvejen"),
        ],
        vec![
            said(1, "1", "Jeg byder velkommen, og dagsordenen blev vedtaget."),
            said(2, "2", "Vi skal tale om plejehjemmet på Kjærgårdsvej og de gamle."),
            said(3, "2", "Borgmesteren sagde at femogtyve boliger er nok."),
            said(4, "3", "Forvaltningen forventer et merforbrug på 3,5 mio. kr. på sag 25/26257."),
            said(5, "4", "Cyklisterne har ventet længe på den sti langs vandet."),
        ],
    );
    let teknik = meeting_of(
        "Teknik- og Miljøudvalget",
        "2025-11-12",
        vec![item("1", "Spildevandsplan 2026"), item("2", "Vedligeholdelse af kommunale veje")],
        vec![
            said(1, "1", "Spildevandet fra sommerhusområdet skal renses bedre."),
            said(2, "2", "Vejene er hullede, og vi tager sagen til efterretning."),
            said(3, "2", "Efterretning til politiet er noget andet end det vi tager."),
        ],
    );
    let mut social = meeting_of(
        "Socialudvalget",
        "2024-05-02",
        vec![item("1", "Ny skole i Havneby")],
        vec![said(1, "1", "Folkeskolen i Havneby mangler lærere og pædagoger.")],
    );
    social.speech[0].speaker = Some("Pia Løvenørn".to_owned());
    social.speech[0].party = Some("V".to_owned());
    for meeting in [byraad, teknik, social] {
        let added = archive.add(&meeting).unwrap();
        assert_eq!(added.warnings, []);
    }
    archive.close().unwrap();
    let reader = Reader::open(data.path()).unwrap();
    (data, reader)
}

fn search(reader: &Reader, text: &str) -> Results {
    reader.search(&Query::new(text)).unwrap()
}

/// Committee and number of the best item.
fn best(reader: &Reader, text: &str) -> String {
    search(reader, text).items.first().map_or_else(|| "nothing".to_owned(), name)
}

fn name(hits: &ItemHits) -> String {
    let committee = hits.meeting.committee.as_deref().unwrap_or("-");
    format!("{committee} {}", hits.item.as_ref().map_or("-", |item| &item.number))
}

#[test]
fn danish_is_found_as_it_is() {
    let (_data, reader) = archive();
    for (query, wanted) in [
        ("lokalplanforslag", "Byrådet 2"),
        // A part of a compound, first and last, and a compound of which only a part is there.
        ("lokalplan", "Byrådet 2"),
        ("ældre", "Byrådet 2"),
        ("spildevand", "Teknik- og Miljøudvalget 1"),
        ("cykelstier", "Byrådet 4"),
        ("vejvedligeholdelse", "Teknik- og Miljøudvalget 2"),
        ("skolelærere", "Socialudvalget 1"),
        // Written as two words.
        ("ældre området", "Byrådet 2"),
        // Letters.
        ("åbenrå", "Byrådet 2"),
        ("AABENRAA", "Byrådet 2"),
        ("aeldreomraadet", "Byrådet 2"),
        ("Kjærgaardsvej", "Byrådet 2"),
        // Endings and irregular verbs.
        ("vedtog", "Byrådet 1"),
        ("dagsordener", "Byrådet 1"),
        ("borgmestre", "Byrådet 2"),
        ("siger borgmesteren", "Byrådet 2"),
        // Numbers and cases.
        ("25 boliger", "Byrådet 2"),
        ("fem og tyve boliger", "Byrådet 2"),
        ("25/26257", "Byrådet 3"),
        ("26257", "Byrådet 3"),
        ("3,5 mio.", "Byrådet 3"),
        // Misheard or misspelt.
        ("spilevand", "Teknik- og Miljøudvalget 1"),
        ("vedligehollelse", "Teknik- og Miljøudvalget 2"),
        // A phrase.
        ("\"til efterretning\"", "Teknik- og Miljøudvalget 2"),
        ("\"efterretning til\"", "Teknik- og Miljøudvalget 2"),
        ("\"efterretning boliger\"", "nothing"),
        ("hundekøbing", "nothing"),
        ("og i at", "nothing"),
        ("", "nothing"),
    ] {
        assert_eq!(best(&reader, query), wanted, "{query}");
    }
}

#[test]
fn a_phrase_shows_where_it_stands_and_nothing_else() {
    let (_data, reader) = archive();
    let hits = search(&reader, "\"tager sagen til efterretning\"");
    assert_eq!(hits.items.len(), 1);
    let [speech] = hits.items[0].speech.as_slice() else { panic!("{:?}", hits.items[0].speech) };
    assert_eq!(speech.segment, 2);
    assert!(speech.snippet.pieces().contains(&("tager sagen til efterretning", true)));
    assert_eq!(speech.link, format!("{}?t=20", hits.items[0].meeting.id.path()));
}

#[test]
fn a_title_weighs_more_than_a_word_in_passing() {
    let data = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(data.path()).unwrap();
    let meeting = meeting_of(
        "Byrådet",
        "2026-01-01",
        vec![item("1", "Eventuelt"), item("2", "Svømmehallens åbningstider")],
        vec![
            said(1, "1", "Svømmehallen nævnes her i forbifarten mens vi taler om alt muligt."),
            said(2, "2", "Den skal have længere åbent om aftenen."),
        ],
    );
    let _ = archive.add(&meeting).unwrap();
    archive.close().unwrap();
    let reader = Reader::open(data.path()).unwrap();
    let hits = search(&reader, "svømmehal");
    assert_eq!(hits.items.iter().map(name).collect::<Vec<_>>(), ["Byrådet 2", "Byrådet 1"]);
    assert_eq!(hits.items[0].papers[0].kind, PaperKind::Title);
    assert_eq!(hits.items[0].papers[0].snippet.pieces()[0], ("Svømmehallens", true));
}

#[test]
fn what_was_taken_instead_is_said() {
    let (_data, reader) = archive();
    let results = search(&reader, "spilevand");
    assert!(
        results
            .corrected
            .iter()
            .any(|(asked, taken)| asked == "spilevand" && taken.starts_with("spildevand")),
        "{:?}",
        results.corrected
    );
    assert_eq!(search(&reader, "spildevand").corrected, []);
}

#[test]
fn filters_narrow() {
    let (_data, reader) = archive();
    let with = |text: &str, filter: Filter| {
        let query = Query { filter, ..Query::new(text) };
        reader.search(&query).unwrap().items.iter().map(name).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    let skole = |filter| with("skole", filter);
    assert_eq!(skole(Filter::default()), ["Socialudvalget 1"]);
    assert_eq!(skole(Filter { from: some("2025-01-01"), ..Filter::default() }), [""; 0]);
    assert_eq!(skole(Filter { to: some("2025-01-01"), ..Filter::default() }).len(), 1);
    assert_eq!(skole(Filter { committee: some("socialudvalget"), ..Filter::default() }).len(), 1);
    assert_eq!(skole(Filter { committee: some("Byrådet"), ..Filter::default() }), [""; 0]);
    assert_eq!(skole(Filter { item: some("1"), ..Filter::default() }).len(), 1);
    assert_eq!(skole(Filter { item: some("2"), ..Filter::default() }), [""; 0]);
    assert_eq!(skole(Filter { speaker: some("LØVENØRN"), ..Filter::default() }).len(), 1);
    assert_eq!(skole(Filter { speaker: some("Hansen"), ..Filter::default() }), [""; 0]);
    assert_eq!(skole(Filter { party: some("Venstre"), ..Filter::default() }).len(), 1);
    assert_eq!(skole(Filter { party: some("A"), ..Filter::default() }), [""; 0]);
    let outcome = Some(DecisionOutcome::Udsat);
    assert_eq!(skole(Filter { outcome, ..Filter::default() }), [""; 0]);
    let wrong = Query {
        filter: Filter { from: some("i går"), ..Filter::default() },
        ..Query::new("skole")
    };
    assert!(matches!(reader.search(&wrong), Err(ArchiveError::Query { .. })));
}

#[test]
fn hostile_queries_are_queries() {
    let (_data, reader) = archive();
    let long = "skole ".repeat(200_000);
    let wide = "æ".repeat(1 << 20);
    for query in [
        "\0",
        "skole\0skole",
        "AND OR NOT NEAR(",
        "title:skole*",
        "\"",
        "\"\"\"",
        "»skole",
        "'; DROP TABLE meetings; --",
        "{x y}: ^skole + -skole",
        "%_\\",
        "((((((((((",
        "\u{202e}skole\u{feff}",
        "1/2/3/4/5/6/7/8/9 --- 999999999999999999999999999999999999",
        &long,
        &wide,
    ] {
        reader.search(&Query::new(query)).unwrap();
    }
    assert_eq!(best(&reader, "skole\0 *"), "Socialudvalget 1");
    assert_eq!(best(&reader, &long), "Socialudvalget 1");
    assert_eq!(reader.meetings(&Filter::default(), 10, 0).unwrap().len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is typed, marks lie in their text at characters' boundaries.
    #[test]
    fn any_text_is_a_query(text in "(skole|byråd|\"|»|25/26257|fem og tyve|[^a]{0,8}|\\PC{0,12}| ){0,12}") {
        thread_local! {
            static ARCHIVE: (tempfile::TempDir, Reader) = archive();
        }
        ARCHIVE.with(|(_, reader)| {
            let results = reader.search(&Query::new(text)).unwrap();
            prop_assert!(results.items.len() <= results.found);
            for hits in results.items {
                let papers = hits.papers.iter().map(|hit| &hit.snippet);
                for snippet in papers.chain(hits.speech.iter().map(|hit| &hit.snippet)) {
                    let whole: String = snippet.pieces().iter().map(|(text, _)| *text).collect();
                    prop_assert_eq!(&whole, &snippet.text);
                    prop_assert!(snippet.pieces().iter().any(|(_, found)| *found));
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn the_command_shows_time_speaker_and_link() {
    let (data, _reader) = archive();
    let run = |more: &[&str]| {
        let output = Command::cargo_bin("referent")
            .unwrap()
            .args(["search", "--data"])
            .arg(data.path())
            .args(more)
            .assert()
            .success()
            .get_output()
            .clone();
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!("search_command", run(&["lærere", "i", "havneby"]));
    let json: serde_json::Value = serde_json::from_str(&run(&["--json", "folkeskolen"])).unwrap();
    let hit = &json["results"]["items"][0];
    assert_eq!(hit["meeting"]["date"], "2024-05-02");
    assert_eq!(hit["meeting"]["title"], "Møde i Socialudvalget");
    assert!(hit["meeting"]["id"].as_str().unwrap().starts_with("2024-05-02-socialudvalget-"));
    assert_eq!(hit["item"]["number"], "1");
    assert_eq!(hit["speech"][0]["start"], 10.0);
    assert!(hit["speech"][0]["snippet"]["text"].as_str().unwrap().contains("Folkeskolen"));
}

#[test]
fn without_an_archive_the_command_says_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    Command::cargo_bin("referent")
        .unwrap()
        .args(["search", "skole", "--data"])
        .arg(data.path())
        .assert()
        .code(3)
        .get_output()
        .stderr
        .windows(20)
        .find(|window| *window == b"referent archive add")
        .expect("the command that makes an archive");
}

/// What was typed comes before its other forms, however common the stem is.
#[test]
fn the_very_word_comes_first() {
    let data = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(data.path()).unwrap();
    // Newer ones come first when nothing else tells them apart.
    for (day, title) in [("01", "Ændring af loven om veje"), ("02", "Ændring af en lov om stier")]
    {
        let committee = format!("Udvalg {day}");
        let date = format!("2026-03-{day}");
        let _ =
            archive.add(&meeting_of(&committee, &date, vec![item("1", title)], vec![])).unwrap();
    }
    archive.close().unwrap();
    let reader = Reader::open(data.path()).unwrap();
    assert_eq!(best(&reader, "loven ændring"), "Udvalg 01 1");
    assert_eq!(best(&reader, "lov ændring"), "Udvalg 02 1");
    assert_eq!(search(&reader, "loven ændring").found, 2);
}

/// Known items of real debates: what the archive's analysis is worth over whole words.
#[test]
fn known_items_are_found() {
    let sittings = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval/sittings");
    if !sittings.is_dir() {
        println!("skipped: no folder shared/ beside the clone");
        return;
    }
    let output = Command::cargo_bin("referent")
        .unwrap()
        .args(["eval", "search", "--json", "--every", "12"])
        .arg(&sittings)
        .assert()
        .success()
        .get_output()
        .clone();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let recall = |finder: &str, variants: bool| {
        let same = ["title", "reordered", "subset", "said"];
        let of = rows.iter().filter(|row| {
            row["finder"] == finder && same.contains(&row["kind"].as_str().unwrap()) != variants
        });
        let (mut hits, mut all) = (0.0, 0.0);
        for row in of {
            let queries = row["queries"].as_f64().unwrap();
            hits += queries * row["recall"].as_f64().unwrap();
            all += queries;
        }
        assert!(all > 50.0);
        hits / all
    };
    println!(
        "variants: words {:.3}, archive {:.3}; as it is: words {:.3}, archive {:.3}",
        recall("words", true),
        recall("archive", true),
        recall("words", false),
        recall("archive", false)
    );
    assert!(recall("archive", true) >= recall("words", true) + 0.15);
    assert!(recall("archive", false) >= recall("words", false));
}
