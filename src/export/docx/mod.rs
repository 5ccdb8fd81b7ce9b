//! `referat.docx`: the draft beslutningsprotokol; `debat.docx`: the debate summary, apart from it.

mod block;
mod section;
mod style;

use std::io::Cursor;

use docx_rs::{Footer, Header, NumPages, PageMargin, PageNum, Paragraph, Run, Tab, TabValueType};

use super::document::{self, Document};
use super::text::plain;
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::Outcome;
use block::{Block, Page};

/// Writes `referat.docx`.
pub(super) struct Protocol;

/// Writes `debat.docx`.
pub(super) struct Debate;

impl Exporter for Protocol {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let bytes = write(&public, &document::protocol(&public, material.template))?;
        Ok(Outcome::new(bytes, public.warnings))
    }
}

impl Exporter for Debate {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let bytes = write(&public, &document::debate(&public, material.template))?;
        Ok(Outcome::new(bytes, public.warnings))
    }
}

fn write(public: &PublicMeeting<'_>, document: &Document) -> Result<Vec<u8>, ExportError> {
    let mut page = Page::new();
    page.styled("Title", &document.title);
    let mut subtitle = vec![document.meeting.clone()];
    subtitle.extend(public.date().map(prose::date));
    page.styled("Subtitle", &subtitle.join(" · "));
    page.styled("Status", &document.state);
    for note in &document.notes {
        page.styled("Note", note);
    }
    if !document.facts.is_empty() {
        page.heading(1, "Mødet");
        page.facts(&document.facts);
    }
    if document.sections.len() > 1 {
        page.heading(1, "Indhold");
        page.contents(&document.sections);
    }
    page.heading(1, &document.heading);
    if document.sections.is_empty() {
        page.text(document.nothing);
    }
    for (index, section) in document.sections.iter().enumerate() {
        section::write(section, index, &mut page);
    }
    let (heading, lines) = &document.signatures;
    if !lines.is_empty() {
        page.heading(1, heading);
        page.signatures(lines);
    }
    pack(public, document, page)
}

/// Puts the package together. The same page gives the same bytes.
fn pack(
    public: &PublicMeeting<'_>,
    document: &Document,
    page: Page,
) -> Result<Vec<u8>, ExportError> {
    let mut docx = style::with_bullets(docx_rs::Docx::new())
        .header(header(public, document))
        .footer(footer(public))
        .page_size(11_906, 16_838)
        .page_margin(
            PageMargin::new()
                .top(1_588)
                .bottom(1_418)
                .left(style::MARGIN as i32)
                .right(style::MARGIN as i32)
                .header(680)
                .footer(624),
        );
    for block in page.into_blocks() {
        docx = match block {
            Block::Paragraph(paragraph) => docx.add_paragraph(*paragraph),
            Block::Table(table) => docx.add_table(*table),
        };
    }
    let mut parts = docx.build();
    style::dress(&mut parts);
    parts.document_rels = in_order(parts.document_rels);
    parts.doc_props.core = core_properties(public, document).into_bytes();
    let mut package = Cursor::new(Vec::new());
    parts.pack(&mut package).map_err(std::io::Error::other)?;
    Ok(package.into_inner())
}

/// The relationships of the document sorted: the crate keeps links in a hash map, whose order
/// differs from run to run.
fn in_order(relationships: Vec<u8>) -> Vec<u8> {
    const OPENING: &str = "<Relationship ";
    let xml = match String::from_utf8(relationships) {
        Ok(xml) => xml,
        Err(error) => return error.into_bytes(),
    };
    let Some((head, rest)) = xml.split_once(OPENING) else { return xml.into_bytes() };
    let Some((body, tail)) = rest.rsplit_once("</Relationships>") else { return xml.into_bytes() };
    let mut all: Vec<&str> = body.split(OPENING).collect();
    all.sort_unstable();
    format!("{head}{OPENING}{}</Relationships>{tail}", all.join(OPENING)).into_bytes()
}

fn header(public: &PublicMeeting<'_>, document: &Document) -> Header {
    let place: Vec<String> =
        [public.municipality(), public.committee()].into_iter().flatten().map(plain).collect();
    let mut right = public.date().map(prose::date).unwrap_or_default();
    if !right.is_empty() {
        right.push_str(" · ");
    }
    Header::new().add_paragraph(
        Paragraph::new()
            .style("Header")
            .add_tab(Tab::new().val(TabValueType::Right).pos(style::TEXT_WIDTH))
            .add_run(Run::new().add_text(place.join(" · ")).add_tab().add_text(right))
            .add_run(Run::new().style("Mark").add_text(&document.state)),
    )
}

fn footer(public: &PublicMeeting<'_>) -> Footer {
    Footer::new().add_paragraph(
        Paragraph::new()
            .style("Footer")
            .add_tab(Tab::new().val(TabValueType::Right).pos(style::TEXT_WIDTH))
            .add_run(Run::new().add_text(prose::footer(public.record)).add_tab().add_text("Side "))
            .add_page_num(PageNum::new())
            .add_run(Run::new().add_text(" af "))
            .add_num_pages(NumPages::new()),
    )
}

/// `docProps/core.xml` (ISO/IEC 29500-2): title and language for screen readers, no clock.
fn core_properties(public: &PublicMeeting<'_>, document: &Document) -> String {
    let mut title = format!("{}: {}", document.title, document.meeting);
    if let Some(date) = public.date() {
        title.push_str(&format!(", {}", prose::date(date)));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>Referent {}</dc:creator><dc:language>da-DK</dc:language></cp:coreProperties>"#,
        super::text::html(&title),
        super::text::html(&plain(&public.record.provenance.version))
    )
}
