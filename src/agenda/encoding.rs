//! Bytes → text. Danish exports come as UTF-8, UTF-16, Windows-1252 and Latin-1, with byte order
//! marks and without.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::meeting::{Outcome, Stage, Warning};

/// The bytes as text; none when they are no text in any encoding known.
///
/// A byte order mark decides; then UTF-8 if it fits; then what XML or HTML says of itself; then
/// UTF-16 by its zero bytes; then Windows-1252, of which Latin-1 is a part.
pub(super) fn decode(bytes: &[u8]) -> Option<Outcome<String>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Some(Outcome::clean(text.into_owned()));
    }
    if let Some(encoding) = wide(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        return (!broken).then(|| Outcome::clean(text.into_owned()));
    }
    if bytes.contains(&0) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Outcome::clean(text.to_owned()));
    }
    // UTF-8 was tried, and a declared UTF-16 would have had zero bytes.
    let declared =
        declared(bytes).filter(|encoding| encoding.is_ascii_compatible() && *encoding != UTF_8);
    let (text, _) = declared.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes);
    let warnings = match declared {
        Some(_) => Vec::new(),
        None => vec![Warning::notice(
            Stage::Agenda,
            "agenda-not-utf8",
            "The agenda is not UTF-8 and was read as Windows-1252; check its æ, ø and å.",
        )],
    };
    Some(Outcome::new(text.into_owned(), warnings))
}

/// UTF-16 without a mark: nearly every second byte of Danish text is then zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(512))?;
    if start.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros =
        |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = start.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd * 10 >= pairs * 9 => Some(UTF_16LE),
        (even, 0) if even * 10 >= pairs * 9 => Some(UTF_16BE),
        _ => None,
    }
}

/// What `<?xml encoding="…"?>` or `<meta charset="…">` says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048))?).to_lowercase();
    if !start.trim_start().starts_with('<') {
        return None;
    }
    let after = ["encoding=", "charset="].iter().find_map(|mark| start.split_once(*mark))?.1;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect();
    Encoding::for_label(label.as_bytes())
}
