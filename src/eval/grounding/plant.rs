//! Errors as a language model makes them.

use crate::danish::words::{self, Token, TokenKind};

use super::chance::Chance;

/// Makes the sentence wrong in one way; none when it holds nothing to change.
pub(super) type Plant = fn(&str, &[String], &mut Chance) -> Option<String>;

/// What can go wrong.
pub(super) const KINDS: [(&str, Plant); 9] = [
    ("number changed", number),
    ("unit changed", unit),
    ("date changed", date),
    ("negation dropped", negation_dropped),
    ("negation added", negation_added),
    ("party swapped", party),
    ("name swapped", name),
    ("outcome turned", outcome),
    ("direction turned", direction),
];

const MONTHS: &[&str] = &[
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

const NUMBER_WORDS: &[&str] = &[
    "to",
    "tre",
    "fire",
    "fem",
    "seks",
    "syv",
    "otte",
    "ni",
    "ti",
    "elleve",
    "tolv",
    "femten",
    "tyve",
    "tredive",
    "fyrre",
    "halvtreds",
    "hundrede",
];

const PARTIES: &[&str] = &[
    "Socialdemokratiet",
    "Venstre",
    "Moderaterne",
    "Danmarksdemokraterne",
    "Liberal Alliance",
    "Dansk Folkeparti",
    "Nye Borgerlige",
    "Enhedslisten",
    "Alternativet",
    "Radikale Venstre",
    "Det Konservative Folkeparti",
    "SF",
];

fn is_year(text: &str) -> bool {
    text.len() == 4
        && (text.starts_with("19") || text.starts_with("20"))
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn put(text: &str, token: &Token<'_>, new: &str) -> Option<String> {
    Some(format!("{}{new}{}", text.get(..token.start)?, text.get(token.end..)?))
}

/// Another number: one digit changed, tenfold, or one that stands elsewhere in what is cited.
fn number(text: &str, cited: &[String], chance: &mut Chance) -> Option<String> {
    let tokens = words::tokens(text);
    let plain = |token: &Token<'_>| {
        token.kind == TokenKind::Number
            && token.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
            && !is_year(token.text)
    };
    let places: Vec<usize> = tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| {
            let month =
                tokens.get(at + 1).is_some_and(|next| MONTHS.contains(&next.lower.as_str()));
            !month && (plain(token) || NUMBER_WORDS.contains(&token.lower.as_str()))
        })
        .map(|(at, _)| at)
        .collect();
    let token = tokens.get(*chance.pick(&places)?)?;
    if token.kind == TokenKind::Word {
        let new = chance.pick(NUMBER_WORDS)?;
        return if *new == token.lower { None } else { put(text, token, new) };
    }
    let elsewhere: Vec<String> = cited
        .iter()
        .flat_map(|passage| words::tokens(passage))
        .filter(|other| plain(other) && !text.contains(other.text))
        .map(|other| other.text.to_owned())
        .collect();
    let new = match chance.below(3) {
        0 if !elsewhere.is_empty() => chance.pick(&elsewhere)?.clone(),
        1 if !token.text.contains(',') => format!("{}0", token.text),
        _ => {
            let mut digits: Vec<char> = token.text.chars().collect();
            let at = chance.below(digits.len());
            let old = digits.get(at)?.to_digit(10)?;
            let fresh = (old + 1 + chance.below(8) as u32) % 10;
            *digits.get_mut(at)? = char::from_digit(fresh, 10)?;
            let new: String = digits.into_iter().collect();
            if new.trim_start_matches('0') == token.text.trim_start_matches('0') {
                return None;
            }
            new
        }
    };
    put(text, token, &new)
}

fn swap(text: &str, pairs: &[(&str, &str)], chance: &mut Chance) -> Option<String> {
    let tokens = words::tokens(text);
    let places: Vec<(usize, &str)> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| {
            let (_, new) = pairs.iter().find(|(old, _)| *old == token.text)?;
            Some((at, *new))
        })
        .collect();
    let (at, new) = *chance.pick(&places)?;
    put(text, tokens.get(at)?, new)
}

