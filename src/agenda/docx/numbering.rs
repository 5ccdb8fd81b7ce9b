//! Automatic numbers, which stand in no text of the file.

use std::collections::BTreeMap;

use crate::agenda::xml::Element;

/// Deepest level of a list, as Word has it.
const LEVELS: usize = 9;

/// A list and a level in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    list: u32,
    level: usize,
}

/// What `numPr` says; list 0 takes a style's number away.
pub(super) fn place(properties: &Element) -> Place {
    let value = |name: &str| {
        properties.child(name).and_then(|child| child.attribute("val")?.parse::<u32>().ok())
    };
    let level = usize::try_from(value("ilvl").unwrap_or(0)).unwrap_or(0).min(LEVELS - 1);
    Place { list: value("numId").unwrap_or(0), level }
}

/// A number as printed before its paragraph.
pub(super) struct Label {
    pub(super) text: String,
    pub(super) bullet: bool,
}

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    /// `%1.%2`
    pattern: String,
}

#[derive(Debug, Default)]
struct List {
    /// Lists of one kind count on together unless one starts over.
    kind: u32,
    starts: BTreeMap<usize, u32>,
}

/// The lists of a document and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    kinds: BTreeMap<u32, BTreeMap<usize, Level>>,
    lists: BTreeMap<u32, List>,
    counts: BTreeMap<u32, [Option<u32>; LEVELS]>,
    started: BTreeMap<(u32, usize), bool>,
}

impl Numbering {
    pub(super) fn read(root: &Element) -> Self {
        let mut numbering = Self::default();
        let number = |element: &Element, name: &str| element.attribute(name)?.parse::<u32>().ok();
        let value = |element: &Element, name: &str| {
            element.child(name).and_then(|child| child.attribute("val")).map(str::to_owned)
        };
        for kind in root.named("abstractNum") {
            let Some(id) = number(kind, "abstractNumId") else { continue };
            let levels = kind.named("lvl").filter_map(|level| {
                let at = usize::try_from(number(level, "ilvl")?).ok().filter(|at| *at < LEVELS)?;
                let entry = Level {
                    start: value(level, "start").and_then(|start| start.parse().ok()).unwrap_or(1),
                    format: value(level, "numFmt").unwrap_or_else(|| "decimal".to_owned()),
                    pattern: value(level, "lvlText").unwrap_or_default(),
                };
                Some((at, entry))
            });
            numbering.kinds.insert(id, levels.collect());
        }
        for list in root.named("num") {
            let Some(id) = number(list, "numId") else { continue };
            let kind = value(list, "abstractNumId").and_then(|kind| kind.parse().ok());
            let starts = list.named("lvlOverride").filter_map(|over| {
                let at = usize::try_from(number(over, "ilvl")?).ok()?;
                Some((at, value(over, "startOverride")?.parse().ok()?))
            });
            let entry = List { kind: kind.unwrap_or(0), starts: starts.collect() };
            numbering.lists.insert(id, entry);
        }
        numbering
    }

    /// Counts a paragraph and gives its number; none where the list is unknown or unnumbered.
    pub(super) fn next(&mut self, place: Place) -> Option<Label> {
        let list = self.lists.get(&place.list)?;
        let levels = self.kinds.get(&list.kind)?;
        let level = levels.get(&place.level)?;
        if level.format == "bullet" {
            return Some(Label { text: "-".to_owned(), bullet: true });
        }
        let counts = self.counts.entry(list.kind).or_default();
        let over = list.starts.get(&place.level).copied();
        let fresh = self.started.insert((place.list, place.level), true).is_none();
        let count = match (over, counts[place.level]) {
            (Some(start), _) if fresh => start,
            (_, Some(count)) => count.saturating_add(1),
            (_, None) => level.start,
        };
        counts[place.level] = Some(count);
        counts.iter_mut().skip(place.level + 1).for_each(|deeper| *deeper = None);
        if level.format == "none" {
            return None;
        }
        let mut text = level.pattern.clone();
        for (at, level) in levels {
            let count = counts[*at].unwrap_or(level.start);
            text = text.replace(&format!("%{}", at + 1), &printed(count, &level.format));
        }
        (!text.trim().is_empty()).then_some(Label { text, bullet: false })
    }
}

fn printed(count: u32, format: &str) -> String {
    let letter = |first: u8| {
        let at = u8::try_from(count.saturating_sub(1) % 26).unwrap_or(0);
        char::from(first + at).to_string()
    };
    match format {
        "lowerLetter" => letter(b'a'),
        "upperLetter" => letter(b'A'),
        "lowerRoman" => roman(count),
        "upperRoman" => roman(count).to_uppercase(),
        _ => count.to_string(),
    }
}

fn roman(mut count: u32) -> String {
    if count > 3_999 {
        return count.to_string();
    }
    let mut out = String::new();
    for (value, sign) in [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ] {
        while count >= value {
            out.push_str(sign);
            count -= value;
        }
    }
    out
}
