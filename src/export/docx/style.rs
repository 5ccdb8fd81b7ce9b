//! The look of the Word document: styles that a secretary can change in one place.
//!
//! `styles.xml` is ours and not the crate's: it is in the order that ISO/IEC 29500 demands, sets
//! the language to Danish (spelling checks and screen readers go by it), and uses Word's own ids
//! (`Heading1`, `Title` …) so that the navigation pane and the style gallery know them.

use docx_rs::{
    AbstractNumbering, Docx, Level, LevelJc, LevelText, NumberFormat, Numbering, SpecialIndentType,
    Start, XMLDocx,
};

/// Numbering of list points.
pub(super) const BULLETS: usize = 2;

/// Width of the text, twips: A4 less the margins.
pub(super) const TEXT_WIDTH: usize = 11_906 - 2 * MARGIN;

/// Left and right margin, twips (23 mm).
pub(super) const MARGIN: usize = 1_304;

const STYLES: &str = include_str!("styles.xml");

/// Adds the list numbering.
pub(super) fn with_bullets(docx: Docx) -> Docx {
    let level = Level::new(
        0,
        Start::new(1),
        NumberFormat::new("bullet"),
        LevelText::new("•"),
        LevelJc::new("left"),
    )
    .indent(Some(425), Some(SpecialIndentType::Hanging(283)), None, None);
    docx.add_abstract_numbering(AbstractNumbering::new(BULLETS).add_level(level))
        .add_numbering(Numbering::new(BULLETS, BULLETS))
}

/// Puts our styles into the package, and takes out what the crate writes in places where the
/// schema has none (empty run properties before a paragraph's style).
pub(super) fn dress(parts: &mut XMLDocx) {
    parts.styles = STYLES.as_bytes().to_vec();
    let texts =
        [&mut parts.document].into_iter().chain(&mut parts.headers).chain(&mut parts.footers);
    for text in texts {
        *text = String::from_utf8_lossy(text).replace("<w:rPr />", "").into_bytes();
    }
}
