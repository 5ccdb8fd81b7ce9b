//! What every parser of foreign bytes must survive: each target takes any bytes and may refuse
//! them, but not panic, hang, or take memory beyond bounds. `scripts/fuzz` drives the targets with
//! libFuzzer, the tests in `tests/it/hostile.rs` with mutated seeds.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use referent::agenda;
use referent::align::{align, part_closed};
use referent::archive::{Archive, Query, Reader};
use referent::asr::frames;
use referent::danish::{dates, normalise, numerals, parties, words};
use referent::eval::{read_text, wer};
use referent::export::{Format, Material, Template, captions, render};
use referent::folder::{JournalKey, MeetingFolder};
use referent::media;
use referent::meeting::{
    Agenda, AgendaItem, Alignment, MeetingRecord, Minutes, PcmBlock, Provenance, Recording,
    Transcript,
};
use referent::minutes;
use referent::models::{Manifest, Package, Registry, Store, Take, WeightType, convert, unpack};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its seeds' folder.
pub const TARGETS: &[(&str, Target)] = &[
    ("agenda", agenda),
    ("archive", archive),
    ("captions", captions),
    ("ctranslate2", ctranslate2),
    ("danish", danish),
    ("eval", eval),
    ("frames", frames),
    ("ggml", ggml),
    ("journal", journal),
    ("manifest", manifest),
    ("media", media),
    ("meeting", meeting),
    ("onnx", onnx),
    ("query", query),
    ("roster", roster),
    ("safetensors", safetensors),
    ("vocabulary", vocabulary),
];

thread_local! {
    /// A folder of this thread's own, in memory where there is such a place.
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// A path in a folder of this thread's own.
fn place(name: &str) -> PathBuf {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| {
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
        });
        folder.path().join(name)
    })
}

/// A file that holds `bytes`.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = place(name);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, bytes).unwrap();
    path
}

/// Agendas in every format: told by content, so the name is always the same.
pub fn agenda(data: &[u8]) {
    let Ok(found) = agenda::parse(data, "agenda") else { return };
    let items = &found.value.items;
    assert!(!items.is_empty() && items.len() <= agenda::MAX_ITEMS);
    let json = serde_json::to_vec(&found.value).unwrap();
    assert!(json.len() < data.len().saturating_mul(64) + (1 << 16), "it grows to {}", json.len());
}

/// What somebody types into the search, against an archive of one meeting.
pub fn query(data: &[u8]) {
    thread_local! {
        static READER: Reader = {
            let folder = place("data");
            let mut archive = Archive::open(&folder).unwrap();
            let meeting = serde_json::json!({"id": "2026-01-01-byraadet-ab12cd", "title": "Byrådet",
                "duration": null, "state": "udkast", "closed": [], "attendance": [], "members": [],
                "items": [{"number": "1", "title": "Lokalplanforslag for ældreområdet", "closed": false,
                    "spans": [], "joint": [], "documents": [], "attachments": []}],
                "speech": [{"id": 1, "start": 1.0, "end": 9.0, "item": "1", "doubts": [],
                    "text": "Femogtyve boliger på Strandvejen, sag 25/26257, tages til efterretning."}],
                "origin": {"version": "", "engine": "", "model": "", "withheld": 0}});
            let _ = archive.add(&serde_json::from_value(meeting).unwrap()).unwrap();
            archive.close().unwrap();
            Reader::open(&folder).unwrap()
        };
    }
    let text = String::from_utf8_lossy(data).into_owned();
    let found = READER.with(|reader| reader.search(&Query::new(text)).unwrap());
    for hits in found.items {
        let papers = hits.papers.iter().map(|hit| &hit.snippet);
        for snippet in papers.chain(hits.speech.iter().map(|hit| &hit.snippet)) {
            let whole: String = snippet.pieces().iter().map(|(text, _)| *text).collect();
            assert_eq!(whole, snippet.text);
        }
    }
}

/// Who may speak.
pub fn roster(data: &[u8]) {
    if let Ok(members) = agenda::roster(&file("roster", data)) {
        assert!(!members.is_empty() && members.len() <= agenda::MAX_ITEMS);
    }
}

