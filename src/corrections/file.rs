//! Reading `korrektur.toml`.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Corrections, CorrectionsError, Rule};
use crate::danish::words::lower;

/// Largest file in bytes; ten thousand rules take about as much.
const LARGEST: u64 = 1 << 20;
/// Most rules.
const MOST_RULES: usize = 10_000;
/// Most words on either side of a rule. A rule corrects a name or a term, not a speech.
const MOST_WORDS: usize = 12;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    correction: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    wrong: Spanned<String>,
    right: Spanned<String>,
    #[serde(default)]
    case: bool,
    #[serde(default)]
    near: Vec<Spanned<String>>,
    committee: Option<String>,
    from: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
    /// For the people who keep the file.
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// Reads a corrections file.
///
/// # Errors
/// The file cannot be read, is over 1 MiB, is not UTF-8 or not TOML, or a rule makes no sense: the
/// message names the line.
pub fn read(path: &Path) -> Result<Corrections, CorrectionsError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut bytes = Vec::new();
    let file = fs_err::File::open(path).map_err(CorrectionsError::Read)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(CorrectionsError::Read)?;
    if bytes.len() as u64 > LARGEST {
        return Err(CorrectionsError::TooLarge { name });
    }
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(CorrectionsError::NotText { name });
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let fault = |range: Range<usize>, message: String| CorrectionsError::Line {
        name: name.clone(),
        line: line_of(text, range.start),
        message,
    };
    let file: File = toml::from_str(text)
        .map_err(|error| fault(error.span().unwrap_or(0..0), error.message().to_owned()))?;
    if let Some(extra) = file.correction.get(MOST_RULES) {
        let message = format!("more than {MOST_RULES} rules; divide them by committee");
        return Err(fault(extra.span(), message));
    }
    let mut rules: Vec<Rule> = Vec::with_capacity(file.correction.len());
    let mut seen: HashMap<Rule, usize> = HashMap::new();
    for entry in file.correction {
        let span = entry.span();
        let rule = rule(entry.into_inner()).map_err(|(range, message)| fault(range, message))?;
        // Two rules for the same words and the same occasion: one of them would never be used.
        let words = rule.wrong.join(" ");
        let key = Rule {
            wrong: vec![if rule.case { words } else { lower(&words) }],
            right: Vec::new(),
            ..rule.clone()
        };
        if let Some(first) = seen.insert(key, rules.len() + 1) {
            let message = format!("the same words as rule {first} of the file; take one away");
            return Err(fault(span, message));
        }
        rules.push(rule);
    }
    Ok(Corrections { name: name.clone(), sha256, rules })
}

type Complaint = (Range<usize>, String);

fn rule(entry: Entry) -> Result<Rule, Complaint> {
    let wrong = words(&entry.wrong, "wrong")?;
    for word in &wrong {
        let bare = word.chars().next().is_some_and(char::is_alphanumeric)
            && word.chars().last().is_some_and(char::is_alphanumeric);
        if !bare {
            let message = format!(
                "\"{word}\": a word to look for begins and ends with a letter or digit; punctuation \
                 around it is kept by itself"
            );
            return Err((entry.wrong.span(), message));
        }
    }
    let right = words(&entry.right, "right")?;
    if wrong == right {
        return Err((entry.right.span(), "`wrong` and `right` are the same".to_owned()));
    }
    let mut near = Vec::new();
    for word in &entry.near {
        match words(word, "near")?.as_slice() {
            [one] => near.push(lower(one)),
            _ => return Err((word.span(), "`near` takes single words".to_owned())),
        }
    }
    let (from, until) = (day(entry.from.as_ref())?, day(entry.until.as_ref())?);
    if let (Some(first), Some(last), Some(place)) = (&from, &until, &entry.until)
        && last < first
    {
        return Err((place.span(), "`until` is before `from`".to_owned()));
    }
    let committee = entry.committee;
    Ok(Rule { wrong, right, case: entry.case, near, committee, from, until })
}

/// The words of a side: at least one, without control characters.
fn words(text: &Spanned<String>, key: &str) -> Result<Vec<String>, Complaint> {
    let all: Vec<String> = text.get_ref().split_whitespace().map(str::to_owned).collect();
    let complain = |message: String| Err((text.span(), message));
    if !all.iter().any(|word| word.chars().any(char::is_alphanumeric)) {
        return complain(format!("`{key}` needs a word; text cannot be taken away"));
    }
    if all.len() > MOST_WORDS {
        return complain(format!("`{key}` has more than {MOST_WORDS} words"));
    }
    if text.get_ref().chars().any(char::is_control) {
        return complain(format!("`{key}` holds a line break or another control character"));
    }
    Ok(all)
}

fn day(text: Option<&Spanned<String>>) -> Result<Option<String>, Complaint> {
    let Some(text) = text else { return Ok(None) };
    match text.get_ref().parse::<jiff::civil::Date>() {
        Ok(date) => Ok(Some(date.to_string())),
        Err(_) => {
            Err((text.span(), format!("\"{}\" is no date such as 2026-01-31", text.get_ref())))
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
