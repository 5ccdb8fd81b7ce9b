//! Bodies and meetings that a decision names.

use crate::danish::dates;

use super::sentence::Sentence;

/// "til Børne- og Skoleudvalget": the body after "til", as said.
pub(super) fn body(sentence: &Sentence) -> Option<String> {
    let terms = &sentence.terms;
    terms.iter().enumerate().filter(|(_, term)| is_preposition(&term.lower)).find_map(|(at, _)| {
        let end = (at + 1..terms.len().min(at + 8))
            .find(|&place| terms.get(place).is_some_and(|term| is_body(&term.lower)))?;
        // "til behandling i udvalget": the body stands after the last of them.
        let nearer = terms.get(at + 1..end).unwrap_or_default();
        if nearer.iter().any(|term| is_preposition(&term.lower)) {
            return None;
        }
        let end = named_for(sentence, end);
        // Only the body's own name may stand between "til" and its last word.
        let within = terms.get(at + 2..=end).unwrap_or_default();
        if within.iter().any(|t| t.opens_clause() && !t.gap.contains('-')) {
            return None;
        }
        Some(sentence.slice(at + 1, end + 1).to_owned())
    })
}

/// "udvalget for Børn og Unge": the name goes on after its first word.
fn named_for(sentence: &Sentence, end: usize) -> usize {
    let terms = &sentence.terms;
    if terms.get(end + 1).is_none_or(|term| term.lower != "for" || term.opens_clause()) {
        return end;
    }
    let last = (end + 2..terms.len().min(end + 7))
        .take_while(|&at| {
            terms.get(at).is_some_and(|term| {
                !term.opens_clause()
                    && (term.is_capitalised() || matches!(term.lower.as_str(), "og"))
            })
        })
        .filter(|&at| terms.get(at).is_some_and(|term| term.lower != "og"))
        .last();
    last.unwrap_or(end)
}

fn is_preposition(lower: &str) -> bool {
    matches!(lower, "til" | "i" | "hos")
}

fn is_body(lower: &str) -> bool {
    let bare = lower.trim_end_matches('s');
    bare.ends_with("udvalget")
        || bare.ends_with("udvalg")
        || bare.ends_with("forvaltningen")
        || matches!(
            bare,
            "byrådet"
                | "kommunalbestyrelsen"
                | "magistraten"
                | "administrationen"
                | "borgerrepræsentationen"
                | "regionsrådet"
                | "hovedudvalget"
        )
}

/// "til byrådets møde i januar", "til mødet den 12. marts", "til næste møde": when, as said.
pub(super) fn meeting(sentence: &Sentence) -> Option<String> {
    let terms = &sentence.terms;
    let at = terms.iter().enumerate().rposition(|(at, term)| {
        term.lower == "til"
            && terms
                .iter()
                .skip(at + 1)
                .take(6)
                .any(|t| is_meeting(&t.lower) || dates::month(&t.lower).is_some())
    })?;
    let end = (at + 1..terms.len())
        .take(10)
        .take_while(|&place| {
            place == at + 1
                || terms.get(place).is_some_and(|term| {
                    !term.gap.contains([',', ';', ':', '?'])
                        && !matches!(
                            term.lower.as_str(),
                            "med" | "så" | "og" | "fordi" | "hvor" | "da"
                        )
                })
        })
        .last()?;
    Some(sentence.slice(at + 1, end + 1).to_owned())
}

fn is_meeting(lower: &str) -> bool {
    lower.ends_with("møde")
        || lower.ends_with("mødet")
        || lower.ends_with("møderne")
        || matches!(lower, "gang" | "uge" | "måned" | "kvartal" | "foråret" | "efteråret")
}
