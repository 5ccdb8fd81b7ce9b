//! `referent eval minutes`

use std::path::PathBuf;

use crate::cli::{Exit, Failure, Printer};
use crate::eval::minutes::Known;
use crate::folder::read_json;
use crate::meeting::{Fault, Transcript};
use crate::{agenda, align, minutes};

/// Arguments of `referent eval minutes`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What was said and decided (truth.json of a synthetic meeting)
    #[arg(value_name = "TRUTH.json")]
    truth: PathBuf,
    /// Transcript to draft minutes from [default: what was said, word for word]
    #[arg(value_name = "TRANSCRIPT.json")]
    transcript: Option<PathBuf>,
    /// Agenda in any supported format
    #[arg(long, value_name = "FILE")]
    agenda: PathBuf,
    /// List what is missing and what is too much
    #[arg(long)]
    list: bool,
    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

/// Aligns, drafts, compares and prints the table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let known = Known::read(&args.truth)?;
    let agenda = agenda::read(&args.agenda)?.value;
    let read = |path: &PathBuf| read_json::<Transcript>(path, Transcript::SCHEMA);
    let heard = args.transcript.as_ref().map(read).transpose()?;
    let transcript = heard.as_ref().unwrap_or(&known.transcript);
    let alignment = align::align(transcript, &agenda).value;
    let public = align::part_closed(transcript, &alignment).public;
    let rows = known.compare(&minutes::draft(&public, &agenda, &alignment).value);
    if args.json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    printer.data(format!(
        "{:<11} {:>5} {:>8} {:>5} {:>9} {:>6} {:>5}",
        "", "known", "reported", "right", "precision", "recall", "F1"
    ));
    for row in &rows {
        printer.data(format!(
            "{:<11} {:>5} {:>8} {:>5} {:>9.3} {:>6.3} {:>5.3}",
            row.kind, row.known, row.reported, row.right, row.precision, row.recall, row.f1
        ));
    }
    for row in rows.iter().filter(|_| args.list) {
        for (mark, values) in [("-", &row.missing), ("+", &row.extra)] {
            for value in values {
                printer.data(format!("{mark} {} {value}", row.kind));
            }
        }
    }
    Ok(Exit::Done)
}
