//! SBSYS XML: `Dagsorden/Møde` and `Dagsorden/Dagsordenpunkter/Dagsordenpunkt`, with Danish tag
//! names. Shape: OS2web/os2web_meetings_sbsys, which imports it. `Åben` on the agenda and `Åbent`
//! on the item say who may see them; some exports spell æ, ø, å as ae, oe, aa.

use super::xml::Element;
use super::{AgendaError, case, field, paper, preface};
use crate::meeting::{Agenda, AgendaItem, Attachment, Member, Outcome, Warning};

/// Whether `root` has the outer shape.
pub(super) fn recognises(root: &Element) -> bool {
    is(root, "Dagsorden") && get(root, "Dagsordenpunkter").is_some()
}

/// Reads `root` as an agenda.
pub(super) fn parse(root: &Element, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let mut warnings = Vec::new();
    let mut agenda = Agenda::new(Vec::new());
    agenda.paper = attribute(root, "Dagsordentype").and_then(|kind| paper::named(&kind));
    if let Some(meeting) = get(root, "Møde") {
        agenda.committee = attribute(meeting, "Udvalg");
        agenda.place = attribute(meeting, "Mødested");
        agenda.date = attribute(meeting, "Mødedato").and_then(|date| preface::date(&date));
        agenda.time = attribute(meeting, "Mødetid").and_then(|time| preface::clock(&time));
        let lists = meeting.elements().chain(root.elements());
        let lists = lists.filter(|list| is(list, "Deltagere") || is(list, "Medlemmer"));
        agenda.members = lists.flat_map(Element::elements).filter_map(member).collect();
    }
    // A closed agenda has only closed items, whatever they say themselves.
    let closed = attribute(root, "Åben").is_some_and(|open| !is_true(&open));
    let points = get(root, "Dagsordenpunkter").into_iter().flat_map(Element::elements);
    for (at, point) in points.filter(|point| is(point, "Dagsordenpunkt")).enumerate() {
        super::bound(at, name)?;
        let item = item(point, at, closed, agenda.date.as_deref(), &mut warnings);
        agenda.items.push(item);
    }
    if agenda.items.is_empty() {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    Ok(Outcome::new(agenda, warnings))
}

fn item(
    point: &Element,
    at: usize,
    closed: bool,
    date: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> AgendaItem {
    let number = attribute(point, "Nummer").or_else(|| text(point, "Nummer"));
    let printed = text(point, "Overskrift").or_else(|| attribute(point, "Overskrift"));
    let (title, in_title) = case::split(&printed.unwrap_or_default());
    let open = attribute(point, "Åbent").or_else(|| attribute(point, "Åben"));
    let mut item = AgendaItem {
        number: field::number(number, at, warnings),
        closed: closed || open.map_or(case::closed_title(&title), |open| !is_true(&open)),
        title,
        case: case_number(point).or(in_title),
        ..AgendaItem::default()
    };
    for part in get(point, "Indhold").into_iter().flat_map(Element::elements) {
        // "Økonomiske_konsekvenser", "Klima_x0020_og_x0020_miljø"
        let heading = attribute(part, "Navn").or_else(|| attribute(part, "Overskrift"));
        let heading = heading.unwrap_or_else(|| {
            part.name.replace("_x0020_", " ").replace("_", " ").trim().to_owned()
        });
        field::add_markup(&mut item.fields, &heading, &part.inner_html(), date);
    }
    let list = get(point, "Bilagsliste").into_iter().flat_map(Element::elements);
    for bilag in list.filter(|bilag| is(bilag, "Bilag")) {
        let public = attribute(bilag, "MaaPubliceres").is_none_or(|public| is_true(&public));
        // The name of what may not be published may give away what it holds.
        if let Some(title) = attribute(bilag, "Navn").filter(|_| public) {
            let url = attribute(bilag, "BilagUrl").and_then(|url| super::link::safe(&url));
            item.attachments.push(Attachment { title, url });
        }
    }
    item
}

/// Exports differ in where the case number stands.
fn case_number(point: &Element) -> Option<String> {
    let near = std::iter::once(point).chain(point.elements().filter(|part| is(part, "Sag")));
    for element in near {
        for (name, value) in &element.attributes {
            if case::is_label(name) && case::is_number(value.trim()) {
                return Some(value.trim().to_owned());
            }
        }
        for part in element.elements().filter(|part| case::is_label(&part.name)) {
            let value = part.text();
            if case::is_number(value.trim()) {
                return Some(value.trim().to_owned());
            }
        }
    }
    None
}

fn member(person: &Element) -> Option<Member> {
    let printed = attribute(person, "Navn").or_else(|| text(person, "Navn"));
    let mut member = super::roster::member(&printed.unwrap_or_else(|| person.text()))?;
    let absent = ["Fraværende", "Afbud"].iter().find_map(|name| attribute(person, name));
    member.absent = absent.is_some_and(|absent| is_true(&absent));
    member.party = member.party.or_else(|| attribute(person, "Parti"));
    member.role = member.role.or_else(|| attribute(person, "Rolle"));
    Some(member)
}

fn is(element: &Element, name: &str) -> bool {
    fold(&element.name) == fold(name)
}

fn get<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element.elements().find(|child| is(child, name))
}

fn text(element: &Element, name: &str) -> Option<String> {
    let text = super::markup::line(&get(element, name)?.text());
    (!text.is_empty()).then_some(text)
}

fn attribute(element: &Element, name: &str) -> Option<String> {
    let wanted = fold(name);
    let (_, value) = element.attributes.iter().find(|(found, _)| fold(found) == wanted)?;
    let value = super::markup::tidy_line(value);
    (!value.is_empty()).then_some(value)
}

/// A name in lower case with æ, ø and å spelled out.
fn fold(name: &str) -> String {
    name.to_lowercase().replace('æ', "ae").replace('ø', "oe").replace('å', "aa")
}

fn is_true(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "1" | "ja" | "sand" | "yes")
}
