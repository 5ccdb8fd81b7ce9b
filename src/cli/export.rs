//! `referent export`

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Exit, Failure, Printer};
use crate::export::{ExportError, Format, Material, Template, captions, render};
use crate::folder::{Artefact, FolderError, MeetingFolder, Placed, write_whole};
use crate::meeting::{Agenda, Alignment, Fault, MeetingRecord, Minutes, Transcript};
use crate::pipeline::standing;

/// Largest caption file that is checked, bytes: fifty times that of an 8-hour meeting.
const LARGEST: u64 = 64 << 20;

/// Arguments of `referent export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The meeting's folder
    #[arg(value_name = "DIR", required_unless_present = "lint")]
    dir: Option<PathBuf>,
    /// Document to write: json, txt, srt, vtt, chapters, docx, debate, html, markdown,
    /// akoma-ntoso, akoma-ntoso-protocol, portal (decisions for pasting into the agenda system) or
    /// pdf (tagged, for screen readers)
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
    let mut folder = Folder::read(dir)?;
    let void = standing(dir, &mut folder.record)?;
    let template = match &args.template {
        Some(name) => Template::load(name)?,
        None => Template::of_folder(dir, &folder.record)?,
    };
    let mut outcome = render(format, &folder.material(&template))?;
    outcome.warnings.extend(void);
    let exit = Exit::of(&outcome.warnings);
    for warning in &outcome.warnings {
        printer.warning(warning);
    }
    if args.out.as_deref() == Some(Path::new("-")) {
        printer.document(&outcome.value);
        return Ok(exit);
    }
    let path = args.out.clone().unwrap_or_else(|| dir.join(format.file_name()));
    // A folder without `internal/` was copied out of ours and is nobody's to lock.
    let folder = match &args.out {
        Some(_) => None,
        None => match MeetingFolder::open_existing(dir) {
            Err(FolderError::NotAMeeting { .. }) => None,
            opened => Some(opened?),
        },
    };
    if let Some(folder) = folder {
        let mut documents = folder.documents();
        if let Placed::SetAside(aside) = documents.replace(format.file_name(), &outcome.value)? {
            printer.note(format_args!(
                "somebody had worked on {}: their copy is now {aside}",
                path.display()
            ));
        }
        documents.keep()?;
    } else {
        write_whole(&path, &outcome.value)?;
    }
    printer.note(format_args!("wrote {}", path.display()));
    Ok(exit)
}

/// Prints the faults of a caption file; exit code 1 when there are any.
fn lint(file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::new(Fault::BadInput, error.to_string());
    let mut bytes = Vec::new();
    if !file.exists() {
        let message = format!("there is no file {}", file.display());
        return Err(Failure::new(Fault::BadInput, message));
    }
    let opened = fs_err::File::open(file).map_err(failed)?;
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{} is too large for a caption file", file.display());
        return Err(Failure::new(Fault::BadInput, message));
    }
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
    fn read(dir: &Path) -> Result<Self, FolderError> {
        Ok(Self {
            record: Artefact::Meeting.need(dir)?,
            transcript: Artefact::Transcript.need(dir)?,
            agenda: Artefact::Agenda.read(dir)?,
            alignment: Artefact::Alignment.read(dir)?,
            minutes: Artefact::Minutes.read(dir)?,
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
