//! The Danish bag of hallucinations: what Whisper writes where nobody speaks, learnt from subtitles
//! and video captions (the method: "Careless Whisper"-style bags, arXiv 2501.11378; the Danish lines
//! from public reports on Whisper and from subtitle credits).

/// Beginnings and parts of invented lines, folded (lower case, letters and digits only).
const PHANTOMS: &[&str] = &[
    "danske tekster af",
    "dansk tekst af",
    "danske undertekster",
    "undertekster af",
    "undertekster fra",
    "undertekstet af",
    "tekster af",
    "tekstet af",
    "tekstning af",
    "tekstning ved",
    "oversat af",
    "oversaettelse af",
    "nicolai winther",
    "scandinavian text service",
    "sdi media",
    "bti studios",
    "btistudios",
    "iyuno",
    "dansk video tekst",
    "svt undertext",
    "amara org",
    "opensubtitles",
    "tak fordi i saa med",
    "tak fordi du saa med",
    "tak for at i saa med",
    "tak for at se med",
    "husk at abonnere",
    "abonner paa",
    "abonner paa kanalen",
    "giv en tommel op",
    "vi ses i naeste video",
    "thank you for watching",
    "thanks for watching",
    "like and subscribe",
    "copyright dr",
];

/// Whole segments that are invented over noise as often as they are said.
const WHOLE: &[&str] = &[
    "tak",
    "ja",
    "hej",
    "ok",
    "okay",
    "musik",
    "bifald",
    "applaus",
    "tak for det",
    "you",
    "mange tak",
];

/// Whether the text holds a subtitle credit or the like, which nobody says in a meeting.
pub(super) fn is_credit(text: &str) -> bool {
    let padded = format!(" {} ", fold(text));
    PHANTOMS.iter().any(|phantom| padded.contains(&format!(" {phantom} ")))
}

/// Whether the whole text is a filler that is invented as often as it is said.
pub(super) fn is_filler(text: &str) -> bool {
    WHOLE.contains(&fold(text).as_str())
}

/// Lower case; letters and digits only, one blank between words; æ, ø, å as ae, oe, aa.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'æ' => folded.push_str("ae"),
            'ø' => folded.push_str("oe"),
            'å' => folded.push_str("aa"),
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}
