//! `referat.html`: the draft, the debate and the transcript on one page that plays the recording.
//!
//! Self-contained: styles and script stand in the page, a Content-Security-Policy allows nothing
//! else, and only the recording itself is loaded from beside it. All text is there without
//! JavaScript; `#t=3723` then leads to the place in the transcript instead of the sound.

mod item;
mod speech;

use super::captions::{Cue, compose};
use super::text::{html, plain, relative_address};
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::Outcome;
use item::Times;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Endings of recordings that have no picture.
const SOUND_ONLY: [&str; 11] =
    ["mp3", "wav", "flac", "ogg", "oga", "opus", "m4a", "aac", "wma", "alac", "mka"];

/// Writes `referat.html`.
pub(super) struct Html;

impl Exporter for Html {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let speech = speech::Speech::new(&public);
        let times = Times;
        let mut page = String::with_capacity(64 * 1024);
        page.push_str(&head(&public));
        page.push_str("<body>\n<a class=\"skip\" href=\"#indhold\">Gå til indholdet</a>\n");
        page.push_str(&masthead(&public, material.template.state(public.record.state)));
        page.push_str("<div class=\"page\">\n");
        page.push_str(&aside(&public));
        page.push_str("<main id=\"indhold\" tabindex=\"-1\">\n");
        page.push_str(&about(&public));
        for (index, item) in public.items.iter().enumerate() {
            let told = item::Told { item, index, public: &public, template: material.template };
            page.push_str(&item::section(told, &speech, times));
        }
        page.push_str(&speech.outside());
        page.push_str("</main>\n</div>\n");
        page.push_str(&foot(&public));
        page.push_str(&captions(&compose(&public))?);
        page.push_str(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
        Ok(Outcome::new(page.into_bytes(), public.warnings))
    }
}

fn head(public: &PublicMeeting<'_>) -> String {
    let title = match public.date() {
        Some(date) => format!("{}, {}", plain(public.title()), prose::date(date)),
        None => plain(public.title()),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"da\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src '{}'; script-src '{}'; media-src 'self' file: blob:; base-uri 'none'; \
         form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"Referent {}\">\n\
         <meta name=\"robots\" content=\"{}\">\n\
         <title>{} – referat</title>\n<style>{STYLE}</style>\n</head>\n",
        digest(STYLE),
        digest(SCRIPT),
        html(&plain(&public.record.provenance.version)),
        if prose::is_final(public.record.state) { "index" } else { "noindex" },
        html(&title),
    )
}

/// `sha256-…` as a Content-Security-Policy names an inline block (CSP Level 3 § 2.3.1).
fn digest(block: &str) -> String {
    use sha2::Digest;
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::from("sha256-");
    for three in sha2::Sha256::digest(block.as_bytes()).chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place) & 63) as usize;
            encoded.push(match ALPHABET.get(index) {
                Some(&letter) if place <= three.len() => char::from(letter),
                _ => '=',
            });
        }
    }
    encoded
}

fn masthead(public: &PublicMeeting<'_>, state: &str) -> String {
    let place: Vec<String> = [public.municipality(), public.committee()]
        .into_iter()
        .flatten()
        .map(|name| html(&plain(name)))
        .collect();
    let mut out = String::from("<header class=\"masthead\">\n<div>\n");
    if !place.is_empty() {
        out.push_str(&format!("<p class=\"place\">{}</p>\n", place.join(" · ")));
    }
    out.push_str(&format!("<h1>{}</h1>\n", html(&plain(public.title()))));
    let mut line: Vec<String> = Vec::new();
    if let Some(date) = public.date() {
        line.push(prose::capital(&prose::date(date)));
    }
    if let Some(time) = public.agenda.and_then(|agenda| agenda.time.as_deref()) {
        line.push(format!("kl. {}", plain(time)));
    }
    if let Some(place) = public.agenda.and_then(|agenda| agenda.place.as_deref()) {
        line.push(plain(place));
    }
    let line: Vec<String> = line.iter().map(|part| html(part)).collect();
    out.push_str(&format!(
        "<p class=\"when\">{}</p>\n</div>\n<p class=\"status\">{}</p>\n</header>\n",
        line.join(" · "),
        html(&plain(state))
    ));
    out
}

