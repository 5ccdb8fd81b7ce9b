//! Where sentences end.

/// Abbreviations whose full stop ends no sentence, without that stop. Sorted.
const ABBREVIATIONS: &[&str] = &[
    "a.m", "adm", "afd", "afs", "ang", "apr", "aug", "bek", "bem", "bl.a", "ca", "d", "d.v.s",
    "dec", "dep", "dir", "dr", "e.l", "eks", "ekskl", "evt", "f", "f.eks", "feb", "febr", "ff",
    "fhv", "fmd", "forb", "forts", "fr", "frk", "gl", "hhv", "hr", "iht", "incl", "inkl", "itf",
    "jan", "jf", "jfr", "jun", "jvf", "kap", "kgl", "kl", "kr", "lb", "m", "m.a.o", "m.fl",
    "m.h.p", "m.h.t", "maks", "mdr", "mht", "mia", "mio", "mvh", "nov", "nr", "næstfmd", "o",
    "okt", "p", "p.g.a", "p.t", "pct", "pga", "pkt", "pr", "prof", "pst", "ref", "s", "sek",
    "sept", "sml", "smst", "sr", "stk", "str", "suppl", "t.o.m", "tel", "tlf", "udg", "udv", "v",
    "v.h.a", "vedr", "vha",
];

/// Whether a lower-case word without its last full stop is an abbreviation that takes one.
pub fn is_abbreviation(lower: &str) -> bool {
    ABBREVIATIONS.binary_search(&lower).is_ok()
}

/// Cuts text into sentences, trimmed, in order.
///
/// A full stop ends a sentence when a blank and then no lower-case letter follow, unless it stands
/// after an abbreviation (kl., nr., jf., mio.), after a single initial (`P. Hansen`) or after a day
/// before its month (`1. marts`). An abbreviation that may end a sentence (`kr.`, `mio.`, `stk.`,
/// `pct.`, `m.fl.`) does so when a capital follows that starts no name that could belong to it:
/// this cannot be known, so the sentence goes on there unless the next word is a common opener.
/// `!`, `?`, `…` and empty lines end sentences too.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, mark)) = characters.next() {
        let end = at + mark.len_utf8();
        let ends = match mark {
            '!' | '?' | '…' => text.get(end..).is_none_or(opens_gap),
            '.' => ends_at_stop(text.get(start..at).unwrap_or_default(), text.get(end..)),
            '\n' => text
                .get(end..)
                .is_some_and(|rest| rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')),
            _ => false,
        };
        if !ends {
            continue;
        }
        // Closing quotes and brackets belong to the sentence that they close.
        let mut stop = end;
        while let Some(&(next, closing)) = characters.peek() {
            if !matches!(closing, '.' | '!' | '?' | '…' | '"' | '»' | '«' | '”' | '’' | ')' | '\'')
            {
                break;
            }
            stop = next + closing.len_utf8();
            characters.next();
        }
        push_trimmed(&mut found, text.get(start..stop));
        start = stop;
    }
    push_trimmed(&mut found, text.get(start..));
    found
}

fn push_trimmed<'a>(found: &mut Vec<&'a str>, piece: Option<&'a str>) {
    if let Some(piece) = piece.map(str::trim).filter(|piece| !piece.is_empty()) {
        found.push(piece);
    }
}

fn opens_gap(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['.', '!', '?', '…', '"', '»', '«', '”', '’', ')', '\'']);
    rest.is_empty() || rest.starts_with(char::is_whitespace)
}

/// Words that open sentences and hardly ever follow an abbreviation inside one.
const OPENERS: &[&str] = &[
    "Da", "Den", "Der", "Derfor", "Det", "Dette", "De", "Du", "En", "Er", "Et", "Hun", "Han",
    "Hvad", "Hvis", "Hvor", "I", "Ja", "Jeg", "Kan", "Men", "Når", "Nej", "Og", "Også", "Så",
    "Tak", "Vi",
];

fn ends_at_stop(before: &str, after: Option<&str>) -> bool {
    let Some(rest) = after else { return true };
    if !opens_gap(rest) {
        return false;
    }
    let next = rest
        .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '§')
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    if next.starts_with(char::is_lowercase) {
        return false;
    }
    let last = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '/' | '-'))
        .next()
        .unwrap_or_default();
    let word = super::lower(last.trim_start_matches(|c: char| !c.is_alphanumeric()));
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        // "den 1. marts" has a lower-case month; "1. Maj" and "7. Punkt" are told by the month.
        let follows_month = crate::danish::dates::MONTHS.contains(&super::lower(next).as_str());
        return !(follows_month || (word.len() <= 2 && is_list_number(before)));
    }
    if !is_abbreviation(&word) && !is_initial(last) {
        return true;
    }
    OPENERS.contains(&next) && !is_initial(last) && !is_title(&word)
}

/// A number that stands alone before its stop numbers a list point ("1. Godkendelse af …").
fn is_list_number(before: &str) -> bool {
    before.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// One capital, as in `P. Hansen`; never `Å.`-less words such as `i`.
fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    matches!((letters.next(), letters.next()), (Some(first), None) if first.is_uppercase())
}

/// Abbreviations that something always follows.
fn is_title(word: &str) -> bool {
    matches!(word, "hr" | "fr" | "frk" | "dr" | "nr" | "jf" | "jfr" | "kl" | "pkt" | "vedr" | "ca")
}

#[cfg(test)]
mod tests {
    #[test]
    fn abbreviations_can_be_searched() {
        assert!(super::ABBREVIATIONS.is_sorted());
    }
}
