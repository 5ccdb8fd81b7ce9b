//! A scripted server in the place of a language model's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What the server does with a question.
#[derive(Clone)]
pub enum Act {
    /// 200 with this as the model's words.
    Say(String),
    /// 200 with this whole answer.
    Complete(Value),
    /// This status, these headers and this body.
    Raw(u16, String, Vec<u8>),
    /// 400 to a question with a schema, else the words.
    OnlyPlain(String),
    /// As llama.cpp does while it loads a model: the first questions get 503, then the words.
    Loading(usize, String),
    /// As llama.cpp does with a question of more bytes than its context; else the words.
    Within(usize, String),
    /// A byte every half second.
    Drip,
    /// Bytes without an end.
    Endless,
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(act: Act) -> Self {
        Self::listing(act, &["testmodel"])
    }

    /// A server that lists these models.
    pub fn listing(act: Act, models: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let models: Vec<Value> = models.iter().map(|id| json!({ "id": id })).collect();
        let models = json!({ "data": models }).to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = serve(stream.unwrap(), &log, &act, &models);
            }
        });
        Self { url, asked }
    }

    pub fn questions(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<String>>,
    act: &Act,
    models: &str,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if line.starts_with("GET") {
        return answer(&mut stream, 200, "", models.as_bytes());
    }
    let question = String::from_utf8(body).unwrap();
    let has_schema = question.contains("response_format");
    let size = question.len();
    let before = {
        let mut log = log.lock().unwrap();
        log.push(question);
        log.len() - 1
    };
    let words = |content: &str| {
        json!({ "model": "prøvemodel-q4", "choices": [{ "message": { "content": content } }] })
            .to_string()
    };
    let mut error = |status: u16, error: Value| {
        answer(&mut stream, status, "", json!({ "error": error }).to_string().as_bytes())
    };
    match act {
        Act::OnlyPlain(_) if has_schema => error(400, json!({ "message": "no such field" })),
        Act::Loading(count, _) if before < *count => {
            error(503, json!({ "message": "Loading model", "type": "unavailable_error" }))
        }
        Act::Within(most, _) if size > *most => error(
            400,
            json!({
                "message": "request (8880 tokens) exceeds the available context size (8192 tokens)",
                "type": "exceed_context_size_error",
            }),
        ),
        Act::Say(content)
        | Act::OnlyPlain(content)
        | Act::Loading(_, content)
        | Act::Within(_, content) => answer(&mut stream, 200, "", words(content).as_bytes()),
        Act::Complete(whole) => answer(&mut stream, 200, "", whole.to_string().as_bytes()),
        Act::Raw(status, headers, body) => answer(&mut stream, *status, headers, body),
        Act::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
            for _ in 0..1000 {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(500));
            }
            Ok(())
        }
        Act::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")?;
            loop {
                stream.write_all(b"data: {\"choices\":[{\"delta\":{\"content\":\"og \"}}]}\n\n")?;
            }
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
