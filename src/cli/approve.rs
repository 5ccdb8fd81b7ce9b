//! `referent approve`: takes the minutes from draft to approved.

use std::path::PathBuf;

use super::{Exit, Failure, Printer};
use crate::export::Template;
use crate::folder::{Artefact, MeetingFolder};
use crate::meeting::{ApprovalState, Fault, MeetingRecord, Minutes, Warning};
use crate::pipeline::{Step, approve, standing};

/// Longest name and note kept, characters.
const LONGEST: usize = 500;

/// Arguments of `referent approve`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Take a meeting's minutes the next step towards approval, or show where they \
    stand.\n\n\
    Which steps there are, and in which order, stands in the template (trin): a MED committee's go from \
    udkast over formand, næstformand and udsendt to godkendt, a council's and a committee's from udkast to \
    godkendt. Each step is kept in meeting.json with name, day and the SHA-256 of what was approved. When \
    the minutes change afterwards, the approval is void and the documents say UDKAST again.\n\n\
    Documents in the folder are written anew with the new state, unless somebody has worked on them."
)]
pub(super) struct Args {
    /// The meeting's folder
    dir: PathBuf,
    /// Who approves: formand or naestformand
    #[arg(long = "as", value_name = "ROLE", value_parser = role, requires = "name",
          conflicts_with = "state")]
    role: Option<ApprovalState>,
    /// What the minutes become: udsendt, godkendt, or udkast (takes the approval back)
    #[arg(long, value_name = "STATE", value_parser = state, requires = "name")]
    state: Option<ApprovalState>,
    /// Name of whoever takes the step
    #[arg(long, value_name = "NAME", value_parser = line)]
    name: Option<String>,
    /// Something to remember of it
    #[arg(long, value_name = "TEXT", value_parser = line, requires = "name")]
    note: Option<String>,
    /// The day of the step, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", requires = "name")]
    date: Option<jiff::civil::Date>,
    /// Print state and steps as JSON
    #[arg(long)]
    json: bool,
}

fn word(name: &str) -> Option<ApprovalState> {
    let name = name.to_lowercase().replace("naest", "næst");
    ApprovalState::ALL.into_iter().find(|state| state.danish() == name)
}

fn role(name: &str) -> Result<ApprovalState, String> {
    word(name)
        .filter(|state| matches!(state, ApprovalState::Formand | ApprovalState::Naestformand))
        .ok_or_else(|| "it must be formand or naestformand".to_owned())
}

fn state(name: &str) -> Result<ApprovalState, String> {
    word(name)
        .filter(|state| !matches!(state, ApprovalState::Formand | ApprovalState::Naestformand))
        .ok_or_else(|| {
            "it must be udsendt, godkendt or udkast; formand and naestformand are given with --as"
                .to_owned()
        })
}

/// One line of text that says something.
fn line(text: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("it must be a line of text".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("it must not be longer than {LONGEST} characters"));
    }
    Ok(text)
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let (Some(state), Some(name)) = (args.role.or(args.state), &args.name) else {
        if args.name.is_some() {
            let message = "say what is approved: --as formand, --as naestformand or --state STATE";
            return Err(Failure::new(Fault::Usage, message));
        }
        return show(args, printer);
    };
    let folder = MeetingFolder::open_existing(&args.dir)?;
    let date = args.date.unwrap_or_else(|| jiff::Zoned::now().date());
    let step = Step { state, name: name.clone(), date: date.to_string(), note: args.note.clone() };
    let outcome = approve(&folder, step)?;
    printer.warnings(&outcome.warnings);
    let approved = outcome.value;
    print(args, &approved.record, printer)?;
    if !approved.documents.is_empty() {
        printer.note(format_args!("written anew: {}", approved.documents.join(", ")));
    }
    Ok(Exit::of(&outcome.warnings))
}

/// Where the minutes stand, without changing anything.
fn show(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let mut record: MeetingRecord = Artefact::Meeting.need(&args.dir)?;
    let minutes: Minutes = Artefact::Minutes.need(&args.dir)?;
    let mut warnings: Vec<Warning> = standing(&args.dir, &mut record)?;
    printer.warnings(&warnings);
    print(args, &record, printer)?;
    if let Some(next) = Template::of_folder(&args.dir, &record)?.next(record.state) {
        let how = match next {
            ApprovalState::Formand => "--as formand".to_owned(),
            ApprovalState::Naestformand => "--as naestformand".to_owned(),
            other => format!("--state {}", other.danish()),
        };
        printer
            .note(format_args!("next: referent approve {} {how} --name NAME", args.dir.display()));
    }
    warnings.extend(minutes.warnings);
    let open = warnings.iter().filter(|w| Exit::of(std::slice::from_ref(w)) == Exit::Attention);
    let count = open.count();
    if count > 0 {
        printer.note(format_args!("{count} warnings in the minutes ask for a person"));
    }
    Ok(if count > 0 { Exit::Attention } else { Exit::Done })
}

fn print(args: &Args, record: &MeetingRecord, printer: &Printer) -> Result<(), Failure> {
    if args.json {
        printer.data(serde_json::json!({
            "schema": "referent/approval/1",
            "folder": args.dir,
            "state": record.state,
            "approvals": record.approvals,
        }));
        return Ok(());
    }
    printer.data(record.state.danish());
    for step in &record.approvals {
        let mut line = format!("  {} {}: {}", step.date, step.state.danish(), step.name);
        if let Some(note) = &step.note {
            line.push_str(&format!(" ({note})"));
        }
        if let Some(void) = &step.void {
            line.push_str(&format!(" [void: {void}]"));
        }
        printer.data(line);
    }
    Ok(())
}
