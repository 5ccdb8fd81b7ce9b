//! Links of attachments.

/// Longest link kept, bytes.
const LONGEST: usize = 2_000;

/// A link that may stand in a document: https, http, or relative to the portal. Anything that a
/// browser could run (`javascript:`, `data:`) is dropped.
pub(super) fn safe(href: &str) -> Option<String> {
    let href = href.trim();
    if href.is_empty()
        || href.len() > LONGEST
        || href.contains(|c: char| {
            c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\')
        })
    {
        return None;
    }
    let lower = href.to_ascii_lowercase();
    let scheme = lower.split(['/', '?', '#']).next().unwrap_or_default().contains(':');
    let fits = lower.starts_with("https://") || lower.starts_with("http://") || !scheme;
    (fits && !lower.starts_with("//")).then(|| href.to_owned())
}
