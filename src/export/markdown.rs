//! `referat.md`: the draft as Markdown, for pasting into wikis and case systems.

use super::public::PublicItem;
use super::text::{lines, plain};
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::{Evidence, ItemMinutes, Outcome, clock};

/// Writes `referat.md`.
pub(super) struct Markdown;

impl Exporter for Markdown {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = format!("# Beslutningsprotokol: {}\n\n", text(public.title()));
        out.push_str(&format!("**{}**\n\n", prose::approval(public.record.state)));
        out.push_str(&format!("> {}\n>\n", text(&prose::made_with(public.record))));
        out.push_str(&format!("> {}\n\n", text(&prose::legend(public.minutes.is_some()))));
        let mut facts: Vec<(&str, String)> = Vec::new();
        facts.extend(public.municipality().map(|name| ("Kommune", plain(name))));
        facts.extend(public.committee().map(|name| ("Udvalg", plain(name))));
        facts.extend(public.date().map(|date| ("Dato", prose::date(date))));
        facts.extend(public.attendance());
        for (name, value) in facts {
            out.push_str(&format!("- **{name}:** {}\n", text(&value)));
        }
        for item in &public.items {
            protocol(item, &mut out);
        }
        debate(&public.items, &mut out);
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

/// Text in which nothing is read as Markdown or HTML (CommonMark § 2.4, backslash escapes).
fn text(source: &str) -> String {
    let mut escaped = String::new();
    for (index, c) in plain(source).chars().enumerate() {
        let opens_block = index == 0 && matches!(c, '-' | '+' | '=');
        if opens_block || "\\`*_[]<>#|&!~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A value with its mark and its place in the recording.
fn value(source: &str, evidence: &Evidence) -> String {
    let unsure = if evidence.confidence < prose::SURE { " **\\[usikkert\\]**" } else { "" };
    format!("{}{unsure} {}", text(source), time(evidence.start))
}

fn time(seconds: f64) -> String {
    format!("([{}](referat.html#t={}))", clock(seconds), seconds.max(0.0) as u64)
}

fn heading(item: &PublicItem<'_>) -> String {
    format!("\n## Punkt {}: {}\n\n", text(item.number), text(item.title))
}

fn protocol(item: &PublicItem<'_>, out: &mut String) {
    out.push_str(&heading(item));
    if item.closed {
        out.push_str(&format!("{}\n", prose::CLOSED));
        return;
    }
    let mut parts: Vec<String> = Vec::new();
    parts.extend(item.case.map(|case| format!("Sagsnr. {}", text(case))));
    parts.extend(item.state.and_then(prose::state).map(str::to_owned));
    parts.extend(prose::joint(item.joint).map(|joint| text(&joint)));
    parts.extend(item.start().map(|start| format!("Behandlet fra {}", time(start))));
    if !parts.is_empty() {
        out.push_str(&format!("{}\n\n", parts.join(" · ")));
    }
    if let Some(field) = item.agenda.and_then(|agenda| agenda.fields.get("indstilling")) {
        out.push_str("### Indstilling\n\n");
        for line in lines(&field.text) {
            out.push_str(&format!("{}\n\n", text(&line)));
        }
    }
    out.push_str("### Beslutning\n\n");
    match item.minutes.as_ref().and_then(|minutes| minutes.decision.as_ref()) {
        Some(decision) => {
            out.push_str(&format!("{}\n", value(&prose::decision(decision), &decision.evidence)));
            for (index, point) in decision.points.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { "" });
                out.push_str(&format!("- {}\n", value(&prose::point(point), &point.evidence)));
            }
        }
        None => out.push_str(&format!("{}\n", prose::no_decision(item))),
    }
    if let Some(minutes) = &item.minutes {
        rest(minutes, out);
    }
}

fn rest(minutes: &ItemMinutes, out: &mut String) {
    let mut part = |heading: &str, points: Vec<String>| {
        if !points.is_empty() {
            out.push_str(&format!("\n### {heading}\n\n"));
            for point in points {
                out.push_str(&format!("- {point}\n"));
            }
        }
    };
    let amendments = minutes.amendments.iter();
    part("Ændringsforslag", amendments.map(|a| value(&prose::amendment(a), &a.evidence)).collect());
    let votes = minutes.votes.iter().map(|vote| {
        let mut told = value(&prose::vote(vote), &vote.evidence);
        for (side, ballot) in prose::sides(vote) {
            told.push_str(&format!("\n  - {side}: {}", prose::count(ballot)));
            let voters = prose::voters(ballot);
            if !voters.is_empty() {
                told.push_str(&format!(" ({})", text(&voters)));
            }
        }
        told
    });
    part("Afstemning", votes.collect());
    let dissents = minutes.dissents.iter();
    part("Protokollat", dissents.map(|d| value(&prose::dissent(d), &d.evidence)).collect());
    let actions = minutes.actions.iter();
    part("Opgaver", actions.map(|a| value(&prose::action(a), &a.evidence)).collect());
}

fn debate(items: &[PublicItem<'_>], out: &mut String) {
    let mut begun = false;
    for item in items {
        let summary = item.minutes.as_ref().map(|minutes| minutes.summary.as_slice());
        let Some(summary) = summary.filter(|summary| !summary.is_empty()) else { continue };
        if !std::mem::replace(&mut begun, true) {
            out.push_str(&format!("\n---\n\n# {}\n\n{}\n", prose::DEBATE, prose::DEBATE_NOTE));
        }
        out.push_str(&heading(item));
        for statement in summary {
            out.push_str(&format!("{}\n\n", value(&statement.text, &statement.evidence)));
        }
    }
}
