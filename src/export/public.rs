//! What may be shown of a meeting, and nothing else.
//!
//! Fail-closed: the material should hold no closed speech any more when it comes here, but every
//! segment and every value with evidence is checked again against every closed span that anybody
//! has named. In doubt it is refused, and a warning says so.

use std::collections::{HashMap, HashSet};

use super::{Material, doubt, prose};
use crate::meeting::{
    Agenda, AgendaItem, Attendance, AttendanceKind, Correction, Evidence, ItemMinutes, ItemSpan,
    ItemState, MeetingRecord, Minutes, Segment, SegmentId, Stage, TimeSpan, Warning,
};

/// Kinds of attendance that belong to an item.
const CHANGES: [AttendanceKind; 4] = [
    AttendanceKind::Arrives,
    AttendanceKind::Leaves,
    AttendanceKind::Disqualified,
    AttendanceKind::Aside,
];

/// The public part of a meeting.
pub struct PublicMeeting<'a> {
    pub record: &'a MeetingRecord,
    pub agenda: Option<&'a Agenda>,
    pub minutes: Option<&'a Minutes>,
    /// In the agenda's order.
    pub items: Vec<PublicItem<'a>>,
    /// In the order of their start: withheld ones too (their place may be shown, not their text).
    pub segments: Vec<&'a Segment>,
    doors: Doors,
    /// What had to be refused here.
    pub warnings: Vec<Warning>,
    item_of: HashMap<SegmentId, &'a str>,
}

/// One item as far as it is public.
pub struct PublicItem<'a> {
    pub number: &'a str,
    pub title: &'a str,
    /// Closed items show their number and title alone; the fields below are empty for them.
    pub closed: bool,
    pub case: Option<&'a str>,
    pub agenda: Option<&'a AgendaItem>,
    /// Stretches in which it was treated, in order.
    pub spans: Vec<TimeSpan>,
    /// None when the meeting was not aligned.
    pub state: Option<ItemState>,
    /// Probability that the start is right.
    pub confidence: Option<f64>,
    /// Numbers of the items treated together with this one.
    pub joint: &'a [String],
    pub minutes: Option<ItemMinutes>,
}

impl PublicItem<'_> {
    /// When it was first taken up, seconds.
    pub fn start(&self) -> Option<f64> {
        self.spans.first().map(|span| span.start)
    }
}

impl<'a> PublicMeeting<'a> {
    /// Filters the material.
    pub fn new(material: &Material<'a>) -> Self {
        let mut warnings = Vec::new();
        let closed_items = closed_items(material);
        let closed = closed_spans(material, &closed_items, &mut warnings);
        let item_of = items_of_segments(material);
        // Without an alignment nobody can say which part of a closed item was public.
        let placeless = material.alignment.is_none();
        let (mut segments, shut): (Vec<&Segment>, Vec<&Segment>) =
            material.transcript.segments.iter().partition(|segment| {
                let of_closed = segment.item.as_deref().is_some_and(|i| closed_items.contains(i));
                !(touches(&closed, segment.span()) || placeless && of_closed)
            });
        let refused = shut.len();
        let doors = Doors { closed, shut: shut.iter().map(|segment| segment.id).collect() };
        if refused > 0 {
            warnings.push(Warning::attention(
                Stage::Export,
                "closed-segment-refused",
                format!(
                    "{refused} segments of the transcript lie behind closed doors and were left \
                     out; run `referent run` again so that they are parted from the public ones"
                ),
            ));
        }
        segments.sort_by(|a, b| a.start.total_cmp(&b.start));
        let heard = Heard(segments.iter().map(|segment| (segment.id, *segment)).collect());
        let items = items(material, &closed_items, &doors, &heard, &mut warnings);
        Self {
            record: material.record,
            agenda: material.agenda,
            minutes: material.minutes,
            items,
            segments,
            doors,
            warnings,
            item_of,
        }
    }

