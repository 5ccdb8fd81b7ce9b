//! Which address gives which page.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request};
use maud::Markup;

use super::answer::{Answer, Asked, Response, cached, page, steps};
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

/// Answers a request. Looks at it before its handler, and at every answer after it.
pub(super) async fn answer(
    desk: Arc<Desk>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response {
    let path = request.uri().path().to_owned();
    let api = path.starts_with("/api/");
    let done = match admit(&desk, peer, &request, api) {
        Ok(()) => route(&desk, &request).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = done.unwrap_or_else(|refusal| refusal.answer(&desk.site, api));
    protect(response.headers_mut(), &path, api);
    response
}

async fn route(desk: &Arc<Desk>, request: &Request<Incoming>) -> Answer {
    let steps = steps(request.uri().path()).ok_or(Refusal::NotFound)?;
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let asked = Asked::read(request.uri().query())?;
    match steps.as_slice() {
        [""] => front(desk).await,
        ["soeg"] => search(desk, &asked).await,
        ["soeg.atom"] => search_feed(desk, &asked).await,
        ["moeder"] => meetings(desk, &asked).await,
        ["om"] => Ok(page(pages::about(&desk.site))),
        ["udvalg", slug] => committee(desk, slug, &asked).await,
        ["moede", id] => meeting(desk, id, &asked).await,
        ["moede", id, "punkt", number] => on_item(desk, id, number, &asked, pages::item).await,
        ["moede", id, "optagelse"] => sound(desk, id, request).await,
        ["moede", id, "undertekster.vtt"] => captions(desk, id, request).await,
        ["widget", id, number] => on_item(desk, id, number, &asked, pages::widget).await,
        ["widget.js"] => Ok(cached("text/javascript; charset=utf-8", assets::WIDGET)),
        ["aktiver", name] => {
            let (kind, text) = assets::find(name).ok_or(Refusal::NotFound)?;
            Ok(cached(kind, text))
        }
        ["feed.atom"] => feed(desk).await,
        ["sitemap.xml"] => sitemap(desk).await,
        ["robots.txt"] => {
            Ok(cached("text/plain; charset=utf-8", feeds::robots(&desk.site.addresses)))
        }
        ["api", "v1", rest @ ..] => api::route(desk, rest, &asked).await,
        _ => Err(Refusal::NotFound),
    }
}

fn admit(
    desk: &Desk,
    peer: SocketAddr,
    request: &Request<Incoming>,
    api: bool,
) -> Result<(), Refusal> {
    if request.uri().path_and_query().map_or(0, |all| all.as_str().len()) > LONGEST_ADDRESS {
        return Err(Refusal::TooLong);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::Method);
    }
    if api {
        let client = client(desk, peer, request);
        desk.allowance.take(client, Instant::now()).map_err(Refusal::TooOften)?;
    }
    Ok(())
}

/// Who asks: the peer, or whom the proxy in front names.
fn client(desk: &Desk, peer: SocketAddr, request: &Request<Incoming>) -> IpAddr {
    if !desk.behind_proxy {
        return peer.ip();
    }
    // The last address is the one that our own proxy wrote.
    let named = request.headers().get_all("x-forwarded-for").iter().next_back();
    named
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
        .unwrap_or(peer.ip())
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

/// The search that an address asks for.
fn asked_search(asked: &Asked) -> Result<Search, Refusal> {
    let names = ["q", "fra", "til", "udvalg", "taler", "parti", "udfald"];
    if names.iter().any(|name| asked.field(name).chars().count() > LONGEST_QUERY) {
        return Err(Refusal::LongQuery);
    }
    let line = |name: &str| crate::export::plain(asked.field(name));
    Ok(Search {
        q: line("q"),
        fra: line("fra"),
        til: line("til"),
        udvalg: line("udvalg"),
        taler: line("taler"),
        parti: line("parti"),
        udfald: line("udfald"),
    })
}

/// Number of the page, from 1.
fn asked_number(asked: &Asked) -> Result<usize, Refusal> {
    let Some(side) = asked.given("side") else { return Ok(1) };
    let number = side.parse().ok().filter(|number| (1..=LAST_PAGE).contains(number));
    number.ok_or_else(|| Refusal::Query("side is a number from 1".to_owned()))
}

/// Where in the recording; what is no time is none.
fn asked_time(asked: &Asked) -> Option<f64> {
    asked.field("t").parse().ok().filter(|at: &f64| at.is_finite() && *at >= 0.0)
}

async fn front(desk: &Desk) -> Answer {
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let latest = reader.meetings(&Filter::default(), LATEST, 0)?;
        Ok(pages::front(&site, &latest, &reader.committees()?))
    });
    found.await.map(page)
}

