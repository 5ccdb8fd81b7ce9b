//! Foreign XML as a small tree, bounded in depth and number. A DOCTYPE is refused, so there are no
//! entities to expand but the five that XML itself knows.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::AgendaError;

/// Deepest nesting. DOCX tables within tables stay below 60.
const DEEPEST: usize = 200;
/// Most elements and texts.
const MOST_NODES: usize = 2_000_000;

/// An element; names are without their namespace prefix.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Child>,
}

#[derive(Debug)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    /// An attribute's value; capitals do not matter.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let wanted = name.to_lowercase();
        self.attributes
            .iter()
            .find(|(found, _)| found.to_lowercase() == wanted)
            .map(|(_, value)| value.as_str())
    }

    /// The child elements.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// The first child element of this name; capitals do not matter.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.named(name).next()
    }

    /// The child elements of this name; capitals do not matter.
    pub(super) fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> {
        let wanted = name.to_lowercase();
        self.elements().filter(move |element| element.name.to_lowercase() == wanted)
    }

    /// All text below, in order.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.gather(&mut out);
        out
    }

    fn gather(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Element(element) => element.gather(out),
            }
        }
    }

    /// The trimmed text of a child or, where there is none, of an attribute of that name.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let text = self
            .child(name)
            .map(Element::text)
            .or_else(|| self.attribute(name).map(str::to_owned))?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// What stands inside, as HTML: markup may be escaped text, CDATA, or elements of the file.
    pub(super) fn inner_html(&self) -> String {
        if self.elements().next().is_none() {
            let text = self.text();
            // Bare text has lines; markup says itself where lines end.
            return if text.contains('<') || text.contains("&nbsp;") { text } else { lines(&text) };
        }
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(&super::markup::escape(text)),
                Child::Element(element) => {
                    // The cleaner decides which of these tags may stand; attributes never may.
                    let fits = element.name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                    let name = if fits { element.name.to_lowercase() } else { "div".to_owned() };
                    out.push_str(&format!("<{name}>"));
                    element.write(out);
                    out.push_str(&format!("</{name}>"));
                }
            }
        }
    }
}

/// Plain text as paragraphs.
fn lines(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("<p>{}</p>", super::markup::escape(line))).collect()
}

/// Whether `text` is XML, HTML apart.
pub(super) fn recognises(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with("<?xml")
        || start
            .strip_prefix('<')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '!'))
}

/// Reads `text` into its root element.
pub(super) fn parse(text: &str, name: &str) -> Result<Element, AgendaError> {
    let broken = |reason: String| AgendaError::Xml { name: name.to_owned(), reason };
    let too_much = |what| AgendaError::TooMuch { name: name.to_owned(), what };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut nodes = 0_usize;
    loop {
        nodes += 1;
        if nodes > MOST_NODES {
            return Err(too_much("elements"));
        }
        let event = reader.read_event().map_err(|error| broken(error.to_string()))?;
        let piece = match event {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(too_much("levels of nesting"));
                }
                open.push(element(&start).map_err(broken)?);
                continue;
            }
            Event::End(_) => {
                let Some(done) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(Child::Element(done)),
                    None => return Ok(done),
                }
                continue;
            }
            Event::Text(text) => text.xml_content(XmlVersion::Implicit1_0).into_owned(),
            Event::CData(text) => text.xml_content(XmlVersion::Implicit1_0).into_owned(),
            Event::GeneralRef(entity) => {
                let entity: &str = entity.as_ref();
                reference(entity).ok_or_else(|| broken(format!("it uses the entity &{entity};")))?
            }
            Event::DocType(_) => return Err(AgendaError::Doctype { name: name.to_owned() }),
            Event::Eof => return Err(broken("it ends in the middle".to_owned())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => continue,
        };
        if let Some(parent) = open.last_mut() {
            match parent.children.last_mut() {
                Some(Child::Text(text)) => text.push_str(&piece),
                _ => parent.children.push(Child::Text(piece)),
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let local = attribute.key.local_name().as_ref().to_owned();
        attributes.push((local, unescape(&attribute.value)?));
    }
    Ok(Element { name, attributes, children: Vec::new() })
}

fn unescape(raw: &str) -> Result<String, String> {
    let text = quick_xml::escape::unescape_with(raw, |_| None);
    text.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())
}

/// The five entities of XML, character references, and the blank that exports of HTML leave.
fn reference(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code)
            .filter(|c| !c.is_control() || c.is_whitespace())
            .map(String::from);
    }
    let text = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        _ => return None,
    };
    Some(text.to_owned())
}
