//! `referent eval grounding`

use std::path::PathBuf;

use super::condensed::{self, Meeting};
use crate::cli::minutes::Condensing;
use crate::cli::{Exit, Failure, Printer};
use crate::danish::parties::Register;
use crate::eval::grounding::{
    Claim, GroundingRow, Subject, Unsupported, claims, measure, sittings,
};
use crate::eval::minutes::Known;
use crate::meeting::{Agenda, Fault, Minutes, Transcript};
use crate::minutes::LanguageModel;
use crate::minutes::grounding::{Cited, Grounds, check};
use crate::{agenda, align, minutes};

/// Arguments of `referent eval grounding`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Measure the check that every sentence of a language model must pass. Sentences are \
    taken from meetings, some of them rephrased, some made wrong in one place; the check should keep \
    the first and drop the last. What it keeps is looked at again by other means (alarms). With \
    --llm a model condenses the first items of each meeting instead, and what is kept of its sentences \
    is looked at in the same way."
)]
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
    #[arg(long, value_name = "N", default_value_t = 60, conflicts_with = "llm")]
    count: usize,
    /// Another seed takes other sentences
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "llm")]
    seed: u64,
    /// With --llm: items of a meeting that the model condenses, the first that have a debate
    #[arg(long, value_name = "N", requires = "llm")]
    items: Option<usize>,
    #[command(flatten)]
    condensing: Condensing,
    /// List the sentences on which the check erred, and those that the second look finds doubtful
    #[arg(long)]
    list: bool,
    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

/// The meetings, each under its name.
struct Drafts {
    names: Vec<String>,
    subjects: Vec<Subject>,
    drafts: Vec<(Agenda, Minutes)>,
}

/// Drafts the meetings' minutes, takes sentences or lets a model write them, and prints the table.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let model = args.condensing.model()?;
    let drafts = drafts(args)?;
    match &model {
        Some(model) => told(args, &drafts, model, printer),
        None => planted(args, &drafts, printer),
    }
}

fn drafts(args: &Args) -> Result<Drafts, Failure> {
    let mut meetings: Vec<(String, Transcript, Agenda)> = Vec::new();
    if let (Some(truth), Some(file)) = (&args.truth, &args.agenda) {
        let transcript = Known::read(truth)?.transcript;
        meetings.push(("truth".to_owned(), transcript, agenda::read(file)?.value));
    }
    meetings.extend(sittings(&args.dir, args.sittings)?);
    let mut found = Drafts { names: Vec::new(), subjects: Vec::new(), drafts: Vec::new() };
    for (name, transcript, agenda) in meetings {
        let alignment = align::align(&transcript, &agenda).value;
        let transcript = align::part_closed(&transcript, &alignment).public;
        let draft = minutes::draft(&transcript, &agenda, &alignment).value;
        found.names.push(name);
        found.subjects.push(Subject { transcript, alignment });
        found.drafts.push((agenda, draft));
    }
    Ok(found)
}

