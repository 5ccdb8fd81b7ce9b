//! What an MP4 or QuickTime file says of its tracks and that symphonia does not: edit lists,
//! which tracks are switched on, and which are sound (ISO/IEC 14496-12, 8.3.2, 8.4.3 and 8.6.6).
//!
//! Only box headers and a few fields are read, by seeking: memory doesn't follow the file's claims.

use std::io::{self, Read, Seek, SeekFrom};

/// Boxes looked at before giving up; a damaged file can hold millions of empty ones.
const MOST_BOXES: usize = 100_000;
/// Edits kept per track. Recordings have one to three.
const MOST_EDITS: u32 = 256;
/// Boxes inside each other under a track: `mdia`, `minf`, `stbl`.
const DEEPEST: u32 = 3;
/// Tables kept per track. There are four.
const MOST_TABLES: usize = 16;
/// Tracks kept.
const MOST_TRACKS: usize = 256;

/// One entry of an edit list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edit {
    /// Seconds of presentation; `None` until the end.
    lasts: Option<f64>,
    /// Seconds on the track's own clock; `None` for an empty edit.
    from: Option<f64>,
}

/// One `trak` box.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MovieTrack {
    pub(super) id: u32,
    pub(super) enabled: bool,
    pub(super) sound: bool,
    /// ISO 639-2, where it is given.
    pub(super) language: Option<String>,
    timescale: u32,
    raw_edits: Vec<(u64, i64)>,
    /// What says where each sample lies.
    pub(super) tables: Vec<Table>,
    /// Bytes of every sample; 0 when they differ.
    sample_size: u32,
}

/// A table of equal entries in the file; what it claims fits into its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    /// Type of its box.
    pub(super) kind: [u8; 4],
    /// Where the number of entries stands; the entries follow it.
    pub(super) counted_at: u64,
    pub(super) count: u32,
    /// Bytes per entry.
    pub(super) width: u64,
}

/// Where the samples of a track lie (ISO/IEC 14496-12, 8.6.1.2, 8.7.3, 8.7.4 and 8.7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SampleTables {
    /// `stts`: how long the samples last.
    pub(super) durations: Table,
    /// `stsc`: how many samples a chunk holds.
    pub(super) chunks: Table,
    /// `stco` or `co64`: where chunks begin.
    pub(super) offsets: Table,
    /// `stsz`: how many samples there are, and how big each is.
    pub(super) sizes: Table,
    /// Bytes of every sample, which then have no entries in `sizes`; 0 when they differ.
    pub(super) size: u32,
}

/// The tracks of a movie.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Movie {
    timescale: u32,
    fragmented: bool,
    pub(super) tracks: Vec<MovieTrack>,
}

/// How a track's own clock maps to the time of the presentation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Presentation {
    /// Stretches of the track in order: from, to (track's clock), and what to add.
    stretches: Vec<(f64, f64, f64)>,
    /// The list repeats or turns back parts, which a decoder that reads once can't follow.
    pub(super) simplified: bool,
}

impl Presentation {
    /// The track's clock is the presentation's.
    pub(super) fn whole() -> Self {
        Self::shifted(0.0)
    }

    /// The track's clock, with `shift` seconds added.
    pub(super) fn shifted(shift: f64) -> Self {
        Self { stretches: vec![(f64::NEG_INFINITY, f64::INFINITY, shift)], simplified: false }
    }

    /// The parts of `from..to` on the track's clock that are presented: (from, to, shift).
    pub(super) fn parts(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.stretches.iter().filter_map(move |&(start, end, shift)| {
            let (start, end) = (from.max(start), to.min(end));
            (start < end).then_some((start, end, shift))
        })
    }

    /// Presentation time at which the track's time `time` lies, were it presented.
    pub(super) fn place(&self, time: f64) -> f64 {
        let first = self.stretches.iter().find(|&&(_, end, _)| time < end);
        time + first.or(self.stretches.last()).map_or(0.0, |&(_, _, shift)| shift)
    }

