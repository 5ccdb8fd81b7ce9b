//! `referent models`

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Exit, Failure, Printer};
use crate::meeting::Fault;
use crate::models::{
    self, Condition, Kind, Model, ModelsError, PullEvent, PullOptions, Purpose, Store, WeightType,
    WordErrorRate,
};

/// Arguments of `referent models`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the known models, what they are good for, and which are here
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Fetch models (and, with them, the voice activity model)
    Pull {
        /// Names from `referent models list`
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Fetch again what is here
        #[arg(long)]
        force: bool,
        /// Accept a file that the manifest does not pin, if it has this hash
        #[arg(long, value_name = "HEX", value_parser = sha256_argument)]
        sha256: Option<String>,
    },
    /// Hash model files anew and compare
    Verify {
        /// Names from `referent models list` [default: all that are here]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Turn CTranslate2, safetensors or ONNX Whisper weights into a ggml file
    Convert {
        /// Folder with the weights, or a .safetensors or CTranslate2 .bin file
        #[arg(value_name = "SRC")]
        source: PathBuf,
        /// ggml file to write
        #[arg(value_name = "DST")]
        destination: PathBuf,
        /// How to store the large matrices
        #[arg(long = "type", value_enum, default_value_t = WeightType::Q8_0)]
        weight_type: WeightType,
        /// Vocabulary file [default: one that lies beside the weights]
        #[arg(long, value_name = "FILE")]
        vocab: Option<PathBuf>,
    },
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        Command::List { json } => list(*json, printer),
        Command::Pull { names, force, sha256 } => {
            if sha256.is_some() && names.len() > 1 {
                return Err(Failure::new(Fault::Usage, "--sha256 goes with one model"));
            }
            pull(names, &PullOptions { force: *force, sha256: sha256.clone() }, printer)
        }
        Command::Verify { names } => verify(names, printer),
        Command::Convert { source, destination, weight_type, vocab } => {
            let mut meter = Meter::new(printer);
            let outcome = models::convert(
                source,
                destination,
                *weight_type,
                vocab.as_deref(),
                &mut |done, total| meter.tensors("converting", done, total),
            )?;
            meter.end();
            for warning in &outcome.warnings {
                printer.warning(warning);
            }
            let made = &outcome.value;
            printer.note(format!(
                "{}: {} tensors, {} bytes",
                destination.display(),
                made.tensors,
                made.bytes
            ));
            printer.data(&made.sha256);
            Ok(Exit::of(&outcome.warnings))
        }
    }
}

/// One model in `list --json`.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    kind: Kind,
    purpose: Purpose,
    format: &'a str,
    licence: &'a str,
    size: Option<u64>,
    danish_wer: &'a Option<WordErrorRate>,
    page: &'a str,
    note: &'a Option<String>,
    /// Whether `pull` can fetch it.
    pullable: bool,
    path: PathBuf,
    present: bool,
}

fn list(json: bool, printer: &Printer) -> Result<Exit, Failure> {
    let store = Store::default_location()?;
    let rows: Vec<Row<'_>> = store.manifest().models().iter().map(|m| row(&store, m)).collect();
    if json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|e| Failure::new(Fault::Bug, e.to_string()))?;
        printer.data(text);
        return Ok(Exit::Done);
    }
    let head = ["NAME", "FOR", "SIZE", "LICENCE", "DANISH WER", "HERE"].map(String::from);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(|row| {
        [
            row.name.to_owned(),
            row.purpose.to_string(),
            row.size.map_or("-".into(), megabytes),
            row.licence.to_owned(),
            row.danish_wer.as_ref().map_or("-".into(), rates),
            match (row.present, row.pullable, row.kind) {
                (true, ..) => "yes",
                (false, _, Kind::Other) => "cannot run here",
                (false, true, _) => "no",
                (false, false, _) => "no; convert it",
            }
            .to_owned(),
        ]
    }));
    for line in table(&lines) {
        printer.data(line);
    }
    printer.data("");
    printer.data("`trying out` models make too many errors in Danish to work from; do not publish");
    printer
        .data("what they write. DANISH WER: published word error rates in per cent (mean of five");
    printer.data("test sets / conversation / read aloud); lower is better.");
    printer.data("");
    for row in &rows {
        if let Some(note) = row.note {
            printer.data(format!("{}: {note} {}", row.name, row.page));
        }
    }
    Ok(Exit::Done)
}

