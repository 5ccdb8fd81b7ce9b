//! The fixture meeting, run once without any disturbance: what every disturbed run must come to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;

pub(crate) const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad");

pub(crate) fn referent() -> Command {
    let mut command = Command::cargo_bin("referent").unwrap();
    command.env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Whether the model is in the cache; says so when it is not, and fails where it must be.
pub(crate) fn has_model(name: &str) -> bool {
    let has = referent::models::Store::default_location().unwrap().locate(name).is_ok();
    let required = std::env::var("REFERENT_TEST_MODELS").is_ok_and(|value| value == "required");
    assert!(has || !required, "the model `{name}` is missing; scripts/test fetches it");
    if !has {
        println!("skipped: the model `{name}` is missing (referent models pull {name})");
    }
    has
}

pub(crate) fn run_fixture(out: &Path) -> Command {
    let recording = format!("{FIXTURE}/moede.mp4");
    run(Path::new(&recording), Path::new(&format!("{FIXTURE}/agenda.json")), out)
}

pub(crate) fn run_fixture_by_whisper_cpp(out: &Path) -> Command {
    let mut command = run_fixture(out);
    command.args(["--engine", "whisper-cpp"]);
    command
}

/// `referent run` with the model `tiny` on two threads.
pub(crate) fn run(recording: &Path, agenda: &Path, out: &Path) -> Command {
    let mut command = referent();
    command.arg("run").arg(recording).arg("--agenda").arg(agenda);
    command.args(["--model", "tiny", "--threads", "2", "--out"]).arg(out);
    command
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file of the folder by its name, `internal/` left out.
pub(crate) fn public_files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(out) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

/// The meeting's folder of an undisturbed run, and what the run said.
pub(crate) struct Undisturbed {
    pub(crate) out: PathBuf,
    pub(crate) output: Output,
}

impl Undisturbed {
    /// Runs the fixture on the first call; none when the model is missing.
    pub(crate) fn get() -> Option<&'static Self> {
        static ONCE: OnceLock<Undisturbed> = OnceLock::new();
        has_model("tiny").then(|| ONCE.get_or_init(|| Self::end_of("batched", run_fixture)))
    }

    /// The same with whisper.cpp, which is not what the program would choose.
    pub(crate) fn by_whisper_cpp() -> Option<&'static Self> {
        static ONCE: OnceLock<Undisturbed> = OnceLock::new();
        has_model("tiny")
            .then(|| ONCE.get_or_init(|| Self::end_of("whisper-cpp", run_fixture_by_whisper_cpp)))
    }

    fn end_of(name: &str, run: fn(&Path) -> Command) -> Self {
        let out = new_folder(name);
        let output = run(&out).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
        Self { out, output }
    }

    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        public_files(&self.out)
    }

    /// The lines of the finished journal.
    pub(crate) fn journal(&self) -> Vec<String> {
        lines(&self.out)
    }

    /// A new folder that holds these lines of the journal and nothing else.
    pub(crate) fn folder_with(&self, lines: impl IntoIterator<Item = String>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let internal = folder.path().join("internal");
        std::fs::create_dir(&internal).unwrap();
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        std::fs::write(internal.join("journal.jsonl"), text).unwrap();
        folder
    }

    /// Fails unless the folder is what an undisturbed run leaves: the files of [`Self::assert_same_files`]
    /// and every window once.
    pub(crate) fn assert_same(&self, out: &Path, after: &str) {
        self.assert_same_files(out, after);
        let mut lines = lines(out);
        let mut undisturbed = self.journal();
        lines.sort();
        undisturbed.sort();
        let heads = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| line.chars().take(60).collect()).collect()
        };
        assert_eq!(heads(&lines), heads(&undisturbed), "the journal after {after}");
        for (line, wanted) in lines.iter().zip(&undisturbed) {
            let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
            assert!(read(line) == read(wanted), "other texts in the journal after {after}");
        }
    }

    /// Fails unless every public file and what was said behind closed doors is that of an undisturbed
    /// run, byte for byte, and nothing half-written is left.
    pub(crate) fn assert_same_files(&self, out: &Path, after: &str) {
        let (held, wanted) = (public_files(out), self.files());
        assert_eq!(held.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{after}");
        for (name, bytes) in &wanted {
            assert!(held[name] == *bytes, "{name} differs after {after}");
        }
        for name in ["closed.json", "documents.json"] {
            let held = |out: &Path| std::fs::read(out.join("internal").join(name)).unwrap();
            assert!(held(out) == held(&self.out), "{name} differs after {after}");
        }
        for entry in std::fs::read_dir(out.join("internal")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                ["closed.json", "documents.json", "journal.jsonl", "lock"].contains(&name.as_str()),
                "{name} was left after {after}"
            );
        }
    }

    /// Fails when a public file of a disturbed run is neither missing nor whole.
    pub(crate) fn assert_whole(&self, out: &Path, after: &str) {
        let wanted = self.files();
        for (name, bytes) in public_files(out) {
            assert!(wanted.get(&name) == Some(&bytes), "{name} is not whole after {after}");
        }
    }
}

/// A folder for the whole of this process. A static value is never dropped, so the next one clears up.
fn new_folder(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in std::fs::read_dir(place).unwrap().flatten() {
        let old = entry.metadata().and_then(|meta| meta.modified());
        let old = old.is_ok_and(|at| at.elapsed().is_ok_and(|age| age.as_secs() > 3 * 3600));
        if old && entry.file_name().to_string_lossy().starts_with("undisturbed-") {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    place.join(format!("undisturbed-{name}-{}", std::process::id()))
}

/// The whole lines of a folder's journal; a torn last one is left out.
pub(crate) fn lines(out: &Path) -> Vec<String> {
    let text = std::fs::read(out.join("internal/journal.jsonl")).unwrap_or_default();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    String::from_utf8_lossy(&text[..whole]).lines().map(str::to_owned).collect()
}

/// A small generator of numbers from a seed: disturbances must fall alike in every run of a test.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit
    }
}
