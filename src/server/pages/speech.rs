//! What was said, line by line, each with its place in the recording.

use maud::{Markup, html};

use super::shell::Site;
use crate::archive::{Meeting, Speech};
use crate::export::{plain, prose};
use crate::meeting::clock;
use crate::server::address::whole;

/// How long after its end a line still counts as the one that is heard, seconds: a breath.
const ECHO: f64 = 3.0;

/// A link that plays from here; without JavaScript it loads the page at that time.
pub(super) fn time(seconds: f64) -> Markup {
    html! {
        a.t href={ "?t=" (whole(seconds)) } data-t={ (format!("{:.3}", seconds.clamp(0.0, 3_600_000.0))) } {
            span.sr { "Afspil fra " } (clock(seconds))
        }
    }
}

/// The line that is heard at `seconds`.
pub(super) fn heard(meeting: &Meeting, seconds: f64) -> Option<&Speech> {
    let after = meeting.speech.partition_point(|one| one.start <= seconds + 0.05);
    let last = meeting.speech.get(after.checked_sub(1)?)?;
    (seconds <= last.end + ECHO).then_some(last)
}

/// The transcript of some lines, folded away unless `open`.
pub(super) fn transcript(
    site: &Site,
    meeting: &Meeting,
    lines: &[&Speech],
    at: Option<u32>,
    open: bool,
) -> Markup {
    let length: f64 = lines.iter().map(|line| line.span().duration()).sum();
    let open = open || lines.iter().any(|line| Some(line.id) == at);
    let before = std::iter::once(None).chain(lines.iter().map(|line| line.speaker.as_deref()));
    html! {
        @if !lines.is_empty() {
            details.speech open[open] {
                summary { h3 { "Udskrift" } " " span.long { (prose::length(length)) } }
                @for (line, before) in lines.iter().zip(before) {
                    @let who = line.speaker.as_deref().filter(|who| Some(*who) != before);
                    (self::line(site, meeting, line, who, Some(line.id) == at))
                }
            }
        }
    }
}

fn line(site: &Site, meeting: &Meeting, line: &Speech, who: Option<&str>, now: bool) -> Markup {
    let mark = format!("s{}", line.id);
    let href = match site.addresses.is_static() {
        true => format!("?t={}#{mark}", whole(line.start)),
        false => site.addresses.moment(meeting.head.id.as_str(), line.start, Some(&mark)),
    };
    html! {
        p.s.nu[now] id=(mark) data-s={ (format!("{:.3}", line.start)) } data-e={ (format!("{:.3}", line.end)) }
            aria-current=[now.then_some("true")] {
            a.t href=(href) data-t={ (format!("{:.3}", line.start)) } {
                span.sr { "Afspil fra " } (clock(line.start))
            }
            " "
            span {
                @if let Some(who) = who {
                    b.who {
                        (plain(who))
                        @if let Some(party) = &line.party { " (" (plain(party)) ")" }
                    }
                    " "
                }
                (doubted(line))
            }
        }
    }
}

/// The text, with the words marked that the recogniser was unsure of.
fn doubted(line: &Speech) -> Markup {
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    for &(from, to) in &line.doubts {
        pieces.extend(line.text.get(at..from).map(|text| (text, false)));
        pieces.extend(line.text.get(from..to).map(|text| (text, true)));
        at = to.max(at);
    }
    pieces.extend(line.text.get(at..).map(|text| (text, false)));
    html! {
        @for (text, unsure) in pieces {
            @if unsure { mark.u { (spaced(text)) } } @else { (spaced(text)) }
        }
    }
}

/// [`plain`] for a piece of a line: blanks at its ends stay.
pub(super) fn spaced(text: &str) -> String {
    let inner = plain(text);
    let blank = |c: Option<char>| if c.is_some_and(char::is_whitespace) { " " } else { "" };
    if inner.is_empty() {
        return blank(text.chars().next()).to_owned();
    }
    format!("{}{inner}{}", blank(text.chars().next()), blank(text.chars().last()))
}
