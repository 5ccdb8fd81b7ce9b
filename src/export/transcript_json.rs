//! `transcript.json`: the public transcript, one segment a line so that people and `diff` can
//! read it.

use super::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::{Outcome, Transcript};

/// Writes `transcript.json`. Withheld segments stay, with their flags: nothing is silently lost.
pub(super) struct TranscriptJson;

impl Exporter for TranscriptJson {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut head = serde_json::to_value(Transcript {
            schema: Transcript::SCHEMA.to_owned(),
            language: material.transcript.language.clone(),
            duration: material.transcript.duration,
            segments: Vec::new(),
            closed: public.closed().to_vec(),
            corrections: public.corrections(&material.transcript.corrections),
            warnings: material.transcript.warnings.clone(),
        })?;
        let mut out = Vec::from(*b"{");
        for (index, (key, value)) in head.as_object_mut().into_iter().flatten().enumerate() {
            out.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut out, key)?;
            out.extend_from_slice(b": ");
            if key != "segments" {
                serde_json::to_writer(&mut out, value)?;
                continue;
            }
            out.push(b'[');
            for (index, segment) in public.segments.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
                serde_json::to_writer(&mut out, segment)?;
            }
            out.extend_from_slice(b"\n]");
        }
        out.extend_from_slice(b"\n}\n");
        Ok(Outcome::new(out, public.warnings))
    }
}
