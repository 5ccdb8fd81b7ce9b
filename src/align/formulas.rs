//! The chair's formulas, found also when recognition has damaged them.
//!
//! A formula is a row of words. Its longest word is the anchor; where the speech holds something
//! that sounds like the anchor, the other words are looked for in order on both sides. It counts as
//! said when the words found make up at least [`SHARE`] of its letters (more where a mistake would
//! do harm).

use std::collections::HashMap;

use super::hearing::Heard;
use super::sound;
use crate::danish::words::fold;

/// Least share of a formula's letters that must be heard. Measured on the noisy sittings: at 0.7
/// a formula survives the loss of its short words, at 0.6 chance meetings begin.
const SHARE: f64 = 0.7;

/// What a formula does in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Act {
    /// "Det næste punkt på dagsordenen"
    Opens,
    /// "Det første punkt på dagsordenen"
    OpensFirst,
    /// "Det sidste punkt"
    OpensLast,
    /// "Ordet er frit": the debate of an item begins.
    StartsDebate,
    /// "Så er der ikke flere, der har bedt om ordet"
    EndsDebate,
    /// "Den næste ordfører er": the item is in the middle of its debate.
    GoesOn,
    /// "Forhandlingen drejer sig herefter om lovforslaget som helhed": the next part of one item.
    Continues,
    /// What is said where one reading of several ends.
    EndsFirstReading,
    EndsMiddleReading,
    EndsLastReading,
    /// "Så går vi til afstemning": the item is not over yet.
    CallsVote,
    /// "Det er vedtaget"
    Decides,
    Postpones,
    Withdraws,
    /// "under ét"
    Joins,
    /// "Så lukker vi dørene": the chair does it now.
    ShutsDoors,
    /// "Blev behandlet for lukkede døre": said of any meeting at any time.
    NamesDoors,
    OpensDoors,
    Pauses,
    Resumes,
    /// "Mødet er åbnet"
    OpensMeeting,
    EndsMeeting,
}

impl Act {
    /// Least share of a formula's letters that must be heard for it to count.
    fn least_share(self) -> f64 {
        match self {
            // The word that tells ("taget", "igen") is short: without it, "godkendelse af
            // dagsordenen" would withdraw the item and "for åbne døre" would open them. Missing one
            // of these is the safe side.
            Self::Withdraws | Self::OpensDoors => 0.85,
            _ => SHARE,
        }
    }
}

