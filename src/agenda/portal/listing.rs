//! The portal's lists → committees and their meetings.

use serde_json::Value;

use super::{Listed, is_id, paper_of};
use crate::agenda::firstagenda::date_and_time;
use crate::agenda::markup::line;

/// Most committees and most meetings taken from one list.
const MOST_COMMITTEES: usize = 2_000;
const MOST_MEETINGS: usize = 100_000;

/// A committee with the meetings that the front list gives.
#[derive(Debug)]
pub(super) struct Committee {
    pub(super) id: String,
    name: String,
    group: Option<String>,
    pub(super) meetings: Vec<Listed>,
}

impl Committee {
    /// The committee as an entry without a meeting, to be matched by name.
    pub(super) fn as_listed(&self) -> Listed {
        Listed {
            id: String::new(),
            committee: Some(self.name.clone()),
            group: self.group.clone(),
            date: None,
            time: None,
            place: None,
            paper: None,
            name: String::new(),
        }
    }
}

/// `{"Udvalg": {"Udvalg 2026-2029": [{Id, Navn, Moeder}]}}`, or a list without groups; none when
/// the answer is something else.
pub(super) fn committees(answer: &Value) -> Option<Vec<Committee>> {
    let groups: Vec<(Option<String>, &Value)> = match answer.get("Udvalg").unwrap_or(answer) {
        Value::Object(groups) => {
            groups.iter().map(|(name, list)| (Some(line(name)), list)).collect()
        }
        list @ Value::Array(_) => vec![(None, list)],
        _ => return None,
    };
    let mut found = Vec::new();
    let mut meetings = 0;
    for (group, list) in groups {
        for entry in list.as_array().into_iter().flatten() {
            let Some(id) = text(entry, "Id").filter(|id| is_id(id)) else { continue };
            let Some(name) = text(entry, "Navn") else { continue };
            let mut committee = Committee { id, name, group: group.clone(), meetings: Vec::new() };
            let list = entry.get("Moeder").and_then(Value::as_array).into_iter().flatten();
            let listed =
                list.filter_map(|entry| listed(entry, &committee)).take(MOST_MEETINGS - meetings);
            committee.meetings = listed.collect();
            meetings += committee.meetings.len();
            found.push(committee);
            if found.len() == MOST_COMMITTEES {
                return Some(found);
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The meetings of a search's answer. Portals differ in whether an entry is the meeting or holds it.
pub(super) fn entries(answer: &Value, committee: &Committee) -> Vec<Listed> {
    let list = answer.get("Dagsordner").or_else(|| answer.get("Moeder"));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|entry| {
        let meeting = entry.get("Moede").unwrap_or(entry);
        let mut found = listed(meeting, committee).or_else(|| listed(entry, committee))?;
        // `Moede.Id` is a zero GUID in a whole agenda; the entry's own is the meeting's.
        if let Some(id) = text(entry, "Id").filter(|id| is_id(id) && !is_zero(id)) {
            found.id = id;
        }
        Some(found)
    })
    .filter(|found| !is_zero(&found.id))
    .collect()
}

fn listed(entry: &Value, committee: &Committee) -> Option<Listed> {
    let id = text(entry, "Id").filter(|id| is_id(id))?;
    let moment = text(entry, "Dato").or_else(|| text(entry, "MeetingBeginUtc"));
    let (date, time) = moment.map_or((None, None), |moment| date_and_time(&moment));
    let name = text(entry, "Navn").unwrap_or_else(|| "Dagsorden".to_owned());
    let supplementary = entry.get("IsSupplementaryAgenda").and_then(Value::as_bool) == Some(true);
    Some(Listed {
        id,
        committee: Some(committee.name.clone()),
        group: committee.group.clone(),
        date,
        time,
        place: text(entry, "Sted"),
        paper: paper_of(&name, supplementary),
        name,
    })
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = line(value.get(key)?.as_str()?);
    (!text.is_empty()).then_some(text)
}
