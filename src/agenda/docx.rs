//! DOCX → a page of plain HTML, which the HTML reader then takes.
//!
//! What Word keeps apart is put together: a heading's style with its level, an automatic number
//! with its paragraph. Left out: the table of contents, deleted text, headers and footers (they
//! are other parts of the file), field codes.

mod numbering;
mod package;
mod style;

use super::flow::{self, Lines};
use super::markup::{escape, tidy_line};
use super::xml::{self, Child, Element};
use super::{AgendaError, html};
use crate::meeting::{Agenda, Outcome};

use numbering::Numbering;
use package::Package;
use style::Styles;

/// Reads a DOCX file.
pub(super) fn parse(bytes: &[u8], name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let mut package = Package::open(bytes, name)?;
    let main = package.main_part()?;
    let document = xml::parse(&package.text(&main)?.unwrap_or_default(), name)?;
    let styles = match package.text(&beside(&main, "styles.xml"))? {
        Some(text) => Styles::read(&xml::parse(&text, name)?),
        None => Styles::default(),
    };
    let numbering = match package.text(&beside(&main, "numbering.xml"))? {
        Some(text) => Numbering::read(&xml::parse(&text, name)?),
        None => Numbering::default(),
    };
    let mut writer = Writer { styles, numbering, ..Writer::default() };
    let body = document.child("body").ok_or_else(|| AgendaError::Package {
        name: name.to_owned(),
        reason: "it holds no document".to_owned(),
    })?;
    writer.blocks(body);
    writer.end_list();
    flow::read(html::blocks(&writer.html, name)?, Lines::Whole, name)
}

/// `word/document.xml` → `word/styles.xml`
fn beside(main: &str, file: &str) -> String {
    match main.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{file}"),
        None => file.to_owned(),
    }
}

#[derive(Default)]
struct Writer {
    styles: Styles,
    numbering: Numbering,
    html: String,
    in_list: bool,
}

impl Writer {
    /// Paragraphs and tables; no deeper than the XML reader allowed.
    fn blocks(&mut self, parent: &Element) {
        for element in parent.elements() {
            match element.name.as_str() {
                "p" => self.paragraph(element),
                "tbl" => {
                    self.end_list();
                    self.table(element);
                }
                "sdt" if !is_contents(element) => {
                    element.named("sdtContent").for_each(|content| self.blocks(content));
                }
                "ins" | "smartTag" | "customXml" | "moveTo" => self.blocks(element),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, paragraph: &Element) {
        let properties = paragraph.child("pPr");
        let style =
            properties.and_then(|p| p.child("pStyle")).and_then(|style| style.attribute("val"));
        if style.is_some_and(|style| self.styles.is_contents(style)) {
            return;
        }
        let mut text = String::new();
        inline(paragraph, &mut text, 0);
        let bare = tidy_line(&text.replace("<br>", " "));
        let own = properties.and_then(|p| p.child("numPr")).map(numbering::place);
        let place = own.or_else(|| style.and_then(|style| self.styles.number(style)));
        // An empty paragraph of a list has no number in Word either.
        if bare.replace("<strong>", "").replace("</strong>", "").trim().is_empty() {
            self.end_list();
            return;
        }
        let label = place.and_then(|place| self.numbering.next(place));
        let level = properties
            .and_then(|p| p.child("outlineLvl"))
            .and_then(|level| level.attribute("val")?.parse::<u8>().ok())
            .map(|level| level.saturating_add(1))
            .filter(|level| *level <= 6)
            .or_else(|| style.and_then(|style| self.styles.level(style)));
        if let Some(level) = level {
            self.end_list();
            let label = label.map(|label| label.text + "\t").unwrap_or_default();
            self.html.push_str(&format!("<h{level}>{}{text}</h{level}>", escape(&label)));
            return;
        }
        match label {
            Some(label) if label.bullet => {
                if !self.in_list {
                    self.html.push_str("<ul>");
                    self.in_list = true;
                }
                self.html.push_str(&format!("<li>{text}</li>"));
            }
            Some(label) => {
                self.end_list();
                self.html.push_str(&format!("<p>{} {text}</p>", escape(&label.text)));
            }
            None => {
                self.end_list();
                self.html.push_str(&format!("<p>{text}</p>"));
            }
        }
    }

    fn end_list(&mut self) {
        if std::mem::take(&mut self.in_list) {
            self.html.push_str("</ul>");
        }
    }

    fn table(&mut self, table: &Element) {
        self.html.push_str("<table>");
        for row in table.named("tr") {
            self.html.push_str("<tr>");
            for cell in row.named("tc") {
                self.html.push_str("<td>");
                self.blocks(cell);
                self.end_list();
                self.html.push_str("</td>");
            }
            self.html.push_str("</tr>");
        }
        self.html.push_str("</table>");
    }
}

/// Whether a content control is Word's own table of contents.
fn is_contents(control: &Element) -> bool {
    let gallery = control
        .child("sdtPr")
        .and_then(|properties| properties.child("docPartObj"))
        .and_then(|part| part.child("docPartGallery"))
        .and_then(|gallery| gallery.attribute("val"));
    gallery == Some("Table of Contents")
}

/// Deepest nesting of runs followed.
const DEEPEST: usize = 60;

/// The text of a paragraph, as HTML with strong and em.
fn inline(parent: &Element, out: &mut String, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for child in &parent.children {
        let Child::Element(element) = child else { continue };
        match element.name.as_str() {
            "r" => run(element, out),
            "hyperlink" | "ins" | "smartTag" | "sdt" | "sdtContent" | "fldSimple" | "customXml"
            | "moveTo" => {
                inline(element, out, depth + 1);
            }
            _ => {}
        }
    }
}

fn run(run: &Element, out: &mut String) {
    let mut text = String::new();
    for piece in run.elements() {
        match piece.name.as_str() {
            "t" => text.push_str(&escape(&piece.text())),
            "tab" => text.push('\t'),
            "br" | "cr" => text.push_str("<br>"),
            "noBreakHyphen" => text.push('-'),
            _ => {}
        }
    }
    let properties = run.child("rPr");
    let set = |name: &str| {
        properties.and_then(|properties| properties.child(name)).is_some_and(|mark| {
            !matches!(mark.attribute("val"), Some("0" | "false" | "none" | "off"))
        })
    };
    // Hidden text is not printed.
    if text.is_empty() || set("vanish") {
        return;
    }
    let blank = text.trim().is_empty();
    match (set("b") && !blank, set("i") && !blank) {
        (true, true) => out.push_str(&format!("<strong><em>{text}</em></strong>")),
        (true, false) => out.push_str(&format!("<strong>{text}</strong>")),
        (false, true) => out.push_str(&format!("<em>{text}</em>")),
        (false, false) => out.push_str(&text),
    }
}
