//! The meeting's folder: what a kill, a second run or another recording does to it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use referent::folder::{
    Artefact, Completion, FolderError, JournalKey, MeetingFolder, Written, write_whole,
};
use referent::meeting::{
    Provenance, Recording, Segment, TimeSpan, Transcript, WindowText, WindowVerdict,
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
    let mut journal = folder.journal(&key("a", "small"), false).unwrap();
    for index in 0..count {
        journal.record(window(index)).unwrap();
    }
}

#[test]
fn windows_come_back_after_a_restart() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut journal = folder.journal(&key("a", "small"), false).unwrap();
    assert_eq!(journal.windows().keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(journal.windows()[&2], window(2));
    assert!(journal.completion().is_none());
    let completion = Completion { duration: 90.0, windows: 3, warnings: Vec::new() };
    journal.complete(completion.clone()).unwrap();
    drop((journal, folder));
    let folder = MeetingFolder::open(root.path()).unwrap();
    let journal = folder.journal(&key("a", "small"), false).unwrap();
    assert_eq!(journal.completion(), Some(&completion));
}

#[test]
fn a_new_version_keeps_the_old_work() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 2);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let mut newer = key("a", "small");
    newer.provenance.version = "9.9".to_owned();
    assert_eq!(folder.journal(&newer, false).unwrap().windows().len(), 2);
}

#[test]
fn other_settings_set_the_work_aside_and_take_it_up_again() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    assert_eq!(folder.journal(&key("a", "tiny"), false).unwrap().windows().len(), 0);
    assert_eq!(folder.journal(&key("a", "small"), false).unwrap().windows().len(), 3);
}

#[test]
fn another_recording_is_refused_until_told_to_start_over() {
    let root = tempfile::tempdir().unwrap();
    write_windows(root.path(), 3);
    let folder = MeetingFolder::open(root.path()).unwrap();
    let refused = folder.journal(&key("b", "small"), false);
    assert!(matches!(refused, Err(FolderError::OtherRecording { .. })), "{refused:?}");
    assert_eq!(folder.journal(&key("b", "small"), true).unwrap().windows().len(), 0);
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
        let mut journal = folder.journal(&key("a", "small"), false).unwrap();
        prop_assert_eq!(journal.windows().len(), lines.saturating_sub(1));
        journal.record(window(7)).unwrap();
        drop((journal, folder));
        let folder = MeetingFolder::open(root.path()).unwrap();
        let journal = folder.journal(&key("a", "small"), false).unwrap();
        prop_assert_eq!(journal.windows().len(), lines.saturating_sub(1) + 1);
    }
}