/// Containers, MP4 boxes, edit lists, decoders, and the clock of the recording.
pub fn media(data: &[u8]) {
    let path = file("recording", data);
    let _ = media::probe(&path);
    let Ok(decoder) = media::open(&path, None) else { return };
    let mut end = 0.0;
    for block in decoder {
        let Ok(block) = block else { break };
        assert!(
            block.start.is_finite() && block.start >= end - 1e-6,
            "{} after {end}",
            block.start
        );
        assert!(block.samples.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        end = PcmBlock::end(&block);
    }
}

/// The journal of a run that was killed in a strange way.
pub fn journal(data: &[u8]) {
    let _ = fs_err::remove_dir_all(place("meeting"));
    file("meeting/internal/journal.jsonl", data);
    let key = JournalKey { recording: recording(), provenance: Provenance::default() };
    let folder = MeetingFolder::open(&place("meeting")).unwrap();
    let Ok(journal) = folder.journal(&key, false) else { return };
    let windows = journal.value.windows().clone();
    drop(journal);
    let again = folder.journal(&key, false).unwrap();
    assert_eq!(again.value.windows(), &windows);
}

fn recording() -> Recording {
    Recording {
        name: "moede.mp4".to_owned(),
        size: 1,
        sha256: "00".to_owned(),
        duration: None,
        track: None,
    }
}

/// A meeting's folder: an object with any of record, transcript, agenda, alignment and minutes.
/// What is read is aligned, minuted and written in every format.
pub fn meeting(data: &[u8]) {
    let Ok(Value::Object(mut parts)) = serde_json::from_slice(data) else { return };
    fn part<T: DeserializeOwned>(
        parts: &mut serde_json::Map<String, Value>,
        name: &str,
    ) -> Option<T> {
        serde_json::from_value(parts.remove(name)?).ok()
    }
    let Some(heard) = part::<Transcript>(&mut parts, "transcript") else { return };
    let agenda = part::<Agenda>(&mut parts, "agenda").unwrap_or_else(|| {
        let titles = ["Godkendelse af dagsorden", "Nyt bibliotek", "Lukket: Salg af grund"];
        let item = |(title, number): (&&str, u32)| AgendaItem {
            number: number.to_string(),
            title: (*title).to_owned(),
            closed: title.starts_with("Lukket"),
            ..AgendaItem::default()
        };
        Agenda::new(titles.iter().zip(1..).map(item).collect())
    });
    let alignment =
        part::<Alignment>(&mut parts, "alignment").unwrap_or_else(|| align(&heard, &agenda).value);
    let public = part_closed(&heard, &alignment).public;
    let drafted = part::<Minutes>(&mut parts, "minutes")
        .unwrap_or_else(|| minutes::draft(&public, &agenda, &alignment).value);
    let record = part::<MeetingRecord>(&mut parts, "record").unwrap_or_else(|| MeetingRecord {
        schema: MeetingRecord::SCHEMA.to_owned(),
        title: None,
        municipality: None,
        committee: None,
        date: None,
        recording: recording(),
        agenda: None,
        state: Default::default(),
        approvals: Vec::new(),
        template: None,
        provenance: Provenance::default(),
    });
    let Ok(template) = Template::load("byraad") else { return };
    let material = Material {
        record: &record,
        transcript: &public,
        agenda: Some(&agenda),
        alignment: Some(&alignment),
        minutes: Some(&drafted),
        template: &template,
    };
    for format in Format::every() {
        let Ok(document) = render(format, &material) else { continue };
        let text = String::from_utf8(document.value);
        let binary = matches!(format, Format::Docx | Format::Debate | Format::Pdf);
        assert!(text.is_ok() || binary, "{format} is not UTF-8");
        if let (Format::Srt | Format::Vtt, Ok(text)) = (format, text) {
            captions::lint(&text);
        }
    }
}

/// Caption files.
pub fn captions(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text.lines().count();
    assert!(captions::lint(&text).iter().all(|fault| fault.line <= lines.max(1)));
}

/// The Danish language: numbers, dates, parties, words, normalisation.
pub fn danish(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tokens = words::tokens(&text);
    numerals::find(&tokens);
    dates::find(&tokens);
    for at in 0..tokens.len().min(64) {
        let rest = &tokens[at..];
        numerals::label(rest);
        dates::time(rest);
    }
    parties::Register::national().find(&tokens);
    words::sentences(&text);
    normalise::normalise(&text);
    normalise::plain(&text);
    for pair in tokens.windows(2).take(64) {
        let similarity = words::similarity(pair[0].text, pair[1].text);
        assert!((0.0..=1.0).contains(&similarity), "{similarity}");
        words::stem(pair[0].text);
        words::compound_parts(pair[0].text, &|part| part.len() > 3);
    }
    if let Some(&[a, b, c, d, e, f, g, h]) = data.first_chunk::<8>() {
        let value = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        numerals::parse(&numerals::spell(value));
        numerals::parse(&numerals::spell_ordinal(value));
    }
}

/// Texts and transcripts to compare; the first line feed parts the reference from the hypothesis.
pub fn eval(data: &[u8]) {
    let (said, heard) = match data.iter().position(|&byte| byte == b'\n') {
        Some(at) => data.split_at(at),
        None => (data, data),
    };
    let (Ok(said), Ok(heard)) = (read_text(&file("said", said)), read_text(&file("heard", heard)))
    else {
        return;
    };
    let settings = wer::Settings { plain: false, names: Vec::new(), listing: true };
    wer::compare(&said, &heard, &settings);
}

/// What parent and worker say to each other.
pub fn frames(mut data: &[u8]) {
    let mut requests = data;
    while let Ok(Some(_)) = frames::read::<frames::Request>(&mut requests) {}
    while let Ok(Some(_)) = frames::read::<frames::Reply>(&mut data) {}
}

/// A finished model.
pub fn ggml(data: &[u8]) {
    let store = Store::at(&place("cache")).unwrap();
    let _ = store.locate(&file("model.bin", data).display().to_string());
}

/// The list of known models.
pub fn manifest(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Manifest::parse(text);
    }
}

