//! Fetching from a portal, against a local server that behaves like FirstAgenda Publication.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt;
use referent::agenda::{self, AgendaError, Patience, Portal, Wanted};
use referent::meeting::Paper;

const DAGSORDEN: &str = "0cad2b4d-c4a2-4583-a053-60704b2da0e5";
const REFERAT: &str = "fd2d6261-1220-429e-9ed0-46db433c496c";
const OTHER: &str = "29f5aecd-7689-4fc0-a921-a4d97f961375";
const OLD: &str = "ae68ea23-323e-454f-9404-23e9ef783a37";

#[derive(Debug, Clone)]
struct Question {
    path: String,
    cookie: Option<String>,
    agent: String,
    /// How often this path was asked for before.
    earlier: usize,
}

struct Answer {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

fn answer(body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: 200, headers: Vec::new(), body: body.into() }
}

fn status(status: u16) -> Answer {
    Answer { status, headers: Vec::new(), body: Vec::new() }
}

fn header(mut answer: Answer, header: &str) -> Answer {
    answer.headers.push(header.to_owned());
    answer
}

struct Server {
    url: String,
    log: Arc<Mutex<Vec<Question>>>,
}

impl Server {
    fn start(reply: impl Fn(&Question) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away in the middle is part of the game.
                let _ = serve(stream.unwrap(), &kept, &reply);
            }
        });
        Self { url, log }
    }

    fn asked(&self) -> Vec<Question> {
        self.log.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Question>>,
    reply: &impl Fn(&Question) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut cookie, mut agent) = (None, String::new());
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.trim().split_once(": ").unwrap_or_default();
        match name.to_lowercase().as_str() {
            "cookie" => cookie = Some(value.to_owned()),
            "user-agent" => agent = value.to_owned(),
            _ => {}
        }
    }
    let question = {
        let mut log = log.lock().unwrap();
        let earlier = log.iter().filter(|earlier: &&Question| earlier.path == path).count();
        let question = Question { path, cookie, agent, earlier };
        log.push(question.clone());
        question
    };
    let answer = reply(&question);
    let mut head = format!(
        "HTTP/1.1 {} Answer\r\nContent-Length: {}\r\nConnection: close\r\n",
        answer.status,
        answer.body.len()
    );
    for header in &answer.headers {
        head.push_str(&format!("{header}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(&answer.body)
}

fn meeting(id: &str, moment: &str, name: &str) -> String {
    format!(
        r#"{{"Id":"{id}","MeetingBeginUtc":"{moment}","MeetingEndUtc":null,"Dato":"{moment}","Sted":"Rådhuset ","Afsluttet":false,"Moededeltagere":null,"Navn":"{name}","IsSupplementaryAgenda":false}}"#
    )
}

fn list() -> String {
    format!(
        r#"{{"Udvalg":{{"Udvalg 2026-2029":[
            {{"Id":"5dd92504-8e21-4dc9-90cc-1584b1ca0882","Navn":"Økonomiudvalget","Moeder":[{},{}]}},
            {{"Id":"ac4bbfca-65b5-4a1a-9ff3-0e9717ed6adf","Navn":"By- og Planudvalget","Moeder":[{}]}}]}}}}"#,
        meeting(DAGSORDEN, "2026-05-18T17:30:00+02:00", "Dagsorden"),
        meeting(REFERAT, "2026-05-18T17:30:00+02:00", "Referat"),
        meeting(OTHER, "2026-05-04T14:00:00+02:00", "Referat"),
    )
}

