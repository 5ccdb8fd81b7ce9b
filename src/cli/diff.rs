//! `referent diff`: the recording against the referat, both ways.

use std::path::{Path, PathBuf};

use super::{Exit, Failure, Printer};
use crate::folder::Artefact;
use crate::meeting::{
    Agenda, Alignment, Difference, DifferenceKind, Found, Minutes, Transcript, clock,
};
use crate::{agenda, minutes};

/// Arguments of `referent diff`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "List what the approved referat holds that the recording does not show, and the \
    reverse: decisions, votes, attendance, and the figures and names of what was decided, each with the \
    place to listen to. Neither side is taken to be right: microphones miss much, and recognition \
    more. Exit code 1 when there is a difference."
)]
pub(super) struct Args {
    /// The meeting's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The referat, in any format that an agenda may have
    #[arg(value_name = "REFERAT")]
    referat: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let found = differences(&args.dir, &args.referat, printer)?;
    if args.json {
        printer.data(serde_json::json!({
            "schema": "referent/differences/1",
            "differences": found,
        }));
    } else {
        for difference in &found {
            printer.data(line(difference));
        }
        printer.note(match found.len() {
            0 => "no differences".to_owned(),
            1 => "1 difference".to_owned(),
            count => format!("{count} differences"),
        });
    }
    Ok(if found.is_empty() { Exit::Done } else { Exit::Attention })
}

fn differences(dir: &Path, referat: &Path, printer: &Printer) -> Result<Vec<Difference>, Failure> {
    let transcript: Transcript = Artefact::Transcript.need(dir)?;
    let minutes: Minutes = Artefact::Minutes.need(dir)?;
    let of_meeting: Agenda = Artefact::Agenda.need(dir)?;
    let alignment: Alignment = Artefact::Alignment.need(dir)?;
    let mut warnings = Vec::new();
    let referat = agenda::read_referat(referat)?.drain_into(&mut warnings);
    for warning in &warnings {
        printer.warning(warning);
    }
    if let (Some(one), Some(other)) = (&of_meeting.date, &referat.date)
        && one != other
    {
        printer.note(format_args!("note: the meeting is of {one}, the referat of {other}"));
    }
    Ok(minutes::differences(&minutes, &transcript, &of_meeting, &alignment, &referat))
}

/// `item 5  vote  differs  written: for 14; imod 5  heard: for 15; imod 4  0:41:10-0:41:22`
fn line(difference: &Difference) -> String {
    let item =
        difference.item.as_deref().map_or("meeting".to_owned(), |item| format!("item {item}"));
    let kind = match difference.kind {
        DifferenceKind::Item => "item",
        DifferenceKind::Decision => "decision",
        DifferenceKind::Vote => "vote",
        DifferenceKind::Attendance => "attendance",
        DifferenceKind::Figure => "figure",
        DifferenceKind::Name => "name",
    };
    let found = match difference.found {
        Found::WrittenOnly => "not heard",
        Found::HeardOnly => "not written",
        Found::Otherwise => "differs",
    };
    let mut line = format!("{item:<9} {kind:<10} {found:<11}");
    for (label, words) in [("written", &difference.written), ("heard", &difference.heard)] {
        if let Some(words) = words {
            line.push_str(&format!("  {label}: {words}"));
        }
    }
    if let Some(evidence) = &difference.evidence {
        line.push_str(&format!("  {}-{}", clock(evidence.start), clock(evidence.end)));
    }
    line
}
