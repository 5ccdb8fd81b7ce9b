//! `referent minutes`

use std::path::PathBuf;

use super::{Exit, Failure, Printer};
use crate::folder::read_json;
use crate::meeting::{Alignment, Fault, Transcript};
use crate::{agenda, align, minutes};

/// Arguments of `referent minutes`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Transcript as JSON; words and duration may be missing
    #[arg(value_name = "TRANSCRIPT.json")]
    transcript: PathBuf,
    /// Agenda in any supported format
    #[arg(long, value_name = "FILE")]
    agenda: PathBuf,
    /// Alignment as `referent align` writes it [default: aligned here]
    #[arg(long, value_name = "FILE")]
    alignment: Option<PathBuf>,
}

/// Runs the command: minutes JSON on stdout.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let transcript: Transcript = read_json(&args.transcript, Transcript::SCHEMA)?;
    let mut warnings = Vec::new();
    let agenda = agenda::read(&args.agenda)?.drain_into(&mut warnings);
    let alignment = match &args.alignment {
        Some(path) => read_json(path, Alignment::SCHEMA)?,
        None => align::align(&transcript, &agenda).drain_into(&mut warnings),
    };
    let public = align::part_closed(&transcript, &alignment).public;
    let minutes = minutes::draft(&public, &agenda, &alignment).drain_into(&mut warnings);
    for warning in &warnings {
        printer.warning(warning);
    }
    let json = serde_json::to_string_pretty(&minutes)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::of(&warnings))
}
