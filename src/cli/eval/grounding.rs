//! `referent eval grounding`

use std::path::PathBuf;

use crate::cli::{Exit, Failure, Printer};
use crate::danish::parties::Register;
use crate::eval::grounding::{Claim, Subject, claims, measure, sittings};
use crate::eval::minutes::Known;
use crate::meeting::{Agenda, Fault, Minutes, Transcript};
use crate::minutes::grounding::{Cited, Grounds, check};
use crate::{agenda, align, minutes};

/// Arguments of `referent eval grounding`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of sittings (*.json) to take sentences from
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How many of the sittings to read
    #[arg(long, value_name = "N", default_value_t = 5)]
    sittings: usize,
    /// A meeting of which all is known (truth.json), besides the sittings
    #[arg(long, value_name = "TRUTH.json", requires = "agenda")]
    truth: Option<PathBuf>,
    /// Its agenda in any supported format
    #[arg(long, value_name = "FILE", requires = "truth")]
    agenda: Option<PathBuf>,
    /// Wrong sentences of each kind; of true ones, twice as many
    #[arg(long, value_name = "N", default_value_t = 60)]
    count: usize,
    /// Another seed takes other sentences
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// List the sentences on which the check erred
    #[arg(long)]
    list: bool,
    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

/// Drafts the meetings' minutes, takes sentences, checks them and prints the table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let mut meetings: Vec<(Transcript, Agenda)> = sittings(&args.dir, args.sittings)?;
    if let (Some(truth), Some(file)) = (&args.truth, &args.agenda) {
        meetings.push((Known::read(truth)?.transcript, agenda::read(file)?.value));
    }
    let mut subjects = Vec::new();
    let mut drafts: Vec<(Agenda, Minutes)> = Vec::new();
    for (transcript, agenda) in meetings {
        let alignment = align::align(&transcript, &agenda).value;
        let transcript = align::part_closed(&transcript, &alignment).public;
        let draft = minutes::draft(&transcript, &agenda, &alignment).value;
        subjects.push(Subject { transcript, alignment });
        drafts.push((agenda, draft));
    }
    let register = Register::national();
    let judge = |claim: &Claim| -> Vec<String> {
        let Some((agenda, draft)) = drafts.get(claim.meeting) else { return Vec::new() };
        let grounds = Grounds {
            cited: claim.cited.iter().map(|text| Cited { text, speaker: None }).collect(),
            title: agenda.item(&claim.item).map_or("", |item| item.title.as_str()),
            item: draft.items.iter().find(|item| item.number == claim.item),
            members: &agenda.members,
            register: &register,
        };
        let doubts = check(&claim.text, &grounds);
        doubts.iter().map(|doubt| format!("{}: {}", doubt.kind.name(), doubt.value)).collect()
    };
    let rows = measure(&claims(&subjects, args.count, args.seed), &judge);
    if args.json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
        return Ok(Exit::Done);
    }
    printer
        .data(format!("{:<18} {:>6} {:>5} {:>8} {:>6}", "", "claims", "kept", "dropped", "right"));
    let (mut planted, mut caught) = (0, 0);
    for row in &rows {
        let dropped = row.claims - row.kept;
        printer.data(format!(
            "{:<18} {:>6} {:>5} {dropped:>8} {:>6.3}",
            row.kind, row.claims, row.kept, row.right
        ));
        if row.kind != "true" {
            planted += row.claims;
            caught += dropped;
        }
    }
    printer.data(format!(
        "{:<18} {planted:>6} {:>5} {caught:>8} {:>6.3}",
        "all planted",
        planted - caught,
        caught as f64 / planted.max(1) as f64
    ));
    for row in rows.iter().filter(|_| args.list) {
        for wrong in &row.wrong {
            printer.data(format!(
                "\n{}\n  told: {}\n  said: {}\n  because: {}",
                row.kind,
                wrong.text,
                wrong.said,
                wrong.reasons.join("; ")
            ));
        }
    }
    Ok(Exit::Done)
}
