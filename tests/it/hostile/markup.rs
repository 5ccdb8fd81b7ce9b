//! Markup that would take a reader hours, or all memory.

use std::time::{Duration, Instant};

use referent::agenda;
use referent::export::captions;
use referent::meeting::FieldText;
use serde_json::json;

/// The one field of an agenda whose HTML is `html`.
fn field(html: &str) -> FieldText {
    let agenda = json!({"items": [
        {"number": "1", "title": "A", "fields": {"indstilling": {"text": "x", "html": html}}},
    ]});
    let read = agenda::parse(agenda.to_string().as_bytes(), "agenda").unwrap().value;
    read.items[0].fields["indstilling"].clone()
}

#[test]
fn markup_that_multiplies_is_not_parsed() {
    // Every paragraph opens all 4000 again: sixteen million elements, some gigabytes. Of like ones
    // only three would be (the standard's "Noah's Ark clause"), hence the numbers.
    for open in ["b class", "FONT size", "u id"] {
        let began = Instant::now();
        let opened: String = (0..4000).map(|n| format!("<{open}={n}>")).collect();
        let found = field(&(opened + &"<p>x".repeat(4000)));
        assert_eq!(found, FieldText { text: "x".to_owned(), html: None }, "{open}");
        assert!(began.elapsed() < Duration::from_secs(10), "{open}: {:?}", began.elapsed());
    }
}

#[test]
fn captions_that_open_tags_without_end_are_checked_in_time() {
    let text = "1\n00:00:01,000 --> 00:00:03,000\n".to_owned() + &"<".repeat(2 << 20);
    let began = Instant::now();
    assert!(!captions::lint(&text).is_empty());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn long_markup_that_closes_what_it_opens_is_kept() {
    let paragraph = "<p><strong>At</strong> <em>Byrådet</em> <b>godkender</b> det.</p>";
    let found = field(&paragraph.repeat(5000));
    let html = found.html.unwrap();
    assert_eq!(html.matches("<strong>").count(), 5000);
    assert!(html.len() <= 5000 * paragraph.len());
}
