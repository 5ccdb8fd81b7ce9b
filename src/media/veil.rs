//! A recording as symphonia sees it: the sample tables look empty.
//!
//! symphonia reads the tables of every track whole, about 2.5 MB for an hour of picture and sound,
//! and keeps them. Where [`super::samples`] reads the samples itself, nobody needs them.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

use super::mp4::Movie;

/// A file in which some words read as zero.
pub(super) struct Veiled<F> {
    inner: F,
    at: u64,
    /// Where the words stand, in order.
    words: Vec<u64>,
}

impl<F> Veiled<F> {
    /// `inner`, which stands at its beginning, with the tables of `movie` empty as far as its sound
    /// can be read without them.
    pub(super) fn new(inner: F, movie: Option<&Movie>) -> Self {
        let mut words = movie.map(Movie::veiled).unwrap_or_default();
        words.sort_unstable();
        Self { inner, at: 0, words }
    }
}

impl<F: Read> Read for Veiled<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        let end = self.at.saturating_add(read as u64);
        let first = self.words.partition_point(|word| word.saturating_add(4) <= self.at);
        for &word in self.words.iter().skip(first).take_while(|&&word| word < end) {
            for place in word..word.saturating_add(4) {
                let byte = place.checked_sub(self.at).and_then(|n| usize::try_from(n).ok());
                if let Some(byte) = byte.filter(|&n| n < read).and_then(|n| bytes.get_mut(n)) {
                    *byte = 0;
                }
            }
        }
        self.at = end;
        Ok(read)
    }
}

impl<F: Seek> Seek for Veiled<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

impl<F: MediaSource> MediaSource for Veiled<F> {
    fn is_seekable(&self) -> bool {
        self.inner.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.inner.byte_len()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn only_the_words_are_zero_however_they_are_read() {
        let bytes: Vec<u8> = (1..=40).collect();
        let mut wanted = bytes.clone();
        wanted[3..7].fill(0);
        wanted[20..24].fill(0);
        wanted[38..].fill(0);
        for step in [1, 2, 3, 5, 7, 40] {
            let words = vec![3, 20, 38];
            let mut veiled = Veiled { inner: Cursor::new(bytes.clone()), at: 0, words };
            let mut seen = vec![0; 40];
            for piece in seen.chunks_mut(step) {
                veiled.read_exact(piece).unwrap();
            }
            assert_eq!(seen, wanted, "in steps of {step}");
            veiled.seek(SeekFrom::Start(21)).unwrap();
            veiled.read_exact(&mut seen[..6]).unwrap();
            assert_eq!(seen[..6], wanted[21..27]);
        }
    }
}
