//! Pages as laid out, and how they are drawn.

use krilla::Document as Pdf;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::destination::{Destination, XyzDestination};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagTree};

use super::face::{Faces, Weight};
use super::tree::{Leaf, Tree};
use crate::export::ExportError;

/// A4 in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

/// Colours of the text, each at least 4.5 : 1 against white (WCAG 2.1, 1.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    Grey,
    Link,
    Mark,
    /// Lines, not text.
    Rule,
}

impl Ink {
    fn fill(self) -> Fill {
        let colour = match self {
            Self::Black => rgb::Color::new(0x1c, 0x24, 0x26),
            Self::Grey => rgb::Color::new(0x55, 0x62, 0x66),
            Self::Link => rgb::Color::new(0x0b, 0x58, 0x6b),
            Self::Mark => rgb::Color::new(0x8a, 0x3f, 0x00),
            Self::Rule => rgb::Color::new(0xa9, 0xb8, 0xba),
        };
        Fill { paint: colour.into(), ..Fill::default() }
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) weight: Weight,
    /// Points.
    pub(super) size: f32,
    pub(super) ink: Ink,
}

/// Text on one line.
pub(super) struct Run {
    /// Points from the left and upper edge, to the foot of the letters.
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) text: String,
    pub(super) style: Style,
    /// Its place in the tree; none for what stands on every page.
    pub(super) leaf: Option<Leaf>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Goal {
    Address(String),
    /// Page from 0, points from its upper edge.
    Place(usize, f32),
}

/// A stretch of the page that leads somewhere.
pub(super) struct Link {
    pub(super) area: Rect,
    pub(super) goal: Goal,
    /// What a screen reader says.
    pub(super) told: String,
    pub(super) leaf: Leaf,
}

/// A page.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) runs: Vec<Run>,
    pub(super) links: Vec<Link>,
    /// Lines and bars.
    pub(super) rules: Vec<Rect>,
}

/// Draws the pages and gives the structure tree.
pub(super) fn draw(
    sheets: Vec<Sheet>,
    tree: Tree,
    faces: &Faces,
    pdf: &mut Pdf,
) -> Result<TagTree, ExportError> {
    let size = PageSettings::from_wh(WIDTH, HEIGHT)
        .ok_or_else(|| ExportError::Pdf("the page has no size".to_owned()))?;
    let mut drawn: Vec<Option<Identifier>> = Vec::new();
    drawn.resize_with(tree.leaves(), || None);
    for sheet in sheets {
        let mut page = pdf.start_page_with(size.clone());
        let mut surface = page.surface();
        for rule in &sheet.rules {
            bar(*rule, &mut surface);
        }
        for run in &sheet.runs {
            let tag = match run.leaf {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            };
            let identifier = surface.start_tagged(tag);
            write(run, faces, &mut surface);
            surface.end_tagged();
            if let Some(place) = run.leaf.and_then(|leaf| drawn.get_mut(leaf)) {
                *place = Some(identifier);
            }
        }
        surface.finish();
        for link in sheet.links {
            let target = match link.goal {
                Goal::Address(address) => Target::Action(Action::Link(LinkAction::new(address))),
                Goal::Place(page, y) => Target::Destination(Destination::Xyz(XyzDestination::new(
                    page,
                    Point::from_xy(0.0, y),
                ))),
            };
            let annotation =
                Annotation::new_link(LinkAnnotation::new(link.area, target), Some(link.told));
            let identifier = page.add_tagged_annotation(annotation);
            if let Some(place) = drawn.get_mut(link.leaf) {
                *place = Some(identifier);
            }
        }
        page.finish();
    }
    Ok(tree.finish(&mut drawn))
}

fn write(run: &Run, faces: &Faces, surface: &mut Surface<'_>) {
    let face = faces.of(run.style.weight);
    surface.set_fill(Some(run.style.ink.fill()));
    surface.draw_glyphs(
        Point::from_xy(run.x, run.y),
        &face.glyphs(&run.text),
        face.font.clone(),
        &run.text,
        run.style.size,
        false,
    );
}

fn bar(area: Rect, surface: &mut Surface<'_>) {
    let mut path = PathBuilder::new();
    path.push_rect(area);
    let Some(path) = path.finish() else { return };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    surface.set_fill(Some(Ink::Rule.fill()));
    surface.draw_path(&path);
    surface.end_tagged();
}
