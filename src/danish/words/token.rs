//! Cutting text into tokens.

use super::lower;

/// A word, a number or a sign that is read aloud, with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// As it stands in the text; without surrounding punctuation.
    pub text: &'a str,
    /// Lower case, NFC.
    pub lower: String,
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
    pub kind: TokenKind,
    /// Joined to the token before it by a hyphen or by nothing (`MED-udvalg`, `8-timers`).
    pub joined: bool,
    /// What stands between this token and the next.
    pub after: After,
}

impl Token<'_> {
    /// Whether the first letter is a capital.
    pub fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether there is a mark between this token and the next at which no phrase goes on.
    pub fn is_closed(&self) -> bool {
        !matches!(self.after, After::Nothing)
    }
}

/// Kinds of [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters first: `byråd`, `f.eks`, `C4`.
    Word,
    /// A digit first: `7`, `4,2`, `850.000`, `17.31`, `24-09-2019`, `25/26257`, `6a`.
    Number,
    /// `§`, `%`, `&`, `-` between the ends of a range (6-9), `−` before a negative number,
    /// currency signs.
    Sign,
}

/// The mark after a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum After {
    /// Blanks, quotation marks, brackets, or a hyphen.
    Nothing,
    /// `,`, `;`, `:`, `+`, `/` or a dash.
    Comma,
    /// `.` that follows at once; whether it ends a sentence is for the reader: `7. maj`, `kl. 8`.
    Dot,
    /// `!` or `?` or `…` or a line's end with an empty line after it.
    Stop,
}

/// Words with dots inside them, without the last dot. A word of this list is one token.
const DOTTED: &[&str] = &[
    "a.m", "bl.a", "d.d", "d.v.s", "d.å", "e.kr", "e.l", "e.lign", "e.m", "f.eks", "f.kr", "f.m",
    "f.s.v", "f.s.v.a", "i.e", "m.a.o", "m.a.p", "m.fl", "m.h.p", "m.h.t", "m.m", "m.v", "o.a",
    "o.l", "o.lign", "o.s.v", "p.b.v", "p.g.a", "p.m", "p.s", "p.t", "s.u", "t.o.m", "u.å", "v.a",
    "v.h.a",
];

/// Cuts `text` into tokens.
///
/// Kept whole: case numbers (`25/26257`, `25-008754`, `306-2009-600`), decimals (`4,2`), thousands
/// (`850.000`), dates (`24-09-2019`, `1/3`), clock times (`17.31`), item numbers (`6a`), dotted
/// abbreviations (`f.eks`). Taken apart: words with hyphens (`MED-udvalg`; the second is `joined`),
/// ranges (`6-9`, `2025–2028`: number, sign, number), numbers with a tail (`8-timers`). Punctuation
/// gives no token; it shows in [`Token::after`] of the token before.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let (length, kind) = if first.is_ascii_digit() {
            (number_length(rest), TokenKind::Number)
        } else if first.is_alphanumeric() {
            (word_length(rest), TokenKind::Word)
        } else if is_sign(text, at, first) {
            (first.len_utf8(), TokenKind::Sign)
        } else {
            if let Some(last) = found.last_mut() {
                note_mark(last, text, at, first);
            }
            at += first.len_utf8();
            continue;
        };
        let end = at + length;
        let piece = text.get(at..end).unwrap_or_default();
        let gap = text.get(found.last().map_or(0, |last| last.end)..at).unwrap_or_default();
        let joined = !found.is_empty() && matches!(gap, "" | "-" | "\u{2011}");
        found.push(Token {
            text: piece,
            lower: lower(piece),
            start: at,
            end,
            kind,
            joined,
            after: After::Nothing,
        });
        at = end;
    }
    found
}

/// Lets the strongest mark between two tokens stand.
fn note_mark(last: &mut Token<'_>, text: &str, at: usize, mark: char) {
    let adjacent = last.end == at;
    last.after = match (mark, last.after) {
        ('!' | '?' | '…', _) => After::Stop,
        ('\n', _) if text.get(at + 1..).is_some_and(|rest| rest.starts_with(['\n', '\r'])) => {
            After::Stop
        }
        ('.', After::Nothing) if adjacent => After::Dot,
        ('.', After::Dot) => After::Stop,
        ('.', After::Nothing | After::Comma) => After::Stop,
        (',' | ';' | ':' | '+' | '/' | '\u{2013}' | '\u{2014}', After::Nothing) => After::Comma,
        // A dash between blanks separates; a hyphen does not.
        ('-', After::Nothing)
            if text.get(..at).is_some_and(|before| before.ends_with(' '))
                && text.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')) =>
        {
            After::Comma
        }
        (_, kept) => kept,
    };
}

/// Whether the character at `at` is read aloud.
fn is_sign(text: &str, at: usize, sign: char) -> bool {
    let next_digit = text
        .get(at + sign.len_utf8()..)
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    match sign {
        '§' | '%' | '‰' | '&' | '€' | '$' | '£' => true,
        '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' => {
            next_digit
                && match before {
                    Some(c) => c.is_ascii_digit() || c.is_whitespace() || c == '(',
                    None => true,
                }
        }
        _ => false,
    }
}

