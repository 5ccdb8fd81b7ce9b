//! HTML pages: semantic headings, numbered tables, and the classes of FirstAgenda's own pages
//! (`punktrow`, `overskrift`, `sagsnummer`; Aarhus and others publish them).

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{CaseSensitivity, ElementRef, Html, Node};

use super::flow::{self, Block, Lines, Marked};
use super::markup::{self, BLOCKS, DROPPED, is_heading, tidy_line};
use super::{AgendaError, case, head, table};
use crate::meeting::{Agenda, Attachment, Outcome};

/// Deepest nesting followed. Pages of portals stay below 60.
const DEEPEST: usize = 256;
/// Most nodes of a page.
const MOST_NODES: usize = 2_000_000;

/// Elements that a page or a fragment of one begins with.
const FIRST: &[&str] = &[
    "html", "head", "body", "div", "main", "article", "section", "header", "nav", "h1", "h2", "h3",
    "h4", "p", "table", "ol", "ul", "span", "a", "b", "strong", "title", "meta", "style", "script",
    "link", "br", "form",
];

/// Whether `text` is a page or a fragment of one: what matters is its first element.
pub(super) fn recognises(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix("<!--").or_else(|| rest.strip_prefix("<?")) {
        let end = if rest.starts_with("<?") { "?>" } else { "-->" };
        let Some((_, next)) = after.split_once(end) else { return false };
        rest = next.trim_start();
    }
    let start: String = rest.chars().take(20).collect::<String>().to_ascii_lowercase();
    let tag = start.strip_prefix('<').unwrap_or_default();
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    start.starts_with("<!doctype html") || FIRST.contains(&name)
}

/// Reads `text` as a page with an agenda.
pub(super) fn parse(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    flow::read(blocks(text, name)?, Lines::Whole, name)
}

/// The page as blocks.
pub(super) fn blocks(text: &str, name: &str) -> Result<Vec<Block>, AgendaError> {
    if let Some(what) = markup::unbearable(text) {
        return Err(AgendaError::TooMuch { name: name.to_owned(), what });
    }
    let page = Html::parse_document(text);
    check(&page, name)?;
    let mut walker = Walker::default();
    match firstagenda_rows(&page) {
        Some(rows) => walker.firstagenda(&page, &rows),
        None => walker.children(page.tree.root()),
    }
    Ok(walker.blocks)
}

/// Refuses pages that nest deeper or hold more than any agenda does.
fn check(page: &Html, name: &str) -> Result<(), AgendaError> {
    let too_much = |what| AgendaError::TooMuch { name: name.to_owned(), what };
    if page.tree.values().len() > MOST_NODES {
        return Err(too_much("elements"));
    }
    let mut depth = 0_usize;
    for edge in page.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(_) => depth += 1,
            ego_tree::iter::Edge::Close(_) => depth -= 1,
        }
        if depth > DEEPEST {
            return Err(too_much("levels of nesting"));
        }
    }
    Ok(())
}

/// Parts of a page that are no part of its text.
fn is_apart(element: &Element) -> bool {
    DROPPED.contains(&element.name())
        || matches!(element.name(), "nav" | "footer" | "aside" | "dialog")
        || element.attr("hidden").is_some()
        || element.attr("aria-hidden") == Some("true")
        || element.has_class("modal", CaseSensitivity::AsciiCaseInsensitive)
        || matches!(element.attr("role"), Some("navigation" | "dialog" | "menu" | "search"))
}

#[derive(Default)]
struct Walker {
    blocks: Vec<Block>,
    /// Whether the heading above is Bilag, whose links are attachments.
    in_bilag: bool,
}

impl Walker {
    /// Walks the children of a node; no deeper than [`check`] allowed.
    fn children(&mut self, parent: NodeRef<'_, Node>) {
        let mut run = Vec::new();
        for child in parent.children() {
            let Node::Element(element) = child.value() else {
                run.push(child);
                continue;
            };
            if is_apart(element) {
                continue;
            }
            let name = element.name();
            if !(is_heading(name) || BLOCKS.contains(&name) || name == "td" || holds_blocks(child))
            {
                run.push(child);
                continue;
            }
            self.run(&mut run);
            if is_heading(name) {
                self.heading(child, name);
            } else if name == "table"
                && !holds(child, &["table", "h1", "h2", "h3", "h4", "h5", "h6"])
            {
                self.table(child);
            } else if self.in_bilag && holds(child, &["a"]) && !holds_headings(child) {
                self.links(child);
            } else if holds_blocks(child) && (!matches!(name, "ul" | "ol") || holds_headings(child))
            {
                self.children(child);
            } else {
                self.run(&mut vec![child]);
            }
        }
        self.run(&mut run);
    }

