//! Recordings and captions, with HTTP Range.

use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use super::refusal::Refusal;

/// Bytes read at a time: fewer, longer reads keep a fast line busy.
const BLOCK: usize = 256 << 10;

/// Answers with a file as `kind`, whole or in the part asked for (RFC 9110 § 14), with its date for
/// conditional requests.
pub(super) async fn file(path: &Path, kind: &'static str, request: Request<Body>) -> Response {
    let mime = kind.parse().unwrap_or(mime_of_bytes());
    let mut service = ServeFile::new_with_mime(path, &mime).with_buf_chunk_size(BLOCK);
    match service.try_call(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
            if response.status() == axum::http::StatusCode::NOT_FOUND {
                return Refusal::NotFound.into_response();
            }
            response
        }
        Err(error) => {
            tracing::error!("a recording could not be read: {error}");
            Refusal::NotFound.into_response()
        }
    }
}