/// Without a word marked by a star a formula means something else: "vi går videre til punkt" is
/// said of items, "vi går videre til" of speakers.
const FORMULAS: &[(Act, &str)] = &[
    (Act::Opens, "det næste *punkt på dagsordenen"),
    (Act::Opens, "næste *punkt er"),
    (Act::Opens, "det næste *punkt"),
    (Act::Opens, "vi går videre til *punkt"),
    (Act::Opens, "så går vi til *punkt"),
    (Act::Opens, "vi går over til *punkt"),
    (Act::Opens, "vi er nået til *punkt"),
    (Act::Opens, "vi er kommet til *punkt"),
    (Act::Opens, "det bringer os til *punkt"),
    (Act::Opens, "så kommer vi til *punkt"),
    (Act::Opens, "så tager vi *punkt"),
    (Act::Opens, "vi begynder med *punkt"),
    (Act::Opens, "så har vi *punkt *tilbage"),
    (Act::Opens, "vi tager fat på *punkt"),
    (Act::Opens, "vi fortsætter med *punkt"),
    (Act::Opens, "vi springer til *punkt"),
    (Act::Opens, "vi vender tilbage til *punkt"),
    (Act::Opens, "så er vi ved *punkt"),
    (Act::Opens, "vi går videre til *sag"),
    (Act::Opens, "den næste *sag"),
    (Act::OpensFirst, "det første *punkt på dagsordenen"),
    (Act::OpensFirst, "det eneste *punkt på dagsordenen"),
    (Act::OpensFirst, "første *punkt"),
    (Act::OpensLast, "det sidste *punkt på dagsordenen"),
    (Act::OpensLast, "det sidste *punkt"),
    (Act::StartsDebate, "forhandlingen er åbnet"),
    (Act::StartsDebate, "ordet er frit"),
    (Act::StartsDebate, "*er *der *bemærkninger til"),
    (Act::StartsDebate, "ønsker nogen ordet"),
    (Act::StartsDebate, "ønsker nogen at udtale sig"),
    (Act::StartsDebate, "den *første ordfører"),
    (Act::StartsDebate, "*begrunde *forslaget"),
    (Act::StartsDebate, "en *begrundelse for forslaget"),
    (Act::StartsDebate, "der stemmes om lovforslagets endelige vedtagelse"),
    (Act::StartsDebate, "der er ikke stillet *ændringsforslag"),
    (Act::StartsDebate, "der er *stillet *ændringsforslag"),
    (Act::EndsFirstReading, "*forslaget *henvises til"),
    (Act::EndsFirstReading, "til *anden *behandling"),
    (Act::EndsMiddleReading, "til *tredje *behandling"),
    (Act::EndsMiddleReading, "uden fornyet *udvalgsbehandling"),
    (Act::EndsLastReading, "forslagets *endelige *vedtagelse"),
    (Act::EndsLastReading, "blive *sendt til *statsministeren"),
    (Act::EndsLastReading, "er *endeligt *vedtaget"),
    (Act::GoesOn, "*næste ordfører"),
    (Act::GoesOn, "videre i *ordførerrækken"),
    (Act::GoesOn, "næste i *ordførerrækken"),
    (Act::GoesOn, "ingen korte *bemærkninger"),
    (Act::GoesOn, "ikke nogen korte *bemærkninger"),
    (Act::GoesOn, "en *kort *bemærkning"),
    (Act::Continues, "*forhandlingen sig *herefter om"),
    (Act::Continues, "*lovforslaget *som *helhed"),
    (Act::EndsDebate, "forhandlingen er sluttet"),
    (Act::EndsDebate, "*ikke *flere der har bedt om ordet"),
    (Act::CallsVote, "går vi til afstemning"),
    (Act::CallsVote, "vi skal stemme om"),
    (Act::Decides, "det er vedtaget"),
    (Act::Decides, "det som vedtaget"),
    (Act::Decides, "er dermed vedtaget"),
    (Act::Decides, "er endeligt vedtaget"),
    (Act::Decides, "vedtaget og vil nu blive sendt til"),
    (Act::Decides, "er enstemmigt vedtaget"),
    (Act::Decides, "indstilling er *vedtaget"),
    (Act::Decides, "*vil *nu *blive *sendt til"),
    (Act::Decides, "er *bortfaldet"),
    (Act::Decides, "er forkastet"),
    (Act::Decides, "forslaget *henvises til"),
    (Act::Decides, "går *derfor til *anden behandling"),
    (Act::Decides, "så er den godkendt"),
    (Act::Decides, "så er det godkendt"),
    (Act::Decides, "er dagsordenen godkendt"),
    (Act::Decides, "indstillingen er godkendt"),
    (Act::Decides, "indstillingen er tiltrådt"),
    (Act::Decides, "så er det besluttet"),
    (Act::Decides, "det er tiltrådt"),
    (Act::Decides, "taget til efterretning"),
    (Act::Decides, "tager det til efterretning"),
    (Act::Decides, "*sagen *sendes *tilbage til"),
    (Act::Decides, "*sagen går *videre til"),
    (Act::Decides, "vi *oversender sagen til"),
    (Act::Decides, "så er spørgetiden slut"),
    (Act::Decides, "det afslutter spørgetimen"),
    (Act::Decides, "dermed er spørgetiden afsluttet"),
    (Act::Postpones, "punktet er udsat"),
    (Act::Postpones, "sagen er udsat"),
    (Act::Postpones, "vi udsætter punktet"),
    (Act::Postpones, "vi udsætter sagen"),
    (Act::Postpones, "sagen udsættes til"),
    (Act::Postpones, "punktet udsættes til"),
    (Act::Postpones, "er udsat til"),
    (Act::Postpones, "udsætter vi til"),
    (Act::Withdraws, "er udgået"),
    (Act::Withdraws, "udgår"),
    (Act::Withdraws, "taget af dagsordenen"),
    (Act::Withdraws, "trukket tilbage fra dagsordenen"),
    (Act::Joins, "under ét"),
    (Act::Joins, "behandles samlet"),
    (Act::Joins, "tager vi samlet"),
    (Act::Joins, "behandler vi sammen"),
    (Act::Joins, "tager vi sammen"),
    (Act::ShutsDoors, "så lukker vi dørene"),
    (Act::ShutsDoors, "vi lukker dørene"),
    (Act::ShutsDoors, "dørene lukkes"),
    (Act::ShutsDoors, "dørene er nu lukket"),
    (Act::ShutsDoors, "lukker vi for offentligheden"),
    (Act::ShutsDoors, "mødet fortsætter for lukkede døre"),
    (Act::ShutsDoors, "resten behandles for lukkede døre"),
    (Act::ShutsDoors, "går over til den lukkede del"),
    (Act::ShutsDoors, "slukker for udsendelsen"),
    (Act::ShutsDoors, "slukker for transmissionen"),
    (Act::ShutsDoors, "bede tilhørerne forlade salen"),
    (Act::ShutsDoors, "*slukker for *kameraet"),
    (Act::ShutsDoors, "*slukker for *kameraerne"),
    (Act::ShutsDoors, "*slukker for *streamingen"),
    (Act::ShutsDoors, "*slukker for *livestreamingen"),
    (Act::ShutsDoors, "*stopper *livestreamingen"),
    (Act::ShutsDoors, "*stopper *streamingen"),
    (Act::ShutsDoors, "*stopper *transmissionen"),
    (Act::ShutsDoors, "*stopper *udsendelsen"),
    (Act::ShutsDoors, "*afbryder *livestreamingen"),
    (Act::ShutsDoors, "*afbryder *transmissionen"),
    (Act::ShutsDoors, "*afbryder *udsendelsen"),
    (Act::ShutsDoors, "*lukker for *transmissionen"),
    (Act::ShutsDoors, "*lukker for *streamingen"),
    (Act::ShutsDoors, "*resten er *fortroligt"),
    (Act::ShutsDoors, "*resten af *mødet er *fortroligt"),
    (Act::ShutsDoors, "*resten af *mødet er *lukket"),
    (Act::ShutsDoors, "*fortsætter i *fortrolighed"),
    (Act::ShutsDoors, "*lukke *dørene *igen"),
    (Act::ShutsDoors, "så *lukke vi *dørene"),
    (Act::ShutsDoors, "så *lugger vi *dørene"),
    (Act::ShutsDoors, "så *lukker vi *døerne"),
    (Act::ShutsDoors, "*næste *punkt er *lukket"),
    (Act::ShutsDoors, "*næste *punkt er *fortroligt"),
    (Act::ShutsDoors, "vi have *lukket *dørene"),
    (Act::ShutsDoors, "*hermed *lukkes *dørene"),
    (Act::ShutsDoors, "*over i *lukket *møde"),
    (Act::ShutsDoors, "*overgår til *lukket *møde"),
    (Act::ShutsDoors, "*overgår til *lukket *dagsorden"),
    (Act::ShutsDoors, "*overgår til den *lukkede *del"),
    (Act::ShutsDoors, "*nået til den *lukkede *del"),
    (Act::ShutsDoors, "*tager den *lukkede *del"),
    (Act::ShutsDoors, "*tager den *fortrolige *del"),
    (Act::ShutsDoors, "*videre for *lukkede *døre"),
    (Act::ShutsDoors, "*fortsætter for *lukket *døre"),
    (Act::ShutsDoors, "*resten af *dagsordenen er *lukket"),
    (Act::ShutsDoors, "*slukker for *livestream"),
    (Act::ShutsDoors, "*slukker for *livestreamen"),
    (Act::ShutsDoors, "*lukker *ned for *livestreamen"),
    (Act::ShutsDoors, "*lukker *ned for *transmissionen"),
    (Act::ShutsDoors, "*kameraet er *slukket"),
    (Act::ShutsDoors, "*tilhørerne bedes *forlade"),
    (Act::ShutsDoors, "bede *tilhørerne om at *forlade"),
    (Act::ShutsDoors, "bede *publikum om at *gå"),
    (Act::ShutsDoors, "bede *publikum om at *forlade"),
    (Act::ShutsDoors, "*mangler vi kun det *lukkede *punkt"),
    (Act::NamesDoors, "for lukkede døre"),
    (Act::NamesDoors, "behandles for lukkede døre"),
    (Act::NamesDoors, "behandlet for lukkede døre"),
    (Act::NamesDoors, "fortsatte for lukkede døre"),
    (Act::NamesDoors, "lukket møde"),
    (Act::NamesDoors, "punktet er lukket"),
    (Act::NamesDoors, "*lukket *punkt"),
    (Act::NamesDoors, "*lukkede *punkt"),
    (Act::NamesDoors, "*lukkede *punkter"),
    (Act::NamesDoors, "den *lukkede *sag"),
    (Act::NamesDoors, "de *lukkede *sager"),
    (Act::NamesDoors, "den *fortrolige *sag"),
    (Act::NamesDoors, "*punkt er *lukket"),
    (Act::NamesDoors, "*punkt er *fortroligt"),
    (Act::NamesDoors, "*lukket *dagsorden"),
    (Act::NamesDoors, "*fortroligt *punkt"),
    (Act::NamesDoors, "punktet er *fortroligt"),
    (Act::NamesDoors, "resten er lukket"),
    (Act::NamesDoors, "den lukkede del"),
    (Act::NamesDoors, "lukket for offentligheden"),
    (Act::NamesDoors, "dørene er lukket"),
    (Act::NamesDoors, "dørene lukket"),
    (Act::NamesDoors, "dørene blev lukket"),
    (Act::NamesDoors, "dørene var lukket"),
    (Act::NamesDoors, "lukke dørene"),
    (Act::NamesDoors, "lukker dørene"),
    (Act::NamesDoors, "hvis vi lukker dørene"),
    (Act::OpensDoors, "åbner vi dørene igen"),
    (Act::OpensDoors, "dørene er åbnet igen"),
    (Act::OpensDoors, "dørene er åbne igen"),
    (Act::OpensDoors, "dørene åbnes igen"),
    (Act::OpensDoors, "mødet er åbent igen"),
    (Act::OpensDoors, "*så *åbner vi *dørene"),
    (Act::OpensDoors, "vi *åbner *dørene *igen"),
    (Act::OpensDoors, "så er *mødet *åbent *igen"),
    (Act::OpensDoors, "*fortsætter for *åbne *døre"),
    (Act::OpensDoors, "*tilbage i *åbent *møde"),
    (Act::OpensDoors, "*tænder vi for *livestreamingen *igen"),
    (Act::OpensDoors, "*nu *åbner vi *dørene"),
    (Act::OpensDoors, "*lukker vi *tilhørerne *ind *igen"),
    (Act::OpensDoors, "*velkommen *tilbage til *tilhørerne"),
    (Act::OpensDoors, "*velkommen *tilbage til *seerne"),
    (Act::OpensDoors, "*genoptager den *åbne *del"),
    (Act::OpensDoors, "den *åbne *del *genoptages"),
    (Act::OpensDoors, "*tænder vi for *transmissionen *igen"),
    (Act::OpensDoors, "*åbner vi for *transmissionen *igen"),
    (Act::OpensDoors, "for åbne døre igen"),
    (Act::Pauses, "holder vi en pause"),
    (Act::Pauses, "holder en kort pause"),
    (Act::Pauses, "minutters pause"),
    (Act::Pauses, "tager vi en pause"),
    (Act::Pauses, "holder vi gruppemøde"),
    (Act::Pauses, "mødet er suspenderet"),
    (Act::Pauses, "mødet er udsat til"),
    (Act::Resumes, "vi er tilbage efter pausen"),
    (Act::Resumes, "vi genoptager mødet"),
    (Act::Resumes, "mødet er genoptaget"),
    (Act::Resumes, "så er pausen slut"),
    (Act::Resumes, "så er vi tilbage"),
    (Act::OpensMeeting, "mødet er åbnet"),
    (Act::OpensMeeting, "erklærer mødet for åbnet"),
    (Act::OpensMeeting, "velkommen til møde"),
    (Act::EndsMeeting, "mødet er hævet"),
    (Act::EndsMeeting, "ikke *mere at *foretage"),
    (Act::EndsMeeting, "mødet er slut"),
    (Act::EndsMeeting, "mødet er afsluttet"),
    (Act::EndsMeeting, "erklærer mødet for hævet"),
];

