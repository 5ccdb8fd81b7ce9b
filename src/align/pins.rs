//! Pins: what a person has decided about the place of an item. Everything else is solved around them.
//!
//! One form everywhere (`--set`, a pins file, `internal/pins.txt` in a meeting's folder), one pin a
//! line:
//!
//! ```text
//! # the item's number = where it begins, and if need be where it ends
//! 7=18:42:10
//! 8=3723.5
//! 9=1:10:00-1:25:30
//! 10=none
//! starts-at=17:00:00
//! # when the doors were shut, whatever was heard and whatever the agenda says; or doors=open
//! doors=1:10:00-1:25:30,2:01:00-2:30:00
//! ```
//!
//! A time is seconds (`3723.5`) or h:mm:ss. It is counted from the start of the recording when it lies
//! within the recording, and else is a time of day, for which the time of day at which the recording
//! begins must be known (`starts-at`).

use std::collections::BTreeMap;
use std::fmt;

use super::AlignError;
use super::hearing::Hearing;
use crate::meeting::{Agenda, TimeSpan, Transcript, clock};

/// Longest line of a pins file, bytes.
const LONGEST: usize = 200;
/// Most pins; no agenda has more items.
const MOST: usize = 2_000;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// Decisions of a person about items.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pins {
    /// Time of day at which the recording begins, seconds after midnight.
    starts_at: Option<f64>,
    /// When the doors were shut; none means that nobody has said so.
    doors: Option<Vec<(Time, Time)>>,
    pins: BTreeMap<String, Pin>,
}

/// A decision about one item. Times are as they were given.
#[derive(Debug, Clone, PartialEq)]
enum Pin {
    /// It was not treated.
    Absent,
    Placed {
        start: Time,
        end: Option<Time>,
    },
}

/// A time as it was given.
#[derive(Debug, Clone, PartialEq)]
struct Time {
    text: String,
    seconds: f64,
    /// Whether it can be a time of day.
    clock: bool,
}

impl Pins {
    /// Reads a pins file; blank lines and lines that begin with # are left out.
    ///
    /// # Errors
    /// [`AlignError::NotAPin`] names the line; [`AlignError::PinnedTwice`].
    pub fn read(text: &str) -> Result<Self, AlignError> {
        let mut pins = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = pins.take(line)?;
            if let Some(number) = number {
                return Err(AlignError::PinnedTwice { number });
            }
        }
        Ok(pins)
    }

    /// Takes over one more line; it replaces what was pinned of the same item before. `7=auto` takes
    /// a pin away.
    ///
    /// # Errors
    /// [`AlignError::NotAPin`].
    pub fn set(&mut self, line: &str) -> Result<(), AlignError> {
        self.take(line.trim()).map(|_| ())
    }

    /// Gives the item's number when it was pinned already.
    fn take(&mut self, line: &str) -> Result<Option<String>, AlignError> {
        let wrong = || AlignError::NotAPin { line: line.chars().take(60).collect() };
        let (number, place) =
            line.split_once('=').filter(|_| line.len() <= LONGEST).ok_or_else(wrong)?;
        let (number, place) = (number.trim(), place.trim());
        if number.is_empty() || self.pins.len() >= MOST {
            return Err(wrong());
        }
        if number == "starts-at" {
            let time = Time::read(place).filter(|time| time.clock && time.seconds < DAY);
            self.starts_at = Some(time.ok_or_else(wrong)?.seconds);
            return Ok(None);
        }
        if number == "doors" {
            let before = self.doors.take();
            self.doors = match place {
                "auto" => None,
                "open" => Some(Vec::new()),
                _ => {
                    let stretch = |text: &str| {
                        let (start, end) = text.split_once('-')?;
                        Some((Time::read(start)?, Time::read(end)?))
                    };
                    Some(place.split(',').map(stretch).collect::<Option<_>>().ok_or_else(wrong)?)
                }
            };
            return Ok(before.map(|_| number.to_owned()));
        }
        let pin = match place {
            "auto" => {
                self.pins.remove(number);
                return Ok(None);
            }
            "none" => Pin::Absent,
            _ => {
                let (start, end) = match place.split_once('-') {
                    Some((start, end)) => (start, Some(end)),
                    None => (place, None),
                };
                let start = Time::read(start).ok_or_else(wrong)?;
                let end = end.map(|end| Time::read(end).ok_or_else(wrong)).transpose()?;
                Pin::Placed { start, end }
            }
        };
        let before = self.pins.insert(number.to_owned(), pin);
        Ok(before.map(|_| number.to_owned()))
    }

    /// Whether every pinned item is on the agenda, as far as can be told before anything is heard.
    ///
    /// # Errors
    /// [`AlignError::UnknownItem`].
    pub fn check(&self, agenda: &Agenda) -> Result<(), AlignError> {
        let unknown = self.pins.keys().find(|number| agenda.item(number).is_none());
        unknown.map_or(Ok(()), |number| Err(AlignError::UnknownItem { number: number.clone() }))
    }

    /// The pins as segments of this meeting.
    pub(super) fn fix(
        &self,
        transcript: &Transcript,
        agenda: &Agenda,
        hearing: &Hearing<'_>,
    ) -> Result<Fixed, AlignError> {
        let last = hearing.segments.iter().map(|heard| heard.segment.end).fold(0.0, f64::max);
        let length = transcript.duration.unwrap_or(0.0).max(last);
        let mut fixed = Fixed { starts_at: self.starts_at, ..Fixed::default() };
        for (number, pin) in &self.pins {
            let item = agenda
                .items
                .iter()
                .position(|item| item.number == *number)
                .ok_or_else(|| AlignError::UnknownItem { number: number.clone() })?;
            let Pin::Placed { start, end } = pin else {
                fixed.absent.push(item);
                continue;
            };
            let start = self.within(number, start, length)?;
            let end = end.as_ref().map(|end| self.within(number, end, length)).transpose()?;
            if end.is_some_and(|end| end <= start) {
                return Err(AlignError::EndsBeforeItBegins { number: number.clone() });
            }
            let segment = hearing
                .segments
                .iter()
                .position(|heard| (heard.segment.start + heard.segment.end) / 2.0 >= start)
                .ok_or_else(|| AlignError::NothingSaid {
                    number: number.clone(),
                    time: clock(start),
                })?;
            fixed.starts.push(Start { item, segment, start, end });
        }
        if let Some(doors) = &self.doors {
            let stretch = |(start, end): &(Time, Time)| {
                let start = self.within("doors", start, length)?;
                let end = self.within("doors", end, length)?;
                let span = TimeSpan::new(start, end);
                (end > start).then_some(span).ok_or(AlignError::DoorsOpenBeforeTheyShut)
            };
            fixed.doors = Some(doors.iter().map(stretch).collect::<Result<_, _>>()?);
        }
        fixed.starts.sort_by(|a, b| a.start.total_cmp(&b.start));
        let number = |at: &Start| agenda.items[at.item].number.clone();
        for pair in fixed.starts.windows(2) {
            let overlaps = pair[0].end.is_some_and(|end| end > pair[1].start);
            if overlaps || pair[0].segment == pair[1].segment {
                let (one, other) = (number(&pair[0]), number(&pair[1]));
                return Err(AlignError::Contradiction { one, other });
            }
        }
        Ok(fixed)
    }

    /// The time as seconds into the recording.
    fn within(&self, number: &str, time: &Time, length: f64) -> Result<f64, AlignError> {
        if time.seconds <= length {
            return Ok(time.seconds);
        }
        let outside = || AlignError::OutsideRecording {
            number: number.to_owned(),
            time: time.text.clone(),
            length: clock(length),
        };
        if !time.clock {
            return Err(outside());
        }
        let Some(starts_at) = self.starts_at else {
            return Err(AlignError::StartUnknown {
                number: number.to_owned(),
                time: time.text.clone(),
                length: clock(length),
            });
        };
        // Meetings may go on past midnight.
        let into = (time.seconds - starts_at).rem_euclid(DAY);
        if into <= length { Ok(into) } else { Err(outside()) }
    }
}

