//! What every page has: head, bar, main part, foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::export::plain;
use crate::server::address::Addresses;

/// What all pages of a site share.
#[derive(Debug, Clone)]
pub(in crate::server) struct Site {
    pub(in crate::server) addresses: Addresses,
    /// The municipality, when all meetings are of one.
    pub(in crate::server) municipality: Option<String>,
}

impl Site {
    /// The name in the bar and in titles.
    pub(in crate::server) fn name(&self) -> String {
        match &self.municipality {
            Some(name) => format!("Mødearkiv – {}", plain(name)),
            None => "Mødearkiv".to_owned(),
        }
    }
}

/// Entries of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Front,
    Search,
    Meetings,
    About,
    Elsewhere,
}

/// One page before its frame.
pub(super) struct Page<'a> {
    pub(super) title: String,
    pub(super) place: Place,
    /// A sentence for search engines.
    pub(super) description: Option<String>,
    /// Address of the page itself.
    pub(super) own: Option<String>,
    /// Whether search engines may keep it.
    pub(super) index: bool,
    /// Files of scripts.
    pub(super) scripts: &'a [&'a str],
    /// Atom feed of this very page.
    pub(super) feed: Option<(String, String)>,
    /// JSON-LD, already as JSON in which no `<` stands.
    pub(super) structured: Option<String>,
    pub(super) main: Markup,
}

impl Page<'_> {
    pub(super) fn new(title: impl Into<String>, place: Place, main: Markup) -> Self {
        Self {
            title: title.into(),
            place,
            description: None,
            own: None,
            index: true,
            scripts: &[],
            feed: None,
            structured: None,
            main,
        }
    }

    /// The page with its frame.
    pub(super) fn whole(self, site: &Site) -> Markup {
        let to = &site.addresses;
        let current = |place: Place| (self.place == place).then_some("page");
        html! {
            (DOCTYPE)
            html lang="da" {
                (self.head(site))
                body {
                    a.skip href="#indhold" { "Gå til indholdet" }
                    header.bar {
                        div.wrap {
                            a.brand href=(to.front()) {
                                @if let Some(name) = &site.municipality { small { (plain(name)) } }
                                "Mødearkiv"
                            }
                            nav aria-label="Hovedmenu" {
                                ul {
                                    li { a href=(to.search()) aria-current=[current(Place::Search)] { "Søg" } }
                                    li { a href=(to.meetings()) aria-current=[current(Place::Meetings)] { "Alle møder" } }
                                    li { a href=(to.about()) aria-current=[current(Place::About)] { "Om arkivet" } }
                                }
                            }
                        }
                    }
                    main.wrap #indhold tabindex="-1" { (self.main) }
                    footer.foot {
                        div.wrap {
                            ul {
                                li { a href=(to.file("feed.atom")) { "Abonnér på nye møder (Atom)" } }
                                li { a href=(to.about()) { "Om arkivet og tilgængelighed" } }
                                @if !to.is_static() {
                                    li { a href=(to.file("api/v1/openapi.json")) { "Data til udviklere (API)" } }
                                }
                            }
                            p { "Udskrift og referatudkast er lavet automatisk med kunstig intelligens og kan indeholde fejl. "
                                "Optagelsen og det godkendte referat gælder." }
                        }
                    }
                }
            }
        }
    }

    /// The page in a frame on another site: no bar, no foot.
    pub(super) fn framed(self, site: &Site) -> Markup {
        html! {
            (DOCTYPE)
            html.framed lang="da" {
                (self.head(site))
                body { main #indhold { (self.main) } }
            }
        }
    }

    fn head(&self, site: &Site) -> Markup {
        let to = &site.addresses;
        let title = match self.place {
            Place::Front => site.name(),
            _ => format!("{} – {}", plain(&self.title), site.name()),
        };
        let own = self.own.as_deref().and_then(|own| to.absolute(own));
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content=(if self.index { "index, follow" } else { "noindex" });
                @if let Some(text) = &self.description { meta name="description" content=(plain(text)); }
                title { (title) }
                link rel="stylesheet" href=(to.file("aktiver/side.css"));
                link rel="icon" type="image/svg+xml" href=(to.file("aktiver/ikon.svg"));
                @if let Some(own) = &own { link rel="canonical" href=(own); }
                link rel="alternate" type="application/atom+xml" title="Nye møder" href=(to.file("feed.atom"));
                @if let Some((title, href)) = &self.feed {
                    link rel="alternate" type="application/atom+xml" title=(plain(title)) href=(href);
                }
                @for script in self.scripts { script src=(to.file(&format!("aktiver/{script}"))) defer {} }
                @if let Some(json) = &self.structured {
                    script type="application/ld+json" { (PreEscaped(json)) }
                }
            }
        }
    }
}

/// The way from the front page to here.
pub(super) fn crumbs(site: &Site, steps: &[(String, String)]) -> Markup {
    html! {
        nav.crumbs aria-label="Brødkrumme" {
            ol {
                li { a href=(site.addresses.front()) { "Forside" } }
                @for (text, href) in steps { li { a href=(href) { (plain(text)) } } }
            }
        }
    }
}
