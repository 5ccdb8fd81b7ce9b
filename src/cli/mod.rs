//! The command line: arguments, printing, exit codes. One file a subcommand.

mod agenda;
mod align;
mod allocator;
mod approve;
mod archive;
mod args;
mod diff;
mod eval;
mod exit;
mod export;
mod job;
mod minutes;
mod models;
mod overview;
mod pace;
mod printer;
mod progress;
mod purge_closed;
mod run;
mod search;
mod serve;
mod site;
mod transcribe;
mod worker;

use std::process::ExitCode;

use clap::Parser;

pub use exit::{Exit, Failure};
pub use printer::Printer;

use crate::meeting::Fault;
use args::{Command, Referent};

/// Parses the arguments, runs the command and gives the exit code of the process.
pub fn main() -> ExitCode {
    allocator::keep_little();
    let arguments = Referent::parse();
    let printer = Printer::new(arguments.global.quiet);
    init_log();
    let work = || match &arguments.command {
        Command::Run(command) => run::run(command, &printer),
        Command::Transcribe(command) => transcribe::run(command, &printer),
        Command::Agenda(command) => agenda::run(command, &printer),
        Command::Align(command) => align::run(command, &printer),
        Command::Minutes(command) => minutes::run(command, &printer),
        Command::Export(command) => export::run(command, &printer),
        Command::Approve(command) => approve::run(command, &printer),
        Command::Diff(command) => diff::run(command, &printer),
        Command::PurgeClosed(command) => purge_closed::run(command, &printer),
        Command::Archive(command) => archive::run(command, &printer),
        Command::Search(command) => search::run(command, &printer),
        Command::Serve(command) => serve::run(command, &printer),
        Command::Site(command) => site::run(command, &printer),
        Command::Models(command) => models::run(command, &printer),
        Command::Eval(command) => eval::run(command, &printer),
        Command::Worker(command) => worker::run(command),
    };
    // A panic is a bug of ours, and has an exit code of its own.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "a bug of ours stopped the work; what was finished is in the folder, and the \
                       same command goes on from there";
        Err(Failure::new(Fault::Bug, message))
    });
    let lost = |error| {
        let message = format!("the output could not be written to standard output: {error}");
        Failure::new(Fault::Stopped, message)
    };
    match result.and_then(|exit| printer.lost().map_or(Ok(exit), |error| Err(lost(error)))) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer.error(&failure);
            ExitCode::from(failure.exit())
        }
    }
}

/// Logs go to stderr and hold no transcript text; `REFERENT_LOG=debug` shows more.
fn init_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("REFERENT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