/// The lines of a pins file.
impl fmt::Display for Pins {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(starts_at) = self.starts_at {
            writeln!(to, "starts-at={}", clock(starts_at))?;
        }
        if let Some(doors) = &self.doors {
            let stretch = |(start, end): &(Time, Time)| format!("{}-{}", start.text, end.text);
            let stretches: Vec<String> = doors.iter().map(stretch).collect();
            let all = stretches.join(",");
            writeln!(to, "doors={}", if all.is_empty() { "open" } else { all.as_str() })?;
        }
        for (number, pin) in &self.pins {
            match pin {
                Pin::Absent => writeln!(to, "{number}=none")?,
                Pin::Placed { start, end: None } => writeln!(to, "{number}={}", start.text)?,
                Pin::Placed { start, end: Some(end) } => {
                    writeln!(to, "{number}={}-{}", start.text, end.text)?;
                }
            }
        }
        Ok(())
    }
}

impl Time {
    /// `3723.5`, `18:42` or `18:42:10`; `18.42.10` as in Danish. None for `18.42`, which may be either.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts: Vec<&str> = text.split(':').collect();
        let dotted: Vec<&str> = text.split('.').collect();
        match dotted.as_slice() {
            [hours, minutes] if parts.len() == 1 && hours.len() <= 2 && minutes.len() == 2 => {
                return None;
            }
            [_, _, _] => parts = dotted,
            _ => {}
        }
        let seconds = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            text.parse::<f64>().ok().filter(|value| plain && value.is_finite() && *value < 1e7)
        };
        let whole = |text: &str, most: u32| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|value| plain && *value <= most).map(f64::from)
        };
        let value = match parts.as_slice() {
            [alone] => seconds(alone)?,
            [hours, minutes] => whole(hours, 99)? * 3600.0 + whole(minutes, 59)? * 60.0,
            [hours, minutes, rest] => {
                let rest = seconds(rest).filter(|rest| *rest < 60.0)?;
                whole(hours, 99)? * 3600.0 + whole(minutes, 59)? * 60.0 + rest
            }
            _ => return None,
        };
        Some(Self { text: text.to_owned(), seconds: value, clock: parts.len() > 1 })
    }
}

/// Pins as places in the transcript.
#[derive(Debug, Clone, Default)]
pub(super) struct Fixed {
    /// By time.
    pub(super) starts: Vec<Start>,
    /// Items that were not treated.
    pub(super) absent: Vec<usize>,
    /// Time of day at which the recording begins, seconds after midnight.
    pub(super) starts_at: Option<f64>,
    /// When a person says that the doors were shut, and at no other time.
    pub(super) doors: Option<Vec<TimeSpan>>,
}

/// An item whose beginning is pinned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) item: usize,
    /// The first segment that belongs to it.
    pub(super) segment: usize,
    /// Seconds into the recording.
    pub(super) start: f64,
    /// The same.
    pub(super) end: Option<f64>,
}

impl Fixed {
    /// The pin of an item's beginning.
    pub(super) fn of_item(&self, item: usize) -> Option<&Start> {
        self.starts.iter().find(|start| start.item == item)
    }

    /// The pin that lies at a segment.
    pub(super) fn at(&self, segment: usize) -> Option<&Start> {
        self.starts.iter().find(|start| start.segment == segment)
    }
}
