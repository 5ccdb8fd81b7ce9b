//! `referat.md`: the draft as Markdown, for pasting into wikis and case systems.

use super::document::{self, Ballots, Block, Document, Value};
use super::text::plain;
use super::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::{Outcome, clock};

/// Writes `referat.md`.
pub(super) struct Markdown;

impl Exporter for Markdown {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = String::new();
        write(&document::protocol(&public, material.template), &mut out);
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

fn write(document: &Document, out: &mut String) {
    out.push_str(&format!("# {}: {}\n\n", text(&document.title), text(&document.meeting)));
    out.push_str(&format!("**{}**\n\n", text(&document.state)));
    let notes: Vec<String> =
        document.notes.iter().map(|note| format!("> {}\n", text(note))).collect();
    out.push_str(&format!("{}\n", notes.join(">\n")));
    for (name, value) in &document.facts {
        out.push_str(&format!("- **{name}:** {}\n", text(value)));
    }
    for section in &document.sections {
        gap(out);
        out.push_str(&format!("## {}\n\n", text(&section.heading())));
        for block in &section.blocks {
            write_block(block, out);
        }
    }
    let (heading, lines) = &document.signatures;
    if !lines.is_empty() {
        gap(out);
        out.push_str(&format!("## {}\n\n", text(heading)));
        lines.iter().for_each(|line| out.push_str(&format!("- {}\n", text(line))));
    }
}

/// One empty line before what follows.
fn gap(out: &mut String) {
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn write_block(block: &Block, out: &mut String) {
    let paragraph = |told: String| format!("{told}\n\n");
    let told = match block {
        Block::Heading(heading) => format!("### {}\n\n", text(heading)),
        Block::Case { parts, start, unsure } => {
            let mut parts: Vec<String> = parts.iter().map(|part| text(part)).collect();
            parts.extend(start.map(|start| {
                format!("Behandlet fra {}{}", time(start), if *unsure { UNSURE } else { "" })
            }));
            paragraph(parts.join(" · "))
        }
        Block::Text(paragraphs) => paragraphs.iter().map(|line| paragraph(text(line))).collect(),
        Block::Missing(told) => paragraph(text(told)),
        Block::Note(told) => format!("> {}\n\n", text(told)),
        Block::Decision(told) | Block::Paragraph(told) => paragraph(value(told)),
        Block::Points(points) => {
            let points: String =
                points.iter().map(|point| format!("- {}\n", value(point))).collect();
            format!("{points}\n")
        }
        Block::Vote(ballots) => vote(ballots),
    };
    out.push_str(&told);
}

fn vote(ballots: &Ballots) -> String {
    let mut told = format!("- {}\n", value(&ballots.question));
    for [side, count, voters] in &ballots.rows {
        told.push_str(&format!("  - {side}: {count}"));
        if !voters.is_empty() {
            told.push_str(&format!(" ({})", text(voters)));
        }
        told.push('\n');
    }
    told.push('\n');
    told
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

const UNSURE: &str = " **\\[usikkert\\]**";

/// A value with its mark and its place in the recording.
fn value(value: &Value) -> String {
    let mark = value.mark().map(|mark| format!(" **{}**", text(mark))).unwrap_or_default();
    format!("{}{mark} {}", text(&value.text), time(value.evidence.start))
}

fn time(seconds: f64) -> String {
    format!("([{}](referat.html#t={}))", clock(seconds), seconds.max(0.0) as u64)
}
