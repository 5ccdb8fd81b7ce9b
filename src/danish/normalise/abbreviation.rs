//! Abbreviations and signs as they are read aloud.

use crate::danish::words::{After, Token, TokenKind};

/// Lower-case abbreviation without its last full stop, and its words.
const WRITTEN_OUT: &[(&str, &str)] = &[
    ("bl.a", "blandt andet"),
    ("ca", "cirka"),
    ("cm", "centimeter"),
    ("d.v.s", "det vil sige"),
    ("dkk", "kroner"),
    ("dvs", "det vil sige"),
    ("e.l", "eller lignende"),
    ("ekskl", "eksklusive"),
    ("evt", "eventuelt"),
    ("f.eks", "for eksempel"),
    ("fx", "for eksempel"),
    ("g", "gram"),
    ("ha", "hektar"),
    ("herr", "hr"),
    ("hhv", "henholdsvis"),
    ("ift", "i forhold til"),
    ("iht", "i henhold til"),
    ("inkl", "inklusive"),
    ("jf", "jævnfør"),
    ("jfr", "jævnfør"),
    ("jvf", "jævnfør"),
    ("kg", "kilo"),
    ("kl", "klokken"),
    ("km", "kilometer"),
    ("kr", "kroner"),
    ("kvm", "kvadratmeter"),
    ("m.fl", "med flere"),
    ("m.h.p", "med henblik på"),
    ("m.h.t", "med hensyn til"),
    ("m.m", "med mere"),
    ("m.v", "med videre"),
    ("m2", "kvadratmeter"),
    ("m3", "kubikmeter"),
    ("mdr", "måneder"),
    ("mhp", "med henblik på"),
    ("mht", "med hensyn til"),
    ("mia", "milliarder"),
    ("mio", "millioner"),
    ("mv", "med videre"),
    ("nr", "nummer"),
    ("o.lign", "og lignende"),
    ("o.s.v", "og så videre"),
    ("osv", "og så videre"),
    ("p.g.a", "på grund af"),
    ("p.t", "for tiden"),
    ("pct", "procent"),
    ("pga", "på grund af"),
    ("pkt", "punkt"),
    ("pr", "per"),
    ("stk", "stykke"),
    ("t.o.m", "til og med"),
    ("tlf", "telefon"),
    ("v.h.a", "ved hjælp af"),
    ("vedr", "vedrørende"),
    ("vha", "ved hjælp af"),
];

/// Abbreviations that are also words or letters: only right after a number.
const AFTER_NUMBER: &[&str] = &["g", "ha", "m2", "m3", "cm", "km", "kg"];

/// What the first token stands for, and how many tokens that takes.
pub(super) fn expand(
    rest: &[Token<'_>],
    before: Option<&Token<'_>>,
) -> Option<(&'static str, usize)> {
    let first = rest.first()?;
    let slash = |unit: &str| {
        first.after == After::Comma
            && rest.get(1).is_some_and(|next| next.lower == unit && next.start == first.end + 1)
    };
    match first.lower.as_str() {
        "km" if slash("t") => return Some(("kilometer i timen", 2)),
        "m" if slash("s") => return Some(("meter i sekundet", 2)),
        "og" if slash("eller") => return Some(("og eller", 2)),
        "min" if first.after == After::Dot && counted(before) => return Some(("minutter", 1)),
        _ => {}
    }
    let folded = super::super::words::fold(first.text);
    let superscript = folded.replace('²', "2").replace('³', "3");
    let at = WRITTEN_OUT.binary_search_by(|(short, _)| (*short).cmp(&superscript)).ok()?;
    let (short, long) = *WRITTEN_OUT.get(at)?;
    let allowed = !AFTER_NUMBER.contains(&short) || counted(before);
    allowed.then_some((long, 1))
}

fn counted(before: Option<&Token<'_>>) -> bool {
    before.is_some_and(|before| {
        before.after == After::Nothing
            && (before.kind == TokenKind::Number
                || crate::danish::numerals::parse(before.text).is_some_and(|n| !n.doubtful))
    })
}

/// The words of a sign; a hyphen is `til` between numbers and `minus` before one.
pub(super) fn sign(text: &str, between_numbers: bool) -> &'static str {
    match text {
        "§" => "paragraf",
        "%" => "procent",
        "‰" => "promille",
        "&" => "og",
        "€" => "euro",
        "$" => "dollar",
        "£" => "pund",
        _ if between_numbers => "til",
        _ => "minus",
    }
}

#[cfg(test)]
mod tests {
    use super::WRITTEN_OUT;

    #[test]
    fn abbreviations_can_be_searched() {
        assert!(WRITTEN_OUT.is_sorted_by_key(|(short, _)| *short));
    }
}
