//! `referent eval`

mod align;
mod condensed;
mod grounding;
mod minutes;
mod reliability;
mod scale;
mod search;
mod sitting;
mod times;
mod votes;
mod wer;

use super::{Exit, Failure, Printer};

/// Arguments of `referent eval`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    metric: Metric,
}

#[derive(Debug, clap::Subcommand)]
enum Metric {
    /// Word error rate of a transcript against what was said
    Wer(wer::Args),
    /// Times of a transcript's segments and words against when they were said
    Times(times::Args),
    /// Alignment of sittings whose items are known turn by turn
    Align(align::Args),
    /// Votes of sittings whose counts and parties are known
    Votes(votes::Args),
    /// Minutes of a meeting of which all is known
    Minutes(minutes::Args),
    /// Search for known items
    Search(search::Args),
    /// Cost of an archive of many meetings, made by repeating sittings
    #[command(hide = true)]
    Scale(scale::Args),
    /// The check of summaries, on true and on wrong sentences
    Grounding(grounding::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    match &args.metric {
        Metric::Wer(args) => wer::run(args, printer),
        Metric::Times(args) => times::run(args, printer),
        Metric::Align(args) => align::run(args, printer),
        Metric::Votes(args) => votes::run(args, printer),
        Metric::Minutes(args) => minutes::run(args, printer),
        Metric::Search(args) => search::run(args, printer),
        Metric::Scale(args) => scale::run(args, printer),
        Metric::Grounding(args) => grounding::run(args, printer),
    }
}
