//! The terms of a text in few bytes, stored at indexing, so that a search need not read the text again.

use super::analysis::Term;

/// Bytes of a stored digest: four of the term, two of the form.
const SIZE: usize = 6;

/// A term without its text. That two terms share a number is possible (one in four thousand million)
/// and costs a place in the ranking at most: what is shown is read from the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) term: u32,
    /// The word as it stood, in small letters.
    pub(super) form: u16,
}

impl Digest {
    pub(super) fn of(term: &Term) -> Self {
        Self { term: term_number(&term.text), form: form_number(&term.form) }
    }
}

/// The number of a term.
pub(super) fn term_number(term: &str) -> u32 {
    // FNV-1a, 32 bits (Fowler, Noll, Vo; IETF draft-eastlake-fnv): stable over versions and machines.
    term.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The number of a word in small letters as it stands.
pub(super) fn form_number(form: &str) -> u16 {
    let hash = term_number(form);
    ((hash >> 16) ^ (hash & 0xffff)) as u16
}

/// Terms as they are stored.
pub(super) fn packed(terms: &[Term]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(terms.len() * SIZE);
    for digest in terms.iter().map(Digest::of) {
        bytes.extend(digest.term.to_le_bytes());
        bytes.extend(digest.form.to_le_bytes());
    }
    bytes
}

/// What [`packed`] made; a remainder of a damaged value is left out.
pub(super) fn unpacked(bytes: &[u8]) -> impl ExactSizeIterator<Item = Digest> {
    bytes.chunks_exact(SIZE).map(|chunk| {
        let at = |place: usize| chunk.get(place).copied().unwrap_or(0);
        Digest {
            term: u32::from_le_bytes([at(0), at(1), at(2), at(3)]),
            form: u16::from_le_bytes([at(4), at(5)]),
        }
    })
}
