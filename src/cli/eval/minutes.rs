//! `referent eval minutes`

use std::path::PathBuf;

use super::reliability::print_reliability;
use crate::cli::{Exit, Failure, Printer};
use crate::eval::Reliability;
use crate::eval::minutes::{Known, MinutesRow};
use crate::folder::read_json;
use crate::meeting::{Agenda, Fault, Transcript};
use crate::{agenda, align, minutes};

/// How often a meeting is damaged anew.
const DRAWS: u64 = 20;

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
    /// Damage the words said as recognition would, more and more of them, and show what is still
    /// right and how far stated confidence can be believed
    #[arg(long, conflicts_with_all = ["transcript", "json"])]
    sensitivity: bool,
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
    if args.sensitivity {
        return sensitivity(&known, &agenda, args.list, printer);
    }
    let read = |path: &PathBuf| read_json::<Transcript>(path, Transcript::SCHEMA);
    let heard = args.transcript.as_ref().map(read).transpose()?;
    let transcript = heard.as_ref().unwrap_or(&known.transcript);
    let rows = rows(&known, transcript, &agenda);
    if args.json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    print_rows(&rows, printer);
    if args.list {
        list(&rows, printer);
    }
    Ok(Exit::Done)
}

/// Aligns, parts, drafts and compares.
fn rows(known: &Known, transcript: &Transcript, agenda: &Agenda) -> Vec<MinutesRow> {
    let alignment = align::align(transcript, agenda).value;
    let public = align::part_closed(transcript, &alignment).public;
    known.compare(&minutes::draft(&public, agenda, &alignment).value)
}

fn print_rows(rows: &[MinutesRow], printer: &Printer) {
    printer.data(format!(
        "{:<11} {:>5} {:>8} {:>5} {:>9} {:>6} {:>5}",
        "", "known", "reported", "right", "precision", "recall", "F1"
    ));
    for row in rows {
        printer.data(format!(
            "{:<11} {:>5} {:>8} {:>5} {:>9.3} {:>6.3} {:>5.3}",
            row.kind, row.known, row.reported, row.right, row.precision, row.recall, row.f1
        ));
    }
}

fn list(rows: &[MinutesRow], printer: &Printer) {
    for row in rows {
        for (mark, values) in [("-", &row.missing), ("+", &row.extra)] {
            for value in values {
                printer.data(format!("{mark} {} {value}", row.kind));
            }
        }
    }
}

/// The meeting with none, a tenth … half of its words hit, each several times.
fn sensitivity(
    known: &Known,
    agenda: &Agenda,
    listed: bool,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut all: Option<Vec<MinutesRow>> = None;
    for tenths in 0..=5_u32 {
        let mut edits = 0.0;
        let mut pooled: Option<Vec<MinutesRow>> = None;
        for seed in 0..DRAWS {
            let (heard, share) = known.damaged(f64::from(tenths) / 10.0, seed);
            edits += share / DRAWS as f64;
            pooled = Some(pool(pooled, rows(known, &heard, agenda)));
        }
        let pooled = pooled.unwrap_or_default();
        printer.data(format!("{:.0} % of the words wrong, {DRAWS} draws", 100.0 * edits));
        print_rows(&pooled, printer);
        if listed {
            list(&pooled, printer);
        }
        all = Some(pool(all, pooled));
    }
    for row in all.unwrap_or_default() {
        print_reliability(&row.kind, &Reliability::of(&row.judged), printer);
    }
    Ok(Exit::Done)
}

fn pool(held: Option<Vec<MinutesRow>>, rows: Vec<MinutesRow>) -> Vec<MinutesRow> {
    match held {
        Some(held) => held.into_iter().zip(rows).map(|(held, row)| held.with(row)).collect(),
        None => rows,
    }
}
