//! FirstAgenda Publication JSON, as `GET /api/agenda/dagsorden/{id}` answers it.
//!
//! Traps: `Moede.Id` is a zero GUID (the top `Id` is the meeting's), closed items have empty HTML
//! but a public title, and `Sorting` is the portal's own order, which the list already follows.

use serde::Deserialize;
use serde_json::Value;

use super::markup::{line, sections};
use super::{AgendaError, field, link, paper};
use crate::meeting::{Agenda, AgendaItem, Attachment, FieldText, Member, Outcome, Paper, Warning};

const FORMAT: &str = "FirstAgenda JSON";

/// Whether a meeting's name is only that of the paper, which `Moede.Navn` mostly holds.
fn names_the_paper(name: &str) -> bool {
    let name = name.to_lowercase();
    let bare = name.strip_prefix("lukket ").or_else(|| name.strip_prefix("åben ")).unwrap_or(&name);
    matches!(
        bare,
        "dagsorden" | "referat" | "tillægsdagsorden" | "tillægsreferat" | "beslutningsreferat"
    )
}

/// Whether `value` has the outer shape.
pub(super) fn recognises(value: &Value) -> bool {
    value.get("Dagsordenpunkter").is_some()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Publication {
    #[serde(default)]
    dagsordenpunkter: Vec<Punkt>,
    #[serde(default)]
    udvalg: Option<Udvalg>,
    #[serde(default)]
    moede: Option<Moede>,
    #[serde(default)]
    tillaegs_dagsorden: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Udvalg {
    #[serde(default)]
    navn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Moede {
    #[serde(default)]
    dato: Option<String>,
    #[serde(default)]
    meeting_begin_utc: Option<String>,
    #[serde(default)]
    sted: Option<String>,
    #[serde(default)]
    navn: Option<String>,
    #[serde(default)]
    is_supplementary_agenda: Option<bool>,
    #[serde(default)]
    moededeltagere: Option<Vec<Deltager>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deltager {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    absent: Option<bool>,
    #[serde(default)]
    participation_cancelled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Punkt {
    #[serde(default)]
    felter: Option<Vec<Felt>>,
    #[serde(default)]
    sags_nummer: Option<String>,
    #[serde(default)]
    case_number: Option<String>,
    #[serde(default)]
    navn: Option<String>,
    #[serde(default)]
    caption: Option<String>,
    #[serde(default)]
    punktnummer: Option<String>,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    is_open: Option<bool>,
    #[serde(default)]
    bilag: Option<Vec<Bilag>>,
    /// Some portals keep a referat's decision apart.
    #[serde(default)]
    item_decision: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Felt {
    #[serde(default)]
    navn: Option<String>,
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    tekst: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bilag {
    #[serde(default)]
    navn: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

/// Reads `value` as a publication.
pub(super) fn parse(value: Value, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let publication: Publication = serde_json::from_value(value)
        .map_err(|source| AgendaError::Shape { name: name.to_owned(), format: FORMAT, source })?;
    if publication.dagsordenpunkter.is_empty() {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    let mut warnings = Vec::new();
    let mut agenda = Agenda::new(Vec::new());
    agenda.committee = publication.udvalg.and_then(|udvalg| said(udvalg.navn));
    if let Some(moede) = publication.moede {
        if let Some(moment) = said(moede.dato).or_else(|| said(moede.meeting_begin_utc)) {
            (agenda.date, agenda.time) = date_and_time(&moment);
        }
        agenda.place = said(moede.sted);
        let added = publication.tillaegs_dagsorden == Some(true)
            || moede.is_supplementary_agenda == Some(true);
        agenda.paper = match moede.navn.as_deref().and_then(paper::named) {
            Some(Paper::Dagsorden) | None if added => Some(Paper::Tillaegsdagsorden),
            named => named,
        };
        agenda.title = said(moede.navn).filter(|name| !names_the_paper(name));
        agenda.members =
            moede.moededeltagere.unwrap_or_default().into_iter().filter_map(member).collect();
    }
    let date = agenda.date.clone();
    for (at, punkt) in publication.dagsordenpunkter.into_iter().enumerate() {
        super::bound(at, name)?;
        let item = item(punkt, at, date.as_deref(), &mut warnings);
        agenda.items.push(item);
    }
    Ok(Outcome::new(agenda, warnings))
}

fn item(punkt: Punkt, at: usize, date: Option<&str>, warnings: &mut Vec<Warning>) -> AgendaItem {
    let number =
        field::number(said(punkt.punktnummer).or_else(|| said(punkt.number)), at, warnings);
    let title = said(punkt.navn).or_else(|| said(punkt.caption)).unwrap_or_default();
    // Some portals leave the flag out of old meetings; the public title says it then.
    let closed = match punkt.is_open {
        Some(open) => !open,
        None => super::case::closed_title(&title),
    };
    let mut item = AgendaItem {
        number,
        title,
        case: said(punkt.sags_nummer).or_else(|| said(punkt.case_number)),
        closed,
        ..AgendaItem::default()
    };
    for felt in punkt.felter.unwrap_or_default() {
        let name = said(felt.navn).unwrap_or_else(|| "sagsfremstilling".to_owned());
        let html = felt.html.unwrap_or_default();
        let found = sections(&html);
        if found.is_empty() {
            let text = said(felt.tekst).unwrap_or_default();
            let key = field::key(&name, date);
            field::add(&mut item.fields, key, FieldText { text, html: None });
        }
        for section in found {
            let heading = section.heading.as_deref().unwrap_or(&name);
            field::add(&mut item.fields, field::key(heading, date), section.body);
        }
    }
    if let Some(Value::String(decision)) = &punkt.item_decision {
        field::add_markup(&mut item.fields, "Beslutning", decision, date);
    }
    item.attachments = punkt
        .bilag
        .unwrap_or_default()
        .into_iter()
        .filter_map(|bilag| {
            let url =
                bilag.id.as_deref().and_then(|id| link::safe(&format!("/Vis/Pdf/bilag/{id}")));
            Some(Attachment { title: said(bilag.navn)?, url })
        })
        .collect();
    item
}

fn member(deltager: Deltager) -> Option<Member> {
    let absent =
        deltager.absent.unwrap_or(false) || deltager.participation_cancelled.unwrap_or(false);
    let mut member = super::roster::member(&said(deltager.name)?)?;
    member.absent = absent;
    Some(member)
}

/// The text on one line, when there is any.
fn said(text: Option<String>) -> Option<String> {
    text.map(|text| line(&text)).filter(|text| !text.is_empty())
}

/// `2026-05-18T17:00:00+02:00`: date and time are local as written; only `Z` must be converted.
pub(super) fn date_and_time(moment: &str) -> (Option<String>, Option<String>) {
    if moment.ends_with('Z')
        && let Ok(instant) = moment.parse::<jiff::Timestamp>()
        && let Ok(local) = instant.in_tz("Europe/Copenhagen")
    {
        return (
            Some(local.strftime("%Y-%m-%d").to_string()),
            Some(local.strftime("%H:%M").to_string()),
        );
    }
    let date = moment.get(..10).filter(|date| date.parse::<jiff::civil::Date>().is_ok());
    let time = moment.get(11..16).filter(|time| time.parse::<jiff::civil::Time>().is_ok());
    (date.map(str::to_owned), time.map(str::to_owned))
}
