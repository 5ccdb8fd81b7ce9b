//! `captions.vtt` (W3C WebVTT: The Web Video Text Tracks Format).

use super::{compose, timestamp};
use crate::export::text::vtt;
use crate::export::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::Outcome;

/// Writes `captions.vtt`.
pub(crate) struct Vtt;

impl Exporter for Vtt {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = String::from("WEBVTT\n");
        for (index, cue) in compose(&public).iter().enumerate() {
            out.push_str(&format!(
                "\n{}\n{} --> {}\n",
                index + 1,
                timestamp(cue.start, '.'),
                timestamp(cue.end, '.')
            ));
            for (line, text) in cue.lines.iter().enumerate() {
                if let (Some(name), 0) = (&cue.speaker, line) {
                    out.push_str(&format!("<v {}>", vtt(name)));
                }
                out.push_str(&vtt(text));
                out.push('\n');
            }
        }
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}
