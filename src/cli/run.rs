//! `referent run`: the whole way, from recording and agenda to the meeting's folder.

use std::path::PathBuf;

use super::args::{Pinned, Recognition, Work};
use super::minutes::Condensing;
use super::overview::overview;
use super::progress::Bar;
use super::{Exit, Failure, Printer, job};
use crate::export::Template;
use crate::pipeline::{self, Job};

/// Arguments of `referent run`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording: any video or audio file
    pub(super) recording: PathBuf,
    /// The agenda, in any supported format
    #[arg(long, value_name = "FILE")]
    pub(super) agenda: PathBuf,
    /// What the documents look like: byraad, udvalg, med or a file [default: by the committee]
    #[arg(long, value_name = "NAME|FILE")]
    template: Option<String>,
    #[command(flatten)]
    pub(super) pinned: Pinned,
    #[command(flatten)]
    pub(super) work: Work,
    #[command(flatten)]
    pub(super) recognition: Recognition,
    #[command(flatten)]
    condensing: Condensing,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    // A pin that is none, or a template, is told before the long work.
    let pins = args.pinned.lines()?;
    let language_model = args.condensing.model()?;
    let template = args.template.as_deref().map(Template::load).transpose()?;
    let stop = job::stop_on_signals()?;
    if args.work.start_over {
        printer.note("Starting over. Should this run be stopped, leave out --start-over to go on");
    }
    let job = job::prepare(&args.recording, &args.work, &args.recognition)?;
    let job = Job { language_model, pins, template, ..job };
    let mut bar = Bar::new(printer, args.work.json);
    let result = pipeline::run(&job, &args.agenda, &mut bar, &stop);
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
