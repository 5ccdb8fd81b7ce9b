//! As much of protobuf's wire format as finding weights in an ONNX file takes. Long fields are
//! skipped, not read, so that memory does not grow with the file.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// A field's number and value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) number: u64,
    pub(super) value: Value,
}

/// A field's value, or where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Varint(u64),
    Fixed32(u32),
    Fixed64,
    Bytes(Stretch),
}

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Stretch {
    pub(super) fn length(self) -> u64 {
        self.end - self.start
    }
}

/// Reads fields one after the other.
pub(super) struct Reader {
    file: BufReader<fs_err::File>,
    position: u64,
    length: u64,
}

impl Reader {
    pub(super) fn new(file: fs_err::File) -> Result<Self, String> {
        let length = file.metadata().map_err(|e| e.to_string())?.len();
        Ok(Self { file: BufReader::with_capacity(1 << 16, file), position: 0, length })
    }

    /// The whole file.
    pub(super) fn whole(&self) -> Stretch {
        Stretch { start: 0, end: self.length }
    }

    /// Goes to `position`.
    pub(super) fn go(&mut self, position: u64) -> Result<(), String> {
        let step = i128::from(position) - i128::from(self.position);
        match i64::try_from(step) {
            Ok(step) => self.file.seek_relative(step).map_err(|e| e.to_string())?,
            Err(_) => {
                self.file.seek(SeekFrom::Start(position)).map_err(|e| e.to_string())?;
            }
        }
        self.position = position;
        Ok(())
    }

    /// The next field of the message that ends at `end`; `None` at its end. The reader then
    /// stands behind the field, whatever is done with it.
    pub(super) fn field(&mut self, end: u64) -> Result<Option<Field>, String> {
        if self.position >= end {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                self.skip(8, end)?;
                Value::Fixed64
            }
            2 => {
                let length = self.varint()?;
                let start = self.position;
                self.skip(length, end)?;
                Value::Bytes(Stretch { start, end: self.position })
            }
            5 => {
                let mut bytes = [0; 4];
                self.file.read_exact(&mut bytes).map_err(|_| TRUNCATED.to_owned())?;
                self.position += 4;
                Value::Fixed32(u32::from_le_bytes(bytes))
            }
            other => return Err(format!("wire type {other} at byte {}", self.position)),
        };
        if self.position > end {
            return Err(format!("a field runs over its message's end at byte {end}"));
        }
        Ok(Some(Field { number: key >> 3, value }))
    }

    /// The bytes of a stretch, refused when longer than `most`.
    pub(super) fn bytes(&mut self, stretch: Stretch, most: u64) -> Result<Vec<u8>, String> {
        if stretch.length() > most || stretch.end > self.length {
            return Err(format!("a field of {} bytes, more than expected", stretch.length()));
        }
        self.go(stretch.start)?;
        // No longer than the file, as just checked.
        let mut bytes = vec![0; stretch.length() as usize];
        self.file.read_exact(&mut bytes).map_err(|_| TRUNCATED.to_owned())?;
        self.position = stretch.end;
        Ok(bytes)
    }

    /// A short text, such as a name.
    pub(super) fn text(&mut self, stretch: Stretch) -> Result<String, String> {
        let back = self.position;
        let bytes = self.bytes(stretch, 4096)?;
        self.go(back)?;
        String::from_utf8(bytes).map_err(|_| "a name is not UTF-8".to_owned())
    }

    /// The varints that fill a stretch, at most `most` of them.
    pub(super) fn varints(&mut self, stretch: Stretch, most: usize) -> Result<Vec<u64>, String> {
        let back = self.position;
        self.go(stretch.start)?;
        let mut list = Vec::new();
        while self.position < stretch.end {
            if list.len() == most {
                return Err(format!("more than {most} numbers in a field"));
            }
            list.push(self.varint()?);
        }
        self.go(back)?;
        Ok(list)
    }

    fn skip(&mut self, length: u64, end: u64) -> Result<(), String> {
        let to = self.position.checked_add(length).filter(|&to| to <= end && to <= self.length);
        self.go(to.ok_or(TRUNCATED)?)
    }

    fn varint(&mut self) -> Result<u64, String> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self
                .file
                .fill_buf()
                .map_err(|e| e.to_string())?
                .first()
                .ok_or_else(|| TRUNCATED.to_owned())?;
            self.file.consume(1);
            self.position += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(format!("a number that does not end at byte {}", self.position))
    }
}

const TRUNCATED: &str = "it ends within a field; is it truncated, or no ONNX file?";
