//! Light rephrasing that keeps what is said.

use crate::danish::{dates, numerals, words};

use super::chance::Chance;

type Rule = fn(&str, Option<&str>, &mut Chance) -> Option<String>;

const RULES: &[Rule] = &[
    spelled,
    counted,
    shortened,
    by_short_name,
    without_lead,
    without_fillers,
    head,
    joined,
    synonym,
];

/// The sentence after one to three rules that apply; itself when none does.
pub(super) fn lightly(sentence: &str, next: Option<&str>, chance: &mut Chance) -> String {
    let mut rules: Vec<&Rule> = RULES.iter().collect();
    chance.shuffle(&mut rules);
    let most = 1 + chance.below(3);
    let mut text = sentence.to_owned();
    let mut applied = 0;
    for rule in rules {
        if applied == most {
            break;
        }
        if let Some(changed) = rule(&text, next, chance) {
            text = changed;
            applied += 1;
        }
    }
    text
}

/// 27 → syvogtyve, where it's no part of a date, a list or a larger number.
fn spelled(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    let tokens = words::tokens(text);
    let (at, value) = tokens.iter().enumerate().find_map(|(at, token)| {
        let value: u64 = token.text.parse().ok().filter(|value| (2..100).contains(value))?;
        let rest = text.get(token.end..)?;
        let plain = rest.starts_with(' ')
            && tokens.get(at + 1).is_none_or(|next| dates::month(&next.lower).is_none())
            && at > 0
            && tokens.get(at - 1).is_some_and(|before| {
                !matches!(
                    before.lower.as_str(),
                    "kl" | "nr" | "stk" | "den" | "l" | "b" | "klokken"
                )
            });
        plain.then_some((at, value))
    })?;
    let token = tokens.get(at)?;
    Some(format!(
        "{}{}{}",
        text.get(..token.start)?,
        numerals::spell(value),
        text.get(token.end..)?
    ))
}

/// tre → 3
fn counted(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    const WORDS: &[(&str, &str)] = &[
        (" to ", " 2 "),
        (" tre ", " 3 "),
        (" fire ", " 4 "),
        (" fem ", " 5 "),
        (" seks ", " 6 "),
        (" syv ", " 7 "),
        (" otte ", " 8 "),
        (" ni ", " 9 "),
        (" ti ", " 10 "),
        (" tyve ", " 20 "),
    ];
    replace_first(text, WORDS)
}

fn shortened(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    const FORMS: &[(&str, &str)] = &[
        (" procent ", " pct. "),
        (" millioner kr. ", " mio. kr. "),
        (" millioner kroner ", " mio. kr. "),
        (" milliarder kr. ", " mia. kr. "),
        (" milliarder kroner ", " mia. kr. "),
        (" mio. kr. ", " millioner kroner "),
        (" mia. kr. ", " milliarder kroner "),
    ];
    replace_first(text, FORMS)
}

fn by_short_name(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    const FORMS: &[(&str, &str)] = &[
        ("Dansk Folkeparti ", "DF "),
        ("Socialistisk Folkeparti ", "SF "),
        ("Liberal Alliance ", "LA "),
        ("Radikale Venstre ", "RV "),
        ("SF ", "Socialistisk Folkeparti "),
        ("Danmarksdemokraterne ", "DD "),
        ("Det Konservative Folkeparti ", "De Konservative "),
    ];
    replace_first(text, FORMS)
}

fn without_lead(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    let rest = ["Men ", "Og ", "Jamen, ", "Jamen ", "Ja, ", "Altså, ", "Altså ", "For "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))?;
    // "For stemte 21" counts.
    (!rest.starts_with("stemte")).then(|| capital(rest))
}

fn without_fillers(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    const FILLERS: &[(&str, &str)] = &[
        (" jo ", " "),
        (" også ", " "),
        (" altså ", " "),
        (" selvfølgelig ", " "),
        (" faktisk ", " "),
        (" egentlig ", " "),
        (" sådan set ", " "),
        (" jo også ", " "),
        (" rigtig ", " "),
        (" helt ", " "),
        (" meget ", " "),
        (" naturligvis ", " "),
    ];
    replace_first(text, FILLERS)
}

/// Without what a last "men", "og", "fordi" adds.
fn head(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    let cut = [", men ", ", og ", ", fordi "].iter().filter_map(|mark| text.rfind(mark)).max()?;
    let rest = text.get(..cut)?;
    (rest.split_whitespace().count() >= 7).then(|| format!("{rest}."))
}

/// With the sentence after it.
fn joined(text: &str, next: Option<&str>, _: &mut Chance) -> Option<String> {
    let next = next.filter(|next| next.ends_with('.'))?;
    let both = text.split_whitespace().count() + next.split_whitespace().count();
    let first = next.split_whitespace().next()?;
    let opens = ["Det", "Der", "Vi", "Jeg", "Den", "De", "Så"].contains(&first);
    let body = text.strip_suffix('.')?;
    let mut letters = next.chars();
    let lead: String = letters.next()?.to_lowercase().collect();
    (opens && both <= 40).then(|| format!("{body}, og {lead}{}", letters.as_str()))
}

fn synonym(text: &str, _: Option<&str>, _: &mut Chance) -> Option<String> {
    const PAIRS: &[(&str, &str)] = &[
        (" mener ", " synes "),
        (" synes ", " mener "),
        (" vigtigt ", " væsentligt "),
        (" cirka ", " omkring "),
        (" begynder ", " starter "),
        (" penge ", " midler "),
        (" hurtigt ", " snart "),
        (" sige ", " oplyse "),
        (" klart ", " tydeligt "),
        (" eksempelvis ", " for eksempel "),
        (" blandt andet ", " bl.a. "),
        (" kr. ", " kroner "),
    ];
    replace_first(text, PAIRS)
}

fn replace_first(text: &str, pairs: &[(&str, &str)]) -> Option<String> {
    let (from, to) = pairs.iter().find(|(from, _)| text.contains(from))?;
    Some(text.replacen(from, to, 1))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    first + letters.as_str()
}
