//! Which address gives which page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use serde::Deserialize;

use super::catalogue::{self, Files, LATEST, PER_PAGE};
use super::desk::Desk;
use super::feeds::{self, ENTRIES, Entry};
use super::pages::{self, Search};
use super::refusal::Refusal;
use super::{api, assets, recording};
use crate::archive::{Filter, Item, Meeting};

/// Longest address that is answered, bytes.
const LONGEST_ADDRESS: usize = 2048;
/// Longest search, characters.
pub(super) const LONGEST_QUERY: usize = 200;
/// Last page of a list that can be asked for.
const LAST_PAGE: usize = 2000;

/// Style, scripts, pictures, sound and the search of the static site come from here alone; nothing
/// stands inline. JSON-LD is data, which the policy does not concern.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

pub(super) type Desked = State<Arc<Desk>>;
type Answer = Result<Response, Refusal>;

/// Every route, behind the guard.
pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/soeg", get(search))
        .route("/soeg.atom", get(search_feed))
        .route("/moeder", get(meetings))
        .route("/om", get(about))
        .route("/udvalg/{slug}", get(committee))
        .route("/moede/{id}", get(meeting))
        .route("/moede/{id}/punkt/{number}", get(item))
        .route("/moede/{id}/optagelse", get(sound))
        .route("/moede/{id}/undertekster.vtt", get(captions))
        .route("/widget/{id}/{number}", get(widget))
        .route("/widget.js", get(|| async { script(assets::WIDGET) }))
        .route("/aktiver/{name}", get(asset))
        .route("/feed.atom", get(feed))
        .route("/sitemap.xml", get(sitemap))
        .route("/robots.txt", get(robots))
        .merge(api::routes())
        .fallback(|| async { Refusal::NotFound })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

/// Looks at every request before its handler, and at every answer after it.
async fn guard(State(desk): Desked, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let api = path.starts_with("/api/");
    let answer = match admit(&desk, &request, api) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let mut answer = match answer.extensions().get::<Refusal>() {
        Some(refusal) => refusal.answer(&desk.site, api),
        None if answer.status().as_u16() == 405 => Refusal::Method.answer(&desk.site, api),
        // What the path extractor refuses: bytes that are no UTF-8.
        None if answer.status().as_u16() == 400 => Refusal::NotFound.answer(&desk.site, api),
        None => answer,
    };
    protect(answer.headers_mut(), &path, api);
    answer
}

fn admit(desk: &Desk, request: &Request, api: bool) -> Result<(), Refusal> {
    if request.uri().path_and_query().map_or(0, |all| all.as_str().len()) > LONGEST_ADDRESS {
        return Err(Refusal::TooLong);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::Method);
    }
    if api {
        let client = client(desk, request);
        desk.allowance.take(client, Instant::now()).map_err(Refusal::TooOften)?;
    }
    Ok(())
}

/// Who asks: the peer, or whom the proxy in front names.
fn client(desk: &Desk, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if !desk.behind_proxy {
        return peer;
    }
    // The last address is the one that our own proxy wrote.
    let named = request.headers().get_all("x-forwarded-for").iter().next_back();
    named
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
        .unwrap_or(peer)
}

