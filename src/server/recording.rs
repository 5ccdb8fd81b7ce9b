//! Recordings and captions, with HTTP Range.

use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use super::refusal::Refusal;

/// Bytes read at a time: fewer, longer reads keep a fast line busy.
const BLOCK: usize = 256 << 10;

/// Answers with a file as `kind`, whole or in the part asked for (RFC 9110 § 14), with its date for
/// conditional requests.
pub(super) async fn file(path: &Path, kind: &'static str, request: Request<Body>) -> Response {
    let mut service = ServeFile::new(path).with_buf_chunk_size(BLOCK);
    let mut response = match service.try_call(request).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.map(Body::new),
        Ok(_) => return Refusal::NotFound.into_response(),
        Err(error) => {
            tracing::error!("a recording could not be read: {error}");
            return Refusal::NotFound.into_response();
        }
    };
    let told = response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    if told {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    response
}
