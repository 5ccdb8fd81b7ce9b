//! Lines that head an item, and the order of item numbers.

use crate::danish::dates;

/// A title longer than this has swallowed body text, characters.
pub(super) const LONGEST_TITLE: usize = 400;

/// A line that heads an item.
#[derive(Debug, PartialEq)]
pub(super) struct Head<'a> {
    pub(super) number: String,
    pub(super) title: &'a str,
    /// "Punkt 5" rather than "5".
    pub(super) prefixed: bool,
}

/// Reads "5. Title", "5) Title", "6a Title", "6.1 Title", "Punkt 5: Title", "Sag nr. 419 Title".
pub(super) fn head(line: &str) -> Option<Head<'_>> {
    let (rest, prefixed) = without_prefix(line);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let mut number = rest[..digits].trim_start_matches('0').to_owned();
    let mut rest = &rest[digits..];
    if let Some((minor, after)) = minor(rest) {
        number = format!("{number}.{minor}");
        rest = after;
    }
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
        || !separator.is_empty() && number.ends_with(char::is_alphabetic)
        || !separator.is_empty() && number.contains('.');
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
        || prefixed && first.is_alphanumeric()
        || first.is_ascii_digit() && super::case::split(title).1.is_some();
    (starts_a_title && !starts_with_month(title)).then_some(Head { number, title, prefixed })
}

/// The line after "Punkt", "Pkt.", "Sag nr." …, and whether there was such a word.
fn without_prefix(line: &str) -> (&str, bool) {
    let (mut rest, mut prefixed) = (line, false);
    for prefix in ["dagsordenspunkt", "punkt", "pkt", "sag", "nr"] {
        if let Some(start) = rest.get(..prefix.len())
            && start.to_lowercase() == prefix
        {
            let after = &rest[prefix.len()..];
            let trimmed = after.trim_start_matches(['.', ':', ' ', '\t']);
            if trimmed.len() < after.len() && trimmed.starts_with(|c: char| c.is_ascii_digit())
                || trimmed.to_lowercase().starts_with("nr")
            {
                rest = trimmed;
                prefixed = true;
            }
        }
    }
    (rest, prefixed)
}

/// ".1" of "6.1", where neither a third number (a date) nor a longer one (an amount) follows.
fn minor(rest: &str) -> Option<(&str, &str)> {
    let after = rest.strip_prefix('.')?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (minor, tail) = after.split_at_checked(digits)?;
    let more = tail.strip_prefix(['.', '-', '/', ',']).unwrap_or_default();
    let ends = !more.starts_with(|c: char| c.is_ascii_digit());
    ((1..=2).contains(&digits) && ends).then_some((minor, tail))
}

/// "1. Januar 2026 …" is a date and no item.
fn starts_with_month(title: &str) -> bool {
    let first = title.split_whitespace().next().unwrap_or_default().to_lowercase();
    dates::MONTHS.contains(&first.as_str())
}

/// The number in a cell or element of its own: "5", "5.", "(6a)", "Punkt 5", "Sag nr. 419".
pub(super) fn number(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let inner = cell.trim_matches(['(', ')', '[', ']', ' ']);
    let (rest, _) = without_prefix(inner);
    let rest = rest.trim_end_matches(['.', ':', ')', ' ']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let (major, tail) = rest.split_at(digits);
    let major = major.trim_start_matches('0');
    let tail = tail.trim();
    let fits = match tail.strip_prefix('.') {
        Some(minor) => {
            (1..=2).contains(&minor.len()) && minor.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => tail.is_empty() || tail.len() == 1 && tail.bytes().all(|b| b.is_ascii_alphabetic()),
    };
    (!major.is_empty() && fits).then(|| format!("{major}{}", tail.to_lowercase()))
}

/// Whether the shorter title begins the longer one (a table of contents may cut it).
pub(super) fn same_title(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a, 60), letters(b, 60));
    let shared = a.len().min(b.len());
    shared >= 3 && a[..shared] == b[..shared]
}

/// At most `most` letters and digits of a text, in lower case.
pub(super) fn letters(text: &str, most: usize) -> Vec<char> {
    let lower = text.to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).take(most).collect()
}

/// A number's place in the row: "421a" after "421", "6.2" after "6.1".
pub(super) fn order(number: &str) -> (u32, u32) {
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    let tail = number[digits.len()..].trim_start_matches('.');
    let minor = match tail.chars().next() {
        Some(letter) if letter.is_ascii_alphabetic() => u32::from(letter),
        _ => tail.parse().unwrap_or(0),
    };
    (digits.parse().unwrap_or(0), minor)
}

/// Whether `number` may come after `last`: the next one, a letter variant or sub-item, or a jump
/// upwards in running numbers (tillægsdagsorden, postponed cases) of at most 20.
pub(super) fn follows(last: &str, number: &str) -> bool {
    let ((a, before), (b, after)) = (order(last), order(number));
    b == a && after > before || b > a && b - a <= 20
}
