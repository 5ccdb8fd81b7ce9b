//! Which paper it is: dagsorden, tillægsdagsorden, referat.

use crate::meeting::Paper;

/// The paper that a system's own words name: "Dagsorden", "Referat endeligt godkendt",
/// "Tillægsdagsorden", "Lukket referat", "Beslutningsprotokol".
pub(super) fn named(text: &str) -> Option<Paper> {
    let lower = text.to_lowercase();
    if ["referat", "protokol"].iter().any(|word| lower.contains(word)) {
        Some(Paper::Referat)
    } else if lower.contains("tillæg") || lower.contains("tillaeg") {
        Some(Paper::Tillaegsdagsorden)
    } else if lower.contains("dagsorden") {
        Some(Paper::Dagsorden)
    } else {
        None
    }
}
