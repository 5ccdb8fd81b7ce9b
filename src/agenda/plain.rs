//! A numbered list as people paste it from a PDF, a web page or a Markdown file.
//!
//! Two passes: the first finds the lines that head an item ([`Head`]), the second walks the lines
//! and gathers what stands below each. A table of contents before the items themselves is known by
//! its numbers coming again under the same titles.

use std::collections::BTreeMap;

use super::markup::tidy_line;
use super::{AgendaError, field, preface};
use crate::meeting::{Agenda, AgendaItem, Attachment, FieldText, Outcome};

/// A title longer than this has swallowed body text, characters.
const LONGEST_TITLE: usize = 400;
/// A first line at least this long may have been wrapped by the page's edge, characters.
const WRAP_WIDTH: usize = 55;

/// Reads `text` as a numbered agenda.
pub(super) fn parse(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let cleaned = without_page_furniture(text);
    let lines: Vec<&str> = cleaned.iter().map(String::as_str).collect();
    let prefixed = lines.iter().filter_map(|line| head(line)).any(|head| head.prefixed);
    let mut reader = Reader::default();
    let mut first = None;
    for (at, line) in lines.iter().enumerate() {
        let blank_before = at == 0 || lines[at - 1].is_empty();
        if reader.line(line, blank_before, prefixed) && first.is_none() {
            first = Some(at);
        }
        if reader.items.len() > super::MAX_ITEMS {
            let count = reader.items.len();
            return Err(AgendaError::TooManyItems { name: name.to_owned(), count });
        }
    }
    let Some(first) = first else {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    };
    let mut agenda = Agenda::new(reader.finish());
    preface::read(&lines[..first], &mut agenda);
    Ok(Outcome::clean(agenda))
}

/// A line that heads an item.
#[derive(Debug, PartialEq)]
struct Head<'a> {
    number: String,
    title: &'a str,
    /// "Punkt 5" rather than "5".
    prefixed: bool,
}

/// Reads "5. Title", "5) Title", "6a Title", "Punkt 5: Title", "Sag nr. 419 Title".
fn head(line: &str) -> Option<Head<'_>> {
    let mut rest = line;
    let mut prefixed = false;
    for prefix in ["dagsordenspunkt", "punkt", "pkt", "sag", "nr"] {
        if let Some(start) = rest.get(..prefix.len())
            && start.to_lowercase() == prefix
        {
            let after = &rest[prefix.len()..];
            let trimmed = after.trim_start_matches(['.', ' ', '\t']);
            if trimmed.len() < after.len() && trimmed.starts_with(|c: char| c.is_ascii_digit())
                || trimmed.to_lowercase().starts_with("nr")
            {
                rest = trimmed;
                prefixed = true;
            }
        }
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let mut number = rest[..digits].trim_start_matches('0').to_owned();
    rest = &rest[digits..];
    // A letter belongs to the number when nothing of a word follows it.
    let glued = rest.trim_start_matches(['.', ' ']);
    let letter = glued.chars().next().filter(char::is_ascii_alphabetic);
    if let Some(letter) = letter
        && (rest.len() == glued.len() || prefixed)
        && glued[1..].chars().next().is_none_or(|c| matches!(c, '.' | ')' | ':' | ' ' | '\t'))
        && (rest.len() == glued.len() || letter.is_ascii_lowercase() && letter != 'i')
    {
        number.push(letter.to_ascii_lowercase());
        rest = &glued[1..];
    }
    let title = rest.trim_start_matches(['.', ')', ':', '-', '–', '—', '|', '\t', ' ']);
    let separator = &rest[..rest.len() - title.len()];
    let parted = separator.contains(['.', ')', ':', '-', '–', '—', '|', '\t'])
        || separator.len() >= 2
        || prefixed && (!separator.is_empty() || title.is_empty())
        || number.ends_with(char::is_alphabetic) && !separator.is_empty();
    if number.is_empty() || !parted || title.len() > LONGEST_TITLE {
        return None;
    }
    if title.is_empty() {
        // "Punkt 5" alone; its title is on the next line.
        return prefixed.then_some(Head { number, title, prefixed });
    }
    let first = title.chars().next()?;
    let starts_a_title = first.is_uppercase()
        || matches!(first, '"' | '»' | '”' | '§' | '(')
        || prefixed && first.is_alphanumeric();
    let month = preface_month(title);
    (starts_a_title && !month).then_some(Head { number, title, prefixed })
}

