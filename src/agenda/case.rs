//! Case numbers, and the marks of a closed item.

use super::markup::tidy_line;

/// What stands before a case number on a line of its own or in a cell, lower case.
const LABELS: &[&str] = &[
    "sagsnummer",
    "sagsnr",
    "sags-nr",
    "sags nr",
    "sagsid",
    "sags-id",
    "sagnr",
    "sag nr",
    "sag:",
    "j.nr",
    "j. nr",
    "journalnummer",
    "journalnr",
    "esdh-sag",
    "acadre",
    "edoc sag",
    "edoc-sag",
];

/// "Sagsnr. 25/1001", "Sagsnummer: 25-008754", "Sags-id 299835".
pub(super) fn labelled(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let label = LABELS.iter().find(|label| lower.starts_with(**label))?;
    let rest = line.get(label.len()..)?.trim_start_matches(['.', ':', ' ', '\t']);
    let case = rest.split_whitespace().next()?.trim_end_matches([',', '.', ';']);
    is_number(case).then(|| case.to_owned())
}

/// Whether a cell or attribute name says that case numbers stand there.
pub(super) fn is_label(text: &str) -> bool {
    let lower = text.trim().trim_end_matches(['.', ':']).to_lowercase();
    LABELS.iter().any(|label| label.trim_end_matches(':') == lower)
}

/// Case numbers as Danish systems print them: 25/26257, 25-008754, 306-2009-600, 1-13-3-57-16,
/// EMN-2025-010561, 01.02.03-P19-4-22, 299835.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// "Title (25/1001)", "Title - 25/1001" and "25/1001 - Title" into title and case number.
pub(super) fn split(title: &str) -> (String, Option<String>) {
    let title = tidy_line(title);
    // Without a label only what can be no year, amount or date counts.
    let plain = |text: &str| {
        is_number(text) && (text.contains('/') || text.matches('-').count() > 0) && !is_years(text)
    };
    if let Some(open) = title.rfind('(')
        && let Some(inner) = title[open + 1..].strip_suffix(')')
    {
        let case = labelled(inner).or_else(|| plain(inner).then(|| inner.to_owned()));
        if let Some(case) = case {
            return (title[..open].trim_end().to_owned(), Some(case));
        }
    }
    for dash in [" - ", " – "] {
        if let Some((before, last)) = title.rsplit_once(dash)
            && (labelled(last).is_some() || plain(last))
        {
            let case = labelled(last).unwrap_or_else(|| last.to_owned());
            return (before.trim_end().to_owned(), Some(case));
        }
        if let Some((first, after)) = title.split_once(dash)
            && plain(first)
        {
            return (after.trim_start().to_owned(), Some(first.to_owned()));
        }
    }
    (title, None)
}

/// "2025-2028" and "2025/2026" are years.
fn is_years(text: &str) -> bool {
    text.split_once(['-', '/']).is_some_and(|(from, to)| {
        let year = |text: &str| {
            text.len() == 4 && matches!(text.get(..2), Some("19" | "20")) && is_digits(text)
        };
        year(from) && (year(to) || to.len() == 2 && is_digits(to))
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a public title says that its item is closed.
pub(super) fn closed_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    // Lists mark it with a letter: "(L) Personalesag".
    if lower.starts_with("(l)") || lower.ends_with("(l)") {
        return true;
    }
    let lower = lower.replace(" – ", "[").replace(" - ", "[").replace('(', "[");
    let mut parts = lower.split('[').filter(|part| part.contains(char::is_alphanumeric));
    let says = |part: &str| {
        let mut words = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        matches!(
            (words.next(), words.next()),
            (Some("lukket" | "fortrolig" | "fortroligt"), _)
                | (Some("lukkede"), Some("døre" | "sag" | "sager" | "punkt" | "punkter"))
        )
    };
    let first = parts.next().is_some_and(says);
    first || parts.next_back().is_some_and(says) || lower.contains("for lukkede døre")
}

/// A line of its own that says the item is closed; a sentence about another item is none.
pub(super) fn closed_line(lower: &str) -> bool {
    let lower = lower.trim_end_matches('.');
    let subject =
        ["punktet ", "sagen ", "dette punkt "].iter().any(|start| lower.starts_with(start));
    subject && lower.contains("lukkede døre") && !lower.contains(" ikke ")
        || matches!(
            lower,
            "lukket"
                | "lukket punkt"
                | "lukket sag"
                | "lukkede døre"
                | "(lukket)"
                | "lukket dagsordenspunkt"
                | "behandles for lukkede døre"
        )
}

/// "Adgang: Lukket" and the like, as forms and exports print it: whether the item is closed.
pub(super) fn access(lower: &str) -> Option<bool> {
    let (label, value) = lower.split_once([':', '\t'])?;
    let known = matches!(
        label.trim(),
        "adgang"
            | "åben/lukket"
            | "åbent/lukket"
            | "offentlighed"
            | "status"
            | "punkttype"
            | "type"
    );
    let value = value.trim().trim_end_matches('.');
    match value {
        "lukket" | "lukket punkt" | "lukket sag" | "lukkede døre" if known => Some(true),
        "åben" | "åbent" | "åbent punkt" | "åben sag" | "åbne døre" if known => Some(false),
        _ => None,
    }
}

/// "Lukkede punkter" opens the closed part, "Åbne punkter" ends it.
pub(super) fn part(lower: &str) -> Option<bool> {
    match lower.trim().trim_end_matches([':', '.']) {
        "lukkede punkter"
        | "lukkede sager"
        | "lukkede dagsordenspunkter"
        | "lukket dagsorden"
        | "lukket møde"
        | "lukkede døre"
        | "for lukkede døre"
        | "punkter for lukkede døre"
        | "sager for lukkede døre"
        | "lukket del"
        | "lukket punkt på dagsordenen" => Some(true),
        "åbne punkter"
        | "åbne sager"
        | "åbne dagsordenspunkter"
        | "åben dagsorden"
        | "åbent møde"
        | "åben del"
        | "for åbne døre"
        | "punkter for åbne døre"
        | "sager for åbne døre" => Some(false),
        _ => None,
    }
}
