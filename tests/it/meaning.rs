//! Searching by meaning: tokenizers, an ONNX model run for real, and the archive's vectors.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use referent::archive::{Archive, ArchiveError, Filter, Query, Reader, VectorModel, Vectors};
use referent::embedding::Tokenizer;
use referent::models::Store;
use referent::pipeline::{Meaning, meaning_of};

use crate::archive::{item, meeting_of, said};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/embedding").join(name)
}

/// The numbers are those of the reference implementation (PyPI `tokenizers`) for the same files.
#[test]
fn text_is_cut_as_the_reference_cuts_it() {
    let texts = [
        "Hunden løber på Ålborg Ålborgvej, og katten så den.",
        "Skolerne i Nørre-Vissing fik 25/26257 kr.",
        "“Café” i byrådet – ja!",
        "ukendt🦊ord hunde",
        "  to   blanke\tog én\nlinje ",
    ];
    let numbers = |name: &str| {
        let tokenizer = Tokenizer::read(&fixture(name)).unwrap();
        texts.map(|text| tokenizer.numbers(text, 512))
    };
    assert_eq!(
        numbers("wordpiece.json"),
        [
            vec![2, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 5, 14, 15, 16, 3],
            vec![2, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 16, 3],
            vec![2, 32, 34, 33, 20, 35, 36, 37, 38, 39, 40, 3],
            vec![2, 1, 4, 41, 3],
            vec![2, 44, 45, 41, 12, 46, 47, 3],
        ]
    );
    assert_eq!(
        numbers("unigram.json"),
        [
            vec![0, 23, 24, 5, 6, 25, 10, 10, 11, 12, 13, 14, 5, 15, 16, 17, 2],
            vec![0, 18, 21, 22, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 41, 17, 2],
            vec![0, 7, 3, 44, 3, 52, 3, 22, 49, 50, 51, 7, 3, 7, 3, 44, 3, 2],
            vec![0, 7, 3, 48, 5, 56, 45, 3, 46, 19, 56, 4, 43, 2],
            vec![0, 53, 54, 43, 13, 7, 52, 42, 7, 55, 2],
        ]
    );
    let tokenizer = Tokenizer::read(&fixture("wordpiece.json")).unwrap();
    assert_eq!(tokenizer.numbers(texts[0], 6), [2, 4, 5, 6, 7, 3]);
    let wrong = Tokenizer::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").as_path());
    assert!(wrong.unwrap_err().to_string().contains("Cargo.toml"));
}

/// A field of a protocol buffer: a number, or bytes.
fn number(field: u8, value: u64) -> Vec<u8> {
    [vec![field << 3], varint(value)].concat()
}

