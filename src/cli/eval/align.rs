//! `referent eval align`

use std::path::PathBuf;

use crate::cli::{Exit, Failure, Printer};
use crate::eval::align::{SensitivityRow, measure, reliability, sensitivity};
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
    /// Damage the text by a seeded noise model, 0 to 60 % of the words, and show what is left
    #[arg(long)]
    sensitivity: bool,
}

/// Runs the measurement and prints its table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    if args.sensitivity {
        let rows = sensitivity(&args.dir, &crate::align::align)?;
        if args.json {
            printer.data(json(&rows)?);
        } else {
            print_sensitivity(&rows, printer);
        }
        return Ok(Exit::Done);
    }
    let rows = measure(&args.dir, &crate::align::align)?;
    if args.json {
        printer.data(json(&rows)?);
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
    printer.data(format!(
        "\n{:<12} {:>7} {:>8} {:>14}",
        "confidence", "starts", "stated", "within ±1 turn"
    ));
    for class in reliability(&rows) {
        let range = format!("{:.2}-{:.2}", class.from, class.to);
        let (starts, stated, found) = (class.starts, class.stated, class.found);
        if starts > 0 {
            printer.data(format!("{range:<12} {starts:>7} {stated:>8.3} {found:>14.3}"));
        }
    }
    Ok(Exit::Done)
}

fn json(rows: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(rows).map_err(|error| Failure::new(Fault::Bug, error.to_string()))
}

fn print_sensitivity(rows: &[SensitivityRow], printer: &Printer) {
    printer.data(format!(
        "{:>10} {:>10} {:>8} {:>8} {:>15} {:>8}",
        "words hit", "word error", "turns", "±1 turn", "removed: turns", "±1 turn"
    ));
    for row in rows {
        printer.data(format!(
            "{:>8.0} % {:>8.1} % {:>8.3} {:>8.3} {:>15.3} {:>8.3}",
            100.0 * row.rate,
            100.0 * row.word_error_rate,
            row.text.turn_accuracy,
            row.text.within_1,
            row.removed.turn_accuracy,
            row.removed.within_1
        ));
    }
}
