//! Checks a caption file, ours or anybody's, against the rules that we hold ourselves to.

use std::fmt;

use super::{CHARS_PER_SECOND, GAP_MS, LINE_CHARS, MAX_LINES, MAX_MS, MIN_MS};

/// Something in a caption file that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, 1 and up.
    pub line: usize,
    pub kind: FaultKind,
    /// One English sentence.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.kind.name(), self.message)
    }
}

/// The rules that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Not UTF-8, a replacement character, or UTF-8 that was read as Latin-1 (`Ã¦` for `æ`).
    Encoding,
    /// Not the grammar of SRT or WebVTT.
    Grammar,
    /// A tag that is not known, or a bare `<`, `>` or `&`.
    Markup,
    /// A cue without text.
    Empty,
    /// More than two lines.
    Lines,
    /// More than 42 characters on a line.
    Width,
    /// Less than 1 s on screen.
    Short,
    /// More than 7 s on screen.
    Long,
    /// Starts before the cue before it.
    Order,
    /// Starts before the cue before it has ended.
    Overlap,
    /// Less than two frames after the cue before it.
    Gap,
    /// Too fast to read although it could have stayed longer.
    Speed,
}

impl FaultKind {
    /// Stable kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Grammar => "grammar",
            Self::Markup => "markup",
            Self::Empty => "empty",
            Self::Lines => "lines",
            Self::Width => "width",
            Self::Short => "short",
            Self::Long => "long",
            Self::Order => "order",
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::Speed => "speed",
        }
    }
}

/// A cue as read.
struct Read {
    line: usize,
    start: u64,
    end: u64,
    chars: u64,
}

/// Every fault of a caption file, in the order of its lines. WebVTT is known by its first line;
/// everything else is read as SRT.
pub fn lint(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let web = text.trim_start_matches('\u{FEFF}').starts_with("WEBVTT");
    encoding(text, &mut faults);
    let lines: Vec<&str> = text.trim_start_matches('\u{FEFF}').lines().collect();
    let mut cues: Vec<Read> = Vec::new();
    let mut at = 0;
    let mut blocks = 0_usize;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let from = at;
        while at < lines.len() && !lines[at].is_empty() {
            at += 1;
        }
        blocks += 1;
        let block = &lines[from..at];
        let header = web && (blocks == 1 || is_remark(block));
        if !header {
            cue(web, block, from + 1, cues.len() + 1, &mut cues, &mut faults);
        }
    }
    for pair in cues.windows(2) {
        if let [before, next] = pair {
            sequence(before, next, &mut faults);
        }
    }
    speed(&cues, &mut faults);
    faults.sort_by_key(|fault| fault.line);
    faults
}

fn is_remark(block: &[&str]) -> bool {
    block.first().is_some_and(|line| {
        ["NOTE", "STYLE", "REGION"].iter().any(|word| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })
    }) && !block.iter().any(|line| line.contains("-->"))
}

fn encoding(text: &str, faults: &mut Vec<Fault>) {
    for (index, line) in text.lines().enumerate() {
        let message = if line.contains('\u{FFFD}') {
            "a replacement character stands where a letter was lost"
        } else if ["Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…", "Ã©"]
            .iter()
            .any(|wrong| line.contains(wrong))
        {
            "æ, ø or å were read as Latin-1"
        } else if line.chars().any(|c| c.is_control() && c != '\t') {
            "a control character"
        } else {
            continue;
        };
        push(faults, index + 1, FaultKind::Encoding, message);
    }
}

fn push(faults: &mut Vec<Fault>, line: usize, kind: FaultKind, message: impl Into<String>) {
    faults.push(Fault { line, kind, message: message.into() });
}

/// Reads one block of lines as a cue.
fn cue(
    web: bool,
    block: &[&str],
    line: usize,
    number: usize,
    cues: &mut Vec<Read>,
    faults: &mut Vec<Fault>,
) {
    let Some(at) = block.iter().take(2).position(|text| text.contains("-->")) else {
        push(faults, line, FaultKind::Grammar, "no line with times (start --> end)");
        return;
    };
    if !web && block.first().and_then(|id| id.trim().parse().ok()) != Some(number) {
        push(faults, line, FaultKind::Grammar, format!("the cue should have number {number}"));
    }
    let times = block.get(at).and_then(|text| text.split_once("-->")).and_then(|(start, end)| {
        let end = if web { end.split_whitespace().next().unwrap_or_default() } else { end };
        Some((time(start.trim(), web)?, time(end.trim(), web)?))
    });
    let line = line + at;
    let Some((start, end)) = times else {
        push(faults, line, FaultKind::Grammar, "the times can't be read");
        return;
    };
    let shown = end.saturating_sub(start);
    if shown == 0 {
        push(faults, line, FaultKind::Order, "ends before it starts");
    } else if shown < MIN_MS {
        push(faults, line, FaultKind::Short, format!("on screen for {shown} ms"));
    } else if shown > MAX_MS {
        push(faults, line, FaultKind::Long, format!("on screen for {shown} ms"));
    }
    let text = block.get(at + 1..).unwrap_or_default();
    if text.iter().all(|text| text.trim().is_empty()) {
        push(faults, line, FaultKind::Empty, "the cue has no text");
    }
    if text.len() > MAX_LINES {
        push(faults, line, FaultKind::Lines, format!("{} lines", text.len()));
    }
    let mut chars = 0;
    for (index, text) in text.iter().enumerate() {
        let (plain, fault) = shown_text(text, web);
        if let Some(message) = fault {
            push(faults, line + 1 + index, FaultKind::Markup, message);
        }
        let width = plain.chars().count();
        if width > LINE_CHARS {
            push(faults, line + 1 + index, FaultKind::Width, format!("{width} characters"));
        }
        chars += width as u64 + u64::from(index > 0);
    }
    cues.push(Read { line, start, end, chars });
}

