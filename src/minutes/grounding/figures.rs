//! Numbers, amounts, dates and times, with what they count.

use std::collections::BTreeSet;
use std::fmt;

use crate::danish::dates::{self, Clock, Date};
use crate::danish::numerals::{self, Decimal};
use crate::danish::words::{self, Token, TokenKind, is_case_number};

use super::lexicon;

/// Words to either side in which what a figure counts is looked for.
const AROUND: usize = 6;

/// A figure's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(Decimal),
    Date(Date),
    Clock(Clock),
    /// A case number or an item number with a letter, as written.
    Label(String),
}

impl fmt::Display for Value {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => value.fmt(to),
            Self::Date(date) => date.fmt(to),
            Self::Clock(clock) => clock.fmt(to),
            Self::Label(label) => label.fmt(to),
        }
    }
}

/// Units that never stand for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Money,
    /// Euro, dollars.
    ForeignMoney,
    Percent,
    Permille,
    Points,
    Other,
}

/// A figure in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// Index of the first token.
    pub from: usize,
    /// Index after the last.
    pub to: usize,
    pub value: Value,
    pub unit: Unit,
    /// "over", "under", "mindst", "højst", "fra", "til" before it.
    pub bound: Option<&'static str>,
    /// "Lokalplan", "L", "nr." before it: the number is a name.
    pub label: Option<String>,
    /// Stems of the words of content that follow at once.
    pub following: Vec<String>,
    /// Stems of the words of content round it.
    pub around: BTreeSet<String>,
}

impl Figure {
    pub fn is_number(&self) -> bool {
        matches!(self.value, Value::Number(_))
    }

    /// Whether this figure of what was said proves `told`.
    pub fn proves(&self, told: &Self) -> bool {
        match (&self.value, &told.value) {
            (Value::Date(said), Value::Date(told)) => {
                said.month == told.month
                    && said.day == told.day
                    && told.year.is_none_or(|year| said.year == Some(year))
            }
            (Value::Number(said), Value::Number(number)) => {
                said == number
                    && self.same_unit(told, *number)
                    && self.bound == told.bound
                    && self.label == told.label
                    && self.counts_the_same(told)
            }
            (said, told) => said == told,
        }
    }

    fn same_unit(&self, told: &Self, value: Decimal) -> bool {
        // "4,2 millioner til ældreområdet" are kroner, whether they are named or not.
        let large = value >= Decimal::of(10_000);
        self.unit == told.unit || (self.unit == Unit::Money && told.unit == Unit::Other && large)
    }

    /// What is counted must be what was counted: the next word where both have one, else some word
    /// near both.
    fn counts_the_same(&self, told: &Self) -> bool {
        if let (Some(next), false) = (told.following.first(), self.following.is_empty()) {
            return self.following.iter().any(|said| lexicon::related(said, next));
        }
        match told.following.first() {
            Some(next) => self.around.iter().any(|said| lexicon::related(said, next)),
            None => {
                told.around.is_empty()
                    || self.around.is_empty()
                    || told
                        .around
                        .iter()
                        .any(|one| self.around.iter().any(|said| lexicon::related(said, one)))
            }
        }
    }
}

/// Every figure in a row of tokens, left to right.
pub(super) fn read(tokens: &[Token<'_>]) -> Vec<Figure> {
    let mut found: Vec<Figure> = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        let used = match value(rest) {
            Some((Some(value), used)) => {
                let to = at + used;
                found.push(Figure {
                    from: at,
                    to,
                    unit: unit(tokens, at, to),
                    bound: bound(tokens, at),
                    label: label(tokens, at),
                    value,
                    following: Vec::new(),
                    around: BTreeSet::new(),
                });
                used
            }
            Some((None, used)) => used,
            None => 1,
        };
        at += used.max(1);
    }
    let taken: Vec<(usize, usize)> = found.iter().map(|figure| (figure.from, figure.to)).collect();
    let content = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.kind == TokenKind::Word
                && !words::is_stop_word(&token.lower)
                && !lexicon::is_unit(&token.lower)
                && !lexicon::denies(&token.lower)
                && !taken.iter().any(|range| (range.0..range.1).contains(&at))
        })
    };
    let stem = |at: usize| tokens.get(at).map(|token| words::stem(&token.lower));
    for figure in &mut found {
        let open = |at: usize| {
            at.checked_sub(1).and_then(|b| tokens.get(b)).is_none_or(|b| !b.is_closed())
        };
        let mut next = figure.to;
        // "63 flere borgere": up to three words that nothing parts from the figure.
        while next < tokens.len()
            && figure.following.len() < 3
            && open(next)
            && (content(next) || tokens.get(next).is_some_and(|t| lexicon::is_unit(&t.lower)))
        {
            if content(next) {
                figure.following.extend(stem(next));
            }
            next += 1;
        }
        let span = figure.from.saturating_sub(AROUND)..figure.to.saturating_add(AROUND);
        figure.around = span.filter(|&at| content(at)).filter_map(stem).collect();
    }
    found
}

