//! Samples spoilt in the ways that files are: by chance, but the same way in every run.

use serde_json::{Value, json};

/// Longest input.
const LONGEST: usize = 1 << 16;

/// What parsers stumble over: lengths, ends, openings that nothing closes.
const WORDS: [&[u8]; 28] = [
    b"\0",
    b"\0\0\0\0",
    b"\xFF\xFF\xFF\xFF",
    b"\x7F\xFF\xFF\xFF",
    b"\xFF\xFF\xFF\x7F",
    b"\0\0\0\0\0\0\0\x80",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"\n",
    b"\r\n\r\n",
    b"<b>",
    b"</",
    b"<![CDATA[",
    b"&#x110000;",
    b"<!ENTITY x SYSTEM \"file:///etc/passwd\">",
    b"-->",
    b"[[[[[[[[",
    b"{\"\":",
    b"1e308",
    b"-1",
    b"9999999999999999999",
    b"\\u0000",
    b"\xEF\xBB\xBF",
    b"\xC3",
    "Å\u{301}".as_bytes(),
    "½ § 10".as_bytes(),
    "Punkt 1: ".as_bytes(),
    b"(A)",
    b"../",
];

/// What makes the rules for meetings act.
const SAYINGS: [&str; 12] = [
    "Så lukker vi dørene. ",
    "Dørene er åbne igen. ",
    "Punkt to. ",
    "Vi stemmer. For stemmer ",
    "Imod stemmer Ø. ",
    "nul ",
    "trehundredetusind ",
    "Hermed vedtaget. ",
    "Fraværende: ",
    "inden den 31. februar ",
    "A, V, B, C, F, I, Ø og Å ",
    "Vi holder en pause. ",
];

/// A small generator of numbers (Marsaglia's xorshift) from a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u32) -> Self {
        Self(0x2545_F491_4F6C_DD1D ^ u64::from(seed) << 17)
    }

    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    /// A stretch of `length` bytes, short ones more often.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let most = [4, 32, 256, length][self.below(4)];
        let from = self.below(length + 1);
        from..length.min(from + self.below(most + 1))
    }

    /// One of the seeds, spoilt.
    pub(super) fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len() + 1);
            let stretch = self.stretch(bytes.len());
            match self.below(8) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                2 => {
                    let word = WORDS[self.below(WORDS.len())];
                    let to = if self.below(2) == 0 { at } else { bytes.len().min(at + word.len()) };
                    bytes.splice(at..to, word.iter().copied());
                }
                3 => drop(bytes.drain(stretch)),
                4 => {
                    let most = [2, 8, 200][self.below(3)];
                    let times = 1 + self.below(most);
                    let piece = bytes[stretch].repeat(times);
                    bytes.splice(at..at, piece);
                }
                5 => {
                    let other = &seeds[self.below(seeds.len())];
                    let piece = other[self.stretch(other.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
                6 if self.below(4) == 0 => bytes.truncate(at),
                _ => {}
            }
            bytes.truncate(LONGEST);
        }
        bytes
    }

    /// One of the seeds that are JSON, spoilt in its values so that it stays JSON; none where the
    /// seed drawn is something else.
    pub(super) fn mutate_json(&mut self, seeds: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut value: Value = serde_json::from_slice(&seeds[self.below(seeds.len())]).ok()?;
        for _ in 0..=self.below(6) {
            self.spoil(&mut value);
        }
        serde_json::to_vec(&value).ok()
    }

    /// Walks down to a value by chance and spoils it.
    fn spoil(&mut self, value: &mut Value) {
        let stop = self.below(12) == 0;
        match value {
            Value::Object(object) if !object.is_empty() && !stop => {
                let at = self.below(object.len());
                if self.below(24) == 0 {
                    let name = object.keys().nth(at).unwrap().clone();
                    object.remove(&name);
                } else if let Some(inner) = object.values_mut().nth(at) {
                    self.spoil(inner);
                }
            }
            Value::Array(list) if !list.is_empty() && !stop => {
                let at = self.below(list.len());
                let other = self.below(list.len());
                match self.below(16) {
                    0 => drop(list.remove(at)),
                    1 => list.swap(at, other),
                    2 if list.len() < 400 => {
                        let copies = vec![list[at].clone(); 1 + self.below(100)];
                        list.extend(copies);
                    }
                    3 => list.insert(at, list[other].clone()),
                    _ => self.spoil(&mut list[at]),
                }
            }
            Value::String(text) if !stop => {
                let word = WORDS[self.below(WORDS.len())];
                let word = String::from_utf8_lossy(word).into_owned();
                *text = match self.below(5) {
                    0 => String::new(),
                    1 => word,
                    2 => word + text,
                    3 => text.repeat(1 + self.below(50)),
                    _ => SAYINGS[self.below(SAYINGS.len())].to_owned() + text,
                };
            }
            _ => {
                let odd = [
                    json!(null),
                    json!(true),
                    json!(0),
                    json!(-1),
                    json!(1),
                    json!(0.1),
                    json!(-0.0),
                    json!(1e300),
                    json!(-1e300),
                    json!(1e-300),
                    json!(u64::MAX),
                    json!(i64::MIN),
                    json!(u32::MAX),
                    json!(86_400.5),
                    json!("1"),
                    json!([]),
                    json!({}),
                    json!([0.0, 1e12]),
                ];
                *value = odd[self.below(odd.len())].clone();
            }
        }
    }
}