fn protect(headers: &mut HeaderMap, path: &str, api: bool) {
    let framed = path.starts_with("/widget/");
    let policy = match framed {
        true => format!("{POLICY}; frame-ancestors *"),
        false => format!("{POLICY}; frame-ancestors 'none'"),
    };
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if !framed {
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    let shared = api || path == "/widget.js";
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        if shared { "cross-origin" } else { "same-origin" },
    );
    if api {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn cached(kind: &'static str, body: impl Into<Body>) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=60")];
    (headers, body.into()).into_response()
}

fn page(markup: Markup) -> Response {
    cached("text/html; charset=utf-8", markup.into_string())
}

fn script(text: &'static str) -> Response {
    cached("text/javascript; charset=utf-8", text)
}

/// What addresses of pages may ask. Unknown names are left alone.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
    #[serde(default)]
    udvalg: String,
    #[serde(default)]
    taler: String,
    #[serde(default)]
    parti: String,
    #[serde(default)]
    udfald: String,
    #[serde(default)]
    side: String,
    #[serde(default)]
    t: String,
}

type Ask = Result<Query<Asked>, QueryRejection>;

fn asked(ask: Ask) -> Result<Asked, Refusal> {
    let Query(asked) = ask.map_err(|error| Refusal::Query(error.body_text()))?;
    let texts = [
        &asked.q,
        &asked.fra,
        &asked.til,
        &asked.udvalg,
        &asked.taler,
        &asked.parti,
        &asked.udfald,
    ];
    if texts.iter().any(|text| text.chars().count() > LONGEST_QUERY) {
        return Err(Refusal::LongQuery);
    }
    Ok(asked)
}

impl Asked {
    fn search(&self) -> Search {
        let line = |text: &str| crate::export::plain(text);
        Search {
            q: line(&self.q),
            fra: line(&self.fra),
            til: line(&self.til),
            udvalg: line(&self.udvalg),
            taler: line(&self.taler),
            parti: line(&self.parti),
            udfald: line(&self.udfald),
        }
    }

    /// Number of the page, from 1.
    fn number(&self) -> Result<usize, Refusal> {
        if self.side.is_empty() {
            return Ok(1);
        }
        let number = self.side.parse().ok().filter(|number| (1..=LAST_PAGE).contains(number));
        number.ok_or_else(|| Refusal::Query("side is a number from 1".to_owned()))
    }

    /// Where in the recording; what is no time is none.
    fn at(&self) -> Option<f64> {
        self.t.parse().ok().filter(|at: &f64| at.is_finite() && *at >= 0.0)
    }
}

async fn front(State(desk): Desked) -> Answer {
    let site = Arc::clone(&desk.site);
    desk.library
        .read(move |reader| {
            let latest = reader.meetings(&Filter::default(), LATEST, 0)?;
            Ok(pages::front(&site, &latest, &reader.committees()?))
        })
        .await
        .map(page)
}

async fn search(State(desk): Desked, ask: Ask) -> Answer {
    let asked = asked(ask)?;
    let (search, number) = (asked.search(), asked.number()?);
    let site = Arc::clone(&desk.site);
    desk.library
        .read(move |reader| {
            let committees = reader.committees()?;
            let query = catalogue::query(&search, PER_PAGE, (number - 1) * PER_PAGE);
            let found = match query.text.is_empty() && query.filter.is_empty() {
                true => None,
                false => Some(reader.search(&query)?),
            };
            Ok(pages::results(&site, &search, &committees, found.as_ref(), (number, PER_PAGE)))
        })
        .await
        .map(page)
}

async fn search_feed(State(desk): Desked, ask: Ask) -> Answer {
    let search = asked(ask)?.search();
    let site = Arc::clone(&desk.site);
    let bytes = desk
        .library
        .read(move |reader| {
            let found = catalogue::newest(reader, &search)?;
            let to = &site.addresses;
            let entries: Vec<Entry> =
                found.items.iter().take(ENTRIES).map(|hits| Entry::of_hit(to, hits)).collect();
            let query = search.query();
            let own = format!("{}?{query}", to.file("soeg.atom"));
            let page = format!("{}?{query}", to.search());
            let title = format!("Søgning: {}", crate::export::plain(&search.q));
            Ok(feeds::atom(to, &title, (&own, &page), &entries))
        })
        .await?;
    bytes.map(|bytes| cached("application/atom+xml; charset=utf-8", bytes)).map_err(failed)
}

fn failed(error: super::ServerError) -> Refusal {
    tracing::error!("{error}");
    Refusal::Failed
}

async fn feed(State(desk): Desked) -> Answer {
    let site = Arc::clone(&desk.site);
    let bytes = desk
        .library
        .read(move |reader| {
            let to = &site.addresses;
            let heads = reader.meetings(&Filter::default(), ENTRIES, 0)?;
            let entries: Vec<Entry> =
                heads.iter().map(|head| Entry::of_meeting(to, head)).collect();
            Ok(feeds::atom(to, &site.name(), (&to.file("feed.atom"), &to.front()), &entries))
        })
        .await?;
    bytes.map(|bytes| cached("application/atom+xml; charset=utf-8", bytes)).map_err(failed)
}

async fn meetings(State(desk): Desked, ask: Ask) -> Answer {
    let number = asked(ask)?.number()?;
    let site = Arc::clone(&desk.site);
    desk.library
        .read(move |reader| {
            let (shown, pages) = catalogue::list(reader, &Filter::default(), number)?;
            Ok(pages::meetings(&site, &shown, number, pages))
        })
        .await
        .map(page)
}

async fn about(State(desk): Desked) -> Response {
    page(pages::about(&desk.site))
}

async fn committee(State(desk): Desked, Path(slug): Path<String>, ask: Ask) -> Answer {
    let number = asked(ask)?.number()?;
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let Some(committee) = catalogue::committee(reader, &slug)? else { return Ok(None) };
        let filter = Filter { committee: Some(slug), ..Filter::default() };
        let (shown, pages) = catalogue::list(reader, &filter, number)?;
        Ok(Some(pages::committee(&site, &committee, &shown, number, pages)))
    });
    found.await?.map(page).ok_or(Refusal::NotFound)
}