/// "1. Januar 2026 …" is a date and no item.
fn preface_month(title: &str) -> bool {
    let first = title.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "januar"
            | "februar"
            | "marts"
            | "april"
            | "maj"
            | "juni"
            | "juli"
            | "august"
            | "september"
            | "oktober"
            | "november"
            | "december"
    )
}

#[derive(Default)]
struct Reader {
    items: Vec<AgendaItem>,
    by_number: BTreeMap<String, usize>,
    current: Option<usize>,
    /// The line before was a title that this one may continue.
    in_title: bool,
    key: Option<String>,
    body: Vec<String>,
    closed_part: bool,
}

impl Reader {
    /// Takes a line; says whether it headed an item.
    fn line(&mut self, line: &str, blank_before: bool, prefixed: bool) -> bool {
        if line.is_empty() {
            self.in_title &= self.title_is_missing();
            return false;
        }
        if let Some(head) = head(line)
            && self.accept(&head, blank_before, prefixed)
        {
            return true;
        }
        let lower = line.to_lowercase();
        if let Some(closed) = part_heading(&lower) {
            self.end_field();
            self.current = None;
            self.closed_part = closed;
            return false;
        }
        let Some(current) = self.current else { return false };
        if let Some(case) = case_line(line, &lower) {
            self.items[current].case.get_or_insert(case);
            self.in_title = false;
            return false;
        }
        if is_closed_line(&lower) {
            self.items[current].closed = true;
        }
        if let Some(key) = field_heading(line) {
            self.end_field();
            self.key = Some(key);
            self.in_title = false;
            return false;
        }
        if self.in_title && self.continues(current, line) {
            let title = &mut self.items[current].title;
            if title.ends_with('-') && line.starts_with(char::is_lowercase) {
                title.pop();
            } else if !title.is_empty() {
                title.push(' ');
            }
            title.push_str(line);
            return false;
        }
        self.in_title = false;
        self.body.push(line.to_owned());
        false
    }

    fn title_is_missing(&self) -> bool {
        self.current.is_some_and(|at| self.items[at].title.is_empty())
    }

    fn accept(&mut self, head: &Head<'_>, blank_before: bool, prefixed: bool) -> bool {
        let (title, case) = split_case(head.title);
        if let Some(&at) = self.by_number.get(&head.number) {
            // The item itself after its line in the table of contents.
            if !head.prefixed && !same_title(&self.items[at].title, &title) {
                return false;
            }
            self.end_field();
            if head.prefixed && title.len() > self.items[at].title.len() {
                self.items[at].title = title;
            }
            if self.items[at].case.is_none() {
                self.items[at].case = case;
            }
            self.current = Some(at);
            self.in_title = false;
            return true;
        }
        if !head.prefixed {
            // Below "Punkt 3" or under a heading such as Indstilling, "2. …" counts points.
            let in_field = self.key.is_some();
            let follows = self.items.last().is_none_or(|last| follows(&last.number, &head.number));
            let after_prefixed = prefixed && self.key.is_some();
            if after_prefixed || !follows || in_field && !blank_before {
                return false;
            }
            if in_field && self.key.as_deref() == Some("indstilling") && self.counts(&head.number) {
                return false;
            }
        }
        self.end_field();
        self.by_number.insert(head.number.clone(), self.items.len());
        self.current = Some(self.items.len());
        self.in_title = true;
        let closed = self.closed_part || is_closed_title(&title);
        self.items.push(AgendaItem {
            number: head.number.clone(),
            title,
            case,
            closed,
            ..AgendaItem::default()
        });
        true
    }

