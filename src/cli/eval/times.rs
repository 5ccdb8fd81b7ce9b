//! `referent eval times`

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::{Exit, Failure, Printer};
use crate::eval::Spread;
use crate::eval::times::{Accuracy, Measured, compare, read_timed};
use crate::meeting::Fault;

/// Arguments of `referent eval times`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// When it was said: lines of start, end and text between tabs (stretches or single words), or
    /// JSON with segments
    #[arg(value_name = "TRUTH")]
    truth: PathBuf,
    /// A transcript.json
    #[arg(value_name = "TRANSCRIPT")]
    transcript: PathBuf,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What `--json` prints; times in seconds.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    #[serde(flatten)]
    accuracy: Accuracy,
}

/// Runs the measurement and prints its table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let truth = read_timed(&args.truth)?;
    let transcript = read_timed(&args.transcript)?;
    let report = Report { schema: "referent/eval-times/1", accuracy: compare(&truth, &transcript) };
    if args.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    printer.data(format_args!(
        "{:<10} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8}  {}",
        "starts",
        "of",
        "matched",
        "share",
        "median",
        "95 %",
        "largest",
        "late by",
        "slope in ms an hour (95 % sure)"
    ));
    print("segments", &report.accuracy.segments, printer);
    print("words", &report.accuracy.words, printer);
    Ok(Exit::Done)
}

fn print(label: &str, measured: &Measured, printer: &Printer) {
    let share =
        measured.matched.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    printer.data(format_args!(
        "{label:<10} {:>7} {:>7} {share:>7} {}",
        measured.of,
        measured.spread.count,
        figures(&measured.spread)
    ));
    if measured.by_hour.len() < 2 {
        return;
    }
    for (hour, spread) in measured.by_hour.iter().enumerate() {
        let label = format!("  hour {hour}");
        printer.data(format_args!(
            "{label:<10} {:>7} {:>7} {:>7} {}",
            "",
            spread.count,
            "",
            figures(spread)
        ));
    }
}

/// Times in seconds and the slope, of one line.
fn figures(spread: &Spread) -> String {
    let seconds = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.3}"))
    };
    let slope = spread.slope.map_or_else(
        || "–".to_owned(),
        |slope| format!("{:+.1} ({:+.1} to {:+.1})", slope.ms_per_hour, slope.low, slope.high),
    );
    format!(
        "{:>8} {:>8} {:>8} {:>8}  {slope}",
        seconds(spread.median),
        seconds(spread.percentile_95),
        seconds(spread.maximum),
        seconds(spread.late)
    )
}
