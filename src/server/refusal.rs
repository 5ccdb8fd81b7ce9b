//! Requests that get no page: why, and what is said about it.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{self, HeaderValue};
use serde_json::json;

use super::answer::{Response, body};
use super::pages::{self, Site};

/// Why a request is refused. Handlers return it; [`Refusal::answer`] turns it into a page, or into
/// `application/problem+json` (RFC 9457) for the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NotFound,
    /// Another method than GET and HEAD.
    Method,
    /// Address of more bytes than anybody types.
    TooLong,
    /// A query longer than is looked at.
    LongQuery,
    /// A part of the query that makes no sense; the reason is in English, for the API.
    Query(String),
    /// Asked too often; come again after so long.
    TooOften(Duration),
    /// All places at the archive are taken.
    Busy,
    /// The archive is damaged or away.
    Archive,
    /// A bug of ours.
    Failed,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLong => StatusCode::URI_TOO_LONG,
            Self::LongQuery | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Archive => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Heading and explanation of the page.
    fn danish(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => (
                "Siden findes ikke",
                "Adressen er måske forkert, eller mødet er ikke længere i arkivet.",
            ),
            Self::Method => ("Det kan siden ikke", "Her kan der kun læses, ikke sendes noget ind."),
            Self::TooLong => ("Adressen er for lang", "Prøv en kortere søgning."),
            Self::LongQuery => {
                ("Søgningen er for lang", "Der kan søges på højst 200 tegn. Prøv med færre ord.")
            }
            Self::Query(_) => (
                "Søgningen kan ikke forstås",
                "Kontrollér datoer og sidetal. En dato skrives som 2026-03-25.",
            ),
            Self::TooOften(_) => ("For mange forespørgsler", "Vent et øjeblik, og prøv igen."),
            Self::Busy => ("Der er travlt lige nu", "Vent et øjeblik, og prøv igen."),
            Self::Archive => (
                "Arkivet kan ikke læses",
                "Der er en fejl hos os. Prøv igen senere, eller skriv til kommunen.",
            ),
            Self::Failed => (
                "Noget gik galt",
                "Det er en fejl hos os. Prøv igen senere, eller skriv til kommunen.",
            ),
        }
    }

    /// What the API says.
    fn detail(&self) -> String {
        match self {
            Self::NotFound => "There is nothing at this address.".to_owned(),
            Self::Method => "Only GET and HEAD are answered.".to_owned(),
            Self::TooLong => "The address is longer than 2048 bytes.".to_owned(),
            Self::LongQuery => "q may have 200 characters at most.".to_owned(),
            Self::Query(reason) => reason.clone(),
            Self::TooOften(wait) => {
                format!("Too many requests; try again in {} s.", seconds(*wait))
            }
            Self::Busy => "The server is busy; try again soon.".to_owned(),
            Self::Archive => "The archive cannot be read.".to_owned(),
            Self::Failed => "A bug of ours.".to_owned(),
        }
    }

    /// The whole answer.
    pub(super) fn answer(&self, site: &Site, api: bool) -> Response {
        let status = self.status();
        let (kind, text) = if api {
            let problem = json!({
                "type": "about:blank", "title": status.canonical_reason().unwrap_or_default(),
                "status": status.as_u16(), "detail": self.detail(),
            });
            ("application/problem+json", problem.to_string())
        } else {
            let (title, what) = self.danish();
            ("text/html; charset=utf-8", pages::refusal(site, title, what).into_string())
        };
        let mut response = hyper::Response::new(body(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::TooOften(wait) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(*wait)));
            }
            Self::Busy | Self::Archive => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            }
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            _ => {}
        }
        response
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(wait: Duration) -> u64 {
    (wait.as_secs_f64().ceil() as u64).max(1)
}
