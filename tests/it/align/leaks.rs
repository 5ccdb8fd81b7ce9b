//! What an adversarial reader tried to get out from behind closed doors. Every line here once did.

use referent::align::{align, part_closed};
use referent::meeting::Transcript;

use super::{agenda_of, script};

const AGENDA: &[&str] = &[
    "1 Godkendelse af dagsorden",
    "2 Budgetopfølgning for 2026",
    "3 Ny svømmehal i Solby",
    "4! Lukket: Køb af ejendom",
    "5 Orientering fra borgmesteren",
    "6 Takster for vand",
];
const UNFLAGGED: &[&str] = &[
    "1 Godkendelse af dagsorden",
    "2 Budgetopfølgning for 2026",
    "3 Ny svømmehal i Solby",
    "4 Køb af ejendom",
    "5 Orientering fra borgmesteren",
    "6 Takster for vand",
];
const SECRET: &str = "Sælger forlanger syv millioner kroner for Strandvej.";
const FIRST: &[&str] = &[
    "Punkt 1, godkendelse af dagsordenen. Nej, så er den godkendt.",
    "Punkt 2, budgetopfølgning for 2026.",
    "Vi overholder rammen i år. Det er godkendt.",
    "Så går vi til punkt 3, ny svømmehal i Solby.",
    "Jeg synes svømmehallen er en god idé.",
    "Indstillingen er godkendt.",
];
const LATER: &[&str] = &[
    "Punkt 5, orientering fra borgmesteren.",
    "Jeg kan fortælle at vi holder sommerfest. Det er taget til efterretning.",
    "Punkt 6, takster for vand.",
    "Prisen stiger. Det er vedtaget.",
];
const SHUT: &str = "Så lukker vi dørene. Punkt 4, køb af ejendom.";
const OPEN: &str = "Så åbner vi dørene igen.";
const CALLED: &str = "Punkt 4, køb af ejendom.";

/// What may be published of these lines.
fn public(items: &[&str], parts: &[&[&str]]) -> Transcript {
    let lines: Vec<String> = parts.concat().iter().map(|line| format!("?|{line}")).collect();
    let script = script(&lines.join("\n"));
    let alignment = align(&script.transcript, &agenda_of(items)).value;
    part_closed(&script.transcript, &alignment).public
}

/// Whether the secret is public anywhere.
fn leaks(items: &[&str], parts: &[&[&str]]) -> bool {
    public(items, parts).segments.iter().any(|segment| segment.text == SECRET)
}

#[test]
fn words_that_shut_hold_beside_any_number() {
    for line in [
        "Vi lukker dørene nu og tager punkt 4.",
        "Dørene er nu lukket, vi tager punkt 4.",
        "Så lukker vi dørene, for vi tager punkt 4 først.",
    ] {
        let parts = [&FIRST[..1], &[line, SECRET, SECRET, OPEN], &FIRST[1..], LATER];
        assert!(!leaks(AGENDA, &parts), "{line}");
    }
}

#[test]
fn a_doubtful_call_does_not_end_a_closed_item() {
    for line in [
        "Så går vi til punkt 5 om lidt.",
        "Vi går ikke til punkt 5, orientering fra borgmesteren, endnu.",
        "Vi går videre til punkt 5 når prisen er på plads.",
        "Punkt 5 er jo åbent, så der må vi ikke nævne prisen.",
        "Punkt 5 i notatet siger det samme.",
        "Vi går videre til punkt 5 i købsaftalen.",
        "Så er vi ved punkt 5, nej undskyld, vi er stadig ved punkt 4.",
    ] {
        assert!(!leaks(AGENDA, &[FIRST, &[CALLED, SECRET, line, SECRET, SECRET]]), "{line}");
    }
    // Where words open the doors later on, no call before them did.
    let line = "Vi går videre til punkt 5 i købsaftalen.";
    assert!(!leaks(AGENDA, &[FIRST, &[CALLED, SECRET, line, SECRET, OPEN], LATER]));
}

