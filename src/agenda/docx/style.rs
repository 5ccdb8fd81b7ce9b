//! Paragraph styles: which are headings, which number their paragraphs.

use std::collections::BTreeMap;

use super::numbering::{self, Place};
use crate::agenda::xml::Element;

/// Most steps from a style to the one it is based on.
const LONGEST_CHAIN: usize = 20;

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    /// 1..=6
    level: Option<u8>,
    number: Option<Place>,
}

/// The paragraph styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

impl Styles {
    pub(super) fn read(root: &Element) -> Self {
        let mut styles = BTreeMap::new();
        for style in root.named("style") {
            let Some(id) = style.attribute("styleId") else { continue };
            let of = |name: &str| style.child(name).and_then(|child| child.attribute("val"));
            let properties = style.child("pPr");
            let name = of("name").unwrap_or_default().to_lowercase();
            let outline = properties
                .and_then(|p| p.child("outlineLvl"))
                .and_then(|level| level.attribute("val")?.parse::<u8>().ok())
                .map(|level| level.saturating_add(1));
            let entry = Style {
                level: heading(&name).or(outline).filter(|level| (1..=6).contains(level)),
                name,
                based_on: of("basedOn").map(str::to_owned),
                number: properties.and_then(|p| p.child("numPr")).map(numbering::place),
            };
            styles.insert(id.to_owned(), entry);
        }
        Self(styles)
    }

    /// The style and those it is based on.
    fn chain<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Style> {
        let next = |style: &&'a Style| self.0.get(style.based_on.as_deref()?);
        std::iter::successors(self.0.get(id), next).take(LONGEST_CHAIN)
    }

    /// Heading level 1..=6; the ids that Word and LibreOffice give count without a styles part too.
    pub(super) fn level(&self, id: &str) -> Option<u8> {
        if self.0.contains_key(id) {
            return self.chain(id).find_map(|style| style.level);
        }
        heading(&id.to_lowercase())
    }

    /// The list that a style numbers its paragraphs in.
    pub(super) fn number(&self, id: &str) -> Option<Place> {
        self.chain(id).find_map(|style| style.number)
    }

    /// Whether paragraphs of this style are lines of a table of contents.
    pub(super) fn is_contents(&self, id: &str) -> bool {
        let names = self.chain(id).map(|style| style.name.clone());
        names.chain([id.to_lowercase()]).any(|name| {
            name.starts_with("toc")
                || name.starts_with("indholdsfortegnelse")
                || name.starts_with("contents")
        })
    }
}

/// "heading 2", "overskrift 2", "heading2" → 2
fn heading(name: &str) -> Option<u8> {
    let digit = name.strip_prefix("heading").or_else(|| name.strip_prefix("overskrift"))?;
    digit.trim().parse().ok().filter(|level| (1..=6).contains(level))
}
