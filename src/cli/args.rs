//! The arguments of every subcommand. Flags shared by several stand in groups here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    Failure, agenda, align, approve, archive, diff, eval, export, minutes, models, purge_closed,
    run, search, serve, site, transcribe, worker,
};
use crate::align::Pins;
use crate::meeting::Fault;

/// From the recording of a Danish council meeting to transcript, minutes and captions.
#[derive(Debug, Parser)]
#[command(name = "referent", version, arg_required_else_help = true)]
pub(super) struct Referent {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags that every subcommand takes.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Print only data, errors, and warnings that need a person
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// From recording and agenda to the whole meeting's folder
    Run(run::Args),
    /// Recording to transcript
    Transcribe(transcribe::Args),
    /// Read an agenda in any supported format
    Agenda(agenda::Args),
    /// Find each agenda item in a transcript
    Align(align::Args),
    /// Draft the minutes of an aligned transcript
    Minutes(minutes::Args),
    /// Write one of a meeting folder's documents
    Export(export::Args),
    /// Take a meeting's minutes the next step towards approval, or show where they stand
    Approve(approve::Args),
    /// Compare the recording with the approved referat, both ways
    Diff(diff::Args),
    /// Destroy what a meeting's folder keeps of closed doors, the journal included
    PurgeClosed(purge_closed::Args),
    /// Put meetings' folders into the searchable archive
    Archive(archive::Args),
    /// Find what was said and decided in the archive
    Search(search::Args),
    /// Serve the archive's public pages, feeds and API
    Serve(serve::Args),
    /// Make a static site of the archive
    Site(site::Args),
    /// List, fetch, check and convert recognition models
    Models(models::Args),
    /// Measure quality against a known truth
    Eval(eval::Args),
    /// Recognise windows from stdin (used by `run` and `transcribe`)
    #[command(hide = true)]
    Worker(worker::Args),
}

/// Where the archive is.
#[derive(Debug, Clone, Args)]
pub(super) struct Data {
    /// Data folder of the archive [default: $XDG_DATA_HOME/referent or ~/.local/share/referent; on
    /// macOS ~/Library/Application Support/referent, on Windows %APPDATA%\\referent]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Data {
    /// The folder, which need not exist.
    ///
    /// # Errors
    /// Wrong usage when none is given and there is no home folder.
    pub(super) fn folder(&self) -> Result<PathBuf, Failure> {
        let of = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let home = || of("HOME");
        let platform = if cfg!(windows) {
            of("APPDATA")
        } else {
            of("XDG_DATA_HOME").filter(|folder| folder.is_absolute()).or_else(|| {
                let below = if cfg!(target_os = "macos") {
                    "Library/Application Support"
                } else {
                    ".local/share"
                };
                home().map(|home| home.join(below))
            })
        };
        let platform = platform.map(|folder| folder.join("referent"));
        self.data.clone().or(platform).ok_or_else(|| {
            Failure::new(
                Fault::Usage,
                "there is no home folder; say with --data where the archive is",
            )
        })
    }
}

/// Where the work goes.
#[derive(Debug, Clone, Args)]
pub(super) struct Work {
    /// The meeting's folder; the same command again goes on from what it holds
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Set aside what the folder holds on this or another recording, and begin again
    #[arg(long)]
    pub(super) start_over: bool,
    /// Print progress and result as lines of JSON on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// What a person has decided about the place of items.
#[derive(Debug, Clone, Args)]
pub(super) struct Pinned {
    /// Pin an item: 7=18:42:10 (time of day, or h:mm:ss into the recording), 7=3723.5 (seconds),
    /// 7=1:02:03-1:10:00 (with its end), 7=none (not treated), 7=auto (no longer pinned);
    /// doors=1:02:03-1:10:00 says when the doors were shut (doors=open: never);
    /// starts-at=17:00:00 says when the recording begins. May be given several times
    #[arg(long = "set", value_name = "ITEM=TIME")]
    set: Vec<String>,
    /// Pins from a file, one a line in the same form; --set prevails
    #[arg(long, value_name = "FILE")]
    pins: Option<PathBuf>,
}

impl Pinned {
    /// Largest pins file, bytes.
    const MOST: u64 = 1 << 20;

    /// All of them in order, each known to be one.
    pub(super) fn lines(&self) -> Result<Vec<String>, Failure> {
        let bad = |message: String| Failure::new(Fault::BadInput, message);
        let mut lines = Vec::new();
        if let Some(path) = &self.pins {
            if !path.exists() {
                return Err(bad(format!("there is no pins file {}", path.display())));
            }
            let unread = |error: std::io::Error| bad(error.to_string());
            let size = fs_err::metadata(path).map_err(unread)?.len();
            if size > Self::MOST {
                return Err(bad(format!("{} is too large for a pins file", path.display())));
            }
            let text = fs_err::read_to_string(path).map_err(unread)?;
            let pins =
                Pins::read(&text).map_err(|error| bad(format!("{}: {error}", path.display())))?;
            lines.extend(pins.to_string().lines().map(str::to_owned));
        }
        lines.extend(self.set.iter().cloned());
        let mut scratch = Pins::default();
        lines.iter().try_for_each(|line| scratch.set(line))?;
        Ok(lines)
    }
}

/// How to recognise speech.
#[derive(Debug, Clone, Args)]
pub(super) struct Recognition {
    /// Model name (see `referent models list`), path of a ggml file, or folder with a CTranslate2,
    /// safetensors or ONNX model, which is converted once
    #[arg(long, value_name = "NAME|PATH", default_value = "small")]
    pub(super) model: String,
    /// Recognition engine
    #[arg(long, value_enum, default_value_t = EngineName::Auto)]
    pub(super) engine: EngineName,
    /// Language spoken; recognition is locked to it
    #[arg(long, value_name = "CODE", default_value = "da")]
    pub(super) language: String,
    /// Recognition workers [default: as many as there are free cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) threads: Option<u16>,
    /// Where to compute
    #[arg(long, value_enum, default_value_t = Device::Auto)]
    pub(super) device: Device,
    /// Names of those who may speak: one a line, "Name (A), role", or JSON
    #[arg(long, value_name = "FILE")]
    pub(super) roster: Option<PathBuf>,
    /// Words that the recogniser should know, one a line
    #[arg(long, value_name = "FILE")]
    pub(super) glossary: Option<PathBuf>,
    /// Corrections of what was recognised, see the README: korrektur.toml
    #[arg(long, value_name = "FILE")]
    pub(super) corrections: Option<PathBuf>,
    /// Audio track to use, counted from 0 [default: the file's default track]
    #[arg(long, value_name = "N")]
    pub(super) track: Option<u32>,
}

/// Recognition engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    /// Batched on the processor, whisper-cpp on a GPU and for models that batched does not read there
    Auto,
    /// whisper.cpp, on the processor or a GPU
    WhisperCpp,
    /// Several windows together, 8-bit: the fast one
    #[value(alias = "ctranslate2")]
    Batched,
}

/// Places to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Device {
    /// A GPU, if this build supports one and it works, else the processor
    Auto,
    Cpu,
    Cuda,
    Vulkan,
    Metal,
}