    /// Inline nodes beside each other are one text.
    fn run(&mut self, run: &mut Vec<NodeRef<'_, Node>>) {
        let text = markup::field(run.drain(..));
        if !text.text.is_empty() {
            self.blocks.push(Block::Text(text));
        }
    }

    fn heading(&mut self, node: NodeRef<'_, Node>, name: &str) {
        let level = name[1..].parse().unwrap_or(6);
        let text = tidy_line(&markup::field([node]).text);
        self.in_bilag = super::field::known(&text) == Some("bilag");
        self.blocks.push(Block::Heading { level, text });
    }

    fn links(&mut self, node: NodeRef<'_, Node>) {
        for link in below(node).filter(|element| element.value().name() == "a") {
            let title = tidy_line(&link.text().collect::<String>());
            if !title.is_empty() {
                let url = link.attr("href").and_then(super::link::safe);
                self.blocks.push(Block::Attachment(Attachment { title, url }));
            }
        }
    }

    fn table(&mut self, node: NodeRef<'_, Node>) {
        let rows: Vec<Vec<table::Cell>> = below(node)
            .filter(|element| element.value().name() == "tr")
            .map(|row| {
                let cells = row.child_elements();
                let cells = cells.filter(|cell| matches!(cell.value().name(), "td" | "th"));
                cells.map(|cell| table::Cell(markup::field(cell.children()))).collect()
            })
            .collect();
        let whole = || markup::field([node]);
        self.blocks.extend(table::blocks(rows, whole));
    }

    /// A page that FirstAgenda's own script filled in.
    fn firstagenda(&mut self, page: &Html, rows: &[ElementRef<'_>]) {
        for (label, class) in [
            ("Udvalg", "udvalg"),
            ("Mødedato", "dato"),
            ("Mødested", "sted"),
            ("Mødedeltagere", "deltagere"),
        ] {
            // The page's headline repeats the head's fields in short.
            let texts = with_class(page.tree.root(), class).map(|found| line_of(&found));
            if let Some(text) = texts.max_by_key(String::len).filter(|text| !text.is_empty()) {
                self.blocks.push(Block::line(format!("{label}: {text}")));
                self.blocks.push(Block::line(""));
            }
        }
        for row in rows {
            self.firstagenda_item(row);
        }
    }

    fn firstagenda_item(&mut self, row: &ElementRef<'_>) {
        let part = |class: &str| with_class(**row, class).next();
        let number = part("label").and_then(|label| head::number(&line_of(&label)));
        let title = part("overskrift").map(|title| line_of(&title)).unwrap_or_default();
        let marked_closed = row
            .descendants()
            .filter_map(|node| node.value().as_text().map(|text| text.trim().to_lowercase()))
            .any(|text| text == "lukket punkt");
        self.blocks.push(Block::Item(Marked {
            number: number.unwrap_or_default(),
            closed: marked_closed || case::closed_title(&title),
            title,
            case: part("sagsnummer").map(|case| line_of(&case)).filter(|case| !case.is_empty()),
            sure: true,
        }));
        if let Some(body) = part("punkt") {
            self.in_bilag = false;
            self.children(*body);
        }
        for link in with_class(**row, "bilag-link") {
            let title = line_of(&link);
            let url = link.attr("href").and_then(super::link::safe);
            self.blocks.push(Block::Attachment(Attachment { title, url }));
        }
    }
}

fn firstagenda_rows(page: &Html) -> Option<Vec<ElementRef<'_>>> {
    let rows: Vec<ElementRef<'_>> = with_class(page.tree.root(), "punktrow").collect();
    (!rows.is_empty()).then_some(rows)
}

fn line_of(element: &ElementRef<'_>) -> String {
    tidy_line(&element.text().collect::<String>())
}

/// The elements below a node.
fn below(node: NodeRef<'_, Node>) -> impl Iterator<Item = ElementRef<'_>> {
    node.descendants().skip(1).filter_map(ElementRef::wrap)
}

fn with_class<'a>(node: NodeRef<'a, Node>, class: &str) -> impl Iterator<Item = ElementRef<'a>> {
    below(node).filter(move |element| {
        element.value().has_class(class, CaseSensitivity::AsciiCaseInsensitive)
    })
}

fn holds(node: NodeRef<'_, Node>, names: &[&str]) -> bool {
    node.descendants()
        .skip(1)
        .filter_map(|node| node.value().as_element())
        .any(|element| names.contains(&element.name()))
}

fn holds_headings(node: NodeRef<'_, Node>) -> bool {
    holds(node, &["h1", "h2", "h3", "h4", "h5", "h6", "table"])
}

fn holds_blocks(node: NodeRef<'_, Node>) -> bool {
    node.descendants().skip(1).filter_map(|node| node.value().as_element()).any(|element| {
        let name = element.name();
        is_heading(name) || name != "br" && BLOCKS.contains(&name)
    })
}
