//! `referent models list | verify | pull` and `Store::locate`.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use referent::meeting::{Fault, Faulty};
use referent::models::{Condition, Kind, Manifest, Purpose, Store};
use tempfile::TempDir;

/// A model in this machine's cache; tests that need one skip, or fail where CI requires it.
pub(super) fn cached(file: &str) -> Option<PathBuf> {
    let path = Store::default_location().unwrap().models().join(file);
    if path.is_file() {
        return Some(path);
    }
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(!required, "{} is missing; run `referent models pull`", path.display());
    eprintln!("skipped: {} is not in the cache", path.display());
    None
}

fn referent(cache: &Path) -> Command {
    let mut command = Command::cargo_bin("referent").unwrap();
    command.env("REFERENT_CACHE", cache).env("NO_COLOR", "1");
    command
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn stderr(command: &mut Command, code: i32, cache: &Path) -> String {
    let output = command.assert().code(code).get_output().stderr.clone();
    String::from_utf8(output).unwrap().replace(&cache.display().to_string(), "CACHE")
}

#[test]
fn the_list_says_what_each_model_is_good_for() {
    let cache = TempDir::new().unwrap();
    insta::assert_snapshot!(stdout(referent(cache.path()).args(["models", "list"])));
}

#[test]
fn the_list_is_also_json() {
    let cache = TempDir::new().unwrap();
    fs_err::create_dir_all(cache.path().join("models")).unwrap();
    fs_err::write(cache.path().join("models/ggml-tiny.bin"), "x").unwrap();
    let text = stdout(referent(cache.path()).args(["models", "list", "--json"]));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("tiny")["present"], true);
    assert_eq!(row("small")["present"], false);
    assert_eq!(row("small")["purpose"], "trying-out");
    assert_eq!(row("edda-v0.2-large")["danish_wer"]["mean"], 8.65);
    assert_eq!(row("edda-v0.2-large")["pullable"], false);
}

#[test]
fn a_missing_model_names_the_command_that_fetches_it() {
    let cache = TempDir::new().unwrap();
    let verify =
        stderr(referent(cache.path()).args(["models", "verify", "small"]), 4, cache.path());
    insta::assert_snapshot!(verify, @"error: model `small` is not here; run `referent models pull small`");
    let unknown = stderr(referent(cache.path()).args(["models", "pull", "smal"]), 2, cache.path());
    insta::assert_snapshot!(unknown, @"error: there is no model `smal`; known are tiny, base, small, medium, large-v3-turbo, large-v3, edda-v0.2, edda-v0.2-large, roest-v3-whisper; or give the path of a ggml Whisper file");
    let by_hand = referent(cache.path()).args(["models", "pull", "edda-v0.2-large"]).assert();
    let text = String::from_utf8(by_hand.code(4).get_output().stderr.clone()).unwrap();
    assert!(text.contains("danish-foundation-models/edda-v0.2-large into a folder and run `referent models convert"), "{text}");
    let other =
        stderr(referent(cache.path()).args(["models", "pull", "hviske-v5"]), 4, cache.path());
    assert!(other.contains("Not a Whisper model"), "{other}");
}

#[test]
fn no_network_is_said_plainly_for_every_source() {
    let cache = TempDir::new().unwrap();
    let nowhere = "http://127.0.0.1:1";
    let mut command = referent(cache.path());
    command
        .env("HF_ENDPOINT", nowhere)
        .env("npm_config_registry", nowhere)
        .env("PIP_INDEX_URL", format!("{nowhere}/simple/"))
        .env("NO_PROXY", "127.0.0.1")
        .args(["models", "pull", "whisper-vocabulary"]);
    let text = stderr(&mut command, 4, cache.path());
    assert!(text.contains("cannot reach http://127.0.0.1:1/simple/openai-whisper/"), "{text}");
    assert!(text.contains("check the network, the proxy, or set a mirror"), "{text}");
}

