//! The Danish that documents are written in.

use super::PublicItem;
use super::text::plain;
use crate::danish::dates;
use crate::meeting::{
    Action, Amendment, ApprovalState, Attendance, AttendanceKind, Ballot, Condensed, Decision,
    DecisionPoint, Dissent, ItemState, MeetingRecord, Member, Side, SideStatement, Statement, Vote,
};

/// Values less sure than this are marked `[usikkert]`: of such values more than one in five must
/// be expected to be wrong, which a protocol that stands as evidence can't carry unmarked.
pub(crate) const SURE: f64 = 0.8;

/// Numbers, names and negations less sure than this are marked. Stricter than [`SURE`]: they turn a
/// decision into another one, and few of them were there to measure their probabilities on.
pub(super) const SURE_WORD: f64 = 0.9;

/// Other words are marked when they are more likely wrong than right.
pub(super) const LIKELY_WORD: f64 = 0.5;

const WEEKDAYS: [&str; 7] =
    ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];

/// `2025-11-26` as `onsdag den 26. november 2025`; anything else as it stands.
pub(crate) fn date(iso: &str) -> String {
    let Ok(date) = iso.parse::<jiff::civil::Date>() else { return plain(iso) };
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    let month = dates::month_name(date.month().unsigned_abs());
    match (WEEKDAYS.get(weekday), month) {
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
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// What became of an item, when that must be said.
pub(crate) fn state(state: ItemState) -> Option<&'static str> {
    match state {
        ItemState::Treated => None,
        ItemState::Postponed => Some("Udsat"),
        ItemState::Withdrawn => Some("Udgået"),
        ItemState::NotFound => Some("Ikke fundet i optagelsen"),
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
        AttendanceKind::Aside => match &entry.item {
            Some(item) => format!("{who} deltog ikke i behandlingen af punkt {}", plain(item)),
            None => format!("{who} deltog ikke i behandlingen"),
        },
    }
}

/// The operative text of a decision; the outcome alone when it has none.
pub(crate) fn decision(decision: &Decision) -> String {
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
    if let Some(body) = decision
        .referred_to
        .as_deref()
        .map(plain)
        .filter(|body| !decision.text.contains(body.as_str()))
    {
        add(format!("Sagen sendes til {body}."));
    }
    if let Some(when) = decision
        .postponed_to
        .as_deref()
        .map(plain)
        .filter(|when| !decision.text.contains(when.as_str()))
    {
        add(format!("Udsat til {when}."));
    }
    text
}

/// `Ad 1: Godkendt.`
pub(crate) fn point(point: &DecisionPoint) -> String {
    let text = plain(&point.text);
    match text.is_empty() {
        true => format!("Ad {}: {}.", point.point, capital(point.outcome.danish())),
        false => format!("Ad {}: {text}", point.point),
    }
}

/// What stands under Beslutning when there is none.
pub(super) fn no_decision(item: &PublicItem<'_>) -> &'static str {
    match (item.state, &item.minutes) {
        (Some(ItemState::NotFound), _) => {
            "Punktet blev ikke fundet i optagelsen. Beslutningen skal skrives i hånden."
        }
        (Some(ItemState::Withdrawn), _) => "Punktet udgik.",
        (Some(ItemState::Postponed), _) => "Punktet blev udsat.",
        (_, None) => "Ikke udfyldt.",
        (_, Some(_)) => "Der blev ikke fundet en beslutning i optagelsen. Punktet skal gennemgås.",
    }
}

/// `Ændringsforslag fra C og F: … Forkastet.`
pub(crate) fn amendment(amendment: &Amendment) -> String {
    let by: Vec<String> = amendment.by.iter().map(|name| plain(name)).collect();
    let mut text = String::new();
    if let Some(by) = listed(&by) {
        text.push_str(&format!("Fra {by}: "));
    }
    text.push_str(&plain(&amendment.text));
    if let Some(outcome) = amendment.outcome {
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        text.push_str(&format!(" {}.", capital(outcome.danish())));
    }
    text
}

/// A protokollat with whose it is.
pub(crate) fn dissent(dissent: &Dissent) -> String {
    match &dissent.who {
        Some(who) => format!("{}: {}", plain(who), plain(&dissent.text)),
        None => plain(&dissent.text),
    }
}

/// A sentence of a summary with who said it, when the voice is known.
pub(super) fn statement(statement: &Statement) -> String {
    match &statement.speaker {
        Some(who) => format!("{}: {}", plain(who), plain(&statement.text)),
        None => plain(&statement.text),
    }
}

/// Which sentences a language model worded, and what was done about it.
pub(super) fn condensed(condensed: &Condensed) -> String {
    let model = plain(&condensed.model);
    let model = if model.is_empty() { String::new() } else { format!(" {model}") };
    format!(
        "Sætninger mærket [sprogmodel] er sammenfattet af sprogmodel{model}. Hver af dem er holdt op mod \
         de steder i udskriften, som tidskoden fører til; resten er gengivet, som det blev sagt."
    )
}

/// `Ledelsen: …`, `Medarbejderne: …`.
pub(crate) fn side(statement: &SideStatement) -> String {
    let side = match statement.side {
        Side::Ledelse => "Ledelsen",
        Side::Medarbejdere => "Medarbejderne",
    };
    format!("{side}: {}", plain(&statement.text))
}

/// What is to be done, by whom, by when.
pub(crate) fn action(action: &Action) -> String {
    let mut text = plain(&action.what);
    let who = action.who.as_deref().map(|who| format!("ansvarlig: {}", plain(who)));
    let due = action.due.as_deref().map(|due| format!("frist: {}", deadline(due)));
    let rest: Vec<String> = who.into_iter().chain(due).collect();
    if !rest.is_empty() {
        text = format!("{} ({})", text.trim_end_matches('.'), rest.join(", "));
    }
    text
}

/// What was voted on, and how it went.
pub(crate) fn vote(vote: &Vote) -> String {
    let mut text = capital(&plain(&vote.question));
    if text.is_empty() {
        text.push_str("Afstemning");
    }
    if let Some(outcome) = vote.outcome {
        text = format!("{}: {}", text.trim_end_matches('.'), outcome.danish());
    }
    text.push('.');
    text
}

/// `A, B og C`.
pub(super) fn listed(names: &[String]) -> Option<String> {
    match names.split_last()? {
        (last, []) => Some(last.clone()),
        (last, rest) => Some(format!("{} og {last}", rest.join(", "))),
    }
}

/// The steps of approval that hold: `formand: Anne Holm, 27. marts 2026; udsendt af: …`.
pub(super) fn approvals(record: &MeetingRecord) -> Option<String> {
    let steps: Vec<String> = record
        .approvals
        .iter()
        .filter(|step| step.holds())
        .map(|step| {
            let role = match step.state {
                ApprovalState::Udkast => "trukket tilbage af",
                ApprovalState::Formand => "formand",
                ApprovalState::Naestformand => "næstformand",
                ApprovalState::Udsendt => "udsendt af",
                ApprovalState::Godkendt => "endeligt godkendt af",
            };
            format!("{role}: {}, {}", plain(&step.name), deadline(&step.date))
        })
        .collect();
    (!steps.is_empty()).then(|| capital(&steps.join("; ")))
}

/// The note that AI made the draft (AI Act, art. 50; KL's advice: a person must check it).
pub(super) fn made_with(record: &MeetingRecord) -> String {
    let made = &record.provenance;
    let checked = match record.state {
        ApprovalState::Godkendt => "Det er gennemgået og godkendt af mennesker.",
        _ => "Det skal læses igennem og rettes af et menneske, før det bruges.",
    };
    let draft = if is_final(record.state) { "Referatet" } else { "Udkastet" };
    format!(
        "{draft} er lavet automatisk med kunstig intelligens ud fra optagelsen {} (Referent {}, \
         talegenkendelse: {}). {checked}",
        plain(&record.recording.name),
        plain(&made.version),
        plain(&made.model),
    )
}

/// The same in few words, for the foot of the page.
pub(super) fn footer(record: &MeetingRecord) -> String {
    format!(
        "Lavet med AI: Referent {}, {}",
        plain(&record.provenance.version),
        plain(&record.provenance.model)
    )
}

/// How to read marks and times.
pub(super) fn legend(minutes: bool) -> String {
    let mut text = String::from(
        "Tidskoder (t:mm:ss) fører til stedet i optagelsen. Værdier mærket [usikkert] skal \
         kontrolleres mod lyden.",
    );
    if !minutes {
        text.push_str(" Der er endnu ikke skrevet referat af mødet.");
    }
    text
}

/// Count of a ballot; unknown is said to be unknown.
pub(crate) fn count(ballot: &Ballot) -> String {
    match ballot.count {
        Some(count) => count.to_string(),
        None => "ikke oplyst".to_owned(),
    }
}

/// Parties and names of a ballot: `A, SF, Peter Holm`.
pub(crate) fn voters(ballot: &Ballot) -> String {
    let all: Vec<String> =
        ballot.parties.iter().chain(&ballot.names).map(|name| plain(name)).collect();
    all.join(", ")
}

/// All that a vote says, in one line.
pub(super) fn spoken_vote(vote: &Vote) -> String {
    let sides = sides(vote).map(|(_, side)| {
        let count = side.count.map(|count| count.to_string()).unwrap_or_default();
        format!("{count} {}", voters(side))
    });
    format!("{} {}", vote.question, sides.join(" "))
}

/// The three sides of a vote with their names.
pub(crate) fn sides(vote: &Vote) -> [(&'static str, &Ballot); 3] {
    [("For", &vote.in_favour), ("Imod", &vote.against), ("Undlod at stemme", &vote.abstain)]
}

/// `punkt 6, 7 og 8`, for items treated together.
pub(crate) fn joint(numbers: &[String]) -> Option<String> {
    let numbers: Vec<String> = numbers.iter().map(|number| plain(number)).collect();
    Some(format!("Behandlet sammen med punkt {}", listed(&numbers)?))
}

/// A length of time in words: `2 timer og 42 minutter`.
pub(crate) fn length(seconds: f64) -> String {
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

/// What stands for the text of a segment that the guard withheld.
pub(super) const WITHHELD: &str = "[Lyden kunne ikke gengives sikkert]";

/// What a closed item shows besides number and title.
pub(crate) const CLOSED: &str = "Lukket punkt";

/// Whether the document has been approved for good.
pub(crate) fn is_final(state: ApprovalState) -> bool {
    state == ApprovalState::Godkendt
}
