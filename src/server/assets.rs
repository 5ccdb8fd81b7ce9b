//! Style sheet, scripts and icon: they are in the program.

/// Name, media type and contents of every file under `aktiver/`.
pub(super) const FILES: [(&str, &str, &str); 5] = [
    ("side.css", "text/css; charset=utf-8", include_str!("assets/page.css")),
    ("side.js", "text/javascript; charset=utf-8", include_str!("assets/page.js")),
    ("ramme.js", "text/javascript; charset=utf-8", include_str!("assets/frame.js")),
    ("soeg.js", "text/javascript; charset=utf-8", include_str!("assets/search.js")),
    ("ikon.svg", "image/svg+xml", include_str!("assets/ikon.svg")),
];

/// The script that puts an item on somebody else's page.
pub(super) const WIDGET: &str = include_str!("assets/widget.js");

/// A file by its name.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    FILES.iter().find(|(file, _, _)| *file == name).map(|(_, kind, text)| (*kind, *text))
}
