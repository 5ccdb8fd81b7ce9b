//! Requests as handlers see them, and the answers that they give.

use std::collections::HashMap;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use maud::Markup;

use super::refusal::Refusal;

/// The body of an answer: bytes at hand, or a file read piece by piece.
pub(super) type Body = UnsyncBoxBody<Bytes, std::io::Error>;
/// A whole answer.
pub(super) type Response = hyper::Response<Body>;
/// What a handler gives.
pub(super) type Answer = Result<Response, Refusal>;

/// Bytes as a body.
pub(super) fn body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// An answer that may be kept for a minute: long enough for a rush, short enough that a meeting which
/// is taken out of the archive is soon gone everywhere.
pub(super) fn cached(kind: &'static str, bytes: impl Into<Bytes>) -> Response {
    let mut response = hyper::Response::new(body(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response
}

/// A page.
pub(super) fn page(markup: Markup) -> Response {
    cached("text/html; charset=utf-8", markup.into_string())
}

/// The steps of a path, decoded; none when one of them is no text. An encoded slash is part of its
/// step.
pub(super) fn steps(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(|step| decoded(step, false)).collect()
}

/// The fields of a query. The first of several with one name counts; unknown ones are left alone.
#[derive(Debug, Default)]
pub(super) struct Asked(HashMap<String, String>);

impl Asked {
    /// # Errors
    /// [`Refusal::Query`] when it is no text.
    pub(super) fn read(query: Option<&str>) -> Result<Self, Refusal> {
        let mut fields = HashMap::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let no_text = || Refusal::Query("the query is not UTF-8".to_owned());
            let name = decoded(name, true).ok_or_else(no_text)?;
            let value = decoded(value, true).ok_or_else(no_text)?;
            fields.entry(name).or_insert(value);
        }
        Ok(Self(fields))
    }

    /// The value of a field; empty when it was not given.
    pub(super) fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same, none when it is empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.field(name)).filter(|value| !value.is_empty())
    }
}

/// Undoes percent-encoding (RFC 3986 § 2.1); `plus` is a blank in queries (the form encoding of the
/// URL standard). A `%` without two digits stands for itself. None when it is no UTF-8.
fn decoded(text: &str, plus: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).ok()?);
                rest = tail.get(2..)?;
            }
            (b'+', ..) if plus => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8(bytes).ok()
}