fn bytes(field: u8, value: &[u8]) -> Vec<u8> {
    [vec![field << 3 | 2], varint(value.len() as u64), value.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push((value as u8 & 127) | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// What goes in or comes out: a name, an element type (1 floats, 7 64-bit numbers), dimensions (0 for
/// any).
fn value_info(name: &str, kind: u64, dimensions: &[u64]) -> Vec<u8> {
    let shape: Vec<u8> = dimensions
        .iter()
        .flat_map(|&n| {
            let one = if n == 0 { bytes(2, b"any") } else { number(1, n) };
            bytes(1, &one)
        })
        .collect();
    let tensor = [number(1, kind), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

/// An ONNX model by hand: each token's vector is a row of a table. Dogs (`hund`, `køter`), cats and
/// schools point in their own directions, everything else a little in a fourth.
fn write_model(folder: &Path) {
    let rows: Vec<[f32; 4]> = (0..49)
        .map(|token| match token {
            0..=3 => [0.0; 4],
            4 | 42 => [1.0, 0.0, 0.0, 0.0],
            13 => [0.0, 1.0, 0.0, 0.0],
            17 => [0.0, 0.0, 1.0, 0.0],
            _ => [0.0, 0.0, 0.0, 0.1],
        })
        .collect();
    let raw: Vec<u8> = rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
    let table =
        [number(1, 49), number(1, 4), number(2, 1), bytes(8, b"table"), bytes(9, &raw)].concat();
    let node =
        [bytes(1, b"table"), bytes(1, b"input_ids"), bytes(2, b"hidden"), bytes(4, b"Gather")]
            .concat();
    let graph = [
        bytes(1, &node),
        bytes(2, b"words"),
        bytes(5, &table),
        bytes(11, &value_info("input_ids", 7, &[0, 0])),
        bytes(11, &value_info("attention_mask", 7, &[0, 0])),
        bytes(12, &value_info("hidden", 1, &[0, 0, 4])),
    ]
    .concat();
    let model = [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 17))].concat();
    fs_err::write(folder.join("model.onnx"), model).unwrap();
    fs_err::copy(fixture("wordpiece.json"), folder.join("tokenizer.json")).unwrap();
}

/// The model made by hand, where ONNX Runtime is here; CI has it.
fn meaning(folder: &Path) -> Option<Meaning> {
    let store = Store::default_location().unwrap();
    let runtime = format!("onnxruntime-{}", std::env::consts::ARCH);
    let there =
        store.manifest().model(&runtime).is_some_and(|model| store.path_of(model).is_file());
    if !there {
        let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
        assert!(!required, "{runtime} is missing; run `referent models pull {runtime}`");
        println!("skipped: {runtime} is not in the cache");
        return None;
    }
    Some(Meaning::open(&store, folder.to_str().unwrap()).unwrap())
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn a_model_in_onnx_form_is_run() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path());
    let Some(mut meaning) = meaning(folder.path()) else { return };
    assert_eq!(meaning.model().dimensions, 4);
    let dog = meaning.query("hund").unwrap();
    assert!((cosine(&dog, &dog) - 1.0).abs() < 1e-5);
    assert!(cosine(&dog, &meaning.passage("køter").unwrap()) > 0.99);
    assert!(cosine(&dog, &meaning.passage("skole").unwrap()) < 0.1);
    // The mean of the tokens: half dog, half school.
    let both = meaning.passage("hund skole").unwrap();
    assert!((cosine(&dog, &both) - 0.5_f32.sqrt()).abs() < 0.01);
}

/// What a model wants before its texts stands beside it.
#[test]
fn prompts_are_set_before_texts() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path());
    fs_err::write(
        folder.path().join("config_sentence_transformers.json"),
        r#"{"prompts": {"query": "skole ", "passage": ""}}"#,
    )
    .unwrap();
    let Some(mut meaning) = meaning(folder.path()) else { return };
    let asked = meaning.query("hund").unwrap();
    assert!((cosine(&asked, &meaning.passage("hund").unwrap()) - 0.5_f32.sqrt()).abs() < 0.01);
}

#[test]
fn what_cannot_be_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path());
    if meaning(folder.path()).is_none() {
        return;
    }
    fs_err::write(folder.path().join("model.onnx"), b"no model").unwrap();
    let store = Store::default_location().unwrap();
    let error = Meaning::open(&store, folder.path().to_str().unwrap()).unwrap_err();
    assert!(error.to_string().contains("model.onnx"), "{error}");
    let error = Meaning::open(&store, "nothing-like-it").unwrap_err();
    assert!(error.to_string().contains("multilingual-e5-small"), "{error}");
}

/// Knows three words, and which two of them mean the same.
#[derive(Debug)]
struct Words(VectorModel);

impl Words {
    fn new(sha256: &str) -> Self {
        Self(VectorModel { name: "words".into(), sha256: sha256.into(), dimensions: 3 })
    }

    fn vector(text: &str) -> Vec<f32> {
        let text = text.to_lowercase();
        let has =
            |words: &[&str]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
        let vector = [has(&["hund", "firbenede"]), has(&["skole"]), 0.2];
        let norm = cosine(&vector, &vector).sqrt();
        vector.iter().map(|x| x / norm).collect()
    }
}

impl Vectors for Words {
    fn model(&self) -> &VectorModel {
        &self.0
    }

    fn query(&mut self, text: &str) -> Result<Vec<f32>, String> {
        Ok(Self::vector(text))
    }

    fn passage(&mut self, text: &str) -> Result<Vec<f32>, String> {
        Ok(Self::vector(text))
    }
}

