//! By when: "senest den 1. marts", "inden jul", "til næste møde".

use jiff::civil;

use crate::danish::dates::{self, Date};
use crate::danish::words;

use super::sentence::Sentence;

/// When a task is due: an ISO date where the words give a day, else the words; none when nothing
/// was said. `meeting` is the meeting's ISO date: a day without a year is the next one after it.
pub(super) fn due(sentence: &Sentence, meeting: Option<&str>) -> Option<String> {
    let lead = [
        "senest",
        "inden|før",
        "til|på næste|førstkommende møde|byrådsmøde|udvalgsmøde",
        "i løbet af",
        "til den|mødet|foråret|efteråret|sommer|jul",
        "i næste|denne uge|måned",
        "i morgen",
        "den",
    ]
    .iter()
    .find_map(|pattern| sentence.find(pattern))?;
    let tokens = words::tokens(&sentence.text);
    let from = sentence.terms.get(lead.from)?.start;
    let date = dates::find(&tokens)
        .into_iter()
        .find(|(at, ..)| tokens.get(*at).is_some_and(|token| token.end > from));
    if let Some((_, date, _)) = date {
        return Some(match meeting.and_then(|meeting| next(date, meeting)) {
            Some(day) => day.to_string(),
            None if date.year.is_some() => date.to_string(),
            None => words_from(sentence, lead.from),
        });
    }
    if sentence.terms.get(lead.from)?.lower == "den" {
        return None;
    }
    timely(sentence, lead.from).then(|| words_from(sentence, lead.from))
}

/// The first such day on or after the meeting.
fn next(date: Date, meeting: &str) -> Option<civil::Date> {
    let held: civil::Date = meeting.parse().ok()?;
    let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    if let Some(year) = date.year {
        return civil::Date::new(i16::try_from(year).ok()?, month, day).ok();
    }
    // Four years on, 29 February has come.
    (0..=8).find_map(|ahead| {
        let day = civil::Date::new(held.year().checked_add(ahead)?, month, day).ok()?;
        (day >= held).then_some(day)
    })
}

/// Whether the words after "inden" or "senest" are a time at all.
fn timely(sentence: &Sentence, from: usize) -> bool {
    sentence.terms.iter().skip(from).take(6).any(|term| {
        let word = term.lower.as_str();
        dates::month(word).is_some()
            || [
                "jul",
                "påske",
                "sommer",
                "sommerferien",
                "nytår",
                "uge",
                "uger",
                "måned",
                "måneder",
                "år",
                "årets",
                "året",
                "foråret",
                "efteråret",
                "kvartal",
                "møde",
                "mødet",
                "morgen",
                "dage",
                "ugen",
                "juleferien",
                "vinterferien",
                "udgangen",
                "budgetforhandlingerne",
            ]
            .contains(&word)
            || word.ends_with("møde")
            || word.ends_with("mødet")
    })
}

/// The words of the deadline up to the end of the clause.
fn words_from(sentence: &Sentence, from: usize) -> String {
    let end = (from + 1..sentence.terms.len())
        .take(7)
        .find(|&at| {
            sentence.terms.get(at).is_some_and(|term| {
                term.gap.contains([',', ';', ':', '?'])
                    || matches!(term.lower.as_str(), "med" | "og" | "så" | "om" | "at")
            })
        })
        .unwrap_or_else(|| sentence.terms.len().min(from + 8));
    sentence.slice(from, end).to_owned()
}