/// The value at the head of `tokens` with the tokens it takes; no value for an article.
fn value(tokens: &[Token<'_>]) -> Option<(Option<Value>, usize)> {
    let first = tokens.first()?;
    if let Some((date, used)) = dates::read(tokens) {
        return Some((Some(Value::Date(date)), used));
    }
    if let Some((clock, used)) = dates::clock(tokens) {
        return Some((Some(Value::Clock(clock)), used));
    }
    if is_case_number(first.text) {
        return Some((Some(Value::Label(first.text.to_owned())), 1));
    }
    if let Some(numeral) = numerals::read(tokens) {
        let value = (!numeral.doubtful).then_some(Value::Number(numeral.value));
        return Some((value, numeral.used));
    }
    (first.kind == TokenKind::Number).then(|| (Some(Value::Label(first.lower.clone())), 1))
}

fn unit(tokens: &[Token<'_>], from: usize, to: usize) -> Unit {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let before = from.checked_sub(1).map_or("", word);
    match word(to) {
        "procent" | "pct" | "%" => Unit::Percent,
        "promille" | "‰" => Unit::Permille,
        "procentpoint" => Unit::Points,
        "euro" | "eur" | "€" | "dollar" | "dollars" | "$" | "pund" | "£" => Unit::ForeignMoney,
        "kroner" | "krone" | "kr" | "dkk" => Unit::Money,
        _ if matches!(before, "kr" | "dkk") => Unit::Money,
        // "4,2 mio. danske kroner", "mellem 3 og 5 millioner kroner"
        _ if matches!(word(to + 1), "kroner" | "kr")
            && !tokens.get(to).is_some_and(Token::is_closed) =>
        {
            Unit::Money
        }
        _ => Unit::Other,
    }
}

fn label(tokens: &[Token<'_>], from: usize) -> Option<String> {
    let before = tokens.get(from.checked_sub(1)?)?;
    let stem = words::stem(&before.lower);
    (lexicon::labels(before.text, &before.lower) || lexicon::labels(before.text, &stem))
        .then_some(stem)
}

/// Words that tell which of two figures is meant: "fra de nuværende 2 pct. til de nye 6 pct.".
fn is_of_time(lower: &str) -> bool {
    matches!(
        lower,
        "nuværende"
            | "nye"
            | "gamle"
            | "kommende"
            | "tidligere"
            | "oprindelige"
            | "foreslåede"
            | "hidtidige"
            | "eksisterende"
            | "planlagte"
            | "forventede"
    )
}

fn bound(tokens: &[Token<'_>], from: usize) -> Option<&'static str> {
    // "fra de 2 pct.", "til de nuværende 6 pct."
    let lead = tokens.get(..from).unwrap_or_default();
    let lead = lead.iter().rev().take_while(|token| {
        !token.is_closed() && matches!(token.lower.as_str(), "de" | "den" | "det")
            || is_of_time(&token.lower)
    });
    let from = from - lead.count();
    let word = |back: usize| {
        from.checked_sub(back)
            .and_then(|at| tokens.get(at))
            .map_or("", |token| token.lower.as_str())
    };
    let near =
        if matches!(word(1), "ca" | "cirka" | "omkring" | "på") { word(2) } else { word(1) };
    match near {
        "over" => Some("over"),
        "under" => Some("under"),
        "mindst" | "minimum" => Some("mindst"),
        "højst" | "maks" | "maksimalt" | "højest" => Some("højst"),
        "end" if matches!(word(2), "mere" | "flere") => Some("over"),
        "end" if matches!(word(2), "mindre" | "færre") => Some("under"),
        "fra" => Some("fra"),
        "til" => Some("til"),
        _ => None,
    }
}
