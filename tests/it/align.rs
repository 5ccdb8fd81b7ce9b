//! Alignment: scripted meetings, closed doors, the synthetic meeting, speed.

// Helpers of tests stop at what must not be; a skipped test says so.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod doors;
mod leaks;
mod pins;
mod variations;

use std::path::Path;
use std::time::Instant;

use referent::agenda;
use referent::align::{align, part_closed};
use referent::meeting::{Agenda, AgendaItem, Alignment, ItemState, Segment, SegmentId, Transcript};

/// Items as "number title"; `!` after the number marks a closed one.
fn agenda_of(items: &[&str]) -> Agenda {
    let item = |line: &&str| {
        let (number, title) = line.split_once(' ').unwrap();
        AgendaItem {
            number: number.trim_end_matches('!').to_owned(),
            title: title.to_owned(),
            closed: number.ends_with('!'),
            ..AgendaItem::default()
        }
    };
    Agenda::new(items.iter().map(item).collect())
}

/// A segment of nine seconds every ten.
fn segment(at: usize, text: &str) -> Segment {
    let start = at as f64 * 10.0;
    Segment {
        id: SegmentId::try_from(at + 1).unwrap(),
        start,
        end: start + 9.0,
        text: text.to_owned(),
        speaker: None,
        item: None,
        words: Vec::new(),
        flags: Vec::new(),
    }
}

/// A script of "items|what is said"; the items are the expected ones, `-` for none, `?` for any.
struct Script {
    expected: Vec<String>,
    transcript: Transcript,
}

fn script(text: &str) -> Script {
    let lines: Vec<(&str, &str)> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split_once('|').unwrap())
        .collect();
    let segments = lines.iter().enumerate().map(|(at, (_, said))| segment(at, said)).collect();
    Script {
        expected: lines.iter().map(|(item, _)| (*item).to_owned()).collect(),
        transcript: Transcript::new(segments),
    }
}

/// The items of each segment, joined by `+`.
fn given(alignment: &Alignment, transcript: &Transcript) -> Vec<String> {
    let of = |segment: &Segment| {
        let numbers: Vec<&str> = alignment
            .items
            .iter()
            .filter(|item| item.segments.contains(&segment.id))
            .map(|item| item.number.as_str())
            .collect();
        let unassigned = alignment.unassigned.contains(&segment.id);
        assert_eq!(unassigned, numbers.is_empty(), "segment {} in two places", segment.id);
        if unassigned { "-".to_owned() } else { numbers.join("+") }
    };
    transcript.segments.iter().map(of).collect()
}

/// Aligns and compares line by line.
fn check(items: &[&str], text: &str) -> Alignment {
    let script = script(text);
    let alignment = align(&script.transcript, &agenda_of(items)).value;
    let given = given(&alignment, &script.transcript);
    let told: Vec<String> = script
        .expected
        .iter()
        .zip(&given)
        .map(|(expected, given)| if expected == "?" { "?" } else { given }.to_owned())
        .collect();
    assert_eq!(told, script.expected, "{:#?}", alignment.items);
    for item in &alignment.items {
        assert!((0.0..=1.0).contains(&item.confidence), "{item:#?}");
        assert_eq!(item.start.is_some(), !item.segments.is_empty());
        // Whatever was placed has a reason that can be listened to.
        let heard = |id: &SegmentId| script.transcript.segment(*id).is_some();
        let reasons = item.evidence.iter().all(|cue| heard(&cue.segment) && !cue.why.is_empty());
        assert!(reasons && (item.start.is_none() || !item.evidence.is_empty()), "{item:#?}");
    }
    alignment
}

const COUNCIL: &[&str] = &[
    "1 Godkendelse af dagsorden",
    "2 Budgetopfølgning pr. 30. september",
    "3 Lokalplan 312 for havnefronten",
    "4 Ny skolestruktur",
    "5 Kvalitetsstandard for rengøring i hjemmeplejen",
    "6 Trafiksikkerhedsplan",
];

