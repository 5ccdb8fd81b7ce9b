//! `referent export`

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::{Exit, Failure, Printer};
use crate::export::{ExportError, Format, Material, Template, captions, render};
use crate::meeting::{Agenda, Alignment, Fault, MeetingRecord, Minutes, Transcript};

/// Largest file of a meeting's folder that is read, bytes: a hundred times an 8-hour transcript.
const LARGEST: u64 = 1 << 29;

/// Arguments of `referent export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The meeting's folder
    #[arg(value_name = "DIR", required_unless_present = "lint")]
    dir: Option<PathBuf>,
    /// Document to write: json, txt, srt, vtt, chapters, docx, debate, html, markdown,
    /// akoma-ntoso, akoma-ntoso-protocol or portal (decisions for pasting into the agenda system)
    #[arg(long, value_name = "NAME", required_unless_present = "lint", value_parser = format)]
    format: Option<Format>,
    /// What the document looks like: byraad, udvalg, med or a file [default: the folder's own]
    #[arg(long, value_name = "NAME|FILE")]
    template: Option<String>,
    /// Where to write; `-` is stdout [default: the format's own name in DIR]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Check a caption file (SRT or WebVTT) against the rules instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dir", "format", "out"])]
    lint: Option<PathBuf>,
}

fn format(name: &str) -> Result<Format, ExportError> {
    name.parse()
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    if let Some(file) = &args.lint {
        return lint(file, printer);
    }
    let (Some(dir), Some(format)) = (&args.dir, args.format) else {
        return Err(Failure::new(Fault::Usage, "give the meeting's folder and --format"));
    };
    let folder = Folder::read(dir)?;
    let template = match &args.template {
        Some(name) => Template::load(name)?,
        None => Template::of_folder(dir, &folder.record)?,
    };
    let outcome = render(format, &folder.material(&template))?;
    let exit = Exit::of(&outcome.warnings);
    for warning in &outcome.warnings {
        printer.warning(warning);
    }
    if args.out.as_deref() == Some(Path::new("-")) {
        // A closed pipe ends the printing, not the program.
        let _ = std::io::stdout().lock().write_all(&outcome.value);
        return Ok(exit);
    }
    let path = args.out.clone().unwrap_or_else(|| dir.join(format.file_name()));
    write_whole(&path, &outcome.value)?;
    printer.note(format_args!("wrote {}", path.display()));
    Ok(exit)
}

/// Prints the faults of a caption file; exit code 1 when there are any.
fn lint(file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let bytes = read(file)?.ok_or_else(|| {
        Failure::new(Fault::BadInput, format!("there is no file {}", file.display()))
    })?;
    let (text, broken) = match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    let faults = captions::lint(&text);
    if broken {
        printer.data(format_args!("{}: encoding: the file is not UTF-8", file.display()));
    }
    for fault in &faults {
        printer.data(format_args!("{}: {fault}", file.display()));
    }
    printer.note(match faults.len() {
        0 if !broken => "no faults".to_owned(),
        count => format!("{} faults", count + usize::from(broken)),
    });
    Ok(if faults.is_empty() && !broken { Exit::Done } else { Exit::Attention })
}

/// The values of a meeting's folder.
struct Folder {
    record: MeetingRecord,
    transcript: Transcript,
    agenda: Option<Agenda>,
    alignment: Option<Alignment>,
    minutes: Option<Minutes>,
}

impl Folder {
    fn read(dir: &Path) -> Result<Self, Failure> {
        if !dir.is_dir() {
            let message = format!("there is no folder {}", dir.display());
            return Err(Failure::new(Fault::BadInput, message));
        }
        let lacking = |name: &str| {
            Failure::new(
                Fault::BadInput,
                format!(
                    "{} is not a meeting's folder: it has no {name}; give the folder that \
                     `referent run … --out DIR` wrote",
                    dir.display()
                ),
            )
        };
        Ok(Self {
            record: value(dir, "meeting.json", MeetingRecord::SCHEMA)?
                .ok_or_else(|| lacking("meeting.json"))?,
            transcript: value(dir, "transcript.json", Transcript::SCHEMA)?
                .ok_or_else(|| lacking("transcript.json"))?,
            agenda: value(dir, "agenda.json", Agenda::SCHEMA)?,
            alignment: value(dir, "alignment.json", Alignment::SCHEMA)?,
            minutes: value(dir, "minutes.json", Minutes::SCHEMA)?,
        })
    }

    fn material<'a>(&'a self, template: &'a Template) -> Material<'a> {
        Material {
            record: &self.record,
            transcript: &self.transcript,
            agenda: self.agenda.as_ref(),
            alignment: self.alignment.as_ref(),
            minutes: self.minutes.as_ref(),
            template,
        }
    }
}

/// Only the schema, so that a file of another kind or of a later version is named as such.
#[derive(serde::Deserialize)]
struct Head {
    #[serde(default)]
    schema: String,
}

/// Reads one file of the folder; none when it isn't there.
fn value<T: DeserializeOwned>(dir: &Path, name: &str, schema: &str) -> Result<Option<T>, Failure> {
    let path = dir.join(name);
    let Some(bytes) = read(&path)? else { return Ok(None) };
    let damaged = |error: serde_json::Error| {
        Failure::new(
            Fault::BadInput,
            format!(
                "{} is damaged or not what it should be ({error}); run `referent run` with the \
                 same arguments to write it again",
                path.display()
            ),
        )
    };
    let head: Head = serde_json::from_slice(&bytes).map_err(damaged)?;
    if !head.schema.is_empty() && head.schema != schema {
        let message = format!(
            "{} has the schema \"{}\", this version reads \"{schema}\"",
            path.display(),
            head.schema
        );
        return Err(Failure::new(Fault::BadInput, message));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// The bytes of a file of bounded size; none when there is no such file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let failed = |error: std::io::Error| Failure::new(Fault::BadInput, error.to_string());
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{} is too large to be part of a meeting", path.display());
        return Err(Failure::new(Fault::BadInput, message));
    }
    Ok(Some(bytes))
}

/// Writes a file whole or not at all: a temporary file beside it, fsync, rename.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let fault = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::Stopped,
            _ => Fault::BadInput,
        };
        Failure::new(fault, format!("{} could not be written: {error}", path.display()))
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut temporary = tempfile::Builder::new();
    // Readable as the umask says: a temporary file's own mode is for its owner alone.
    #[cfg(unix)]
    temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = temporary.tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
