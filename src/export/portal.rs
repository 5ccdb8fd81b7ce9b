//! `portal.html`: each item's decision as plain HTML under the headings that the agenda portals
//! use (FirstAgenda, SBSYS), for pasting. No styles, no script, no debate, no time codes: what is
//! pasted becomes the published protocol. Marks of doubt stay, so that nobody overlooks them.

use super::public::PublicItem;
use super::text::{html, plain};
use super::{ExportError, Exporter, Material, PublicMeeting, prose};
use crate::meeting::{Evidence, Outcome, Vote};

/// Writes `portal.html`.
pub(super) struct Portal;

impl Exporter for Portal {
    fn render(&self, material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> {
        let public = PublicMeeting::new(material);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"da\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\n\
             <title>{}: beslutninger</title>\n</head>\n<body>\n<h1>{}</h1>\n<p>{}</p>\n",
            html(&plain(public.title())),
            html(&plain(public.title())),
            html(&prose::made_with(public.record)),
        );
        for item in &public.items {
            fragment(item, &mut out);
        }
        out.push_str("</body>\n</html>\n");
        Ok(Outcome::new(out.into_bytes(), public.warnings))
    }
}

fn fragment(item: &PublicItem<'_>, out: &mut String) {
    out.push_str(&format!(
        "<section>\n<h2>{}. {}</h2>\n",
        html(&plain(item.number)),
        html(&plain(item.title))
    ));
    if item.closed {
        out.push_str(&format!("<p>{}</p>\n</section>\n", prose::CLOSED));
        return;
    }
    out.push_str("<h3>Beslutning</h3>\n");
    let minutes = item.minutes.as_ref();
    match minutes.and_then(|minutes| minutes.decision.as_ref()) {
        Some(decision) => {
            out.push_str(&paragraph(&prose::decision(decision), &decision.evidence));
            for point in &decision.points {
                out.push_str(&paragraph(&prose::point(point), &point.evidence));
            }
        }
        None => out.push_str(&format!("<p>{}</p>\n", html(prose::no_decision(item)))),
    }
    if let Some(minutes) = minutes {
        for amendment in &minutes.amendments {
            let text = format!("Ændringsforslag: {}", prose::amendment(amendment));
            out.push_str(&paragraph(&text, &amendment.evidence));
        }
        for vote in &minutes.votes {
            out.push_str(&paragraph(&told(vote), &vote.evidence));
        }
        for dissent in &minutes.dissents {
            let text = format!("Protokollat: {}", prose::dissent(dissent));
            out.push_str(&paragraph(&text, &dissent.evidence));
        }
    }
    out.push_str("</section>\n");
}

fn paragraph(text: &str, evidence: &Evidence) -> String {
    let mark = if evidence.confidence < prose::SURE { " <strong>[usikkert]</strong>" } else { "" };
    format!("<p>{}{mark}</p>\n", html(text))
}

/// A vote in one line, as Rebild and Fredensborg write it:
/// `Indstillingen: vedtaget. For: 15 (A, V). Imod: 4 (Ø). Undlod at stemme: 2 (C).`
fn told(vote: &Vote) -> String {
    let mut text = prose::vote(vote);
    for (side, ballot) in prose::sides(vote) {
        text.push_str(&format!(" {side}: {}", prose::count(ballot)));
        let voters = prose::voters(ballot);
        if !voters.is_empty() {
            text.push_str(&format!(" ({voters})"));
        }
        text.push('.');
    }
    text
}