#[test]
fn numbers_in_words_and_digits_announce_items() {
    let alignment = check(
        COUNCIL,
        "-|Godaften og velkommen. Klokken er sytten, og mødet er åbnet.
         1|Så tager vi punkt et, godkendelse af dagsordenen. Er der bemærkninger?
         1|Det er der ikke. Så er dagsordenen godkendt.
         2|Vi går videre til punkt 2, budgetopfølgningen.
         2|Økonomien holder, og det er vi glade for i Venstre.
         2|Så er det vedtaget.
         3|Punkt tre, lokalplan tre hundrede og tolv for havnefronten.
         3|Fem etager er for højt ud mod kajen.
         3|Den er godkendt. Det er vedtaget.
         4|Vi er nået til pkt. 4. Ny skolestruktur.
         4|Elevtallet falder, og skolerne er halvtomme.
         4|Det er vedtaget.
         5|Det femte punkt er kvalitetsstandarden for rengøring.
         5|Så er den godkendt.
         6|Og så til det sidste punkt, trafiksikkerhedsplanen.
         6|Så er orienteringen taget til efterretning. Mødet er hævet.",
    );
    assert!(alignment.items.iter().all(|item| item.state == ItemState::Treated));
    let why = &alignment.items[1].evidence[0].why;
    assert_eq!(why, "der siges »punkt 2« 0:00:30 inde i optagelsen");
}

#[test]
fn titles_alone_announce_items() {
    check(
        COUNCIL,
        "1|Først godkendelse af dagsorden.
         1|Den er godkendt.
         2|Så har vi budgetopfølgning pr. 30. september.
         2|Der er et merforbrug på hjemmeplejen i år.
         2|Det er vedtaget.
         3|Næste er lokalplan 312 for havnefronten.
         3|Vi vil have liv på havnen.
         3|Det er vedtaget.
         4|Ny skolestruktur.
         4|Forældrene er bekymrede for skolevejen.
         4|Det er vedtaget.
         5|Kvalitetsstandard for rengøring i hjemmeplejen.
         5|Det er godkendt.
         6|Trafiksikkerhedsplan.
         6|Der er sket færre uheld. Taget til efterretning.",
    );
}

#[test]
fn damaged_formulas_and_titles_are_understood() {
    check(
        COUNCIL,
        "-|Godaften og velkomen.
         1|Det første punt på dagsorden er gokendelse af dagsordnen.
         1|Så er dagsordnen gokendt.
         2|Det nyeste punkt pådagsordenen er punkt to buget opfølgning pr. 30. septemper.
         2|Vi har et merforbrug.
         2|Det er vedtagt.
         3|Vi går vidre til punkt tre loklplan 312 for havnefrunten.
         3|Fem etager er for højt.
         3|Ded er vedtaget.
         4|Vi går til punkt fire ny skolestrugtur.
         4|Elevtallet falder.",
    );
}

#[test]
fn numbers_grown_together_with_their_noun_are_heard() {
    check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Pongtør er budgettet.
         2|Det ser ikke godt ud i år.
         2|Godt, så er vi enten til at tage til efterhattning.
         3|Pontrer er en plan.
         3|Jeg synes, at husene er for høje.
         3|Nej, det er de ikke.",
    );
    let agenda = ["1 Takster for vand", "2 Skolestart", "3! Lukket: Køb af ejendom"];
    check(
        &agenda,
        "1|Punkt et, takster for vand.
         1|Prisen stiger. Det er vedtaget.
         2|Punkt to, skolestart.
         2|Alle klasser er kommet i gang.
         2|De forvi, pontet der usat til januar.
         3|De siste pont, ponten tre er lokath, så lokavid dejane.
         3|Tak for det.",
    );
}

#[test]
fn items_may_be_reordered() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Vi tager skolesagen først af hensyn til gæsterne.
         1|Så er dagsordenen godkendt.
         4|Vi går til punkt fire, ny skolestruktur.
         4|Elevtallet falder, og skolerne er halvtomme.
         4|Det er vedtaget.
         2|Så går vi til punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug.
         2|Det er vedtaget.
         3|Vi går videre til punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.
         5|Vi går videre til punkt fem, kvalitetsstandard for rengøring i hjemmeplejen.
         5|Det er godkendt.
         6|Punkt seks, trafiksikkerhedsplan.
         6|Taget til efterretning.",
    );
    assert!(alignment.item("4").unwrap().start < alignment.item("2").unwrap().start);
}

