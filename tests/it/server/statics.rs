//! The static site: what is in it, and a plain file server to look at it through.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::meetings::{SECRET, archive, id};

/// Runs `referent site build`.
pub(super) fn build(out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["site", "build", "--data"])
        .arg(archive())
        .arg("--out")
        .arg(out)
        .args(more)
        .output()
        .unwrap()
}

/// A site made once for all tests that only read.
pub(super) fn site() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, out) = MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("site");
        let done = build(&out, &["--base-url", "https://fjordby.example/arkiv"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        (dir, out)
    });
    out
}

/// Hands out `folder` below `/under/stien/`, as any file server would; its address.
pub(super) fn hand_out(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/under/stien", listener.local_addr().unwrap());
    let folder = folder.to_path_buf();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let folder = folder.clone();
            std::thread::spawn(move || {
                let mut stream = stream;
                let mut line = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                reader.read_line(&mut line).unwrap();
                // Browsers move in a recording by asking for ranges; every file server has them.
                let ranged =
                    reader.lines().map_while(Result::ok).take_while(|header| !header.is_empty());
                let from = ranged
                    .filter_map(|header| {
                        let range = header.to_ascii_lowercase();
                        range
                            .strip_prefix("range: bytes=")?
                            .split('-')
                            .next()?
                            .parse::<usize>()
                            .ok()
                    })
                    .last();
                let target = line.split(' ').nth(1).unwrap_or_default();
                let path = target.split('?').next().unwrap_or_default();
                let bytes = path
                    .strip_prefix("/under/stien/")
                    .filter(|path| !path.contains(".."))
                    .and_then(|path| std::fs::read(folder.join(path)).ok());
                let kind = match path.rsplit('.').next().unwrap_or_default() {
                    "html" => "text/html; charset=utf-8",
                    "css" => "text/css",
                    "js" => "text/javascript",
                    "json" => "application/json",
                    "svg" => "image/svg+xml",
                    "vtt" => "text/vtt",
                    _ => "video/mp4",
                };
                let (status, mut bytes) =
                    bytes.map_or(("404 Not Found", Vec::new()), |bytes| ("200 OK", bytes));
                let mut range = String::new();
                let mut status = status;
                if let Some(from) = from.filter(|from| *from < bytes.len()) {
                    let all = bytes.len();
                    bytes.drain(..from);
                    status = "206 Partial Content";
                    range = format!(
                        "Content-Range: bytes {from}-{}/{all}
",
                        all - 1
                    );
                }
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{range}Connection: close\r\n\r\n",
                    bytes.len()
                );
                // A browser may go away in the middle.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
            });
        }
    });
    url
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn every_link_of_a_static_page_leads_to_a_file() {
    let site = site();
    let mut followed = 0;
    for page in files(site).iter().filter(|path| path.extension().is_some_and(|end| end == "html"))
    {
        let text = std::fs::read_to_string(page).unwrap();
        for part in text.split(" href=\"").chain(text.split(" src=\"")).skip(1) {
            let link = part.split('"').next().unwrap();
            let path = link.split(['?', '#']).next().unwrap();
            if path.is_empty() || link.contains("://") || part.starts_with("<!") {
                continue;
            }
            assert!(!path.starts_with('/'), "{}: {link} is not relative", page.display());
            let decoded = path.replace("%20", " ");
            let target = page.parent().unwrap().join(decoded);
            assert!(target.is_file(), "{}: {link} leads nowhere", page.display());
            followed += 1;
        }
    }
    assert!(followed > 50, "{followed}");
}

#[test]
fn nothing_closed_and_no_markup_of_strangers_is_in_the_site() {
    for path in files(site()) {
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|end| end == "mp4") {
            assert!(!path.to_string_lossy().contains(&id("Økonomiudvalget")), "a closed recording");
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(SECRET), "{}", path.display());
        assert!(
            path.extension().is_none_or(|end| end != "html") || !text.contains("<script>"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_index_is_small_files_that_stand_for_words() {
    let site = site();
    let overview: serde_json::Value =
        serde_json::from_slice(&std::fs::read(site.join("soeg/moeder.json")).unwrap()).unwrap();
    assert_eq!(overview["meetings"].as_array().unwrap().len(), 3);
    let shard = |letters: &str| -> serde_json::Value {
        let name: String = letters.bytes().map(|byte| format!("{byte:02x}")).collect();
        serde_json::from_slice(&std::fs::read(site.join(format!("soeg/ord/{name}.json"))).unwrap())
            .unwrap()
    };
    assert!(shard("lo").as_object().unwrap().keys().any(|word| word.starts_with("lokalplan")));
    assert!(shard("sv").as_object().unwrap().keys().any(|word| word.starts_with("svømmehal")));
}

#[test]
fn a_new_build_replaces_the_old_whole_and_a_strange_folder_never() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("site");
    assert!(build(&out, &["--without-recordings"]).status.success());
    std::fs::write(out.join("gammel.html"), "old").unwrap();
    assert!(build(&out, &["--without-recordings"]).status.success());
    assert!(out.join("index.html").is_file() && !out.join("gammel.html").exists());
    assert!(!files(&out).iter().any(|path| path.extension().is_some_and(|end| end == "mp4")));
    let left: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["site"], "nothing half-made is left");
    let strange = dir.path().join("billeder");
    std::fs::create_dir(&strange).unwrap();
    std::fs::write(strange.join("ferie.jpg"), "x").unwrap();
    let refused = build(&strange, &[]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(strange.join("ferie.jpg").is_file());
}
