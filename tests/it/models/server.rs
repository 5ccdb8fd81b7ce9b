//! A small HTTP server on loopback that misbehaves as told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a client asked for.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    /// Start of the range asked for.
    pub(super) from: Option<usize>,
    /// How often this path was asked for before.
    pub(super) earlier: usize,
}

/// What to answer.
pub(super) struct Reply {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
    /// Close the connection after so many bytes of the body.
    cut: Option<usize>,
}

impl Reply {
    /// The whole body, whatever was asked for.
    pub(super) fn whole(body: &[u8]) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.to_vec(), cut: None }
    }

    /// The rest that was asked for, or the whole.
    pub(super) fn ranged(request: &Request, body: &[u8]) -> Self {
        let Some(from) = request.from else { return Self::whole(body) };
        if from >= body.len() {
            return Self::status(416);
        }
        let range = format!("Content-Range: bytes {from}-{}/{}", body.len() - 1, body.len());
        Self { status: 206, headers: vec![range], body: body[from..].to_vec(), cut: None }
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut: None }
    }

    /// Breaks off after `bytes`.
    pub(super) fn cut(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }
}

/// Serves until the test process ends.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away in the middle is part of the game.
                let _ = serve(stream.unwrap(), &log, &answer);
            }
        });
        Self { url, requests }
    }

    /// Every request so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    answer: &impl Fn(&Request) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        let header = header.trim().to_ascii_lowercase();
        if let Some(range) = header.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
    }
    let request = {
        let mut log = log.lock().unwrap();
        let earlier = log.iter().filter(|earlier| earlier.path == path).count();
        let request = Request { path, from, earlier };
        log.push(request.clone());
        request
    };
    let reply = answer(&request);
    let mut head = format!(
        "HTTP/1.1 {} Answer\r\nContent-Length: {}\r\nConnection: close\r\n",
        reply.status,
        reply.body.len()
    );
    for header in &reply.headers {
        head.push_str(&format!("{header}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    stream.write_all(&reply.body[..end])
}
