//! The tokenizer's vocabulary: the bytes of each text token, in order of their ids.

use std::collections::HashMap;
use std::path::Path;

use super::layout::TEXT_TOKENS;
use crate::models::{ModelsError, digest};

/// No vocabulary file of a Whisper model comes near this size.
const LARGEST: u64 = 64 << 20;

/// The text tokens of multilingual Whisper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vocabulary {
    tokens: Vec<Vec<u8>>,
}

impl Vocabulary {
    /// Token bytes by id; the id is the index.
    pub(super) fn tokens(&self) -> &[Vec<u8>] {
        &self.tokens
    }

    /// Looks beside the weights for each file name that frameworks use.
    pub(super) fn beside(source: &Path) -> Result<Self, ModelsError> {
        let folder = if source.is_dir() { source } else { source.parent().unwrap_or(source) };
        let names = [
            "vocab.json",
            "vocabulary.json",
            "vocabulary.txt",
            "tokenizer.json",
            "multilingual.tiktoken",
        ];
        for name in names {
            let path = folder.join(name);
            if path.is_file() {
                return Self::read(&path);
            }
        }
        Err(ModelsError::convert(
            source,
            format!(
                "no vocabulary beside the weights (looked for {}); give one with --vocab FILE, \
                 for instance after `referent models pull whisper-vocabulary`",
                names.join(", ")
            ),
        ))
    }

    /// Reads one vocabulary file; its kind is told from its content.
    pub(super) fn read(path: &Path) -> Result<Self, ModelsError> {
        let length = fs_err::metadata(path).map_err(|e| ModelsError::io(path, e))?.len();
        if length > LARGEST {
            return Err(ModelsError::convert(path, "too large for a vocabulary"));
        }
        let text = fs_err::read_to_string(path).map_err(|e| ModelsError::io(path, e))?;
        parse(&text).map_err(|why| ModelsError::convert(path, why))
    }
}

fn parse(text: &str) -> Result<Vocabulary, String> {
    let by_id = match text.trim_start().chars().next() {
        Some('{' | '[') => {
            let json = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
            from_json(&json)?
        }
        _ if is_tiktoken(text) => from_tiktoken(text)?,
        _ => text.lines().map(String::from).map(Some).map(unicode_token).collect(),
    };
    let mut tokens = Vec::with_capacity(TEXT_TOKENS);
    for id in 0..TEXT_TOKENS {
        match by_id.get(id).cloned().flatten() {
            Some(bytes) => tokens.push(bytes),
            None => return Err(format!("token {id} is missing or malformed; is it Whisper's?")),
        }
    }
    Ok(Vocabulary { tokens })
}

/// A map of token → id, or the same inside a `tokenizer.json`, or a list in order.
fn from_json(json: &serde_json::Value) -> Result<Vec<Option<Vec<u8>>>, String> {
    if let Some(list) = json.as_array() {
        return Ok(list.iter().map(|v| unicode_token(v.as_str().map(String::from))).collect());
    }
    let map = json.pointer("/model/vocab").unwrap_or(json).as_object();
    let map = map.ok_or("neither a token list nor a token map")?;
    let mut tokens = vec![None; TEXT_TOKENS];
    for (token, id) in map {
        let id = id.as_u64().and_then(|id| usize::try_from(id).ok());
        if let Some(place) = id.and_then(|id| tokens.get_mut(id)) {
            *place = unicode_token(Some(token.clone()));
        }
    }
    Ok(tokens)
}

fn is_tiktoken(text: &str) -> bool {
    text.lines()
        .next()
        .and_then(|line| line.split_once(' '))
        .is_some_and(|(word, id)| id == "0" && digest::from_base64(word).is_some())
}

fn from_tiktoken(text: &str) -> Result<Vec<Option<Vec<u8>>>, String> {
    let mut tokens = vec![None; TEXT_TOKENS];
    for (number, line) in text.lines().enumerate() {
        let pair = line.split_once(' ').and_then(|(word, id)| {
            // The last token is empty, which the file writes as a lone padding sign.
            let bytes = if word == "=" { Some(Vec::new()) } else { digest::from_base64(word) };
            Some((bytes?, id.trim().parse::<usize>().ok()?))
        });
        let (bytes, id) = pair.ok_or_else(|| format!("line {} is malformed", number + 1))?;
        if let Some(place) = tokens.get_mut(id) {
            *place = Some(bytes);
        }
    }
    Ok(tokens)
}

/// GPT-2's byte-level tokens write each byte as one printable character.
fn unicode_token(token: Option<String>) -> Option<Vec<u8>> {
    thread_local! {
        static BYTES: HashMap<char, u8> = byte_characters();
    }
    BYTES.with(|bytes| token?.chars().map(|c| bytes.get(&c).copied()).collect())
}

/// Printable Latin-1 stands for itself; the other bytes follow in order from U+0100 (GPT-2's
/// `bytes_to_unicode`).
fn byte_characters() -> HashMap<char, u8> {
    let mut map = HashMap::with_capacity(256);
    let mut next = 0x100_u32;
    for byte in 0..=u8::MAX {
        if matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF) {
            map.insert(char::from(byte), byte);
        } else {
            map.extend(char::from_u32(next).map(|c| (c, byte)));
            next += 1;
        }
    }
    map
}
