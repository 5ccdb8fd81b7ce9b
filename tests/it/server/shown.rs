//! The pages in a real browser: what a citizen does, and what axe-core finds.

use std::path::PathBuf;

use serde_json::Value;

use super::browser::{Browser, DESKTOP, PHONE, Window, skip};
use super::meetings::{archive, id};
use super::served::Served;
use super::statics;

/// Tab and Enter, as WebDriver names keys.
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

fn axe() -> Option<String> {
    let cache = std::env::var_os("REFERENT_CACHE").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
        Some(home.join("referent"))
    })?;
    std::fs::read_to_string(cache.join("axe-core-4.14.1/axe.min.js")).ok()
}

/// What axe-core finds against WCAG 2.1 A and AA, as lines.
fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(axe);
    let found = browser.run_later(
        "const done = arguments[0]; \
         axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})\
         .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))),\
               e => done(['axe failed: ' + e]));",
    );
    found.as_array().unwrap().iter().map(Value::to_string).collect()
}

/// Every kind of page, by a name for its picture.
fn kinds(url: &str) -> Vec<(&'static str, String)> {
    let (open, shut) = (id("Byrådet"), id("Økonomiudvalget"));
    vec![
        ("forside", format!("{url}/")),
        ("soegning", format!("{url}/soeg?q=skole")),
        ("intet", format!("{url}/soeg?q=xyzzy&udvalg=byraadet")),
        ("moeder", format!("{url}/moeder")),
        ("om", format!("{url}/om")),
        ("udvalg", format!("{url}/udvalg/byraadet")),
        ("moede", format!("{url}/moede/{open}?t=41")),
        ("lukket", format!("{url}/moede/{shut}")),
        ("punkt", format!("{url}/moede/{open}/punkt/2")),
        ("widget", format!("{url}/widget/{open}/2")),
        ("findes-ikke", format!("{url}/findes-ikke")),
    ]
}

