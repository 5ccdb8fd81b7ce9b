//! Foreign HTML → clean text and safe HTML, cut at its headings.

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};

use crate::meeting::FieldText;

/// Longest HTML text of one field, bytes; what lies beyond is cut off. The longest
/// sagsfremstillinger seen are below 200 kB.
pub(super) const MAX_HTML: usize = 4 * 1024 * 1024;

/// Elements whose content is no text to read.
pub(super) const DROPPED: &[&str] = &[
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "head",
    "title", "textarea", "select", "button", "form", "audio", "video", "canvas",
];

/// Elements that safe HTML keeps, all without attributes.
const KEPT: &[&str] = &[
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "blockquote",
    "sub",
    "sup",
];

/// Elements that stand on lines of their own.
pub(super) const BLOCKS: &[&str] = &[
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "blockquote",
    "section",
    "article",
    "dl",
    "dt",
    "dd",
    "header",
    "footer",
    "pre",
    "hr",
    "br",
    "thead",
    "tbody",
    "caption",
    "figure",
];

/// A piece of a document: its heading, if it has one, and what stands below it.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) heading: Option<String>,
    pub(super) body: FieldText,
}

/// Most copies of formatting elements that a parser may have to make: so many, and so many for each
/// byte, so that a file of many fields is read in time that follows its size.
const MOST_COPIES: (usize, usize) = (10_000, 4);

/// Deepest nesting given to the parser, which looks through all open elements at every tag.
const DEEPEST: usize = 2_000;

/// Elements that end by themselves, or need no end.
const ENDLESS: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
    "p", "li", "td", "th", "tr", "dt", "dd", "thead", "tbody", "tfoot", "option", "colgroup",
];

/// What there is too much of for a parser that follows the HTML standard, if anything.
pub(super) fn unbearable(html: &str) -> Option<&'static str> {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = &name[..end];
        if name.is_empty() || ENDLESS.iter().any(|endless| name.eq_ignore_ascii_case(endless)) {
            continue;
        }
        depth = if tag.starts_with('/') { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    if deepest > DEEPEST {
        Some("levels of nesting")
    } else if multiplies(html) {
        Some("unclosed tags")
    } else {
        None
    }
}

/// Whether the markup would grow beyond bounds in a parser that follows the HTML standard: it opens
/// again every formatting element left open (`<b>`, `<font>` …) in every block that follows.
fn multiplies(html: &str) -> bool {
    const FORMATTING: [&str; 14] = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    let (mut open, mut most, mut tags) = (0_usize, 0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        tags += 1;
        let closes = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        if FORMATTING.iter().any(|formatting| name[..end].eq_ignore_ascii_case(formatting)) {
            open = if closes { open.saturating_sub(1) } else { open + 1 };
            most = most.max(open);
        }
    }
    most.saturating_mul(tags) > MOST_COPIES.0 + MOST_COPIES.1 * html.len()
}

/// Splits `html` at its headings (h1-h6). Text before the first has no heading.
pub(super) fn sections(html: &str) -> Vec<Section> {
    let mut reader = Reader::default();
    let html = cut(html);
    if unbearable(html).is_some() {
        let body = FieldText { text: html.to_owned(), html: None };
        return vec![Section { heading: None, body }];
    }
    let document = Html::parse_fragment(html);
    walk(document.tree.root(), &mut reader);
    reader.finish()
}

/// Reads a subtree, without recursion: hostile markup may nest deeper than the stack.
fn walk(root: NodeRef<'_, Node>, reader: &mut Reader) {
    let mut node = root;
    loop {
        match node.value() {
            Node::Element(element) => reader.open(element),
            Node::Text(text) => reader.text(text),
            _ => {}
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if let Node::Element(element) = node.value() {
                reader.close(element);
            }
            if node == root {
                return;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return,
            }
        }
    }
}

/// Neighbouring nodes of a parsed page as one field; headings among them are text.
pub(super) fn field<'a>(nodes: impl IntoIterator<Item = NodeRef<'a, Node>>) -> FieldText {
    let mut reader = Reader::default();
    for node in nodes {
        walk(node, &mut reader);
    }
    let mut whole = FieldText::default();
    for section in reader.finish() {
        let heading = section.heading.unwrap_or_default();
        for text in [heading.as_str(), section.body.text.as_str()] {
            if !text.is_empty() {
                whole.text.push_str(if whole.text.is_empty() { "" } else { "\n" });
                whole.text.push_str(text);
            }
        }
        let html = whole.html.get_or_insert_default();
        if !heading.is_empty() {
            html.push_str(&format!("<p>{}</p>", escape(&heading)));
        }
        html.push_str(&section.body.html.unwrap_or_default());
    }
    whole
}