/// Ten items: one speaks of four-legged friends, one of dogs, the others of other things.
fn archive_of_dogs(data: &Path) -> Archive {
    let mut archive = Archive::open(data).unwrap();
    let titles = ["Budget", "Veje", "Parker", "Havnen", "Kultur", "Varme", "Affald", "Skat"];
    let mut items: Vec<_> =
        titles.iter().zip(3..).map(|(title, n)| item(&format!("{n}"), title)).collect();
    items.insert(0, item("1", "Hegn om arealet"));
    items.insert(1, item("2", "Hundelov"));
    let mut speech = vec![
        said(1, "1", "Vore firbenede venner skal kunne løbe frit."),
        said(2, "2", "Loven gælder fra nytår."),
    ];
    speech.extend((3..11).map(|n| said(n, &n.to_string(), "Vi går videre med den næste sag.")));
    let _ = archive.add(&meeting_of("Byrådet", "2026-03-25", items, speech)).unwrap();
    archive
}

fn numbers(reader: &Reader, query: &Query) -> Vec<String> {
    let found = reader.search(query).unwrap();
    found.items.iter().map(|hits| hits.item.as_ref().unwrap().number.clone()).collect()
}

#[test]
fn what_means_the_same_comes_after_what_has_the_words() {
    let data = tempfile::tempdir().unwrap();
    let mut archive = archive_of_dogs(data.path());
    assert_eq!(archive.embed(&mut Words::new("a")).unwrap(), 1);
    // Nothing is made twice.
    assert_eq!(archive.embed(&mut Words::new("a")).unwrap(), 0);
    archive.close().unwrap();
    let plain = Reader::open(data.path()).unwrap();
    let dogs = Query::new("hundelov");
    assert_eq!(numbers(&plain, &dogs), ["2"]);
    let reader = plain.with_vectors(Arc::new(Mutex::new(Words::new("a"))));
    assert_eq!(numbers(&reader, &dogs), ["2", "1"]);
    // The stretch that is near is shown, with nothing highlighted.
    let near = &reader.search(&dogs).unwrap().items[1];
    assert!(near.speech[0].snippet.text.starts_with("Vore firbenede"));
    assert_eq!(near.speech[0].snippet.marks, []);
    assert!(near.link.ends_with("?t=10"), "{}", near.link);
    // A phrase must stand as it is; a filter by item knows no vectors, one by meeting does.
    assert_eq!(numbers(&reader, &Query::new("\"hundelov\"")), ["2"]);
    let only = |filter: Filter| Query { filter, ..dogs.clone() };
    let of_item = Filter { item: Some("2".into()), ..Filter::default() };
    assert_eq!(numbers(&reader, &only(of_item)), ["2"]);
    let later = Filter { from: Some("2026-03-26".into()), ..Filter::default() };
    assert_eq!(numbers(&reader, &only(later)), [""; 0]);
    let then = Filter { from: Some("2026-03-25".into()), ..Filter::default() };
    assert_eq!(numbers(&reader, &only(then)), ["2", "1"]);
}

#[test]
fn another_model_asks_for_a_new_index_and_search_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let mut archive = archive_of_dogs(data.path());
    let _ = archive.embed(&mut Words::new("a")).unwrap();
    let error = archive.embed(&mut Words::new("b")).unwrap_err();
    assert!(matches!(error, ArchiveError::OtherVectors { .. }));
    assert!(error.to_string().contains("archive rebuild --vectors words"), "{error}");
    let reader =
        Reader::open(data.path()).unwrap().with_vectors(Arc::new(Mutex::new(Words::new("b"))));
    assert_eq!(numbers(&reader, &Query::new("hundelov")), ["2"]);
    // The command line says so, and searches.
    let told = meaning_of(&reader, &Store::at(data.path()).unwrap()).unwrap();
    assert!(told.value.is_none());
    assert!(told.warnings[0].message.contains("searching by words alone"));
    archive.forget_vectors().unwrap();
    assert_eq!(archive.embed(&mut Words::new("b")).unwrap(), 1);
    // With the meeting go its vectors.
    archive.remove("2026-03-25-byraadet-abcdef").unwrap();
    assert_eq!(archive.vectors().unwrap().unwrap().1, 0);
    assert_eq!(numbers(&reader, &Query::new("hundelov")), [""; 0]);
}