fn unit(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    // Only where a number stands before it.
    let tokens = words::tokens(text);
    let pairs: &[(&str, &str)] = &[
        ("millioner", "milliarder"),
        ("milliarder", "millioner"),
        ("mio", "mia"),
        ("mia", "mio"),
        ("procent", "kroner"),
        ("kroner", "euro"),
        ("pct", "promille"),
        ("år", "måneder"),
        ("måneder", "år"),
        ("uger", "måneder"),
        ("dage", "uger"),
        ("timer", "minutter"),
        ("procentpoint", "procent"),
        ("minutter", "timer"),
    ];
    let places: Vec<(usize, &str)> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| {
            let before = at.checked_sub(1).and_then(|before| tokens.get(before))?;
            let counted = before.kind == TokenKind::Number
                || NUMBER_WORDS.contains(&before.lower.as_str())
                || matches!(before.lower.as_str(), "millioner" | "milliarder" | "mio" | "mia");
            let (_, new) = pairs.iter().find(|(old, _)| *old == token.text).filter(|_| counted)?;
            Some((at, *new))
        })
        .collect();
    let (at, new) = *chance.pick(&places)?;
    put(text, tokens.get(at)?, new)
}

fn date(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    let tokens = words::tokens(text);
    let places: Vec<usize> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| MONTHS.contains(&token.lower.as_str()) || is_year(token.text))
        .map(|(at, _)| at)
        .collect();
    let at = *chance.pick(&places)?;
    let token = tokens.get(at)?;
    if is_year(token.text) {
        let year: i32 = token.text.parse().ok()?;
        let new = year + if chance.below(2) == 0 { 1 } else { -1 - chance.below(4) as i32 };
        return put(text, token, &new.to_string());
    }
    let day = at.checked_sub(1).and_then(|before| tokens.get(before));
    if let Some(day) = day.filter(|day| day.kind == TokenKind::Number && chance.below(2) == 0) {
        let value: u32 = day.text.parse().ok()?;
        return put(text, day, &(1 + (value + chance.below(20) as u32) % 28).to_string())
            .filter(|new| new != text);
    }
    let new = chance.pick(MONTHS).filter(|month| **month != token.lower)?;
    put(text, token, new)
}

fn negation_dropped(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    let tokens = words::tokens(text);
    let places: Vec<&Token<'_>> = tokens
        .iter()
        .filter(|token| matches!(token.lower.as_str(), "ikke" | "aldrig" | "ingen"))
        .collect();
    let token = chance.pick(&places)?;
    if token.lower == "ingen" {
        return put(text, token, if token.is_capitalised() { "Nogle" } else { "nogle" });
    }
    let rest = text.get(token.end..)?;
    let lead = text.get(..token.start)?;
    // "ikke kun" and "ikke mindst" deny nothing.
    let next = words::tokens(rest).first().map(|next| next.lower.clone());
    let kept = ["kun", "mindst", "bare", "alene", "engang", "sandt", "desto"];
    if next.is_some_and(|next| kept.contains(&next.as_str())) || lead.is_empty() {
        return None;
    }
    Some(format!("{}{rest}", lead.trim_end()))
}

fn negation_added(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    const VERBS: &[&str] = &[
        "er",
        "har",
        "kan",
        "skal",
        "vil",
        "bliver",
        "blev",
        "var",
        "støtter",
        "mener",
        "får",
        "giver",
        "gør",
        "ønsker",
        "indstiller",
    ];
    let tokens = words::tokens(text);
    if tokens.iter().any(|token| matches!(token.lower.as_str(), "ikke" | "ingen" | "aldrig")) {
        return None;
    }
    let places: Vec<&Token<'_>> =
        tokens.iter().filter(|token| VERBS.contains(&token.lower.as_str())).collect();
    let token = chance.pick(&places)?;
    put(text, token, &format!("{} ikke", token.text))
}

