//! Laying out: paragraphs broken into lines, lines into pages.

use krilla::geom::Rect;
use krilla::tagging::{ListNumbering, TableHeaderScope, Tag};

use super::Furniture;
use super::face::{Faces, Weight};
use super::page::{Goal, HEIGHT, Ink, Link, Run, Sheet, Style, WIDTH};
use super::tree::{Group, Tree};

/// Left and right margin, points (23 mm, as in the Word document).
pub(super) const MARGIN: f32 = 65.2;
/// Where the text begins and ends, points from the upper edge.
const TOP: f32 = 84.0;
const BOTTOM: f32 = HEIGHT - 74.0;
/// Width of the text.
pub(super) const MEASURE: f32 = WIDTH - 2.0 * MARGIN;
/// Distance of two lines, in sizes.
const LEADING: f32 = 1.36;

/// A stretch of text in one look.
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
    /// Where it leads, and what a screen reader says of that.
    pub(super) link: Option<(Goal, String)>,
}

impl Span {
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, link: None }
    }
}

/// Where a paragraph stands, points from the left edge of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f32,
    pub(super) width: f32,
}

/// The whole measure.
pub(super) const WHOLE: Frame = Frame { left: MARGIN, width: MEASURE };

/// A heading that the bookmarks show.
pub(super) struct Mark {
    pub(super) text: String,
    /// From 0.
    pub(super) page: usize,
    pub(super) y: f32,
    /// An item of the agenda, below the heading before it.
    pub(super) item: bool,
}

/// A line of the contents, finished when its page is known.
struct Entry {
    group: Group,
    page: usize,
    y: f32,
    height: f32,
    told: String,
}

/// What came of it.
pub(super) struct Laid {
    pub(super) sheets: Vec<Sheet>,
    pub(super) tree: Tree,
    pub(super) marks: Vec<Mark>,
}

/// The pages while they fill.
pub(super) struct Flow<'f> {
    faces: &'f Faces,
    sheets: Vec<Sheet>,
    y: f32,
    pub(super) tree: Tree,
    marks: Vec<Mark>,
    contents: Vec<Entry>,
}

/// A line: stretches of spans, by number.
type Line = Vec<(usize, String)>;

impl<'f> Flow<'f> {
    pub(super) fn new(faces: &'f Faces) -> Self {
        Self {
            faces,
            sheets: vec![Sheet::default()],
            y: TOP,
            tree: Tree::new(),
            marks: Vec::new(),
            contents: Vec::new(),
        }
    }

