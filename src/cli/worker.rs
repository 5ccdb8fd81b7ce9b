//! `referent worker`: the child process in which the native engine runs.

use super::{Exit, Failure};
use crate::meeting::Fault;

/// Arguments of `referent worker`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Serves windows until stdin ends.
pub(super) fn run(_args: &Args) -> Result<Exit, Failure> {
    Err(Failure::new(Fault::Bug, "not written yet"))
}
