//! Text → the numbers of a model's vocabulary, as `tokenizer.json` says (the file that every published
//! embedding model comes with).
//!
//! Two kinds of vocabulary are read. WordPiece (Schuster and Nakajima, 2012), as BERT and MiniLM have
//! it: words are cut greedily into the longest pieces known. Unigram (Kudo, 2018), as XLM-RoBERTa and
//! the multilingual E5 have it: the cut whose pieces are most probable together (Viterbi). Unigram
//! texts are brought to NFKC, which for Danish is what the map of characters in those files does.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::EmbeddingError;

/// Longest word that WordPiece cuts, letters, unless the file says otherwise (as in BERT).
const LONGEST_WORD: usize = 100;

/// How much less an unknown sign is worth than the least probable piece (as in SentencePiece).
const UNKNOWN_PENALTY: f64 = 10.0;

/// Begins a word in Unigram vocabularies.
const BLANK: &str = "\u{2581}";

/// A vocabulary and how text is cut into it.
#[derive(Debug)]
pub struct Tokenizer {
    cut: Cut,
    /// Numbers before and after every text.
    before: Vec<i64>,
    after: Vec<i64>,
    pub(super) padding: i64,
}

#[derive(Debug)]
enum Cut {
    Pieces {
        vocabulary: HashMap<String, i64>,
        unknown: i64,
        prefix: String,
        longest: usize,
        lower: bool,
    },
    Unigram {
        vocabulary: HashMap<String, (i64, f64)>,
        unknown: i64,
        least: f64,
        longest: usize,
    },
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    padding: Value,
    model: Value,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`EmbeddingError::Tokenizer`] when it can't be read or is of another kind.
    pub fn read(path: &Path) -> Result<Self, EmbeddingError> {
        let wrong = |reason: &str| EmbeddingError::tokenizer(path, reason);
        let text = fs_err::read_to_string(path).map_err(|e| EmbeddingError::tokenizer(path, e))?;
        let file: File =
            serde_json::from_str(&text).map_err(|e| EmbeddingError::tokenizer(path, e))?;
        let cut = match (file.model["type"].as_str(), &file.model["vocab"]) {
            (Some("WordPiece"), Value::Object(words)) => {
                let number =
                    |(word, number): (&String, &Value)| Some((word.clone(), number.as_i64()?));
                let vocabulary: HashMap<String, i64> = words.iter().filter_map(number).collect();
                let name = file.model["unk_token"].as_str().unwrap_or("[UNK]");
                let longest = file.model["max_input_chars_per_word"].as_u64();
                Cut::Pieces {
                    unknown: *vocabulary
                        .get(name)
                        .ok_or_else(|| wrong("no piece for unknown words"))?,
                    vocabulary,
                    prefix: file.model["continuing_subword_prefix"]
                        .as_str()
                        .unwrap_or("##")
                        .to_owned(),
                    longest: longest.and_then(|n| usize::try_from(n).ok()).unwrap_or(LONGEST_WORD),
                    lower: file.normalizer["lowercase"].as_bool().unwrap_or(false),
                }
            }
            (Some("Unigram"), Value::Array(pieces)) => {
                let piece = |(number, piece): (i64, &Value)| {
                    Some((piece[0].as_str()?.to_owned(), (number, piece[1].as_f64()?)))
                };
                let vocabulary: HashMap<String, (i64, f64)> =
                    (0_i64..).zip(pieces).filter_map(piece).collect();
                let least = vocabulary.values().map(|(_, score)| *score).fold(0.0, f64::min);
                Cut::Unigram {
                    unknown: file.model["unk_id"].as_i64().ok_or_else(|| wrong("no unk_id"))?,
                    longest: vocabulary
                        .keys()
                        .map(|piece| piece.chars().count())
                        .max()
                        .unwrap_or(0),
                    vocabulary,
                    least,
                }
            }
            (kind, _) => {
                return Err(wrong(&format!("its model is {}", kind.unwrap_or("of no type"))));
            }
        };
        let (before, after) = frame(&file.post_processor)
            .ok_or_else(|| wrong("its post_processor is of another kind"))?;
        let padding = file.padding["pad_id"].as_i64().unwrap_or(0);
        Ok(Self { cut, before, after, padding })
    }

    /// The numbers of a text, `most` at most, with those that frame it.
    pub fn numbers(&self, text: &str, most: usize) -> Vec<i64> {
        let room = most.saturating_sub(self.before.len() + self.after.len());
        let mut numbers = self.before.clone();
        let mut own = match &self.cut {
            Cut::Pieces { .. } => self.pieces(text),
            Cut::Unigram { .. } => self.unigrams(text),
        };
        own.truncate(room);
        numbers.append(&mut own);
        numbers.extend(&self.after);
        numbers
    }

    fn pieces(&self, text: &str) -> Vec<i64> {
        let Cut::Pieces { vocabulary, unknown, prefix, longest, lower } = &self.cut else {
            return Vec::new();
        };
        let mut numbers = Vec::new();
        for word in bert_words(text, *lower) {
            let letters: Vec<char> = word.chars().collect();
            let (mut at, mut own) = (0, Vec::new());
            while at < letters.len() && letters.len() <= *longest {
                let found = (at + 1..=letters.len()).rev().find_map(|end| {
                    let piece: String = letters.get(at..end)?.iter().collect();
                    let piece = if at == 0 { piece } else { format!("{prefix}{piece}") };
                    Some((end, *vocabulary.get(&piece)?))
                });
                let Some((end, number)) = found else { break };
                own.push(number);
                at = end;
            }
            // A word of which any part is unknown is unknown as a whole.
            if at == letters.len() { numbers.append(&mut own) } else { numbers.push(*unknown) }
        }
        numbers
    }

    fn unigrams(&self, text: &str) -> Vec<i64> {
        let Cut::Unigram { vocabulary, unknown, least, longest } = &self.cut else {
            return Vec::new();
        };
        let mut numbers = Vec::new();
        let text: String = text.nfkc().collect();
        for word in text.split_whitespace() {
            let letters: Vec<char> = BLANK.chars().chain(word.chars()).collect();
            // Of each place: the best sum up to it, where its last piece begins, and that piece.
            let mut best: Vec<(f64, usize, i64)> =
                vec![(f64::NEG_INFINITY, 0, *unknown); letters.len() + 1];
            if let Some(first) = best.first_mut() {
                first.0 = 0.0;
            }
            for end in 1..=letters.len() {
                for from in end.saturating_sub(*longest)..end {
                    let piece: String = letters.get(from..end).unwrap_or_default().iter().collect();
                    let known = vocabulary.get(&piece).copied();
                    let alone = (end - from == 1).then_some((*unknown, least - UNKNOWN_PENALTY));
                    let before = best.get(from).map_or(f64::NEG_INFINITY, |held| held.0);
                    if let (Some((number, score)), Some(held)) =
                        (known.or(alone), best.get_mut(end))
                        && before + score > held.0
                    {
                        *held = (before + score, from, number);
                    }
                }
            }
            let (mut at, mut own) = (letters.len(), Vec::new());
            while at > 0
                && let Some((_, from, number)) = best.get(at)
            {
                own.push(*number);
                at = *from;
            }
            own.reverse();
            // Unknown signs side by side are one.
            own.dedup_by(|later, earlier| later == unknown && earlier == unknown);
            numbers.append(&mut own);
        }
        numbers
    }
}