    /// Begins a page when less than `height` points are left.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.sheets.push(Sheet::default());
            self.y = TOP;
        }
    }

    pub(super) fn space(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    fn page(&self) -> usize {
        self.sheets.len().saturating_sub(1)
    }

    fn sheet(&mut self) -> Option<&mut Sheet> {
        self.sheets.last_mut()
    }

    /// A bar or line.
    pub(super) fn rule(&mut self, left: f32, top: f32, width: f32, height: f32) {
        if let (Some(area), Some(sheet)) =
            (Rect::from_xywh(left, top, width, height), self.sheets.last_mut())
        {
            sheet.rules.push(area);
        }
    }

    /// A line across the text.
    pub(super) fn line(&mut self) {
        self.rule(MARGIN, self.y, MEASURE, 0.5);
    }

    /// Points from the upper edge at which the next line will stand.
    pub(super) fn place(&self) -> f32 {
        self.y
    }

    /// Goes on at a place of the same page.
    pub(super) fn return_to(&mut self, y: f32) {
        self.y = y;
    }

    /// A heading that the bookmarks show.
    pub(super) fn mark(&mut self, text: &str, item: bool) {
        let page = self.page();
        self.marks.push(Mark { text: text.to_owned(), page, y: (self.y - 6.0).max(0.0), item });
    }

    /// A paragraph; `bar` draws a line to its left.
    pub(super) fn paragraph(&mut self, group: Group, spans: &[Span], frame: Frame, bar: bool) {
        let size = spans.iter().map(|span| span.style.size).fold(8.0, f32::max);
        for line in self.lines(spans, frame.width) {
            self.need(size * LEADING);
            if bar {
                self.rule(frame.left - 9.0, self.y, 2.2, size * LEADING);
            }
            self.put(group, spans, line, frame.left, self.y + size);
            self.y += size * LEADING;
        }
    }

    /// One line at a place; `y` is the foot of its letters.
    fn put(&mut self, group: Group, spans: &[Span], line: Line, left: f32, y: f32) {
        let mut x = left;
        for (number, text) in line {
            let Some(span) = spans.get(number) else { continue };
            let width = self.faces.of(span.style.weight).width(&text, span.style.size);
            let (style, size) = (span.style, span.style.size);
            let (group, link) = match &span.link {
                Some(link) => (self.tree.group(group, Tag::Link), Some(link.clone())),
                None => (group, None),
            };
            let leaf = Some(self.tree.leaf(group));
            let area = Rect::from_xywh(x, y - size, width.max(1.0), size * 1.3);
            let link = link.zip(area).map(|((goal, told), area)| Link {
                area,
                goal,
                told,
                leaf: self.tree.leaf(group),
            });
            if let Some(sheet) = self.sheet() {
                sheet.runs.push(Run { x, y, text, style, leaf });
                sheet.links.extend(link);
            }
            x += width;
        }
    }

    /// Breaks spans into lines at blanks; a word wider than a line is cut.
    fn lines(&self, spans: &[Span], width: f32) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut line: Line = Vec::new();
        let mut filled = 0.0;
        for (number, span) in spans.iter().enumerate() {
            let face = self.faces.of(span.style.weight);
            let text = face.legible(&span.text);
            let pieces = text.split_inclusive(' ').flat_map(|word| {
                if face.width(word.trim_end(), span.style.size) <= width {
                    vec![word.to_owned()]
                } else {
                    word.chars().map(String::from).collect()
                }
            });
            for piece in pieces {
                let wide = face.width(&piece, span.style.size);
                let bare = face.width(piece.trim_end(), span.style.size);
                if filled + bare > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    filled = 0.0;
                }
                match line.last_mut() {
                    Some((last, text)) if *last == number => text.push_str(&piece),
                    _ => line.push((number, piece)),
                }
                filled += wide;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// A list point.
    pub(super) fn point(&mut self, list: Group, spans: &[Span], frame: Frame) {
        let Some(first) = spans.first() else { return };
        let style = Style { weight: Weight::Regular, ink: Ink::Black, ..first.style };
        self.need(style.size * LEADING);
        let item = self.tree.group(list, Tag::LI);
        let label = self.tree.group(item, Tag::Lbl);
        let dot = [Span::new("• ", style)];
        self.put(label, &dot, vec![(0, "• ".to_owned())], frame.left, self.y + style.size);
        let body = self.tree.group(item, Tag::LBody);
        let frame = Frame { left: frame.left + 14.0, width: frame.width - 14.0 };
        self.paragraph(body, spans, frame, false);
        self.y += 2.0;
    }

    pub(super) fn list(&mut self, parent: Group) -> Group {
        self.tree.group(parent, Tag::L(ListNumbering::Disc))
    }

    /// A row of a table whose first cell heads it, or whose cells all head their columns. Rows are never broken.
    pub(super) fn row(&mut self, table: Group, cells: &[Span], widths: &[f32], head: bool) {
        let laid: Vec<(&Span, Vec<Line>, f32)> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| {
                (cell, self.lines(std::slice::from_ref(cell), width - 8.0), *width)
            })
            .collect();
        let size = cells.iter().map(|cell| cell.style.size).fold(8.0, f32::max);
        let rows = laid.iter().map(|(_, lines, _)| lines.len()).max().unwrap_or(0).max(1);
        let height = rows as f32 * size * LEADING + 5.0;
        self.need(height);
        let row = self.tree.group(table, Tag::TR);
        let mut left = MARGIN;
        for (index, (cell, lines, width)) in laid.into_iter().enumerate() {
            let group = match (head, index) {
                (true, _) => self.tree.group(row, Tag::TH(TableHeaderScope::Column)),
                (false, 0) => self.tree.group(row, Tag::TH(TableHeaderScope::Row)),
                (false, _) => self.tree.group(row, Tag::TD),
            };
            for (at, line) in lines.into_iter().enumerate() {
                let y = self.y + 2.5 + size + at as f32 * size * LEADING;
                self.put(group, std::slice::from_ref(cell), line, left, y);
            }
            left += width;
        }
        self.y += height;
    }

    /// A line of the contents; its page number follows when it is known.
    pub(super) fn entry(&mut self, toc: Group, text: &str, style: Style) {
        let group = self.tree.group(toc, Tag::TOCI);
        let link = self.tree.group(group, Tag::Link);
        let spans = [Span::new(text, style)];
        self.need(style.size * LEADING * 2.0);
        let from = self.y;
        let frame = Frame { left: MARGIN, width: MEASURE - 40.0 };
        self.paragraph(link, &spans, frame, false);
        let (page, y) = (self.page(), self.y - style.size * (LEADING - 1.0));
        let height = (self.y - from).max(style.size);
        self.contents.push(Entry { group: link, page, y, height, told: text.to_owned() });
        self.y += 2.0;
    }

    /// Page numbers of the contents, heads and feet.
    pub(super) fn finish(mut self, furniture: &Furniture) -> Laid {
        let style = Style { weight: Weight::Regular, size: 9.5, ink: Ink::Black };
        let goals: Vec<(usize, f32)> =
            self.marks.iter().filter(|mark| mark.item).map(|mark| (mark.page, mark.y)).collect();
        for (entry, (page, y)) in std::mem::take(&mut self.contents).into_iter().zip(goals) {
            let text = (page + 1).to_string();
            let width = self.faces.of(style.weight).width(&text, style.size);
            let run = Run {
                x: WIDTH - MARGIN - width,
                y: entry.y,
                text,
                style,
                leaf: Some(self.tree.leaf(entry.group)),
            };
            let leaf = self.tree.leaf(entry.group);
            let area = Rect::from_xywh(MARGIN, entry.y - entry.height + 2.0, MEASURE, entry.height);
            let told = format!("{}, side {}", entry.told, page + 1);
            if let (Some(sheet), Some(area)) = (self.sheets.get_mut(entry.page), area) {
                sheet.runs.push(run);
                sheet.links.push(Link { area, goal: Goal::Place(page, y), told, leaf });
            }
        }
        self.furnish(furniture);
        Laid { sheets: self.sheets, tree: self.tree, marks: self.marks }
    }

    fn furnish(&mut self, furniture: &Furniture) {
        let grey = Style { weight: Weight::Regular, size: 8.0, ink: Ink::Grey };
        let bold = Style { weight: Weight::Bold, size: 8.0, ink: Ink::Mark };
        let pages = self.sheets.len();
        let wide = |text: &str, style: Style| self.faces.of(style.weight).width(text, style.size);
        let state = self.faces.of(Weight::Bold).legible(&furniture.state);
        let left = self.faces.of(Weight::Regular).legible(&furniture.left);
        let foot = self.faces.of(Weight::Regular).legible(&furniture.foot);
        let right = match furniture.right.is_empty() {
            true => String::new(),
            false => format!("{} · ", furniture.right),
        };
        let state_at = WIDTH - MARGIN - wide(&state, bold);
        let right_at = state_at - wide(&right, grey);
        let feet: Vec<(f32, String)> = (1..=pages)
            .map(|page| format!("Side {page} af {pages}"))
            .map(|text| (WIDTH - MARGIN - wide(&text, grey), text))
            .collect();
        for (sheet, (foot_at, number)) in self.sheets.iter_mut().zip(feet) {
            let mut put = |x: f32, y: f32, text: &str, style: Style| {
                if !text.is_empty() {
                    sheet.runs.push(Run { x, y, text: text.to_owned(), style, leaf: None });
                }
            };
            put(MARGIN, 46.0, &left, grey);
            put(right_at, 46.0, &right, grey);
            put(state_at, 46.0, &state, bold);
            put(MARGIN, HEIGHT - 40.0, &foot, grey);
            put(foot_at, HEIGHT - 40.0, &number, grey);
            sheet.rules.extend(Rect::from_xywh(MARGIN, 53.0, MEASURE, 0.6));
        }
    }
}
