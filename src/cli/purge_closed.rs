//! `referent purge-closed`: destroys what a meeting's folder keeps of closed doors.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use super::{Exit, Failure, Printer};
use crate::folder::MeetingFolder;
use crate::meeting::Fault;

/// Arguments of `referent purge-closed`.
#[derive(Debug, clap::Args)]
#[command(long_about = "Destroy what a meeting's folder keeps of closed doors: closed speech \
    (internal/closed.json), the journal and every journal set aside, and half-written files. All that \
    lies outside internal/ stays, and so do the pins.\n\n\
    Afterwards recognition cannot be taken up again: `run` would hear the whole recording anew. \
    `export`, `align` and `minutes` still work on what is public. The recording itself, backups and \
    copies are not touched.\n\n\
    The files are deleted, not overwritten: journalling file systems and solid-state disks keep old \
    blocks wherever they like, so overwriting would promise what it can't keep. Where deleted data must \
    be past recovery, keep meetings on an encrypted disk.")]
pub(super) struct Args {
    /// The meeting's folder
    dir: PathBuf,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// Print what was destroyed as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let folder = MeetingFolder::open_existing(&args.dir)?;
    let kept = folder.closed_files()?;
    if !kept.is_empty() && !args.yes && !agreed(args, printer)? {
        return Err(Failure::new(Fault::Usage, "nothing was destroyed"));
    }
    let destroyed = folder.purge_closed()?;
    if args.json {
        printer.data(serde_json::json!({
            "schema": "referent/purge/1",
            "folder": args.dir,
            "destroyed": destroyed,
        }));
    } else if destroyed.is_empty() {
        printer.note(format_args!("{} keeps nothing of closed doors", args.dir.display()));
    } else {
        for name in &destroyed {
            printer.data(name);
        }
        let files = if destroyed.len() == 1 { "file" } else { "files" };
        printer.note(format_args!(
            "{} {files} destroyed. Recognition cannot be taken up again from this folder",
            destroyed.len()
        ));
    }
    Ok(Exit::Done)
}

/// Asks at the terminal; without one, `--yes` is needed.
fn agreed(args: &Args, printer: &Printer) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let message = "this cannot be undone: give --yes to destroy it without being asked";
        return Err(Failure::new(Fault::Usage, message));
    }
    printer.note(format_args!(
        "Closed speech and the journal in {} will be destroyed, for good. Go on? [y/N]",
        args.dir.display()
    ));
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(Fault::Usage, error.to_string()))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "j" | "ja"))
}
