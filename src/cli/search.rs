//! `referent search`

use owo_colors::OwoColorize;
use serde_json::json;

use super::args::Data;
use super::{Exit, Failure, Printer};
use crate::archive::{Filter, ItemHits, PaperHit, PaperKind, Query, Reader, Snippet};
use crate::meeting::{DecisionOutcome, Fault, clock};
use crate::models::Store;
use crate::pipeline::meaning_of;

/// Arguments of `referent search`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Words, numbers, "phrases in quotes"
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    #[command(flatten)]
    data: Data,
    /// Items to show, 100 at most
    #[arg(long, value_name = "N", default_value_t = Query::LIMIT)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Only meetings on or after this day (2026-03-25)
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only meetings on or before this day
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Only meetings of this committee
    #[arg(long, value_name = "NAME")]
    committee: Option<String>,
    /// Only items of this number
    #[arg(long, value_name = "N")]
    item: Option<String>,
    /// Only what this person said
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// Only what this party's members said, and items in whose votes it stands
    #[arg(long, value_name = "LETTER|NAME")]
    party: Option<String>,
    /// Only items decided so: godkendt, vedtaget, tiltrådt, anbefalet, udsat, forkastet …
    #[arg(long, value_name = "OUTCOME", value_parser = outcome)]
    outcome: Option<DecisionOutcome>,
}

fn outcome(name: &str) -> Result<DecisionOutcome, String> {
    let word = serde_json::Value::String(name.to_lowercase());
    serde_json::from_value(word).map_err(|error| error.to_string())
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let query = Query {
        text: args.query.join(" "),
        filter: Filter {
            from: args.from.clone(),
            to: args.to.clone(),
            committee: args.committee.clone(),
            meeting: None,
            item: args.item.clone(),
            speaker: args.speaker.clone(),
            party: args.party.clone(),
            outcome: args.outcome,
        },
        limit: args.limit,
        offset: 0,
    };
    let mut reader = Reader::open(&args.data.folder()?)?;
    let meaning = meaning_of(&reader, &Store::default_location()?)?;
    printer.warnings(&meaning.warnings);
    if let Some(meaning) = meaning.value {
        reader = reader.with_vectors(meaning);
    }
    let results = reader.search(&query)?;
    if args.json {
        let value = serde_json::to_value(&results)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json!({"schema": "referent/search/1", "query": query.text, "results": value}));
        return Ok(Exit::Done);
    }
    for (asked, taken) in &results.corrected {
        printer
            .note(format_args!("the archive has no \"{asked}\"; looked for \"{taken}…\" instead"));
    }
    for hits in &results.items {
        show(hits, printer);
    }
    printer.note(match (results.items.len(), results.found) {
        (0, _) => "nothing found".to_owned(),
        (shown, found) if shown < found => format!("{shown} of {found} items; --limit shows more"),
        (1, _) => "1 item".to_owned(),
        (shown, _) => format!("{shown} items"),
    });
    if results.bounded {
        printer.note("the words are common: not everything was looked at; more words would help");
    }
    Ok(Exit::Done)
}

fn show(hits: &ItemHits, printer: &Printer) {
    let meeting = &hits.meeting;
    let date = meeting.date.as_deref().unwrap_or("undated");
    let body = meeting.committee.as_deref().unwrap_or(&meeting.title);
    let head = match &hits.item {
        Some(item) => format!("{date} {body}, punkt {}: {}", item.number, item.title),
        None => format!("{date} {body}: {}", meeting.title),
    };
    printer.data(head.bold());
    for hit in &hits.papers {
        let place = place(hit);
        if hit.kind != PaperKind::Title {
            printer.data(format_args!("  {place:<14} {}", coloured(&hit.snippet)));
        }
    }
    for hit in &hits.speech {
        let speaker = hit.speaker.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        printer.data(format_args!(
            "  {:<14} {speaker}{}",
            clock(hit.start),
            coloured(&hit.snippet)
        ));
    }
    printer.data(format_args!("  {}\n", hits.link.dimmed()));
}

fn place(hit: &PaperHit) -> String {
    match (hit.kind, &hit.document) {
        (PaperKind::Title, _) => "titel".to_owned(),
        (PaperKind::Case, _) => "sag".to_owned(),
        (PaperKind::Agenda, Some(name)) => name.chars().take(14).collect(),
        (PaperKind::Agenda, None) => "dagsorden".to_owned(),
        (PaperKind::Decision, _) => "beslutning".to_owned(),
    }
}

/// In one line; what was found in colour. The printer takes the colours off where they don't belong.
fn coloured(snippet: &Snippet) -> String {
    let mut line = String::new();
    for (text, found) in snippet.pieces() {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if found {
            line.push_str(&text.yellow().bold().to_string());
        } else {
            line.push_str(&text);
        }
    }
    line
}
