//! Glyphs with their places → lines of text.

use std::time::{Duration, Instant};

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

/// Most pages read.
const MOST_PAGES: usize = 3_000;
/// Most signs of all pages.
const MOST_GLYPHS: usize = 20_000_000;
/// When to stop by itself; the caller's deadline is longer.
const LONGEST: Duration = Duration::from_secs(45);

/// The text of all pages, form feeds between them.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, String> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => "it is locked with a password".to_owned(),
        LoadPdfError::Invalid => "it is damaged".to_owned(),
    })?;
    let cache = InterpreterCache::new();
    let start = Instant::now();
    let (mut out, mut glyphs) = (String::new(), 0_usize);
    for page in pdf.pages().iter().take(MOST_PAGES) {
        let transform = page.initial_transform(true).to_kurbo();
        let (width, height) = page.render_dimensions();
        let frame = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let settings = InterpreterSettings::default();
        let mut context = Context::new(transform, frame, &cache, pdf.xref(), settings);
        let mut sheet = Sheet { signs: Vec::new(), room: MOST_GLYPHS.saturating_sub(glyphs) };
        interpret_page(page, &mut context, &mut sheet);
        glyphs += sheet.signs.len();
        if !out.is_empty() {
            out.push_str("\n\u{c}");
        }
        out.push_str(&lines(sheet.signs));
        if start.elapsed() > LONGEST || glyphs >= MOST_GLYPHS {
            return Err("it holds more than can be read in reasonable time".to_owned());
        }
    }
    Ok(out)
}

/// One sign at its place, in points from the page's upper left corner.
struct Sign {
    x: f64,
    /// Where the next sign would stand.
    end: f64,
    y: f64,
    /// Height of the type, points.
    size: f64,
    text: String,
    /// Order on the page, which breaks ties.
    at: usize,
}

/// Gathers what is written on a page and draws nothing.
struct Sheet {
    signs: Vec<Sign>,
    room: usize,
}

impl Device<'_> for Sheet {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            if self.signs.len() >= self.room {
                return;
            }
            let text = match glyph.as_unicode() {
                Some(BfString::Char(sign)) => sign.to_string(),
                Some(BfString::String(text)) => text,
                None => continue,
            };
            let place: Affine = props.transform * glyph.transform();
            let origin = place * Point::ZERO;
            // Glyphs are drawn in units of a thousandth of the type's size.
            let size = (place * Point::new(0.0, 1000.0) - origin).hypot();
            let advance = match &**glyph {
                Glyph::Outline(glyph) => glyph.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            // Where the width is unknown: letters are about half as wide as they are high.
            let end = place * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0);
            let known = [origin.x, origin.y, end.x, size].iter().all(|value| value.is_finite());
            if known && size > 0.5 {
                let at = self.signs.len();
                self.signs.push(Sign { x: origin.x, end: end.x, y: origin.y, size, text, at });
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Signs of one page as lines from top to bottom; a gap as wide as a column is four blanks.
fn lines(mut signs: Vec<Sign>) -> String {
    signs.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.at.cmp(&b.at)));
    let mut rows: Vec<Vec<Sign>> = Vec::new();
    for sign in signs {
        match rows.last_mut() {
            Some(row)
                if row.last().is_some_and(|last| {
                    sign.y - last.y < 0.35 * last.size.min(sign.size).max(1.0)
                }) =>
            {
                row.push(sign);
            }
            _ => rows.push(vec![sign]),
        }
    }
    let mut out = String::new();
    let mut last: Option<(f64, f64)> = None;
    for mut row in rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.at.cmp(&b.at)));
        let size = row.iter().map(|sign| sign.size).fold(0.0, f64::max);
        let y = row.first().map_or(0.0, |sign| sign.y);
        if let Some((before, height)) = last {
            out.push('\n');
            // More than a line and a half of air is a paragraph's end.
            if y - before > 1.7 * height.max(size) {
                out.push('\n');
            }
        }
        out.push_str(&line(&row));
        last = Some((y, size));
    }
    out
}

fn line(row: &[Sign]) -> String {
    let mut out = String::new();
    let mut last: Option<&Sign> = None;
    for sign in row {
        if let Some(before) = last {
            // The same sign on top of itself is a poor man's bold.
            if sign.text == before.text && (sign.x - before.x).abs() < 0.1 * sign.size {
                continue;
            }
            let gap = (sign.x - before.end) / before.size.max(1.0);
            if gap > 1.5 {
                out.push_str("    ");
            } else if gap > 0.15 && !before.text.ends_with(char::is_whitespace) {
                out.push(' ');
            }
        }
        out.push_str(&sign.text);
        last = Some(sign);
    }
    out.trim_end().to_owned()
}
