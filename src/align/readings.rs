//! Matters that are read more than once: bills, and a council's budget (styrelsesloven § 38 asks for
//! two readings). What the chair says at a reading's end tells which one it was.

use super::cues::SegmentCues;
use super::formulas::Act;
use crate::danish::numerals::{self, NumeralKind};
use crate::danish::words::tokens;

/// A reading of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    First,
    Middle,
    Last,
}

impl Reading {
    /// The reading that a title names: "2. behandling af …", "2. (sidste) behandling".
    pub(super) fn of_title(title: &str) -> Option<Self> {
        let tokens = tokens(title);
        let noun = tokens.iter().take(4).position(|token| token.lower == "behandling")?;
        let last = tokens[..noun].iter().any(|token| token.lower == "sidste");
        let number = (0..noun).find_map(|at| {
            let numeral = numerals::read(&tokens[at..])?;
            (numeral.kind == NumeralKind::Ordinal).then(|| numeral.whole()).flatten()
        });
        let number = number.or_else(|| tokens[0].lower.trim_end_matches('.').parse().ok())?;
        Some(match number {
            _ if last => Self::Last,
            1 => Self::First,
            2 => Self::Middle,
            _ => Self::Last,
        })
    }

    /// The reading that the chair's words in a segment belong to.
    pub(super) fn said(cues: &SegmentCues) -> Option<Self> {
        cues.said.iter().find_map(|said| match said.act {
            Act::EndsFirstReading => Some(Self::First),
            Act::EndsMiddleReading => Some(Self::Middle),
            Act::EndsLastReading => Some(Self::Last),
            _ => None,
        })
    }
}
