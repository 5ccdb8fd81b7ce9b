//! Names that stand in addresses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Letters of a slug, at most: addresses are read aloud and pasted into letters.
const LONGEST: usize = 60;

/// Hexadecimal digits of the recording's hash: sixteen million meetings of one body on one day.
const DIGITS: usize = 6;

/// The name of a meeting in addresses: `2026-03-25-byraadet-ab12cd`.
///
/// Small letters a-z, digits and single hyphens, so it can stand in any path or query unescaped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeetingId(String);

impl MeetingId {
    /// The name of the meeting of `body` (a committee, else a title) on `date` (ISO 8601) whose
    /// recording has this SHA-256.
    pub fn new(date: Option<&str>, body: &str, sha256: &str) -> Self {
        let digits: String = sha256.chars().filter(char::is_ascii_hexdigit).take(DIGITS).collect();
        let parts = [slug(date.unwrap_or_default()), slug(body), digits.to_lowercase()];
        let whole: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self(if whole.is_empty() { "moede".to_owned() } else { whole.join("-") })
    }

    /// The name as it stands in an address; none when it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (!text.is_empty() && text.len() <= 2 * LONGEST && text.chars().all(fits))
            .then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Path of its page.
    pub fn path(&self) -> String {
        format!("/moede/{}", self.0)
    }

    /// Path of its page at a time, seconds rounded down.
    pub fn path_at(&self, seconds: f64) -> String {
        format!("/moede/{}?t={}", self.0, seconds.max(0.0) as u64)
    }
}

impl fmt::Display for MeetingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text as part of an address: `Økonomiudvalget` → `oekonomiudvalget`. Empty when nothing is left.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in crate::danish::words::lower(text).chars() {
        if slug.len() >= LONGEST {
            break;
        }
        match letter {
            'æ' | 'ä' => slug.push_str("ae"),
            'ø' | 'ö' => slug.push_str("oe"),
            'å' => slug.push_str("aa"),
            'é' | 'è' | 'ê' => slug.push('e'),
            'ü' => slug.push('u'),
            _ if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}
