//! The recording for search engines: schema.org `VideoObject` with a `Clip` for each item.

use serde_json::{Value, json};

use super::shell::Site;
use crate::archive::Meeting;
use crate::export::plain;
use crate::server::address::whole;

/// JSON-LD in which no `<` stands, so that nothing in it can end the block. None where the site does
/// not know its own address, or no recording is shown: then there is no video to tell of.
pub(super) fn video(site: &Site, meeting: &Meeting, ending: Option<&str>) -> Option<String> {
    let to = &site.addresses;
    let id = meeting.head.id.as_str();
    let page = to.absolute(&to.meeting(id))?;
    let recording = to.absolute(&to.recording(id, ending?))?;
    let clips: Vec<Value> = meeting
        .items
        .iter()
        .filter(|item| !item.closed)
        .filter_map(|item| {
            let (first, last) = (item.spans.first()?, item.spans.last()?);
            let start = whole(first.start);
            Some(json!({
                "@type": "Clip", "name": format!("{} {}", plain(&item.number), plain(&item.title)),
                "startOffset": start, "endOffset": whole(last.end).max(start + 1),
                "url": to.absolute(&to.moment(id, first.start, None))?,
            }))
        })
        .collect();
    let mut object = json!({
        "@context": "https://schema.org", "@type": "VideoObject",
        "name": plain(&meeting.head.title), "description": super::front::line(&meeting.head),
        "inLanguage": "da", "contentUrl": recording, "url": page,
        "isAccessibleForFree": true,
    });
    if let Some(date) = &meeting.head.date {
        object["uploadDate"] = json!(date);
    }
    if let Some(seconds) = meeting.head.duration {
        object["duration"] = json!(format!("PT{}S", whole(seconds)));
    }
    if !clips.is_empty() {
        object["hasPart"] = Value::Array(clips);
    }
    serde_json::to_string(&object).ok().map(|json| json.replace('<', "\\u003c"))
}
