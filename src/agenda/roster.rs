//! Who may speak: "Name (A), role" lines, JSON, or the member list of an agenda.

use std::path::Path;

use serde_json::Value;

use super::markup::tidy_line;
use super::{AgendaError, MAX_ITEMS, load};
use crate::meeting::Member;

/// Reads the roster at `path`: one name a line ("Annelise Krogh (A), borgmester"; lines that begin
/// with `#` are remarks), a JSON array of names or members, or an object with `members`.
///
/// # Errors
/// When the file cannot be read or holds no name.
pub fn roster(path: &Path) -> Result<Vec<Member>, AgendaError> {
    let name = path.display().to_string();
    let bytes = load(path, &name)?;
    let text = super::decode(&bytes, &name)?.value;
    let text = text.trim_start_matches('\u{feff}');
    let members = if super::looks_like_json(text) {
        let value: Value = serde_json::from_str(text)
            .map_err(|source| AgendaError::Json { name: name.clone(), source })?;
        from_json(value, &name)?
    } else {
        text.lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .filter_map(member)
            .take(MAX_ITEMS)
            .collect()
    };
    if members.is_empty() { Err(AgendaError::NotARoster { name }) } else { Ok(members) }
}

fn from_json(value: Value, name: &str) -> Result<Vec<Member>, AgendaError> {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("members") {
            Some(Value::Array(list)) => list,
            _ => return Err(AgendaError::NotARoster { name: name.to_owned() }),
        },
        _ => return Err(AgendaError::NotARoster { name: name.to_owned() }),
    };
    list.into_iter()
        .take(MAX_ITEMS)
        .filter_map(|entry| match entry {
            Value::String(text) => member(&text).map(Ok),
            other => Some(serde_json::from_value(other)),
        })
        .collect::<Result<_, _>>()
        .map_err(|source| AgendaError::Shape { name: name.to_owned(), format: "a roster", source })
}

/// One member as people write it: `Name`, `Name (A)`, `Name (A), role`, `Name, role`.
pub(super) fn member(line: &str) -> Option<Member> {
    let line = tidy_line(line);
    let line = line.trim_start_matches(['-', '*', '•', ' ']).trim_end_matches(['.', ';', ' ']);
    let (name, party, rest) = match line.split_once('(') {
        Some((name, after)) => {
            let (party, rest) = after.split_once(')').unwrap_or((after, ""));
            (name, Some(party.trim()), rest)
        }
        None => match line.split_once(',') {
            Some((name, rest)) => (name, None, rest),
            None => (line, None, ""),
        },
    };
    let name = name.trim().trim_end_matches(',').trim();
    if !name.starts_with(char::is_alphabetic) || name.len() > 200 {
        return None;
    }
    let role = rest.trim_start_matches([',', '-', '–', ' ']).trim();
    Some(Member {
        name: name.to_owned(),
        party: party.filter(|party| !party.is_empty()).map(str::to_owned),
        role: (!role.is_empty()).then(|| role.to_owned()),
        absent: false,
    })
}
