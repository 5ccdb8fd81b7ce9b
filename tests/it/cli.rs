//! The command line as such: help, usage errors, exit codes.

use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;

fn referent(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("referent")
        .unwrap()
        .args(arguments)
        .env("NO_COLOR", "1")
        .env_remove("REFERENT_LOG")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn help_names_every_command() {
    let (code, stdout, _) = referent(&["--help"]);
    assert_eq!(code, 0);
    for command in ["run", "transcribe", "agenda", "align", "minutes", "export", "models", "eval"] {
        assert!(stdout.contains(&format!("\n  {command} ")), "{command}: {stdout}");
    }
    assert!(!stdout.contains("worker"), "an inner command is offered: {stdout}");
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &["fly"][..],
        &["run", "a.mp4"],
        &["run", "a.mp4", "--agenda", "b", "--out", "c", "--threads", "0"],
        &["export", ".", "--format", "papyrus"],
    ] {
        let (code, _, stderr) = referent(arguments);
        assert_eq!(code, 2, "{arguments:?}: {stderr}");
        assert!(!stderr.is_empty());
    }
}

#[test]
fn bad_input_is_3_and_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("note.txt");
    std::fs::write(&text, "Husk kaffe.").unwrap();
    let text = text.to_str().unwrap();
    for arguments in [
        &["agenda", "show", text][..],
        &["align", text, "--agenda", text],
        &["minutes", "none.json", "--agenda", text],
        &["run", "none.mp4", "--agenda", text, "--out", folder.path().to_str().unwrap()],
        &["export", folder.path().to_str().unwrap(), "--format", "html"],
    ] {
        let (code, stdout, stderr) = referent(arguments);
        assert_eq!(code, 3, "{arguments:?}: {stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        let file = if arguments.contains(&"none.json") {
            "none.json"
        } else if arguments.contains(&"none.mp4") {
            "none.mp4"
        } else {
            folder.path().to_str().unwrap()
        };
        assert!(stderr.contains(file), "{arguments:?}: {stderr}");
    }
}
