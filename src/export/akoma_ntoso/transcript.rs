//! The transcript as `debate`.

use super::document;
use crate::export::text::{html, plain};
use crate::export::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::{Outcome, Segment, TimeSpan, clock};

/// Writes the transcript.
pub(in crate::export) struct Transcript;

impl Exporter for Transcript {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let people = people(&public);
        let body = Body::new(&people).write(&public);
        let content = format!("<debateBody>\n{body}</debateBody>\n");
        let out = document("debate", "debate", &public, &people, None, &content);
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
