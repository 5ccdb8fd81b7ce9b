//! Downloads that resume, retry and verify.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};

use super::{ModelsError, digest};

/// No model file is larger (large-v3 in 32 bits has 6 GB).
const LARGEST: u64 = 16 << 30;
/// No registry page about one package is larger.
const LARGEST_PAGE: u64 = 32 << 20;
/// Tries without a single new byte before giving up.
const TRIES: u32 = 4;
/// Tries in all, however much each of them brought.
const MOST_TRIES: u32 = 100;

/// What is to be fetched.
pub(super) struct Wanted<'a> {
    pub(super) url: &'a str,
    pub(super) to: &'a Path,
    /// sha256 or sha512 in hex; none for an unpinned file.
    pub(super) hash: Option<&'a str>,
    pub(super) size: Option<u64>,
    /// Whether a connection that brings nothing is tried again; not where another source waits.
    pub(super) patient: bool,
}

/// News of a download.
pub(super) enum Step {
    /// Bytes there, and in all when known.
    Bytes(u64, Option<u64>),
    /// The connection failed for this reason; it is tried again.
    Again(String),
}

/// Fetches over HTTP and HTTPS. The proxy comes from the environment (`HTTPS_PROXY`, `NO_PROXY`),
/// trusted roots from the platform.
pub(super) struct Fetcher {
    agent: ureq::Agent,
    pause: Duration,
}

/// A failure that passes, or one that stays.
enum Trouble {
    Passing(ModelsError),
    Lasting(ModelsError),
}

impl Fetcher {
    /// `pause` is the wait before the first retry; it doubles with each.
    pub(super) fn new(pause: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_resolve(Some(Duration::from_secs(5)))
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .user_agent(concat!("referent/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .tls_config(
                ureq::tls::TlsConfig::builder()
                    .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                    .build(),
            )
            .build()
            .new_agent();
        Self { agent, pause }
    }

    /// A registry's page, as text.
    pub(super) fn page(&self, url: &str, accept: &str) -> Result<String, ModelsError> {
        let mut tries = 0;
        loop {
            let error = match self.page_once(url, accept) {
                Ok(text) => return Ok(text),
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(error)) => error,
            };
            tries += 1;
            if tries == TRIES {
                return Err(error);
            }
            std::thread::sleep(self.pause * 2_u32.pow(tries - 1));
        }
    }

    fn page_once(&self, url: &str, accept: &str) -> Result<String, Trouble> {
        let request = self.agent.get(url).header(header::ACCEPT, accept);
        let response = request.call().map_err(|e| unreachable(url, &e))?;
        status(url, response.status())?;
        let mut text = String::new();
        let mut body = response.into_body().into_reader().take(LARGEST_PAGE);
        body.read_to_string(&mut text).map_err(|e| Trouble::Passing(network(url, e)))?;
        Ok(text)
    }

