//! The archive as files that any web server can hand out.
//!
//! The same pages as the server's, with relative links; the search runs in the reader's browser, on
//! an index in many small files of which it fetches those that a query needs.

mod index;

use std::path::{Path, PathBuf};

use super::address::{Addresses, step};
use super::catalogue::{self, Files, LATEST, PER_LIST};
use super::error::ServerError;
use super::feeds::{self, ENTRIES, Entry};
use super::pages::{self, Site};
use super::{assets, base_url};
use crate::archive::{Filter, Meeting, Reader};
use crate::folder::write_whole;
use crate::meeting::{Outcome, Stage, Warning};
use index::Index;

/// A file by which a site of ours is known: only such a folder is ever replaced.
const MARK: &str = ".referent-site";

/// A site to be built.
#[derive(Debug, Clone)]
pub struct StaticSite {
    /// Where it goes.
    pub out: PathBuf,
    /// The address by which the world will know it; feeds, sitemap and the widget need it.
    pub base_url: Option<String>,
    /// Whether recordings become part of it.
    pub recordings: bool,
}

/// What was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Built {
    pub meetings: usize,
    pub files: usize,
    pub recordings: usize,
}

impl StaticSite {
    /// Writes the whole site beside its place and then puts it there: a reader sees the old site or
    /// the new one, and a build that is stopped leaves the old one.
    ///
    /// # Errors
    /// [`ServerError::Taken`] when the place holds anything but an earlier site; those of the archive
    /// and of the file system.
    pub fn build(&self, data: &Path) -> Result<Outcome<Built>, ServerError> {
        let base = self.base_url.as_deref().map(base_url).transpose()?;
        let reader = Reader::open(data)?;
        self.check_place()?;
        let parent = match self.out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs_err::create_dir_all(parent)?;
        let scratch = tempfile::Builder::new().prefix(".referent-site-").tempdir_in(parent)?;
        let municipality = catalogue::municipality(&reader)?;
        let mut work = Work {
            reader: &reader,
            root: scratch.path().to_path_buf(),
            base,
            municipality,
            recordings: self.recordings,
            index: Index::default(),
            built: Built::default(),
            warnings: Vec::new(),
        };
        work.everything()?;
        let (built, mut warnings) = (work.built, work.warnings);
        if self.base_url.is_none() {
            let text = "without --base-url the site has no sitemap, and its feed and widget cannot name \
                        the site's address";
            warnings.push(Warning::notice(Stage::Export, "site-without-address", text));
        }
        self.put(scratch)?;
        Ok(Outcome::new(built, warnings))
    }

    /// A folder that is not there, is empty, or holds an earlier site.
    fn check_place(&self) -> Result<(), ServerError> {
        if !self.out.exists() || self.out.join(MARK).is_file() {
            return Ok(());
        }
        let empty = self.out.is_dir() && fs_err::read_dir(&self.out)?.next().is_none();
        if empty { Ok(()) } else { Err(ServerError::Taken { path: self.out.clone() }) }
    }

    fn put(&self, scratch: tempfile::TempDir) -> Result<(), ServerError> {
        // tempfile makes folders for their owner alone; a web server must be able to read this one.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs_err::set_permissions(scratch.path(), std::fs::Permissions::from_mode(0o755))?;
        }
        let new = scratch.keep();
        if self.out.exists() {
            let mut old = new.clone().into_os_string();
            old.push("-old");
            let old = PathBuf::from(old);
            fs_err::rename(&self.out, &old)?;
            fs_err::rename(&new, &self.out)?;
            fs_err::remove_dir_all(&old)?;
        } else {
            fs_err::rename(&new, &self.out)?;
        }
        Ok(())
    }
}

/// A build in progress.
struct Work<'a> {
    reader: &'a Reader,
    root: PathBuf,
    base: Option<String>,
    municipality: Option<String>,
    recordings: bool,
    index: Index,
    built: Built,
    warnings: Vec<Warning>,
}

