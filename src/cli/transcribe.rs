//! `referent transcribe`: recording to transcript and captions.

use std::path::PathBuf;

use super::args::{Recognition, Work};
use super::overview::overview;
use super::progress::Bar;
use super::{Exit, Failure, Printer, job};
use crate::pipeline;

/// Arguments of `referent transcribe`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording: any video or audio file
    pub(super) recording: PathBuf,
    #[command(flatten)]
    pub(super) work: Work,
    #[command(flatten)]
    pub(super) recognition: Recognition,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let stop = job::stop_on_signals()?;
    if args.work.start_over {
        printer.note("Starting over. Should this run be stopped, leave out --start-over to go on");
    }
    let job = job::prepare(&args.recording, &args.work, &args.recognition)?;
    let mut bar = Bar::new(printer, args.work.json);
    let result = pipeline::transcribe(&job, &mut bar, &stop);
    bar.finish();
    let outcome = result?;
    if args.work.json {
        printer.data(job::done_event(&outcome));
    } else {
        printer.data(overview(&outcome.value));
    }
    printer.warnings(&outcome.warnings);
    Ok(Exit::of(&outcome.warnings))
}