/// Wheels and tarballs; the first byte says which.
pub fn archive(data: &[u8]) {
    let Some((&kind, data)) = data.split_first() else { return };
    let _ = fs_err::remove_dir_all(place("unpacked"));
    let folder = place("unpacked/in/here");
    fs_err::create_dir_all(&folder).unwrap();
    let name = if kind % 2 == 0 { "package.whl" } else { "package.tgz" };
    let take = |member: &str, to: &str| Take { member: member.to_owned(), to: to.to_owned() };
    let package = Package {
        registry: Registry::Pypi,
        name: "package".to_owned(),
        version: "1".to_owned(),
        file: name.to_owned(),
        size: data.len() as u64,
        hash: String::new(),
        take: vec![take("package/a.bin", "a.bin"), take("../b.bin", "b.bin")],
    };
    let _ = unpack(&file(name, data), &package, &folder);
    for folder in [place("unpacked"), place("unpacked/in")] {
        assert_eq!(fs_err::read_dir(folder).unwrap().count(), 1, "it left its folder");
    }
    let size = |path: &Path| fs_err::metadata(path).map_or(0, |about| about.len());
    // Deflate packs a thousandfold at most.
    assert!(size(&folder.join("a.bin")) <= data.len() as u64 * 1100);
}

/// Converts the folder `model`, into which `put` has put something.
fn converted(put: impl FnOnce()) {
    let _ = fs_err::remove_dir_all(place("model"));
    put();
    let to = place("converted.bin");
    let _ = convert(&place("model"), &to, WeightType::Q8_0, None, &mut |_, _| {});
}

/// CTranslate2's `model.bin`.
pub fn ctranslate2(data: &[u8]) {
    converted(|| {
        file("model/model.bin", data);
    });
}

/// Hugging Face's weights.
pub fn safetensors(data: &[u8]) {
    converted(|| {
        file("model/model.safetensors", data);
    });
}

/// An ONNX export: protobuf. Encoder and decoder are the same.
pub fn onnx(data: &[u8]) {
    converted(|| {
        file("model/encoder_model.onnx", data);
        file("model/decoder_model.onnx", data);
    });
}

/// A tokenizer's vocabulary and a model's config; the first line feed parts them.
pub fn vocabulary(data: &[u8]) {
    let at = data.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    let (config, words) = data.split_at(at);
    // The weights are looked at first: zeros of the right shape, written once.
    if !place("whisper/model.bin").exists() {
        file("whisper/model.bin", &blank_weights());
    }
    let _ = fs_err::remove_file(place("whisper/config.json"));
    if !config.is_empty() {
        file("whisper/config.json", config);
    }
    let vocabulary = file("vocabulary", words);
    let to = place("converted.bin");
    let _ = convert(&place("whisper"), &to, WeightType::F16, Some(&vocabulary), &mut |_, _| {});
}

/// A CTranslate2 model of the smallest size that passes for Whisper, without its layers.
fn blank_weights() -> Vec<u8> {
    let string = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u16 + 1).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.push(0);
    };
    let parts: [(&str, &[u32]); 6] = [
        ("decoder/embeddings/weight", &[51_865, 64]),
        ("encoder/position_encodings/encodings", &[1, 64]),
        ("decoder/position_encodings/encodings", &[1, 64]),
        ("encoder/conv1/weight", &[64, 80, 3]),
        ("encoder/layer_0/ffn/linear_0/bias", &[1]),
        ("decoder/layer_0/ffn/linear_0/bias", &[1]),
    ];
    let mut bytes = 6_u32.to_le_bytes().to_vec();
    string(&mut bytes, "WhisperSpec");
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((parts.len() as u32).to_le_bytes());
    for (name, shape) in parts {
        string(&mut bytes, name);
        bytes.push(shape.len() as u8);
        bytes.extend(shape.iter().flat_map(|axis| axis.to_le_bytes()));
        // 8-bit integers.
        bytes.push(1);
        let size: u32 = shape.iter().product();
        bytes.extend(size.to_le_bytes());
        bytes.resize(bytes.len() + size as usize, 0);
    }
    bytes.extend(0_u32.to_le_bytes());
    bytes
}
