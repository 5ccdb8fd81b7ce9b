//! How a document marks its items, found before they are read.

use std::collections::BTreeMap;

use super::{Block, Marked};
use crate::agenda::head::{self, head};
use crate::agenda::{case, field};

/// How a document marks its items.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Rows and classes that leave no doubt.
    pub(super) sure: bool,
    /// Rows of a table without a head, in a document with no other marks.
    pub(super) rows: bool,
    /// Level of the headings with item numbers.
    pub(super) level: Option<u8>,
    /// Level of the headings that are items without numbers.
    pub(super) unnumbered: Option<u8>,
    /// Somewhere an item stands as "Punkt 5".
    pub(super) prefixed: bool,
}

impl Marks {
    pub(super) fn of(blocks: &[Block]) -> Self {
        let mut marks = Self::default();
        let mut rows = 0_usize;
        let mut headings: BTreeMap<u8, usize> = BTreeMap::new();
        let (mut fields, mut numbered) = (None::<u8>, false);
        for block in blocks {
            match block {
                Block::Item(item) => {
                    marks.sure |= item.sure;
                    rows += 1;
                }
                Block::Heading { level, text } => {
                    if head(text).is_some() || head::number(text).is_some() {
                        marks.level = Some(marks.level.map_or(*level, |least| least.min(*level)));
                    } else if field::known(text).is_some() {
                        fields = Some(fields.map_or(*level, |least: u8| least.min(*level)));
                    } else if case::part(&text.to_lowercase()).is_none() {
                        *headings.entry(*level).or_default() += 1;
                    }
                }
                Block::Text(text) => {
                    for head in text.text.lines().filter_map(head) {
                        numbered = true;
                        marks.prefixed |= head.prefixed;
                    }
                }
                Block::Attachment(_) => {}
            }
        }
        let marked = marks.sure || marks.level.is_some();
        marks.rows = !marked && rows >= 2;
        if !marked
            && !marks.rows
            && !marks.prefixed
            && let Some(fields) = fields
        {
            // The deepest headings above the fields, unless numbered lines are the better guess.
            let above =
                headings.iter().rev().find(|(level, count)| **level < fields && **count >= 2);
            marks.unnumbered = above.map(|(level, _)| *level).filter(|_| !numbered || rows == 0);
        }
        marks
    }

    pub(super) fn takes(&self, item: &Marked) -> bool {
        item.sure || self.rows
    }

    /// Whether lines of text can be items at all.
    pub(super) fn lines(&self) -> bool {
        !self.sure && !self.rows && self.level.is_none() && self.unnumbered.is_none()
    }
}
