//! `referent eval wer`

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::reliability::{percent, print_reliability};
use crate::cli::args::{Recognition, Work};
use crate::cli::progress::Bar;
use crate::cli::{Exit, Failure, Printer, job};
use crate::eval::wer::{
    self, Comparison, Kept, Missed, Reliabilities, Score, Settings, Step, StepKind,
};
use crate::eval::{EvalError, SpokenText, read_text};
use crate::folder::{Artefact, MeetingFolder};
use crate::meeting::Fault;
use crate::pipeline;

/// Arguments of `referent eval wer`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What was said (text, or JSON with segments) and what was recognised (the same, or a
    /// recording, which is then transcribed); several pairs in a row
    #[arg(value_names = ["REF", "HYP"], required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    /// Names to count, one a line [default: capitalised words inside sentences]
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Compare without the Danish normaliser
    #[arg(long)]
    no_normalise: bool,
    /// List every edit
    #[arg(long)]
    listing: bool,
    /// Print how far the probabilities of words and segments can be believed
    #[arg(long)]
    reliability: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    recognition: Recognition,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    normalised: bool,
    pairs: Vec<Pair<'a>>,
    total: Score,
}

#[derive(Serialize)]
struct Pair<'a> {
    reference: &'a Path,
    hypothesis: &'a Path,
    /// Length of the recording that was transcribed for this.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(flatten)]
    comparison: Comparison,
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let (rows, rest) = args.files.as_chunks::<2>();
    if !rest.is_empty() {
        let message = "`eval wer` takes pairs: REF HYP [REF HYP ...]; the last file has no partner";
        return Err(Failure::new(Fault::Usage, message));
    }
    let names = match &args.names {
        Some(path) => read_text(path)?.text.lines().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let settings = Settings { plain: args.no_normalise, names, listing: args.listing };
    let mut pairs = Vec::new();
    for [reference, hypothesis] in rows {
        let said = read_text(reference)?;
        let (heard, seconds) = recognised(hypothesis, &args.recognition, printer)?;
        let comparison = wer::compare(&said, &heard, &settings);
        pairs.push(Pair { reference, hypothesis, seconds, comparison });
    }
    let total = pairs.iter().fold(Score::default(), |sum, pair| sum.plus(pair.comparison.score));
    let report =
        Report { schema: "referent/eval-wer/1", normalised: !args.no_normalise, pairs, total };
    if args.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
        printer.data(json);
    } else {
        print(&report, args.reliability, printer);
    }
    Ok(Exit::Done)
}

/// The text that was recognised; a recording is transcribed, closed doors included, in a folder
/// that is gone afterwards, and its length in seconds is given too.
fn recognised(
    path: &Path,
    recognition: &Recognition,
    printer: &Printer,
) -> Result<(SpokenText, Option<f64>), Failure> {
    match read_text(path) {
        Err(EvalError::NotText { .. } | EvalError::TooLarge { .. }) => {}
        text => return Ok((text?, None)),
    }
    let scratch = tempfile::tempdir().map_err(|error| {
        Failure::new(Fault::Stopped, format!("no temporary folder could be made: {error}"))
    })?;
    let work = Work { out: scratch.path().join("meeting"), start_over: false, json: false };
    let job = job::prepare(path, &work, recognition)?;
    let stop = job::stop_on_signals()?;
    let folder = MeetingFolder::open(&job.out)?;
    let mut bar = Bar::new(printer, false);
    let heard = pipeline::hear(&job, None, &folder, &mut bar, &stop);
    bar.finish();
    let outcome = heard?;
    printer.warnings(&outcome.warnings);
    let transcript = outcome.value.transcript;
    folder.write_json(Artefact::Transcript, &transcript)?;
    let text = read_text(&job.out.join(Artefact::Transcript.file_name()))?;
    Ok((text, transcript.duration))
}

fn print(report: &Report<'_>, reliability: bool, printer: &Printer) {
    for pair in &report.pairs {
        printer.data(format_args!("{}", pair.hypothesis.display()));
        if let Some(listing) = &pair.comparison.listing {
            print_listing(listing, printer);
        }
        print_score(&pair.comparison.score, printer);
        print_kept(pair.comparison.withheld, printer);
        if reliability {
            match &pair.comparison.reliability {
                Some(reliability) => print_reliabilities(reliability, printer),
                None => printer.note("this text has no word probabilities: no reliability table"),
            }
        }
    }
    if report.pairs.len() > 1 {
        printer.data(format_args!("total of {} pairs", report.pairs.len()));
        print_score(&report.total, printer);
    }
}

fn print_score(score: &Score, printer: &Printer) {
    let words = &score.words;
    printer.data(format_args!(
        "  words       {:>8}  of {} ({} substituted, {} deleted, {} inserted)",
        percent(words.rate),
        words.reference,
        words.substitutions,
        words.deletions,
        words.insertions,
    ));
    printer.data(format_args!(
        "  characters  {:>8}  of {}",
        percent(score.characters.rate),
        score.characters.reference
    ));
    for (label, missed) in
        [("numbers", score.numbers), ("names", score.names), ("negations", score.negations)]
    {
        print_missed(label, missed, printer);
    }
}

fn print_missed(label: &str, missed: Missed, printer: &Printer) {
    printer.data(format_args!(
        "  {label:<10}  {:>8}  of {} ({} wrong, {} invented)",
        percent(missed.rate),
        missed.reference,
        missed.wrong,
        missed.invented
    ));
}

fn print_kept(kept: Kept, printer: &Printer) {
    if kept.segments > 0 {
        printer.data(format_args!(
            "  withheld    {:>8}  words in {} segments, not compared ({} of them were said)",
            kept.words, kept.segments, kept.correct
        ));
    }
}

fn print_reliabilities(all: &Reliabilities, printer: &Printer) {
    print_reliability("words", &all.words, printer);
    print_reliability("numbers", &all.numbers, printer);
    print_reliability("names", &all.names, printer);
    print_reliability("negations", &all.negations, printer);
    print_reliability("segments", &all.segments, printer);
}

/// Runs of right words on one line; every edit on its own.
fn print_listing(listing: &[Step], printer: &Printer) {
    for run in listing.chunk_by(|a, b| a.edit == StepKind::Match && b.edit == StepKind::Match) {
        let words = |pick: fn(&Step) -> Option<&String>| {
            run.iter().filter_map(pick).map(String::as_str).collect::<Vec<_>>().join(" ")
        };
        let wanted = words(|step| step.reference.as_ref());
        let said = words(|step| step.hypothesis.as_ref());
        match run.first().map(|step| step.edit) {
            Some(StepKind::Substitution) => printer.data(format_args!("  S {wanted} → {said}")),
            Some(StepKind::Deletion) => printer.data(format_args!("  D {wanted}")),
            Some(StepKind::Insertion) => printer.data(format_args!("  I {said}")),
            Some(StepKind::Match) | None => printer.data(format_args!("    {wanted}")),
        }
    }
}
