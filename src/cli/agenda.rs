//! `referent agenda`

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::{Exit, Failure, Printer};
use crate::agenda::{self, Patience, Portal, Wanted};
use crate::folder::write_whole;
use crate::meeting::{Agenda, Fault, Paper, Referat};

/// Arguments of `referent agenda`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print any supported agenda as our agenda JSON
    Show {
        /// JSON (ours, FirstAgenda's, OS2web's), XML (SBSYS, eDoc, OS2web), DOCX, PDF, HTML,
        /// Markdown or text; recognised by content
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Read it as a referat: decisions, votes and attendance as printed
        #[arg(long)]
        referat: bool,
        /// Print a list to read instead of JSON
        #[arg(long)]
        text: bool,
    },
    /// Fetch an agenda from a FirstAgenda Publication portal
    Fetch(Fetch),
}

#[derive(Debug, clap::Args)]
struct Fetch {
    /// The portal's address, or a link to one of its meetings
    #[arg(value_name = "URL")]
    url: String,
    /// Only list the meetings that fit
    #[arg(long)]
    list: bool,
    /// Print the list as JSON
    #[arg(long, requires = "list")]
    json: bool,
    /// Part of the committee's name
    #[arg(long, value_name = "NAME")]
    committee: Option<String>,
    /// Day of the meeting, such as 2026-05-18
    #[arg(long, value_name = "DATE", value_parser = date_argument)]
    date: Option<String>,
    /// Which paper of the meeting
    #[arg(long, value_enum)]
    paper: Option<PaperName>,
    /// The meeting's id, from --list
    #[arg(long, value_name = "ID", conflicts_with_all = ["list", "committee", "date", "paper"])]
    id: Option<String>,
    /// Write our agenda JSON here instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Keep the portal's own file here
    #[arg(long, value_name = "FILE")]
    raw: Option<PathBuf>,
}

/// The papers of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PaperName {
    Dagsorden,
    #[value(name = "tillægsdagsorden", alias = "tillaegsdagsorden")]
    Tillaegsdagsorden,
    Referat,
}

impl From<PaperName> for Paper {
    fn from(name: PaperName) -> Self {
        match name {
            PaperName::Dagsorden => Self::Dagsorden,
            PaperName::Tillaegsdagsorden => Self::Tillaegsdagsorden,
            PaperName::Referat => Self::Referat,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    match &args.action {
        Action::Show { file, referat: true, text } => {
            let outcome = agenda::read_referat(file)?;
            printer.warnings(&outcome.warnings);
            match text {
                true => outline_of_referat(&outcome.value, printer),
                false => printer.data(json(&outcome.value)?),
            }
            Ok(Exit::of(&outcome.warnings))
        }
        Action::Show { file, referat: false, text } => {
            let outcome = agenda::read(file)?;
            printer.warnings(&outcome.warnings);
            match text {
                true => outline(&outcome.value, printer),
                false => printer.data(json(&outcome.value)?),
            }
            Ok(Exit::of(&outcome.warnings))
        }
        Action::Fetch(fetch) => self::fetch(fetch, printer),
    }
}

fn fetch(args: &Fetch, printer: &Printer) -> Result<Exit, Failure> {
    let mut portal = Portal::at(&args.url, Patience::default())?;
    let named = args.id.clone().or_else(|| portal.named().map(str::to_owned));
    let id = match named.filter(|_| !args.list) {
        Some(id) => id,
        None => {
            let wanted = Wanted {
                committee: args.committee.clone(),
                date: args.date.clone(),
                paper: args.paper.map(Paper::from),
            };
            let found = portal.meetings(&wanted)?;
            if args.list {
                match args.json {
                    true => printer.data(json(&found)?),
                    false => found.iter().for_each(|listed| printer.data(listed.line())),
                }
                return Ok(Exit::Done);
            }
            let chosen = agenda::choose(&found)?;
            if args.paper.is_none() && found.len() > 1 {
                let more: Vec<&str> = found
                    .iter()
                    .filter(|listed| listed.id != chosen.id)
                    .map(|listed| listed.name.as_str())
                    .collect();
                let message = format!(
                    "took the paper \"{}\"; the meeting also has: {} (see --list, --paper, --id)",
                    chosen.name,
                    more.join(", ")
                );
                printer.note(message);
            }
            chosen.id.clone()
        }
    };
    let bytes = portal.fetch(&id)?;
    if let Some(raw) = &args.raw {
        keep(raw, &bytes)?;
    }
    let outcome = agenda::parse(&bytes, &format!("meeting {id}"))?;
    printer.warnings(&outcome.warnings);
    let text = json(&outcome.value)?;
    match &args.out {
        Some(out) => {
            keep(out, format!("{text}\n").as_bytes())?;
            printer.note(format!("{}: {} items", out.display(), outcome.value.items.len()));
        }
        None => printer.data(text),
    }
    Ok(Exit::of(&outcome.warnings))
}

fn keep(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, bytes)?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(Fault::Bug, error.to_string()))
}

/// The agenda on a screen: head, then one line an item.
fn outline(agenda: &Agenda, printer: &Printer) {
    let head = [&agenda.committee, &agenda.date, &agenda.time, &agenda.place];
    let head: Vec<&str> = head.into_iter().flatten().map(String::as_str).collect();
    if !head.is_empty() {
        printer.data(head.join(" · "));
    }
    let absent = agenda.members.iter().filter(|member| member.absent).count();
    if !agenda.members.is_empty() {
        printer.data(format!("{} members, {absent} absent", agenda.members.len()));
    }
    for item in &agenda.items {
        let closed = if item.closed { " [lukket]" } else { "" };
        let case = item.case.as_deref().unwrap_or("-");
        printer.data(format!("{:>5}  {:<18}  {}{closed}", item.number, case, item.title));
        let fields: Vec<&str> = item.fields.keys().map(String::as_str).collect();
        if !fields.is_empty() || !item.attachments.is_empty() {
            let list = fields.join(", ");
            printer.data(format!("       {list}; {} bilag", item.attachments.len()));
        }
    }
}

/// The referat on a screen: what became of each item.
fn outline_of_referat(referat: &Referat, printer: &Printer) {
    outline_of_votes(referat, printer);
    for presence in &referat.attendance {
        printer.data(format!("{:?}: {}", presence.kind, presence.name));
    }
}

fn outline_of_votes(referat: &Referat, printer: &Printer) {
    for item in &referat.items {
        let outcome = item.outcome.map_or("-", |outcome| outcome.danish());
        printer.data(format!("{:>5}  {:<22}  {}", item.number, outcome, item.title));
        for vote in &item.votes {
            let count =
                |count: Option<u32>| count.map_or("?".to_owned(), |count| count.to_string());
            printer.data(format!(
                "       for {}, imod {}, undlod {}",
                count(vote.in_favour.count),
                count(vote.against.count),
                count(vote.abstain.count)
            ));
        }
    }
}

fn date_argument(text: &str) -> Result<String, String> {
    let date = text.parse::<jiff::civil::Date>();
    date.map(|date| date.to_string()).map_err(|_| "a day such as 2026-05-18 expected".to_owned())
}
