//! Our own agenda JSON, from the minimal one (numbers and titles) to the full one.

use serde_json::Value;

use super::AgendaError;
use super::markup::{sections, tidy_line};
use crate::meeting::{Agenda, FieldText, Outcome, Stage, Warning};

const FORMAT: &str = "our agenda JSON";

/// Reads `value` as our agenda.
pub(super) fn parse(mut value: Value, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
    if !schema.is_empty() && !schema.starts_with("referent/agenda/") {
        let found = format!("a file of the kind {}", shorten(schema));
        return Err(AgendaError::OtherThing { name: name.to_owned(), found });
    }
    let newer = !schema.is_empty() && schema != Agenda::SCHEMA;
    let Some(items) = value.get_mut("items").and_then(Value::as_array_mut) else {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    };
    for item in items.iter_mut() {
        // People who write the minimal form by hand leave the quotes out.
        if let Some(number) = item.get_mut("number")
            && let Some(digits) = number.as_u64()
        {
            *number = Value::String(digits.to_string());
        }
    }
    let mut agenda: Agenda = serde_json::from_value(value)
        .map_err(|source| AgendaError::Shape { name: name.to_owned(), format: FORMAT, source })?;
    if agenda.items.is_empty() {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    agenda.schema = Agenda::SCHEMA.to_owned();
    for item in &mut agenda.items {
        item.number = tidy_line(&item.number);
        item.title = tidy_line(&item.title);
        item.fields.values_mut().for_each(clean);
        for attachment in &mut item.attachments {
            attachment.title = tidy_line(&attachment.title);
            attachment.url = attachment.url.take().and_then(|url| super::link::safe(&url));
        }
    }
    let mut warnings = Vec::new();
    if newer {
        warnings.push(Warning::notice(
            Stage::Agenda,
            "agenda-schema",
            "The agenda was written by another version of Referent; check that nothing is missing.",
        ));
    }
    Ok(Outcome::new(agenda, warnings))
}

/// The file may come from anywhere, so its HTML is cleaned like any other.
fn clean(field: &mut FieldText) {
    let Some(html) = field.html.take() else { return };
    let cleaned: Vec<String> =
        sections(&html).into_iter().filter_map(|section| section.body.html).collect();
    field.html = (!cleaned.is_empty()).then(|| cleaned.concat());
}

pub(super) fn shorten(text: &str) -> String {
    tidy_line(text).chars().take(60).collect()
}
