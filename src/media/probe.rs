//! What a recording says of itself.

use serde::{Deserialize, Serialize};

/// A sound track of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioTrack {
    /// Counted among the sound tracks, from 0; what `--track` takes.
    pub index: u32,
    /// Short name such as `aac`; `unknown` where there is none.
    pub codec: String,
    /// As the file has it, often ISO 639-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Taken when no track is chosen.
    pub default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Samples per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
}

/// Container, sound tracks and length of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Short name such as `isomp4`.
    pub container: String,
    pub tracks: Vec<AudioTrack>,
    /// Seconds, as the header says; it can be wrong. `None` when it says nothing believable.
    pub duration: Option<f64>,
}

impl Probe {
    /// The tracks in one line, for messages: `0 (aac, dan, default), 1 (aac, eng)`.
    pub fn describe(&self) -> String {
        let tracks: Vec<String> = self
            .tracks
            .iter()
            .map(|track| {
                let mut about = vec![track.codec.as_str()];
                about.extend(track.language.as_deref());
                if track.default {
                    about.push("default");
                }
                format!("{} ({})", track.index, about.join(", "))
            })
            .collect();
        if tracks.is_empty() { "none".to_owned() } else { tracks.join(", ") }
    }
}
