//! A polite visitor of one host: cookies, redirects, pauses, bounds.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{HeaderMap, Response, StatusCode, Uri, header};

use crate::agenda::{AgendaError, MAX_BYTES};

/// Redirects followed in a row.
const MOST_REDIRECTS: usize = 5;
/// Cookies kept, and the longest of them in bytes.
const MOST_COOKIES: usize = 20;
const LONGEST_COOKIE: usize = 4096;
/// Tries of one request before giving up.
const TRIES: u32 = 5;
/// Longest wait that the portal may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long to wait for the portal, and between visits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Least time between two requests; the first wait after a refusal, which doubles each time.
    pub pause: Duration,
    /// For one answer, from question to last byte.
    pub answer: Duration,
    /// Largest answer taken, bytes; never more than [`MAX_BYTES`].
    pub largest: u64,
}

impl Default for Patience {
    fn default() -> Self {
        let pause = Duration::from_millis(500);
        Self { pause, answer: Duration::from_secs(120), largest: MAX_BYTES }
    }
}

pub(super) struct Client {
    agent: ureq::Agent,
    /// `https`, and `dagsordener.example.dk` or with a port.
    scheme: String,
    authority: String,
    patience: Patience,
    cookies: BTreeMap<String, String>,
    last: Option<Instant>,
    welcomed: bool,
}

/// A failure that passes (after a wait that the portal may have asked for), or one that stays.
enum Trouble {
    Passing(AgendaError, Option<Duration>),
    Lasting(AgendaError),
}

