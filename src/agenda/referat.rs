//! The published referat: an agenda with `beslutning`, read on for outcome, votes and attendance.

mod clause;
mod decision;
mod presence;
mod vote;

use std::path::Path;

use super::AgendaError;
use crate::danish::parties::Register;
use crate::meeting::{
    Agenda, AgendaItem, AttendanceKind, Outcome, Presence, Referat, ReferatItem, Stage, Warning,
};

/// Reads the referat at `path` in whichever supported format it is.
///
/// # Errors
/// As [`super::read`].
pub fn read_referat(path: &Path) -> Result<Outcome<Referat>, AgendaError> {
    let name = path.display().to_string();
    parse_referat(&super::load(path, &name)?, &name)
}

/// Reads a referat from memory; `name` stands in messages only.
///
/// # Errors
/// As [`super::parse`].
pub fn parse_referat(bytes: &[u8], name: &str) -> Result<Outcome<Referat>, AgendaError> {
    let mut warnings = Vec::new();
    let agenda = super::parse(bytes, name)?.drain_into(&mut warnings);
    Ok(Outcome::new(referat(&agenda, &mut warnings), warnings))
}

fn referat(agenda: &Agenda, warnings: &mut Vec<Warning>) -> Referat {
    let register = Register::national();
    let mut attendance: Vec<Presence> = agenda
        .members
        .iter()
        .map(|member| Presence {
            name: member.name.clone(),
            party: member.party.clone(),
            kind: if member.absent { AttendanceKind::Absent } else { AttendanceKind::Present },
            items: None,
            time: None,
            replaces: None,
        })
        .collect();
    let mut items = Vec::new();
    for entry in &agenda.items {
        let mut item = ReferatItem {
            number: entry.number.clone(),
            title: entry.title.clone(),
            case: entry.case.clone().filter(|_| !entry.closed),
            closed: entry.closed,
            ..ReferatItem::default()
        };
        // Nothing is read from what was treated behind closed doors.
        if !entry.closed
            && let Some(text) = printed_decision(entry, agenda.committee.as_deref())
        {
            let clauses = clause::clauses(&text);
            item.outcome = decision::outcome(&clauses);
            item.points = decision::points(&text);
            item.votes = vote::votes(&clauses, &register);
            item.remarks = decision::remarks(&clauses);
            attendance.extend(presence::in_item(&clauses, &entry.number));
            if item.outcome.is_none() && item.points.is_empty() {
                let message =
                    format!("The decision of item {} is in words not known.", entry.number);
                warnings.push(
                    Warning::notice(Stage::Agenda, "decision-not-understood", message)
                        .on_item(&entry.number),
                );
            }
            item.decision = Some(text);
        }
        items.push(item);
    }
    if items.iter().all(|item| item.decision.is_none()) {
        let message = "No item has a decision; this looks like a dagsorden, not a referat.";
        warnings.push(Warning::attention(Stage::Agenda, "referat-without-decisions", message));
    }
    Referat {
        schema: Referat::SCHEMA.to_owned(),
        municipality: agenda.municipality.clone(),
        committee: agenda.committee.clone(),
        date: agenda.date.clone(),
        items,
        attendance: merged(attendance),
    }
}

/// The item's beslutning: under that heading, or under "Beslutning i <this committee>". What
/// another body decided earlier is not this meeting's.
fn printed_decision(item: &AgendaItem, committee: Option<&str>) -> Option<String> {
    if let Some(field) = item.fields.get("beslutning") {
        return Some(field.text.clone());
    }
    let committee = committee?.to_lowercase();
    let own = item.fields.iter().find(|(key, _)| {
        let body =
            key.strip_prefix("beslutning i ").or_else(|| key.strip_prefix("beslutning fra "));
        // With a day it would have been this meeting's day, and then under the plain heading.
        body.is_some_and(|body| body == committee)
    });
    own.map(|(_, field)| field.text.clone())
}

/// One entry for each person and kind; an absence of the whole meeting replaces presence.
fn merged(found: Vec<Presence>) -> Vec<Presence> {
    let mut list: Vec<Presence> = Vec::new();
    for presence in found {
        let same = list.iter_mut().find(|known| {
            known.name == presence.name
                && known.kind == presence.kind
                && known.items == presence.items
        });
        match same {
            Some(known) => {
                known.time = known.time.take().or(presence.time);
                known.replaces = known.replaces.take().or(presence.replaces);
                known.party = known.party.take().or(presence.party);
            }
            None => list.push(presence),
        }
    }
    list
}
