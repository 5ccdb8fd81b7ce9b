//! The lines of a journal, and how they are read back from whatever a crash left of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Completion, FolderError, JournalKey};
use crate::meeting::{TimeSpan, WindowText, WindowVerdict};

/// Schema of the journal, in its first line. Lines of an unknown kind are passed over, so that a
/// later version may add some; what would mislead this version gets another number.
pub(super) const SCHEMA: &str = "referent/journal/1";

/// Longest line that is read back, bytes; a window of 30 s needs about 30 kB.
const MAX_LINE: u64 = 4 << 20;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Journal(Header),
    Window(WindowText),
    Complete(Completion),
}

impl Line {
    /// The first line of a new journal.
    pub(super) fn header(key: JournalKey) -> Self {
        Self::Journal(Header { schema: SCHEMA.to_owned(), key })
    }
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// The first journals had none.
    #[serde(default)]
    schema: String,
    #[serde(flatten)]
    key: JournalKey,
}

/// Everything that could be read.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// From the first line; none when it is damaged, or of a version that we don't know.
    pub(super) key: Option<JournalKey>,
    /// The schema, when we don't know it.
    pub(super) newer: Option<String>,
    /// Where the windows lie; the last line of each counts.
    pub(super) windows: BTreeMap<u32, TimeSpan>,
    /// Those of which the engine made nothing.
    pub(super) failed: BTreeSet<u32>,
    pub(super) completion: Option<Completion>,
    /// Lines that could not be read.
    pub(super) damaged: u32,
    /// Bytes up to the end of the last whole line.
    pub(super) end: u64,
    /// Bytes in all.
    pub(super) bytes: u64,
}

impl Contents {
    /// Reads the journal at `path`; a missing one is empty. Its texts are left in the file, so that
    /// memory does not follow the length of the meeting.
    pub(super) fn read(path: &Path) -> Result<Self, FolderError> {
        Self::read_with(path, |_| {})
    }

    /// [`Self::read`] that hands every window's text to `each`, in the order of the file.
    pub(super) fn read_with(
        path: &Path,
        mut each: impl FnMut(WindowText),
    ) -> Result<Self, FolderError> {
        let failed = |error| FolderError::from_io(path, error);
        let file = match fs_err::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut reader = BufReader::new(file);
        let mut contents = Self::default();
        let mut bytes = Vec::new();
        let mut overlong = false;
        loop {
            bytes.clear();
            let read =
                Read::take(&mut reader, MAX_LINE).read_until(b'\n', &mut bytes).map_err(failed)?;
            contents.bytes += read as u64;
            if bytes.last() == Some(&b'\n') {
                let is_first = contents.end == 0;
                contents.end = contents.bytes;
                if std::mem::take(&mut overlong) {
                    contents.damaged += 1;
                } else {
                    contents.take_in(&bytes, is_first, &mut each);
                }
            } else if read as u64 == MAX_LINE {
                overlong = true;
            } else {
                return Ok(contents);
            }
        }
    }

    fn take_in(&mut self, bytes: &[u8], is_first: bool, each: &mut impl FnMut(WindowText)) {
        match serde_json::from_slice(bytes) {
            Ok(Line::Journal(header)) if is_first => {
                if header.schema.is_empty() || header.schema == SCHEMA {
                    self.key = Some(header.key);
                } else {
                    self.newer = Some(header.schema);
                }
            }
            Ok(Line::Journal(_)) => self.damaged += 1,
            Ok(Line::Window(window)) => {
                self.windows.insert(window.index, window.span);
                if window.verdict == WindowVerdict::Failed {
                    self.failed.insert(window.index);
                } else {
                    self.failed.remove(&window.index);
                }
                each(window);
            }
            Ok(Line::Complete(completion)) => self.completion = Some(completion),
            Err(_) if is_first => self.newer = unknown_schema(bytes),
            Err(_) if is_foreign(bytes) => {}
            Err(_) => self.damaged += 1,
        }
    }
}

/// The schema in a first line that is not ours.
fn unknown_schema(bytes: &[u8]) -> Option<String> {
    let line: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let schema = line.get("journal")?.get("schema")?.as_str()?;
    (schema != SCHEMA).then(|| schema.to_owned())
}

/// Whether this is a whole line of a kind that a later version added.
fn is_foreign(bytes: &[u8]) -> bool {
    let Ok(serde_json::Value::Object(line)) = serde_json::from_slice(bytes) else { return false };
    line.keys().all(|kind| !["journal", "window", "complete"].contains(&kind.as_str()))
}
