//! The meeting's folder: what a kill, a second run or another recording does to it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use referent::folder::{
    Artefact, Completion, FolderError, JournalKey, MeetingFolder, Written, write_whole,
};
use referent::meeting::{
    Fault, Faulty, Provenance, Recording, Segment, TimeSpan, Transcript, WindowText, WindowVerdict,
};

fn key(sha256: &str, model: &str) -> JournalKey {
    JournalKey {
        recording: Recording {
            name: format!("{sha256}.mp4"),
            size: 10,
            sha256: sha256.to_owned(),
            duration: None,
            track: None,
        },
        provenance: Provenance {
            version: "0".to_owned(),
            engine: "test".to_owned(),
            model: model.to_owned(),
            model_sha256: model.to_owned(),
            parameters: BTreeMap::new(),
        },
    }
}

fn window(index: u32) -> WindowText {
    let start = f64::from(index) * 30.0;
    WindowText {
        index,
        span: TimeSpan::new(start, start + 30.0),
        verdict: WindowVerdict::Recognised,
        segments: vec![Segment {
            id: 0,
            start,
            end: start + 2.0,
            text: format!("Punkt {index} på dagsordenen."),
            speaker: None,
            item: None,
            words: Vec::new(),
            flags: Vec::new(),
        }],
        attempts: 1,
        temperature: 0.0,
        rejected: Vec::new(),
        flags: Vec::new(),
    }
}

fn write_windows(root: &Path, count: u32) {
    let folder = MeetingFolder::open(root).unwrap();
    let mut journal = folder.journal(&key("a", "small"), false).unwrap().value;
    for index in 0..count {
        journal.record(window(index)).unwrap();
    }
}

#[test]
fn windows_come_back_after_a_restart() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut journal = folder.journal(&key("a", "small"), false).unwrap().value;
    assert_eq!(journal.windows().keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(journal.windows()[&2], window(2).span);
    assert_eq!(journal.texts().unwrap(), [window(0), window(1), window(2)]);
    assert!(journal.completion().is_none());
    let completion = Completion { duration: 90.0, windows: 3, warnings: Vec::new() };
    journal.complete(completion.clone()).unwrap();
    drop((journal, folder));
    let folder = MeetingFolder::open(root.path()).unwrap();
    let journal = folder.journal(&key("a", "small"), false).unwrap().value;
    assert_eq!(journal.completion(), Some(&completion));
}

#[test]
fn a_damaged_line_costs_its_own_window() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 4);
    let path = root.path().join("internal/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let complete = r#"{"complete":{"duration":120.0,"windows":4,"warnings":[]}}"#;
    for damage in ["", "\0\0\0\0", &lines[2][..40], "{\"window\":{}}", &"x".repeat(5 << 20)] {
        let damaged = [lines[0], lines[1], damage, lines[3], lines[4], complete, ""].join("\n");
        std::fs::write(&path, &damaged).unwrap();
        let folder = MeetingFolder::open(root.path()).unwrap();
        let outcome = folder.journal(&key("a", "small"), false).unwrap();
        let mut journal = outcome.value;
        assert_eq!(journal.windows().keys().copied().collect::<Vec<_>>(), [0, 2, 3]);
        assert!(journal.completion().is_none(), "a window is missing");
        assert_eq!(outcome.warnings.len(), 1);
        assert!(outcome.warnings[0].message.contains("1 damaged lines"), "{:?}", outcome.warnings);
        journal.record(window(1)).unwrap();
        drop((journal, folder));
        let folder = MeetingFolder::open(root.path()).unwrap();
        let again = folder.journal(&key("a", "small"), false).unwrap();
        assert_eq!(again.value.completion().map(|completion| completion.windows), Some(4));
        assert!(again.warnings.is_empty(), "{:?}", again.warnings);
        assert_eq!(again.value.texts().unwrap().len(), 4);
    }
}

#[test]
fn a_journal_that_nobody_can_tell_whose_it_is_is_set_aside() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 2);
    let path = root.path().join("internal/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("journal", "j\0urnal", 1)).unwrap();
    let folder = MeetingFolder::open(root.path()).unwrap();
    let outcome = folder.journal(&key("a", "small"), false).unwrap();
    assert!(outcome.value.windows().is_empty());
    assert!(
        outcome.warnings[0].message.contains("journal.damaged.jsonl"),
        "{:?}",
        outcome.warnings
    );
    assert!(root.path().join("internal/journal.damaged.jsonl").exists());
}

