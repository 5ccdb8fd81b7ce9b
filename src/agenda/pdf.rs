//! PDF → text in the page's own layout, which the plain reader then takes.
//!
//! hayro reads the file (pure Rust, no unsafe of ours). A PDF is a program: the reader runs in a
//! thread of its own with a deadline and a bound on what it draws, so that a file that makes it
//! panic or spin costs an error and no more. Where it finds no text, `pdftotext -layout` is tried
//! if it is installed.

mod layout;
mod pdftotext;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{AgendaError, plain};
use crate::meeting::{Agenda, Outcome, Stage, Warning};

/// Longest time for one file. A 1,000-page agenda takes some seconds.
const LONGEST: Duration = Duration::from_secs(60);

/// Reads a PDF file.
pub(super) fn parse(bytes: &[u8], name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let own = text(bytes);
    let first = match &own {
        Ok(text) if text.chars().filter(|c| c.is_alphabetic()).count() > 20 => {
            match plain::parse(text, name) {
                Ok(agenda) => return Ok(agenda),
                Err(error) => error,
            }
        }
        Ok(_) => AgendaError::NoText { name: name.to_owned() },
        Err(reason) => AgendaError::Pdf { name: name.to_owned(), reason: reason.clone() },
    };
    let Some(text) = pdftotext::text(bytes).filter(|text| !text.trim().is_empty()) else {
        return Err(first);
    };
    let mut agenda = plain::parse(&text, name)?;
    agenda.warnings.push(Warning::notice(
        Stage::Agenda,
        "pdf-read-by-pdftotext",
        "Our own reader found no agenda in this PDF; pdftotext did. Check the items.",
    ));
    Ok(agenda)
}

/// The text of all pages, form feeds between them; or why there is none.
fn text(bytes: &[u8]) -> Result<String, String> {
    let (sender, receiver) = channel();
    let bytes = bytes.to_vec();
    let work = move || {
        let read = std::panic::AssertUnwindSafe(|| layout::text(bytes));
        let result = std::panic::catch_unwind(read)
            .unwrap_or_else(|_| Err("its reader stumbled over it".to_owned()));
        // Nobody waits any more when the deadline has passed.
        let _ = sender.send(result);
    };
    let thread = std::thread::Builder::new().name("pdf".to_owned()).stack_size(16 << 20);
    thread.spawn(work).map_err(|error| error.to_string())?;
    match receiver.recv_timeout(LONGEST) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err("reading it took more than a minute".to_owned()),
        Err(RecvTimeoutError::Disconnected) => Err("its reader stumbled over it".to_owned()),
    }
}
