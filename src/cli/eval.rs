//! `referent eval`

use super::{Exit, Failure, Printer};
use crate::meeting::Fault;

/// Arguments of `referent eval`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Runs the command.
pub(super) fn run(_args: &Args, _printer: &Printer) -> Result<Exit, Failure> {
    Err(Failure::new(Fault::Bug, "not written yet"))
}
