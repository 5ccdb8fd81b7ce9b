//! The headings of an agenda item and the keys under which their texts are kept.

use std::collections::BTreeMap;

use super::markup::sections;
use crate::meeting::{FieldText, Stage, Warning};

/// Headings as printed in Danish agendas (lower case) and their key. Sources: published agendas
/// of Hvidovre, Odense, Holbæk, Roskilde, København and Brønderslev.
const HEADINGS: &[(&str, &str)] = &[
    ("resume", "resume"),
    ("resumé", "resume"),
    ("sagsresume", "resume"),
    ("sammendrag", "resume"),
    ("sagens indhold", "sagsfremstilling"),
    ("beskrivelse", "sagsfremstilling"),
    ("redegørelse", "sagsfremstilling"),
    ("uddybende sagsfremstilling", "supplerende sagsfremstilling"),
    ("bemærkninger", "bemaerkninger"),
    ("supplerende bemærkninger", "bemaerkninger"),
    ("sagens baggrund", "baggrund"),
    ("indstilling til byrådet", "indstilling"),
    ("afgørelse", "beslutning"),
    ("protokol", "beslutning"),
    ("økonomi og personale", "oekonomi"),
    ("økonomiske og personalemæssige konsekvenser", "oekonomi"),
    ("bevillingsmæssige konsekvenser", "oekonomi"),
    ("juridiske forhold", "retsgrundlag"),
    ("jura", "retsgrundlag"),
    ("høring og kommunikation", "hoering"),
    ("borgerinddragelse", "hoering"),
    ("personale", "personale"),
    ("miljø", "klima"),
    ("klima og miljø", "klima"),
    ("klimamæssige konsekvenser", "klima"),
    ("historik", "behandling"),
    ("beslutningsproces", "sagsgang"),
    ("vedlagte bilag", "bilag"),
    ("bilag til punktet", "bilag"),
    ("sagsresumé", "resume"),
    ("kort resume", "resume"),
    ("kort resumé", "resume"),
    ("sagens kerne", "resume"),
    ("beslutningstema", "beslutningstema"),
    ("tema", "beslutningstema"),
    ("indstilling", "indstilling"),
    ("indstillinger", "indstilling"),
    ("administrationens indstilling", "indstilling"),
    ("forvaltningens indstilling", "indstilling"),
    ("direktionens indstilling", "indstilling"),
    ("indstilling og beslutning", "indstilling"),
    ("forslag til beslutning", "indstilling"),
    ("beslutning", "beslutning"),
    ("beslutninger", "beslutning"),
    ("konklusion", "beslutning"),
    ("sagsfremstilling", "sagsfremstilling"),
    ("sagsbeskrivelse", "sagsfremstilling"),
    ("supplerende sagsfremstilling", "supplerende sagsfremstilling"),
    ("baggrund", "baggrund"),
    ("problemstilling", "problemstilling"),
    ("løsning", "loesning"),
    ("effekt", "effekt"),
    ("retsgrundlag", "retsgrundlag"),
    ("lovgrundlag", "retsgrundlag"),
    ("lovgrundlag mv.", "retsgrundlag"),
    ("økonomi", "oekonomi"),
    ("økonomiske konsekvenser", "oekonomi"),
    ("økonomi og finansiering", "oekonomi"),
    ("høring", "hoering"),
    ("høring og inddragelse", "hoering"),
    ("personalemæssige konsekvenser", "personale"),
    ("klima", "klima"),
    ("klima-, miljø- og bæredygtighedsmæssige konsekvenser", "klima"),
    ("miljømæssige konsekvenser", "klima"),
    ("kommunikation", "kommunikation"),
    ("videre proces", "videre proces"),
    ("tidsplan", "videre proces"),
    ("sagsgang", "sagsgang"),
    ("sagsgang og sagstype", "sagsgang"),
    ("sagstype", "sagstype"),
    ("behandling", "behandling"),
    ("tidligere behandling", "behandling"),
    ("beslutningskompetence", "kompetence"),
    ("kompetence", "kompetence"),
    ("afgørelseskompetence", "kompetence"),
    ("bilag", "bilag"),
    ("bilagsliste", "bilag"),
];

/// The key of a heading that is known, else none.
pub(super) fn known(heading: &str) -> Option<&'static str> {
    // Tag names of XML have no commas.
    if heading.ends_with(',') {
        return None;
    }
    let plain = plain(heading).replace(',', "");
    HEADINGS.iter().find(|(printed, _)| printed.replace(',', "") == plain).map(|(_, key)| *key)
}

/// The key of any heading: an unknown one keeps its own words. A decision that another body took
/// earlier ("Beslutning i Økonomiudvalget den 16-03-2026") is not this meeting's `beslutning`
/// unless it bears the meeting's `date` (ISO 8601).
pub(super) fn key(heading: &str, date: Option<&str>) -> String {
    if let Some(key) = known(heading) {
        return key.to_owned();
    }
    let plain = plain(heading);
    let dated = date.and_then(day_month_year).is_some_and(|day| plain.contains(&day));
    if dated && plain.starts_with("beslutning") { "beslutning".to_owned() } else { plain }
}

/// `2026-03-16` as `16-03-2026`.
fn day_month_year(date: &str) -> Option<String> {
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{day}-{month}-{year}"))
}

fn plain(heading: &str) -> String {
    let words: Vec<&str> = heading.split_whitespace().collect();
    words.join(" ").trim_end_matches(':').trim().to_lowercase()
}

/// Adds foreign markup (or bare text) that stands under `heading`; headings inside it begin fields
/// of their own, whether they are marked as such or are lines with a known heading.
pub(super) fn add_markup(
    fields: &mut BTreeMap<String, FieldText>,
    heading: &str,
    html: &str,
    date: Option<&str>,
) {
    let outer = if heading.trim().is_empty() { "sagsfremstilling" } else { heading };
    for section in sections(html) {
        let own = section.heading.as_deref().unwrap_or(outer);
        let mut place = key(own, date);
        let lines: Vec<&str> = section.body.text.lines().collect();
        if !lines.iter().any(|line| known(line).is_some()) {
            add(fields, place, section.body);
            continue;
        }
        for line in lines {
            match known(line) {
                Some(key) => place = key.to_owned(),
                None => {
                    let field = FieldText { text: line.to_owned(), html: None };
                    add(fields, place.clone(), field);
                }
            }
        }
    }
}

/// The number as printed; where there is none, the place in the list stands in for it.
pub(super) fn number(printed: Option<String>, at: usize, warnings: &mut Vec<Warning>) -> String {
    let printed = printed.map(|number| super::markup::line(&number));
    printed.filter(|number| !number.is_empty()).unwrap_or_else(|| {
        let number = (at + 1).to_string();
        let message = "An item has no number; its place in the list stands in for it.";
        warnings
            .push(Warning::notice(Stage::Agenda, "item-without-number", message).on_item(&number));
        number
    })
}

/// Adds a text under `key`; a second text under the same key follows the first.
pub(super) fn add(fields: &mut BTreeMap<String, FieldText>, key: String, field: FieldText) {
    if field.text.is_empty() {
        return;
    }
    match fields.get_mut(&key) {
        None => {
            fields.insert(key, field);
        }
        Some(before) => {
            before.text.push('\n');
            before.text.push_str(&field.text);
            match (&mut before.html, &field.html) {
                (Some(html), Some(more)) => html.push_str(more),
                // Half of a text as markup would pass for the whole.
                _ => before.html = None,
            }
        }
    }
}
