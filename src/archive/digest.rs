//! The terms of a text in few bytes, stored at indexing, so that a search need not read the text again.

use super::analysis::Term;

/// The number of a term. That two terms share one is possible (one in four thousand million) and costs
/// a place in the ranking at most: what is shown is read from the text itself.
pub(super) fn term_number(term: &str) -> u32 {
    // FNV-1a, 32 bits (Fowler, Noll, Vo; IETF draft-eastlake-fnv): stable over versions and machines.
    term.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The numbers of terms as they are stored.
pub(super) fn packed(terms: &[Term]) -> Vec<u8> {
    terms.iter().flat_map(|term| term_number(&term.text).to_le_bytes()).collect()
}

/// What [`packed`] made; a remainder of a damaged value is left out.
pub(super) fn unpacked(bytes: &[u8]) -> impl ExactSizeIterator<Item = u32> {
    bytes.chunks_exact(4).map(|chunk| u32::from_le_bytes(chunk.try_into().unwrap_or_default()))
}
