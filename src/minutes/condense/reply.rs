//! What the language model answered, believed in nothing.

use serde_json::Value;

use crate::danish::words;

/// Most sentences taken from one answer, and letters of one.
const MOST: usize = 24;
const LONGEST: usize = 600;
/// Most passages that a sentence may cite: with more, anything is somewhere in them.
pub(super) const MOST_CITED: usize = 4;

/// A sentence that the model proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposal {
    pub text: String,
    /// Numbers of the passages cited; empty when there are none, too many or no numbers.
    pub cited: Vec<u32>,
}

/// Reads the sentences out of the model's text. Servers that ignore the schema wrap the JSON in
/// words or code fences; none when there is no such JSON in it.
pub(super) fn read(content: &str) -> Option<Vec<Proposal>> {
    // What a model thinks aloud comes before its answer.
    let content = content.rsplit_once("</think>").map_or(content, |(_, answer)| answer);
    let listed = content
        .char_indices()
        .filter(|(_, c)| matches!(c, '{' | '['))
        .take(8)
        .filter_map(|(at, _)| content.get(at..))
        .find_map(|rest| {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            list(values.next()?.ok()?)
        })
        .or_else(|| salvaged(content))?;
    let mut found = Vec::new();
    for entry in listed.iter().take(MOST) {
        let Some(text) = entry.get("text").and_then(Value::as_str) else { continue };
        if text.len() > LONGEST {
            continue;
        }
        let cited = cited(entry.get("segments").unwrap_or(&Value::Null));
        // Two sentences in one text are checked one by one.
        found.extend(words::sentences(text).into_iter().map(|sentence| Proposal {
            text: sentence.split_whitespace().collect::<Vec<_>>().join(" "),
            cited: cited.clone(),
        }));
    }
    found.truncate(MOST);
    Some(found)
}

/// The whole sentences of an answer whose end is missing.
fn salvaged(content: &str) -> Option<Vec<Value>> {
    let (_, listed) = content.split_once("\"sentences\"")?;
    let mut found = Vec::new();
    let mut rest = listed;
    while found.len() < MOST
        && let Some(at) = rest.find('{')
    {
        rest = rest.get(at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { break };
        rest = rest.get(values.byte_offset()..)?;
        found.push(value);
    }
    (!found.is_empty()).then_some(found)
}

fn list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(entries) if entries.iter().all(Value::is_object) => Some(entries),
        Value::Object(mut fields) => match fields.remove("sentences")? {
            Value::Array(entries) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

fn cited(value: &Value) -> Vec<u32> {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.trim_matches(['[', ']', ' ']).parse().ok(),
        _ => None,
    };
    let mut numbers: Vec<u32> = match value {
        Value::Array(entries) if entries.len() <= MOST_CITED => {
            // One that is no number makes the whole citation worthless.
            entries.iter().map(number).collect::<Option<_>>().unwrap_or_default()
        }
        Value::Array(_) => Vec::new(),
        other => number(other).into_iter().collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