    /// The segments whose text may be shown, in order.
    pub fn trusted(&self) -> impl Iterator<Item = &'a Segment> {
        self.segments.iter().copied().filter(|segment| !segment.is_withheld())
    }

    /// Number of the item that a segment belongs to.
    pub fn item_of(&self, segment: &'a Segment) -> Option<&'a str> {
        segment.item.as_deref().or_else(|| self.item_of.get(&segment.id).copied())
    }

    /// Stretches behind closed doors, in order.
    pub fn closed(&self) -> &[TimeSpan] {
        &self.doors.closed
    }

    /// Those corrections that are of public segments and touch no closed stretch.
    pub fn corrections(&self, all: &[Correction]) -> Vec<Correction> {
        let public: HashSet<SegmentId> = self.segments.iter().map(|segment| segment.id).collect();
        let open = |made: &&Correction| {
            public.contains(&made.segment) && !touches(&self.doors.closed, made.span())
        };
        all.iter().filter(open).cloned().collect()
    }

    /// The meeting's title: its own, else committee or what the recording is called.
    pub fn title(&self) -> &'a str {
        self.record
            .title
            .as_deref()
            .or_else(|| self.agenda.and_then(|agenda| agenda.title.as_deref()))
            .or_else(|| self.committee())
            .unwrap_or(&self.record.recording.name)
    }

    /// Who was there, in named groups; without minutes what the agenda announced. Values that rest
    /// on closed speech are left out.
    pub fn attendance(&self) -> Vec<(&'static str, String)> {
        let entries = self.minutes.map(|minutes| minutes.attendance.as_slice()).unwrap_or_default();
        let open = |entry: &&Attendance| {
            let item = entry.item.as_deref();
            let of_closed = self.items.iter().any(|i| i.closed && Some(i.number) == item);
            !of_closed && entry.evidence.as_ref().is_none_or(|evidence| self.doors.admit(evidence))
        };
        let of = |kinds: &[AttendanceKind]| -> Vec<String> {
            entries
                .iter()
                .filter(open)
                .filter(|entry| kinds.contains(&entry.kind))
                .map(prose::attendance)
                .collect()
        };
        let members = self.agenda.map(|agenda| agenda.members.as_slice()).unwrap_or_default();
        let announced = |absent: bool| -> Vec<String> {
            members.iter().filter(|m| m.absent == absent).map(prose::member).collect()
        };
        let spoken = entries.iter().any(|entry| open(&entry));
        // Those heard, and those announced of whom nothing was heard.
        let absent = || {
            let mut absent = of(&[AttendanceKind::Absent]);
            let heard = |name: &str| entries.iter().any(|entry| entry.name == name);
            let others = members.iter().filter(|m| m.absent && !heard(&m.name));
            absent.extend(others.map(prose::member));
            absent
        };
        // Who is present is seldom said. Of the others it is known that they were called in and sent no afbud.
        let (heading, present, absent) = match (spoken, of(&[AttendanceKind::Present])) {
            (false, _) => ("Indkaldt", announced(false), announced(true)),
            (true, none) if none.is_empty() => ("Medlemmer uden afbud", self.there(), absent()),
            (true, present) => ("Deltagere", present, absent()),
        };
        let mut groups = vec![
            (heading, present.join(", ")),
            ("Afbud", absent.join(", ")),
            ("Stedfortrædere", of(&[AttendanceKind::Substitute]).join(", ")),
            ("Under mødet", of(&CHANGES).join(". ")),
        ];
        groups.retain(|(_, names)| !names.is_empty());
        groups
    }

    /// Who came, left, was inhabil or stood aside under an item. Values that rest on closed speech are left out.
    pub fn changes(&self, number: &str) -> Vec<&'a Attendance> {
        let entries = self.minutes.map(|minutes| minutes.attendance.as_slice()).unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry.item.as_deref() == Some(number))
            .filter(|entry| CHANGES.contains(&entry.kind))
            .filter(|entry| entry.evidence.as_ref().is_none_or(|e| self.doors.admit(e)))
            .collect()
    }

    /// Who signs: the agenda's members less those away, and the stedfortrædere.
    pub fn signatories(&self) -> Vec<String> {
        let entries = self.minutes.map(|minutes| minutes.attendance.as_slice()).unwrap_or_default();
        let instead = entries
            .iter()
            .filter(|one| one.kind == AttendanceKind::Substitute)
            .map(|one| prose::person(&one.name, one.party.as_deref(), None));
        self.there().into_iter().chain(instead).collect()
    }

    /// The agenda's members less those away; a stedfortræder who was heard and stands among them is left out.
    fn there(&self) -> Vec<String> {
        let entries = self.minutes.map(|minutes| minutes.attendance.as_slice()).unwrap_or_default();
        let tied = |name: &str| {
            entries.iter().any(|one| {
                matches!(one.kind, AttendanceKind::Absent | AttendanceKind::Substitute)
                    && one.name == name
            })
        };
        let members = self.agenda.map(|agenda| agenda.members.as_slice()).unwrap_or_default();
        members.iter().filter(|one| !one.absent && !tied(&one.name)).map(prose::member).collect()
    }

    /// The municipality's name.
    pub fn municipality(&self) -> Option<&'a str> {
        self.record
            .municipality
            .as_deref()
            .or_else(|| self.agenda.and_then(|agenda| agenda.municipality.as_deref()))
    }

    /// The body that met.
    pub fn committee(&self) -> Option<&'a str> {
        self.record
            .committee
            .as_deref()
            .or_else(|| self.agenda.and_then(|agenda| agenda.committee.as_deref()))
    }

    /// Day of the meeting, ISO 8601.
    pub fn date(&self) -> Option<&'a str> {
        self.record
            .date
            .as_deref()
            .or_else(|| self.agenda.and_then(|agenda| agenda.date.as_deref()))
    }
}