/// Length in bytes of the word that `rest` starts with.
fn word_length(rest: &str) -> usize {
    let simple = run(rest, 0);
    if !rest.get(simple..).is_some_and(|tail| tail.starts_with('.')) {
        return simple;
    }
    // Only listed abbreviations hold dots: "mødet.Det" is two words that lack a blank.
    let mut length = simple;
    while let Some(next) = rest.get(length + 1..).filter(|_| rest[length..].starts_with('.')) {
        if !next.starts_with(char::is_alphabetic) {
            break;
        }
        length = run(rest, length + 1);
    }
    while length > simple {
        let candidate = lower(&rest[..length]);
        if DOTTED.binary_search(&candidate.as_str()).is_ok() {
            return length;
        }
        length = rest[..length].rfind('.').unwrap_or(simple);
    }
    simple
}

/// Where the letters, digits, marks and inner apostrophes from `from` on end.
fn run(rest: &str, from: usize) -> usize {
    let mut end = from;
    let mut characters = rest.get(from..).unwrap_or_default().chars().peekable();
    while let Some(letter) = characters.next() {
        let inner = matches!(letter, '\'' | '\u{2019}')
            && characters.peek().is_some_and(|next| next.is_alphabetic());
        let soft = letter == '\u{ad}' && characters.peek().is_some_and(|next| next.is_alphabetic());
        let mark = unicode_normalization::char::is_combining_mark(letter);
        if !(letter.is_alphanumeric() || inner || soft || mark) {
            break;
        }
        end += letter.len_utf8();
    }
    end
}

/// Length in bytes of the number that `rest` starts with.
fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut ends = Vec::new();
    let mut at = 0;
    loop {
        while digit(at) {
            at += 1;
        }
        ends.push(at);
        if !matches!(bytes.get(at), Some(b'.' | b',' | b'/' | b':' | b'-')) || !digit(at + 1) {
            break;
        }
        at += 1;
    }
    // Give up groups from the right until the whole is one of the forms that stay together.
    while let Some(end) = ends.pop() {
        let form = rest.get(..end).unwrap_or_default();
        if ends.is_empty() || holds_together(form) {
            return with_letter(rest, end);
        }
    }
    at
}

/// `6a`, `12B`: one letter that nothing but a boundary follows belongs to the number.
fn with_letter(rest: &str, end: usize) -> usize {
    let mut tail = rest.get(end..).unwrap_or_default().chars();
    match (tail.next(), tail.next()) {
        (Some(letter), next)
            if letter.is_ascii_alphabetic() && !next.is_some_and(char::is_alphanumeric) =>
        {
            end + 1
        }
        _ => end,
    }
}

/// Whether digits joined by marks are one number, date, time or case number.
fn holds_together(form: &str) -> bool {
    let marks: Vec<char> = form.chars().filter(|c| !c.is_ascii_digit()).collect();
    let groups: Vec<&str> = form.split(|c: char| !c.is_ascii_digit()).collect();
    match marks.as_slice() {
        [','] | ['.'] | [':'] => true,
        // 4,2 and 1.234.567,89; "1,2,3" is a list.
        [dots @ .., ','] if dots.iter().all(|&mark| mark == '.') => thousands(&groups, 1),
        dots if dots.iter().all(|&mark| mark == '.') => {
            thousands(&groups, 0) || groups.iter().all(|group| group.len() <= 4)
        }
        slashes if slashes.iter().all(|&mark| mark == '/') => slashes.len() <= 2,
        times if times.iter().all(|&mark| mark == ':') => times.len() <= 2,
        ['-'] => !is_range(&groups),
        dashes if dashes.iter().all(|&mark| mark == '-') => true,
        _ => false,
    }
}

/// Groups of three digits after a first one of one to three, but for `decimals` last groups.
fn thousands(groups: &[&str], decimals: usize) -> bool {
    let whole = groups.len().saturating_sub(decimals);
    groups.first().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.iter().take(whole).skip(1).all(|group| group.len() == 3)
}

/// `6-9`, `129-138`, `2025-2028`; but `25-008754` and `25-8841` are case numbers.
fn is_range(groups: &[&str]) -> bool {
    match groups {
        [low, high] => {
            !high.starts_with('0')
                && low.len() <= 4
                && (low.len()..=low.len() + 1).contains(&high.len())
                && low.parse::<u32>().ok() < high.parse::<u32>().ok()
        }
        _ => false,
    }
}

/// Whether a token's text has the form of a sagsnummer: `25/26257`, `14/38220`, `18/039871`,
/// `25-008754`, `306-2009-600`, `1-13-3-57-16`. Dates (`24-09-2019`, `1/3`) are none, and neither
/// is a bare number (`299835`), which only its context can tell.
pub fn is_case_number(text: &str) -> bool {
    let groups: Vec<&str> = text.split(['/', '-']).collect();
    let digits = groups.iter().all(|group| {
        !group.is_empty() && group.len() <= 12 && group.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !digits || groups.len() < 2 || (text.contains('/') && text.contains('-')) {
        return false;
    }
    match groups.as_slice() {
        [year, number] => year.len() <= 4 && number.len() >= 3 && !is_range_text(text, &groups),
        [day, month, year] => {
            let date = day.len() <= 2 && month.len() <= 2 && matches!(year.len(), 2 | 4);
            let iso = day.len() == 4 && month.len() == 2 && year.len() == 2;
            !(date || iso)
        }
        _ => true,
    }
}

fn is_range_text(text: &str, groups: &[&str]) -> bool {
    text.contains('-') && is_range(groups)
}

#[cfg(test)]
mod tests {
    #[test]
    fn abbreviations_can_be_searched() {
        assert!(super::DOTTED.is_sorted());
    }
}