fn row<'a>(store: &Store, model: &'a Model) -> Row<'a> {
    let path = store.path_of(model);
    Row {
        name: &model.name,
        title: &model.title,
        kind: model.kind,
        purpose: model.purpose,
        format: &model.format,
        licence: &model.licence,
        size: model.size,
        danish_wer: &model.danish_wer,
        page: &model.page,
        note: &model.note,
        pullable: !model.sources.is_empty(),
        present: path.is_file(),
        path,
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn rates(wer: &WordErrorRate) -> String {
    let rate = |rate: Option<f64>| rate.map_or("-".into(), |rate| format!("{rate:.1}"));
    format!("{} / {} / {}", rate(wer.mean), rate(wer.conversation), rate(wer.read))
}

/// Columns as wide as their widest cell.
fn table<const N: usize>(lines: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let join = |line: &[String; N]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(join).collect()
}

fn pull(names: &[String], options: &PullOptions, printer: &Printer) -> Result<Exit, Failure> {
    let store = Store::default_location()?;
    let mut meter = Meter::new(printer);
    for name in names {
        let file = store.pull_with(name, options, &mut |event| meter.event(&event))?;
        meter.end();
        printer.data(file.path.display());
    }
    Ok(Exit::Done)
}

fn verify(names: &[String], printer: &Printer) -> Result<Exit, Failure> {
    let store = Store::default_location()?;
    let here = |model: &&Model| store.path_of(model).is_file();
    let names: Vec<String> = if names.is_empty() {
        store.manifest().models().iter().filter(here).map(|model| model.name.clone()).collect()
    } else {
        names.to_vec()
    };
    let mut first_damage = None;
    for name in &names {
        let (file, condition) = store.verify(name)?;
        let verdict = match condition {
            Condition::Pinned => "ok",
            Condition::Unchanged => "unchanged since it came (the manifest pins no hash)",
            Condition::Damaged => "DAMAGED",
        };
        printer.data(format!("{name}  {}  {verdict}", file.sha256));
        if condition == Condition::Damaged && first_damage.is_none() {
            first_damage = Some(ModelsError::Damaged {
                name: name.clone(),
                path: file.path,
                found: file.sha256,
            });
        }
    }
    if names.is_empty() {
        printer.note("no models here yet; `referent models pull small` fetches one");
    }
    first_damage.map_or(Ok(Exit::Done), |error| Err(error.into()))
}

fn sha256_argument(text: &str) -> Result<String, String> {
    let hash = text.to_ascii_lowercase();
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash { Ok(hash) } else { Err("64 hexadecimal digits expected".to_owned()) }
}

/// The progress bar, or nothing where none can be drawn.
struct Meter<'a> {
    printer: &'a Printer,
    bar: Option<(String, ProgressBar)>,
}

impl<'a> Meter<'a> {
    fn new(printer: &'a Printer) -> Self {
        Self { printer, bar: None }
    }

    fn event(&mut self, event: &PullEvent) {
        match event {
            PullEvent::Present { name } => self.say(&format!("{name} is here already")),
            PullEvent::Waiting => self.say("waiting for another `models pull` to finish"),
            PullEvent::Bytes { name, url, done, total } => {
                let file = url.rsplit('/').next().unwrap_or(url);
                self.bytes(&format!("{name}: {file}"), *done, *total);
            }
            PullEvent::Retry { why, .. } => self.say(&format!("trying again: {why}")),
            PullEvent::SourceFailed { name, why } => self.say(&format!("{name}: {why}")),
            PullEvent::Converting { name, done, total } => {
                self.tensors(&format!("{name}: converting"), *done, *total);
            }
            PullEvent::Finished { name, source, .. } => {
                self.say(&format!("{name} is here, verified (from {source})"));
            }
        }
    }

    fn bytes(&mut self, label: &str, done: u64, total: Option<u64>) {
        let style = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        self.draw(label, style, done, total.unwrap_or(done));
    }

    fn tensors(&mut self, label: &str, done: usize, total: usize) {
        self.draw(label, "{msg} {wide_bar} {pos}/{len}", done as u64, total as u64);
    }

    fn draw(&mut self, label: &str, style: &str, done: u64, total: u64) {
        if self.bar.as_ref().is_none_or(|(current, _)| current != label) {
            self.end();
            if !self.printer.is_interactive() {
                self.printer.note(label);
                self.bar = Some((label.to_owned(), ProgressBar::hidden()));
            } else {
                let style = ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                let bar = ProgressBar::new(total).with_style(style);
                bar.set_message(label.to_owned());
                self.bar = Some((label.to_owned(), bar));
            }
        }
        if let Some((_, bar)) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    fn say(&mut self, line: &str) {
        self.end();
        self.printer.note(line);
    }

    fn end(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