#[test]
fn a_journal_of_another_version_is_told_apart_from_a_damaged_one() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 2);
    let path = root.path().join("internal/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let open = |start_over| {
        let folder = MeetingFolder::open(root.path()).unwrap();
        folder.journal(&key("a", "small"), start_over)
    };
    // The first journals had no schema; lines of a kind added later are passed over.
    let old = text.replacen(r#""schema":"referent/journal/1","#, "", 1);
    assert_ne!(old, text);
    std::fs::write(&path, old + "{\"speaker\":{\"index\":0}}\n").unwrap();
    let outcome = open(false).unwrap();
    assert_eq!((outcome.value.windows().len(), outcome.warnings.len()), (2, 0));
    // A later schema is left to the version that wrote it.
    let newer = text.replacen("referent/journal/1", "referent/journal/2", 1);
    std::fs::write(&path, &newer).unwrap();
    let refused = open(false).unwrap_err();
    assert!(matches!(refused, FolderError::NewerJournal { .. }), "{refused}");
    assert_eq!(refused.fault(), Fault::BadInput);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    assert!(open(true).unwrap().value.windows().is_empty());
}

#[test]
fn failed_windows_are_known_until_they_are_heard() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut journal = folder.journal(&key("a", "small"), false).unwrap().value;
    let failed = WindowText { verdict: WindowVerdict::Failed, ..window(1) };
    journal.record(failed).unwrap();
    assert!(journal.failed().contains(&1));
    drop(journal);
    let mut journal = folder.journal(&key("a", "small"), false).unwrap().value;
    assert_eq!(journal.failed().len(), 1);
    journal.record(window(1)).unwrap();
    drop(journal);
    assert!(folder.journal(&key("a", "small"), false).unwrap().value.failed().is_empty());
}

#[test]
fn another_prompt_goes_on_with_the_old_work_under_the_old_prompt() {
    let root = tempfile::tempdir().unwrap();
    let prompted = |prompt: &str| {
        let mut key = key("a", "small");
        key.provenance.parameters.insert("prompt".to_owned(), prompt.into());
        key
    };
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut journal = folder.journal(&prompted("Skolen"), false).unwrap().value;
    journal.record(window(0)).unwrap();
    drop(journal);
    let journal = folder.journal(&prompted("Broen"), false).unwrap().value;
    assert_eq!(journal.windows().len(), 1);
    assert_eq!(journal.key().prompt(), "Skolen");
    drop(journal);
    let journal = folder.journal(&prompted("Broen"), true).unwrap().value;
    assert_eq!((journal.windows().len(), journal.key().prompt()), (0, "Broen"));
    drop(journal);
    // What was discarded does not come back with other settings and these again.
    assert!(folder.journal(&key("a", "tiny"), false).unwrap().value.windows().is_empty());
    assert!(folder.journal(&prompted("Broen"), false).unwrap().value.windows().is_empty());
}

#[test]
fn a_new_version_keeps_the_old_work() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 2);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut newer = key("a", "small");
    newer.provenance.version = "9.9".to_owned();
    assert_eq!(folder.journal(&newer, false).unwrap().value.windows().len(), 2);
}

#[test]
fn other_settings_set_the_work_aside_and_take_it_up_again() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    assert_eq!(folder.journal(&key("a", "tiny"), false).unwrap().value.windows().len(), 0);
    assert_eq!(folder.journal(&key("a", "small"), false).unwrap().value.windows().len(), 3);
}

#[test]
fn another_recording_is_refused_until_told_to_start_over() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let refused = folder.journal(&key("b", "small"), false);
    assert!(matches!(refused, Err(FolderError::OtherRecording { .. })), "{refused:?}");
    assert_eq!(folder.journal(&key("b", "small"), true).unwrap().value.windows().len(), 0);
    // The first recording's hours are set aside, not lost.
    assert!(matches!(
        folder.journal(&key("a", "small"), false),
        Err(FolderError::OtherRecording { .. })
    ));
    let aside = std::fs::read_dir(root.path().join("internal"))
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
            name.starts_with("journal.") && name != "journal.jsonl"
        })
        .count();
    assert_eq!(aside, 1);
}

