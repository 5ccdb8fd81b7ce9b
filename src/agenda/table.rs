//! Tables: the agenda as rows, an item as a form, or just figures.

use super::flow::{Block, Marked};
use super::{case, field, head};
use crate::meeting::FieldText;

/// What stands in a cell.
pub(super) struct Cell(pub(super) FieldText);

impl Cell {
    fn line(&self) -> String {
        super::markup::tidy_line(&self.0.text)
    }
}

/// Which column holds what.
#[derive(Default)]
struct Columns {
    number: usize,
    title: usize,
    case: Option<usize>,
    access: Option<usize>,
}

/// A table's rows as blocks; `whole` gives the table as one text.
pub(super) fn blocks(rows: Vec<Vec<Cell>>, whole: impl FnOnce() -> FieldText) -> Vec<Block> {
    if let Some(columns) = rows.first().and_then(|row| named(row)) {
        let items: Vec<Block> =
            rows.iter().skip(1).filter_map(|row| item(row, &columns, true)).collect();
        if !items.is_empty() {
            return items;
        }
    }
    let filled: Vec<&Vec<Cell>> =
        rows.iter().filter(|row| row.iter().any(|cell| !cell.0.text.is_empty())).collect();
    // No head, but every row begins with a number that follows the one before.
    let columns = Columns { title: 1, ..Columns::default() };
    let items: Vec<Option<Marked>> =
        filled.iter().map(|row| marked(row, &columns, false)).collect();
    let counted = items.len() >= 2
        && items.iter().all(Option::is_some)
        && items.windows(2).all(|pair| match pair {
            [Some(a), Some(b)] => head::follows(&a.number, &b.number),
            _ => false,
        });
    if counted {
        return items.into_iter().flatten().map(Block::Item).collect();
    }
    let form = rows.iter().any(|row| is_form_row(row));
    if !form {
        return vec![Block::Text(whole())];
    }
    rows.into_iter().flat_map(form_row).collect()
}

/// The columns of an agenda table, when the row is its head.
fn named(row: &[Cell]) -> Option<Columns> {
    let lines: Vec<String> = row.iter().map(|cell| cell.line().to_lowercase()).collect();
    let find = |names: &[&str]| {
        lines.iter().position(|line| names.contains(&line.trim_end_matches(['.', ':'])))
    };
    let number = find(&["nr", "punkt", "pkt", "punktnr", "punkt nr", "dagsordenspunkt nr", "#"])?;
    let title = find(&[
        "titel",
        "emne",
        "overskrift",
        "sag",
        "dagsordenspunkt",
        "dagsorden",
        "sagens titel",
        "punktets titel",
        "tekst",
    ])?;
    Some(Columns {
        number,
        title,
        case: lines.iter().position(|line| case::is_label(line)),
        access: find(&["adgang", "åben/lukket", "status", "åbent/lukket", "offentlighed"]),
    })
}

fn item(row: &[Cell], columns: &Columns, sure: bool) -> Option<Block> {
    marked(row, columns, sure).map(Block::Item)
}

fn marked(row: &[Cell], columns: &Columns, sure: bool) -> Option<Marked> {
    let number = head::number(&row.get(columns.number)?.line())?;
    let title = row.get(columns.title)?.line();
    if !title.contains(char::is_alphabetic) || title.len() > head::LONGEST_TITLE {
        return None;
    }
    let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).map(Cell::line);
    let case = cell(columns.case).filter(|case| case::is_number(case)).or_else(|| {
        // Without a head a third cell may still be a case number.
        let last = row.get(columns.title + 1..)?.iter().map(Cell::line);
        last.into_iter().find(|line| case::is_number(line) && line.contains(['/', '-']))
    });
    let access = cell(columns.access).unwrap_or_default().to_lowercase();
    let closed = case::closed_title(&title) || access.starts_with("luk");
    Some(Marked { number, title, case, closed, sure })
}

/// "Indstilling | …", "Sagsnr. | 25/1", "Punkt 5 | Title", "Dato | …"
fn is_form_row(row: &[Cell]) -> bool {
    let Some(first) = row.first().map(Cell::line) else { return false };
    field::known(&first).is_some()
        || case::is_label(&first)
        || row.len() >= 2 && first.ends_with(':') && first.len() < 40
        || is_item_row(row, &first)
}

fn is_item_row(row: &[Cell], first: &str) -> bool {
    row.len() >= 2 && first.to_lowercase().starts_with("punkt ") && head::number(first).is_some()
}

fn form_row(row: Vec<Cell>) -> Vec<Block> {
    let first = row.first().map(Cell::line).unwrap_or_default();
    if is_item_row(&row, &first) {
        let columns = Columns { title: 1, ..Columns::default() };
        return marked(&row, &columns, true).map(Block::Item).into_iter().collect();
    }
    let rest = |row: Vec<Cell>| {
        let text = row.into_iter().skip(1).filter(|cell| !cell.0.text.is_empty());
        text.map(|cell| Block::Text(cell.0)).collect::<Vec<_>>()
    };
    if field::known(&first).is_some() {
        let mut blocks = vec![Block::Heading { level: 6, text: first }];
        blocks.extend(rest(row));
        return blocks;
    }
    let label = first.trim_end_matches(':');
    let values: Vec<String> = row.iter().skip(1).map(Cell::line).collect();
    let value = values.join(" ");
    match (first.is_empty(), value.trim().is_empty()) {
        (true, _) => rest(row),
        (false, true) => row.into_iter().take(1).map(|cell| Block::Text(cell.0)).collect(),
        (false, false) => vec![Block::line(format!("{label}: {}", value.trim())), Block::line("")],
    }
}
