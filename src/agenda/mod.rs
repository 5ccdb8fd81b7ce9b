//! Foreign files in, [`Agenda`] out; one file a format. The format is recognised from the
//! content, never from the file's name. Every reader is bounded in bytes, items and text.

mod error;
mod field;
mod firstagenda;
mod markup;
mod own;
mod plain;
mod preface;
mod roster;

use std::io::Read;
use std::path::Path;

use fs_err as fs;

use crate::meeting::{Agenda, Outcome, Stage, Warning};

pub use error::AgendaError;
pub use roster::roster;

/// Largest file read, bytes. The richest agendas seen hold some megabytes of HTML.
pub const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// Most items taken from one agenda. The longest council agendas seen have under a hundred.
pub const MAX_ITEMS: usize = 2_000;

/// Reads the agenda at `path` in whichever supported format it is.
///
/// # Errors
/// When the file cannot be read, is too large, or holds no agenda.
pub fn read(path: &Path) -> Result<Outcome<Agenda>, AgendaError> {
    let name = path.display().to_string();
    parse(&load(path, &name)?, &name)
}

/// Reads an agenda from memory; `name` stands in messages only.
///
/// # Errors
/// When the content is too large or holds no agenda.
pub fn parse(bytes: &[u8], name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(AgendaError::TooLarge { name: name.to_owned() });
    }
    let (text, mut warnings) = decode(bytes, name)?;
    let found =
        if looks_like_json(&text) { parse_json(&text, name)? } else { plain::parse(&text, name)? };
    let agenda = found.drain_into(&mut warnings);
    if agenda.items.len() > MAX_ITEMS {
        return Err(AgendaError::TooManyItems { name: name.to_owned(), count: agenda.items.len() });
    }
    warn_of_doubles(&agenda, &mut warnings);
    Ok(Outcome::new(agenda, warnings))
}

fn parse_json(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let value = serde_json::from_str(text)
        .map_err(|source| AgendaError::Json { name: name.to_owned(), source })?;
    if firstagenda::recognises(&value) {
        firstagenda::parse(value, name)
    } else {
        own::parse(value, name)
    }
}

/// The file's bytes, or an error once it turns out larger than [`MAX_BYTES`].
fn load(path: &Path, name: &str) -> Result<Vec<u8>, AgendaError> {
    let failed = |source| AgendaError::Read { source };
    let file = fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(AgendaError::TooLarge { name: name.to_owned() });
    }
    Ok(bytes)
}

/// Text in UTF-8, UTF-16 with a byte order mark, or Windows-1252 (old Danish exports).
fn decode(bytes: &[u8], name: &str) -> Result<(String, Vec<Warning>), AgendaError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(AgendaError::Empty { name: name.to_owned() });
    }
    for (magic, kind) in [
        (b"%PDF".as_slice(), "a PDF file"),
        (b"PK\x03\x04", "a ZIP archive, such as a DOCX file"),
        (b"\xD0\xCF\x11\xE0", "an old Word file"),
        (b"{\\rtf", "an RTF file"),
    ] {
        if bytes.starts_with(magic) {
            return Err(AgendaError::Unsupported { name: name.to_owned(), kind });
        }
    }
    let wide = |little: bool| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| {
                let pair = [pair[0], pair[1]];
                if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
            })
            .collect();
        String::from_utf16_lossy(&units)
    };
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Ok((wide(bytes[0] == 0xFF), Vec::new()));
    }
    if bytes.contains(&0) {
        return Err(AgendaError::NotAnAgenda { name: name.to_owned() });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.trim_start_matches('\u{feff}').to_owned(), Vec::new())),
        Err(_) => {
            let text = bytes.iter().map(|&byte| windows_1252(byte)).collect();
            let warning = Warning::notice(
                Stage::Agenda,
                "agenda-not-utf8",
                "The agenda is not UTF-8 and was read as Windows-1252; check its æ, ø and å.",
            );
            Ok((text, vec![warning]))
        }
    }
}

/// Windows-1252 differs from Latin-1 in 0x80-0x9F; only the signs that agendas use are mapped.
fn windows_1252(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x85 => '…',
        0x91 | 0x92 => '’',
        0x93 | 0x94 => '”',
        0x95 => '•',
        0x96 => '–',
        0x97 => '—',
        other => char::from(other),
    }
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Two items under one number cannot be told apart in the alignment.
fn warn_of_doubles(agenda: &Agenda, warnings: &mut Vec<Warning>) {
    let mut seen = std::collections::BTreeSet::new();
    for item in &agenda.items {
        if !seen.insert(item.number.as_str()) {
            let message = format!("The agenda has more than one item {}.", item.number);
            warnings.push(
                Warning::notice(Stage::Agenda, "item-number-twice", message).on_item(&item.number),
            );
        }
    }
}
