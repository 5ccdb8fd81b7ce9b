//! The pages as they come over the line, without a browser.

use super::meetings::{SECRET, archive, id};
use super::served::Served;

fn served() -> Served {
    Served::start(archive(), &["--base-url", "https://referat.fjordby.example"])
}

#[test]
fn the_front_page_has_search_latest_meetings_and_committees() {
    let page = served().get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = page.text();
    for part in [
        "<html lang=\"da\">",
        "Gå til indholdet",
        "Fjordby Kommune",
        "Ordinært møde i Byrådet",
        "onsdag den 25. marts 2026",
        "UDKAST",
        "/udvalg/oekonomiudvalget",
        "type=\"search\"",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert_eq!(text.matches("<h1").count(), 1);
    // The approved meeting is no draft: two of three are.
    assert_eq!(text.matches("class=\"draft\"").count(), 2);
}

#[test]
fn a_search_leads_to_the_second_and_keeps_its_filters() {
    let server = served();
    let text = server.get("/soeg?q=lokalplan").text();
    let link = format!("/moede/{}?t=25#s2", id("Byrådet"));
    assert!(text.contains(&link), "{link} is missing in {text}");
    assert!(text.contains("<mark>"), "{text}");
    assert!(text.contains("Karen Holm"));
    let other = server.get("/soeg?q=skole&udvalg=oekonomiudvalget").text();
    assert!(!other.contains("Havneby"), "{other}");
    assert!(other.contains("Intet fundet"));
    assert!(other.contains("<option value=\"oekonomiudvalget\" selected>"));
    let outcome = server.get("/soeg?q=skole&udfald=vedtaget").text();
    assert!(outcome.contains("Havneby"));
    let early = server.get("/soeg?q=skole&til=2025-12-31").text();
    assert!(early.contains("Intet fundet"));
}

#[test]
fn a_meetings_page_has_chapters_decisions_votes_and_marked_text() {
    let server = served();
    let id = id("Byrådet");
    let text = server.get(&format!("/moede/{id}?t=41")).text();
    for part in [
        "<video id=\"lyd\"",
        &format!("src=\"/moede/{id}/optagelse#t=41\""),
        "<track kind=\"captions\"",
        "Byrådet vedtog at bygge en ny skole.",
        "<th scope=\"row\">Imod</th><td>4</td><td>Ø</td>",
        "ikke oplyst",
        "<mark class=\"u\">hundrede</mark>",
        "kunstig intelligens",
        "https://schema.org",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    // Without JavaScript the server shows the line that is heard at t.
    let now = text.split("aria-current=\"true\"").nth(1).unwrap();
    assert!(now.contains("koster"), "{now}");
    assert_eq!(text.matches("<details class=\"speech\" open>").count(), 1);
    let plain = server.get(&format!("/moede/{id}")).text();
    assert!(!plain.contains("aria-current=\"true\"") && !plain.contains("#t=41\""));
}

#[test]
fn clips_are_told_to_search_engines_as_sound_json() {
    let text = served().get(&format!("/moede/{}", id("Byrådet"))).text();
    let block = text.split("<script type=\"application/ld+json\">").nth(1).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(block.split("</script>").next().unwrap()).unwrap();
    assert_eq!(json["@type"], "VideoObject");
    assert_eq!(json["hasPart"][1]["startOffset"], 25);
    let link = json["hasPart"][1]["url"].as_str().unwrap();
    assert!(link.starts_with("https://referat.fjordby.example/moede/") && link.ends_with("?t=25"));
}

#[test]
fn an_item_has_a_page_of_its_own_and_a_line_for_other_sites() {
    let server = served();
    let id = id("Byrådet");
    let text = server.get(&format!("/moede/{id}/punkt/2")).text();
    assert!(text.contains("Direktionen indstiller,"), "{text}");
    assert!(text.contains("Sagsnr. 26/1042"));
    let line = "&lt;script src=&quot;https://referat.fjordby.example/widget.js&quot;";
    assert!(text.contains(line), "{text}");
    assert!(!text.contains("Ældreområdet"), "another item's speech");
    let widget = server.get(&format!("/widget/{id}/2"));
    assert!(widget.header("content-security-policy").contains("frame-ancestors *"));
    assert_eq!(widget.header("x-frame-options"), "");
    let page = server.get(&format!("/moede/{id}/punkt/2"));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(server.get(&format!("/moede/{id}/punkt/99")).status, 404);
}

#[test]
fn a_recording_is_served_in_ranges() {
    let server = served();
    let path = format!("/moede/{}/optagelse", id("Byrådet"));
    let whole = server.get(&path);
    let file =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/byraad/moede.mp4")).unwrap();
    assert_eq!((whole.status, whole.header("content-type")), (200, "video/mp4"));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.body == file, "another file");
    let part = server.ask(&path, &[("Range", "bytes=1000-1999")]);
    assert_eq!(part.status, 206);
    assert_eq!(part.header("content-range"), format!("bytes 1000-1999/{}", file.len()));
    assert!(part.body == file[1000..2000]);
    let tail = server.ask(&path, &[("Range", "bytes=-10")]);
    assert!(tail.body == file[file.len() - 10..]);
    assert_eq!(server.ask(&path, &[("Range", "bytes=99999999-")]).status, 416);
    let again = [("If-Modified-Since", whole.header("last-modified"))];
    assert_eq!(server.ask(&path, &again).status, 304);
    let head = server.head(&path);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), file.len().to_string());
}