    fn from_edits(edits: &[Edit]) -> Self {
        let mut stretches: Vec<(f64, f64, f64)> = Vec::new();
        let mut clock = 0.0;
        let mut simplified = false;
        for edit in edits {
            if let Some(from) = edit.from {
                let to = edit.lasts.map_or(f64::INFINITY, |lasts| from + lasts);
                if stretches.last().is_some_and(|&(_, end, _)| from < end - 0.001) {
                    simplified = true;
                    continue;
                }
                stretches.push((from, to, clock - from));
            }
            clock += edit.lasts.unwrap_or(0.0);
        }
        if stretches.is_empty() {
            return Self::whole();
        }
        if simplified {
            stretches.truncate(1);
            if let Some(only) = stretches.first_mut() {
                only.1 = f64::INFINITY;
            }
        }
        Self { stretches, simplified }
    }
}

impl Movie {
    /// Reads what stands in the file; `None` when there is no complete `moov`.
    pub(super) fn read(file: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let length = file.seek(SeekFrom::End(0))?;
        let mut movie = Self::default();
        let mut budget = MOST_BOXES;
        let mut found = false;
        boxes(file, 0, length, &mut budget, &mut |file, kind, start, end, budget| {
            if &kind == b"moov" && !found {
                found = true;
                movie.read_moov(file, start, end, budget)?;
            }
            Ok(())
        })?;
        Ok((found && movie.timescale > 0).then_some(movie))
    }

    /// Number of sound tracks.
    pub(super) fn sound_tracks(&self) -> usize {
        self.tracks.iter().filter(|track| track.sound).count()
    }

    /// Where the samples of track `id` lie; `None` when that is spread over fragments, or unsure.
    pub(super) fn samples(&self, id: u32) -> Option<SampleTables> {
        let mut same = self.tracks.iter().filter(|track| track.id == id);
        match (same.next(), same.next()) {
            (Some(track), None) if !self.fragmented => track.samples(),
            _ => None,
        }
    }

    /// Whether track `id` has any samples.
    pub(super) fn has_samples(&self, id: u32) -> bool {
        let own = |track: &&MovieTrack| track.id == id;
        self.tracks
            .iter()
            .filter(own)
            .any(|track| track.tables.iter().any(|table| &table.kind == b"stsz" && table.count > 0))
    }

    /// Where the numbers of entries stand of all tables that nobody needs when the sound is read by
    /// [`Movie::samples`]; none unless every sound track can be.
    pub(super) fn veiled(&self) -> Vec<u64> {
        let mut sound = self.tracks.iter().filter(|track| track.sound);
        if !sound.all(|track| self.samples(track.id).is_some()) {
            return Vec::new();
        }
        let needed = |track: &MovieTrack, table: &Table| {
            table.width == 0 || track.sound && &table.kind == b"stts"
        };
        let tables = self
            .tracks
            .iter()
            .flat_map(|track| track.tables.iter().filter(move |table| !needed(track, table)));
        tables.map(|table| table.counted_at).collect()
    }

    /// How the clock of track `id` maps to the presentation.
    pub(super) fn presentation(&self, id: u32) -> Presentation {
        let Some(track) = self.tracks.iter().find(|track| track.id == id) else {
            return Presentation::whole();
        };
        let (movie, own) = (f64::from(self.timescale.max(1)), f64::from(track.timescale.max(1)));
        let last = track.raw_edits.len().saturating_sub(1);
        let edits: Vec<Edit> = track
            .raw_edits
            .iter()
            .enumerate()
            .map(|(n, &(lasts, from))| {
                let from = (from >= 0).then(|| from as f64 / own);
                // In fragmented files the length is that of the first piece, or 0.
                let open = n == last && from.is_some() && (lasts == 0 || self.fragmented);
                Edit { lasts: (!open).then(|| lasts as f64 / movie), from }
            })
            .collect();
        Presentation::from_edits(&edits)
    }

    fn read_moov<F: Read + Seek>(
        &mut self,
        file: &mut F,
        start: u64,
        end: u64,
        budget: &mut usize,
    ) -> io::Result<()> {
        boxes(file, start, end, budget, &mut |file, kind, start, end, budget| {
            match &kind {
                b"mvhd" => self.timescale = timescale(file, start)?,
                b"mvex" => self.fragmented = true,
                b"trak" if self.tracks.len() < MOST_TRACKS => {
                    let mut track = MovieTrack::default();
                    track.read(file, start, end, budget, 0)?;
                    self.tracks.push(track);
                }
                _ => {}
            }
            Ok(())
        })
    }
}