/// What lies behind closed doors.
struct Doors {
    closed: Vec<TimeSpan>,
    /// Segments that were refused.
    shut: HashSet<SegmentId>,
}

impl Doors {
    /// Whether a value rests on public speech alone.
    fn admit(&self, evidence: &Evidence) -> bool {
        !touches(&self.closed, TimeSpan::new(evidence.start, evidence.end))
            && !evidence.segments.iter().any(|id| self.shut.contains(id))
    }
}

/// Whether a span shares time with a closed one. A span without length counts by its moment.
fn touches(closed: &[TimeSpan], span: TimeSpan) -> bool {
    closed
        .iter()
        .any(|shut| shut.overlaps(&span) || span.start == span.end && shut.contains(span.start))
}

/// Numbers that anybody has marked as closed.
fn closed_items<'a>(material: &Material<'a>) -> HashSet<&'a str> {
    let agenda = material.agenda.into_iter().flat_map(|agenda| &agenda.items);
    let spans = material.alignment.into_iter().flat_map(|alignment| &alignment.items);
    let minutes = material.minutes.into_iter().flat_map(|minutes| &minutes.items);
    agenda
        .filter(|item| item.closed)
        .map(|item| item.number.as_str())
        .chain(spans.filter(|item| item.closed).map(|item| item.number.as_str()))
        .chain(minutes.filter(|item| item.closed).map(|item| item.number.as_str()))
        .collect()
}

/// Every closed stretch. The spans of a closed item are normally closed in part: its announcement
/// is public, and the alignment says where the doors closed. When no closed stretch lies in them
/// nobody can say where that was, so all of them are closed.
fn closed_spans(
    material: &Material<'_>,
    closed_items: &HashSet<&str>,
    warnings: &mut Vec<Warning>,
) -> Vec<TimeSpan> {
    let mut spans = material.transcript.closed.clone();
    if let Some(alignment) = material.alignment {
        spans.extend(&alignment.closed);
        for item in alignment.items.iter().filter(|i| closed_items.contains(i.number.as_str())) {
            if !item.spans.is_empty() && !item.spans.iter().any(|span| touches(&spans, *span)) {
                spans.extend(&item.spans);
                warnings.push(
                    Warning::attention(
                        Stage::Export,
                        "closed-item-without-closed-span",
                        "the item is closed but nothing says when the doors closed; all of it was \
                         left out",
                    )
                    .on_item(&item.number),
                );
            }
        }
    }
    spans.sort_by(|a, b| a.start.total_cmp(&b.start));
    spans.dedup();
    spans
}

/// Which item the alignment gave each segment.
fn items_of_segments<'a>(material: &Material<'a>) -> HashMap<SegmentId, &'a str> {
    let mut item_of = HashMap::new();
    for item in material.alignment.into_iter().flat_map(|alignment| &alignment.items) {
        for id in &item.segments {
            item_of.entry(*id).or_insert(item.number.as_str());
        }
    }
    item_of
}

