//! The ZIP around a DOCX file, with bounds on everything that a bomb could blow up. Nothing is
//! written to disk, so names with `..` reach nothing.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::agenda::{AgendaError, encoding, xml};

/// Most entries; a document with hundreds of pictures has hundreds.
const MOST_ENTRIES: usize = 10_000;
/// Largest part read, bytes unpacked. The text of a 1,000-page agenda is some 20 MB of XML.
const LARGEST_PART: u64 = 64 * 1024 * 1024;
/// XML packs 10-30 times; beyond this it is a bomb.
const MOST_RATIO: u64 = 200;
/// Below this size the ratio says nothing.
const SMALL: u64 = 1024 * 1024;

/// An opened package.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    name: &'a str,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8], name: &'a str) -> Result<Self, AgendaError> {
        let archive =
            ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(name, error.to_string()))?;
        if archive.len() > MOST_ENTRIES {
            return Err(AgendaError::TooMuch { name: name.to_owned(), what: "files inside" });
        }
        Ok(Self { archive, name })
    }

    /// The path of the document inside, as the package's relations name it.
    pub(super) fn main_part(&mut self) -> Result<String, AgendaError> {
        let relations = self.text("_rels/.rels")?;
        let root = relations.map(|text| xml::parse(&text, self.name)).transpose()?;
        let target = root.as_ref().and_then(|root| {
            let main = root.named("Relationship").find(|relation| {
                relation.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            })?;
            main.attribute("Target")
        });
        let path = target.unwrap_or("word/document.xml").trim_start_matches('/').to_owned();
        if self.archive.by_name(&path).is_err() {
            return Err(AgendaError::Unsupported {
                name: self.name.to_owned(),
                kind: "a ZIP archive, and no DOCX file",
            });
        }
        if !path.ends_with("document.xml") && !path.contains("word/") {
            return Err(AgendaError::Unsupported {
                name: self.name.to_owned(),
                kind: "an Office file, and no DOCX file",
            });
        }
        Ok(path)
    }

    /// A part's text; none when there is no such part.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, AgendaError> {
        let name = self.name;
        let file = match self.archive.by_name(path) {
            Ok(file) => file,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(broken(name, error.to_string())),
        };
        let packed = file.compressed_size().max(1);
        let bomb = || AgendaError::Bomb { name: name.to_owned() };
        if file.size() > LARGEST_PART {
            return Err(bomb());
        }
        // The declared size may lie: what really comes out is counted.
        let allowed = LARGEST_PART.min(packed.saturating_mul(MOST_RATIO).max(SMALL));
        let mut bytes = Vec::new();
        file.take(allowed + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(name, error.to_string()))?;
        if bytes.len() as u64 > allowed {
            return Err(bomb());
        }
        let text =
            encoding::decode(&bytes).ok_or_else(|| broken(name, "a part is no text".to_owned()))?;
        Ok(Some(text.value))
    }
}

fn broken(name: &str, reason: String) -> AgendaError {
    AgendaError::Package { name: name.to_owned(), reason }
}
