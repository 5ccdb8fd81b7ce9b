//! Where the language model may be.

use std::io;
use std::net::{IpAddr, Ipv6Addr, ToSocketAddrs};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::minutes::MinutesError;

/// Longest address taken, bytes.
const LONGEST: usize = 500;

/// The two addresses of an OpenAI-compatible server that are used.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// `…/v1/chat/completions`
    pub chat: String,
    /// `…/v1/models`
    pub models: String,
}

impl Address {
    /// Takes `http://host:port`, with or without `/v1` or `/v1/chat/completions`. Unless `remote`,
    /// every address that the host has must be local now; [`LocalOnly`] looks again at each
    /// connection.
    pub fn parse(url: &str, remote: bool) -> Result<Self, MinutesError> {
        let shown: String = url.chars().filter(|c| !c.is_control()).take(100).collect();
        let wrong = |reason| MinutesError::Address { url: shown.clone(), reason };
        if url.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        let uri: Uri = url.trim().parse().map_err(|_| wrong("it cannot be read"))?;
        let port = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err(wrong("it must begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        let host = authority.host();
        if authority.as_str().contains('@') {
            // Not repeated: it may hold a password.
            return Err(MinutesError::Address {
                url: host.to_owned(),
                reason: "a user name in the address is not supported",
            });
        }
        if host.is_empty() || uri.query().is_some() {
            return Err(wrong("it must be a host, a port and a path"));
        }
        let port = authority.port_u16().unwrap_or(port);
        if !remote && let Some(address) = first_remote(host, port) {
            return Err(MinutesError::NotLocal { host: host.to_owned(), address });
        }
        let path = uri.path().trim_end_matches('/');
        let path = path.strip_suffix("/chat/completions").unwrap_or(path);
        let path = if path.is_empty() { "/v1" } else { path };
        let scheme = uri.scheme_str().unwrap_or("http");
        let base = format!("{scheme}://{}{path}", authority.as_str());
        Ok(Self { chat: format!("{base}/chat/completions"), models: format!("{base}/models") })
    }
}

/// An address of the host that is not local. A host that cannot be looked up now has none; nothing
/// can be sent to it either.
fn first_remote(host: &str, port: u16) -> Option<IpAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = (bare, port).to_socket_addrs().ok()?;
    found.map(|socket| socket.ip()).find(|address| !is_local(*address))
}

/// Loopback, private (RFC 1918, RFC 4193) or link-local (RFC 3927, RFC 4291).
pub(super) fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_local(IpAddr::V4(v4)),
            None => v6.is_loopback() || v6.is_unique_local() || is_link_local(v6),
        },
    }
}

fn is_link_local(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local()
}

/// Looks names up and refuses those with any address outside the house: a name may come to mean
/// another machine after it was checked.
#[derive(Debug, Default)]
pub(super) struct LocalOnly {
    names: DefaultResolver,
}

impl Resolver for LocalOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        if found.iter().any(|socket| !is_local(socket.ip())) {
            let message = "its address is not local any more";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message).into());
        }
        Ok(found)
    }
}
