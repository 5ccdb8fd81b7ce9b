//! The samples of one track of an MP4 or QuickTime file, one packet at a time.
//!
//! symphonia does this too, but holds the tables of all tracks in memory and reads the picture along
//! with the sound. Here each table is read as it is needed, a few kilobytes at a time, so that memory
//! doesn't follow the length (ISO/IEC 14496-12, 8.6.1.2, 8.7.3 to 8.7.5).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration as Ticks, Timestamp};

use super::mp4::{SampleTables, Table};

/// Bytes of a table in memory.
const PIECE: u64 = 4096;
/// Largest packet believed, in bytes. A second of uncompressed sound in eight channels has 3 MB.
const LARGEST: u64 = 4 << 20;
/// Uncompressed sound has a sample of a few bytes for every tick; so many make one packet.
const TOGETHER: u32 = 1024;
/// Bytes of such a sample at most: eight channels of 64 bits.
const SMALL: u32 = 64;

/// Reads a table from its beginning.
#[derive(Debug)]
struct Cursor {
    table: Table,
    /// Entries taken.
    taken: u32,
    piece: Vec<u8>,
    /// Bytes of `piece` taken.
    used: usize,
}

impl Cursor {
    fn new(table: Table) -> Self {
        Self { table, taken: 0, piece: Vec::new(), used: 0 }
    }

    /// The next entry as words; none at the end.
    fn next<const WORDS: usize>(&mut self, file: &mut File) -> io::Result<Option<[u32; WORDS]>> {
        let left = u64::from(self.table.count - self.taken);
        if left == 0 {
            return Ok(None);
        }
        if self.used >= self.piece.len() {
            let width = self.table.width.max(1);
            let start = self.table.counted_at + 4 + u64::from(self.taken) * width;
            let length = (left * width).min(PIECE / width * width);
            self.piece.resize(length as usize, 0);
            self.used = 0;
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut self.piece)?;
        }
        let mut words = [0; WORDS];
        let entry = self.piece.get(self.used..).unwrap_or_default();
        for (word, bytes) in words.iter_mut().zip(entry.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        self.used += self.table.width as usize;
        self.taken += 1;
        Ok(Some(words))
    }
}

/// Reads the packets of a track in order.
#[derive(Debug)]
pub(super) struct Samples {
    file: File,
    track: u32,
    durations: Cursor,
    chunks: Cursor,
    offsets: Cursor,
    sizes: Cursor,
    /// Bytes of every sample; 0 when they differ.
    size: u32,
    /// Samples not read yet.
    left: u32,
    /// Samples of the chunk not read yet, and where the next one lies.
    in_chunk: u32,
    at: u64,
    /// Samples per chunk now, and from which chunk on (counted from 1) how many.
    per_chunk: u32,
    from_then: Option<(u32, u32)>,
    /// Samples to come that last as long as this one, in ticks.
    alike: u32,
    lasts: u32,
    clock: u64,
}

impl Samples {
    /// Reads the track `track`, whose tables stand in `file`.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn open(mut file: File, track: u32, tables: &SampleTables) -> io::Result<Self> {
        let mut chunks = Cursor::new(tables.chunks);
        let from_then = chunks.next(&mut file)?.map(|[first, count, _]| (first, count));
        Ok(Self {
            file,
            track,
            durations: Cursor::new(tables.durations),
            chunks,
            offsets: Cursor::new(tables.offsets),
            sizes: Cursor::new(tables.sizes),
            size: tables.size,
            left: tables.sizes.count,
            in_chunk: 0,
            at: 0,
            per_chunk: 0,
            from_then,
            alike: 0,
            lasts: 0,
            clock: 0,
        })
    }

    /// The next packet; none at the end. After a `DecodeError` the packet after it may be asked for.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        while self.in_chunk == 0 {
            if !self.next_chunk()? {
                return Ok(None);
            }
        }
        while self.alike == 0 {
            // Times that end before the samples do: the rest can't be placed.
            let Some([count, lasts]) = self.durations.next(&mut self.file)? else {
                return Ok(None);
            };
            (self.alike, self.lasts) = (count, lasts);
        }
        let mut count = 1;
        let size = match self.size {
            0 => self.sizes.next(&mut self.file)?.map_or(0, |[size]| size),
            size if size <= SMALL && self.lasts == 1 => {
                count = TOGETHER.min(self.left).min(self.in_chunk).min(self.alike);
                size
            }
            size => size,
        };
        let size = u64::from(size) * u64::from(count);
        let (start, clock) = (self.at, self.clock);
        let lasts = u64::from(self.lasts) * u64::from(count);
        self.at = self.at.saturating_add(size);
        self.clock = self.clock.saturating_add(lasts);
        self.left -= count;
        self.in_chunk -= count;
        self.alike -= count;
        if size == 0 || size > LARGEST {
            return Err(Error::DecodeError("isomp4: a sample is empty or too large"));
        }
        let Ok(time) = Timestamp::try_from(clock) else {
            return Err(Error::DecodeError("isomp4: a sample lies outside time"));
        };
        let mut data = Vec::new();
        self.file.seek(SeekFrom::Start(start))?;
        (&self.file).take(size).read_to_end(&mut data)?;
        if (data.len() as u64) < size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(Some(Packet::new(self.track, time, Ticks::new(lasts), data)))
    }

    /// Goes to the next chunk; false when there is none.
    fn next_chunk(&mut self) -> io::Result<bool> {
        let number = self.offsets.taken.saturating_add(1);
        let offset = if self.offsets.table.width == 8 {
            let wide = self.offsets.next(&mut self.file)?;
            wide.map(|[high, low]| u64::from(high) << 32 | u64::from(low))
        } else {
            self.offsets.next(&mut self.file)?.map(|[offset]| u64::from(offset))
        };
        let Some(offset) = offset else { return Ok(false) };
        while let Some((_, count)) = self.from_then.filter(|&(first, _)| first <= number) {
            self.per_chunk = count;
            let next = self.chunks.next(&mut self.file)?;
            self.from_then = next.map(|[first, count, _]| (first, count));
        }
        (self.at, self.in_chunk) = (offset, self.per_chunk);
        Ok(true)
    }
}