#[test]
fn damage_is_found_and_the_remedy_named() {
    let cache = TempDir::new().unwrap();
    fs_err::create_dir_all(cache.path().join("models")).unwrap();
    let file =
        Store::at(cache.path()).unwrap().manifest().model("silero-vad").unwrap().file.clone();
    fs_err::write(cache.path().join("models").join(&file), "not what it was").unwrap();
    let text = stderr(referent(cache.path()).args(["models", "verify"]), 3, cache.path());
    insta::assert_snapshot!(text, @"error: CACHE/models/silero-vad-16k.onnx is damaged or not what the manifest lists (sha256 ee85ba3c45f4bc3193cb8419533a2f0a9576700d64d8faf5aaa94410382a418c); run `referent models pull silero-vad --force`");
}

#[test]
fn locate_takes_names_and_paths_and_refuses_the_rest() {
    let cache = TempDir::new().unwrap();
    let store = Store::at(cache.path()).unwrap();
    let fault = |what: &str| store.locate(what).unwrap_err().fault();
    assert_eq!(fault("small"), Fault::Missing);
    assert_eq!(fault("smal"), Fault::Usage);
    assert_eq!(fault("no/such/ggml.bin"), Fault::BadInput);

    let mut ggml = 0x6767_6d6c_u32.to_le_bytes().to_vec();
    for size in [51_865_u32, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1] {
        ggml.extend(size.to_le_bytes());
    }
    let path = cache.path().join("mine.bin");
    fs_err::write(&path, &ggml).unwrap();
    let file = store.locate(path.to_str().unwrap()).unwrap();
    assert_eq!((file.name.as_str(), file.size), ("mine", 48));
    assert_eq!(
        names_beside(&path),
        ["mine.bin"],
        "nothing may be written into a stranger's folder"
    );

    // A changed file is hashed anew.
    ggml.push(0);
    fs_err::write(&path, &ggml).unwrap();
    assert_ne!(store.locate(path.to_str().unwrap()).unwrap().sha256, file.sha256);

    for (bytes, why) in [
        (&b""[..], "it is empty"),
        (b"PK\x03\x04 a wheel", "it does not begin as one"),
        (&ggml[..20], "it is cut off"),
    ] {
        fs_err::write(&path, bytes).unwrap();
        let error = store.locate(path.to_str().unwrap()).unwrap_err();
        assert_eq!(error.fault(), Fault::BadInput);
        assert!(error.to_string().contains(why), "{error}");
    }
}

fn names_beside(path: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(path.parent().unwrap()).unwrap();
    let files = entries.filter(|entry| entry.as_ref().unwrap().path().is_file());
    files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn models_in_the_cache_are_those_of_the_manifest() {
    let store = Store::default_location().unwrap();
    for name in ["silero-vad", "tiny"] {
        let model = store.manifest().model(name).unwrap();
        if cached(&model.file).is_none() {
            continue;
        }
        let file = store.locate(name).unwrap();
        assert_eq!(Some(file.size), model.size);
        assert_eq!(store.verify(name).unwrap(), (file, Condition::Pinned));
    }
}

#[test]
fn the_manifest_is_sound() {
    let manifest = Manifest::embedded().unwrap();
    let whispers: Vec<_> = manifest.models().iter().filter(|m| m.kind == Kind::Whisper).collect();
    for model in &whispers {
        assert!(model.danish_wer.is_some(), "{} has no Danish figure", model.name);
        assert!(matches!(model.purpose, Purpose::TryingOut | Purpose::RealWork));
    }
    // Those that must come from registries alone have a source that is no hub.
    for name in ["silero-vad", "tiny", "base", "small", "whisper-vocabulary"] {
        let model = manifest.model(name).unwrap();
        assert!(model.sources.iter().any(|source| !source.packages.is_empty()), "{name}");
        assert!(model.sources.iter().all(|source| source.sha256.is_some()), "{name}");
    }
}

#[test]
fn a_manifest_may_not_name_files_outside_the_store() {
    let text = "schema = 1\n[[model]]\nname = 'x'\ntitle = 'X'\nkind = 'whisper'\n\
                purpose = 'part'\nfile = '../x'\nformat = 'f'\nlicence = 'l'\npage = 'p'\n";
    let error = Manifest::parse(text).unwrap_err();
    insta::assert_snapshot!(error, @r#"the model manifest is wrong: x: "../x" is no plain file name"#);
}
