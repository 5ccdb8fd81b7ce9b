//! One item in Word.

use docx_rs::{Paragraph, Run};

use super::block::Page;
use crate::export::document::{Ballots, Block, Section};

/// Writes heading and blocks; `index` counts the sections from 0.
pub(super) fn write(section: &Section, index: usize, page: &mut Page) {
    page.item_heading(&section.heading(), index);
    for block in &section.blocks {
        match block {
            Block::Heading(text) => page.heading(3, text),
            Block::Case { parts, start, unsure } => case(parts, *start, *unsure, page),
            Block::Text(paragraphs) => paragraphs.iter().for_each(|text| page.text(text)),
            Block::Note(text) => page.styled("Note", text),
            Block::Missing(text) => page.text(text),
            Block::Decision(value) => page.value("Decision", value),
            Block::Paragraph(value) => page.value("Normal", value),
            Block::Points(values) => values.iter().for_each(|value| page.point(value)),
            Block::Vote(ballots) => vote(ballots, page),
        }
    }
}

fn case(parts: &[String], start: Option<f64>, unsure: bool, page: &mut Page) {
    let mut text = parts.join(" · ");
    if start.is_some() {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str("Behandlet fra ");
    }
    let mut paragraph =
        Paragraph::new().style("CaseLine").keep_next(true).add_run(Run::new().add_text(text));
    if let Some(start) = start {
        paragraph = paragraph.add_hyperlink(page.time_link(start));
        if unsure {
            paragraph = paragraph.add_run(Run::new().style("Mark").add_text(" [usikkert]"));
        }
    }
    page.push(paragraph);
}

fn vote(ballots: &Ballots, page: &mut Page) {
    page.value("Normal", &ballots.question);
    page.table(&[2_700, 1_500, 5_098], &["", "Stemmer", "Partier og navne"], &ballots.rows);
}
