//! The canonical form of OS2web meetings, as JSON or XML: a meeting with `bullet_points`, each
//! with `attachments` (titled texts) and `enclosures` (files). Shape: OS2web/os2web_meetings.

use serde_json::{Map, Value};

use super::xml::{Child, Element};
use super::{AgendaError, case, field, paper, preface};
use crate::meeting::{Agenda, AgendaItem, Attachment, Outcome, Warning};

/// Whether a JSON value has the outer shape, bare or under `meeting`.
pub(super) fn recognises(value: &Value) -> bool {
    meeting(value).is_some()
}

/// Whether an XML file has the outer shape.
pub(super) fn recognises_xml(root: &Element) -> bool {
    root.child("bullet_points").is_some()
        || root.child("meeting").is_some_and(|meeting| meeting.child("bullet_points").is_some())
}

fn meeting(value: &Value) -> Option<&Map<String, Value>> {
    let bare = |value: &Value| {
        value.as_object().is_some_and(|object| object.contains_key("bullet_points"))
    };
    let found = [Some(value), value.get("meeting"), value.get(0)];
    found.into_iter().flatten().find(|value| bare(value))?.as_object()
}

/// Reads an XML file.
pub(super) fn parse_xml(root: &Element, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    parse(&json(root), name)
}

/// Elements as objects, repeated ones as lists, so that one reader serves both notations.
fn json(element: &Element) -> Value {
    let mut object = Map::new();
    for (name, value) in &element.attributes {
        object.insert(name.clone(), Value::String(value.clone()));
    }
    for child in element.elements() {
        // Markup in a text is no structure.
        let value = if child.name == "body" || child.name == "title" {
            Value::String(child.inner_html())
        } else {
            json(child)
        };
        match object.get_mut(&child.name) {
            None => {
                object.insert(child.name.clone(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(before) => {
                let first = before.take();
                *before = Value::Array(vec![first, value]);
            }
        }
    }
    if object.is_empty() || element.children.iter().all(|child| matches!(child, Child::Text(_))) {
        return Value::String(element.text().trim().to_owned());
    }
    Value::Object(object)
}

/// Reads a JSON value.
pub(super) fn parse(value: &Value, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let nothing = || AgendaError::NotAnAgenda { name: name.to_owned() };
    let meeting = meeting(value).ok_or_else(nothing)?;
    let mut warnings = Vec::new();
    let mut agenda = Agenda::new(Vec::new());
    agenda.paper = text(meeting.get("type")).and_then(|kind| paper::named(&kind));
    agenda.committee = named(meeting.get("committee"));
    agenda.place = named(meeting.get("location"));
    if let Some(start) = meeting.get("start").or_else(|| meeting.get("start_date")) {
        (agenda.date, agenda.time) = moment(start);
    }
    let closed = meeting.get("access").is_some_and(is_closed);
    for (at, point) in list(meeting.get("bullet_points")).into_iter().enumerate() {
        super::bound(at, name)?;
        let Some(point) = point.as_object() else { continue };
        let item = item(point, at, closed, agenda.date.as_deref(), &mut warnings);
        agenda.items.push(item);
    }
    if agenda.items.is_empty() {
        return Err(nothing());
    }
    Ok(Outcome::new(agenda, warnings))
}

fn item(
    point: &Map<String, Value>,
    at: usize,
    closed: bool,
    date: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> AgendaItem {
    let printed = text(point.get("title")).unwrap_or_default();
    let (title, in_title) = case::split(&super::markup::line(&printed));
    let labels = ["case", "case_number", "case_id", "sagsnummer"];
    let case = labels.iter().find_map(|name| text(point.get(*name)));
    let mut item = AgendaItem {
        number: field::number(text(point.get("number")), at, warnings),
        closed: closed || point.get("access").map_or(case::closed_title(&title), is_closed),
        title,
        case: case.or(in_title),
        ..AgendaItem::default()
    };
    for part in list(point.get("attachments")) {
        let heading = text(part.get("title")).unwrap_or_default();
        let body = text(part.get("body")).unwrap_or_default();
        if body.is_empty() {
            // SBSYS' files come among the texts: a title and a file, no body.
            file(&mut item, part);
        } else {
            field::add_markup(&mut item.fields, &super::markup::line(&heading), &body, date);
        }
    }
    for part in list(point.get("enclosures")) {
        file(&mut item, part);
    }
    item
}

fn file(item: &mut AgendaItem, part: &Value) {
    if part.get("access").is_some_and(is_closed) {
        return;
    }
    let title = super::markup::line(&text(part.get("title")).unwrap_or_default());
    let url = text(part.get("uri")).and_then(|uri| super::link::safe(&uri));
    if !title.is_empty() && (url.is_some() || part.get("body").is_none()) {
        item.attachments.push(Attachment { title, url });
    }
}

/// A list; XML gives a single entry bare, and some exports wrap it once more.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(object)) => match object.values().next() {
            Some(Value::Array(list)) if object.len() == 1 => list.iter().collect(),
            Some(inner @ Value::Object(_)) if object.len() == 1 => vec![inner],
            _ => value.into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// "Byrådet" or `{"id": …, "name": "Byrådet"}`.
fn named(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let found = text(Some(value)).or_else(|| text(value.get("name")))?;
    Some(super::markup::line(&found))
}

/// `false`, `0`, "false", "lukket", and 2, which is OS2web's AGENDA_ACCESS_CLOSED.
fn is_closed(value: &Value) -> bool {
    match value {
        Value::Bool(open) => !open,
        Value::Number(number) => number.as_i64() != Some(1),
        Value::String(text) => {
            let text = text.trim().to_lowercase();
            matches!(text.as_str(), "false" | "0" | "2" | "nej" | "closed")
                || text.starts_with("luk")
        }
        _ => false,
    }
}

/// Seconds since 1970 in UTC, or a written date.
fn moment(value: &Value) -> (Option<String>, Option<String>) {
    let Some(text) = text(Some(value)) else { return (None, None) };
    if let Ok(seconds) = text.parse::<i64>()
        && let Ok(instant) = jiff::Timestamp::from_second(seconds)
        && let Ok(local) = instant.in_tz("Europe/Copenhagen")
    {
        let (date, time) = (local.strftime("%Y-%m-%d"), local.strftime("%H:%M"));
        return (Some(date.to_string()), Some(time.to_string()));
    }
    let lower = text.to_lowercase();
    let time = preface::time(&lower).or_else(|| preface::clock(text.get(11..)?));
    (preface::date(&text), time)
}
