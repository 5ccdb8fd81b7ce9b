//! All printing. Data goes to stdout; everything about the work goes to stderr.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::cell::RefCell;
use std::io::{IsTerminal, Write};

use owo_colors::OwoColorize;

use super::Failure;
use crate::meeting::{Severity, Warning, clock};

/// Prints for people and scripts. Colour only on a terminal, and never with `NO_COLOR`.
pub struct Printer {
    quiet: bool,
    terminal: bool,
    /// Why data is missing from stdout, if any is.
    lost: RefCell<Option<std::io::Error>>,
}

impl Printer {
    /// `quiet` leaves only data, warnings that need a person, and errors.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal(), lost: RefCell::new(None) }
    }

    /// Whether a progress bar can be drawn.
    pub fn is_interactive(&self) -> bool {
        self.terminal && !self.quiet
    }

    /// Whether only the necessary is printed.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A line of data on stdout. A closed pipe ends the printing, not the program.
    pub fn data(&self, line: impl std::fmt::Display) {
        let written = writeln!(anstream::stdout(), "{line}");
        self.keep(written);
    }

    /// A whole document on stdout.
    pub fn document(&self, bytes: &[u8]) {
        let mut stdout = std::io::stdout().lock();
        self.keep(stdout.write_all(bytes).and_then(|()| stdout.flush()));
    }

    /// Why data could not be written to stdout (a full disk, say), if so. A closed pipe is no reason:
    /// whoever read from it had enough.
    pub fn lost(&self) -> Option<std::io::Error> {
        self.keep(std::io::stdout().flush());
        self.lost.take()
    }

    fn keep(&self, written: std::io::Result<()>) {
        if let Err(error) = written
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.lost.replace(Some(error));
        }
    }

    /// A remark on the work, on stderr.
    pub fn note(&self, line: impl std::fmt::Display) {
        if !self.quiet {
            anstream::eprintln!("{line}");
        }
    }

    /// A warning with its place; notices are left out when quiet.
    pub fn warning(&self, warning: &Warning) {
        if self.quiet && warning.severity == Severity::Notice {
            return;
        }
        let label = match warning.severity {
            Severity::Notice => "note".cyan().to_string(),
            Severity::Attention => "warning".yellow().bold().to_string(),
        };
        let mut place = String::new();
        if let Some(item) = &warning.item {
            place.push_str(&format!("item {item}: "));
        }
        if let Some(span) = &warning.span {
            place.push_str(&format!("{}-{}: ", clock(span.start), clock(span.end)));
        }
        anstream::eprintln!("{label}: {place}{}", warning.message);
    }

    /// Every warning in turn.
    pub fn warnings(&self, warnings: &[Warning]) {
        for warning in warnings {
            self.warning(warning);
        }
    }

    /// An error with its causes.
    pub fn error(&self, failure: &Failure) {
        let mut chain = failure.chain();
        let first = chain.next().unwrap_or_default();
        anstream::eprintln!("{}: {first}", "error".red().bold());
        let mut last = first;
        for cause in chain {
            // thiserror messages often end in their source's words; say them once.
            if !last.contains(&cause) {
                anstream::eprintln!("  caused by: {cause}");
            }
            last = cause;
        }
    }
}