async fn meeting(State(desk): Desked, Path(id): Path<String>, ask: Ask) -> Answer {
    let at = asked(ask)?.at();
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        Ok(reader.meeting(&id)?.map(|meeting| {
            let files = Files::of(&meeting);
            let ending = files.ending();
            pages::meeting(&site, &meeting, ending.as_deref(), files.captions.is_some(), at)
        }))
    });
    found.await?.map(page).ok_or(Refusal::NotFound)
}

/// A page about one item.
type ItemPage = fn(&pages::Site, &Meeting, &Item, Option<&str>, bool, Option<f64>) -> Markup;

async fn on_item(desk: &Desk, id: String, number: String, ask: Ask, write: ItemPage) -> Answer {
    let at = asked(ask)?.at();
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let Some(meeting) = reader.meeting(&id)? else { return Ok(None) };
        let files = Files::of(&meeting);
        let ending = files.ending();
        let item = meeting.items.iter().find(|item| item.number == number);
        let captions = files.captions.is_some();
        Ok(item.map(|item| write(&site, &meeting, item, ending.as_deref(), captions, at)))
    });
    found.await?.map(page).ok_or(Refusal::NotFound)
}

async fn item(State(desk): Desked, Path((id, number)): Path<(String, String)>, ask: Ask) -> Answer {
    on_item(&desk, id, number, ask, pages::item).await
}

async fn widget(
    State(desk): Desked,
    Path((id, number)): Path<(String, String)>,
    ask: Ask,
) -> Answer {
    on_item(&desk, id, number, ask, pages::widget).await
}

async fn files(desk: &Desk, id: String) -> Result<Files, Refusal> {
    let found = desk.library.read(move |reader| {
        Ok(reader.source(&id)?.map(|(source, closed)| Files::from(&source, closed)))
    });
    found.await?.ok_or(Refusal::NotFound)
}

async fn sound(State(desk): Desked, Path(id): Path<String>, request: Request) -> Answer {
    let path = files(&desk, id).await?.recording.ok_or(Refusal::NotFound)?;
    let (_, kind) = pages::kind_of(&path);
    Ok(recording::file(&path, kind, request).await)
}

async fn captions(State(desk): Desked, Path(id): Path<String>, request: Request) -> Answer {
    let path = files(&desk, id).await?.captions.ok_or(Refusal::NotFound)?;
    Ok(recording::file(&path, "text/vtt; charset=utf-8", request).await)
}

async fn asset(Path(name): Path<String>) -> Answer {
    let (kind, text) = assets::find(&name).ok_or(Refusal::NotFound)?;
    Ok(cached(kind, text))
}

async fn sitemap(State(desk): Desked) -> Answer {
    let site = Arc::clone(&desk.site);
    let bytes = desk
        .library
        .read(move |reader| Ok(feeds::sitemap(&feeds::places(&site.addresses, reader)?)))
        .await?;
    bytes.map(|bytes| cached("application/xml; charset=utf-8", bytes)).map_err(failed)
}

async fn robots(State(desk): Desked) -> Response {
    cached("text/plain; charset=utf-8", feeds::robots(&desk.site.addresses))
}
