//! A running `referent serve`, and a client that sees everything of an answer.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server process of its own; it ends with the value.
pub(super) struct Served {
    process: Child,
    /// Without a final slash.
    pub(super) url: String,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Served {
    /// Serves the archive in `data` on a free port.
    pub(super) fn start(data: &Path, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_referent"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().trim_end_matches('/').to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url:?}");
        Self { process, url }
    }

    /// Host and port.
    pub(super) fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the process to end by itself.
    pub(super) fn ended(&mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask(path, &[])
    }

    pub(super) fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = client().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.call())
    }

    pub(super) fn head(&self, path: &str) -> Reply {
        reply(client().head(format!("{}{path}", self.url)).call())
    }

    pub(super) fn post(&self, path: &str) -> Reply {
        reply(client().post(format!("{}{path}", self.url)).send("x=1"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn client() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let mut answer = answer.unwrap();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
    Reply { status, headers, body }
}
