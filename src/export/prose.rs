//! The Danish that documents are written in.

use super::text::plain;
use crate::meeting::{
    ApprovalState, Attendance, AttendanceKind, Ballot, Decision, DecisionOutcome, ItemState,
    Member, Vote,
};

/// Values less sure than this are marked `[usikkert]`: of such values more than one in five must
/// be expected to be wrong, which a protocol that stands as evidence can't carry unmarked.
pub(super) const SURE: f64 = 0.8;

/// Words that the recogniser gave less than even odds are marked.
pub(super) const LIKELY_WORD: f64 = 0.5;

const MONTHS: [&str; 12] = [
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
    "november", "december",
];
const WEEKDAYS: [&str; 7] =
    ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];

/// `2025-11-26` as `onsdag den 26. november 2025`; anything else as it stands.
pub(super) fn date(iso: &str) -> String {
    let Ok(date) = iso.parse::<jiff::civil::Date>() else { return plain(iso) };
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    match (WEEKDAYS.get(weekday), MONTHS.get(month)) {
        (Some(weekday), Some(month)) => {
            format!("{weekday} den {}. {month} {}", date.day(), date.year())
        }
        _ => plain(iso),
    }
}

/// The same without the weekday, for a deadline.
pub(super) fn deadline(due: &str) -> String {
    match date(due).split_once(" den ") {
        Some((_, day)) => day.to_owned(),
        None => plain(due),
    }
}

/// First letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// What became of an item, when that must be said.
pub(super) fn state(state: ItemState) -> Option<&'static str> {
    match state {
        ItemState::Treated => None,
        ItemState::Postponed => Some("Udsat"),
        ItemState::Withdrawn => Some("Udgået"),
        ItemState::NotFound => Some("Ikke fundet i optagelsen"),
    }
}

/// How far the document is on its way to approval.
pub(super) fn approval(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Udkast => "UDKAST",
        ApprovalState::Formand => "UDKAST – godkendt af formanden",
        ApprovalState::Naestformand => "UDKAST – godkendt af formand og næstformand",
        ApprovalState::Udsendt => "UDSENDT – ikke endeligt godkendt",
        ApprovalState::Godkendt => "GODKENDT",
    }
}

/// `Anne Holm (A), borgmester`.
pub(super) fn person(name: &str, party: Option<&str>, role: Option<&str>) -> String {
    let mut text = plain(name);
    if let Some(party) = party {
        text.push_str(&format!(" ({})", plain(party)));
    }
    if let Some(role) = role {
        text.push_str(&format!(", {}", plain(role)));
    }
    text
}

/// A member of the agenda's list.
pub(super) fn member(member: &Member) -> String {
    person(&member.name, member.party.as_deref(), member.role.as_deref())
}

/// An attendance remark: only the name for present and absent, a clause for the rest.
pub(super) fn attendance(entry: &Attendance) -> String {
    let who = person(&entry.name, entry.party.as_deref(), None);
    let under = entry.item.as_deref().map(|item| format!(" under punkt {}", plain(item)));
    let under = under.unwrap_or_default();
    match entry.kind {
        AttendanceKind::Present | AttendanceKind::Absent => who,
        AttendanceKind::Substitute => match &entry.replaces {
            Some(name) => format!("{who} for {}", plain(name)),
            None => who,
        },
        AttendanceKind::Arrives => format!("{who} ankom{under}"),
        AttendanceKind::Leaves => format!("{who} forlod mødet{under}"),
        AttendanceKind::Disqualified => {
            format!("{who} erklærede sig inhabil og deltog ikke{under}")
        }
    }
}

/// The operative text of a decision; the outcome alone when it has none.
pub(super) fn decision(decision: &Decision) -> String {
    let mut text = plain(&decision.text);
    if text.is_empty() {
        text = format!("{}.", capital(decision.outcome.danish()));
    }
    let mut add = |clause: String| {
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        text.push(' ');
        text.push_str(&clause);
    };
    if let Some(body) = decision.referred_to.as_deref().map(plain).filter(|body| !decision.text.contains(body.as_str())) {
        add(format!("Sagen sendes til {body}."));
    }
    if let Some(when) = decision.postponed_to.as_deref().map(plain).filter(|when| !decision.text.contains(when.as_str())) {
        add(format!("Udsat til {when}."));
    }
    text
}

/// `Vedtaget` and so on, as a word on its own.
pub(super) fn outcome(outcome: DecisionOutcome) -> String {
    capital(outcome.danish())
}

/// Count of a ballot; unknown is said to be unknown.
pub(super) fn count(ballot: &Ballot) -> String {
    match ballot.count {
        Some(count) => count.to_string(),
        None => "ikke oplyst".to_owned(),
    }
}

/// Parties and names of a ballot: `A, SF, Peter Holm`.
pub(super) fn voters(ballot: &Ballot) -> String {
    let all: Vec<String> =
        ballot.parties.iter().chain(&ballot.names).map(|name| plain(name)).collect();
    all.join(", ")
}

/// The three sides of a vote with their names.
pub(super) fn sides(vote: &Vote) -> [(&'static str, &Ballot); 3] {
    [("For", &vote.in_favour), ("Imod", &vote.against), ("Undlader at stemme", &vote.abstain)]
}

/// `punkt 6, 7 og 8`, for items treated together.
pub(super) fn joint(numbers: &[String]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| plain(number)).collect();
    match numbers.split_last() {
        Some((last, [])) => format!("Behandlet sammen med punkt {last}"),
        Some((last, rest)) => {
            format!("Behandlet sammen med punkt {} og {last}", rest.join(", "))
        }
        None => String::new(),
    }
}

/// A length of time in words: `2 timer og 42 minutter`.
pub(super) fn length(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round().max(0.0) as u64;
    let unit = |count: u64, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "under 1 minut".to_owned(),
        (0, minutes) => unit(minutes, "minut", "minutter"),
        (hours, 0) => unit(hours, "time", "timer"),
        (hours, minutes) => {
            format!("{} og {}", unit(hours, "time", "timer"), unit(minutes, "minut", "minutter"))
        }
    }
}

/// The heading of what the law keeps out of the protocol (styrelsesloven § 13; ministerial
/// statement 07.1.1 of 2007: the debate may be reported, but not in the beslutningsprotokol).
pub(super) const DEBATE: &str = "Resumé af drøftelsen (ikke en del af beslutningsprotokollen)";

/// What stands for the text of a segment that the guard withheld.
pub(super) const WITHHELD: &str = "[Lyden kunne ikke gengives sikkert]";

/// What a closed item shows besides number and title.
pub(super) const CLOSED: &str = "Lukket punkt";
