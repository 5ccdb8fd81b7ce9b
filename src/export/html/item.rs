//! One item on the page.

use super::speech::Speech;
use crate::export::document::{Ballots, Block, Value, blocks};
use crate::export::public::{PublicItem, PublicMeeting};
use crate::export::template::{Part, PartKind, Template};
use crate::export::text::{html, plain};
use crate::export::{Notation, prose};
use crate::meeting::{ItemState, clock};

/// Writes times as links that play.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times;

impl Times {
    /// `<a href="#t=754">0:12:34</a>`, named for those who hear the page.
    pub(super) fn link(self, seconds: f64) -> String {
        let whole = seconds.max(0.0) as u64;
        format!(
            "<a class=\"t\" href=\"#t={whole}\" data-t=\"{:.3}\"><span class=\"sr\">Afspil fra \
             </span>{}</a>",
            seconds.clamp(0.0, 3_600_000.0),
            clock(seconds)
        )
    }
}

/// Address of an item on the page. Numbers are foreign text, so the place in the list counts.
fn anchor(index: usize) -> String {
    format!("punkt-{}", index + 1)
}

/// The item's line in the agenda beside the text.
pub(super) fn agenda_line(item: &PublicItem<'_>, index: usize, times: Times) -> String {
    let state = match item.closed {
        true => Some(prose::CLOSED),
        false => item.state.and_then(prose::state),
    };
    let tag = state.map(|state| format!(" <span class=\"tag\">{state}</span>"));
    let mut out = format!(
        "<li><a class=\"to\" href=\"#{}\"><span class=\"no\"><span class=\"sr\">Punkt </span>{}</span> \
         <span>{}{}</span></a>",
        anchor(index),
        html(&plain(item.number)),
        html(&plain(item.title)),
        tag.unwrap_or_default(),
    );
    if let Some(start) = item.start().filter(|_| item.state != Some(ItemState::NotFound)) {
        out.push_str(&times.link(start));
    }
    out.push_str("</li>\n");
    out
}

/// An item and what is needed to tell of it.
pub(super) struct Told<'a> {
    pub(super) item: &'a PublicItem<'a>,
    pub(super) index: usize,
    pub(super) public: &'a PublicMeeting<'a>,
    pub(super) template: &'a Template,
}

/// The item with everything that may be shown of it: the template's parts, the debate folded
/// away, then what was said.
pub(super) fn section(told: Told<'_>, speech: &Speech<'_>, times: Times) -> String {
    let Told { item, index, public, template } = told;
    let id = anchor(index);
    let mut out = format!(
        "<section class=\"item{}\" id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">\
         <span class=\"no\"><span class=\"sr\">Punkt </span>{}</span> {}</h2>\n",
        if item.closed { " shut" } else { "" },
        html(&plain(item.number)),
        html(&plain(item.title)),
    );
    if item.closed {
        out.push_str(&format!("<p class=\"closed\">{}</p>\n</section>\n", prose::CLOSED));
        return out;
    }
    for part in &template.parts {
        out.push_str(&shown(part, item, public, times));
    }
    if !template.has(PartKind::Debate) {
        let debate = Part {
            kind: PartKind::Debate,
            heading: Some(format!("{} (ikke en del af referatet)", template.debate.title)),
            field: None,
            notation: Notation::default(),
        };
        out.push_str(&shown(&debate, item, public, times));
    }
    out.push_str(&speech.of_item(item.number));
    out.push_str("</section>\n");
    out
}

