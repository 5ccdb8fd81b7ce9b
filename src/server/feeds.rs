//! Atom feeds (RFC 4287), sitemap and robots.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::address::Addresses;
use super::error::ServerError;
use crate::archive::{ArchiveError, Filter, ItemHits, MeetingHead, Reader};
use crate::export::{plain, prose};

/// Entries of a feed, at most.
pub(super) const ENTRIES: usize = 30;
/// The date of a feed that has no dated entry.
const NEVER: &str = "1970-01-01";

/// One entry.
pub(super) struct Entry {
    title: String,
    /// Address as the site's own pages write it.
    address: String,
    date: Option<String>,
    summary: String,
}

impl Entry {
    /// A meeting in the feed of new ones.
    pub(super) fn of_meeting(to: &Addresses, meeting: &MeetingHead) -> Self {
        Self {
            title: plain(&meeting.title),
            address: to.meeting(meeting.id.as_str()),
            date: meeting.date.clone(),
            summary: meeting_line(meeting),
        }
    }

    /// An item that a saved search found.
    pub(super) fn of_hit(to: &Addresses, hits: &ItemHits) -> Self {
        let id = hits.meeting.id.as_str();
        let (title, address) = match &hits.item {
            Some(item) => (
                format!("Punkt {}: {}", plain(&item.number), plain(&item.title)),
                to.item(id, &item.number),
            ),
            None => (plain(&hits.meeting.title), to.meeting(id)),
        };
        Self {
            title,
            address,
            date: hits.meeting.date.clone(),
            summary: meeting_line(&hits.meeting),
        }
    }
}

fn meeting_line(meeting: &MeetingHead) -> String {
    let parts = [
        Some(plain(&meeting.title)),
        meeting.committee.as_deref().map(plain),
        meeting.date.as_deref().map(prose::date),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let draft = if prose::is_final(meeting.state) { "" } else { " (udkast)" };
    format!("{}{draft}", parts.join(" · "))
}

/// An Atom feed. `own` and `page` are addresses as the site's pages write them. Ids are the absolute
/// addresses, or `tag:` names where the site's own address is not known. `updated` is the day of the
/// meeting: the archive holds no clock time, and the same archive gives the same bytes.
pub(super) fn atom(
    to: &Addresses,
    title: &str,
    (own, page): (&str, &str),
    entries: &[Entry],
) -> Result<Vec<u8>, ServerError> {
    let newest = entries.iter().filter_map(|entry| entry.date.as_deref()).max();
    let name = |address: &str| {
        let bare = address.trim_start_matches("../");
        to.absolute(address).unwrap_or_else(|| format!("tag:referent,2026:{bare}"))
    };
    let link = |address: &str| to.absolute(address).unwrap_or_else(|| address.to_owned());
    write(|xml| {
        xml.write_event(Event::Start(
            BytesStart::new("feed")
                .with_attributes([("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", "da")]),
        ))?;
        text(xml, "title", title)?;
        text(xml, "id", &name(own))?;
        text(xml, "updated", &moment(newest))?;
        element(xml, "link", &[("rel", "self"), ("href", &link(own))])?;
        element(
            xml,
            "link",
            &[("rel", "alternate"), ("type", "text/html"), ("href", &link(page))],
        )?;
        xml.write_event(Event::Start(BytesStart::new("author")))?;
        text(xml, "name", "Mødearkivet")?;
        xml.write_event(Event::End(BytesEnd::new("author")))?;
        for entry in entries {
            xml.write_event(Event::Start(BytesStart::new("entry")))?;
            text(xml, "title", &entry.title)?;
            text(xml, "id", &name(&entry.address))?;
            text(xml, "updated", &moment(entry.date.as_deref()))?;
            element(
                xml,
                "link",
                &[("rel", "alternate"), ("type", "text/html"), ("href", &link(&entry.address))],
            )?;
            text(xml, "summary", &entry.summary)?;
            xml.write_event(Event::End(BytesEnd::new("entry")))?;
        }
        xml.write_event(Event::End(BytesEnd::new("feed")))
    })
}

/// A sitemap of absolute addresses with the day of their meeting. `next` is the address of another
/// sitemap file where one does not hold all.
pub(super) fn sitemap(addresses: &[(String, Option<String>)]) -> Result<Vec<u8>, ServerError> {
    write(|xml| {
        let start = BytesStart::new("urlset")
            .with_attributes([("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")]);
        xml.write_event(Event::Start(start))?;
        for (address, date) in addresses {
            xml.write_event(Event::Start(BytesStart::new("url")))?;
            text(xml, "loc", address)?;
            if let Some(date) = date.as_deref().filter(|date| is_day(date)) {
                text(xml, "lastmod", date)?;
            }
            xml.write_event(Event::End(BytesEnd::new("url")))?;
        }
        xml.write_event(Event::End(BytesEnd::new("urlset")))
    })
}

/// `robots.txt`: all may be read but searches and frames.
pub(super) fn robots(to: &Addresses) -> String {
    let mut text = String::from("User-agent: *\n");
    for closed in ["soeg", "widget/", "api/"] {
        text.push_str(&format!("Disallow: {}\n", to.file(closed)));
    }
    if let Some(sitemap) = to.absolute(&to.file("sitemap.xml")) {
        text.push_str(&format!("Sitemap: {sitemap}\n"));
    }
    text
}

type Xml = Writer<Vec<u8>>;

fn write(fill: impl FnOnce(&mut Xml) -> std::io::Result<()>) -> Result<Vec<u8>, ServerError> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| fill(&mut xml))
        .map_err(|error| ServerError::Bug(error.to_string()))?;
    Ok(xml.into_inner())
}

fn text(xml: &mut Xml, name: &str, value: &str) -> std::io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new(name)))?;
    xml.write_event(Event::Text(BytesText::new(value)))?;
    xml.write_event(Event::End(BytesEnd::new(name)))
}

fn element(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    xml.write_event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())))
}

fn is_day(date: &str) -> bool {
    date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok()
}

fn moment(date: Option<&str>) -> String {
    format!("{}T00:00:00Z", date.filter(|date| is_day(date)).unwrap_or(NEVER))
}

/// Sitemaps hold 50,000 addresses at most (sitemaps.org); some are kept for committees.
const MOST_PLACES: usize = 45_000;

/// Every page that search engines should know, by its absolute address.
pub(super) fn places(
    to: &Addresses,
    reader: &Reader,
) -> Result<Vec<(String, Option<String>)>, ArchiveError> {
    let mut places = vec![(to.front(), None), (to.meetings(), None), (to.about(), None)];
    places
        .extend(reader.committees()?.into_iter().map(|one| (to.committee(&one.slug), one.newest)));
    let heads = reader.meetings(&Filter::default(), MOST_PLACES, 0)?;
    places.extend(heads.into_iter().map(|head| (to.meeting(head.id.as_str()), head.date)));
    Ok(places.into_iter().filter_map(|(place, date)| Some((to.absolute(&place)?, date))).collect())
}
