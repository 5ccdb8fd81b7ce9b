//! `referent worker`: the child process in which the native engine runs.

use super::{Exit, Failure};
use crate::asr;
use crate::meeting::Fault;

/// Arguments of `referent worker`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Serves windows until stdin ends.
pub(super) fn run(_args: &Args) -> Result<Exit, Failure> {
    asr::worker::serve()
        .map(|()| Exit::Done)
        .map_err(|error| Failure::new(Fault::Bug, format!("recognition process: {error}")))
}