/// One part of the template on the page. Long texts are folded away.
fn shown(part: &Part, item: &PublicItem<'_>, public: &PublicMeeting<'_>, times: Times) -> String {
    if part.kind == PartKind::Case {
        return case_line(item, times);
    }
    let blocks = blocks(part, item, public);
    if blocks.is_empty() {
        return String::new();
    }
    let missing = blocks.iter().any(|block| matches!(block, Block::Missing(_)));
    let (open, close) = match part.kind {
        PartKind::Field | PartKind::Earlier => {
            ("<details class=\"proposal\"><summary>", "</details>\n")
        }
        PartKind::Debate => ("<details class=\"debate\"><summary>", "</details>\n"),
        PartKind::Decision if missing => ("<div class=\"decision none\">", "</div>\n"),
        PartKind::Decision => ("<div class=\"decision\">", "</div>\n"),
        _ => ("<div class=\"part\">", "</div>\n"),
    };
    let mut out = String::from(open);
    let folded = open.ends_with("<summary>");
    let headless = !matches!(blocks.first(), Some(Block::Heading(_)));
    if folded && headless {
        out.push_str("Tekst</summary>\n");
    }
    for block in &blocks {
        match block {
            Block::Heading(text) => {
                let end = if folded { "</summary>" } else { "" };
                out.push_str(&format!("<h3>{}</h3>{end}\n", html(text)));
            }
            Block::Case { .. } => {}
            Block::Text(paragraphs) => {
                paragraphs
                    .iter()
                    .for_each(|text| out.push_str(&format!("<p>{}</p>\n", html(text))));
            }
            Block::Note(text) => {
                out.push_str(&format!("<p class=\"note\">{}</p>\n", html(text)));
            }
            Block::Missing(text) => out.push_str(&format!("<p>{}</p>\n", html(text))),
            Block::Decision(told) | Block::Paragraph(told) => {
                out.push_str(&format!("<p>{}</p>\n", value(told, times)));
            }
            Block::Points(points) => out.push_str(&list(points, times)),
            Block::Vote(ballots) => out.push_str(&voted(ballots, times)),
        }
    }
    out.push_str(close);
    out
}

fn case_line(item: &PublicItem<'_>, times: Times) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(item.case.map(|case| format!("Sagsnr. {}", html(&plain(case)))));
    if let Some(state) = item.state.and_then(prose::state) {
        parts.push(format!("<span class=\"tag\">{state}</span>"));
    }
    parts.extend(prose::joint(item.joint).map(|text| html(&text)));
    if item.state != Some(ItemState::NotFound) {
        for (index, span) in item.spans.iter().enumerate() {
            let unsure = index == 0 && item.confidence.is_some_and(|sure| sure < prose::SURE);
            parts.push(format!(
                "{} {}{}",
                if index == 0 { "Behandlet fra" } else { "genoptaget" },
                times.link(span.start),
                if unsure { UNSURE } else { "" }
            ));
        }
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("<p class=\"case\">{}</p>\n", parts.join(" · ")),
    }
}

const UNSURE: &str = " <span class=\"unsure\">usikkert</span>";

/// A value with its mark and its place in the recording.
fn value(value: &Value, times: Times) -> String {
    let mut text = html(&value.text);
    if value.is_unsure() {
        text = format!("<span class=\"doubt\">{text}</span>");
    }
    if let Some(mark) = value.mark() {
        let mark = mark.trim_matches(['[', ']']);
        text.push_str(&format!(" <span class=\"unsure\">{mark}</span>"));
    }
    format!("{text} {}", times.link(value.evidence.start))
}

fn list(points: &[Value], times: Times) -> String {
    let points: Vec<String> =
        points.iter().map(|point| format!("<li>{}</li>\n", value(point, times))).collect();
    format!("<ul>\n{}</ul>\n", points.concat())
}

fn voted(ballots: &Ballots, times: Times) -> String {
    let mut out = format!(
        "<table class=\"vote\"><caption>{}</caption>\n<thead><tr><td></td><th scope=\"col\">\
         Stemmer</th><th scope=\"col\">Partier og navne</th></tr></thead>\n<tbody>\n",
        value(&ballots.question, times)
    );
    for [side, count, voters] in &ballots.rows {
        out.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
            html(side),
            html(count),
            html(voters)
        ));
    }
    out.push_str("</tbody></table>\n");
    out
}
