//! The two faces that the PDF is set in, and how wide a text is in them.
//!
//! DejaVu Sans Condensed: free to embed (Bitstream Vera licence), with the letters of every language that a
//! member's name may hold. Danish needs no shaping, so signs are set one after the other.

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::export::ExportError;

/// Stands for a sign that the font does not have.
const UNKNOWN: char = '\u{FFFD}';

/// Regular or bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Both faces.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    pub(super) fn load() -> Result<Self, ExportError> {
        Ok(Self {
            regular: Face::read(dejavu::sans_condensed::regular())?,
            bold: Face::read(dejavu::sans_condensed::bold())?,
        })
    }

    pub(super) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

/// One face.
pub(super) struct Face {
    pub(super) font: Font,
    signs: FontRef<'static>,
    /// Units of an em.
    units: f32,
}

impl Face {
    fn read(data: &'static [u8]) -> Result<Self, ExportError> {
        let broken = || ExportError::Pdf("the built-in font can't be read".to_owned());
        let signs = FontRef::new(data).map_err(|_| broken())?;
        let font = Font::new(Data::from(data), 0).ok_or_else(broken)?;
        let units = font.units_per_em();
        Ok(Self { font, signs, units })
    }

    /// The text with every sign that the face lacks replaced.
    pub(super) fn legible(&self, text: &str) -> String {
        let map = self.signs.charmap();
        text.chars().map(|c| if map.map(c).is_some() { c } else { UNKNOWN }).collect()
    }

    /// Width in points at `size` points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance * size).sum()
    }

    /// The signs of a text, one after the other; advances in ems.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let map = self.signs.charmap();
        let metrics = self.signs.glyph_metrics(Size::unscaled(), LocationRef::default());
        text.char_indices()
            .map(|(at, letter)| {
                let glyph = map.map(letter).unwrap_or_default();
                let advance = metrics.advance_width(glyph).unwrap_or_default() / self.units;
                let range = at..at + letter.len_utf8();
                KrillaGlyph::new(GlyphId::new(glyph.to_u32()), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }
}
