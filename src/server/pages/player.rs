//! The recording on a page, where it may be shown.

use maud::{Markup, html};

use super::shell::Site;
use crate::archive::Meeting;
use crate::server::address::whole;

/// Endings of recordings that have no picture.
const SOUND_ONLY: [&str; 11] =
    ["mp3", "wav", "flac", "ogg", "oga", "opus", "m4a", "aac", "wma", "alac", "mka"];

/// Whether the whole recording may be shown: nothing of the meeting was closed. Where something was,
/// the recording holds it, and only a public copy without it may be shown.
pub(in crate::server) fn is_publishable(meeting: &Meeting) -> bool {
    meeting.closed.is_empty() && !meeting.items.iter().any(|item| item.closed)
}

/// Ending (lower case) and media type of a recording by its file name.
pub(in crate::server) fn kind_of(path: &std::path::Path) -> (String, &'static str) {
    let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase());
    let ending: String =
        ending.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(5).collect();
    let kind = match ending.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "mpg" | "mpeg" => "video/mpeg",
        "ts" | "mts" | "m2ts" => "video/mp2t",
        "wmv" => "video/x-ms-wmv",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "wma" => "audio/x-ms-wma",
        "mka" => "audio/x-matroska",
        _ => "application/octet-stream",
    };
    (ending, kind)
}

/// What the player needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player<'a> {
    pub(super) meeting: &'a Meeting,
    /// Ending of the recording that is shown; none when there is none to show.
    pub(super) ending: Option<&'a str>,
    pub(super) captions: bool,
    /// Where it begins, seconds.
    pub(super) from: Option<f64>,
}

/// Player, captions and share link, or why there is no recording.
pub(super) fn player(site: &Site, shown: Player<'_>) -> Markup {
    let Player { meeting, ending, captions, from } = shown;
    let id = meeting.head.id.as_str();
    html! {
        section.player aria-labelledby="optagelse" {
            h2.sr #optagelse { "Optagelsen" }
            @if let Some(ending) = ending {
                @let source = site.addresses.recording(id, ending)
                    + &from.map(|from| format!("#t={}", whole(from))).unwrap_or_default();
                @let track = captions.then(|| site.addresses.captions(id));
                @if SOUND_ONLY.contains(&ending) {
                    audio #lyd controls preload="metadata" src=(source) {
                        @if let Some(track) = &track { track kind="captions" src=(track) srclang="da" label="Dansk"; }
                    }
                } @else {
                    video #lyd controls preload="metadata" playsinline src=(source) {
                        @if let Some(track) = &track { track kind="captions" src=(track) srclang="da" label="Dansk"; }
                    }
                }
                p #nu hidden {}
                p #valg hidden { label { input #foelg type="checkbox"; " Følg med i teksten, mens der afspilles" } }
                div.share #del hidden {
                    button.plain type="button" { "Kopiér link til dette sted" }
                    span.small #del-svar role="status" {}
                }
            } @else if !is_publishable(meeting) {
                p { "Optagelsen vises ikke, fordi en del af mødet var lukket. Udskriften af den åbne del står her på siden." }
            } @else {
                p { "Optagelsen er ikke lagt i arkivet. Tidskoderne viser, hvornår det blev sagt." }
            }
        }
    }
}
