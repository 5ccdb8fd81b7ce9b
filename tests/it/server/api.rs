//! The JSON API.

use super::meetings::{archive, id};
use super::served::Served;
use serde_json::Value;

#[test]
fn lists_come_in_pages() {
    let server = Served::start(archive(), &[]);
    let first = server.get("/api/v1/meetings?per_page=2");
    assert_eq!(first.header("content-type"), "application/json");
    assert_eq!(first.header("access-control-allow-origin"), "*");
    let (first, second) = (first.json(), server.get("/api/v1/meetings?per_page=2&page=2").json());
    assert_eq!((&first["total"], first["meetings"].as_array().unwrap().len()), (&3.into(), 2));
    assert_eq!(second["meetings"].as_array().unwrap().len(), 1);
    assert_eq!(first["meetings"][0]["date"], "2026-04-10", "newest first");
    let filtered = server.get("/api/v1/meetings?committee=byraadet&from=2026-01-01").json();
    assert_eq!(filtered["total"], 1);
}

#[test]
fn a_meeting_has_items_segments_and_links_but_no_paths() {
    let server = Served::start(archive(), &["--base-url", "https://referat.fjordby.example"]);
    let id = id("Byrådet");
    let meeting = server.get(&format!("/api/v1/meetings/{id}"));
    let text = meeting.text();
    assert!(!text.contains("folder") && !text.contains("/tmp"), "{text}");
    let meeting = meeting.json();
    assert_eq!(meeting["segments"], 6);
    let recording = format!("https://referat.fjordby.example/moede/{id}/optagelse");
    assert_eq!(meeting["recording"], recording.as_str());
    assert_eq!(meeting["items"][1]["minutes"]["votes"][0]["against"]["count"], 4);
    let item = server.get(&format!("/api/v1/meetings/{id}/items/2")).json();
    assert_eq!(item["title"], "Ny skole i Havneby");
    let segments =
        server.get(&format!("/api/v1/meetings/{id}/segments?item=2&per_page=1&page=2")).json();
    assert_eq!((&segments["total"], &segments["segments"][0]["id"]), (&3.into(), &3.into()));
    let found = server.get("/api/v1/search?q=lokalplan").json();
    let link = format!("https://referat.fjordby.example/moede/{id}?t=25");
    assert_eq!(found["hits"][0]["speech"][0]["link"], link.as_str(), "{found}");
}

#[test]
fn errors_are_problems() {
    let server = Served::start(archive(), &[]);
    for (path, status) in [
        ("/api/v1/meetings/none", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/meetings?page=0", 400),
        ("/api/v1/meetings?per_page=101", 400),
        ("/api/v1/meetings?page=-1", 400),
        ("/api/v1/meetings?from=yesterday", 400),
        ("/api/v1/search?q=skole&outcome=maybe", 400),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(answer.json()["status"], status, "{path}");
    }
    let post = server.post("/api/v1/meetings");
    assert_eq!((post.status, post.header("content-type")), (405, "application/problem+json"));
}

#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let server = Served::start(archive(), &["--api-per-minute", "6"]);
    let statuses: Vec<u16> = (0..8).map(|_| server.get("/api/v1/committees").status).collect();
    assert_eq!(statuses[..5], [200; 5], "five at once");
    assert_eq!(statuses[7], 429);
    let refused = server.get("/api/v1/committees");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(server.get("/").status, 200, "pages are not counted");
    // Whom a client names itself is nothing without a proxy in front.
    let lie = [("X-Forwarded-For", "203.0.113.9")];
    assert_eq!(server.ask("/api/v1/committees", &lie).status, 429);
    let behind = Served::start(archive(), &["--api-per-minute", "6", "--behind-proxy"]);
    for client in 0..8 {
        let named = format!("10.9.9.9, 203.0.113.{client}");
        let answer = behind.ask("/api/v1/committees", &[("X-Forwarded-For", named.as_str())]);
        assert_eq!(answer.status, 200, "each client has its own");
    }
}

#[test]
fn the_description_names_every_route_and_fits_the_answers() {
    let server = Served::start(archive(), &[]);
    let description = server.get("/api/v1/openapi.json").json();
    assert_eq!(description["openapi"], "3.1.0");
    let base = format!("{}/api/v1", server.url);
    assert_eq!(description["servers"][0]["url"], base.as_str());
    let id = id("Byrådet");
    for (path, asked) in [
        ("/meetings", "/meetings".to_owned()),
        ("/meetings/{id}", format!("/meetings/{id}")),
        ("/meetings/{id}/items", format!("/meetings/{id}/items")),
        ("/meetings/{id}/items/{number}", format!("/meetings/{id}/items/2")),
        ("/meetings/{id}/segments", format!("/meetings/{id}/segments")),
        ("/committees", "/committees".to_owned()),
        ("/search", "/search?q=skole".to_owned()),
    ] {
        let answers = &description["paths"][path]["get"]["responses"];
        let mut schema = answers["200"]["content"]["application/json"]["schema"].clone();
        schema["components"] = description["components"].clone();
        assert!(answers["429"].is_object(), "{path}");
        let answer: Value = server.get(&format!("/api/v1{asked}")).json();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&answer).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{path}: {faults:?}\n{answer}");
    }
}