    /// Whether the field being read holds the point before `number`.
    fn counts(&self, number: &str) -> bool {
        let Some(before) = number.parse::<u32>().ok().and_then(|number| number.checked_sub(1))
        else {
            return false;
        };
        before == 0
            || self.body.iter().any(|line| {
                line.starts_with(&format!("{before}.")) || line.starts_with(&format!("{before})"))
            })
    }

    fn continues(&self, current: usize, line: &str) -> bool {
        let title = &self.items[current].title;
        if title.is_empty() {
            return true;
        }
        if title.len() + line.len() > LONGEST_TITLE {
            return false;
        }
        let last = title.split_whitespace().last().unwrap_or_default().to_lowercase();
        let hangs = title.ends_with(['-', ',', '–', '(', '/'])
            || matches!(
                last.as_str(),
                "og" | "af"
                    | "for"
                    | "til"
                    | "i"
                    | "på"
                    | "om"
                    | "med"
                    | "samt"
                    | "ved"
                    | "vedr."
                    | "fra"
                    | "under"
                    | "efter"
                    | "en"
                    | "et"
                    | "den"
                    | "det"
                    | "de"
                    | "eller"
            );
        let sentence = line.ends_with('.') && line.starts_with(char::is_uppercase);
        hangs || line.starts_with(char::is_lowercase) || title.len() >= WRAP_WIDTH && !sentence
    }

    fn end_field(&mut self) {
        self.in_title = false;
        let body = std::mem::take(&mut self.body);
        let key = self.key.take();
        let Some(current) = self.current else { return };
        let item = &mut self.items[current];
        if key.as_deref() == Some("bilag") {
            item.attachments.extend(body.iter().map(|line| Attachment {
                title: line.trim_start_matches(['-', '*', '•', ' ']).to_owned(),
                url: None,
            }));
            return;
        }
        let text = body.join("\n");
        let key = key.unwrap_or_else(|| "sagsfremstilling".to_owned());
        field::add(&mut item.fields, key, FieldText { text, html: None });
    }

    fn finish(mut self) -> Vec<AgendaItem> {
        self.end_field();
        for item in &mut self.items {
            let (title, case) = split_case(&item.title);
            item.title = title;
            if item.case.is_none() {
                item.case = case;
            }
            item.closed |= is_closed_title(&item.title);
        }
        self.items
    }
}

/// Lines without Markdown marks, page numbers and the running heads beside them.
fn without_page_furniture(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut breaks = Vec::new();
    for raw in text.split(['\n', '\u{c}']) {
        let line = plain_line(raw);
        if is_page_number(&line) {
            breaks.push(lines.len());
        } else {
            lines.push(line);
        }
    }
    // A line that stands beside two or more page breaks is a running head.
    let mut beside: BTreeMap<String, usize> = BTreeMap::new();
    let mut places = Vec::new();
    for &at in &breaks {
        let before = (0..at).rev().find(|&at| !lines[at].is_empty());
        let after = (at..lines.len()).find(|&at| !lines[at].is_empty());
        for place in before.into_iter().chain(after) {
            *beside.entry(lines[place].clone()).or_default() += 1;
            places.push(place);
        }
    }
    for place in places {
        let repeated = beside.get(&lines[place]).is_some_and(|&count| count >= 2);
        if repeated && head(&lines[place]).is_none() && field::known(&lines[place]).is_none() {
            lines[place].clear();
        }
    }
    lines
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
    // Dot leaders and page numbers of a table of contents.
    let line = match line.find("....") {
        Some(at) => line[..at].trim_end(),
        None => line,
    };
    // A tab or a run of blanks parts number and title; keep one such mark.
    let (number, title) = line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()));
    if title.starts_with('\t') || title.starts_with("  ") {
        format!("{number}\t{}", tidy_line(title))
    } else {
        tidy_line(line)
    }
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

