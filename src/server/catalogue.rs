//! What pages, feeds and the static site look up in the archive.

use std::path::PathBuf;

use super::pages::{self, Search};
use crate::archive::{
    ArchiveError, Committee, Filter, Meeting, MeetingHead, Query, Reader, Results, Source,
};

/// Meetings on a page of a list.
pub(super) const PER_LIST: usize = 50;
/// Items on a page of results.
pub(super) const PER_PAGE: usize = 10;
/// Meetings on the front page.
pub(super) const LATEST: usize = 8;

/// The municipality that all the newest meetings name; none when there are several.
pub(super) fn municipality(reader: &Reader) -> Result<Option<String>, ArchiveError> {
    let heads = reader.meetings(&Filter::default(), 100, 0)?;
    let mut names = heads.into_iter().filter_map(|head| head.municipality);
    let Some(first) = names.next() else { return Ok(None) };
    Ok(names.all(|name| name == first).then_some(first))
}

/// A committee by its slug.
pub(super) fn committee(reader: &Reader, slug: &str) -> Result<Option<Committee>, ArchiveError> {
    Ok(reader.committees()?.into_iter().find(|one| one.slug == slug))
}

/// Page `number` (from 1) of the meetings that fit, and how many pages there are (at least one).
pub(super) fn list(
    reader: &Reader,
    filter: &Filter,
    number: usize,
) -> Result<(Vec<MeetingHead>, usize), ArchiveError> {
    let pages = reader.count(filter)?.div_ceil(PER_LIST).max(1);
    let shown = reader.meetings(filter, PER_LIST, (number - 1) * PER_LIST)?;
    Ok((shown, pages))
}

/// What the form asks, as the archive understands it.
pub(super) fn query(search: &Search, limit: usize, offset: usize) -> Query {
    let given = |value: &String| (!value.is_empty()).then(|| value.clone());
    Query {
        text: search.q.clone(),
        filter: Filter {
            from: given(&search.fra),
            to: given(&search.til),
            committee: given(&search.udvalg),
            meeting: None,
            item: None,
            speaker: given(&search.taler),
            party: given(&search.parti),
            outcome: search.outcome(),
        },
        limit,
        offset,
    }
}

/// Hits of a saved search, the newest meetings first.
pub(super) fn newest(reader: &Reader, search: &Search) -> Result<Results, ArchiveError> {
    let mut found = reader.search(&query(search, Query::MOST, 0))?;
    found.items.sort_by(|a, b| b.meeting.date.cmp(&a.meeting.date));
    Ok(found)
}

/// The files of a meeting that may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Files {
    pub(super) recording: Option<PathBuf>,
    pub(super) captions: Option<PathBuf>,
}

impl Files {
    /// The recording when nothing of the meeting was closed. Otherwise a copy of it from which the
    /// closed part was cut or silenced, when somebody has laid one into the folder under the name
    /// `public` (`public.mp4`).
    pub(super) fn of(meeting: &Meeting) -> Self {
        Self::from(&meeting.source, !pages::is_publishable(meeting))
    }

    /// The same for what [`Reader::source`] tells.
    pub(super) fn from(source: &Source, closed: bool) -> Self {
        const ENDINGS: [&str; 8] = ["mp4", "webm", "m4a", "mp3", "opus", "ogg", "flac", "wav"];
        let there = |path: &PathBuf| path.is_file();
        let copy = ENDINGS.iter().map(|ending| source.folder.join(format!("public.{ending}")));
        let copy = copy.filter(|_| source.folder.is_absolute()).find(there);
        let whole = source.recording.clone().filter(|path| !closed && path.is_file());
        Self { recording: copy.or(whole), captions: source.captions.clone().filter(there) }
    }

    /// Ending of the recording.
    pub(super) fn ending(&self) -> Option<String> {
        self.recording.as_deref().map(|path| pages::kind_of(path).0)
    }
}