#[test]
fn a_closed_item_may_come_late_first_or_twice() {
    for line in [
        "Så mangler vi kun det lukkede punkt.",
        "Så er vi nået til den lukkede del af mødet.",
        "Så tager vi den lukkede sag.",
        "Og så har vi punkt 4 tilbage.",
        "Til sidst har vi så køb af ejendom.",
    ] {
        for filler in [&["Tak for det."][..], &[]] {
            assert!(!leaks(AGENDA, &[FIRST, filler, LATER, &[line, SECRET, SECRET]]), "{line}");
        }
    }
    let moved = [
        "1! Lukket: Ansættelse af kommunaldirektør",
        "2 Godkendelse af dagsorden",
        "3 Takster for vand",
    ];
    let open =
        ["Punkt 2, godkendelse af dagsorden. Så er den godkendt.", "Punkt 3, takster for vand."];
    let rest = ["Prisen stiger. Det er vedtaget.", "Så er der kun direktøren tilbage.", SECRET];
    assert!(!leaks(&moved, &[&open, &rest]), "put off to the end");
    let first = "Vi begynder med det lukkede punkt, punkt 4, køb af ejendom.";
    assert!(!leaks(AGENDA, &[&["Velkommen.", first, SECRET, SECRET, OPEN], FIRST, LATER]));
    for again in [
        "Vi vender tilbage til punkt 4, køb af ejendom.",
        "Vi bliver nødt til at lukke dørene igen, der var mere til den sag.",
    ] {
        let parts = [FIRST, &[SHUT, SECRET, OPEN], LATER, &[again, SECRET, SECRET]];
        assert!(!leaks(AGENDA, &parts), "{again}");
    }
}

#[test]
fn a_closed_item_that_is_not_heard_being_called_up_takes_what_may_be_its_own() {
    // As `small` heard the synthetic meeting: the words that close the doors are lost, and only the
    // closed item's own decision ends what would else be the open item's.
    let items =
        &["1 Godkendelse af dagsorden", "2 Solceller på bar mark", "3! Lukket: Køb af ejendom"];
    let heard: &[&str] = &[
        "Punkt 1, godkendelse af dagsordenen. Nej, så er den godkendt.",
        "Så går vi til punkt 2, solceller på bar mark.",
        "Jeg foreslår, at vi udsætter solcellerne til mødet i januar.",
        "Solceller på bar mark skal have en støjberegning med.",
        "Så er det en locket, siger han.",
        SECRET,
        "Det er dyrt for en grund, men lad os give mandatet.",
        "Det er vi enige om.",
        "Indstillingen er godkendt, og det forbliver fatolligt.",
        "Indtil handlerne er på plads.",
    ];
    assert!(!leaks(items, &[heard]));
    assert!(public(items, &[heard]).segments.iter().any(|segment| segment.text.contains("januar")));
}

#[test]
fn a_lone_decision_may_be_the_closed_items_own() {
    // Neither the closed item's call nor the decision before it is heard.
    let items =
        &["1 Godkendelse af dagsorden", "2 Solceller på bar mark", "3! Lukket: Køb af ejendom"];
    let opening = [
        "Punkt 1, godkendelse af dagsordenen. Nej, så er den godkendt.",
        "Så går vi til punkt 2, solceller på bar mark.",
        "Panelerne er dyre.",
    ];
    let decision = "Indstillingen er godkendt, og det forbliver fatolligt.";
    for call in ["Så er det en locket, siger han.", "Tak for det."] {
        for after in [&["Indtil handlerne er på plads."][..], &["Tak for i dag."], &[]] {
            for again in [&[][..], &["Og det er så vedtaget."]] {
                let talk = [call, SECRET, "Det er dyrt for en grund.", decision];
                let parts = [&opening[..], &talk, again, after];
                assert!(!leaks(items, &parts), "{call} {again:?} {after:?}");
            }
        }
    }
    // So may several, when several items are missing, and one that only mentions the open item.
    let two = &[items[0], items[1], items[2], "4! Lukket: Ansættelse af direktør"];
    let (wait, other) = ("Ja.", "Så er det vedtaget.");
    let parts = [&opening[..], &[SECRET, decision, wait, wait, wait, wait, other]];
    assert!(!leaks(two, &parts));
    let like = "Det er godkendt med det samme forbehold for støj og for naboer som i punkt 2.";
    assert!(!leaks(items, &[&opening[..], &[SECRET, like]]));
    let late = "Så er punkt 3 godkendt.";
    assert!(!leaks(items, &[&opening[..], &[SECRET, late]]));
    // The chair comes back to an earlier item at the end.
    let four = &[items[0], items[1], items[2], "4 Takster for vand"];
    let back = ["Punkt 4, takster for vand.", "Prisen stiger. Det er vedtaget."];
    let again = ["Vi vender tilbage til punkt 2, solceller på bar mark.", "Det er godkendt."];
    assert!(!leaks(four, &[&opening[..], &[SECRET, decision], &back, &again]));
    // A decision that names the open item is that item's own.
    let named = ["Så er punkt 2 godkendt.", SECRET, decision];
    let parts = [&opening[..], &named];
    assert!(!leaks(items, &parts));
    let public = public(items, &parts);
    assert!(public.segments.iter().any(|segment| segment.text.contains("Panelerne")));
}

