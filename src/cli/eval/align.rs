//! `referent eval align`

use std::path::PathBuf;

use crate::cli::{Exit, Failure, Printer};
use crate::eval::align::measure;
use crate::meeting::Fault;

/// Arguments of `referent eval align`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of sittings with known items (*.json)
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs the measurement and prints its table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let rows = measure(&args.dir, &crate::align::align)?;
    if args.json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    printer.data(format!(
        "{:<32} {:>8} {:>8} {:>8} {:>8} {:>10}",
        "input", "turns", "exact", "±1 turn", "±3 turns", "confidence"
    ));
    for row in &rows {
        printer.data(format!(
            "{:<32} {:>8.3} {:>8.3} {:>8.3} {:>8.3} {:>10.2}",
            row.input,
            row.turn_accuracy,
            row.exact,
            row.within_1,
            row.within_3,
            row.mean_confidence
        ));
    }
    Ok(Exit::Done)
}
