//! What a finished run shows: the aligned agenda with times and decisions, and where the files lie.

use std::fmt::Write;

use crate::meeting::{ItemState, clock};
use crate::pipeline::Meeting;

/// Widest title before it is cut.
const TITLE: usize = 52;

/// A plain table for people.
pub(super) fn overview(meeting: &Meeting) -> String {
    let mut text = String::new();
    let record = &meeting.record;
    let head: Vec<&str> = [&record.municipality, &record.committee, &record.date]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    if !head.is_empty() {
        let _ = writeln!(text, "{}", head.join(", "));
    }
    let heard = record.recording.duration.map_or_else(|| "?".to_owned(), clock);
    let _ = writeln!(
        text,
        "{} ({heard}): {} segments, model {}",
        record.recording.name,
        meeting.transcript.segments.len(),
        record.provenance.model
    );
    items(&mut text, meeting);
    if !meeting.transcript.closed.is_empty() {
        let spans: Vec<String> = meeting
            .transcript
            .closed
            .iter()
            .map(|span| format!("{}-{}", clock(span.start), clock(span.end)))
            .collect();
        let _ = writeln!(text, "\nClosed doors, kept out of every document: {}", spans.join(", "));
    }
    let _ = writeln!(text, "\nFiles in {}:", meeting.path.display());
    let _ = write!(text, "  {}", meeting.documents.join("  "));
    text
}

fn items(text: &mut String, meeting: &Meeting) {
    let Some(alignment) = &meeting.alignment else { return };
    let _ = writeln!(
        text,
        "\n{:>5}  {:>8}  {:>8}  {:TITLE$}  Outcome",
        "Punkt", "Start", "End", "Title"
    );
    for item in &alignment.items {
        let time = |seconds: Option<f64>| seconds.map_or_else(|| "-".to_owned(), clock);
        let decision = meeting
            .minutes
            .iter()
            .flat_map(|minutes| &minutes.items)
            .find(|minutes| minutes.number == item.number)
            .and_then(|minutes| minutes.decision.as_ref());
        let outcome = match (decision, item.state) {
            _ if item.closed => "(lukket)".to_owned(),
            (Some(decision), _) => decision.outcome.danish().to_owned(),
            (None, ItemState::NotFound) => "not found in the recording".to_owned(),
            (None, ItemState::Postponed) => "udsat".to_owned(),
            (None, ItemState::Withdrawn) => "udgået".to_owned(),
            (None, ItemState::Treated) => "?".to_owned(),
        };
        let _ = writeln!(
            text,
            "{:>5}  {:>8}  {:>8}  {:TITLE$}  {outcome}",
            item.number,
            time(item.start),
            time(item.end),
            shortened(&item.title),
        );
    }
}

/// The title, cut with an ellipsis when it is too wide for the table.
fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE {
        return title.to_owned();
    }
    let mut short: String = title.chars().take(TITLE - 1).collect();
    short.push('…');
    short
}
