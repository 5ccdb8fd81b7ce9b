//! `referent minutes`

use std::path::PathBuf;
use std::time::Duration;

use super::{Exit, Failure, Printer};
use crate::export::{PartKind, Template};
use crate::folder::read_json;
use crate::meeting::{Alignment, Fault, Minutes, Transcript};
use crate::minutes::LanguageModel;
use crate::{agenda, align, minutes};

/// Arguments of `referent minutes`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Transcript as JSON; words and duration may be missing
    #[arg(value_name = "TRANSCRIPT.json", required_unless_present = "json_schema")]
    transcript: Option<PathBuf>,
    /// Agenda in any supported format
    #[arg(long, value_name = "FILE", required_unless_present = "json_schema")]
    agenda: Option<PathBuf>,
    /// Alignment as `referent align` writes it [default: aligned here]
    #[arg(long, value_name = "FILE")]
    alignment: Option<PathBuf>,
    /// Whose minutes they are: byraad, udvalg, med or a file; med adds what the two sides stated
    /// [default: the one that fits the committee]
    #[arg(long, value_name = "NAME|FILE")]
    template: Option<String>,
    #[command(flatten)]
    condensing: Condensing,
    /// Print the JSON Schema of the minutes instead
    #[arg(long, exclusive = true)]
    json_schema: bool,
}

/// Whether and where a language model condenses the debates.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Condensing {
    /// Let a language model condense the debates: address of an OpenAI-compatible server on the
    /// premises (llama.cpp, Ollama, vLLM), such as http://127.0.0.1:8080. Every sentence is checked
    /// against what was said
    #[arg(long, value_name = "URL")]
    llm: Option<String>,
    /// Name of the model to ask for [default: the server's first]
    #[arg(long, value_name = "NAME", requires = "llm")]
    llm_model: Option<String>,
    /// Allow an address outside the local network. What was said then leaves the building: ask your
    /// data protection officer first
    #[arg(long, requires = "llm")]
    llm_remote_ok: bool,
    /// Longest time that the language model may take for one agenda item
    #[arg(long, value_name = "SECONDS", requires = "llm", default_value_t = 300,
          value_parser = clap::value_parser!(u64).range(1..=36_000))]
    llm_timeout: u64,
}

impl Condensing {
    /// The language model asked for.
    ///
    /// # Errors
    /// When its address makes no sense, or lies outside the house.
    pub(super) fn model(&self) -> Result<Option<LanguageModel>, Failure> {
        let Some(url) = &self.llm else { return Ok(None) };
        let patience = Duration::from_secs(self.llm_timeout);
        let model =
            LanguageModel::at(url, self.llm_model.as_deref(), self.llm_remote_ok, patience)?;
        Ok(Some(model))
    }
}

/// Runs the command: minutes JSON on stdout.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    let (Some(transcript), Some(agenda)) = (&args.transcript, &args.agenda) else {
        printer.document(Minutes::JSON_SCHEMA.as_bytes());
        return Ok(Exit::Done);
    };
    let model = args.condensing.model()?;
    let transcript: Transcript = read_json(transcript, Transcript::SCHEMA)?;
    let mut warnings = Vec::new();
    let agenda = agenda::read(agenda)?.drain_into(&mut warnings);
    let alignment = match &args.alignment {
        Some(path) => read_json(path, Alignment::SCHEMA)?,
        None => align::align(&transcript, &agenda).drain_into(&mut warnings),
    };
    let public = align::part_closed(&transcript, &alignment).public;
    let template = match &args.template {
        Some(name) => Template::load(name)?,
        None => Template::load(Template::fitting(agenda.committee.as_deref()))?,
    };
    let mut minutes = minutes::draft(&public, &agenda, &alignment).drain_into(&mut warnings);
    if template.has(PartKind::Sides) {
        minutes::add_sides(&public, &agenda, &alignment, &mut minutes);
    }
    if let Some(model) = &model {
        printer.note("condensing the debates with the language model");
        minutes = minutes::condense(minutes, &public, &agenda, &alignment, model)
            .drain_into(&mut warnings);
    }
    for warning in &warnings {
        printer.warning(warning);
    }
    let json = serde_json::to_string_pretty(&minutes)
        .map_err(|error| Failure::new(Fault::Bug, error.to_string()))?;
    printer.data(json);
    Ok(Exit::of(&warnings))
}
