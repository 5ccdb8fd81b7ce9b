//! The archive for everybody: public pages, feeds, widget and API over HTTP, and the same pages as a
//! static site.
//!
//! Nothing can be written through the server: the archive is opened read-only, only GET and HEAD are
//! answered, and no path of a request ever reaches the file system. A recording or caption file is
//! found by the id of its meeting.

mod address;
mod allowance;
mod answer;
mod api;
mod assets;
mod catalogue;
mod desk;
mod error;
mod feeds;
mod library;
mod listener;
mod pages;
mod recording;
mod refusal;
mod routes;
mod site;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use error::ServerError;
pub use site::{Built, StaticSite};

use crate::archive::Vectors;
use address::Addresses;
use desk::Desk;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address by which the world knows the site; none means `http://` and `listen`.
    pub base_url: Option<String>,
    /// Requests to the API that one client may make in a minute.
    pub api_per_minute: u32,
    /// A proxy in front says in `X-Forwarded-For` who asks. Without one, anybody could lie there.
    pub behind_proxy: bool,
    /// A connection on which nothing moves this long is cut; none means 60 s.
    pub still: Option<Duration>,
}

/// A server that has its socket and its archive, and can begin.
pub struct Server {
    runtime: tokio::runtime::Runtime,
    listener: tokio::net::TcpListener,
    address: SocketAddr,
    desk: std::sync::Arc<Desk>,
    still: Option<Duration>,
}

impl Server {
    /// Opens the archive in the folder `data`, and the socket. With `vectors` it is searched by meaning
    /// too, as far as its vectors are of that model.
    ///
    /// # Errors
    /// [`ServerError::Archive`] when there is no archive, or a damaged one; [`ServerError::Listen`],
    /// [`ServerError::BaseUrl`].
    pub fn open(
        data: &Path,
        settings: &Settings,
        vectors: Option<Arc<Mutex<dyn Vectors>>>,
    ) -> Result<Self, ServerError> {
        let library = library::Library::open(data, vectors)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let refused = |error: std::io::Error| ServerError::Listen {
            address: settings.listen,
            reason: error.to_string(),
        };
        let listener =
            runtime.block_on(tokio::net::TcpListener::bind(settings.listen)).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let base = match &settings.base_url {
            Some(given) => base_url(given)?,
            None => format!("http://{address}"),
        };
        let desk = Desk::open(library, Addresses::served(&base), settings)?;
        let desk = Arc::new(desk);
        Ok(Self { runtime, listener, address, desk, still: settings.still })
    }

    /// Where it listens; the port that the system chose when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` says so (it is asked every 100 ms), then lets the requests in flight end.
    pub fn run(self, stop: impl Fn() -> bool) {
        let Self { runtime, listener, desk, still, .. } = self;
        runtime.block_on(async move {
            let told = async {
                while !stop() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            listener::serve(listener, desk, told, still).await;
        });
        // A search that still runs for a client that is gone need not be waited for.
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// A base address without its final slash.
fn base_url(given: &str) -> Result<String, ServerError> {
    let bare = given.trim_end_matches('/');
    let host = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://"));
    let fits =
        |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>' | '\\' | '@');
    match host {
        Some(host) if !host.is_empty() && !host.starts_with('/') && host.chars().all(fits) => {
            Ok(bare.to_owned())
        }
        _ => Err(ServerError::BaseUrl { given: given.to_owned() }),
    }
}
