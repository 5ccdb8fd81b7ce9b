//! A second look at sentences that the check let stand, by other means.
//!
//! It shares no code with the check and is crude on purpose: each number, date, name, party, word of
//! outcome and denial is looked up in what was cited, and the sentence is laid word by word to the
//! one it is nearest to (longest common subsequence) to see what was put in another's place. It would
//! rather raise a false alarm than miss an error; what it finds is for a person to read.

mod lists;

use std::collections::BTreeSet;

use serde::Serialize;

use lists::{Unit, fate, month, number, ordinal, party, scale, unit};

/// Share of a sentence's words that the nearest one must hold to be compared word by word.
const NEAR: f64 = 0.5;

/// Something in a sentence that what it cites does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unsupported {
    /// `number`, `date`, `name`, `party`, `outcome` or `denial`.
    pub kind: &'static str,
    pub value: String,
}

impl Unsupported {
    fn new(kind: &'static str, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }
}

/// A word as it stands.
#[derive(Debug)]
struct Piece {
    text: String,
    lower: String,
    /// First of a sentence.
    first: bool,
    /// Letter of the party that it names, alone or with the word before it.
    party: Option<&'static str>,
}

impl Piece {
    fn is_name(&self) -> bool {
        let courtesy = matches!(self.lower.as_str(), "i" | "de" | "dem" | "deres" | "dine" | "jer");
        self.text.starts_with(char::is_uppercase)
            && !self.first
            && !courtesy
            && self.text.chars().count() > 1
            && self.party.is_none()
            && !matches!(
                self.lower.as_str(),
                "dansk" | "socialistisk" | "liberal" | "radikale" | "nye" | "folkeparti"
            )
    }

    fn denies(&self) -> bool {
        matches!(
            self.lower.as_str(),
            "ikke" | "ingen" | "intet" | "aldrig" | "hverken" | "næppe" | "ingenting"
        )
    }
}

/// Everything in `text` that `cited` and the item's `title` do not hold.
pub fn unsupported(text: &str, cited: &[String], title: &str) -> Vec<Unsupported> {
    let told = pieces(text);
    let said: Vec<Vec<Piece>> = cited.iter().map(|passage| pieces(passage)).collect();
    let mut found = BTreeSet::new();
    figures(&told, &said, &mut found);
    names(&told, &said, title, &mut found);
    let held: BTreeSet<&str> = said.iter().flatten().filter_map(|one| one.party).collect();
    for piece in &told {
        if piece.party.is_some_and(|letter| !held.contains(letter)) {
            found.insert(Unsupported::new("party", &piece.text));
        }
    }
    let sentences: Vec<&[Piece]> = said.iter().flat_map(|passage| sentences(passage)).collect();
    outcomes(&told, &sentences, &mut found);
    for sentence in self::sentences(&told) {
        beside(sentence, &sentences, &mut found);
    }
    found.into_iter().collect()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut first = true;
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/' | '(' | ')'))
    {
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
        if word.is_empty() {
            continue;
        }
        let lower = word.to_lowercase();
        let before = found.last().filter(|_| !first).map_or("", |last| last.lower.as_str());
        let party = party(before, word, &lower);
        found.push(Piece { text: word.to_owned(), lower, first, party });
        // "1." and "kr." end no sentence by themselves.
        let short = word.chars().count() < 4 || word.ends_with(|c: char| c.is_ascii_digit());
        first = raw.ends_with(['!', '?', ':', '»', '"']) || (raw.ends_with('.') && !short);
    }
    found
}

fn sentences(pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut starts: Vec<usize> =
        pieces.iter().enumerate().filter(|(_, piece)| piece.first).map(|(at, _)| at).collect();
    starts.push(pieces.len());
    starts.windows(2).filter_map(|pair| pieces.get(*pair.first()?..*pair.last()?)).collect()
}

/// A number with its unit, and the month after it.
#[derive(Debug, PartialEq)]
struct Figure {
    value: String,
    unit: Option<Unit>,
    month: Option<u32>,
}

fn read(pieces: &[Piece]) -> Vec<(usize, Figure)> {
    let lower = |at: usize| pieces.get(at).map_or("", |piece| piece.lower.as_str());
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let Some(value) = number(&piece.lower).or_else(|| ordinal(&piece.lower)) else { continue };
        let times = scale(lower(at + 1));
        let after = at + 1 + usize::from(times.is_some());
        let value = (value * times.unwrap_or(1.0)).to_string();
        found.push((at, Figure { value, unit: unit(lower(after)), month: month(lower(after)) }));
    }
    found
}

fn figures(told: &[Piece], said: &[Vec<Piece>], found: &mut BTreeSet<Unsupported>) {
    let held: Vec<Figure> = said.iter().flat_map(|one| read(one)).map(|(_, one)| one).collect();
    for (at, figure) in read(told) {
        let fits = |one: &Figure| {
            one.value == figure.value
                && one.month == figure.month
                && (one.unit == figure.unit || one.unit.is_none() || figure.unit.is_none())
        };
        if !held.iter().any(fits) {
            let kind = if figure.month.is_some() { "date" } else { "number" };
            let text = told.get(at).map_or("", |piece| piece.text.as_str());
            found.insert(Unsupported::new(kind, text));
        }
    }
    for piece in told {
        if let Some(number) = month(&piece.lower)
            && !said.iter().flatten().any(|one| month(&one.lower) == Some(number))
        {
            found.insert(Unsupported::new("date", &piece.text));
        }
    }
}

fn bare(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name).trim_end_matches(['\'', '’'])
}