fn planted(args: &Args, drafts: &Drafts, printer: &Printer) -> Result<Exit, Failure> {
    let register = Register::national();
    let judge = |claim: &Claim| -> Vec<String> {
        let Some((agenda, draft)) = drafts.drafts.get(claim.meeting) else { return Vec::new() };
        let grounds = Grounds {
            cited: claim.cited.iter().map(|text| Cited { text, speaker: None }).collect(),
            title: &claim.title,
            item: draft.items.iter().find(|item| item.number == claim.item),
            members: &agenda.members,
            register: &register,
        };
        let doubts = check(&claim.text, &grounds);
        doubts.iter().map(|doubt| format!("{}: {}", doubt.kind.name(), doubt.value)).collect()
    };
    let rows = measure(&claims(&drafts.subjects, args.count, args.seed), &judge);
    if args.json {
        return json(&rows, printer);
    }
    let line = |name: &str, claims: usize, kept: usize, right: f64, seen: usize, alarms: usize| {
        let dropped = claims - kept;
        let seen = seen as f64 / claims.max(1) as f64;
        printer.data(format!(
            "{name:<18} {claims:>6} {kept:>5} {dropped:>8} {right:>6.3} {seen:>8.3} {alarms:>7}"
        ));
    };
    printer.data(format!(
        "{:<18} {:>6} {:>5} {:>8} {:>6} {:>8} {:>7}",
        "", "claims", "kept", "dropped", "right", "2nd look", "alarms"
    ));
    let (mut all, mut kept, mut seen, mut alarms) = (0, 0, 0, 0);
    for row in &rows {
        line(&row.kind, row.claims, row.kept, row.right, row.suspected, row.alarms.len());
        if row.kind != "true" {
            all += row.claims;
            kept += row.kept;
            seen += row.suspected;
            alarms += row.alarms.len();
        }
    }
    line("all planted", all, kept, (all - kept) as f64 / all.max(1) as f64, seen, alarms);
    if args.list {
        rows.iter().for_each(|row| list(row, printer));
    }
    Ok(Exit::Done)
}

/// The sentences of a kind on which the check erred or the second look has something to say.
fn list(row: &GroundingRow, printer: &Printer) {
    for wrong in &row.wrong {
        printer.data(format!(
            "\n{}\n  told: {}\n  said: {}\n  because: {}",
            row.kind,
            wrong.text,
            wrong.said,
            wrong.reasons.join("; ")
        ));
    }
    for alarm in &row.alarms {
        doubtful(&row.kind, &alarm.text, &alarm.cited, &alarm.unsupported, printer);
    }
}

fn doubtful(of: &str, text: &str, cited: &[String], found: &[Unsupported], printer: &Printer) {
    let found: Vec<String> =
        found.iter().map(|one| format!("{} {}", one.kind, one.value)).collect();
    printer.data(format!(
        "\nalarm, {of}: {}\n  told: {text}\n  cited: {}",
        found.join(", "),
        cited.join(" | ")
    ));
}

fn told(
    args: &Args,
    drafts: &Drafts,
    model: &LanguageModel,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    if !args.json {
        printer.data(format!(
            "{:<12} {:>5} {:>6} {:>5} {:>5} {:>6} {:>7}  dropped for",
            "", "items", "failed", "told", "kept", "share", "alarms"
        ));
    }
    for ((name, subject), (agenda, draft)) in
        drafts.names.iter().zip(&drafts.subjects).zip(&drafts.drafts)
    {
        let Subject { transcript, alignment } = subject;
        let meeting = Meeting { transcript, agenda, alignment, draft };
        let row = condensed::row(&meeting, model, args.items.unwrap_or(usize::MAX));
        let failures = row.warnings.iter().filter(|warning| warning.code != "llm-dropped");
        failures.for_each(|warning| printer.warning(warning));
        let alarms = row.sentences.iter().filter(|one| !one.unsupported.is_empty());
        if !args.json {
            let reasons: Vec<String> =
                row.dropped.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            printer.data(format!(
                "{name:<12} {:>5} {:>6} {:>5} {:>5} {:>6.3} {:>7}  {}",
                row.items,
                row.failed,
                row.told,
                row.kept,
                row.kept as f64 / row.told.max(1) as f64,
                alarms.clone().count(),
                reasons.join(", ")
            ));
            if args.list {
                for one in &row.sentences {
                    printer.data(format!("  item {}: {}", one.item, one.text));
                }
                alarms.for_each(|one| {
                    doubtful(&one.item, &one.text, &one.cited, &one.unsupported, printer);
                });
            }
        }
        rows.push(serde_json::json!({ "meeting": name, "result": row }));
    }
    if args.json {
        return json(&rows, printer);
    }
    Ok(Exit::Done)
}

fn json<T: serde::Serialize>(rows: &T, printer: &Printer) -> Result<Exit, Failure> {
    let json = serde_json::to_string_pretty(rows)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::Done)
}