#[test]
fn nothing_of_a_closed_part_is_served() {
    let server = served();
    let id = id("Økonomiudvalget");
    assert_eq!(server.get(&format!("/moede/{id}/optagelse")).status, 404);
    let page = server.get(&format!("/moede/{id}")).text();
    assert!(page.contains("Optagelsen vises ikke, fordi en del af mødet var lukket"), "{page}");
    assert!(page.contains("svømmehal") && page.contains("Lukket: Personsag"));
    for path in [
        format!("/moede/{id}"),
        format!("/moede/{id}?t=125"),
        format!("/moede/{id}/punkt/2"),
        format!("/widget/{id}/2"),
        format!("/api/v1/meetings/{id}"),
        format!("/api/v1/meetings/{id}/segments"),
        format!("/api/v1/search?q={SECRET}"),
    ] {
        let text = server.get(&path).text();
        let echo = text.matches(SECRET).count();
        let allowed = usize::from(path.contains("q="));
        assert!(echo <= allowed, "{path}: {text}");
    }
    let found = server.get(&format!("/api/v1/search?q={SECRET}")).json();
    assert_eq!(found["total"], 0);
}

#[test]
fn a_public_copy_stands_in_for_a_recording_with_a_closed_part() {
    let dir = tempfile::tempdir().unwrap();
    let data = super::meetings::make(dir.path());
    std::fs::write(dir.path().join("oeu/public.mp4"), b"a public copy").unwrap();
    let server = Served::start(&data, &[]);
    let answer = server.get(&format!("/moede/{}/optagelse", id("Økonomiudvalget")));
    assert_eq!((answer.status, answer.text().as_str()), (200, "a public copy"));
}

#[test]
fn feeds_sitemap_and_robots_name_the_sites_address() {
    let server = served();
    let feed = server.get("/feed.atom");
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    let text = feed.text();
    assert!(text.contains("<id>https://referat.fjordby.example/feed.atom</id>"), "{text}");
    assert!(text.contains("<updated>2026-04-10T00:00:00Z</updated>"));
    assert!(text.contains("&lt;script&gt;"), "titles are escaped: {text}");
    let search = server.get("/soeg.atom?q=skole").text();
    assert!(search.contains("Punkt 2: Ny skole i Havneby"), "{search}");
    assert!(!search.contains("Regnskab"));
    let map = server.get("/sitemap.xml").text();
    assert!(map.contains("<loc>https://referat.fjordby.example/udvalg/byraadet</loc>"), "{map}");
    assert!(server.get("/robots.txt").text().contains("Disallow: /soeg\n"));
}

#[test]
fn a_site_below_a_path_keeps_its_links_there() {
    let server = Served::start(archive(), &["--base-url", "https://fjordby.example/arkiv/"]);
    let text = server.get("/").text();
    assert!(text.contains("href=\"/arkiv/aktiver/side.css\""), "{text}");
    assert!(text.contains("rel=\"canonical\" href=\"https://fjordby.example/arkiv/\""), "{text}");
    assert!(!text.contains("href=\"/moede"), "{text}");
}

#[test]
fn what_is_not_there_gets_a_danish_page() {
    let server = served();
    for path in ["/findes-ikke", "/moede/findes-ikke", "/udvalg/findes-ikke", "/aktiver/x.js"] {
        let page = server.get(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text().contains("Siden findes ikke"), "{path}");
    }
    let post = server.post("/soeg");
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"));
    assert!(post.text().contains("Det kan siden ikke"));
    let head = server.head("/");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(server.get("/moeder?side=0").status, 400);
    assert_eq!(server.get("/soeg?q=skole&fra=i-gaar").status, 400);
}

#[test]
fn every_page_keeps_to_the_policy() {
    let server = served();
    let id = id("Byrådet");
    let paths =
        ["/".to_owned(), format!("/moede/{id}"), "/soeg?q=skole".to_owned(), "/nix".to_owned()];
    for path in paths {
        let page = server.get(&path);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("set-cookie"), "");
        let text = page.text();
        for inline in ["style=\"", "onclick", "<style", "javascript:"] {
            assert!(!text.contains(inline), "{path} has {inline}");
        }
    }
}
