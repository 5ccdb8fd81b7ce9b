//! A document as a row of blocks → items with their fields.
//!
//! Every format without fields of its own ends here: pasted text, PDF, DOCX, HTML pages. Where the
//! source marks its items (numbered headings, rows of an agenda table), only those are items, and
//! "1. …" elsewhere counts points. Where it marks none, numbered lines are weighed one by one. A
//! table of contents is known by its numbers coming again under the same titles.

mod marks;

use std::collections::BTreeMap;

use super::head::{self, Head, follows, head, letters, same_title};
use super::markup::{escape, tidy_line};
use super::wrap::{self, unwrap};
use super::{AgendaError, case, field, preface};
use marks::Marks;

use crate::meeting::{Agenda, AgendaItem, Attachment, FieldText, Outcome, Stage, Warning};

/// A first line at least this long may have been wrapped by the page's edge, characters.
const WRAP_WIDTH: usize = 55;

/// "Punktet behandles for lukkede døre." is a mark, and no text; a longer line is one, bytes.
const SHORT: usize = 80;

/// A piece of a document.
#[derive(Debug)]
pub(super) enum Block {
    /// An item that the source marks as one.
    Item(Marked),
    Heading {
        /// 1 for the highest.
        level: u8,
        text: String,
    },
    /// Text and, where there was markup, the same as safe HTML.
    Text(FieldText),
    /// A bilag of the item before.
    Attachment(Attachment),
}

impl Block {
    /// A line of plain text; an empty one ends a paragraph.
    pub(super) fn line(text: impl Into<String>) -> Self {
        Self::Text(FieldText { text: text.into(), html: None })
    }
}

/// An item as a table's row or a page's classes give it.
#[derive(Debug, Default)]
pub(super) struct Marked {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) case: Option<String>,
    pub(super) closed: bool,
    /// Whether the source leaves no doubt that this is an item.
    pub(super) sure: bool,
}

/// How a source breaks its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lines {
    /// At the page's edge: titles and paragraphs go on in the next line.
    #[default]
    Wrapped,
    /// Where the paragraph ends.
    Whole,
}