impl Client {
    /// A client for the address's host, and the address's query.
    pub(super) fn new(address: &str, patience: Patience) -> Result<(Self, String), AgendaError> {
        let wrong = |why| AgendaError::Address { url: crate::agenda::own::shorten(address), why };
        let address = address.trim();
        let whole =
            if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let uri: Uri = whole.parse().map_err(|_| wrong("it is no web address"))?;
        let scheme = uri.scheme_str().unwrap_or_default().to_owned();
        if scheme != "https" && scheme != "http" {
            return Err(wrong("only https and http are spoken"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it holds a user name"));
        }
        let timeout = patience.answer;
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(Duration::from_secs(10))))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!(
                "referent/",
                env!("CARGO_PKG_VERSION"),
                " (henter offentlige dagsordener)"
            ))
            .accept_encoding("identity")
            .tls_config(
                ureq::tls::TlsConfig::builder()
                    .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                    .build(),
            )
            .build()
            .new_agent();
        let client = Self {
            agent,
            scheme,
            authority: authority.as_str().to_lowercase(),
            patience,
            cookies: BTreeMap::new(),
            last: None,
            welcomed: false,
        };
        Ok((client, uri.query().unwrap_or_default().to_owned()))
    }

    /// The portal's front page.
    pub(super) fn address(&self) -> String {
        format!("{}://{}/", self.scheme, self.authority)
    }

    /// A JSON answer.
    pub(super) fn json(&mut self, path: &str) -> Result<Value, AgendaError> {
        let bytes = self.bytes(path)?;
        serde_json::from_slice(&bytes).map_err(|_| AgendaError::NotAPortal { url: self.address() })
    }

    /// An answer's bytes, after the front page has given its cookie.
    pub(super) fn bytes(&mut self, path: &str) -> Result<Vec<u8>, AgendaError> {
        if !self.welcomed {
            self.ask("/")?;
            self.welcomed = true;
        }
        match self.ask(path) {
            // Some portals hand the visitor's cookie out only here.
            Err(AgendaError::PortalStatus { code: 401 | 403, .. }) => {
                self.ask("/Home/AnonymousAuthentication?callback=/")?;
                self.ask(path)
            }
            result => result,
        }
    }

    /// Asks until there is an answer, or no hope of one.
    fn ask(&mut self, path: &str) -> Result<Vec<u8>, AgendaError> {
        let mut tries = 0;
        loop {
            let (error, wait) = match self.follow(path) {
                Ok(bytes) => return Ok(bytes),
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(error, wait)) => (error, wait),
            };
            tries += 1;
            if tries == TRIES {
                return Err(error);
            }
            let own = self.patience.pause * 2_u32.pow(tries);
            std::thread::sleep(wait.unwrap_or(own).min(LONGEST_WAIT));
        }
    }

    /// One question, and the redirects that its answer leads through.
    fn follow(&mut self, path: &str) -> Result<Vec<u8>, Trouble> {
        let mut path = path.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let url = format!("{}://{}{path}", self.scheme, self.authority);
            self.pause();
            let mut request =
                self.agent.get(&url).header(header::ACCEPT, "application/json, text/html");
            if !self.cookies.is_empty() {
                let cookies: Vec<String> =
                    self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header(header::COOKIE, cookies.join("; "));
            }
            let response = request.call().map_err(|error| trouble(&url, &error))?;
            self.keep_cookies(response.headers());
            if response.status().is_redirection() {
                path =
                    self.redirected(&url, &path, response.headers()).map_err(Trouble::Lasting)?;
                continue;
            }
            status(&url, &response)?;
            return self.body(&url, response);
        }
        let url = self.address();
        let why = "it sends its visitors round in circles".to_owned();
        Err(Trouble::Lasting(AgendaError::Unreachable { url, why }))
    }

    /// The next address on the same host; another host is not visited.
    fn redirected(
        &self,
        url: &str,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<String, AgendaError> {
        let target =
            headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let elsewhere = || AgendaError::Elsewhere {
            url: url.to_owned(),
            to: crate::agenda::own::shorten(target),
        };
        if target.starts_with("//") || target.is_empty() {
            return Err(elsewhere());
        }
        if target.starts_with('/') {
            return Ok(target.to_owned());
        }
        if !target.contains("://") {
            let folder = path
                .split('?')
                .next()
                .unwrap_or("/")
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            return Ok(format!("{folder}/{target}"));
        }
        let uri: Uri = target.parse().map_err(|_| elsewhere())?;
        let same = uri.scheme_str() == Some(&self.scheme)
            && uri
                .authority()
                .is_some_and(|authority| authority.as_str().eq_ignore_ascii_case(&self.authority));
        if !same {
            return Err(elsewhere());
        }
        Ok(uri.path_and_query().map_or("/", |path| path.as_str()).to_owned())
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let Some(pair) = cookie.to_str().ok().and_then(|text| text.split(';').next()) else {
                continue;
            };
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            let room = self.cookies.len() < MOST_COOKIES || self.cookies.contains_key(name);
            if room && pair.len() <= LONGEST_COOKIE && !name.is_empty() {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn body(&self, url: &str, response: Response<ureq::Body>) -> Result<Vec<u8>, Trouble> {
        let largest = self.patience.largest.min(MAX_BYTES);
        let too_large = || Trouble::Lasting(AgendaError::AnswerTooLarge { url: url.to_owned() });
        let announced = response.headers().get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|announced| announced > largest) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut body = response.into_body().into_reader().take(largest + 1);
        body.read_to_end(&mut bytes).map_err(|error| {
            let why = error.to_string();
            Trouble::Passing(AgendaError::Unreachable { url: url.to_owned(), why }, None)
        })?;
        if bytes.len() as u64 > largest {
            return Err(too_large());
        }
        Ok(bytes)
    }

    /// Waits until the last request is long enough ago.
    fn pause(&mut self) {
        if let Some(last) = self.last {
            std::thread::sleep(self.patience.pause.saturating_sub(last.elapsed()));
        }
        self.last = Some(Instant::now());
    }
}

fn status(url: &str, response: &Response<ureq::Body>) -> Result<(), Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let error = AgendaError::PortalStatus { url: url.to_owned(), code: status.as_u16() };
    let passing = status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || status.is_server_error();
    if !passing {
        return Err(Trouble::Lasting(error));
    }
    let wait = response.headers().get(header::RETRY_AFTER);
    let wait = wait.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Err(Trouble::Passing(error, wait.map(Duration::from_secs)))
}

/// A host that is not there will not be there a second later; a broken line may.
fn trouble(url: &str, error: &ureq::Error) -> Trouble {
    let passing = matches!(error, ureq::Error::Protocol(_))
        || matches!(error, ureq::Error::Io(error) if !matches!(
            error.kind(),
            std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound
        ));
    let error = AgendaError::Unreachable { url: url.to_owned(), why: error.to_string() };
    if passing { Trouble::Passing(error, None) } else { Trouble::Lasting(error) }
}