/// Player and agenda, beside the text on a wide screen and above it on a narrow one.
fn aside(public: &PublicMeeting<'_>) -> String {
    let name = plain(&public.record.recording.name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let element = if SOUND_ONLY.contains(&ending.as_str()) { "audio" } else { "video" };
    let mut out = format!(
        "<aside>\n<section class=\"player\" aria-labelledby=\"optagelse\">\n\
         <h2 id=\"optagelse\" class=\"sr\">Optagelsen</h2>\n\
         <{element} id=\"lyd\" controls preload=\"metadata\" src=\"{}\">\
         <track kind=\"captions\" src=\"captions.vtt\" srclang=\"da\" label=\"Dansk\"></{element}>\n\
         <p id=\"nu\" class=\"now\" hidden></p>\n\
         <div id=\"hent\" class=\"pick\" hidden>\n<p>Optagelsen <b>{}</b> ligger ikke sammen med \
         siden. Vælg den på din computer, så virker tidskoderne. Den sendes ingen steder.</p>\n\
         <label class=\"button\" for=\"fil\">Vælg optagelsen</label>\n\
         <input id=\"fil\" type=\"file\" accept=\"video/*,audio/*\">\n</div>\n\
         <p id=\"valg\" class=\"follow\" hidden><label><input id=\"foelg\" type=\"checkbox\"> \
         Følg med i teksten, mens der afspilles</label></p>\n\
         <noscript><p class=\"hint\">Uden JavaScript fører tidskoderne til stedet i \
         teksten.</p></noscript>\n</section>\n",
        html(&relative_address(&name)),
        html(&name),
    );
    if !public.items.is_empty() {
        out.push_str("<nav aria-labelledby=\"dagsorden\">\n<h2 id=\"dagsorden\">Dagsorden</h2>\n<ul class=\"agenda\">\n");
        for (index, item) in public.items.iter().enumerate() {
            out.push_str(&item::agenda_line(item, index, Times));
        }
        out.push_str("</ul>\n</nav>\n");
    }
    out.push_str("</aside>\n");
    out
}

/// How the draft came about, and who was there.
fn about(public: &PublicMeeting<'_>) -> String {
    let mut out = String::from(
        "<section class=\"about\" aria-labelledby=\"om\">\n<h2 id=\"om\">Om mødet</h2>\n",
    );
    let mut facts = public.attendance();
    if let Some(seconds) = public.record.recording.duration {
        facts.push(("Varighed", prose::length(seconds)));
    }
    facts.extend(prose::approvals(public.record).map(|steps| ("Godkendelse", steps)));
    if !facts.is_empty() {
        out.push_str("<dl class=\"facts\">\n");
        for (name, value) in facts {
            out.push_str(&format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", html(&value)));
        }
        out.push_str("</dl>\n");
    }
    out.push_str(&format!(
        "<p class=\"note\">{} {}</p>\n",
        html(&prose::made_with(public.record)),
        html(&prose::legend(public.minutes.is_some())),
    ));
    out.push_str(
        "<p class=\"note\">I udskriften er ord, som talegenkendelsen var i tvivl om, markeret \
         <mark class=\"u\">sådan</mark>.</p>\n</section>\n",
    );
    out
}

fn foot(public: &PublicMeeting<'_>) -> String {
    format!(
        "<footer>\n<p>{}</p>\n<p>Optagelsens fingeraftryk (SHA-256): <code>{}</code></p>\n</footer>\n",
        html(&prose::footer(public.record)),
        html(&plain(&public.record.recording.sha256)),
    )
}

/// The captions as data: a page opened from a file may not load `captions.vtt` from beside it, and
/// the script makes the track out of these instead.
fn captions(cues: &[Cue]) -> Result<String, ExportError> {
    let cues: Vec<(u64, u64, String)> =
        cues.iter().map(|cue| (cue.start, cue.end, cue.lines.join("\n"))).collect();
    let json = serde_json::to_string(&cues)?.replace('<', "\\u003c");
    Ok(format!("<script type=\"application/json\" id=\"undertekster\">{json}</script>\n"))
}