/// Text as it stands between tags.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The text of a fragment on one line, for titles.
pub(super) fn line(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return tidy_line(html);
    }
    let texts: Vec<String> = sections(html)
        .into_iter()
        .map(|section| section.heading.unwrap_or_default() + " " + &section.body.text)
        .collect();
    tidy_line(&texts.join(" "))
}

/// One line with single blanks and no control characters.
pub(super) fn tidy_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_control() || c == '\u{ad}' { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(html: &str) -> &str {
    if html.len() <= MAX_HTML {
        return html;
    }
    let mut end = MAX_HTML;
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

#[derive(Default)]
struct Reader {
    done: Vec<Section>,
    heading: Option<String>,
    in_heading: Option<String>,
    text: String,
    html: String,
    open: Vec<String>,
    dropping: usize,
    /// Counters of the lists around, 0 for bullets.
    lists: Vec<u32>,
}

impl Reader {
    fn open(&mut self, element: &Element) {
        let name = element.name();
        if self.dropping > 0 || DROPPED.contains(&name) {
            self.dropping += 1;
            return;
        }
        if is_heading(name) {
            self.end_section();
            self.in_heading = Some(String::new());
            return;
        }
        if self.in_heading.is_some() {
            return;
        }
        if BLOCKS.contains(&name) {
            self.break_line();
        } else if name == "td" || name == "th" {
            self.text.push('\t');
        }
        match name {
            "ol" => self.lists.push(1),
            "ul" => self.lists.push(0),
            "li" => {
                let mark = match self.lists.last_mut() {
                    Some(count) if *count > 0 => {
                        let mark = format!("{count}. ");
                        *count = count.saturating_add(1);
                        mark
                    }
                    _ => "- ".to_owned(),
                };
                self.text.push_str(&mark);
            }
            _ => {}
        }
        if name == "br" {
            self.html.push_str("<br>");
        } else if KEPT.contains(&name) {
            self.html.push_str(&format!("<{name}>"));
            self.open.push(name.to_owned());
        }
    }

    fn text(&mut self, text: &str) {
        if self.dropping > 0 {
            return;
        }
        if let Some(heading) = &mut self.in_heading {
            heading.push_str(text);
            return;
        }
        for (at, word) in text.split_whitespace().enumerate() {
            let glued = at == 0 && !text.starts_with(char::is_whitespace);
            if !glued && !self.text.is_empty() && !self.text.ends_with(['\n', ' ', '\t']) {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
        if text.ends_with(char::is_whitespace) && !self.text.ends_with(['\n', ' ', '\t']) {
            self.text.push(' ');
        }
        self.html.push_str(&escape(text));
    }

    fn close(&mut self, element: &Element) {
        let name = element.name();
        if self.dropping > 0 {
            self.dropping -= 1;
            return;
        }
        if is_heading(name) {
            if let Some(heading) = self.in_heading.take() {
                let heading = tidy_line(&heading);
                self.heading = (!heading.is_empty()).then_some(heading);
            }
            return;
        }
        if self.in_heading.is_some() {
            return;
        }
        if BLOCKS.contains(&name) {
            self.break_line();
        }
        if name == "ol" || name == "ul" {
            self.lists.pop();
        }
        if KEPT.contains(&name) && self.open.last().is_some_and(|last| last == name) {
            self.open.pop();
            self.html.push_str(&format!("</{name}>"));
        }
    }

    fn break_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn end_section(&mut self) {
        while let Some(name) = self.open.pop() {
            self.html.push_str(&format!("</{name}>"));
        }
        let text = tidy_lines(&std::mem::take(&mut self.text));
        let html = std::mem::take(&mut self.html).trim().to_owned();
        let heading = self.heading.take();
        if heading.is_some() || !text.is_empty() {
            let html = (!text.is_empty()).then_some(html);
            self.done.push(Section { heading, body: FieldText { text, html } });
        }
    }

    fn finish(mut self) -> Vec<Section> {
        self.end_section();
        self.done
    }
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Lines tidied, empty ones and bare list marks dropped.
fn tidy_lines(text: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(tidy_line).filter(|line| !line.is_empty() && line != "-").collect();
    lines.join("\n")
}
