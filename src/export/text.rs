//! Foreign text made safe for the formats it goes into.

/// One line of plain text: control characters, bidirectional overrides and other invisible
/// characters are gone, every stretch of white space is one blank. What is left is legal in
/// XML 1.0 (§ 2.2), WebVTT and HTML, and cannot turn the text around it.
pub(crate) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let before = line.len();
        if !line.is_empty() {
            line.push(' ');
        }
        let start = line.len();
        line.extend(word.chars().filter(|&c| is_visible(c)));
        if line.len() == start {
            line.truncate(before);
        }
    }
    line
}

/// The lines of a longer text, each as [`plain`] makes it; empty ones are left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(plain).filter(|line| !line.is_empty())
}

/// Whether a character may stand in a document. Refused: bidirectional controls (they can make a
/// text read otherwise than it is written), zero-width characters, interlinear annotation marks,
/// byte-order marks, noncharacters.
fn is_visible(c: char) -> bool {
    !matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{E007F}')
        && (c as u32) & 0xFFFE != 0xFFFE
}

/// Text between HTML tags or in a double-quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Cue text of WebVTT (§ 4.2.2): no tag, no entity, and no `-->` can be read out of it.
pub(super) fn vtt(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cue text of SRT. The format has no escapes and players read `<…>` and `{\…}` as markup, so
/// look-alike brackets stand in.
pub(super) fn srt(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›").replace('{', "(").replace('}', ")")
}

/// A file name as a relative address: nothing in it can be read as a scheme, a folder or a query.
pub(super) fn relative_address(name: &str) -> String {
    let mut address = String::from("./");
    for byte in name.rsplit(['/', '\\']).next().unwrap_or_default().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte));
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}