/// Common words that are one or two letters from a word of a formula and mean something else.
const STRANGERS: &[&str] = &[
    "sætte",
    "sætter",
    "sættes",
    "satte",
    "modtaget",
    "foretaget",
    "optaget",
    "deltaget",
    "inddraget",
    "lukket",
    "sendte",
    "hævet",
    "hævede",
    "åbent",
    "åbner",
    "vedtage",
    "vedtager",
    "fortaget",
];

/// A formula heard in a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Said {
    pub(super) act: Act,
    /// First and last token.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Share of its letters that were heard, [`SHARE`]..=1.
    pub(super) share: f64,
    /// Letters of it that were heard.
    letters: usize,
}

impl Said {
    /// Whether this reading of the same words explains more of them.
    fn outdoes(&self, other: &Said) -> bool {
        let overlaps = self.first <= other.last && other.first <= self.last;
        let more = self.letters.cmp(&other.letters).then(self.share.total_cmp(&other.share));
        overlaps && more.is_gt()
    }
}

/// A formula as numbers of keywords.
struct Formula {
    act: Act,
    words: Vec<u16>,
    /// For each word, whether the formula means something else without it.
    needed: Vec<bool>,
    anchor: usize,
    letters: usize,
}

/// The words of all formulas.
pub(super) struct Keywords {
    words: Vec<Vec<char>>,
    exact: HashMap<String, u16>,
    formulas: Vec<Formula>,
    /// For each keyword, the formulas that it anchors.
    anchored: Vec<Vec<usize>>,
}

