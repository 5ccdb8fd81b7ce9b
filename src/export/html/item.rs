//! One item on the page.

use super::speech::Speech;
use crate::export::prose;
use crate::export::public::PublicItem;
use crate::export::text::{html, lines, plain};
use crate::meeting::{Decision, Evidence, ItemMinutes, ItemState, Vote, clock};

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

/// The item with everything that may be shown of it.
pub(super) fn section(
    item: &PublicItem<'_>,
    index: usize,
    speech: &Speech<'_>,
    times: Times,
) -> String {
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
    out.push_str(&case_line(item, times));
    if let Some(text) = item.agenda.and_then(|agenda| agenda.fields.get("indstilling")) {
        out.push_str("<details class=\"proposal\"><summary><h3>Indstilling</h3></summary>\n");
        for line in lines(&text.text) {
            out.push_str(&format!("<p>{}</p>\n", html(&line)));
        }
        out.push_str("</details>\n");
    }
    match item.minutes.as_ref().and_then(|minutes| minutes.decision.as_ref()) {
        Some(decision) => out.push_str(&decided(decision, times)),
        None => out.push_str(&format!(
            "<div class=\"decision none\"><h3>Beslutning</h3><p>{}</p></div>\n",
            html(prose::no_decision(item))
        )),
    }
    if let Some(minutes) = &item.minutes {
        out.push_str(&rest(minutes, times));
    }
    out.push_str(&speech.of_item(item.number));
    out.push_str("</section>\n");
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
fn value(text: &str, evidence: &Evidence, times: Times) -> String {
    let text = html(text);
    let link = times.link(evidence.start);
    if evidence.confidence < prose::SURE {
        format!("<span class=\"doubt\">{text}</span>{UNSURE} {link}")
    } else {
        format!("{text} {link}")
    }
}

fn decided(decision: &Decision, times: Times) -> String {
    let mut out = format!(
        "<div class=\"decision\"><h3>Beslutning</h3>\n<p>{}</p>\n",
        value(&prose::decision(decision), &decision.evidence, times)
    );
    let points: Vec<String> = decision
        .points
        .iter()
        .map(|point| value(&prose::point(point), &point.evidence, times))
        .collect();
    out.push_str(&list(&points));
    out.push_str("</div>\n");
    out
}

/// Amendments, votes, dissents, actions, and the debate apart from them.
fn rest(minutes: &ItemMinutes, times: Times) -> String {
    let mut out = String::new();
    let mut part = |heading: &str, points: Vec<String>| {
        if !points.is_empty() {
            out.push_str(&format!(
                "<div class=\"part\"><h3>{heading}</h3>\n{}</div>\n",
                list(&points)
            ));
        }
    };
    let amendments = minutes.amendments.iter();
    part(
        "Ændringsforslag",
        amendments.map(|a| value(&prose::amendment(a), &a.evidence, times)).collect(),
    );
    if !minutes.votes.is_empty() {
        out.push_str("<div class=\"part\"><h3>Afstemning</h3>\n");
        for vote in &minutes.votes {
            out.push_str(&voted(vote, times));
        }
        out.push_str("</div>\n");
    }
    let mut part = |heading: &str, points: Vec<String>| {
        if !points.is_empty() {
            out.push_str(&format!(
                "<div class=\"part\"><h3>{heading}</h3>\n{}</div>\n",
                list(&points)
            ));
        }
    };
    let dissents = minutes.dissents.iter();
    part("Protokollat", dissents.map(|d| value(&prose::dissent(d), &d.evidence, times)).collect());
    let actions = minutes.actions.iter();
    part("Opgaver", actions.map(|a| value(&prose::action(a), &a.evidence, times)).collect());
    if !minutes.summary.is_empty() {
        out.push_str(&format!(
            "<details class=\"debate\"><summary><h3>{}</h3></summary>\n",
            html(prose::DEBATE)
        ));
        for statement in &minutes.summary {
            let text = value(&plain(&statement.text), &statement.evidence, times);
            out.push_str(&format!("<p>{text}</p>\n"));
        }
        out.push_str("</details>\n");
    }
    out
}

fn list(points: &[String]) -> String {
    if points.is_empty() {
        return String::new();
    }
    let points: Vec<String> = points.iter().map(|point| format!("<li>{point}</li>\n")).collect();
    format!("<ul>\n{}</ul>\n", points.concat())
}

fn voted(vote: &Vote, times: Times) -> String {
    let mut out = format!(
        "<table class=\"vote\"><caption>{}</caption>\n<thead><tr><td></td><th scope=\"col\">\
         Stemmer</th><th scope=\"col\">Partier og navne</th></tr></thead>\n<tbody>\n",
        value(&prose::vote(vote), &vote.evidence, times)
    );
    for (side, ballot) in prose::sides(vote) {
        out.push_str(&format!(
            "<tr><th scope=\"row\">{side}</th><td>{}</td><td>{}</td></tr>\n",
            prose::count(ballot),
            html(&prose::voters(ballot))
        ));
    }
    out.push_str("</tbody></table>\n");
    out
}