#[test]
fn an_item_may_be_reopened() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug på hjemmeplejen.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.
         2|Vi vender tilbage til punkt to, budgetopfølgning pr. 30. september.
         2|Vi glemte at stemme om merforbruget på hjemmeplejen.
         2|Det er vedtaget.
         4|Punkt fire, ny skolestruktur.
         4|Elevtallet falder.",
    );
    assert_eq!(alignment.item("2").unwrap().spans.len(), 2);
}

#[test]
fn items_may_be_treated_together() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2+3|Punkt to og tre behandles under ét.
         2+3|Budgettet og lokalplanen hænger jo sammen på havnen.
         2+3|Det er vedtaget.
         4|Punkt fire, ny skolestruktur.
         4|Elevtallet falder.",
    );
    assert_eq!(alignment.item("2").unwrap().joint, ["3"]);
    assert_eq!(alignment.item("3").unwrap().joint, ["2"]);
}

#[test]
fn a_range_of_items_may_be_treated_together() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2+3+4|Vi tager punkt to til fire under ét.
         2+3+4|Det er tre gode sager.
         2+3+4|Det er vedtaget.
         5|Punkt fem, kvalitetsstandard for rengøring.
         5|Den er godkendt.",
    );
    assert_eq!(alignment.item("3").unwrap().joint, ["2", "4"]);
}

#[test]
fn a_postponed_item_is_known() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er kommet nye tal i dag. Jeg foreslår, at vi venter.
         2|Punktet er udsat til mødet i januar.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.",
    );
    assert_eq!(alignment.item("2").unwrap().state, ItemState::Postponed);
}

#[test]
fn a_withdrawn_item_is_known_and_gets_no_speech() {
    let alignment = check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden. Punkt fem er udgået af dagsordenen.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug på hjemmeplejen.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.
         4|Punkt fire, ny skolestruktur.
         4|Elevtallet falder.
         4|Det er vedtaget.
         6|Og så punkt seks, trafiksikkerhedsplan.
         6|Der er sket færre uheld.",
    );
    assert_eq!(alignment.item("5").unwrap().state, ItemState::Withdrawn);
    assert!(alignment.item("5").unwrap().segments.is_empty());
}

#[test]
fn items_never_reached_are_not_found() {
    let text = "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug på hjemmeplejen.
         2|Klokken er mange, så vi når ikke mere. Mødet er hævet.";
    let alignment = check(COUNCIL, text);
    assert_eq!(alignment.item("6").unwrap().state, ItemState::NotFound);
    assert!(alignment.warnings.iter().any(|warning| warning.code == "item-not-found"));
}

#[test]
fn running_numbers_are_heard_in_words() {
    check(
        &["129 Godkendelse af dagsorden", "130 Takster for vand", "131 Salg af grund"],
        "129|Sag hundrede og niogtyve, godkendelse af dagsorden.
         129|Den er godkendt.
         130|Vi går videre til sag hundrede og tredive.
         130|Prisen stiger med fire procent.
         130|Det er vedtaget.
         131|Sag nummer et hundrede og enogtredive.
         131|Grunden ligger ved havnen.",
    );
}

#[test]
fn an_additional_agenda_comes_last() {
    check(
        &[
            "1 Godkendelse af dagsorden",
            "2 Takster for vand",
            "55 Tillægsdagsorden: Støtte til svømmehallen",
        ],
        "1|Punkt et, godkendelse af dagsorden. En sag er optaget på dagsordenen som punkt 55.
         1|Så er dagsordenen godkendt.
         2|Punkt to, takster for vand.
         2|Prisen stiger med fire procent.
         2|Det er vedtaget.
         55|Så er der punkt femoghalvtreds på tillægsdagsordenen, støtte til svømmehallen.
         55|Hallen har underskud.",
    );
}

