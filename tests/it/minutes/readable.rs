//! Summaries that can be read, and how hard they are.

use referent::danish::lix::lix;

use super::*;

/// A meeting of one item, a segment a line.
fn summary_of(said: &[&str]) -> (Vec<String>, Outcome<Minutes>) {
    let segments: Vec<Segment> = (1..)
        .zip(said)
        .map(|(id, text)| Segment {
            id,
            start: f64::from(id) * 10.0,
            end: f64::from(id) * 10.0 + 9.0,
            text: (*text).to_owned(),
            speaker: None,
            item: None,
            words: Vec::new(),
            flags: Vec::new(),
        })
        .collect();
    let item = AgendaItem {
        number: "1".to_owned(),
        title: "Ny svømmehal".to_owned(),
        ..AgendaItem::default()
    };
    let end = segments.len() as f64 * 10.0 + 9.0;
    let span = TimeSpan::new(10.0, end);
    let alignment = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: vec![ItemSpan {
            number: "1".to_owned(),
            title: item.title.clone(),
            start: Some(10.0),
            end: Some(end),
            spans: vec![span],
            segments: segments.iter().map(|segment| segment.id).collect(),
            confidence: 1.0,
            evidence: Vec::new(),
            state: ItemState::Treated,
            closed: false,
            joint: Vec::new(),
        }],
        unassigned: Vec::new(),
        closed: Vec::new(),
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    let outcome = minutes::draft(&Transcript::new(segments), &Agenda::new(vec![item]), &alignment);
    (outcome.value.items[0].summary.iter().map(|one| one.text.clone()).collect(), outcome)
}

/// A number as letters.
fn letters(number: usize) -> String {
    number.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect()
}

/// Björnsson's formula by hand: 8 words, 2 sentences, 2 long words.
#[test]
fn lix_is_words_per_sentence_and_long_words_per_hundred() {
    let counted = lix("Vi bygger en svømmehal. Kommunen betaler nok 3.").unwrap();
    assert_eq!((counted.words, counted.sentences), (8, 2));
    assert!((counted.value - (4.0 + 100.0 * 3.0 / 8.0)).abs() < 1e-9, "{counted:?}");
    assert_eq!(lix(" … – "), None);
    // An abbreviation's stop ends no sentence.
    assert_eq!(lix("Det koster 3 mio. kr. i alt.").unwrap().sentences, 1);
}

#[test]
fn courtesy_and_sentences_without_their_context_are_left_out() {
    let (summary, _) = summary_of(&[
        "Punkt 1, ny svømmehal. Ordet er frit, værsgo.",
        "Tak for ordet, det er jeg rigtig glad for at have fået her i aften.",
        "Det er jeg slet ikke enig i, når jeg hører hvad der bliver sagt.",
        "Men det kan vi jo heller ikke leve med i længden, synes jeg nok.",
        "Hun sagde til os alle, at svømmehallen ikke kan betale sig for kommunen.",
        "Svømmehallen koster 90 millioner kroner, og driften koster 4 millioner kroner om året.",
        "Socialdemokratiet støtter svømmehallen, fordi skolerne mangler et sted til undervisning.",
    ]);
    for told in &summary {
        let first = told.split(' ').next().unwrap();
        assert!(matches!(first, "Svømmehallen" | "Socialdemokratiet"), "{summary:?}");
    }
    assert!(!summary.is_empty());
}

#[test]
fn a_sentence_that_leans_back_stands_only_after_the_one_it_leans_on() {
    let lead = "Svømmehallen koster 90 millioner kroner at bygge, oplyser forvaltningen i notatet.";
    let leaning = "Derfor foreslår forvaltningen, at svømmehallen bygges i to etaper over fem år.";
    let filler = "Borgerne i Nordby, Sønderby og Østerby venter på svømmehallen med længsel.";
    let both = format!("{lead} {leaning}");
    let mut said = vec![filler; 24];
    said[0] = &both;
    let (together, _) = summary_of(&said);
    assert!(together.windows(2).any(|two| two == [lead, leaning]), "{together:?}");
    let (apart, _) = summary_of(&[lead, filler, leaning, filler]);
    assert!(!apart.iter().any(|told| told == leaning), "{apart:?}");
}

#[test]
fn a_longer_debate_gets_a_longer_summary() {
    let say = |count: usize| -> Vec<String> {
        (0..count)
            .map(|at| {
                // Words that no two sentences share.
                let x = letters(at);
                format!(
                    "Udvalg{x} bygger bassin{x} og bruser{x} med varme{x} ved park{x} hos skole{x} \
                     til elever{x}."
                )
            })
            .collect()
    };
    let lengths: Vec<usize> = [2, 12, 40, 300]
        .iter()
        .map(|&count| {
            let said = say(count);
            summary_of(&said.iter().map(String::as_str).collect::<Vec<_>>()).0.len()
        })
        .collect();
    assert!(lengths.windows(2).all(|two| two[0] < two[1]), "{lengths:?}");
    assert!(lengths[3] <= 15, "{lengths:?}");
}

#[test]
fn hard_summaries_are_remarked_on() {
    let said: Vec<String> = (0..120)
        .map(|at| {
            let x = letters(at);
            format!(
                "Tillægsbevillingen{x} til hjemmeplejeorganisationen{x} finansieres efter \
                 økonomiudvalgsindstillingen{x} vedrørende budgetopfølgningskonsekvenserne{x} for \
                 ældreområdets driftsbevillinger{x} på kommunalbestyrelsesmødet{x}."
            )
        })
        .collect();
    let (_, outcome) = summary_of(&said.iter().map(String::as_str).collect::<Vec<_>>());
    let readability = outcome.value.readability.unwrap();
    assert!(readability.summaries.unwrap() > 60.0, "{readability:?}");
    let codes: Vec<&str> = outcome.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert!(codes.contains(&"lix-high"), "{codes:?}");
}