impl Keywords {
    pub(super) fn new() -> Self {
        let mut exact: HashMap<String, u16> = HashMap::new();
        let mut words: Vec<Vec<char>> = Vec::new();
        let mut formulas = Vec::new();
        let mut number = |word: &str| -> u16 {
            let folded = fold(word);
            *exact.entry(folded.clone()).or_insert_with(|| {
                words.push(folded.chars().collect());
                // The list above has some two hundred words.
                u16::try_from(words.len() - 1).unwrap_or(u16::MAX)
            })
        };
        for word in STRANGERS {
            number(word);
        }
        for (act, text) in FORMULAS {
            let needed: Vec<bool> = text.split(' ').map(|word| word.starts_with('*')).collect();
            let texts: Vec<&str> =
                text.split(' ').map(|word| word.trim_start_matches('*')).collect();
            let numbers: Vec<u16> = texts.iter().map(|word| number(word)).collect();
            let anchor = (0..texts.len()).max_by_key(|&at| texts[at].len()).unwrap_or(0);
            let letters = texts.iter().map(|word| word.chars().count()).sum();
            formulas.push(Formula { act: *act, words: numbers, needed, anchor, letters });
        }
        let mut anchored = vec![Vec::new(); words.len()];
        for (at, formula) in formulas.iter().enumerate() {
            anchored[usize::from(formula.words[formula.anchor])].push(at);
        }
        Self { words, exact, formulas, anchored }
    }

