//! `referent minutes`

use std::path::{Path, PathBuf};

use super::align::read_transcript;
use super::{Exit, Failure, Printer};
use crate::meeting::{Alignment, Fault};
use crate::{agenda, align, minutes};

/// Largest alignment read, bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

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
    let transcript = read_transcript(&args.transcript)?;
    let mut warnings = Vec::new();
    let agenda = agenda::read(&args.agenda)?.drain_into(&mut warnings);
    let alignment = match &args.alignment {
        Some(path) => read_alignment(path)?,
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

fn read_alignment(path: &Path) -> Result<Alignment, Failure> {
    let bad = |message: String| Failure::new(Fault::BadInput, message);
    let size = fs_err::metadata(path).map_err(|error| bad(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(bad(format!("{} is too large to be an alignment", path.display())));
    }
    let bytes = fs_err::read(path).map_err(|error| bad(error.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| bad(format!("{} is no alignment: {error}", path.display())))
}
