//! Recordings and captions, with HTTP Range.

use std::path::Path;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Request, StatusCode};
use tower_http::services::ServeFile;

use super::answer::Answer;
use super::refusal::Refusal;

/// Bytes read at a time: fewer, longer reads keep a fast line busy.
const BLOCK: usize = 256 << 10;

/// Answers with a file as `kind`, whole or in the part asked for (RFC 9110 § 14), with its date for
/// conditional requests.
pub(super) async fn file(path: &Path, kind: &'static str, request: &Request<Incoming>) -> Answer {
    let mut asked = Request::new(());
    asked.method_mut().clone_from(request.method());
    asked.headers_mut().clone_from(request.headers());
    let mut service = ServeFile::new(path).with_buf_chunk_size(BLOCK);
    let found = service.try_call(asked).await.map_err(|error| {
        tracing::error!("a recording could not be read: {error}");
        Refusal::NotFound
    })?;
    if found.status() == StatusCode::NOT_FOUND {
        return Err(Refusal::NotFound);
    }
    let mut response = found.map(|body| body.boxed_unsync());
    let told = response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    if told {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(response)
}
