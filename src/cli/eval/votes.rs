//! `referent eval votes`

use std::path::PathBuf;

use super::reliability::print_reliability;
use crate::cli::{Exit, Failure, Printer};
use crate::eval::votes::measure;
use crate::meeting::Fault;

/// Arguments of `referent eval votes`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of sittings with known votes (*.json)
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs the measurement and prints its table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let rows = measure(&args.dir, &crate::minutes::votes)?;
    if args.json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    printer.data(format!(
        "{:<6} {:>6} {:>6} {:>7} {:>10} {:>8} {:>6} {:>8} {:>9} {:>6} {:>10}",
        "input",
        "votes",
        "found",
        "counts",
        "all counts",
        "parties",
        "both",
        "outcome",
        "reported",
        "extra",
        "bracketed"
    ));
    for row in &rows {
        printer.data(format!(
            "{:<6} {:>6} {:>6.3} {:>7.3} {:>10.3} {:>8.3} {:>6.3} {:>8.3} {:>9} {:>6} {:>10}",
            row.input,
            row.votes,
            row.found,
            row.counts,
            row.all_counts,
            row.parties,
            row.both,
            row.outcome,
            row.reported,
            row.extra,
            row.extra_bracketed
        ));
    }
    for row in &rows {
        print_reliability(&format!("votes, {}", row.input), &row.reliability, printer);
    }
    Ok(Exit::Done)
}
