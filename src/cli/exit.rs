//! Exit codes, and errors on their way to one.

use std::process::ExitCode;

use crate::meeting::{Fault, Faulty, Severity, Warning};

/// How a command ended. The numbers are a contract with scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Done,
    /// 1: done, with warnings that need a person.
    Attention,
}

impl Exit {
    /// `Attention` when any warning needs a person.
    pub fn of(warnings: &[Warning]) -> Self {
        if warnings.iter().any(|warning| warning.severity == Severity::Attention) {
            Self::Attention
        } else {
            Self::Done
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Attention => Self::from(1),
        }
    }
}

/// An error that ends the command.
#[derive(Debug)]
pub struct Failure {
    error: anyhow::Error,
    fault: Fault,
}

impl Failure {
    /// A failure for which no phase has an error type of its own.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { error: anyhow::Error::msg(message.into()), fault }
    }

    /// 2 wrong usage, 3 bad input, 4 missing model or tool, 5 stopped, 70 a bug of ours.
    pub fn exit(&self) -> u8 {
        match self.fault {
            Fault::Usage => 2,
            Fault::BadInput => 3,
            Fault::Missing => 4,
            Fault::Stopped => 5,
            Fault::Bug => 70,
        }
    }

    /// The error with its causes, outermost first.
    pub fn chain(&self) -> impl Iterator<Item = String> {
        self.error.chain().map(ToString::to_string)
    }

    /// Whose move it is.
    pub fn fault(&self) -> Fault {
        self.fault
    }
}

impl<E: Faulty> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { fault: error.fault(), error: anyhow::Error::new(error) }
    }
}
