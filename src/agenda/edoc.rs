//! eDoc XML: `Meeting/MeetingAgendaTypes/MeetingAgendaType/MeetingAgendaItems/MeetingAgendaItem`.
//! Shape: OS2web/os2web_meetings_edoc, which imports it. A closed agenda is an agenda type of its
//! own; `PublishingType` says whether an item may be published.

use super::xml::Element;
use super::{AgendaError, case, field, head, paper, preface};
use crate::meeting::{Agenda, AgendaItem, Attachment, Outcome, Warning};

/// Names under which exports keep the case number.
const CASES: &[&str] = &["CaseNumber", "CaseNo", "Sagsnummer", "Sagsnr", "FileNumber", "CaseId"];

/// Whether `root` has the outer shape.
pub(super) fn recognises(root: &Element) -> bool {
    root.name == "Meeting" && root.child("MeetingAgendaTypes").is_some()
}

/// Reads `root` as an agenda.
pub(super) fn parse(root: &Element, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let mut warnings = Vec::new();
    let mut agenda = Agenda::new(Vec::new());
    let moment = root.value("MeetingDate").unwrap_or_default();
    agenda.committee = root.value("Committee");
    agenda.place = root.value("MeetingPlace").or_else(|| root.value("Location"));
    agenda.date = preface::date(&moment);
    let time = ["MeetingTime", "MeetingStartTime", "StartTime"];
    agenda.time = time
        .iter()
        .find_map(|name| preface::clock(&root.value(name)?))
        .or_else(|| preface::time(&moment.to_lowercase()))
        .or_else(|| preface::clock(moment.get(11..)?));
    agenda.paper = root.value("MeetingState").and_then(|state| paper::named(&state));
    let types = root.child("MeetingAgendaTypes").into_iter().flat_map(Element::elements);
    for kind in types {
        let closed =
            kind.value("AgendaType").is_some_and(|kind| kind.to_lowercase().contains("lukket"));
        for list in kind.named("MeetingAgendaItems") {
            for entry in list.named("MeetingAgendaItem") {
                let at = agenda.items.len();
                super::bound(at, name)?;
                let item = item(entry, at, closed, agenda.date.as_deref(), &mut warnings);
                agenda.items.push(item);
            }
        }
    }
    if agenda.items.is_empty() {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    // The closed items' list comes last; the numbers tell where on the agenda they stand.
    let ordered: Vec<(u32, u32)> =
        agenda.items.iter().map(|item| head::order(&item.number)).collect();
    if ordered.iter().collect::<std::collections::BTreeSet<_>>().len() == ordered.len() {
        agenda.items.sort_by_key(|item| head::order(&item.number));
    }
    Ok(Outcome::new(agenda, warnings))
}

fn item(
    entry: &Element,
    at: usize,
    closed: bool,
    date: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> AgendaItem {
    let document = entry.child("Document");
    let value = |name: &str| {
        document.and_then(|document| document.value(name)).or_else(|| entry.value(name))
    };
    let (title, in_title) = case::split(&super::markup::line(&value("Title").unwrap_or_default()));
    // Whatever is not said to be public is not.
    let withheld = value("PublishingType")
        .is_some_and(|kind| !kind.trim_matches('"').eq_ignore_ascii_case("SKAL PUBLICERES"));
    let mut item = AgendaItem {
        number: field::number(entry.value("AgendaItemNumber"), at, warnings),
        closed: closed || withheld || case::closed_title(&title),
        title,
        case: CASES.iter().find_map(|name| value(name)).or(in_title),
        ..AgendaItem::default()
    };
    for (name, heading) in [("FullText", "Sagsfremstilling"), ("Decision", "Beslutning")] {
        let Some(text) = entry.child(name).map(Element::inner_html) else { continue };
        field::add_markup(&mut item.fields, heading, &text, date);
    }
    let lists = document.into_iter().flat_map(|document| document.named("Attachments"));
    for list in lists {
        // One element for each bilag, or one around them all.
        let own = list.child("Title").is_some().then_some(list);
        for bilag in
            own.into_iter().chain(list.elements().filter(|part| part.child("Title").is_some()))
        {
            let Some(title) = bilag.value("Title") else { continue };
            let url = bilag.value("PDFDocument").and_then(|url| super::link::safe(&url));
            item.attachments.push(Attachment { title: super::markup::line(&title), url });
        }
    }
    item
}