#[test]
fn letters_belong_to_numbers() {
    check(
        &["5 Takster", "6a Salg af grund i Nord", "6b Salg af grund i Syd", "7 Eventuelt"],
        "5|Punkt fem, takster.
         5|De stiger. Det er vedtaget.
         6a|Så går vi til punkt seks a.
         6a|Grunden er stor.
         6a|Det er vedtaget.
         6b|Punkt 6b.
         6b|Grunden er lille.
         6b|Det er vedtaget.
         7|Punkt syv, eventuelt.",
    );
}

#[test]
fn a_misnumbering_chair_is_overruled_by_the_title() {
    check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug. Det er vedtaget.
         3|Vi går videre til punkt fire, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.
         3|Det er vedtaget.
         4|Punkt fire, ny skolestruktur.
         4|Elevtallet falder.",
    );
}

#[test]
fn nearly_equal_titles_are_told_apart() {
    check(
        &[
            "1 Godkendelse af dagsorden",
            "2 Endelig vedtagelse af lokalplan 312 for boliger ved Skovvej",
            "3 Endelig vedtagelse af lokalplan 313 for boliger ved Mosevej",
            "4 Eventuelt",
        ],
        "1|Godkendelse af dagsorden. Den er godkendt.
         2|Så er det endelig vedtagelse af lokalplan 312 for boliger ved Skovvej.
         2|Der er kommet høringssvar fra naboerne.
         2|Lokalplanen er endeligt vedtaget.
         3|Og endelig vedtagelse af lokalplan 313 for boliger ved Mosevej.
         3|Her er der ingen høringssvar.
         3|Lokalplanen er endeligt vedtaget.
         4|Eventuelt.",
    );
}

#[test]
fn another_items_number_in_a_debate_changes_nothing() {
    check(
        COUNCIL,
        "1|Punkt et, godkendelse af dagsorden.
         1|Jeg vil høre, om punkt fire om skolerne er klar til behandling i aften.
         1|Bilaget til punkt 3 kom for sent.
         1|Det er noteret. Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Pengene skal jo også bruges til det, der står i punkt fem og seks.
         2|Det er vedtaget.
         3|Punkt tre, lokalplan 312 for havnefronten.
         3|Fem etager er for højt.",
    );
}

#[test]
fn a_break_belongs_to_no_item() {
    let mut script = script(
        "1|Punkt et, godkendelse af dagsorden. Så er dagsordenen godkendt.
         2|Punkt to, budgetopfølgning pr. 30. september.
         2|Der er et merforbrug. Så holder vi en kort pause.
         -|Så er vi tilbage efter pausen.
         2|Vi var ved merforbruget i budgetopfølgningen.
         3|Punkt tre, lokalplan 312 for havnefronten.",
    );
    for segment in &mut script.transcript.segments[3..] {
        segment.start += 600.0;
        segment.end += 600.0;
    }
    let alignment = align(&script.transcript, &agenda_of(COUNCIL)).value;
    assert_eq!(given(&alignment, &script.transcript), script.expected);
    assert_eq!(alignment.breaks.len(), 1);
    assert_eq!(alignment.item("2").unwrap().spans.len(), 2);
}

#[test]
fn speech_before_the_first_item_is_unassigned() {
    check(
        COUNCIL,
        "-|Godaften og velkommen til mødet.
         -|Bo Steffensen har meldt afbud.
         -|Vi er fireogtyve til stede, og byrådet er beslutningsdygtigt.
         1|Så tager vi fat på punkt et, godkendelse af dagsorden.
         1|Så er dagsordenen godkendt.",
    );
}

#[test]
fn nothing_to_align_is_no_error() {
    let empty = align(&Transcript::new(Vec::new()), &agenda_of(COUNCIL)).value;
    assert!(empty.items.iter().all(|item| item.state == ItemState::NotFound));
    let silent = align(&script("-|Godaften.").transcript, &Agenda::new(Vec::new())).value;
    assert_eq!(silent.unassigned, [1]);
}

fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

