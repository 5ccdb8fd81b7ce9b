//! What stands in the document, in order.

use krilla::tagging::Tag;

use super::face::Weight;
use super::flow::{Flow, Frame, MARGIN, MEASURE, Span, WHOLE};
use super::page::{Goal, Ink, Style};
use super::tree::{Group, Tree};
use crate::export::document::{Ballots, Block, Document, Section, Value};
use crate::meeting::clock;

const TEXT: Style = Style { weight: Weight::Regular, size: 10.0, ink: Ink::Black };
const SMALL: Style = Style { weight: Weight::Regular, size: 8.5, ink: Ink::Grey };
const STRONG: Style = Style { weight: Weight::Bold, ..TEXT };
const MARKED: Style = Style { weight: Weight::Bold, size: 8.5, ink: Ink::Mark };
const TIME: Style = Style { ink: Ink::Link, ..TEXT };

/// Widths of a vote's columns and of the facts', points.
const VOTE: [f32; 3] = [120.0, 70.0, MEASURE - 190.0];
const FACTS: [f32; 2] = [105.0, MEASURE - 105.0];

impl Flow<'_> {
    /// The whole document.
    pub(super) fn document(&mut self, told: &Document, subtitle: &str) {
        let title = Style { weight: Weight::Bold, size: 21.0, ink: Ink::Black };
        let heading = self.tree.heading(Tree::ROOT, 1, &told.title);
        self.mark(&told.title, false);
        self.paragraph(heading, &[Span::new(&told.title, title)], WHOLE, false);
        let below = Style { size: 12.0, ink: Ink::Grey, ..TEXT };
        self.told(Tree::ROOT, subtitle, below);
        self.space(3.0);
        self.told(Tree::ROOT, &told.state, Style { size: 11.0, ink: Ink::Mark, ..STRONG });
        self.space(5.0);
        for note in &told.notes {
            self.told(Tree::ROOT, note, SMALL);
            self.space(3.0);
        }
        if !told.facts.is_empty() {
            self.chapter("Mødet");
            let table = self.tree.group(Tree::ROOT, Tag::Table);
            for (name, value) in &told.facts {
                let cells = [Span::new(*name, STRONG), Span::new(value.as_str(), TEXT)];
                self.row(table, &cells, &FACTS, false);
            }
        }
        if told.sections.len() > 1 {
            self.chapter("Indhold");
            let toc = self.tree.group(Tree::ROOT, Tag::TOC);
            let style = Style { size: 9.5, ..TEXT };
            told.sections.iter().for_each(|section| self.entry(toc, &section.heading(), style));
        }
        self.chapter(&told.heading);
        if told.sections.is_empty() {
            self.told(Tree::ROOT, told.nothing, TEXT);
        }
        told.sections.iter().for_each(|section| self.section(section));
        let (heading, lines) = &told.signatures;
        if !lines.is_empty() {
            self.chapter(heading);
            lines.chunks(2).for_each(|pair| self.signatures(pair));
        }
    }

    fn told(&mut self, group: Group, text: &str, style: Style) {
        let paragraph = self.tree.group(group, Tag::P);
        self.paragraph(paragraph, &[Span::new(text, style)], WHOLE, false);
    }

    fn chapter(&mut self, text: &str) {
        self.space(16.0);
        self.need(70.0);
        self.mark(text, false);
        let heading = self.tree.heading(Tree::ROOT, 2, text);
        let style = Style { size: 14.0, ..STRONG };
        self.paragraph(heading, &[Span::new(text, style)], WHOLE, false);
        self.space(4.0);
    }

    fn section(&mut self, section: &Section) {
        self.space(12.0);
        self.need(64.0);
        let text = section.heading();
        let group = self.tree.group(Tree::ROOT, Tag::Section);
        self.mark(&text, true);
        let heading = self.tree.heading(group, 3, &text);
        let style = Style { size: 12.0, ..STRONG };
        self.paragraph(heading, &[Span::new(text, style)], WHOLE, false);
        self.space(2.0);
        section.blocks.iter().for_each(|block| self.block(group, block));
    }

    fn block(&mut self, group: Group, block: &Block) {
        match block {
            Block::Heading(text) => {
                self.space(6.0);
                self.need(40.0);
                let heading = self.tree.heading(group, 4, text);
                let style = Style { size: 10.5, ink: Ink::Grey, ..STRONG };
                self.paragraph(heading, &[Span::new(text.as_str(), style)], WHOLE, false);
            }
            Block::Case { parts, start, unsure } => self.case(group, parts, *start, *unsure),
            Block::Text(paragraphs) => paragraphs.iter().for_each(|text| {
                self.told(group, text, TEXT);
                self.space(3.0);
            }),
            Block::Note(text) => {
                self.told(group, text, SMALL);
                self.space(3.0);
            }
            Block::Missing(text) => {
                self.told(group, text, Style { ink: Ink::Mark, ..STRONG });
                self.space(3.0);
            }
            Block::Decision(value) => {
                let frame = Frame { left: MARGIN + 10.0, width: MEASURE - 10.0 };
                self.value(group, value, STRONG, frame, true);
            }
            Block::Paragraph(value) => self.value(group, value, TEXT, WHOLE, false),
            Block::Points(values) => {
                let list = self.list(group);
                for value in values {
                    self.point(list, &spans(value, TEXT), WHOLE);
                }
                self.space(2.0);
            }
            Block::Vote(ballots) => self.vote(group, ballots),
        }
    }

    fn value(&mut self, group: Group, value: &Value, style: Style, frame: Frame, bar: bool) {
        let paragraph = self.tree.group(group, Tag::P);
        self.paragraph(paragraph, &spans(value, style), frame, bar);
        self.space(3.0);
    }

    fn case(&mut self, group: Group, parts: &[String], start: Option<f64>, unsure: bool) {
        let mut text = parts.join(" · ");
        let small = Style { size: 9.0, ..SMALL };
        if start.is_some() {
            text.push_str(if text.is_empty() { "Behandlet fra " } else { " · Behandlet fra " });
        }
        let mut line = vec![Span::new(text, small)];
        if let Some(start) = start {
            line.push(time(start, Style { size: 9.0, ..TIME }));
            if unsure {
                line.push(Span::new(" [usikkert]", MARKED));
            }
        }
        let paragraph = self.tree.group(group, Tag::P);
        self.paragraph(paragraph, &line, WHOLE, false);
        self.space(3.0);
    }

    fn vote(&mut self, group: Group, ballots: &Ballots) {
        self.value(group, &ballots.question, TEXT, WHOLE, false);
        let table = self.tree.group(group, Tag::Table);
        let head = ["Side", "Stemmer", "Partier og navne"].map(|text| Span::new(text, STRONG));
        self.need(90.0);
        self.row(table, &head, &VOTE, true);
        for row in &ballots.rows {
            self.line();
            let cells = row.each_ref().map(|text| Span::new(text.as_str(), TEXT));
            self.row(table, &cells, &VOTE, false);
        }
        self.line();
        self.space(6.0);
    }

    /// Two lines to sign on, beside each other.
    fn signatures(&mut self, names: &[String]) {
        self.need(52.0);
        self.space(30.0);
        let width = MEASURE / 2.0;
        let top = self.place();
        for (at, name) in names.iter().enumerate() {
            let left = MARGIN + at as f32 * width;
            self.rule(left, top, width - 24.0, 0.7);
            self.return_to(top + 3.0);
            let paragraph = self.tree.group(Tree::ROOT, Tag::P);
            let frame = Frame { left, width: width - 24.0 };
            self.paragraph(paragraph, &[Span::new(name.as_str(), SMALL)], frame, false);
        }
    }
}

/// A value, what must be told of it, and where it was said.
fn spans(value: &Value, style: Style) -> Vec<Span> {
    let mut spans = vec![Span::new(format!("{} ", value.text), style)];
    spans.extend(value.mark().map(|mark| Span::new(format!("{mark} "), MARKED)));
    spans.push(time(value.evidence.start, TIME));
    spans
}

/// A time that leads to the recording in `referat.html` beside the document.
fn time(seconds: f64, style: Style) -> Span {
    let goal = Goal::Address(format!("referat.html#t={}", seconds.max(0.0) as u64));
    let told = format!("Hør optagelsen fra {}", clock(seconds));
    Span { link: Some((goal, told)), ..Span::new(clock(seconds), style) }
}
