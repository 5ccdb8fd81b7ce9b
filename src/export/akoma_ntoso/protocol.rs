//! The protocol as `doc name="minutes"`.

use super::document;
use crate::export::document::{Ballots, Block, Section, Value, protocol};
use crate::export::text::html;
use crate::export::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::{Outcome, clock};

/// Writes the protocol.
pub(in crate::export) struct Protocol;

impl Exporter for Protocol {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let told = protocol(&public, material.template);
        let mut content = String::from("<mainBody>\n");
        if !told.facts.is_empty() {
            content.push_str("<hcontainer name=\"meeting\" eId=\"hcontainer_1\">\n<content>\n");
            for (name, value) in &told.facts {
                content.push_str(&format!("<p>{}: {}</p>\n", html(name), html(value)));
            }
            content.push_str("</content>\n</hcontainer>\n");
        }
        for (index, section) in told.sections.iter().enumerate() {
            item(section, index, &mut content);
        }
        if told.sections.is_empty() {
            content.push_str(&format!("<p>{}</p>\n", html(told.nothing)));
        }
        content.push_str("</mainBody>\n");
        let out = document("doc", "minutes", &public, &[], Some(&told.state), &content);
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

/// Items are `hcontainer`s: the standard's own names (section, article) belong to laws.
fn item(section: &Section, index: usize, out: &mut String) {
    out.push_str(&format!(
        "<hcontainer name=\"item\" eId=\"hcontainer_{}\">\n<num>{}</num>\n<heading>{}</heading>\n<content>\n",
        index + 2,
        html(&section.label),
        html(&section.title),
    ));
    for block in &section.blocks {
        match block {
            Block::Heading(text) => out.push_str(&format!("<p><b>{}</b></p>\n", html(text))),
            Block::Case { parts, start, .. } => {
                let mut parts = parts.clone();
                parts.extend(start.map(|start| format!("Behandlet fra {}", clock(start))));
                let place = start.map(|start| format!(" rf:start=\"{start:.3}\""));
                out.push_str(&format!(
                    "<p{}>{}</p>\n",
                    place.unwrap_or_default(),
                    html(&parts.join(" · "))
                ));
            }
            Block::Text(paragraphs) => paragraphs.iter().for_each(|text| paragraph(text, out)),
            Block::Note(text) | Block::Missing(text) => {
                out.push_str(&format!("<p><remark>{}</remark></p>\n", html(text)))
            }
            Block::Decision(value) | Block::Paragraph(value) => told(value, out),
            Block::Points(values) => values.iter().for_each(|value| told(value, out)),
            Block::Vote(ballots) => vote(ballots, out),
        }
    }
    out.push_str("</content>\n</hcontainer>\n");
}

fn paragraph(text: &str, out: &mut String) {
    out.push_str(&format!("<p>{}</p>\n", html(text)));
}

/// A value with its place in the recording; the mark of doubt is a remark, not part of the text.
fn told(value: &Value, out: &mut String) {
    out.push_str(&format!(
        "<p rf:start=\"{:.3}\" rf:end=\"{:.3}\">{}{}</p>\n",
        value.evidence.start,
        value.evidence.end,
        html(&value.text),
        value.mark().map(|mark| format!(" <remark>{mark}</remark>")).unwrap_or_default(),
    ));
}

fn vote(ballots: &Ballots, out: &mut String) {
    told(&ballots.question, out);
    out.push_str("<table>\n");
    for [side, count, voters] in &ballots.rows {
        out.push_str(&format!(
            "<tr><th><p>{}</p></th><td><p>{}</p></td><td><p>{}</p></td></tr>\n",
            html(side),
            html(count),
            html(voters)
        ));
    }
    out.push_str("</table>\n");
}