    /// The number of an exact keyword.
    pub(super) fn number(&self, word: &str) -> Option<u16> {
        self.exact.get(word).copied()
    }

    /// The keyword that a spoken word is or sounds like: one slip in four letters or more, two in
    /// eight, three in twelve, or glued to a short neighbour; "punkt" also by its sound.
    pub(super) fn like(&self, lower: &str) -> Option<u16> {
        let folded = fold(lower);
        if let Some(&exact) = self.exact.get(&folded) {
            return Some(exact);
        }
        let letters: Vec<char> = folded.chars().collect();
        if letters.len() < 4 || letters.len() > 24 {
            return None;
        }
        let mut best: Option<(usize, u16)> = None;
        for (at, word) in self.words.iter().enumerate() {
            if word.len() < 4 {
                continue;
            }
            let allowed = (word.len() / 4).clamp(1, 3);
            let glued = word.len() >= 5
                && letters.len() > word.len()
                && letters.len() <= word.len() + 4
                && (letters.starts_with(word) && word.len() >= 6 || letters.ends_with(word));
            let slips = if glued { Some(2) } else { slips(word, &letters, allowed) };
            if let Some(slips) = slips
                && best.is_none_or(|(least, _)| slips < least)
            {
                best = Some((slips, u16::try_from(at).ok()?));
            }
        }
        let noun = || if folded.ends_with("et") { "punktet" } else { "punkt" };
        best.map(|(_, at)| at)
            .or_else(|| sound::is_punkt(lower).then(|| self.number(noun())).flatten())
    }

