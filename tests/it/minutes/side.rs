//! The two sides of a MED committee.

use referent::meeting::Side;

use super::scene::spoken;
use super::*;

fn stated(texts: &[&str]) -> Vec<(Side, String)> {
    let (transcript, agenda, alignment) = spoken(texts);
    let mut draft = minutes::draft(&transcript, &agenda, &alignment).value;
    assert_eq!(draft.items[0].sides, [], "only a template that shows the sides asks for them");
    minutes::add_sides(&transcript, &agenda, &alignment, &mut draft);
    draft.items[0].sides.iter().map(|said| (said.side, said.text.clone())).collect()
}

#[test]
fn each_side_is_known_by_its_own_name() {
    let said = stated(&[
        "Punkt 1 er arbejdspladsvurderingen.",
        "Ledelsen oplyser, at der er afsat 200.000 kroner til uddannelse.",
        "Medarbejdersiden bemærker, at svarprocenten er for lav.",
        "Og så vil jeg sige fra medarbejdersiden, at vi gerne vil inddrages tidligere.",
        "Det kvitterer ledelsen for.",
    ]);
    let sides: Vec<Side> = said.iter().map(|(side, _)| *side).collect();
    assert_eq!(sides, [Side::Ledelse, Side::Medarbejdere, Side::Medarbejdere, Side::Ledelse]);
    assert_eq!(said[1].1, "Medarbejdersiden bemærker, at svarprocenten er for lav.");
}

#[test]
fn what_can_not_be_told_is_left_out() {
    let said = stated(&[
        "Hvad mener ledelsen om det?",
        "Ledelsen mener ét, og medarbejdersiden mener noget andet.",
        "Vi har talt med ledelsen i går.",
        "Der er meget at sige om det, og jeg har før været inde på, hvad ledelsen mener om sagen.",
    ]);
    assert_eq!(said, []);
}
