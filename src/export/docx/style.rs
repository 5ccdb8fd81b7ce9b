//! The look of the Word document, as styles that a secretary can change in one place.

use docx_rs::{
    AbstractNumbering, BorderType, Docx, Level, LevelJc, LevelText, LineSpacing, NumberFormat,
    Numbering, RunFonts, SpecialIndentType, Start, Style, StyleType, TableBorder,
    TableBorderPosition, TableBorders, TableCellMargins,
};

/// Numbering of list points.
pub(super) const BULLETS: usize = 2;

const INK: &str = "1F2A30";
const QUIET: &str = "4F5B62";
const ACCENT: &str = "0B5560";
const WARNING: &str = "9A3B00";

/// Adds every style that the document uses, under Word's own ids so that its navigation pane,
/// table of contents and style gallery know them.
pub(super) fn apply(docx: Docx) -> Docx {
    let fonts = || RunFonts::new().ascii("Calibri").hi_ansi("Calibri").cs("Calibri");
    let bullet = AbstractNumbering::new(BULLETS).add_level(
        Level::new(
            0,
            Start::new(1),
            NumberFormat::new("bullet"),
            LevelText::new("•"),
            LevelJc::new("left"),
        )
        .indent(Some(425), Some(SpecialIndentType::Hanging(283)), None, None),
    );
    [
        body("Normal", "Normal", 60, 100),
        head("Title", "Title", 44, 0, 60),
        body("Subtitle", "Subtitle", 0, 200).size(26).color(QUIET),
        heading(1, 30, 400, 120),
        heading(2, 25, 320, 80),
        heading(3, 21, 160, 30),
        body("CaseLine", "Sagslinje", 0, 80).color(QUIET).size(20),
        body("Decision", "Beslutning", 40, 100).bold(),
        body("Status", "Status", 0, 160).bold().color(WARNING).size(24),
        body("Note", "Note", 0, 80).color(QUIET).size(19),
        body("ListBullet", "List Bullet", 0, 60),
        body("Cell", "Tabeltekst", 20, 20),
        body("CellHead", "Tabelhoved", 20, 20).bold(),
        body("Spacer", "Mellemrum", 0, 60).size(8),
        body("Header", "header", 0, 0).size(18).color(QUIET),
        body("Footer", "footer", 0, 0).size(18).color(QUIET),
        Style::new("Hyperlink", StyleType::Character)
            .name("Hyperlink")
            .color("0B5560")
            .underline("single"),
        Style::new("Mark", StyleType::Character).name("Usikkert").bold().color(WARNING),
        Style::new("TableGrid", StyleType::Table)
            .name("Table Grid")
            .set_borders(grid())
            .margins(TableCellMargins::new().margin(40, 100, 40, 100)),
    ]
    .into_iter()
    .fold(docx, Docx::add_style)
    .default_fonts(fonts())
    .default_size(22)
    .add_abstract_numbering(bullet)
    .add_numbering(Numbering::new(BULLETS, BULLETS))
}

fn body(id: &str, name: &str, before: u32, after: u32) -> Style {
    let style = Style::new(id, StyleType::Paragraph)
        .name(name)
        .q_format(true)
        .color(INK)
        .line_spacing(LineSpacing::new().before(before).after(after).line(269));
    if id == "Normal" { style } else { style.based_on("Normal") }
}

fn head(id: &str, name: &str, half_points: usize, before: u32, after: u32) -> Style {
    body(id, name, before, after).size(half_points).bold().color(ACCENT).next("Normal")
}

fn heading(level: usize, half_points: usize, before: u32, after: u32) -> Style {
    let style =
        head(&format!("Heading{level}"), &format!("heading {level}"), half_points, before, after);
    let style = if level == 3 { style.color(QUIET) } else { style };
    let mut style = style.ui_priority(9).outline_lvl(level - 1);
    style.paragraph_property = style.paragraph_property.keep_next(true).keep_lines(true);
    style
}

fn grid() -> TableBorders {
    [TableBorderPosition::Top, TableBorderPosition::Bottom, TableBorderPosition::InsideH]
        .into_iter()
        .fold(TableBorders::with_empty(), |borders, position| {
            borders.set(
                TableBorder::new(position).border_type(BorderType::Single).size(4).color("A9B8BA"),
            )
        })
}

/// Sets the language of all text to Danish: spelling check and screen readers go by it. The crate
/// has no way to say it, so the run defaults are written into `styles.xml`.
pub(super) fn in_danish(styles: Vec<u8>) -> Vec<u8> {
    const DEFAULTS: &str = "<w:rPrDefault><w:rPr>";
    match String::from_utf8(styles) {
        Ok(xml) => {
            let xml = match xml.split_once("</w:rPr></w:rPrDefault>") {
                Some((before, after)) if before.contains(DEFAULTS) => format!(
                    "{before}<w:lang w:val=\"da-DK\" w:eastAsia=\"da-DK\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>{after}"
                ),
                _ => xml,
            };
            xml.into_bytes()
        }
        Err(error) => error.into_bytes(),
    }
}