    /// Every formula said in a segment, in order of its first token.
    pub(super) fn said(&self, heard: &Heard<'_>) -> Vec<Said> {
        self.said_in(&heard.keywords)
    }

    /// The same of a row of keywords.
    pub(super) fn said_in(&self, keywords: &[Option<u16>]) -> Vec<Said> {
        let mut found: Vec<Said> = Vec::new();
        for (at, keyword) in keywords.iter().enumerate() {
            let Some(keyword) = keyword else { continue };
            for &formula in &self.anchored[usize::from(*keyword)] {
                if let Some(said) = self.around(&self.formulas[formula], keywords, at) {
                    found.push(said);
                }
            }
        }
        // "Hvis vi lukker dørene" holds "vi lukker dørene", but does not shut them.
        let names: Vec<Said> =
            found.iter().filter(|said| said.act == Act::NamesDoors).copied().collect();
        found.retain(|said| said.act != Act::ShutsDoors || !names.iter().any(|n| n.outdoes(said)));
        found.sort_by(|a, b| a.first.cmp(&b.first).then(b.share.total_cmp(&a.share)));
        found
    }

    /// Looks for the rest of `formula` around its anchor.
    fn around(&self, formula: &Formula, keywords: &[Option<u16>], at: usize) -> Option<Said> {
        let length = |word: u16| self.words[usize::from(word)].len();
        let (mut first, mut last) = (at, at);
        let mut letters = length(formula.words[formula.anchor]);
        // Each step may pass over two strangers, in a short formula over one.
        let step = if formula.words.len() <= 3 { 2 } else { 3 };
        for place in (0..formula.anchor).rev() {
            let word = formula.words[place];
            let from = first.saturating_sub(step);
            match (from..first).rev().find(|&i| keywords[i] == Some(word)) {
                Some(found) => {
                    first = found;
                    letters += length(word);
                }
                None if formula.needed[place] => return None,
                None => {}
            }
        }
        for place in formula.anchor + 1..formula.words.len() {
            let word = formula.words[place];
            let to = (last + 1 + step).min(keywords.len());
            match (last + 1..to).find(|&i| keywords[i] == Some(word)) {
                Some(found) => {
                    last = found;
                    letters += length(word);
                }
                None if formula.needed[place] => return None,
                None => {}
            }
        }
        let share = letters as f64 / formula.letters as f64;
        (share >= formula.act.least_share()).then_some(Said {
            act: formula.act,
            first,
            last,
            share,
            letters,
        })
    }
}

/// Edit distance when it is at most `allowed`.
pub(super) fn slips(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = above[0];
        above[0] = i + 1;
        let mut least = above[0];
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != right);
            diagonal = above[j + 1];
            above[j + 1] = change.min(above[j] + 1).min(diagonal + 1);
            least = least.min(above[j + 1]);
        }
        if least > allowed {
            return None;
        }
    }
    above.last().copied().filter(|&slips| slips <= allowed)
}
