//! Akoma Ntoso (OASIS LegalDocML 1.0, namespace akn/3.0): the transcript as a `debate`, the
//! protocol as a `doc`.
//!
//! Times in the standard are wall-clock; a recording knows only its own clock. So each paragraph
//! carries `start` and `end` in a namespace of ours, in seconds, which the schema allows.

mod protocol;
mod transcript;

use super::text::{html, plain};
use super::{PublicMeeting, prose};

pub(super) use protocol::Protocol;
pub(super) use transcript::Transcript;

/// The standard demands a date; this one says that none is known.
const NO_DATE: &str = "0001-01-01";

/// The element and its content, with the namespaces and what the standard demands to know of it.
fn document(
    element: &str,
    name: &str,
    public: &PublicMeeting<'_>,
    people: &[String],
    state: Option<&str>,
    content: &str,
) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\" \
         xmlns:rf=\"urn:referent:recording\">\n<{element} name=\"{name}\">\n{}{}{content}\
         </{element}>\n</akomaNtoso>\n",
        meta(name, public, people),
        preface(public, state),
    )
}

fn meta(name: &str, public: &PublicMeeting<'_>, people: &[String]) -> String {
    let date = public.date().filter(|date| date.parse::<jiff::civil::Date>().is_ok());
    let date = date.unwrap_or(NO_DATE);
    let body = slug(public.committee().unwrap_or("moede"));
    let work = format!("/akn/dk/{name}/{date}/{body}");
    let level = |name: &str, uri: &str, rest: &str| {
        format!(
            "<{name}><FRBRthis value=\"{uri}/!main\"/><FRBRuri value=\"{uri}\"/>\
             <FRBRdate date=\"{date}\" name=\"meeting\"/><FRBRauthor href=\"#referent\"/>{rest}</{name}>\n"
        )
    };
    let mut out = String::from("<meta>\n<identification source=\"#referent\">\n");
    out.push_str(&level("FRBRWork", &work, "<FRBRcountry value=\"dk\"/>"));
    out.push_str(&level(
        "FRBRExpression",
        &format!("{work}/dan@{date}"),
        "<FRBRlanguage language=\"dan\"/>",
    ));
    out.push_str(&level("FRBRManifestation", &format!("{work}/dan@{date}.xml"), ""));
    out.push_str(&format!(
        "</identification>\n<references source=\"#referent\">\n<TLCOrganization eId=\"referent\" \
         href=\"/ontology/organization/referent\" showAs=\"Referent {}\"/>\n",
        html(&plain(&public.record.provenance.version))
    ));
    for (index, name) in people.iter().enumerate() {
        out.push_str(&person(&format!("person-{}", index + 1), name));
    }
    out.push_str(&person("person-0", "Ukendt taler"));
    out.push_str("</references>\n</meta>\n");
    out
}

fn person(id: &str, name: &str) -> String {
    format!(
        "<TLCPerson eId=\"{id}\" href=\"/ontology/person/dk/{id}\" showAs=\"{}\"/>\n",
        html(name)
    )
}

/// Letters and digits of a name for an address: `Økonomiudvalget` → `oekonomiudvalget`.
fn slug(name: &str) -> String {
    let folded = name.to_lowercase().replace('æ', "ae").replace('ø', "oe").replace('å', "aa");
    let slug: String =
        folded.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "moede".to_owned() } else { slug.to_owned() }
}

/// Title, place and day; the state of approval of what has one.
fn preface(public: &PublicMeeting<'_>, state: Option<&str>) -> String {
    let mut out =
        format!("<preface>\n<p><docTitle>{}</docTitle></p>\n", html(&plain(public.title())));
    if let Some(state) = state {
        out.push_str(&format!("<p><docStatus>{}</docStatus></p>\n", html(state)));
    }
    let place = [public.municipality(), public.committee()];
    let mut facts: Vec<String> = place.into_iter().flatten().map(plain).collect();
    facts.extend(public.date().map(prose::date));
    if !facts.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", html(&facts.join(", "))));
    }
    out.push_str(&format!("<p>{}</p>\n</preface>\n", html(&prose::made_with(public.record))));
    out
}