fn names(told: &[Piece], said: &[Vec<Piece>], title: &str, found: &mut BTreeSet<Unsupported>) {
    let title = pieces(title);
    let held: BTreeSet<&str> =
        said.iter().flatten().chain(&title).map(|piece| bare(&piece.lower)).collect();
    let mut before = false;
    for (at, piece) in told.iter().enumerate() {
        // "Torben Kjærgaard": a first word with a name behind it is one too.
        let next = piece.first
            && !held.contains(piece.lower.as_str())
            && told.get(at + 1).is_some_and(Piece::is_name);
        let is_name = piece.is_name() || next;
        if is_name && !held.contains(bare(&piece.lower)) && piece.party.is_none() {
            found.insert(Unsupported::new("name", &piece.text));
        }
        // Two names side by side must have stood so.
        if is_name && before && at > 0 {
            let pair = |row: &[Piece]| {
                row.windows(2).any(|two| {
                    let [a, b] = two else { return false };
                    told.get(at - 1).is_some_and(|one| bare(&one.lower) == bare(&a.lower))
                        && bare(&b.lower) == bare(&piece.lower)
                })
            };
            if !said.iter().any(|passage| pair(passage)) && !pair(&title) {
                found.insert(Unsupported::new("name", &piece.text));
            }
        }
        before = is_name;
    }
}

/// A word of outcome must stand in what is cited, denied or not as it is here.
fn outcomes(told: &[Piece], said: &[&[Piece]], found: &mut BTreeSet<Unsupported>) {
    let denied = |row: &[Piece]| row.iter().any(Piece::denies);
    for sentence in sentences(told) {
        for piece in sentence {
            let Some(own) = fate(&piece.lower) else { continue };
            let fits = said.iter().any(|row| {
                row.iter().any(|one| fate(&one.lower) == Some(own))
                    && denied(row) == denied(sentence)
            });
            if !fits {
                found.insert(Unsupported::new("outcome", &piece.text));
            }
        }
    }
}

/// Lays a sentence to the nearest of what was said.
fn beside(told: &[Piece], said: &[&[Piece]], found: &mut BTreeSet<Unsupported>) {
    let laid: Vec<_> = said.iter().map(|sentence| (common(told, sentence), *sentence)).collect();
    let most = laid.iter().map(|(pairs, _)| pairs.len()).max().unwrap_or(0);
    if most == 0 || (most as f64) < NEAR * told.len() as f64 {
        return;
    }
    for (pairs, nearest) in laid.into_iter().filter(|(pairs, _)| pairs.len() == most) {
        compare(told, nearest, &pairs, found);
    }
}

/// Goes through what is not common to both.
fn compare(
    told: &[Piece],
    nearest: &[Piece],
    pairs: &[(usize, usize)],
    found: &mut BTreeSet<Unsupported>,
) {
    turned(told, nearest, found);
    let (mut from_told, mut from_said) = (0, 0);
    let end = (told.len(), nearest.len());
    for (at, (to_told, to_said)) in pairs.iter().copied().chain([end]).enumerate() {
        let here = told.get(from_told..to_told).unwrap_or_default();
        let there = nearest.get(from_said..to_said).unwrap_or_default();
        for piece in here.iter().filter(|piece| piece.denies()) {
            found.insert(Unsupported::new("denial", &piece.text));
        }
        // Left out between words that are both told; a part cut off whole may hold what it will.
        let inside = at > 0 && at < pairs.len() && there.len() <= 3;
        let denied = there.iter().find(|piece| piece.denies());
        if let Some(piece) = denied.filter(|_| inside && !here.iter().any(Piece::denies)) {
            found.insert(Unsupported::new("denial", &piece.text));
        }
        let letters =
            |row: &[Piece]| row.iter().filter_map(|one| one.party).collect::<BTreeSet<_>>();
        let (new, old) = (letters(here), letters(there));
        if at > 0 && !new.is_empty() && !old.is_empty() && new != old {
            found.insert(Unsupported::new("party", new.into_iter().collect::<String>()));
        }
        let counted = |row: &[Piece]| row.iter().find_map(|one| unit(&one.lower));
        if let (Some(new), Some(old)) = (counted(here), counted(there))
            && new != old
        {
            found.insert(Unsupported::new("number", format!("{new:?}")));
        }
        // One word in the place of one other.
        if let ([new], [old]) = (here, there)
            && at > 0
        {
            let both = |kind: fn(&Piece) -> bool| kind(new) && kind(old);
            if both(|piece| number(&piece.lower).is_some())
                && number(&new.lower) != number(&old.lower)
            {
                found.insert(Unsupported::new("number", &new.text));
            } else if both(Piece::is_name) && bare(&new.lower) != bare(&old.lower) {
                found.insert(Unsupported::new("name", &new.text));
            } else if both(|piece| fate(&piece.lower).is_some())
                && fate(&new.lower) != fate(&old.lower)
            {
                found.insert(Unsupported::new("outcome", &new.text));
            }
        }
        (from_told, from_said) = (to_told + 1, to_said + 1);
    }
}

/// Numbers that stand in another order: "from 92 to 140".
fn turned(told: &[Piece], nearest: &[Piece], found: &mut BTreeSet<Unsupported>) {
    let place = |value: f64| {
        let mut places =
            nearest.iter().enumerate().filter(|(_, one)| number(&one.lower) == Some(value));
        places.next().filter(|_| places.next().is_none()).map(|(at, _)| at)
    };
    let mut last = 0;
    for piece in told {
        let Some(at) = number(&piece.lower).and_then(place) else { continue };
        if at < last {
            found.insert(Unsupported::new("number", &piece.text));
        }
        last = at;
    }
}

/// The longest common subsequence of words, as pairs of places.
fn common(a: &[Piece], b: &[Piece]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut lengths = vec![0_usize; (a.len() + 1) * width];
    let at =
        |lengths: &[usize], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, one) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let length = if one.lower == other.lower {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        if one.lower == other.lower {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