    /// Fetches a file to `wanted.to` through `<to>.part`, which a later call goes on with.
    pub(super) fn file(
        &self,
        wanted: &Wanted<'_>,
        report: &mut dyn FnMut(Step),
    ) -> Result<(), ModelsError> {
        let part = beside(wanted.to, ".part");
        let (mut barren, mut resumed) = (0, length(&part) > 0);
        for _ in 0..MOST_TRIES {
            let before = length(&part);
            let error = match self.once(wanted, &part, report) {
                Ok(()) => match finish(wanted, &part) {
                    // The part may be of another file of that name; fetch it whole, once.
                    Err(ModelsError::WrongHash { .. }) if resumed => {
                        resumed = false;
                        report(Step::Again("the resumed download has another hash".into()));
                        continue;
                    }
                    result => return result,
                },
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(error)) => error,
            };
            let after = length(&part);
            resumed |= after > 0;
            barren = if after == before { barren + 1 } else { 0 };
            if barren == if wanted.patient { TRIES } else { 1 } {
                return Err(error);
            }
            report(Step::Again(error.to_string()));
            std::thread::sleep(self.pause * 2_u32.pow(barren));
        }
        Err(network(wanted.url, "the connection keeps breaking"))
    }

    /// One request: the rest of the file, or all of it.
    fn once(
        &self,
        wanted: &Wanted<'_>,
        part: &Path,
        report: &mut dyn FnMut(Step),
    ) -> Result<(), Trouble> {
        let url = wanted.url;
        let tag_file = beside(part, ".etag");
        let mut have = length(part);
        if have > 0 && wanted.size == Some(have) {
            return Ok(());
        }
        if wanted.size.is_some_and(|size| have > size) {
            remove(part)?;
            have = 0;
        }
        let mut request = self.agent.get(url);
        if have > 0 {
            request = request.header(header::RANGE, format!("bytes={have}-"));
            if let Ok(tag) = fs_err::read_to_string(&tag_file) {
                request = request.header(header::IF_RANGE, tag);
            }
        }
        let response = request.call().map_err(|e| unreachable(url, &e))?;
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            remove(part)?;
            return Err(Trouble::Passing(network(url, "it refuses to resume; starting over")));
        }
        status(url, response.status())?;
        let start = if response.status() == StatusCode::PARTIAL_CONTENT { have } else { 0 };
        if start > 0 && range_start(&response) != Some(start) {
            remove(part)?;
            return Err(Trouble::Passing(network(url, "it resumes at the wrong place")));
        }
        let announced = number(&response, header::CONTENT_LENGTH).map(|rest| start + rest);
        let total = wanted.size.or(announced);
        if let (Some(expected), Some(found)) = (wanted.size, announced)
            && expected != found
        {
            remove(part)?;
            let url = url.to_owned();
            return Err(Trouble::Lasting(ModelsError::WrongSize { url, expected, found }));
        }
        note_tag(&response, &tag_file);
        self.copy(wanted, response, part, start, total, report)
    }

    fn copy(
        &self,
        wanted: &Wanted<'_>,
        response: Response<ureq::Body>,
        part: &Path,
        start: u64,
        total: Option<u64>,
        report: &mut dyn FnMut(Step),
    ) -> Result<(), Trouble> {
        let lasting = |e| Trouble::Lasting(ModelsError::io(part, e));
        let mut file = fs_err::OpenOptions::new()
            .create(true)
            .append(start > 0)
            .write(true)
            .truncate(start == 0)
            .open(part)
            .map_err(lasting)?;
        let limit = wanted.size.unwrap_or(LARGEST);
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 17];
        let mut done = start;
        report(Step::Bytes(done, total));
        loop {
            let read = body.read(&mut buffer);
            let count = read.map_err(|e| Trouble::Passing(network(wanted.url, e)))?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            done += bytes.len() as u64;
            if done > limit {
                drop(file);
                remove(part)?;
                let (url, expected) = (wanted.url.to_owned(), limit);
                return Err(Trouble::Lasting(ModelsError::WrongSize {
                    url,
                    expected,
                    found: done,
                }));
            }
            file.write_all(bytes).map_err(lasting)?;
            report(Step::Bytes(done, total));
        }
        file.sync_all().map_err(lasting)?;
        match total {
            Some(total) if done < total => {
                let why = format!("the connection broke after {done} of {total} bytes");
                Err(Trouble::Passing(network(wanted.url, why)))
            }
            _ => Ok(()),
        }
    }
}

/// Checks the hash and puts the file in place; a wrong file is deleted.
fn finish(wanted: &Wanted<'_>, part: &Path) -> Result<(), ModelsError> {
    if let Some(expected) = wanted.hash {
        let found = digest::of_file_like(part, expected)?;
        if found != expected {
            fs_err::remove_file(part).map_err(|e| ModelsError::io(part, e))?;
            return Err(ModelsError::WrongHash {
                what: wanted.url.to_owned(),
                expected: expected.to_owned(),
                found,
            });
        }
    }
    fs_err::rename(part, wanted.to).map_err(|e| ModelsError::io(wanted.to, e))?;
    // The tag of a part that is no more; a leftover one would only cost a fresh start.
    let _ = fs_err::remove_file(beside(part, ".etag"));
    Ok(())
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn length(path: &Path) -> u64 {
    fs_err::metadata(path).map_or(0, |metadata| metadata.len())
}

fn remove(path: &Path) -> Result<(), Trouble> {
    match fs_err::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Trouble::Lasting(ModelsError::io(path, e)))
        }
        _ => Ok(()),
    }
}

/// Keeps the file's tag for `If-Range`, which allows only strong ones.
fn note_tag(response: &Response<ureq::Body>, tag_file: &Path) {
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    // Without a note the next request resumes on trust, and the hash decides.
    let _ = match tag.filter(|tag| tag.starts_with('"')) {
        Some(tag) => fs_err::write(tag_file, tag),
        None => fs_err::remove_file(tag_file),
    };
}

fn number(response: &Response<ureq::Body>, name: header::HeaderName) -> Option<u64> {
    response.headers().get(name)?.to_str().ok()?.parse().ok()
}

/// `bytes 100-199/200` → 100
fn range_start(response: &Response<ureq::Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}

fn status(url: &str, status: StatusCode) -> Result<(), Trouble> {
    if status.is_success() {
        return Ok(());
    }
    let error = ModelsError::Status { url: url.to_owned(), code: status.as_u16() };
    let passing = status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS;
    Err(if passing { Trouble::Passing(error) } else { Trouble::Lasting(error) })
}

fn network(url: &str, why: impl std::fmt::Display) -> ModelsError {
    ModelsError::Network { url: url.to_owned(), why: why.to_string() }
}

/// An unknown host or a refused proxy will not be known a second later; a broken line may.
fn unreachable(url: &str, error: &ureq::Error) -> Trouble {
    let passing = matches!(error, ureq::Error::Io(e) if !matches!(
        e.kind(),
        std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound
    )) || matches!(error, ureq::Error::Protocol(_));
    let error = network(url, error);
    if passing { Trouble::Passing(error) } else { Trouble::Lasting(error) }
}