/// Answers as the portals do: nothing without the front page's cookie.
fn portal(question: &Question) -> Answer {
    let path = question.path.as_str();
    if path == "/" {
        return header(
            answer("<html>Dagsordener</html>"),
            "Set-Cookie: Anonym=abc123; path=/; HttpOnly",
        );
    }
    if question.cookie.as_deref() != Some("Anonym=abc123") {
        return status(401);
    }
    let file = include_bytes!("../../../fixtures/agenda/solby.firstagenda.json");
    if path == "/api/agenda/udvalgsliste" {
        answer(list())
    } else if let Some(id) = path.strip_prefix("/api/agenda/dagsorden/") {
        if [DAGSORDEN, OLD].contains(&id) { answer(file.as_slice()) } else { status(404) }
    } else if path.starts_with("/api/agenda/soeg/")
        && path.contains("5dd92504")
        && path.contains("moedeDato=2019")
    {
        let first = path.contains("startIndex=0&");
        let entry = |id: &str, moment: &str| {
            format!(
                r#"{{"Id":"{id}","Moede":{}}}"#,
                meeting("00000000-0000-0000-0000-000000000000", moment, "Dagsorden")
            )
        };
        let found = if first {
            entry(OTHER, "2019-01-07T17:00:00+01:00")
        } else {
            entry(OLD, "2019-03-04T17:00:00+01:00")
        };
        answer(format!(
            r#"{{"Dagsordner":[{found}],"AntalResultater":2,"MoreToBeSearched":{first}}}"#
        ))
    } else {
        answer(r#"{"Dagsordner":[],"AntalResultater":0,"MoreToBeSearched":false}"#)
    }
}

fn patience() -> Patience {
    Patience {
        pause: Duration::from_millis(1),
        answer: Duration::from_secs(5),
        ..Patience::default()
    }
}

fn open(server: &Server) -> Portal {
    Portal::at(&server.url, patience()).unwrap()
}

#[test]
fn meetings_are_listed_and_chosen() {
    let server = Server::start(portal);
    let mut visitor = open(&server);
    let all = visitor.meetings(&Wanted::default()).unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].date.as_deref(), Some("2026-05-18"));
    assert_eq!(all[0].time.as_deref(), Some("17:30"));
    assert_eq!(all[0].group.as_deref(), Some("Udvalg 2026-2029"));
    let wanted = Wanted {
        committee: Some("økonomi".to_owned()),
        date: Some("2026-05-18".to_owned()),
        paper: None,
    };
    let found = visitor.meetings(&wanted).unwrap();
    assert_eq!(found.len(), 2);
    // The paper that the meeting had is taken before the one written after it.
    assert_eq!(agenda::choose(&found).unwrap().id, DAGSORDEN);
    let referat = Wanted { paper: Some(Paper::Referat), ..wanted };
    assert_eq!(agenda::choose(&visitor.meetings(&referat).unwrap()).unwrap().id, REFERAT);
    assert!(matches!(agenda::choose(&all), Err(AgendaError::SeveralMeetings { .. })));
    assert!(matches!(agenda::choose(&[]), Err(AgendaError::NoSuchMeeting)));
    let asked = server.asked();
    assert_eq!(asked[0].path, "/", "the cookie comes first");
    assert!(asked.iter().skip(1).all(|question| question.cookie.is_some()));
    assert!(asked[0].agent.starts_with("referent/"));
}

#[test]
fn a_meeting_is_fetched_and_read() {
    let server = Server::start(portal);
    let bytes = open(&server).fetch(DAGSORDEN).unwrap();
    let found = agenda::parse(&bytes, "portal").unwrap().value;
    assert_eq!(found.items.len(), 6);
    assert!(matches!(
        open(&server).fetch(REFERAT),
        Err(AgendaError::PortalStatus { code: 404, .. })
    ));
    for id in ["../../etc/passwd", "", "1", "0cad2b4d-c4a2-4583-a053-60704b2da0e5?x"] {
        assert!(matches!(open(&server).fetch(id), Err(AgendaError::NotAnId { .. })), "{id}");
    }
}

#[test]
fn old_meetings_are_searched_page_by_page() {
    let server = Server::start(portal);
    let wanted = Wanted {
        committee: Some("Økonomi".to_owned()),
        date: Some("2019-03-04".to_owned()),
        paper: None,
    };
    let found = open(&server).meetings(&wanted).unwrap();
    assert_eq!(found.iter().map(|listed| listed.id.as_str()).collect::<Vec<_>>(), [OLD]);
    let pages: Vec<String> = server
        .asked()
        .into_iter()
        .map(|question| question.path)
        .filter(|path| path.contains("soeg"))
        .collect();
    assert_eq!(pages.len(), 2, "{pages:?}");
    assert!(pages[1].contains("startIndex=200&"));
}

#[test]
fn a_link_to_a_meeting_names_it() {
    let link = format!("https://dagsordener.example.dk/vis?id={DAGSORDEN}&punktid={REFERAT}");
    assert_eq!(Portal::at(&link, patience()).unwrap().named(), Some(DAGSORDEN));
    for wrong in
        ["", "ftp://example.dk", "https://", "https://bruger:ord@example.dk", "file:///etc/passwd"]
    {
        assert!(
            matches!(Portal::at(wrong, patience()), Err(AgendaError::Address { .. })),
            "{wrong}"
        );
    }
}

#[test]
fn a_cookie_given_elsewhere_is_found() {
    let server = Server::start(|question| match question.path.as_str() {
        "/" => answer("<html></html>"),
        path if path.starts_with("/Home/AnonymousAuthentication") => {
            header(header(status(302), "Location: /"), "Set-Cookie: Anonym=abc123; path=/")
        }
        _ => portal(question),
    });
    assert_eq!(open(&server).meetings(&Wanted::default()).unwrap().len(), 3);
}