/// Reads blocks as an agenda.
pub(super) fn read(
    blocks: Vec<Block>,
    lines: Lines,
    name: &str,
) -> Result<Outcome<Agenda>, AgendaError> {
    let marks = Marks::of(&blocks);
    let texts = blocks.iter().filter_map(|block| match block {
        Block::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    let width = wrap::width(texts.flat_map(str::lines));
    let mut reader = Reader { marks, lines, width, ..Reader::default() };
    let mut unnumbered = 0_usize;
    for block in blocks {
        match block {
            Block::Item(item) if reader.marks.takes(&item) => reader.marked(item),
            Block::Item(item) => {
                let number = format!("{}\t{}", item.number, item.title);
                reader.line(&number);
            }
            Block::Heading { level, text } if reader.marks.unnumbered == Some(level) => {
                if field::known(&text).is_some() || case::part(&text.to_lowercase()).is_some() {
                    reader.heading(level, &text);
                } else {
                    unnumbered += 1;
                    reader.heading(level, &format!("Punkt {unnumbered}: {text}"));
                }
            }
            Block::Heading { level, text } => reader.heading(level, &text),
            Block::Text(text) => reader.text(text),
            Block::Attachment(attachment) => reader.attachment(attachment),
        }
        if reader.agenda.items.len() > super::MAX_ITEMS {
            return Err(AgendaError::TooManyItems { name: name.to_owned() });
        }
    }
    if reader.agenda.items.is_empty() {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    if unnumbered > 0 {
        let message = "The items have no numbers; their places in the list stand in for them.";
        reader.warnings.push(Warning::notice(Stage::Agenda, "item-without-number", message));
    }
    Ok(reader.finish())
}

/// What a line of text is.
enum Kind<'a> {
    Head(Head<'a>),
    Part(bool),
    Case(String),
    Access(bool),
    Field(String),
    Body,
}

#[derive(Default)]
struct Reader {
    marks: Marks,
    lines: Lines,
    /// Width of the page, characters.
    width: usize,
    agenda: Agenda,
    warnings: Vec<Warning>,
    /// Lines before the first item.
    preface: Vec<String>,
    by_number: BTreeMap<String, usize>,
    current: Option<usize>,
    /// The line before was a title that this one may continue.
    in_title: bool,
    /// Letters of the title's rest, when an item's second heading may be wrapped.
    rest_of_title: Vec<char>,
    blank_before: bool,
    key: Option<String>,
    body: Vec<FieldText>,
    closed_part: bool,
    /// Level of the heading of the current item.
    level: u8,
}

impl Reader {
    fn marked(&mut self, item: Marked) {
        let (title, case) = case::split(&item.title);
        let closed = item.closed;
        let at = match self.by_number.get(&item.number) {
            Some(&at) if same_title(&self.agenda.items[at].title, &title) => {
                self.enter(at);
                at
            }
            _ => self.push(item.number, title),
        };
        self.in_title = false;
        self.level = 0;
        let entry = &mut self.agenda.items[at];
        entry.closed |= closed;
        if entry.case.is_none() {
            entry.case = item.case.or(case);
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        let text = tidy_line(text);
        if text.is_empty() {
            self.end_field();
            return;
        }
        let found = head(&text).or_else(|| {
            let number = head::number(&text)?;
            Some(Head { number, title: "", prefixed: true })
        });
        if let Some(found) = found {
            let deeper = self.current.is_some() && self.marks.level.is_some_and(|top| level > top);
            let known = self.by_number.contains_key(&found.number);
            let next =
                self.agenda.items.last().is_none_or(|last| follows(&last.number, &found.number));
            let wanted = !deeper || known && !self.points() || next && found.prefixed;
            let head = Head { prefixed: true, ..found };
            if wanted && self.accept(&head) {
                self.level = level;
                return;
            }
        }
        if self.title_is_missing() && field::known(&text).is_none() {
            self.continue_title(&text);
            return;
        }
        match self.kind(&text) {
            Kind::Part(closed) => {
                self.part(closed);
                return;
            }
            Kind::Case(case) => {
                self.case(case);
                return;
            }
            Kind::Access(closed) => {
                self.access(closed);
                return;
            }
            Kind::Field(key) => {
                self.end_field();
                self.key = Some(key);
                return;
            }
            Kind::Head(_) | Kind::Body => {}
        }
        if self.current.is_none() {
            self.line(&text);
        } else if level <= self.level {
            self.end_field();
            self.current = None;
            let message = format!(
                "The heading \"{}\" has no item number; what stands below it was left out.",
                text.chars().take(80).collect::<String>()
            );
            self.warnings.push(Warning::notice(Stage::Agenda, "heading-without-number", message));
        } else {
            self.end_field();
            self.key = Some(field::key(&text, self.agenda.date.as_deref()));
        }
    }

    /// Whether the field being read is one whose points are numbered.
    fn points(&self) -> bool {
        self.key.as_deref().is_some_and(|key| key == "indstilling" || key == "beslutning")
    }

    fn text(&mut self, block: FieldText) {
        if block.text.is_empty() {
            self.blank();
            return;
        }
        let plain = block.html.is_some()
            && !self.title_is_missing()
            && !self.in_title
            && self.current.is_some()
            && block.text.lines().all(|line| matches!(self.kind(line), Kind::Body));
        if !plain {
            // A block that holds more than one field gives up its markup, lest it leak into two.
            for line in block.text.lines() {
                self.line(line);
            }
            return;
        }
        self.mark_closed(&block.text.to_lowercase());
        self.blank_before = false;
        self.body.push(block);
    }

    fn attachment(&mut self, attachment: Attachment) {
        if let Some(at) = self.current {
            self.agenda.items[at].attachments.push(attachment);
        }
    }

    fn blank(&mut self) {
        self.in_title &= self.title_is_missing();
        self.rest_of_title.clear();
        self.blank_before = true;
        if self.current.is_some() {
            self.body.push(FieldText::default());
        } else {
            self.preface.push(String::new());
        }
    }

    fn line(&mut self, line: &str) {
        if line.trim().is_empty() {
            self.blank();
            return;
        }
        let kind = self.kind(line);
        let blank_before = std::mem::replace(&mut self.blank_before, false);
        match kind {
            Kind::Head(head) => {
                if self.may_head(&head, blank_before) && self.accept(&head) {
                    return;
                }
            }
            Kind::Part(closed) => {
                self.part(closed);
                return;
            }
            Kind::Case(case) if self.current.is_some() => {
                self.case(case);
                return;
            }
            Kind::Access(closed) if self.current.is_some() => {
                self.access(closed);
                return;
            }
            Kind::Field(key) if self.current.is_some() => {
                self.end_field();
                self.key = Some(key);
                return;
            }
            Kind::Case(_) | Kind::Access(_) | Kind::Field(_) | Kind::Body => {}
        }
        if self.current.is_none() {
            self.preface.push(line.to_owned());
            return;
        }
        self.mark_closed(&line.to_lowercase());
        if self.in_title && self.continues(line) {
            self.continue_title(line);
            return;
        }
        self.in_title = false;
        if self.lines == Lines::Wrapped && !self.rest_of_title.is_empty() {
            let more = letters(line, usize::MAX);
            if self.rest_of_title.starts_with(&more) {
                self.rest_of_title.drain(..more.len());
                return;
            }
            self.rest_of_title.clear();
        }
        self.body.push(FieldText { text: line.replace('\t', " "), html: None });
    }

    fn kind<'a>(&self, line: &'a str) -> Kind<'a> {
        if self.marks.lines()
            && let Some(head) = head(line)
        {
            return Kind::Head(head);
        }
        let lower = line.to_lowercase();
        if let Some(closed) = case::part(&lower) {
            return Kind::Part(closed);
        }
        if let Some(case) = case::labelled(line) {
            return Kind::Case(case);
        }
        if let Some(closed) = case::access(&lower) {
            return Kind::Access(closed);
        }
        if line.len() < SHORT && case::closed_line(&lower) {
            return Kind::Access(true);
        }
        match field_heading(line, self.agenda.date.as_deref()) {
            Some(key) => Kind::Field(key),
            None => Kind::Body,
        }
    }

    fn part(&mut self, closed: bool) {
        self.end_field();
        self.current = None;
        self.closed_part = closed;
    }

    fn case(&mut self, case: String) {
        if let Some(at) = self.current {
            self.agenda.items[at].case.get_or_insert(case);
            self.in_title = false;
        }
    }

    /// An item once known as closed stays so.
    fn access(&mut self, closed: bool) {
        if let Some(at) = self.current {
            self.agenda.items[at].closed |= closed;
            self.in_title = false;
        }
    }

    fn mark_closed(&mut self, lower: &str) {
        if let Some(at) = self.current
            && lower.lines().any(case::closed_line)
        {
            self.agenda.items[at].closed = true;
        }
    }

    fn title_is_missing(&self) -> bool {
        self.current.is_some_and(|at| self.agenda.items[at].title.is_empty())
    }

    /// Whether a numbered line can be an item where it stands.
    fn may_head(&self, head: &Head<'_>, blank_before: bool) -> bool {
        if head.prefixed {
            return true;
        }
        if let Some(&at) = self.by_number.get(&head.number) {
            let (title, _) = case::split(head.title);
            return same_title(&self.agenda.items[at].title, &title);
        }
        // Below "Punkt 3" or under a heading such as Indstilling, "2. …" counts points.
        let in_field = self.key.is_some();
        let last = self.agenda.items.last();
        let next = last.is_none_or(|last| follows(&last.number, &head.number));
        !(self.marks.prefixed && in_field
            || !next
            || in_field && !blank_before
            || self.points() && self.counts(&head.number))
    }

    /// Whether the field being read holds the point before `number`.
    fn counts(&self, number: &str) -> bool {
        let Some(before) = number.parse::<u32>().ok().and_then(|number| number.checked_sub(1))
        else {
            return false;
        };
        before == 0
            || self.body.iter().any(|line| {
                line.text.starts_with(&format!("{before}."))
                    || line.text.starts_with(&format!("{before})"))
            })
    }

    fn accept(&mut self, head: &Head<'_>) -> bool {
        let (title, case) = case::split(head.title);
        let Some(&at) = self.by_number.get(&head.number) else {
            let at = self.push(head.number.clone(), title);
            self.agenda.items[at].case = case;
            return true;
        };
        let item = &self.agenda.items[at];
        if !title.is_empty() && !item.title.is_empty() && !same_title(&item.title, &title) {
            // The same number under another title is a point of a list, unless it says Punkt.
            if !head.prefixed || self.points() {
                return false;
            }
        }
        // The item itself after its line in the table of contents.
        self.enter(at);
        let item = &mut self.agenda.items[at];
        if title.len() > item.title.len() {
            item.title = title;
            self.in_title = true;
        } else {
            let shown = letters(&title, usize::MAX);
            let whole = letters(&item.title, usize::MAX);
            self.rest_of_title = whole.strip_prefix(shown.as_slice()).unwrap_or_default().to_vec();
        }
        if item.case.is_none() {
            item.case = case;
        }
        true
    }

    fn enter(&mut self, at: usize) {
        self.end_field();
        self.current = Some(at);
        self.in_title = false;
        self.rest_of_title.clear();
    }

    fn push(&mut self, number: String, title: String) -> usize {
        self.end_field();
        if self.agenda.items.is_empty() {
            let lines: Vec<&str> = self.preface.iter().map(String::as_str).collect();
            preface::read(&lines, &mut self.agenda);
        }
        let at = self.agenda.items.len();
        self.by_number.entry(number.clone()).or_insert(at);
        self.current = Some(at);
        self.in_title = true;
        self.rest_of_title.clear();
        let closed = self.closed_part || case::closed_title(&title);
        self.agenda.items.push(AgendaItem { number, title, closed, ..AgendaItem::default() });
        at
    }

    fn continue_title(&mut self, line: &str) {
        let Some(at) = self.current else { return };
        let title = &mut self.agenda.items[at].title;
        if title.ends_with('-') && line.starts_with(char::is_lowercase) && !starts_with_and(line) {
            title.pop();
        } else if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(line);
    }

    fn continues(&self, line: &str) -> bool {
        let Some(at) = self.current else { return false };
        let title = &self.agenda.items[at].title;
        if title.is_empty() {
            return true;
        }
        if self.lines == Lines::Whole || title.len() + line.len() > head::LONGEST_TITLE {
            return false;
        }
        let last = title.split_whitespace().last().unwrap_or_default().to_lowercase();
        let hangs = title.ends_with(['-', ',', '–', '(', '/']) || HANGING.contains(&last.as_str());
        let sentence = line.ends_with('.') && line.starts_with(char::is_uppercase);
        hangs || line.starts_with(char::is_lowercase) || title.len() >= WRAP_WIDTH && !sentence
    }

    fn end_field(&mut self) {
        self.in_title = false;
        let body = std::mem::take(&mut self.body);
        let key = self.key.take();
        let Some(current) = self.current else { return };
        let item = &mut self.agenda.items[current];
        if key.as_deref() == Some("bilag") {
            let lines = body.iter().flat_map(|part| part.text.lines());
            let titles = lines
                .map(|line| line.trim_start_matches(['-', '*', '•', '·', ' ']))
                .filter(|line| !line.is_empty() && !line.eq_ignore_ascii_case("ingen"));
            item.attachments
                .extend(titles.map(|title| Attachment { title: title.to_owned(), url: None }));
            return;
        }
        let key = key.unwrap_or_else(|| "sagsfremstilling".to_owned());
        field::add(&mut item.fields, key, join(&body, self.lines, self.width));
    }

    fn finish(mut self) -> Outcome<Agenda> {
        self.end_field();
        for item in &mut self.agenda.items {
            let (title, case) = case::split(&item.title);
            item.title = title;
            if item.case.is_none() {
                item.case = case;
            }
            item.closed |= case::closed_title(&item.title);
        }
        self.agenda.schema = Agenda::SCHEMA.to_owned();
        Outcome::new(self.agenda, self.warnings)
    }
}

/// Words after which a title cannot end.
const HANGING: &[&str] = &[
    "og", "af", "for", "til", "i", "på", "om", "med", "samt", "ved", "vedr.", "fra", "under",
    "efter", "en", "et", "den", "det", "de", "eller", "mellem", "mod", "over",
];

/// "Børne- og" keeps its hyphen.
pub(super) fn starts_with_and(line: &str) -> bool {
    matches!(line.split_whitespace().next(), Some("og" | "eller" | "samt" | "og/eller"))
}

/// "Indstilling", "Indstilling:", "Beslutning i Økonomiudvalget den 16-03-2026".
fn field_heading(line: &str, date: Option<&str>) -> Option<String> {
    if let Some(key) = field::known(line) {
        return Some(key.to_owned());
    }
    let lower = line.to_lowercase();
    let dated = ["beslutning i ", "beslutning fra ", "beslutning den "]
        .iter()
        .any(|start| lower.starts_with(start));
    (dated && line.len() < 100 && !line.ends_with('.')).then(|| field::key(line, date))
}

/// The parts of a field, as text and, when any part had markup, as HTML.
fn join(parts: &[FieldText], lines: Lines, width: usize) -> FieldText {
    let texts: Vec<&str> = parts.iter().flat_map(|part| part.text.split('\n')).collect();
    let text = match lines {
        Lines::Wrapped => unwrap(&texts, width),
        Lines::Whole => {
            texts.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        }
    };
    let html = parts.iter().any(|part| part.html.is_some()).then(|| {
        let part = |part: &FieldText| match &part.html {
            Some(html) => html.clone(),
            None if part.text.is_empty() => String::new(),
            None => format!("<p>{}</p>", escape(&part.text)),
        };
        parts.iter().map(part).collect()
    });
    FieldText { text, html }
}