impl MovieTrack {
    fn keep(&mut self, table: Option<Table>) {
        self.tables.extend(table.filter(|_| self.tables.len() < MOST_TABLES));
    }

    /// `None` unless each table is there once.
    fn samples(&self) -> Option<SampleTables> {
        let one = |kinds: &[&[u8; 4]]| {
            let mut found = self.tables.iter().filter(|table| kinds.contains(&&table.kind));
            let table = found.next()?;
            found.next().is_none().then_some(*table)
        };
        Some(SampleTables {
            durations: one(&[b"stts"])?,
            chunks: one(&[b"stsc"])?,
            offsets: one(&[b"stco", b"co64"])?,
            sizes: one(&[b"stsz"])?,
            size: self.sample_size,
        })
    }

    fn read<F: Read + Seek>(
        &mut self,
        file: &mut F,
        start: u64,
        end: u64,
        budget: &mut usize,
        depth: u32,
    ) -> io::Result<()> {
        boxes(file, start, end, budget, &mut |file, kind, start, end, budget| {
            match &kind {
                b"tkhd" => {
                    let [version, _, _, flags] = word(file, start)?;
                    self.enabled = flags & 1 != 0;
                    let id = start + if version == 1 { 20 } else { 12 };
                    self.id = u32::from_be_bytes(word(file, id)?);
                }
                b"mdhd" => {
                    self.timescale = timescale(file, start)?;
                    self.language = language(file, start)?;
                }
                b"hdlr" if !self.sound => self.sound = &word(file, start + 8)? == b"soun",
                b"elst" => self.raw_edits = edits(file, start, end)?,
                b"stsz" => {
                    self.sample_size = u32::from_be_bytes(word(file, start + 4)?);
                    let width = if self.sample_size == 0 { 4 } else { 0 };
                    self.keep(table(file, kind, (start + 8, end), width)?);
                }
                b"stts" => self.keep(table(file, kind, (start + 4, end), 8)?),
                b"stsc" => self.keep(table(file, kind, (start + 4, end), 12)?),
                b"stco" => self.keep(table(file, kind, (start + 4, end), 4)?),
                b"co64" => self.keep(table(file, kind, (start + 4, end), 8)?),
                b"edts" | b"mdia" | b"minf" | b"stbl" if depth < DEEPEST => {
                    self.read(file, start, end, budget, depth + 1)?;
                }
                _ => {}
            }
            Ok(())
        })
    }
}

/// Takes the file, a box's kind, the start and end of its content, and the boxes left to look at.
type Visit<'a, F> = dyn FnMut(&mut F, [u8; 4], u64, u64, &mut usize) -> io::Result<()> + 'a;

/// Calls `visit` with the kind and the start and end of the content of each box in `from..to`.
fn boxes<F: Read + Seek>(
    file: &mut F,
    from: u64,
    to: u64,
    budget: &mut usize,
    visit: &mut Visit<'_, F>,
) -> io::Result<()> {
    let mut at = from;
    while to.saturating_sub(at) >= 8 {
        if *budget == 0 {
            return Err(io::Error::other("too many boxes"));
        }
        *budget -= 1;
        let size = u32::from_be_bytes(word(file, at)?);
        let kind = word(file, at + 4)?;
        let (head, size) = match size {
            0 => (8, to - at),
            1 => {
                let high = u64::from(u32::from_be_bytes(word(file, at + 8)?));
                let low = u64::from(u32::from_be_bytes(word(file, at + 12)?));
                (16, high << 32 | low)
            }
            size => (8, u64::from(size)),
        };
        let Some(end) = at.checked_add(size).filter(|&end| size >= head && end <= to) else {
            return Ok(());
        };
        visit(file, kind, at + head, end, budget)?;
        at = end;
    }
    Ok(())
}

