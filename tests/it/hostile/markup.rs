//! Markup that a parser which follows the HTML standard would multiply.

use std::time::{Duration, Instant};

use referent::agenda;
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
    // Every paragraph opens all 4000 again: sixteen million elements, some gigabytes.
    for open in ["<b>", "<FONT size=1>", "<a href=x>"] {
        let began = Instant::now();
        let found = field(&(open.repeat(4000) + &"<p>x".repeat(4000)));
        assert_eq!(found, FieldText { text: "x".to_owned(), html: None }, "{open}");
        assert!(began.elapsed() < Duration::from_secs(10), "{open}: {:?}", began.elapsed());
    }
}

#[test]
fn long_markup_that_closes_what_it_opens_is_kept() {
    let paragraph = "<p><strong>At</strong> <em>Byrådet</em> <b>godkender</b> det.</p>";
    let found = field(&paragraph.repeat(5000));
    let html = found.html.unwrap();
    assert_eq!(html.matches("<strong>").count(), 5000);
    assert!(html.len() <= 5000 * paragraph.len());
}