#[test]
fn a_second_run_is_refused_while_the_first_lives() {
    let root = tempfile::tempdir().unwrap();
    let first = MeetingFolder::open(root.path()).unwrap();
    let second = MeetingFolder::open(root.path());
    assert!(matches!(second, Err(FolderError::Busy { .. })), "{second:?}");
    drop(first);
    MeetingFolder::open(root.path()).unwrap();
}

#[test]
fn half_written_files_are_swept_and_lie_under_internal_only() {
    let root = tempfile::tempdir().unwrap();
    drop(MeetingFolder::open(root.path()).unwrap());
    let part = root.path().join("internal/.referent-abc.part");
    std::fs::write(&part, "half").unwrap();
    drop(MeetingFolder::open(root.path()).unwrap());
    assert!(!part.exists());
}

#[test]
fn an_unchanged_artefact_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut transcript = Transcript::new(window(1).segments);
    let write =
        |transcript: &Transcript| folder.write_json(Artefact::Transcript, transcript).unwrap();
    assert_eq!(write(&transcript), Written::Changed);
    assert_eq!(write(&transcript), Written::Same);
    transcript.segments[0].text.push('!');
    assert_eq!(write(&transcript), Written::Changed);
    assert_eq!(folder.read(Artefact::Transcript).unwrap(), Some(transcript));
}

#[test]
fn a_file_where_the_folder_should_be_is_named() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    std::fs::write(&path, "x").unwrap();
    let error = MeetingFolder::open(&path).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_is_named() {
    let error = write_whole(Path::new("/dev/full/never"), b"x").unwrap_err();
    assert!(error.to_string().contains("/dev/full"), "{error}");
}

/// A process that is being started has copies of all our files for a moment.
#[test]
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn a_copy_of_the_lock_does_not_keep_the_folder() {
    use std::os::fd::{FromRawFd, OwnedFd};
    let root = tempfile::tempdir().unwrap();
    let folder = MeetingFolder::open(root.path()).unwrap();
    let lock = root.path().canonicalize().unwrap().join("internal/lock");
    let number = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .flatten()
        .find(|entry| std::fs::read_link(entry.path()).is_ok_and(|file| file == lock))
        .and_then(|entry| entry.file_name().to_str()?.parse().ok())
        .unwrap();
    // SAFETY: `number` is open as long as `folder` lives, and nobody else owns its copy.
    let copy = unsafe { OwnedFd::from_raw_fd(libc::dup(number)) };
    assert!(matches!(MeetingFolder::open(root.path()), Err(FolderError::Busy { .. })));
    drop(folder);
    MeetingFolder::open(root.path()).unwrap();
    drop(copy);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever a kill cuts the journal, every window whose line is whole comes back, and the
    /// journal can be written on.
    #[test]
    fn a_journal_cut_anywhere_goes_on(cut in 0.0..1.0_f64, garbage in proptest::collection::vec(any::<u8>(), 0..40)) {
        let root = tempfile::tempdir().unwrap();
        write_windows(root.path(), 4);
        let path = root.path().join("internal/journal.jsonl");
        let whole = std::fs::read(&path).unwrap();
        let keep = (whole.len() as f64 * cut) as usize;
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&whole[..keep]).unwrap();
        file.write_all(&garbage.iter().copied().filter(|byte| *byte != b'\n').collect::<Vec<_>>()).unwrap();
        drop(file);
        let lines = whole[..keep].iter().filter(|byte| **byte == b'\n').count();
        let folder = MeetingFolder::open(root.path()).unwrap();
        let mut journal = folder.journal(&key("a", "small"), false).unwrap().value;
        prop_assert_eq!(journal.windows().len(), lines.saturating_sub(1));
        journal.record(window(7)).unwrap();
        drop((journal, folder));
        let folder = MeetingFolder::open(root.path()).unwrap();
        let journal = folder.journal(&key("a", "small"), false).unwrap().value;
        prop_assert_eq!(journal.windows().len(), lines.saturating_sub(1) + 1);
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_is_written_into_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::read(pipe).unwrap())
    };
    assert_eq!(write_whole(&pipe, b"a document").unwrap(), Written::Changed);
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), b"a document");
}
