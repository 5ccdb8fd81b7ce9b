//! `referent models`

use std::path::PathBuf;

use super::{Exit, Failure, Printer};
use crate::models::{self, WeightType};

/// Arguments of `referent models`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Turn CTranslate2, safetensors or ONNX weights into a ggml file
    Convert {
        source: PathBuf,
        destination: PathBuf,
        #[arg(long = "type", value_enum, default_value_t = WeightType::Q8_0)]
        weight_type: WeightType,
        #[arg(long)]
        vocab: Option<PathBuf>,
    },
}

/// Runs the command.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, Failure> {
    match &args.command {
        Command::Convert { source, destination, weight_type, vocab } => {
            let outcome = models::convert(
                source,
                destination,
                *weight_type,
                vocab.as_deref(),
                &mut |_, _| {},
            )?;
            for warning in &outcome.warnings {
                printer.warning(warning);
            }
            printer.data(format!("{:?}", outcome.value));
            Ok(Exit::of(&outcome.warnings))
        }
    }
}
