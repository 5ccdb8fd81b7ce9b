//! `portal.html`: each item's decision as plain HTML under the headings that the agenda portals
//! use (FirstAgenda, SBSYS), for pasting. No styles, no script, no debate, no time codes: what is
//! pasted becomes the published protocol. Marks of doubt stay, so that nobody overlooks them.

use super::document::{Ballots, Block, Section, Value, protocol};
use super::text::{html, plain};
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::Outcome;

/// Writes `portal.html`.
pub(super) struct Portal;

impl Exporter for Portal {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let told = protocol(&public, material.template);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"da\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\n\
             <title>{}: beslutninger</title>\n</head>\n<body>\n<h1>{}</h1>\n\
             <p><strong>{}</strong></p>\n<p>{}</p>\n",
            html(&plain(public.title())),
            html(&plain(public.title())),
            html(&told.state),
            html(&prose::made_with(public.record)),
        );
        for section in &told.sections {
            fragment(section, &mut out);
        }
        out.push_str("</body>\n</html>\n");
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

fn fragment(section: &Section, out: &mut String) {
    out.push_str(&format!(
        "<section>\n<h2>{}: {}</h2>\n",
        html(&section.label),
        html(&section.title)
    ));
    for block in &section.blocks {
        match block {
            Block::Heading(heading) => out.push_str(&format!("<h3>{}</h3>\n", html(heading))),
            // The portal has case number and fate in fields of its own.
            Block::Case { .. } => {}
            Block::Text(paragraphs) => {
                paragraphs
                    .iter()
                    .for_each(|text| out.push_str(&format!("<p>{}</p>\n", html(text))));
            }
            Block::Note(text) => out.push_str(&format!("<p><em>{}</em></p>\n", html(text))),
            Block::Missing(text) => {
                out.push_str(&format!("<p><strong>{}</strong></p>\n", html(text)));
            }
            Block::Decision(value) | Block::Paragraph(value) => out.push_str(&paragraph(value)),
            Block::Points(values) => {
                values.iter().for_each(|value| out.push_str(&paragraph(value)));
            }
            Block::Vote(ballots) => out.push_str(&told(ballots)),
        }
    }
    out.push_str("</section>\n");
}

fn mark(value: &Value) -> String {
    value.mark().map(|mark| format!(" <strong>{mark}</strong>")).unwrap_or_default()
}

fn paragraph(value: &Value) -> String {
    format!("<p>{}{}</p>\n", html(&value.text), mark(value))
}

/// A vote in one line, as Rebild and Fredensborg write it:
/// `Indstillingen: vedtaget. For: 15 (A, V). Imod: 4 (Ø). Undlod at stemme: 2 (C).`
fn told(ballots: &Ballots) -> String {
    let mut text = ballots.question.text.clone();
    for [side, count, voters] in &ballots.rows {
        text.push_str(&format!(" {side}: {count}"));
        if !voters.is_empty() {
            text.push_str(&format!(" ({voters})"));
        }
        text.push('.');
    }
    format!("<p>{}{}</p>\n", html(&text), mark(&ballots.question))
}
