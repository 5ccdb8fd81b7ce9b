//! Stems.

use rust_stemmers::{Algorithm, Stemmer};

use super::fold;

/// Whole stems that Snowball keeps apart from the rest of their word: strong verbs, and words whose
/// last letters look like an ending (dagsord-en, budg-et). `tog` is left alone: it is a train too.
const WHOLE: &[(&str, &str)] = &[
    ("afgav", "afgiv"),
    ("afslog", "afslå"),
    ("afvist", "afvis"),
    ("bød", "byd"),
    ("foreslog", "foreslå"),
    ("forlod", "forlad"),
    ("gav", "giv"),
    ("gik", "gå"),
    ("indgik", "indgå"),
    ("stemt", "stem"),
    ("tiltråd", "tiltræd"),
    ("udgik", "udgå"),
    ("udsat", "udsæt"),
    ("vedtog", "vedtag"),
];

/// Ends of stems, which compounds share: viceborgmestre, tillægsdagsorden, næstformænd.
const ENDS: &[(&str, &str)] = &[
    ("borgmestr", "borgmest"),
    ("budg", "budget"),
    ("børn", "barn"),
    ("bøger", "bog"),
    ("dagsord", "dagsorden"),
    ("formænd", "formand"),
    ("mænd", "mand"),
];

/// Verbs in -ende, whose stem Snowball takes for a participle's ending (godk-ende).
const ENDE: &[&str] = &["kend", "send", "anvend", "henvend", "omvend"];

/// The stem of a word: folded (see [`fold`]), then Snowball Danish, with corrections for words of
/// councils: vedtog = vedtaget = vedtages, borgmestre = borgmesteren, dagsorden = dagsordenen,
/// godkende = godkendt, udsat = udsætte, tiltrådt = tiltræde.
pub fn stem(word: &str) -> String {
    let folded = fold(word);
    for ending in ["es", "er", "e", ""] {
        if let Some(base) = folded.strip_suffix(ending)
            && ENDE.iter().any(|verb| base.ends_with(verb))
        {
            return base.to_owned();
        }
    }
    let stem = Stemmer::create(Algorithm::Danish).stem(&folded).into_owned();
    if let Some((_, whole)) = WHOLE.iter().find(|(form, _)| *form == stem) {
        return (*whole).to_owned();
    }
    for (end, right) in ENDS {
        if let Some(head) = stem.strip_suffix(end) {
            return format!("{head}{right}");
        }
    }
    stem
}
