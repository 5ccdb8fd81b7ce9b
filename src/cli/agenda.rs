//! `referent agenda`

use std::path::PathBuf;

use clap::Subcommand;

use super::{Exit, Failure, Printer};
use crate::agenda;
use crate::meeting::Fault;

/// Arguments of `referent agenda`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print any supported agenda as our agenda JSON
    Show {
        /// Our JSON, FirstAgenda JSON, or a numbered list in text or Markdown
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let Action::Show { file } = &args.action;
    let outcome = agenda::read(file)?;
    for warning in &outcome.warnings {
        printer.warning(warning);
    }
    let json = serde_json::to_string_pretty(&outcome.value)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::of(&outcome.warnings))
}