impl Work<'_> {
    /// The site as a page sees it that stands `depth` folders below the root.
    fn site(&self, depth: usize) -> Site {
        Site {
            addresses: Addresses::relative(depth, self.base.as_deref()),
            municipality: self.municipality.clone(),
        }
    }

    fn everything(&mut self) -> Result<(), ServerError> {
        self.write(
            MARK,
            b"A site made by `referent site build`. It may be replaced by the next one.\n",
        )?;
        for (name, _, text) in assets::FILES {
            self.write(&format!("aktiver/{name}"), text.as_bytes())?;
        }
        self.write("widget.js", assets::WIDGET.as_bytes())?;
        let committees = self.reader.committees()?;
        let latest = self.reader.meetings(&Filter::default(), LATEST, 0)?;
        self.page("index.html", pages::front(&self.site(0), &latest, &committees))?;
        self.page("om/index.html", pages::about(&self.site(1)))?;
        self.page("soeg/index.html", pages::static_search(&self.site(1), &committees))?;
        self.all_meetings()?;
        for committee in &committees {
            let filter = Filter { committee: Some(committee.slug.clone()), ..Filter::default() };
            let all = self.reader.meetings(&filter, usize::MAX, 0)?;
            let page = pages::committee(&self.site(2), committee, &all, 1, 1);
            self.page(&format!("udvalg/{}/index.html", committee.slug), page)?;
        }
        let mut offset = 0;
        loop {
            let heads = self.reader.meetings(&Filter::default(), PER_LIST, offset)?;
            if heads.is_empty() {
                break;
            }
            for head in &heads {
                if let Some(meeting) = self.reader.meeting(head.id.as_str())? {
                    self.meeting(&meeting)?;
                }
            }
            offset += heads.len();
        }
        self.feeds()?;
        let index = std::mem::take(&mut self.index);
        for (name, bytes) in index.files().map_err(bug)? {
            self.write(&name, &bytes)?;
        }
        Ok(())
    }

    /// One page lists all: a few hundred lines are easier to look through than their pages.
    fn all_meetings(&mut self) -> Result<(), ServerError> {
        let all = self.reader.meetings(&Filter::default(), usize::MAX, 0)?;
        self.page("moeder/index.html", pages::meetings(&self.site(1), &all, 1, 1))
    }

    fn meeting(&mut self, meeting: &Meeting) -> Result<(), ServerError> {
        let id = meeting.head.id.as_str();
        let files = Files::of(meeting);
        let home = format!("moede/{id}");
        let mut ending = None;
        if let (Some(from), true) = (&files.recording, self.recordings) {
            let kind = pages::kind_of(from).0;
            let to = self.root.join(format!("{home}/optagelse.{kind}"));
            fs_err::create_dir_all(self.root.join(&home))?;
            // A second name for the same file where the disk can do that; else a copy.
            if fs_err::hard_link(from, &to).is_err() {
                fs_err::copy(from, &to)?;
            }
            self.built.recordings += 1;
            self.built.files += 1;
            ending = Some(kind);
        }
        if let Some(from) = &files.captions {
            let bytes = fs_err::read(from)?;
            self.write(&format!("{home}/undertekster.vtt"), &bytes)?;
        }
        let (ending, captions) = (ending.as_deref(), files.captions.is_some());
        let page = pages::meeting(&self.site(2), meeting, ending, captions, None);
        self.page(&format!("{home}/index.html"), page)?;
        for item in &meeting.items {
            let Some(step) = step(&item.number) else {
                let text =
                    "the item's number cannot be the name of a folder; it has no page of its own";
                let warning = Warning::notice(Stage::Export, "item-without-page", text);
                self.warnings.push(warning.on_item(&item.number));
                continue;
            };
            let page = pages::item(&self.site(4), meeting, item, ending, captions, None);
            self.page(&format!("{home}/punkt/{step}/index.html"), page)?;
            if !item.closed {
                let page = pages::widget(&self.site(3), meeting, item, ending, captions, None);
                self.page(&format!("widget/{id}/{step}/index.html"), page)?;
            }
        }
        for (name, bytes) in self.index.add(meeting).map_err(bug)? {
            self.write(&name, &bytes)?;
        }
        self.built.meetings += 1;
        Ok(())
    }

    fn feeds(&mut self) -> Result<(), ServerError> {
        let site = self.site(0);
        let to = &site.addresses;
        let heads = self.reader.meetings(&Filter::default(), ENTRIES, 0)?;
        let entries: Vec<Entry> = heads.iter().map(|head| Entry::of_meeting(to, head)).collect();
        let own = to.file("feed.atom");
        let feed = feeds::atom(to, &site.name(), (&own, &to.front()), &entries)?;
        self.write("feed.atom", &feed)?;
        if self.base.is_some() {
            let places = feeds::places(to, self.reader)?;
            self.write("sitemap.xml", &feeds::sitemap(&places)?)?;
        }
        self.write("robots.txt", feeds::robots(to).as_bytes())
    }

    fn page(&mut self, name: &str, page: maud::Markup) -> Result<(), ServerError> {
        self.write(name, page.into_string().as_bytes())
    }

    /// `name` is made of ids, slugs and our own words only, and never climbs.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), ServerError> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        // The whole site takes its place at the end; until then no file needs to be synced.
        match name == MARK {
            true => write_whole(&path, bytes).map(|_| ())?,
            false => fs_err::write(&path, bytes)?,
        }
        self.built.files += 1;
        Ok(())
    }
}

fn bug(error: serde_json::Error) -> ServerError {
    ServerError::Bug(error.to_string())
}