fn party(text: &str, cited: &[String], chance: &mut Chance) -> Option<String> {
    let there: Vec<&str> =
        PARTIES.iter().copied().filter(|party| holds_party(text, party)).collect();
    let old = *chance.pick(&there)?;
    let near: Vec<&str> = PARTIES
        .iter()
        .copied()
        .filter(|party| !text.contains(party) && cited.iter().any(|one| holds_party(one, party)))
        .collect();
    let any: Vec<&str> = PARTIES
        .iter()
        .copied()
        .filter(|party| !text.contains(party) && !party.contains(old) && !old.contains(party))
        .collect();
    let from = if near.is_empty() || chance.below(2) == 0 { &any } else { &near };
    let new = *chance.pick(from)?;
    Some(text.replacen(old, new, 1))
}

/// "Radikale Venstre" holds no Venstre.
fn holds_party(text: &str, party: &str) -> bool {
    let boundary = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    text.match_indices(party).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + party.len()..).unwrap_or_default();
        boundary(before.chars().next_back())
            && boundary(after.chars().next())
            && !(party == "Venstre" && before.ends_with("Radikale "))
    })
}

fn name(text: &str, cited: &[String], chance: &mut Chance) -> Option<String> {
    let all = words::tokens(text);
    let candidates = |tokens: &[Token<'_>]| -> Vec<(usize, usize, String)> {
        tokens
            .iter()
            .enumerate()
            .filter(|(at, token)| {
                let inside = *at > 0
                    && at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(
                        |before| {
                            matches!(before.after, words::After::Nothing | words::After::Comma)
                        },
                    );
                inside
                    && token.kind == TokenKind::Word
                    && token.is_capitalised()
                    && token.text.chars().count() >= 4
                    && !PARTIES.iter().any(|party| party.contains(token.text))
                    && !matches!(token.text, "Konservative" | "Folketinget" | "Deres")
            })
            .map(|(_, token)| (token.start, token.end, token.text.to_owned()))
            .collect()
    };
    let own = candidates(&all);
    let (start, end, old) = chance.pick(&own)?.clone();
    let stem: String = old.chars().take(4).collect();
    let mut pool: Vec<String> = cited
        .iter()
        .flat_map(|passage| candidates(&words::tokens(passage)))
        .map(|(.., other)| other)
        .filter(|other| !other.starts_with(&stem) && !text.contains(other.as_str()))
        .collect();
    if pool.is_empty() || chance.below(2) == 0 {
        pool = ["Kjeldsen", "Bregnholm", "Thorup", "Ingrid", "Vestergade", "Lolland"]
            .map(str::to_owned)
            .into();
    }
    let new = chance.pick(&pool)?;
    Some(format!("{}{new}{}", text.get(..start)?, text.get(end..)?))
}

fn outcome(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    let pairs: &[(&str, &str)] = &[
        ("vedtaget", "forkastet"),
        ("forkastet", "vedtaget"),
        ("godkendt", "afvist"),
        ("afvist", "godkendt"),
        ("vedtog", "forkastede"),
        ("forkastede", "vedtog"),
        ("tiltrådt", "afvist"),
        ("udsat", "godkendt"),
        ("vedtages", "forkastes"),
        ("stemmes", "nedstemmes"),
        ("vedtagelse", "forkastelse"),
    ];
    swap(text, pairs, chance)
}

fn direction(text: &str, _: &[String], chance: &mut Chance) -> Option<String> {
    let pairs: &[(&str, &str)] = &[
        ("stiger", "falder"),
        ("falder", "stiger"),
        ("flere", "færre"),
        ("færre", "flere"),
        ("højere", "lavere"),
        ("lavere", "højere"),
        ("støtter", "afviser"),
        ("afviser", "støtter"),
        ("støtte", "afvise"),
        ("enig", "uenig"),
        ("enige", "uenige"),
        ("uenig", "enig"),
        ("imod", "for"),
        ("øge", "sænke"),
        ("hæve", "sænke"),
        ("sænke", "hæve"),
        ("før", "efter"),
        ("over", "under"),
        ("mere", "mindre"),
        ("bedre", "dårligere"),
        ("billigere", "dyrere"),
        ("dyrere", "billigere"),
        ("tilladt", "forbudt"),
        ("positivt", "negativt"),
    ];
    swap(text, pairs, chance)
}
