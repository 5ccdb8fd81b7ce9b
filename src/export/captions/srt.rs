//! `captions.srt` (SubRip, as VLC and the portals read it): UTF-8, no markup.

use super::{compose, timestamp};
use crate::export::text::srt;
use crate::export::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::Outcome;

/// Writes `captions.srt`.
pub(crate) struct Srt;

impl Exporter for Srt {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = String::new();
        for (index, cue) in compose(&public).iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(&format!(
                "{}\n{} --> {}\n",
                index + 1,
                timestamp(cue.start, ','),
                timestamp(cue.end, ',')
            ));
            for text in &cue.lines {
                out.push_str(&srt(text));
                out.push('\n');
            }
        }
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}