/// What stands before and after a text of its own; none when the file says it in an unknown way.
fn frame(processor: &Value) -> Option<(Vec<i64>, Vec<i64>)> {
    match processor["type"].as_str() {
        None => Some((Vec::new(), Vec::new())),
        Some("BertProcessing" | "RobertaProcessing") => {
            Some((vec![processor["cls"][1].as_i64()?], vec![processor["sep"][1].as_i64()?]))
        }
        Some("TemplateProcessing") => {
            let (mut before, mut after, mut passed) = (Vec::new(), Vec::new(), false);
            for part in processor["single"].as_array()? {
                if part.get("Sequence").is_some() {
                    passed = true;
                    continue;
                }
                let ids = &processor["special_tokens"][part["SpecialToken"]["id"].as_str()?]["ids"];
                let ids = ids.as_array()?.iter().filter_map(Value::as_i64);
                if passed { after.extend(ids) } else { before.extend(ids) }
            }
            Some((before, after))
        }
        Some(_) => None,
    }
}

/// Words as BERT cuts them: at blanks, and around every sign. In small letters without accents (ø and æ
/// have none) when `lower`.
fn bert_words(text: &str, lower: bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let text: String = if lower {
        text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
    } else {
        text.to_owned()
    };
    for c in text.chars() {
        if c.is_whitespace() {
            open = false;
        } else if c.is_control() || matches!(c, '\u{fffd}' | '\u{200b}'..='\u{200f}' | '\u{feff}') {
            // Left out, and the word goes on.
        } else if is_sign(c) {
            words.push(c.to_string());
            open = false;
        } else {
            match words.last_mut() {
                Some(word) if open => word.push(c),
                _ => words.push(c.to_string()),
            }
            open = true;
        }
    }
    words
}

/// Punctuation as BERT has it: all ASCII signs, and what Unicode calls punctuation as far as European
/// texts have it; Chinese signs stand alone too.
fn is_sign(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '«' | '»' | '¿' | '¡' | '§' | '¶' | '·')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3011}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}
