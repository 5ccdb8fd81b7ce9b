//! Foreign files in, [`Agenda`] out; one file a format. The format is recognised from the
//! content, never from the file's name. Every reader is bounded in bytes, items and text.

mod case;
mod docx;
mod edoc;
mod encoding;
mod error;
mod field;
mod firstagenda;
mod flow;
mod head;
mod html;
mod link;
mod markup;
mod os2web;
mod own;
mod paper;
mod pdf;
mod plain;
mod portal;
mod preface;
mod referat;
mod roster;
mod sbsys;
mod table;
mod wrap;
mod xml;

use std::io::Read;
use std::path::Path;

use fs_err as fs;

use crate::meeting::{Agenda, Outcome, Stage, Warning};

pub use error::AgendaError;
pub use portal::{Listed, Patience, Portal, Wanted, choose};
pub use referat::{parse_referat, read_referat};
pub use roster::roster;

/// Largest file read, bytes. The richest agendas seen hold some megabytes of HTML.
pub const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// Largest text read, bytes. A parsed file takes up to thirty times its size in memory; a PDF or DOCX
/// may be larger for its pictures.
const MAX_TEXT: usize = 32 * 1024 * 1024;

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
    if is_recording(bytes) {
        return Err(AgendaError::Recording { name: name.to_owned() });
    }
    let mut warnings = Vec::new();
    let found = match kind(bytes) {
        Kind::Pdf => pdf::parse(bytes, name)?,
        Kind::Zip => docx::parse(bytes, name)?,
        Kind::Text => {
            let text = decode(bytes, name)?.drain_into(&mut warnings);
            parse_text(text.trim_start_matches('\u{feff}'), name)?
        }
    };
    let agenda = found.drain_into(&mut warnings);
    if agenda.items.len() > MAX_ITEMS {
        return Err(AgendaError::TooManyItems { name: name.to_owned() });
    }
    check(&agenda, &mut warnings);
    Ok(Outcome::new(agenda, warnings))
}

/// Whether the file begins as sound and video do.
fn is_recording(bytes: &[u8]) -> bool {
    let starts: [&[u8]; 6] =
        [b"OggS", b"RIFF", b"ID3", b"fLaC", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75"];
    starts.iter().any(|start| bytes.starts_with(start)) || bytes.get(4..8) == Some(b"ftyp")
}

/// What a file begins with.
enum Kind {
    Pdf,
    Zip,
    Text,
}

fn kind(bytes: &[u8]) -> Kind {
    // Some servers put blank lines before a PDF; the standard allows 1,024 bytes of anything.
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if bytes.starts_with(b"PK\x03\x04") {
        Kind::Zip
    } else if start.trim_ascii_start().starts_with(b"%PDF-") {
        Kind::Pdf
    } else {
        Kind::Text
    }
}

fn parse_text(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    if looks_like_json(text) {
        return parse_json(text, name);
    }
    if html::recognises(text) {
        return html::parse(text, name);
    }
    if xml::recognises(text) {
        return parse_xml(&xml::parse(text, name)?, text, name);
    }
    plain::parse(text, name)
}

fn parse_json(text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    let value = serde_json::from_str(text)
        .map_err(|source| AgendaError::Json { name: name.to_owned(), source })?;
    if firstagenda::recognises(&value) {
        firstagenda::parse(value, name)
    } else if os2web::recognises(&value) {
        os2web::parse(&value, name)
    } else {
        own::parse(value, name)
    }
}

fn parse_xml(root: &xml::Element, text: &str, name: &str) -> Result<Outcome<Agenda>, AgendaError> {
    if sbsys::recognises(root) {
        sbsys::parse(root, name)
    } else if edoc::recognises(root) {
        edoc::parse(root, name)
    } else if os2web::recognises_xml(root) {
        os2web::parse_xml(root, name)
    } else if root.name.eq_ignore_ascii_case("html") {
        html::parse(text, name)
    } else {
        let found = format!("XML of an unknown kind (<{}>)", own::shorten(&root.name));
        Err(AgendaError::OtherThing { name: name.to_owned(), found })
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

/// The text of a file that is no known kind of binary.
fn decode(bytes: &[u8], name: &str) -> Result<Outcome<String>, AgendaError> {
    if bytes.len() > MAX_TEXT {
        return Err(AgendaError::TooMuch { name: name.to_owned(), what: "text" });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(AgendaError::Empty { name: name.to_owned() });
    }
    for (magic, kind) in
        [(b"\xD0\xCF\x11\xE0".as_slice(), "an old Word file"), (b"{\\rtf", "an RTF file")]
    {
        if bytes.starts_with(magic) {
            return Err(AgendaError::Unsupported { name: name.to_owned(), kind });
        }
    }
    encoding::decode(bytes).ok_or_else(|| AgendaError::NotAnAgenda { name: name.to_owned() })
}

/// Refuses item number `at` (from 0) when that is one too many.
fn bound(at: usize, name: &str) -> Result<(), AgendaError> {
    if at < MAX_ITEMS {
        return Ok(());
    }
    Err(AgendaError::TooManyItems { name: name.to_owned() })
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// What a person must know before the agenda is used.
/// Whether a line in an item's text begins a tillægsdagsorden, whose numbers begin anew.
fn begins_supplement(line: &str) -> bool {
    let lower = line.trim().trim_end_matches(':').to_lowercase();
    let numbered = lower.strip_prefix('t').is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits) && rest[digits..].starts_with(['.', ')', ':'])
    });
    numbered
        || matches!(lower.as_str(), "tillægsdagsorden" | "tillaegsdagsorden" | "tillægspunkter")
}

fn check(agenda: &Agenda, warnings: &mut Vec<Warning>) {
    let mut seen = std::collections::BTreeSet::new();
    for item in &agenda.items {
        // Two items under one number cannot be told apart in the alignment.
        if !seen.insert(item.number.as_str()) {
            let message = format!(
                "The agenda has more than one item {}: they cannot be told apart, so give each its own \
                 number.",
                item.number
            );
            warnings.push(
                Warning::attention(Stage::Agenda, "item-number-twice", message)
                    .on_item(&item.number),
            );
        }
        if item.title.is_empty() {
            let message =
                format!("Item {} has no title; it is known by its number alone.", item.number);
            warnings.push(
                Warning::notice(Stage::Agenda, "item-without-title", message).on_item(&item.number),
            );
        }
        let mut lines = item.fields.values().flat_map(|field| field.text.lines());
        if lines.any(begins_supplement) {
            let message = format!(
                "The text of item {} holds a tillægsdagsorden whose numbers begin anew, so its items \
                 were not read; number them on after the last item.",
                item.number
            );
            warnings.push(
                Warning::attention(Stage::Agenda, "supplement-not-read", message)
                    .on_item(&item.number),
            );
        }
        if item.closed && !item.fields.is_empty() {
            let message = format!(
                "Item {} is closed, and the file holds its text; keep this output to yourself.",
                item.number
            );
            warnings.push(
                Warning::notice(Stage::Agenda, "closed-item-with-text", message)
                    .on_item(&item.number),
            );
        }
    }
}
