//! What this archive is, how to read it, and who to write to.

use maud::{Markup, html};

use super::shell::{Page, Place, Site, crumbs};

/// The page about the archive.
pub(in crate::server) fn about(site: &Site) -> Markup {
    let main = html! {
        (crumbs(site, &[]))
        h1 { "Om arkivet" }
        section.card.found aria-labelledby="hvad" {
            h2 #hvad { "Hvad du finder her" }
            p { "Arkivet samler kommunens møder: dagsorden, beslutninger, afstemninger, optagelse og en udskrift af det, der blev sagt." }
            p { "Udskriften er lavet af talegenkendelse. Ord, som den var i tvivl om, er markeret " mark.u { "sådan" }
                ". Værdier, der skal kontrolleres, er mærket " span.unsure { "usikkert" } ". Lyt til optagelsen, før du citerer." }
            p { "Er et referat mærket " span.draft { "UDKAST" } ", er det endnu ikke godkendt." }
            p { "Det, der siges for lukkede døre, er ikke med: hverken lyd, tekst eller søgeord. Lukkede punkter står kun med nummer og overskrift." }
        }
        section.card aria-labelledby="soegning" {
            h2 #soegning { "Sådan søger du" }
            ul {
                li { "Skriv de ord, du leder efter. Bøjninger, sammensatte ord og å/aa findes også." }
                li { "Skriv et sagsnummer for at finde sagen på alle møder." }
                @if !site.addresses.is_static() {
                    li { "Sæt anførselstegn om ord, der skal stå lige efter hinanden: " q { "ny skole i Havneby" } "." }
                    li { "Du kan abonnere på en søgning: linket står under resultaterne." }
                }
            }
        }
        section.card aria-labelledby="tilgaengelighed" {
            h2 #tilgaengelighed { "Tilgængelighed" }
            p { "Siderne er lavet til at opfylde WCAG 2.1 niveau AA. De kan bruges med tastatur alene, med skærmlæser, på telefon og uden JavaScript. Optagelser har undertekster, og alt, der blev sagt, står som tekst." }
            p { "Underteksterne er automatiske. Finder du en fejl, eller er der noget, du ikke kan bruge, så skriv til kommunen, som har ansvaret for siderne." }
        }
        section.card aria-labelledby="privat" {
            h2 #privat { "Cookies og privatliv" }
            p { "Siderne sætter ingen cookies, henter intet fra andre steder og følger ikke med i, hvad du læser." }
        }
        @if !site.addresses.is_static() {
            section.card aria-labelledby="vis" {
                h2 #vis { "Vis et punkt på din egen side" }
                p { "Åbn punktets side. Nederst står en linje kode, der kan sættes ind på en anden hjemmeside." }
            }
        }
    };
    let mut page = Page::new("Om arkivet", Place::About, main);
    page.own = Some(site.addresses.about());
    page.whole(site)
}
