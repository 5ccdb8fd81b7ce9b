//! A ggml Whisper file, read whole: what it says about the model, its words, and its weights as
//! floats.
//!
//! The layout is whisper.cpp's (`whisper_model_load`): numbers, mel filters, vocabulary, then tensors
//! to the end of the file. All is little-endian.

use std::collections::HashMap;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use half::slice::HalfFloatSliceExt;

/// "ggml" as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;
/// Longest tensor in elements: large-v3's embedding has 66 million.
const MOST_ELEMENTS: usize = 1 << 28;
/// Longest token in bytes.
const MOST_TOKEN: usize = 4096;
/// ggml's type of 16-bit floats.
const HALVES: u32 = 1;
/// Elements that ggml's 4-, 5- and 8-bit types store together.
const BLOCK: usize = 32;

/// The numbers that give a model its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) vocabulary: usize,
    /// Positions that the encoder gives for 30 s of sound.
    pub(super) audio_context: usize,
    /// Width of the encoder and of the decoder.
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) audio_layers: usize,
    pub(super) text_context: usize,
    pub(super) text_heads: usize,
    pub(super) text_layers: usize,
    /// Bands of the mel spectrogram.
    pub(super) mels: usize,
}

/// Where an array lies.
struct Place {
    offset: u64,
    elements: usize,
    kind: u32,
}

/// A file whose arrays are read one at a time, so that a large model is never in memory as floats.
pub(super) struct Ggml {
    file: BufReader<fs_err::File>,
    places: HashMap<String, Place>,
    /// The model's form.
    pub(super) form: Form,
    /// `mels` x 201 weights, row after row.
    pub(super) filters: Vec<f32>,
    /// Bytes of the tokens that the file names; the ids after them are special.
    pub(super) tokens: Vec<Vec<u8>>,
}

impl Ggml {
    /// Opens a file and notes where its arrays lie; the reason when that is not possible.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = fs_err::File::open(path).map_err(|error| error.to_string())?;
        let mut file = BufReader::with_capacity(1 << 20, file);
        if number(&mut file)? != MAGIC {
            return Err("it is not a ggml file".to_owned());
        }
        let mut next = |most: usize| -> Result<usize, String> {
            let number = number(&mut file)? as usize;
            (1..=most)
                .contains(&number)
                .then_some(number)
                .ok_or_else(|| format!("it is not a ggml Whisper model (it says {number})"))
        };
        let vocabulary = next(200_000)?;
        let audio_context = next(1500)?;
        let (width, heads, audio_layers) = (next(4096)?, next(128)?, next(128)?);
        let text_context = next(4096)?;
        let (text_width, text_heads, text_layers) = (next(4096)?, next(128)?, next(128)?);
        let mels = next(128)?;
        let _type = number(&mut file)?;
        if width != text_width || width % heads != 0 || width % text_heads != 0 {
            return Err("encoder and decoder do not fit together".to_owned());
        }
        let form = Form {
            vocabulary,
            audio_context,
            width,
            heads,
            audio_layers,
            text_context,
            text_heads,
            text_layers,
            mels,
        };
        let (bands, bins) = (number(&mut file)? as usize, number(&mut file)? as usize);
        if bands != mels || bins != super::mel::BINS {
            return Err(format!("its mel filters are {bands} x {bins}"));
        }
        let filters = floats(&mut file, bands * bins, 0)?;
        let count = number(&mut file)? as usize;
        if count > vocabulary {
            return Err(format!("it names {count} tokens of {vocabulary}"));
        }
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            let length = number(&mut file)? as usize;
            if length > MOST_TOKEN {
                return Err("a token is too long".to_owned());
            }
            tokens.push(bytes(&mut file, length)?);
        }
        let mut model = Self { file, places: HashMap::new(), form, filters, tokens };
        while model.note()? {}
        Ok(model)
    }

    /// Notes the next array; false at the end of the file.
    fn note(&mut self) -> Result<bool, String> {
        let mut head = [0; 4];
        match self.file.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error.to_string()),
        }
        let rank = u32::from_le_bytes(head);
        let length = number(&mut self.file)? as usize;
        let kind = number(&mut self.file)?;
        if rank > 4 || length > MOST_TOKEN {
            return Err("an array's head is malformed".to_owned());
        }
        let mut elements = 1_usize;
        for _ in 0..rank {
            elements = elements.saturating_mul(number(&mut self.file)? as usize);
        }
        if elements > MOST_ELEMENTS {
            return Err("an array is too large".to_owned());
        }
        let name = String::from_utf8_lossy(&bytes(&mut self.file, length)?).into_owned();
        let (size, per) = layout(kind, elements).map_err(|why| format!("{name}: {why}"))?;
        let offset = self.file.stream_position().map_err(|error| error.to_string())?;
        let skip = i64::try_from(elements / per * size).map_err(|error| error.to_string())?;
        self.file.seek_relative(skip).map_err(|error| error.to_string())?;
        self.places.insert(name, Place { offset, elements, kind });
        Ok(true)
    }

    /// The array of this name, which must have `count` finite numbers; the last axis runs fastest.
    pub(super) fn take(&mut self, name: &str, count: usize) -> Result<Vec<f32>, String> {
        let place = self.places.remove(name).ok_or_else(|| format!("it lacks {name}"))?;
        if place.elements != count {
            return Err(format!("{name} has {} numbers, not {count}", place.elements));
        }
        self.file.seek(SeekFrom::Start(place.offset)).map_err(|error| error.to_string())?;
        let values = floats(&mut self.file, count, place.kind)?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(format!("{name} holds a number that is none"));
        }
        Ok(values)
    }
}

