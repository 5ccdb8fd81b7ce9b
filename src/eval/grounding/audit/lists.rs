//! The words that the second look knows.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Money,
    Foreign,
    Percent,
    Permille,
}

const ONES: [&str; 20] = [
    "nul", "én", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv",
    "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
];
const TENS: [(&str, u32); 11] = [
    ("tyve", 20),
    ("tredive", 30),
    ("fyrre", 40),
    ("halvtreds", 50),
    ("tres", 60),
    ("treds", 60),
    ("halvfjerds", 70),
    ("firs", 80),
    ("halvfems", 90),
    ("hundrede", 100),
    ("tusind", 1000),
];
const ORDINALS: [&str; 12] = [
    "første", "anden", "tredje", "fjerde", "femte", "sjette", "syvende", "ottende", "niende",
    "tiende", "ellevte", "tolvte",
];
const MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];

/// The value of digits or of a numeral below 100, 100 or 1000. "En" and "et" are articles.
pub(super) fn number(lower: &str) -> Option<f64> {
    if lower.starts_with(|c: char| c.is_ascii_digit()) {
        return digits(lower);
    }
    if let Some(at) = ONES.iter().position(|one| *one == lower) {
        return Some(at as f64);
    }
    if let Some((_, value)) = TENS.iter().find(|(ten, _)| *ten == lower) {
        return Some(f64::from(*value));
    }
    let (one, ten) = lower.split_once("og")?;
    let one = if one == "en" { 1 } else { ONES.iter().position(|word| *word == one)? };
    let (_, ten) = TENS.iter().find(|(word, value)| *word == ten && *value < 100)?;
    (1..10).contains(&one).then(|| one as f64 + f64::from(*ten))
}

/// `1.250`, `4,2`; a time or a case number is the digits run together.
fn digits(text: &str) -> Option<f64> {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = text.split_once(',').unwrap_or((text, "0"));
    let whole: String = whole.split('.').collect();
    (plain(&whole) && plain(part)).then(|| format!("{whole}.{part}").parse().ok())?
}

/// "Første" to "tolvte"; "anden" is "other" too.
pub(super) fn ordinal(lower: &str) -> Option<f64> {
    let at = ORDINALS.iter().position(|ordinal| *ordinal == lower).filter(|at| *at > 2)?;
    Some(at as f64 + 1.0)
}

pub(super) fn scale(lower: &str) -> Option<f64> {
    Some(match lower {
        "hundrede" => 1e2,
        "tusind" | "tusinde" => 1e3,
        "mio" | "million" | "millioner" => 1e6,
        "mia" | "milliard" | "milliarder" => 1e9,
        _ => return None,
    })
}

pub(super) fn unit(lower: &str) -> Option<Unit> {
    Some(match lower {
        "kr" | "krone" | "kroner" | "dkk" => Unit::Money,
        "euro" | "dollar" | "dollars" | "pund" => Unit::Foreign,
        "procent" | "pct" | "%" => Unit::Percent,
        "promille" => Unit::Permille,
        _ => return None,
    })
}

pub(super) fn month(lower: &str) -> Option<u32> {
    MONTHS.iter().position(|month| *month == lower).and_then(|at| u32::try_from(at).ok())
}

/// The party that a word names, with the word before it: "Radikale Venstre" is not Venstre, and
/// "dansk" and "konservative" alone are no parties.
pub(super) fn party(before: &str, word: &str, lower: &str) -> Option<&'static str> {
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    Some(match (before, lower.strip_suffix('s').unwrap_or(lower)) {
        ("dansk", "folkeparti") | (_, "df") => "O",
        ("socialistisk", "folkeparti") | (_, "sf") => "F",
        ("konservative", "folkeparti") | (_, "konservative") => "C",
        ("liberal" | "liberale", "alliance") | (_, "la") => "I",
        ("radikale", "venstre") | (_, "radikale" | "rv") => "B",
        ("nye", "borgerlige") => "D",
        (_, "socialdemokratiet" | "socialdemokraterne" | "socialdemokrater") => "A",
        (_, "moderaterne") => "M",
        (_, "venstre") => "V",
        (_, "danmarksdemokraterne" | "danmarksdemokrater" | "dd") => "Æ",
        (_, "enhedslisten") => "Ø",
        (_, "alternativet") => "Å",
        _ => return None,
    })
}

/// Which end of a proposal a word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Carried,
    Lost,
    PutOff,
    SentOn,
}

pub(super) fn fate(lower: &str) -> Option<Fate> {
    Some(match lower {
        "vedtaget" | "vedtog" | "vedtages" | "godkendt" | "godkendte" | "godkendes"
        | "tiltrådt" | "tiltrådte" => Fate::Carried,
        "forkastet" | "forkastede" | "forkastes" | "afvist" | "afviste" | "nedstemt"
        | "nedstemmes" | "bortfaldet" | "bortfaldt" => Fate::Lost,
        "udsat" | "udskudt" => Fate::PutOff,
        "oversendt" | "henvist" | "tilbagesendt" => Fate::SentOn,
        _ => return None,
    })
}
