//! `chapters.vtt`: the items that were found, in the order in which they were treated.
//!
//! A WebVTT chapter track wants cues that follow each other or nest; ours follow each other. An
//! item that is interrupted and reopened gives a chapter each time; items that begin at the same
//! moment (treated under ét) share one; a chapter that would reach into the next ends there.
//! Closed items have no chapter: the recording holds nothing that may be heard.

use super::text::{plain, vtt};
use super::{ExportError, Exporter, Material, PublicMeeting};
use crate::meeting::Outcome;

/// Shortest chapter, milliseconds: WebVTT demands that a cue ends after it starts.
const SHORTEST_MS: u64 = 1;

/// Writes `chapters.vtt`.
pub(super) struct Chapters;

struct Chapter {
    start: u64,
    end: u64,
    title: String,
}

impl Exporter for Chapters {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = String::from("WEBVTT\n");
        for (index, chapter) in chapters(&public).iter().enumerate() {
            out.push_str(&format!(
                "\n{}\n{} --> {}\n{}\n",
                index + 1,
                stamp(chapter.start),
                stamp(chapter.end),
                vtt(&chapter.title)
            ));
        }
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

fn chapters(public: &PublicMeeting<'_>) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for item in &public.items {
        for (index, span) in item.spans.iter().enumerate() {
            let mut title = format!("Punkt {}: {}", plain(item.number), plain(item.title));
            if index > 0 {
                title.push_str(" (genoptaget)");
            }
            let (start, end) = (milliseconds(span.start), milliseconds(span.end));
            chapters.push(Chapter { start, end, title });
        }
    }
    // Stable: items with the same start stay in the agenda's order.
    chapters.sort_by_key(|chapter| chapter.start);
    let mut flat: Vec<Chapter> = Vec::with_capacity(chapters.len());
    for mut chapter in chapters {
        if let Some(last) = flat.last_mut() {
            if last.start == chapter.start {
                last.title.push_str(" · ");
                last.title.push_str(&chapter.title);
                last.end = last.end.max(chapter.end);
                continue;
            }
            last.end = last.end.min(chapter.start);
        }
        chapter.end = chapter.end.max(chapter.start + SHORTEST_MS);
        flat.push(chapter);
    }
    flat
}

fn milliseconds(seconds: f64) -> u64 {
    // As in captions: times beyond 1,000 hours are nonsense.
    (seconds * 1000.0).round().clamp(0.0, 3_600_000_000.0) as u64
}

fn stamp(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}