fn word(file: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; 4]> {
    let mut bytes = [0; 4];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The table whose number of entries stands at the start of `place`; none when it does not fit there.
fn table(
    file: &mut (impl Read + Seek),
    kind: [u8; 4],
    place: (u64, u64),
    width: u64,
) -> io::Result<Option<Table>> {
    let (counted_at, end) = place;
    if end.saturating_sub(counted_at) < 4 {
        return Ok(None);
    }
    let count = u32::from_be_bytes(word(file, counted_at)?);
    let fits = u64::from(count) * width <= end - counted_at - 4;
    Ok(fits.then_some(Table { kind, counted_at, count, width }))
}

fn timescale(file: &mut (impl Read + Seek), start: u64) -> io::Result<u32> {
    let [version, ..] = word(file, start)?;
    Ok(u32::from_be_bytes(word(file, start + if version == 1 { 20 } else { 12 })?))
}

/// Three letters of five bits each (8.4.2.3).
fn language(file: &mut (impl Read + Seek), start: u64) -> io::Result<Option<String>> {
    let [version, ..] = word(file, start)?;
    let [high, low, ..] = word(file, start + if version == 1 { 32 } else { 20 })?;
    let packed = u16::from_be_bytes([high, low]);
    let letter = |shift: u16| ((packed >> shift & 0x1F) as u8).wrapping_add(0x60);
    let letters = [letter(10), letter(5), letter(0)];
    let named = letters.iter().all(u8::is_ascii_lowercase) && &letters != b"und";
    Ok(named.then(|| letters.iter().copied().map(char::from).collect()))
}

fn edits(file: &mut (impl Read + Seek), start: u64, end: u64) -> io::Result<Vec<(u64, i64)>> {
    let [version, ..] = word(file, start)?;
    let count = u32::from_be_bytes(word(file, start + 4)?).min(MOST_EDITS);
    let size = if version == 1 { 20 } else { 12 };
    let mut edits = Vec::new();
    for n in 0..u64::from(count) {
        let at = start + 8 + n * size;
        if at + size > end {
            break;
        }
        let number = |file: &mut _, at| word(file, at).map(u32::from_be_bytes);
        edits.push(if version == 1 {
            let lasts = u64::from(number(file, at)?) << 32 | u64::from(number(file, at + 4)?);
            let from = u64::from(number(file, at + 8)?) << 32 | u64::from(number(file, at + 12)?);
            (lasts, from.cast_signed())
        } else {
            let from = number(file, at + 4)?.cast_signed();
            (u64::from(number(file, at)?), i64::from(from))
        });
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use proptest::prelude::*;

    fn edit(lasts: f64, from: f64) -> Edit {
        Edit { lasts: Some(lasts), from: (from >= 0.0).then_some(from) }
    }

    #[test]
    fn an_empty_edit_delays_and_a_start_trims() {
        let presentation = Presentation::from_edits(&[edit(2.0, -1.0), edit(10.0, 0.5)]);
        let parts: Vec<_> = presentation.parts(0.0, 1.0).collect();
        assert_eq!(parts, [(0.5, 1.0, 1.5)]);
        assert_eq!(presentation.place(0.5), 2.0);
        assert!(presentation.parts(10.5, 12.0).next().is_none());
    }

    #[test]
    fn a_cut_in_the_middle_moves_what_follows() {
        let presentation = Presentation::from_edits(&[edit(5.0, 0.0), edit(5.0, 8.0)]);
        assert_eq!(presentation.place(9.0), 6.0);
        assert!(presentation.parts(5.0, 8.0).next().is_none());
        assert!(!presentation.simplified);
    }

    #[test]
    fn a_repeated_part_is_not_followed() {
        let presentation = Presentation::from_edits(&[edit(5.0, 1.0), edit(5.0, 0.0)]);
        assert!(presentation.simplified);
        assert_eq!(presentation.place(7.0), 6.0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            kinds in proptest::collection::vec((0usize..9, 0usize..380, 0u8..64), 0..12),
        ) {
            let names = [b"moov", b"trak", b"mdia", b"edts", b"elst", b"tkhd", b"mdhd", b"hdlr", b"mvhd"];
            let mut bytes = bytes;
            for (name, at, size) in kinds {
                if let Some(place) = bytes.get_mut(at..at + 8) {
                    place[..4].copy_from_slice(&u32::from(size).to_be_bytes());
                    place[4..].copy_from_slice(names[name]);
                }
            }
            if let Ok(Some(movie)) = Movie::read(&mut Cursor::new(bytes)) {
                for track in &movie.tracks {
                    prop_assert!(track.raw_edits.len() <= MOST_EDITS as usize);
                    let _ = movie.presentation(track.id).parts(0.0, 10.0).count();
                }
            }
        }
    }
}
