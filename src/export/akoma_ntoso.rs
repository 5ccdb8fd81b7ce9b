//! The transcript as an Akoma Ntoso `debate` (OASIS LegalDocML 1.0, namespace akn/3.0).
//!
//! Times in the standard are wall-clock; a recording knows only its own clock. So each paragraph
//! carries `start` and `end` in a namespace of ours, in seconds, which the schema allows.

use super::text::{html, plain};
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::{Outcome, Segment, TimeSpan, clock};

/// Writes the transcript as Akoma Ntoso.
pub(super) struct AkomaNtoso;

/// The standard demands a date; this one says that none is known.
const NO_DATE: &str = "0001-01-01";

impl Exporter for AkomaNtoso {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let people = people(&public);
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\" \
             xmlns:rf=\"urn:referent:recording\">\n<debate name=\"debate\">\n",
        );
        out.push_str(&meta(&public, &people));
        out.push_str(&preface(&public));
        out.push_str("<debateBody>\n");
        out.push_str(&Body::new(&people).write(&public));
        out.push_str("</debateBody>\n</debate>\n</akomaNtoso>\n");
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

/// The names of those who speak, in the order in which they first do.
fn people(public: &PublicMeeting<'_>) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for name in public.trusted().filter_map(|segment| segment.speaker.as_deref()).map(plain) {
        if !name.is_empty() && !people.contains(&name) {
            people.push(name);
        }
    }
    people
}

fn meta(public: &PublicMeeting<'_>, people: &[String]) -> String {
    let date = public.date().filter(|date| date.parse::<jiff::civil::Date>().is_ok());
    let date = date.unwrap_or(NO_DATE);
    let body = slug(public.committee().unwrap_or("moede"));
    let work = format!("/akn/dk/debate/{date}/{body}");
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

fn preface(public: &PublicMeeting<'_>) -> String {
    let mut out =
        format!("<preface>\n<p><docTitle>{}</docTitle></p>\n", html(&plain(public.title())));
    let place = [public.municipality(), public.committee()];
    let mut facts: Vec<String> = place.into_iter().flatten().map(plain).collect();
    facts.extend(public.date().map(prose::date));
    if !facts.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", html(&facts.join(", "))));
    }
    out.push_str(&format!("<p>{}</p>\n</preface>\n", html(&prose::made_with(public.record))));
    out
}

/// The speech, section by section.
struct Body<'p> {
    people: &'p [String],
    out: String,
    sections: usize,
    speeches: usize,
    speaking: Option<usize>,
    open: bool,
}

impl<'p> Body<'p> {
    fn new(people: &'p [String]) -> Self {
        Self { people, out: String::new(), sections: 0, speeches: 0, speaking: None, open: false }
    }

    fn write(mut self, public: &PublicMeeting<'_>) -> String {
        let mut current: Option<Option<&str>> = None;
        let mut closed = public.closed().iter().peekable();
        for &segment in &public.segments {
            while let Some(span) = closed.next_if(|span| span.start <= segment.start) {
                self.shut(span);
                current = None;
            }
            let item = public.item_of(segment);
            if current != Some(item) {
                let title = public.items.iter().find(|known| Some(known.number) == item);
                match item {
                    Some(number) => {
                        let title = title.map(|item| plain(item.title)).unwrap_or_default();
                        self.section("item", Some(&plain(number)), &title);
                    }
                    None => self.section("other", None, "Uden for dagsordenens punkter"),
                }
                current = Some(item);
            }
            self.say(segment);
        }
        for span in closed {
            self.shut(span);
        }
        for item in public.items.iter().filter(|item| item.closed) {
            self.section("closedItem", Some(&plain(item.number)), &plain(item.title));
            self.out.push_str(&format!("<scene>{}</scene>\n", prose::CLOSED));
        }
        if self.sections == 0 {
            self.section("other", None, "Ingen tale i optagelsen");
            self.out.push_str("<scene>Ingen tale i optagelsen</scene>\n");
        }
        self.end_section();
        self.out
    }

    fn section(&mut self, name: &str, number: Option<&str>, heading: &str) {
        self.end_section();
        self.sections += 1;
        self.open = true;
        self.out.push_str(&format!(
            "<debateSection name=\"{name}\" eId=\"dbsect_{}\">\n",
            self.sections
        ));
        if let Some(number) = number {
            self.out.push_str(&format!("<num>{}</num>\n", html(number)));
        }
        self.out.push_str(&format!("<heading>{}</heading>\n", html(heading)));
    }

    fn end_section(&mut self) {
        self.end_speech();
        if std::mem::take(&mut self.open) {
            self.out.push_str("</debateSection>\n");
        }
    }

    fn end_speech(&mut self) {
        if self.speaking.take().is_some() {
            self.out.push_str("</speech>\n");
        }
    }

    fn shut(&mut self, span: &TimeSpan) {
        self.section("closed", None, "Lukkede døre");
        let (start, end) = (clock(span.start), clock(span.end));
        self.out.push_str(&format!("<scene>Lukkede døre {start}-{end}</scene>\n"));
    }

    fn say(&mut self, segment: &Segment) {
        let name = segment.speaker.as_deref().map(plain).filter(|_| !segment.is_withheld());
        let position = self.people.iter().position(|known| Some(known) == name.as_ref());
        let who = position.map_or(0, |index| index + 1);
        if self.speaking != Some(who) {
            self.end_speech();
            self.speeches += 1;
            self.speaking = Some(who);
            let name = name.unwrap_or_else(|| "Ukendt taler".to_owned());
            self.out.push_str(&format!(
                "<speech by=\"#person-{who}\" eId=\"speech_{}\">\n<from>{}</from>\n",
                self.speeches,
                html(&name)
            ));
        }
        let text = match segment.is_withheld() {
            true => format!("<remark>{}</remark>", prose::WITHHELD),
            false => html(&plain(&segment.text)),
        };
        self.out.push_str(&format!(
            "<p rf:start=\"{:.3}\" rf:end=\"{:.3}\">{text}</p>\n",
            segment.start, segment.end
        ));
    }
}
