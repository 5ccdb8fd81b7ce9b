//! `referent archive`

use std::path::PathBuf;

use serde_json::json;

use super::args::Data;
use super::{Exit, Failure, Printer};
use crate::archive::{Added, ArchiveError, Filter, MeetingHead, Reader, Vectors};
use crate::meeting::{Fault, Faulty, clock};
use crate::models::Store;
use crate::pipeline::{Archiving, Meaning, PipelineError, open_archive};

/// Arguments of `referent archive`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Put meetings' folders in, or bring them up to date
    Add {
        /// Folders that `referent run --out` wrote
        #[arg(value_name = "DIR", required = true)]
        folders: Vec<PathBuf>,
        /// Make the vectors of all meetings that have none, to search by meaning too: the name of an
        /// embedding model, or a folder with model.onnx and tokenizer.json
        #[arg(long, value_name = "MODEL")]
        vectors: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List the meetings, newest first
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Take meetings out; their folders are not touched
    Remove {
        /// Ids as `referent archive list` prints them
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Make the archive anew from the meetings' folders
    Rebuild {
        /// Make the vectors anew too, with this embedding model; without it there are none
        #[arg(long, value_name = "MODEL")]
        vectors: Option<String>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        Command::Add { folders, vectors, common } => {
            add(folders, vectors.as_deref(), common, printer)
        }
        Command::List { common } => list(common, printer),
        Command::Remove { ids, common } => remove(ids, common, printer),
        Command::Rebuild { vectors, common } => rebuild(vectors.as_deref(), common, printer),
    }
}

/// Adds what can be added; one bad folder does not stop the others.
fn add(
    folders: &[PathBuf],
    vectors: Option<&str>,
    common: &Common,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut meaning = opened(vectors)?;
    let mut warnings = Vec::new();
    let mut archive = open_archive(&common.data.folder()?)?.drain_into(&mut warnings);
    printer.warnings(&warnings);
    let (mut rows, mut failed, mut last) = (Vec::new(), 0, None);
    for folder in folders {
        match archive.add(folder) {
            Ok(outcome) => {
                printer.warnings(&outcome.warnings);
                let (head, added) = outcome.value;
                let done = match added {
                    Added::New => "added",
                    Added::Replaced => "replaced",
                    Added::Same => "unchanged",
                };
                if common.json {
                    rows.push(json!({"folder": folder, "id": head.id, "title": head.title,
                        "date": head.date, "done": done, "warnings": outcome.warnings}));
                } else {
                    printer.data(format_args!("{done:<9} {}  {}", head.id, head.title));
                }
                warnings.extend(outcome.warnings);
            }
            // The store itself: the next folder would fare no better.
            Err(PipelineError::Archive(error)) if error.fault() != Fault::BadInput => {
                return Err(error.into());
            }
            Err(error) => {
                failed += 1;
                if common.json {
                    rows.push(json!({"folder": folder, "error": error.to_string()}));
                }
                let failure = Failure::from(error);
                printer.error(&failure);
                last = Some(failure);
            }
        }
    }
    if let Some(meaning) = &mut meaning {
        embed(&mut archive, meaning, printer)?;
    }
    if let Some(notice) = archive.unembedded()? {
        printer.warning(&notice);
        warnings.push(notice);
    }
    archive.close()?;
    if common.json {
        printer.data(json!({"schema": "referent/archive-add/1", "folders": rows}));
    }
    match last {
        // Nothing at all was of use.
        Some(failure) if failed == folders.len() => {
            Err(Failure::new(failure.fault(), "no meeting was added"))
        }
        Some(_) => Ok(Exit::Attention),
        None => Ok(Exit::of(&warnings)),
    }
}

/// The embedding model that was asked for; before anything is written.
fn opened(vectors: Option<&str>) -> Result<Option<Meaning>, Failure> {
    let Some(name) = vectors else { return Ok(None) };
    Ok(Some(Meaning::open(&Store::default_location()?, name)?))
}

fn embed(archive: &mut Archiving, meaning: &mut Meaning, printer: &Printer) -> Result<(), Failure> {
    let made = archive.embed(meaning)?;
    printer.note(format_args!("vectors of {made} meetings made with {}", meaning.model().name));
    Ok(())
}

fn list(common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let data = common.data.folder()?;
    let reader = match Reader::open(&data) {
        Err(ArchiveError::Older { .. }) => {
            let opened = open_archive(&data)?;
            printer.warnings(&opened.warnings);
            opened.value.close()?;
            Reader::open(&data)?
        }
        opened => opened?,
    };
    let heads = reader.meetings(&Filter::default(), usize::MAX, 0)?;
    if common.json {
        printer.data(json!({"schema": "referent/archive/1", "meetings": heads}));
        return Ok(Exit::Done);
    }
    for head in &heads {
        printer.data(line(head));
    }
    printer.note(match heads.len() {
        1 => "1 meeting".to_owned(),
        count => format!("{count} meetings"),
    });
    Ok(Exit::Done)
}

fn line(head: &MeetingHead) -> String {
    let date = head.date.as_deref().unwrap_or("-");
    let length = head.duration.map_or_else(|| "-".to_owned(), clock);
    format!("{date:<10} {length:>8}  {}  {}", head.id, head.title)
}

fn remove(ids: &[String], common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let opened = open_archive(&common.data.folder()?)?;
    printer.warnings(&opened.warnings);
    let exit = Exit::of(&opened.warnings);
    let mut archive = opened.value;
    let mut removed = Vec::new();
    let mut failure = None;
    for id in ids {
        match archive.remove(id) {
            Ok(head) => {
                if !common.json {
                    let title = head.map(|head| head.title).unwrap_or_default();
                    printer.data(format_args!("removed   {id}  {title}"));
                }
                removed.push(id);
            }
            Err(error) => failure = Some(Failure::from(error)),
        }
        if failure.is_some() {
            break;
        }
    }
    archive.close()?;
    if common.json {
        printer.data(json!({"schema": "referent/archive-remove/1", "removed": removed}));
    }
    failure.map_or(Ok(exit), Err)
}

fn rebuild(vectors: Option<&str>, common: &Common, printer: &Printer) -> Result<Exit, Failure> {
    let mut meaning = opened(vectors)?;
    let mut warnings = Vec::new();
    let mut archive = open_archive(&common.data.folder()?)?.drain_into(&mut warnings);
    archive.forget_vectors()?;
    let rebuilt = archive.rebuild()?.drain_into(&mut warnings);
    if let Some(meaning) = &mut meaning {
        embed(&mut archive, meaning, printer)?;
    }
    archive.close()?;
    printer.warnings(&warnings);
    if common.json {
        printer.data(json!({"schema": "referent/archive-rebuild/1", "meetings": rebuilt.meetings,
            "unread": rebuilt.unread, "warnings": warnings}));
    } else {
        printer.note(format_args!("{} meetings read again from their folders", rebuilt.meetings));
    }
    Ok(Exit::of(&warnings))
}