/// "Lukkede punkter" opens the closed part, "Åbne punkter" ends it.
fn part_heading(lower: &str) -> Option<bool> {
    match lower.trim_end_matches([':', '.']) {
        "lukkede punkter"
        | "lukkede sager"
        | "lukket dagsorden"
        | "lukket møde"
        | "lukkede døre"
        | "for lukkede døre"
        | "punkter for lukkede døre"
        | "lukket del"
        | "lukket punkt på dagsordenen" => Some(true),
        "åbne punkter"
        | "åbne sager"
        | "åben dagsorden"
        | "åbent møde"
        | "åben del"
        | "for åbne døre"
        | "punkter for åbne døre" => Some(false),
        _ => None,
    }
}

fn is_closed_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    lower.starts_with("lukket")
        || lower.starts_with("(lukket")
        || lower.starts_with("[lukket")
        || lower.ends_with("(lukket)")
        || lower.ends_with("[lukket]")
        || lower.ends_with("(lukket punkt)")
        || lower.ends_with("(lukket sag)")
        || lower.ends_with(" – lukket")
        || lower.ends_with(" - lukket")
}

/// A line of its own that says the item is closed; a sentence about another item is none.
fn is_closed_line(lower: &str) -> bool {
    let subject =
        ["punktet ", "sagen ", "dette punkt "].iter().any(|start| lower.starts_with(start));
    subject && lower.contains("lukkede døre")
        || matches!(lower, "lukket" | "lukket punkt" | "lukket sag" | "lukkede døre" | "(lukket)")
}

/// "Indstilling", "Indstilling:", and Danish headings that name what is known.
fn field_heading(line: &str) -> Option<String> {
    if let Some(key) = field::known(line) {
        return Some(key.to_owned());
    }
    let lower = line.to_lowercase();
    let dated = lower.starts_with("beslutning i ") || lower.starts_with("beslutning fra ");
    (dated && line.len() < 100).then(|| field::key(line, None))
}

/// "Sagsnr. 25/1001", "Sagsnummer: 25-008754", "Sag 299835".
fn case_line(line: &str, lower: &str) -> Option<String> {
    let label =
        ["sagsnr", "sagsnummer", "sags nr", "sagsid", "sag nr", "sags-id", "j.nr", "journalnr"]
            .iter()
            .find(|label| lower.starts_with(**label))?;
    let rest = line.get(label.len()..)?.trim_start_matches(['.', ':', ' ', '\t']);
    let case = rest.split_whitespace().next()?.trim_end_matches([',', '.', ';']);
    is_case(case).then(|| case.to_owned())
}

/// Case numbers as Danish systems print them: 25/26257, 25-008754, 306-2009-600, 299835.
fn is_case(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// "Title (25/1001)" into title and case number.
fn split_case(title: &str) -> (String, Option<String>) {
    let title = tidy_line(title);
    if let Some(open) = title.rfind('(')
        && let Some(inner) = title[open + 1..].strip_suffix(')')
    {
        let lower = inner.to_lowercase();
        let case = case_line(inner, &lower)
            .or_else(|| (is_case(inner) && inner.contains(['/', '-'])).then(|| inner.to_owned()));
        if let Some(case) = case {
            return (title[..open].trim_end().to_owned(), Some(case));
        }
    }
    (title, None)
}

/// Whether the shorter title begins the longer one (a table of contents may cut it).
fn same_title(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).take(60).collect()
    };
    let (a, b) = (letters(a), letters(b));
    let shared = a.len().min(b.len());
    shared >= 3 && a[..shared] == b[..shared]
}

/// Whether `number` may come after `last`: the next one, a letter variant, or a jump upwards in
/// running numbers (tillægsdagsorden, postponed cases) of at most 20.
fn follows(last: &str, number: &str) -> bool {
    let split = |text: &str| -> (u32, String) {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse().unwrap_or(0), text[digits.len()..].to_owned())
    };
    let ((a, suffix), (b, letter)) = (split(last), split(number));
    b == a && letter > suffix || b > a && b - a <= 20
}