fn looked_at(window: Window, name: &str) {
    let Some(axe) = axe() else {
        skip("axe-core is not here (scripts/axe fetches it)");
        return;
    };
    let Some(browser) = Browser::open(window) else { return };
    let server = Served::start(archive(), &[]);
    let mut faults = Vec::new();
    for (kind, url) in kinds(&server.url) {
        browser.go(&url);
        browser.picture(&format!("{name}-{kind}"));
        faults
            .extend(violations(&browser, &axe).into_iter().map(|fault| format!("{kind}: {fault}")));
        let wider = browser.run("return document.documentElement.scrollWidth - window.innerWidth;");
        if wider.as_i64().unwrap() > 0 {
            faults.push(format!("{kind}: {wider} pixels too wide"));
        }
    }
    let complaints = browser.complaints();
    let missing = complaints.iter().filter(|text| !text.contains("findes-ikke"));
    faults.extend(missing.cloned());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_page_has_a_fault_of_accessibility_on_a_light_desktop() {
    looked_at(DESKTOP, "desktop");
}

#[test]
fn no_page_has_a_fault_of_accessibility_in_the_dark() {
    looked_at(Window { dark: true, ..DESKTOP }, "dark");
}

#[test]
fn no_page_has_a_fault_or_scrolls_sideways_on_a_phone() {
    looked_at(PHONE, "phone");
}

#[test]
fn a_citizen_searches_filters_opens_and_hears() {
    let Some(browser) = Browser::open(DESKTOP) else { return };
    let server = Served::start(archive(), &[]);
    browser.go(&format!("{}/", server.url));
    browser.write("#q", "skole");
    browser.write("#q", ENTER);
    browser.wait("return location.pathname === '/soeg' && !!document.querySelector('.hit mark');");
    browser.click("details.more summary");
    browser.run("document.getElementById('udfald').value = 'vedtaget';");
    browser.click("form[role=search] button");
    browser.wait("return location.search.includes('udfald=vedtaget') && document.querySelectorAll('.hit').length === 1;");
    browser.click(".hit a.t");
    browser.wait(
        "return location.pathname.startsWith('/moede/') && !!document.querySelector('.s.nu');",
    );
    browser.wait("return document.getElementById('lyd').readyState > 0;");
    // A click on a line of the transcript moves the sound there.
    browser.run("document.querySelectorAll('details.speech').forEach(d => { d.open = true; });");
    browser.click("#s5");
    browser.wait("return Math.abs(document.getElementById('lyd').currentTime - 99) < 8;");
    browser.wait("return document.getElementById('s5').classList.contains('nu');");
    assert!(browser.url().ends_with("?t=99"), "{}", browser.url());
    browser.wait("return document.getElementById('nu').textContent.includes('Budgetopfølgning');");
    assert!(
        browser
            .run("return document.querySelector('.agenda li.nu').textContent;")
            .to_string()
            .contains("Budget")
    );
    // Captions come with the recording.
    browser.run("const t = document.getElementById('lyd').textTracks[0]; t.mode = 'showing';");
    browser.wait("const t = document.getElementById('lyd').textTracks[0]; return !!t.cues && t.cues.length === 2;");
    let label = browser.run(
        "const t = document.getElementById('lyd').textTracks[0]; return t.kind + ' ' + t.language;",
    );
    assert_eq!(label, "captions da");
    // The link at a time is offered.
    browser.click("#del button");
    browser.wait("return document.getElementById('del-svar').textContent.length > 0;");
    assert!(
        browser.text("#del-svar").contains("0:01:") || browser.text("#del-svar").contains("?t=")
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_keyboard_alone_is_enough() {
    let Some(browser) = Browser::open(DESKTOP) else { return };
    let server = Served::start(archive(), &[]);
    browser.go(&format!("{}/", server.url));
    browser.press(TAB);
    assert_eq!(browser.run("return document.activeElement.className;"), "skip");
    let seen = browser.run("const r = document.activeElement.getBoundingClientRect(); return r.left >= 0 && r.top >= 0;");
    assert_eq!(seen, true, "the skip link is seen when it has the focus");
    browser.press(ENTER);
    browser.wait("return document.activeElement.id === 'indhold';");
    browser.press(TAB);
    assert_eq!(browser.run("return document.activeElement.id;"), "q");
    let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle;");
    assert_eq!(outline, "solid", "the focus is seen");
    browser.press(&format!("lokalplan{ENTER}"));
    browser.wait("return !!document.querySelector('.hit');");
    // On to the first hit's time, and into the meeting.
    for _ in 0..40 {
        if browser.run("return document.activeElement.matches('.hit a.t');") == true {
            break;
        }
        browser.press(TAB);
    }
    browser.press(ENTER);
    browser.wait(
        "return location.pathname.startsWith('/moede/') && !!document.querySelector('.s.nu');",
    );
    // Every fold and every time can be reached: nothing takes the focus out of the order.
    let odd = browser.run("return document.querySelectorAll('[tabindex]:not([tabindex=\"-1\"]):not([tabindex=\"0\"])').length;");
    assert_eq!(odd, 0);
}

#[test]
fn without_javascript_search_times_and_marks_still_work() {
    let Some(browser) = Browser::open(Window { scripts: false, ..DESKTOP }) else { return };
    let server = Served::start(archive(), &[]);
    browser.go(&format!("{}/", server.url));
    browser.write("#q", "cykelstien");
    browser.write("#q", ENTER);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !browser.url().contains("/soeg?q=cykelstien") {
        assert!(std::time::Instant::now() < end, "{}", browser.url());
    }
    browser.click(".hit a.t");
    while !browser.url().contains("?t=99") {
        assert!(std::time::Instant::now() < end, "{}", browser.url());
    }
    assert!(browser.text(".s.nu").contains("cykelstien"));
    browser.click(".agenda li:nth-child(2) a.t");
    while !browser.url().contains("?t=25") {
        assert!(std::time::Instant::now() < end, "{}", browser.url());
    }
    assert!(browser.text(".s.nu").contains("Havneby"));
}

#[test]
fn a_strange_site_shows_an_item_with_one_line() {
    let Some(browser) = Browser::open(DESKTOP) else { return };
    let server = Served::start(archive(), &[]);
    let dir = tempfile::tempdir().unwrap();
    let page = format!(
        "<!DOCTYPE html><html lang=da><title>Kommunens side</title><h1>Dagsorden</h1>\
         <script src=\"{}/widget.js\" data-moede=\"{}\" data-punkt=\"2\" async></script>",
        server.url,
        id("Byrådet")
    );
    std::fs::write(dir.path().join("index.html"), page).unwrap();
    let host = statics::hand_out(dir.path());
    browser.go(&format!("{host}/index.html"));
    browser.wait("const f = document.querySelector('iframe'); return !!f && parseInt(f.style.height) > 100 && f.style.height !== '32rem';");
    browser.picture("widget-paa-anden-side");
    assert!(
        browser
            .run("return document.querySelector('iframe').title;")
            .to_string()
            .contains("Punkt 2")
    );
    // Its pages can't be framed elsewhere.
    let page = server.get(&format!("/moede/{}", id("Byrådet")));
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[test]
fn the_static_site_searches_in_the_browser() {
    let Some(browser) = Browser::open(DESKTOP) else { return };
    let url = statics::hand_out(statics::site());
    browser.go(&format!("{url}/index.html"));
    browser.write("#q", "lokalplan");
    browser.write("#q", ENTER);
    browser.wait("return !!document.querySelector('.hit mark');");
    browser.picture("statisk-soegning");
    assert!(browser.text(".hit").contains("lokalplanforslaget"), "a compound by its part");
    browser.click(".hit a.t");
    browser.wait("return location.search === '?t=25' && !!document.querySelector('.s.nu');");
    browser.wait("return document.getElementById('lyd').readyState > 0;");
    for (query, found) in [
        ("ÆLDRE", "Ældreområdet"),
        ("svømmehallen", "svømmehal"),
        ("26/1042", "Ny skole i Havneby"),
    ] {
        browser.go(&format!("{url}/soeg/index.html"));
        browser.write("#q", query);
        browser.click("form[role=search] button");
        browser.wait("return !!document.querySelector('.hit');");
        assert!(browser.text("#fundet").contains(found), "{query}: {}", browser.text("#fundet"));
    }
    browser.go(&format!("{url}/soeg/index.html?q=skole&udvalg=oekonomiudvalget"));
    browser.wait("return document.getElementById('resultater').textContent === 'Intet fundet';");
    // A stranger's title is text, and a query is text.
    browser.go(&format!("{url}/soeg/index.html?q=brandstationen"));
    browser.wait("return !!document.querySelector('.hit');");
    assert_eq!(
        browser.run("return document.querySelectorAll('#fundet script, #fundet img').length;"),
        0
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
    if let Some(axe) = axe() {
        assert_eq!(violations(&browser, &axe), Vec::<String>::new());
    }
}
