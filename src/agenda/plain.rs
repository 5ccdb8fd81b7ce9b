//! Text and Markdown as people paste it, and the text of a PDF → blocks.

use std::collections::BTreeMap;

use super::flow::{self, Block, Lines};
use super::head::head;
use super::markup::tidy_line;
use super::{AgendaError, field};
use crate::meeting::{Agenda, Outcome};

/// Reads `text` as a numbered agenda.
pub(super) fn parse(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    flow::read(blocks(text), Lines::Wrapped, name)
}

/// The text's lines as blocks, without Markdown marks, page numbers and running heads.
fn blocks(text: &str) -> Vec<Block> {
    without_page_furniture(text).into_iter().map(Block::line).collect()
}

/// Lines without Markdown marks, page numbers and the running heads beside them.
fn without_page_furniture(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut breaks = Vec::new();
    let mut fed = 0;
    for raw in text.split('\n') {
        // A form feed begins a page; the line before it ended one.
        if raw.contains('\u{c}') && fed < lines.len() {
            fed = lines.len();
            breaks.push(lines.len());
        }
        let line = plain_line(&raw.replace('\u{c}', ""));
        if is_page_number(&line) {
            breaks.push(lines.len());
        } else {
            lines.push(line);
        }
    }
    if !breaks.is_empty() {
        breaks.push(0);
        breaks.push(lines.len());
    }
    // Lines that stand beside two or more page breaks are running heads; up to two a side.
    let mut beside: BTreeMap<String, usize> = BTreeMap::new();
    let mut places = Vec::new();
    for &at in &breaks {
        let before = (0..at).rev().take(12).filter(|&at| !lines[at].is_empty()).take(2);
        let after = (at..lines.len()).take(12).filter(|&at| !lines[at].is_empty()).take(2);
        for place in before.chain(after) {
            places.push(place);
        }
    }
    places.sort_unstable();
    places.dedup();
    for &place in &places {
        *beside.entry(without_numbers(&lines[place])).or_default() += 1;
    }
    for place in places {
        let shape = without_numbers(&lines[place]);
        let repeated = beside.get(&shape).is_some_and(|&count| count >= 2);
        if repeated && head(&lines[place]).is_none() && field::known(&lines[place]).is_none() {
            lines[place].clear();
        }
    }
    join_pages(lines, &breaks)
}

/// A paragraph that goes on over a page's edge has no empty lines in it.
fn join_pages(lines: Vec<String>, breaks: &[usize]) -> Vec<String> {
    let mut dropped = vec![false; lines.len()];
    for &at in breaks {
        let before = (0..at).rev().find(|&at| !lines[at].is_empty());
        let after = (at..lines.len()).find(|&at| !lines[at].is_empty());
        let (Some(before), Some(after)) = (before, after) else { continue };
        let goes_on = lines[before]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '-'))
            && lines[after].starts_with(char::is_lowercase);
        if goes_on {
            dropped[before + 1..after].fill(true);
        }
    }
    let kept = lines.into_iter().zip(dropped).filter(|(_, dropped)| !dropped);
    kept.map(|(line, _)| line).collect()
}

/// A running head with its page number is the same on every page but for the number.
fn without_numbers(line: &str) -> String {
    let words: Vec<&str> = line
        .split_whitespace()
        .filter(|word| word.len() > 4 || !word.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    words.join(" ")
}

fn plain_line(raw: &str) -> String {
    let tabbed = raw.replace('\u{a0}', " ");
    let line = tabbed.trim();
    let heading = line.starts_with('#');
    let line = line.trim_start_matches(['#', '>', ' ']);
    let bullet = ["- ", "* ", "• ", "· "].iter().find_map(|mark| line.strip_prefix(mark));
    let line = match bullet {
        // "- 5. Title": a bullet before an item's number says nothing.
        Some(rest) if head(rest.trim_start_matches('*')).is_some() => rest,
        _ => line,
    };
    let line = line.replace("**", "").replace("__", "").replace("\\.", ".");
    let line = line.trim_end_matches(|c: char| c == '#' && heading || c.is_whitespace());
    let line = without_leaders(line);
    // A tab or a run of blanks parts number and title; keep one such mark.
    let (number, title) = line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()));
    if title.starts_with('\t') || title.starts_with("  ") {
        format!("{number}\t{}", tidy_line(title))
    } else {
        tidy_line(line)
    }
}

/// Cuts dot leaders and page numbers of a table of contents.
fn without_leaders(line: &str) -> &str {
    for leader in ["....", ". . .", "……", "____"] {
        if let Some(at) = line.find(leader) {
            return line[..at].trim_end();
        }
    }
    if line.starts_with(|c: char| c.is_ascii_digit()) || line.starts_with("Punkt ") {
        let digits = line.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (before, _) = line.split_at(line.len() - digits);
        let parted = before.ends_with("   ") || before.ends_with('\t');
        if (1..=3).contains(&digits) && parted && before.trim().len() > 3 {
            return before.trim_end();
        }
    }
    line
}

/// "Side 3", "Side 3 af 12", "- 3 -", "3/12" alone on a line.
fn is_page_number(line: &str) -> bool {
    let lower = line.to_lowercase();
    let rest = lower.strip_prefix("side").unwrap_or(&lower);
    let bare = rest.trim_matches(['-', '–', ' ', '.']);
    if bare.is_empty() || bare.len() > 12 || !bare.chars().any(|c| c.is_ascii_digit()) {
        return false;
    }
    let marked = rest.len() < lower.len() || lower.starts_with(['-', '–']) || bare.contains('/');
    marked && bare.replace("af", "").chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '/'))
}
