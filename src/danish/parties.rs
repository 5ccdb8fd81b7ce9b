//! Parties: letters, short forms, names, and where they are spoken of.

mod finder;

/// A party or group as it stands on the ballot paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Ballot letter: `A`, `Ø`; a local list's letter; `UFP` for members outside the parties.
    pub letter: String,
    /// Short form in Aarhus' and Folketinget's notation: `S`, `EL`. Empty when there is none.
    pub short: String,
    /// Name as a protocol writes it.
    pub name: String,
    /// Everything else that it is called, in words. Single words and phrases.
    pub spoken: Vec<String>,
}

/// Letter, short form, name, spoken forms. National parties of the elections 2019-2025.
const NATIONAL: &[(&str, &str, &str, &[&str])] = &[
    (
        "A",
        "S",
        "Socialdemokratiet",
        &["Socialdemokraterne", "Socialdemokraten", "Socialdemokrater"],
    ),
    ("B", "RV", "Radikale Venstre", &["Det Radikale Venstre", "De Radikale", "Radikale"]),
    (
        "C",
        "KF",
        "Det Konservative Folkeparti",
        &["Konservative Folkeparti", "De Konservative", "Konservative"],
    ),
    ("D", "NB", "Nye Borgerlige", &[]),
    ("F", "SF", "Socialistisk Folkeparti", &["SF'erne"]),
    ("I", "LA", "Liberal Alliance", &["Liberale Alliance"]),
    ("K", "KD", "Kristendemokraterne", &["Kristendemokrater"]),
    ("M", "M", "Moderaterne", &[]),
    ("O", "DF", "Dansk Folkeparti", &["DF'erne"]),
    ("V", "V", "Venstre", &[]),
    ("Æ", "DD", "Danmarksdemokraterne", &["Danmarksdemokrater"]),
    ("Ø", "EL", "Enhedslisten", &[]),
    ("Å", "ALT", "Alternativet", &[]),
    ("UFP", "UFG", "uden for parti", &["udenfor parti", "uden for partierne", "løsgænger"]),
];

/// Other spellings of short forms.
const ALIASES: &[(&str, &str)] =
    &[("UP", "UFP"), ("UFG", "UFP"), ("ALT", "Å"), ("RAD", "B"), ("KRF", "K"), ("AL", "Å")];

/// The parties that can be meant in a meeting: the national ones and the local lists of a roster.
#[derive(Debug, Clone)]
pub struct Register {
    parties: Vec<Party>,
}

impl Default for Register {
    fn default() -> Self {
        Self::national()
    }
}

impl Register {
    /// The parties that stand in the whole country.
    pub fn national() -> Self {
        let parties = NATIONAL
            .iter()
            .map(|&(letter, short, name, spoken)| Party {
                letter: letter.to_owned(),
                short: short.to_owned(),
                name: name.to_owned(),
                spoken: spoken.iter().map(|&form| form.to_owned()).collect(),
            })
            .collect();
        Self { parties }
    }

    /// The same with a local list. It takes the place of a national party with that letter, since
    /// local lists reuse the letters of parties that do not stand there.
    #[must_use]
    pub fn with_list(mut self, letter: &str, name: &str) -> Self {
        let letter = letter.trim().to_uppercase();
        self.parties.retain(|party| party.letter != letter);
        self.parties.push(Party {
            letter,
            short: String::new(),
            name: name.trim().to_owned(),
            spoken: Vec::new(),
        });
        self
    }

    /// All of them.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The party with this ballot letter.
    pub fn by_letter(&self, letter: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.letter == letter)
    }

    /// The party that a label means, in either notation or as a name: `A`, `S`, `KF`, `ø`,
    /// `de Konservative`, `Liste V`. Blanks, brackets and a full stop round it do not matter.
    ///
    /// Ballot letters go before short forms, so `S` is Socialdemokratiet only where no local list
    /// has that letter.
    pub fn resolve(&self, label: &str) -> Option<&Party> {
        let label = label.trim_matches(|c: char| c.is_whitespace() || "()[].,:;".contains(c));
        let upper = label.to_uppercase();
        let upper = upper.strip_prefix("LISTE ").unwrap_or(&upper).trim();
        let alias = ALIASES.iter().find(|(form, _)| *form == upper).map(|(_, letter)| *letter);
        self.by_letter(upper)
            .or_else(|| self.parties.iter().find(|party| party.short == upper && !upper.is_empty()))
            .or_else(|| alias.and_then(|letter| self.by_letter(letter)))
            .or_else(|| {
                self.parties.iter().find(|party| {
                    party.name.to_uppercase() == upper
                        || party.spoken.iter().any(|form| form.to_uppercase() == upper)
                })
            })
    }
}

/// A party spoken of.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Ballot letter; for an unknown `Liste L`, the letter said.
    pub letter: String,
    /// Index of the first token.
    pub token: usize,
    /// How many tokens it takes.
    pub used: usize,
    /// Likeness of what was said to the party's name, 0..=1 (see
    /// [`similarity`](super::words::similarity)); 1 when it stands there as it should.
    pub likeness: f64,
}
