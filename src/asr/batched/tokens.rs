//! The tokens of multilingual Whisper: which mean what, and which a text in Latin letters can hold.

use std::collections::HashMap;

/// ISO 639-1 codes in the order of their tokens (OpenAI's `LANGUAGES`).
const LANGUAGES: &str = "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro \
    da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq \
    sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as \
    tt haw ln ha ba jw su yue";
/// Languages that are written in other letters; their texts need all tokens.
const OTHER_LETTERS: &str = "zh ru ko ja ar hi he uk el ta th ur bg ml te fa bn sr kn mk hy ne mn kk mr \
    pa si km ka be tg sd gu am yi lo ps sa my bo as tt ba yue";
/// Signs that are not said (OpenAI's `non_speech_tokens`), alone or after a blank.
const UNSAID: &str = "\" # ( ) * + / : ; < = > @ [ \\ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- --- -( -[ \
    (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪ ♩ ♪ ♫ ♬ ♭ ♮ ♯";
/// Tokens of every multilingual Whisper before the special ones.
const TEXT: usize = 50_257;
/// Tokens that are neither text nor a language.
const OTHERS: usize = 1_509;

/// What the decoder needs to know of its tokens.
pub(super) struct Tokens {
    bytes: Vec<Vec<u8>>,
    ids: HashMap<Vec<u8>, u32>,
    /// Longest token in bytes.
    longest: usize,
    pub(super) end: u32,
    pub(super) start: u32,
    pub(super) language: u32,
    pub(super) transcribe: u32,
    pub(super) previous: u32,
    pub(super) no_speech: u32,
    pub(super) no_timestamps: u32,
    pub(super) blank: Option<u32>,
    /// Whether the language is written in Latin letters.
    latin: bool,
}

/// Why tokens cannot be used.
pub(in crate::asr) enum Unfit {
    Model(String),
    Language,
}

impl Tokens {
    /// From the bytes of the text tokens and the number of tokens in all.
    pub(super) fn new(bytes: Vec<Vec<u8>>, count: usize, language: &str) -> Result<Self, Unfit> {
        if bytes.len() != TEXT || count <= TEXT + OTHERS {
            return Err(Unfit::Model("it knows English only".to_owned()));
        }
        let languages = (count - TEXT - OTHERS) as u32;
        let at = LANGUAGES.split_whitespace().position(|code| code == language);
        let at = at.map(|at| at as u32).filter(|&at| at < languages).ok_or(Unfit::Language)?;
        let end = TEXT as u32;
        // After the languages: translate, transcribe, start of a language model's text, start of the
        // text before, no speech, no time stamps, then the time stamps.
        let after = end + 2 + languages;
        let ids: HashMap<Vec<u8>, u32> = bytes.iter().cloned().zip(0..).collect();
        Ok(Self {
            longest: bytes.iter().map(Vec::len).max().unwrap_or(1),
            blank: ids.get(b" ".as_slice()).copied(),
            ids,
            bytes,
            end,
            start: end + 1,
            language: end + 2 + at,
            transcribe: after + 1,
            previous: after + 3,
            no_speech: after + 4,
            no_timestamps: after + 5,
            latin: !OTHER_LETTERS.split_whitespace().any(|code| code == language),
        })
    }

    /// The bytes of a text token; none for a special one.
    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        self.bytes.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// Tokens that a text can hold, then the end, then those that can stand where no text is. A
    /// Danish text holds no Cyrillic, so those rows of the embedding need not be multiplied.
    pub(super) fn possible(&self) -> (Vec<u32>, usize) {
        let text = (0..self.end).filter(|&token| self.can_be_said(token));
        let mut rows: Vec<u32> = text.chain([self.end]).collect();
        let sayable = rows.len();
        rows.extend(self.start..=self.no_timestamps);
        (rows, sayable)
    }

    fn can_be_said(&self, token: u32) -> bool {
        let bytes = self.bytes(token);
        let text = String::from_utf8_lossy(bytes);
        let bare = text.trim_start_matches(' ');
        let unsaid = UNSAID.split_whitespace().any(|sign| sign == bare)
            || text == " -"
            || text == " '"
            || bare.starts_with('♪');
        if bytes.is_empty() || unsaid {
            return false;
        }
        // A single byte can be part of any letter.
        !self.latin || bytes.len() == 1 || text.chars().all(is_latin)
    }

    /// Tokens of a text, the longest first at each place, as whisper.cpp makes them.
    pub(super) fn read(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        for word in words(text) {
            let mut rest = word.as_bytes();
            while !rest.is_empty() {
                let most = rest.len().min(self.longest);
                let found = (1..=most).rev().find_map(|n| Some((n, *self.ids.get(&rest[..n])?)));
                let (length, token) = match found {
                    Some((length, token)) => (length, Some(token)),
                    None => (1, None),
                };
                tokens.extend(token);
                rest = &rest[length..];
            }
        }
        tokens
    }
}

/// Latin letters, digits, and the punctuation of Western languages; half a letter counts.
fn is_latin(c: char) -> bool {
    matches!(
        c,
        ' '..='~'
            | '\u{a0}'..='\u{17f}'
            | '\u{2010}'..='\u{2026}'
            | '€'
            | char::REPLACEMENT_CHARACTER
    )
}

/// A text in words, each with the blank before it; letters, digits and other signs apart.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphabetic() => 0,
        c if c.is_numeric() => 1,
        c if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut words = Vec::new();
    let mut from = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        // A single blank belongs to what follows it.
        let joined = before.is_none_or(|b| kind(b) == kind(c) || (b == ' ' && at == from + 1));
        if !joined {
            words.push(&text[from..at]);
            from = at;
        }
        before = Some(c);
    }
    words.push(&text[from..]);
    words
}