/// A cue against the one before it.
fn sequence(before: &Read, next: &Read, faults: &mut Vec<Fault>) {
    if next.start < before.start {
        push(faults, next.line, FaultKind::Order, "starts before the cue before it");
    } else if next.start < before.end {
        push(faults, next.line, FaultKind::Overlap, "starts before the cue before it ends");
    } else if next.start - before.end < GAP_MS {
        let gap = next.start - before.end;
        push(faults, next.line, FaultKind::Gap, format!("{gap} ms after the cue before it"));
    }
}

/// Cues that are too fast although nothing comes right after them.
fn speed(cues: &[Read], faults: &mut Vec<Fault>) {
    for (index, cue) in cues.iter().enumerate() {
        let shown = cue.end.saturating_sub(cue.start);
        let room = cues.get(index + 1).is_none_or(|next| next.start > cue.end + GAP_MS);
        let fast = cue.chars * 1000 > CHARS_PER_SECOND * shown;
        if fast && room && (1..MAX_MS).contains(&shown) {
            let message = format!("{} characters in {shown} ms", cue.chars);
            push(faults, cue.line, FaultKind::Speed, message);
        }
    }
}

/// `01:02:03,400` (SRT) or `01:02:03.400`, `02:03.400` (WebVTT) in milliseconds.
fn time(text: &str, web: bool) -> Option<u64> {
    let (clock, fraction) = text.split_once(if web { '.' } else { ',' })?;
    let digits = |part: &str, least: usize, most: usize| {
        let good = (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        good.then(|| part.parse::<u64>().ok()).flatten()
    };
    let milliseconds = digits(fraction, 3, 3)?;
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes, seconds] => (digits(hours, 2, 9)?, minutes, seconds),
        [minutes, seconds] if web => (0, minutes, seconds),
        _ => return None,
    };
    let (minutes, seconds) = (digits(minutes, 2, 2)?, digits(seconds, 2, 2)?);
    (minutes < 60 && seconds < 60)
        .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds)
}

/// Longest tag looked for, in bytes; without a bound a line of nothing but `<` takes hours.
const LONGEST_TAG: usize = 1024;

/// The text as it is seen, without tags and escapes, and what is wrong with its markup.
fn shown_text(text: &str, web: bool) -> (String, Option<&'static str>) {
    let mut shown = String::new();
    let mut fault = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = after;
        match c {
            '<' => {
                let end = after.bytes().take(LONGEST_TAG).position(|byte| byte == b'>');
                let tag = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)));
                let tag = tag.filter(|(tag, _)| is_tag(tag, web));
                if let Some((_, after)) = tag {
                    rest = after;
                    continue;
                }
                fault = Some("a < that opens no known tag must be written another way");
            }
            '>' if web => fault = Some("a bare > must be written &gt;"),
            '>' if shown.ends_with("--") => fault = Some("--> in the text"),
            '&' if web => {
                let entity = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"]
                    .iter()
                    .zip(["&", "<", ">", "\u{A0}", "", ""])
                    .find_map(|(name, text)| Some((after.strip_prefix(&name[1..])?, text)));
                if let Some((after, text)) = entity {
                    shown.push_str(text);
                    rest = after;
                    continue;
                }
                fault = Some("a bare & must be written &amp;");
            }
            '{' if !web && after.starts_with('\\') => fault = Some("{\\ starts a style override"),
            _ => {}
        }
        shown.push(c);
    }
    (shown, fault)
}

fn is_tag(tag: &str, web: bool) -> bool {
    let name = tag.trim_start_matches('/');
    let name = name.split([' ', '.', '\t']).next().unwrap_or_default();
    let known: &[&str] = if web {
        &["c", "i", "b", "u", "v", "ruby", "rt", "lang"]
    } else {
        &["i", "b", "u", "font"]
    };
    known.contains(&name)
}
