//! Hostile requests, hostile meetings, slow clients, and how the server ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use super::meetings::{self, archive, id};
use super::served::Served;

fn served() -> Served {
    Served::start(archive(), &[])
}

/// Sends bytes as they are; what comes back until the server closes.
fn raw(server: &Served, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.host()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A reset is an answer too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn plain(server: &Served, target: &str) -> String {
    raw(server, format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
}

#[test]
fn no_path_leads_out_of_the_archive() {
    let server = served();
    let id = id("Byrådet");
    for target in [
        "/../../../../etc/passwd".to_owned(),
        "/aktiver/../../../etc/passwd".to_owned(),
        "/aktiver/..%2f..%2f..%2fetc%2fpasswd".to_owned(),
        "/moede/..%2f..%2fetc%2fpasswd/optagelse".to_owned(),
        "/moede/%2e%2e/undertekster.vtt".to_owned(),
        format!("/moede/{id}/punkt/..%2f..%2f..%2fetc%2fpasswd"),
        format!("/moede/{id}/../../internal/journal.jsonl"),
        format!("/moede/{id}%00/optagelse"),
        format!("/moede/{id}/meeting.json"),
        "/moede/%ff%fe".to_owned(),
        "//etc/passwd".to_owned(),
    ] {
        let answer = plain(&server, &target);
        assert!(answer.starts_with("HTTP/1.1 4"), "{target}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("model_sha256"), "{target}");
    }
}

#[test]
fn titles_speech_and_queries_never_become_markup() {
    let server = served();
    let id = id("Teknik & \"Miljø\"");
    let query = "%3Cscript%3Ealert(1)%3C/script%3E%22%27onload=x";
    let mut paths = vec![
        "/".to_owned(),
        "/moeder".to_owned(),
        format!("/moede/{id}"),
        format!("/moede/{id}/punkt/1%2F..%2F%3Cb%3E"),
        format!("/widget/{id}/1%2F..%2F%3Cb%3E"),
        format!("/soeg?q={query}&taler={query}&udvalg={query}"),
        "/soeg?q=brandstationen".to_owned(),
        "/udvalg/teknik-miljoe".to_owned(),
    ];
    paths.push(format!("/findes-ikke-{query}"));
    for path in paths {
        let page = server.get(&path);
        let text = page.text();
        assert!(page.status == 200 || path.contains("findes"), "{path}: {}", page.status);
        let lower = text.to_lowercase();
        for bad in ["<script>", "<img", "<i>ond", "../<b>", "href=\"javascript:", "\"'onload"] {
            assert!(!lower.contains(bad), "{path} has {bad}: {text}");
        }
        // Our own scripts are the only ones, each with its file.
        let scripts = lower.matches("<script").count();
        let known = lower.matches("<script src=\"/aktiver/").count()
            + lower.matches("<script type=\"application/ld+json\">").count();
        assert_eq!(scripts, known, "{path}");
    }
}

#[test]
fn no_line_break_gets_into_a_header() {
    let server = served();
    for target in [
        "/soeg?q=a%0d%0aSet-Cookie:%20x=1",
        "/moede/a%0d%0aSet-Cookie:%20x=1",
        "/soeg.atom?q=a%0d%0a%0d%0a<script>",
        "/udvalg/%0aLocation:%20http:%2f%2fevil.example",
    ] {
        let answer = plain(&server, target);
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(!head.contains("set-cookie") && !head.contains("evil.example"), "{target}: {head}");
    }
    // A forged host stands nowhere: absolute links are made from --base-url alone.
    let answer =
        raw(&server, b"GET /feed.atom HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("evil.example"));
}

#[test]
fn huge_and_odd_requests_are_refused() {
    let server = served();
    let long = "a".repeat(201);
    assert_eq!(server.get(&format!("/soeg?q={long}")).status, 400);
    assert!(server.get(&format!("/soeg?q={long}")).text().contains("højst 200 tegn"));
    assert_eq!(server.get(&format!("/soeg?q={}", "a".repeat(3000))).status, 414);
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Fill: {}\r\n\r\n", "a".repeat(200_000));
    let answer = raw(&server, head.as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"GET\r\n\r\n", b"\r\n\r\n\0\0"]
    {
        let answer = raw(&server, &[garbage, b"\r\n\r\n"].concat());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    // Words that would be operators or patterns elsewhere are words here.
    for query in
        ["(a%2B)%2B$", "%22%22%22", "*", "NEAR(a,b)", "a%20OR%20b%20AND%20NOT", "%00", "%27;--"]
    {
        let begun = Instant::now();
        assert_eq!(server.get(&format!("/soeg?q={query}")).status, 200, "{query}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{query}");
    }
    assert_eq!(server.get("/").status, 200, "the server lives");
}

#[test]
fn a_slow_client_is_cut_and_holds_up_nobody() {
    let server = Served::start(archive(), &["--still", "1"]);
    let mut slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(server.host()).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow").unwrap();
            stream
        })
        .collect();
    assert_eq!(server.get("/").status, 200, "others are served meanwhile");
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("the server ends the connection");
    }
    // One that asks and never reads is cut as well: the recording fills its buffers.
    let mut deaf = TcpStream::connect(server.host()).unwrap();
    let ask = format!("GET /moede/{}/optagelse HTTP/1.1\r\nHost: x\r\n\r\n", id("Byrådet"));
    deaf.write_all(ask.as_bytes()).unwrap();
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn a_stop_signal_lets_the_running_answer_end() {
    let mut server = Served::start(archive(), &[]);
    let mut stream = TcpStream::connect(server.host()).unwrap();
    let ask = format!(
        "GET /moede/{}/optagelse HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        id("Byrådet")
    );
    stream.write_all(ask.as_bytes()).unwrap();
    let mut first = [0; 1024];
    stream.read_exact(&mut first).unwrap();
    let sent = Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let size = std::fs::metadata(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad/moede.mp4"))
        .unwrap()
        .len();
    let whole = [&first[..], &rest].concat();
    let head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert_eq!((whole.len() - head) as u64, size, "the answer was cut");
    assert_eq!(server.ended(), Some(0));
    assert!(TcpStream::connect(server.host()).is_err(), "nobody listens any more");
}

#[test]
fn the_server_cannot_change_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let data = meetings::make(dir.path());
    let bytes = |data: &std::path::Path| -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(data)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file() && path.extension().is_none_or(|end| end != "sqlite-shm"))
            .map(|path| (path.file_name().unwrap().to_owned(), std::fs::read(&path).unwrap()))
            .filter(|(_, bytes)| !bytes.is_empty())
            .collect();
        files.sort();
        files
    };
    let before = bytes(&data);
    let server = Served::start(&data, &[]);
    for path in ["/", "/soeg?q=skole", "/moeder", "/feed.atom", "/api/v1/meetings"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    drop(server);
    let names = |files: &[(std::ffi::OsString, Vec<u8>)]| -> Vec<std::ffi::OsString> {
        files
            .iter()
            .map(|(name, _)| name.clone())
            .filter(|name| !name.to_string_lossy().contains("-shm"))
            .collect()
    };
    let after = bytes(&data);
    assert_eq!(names(&before), names(&after));
    for ((name, old), (_, new)) in before.iter().zip(&after) {
        assert!(name.to_string_lossy().contains("-shm") || old == new, "{name:?} changed");
    }
}

#[test]
fn without_a_sound_archive_the_server_says_what_to_do() {
    let run = |data: &std::path::Path| {
        let done = Command::new(env!("CARGO_BIN_EXE_referent"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = run(&dir.path().join("nothing"));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("referent archive add"), "{said}");
    let data = meetings::make(dir.path());
    let store = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "db" || end == "sqlite"))
        .unwrap();
    std::fs::write(&store, b"this is no database, whatever its name says".repeat(100)).unwrap();
    let (code, said) = run(&data);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("damaged") && said.contains("rebuild"), "{said}");
    let done = Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(["serve", "--base-url", "javascript:alert(1)", "--listen", "127.0.0.1:0", "--data"])
        .arg(archive())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
}