#[test]
fn chairs_shut_the_doors_in_many_words() {
    for line in [
        "Så går vi over i lukket møde.",
        "Så overgår vi til lukket dagsorden.",
        "Punkt 4 er lukket.",
        "Punkt 4 er fortroligt.",
        "Det næste punkt er lukket, det er køb af ejendom.",
        "Resten af dagsordenen er lukket, så tak for nu.",
        "Så skal vi have lukket dørene.",
        "Hermed lukkes dørene.",
        "Så kører vi videre for lukkede døre.",
        "Vi lukker ned for livestreamen nu.",
        "Nu er kameraet slukket, så fortsætter vi.",
        "Så må jeg bede publikum om at gå udenfor.",
        "Pressen og tilhørerne bedes forlade mødelokalet.",
        "Vi tager den fortrolige del nu.",
        "så lukke vi dørene nu",
        "så lukker vi døerne",
        "så lugger vi dørene",
        "vi fortsætter for lukket døre",
        "Så overgår vi til den lukkede del af mødet.",
    ] {
        assert!(!leaks(UNFLAGGED, &[FIRST, &[line, SECRET, SECRET], LATER]), "{line}");
    }
    let cut = ["Så lukker vi", "dørene, og jeg beder tilhørerne gå.", SECRET];
    assert!(!leaks(UNFLAGGED, &[FIRST, &cut, LATER]), "a formula cut in two");
    let told = "Godaften. Punkt 4 behandles for lukkede døre.";
    let parts = [&[told][..], FIRST, &[CALLED, SECRET, SECRET], LATER];
    assert!(!leaks(UNFLAGGED, &parts), "told at the opening");
}

#[test]
fn what_only_sounds_like_opening_opens_nothing() {
    for line in [
        "Nu åbner vi dørene for en retssag fra sælgeren.",
        "Så åbner vi dørene for spekulanter.",
        "Om fem minutter åbner vi dørene igen.",
        "Hvis der ikke er flere bemærkninger, så åbner vi dørene igen.",
        "Det tager vi for åbne døre igen i næste måned.",
    ] {
        for items in [AGENDA, UNFLAGGED] {
            let parts = [FIRST, &[SHUT, SECRET, line, SECRET, SECRET, OPEN], LATER];
            assert!(!leaks(items, &parts), "{line}");
        }
    }
}

#[test]
fn talk_of_doors_keeps_nothing_back() {
    for line in [
        "Jeg foreslår at vi stopper livestreamingen af udvalgsmøder.",
        "Hvis vi slukker for kameraerne, mister borgerne tillid.",
        "Skal vi stoppe transmissionen?",
        "Resten af mødet er ikke lukket.",
        "Bilen holdt med lukkede døre.",
    ] {
        let items = ["1 Godkendelse af dagsorden", "2 Budgetopfølgning for 2026"];
        let public = public(&items, &[&FIRST[..2], &[line], &FIRST[2..3]]);
        assert!(public.closed.is_empty(), "{line}: {:?}", public.closed);
    }
}