fn bytes(from: &mut impl Read, count: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; count];
    from.read_exact(&mut bytes).map_err(|_| "it ends too early; fetch it again".to_owned())?;
    Ok(bytes)
}

fn number(from: &mut impl Read) -> Result<u32, String> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes).map_err(|_| "it ends too early; fetch it again".to_owned())?;
    Ok(u32::from_le_bytes(bytes))
}

/// Bytes of a block and numbers in it, for one of ggml's types (`ggml_type`, `block_q…` in
/// ggml-common.h).
fn layout(kind: u32, count: usize) -> Result<(usize, usize), String> {
    let (size, per) = match kind {
        0 => (4, 1),
        HALVES => (2, 1),
        2 => (18, BLOCK),
        3 => (20, BLOCK),
        6 => (22, BLOCK),
        7 => (24, BLOCK),
        8 => (34, BLOCK),
        other => return Err(format!("numbers of ggml's type {other} are not read here")),
    };
    if !count.is_multiple_of(per) {
        return Err("its length does not fit its type".to_owned());
    }
    Ok((size, per))
}

/// Reads `count` numbers.
fn floats(from: &mut impl Read, count: usize, kind: u32) -> Result<Vec<f32>, String> {
    let (size, per) = layout(kind, count)?;
    // Taken piece by piece, so that a head that lies costs no memory.
    const PIECE: usize = 1 << 16;
    let mut values = Vec::new();
    let mut left = count / per;
    while left > 0 {
        let pieces = left.min(PIECE);
        let raw = bytes(from, pieces * size)?;
        if kind == HALVES {
            let halves: Vec<half::f16> =
                raw.as_chunks().0.iter().map(|&b| half::f16::from_le_bytes(b)).collect();
            values.extend(halves.to_f32_vec());
        } else {
            values.reserve(pieces * per);
            for block in raw.chunks_exact(size) {
                unpack(block, kind, &mut values);
            }
        }
        left -= pieces;
    }
    Ok(values)
}

fn half(bytes: &[u8]) -> f32 {
    half::f16::from_le_bytes([bytes[0], bytes[1]]).to_f32()
}

/// Appends the numbers of one block.
fn unpack(block: &[u8], kind: u32, values: &mut Vec<f32>) {
    match kind {
        0 => values.push(f32::from_le_bytes([block[0], block[1], block[2], block[3]])),
        HALVES => values.push(half(block)),
        8 => {
            let scale = half(block);
            values.extend(block[2..].iter().map(|&q| f32::from(q.cast_signed()) * scale));
        }
        _ => {
            // Scale, for some types a least value, for some a fifth bit each, then two numbers a byte.
            let scale = half(block);
            let least = (kind % 2 == 1).then(|| half(&block[2..]));
            let at = if least.is_some() { 4 } else { 2 };
            let (fifth, at) = if kind >= 6 {
                let bits = [block[at], block[at + 1], block[at + 2], block[at + 3]];
                (u32::from_le_bytes(bits), at + 4)
            } else {
                (0, at)
            };
            let middle = if kind >= 6 { 16.0 } else { 8.0 };
            let number = |n: usize| {
                let byte = block[at + n % 16];
                let low = u32::from(if n < 16 { byte & 15 } else { byte >> 4 });
                let number = (low | (fifth >> n & 1) << 4) as f32;
                match least {
                    Some(least) => number * scale + least,
                    None => (number - middle) * scale,
                }
            };
            values.extend((0..BLOCK).map(number));
        }
    }
}
