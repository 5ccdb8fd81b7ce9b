//! Samples spoilt in the ways that files are: by chance, but the same way in every run.

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
}