async fn search(desk: &Desk, asked: &Asked) -> Answer {
    let (search, number) = (asked_search(asked)?, asked_number(asked)?);
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let committees = reader.committees()?;
        let query = catalogue::query(&search, PER_PAGE, (number - 1) * PER_PAGE);
        let found = match query.text.is_empty() && query.filter.is_empty() {
            true => None,
            false => Some(reader.search(&query)?),
        };
        Ok(pages::results(&site, &search, &committees, found.as_ref(), (number, PER_PAGE)))
    });
    found.await.map(page)
}

const ATOM: &str = "application/atom+xml; charset=utf-8";

async fn search_feed(desk: &Desk, asked: &Asked) -> Answer {
    let search = asked_search(asked)?;
    let site = Arc::clone(&desk.site);
    let bytes = desk.library.read(move |reader| {
        let found = catalogue::newest(reader, &search)?;
        let to = &site.addresses;
        let entries: Vec<Entry> =
            found.items.iter().take(ENTRIES).map(|hits| Entry::of_hit(to, hits)).collect();
        let query = search.query();
        let own = format!("{}?{query}", to.file("soeg.atom"));
        let page = format!("{}?{query}", to.search());
        Ok(feeds::atom(to, &format!("Søgning: {}", search.q), (&own, &page), &entries))
    });
    bytes.await?.map(|bytes| cached(ATOM, bytes)).map_err(failed)
}

fn failed(error: super::ServerError) -> Refusal {
    tracing::error!("{error}");
    Refusal::Failed
}

async fn feed(desk: &Desk) -> Answer {
    let site = Arc::clone(&desk.site);
    let bytes = desk.library.read(move |reader| {
        let to = &site.addresses;
        let heads = reader.meetings(&Filter::default(), ENTRIES, 0)?;
        let entries: Vec<Entry> = heads.iter().map(|head| Entry::of_meeting(to, head)).collect();
        Ok(feeds::atom(to, &site.name(), (&to.file("feed.atom"), &to.front()), &entries))
    });
    bytes.await?.map(|bytes| cached(ATOM, bytes)).map_err(failed)
}

async fn meetings(desk: &Desk, asked: &Asked) -> Answer {
    let number = asked_number(asked)?;
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let (shown, pages) = catalogue::list(reader, &Filter::default(), number)?;
        Ok(pages::meetings(&site, &shown, number, pages))
    });
    found.await.map(page)
}

async fn committee(desk: &Desk, slug: &str, asked: &Asked) -> Answer {
    let (number, slug) = (asked_number(asked)?, slug.to_owned());
    let site = Arc::clone(&desk.site);
    let found = desk.library.read(move |reader| {
        let Some(committee) = catalogue::committee(reader, &slug)? else { return Ok(None) };
        let filter = Filter { committee: Some(slug), ..Filter::default() };
        let (shown, pages) = catalogue::list(reader, &filter, number)?;
        Ok(Some(pages::committee(&site, &committee, &shown, number, pages)))
    });
    found.await?.map(page).ok_or(Refusal::NotFound)
}

async fn meeting(desk: &Desk, id: &str, asked: &Asked) -> Answer {
    let (at, id) = (asked_time(asked), id.to_owned());
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

async fn on_item(desk: &Desk, id: &str, number: &str, asked: &Asked, write: ItemPage) -> Answer {
    let (at, id, number) = (asked_time(asked), id.to_owned(), number.to_owned());
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

async fn files(desk: &Desk, id: &str) -> Result<Files, Refusal> {
    let id = id.to_owned();
    let found = desk.library.read(move |reader| {
        Ok(reader.source(&id)?.map(|(source, closed)| Files::from(&source, closed)))
    });
    found.await?.ok_or(Refusal::NotFound)
}

async fn sound(desk: &Desk, id: &str, request: &Request<Incoming>) -> Answer {
    let path = files(desk, id).await?.recording.ok_or(Refusal::NotFound)?;
    let (_, kind) = pages::kind_of(&path);
    recording::file(&path, kind, request).await
}

async fn captions(desk: &Desk, id: &str, request: &Request<Incoming>) -> Answer {
    let path = files(desk, id).await?.captions.ok_or(Refusal::NotFound)?;
    recording::file(&path, "text/vtt; charset=utf-8", request).await
}

async fn sitemap(desk: &Desk) -> Answer {
    let site = Arc::clone(&desk.site);
    let bytes = desk
        .library
        .read(move |reader| Ok(feeds::sitemap(&feeds::places(&site.addresses, reader)?)));
    bytes.await?.map(|bytes| cached("application/xml; charset=utf-8", bytes)).map_err(failed)
}
