//! One item in the protocol, and all items in the debate summary.

use docx_rs::{Paragraph, Run};

use super::block::Page;
use crate::export::prose;
use crate::export::public::PublicItem;
use crate::export::text::plain;
use crate::meeting::{Decision, ItemState, Vote};

/// The item's part of the beslutningsprotokol.
pub(super) fn protocol(item: &PublicItem<'_>, page: &mut Page) {
    page.heading(2, &format!("Punkt {}: {}", plain(item.number), plain(item.title)));
    if item.closed {
        page.text(prose::CLOSED);
        return;
    }
    case_line(item, page);
    if let Some(text) = item.agenda.and_then(|agenda| agenda.fields.get("indstilling")) {
        page.heading(3, "Indstilling");
        page.lines(&text.text);
    }
    page.heading(3, "Beslutning");
    let minutes = item.minutes.as_ref();
    match minutes.and_then(|minutes| minutes.decision.as_ref()) {
        Some(decision) => decided(decision, page),
        None => page.text(prose::no_decision(item)),
    }
    let Some(minutes) = minutes else { return };
    if !minutes.amendments.is_empty() {
        page.heading(3, "Ændringsforslag");
        for amendment in &minutes.amendments {
            page.point(&prose::amendment(amendment), &amendment.evidence);
        }
    }
    if !minutes.votes.is_empty() {
        page.heading(3, "Afstemning");
        for vote in &minutes.votes {
            voted(vote, page);
        }
    }
    if !minutes.dissents.is_empty() {
        page.heading(3, "Protokollat");
        for dissent in &minutes.dissents {
            page.point(&prose::dissent(dissent), &dissent.evidence);
        }
    }
    if !minutes.actions.is_empty() {
        page.heading(3, "Opgaver");
        for action in &minutes.actions {
            page.point(&prose::action(action), &action.evidence);
        }
    }
}

/// Case number, when it was treated, what became of it.
fn case_line(item: &PublicItem<'_>, page: &mut Page) {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(item.case.map(|case| format!("Sagsnr. {}", plain(case))));
    parts.extend(item.state.and_then(prose::state).map(str::to_owned));
    parts.extend(prose::joint(item.joint));
    let mut paragraph = Paragraph::new().style("CaseLine").keep_next(true);
    let found = item.state != Some(ItemState::NotFound);
    let start = item.start().filter(|_| found);
    if parts.is_empty() && start.is_none() {
        return;
    }
    let mut text = parts.join(" · ");
    if start.is_some() {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str("Behandlet fra ");
    }
    paragraph = paragraph.add_run(Run::new().add_text(text));
    if let Some(start) = start {
        paragraph = paragraph.add_hyperlink(page.time_link(start));
        if item.confidence.is_some_and(|confidence| confidence < prose::SURE) {
            paragraph = paragraph.add_run(Run::new().style("Mark").add_text(" [usikkert]"));
        }
    }
    page.push(paragraph);
}

fn decided(decision: &Decision, page: &mut Page) {
    page.value("Decision", &prose::decision(decision), &decision.evidence);
    for point in &decision.points {
        page.point(&prose::point(point), &point.evidence);
    }
}

fn voted(vote: &Vote, page: &mut Page) {
    page.value("Normal", &prose::vote(vote), &vote.evidence);
    let rows: Vec<Vec<String>> = prose::sides(vote)
        .into_iter()
        .map(|(side, ballot)| vec![side.to_owned(), prose::count(ballot), prose::voters(ballot)])
        .collect();
    page.table(&[2_700, 1_500, 5_098], &["", "Stemmer", "Partier og navne"], &rows);
}

/// The debate, which the protocol must not hold: its own heading on a new page.
pub(super) fn debate(items: &[PublicItem<'_>], page: &mut Page) {
    let told: Vec<_> = items
        .iter()
        .filter_map(|item| item.minutes.as_ref().map(|minutes| (item, &minutes.summary)))
        .filter(|(_, summary)| !summary.is_empty())
        .collect();
    if told.is_empty() {
        return;
    }
    page.heading_on_new_page(prose::DEBATE);
    page.styled("Note", prose::DEBATE_NOTE);
    for (item, summary) in told {
        page.heading(2, &format!("Punkt {}: {}", plain(item.number), plain(item.title)));
        for statement in summary {
            page.value("Normal", &plain(&statement.text), &statement.evidence);
        }
    }
}