#[test]
fn a_busy_portal_is_asked_again_after_the_wait_it_names() {
    let server = Server::start(|question| match (question.path.as_str(), question.earlier) {
        ("/api/agenda/udvalgsliste", 0) => header(status(429), "Retry-After: 1"),
        ("/api/agenda/udvalgsliste", 1) => status(503),
        _ => portal(question),
    });
    let start = Instant::now();
    assert_eq!(open(&server).meetings(&Wanted::default()).unwrap().len(), 3);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let server =
        Server::start(|question| if question.path == "/" { portal(question) } else { status(503) });
    assert!(matches!(
        open(&server).meetings(&Wanted::default()),
        Err(AgendaError::PortalStatus { code: 503, .. })
    ));
    let asked = server.asked().len();
    assert!(asked <= 6, "{asked} requests to a portal that is down");
}

#[test]
fn another_host_is_never_visited() {
    let elsewhere = Server::start(portal);
    let target = elsewhere.url.clone();
    let server = Server::start(move |question| match question.path.as_str() {
        "/" => portal(question),
        _ => header(status(302), &format!("Location: {target}/api/agenda/udvalgsliste")),
    });
    let found = open(&server).meetings(&Wanted::default()).unwrap_err();
    assert!(matches!(found, AgendaError::Elsewhere { .. }), "{found}");
    assert!(elsewhere.asked().is_empty());
    let circles = Server::start(|_| header(status(302), "Location: /"));
    assert!(matches!(
        open(&circles).meetings(&Wanted::default()),
        Err(AgendaError::Unreachable { .. })
    ));
}

#[test]
fn slow_and_huge_answers_are_given_up() {
    let server = Server::start(|question| {
        if question.path != "/" {
            std::thread::sleep(Duration::from_secs(2));
        }
        portal(question)
    });
    let hasty = Patience { answer: Duration::from_millis(300), ..patience() };
    let start = Instant::now();
    let found = Portal::at(&server.url, hasty).unwrap().meetings(&Wanted::default()).unwrap_err();
    assert!(matches!(found, AgendaError::Unreachable { .. }), "{found}");
    assert!(start.elapsed() < Duration::from_secs(20));
    let server = Server::start(|question| {
        if question.path == "/" { portal(question) } else { answer(vec![b' '; 2 << 20]) }
    });
    let small = Patience { largest: 1 << 20, ..patience() };
    let found = Portal::at(&server.url, small).unwrap().meetings(&Wanted::default()).unwrap_err();
    assert!(matches!(found, AgendaError::AnswerTooLarge { .. }), "{found}");
}

#[test]
fn what_is_no_portal_says_so() {
    for body in ["<html>Velkommen</html>", "{}", "[]", "{\"Udvalg\":{}}", "7"] {
        let server = Server::start(move |_| answer(body));
        let found = open(&server).meetings(&Wanted::default()).unwrap_err();
        assert!(matches!(found, AgendaError::NotAPortal { .. }), "{body}: {found}");
    }
    let nobody = Portal::at("http://127.0.0.1:1", patience()).unwrap().meetings(&Wanted::default());
    assert!(matches!(nobody, Err(AgendaError::Unreachable { .. })));
}

#[test]
fn the_command_lists_fetches_and_keeps() {
    let server = Server::start(portal);
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::cargo_bin("referent")
            .unwrap()
            .args(["agenda", "fetch", &server.url])
            .args(arguments)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, stdout, _) = run(&["--list", "--committee", "plan"]);
    assert_eq!((code, stdout.lines().count()), (0, 1), "{stdout}");
    assert!(stdout.contains(OTHER) && stdout.contains("2026-05-04"));
    let (out, raw) = (folder.path().join("agenda.json"), folder.path().join("raw.json"));
    let (code, stdout, stderr) = run(&[
        "--date",
        "2026-05-18",
        "--committee",
        "økonomi",
        "--out",
        out.to_str().unwrap(),
        "--raw",
        raw.to_str().unwrap(),
    ]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    assert!(stderr.contains("Referat"), "the other paper is named: {stderr}");
    assert_eq!(agenda::read(&out).unwrap().value, agenda::read(&raw).unwrap().value);
    let (code, _, stderr) = run(&["--date", "2026-01-01"]);
    assert_eq!(code, 2, "{stderr}");
    let (code, _, stderr) = run(&["--id", REFERAT]);
    assert_eq!(code, 4, "{stderr}");
}
