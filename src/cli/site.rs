//! `referent site`

use std::path::PathBuf;

use super::args::Data;
use super::{Exit, Failure, Printer};
use crate::server::StaticSite;

/// Arguments of `referent site`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write the archive's pages as files that any web server can hand out, search included
    Build {
        #[command(flatten)]
        data: Data,
        /// Where the site goes: a new or empty folder, or an earlier site, which is replaced
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The address by which the world will know the site (for feed, sitemap and widget)
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        /// Leave the recordings out: pages, text and search alone
        #[arg(long)]
        without_recordings: bool,
    },
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let Command::Build { data, out, base_url, without_recordings } = &args.command;
    let site = StaticSite {
        out: out.clone(),
        base_url: base_url.clone(),
        recordings: !without_recordings,
    };
    let outcome = site.build(&data.folder()?)?;
    printer.warnings(&outcome.warnings);
    let built = outcome.value;
    printer.note(format_args!(
        "{} meetings, {} recordings, {} files in {}",
        built.meetings,
        built.recordings,
        built.files,
        out.display()
    ));
    Ok(Exit::of(&outcome.warnings))
}
