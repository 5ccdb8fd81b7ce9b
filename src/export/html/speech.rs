//! The transcript on the page, item by item, every segment with its time.

use std::collections::{HashMap, HashSet};

use super::item::Times;
use crate::export::text::{html, plain};
use crate::export::{PublicMeeting, doubt, prose};
use crate::meeting::{Segment, SegmentId};

/// The meeting's segments by item.
pub(super) struct Speech<'a> {
    by_item: HashMap<&'a str, Vec<&'a Segment>>,
    outside: Vec<&'a Segment>,
    /// First segment of each second: it carries the address `#t=…`.
    addressed: HashSet<SegmentId>,
}

impl<'a> Speech<'a> {
    pub(super) fn new(public: &PublicMeeting<'a>) -> Self {
        let shown: HashSet<&str> =
            public.items.iter().filter(|item| !item.closed).map(|item| item.number).collect();
        let mut speech =
            Self { by_item: HashMap::new(), outside: Vec::new(), addressed: HashSet::new() };
        let mut seconds = HashSet::new();
        for &segment in &public.segments {
            if seconds.insert(segment.start.max(0.0) as u64) {
                speech.addressed.insert(segment.id);
            }
            match public.item_of(segment).filter(|number| shown.contains(number)) {
                Some(number) => speech.by_item.entry(number).or_default().push(segment),
                None => speech.outside.push(segment),
            }
        }
        speech
    }

    /// What was said under an item.
    pub(super) fn of_item(&self, number: &str) -> String {
        match self.by_item.get(number) {
            Some(segments) => self.details(segments, false),
            None => String::new(),
        }
    }

    /// What was said outside the items that are shown.
    pub(super) fn outside(&self) -> String {
        if self.outside.is_empty() {
            return String::new();
        }
        let heading = match self.by_item.is_empty() {
            true => "Udskrift af hele mødet",
            false => "Uden for dagsordenens punkter",
        };
        format!(
            "<section class=\"item\" id=\"uden-for\" aria-labelledby=\"uden-for-h\">\n\
             <h2 id=\"uden-for-h\">{heading}</h2>\n{}</section>\n",
            self.details(&self.outside, self.by_item.is_empty())
        )
    }

    fn details(&self, segments: &[&Segment], open: bool) -> String {
        let length: f64 = segments.iter().map(|segment| segment.span().duration()).sum();
        let mut out = format!(
            "<details class=\"speech\"{}><summary><h3>Udskrift</h3> <span class=\"long\">{}</span>\
             </summary>\n",
            if open { " open" } else { "" },
            prose::length(length)
        );
        let mut speaker: Option<&str> = None;
        for segment in segments {
            // A withheld segment names nobody: that too was heard by the recogniser alone.
            let who = segment.speaker.as_deref().filter(|_| !segment.is_withheld());
            let name = who.filter(|_| who != speaker);
            speaker = who;
            out.push_str(&self.segment(segment, name));
        }
        out.push_str("</details>\n");
        out
    }

    fn segment(&self, segment: &Segment, name: Option<&str>) -> String {
        let id = match self.addressed.contains(&segment.id) {
            true => format!(" id=\"t={}\"", segment.start.max(0.0) as u64),
            false => String::new(),
        };
        let text = match segment.is_withheld() {
            true => format!("<span class=\"lost\">{}</span>", prose::WITHHELD),
            false => doubt::marked(segment, "<mark class=\"u\">", "</mark>", html),
        };
        let name = name.map(|name| format!("<b class=\"who\">{}</b> ", html(&plain(name))));
        format!(
            "<p class=\"s\"{id} data-s=\"{:.3}\" data-e=\"{:.3}\">{} <span>{}{text}</span></p>\n",
            segment.start,
            segment.end,
            Times.link(segment.start),
            name.unwrap_or_default(),
        )
    }
}