#[test]
fn the_synthetic_meeting_is_aligned_to_the_second() {
    let Some(folder) = shared("audio/meeting") else { return };
    let bytes = fs_err::read(folder.join("truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let segments = truth["segments"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(at, line)| Segment {
            start: line["start"].as_f64().unwrap(),
            end: line["end"].as_f64().unwrap(),
            ..segment(at, line["spoken"].as_str().unwrap())
        })
        .collect();
    let transcript = Transcript::new(segments);
    for file in ["agenda.txt", "agenda.firstagenda.json"] {
        let agenda = agenda::read(&folder.join(file)).unwrap().value;
        let alignment = align(&transcript, &agenda).value;
        for (item, known) in alignment.items.iter().zip(truth["items"].as_array().unwrap()) {
            let start = known["spans"][0]["start"].as_f64().unwrap();
            let off = (item.start.unwrap() - start).abs();
            assert!(off <= 3.0, "{file}: item {} is {off} s off", item.number);
        }
        assert_eq!(alignment.item("8").unwrap().state, ItemState::Postponed);
        let closed_from = truth["closed"][0]["start"].as_f64().unwrap();
        let split = part_closed(&transcript, &alignment);
        assert!(split.public.segments.iter().all(|segment| segment.end <= closed_from));
        assert!(split.public.segments.iter().any(|segment| segment.item.as_deref() == Some("8")));
    }
}

/// Some of the sittings in a folder of their own: all of them take a minute without optimisation.
/// `referent eval align` measures all.
fn some_sittings(names: &[&str]) -> Option<tempfile::TempDir> {
    let folder = shared("eval/sittings")?;
    let some = tempfile::tempdir().unwrap();
    for name in names {
        let file = format!("{name}.json");
        std::fs::copy(folder.join(&file), some.path().join(&file)).unwrap();
    }
    Some(some)
}

#[test]
fn sittings_are_aligned_as_well_as_was_asked() {
    let Some(folder) = some_sittings(&["20231M016", "20231M019"]) else {
        return;
    };
    let rows = referent::eval::align::measure(folder.path(), &align).unwrap();
    // Turn accuracy and ±1 turn, row by row.
    let asked = [(0.985, 0.97), (0.975, 0.95), (0.94, 0.75), (0.92, 0.70)];
    for (row, (accuracy, within)) in rows.iter().zip(asked) {
        assert!(row.turn_accuracy >= accuracy, "{row:?}");
        assert!(row.within_1 >= within, "{row:?}");
        assert!(row.calibration.iter().map(|class| class.starts).sum::<usize>() > 9);
    }
    // Whatever is stated as certain is.
    let classes = referent::eval::align::reliability(&rows);
    let certain = classes.last().unwrap();
    assert!(certain.starts > 20 && certain.found >= 0.97, "{certain:?}");
}

#[test]
fn damaged_text_is_aligned_worse_and_not_by_chance() {
    let Some(folder) = some_sittings(&["20231M019"]) else { return };
    let rows = referent::eval::align::sensitivity(folder.path(), &align).unwrap();
    assert_eq!(rows.len(), 7);
    assert!(rows[0].word_error_rate < 1e-9);
    let rising = rows.windows(2).all(|pair| pair[0].word_error_rate < pair[1].word_error_rate);
    assert!(rising && rows[6].word_error_rate > 0.4, "{:?}", rows[6]);
    assert!(rows[2].text.turn_accuracy >= 0.9, "{:?}", rows[2]);
    assert!(rows[6].text.turn_accuracy <= rows[0].text.turn_accuracy);
}

#[test]
fn cost_grows_with_the_length_only() {
    let line = "Vi har talt om havnen, skolerne og budgettet, og det er vi glade for i Venstre.";
    let time = |count: usize| {
        let segments = (0..count).map(|at| segment(at, line)).collect();
        let transcript = Transcript::new(segments);
        let agenda = agenda_of(COUNCIL);
        let began = Instant::now();
        let alignment = align(&transcript, &agenda).value;
        assert_eq!(alignment.items.len(), COUNCIL.len());
        began.elapsed().as_secs_f64()
    };
    time(100);
    let (short, long) = (time(1_000), time(8_000));
    assert!(
        long < 8.0 * 4.0 * short.max(0.005),
        "{short} s, then {long} s for eight times as much"
    );
}
