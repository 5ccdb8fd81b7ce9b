//! `referent align`

use std::path::{Path, PathBuf};

use super::{Exit, Failure, Printer};
use crate::meeting::{Fault, Transcript};
use crate::{agenda, align};

/// Largest transcript read, bytes: eight hours with all word times are some 20 MB.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Arguments of `referent align`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Transcript as JSON; words and duration may be missing
    #[arg(value_name = "TRANSCRIPT.json")]
    transcript: PathBuf,
    /// Agenda in any supported format
    #[arg(long, value_name = "FILE")]
    agenda: PathBuf,
}

/// Runs the command: alignment JSON on stdout.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let transcript = read_transcript(&args.transcript)?;
    let mut warnings = Vec::new();
    let agenda = agenda::read(&args.agenda)?.drain_into(&mut warnings);
    let alignment = align::align(&transcript, &agenda).drain_into(&mut warnings);
    for warning in &warnings {
        printer.warning(warning);
    }
    let json = serde_json::to_string_pretty(&alignment)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::of(&warnings))
}

/// Reads a transcript, the minimal form included.
pub(super) fn read_transcript(path: &Path) -> Result<Transcript, Failure> {
    let bad = |message: String| Failure::new(Fault::BadInput, message);
    let size = fs_err::metadata(path).map_err(|error| bad(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(bad(format!("{} is too large to be a transcript", path.display())));
    }
    let bytes = fs_err::read(path).map_err(|error| bad(error.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| bad(format!("{} is no transcript: {error}", path.display())))
}
