//! `referent align`

use std::path::PathBuf;

use super::args::Pinned;
use super::{Exit, Failure, Printer};
use crate::align::Pins;
use crate::folder::read_json;
use crate::meeting::{Fault, Transcript};
use crate::{agenda, align};

/// Arguments of `referent align`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Transcript as JSON; words and duration may be missing
    #[arg(value_name = "TRANSCRIPT.json")]
    transcript: PathBuf,
    /// Agenda in any supported format
    #[arg(long, value_name = "FILE")]
    agenda: PathBuf,
    #[command(flatten)]
    pinned: Pinned,
}

/// Runs the command: alignment JSON on stdout.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let transcript: Transcript = read_json(&args.transcript, Transcript::SCHEMA)?;
    let mut pins = Pins::default();
    args.pinned.lines()?.iter().try_for_each(|line| pins.set(line))?;
    let mut warnings = Vec::new();
    let agenda = agenda::read(&args.agenda)?.drain_into(&mut warnings);
    let alignment = align::align_around(&transcript, &agenda, &pins)?.drain_into(&mut warnings);
    for warning in &warnings {
        printer.warning(warning);
    }
    let json = serde_json::to_string_pretty(&alignment)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::of(&warnings))
}
