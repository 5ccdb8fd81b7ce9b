//! What follows recognition: alignment, minutes, and every document of a long meeting made on the spot.
//!
//! `cargo bench --bench writing`. How alignment's cost grows with real meetings' length is measured by
//! `benches/alignment`. Elements are hours of meeting.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use referent::align;
use referent::export::{Format, Material, Template, render};
use referent::meeting::{Agenda, AgendaItem, MeetingRecord, Segment, Transcript, Word};
use referent::minutes;

/// Hours of the meeting.
const HOURS: u32 = 8;
/// Words in a second of a meeting: 150 a minute.
const PACE: f64 = 2.5;
/// Items in an hour.
const ITEMS: u32 = 6;

const PLACES: [&str; 8] = [
    "Havneby",
    "Østerby",
    "Solbakken",
    "Nørrevang",
    "Kirkebjerg",
    "Søndermarken",
    "Vestergade",
    "Møllehøj",
];
const MATTERS: [&str; 12] = [
    "Lokalplan for boliger ved",
    "Anlægsbevilling til skolen i",
    "Renovering af svømmehallen i",
    "Trafiksikkerhed ved",
    "Ny daginstitution i",
    "Klimatilpasning ved",
    "Salg af grunde i",
    "Helhedsplan for ældreboliger i",
    "Cykelsti gennem",
    "Kvalitetsrapport for biblioteket i",
    "Vandforsyning til",
    "Byfornyelse i",
];
const REMARKS: [&str; 10] = [
    "Tak til forvaltningen for et grundigt stykke arbejde, som vi har ventet på længe.",
    "Vi i Socialdemokratiet kan støtte indstillingen, men vi vil gerne følge økonomien tæt.",
    "Jeg er bekymret for, hvad det kommer til at koste, når vi ser på de næste fire år.",
    "Det er vigtigt for os, at borgerne bliver hørt, før vi går videre med sagen.",
    "Hvordan hænger det sammen med det, vi vedtog i budgettet for 2026?",
    "Der er afsat 3,5 mio. kr., og det mener vi er rigeligt til den opgave.",
    "Forvaltningen laver et notat om trafikken inden næste møde i udvalget.",
    "Jeg vil gerne kvittere for debatten, selv om vi ikke er enige om det hele.",
    "Venstre kan ikke støtte forslaget, sådan som det ligger her i aften.",
    "Lad os nu huske på, at det er en god sag for hele kommunen.",
];

/// A meeting of [`HOURS`]: the chair calls each item up, members debate, the chair decides.
fn meeting() -> (Agenda, Transcript) {
    let count = HOURS * ITEMS;
    let title = |at: u32| {
        let matter = MATTERS[at as usize % MATTERS.len()];
        let place = PLACES[at as usize / MATTERS.len() % PLACES.len()];
        format!("{matter} {place}")
    };
    let items = (0..count)
        .map(|at| AgendaItem {
            number: (at + 1).to_string(),
            title: title(at),
            ..AgendaItem::default()
        })
        .collect();
    let mut segments: Vec<Segment> = Vec::new();
    let mut time = 0.0;
    let mut say = |text: String| {
        let texts: Vec<&str> = text.split(' ').collect();
        let at = |word: usize| time + word as f64 / PACE;
        let words = texts.iter().enumerate().map(|(word, text)| Word {
            start: at(word),
            end: at(word + 1),
            text: (*text).to_owned(),
            probability: if word % 17 == 5 { 0.3 } else { 0.95 },
        });
        let (start, end, words) = (time, at(texts.len()), words.collect());
        let id = segments.len() as u32 + 1;
        let (speaker, item, flags) = (None, None, Vec::new());
        segments.push(Segment { id, start, end, text, speaker, item, words, flags });
        time = end;
        end
    };
    let mut remark = 0;
    for at in 0..count {
        let end = f64::from(at + 1) * 3600.0 / f64::from(ITEMS);
        say(format!("Så går vi videre til punkt {}, {}.", at + 1, title(at).to_lowercase()));
        while say(REMARKS[remark * 7 % REMARKS.len()].to_owned()) < end - 20.0 {
            remark += 1;
        }
        say("Vi går til afstemning. For stemte 21, imod stemte 4, og ingen undlod.".to_owned());
        say("Dermed er indstillingen godkendt.".to_owned());
    }
    let duration = Some(f64::from(HOURS) * 3600.0);
    let language = Some("da".to_owned());
    (Agenda::new(items), Transcript { duration, language, ..Transcript::new(segments) })
}

fn record() -> MeetingRecord {
    serde_json::from_value(serde_json::json!({
        "schema": MeetingRecord::SCHEMA, "title": "Ordinært møde i Byrådet",
        "municipality": "Fjordby Kommune", "committee": "Byrådet", "date": "2026-03-25",
        "recording": {"name": "møde.mp4", "size": 1, "sha256": "ab12", "duration": 28800.0},
        "state": "udkast",
        "provenance": {"version": "0", "engine": "whisper-cpp", "model": "small",
            "model_sha256": "cd34", "parameters": {}}
    }))
    .unwrap()
}

fn writing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("writing");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    group.throughput(Throughput::Elements(u64::from(HOURS)));
    let (agenda, transcript) = meeting();
    group.bench_function("alignment", |bench| {
        bench.iter(|| align::align(black_box(&transcript), &agenda));
    });
    let alignment = align::align(&transcript, &agenda).value;
    // A meeting in which nothing is found would cost nothing.
    let treated = alignment.items.iter().filter(|item| item.start.is_some()).count();
    assert_eq!(treated, agenda.items.len());
    group.bench_function("minutes", |bench| {
        bench.iter(|| minutes::draft(black_box(&transcript), &agenda, &alignment));
    });
    let drafted = minutes::draft(&transcript, &agenda, &alignment).value;
    let (record, template) = (record(), Template::load("byraad").unwrap());
    let material = Material {
        record: &record,
        transcript: &transcript,
        agenda: Some(&agenda),
        alignment: Some(&alignment),
        minutes: Some(&drafted),
        template: &template,
    };
    for format in Format::every() {
        group.bench_function(BenchmarkId::new("document", format), |bench| {
            bench.iter(|| render(format, black_box(&material)).unwrap());
        });
    }
    group.bench_function("all of it for a folder", |bench| {
        bench.iter(|| {
            let alignment = align::align(black_box(&transcript), &agenda).value;
            let drafted = minutes::draft(&transcript, &agenda, &alignment).value;
            let material =
                Material { alignment: Some(&alignment), minutes: Some(&drafted), ..material };
            Format::ALL.map(|format| render(format, &material).unwrap().value.len())
        });
    });
    group.finish();
}

criterion_group!(benches, writing);
criterion_main!(benches);
