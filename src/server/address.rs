//! Where everything stands: the addresses of pages, as seen from another page.

use std::fmt::Write;

/// How one page names the others.
///
/// The server's pages name them from the root of the site (`/moede/ID`). The pages of a static site
/// name them from where they stand themselves (`../../moede/ID/index.html`), so that the site works
/// below any path and on any file server.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// `""` or `/arkiv` for the server; `""`, `../` or `../../` … for a static page.
    root: String,
    is_static: bool,
    /// `https://referat.kommune.dk/arkiv`, without a final slash; none where it is not known.
    base: Option<String>,
}

impl Addresses {
    /// For pages from the server. `base` is an absolute address without a final slash.
    pub(super) fn served(base: &str) -> Self {
        let path =
            base.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        Self {
            root: path.unwrap_or_default().to_owned(),
            is_static: false,
            base: Some(base.to_owned()),
        }
    }

    /// For a static page that stands `depth` folders below the site's root.
    pub(super) fn relative(depth: usize, base: Option<&str>) -> Self {
        Self { root: "../".repeat(depth), is_static: true, base: base.map(str::to_owned) }
    }

    /// Whether no server answers.
    pub(super) fn is_static(&self) -> bool {
        self.is_static
    }

    /// A page by its path below the root (`moede/ID`; empty for the front page).
    fn page(&self, path: &str) -> String {
        match (self.is_static, path.is_empty()) {
            (true, true) => format!("{}index.html", self.root),
            (true, false) => format!("{}{path}/index.html", self.root),
            (false, _) => format!("{}/{path}", self.root),
        }
    }

    /// A file by its path below the root.
    pub(super) fn file(&self, path: &str) -> String {
        match self.is_static {
            true => format!("{}{path}", self.root),
            false => format!("{}/{path}", self.root),
        }
    }

    pub(super) fn front(&self) -> String {
        self.page("")
    }

    pub(super) fn search(&self) -> String {
        self.page("soeg")
    }

    pub(super) fn meetings(&self) -> String {
        self.page("moeder")
    }

    pub(super) fn about(&self) -> String {
        self.page("om")
    }

    pub(super) fn committee(&self, slug: &str) -> String {
        self.page(&format!("udvalg/{}", escape(slug)))
    }

    pub(super) fn meeting(&self, id: &str) -> String {
        self.page(&format!("moede/{}", escape(id)))
    }

    /// The meeting at a time; `mark` is the id of the element to go to.
    pub(super) fn moment(&self, id: &str, seconds: f64, mark: Option<&str>) -> String {
        let mut address = format!("{}?t={}", self.meeting(id), whole(seconds));
        if let Some(mark) = mark {
            let _ = write!(address, "#{mark}");
        }
        address
    }

    pub(super) fn item(&self, id: &str, number: &str) -> String {
        match self.is_static && step(number).is_none() {
            true => self.meeting(id),
            false => self.page(&format!("moede/{}/punkt/{}", escape(id), escape(number))),
        }
    }

    pub(super) fn recording(&self, id: &str, ending: &str) -> String {
        match self.is_static {
            true => self.file(&format!("moede/{}/optagelse.{}", escape(id), escape(ending))),
            false => self.file(&format!("moede/{}/optagelse", escape(id))),
        }
    }

    pub(super) fn captions(&self, id: &str) -> String {
        self.file(&format!("moede/{}/undertekster.vtt", escape(id)))
    }

    /// The page as the world names it; none when the site's own address is not known.
    pub(super) fn absolute(&self, address: &str) -> Option<String> {
        let base = self.base.as_deref()?;
        let path = address.strip_prefix(self.root.as_str()).unwrap_or(address);
        Some(format!("{base}/{}", path.trim_start_matches('/')))
    }
}

/// Whole seconds of a time in the recording; a hostile or endless one is cut at 1,000 hours.
pub(super) fn whole(seconds: f64) -> u64 {
    if seconds.is_finite() { seconds.clamp(0.0, 3_600_000.0) as u64 } else { 0 }
}

/// Percent-encodes all but the unreserved characters (RFC 3986 § 2.3), so that the text is one step
/// of a path, or one value of a query, whatever it holds. Of dots alone (`..`) no step is made that
/// climbs: they are encoded too.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let climbs = text.chars().all(|c| c == '.');
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            b'.' if !climbs => escaped.push('.'),
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// An item's number as the name of a folder of a static site; none when it can't be one. It is
/// foreign text, and the server escapes it.
pub(super) fn step(number: &str) -> Option<&str> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let plain = !number.is_empty() && number.len() <= 60 && number.chars().all(fits);
    (plain && !number.starts_with('.') && !number.ends_with('.')).then_some(number)
}
