//! What parent and child say to each other: a frame is two little-endian `u32` (bytes of JSON, number
//! of samples), the JSON, then the samples as little-endian `f32`.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::meeting::{SAMPLE_RATE, TimeSpan, WindowText};

/// Longest JSON of a frame. The text of 30 s with all its words is far below.
const MOST_JSON: usize = 16 << 20;
/// Longest sound of a frame: 60 s, twice the longest window.
const MOST_SAMPLES: usize = 60 * SAMPLE_RATE as usize;

/// From parent to child.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// Comes first, once.
    Start(Settings),
    /// The samples follow the JSON. With `more` the next window is to be decoded together with this one.
    Window { index: u32, span: TimeSpan, voiced: Vec<TimeSpan>, attempt: u32, more: bool },
}

/// From child to parent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// The model is loaded; and why on the processor, where a GPU was asked for in vain.
    Ready { gpu_unusable: Option<String> },
    /// The model cannot be used, and why.
    Refused { reason: String, language: bool },
    /// A worker has taken this window.
    Begun { index: u32 },
    /// A window is done.
    Done(Box<WindowText>),
    /// The engine gave an error for this window.
    Failed { index: u32, reason: String },
}

/// Writes a frame and flushes.
///
/// # Errors
/// Those of the pipe.
pub fn write<T: Serialize>(to: &mut impl Write, head: &T, samples: &[f32]) -> io::Result<()> {
    let json = serde_json::to_vec(head)?;
    let too_long = |_| io::Error::new(io::ErrorKind::InvalidData, "frame too long");
    let mut bytes = Vec::with_capacity(8 + json.len() + 4 * samples.len());
    bytes.extend_from_slice(&u32::try_from(json.len()).map_err(too_long)?.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(samples.len()).map_err(too_long)?.to_le_bytes());
    bytes.extend_from_slice(&json);
    for sample in samples {
        bytes.extend_from_slice(&sample.to_le_bytes());
    }
    to.write_all(&bytes)?;
    to.flush()
}

/// Reads a frame; none when the other side has closed the pipe between two frames.
///
/// # Errors
/// Those of the pipe; a frame that is cut short, longer than any real one, or no JSON of that kind.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<(T, Vec<f32>)>> {
    let mut lengths = [0_u8; 8];
    let mut filled = 0;
    while filled < lengths.len() {
        match from.read(&mut lengths[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let [a, b, c, d, e, f, g, h] = lengths;
    let json = u32::from_le_bytes([a, b, c, d]) as usize;
    let samples = u32::from_le_bytes([e, f, g, h]) as usize;
    if json > MOST_JSON || samples > MOST_SAMPLES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame too long"));
    }
    let mut head = vec![0; json];
    from.read_exact(&mut head)?;
    let mut sound = vec![0; samples * 4];
    from.read_exact(&mut sound)?;
    let samples = sound
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    Ok(Some((serde_json::from_slice(&head)?, samples)))
}
