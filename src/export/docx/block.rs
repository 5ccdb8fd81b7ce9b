//! The paragraphs and tables of a Word document, in order.

use docx_rs::{
    AlignmentType, BorderType, Hyperlink, HyperlinkData, HyperlinkType, IndentLevel, NumberingId,
    Paragraph, Run, Shading, ShdType, Tab, TabValueType, Table, TableBorder, TableBorderPosition,
    TableBorders, TableCell, TableLayoutType, TableRow, WidthType,
};

use crate::export::document::{Section, Value};
use crate::export::text::plain;
use crate::meeting::clock;

/// A line to write on.
const SIGNATURE: &str = "______________________________";

/// Name of the place that the contents lead to.
fn bookmark(index: usize) -> String {
    format!("punkt{}", index + 1)
}

/// A block of the document's body.
pub(super) enum Block {
    Paragraph(Box<Paragraph>),
    Table(Box<Table>),
}

/// The document's body while it is written.
pub(super) struct Page {
    blocks: Vec<Block>,
    links: usize,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { blocks: Vec::new(), links: 0 }
    }

    pub(super) fn into_blocks(self) -> Vec<Block> {
        self.blocks
    }

    pub(super) fn push(&mut self, paragraph: Paragraph) {
        self.blocks.push(Block::Paragraph(Box::new(paragraph)));
    }

    /// A heading of level 1, 2 or 3; Word's navigation pane shows it.
    pub(super) fn heading(&mut self, level: u8, text: &str) {
        self.styled(&format!("Heading{level}"), text);
    }

    /// The heading of an item, to which the contents lead; `index` counts from 0.
    pub(super) fn item_heading(&mut self, text: &str, index: usize) {
        self.push(
            Paragraph::new()
                .style("Heading2")
                .add_bookmark_start(index + 1, bookmark(index))
                .add_run(Run::new().add_text(text))
                .add_bookmark_end(index + 1),
        );
    }

    /// A line for each item that leads to it, with the time at which it was taken up. Page numbers
    /// would stand empty until somebody updates the fields.
    pub(super) fn contents(&mut self, sections: &[Section]) {
        for (index, section) in sections.iter().enumerate() {
            let run = Run::new().style("Hyperlink").add_text(section.heading());
            let line = Paragraph::new()
                .style("Contents")
                .add_tab(Tab::new().val(TabValueType::Right).pos(super::style::TEXT_WIDTH))
                .add_hyperlink(Hyperlink::new(bookmark(index), HyperlinkType::Anchor).add_run(run));
            let line = match section.start {
                Some(start) => {
                    line.add_run(Run::new().add_tab()).add_hyperlink(self.time_link(start))
                }
                None => line,
            };
            self.push(line);
        }
        self.styled("Spacer", "");
    }

    /// Lines to sign on, two beside each other.
    pub(super) fn signatures(&mut self, lines: &[String]) {
        let rows = lines
            .chunks(2)
            .map(|pair| {
                let cells = (0..2).map(|place| {
                    let name = pair.get(place).map(String::as_str).unwrap_or_default();
                    let line = if name.is_empty() { "" } else { SIGNATURE };
                    TableCell::new()
                        .width(4_649, WidthType::Dxa)
                        .add_paragraph(cell_text("Signature", line))
                        .add_paragraph(cell_text("Cell", name))
                });
                TableRow::new(cells.collect()).cant_split()
            })
            .collect();
        let table = Table::without_borders(rows)
            .layout(TableLayoutType::Fixed)
            .set_grid(vec![4_649, 4_649])
            .width(9_298, WidthType::Dxa);
        self.blocks.push(Block::Table(Box::new(table)));
        self.styled("Spacer", "");
    }

    pub(super) fn styled(&mut self, style: &str, text: &str) {
        self.push(Paragraph::new().style(style).add_run(Run::new().add_text(text)));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.styled("Normal", text);
    }

    /// A value with its place in the recording, marked when it is unsure.
    pub(super) fn value(&mut self, style: &str, value: &Value) {
        let paragraph = self.with_evidence(Paragraph::new().style(style), value);
        self.push(paragraph);
    }

    /// The same as a list point.
    pub(super) fn point(&mut self, value: &Value) {
        let list = Paragraph::new()
            .style("ListBullet")
            .numbering(NumberingId::new(super::style::BULLETS), IndentLevel::new(0));
        let paragraph = self.with_evidence(list, value);
        self.push(paragraph);
    }

    fn with_evidence(&mut self, paragraph: Paragraph, value: &Value) -> Paragraph {
        let run = Run::new().add_text(&value.text);
        let run = if value.is_unsure() { run.shading(unsure_shade()) } else { run };
        let mut paragraph = paragraph.add_run(run);
        if let Some(mark) = value.mark() {
            paragraph = paragraph.add_run(Run::new().style("Mark").add_text(format!(" {mark}")));
        }
        let paragraph = paragraph.add_run(Run::new().add_text(" "));
        paragraph.add_hyperlink(self.time_link(value.evidence.start))
    }

    /// A link to the moment in `referat.html` beside the document. The relationship's id is ours:
    /// the crate counts its own across threads, and two may get the same.
    pub(super) fn time_link(&mut self, seconds: f64) -> Hyperlink {
        self.links += 1;
        let mut link = Hyperlink::new("", HyperlinkType::External)
            .add_run(Run::new().style("Hyperlink").add_text(clock(seconds)));
        link.link = HyperlinkData::External {
            rid: format!("rIdTime{}", self.links),
            path: format!("referat.html#t={}", seconds.max(0.0) as u64),
        };
        link
    }

    /// Names and values in two columns without lines.
    pub(super) fn facts(&mut self, facts: &[(&str, String)]) {
        let rows = facts
            .iter()
            .map(|(name, value)| {
                let cell = TableCell::new()
                    .width(6_998, WidthType::Dxa)
                    .add_paragraph(cell_text("Cell", value));
                let name = TableCell::new()
                    .width(2_300, WidthType::Dxa)
                    .add_paragraph(cell_text("CellHead", name));
                TableRow::new(vec![name, cell]).cant_split()
            })
            .collect();
        let table = Table::without_borders(rows)
            .layout(TableLayoutType::Fixed)
            .set_grid(vec![2_300, 6_998])
            .width(9_298, WidthType::Dxa);
        self.blocks.push(Block::Table(Box::new(table)));
        self.styled("Spacer", "");
    }

    /// A table with a line of heads; `widths` in twips.
    pub(super) fn table(&mut self, widths: &[usize], head: &[&str], rows: &[[String; 3]]) {
        let cells = |texts: &mut dyn Iterator<Item = &str>, head: bool| {
            let cells = texts
                .zip(widths)
                .map(|(text, &width)| {
                    let cell = TableCell::new().width(width, WidthType::Dxa);
                    if head {
                        cell.shading(shade("E8F0EF")).add_paragraph(cell_text("CellHead", text))
                    } else {
                        cell.add_paragraph(cell_text("Cell", text))
                    }
                })
                .collect();
            TableRow::new(cells).cant_split()
        };
        let mut all = vec![cells(&mut head.iter().copied(), true)];
        all.extend(rows.iter().map(|row| cells(&mut row.iter().map(String::as_str), false)));
        let table = Table::without_borders(all)
            .set_borders(lines_between())
            .layout(TableLayoutType::Fixed)
            .set_grid(widths.to_vec())
            .width(widths.iter().sum(), WidthType::Dxa);
        self.blocks.push(Block::Table(Box::new(table)));
        self.styled("Spacer", "");
    }
}

fn cell_text(style: &str, text: &str) -> Paragraph {
    Paragraph::new()
        .style(style)
        .align(AlignmentType::Left)
        .add_run(Run::new().add_text(plain(text)))
}

/// Quiet lines above, below and between the rows.
fn lines_between() -> TableBorders {
    let line = |position| {
        TableBorder::new(position).border_type(BorderType::Single).size(4).color("A9B8BA")
    };
    TableBorders::with_empty()
        .set(line(TableBorderPosition::Top))
        .set(line(TableBorderPosition::Bottom))
        .set(line(TableBorderPosition::InsideH))
}

fn shade(fill: &str) -> Shading {
    Shading::new().shd_type(ShdType::Clear).color("auto").fill(fill)
}

fn unsure_shade() -> Shading {
    shade("FFF2CC")
}