/// The agenda's items; without an agenda those of the alignment, else of the minutes.
fn items<'a>(
    material: &Material<'a>,
    closed_items: &HashSet<&str>,
    doors: &Doors,
    heard: &Heard<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<PublicItem<'a>> {
    let mut heads: Vec<(&str, &str)> = Vec::new();
    if let Some(agenda) = material.agenda {
        heads.extend(agenda.items.iter().map(|item| (item.number.as_str(), item.title.as_str())));
    } else if let Some(alignment) = material.alignment {
        heads
            .extend(alignment.items.iter().map(|item| (item.number.as_str(), item.title.as_str())));
    } else if let Some(minutes) = material.minutes {
        heads.extend(minutes.items.iter().map(|item| (item.number.as_str(), item.title.as_str())));
    }
    let by_number: HashMap<&str, &ItemSpan> = material
        .alignment
        .into_iter()
        .flat_map(|alignment| &alignment.items)
        .map(|item| (item.number.as_str(), item))
        .collect();
    let minutes_by_number: HashMap<&str, &ItemMinutes> = material
        .minutes
        .into_iter()
        .flat_map(|minutes| &minutes.items)
        .map(|item| (item.number.as_str(), item))
        .collect();
    heads
        .into_iter()
        .map(|(number, title)| {
            let agenda = material.agenda.and_then(|agenda| agenda.item(number));
            if closed_items.contains(number) {
                return PublicItem {
                    number,
                    title,
                    closed: true,
                    case: None,
                    agenda: None,
                    spans: Vec::new(),
                    state: None,
                    confidence: None,
                    joint: &[],
                    minutes: None,
                };
            }
            let span = by_number.get(number).copied();
            let mut spans = span.map(|span| span.spans.clone()).unwrap_or_default();
            if let (true, Some(ItemSpan { start: Some(start), end: Some(end), .. })) =
                (spans.is_empty(), span)
            {
                spans.push(TimeSpan::new(*start, *end));
            }
            spans.sort_by(|a, b| a.start.total_cmp(&b.start));
            PublicItem {
                number,
                title,
                closed: false,
                case: agenda.and_then(|item| item.case.as_deref()),
                agenda,
                spans,
                state: span.map(|span| span.state),
                confidence: span.map(|span| span.confidence),
                joint: span.map(|span| span.joint.as_slice()).unwrap_or_default(),
                minutes: minutes_by_number
                    .get(number)
                    .map(|minutes| heard.weighed(open_minutes(minutes, doors, warnings))),
            }
        })
        .collect()
}

/// The values of an item whose evidence is public.
fn open_minutes(minutes: &ItemMinutes, doors: &Doors, warnings: &mut Vec<Warning>) -> ItemMinutes {
    let mut refused = 0_usize;
    let mut open = |evidence: &Evidence| {
        let public = doors.admit(evidence);
        refused += usize::from(!public);
        public
    };
    let mut kept = minutes.clone();
    kept.decision =
        kept.decision.filter(|decision| open(&decision.evidence)).map(|mut decision| {
            decision.points.retain(|point| open(&point.evidence));
            decision
        });
    kept.votes.retain(|vote| open(&vote.evidence));
    kept.amendments.retain(|amendment| open(&amendment.evidence));
    kept.dissents.retain(|dissent| open(&dissent.evidence));
    kept.actions.retain(|action| open(&action.evidence));
    kept.sides.retain(|statement| open(&statement.evidence));
    kept.summary.retain(|statement| open(&statement.evidence));
    if refused > 0 {
        warnings.push(
            Warning::attention(
                Stage::Export,
                "closed-value-refused",
                format!("{refused} values rest on speech behind closed doors and were left out"),
            )
            .on_item(&minutes.number),
        );
    }
    kept
}

/// The public segments by their number.
struct Heard<'a>(HashMap<SegmentId, &'a Segment>);

impl Heard<'_> {
    /// The same values, none surer than the least sure number, name or negation in it was heard.
    fn weighed(&self, mut minutes: ItemMinutes) -> ItemMinutes {
        if let Some(decision) = &mut minutes.decision {
            self.weigh(&decision.text, &mut decision.evidence);
            for point in &mut decision.points {
                self.weigh(&point.text, &mut point.evidence);
            }
        }
        for vote in &mut minutes.votes {
            self.weigh(&prose::spoken_vote(vote), &mut vote.evidence);
        }
        for amendment in &mut minutes.amendments {
            self.weigh(&prose::amendment(amendment), &mut amendment.evidence);
        }
        for dissent in &mut minutes.dissents {
            self.weigh(&prose::dissent(dissent), &mut dissent.evidence);
        }
        for action in &mut minutes.actions {
            self.weigh(&prose::action(action), &mut action.evidence);
        }
        for statement in &mut minutes.summary {
            self.weigh(&statement.text, &mut statement.evidence);
        }
        minutes
    }

    fn weigh(&self, text: &str, evidence: &mut Evidence) {
        let segments = evidence.segments.iter().filter_map(|id| self.0.get(id).copied());
        if let Some(least) = doubt::weakest(text, segments) {
            evidence.confidence = evidence.confidence.min(least);
        }
    }
}
