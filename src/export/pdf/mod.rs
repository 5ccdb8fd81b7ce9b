//! `referat.pdf`: the protocol as a tagged PDF.
//!
//! Written to PDF/UA-1 (ISO 14289-1): every text stands in the structure tree in reading order,
//! page heads and lines are artefacts, the language is Danish, every link says where it leads. The
//! writer checks what a machine can check of the standard and refuses the file otherwise. No clock
//! and no random identifier: the same meeting gives the same bytes.

mod body;
mod face;
mod flow;
mod page;
mod tree;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::{Document as Pdf, SerializeSettings};

use super::document::{self, Document};
use super::text::plain;
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::Outcome;
use face::Faces;
use flow::{Flow, Mark};

/// Writes `referat.pdf`.
pub(in crate::export) struct Protocol;

impl Exporter for Protocol {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let told = document::protocol(&public, material.template);
        let faces = Faces::load()?;
        let mut flow = Flow::new(&faces);
        flow.document(&told, &subtitle(&public, &told));
        let laid = flow.finish(&Furniture::of(&public, &told));
        let mut pdf = Pdf::new_with(settings()?);
        pdf.set_metadata(metadata(&public, &told));
        pdf.set_outline(outline(&laid.marks));
        let tree = page::draw(laid.sheets, laid.tree, &faces, &mut pdf)?;
        pdf.set_tag_tree(tree);
        let bytes = pdf.finish().map_err(|error| ExportError::Pdf(format!("{error:?}")))?;
        Ok(Outcome::new(bytes, public.warnings))
    }
}

/// What stands at the head and foot of every page.
struct Furniture {
    left: String,
    right: String,
    state: String,
    foot: String,
}

impl Furniture {
    fn of(public: &PublicMeeting<'_>, told: &Document) -> Self {
        let place: Vec<String> =
            [public.municipality(), public.committee()].into_iter().flatten().map(plain).collect();
        Self {
            left: place.join(" · "),
            right: public.date().map(prose::date).unwrap_or_default(),
            state: told.state.clone(),
            foot: prose::footer(public.record),
        }
    }
}

fn subtitle(public: &PublicMeeting<'_>, told: &Document) -> String {
    let mut parts = vec![told.meeting.clone()];
    parts.extend(public.date().map(prose::date));
    parts.join(" · ")
}

fn settings() -> Result<SerializeSettings, ExportError> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| ExportError::Pdf(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() })
}

fn metadata(public: &PublicMeeting<'_>, told: &Document) -> Metadata {
    let mut title = format!("{}: {}", told.title, told.meeting);
    if let Some(date) = public.date() {
        title.push_str(&format!(", {}", prose::date(date)));
    }
    Metadata::new()
        .title(title)
        .description(told.state.clone())
        .language("da-DK".to_owned())
        .creator(format!("Referent {}", plain(&public.record.provenance.version)))
}

/// Bookmarks: the document's own headings, the items below them.
fn outline(marks: &[Mark]) -> Outline {
    let mut outline = Outline::new();
    let mut open: Option<OutlineNode> = None;
    for mark in marks {
        let place = XyzDestination::new(mark.page, Point::from_xy(0.0, mark.y));
        let node = OutlineNode::new(mark.text.clone(), place);
        match (&mut open, mark.item) {
            (Some(parent), true) => parent.push_child(node),
            _ => {
                if let Some(done) = open.replace(node) {
                    outline.push_child(done);
                }
            }
        }
    }
    if let Some(done) = open {
        outline.push_child(done);
    }
    outline
}
