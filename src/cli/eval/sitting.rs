//! A sitting with known items as a meeting of the archive.

use std::path::Path;

use crate::archive::{Item, Meeting, MeetingHead, MeetingId, Origin, Source, Speech};
use crate::eval::search::Sitting;
use crate::meeting::{ApprovalState, ItemState, TimeSpan};

/// Seconds of a turn: the sittings only have minutes.
const TURN: f64 = 10.0;

/// The sitting as the archive takes it: clean titles, noisy turns. The title is all that tells it
/// from the others.
pub(super) fn as_meeting(title: &str, sitting: &Sitting) -> Meeting {
    let time = |turn: usize| turn as f64 * TURN;
    let speech = sitting.turns.iter().enumerate().map(|(turn, of)| Speech {
        id: u32::try_from(turn + 1).unwrap_or(u32::MAX),
        start: time(turn),
        end: time(turn + 1),
        text: of.noisy.clone(),
        speaker: of.speaker.clone(),
        party: of.party.clone(),
        item: (of.item > 0).then(|| of.item.to_string()),
        doubts: Vec::new(),
    });
    let items = sitting.agenda.iter().map(|entry| {
        let first = sitting.turns.iter().position(|turn| turn.item == entry.no);
        let last = sitting.turns.iter().rposition(|turn| turn.item == entry.no);
        let span = first.zip(last).map(|(first, last)| TimeSpan::new(time(first), time(last + 1)));
        Item {
            number: entry.no.to_string(),
            title: entry.title.clone(),
            state: Some(if span.is_some() { ItemState::Treated } else { ItemState::NotFound }),
            spans: span.into_iter().collect(),
            ..Item::default()
        }
    });
    Meeting {
        head: MeetingHead {
            id: MeetingId::new(Some(&sitting.date), title, ""),
            title: title.to_owned(),
            municipality: None,
            committee: Some("Folketinget".to_owned()),
            date: Some(sitting.date.clone()),
            duration: Some(time(sitting.turns.len())),
            state: ApprovalState::Godkendt,
        },
        items: items.collect(),
        speech: speech.collect(),
        closed: Vec::new(),
        attendance: Vec::new(),
        members: Vec::new(),
        origin: Origin::default(),
        source: Source {
            folder: Path::new("/").join(title),
            fingerprint: title.to_owned(),
            ..Source::default()
        },
    }
}
