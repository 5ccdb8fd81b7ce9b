//! `transcript.txt`: the transcript for reading, searching and pasting.

use super::text::plain;
use super::{ExportError, Exporter, Material, PublicMeeting, doubt, prose};
use crate::meeting::{Outcome, TimeSpan, clock};

/// Writes `transcript.txt`.
pub(super) struct TranscriptTxt;

impl Exporter for TranscriptTxt {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = head(&public);
        let mut treated: Vec<&str> = Vec::new();
        let mut current: Option<Option<&str>> = None;
        let mut closed = public.closed().iter().peekable();
        for segment in &public.segments {
            while let Some(span) = closed.next_if(|span| span.start <= segment.start) {
                out.push_str(&shut(span));
                current = None;
            }
            let item = public.item_of(segment);
            if current != Some(item) {
                out.push_str(&heading(&public, item, &treated));
                treated.extend(item);
                current = Some(item);
            }
            out.push_str(&format!("[{}] ", clock(segment.start)));
            if segment.is_withheld() {
                out.push_str(prose::WITHHELD);
            } else {
                if let Some(speaker) = &segment.speaker {
                    out.push_str(&format!("{}: ", plain(speaker)));
                }
                out.push_str(&doubt::marked(segment, "{", "}", plain));
            }
            out.push('\n');
        }
        for span in closed {
            out.push_str(&shut(span));
        }
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

fn head(public: &PublicMeeting<'_>) -> String {
    let title = plain(public.title());
    let mut out = format!("{title}\n{}\n", "=".repeat(title.chars().count()));
    let place = [public.municipality(), public.committee()];
    let place: Vec<String> =
        place.into_iter().flatten().map(plain).chain(public.date().map(prose::date)).collect();
    if !place.is_empty() {
        out.push_str(&format!("{}\n", place.join(" · ")));
    }
    out.push_str(&format!(
        "Udskrift lavet automatisk af optagelsen {}. Kan indeholde fejl.\n\
         Ord i {{krøllede parenteser}} er usikre, især tal, navne og ord som »ikke«: hør efter.\n",
        plain(&public.record.recording.name)
    ));
    out
}

fn heading(public: &PublicMeeting<'_>, item: Option<&str>, treated: &[&str]) -> String {
    let text = match item {
        None => "Uden for dagsordenens punkter".to_owned(),
        Some(number) => {
            let title = public.items.iter().find(|item| item.number == number);
            let mut text = format!("Punkt {}", plain(number));
            if let Some(item) = title {
                text.push_str(&format!(": {}", plain(item.title)));
            }
            if treated.contains(&number) {
                text.push_str(" (genoptaget)");
            }
            text
        }
    };
    format!("\n{text}\n{}\n", "-".repeat(text.chars().count()))
}

fn shut(span: &TimeSpan) -> String {
    format!("\n[{}-{}] Lukkede døre\n", clock(span.start), clock(span.end))
}
