//! The guard: loops, inventions over silence, leaked prompts, and what it must leave alone.

use proptest::prelude::*;
use referent::asr::{
    self, Calibration, Decoded, Decoding, EngineError, EngineKind, Judgement, Session, Token,
    Utterance,
};
use referent::meeting::{
    FlagKind, Segment, SpeechWindow, TimeSpan, WindowText, WindowVerdict, Word,
};

/// A session that says its lines, one decoding after the other.
struct Script {
    lines: Vec<Decoded>,
    asked: Vec<Decoding>,
}

impl Script {
    fn new(lines: Vec<Decoded>) -> Self {
        Self { lines, asked: Vec::new() }
    }
}

impl Session for Script {
    fn decode(&mut self, _: &SpeechWindow, how: &Decoding) -> Result<Decoded, EngineError> {
        self.asked.push(how.clone());
        if self.lines.len() > 1 {
            return Ok(self.lines.remove(0));
        }
        self.lines.first().cloned().ok_or_else(|| EngineError("no lines".to_owned()))
    }
}

/// Says `text` evenly over `span` (seconds from the window's start).
fn says(text: &str, span: (f64, f64), no_speech: f32) -> Decoded {
    let words: Vec<&str> = text.split_whitespace().collect();
    let step = (span.1 - span.0) / words.len() as f64;
    let tokens = words
        .iter()
        .enumerate()
        .map(|(at, word)| Token {
            bytes: format!(" {word}").into_bytes(),
            probability: 0.9,
            end: Some(span.0 + step * (at + 1) as f64),
        })
        .collect();
    let utterances = vec![Utterance { start: span.0, end: span.1, no_speech, tokens }];
    Decoded { utterances, temperature: 0.0, attempts: 1 }
}

/// 20 s of sound with voice in the given stretches.
fn voiced(stretches: &[(f64, f64)]) -> SpeechWindow {
    SpeechWindow {
        index: 0,
        span: TimeSpan::new(0.0, 20.0),
        samples: Vec::new(),
        voiced: stretches.iter().map(|&(start, end)| TimeSpan::new(start, end)).collect(),
    }
}

/// 20 s of sound that is loud and less loud by turns, a tenth of a second each; `dip` of 1 is steady.
fn sound(dip: f32) -> Vec<f32> {
    let loud = |at: usize| if (at / 1600).is_multiple_of(2) { 0.1 } else { 0.1 * dip };
    (0..320_000).map(|at| loud(at) * if at % 80 < 40 { 1.0 } else { -1.0 }).collect()
}

/// Voice in the given stretches that others talk over.
fn crowded(stretches: &[(f64, f64)]) -> SpeechWindow {
    SpeechWindow { samples: sound(0.8), ..voiced(stretches) }
}

const GOOD: &str = "Vi går videre til punkt fem på dagsordenen om den nye skole i Nørrevig";

#[test]
fn a_loop_is_decoded_again_and_the_good_text_kept() {
    let looped = says(&"Vi kan gøre det med ".repeat(9), (0.0, 20.0), 0.0);
    let mut session = Script::new(vec![looped, says(GOOD, (0.0, 6.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 7.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert_eq!(text.segments[0].text, GOOD);
    assert!(session.asked[0].prompt && !session.asked[1].prompt, "{:?}", session.asked);
    // Two decodings, and a second opinion on the one that was kept.
    assert_eq!(text.attempts, 3);
    assert_eq!(text.rejected, ["temperature 0.0: the decoder repeated 5 words 9 times"]);
}

#[test]
fn a_loop_that_stays_is_flagged_and_not_deleted() {
    let true_words: Vec<String> = (0..50).map(|at| format!("ord{at}")).collect();
    let line = format!("{}. {}", true_words.join(" "), "Vi kan gøre det med ".repeat(9));
    let mut session = Script::new(vec![says(&line, (0.0, 20.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    let (trusted, withheld): (Vec<_>, Vec<_>) =
        text.segments.iter().partition(|segment| !segment.is_withheld());
    assert_eq!(trusted.len(), 1);
    assert_eq!(trusted[0].words.len(), 50);
    assert_eq!(withheld.len(), 1);
    assert_eq!(withheld[0].flags[0].kind, FlagKind::Repetition);
    assert_eq!(withheld[0].words.len(), 45);
}

#[test]
fn a_window_that_is_mostly_loop_is_withheld_whole() {
    // What `base` made of six voices at once.
    let line = format!(
        "{}Og jeg er der i dag. {}",
        "Og jeg er der i dag, og jeg er tilbage i dag. ".repeat(3),
        "Og jeg er tilbage i dag. ".repeat(9)
    );
    let mut session = Script::new(vec![says(&line, (0.0, 20.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(text.segments.iter().all(Segment::is_withheld), "{:?}", text.segments);
}

#[test]
fn a_loop_with_small_changes_is_withheld_whole() {
    // What `tiny` made of six voices at once, the engine's fallback off: no exact loop covers half.
    let line = "Der er ikke det, men det er ikke det, men det er ikke det, men det er ikke det, men det \
                er ikke det. Det er ikke det, men det er ikke det, men det er ikke det. Det er ikke \
                det, men det er ikke det, men det er ikke det, men det er ikke det, men det er ikke \
                det. Det er ikke det, men det er ikke det, men det er ikke det, men det er ikke det.";
    let mut session = Script::new(vec![says(line, (0.0, 20.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 20.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(text.segments.iter().all(Segment::is_withheld), "{:?}", text.segments);
}

#[test]
fn a_roll_call_is_no_loop() {
    let stretches: Vec<(f64, f64)> =
        (0..10).map(|at| (f64::from(at) * 2.0, f64::from(at) * 2.0 + 0.4)).collect();
    let tokens = stretches
        .iter()
        .map(|&(_, end)| Token { bytes: b" Ja.".to_vec(), probability: 0.9, end: Some(end) })
        .collect();
    let utterances = vec![Utterance { start: 0.0, end: 20.0, no_speech: 0.0, tokens }];
    let mut session = Script::new(vec![Decoded { utterances, temperature: 0.0, attempts: 1 }]);
    let text = asr::recognise(&mut session, &voiced(&stretches), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised, "{:?}", text.segments);
}

#[test]
fn ordinary_repetition_is_no_loop() {
    for line in [
        "Hvem stemmer for? Hvem stemmer imod? Hvem stemmer hverken for eller imod? Tak for det.",
        "Nej nej nej det er ikke rigtigt det er ikke rigtigt at vi har sagt det",
        "Så er det punkt fire, punkt fem, punkt seks, punkt syv, punkt otte og punkt ni",
    ] {
        let mut session = Script::new(vec![says(line, (0.0, 8.0), 0.0)]);
        let text = asr::recognise(&mut session, &voiced(&[(0.0, 8.0)]), "").unwrap();
        assert_eq!(text.verdict, WindowVerdict::Recognised, "{line}");
    }
}

#[test]
fn words_that_nobody_can_say_are_withheld() {
    let line: Vec<String> = (0..80).map(|at| format!("ord{at}")).collect();
    let mut session = Script::new(vec![says(&line.join(" "), (0.0, 3.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 3.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
}

#[test]
fn text_that_another_decoding_does_not_repeat_is_withheld() {
    // What `base` wrote over eight people who talked at once: no loop, and 0.88 probable.
    let babble = says("Velkommen til at vi har en kærlig spurgende.", (0.0, 7.0), 0.0);
    let lines = vec![
        babble.clone(),
        says("Velkommen til at vi har en kærlig løn. Vi skal også have en god.", (0.0, 7.0), 0.0),
        says("Vi har lige en herligere spurg.", (0.0, 7.0), 0.0),
    ];
    let mut session = Script::new(lines);
    let text = asr::recognise(&mut session, &crowded(&[(0.0, 7.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert_eq!(text.segments[0].flags[0].kind, FlagKind::Hallucination);
    assert!(text.segments[0].flags[0].reason.contains("alike by"), "{:?}", text.segments[0].flags);
    assert_eq!(text.rejected, ["temperature 0.0: too few words for the voice"]);
    assert_eq!(session.asked.len(), 4);
    assert!(session.asked[1..].iter().all(|how| !how.prompt && !how.fallback));
    // What comes out the same again stands.
    let mut session = Script::new(vec![babble]);
    let text = asr::recognise(&mut session, &crowded(&[(0.0, 7.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert_eq!(session.asked.len(), 3);
}

/// The same words with another probability.
fn at(probability: f32, mut decoded: Decoded) -> Decoded {
    for token in decoded.utterances.iter_mut().flat_map(|utterance| &mut utterance.tokens) {
        token.probability = probability;
    }
    decoded
}

#[test]
fn improbable_text_must_come_out_again() {
    // `base` over three people who passed by, talking: 5.3 words a second, 0.42 probable.
    let own = "Jeg har lige måtte skrive, at det er en anden, og det er vandt, og det er andre";
    let other = "Det er jo det, jeg har været der, og det er jo det, jeg har været";
    let lines = vec![at(0.42, says(own, (0.0, 6.0), 0.0)), at(0.4, says(other, (0.0, 6.0), 0.0))];
    let mut session = Script::new(lines);
    let text = asr::recognise(&mut session, &crowded(&[(0.0, 6.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined, "{:?}", text.segments);
    // As improbable, but the same again: an accent, or a bad microphone.
    let mut session = Script::new(vec![at(0.42, says(own, (0.0, 6.0), 0.0))]);
    let text = asr::recognise(&mut session, &crowded(&[(0.0, 6.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert_eq!(session.asked.len(), 2);
    // One voice is believed: `base` mishears an accent, but does not invent it.
    let alone = SpeechWindow { samples: sound(0.01), ..voiced(&[(0.0, 6.0)]) };
    let mut session = Script::new(vec![at(0.42, says(own, (0.0, 6.0), 0.0))]);
    let text = asr::recognise(&mut session, &alone, "").unwrap();
    assert_eq!((text.verdict, session.asked.len()), (WindowVerdict::Recognised, 1));
}

#[test]
fn more_words_than_people_say_must_come_out_again() {
    // 28 words in 5 s; 0.9 probable, and no loop.
    let own = "Jeg har set at den var god og vi kan se på den hen mod jul når alle er nået til det punkt så nu \
               går vi hjem";
    let other = "Han kom fra byen med sin hund mens de sad ved søen og talte om vejret i dag eller måske om noget \
                 helt andet som ingen hørte";
    let lines = vec![says(own, (0.0, 5.0), 0.0), says(other, (0.0, 5.0), 0.0)];
    let mut session = Script::new(lines);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 5.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(text.rejected.is_empty() && session.asked.len() == 3, "{:?}", session.asked);
}

#[test]
fn where_no_voice_stands_out_text_is_looked_at_again() {
    let asked = |samples: Vec<f32>| {
        let window = SpeechWindow { samples, ..voiced(&[(0.0, 6.0)]) };
        let mut session = Script::new(vec![at(0.7, says(GOOD, (0.0, 6.0), 0.0))]);
        let text = asr::recognise(&mut session, &window, "").unwrap();
        assert_eq!(text.verdict, WindowVerdict::Recognised);
        session.asked.len()
    };
    assert_eq!(asked(sound(0.8)), 2, "a crowd fills the dips of a voice");
    assert_eq!(asked(sound(0.01)), 1, "a voice alone dips between its syllables");
}

#[test]
fn one_clear_voice_is_believed_sooner_than_many() {
    let looped = says(&"Vi kan gøre det med ".repeat(9), (0.0, 20.0), 0.0);
    let own = says(
        "Når det er fint så skal vi også have den nye støjberegning med her i dag",
        (0.0, 5.0),
        0.0,
    );
    let again =
        says("Nej vi er klar så går vi også ind i en ny støjmåling med her i dag", (0.0, 5.0), 0.0);
    let verdict = |dip| {
        let window = SpeechWindow { samples: sound(dip), ..voiced(&[(0.0, 5.0)]) };
        let lines = vec![looped.clone(), own.clone(), again.clone()];
        asr::recognise(&mut Script::new(lines), &window, "").unwrap().verdict
    };
    assert_eq!(verdict(0.8), WindowVerdict::Quarantined, "a crowd");
    assert_eq!(verdict(0.01), WindowVerdict::Recognised, "one voice");
}

/// A session that says one thing of 20 s of sound, others of parts of it.
struct Divided {
    whole: Decoded,
    first: Decoded,
    second: Decoded,
    heard: Vec<TimeSpan>,
}

impl Session for Divided {
    fn decode(&mut self, window: &SpeechWindow, _: &Decoding) -> Result<Decoded, EngineError> {
        self.heard.push(window.span);
        let said = match (window.span.start > 0.0, window.span.duration() > 15.0) {
            (true, _) => &self.second,
            (false, true) => &self.whole,
            (false, false) => &self.first,
        };
        Ok(said.clone())
    }
}

#[test]
fn a_window_that_stays_bad_is_heard_again_in_two_halves() {
    let pause = 160_000..164_800;
    let window = |dip| {
        let mut samples = sound(dip);
        samples[pause.clone()].fill(0.0);
        SpeechWindow { samples, ..voiced(&[(0.0, 20.0)]) }
    };
    let second = "Nu skal vi i gang med det næste punkt og det er budgettet for det kommende år";
    let session = |whole| Divided {
        whole,
        first: says(GOOD, (0.0, 9.0), 0.0),
        second: says(second, (0.2, 9.0), 0.0),
        heard: Vec::new(),
    };
    let looped = says(&"Vi kan gøre det med ".repeat(9), (0.0, 20.0), 0.0);
    let early = says("Indstillingen er vedtaget.", (0.0, 3.0), 0.0);
    for bad in [looped, early] {
        let mut divided = session(bad.clone());
        let text = asr::recognise(&mut divided, &window(0.01), "").unwrap();
        assert_eq!(text.verdict, WindowVerdict::Recognised, "{:?}", text.segments);
        let texts: Vec<&str> = text.segments.iter().map(|segment| &*segment.text).collect();
        assert_eq!(texts, [GOOD, second]);
        let cut = divided.heard.iter().map(|span| span.start).fold(0.0, f64::max);
        assert!((10.0..10.3).contains(&cut), "not cut in the pause: {cut}");
        assert!(text.segments[0].end <= cut && text.segments[1].start >= cut);
        assert_eq!(text.attempts as usize, divided.heard.len());
        assert!(text.rejected.iter().any(|why| why.contains("two halves")), "{:?}", text.rejected);
        // Where several voices fill the pauses, what is made up is made up of the halves, too.
        let mut divided = session(bad);
        asr::recognise(&mut divided, &window(0.8), "").unwrap();
        assert!(divided.heard.iter().all(|span| span.start == 0.0 && span.end == 20.0));
    }
    // A good window is not divided.
    let mut divided = session(says(&[GOOD, second].join(" "), (0.0, 20.0), 0.0));
    asr::recognise(&mut divided, &window(0.01), "").unwrap();
    assert_eq!(divided.heard.len(), 1);
}

/// A session that goes round in 20 s of sound; of their second half it says one thing at first, another
/// when it is asked again, and a third with a wide search.
struct Mumbled {
    narrow: Decoded,
    again: Decoded,
    wide: Decoded,
    decodings: u32,
}

impl Session for Mumbled {
    fn decode(&mut self, window: &SpeechWindow, how: &Decoding) -> Result<Decoded, EngineError> {
        self.decodings += 1;
        if window.span.start == 0.0 {
            let looped = says(&"Vi kan gøre det med ".repeat(9), (0.0, 20.0), 0.0);
            let good = says(GOOD, (0.0, 9.0), 0.0);
            return Ok(if window.span.duration() > 15.0 { looped } else { good });
        }
        Ok(match (how.beam, how.prompt) {
            (5, _) => self.wide.clone(),
            (_, true) => self.narrow.clone(),
            (_, false) => self.again.clone(),
        })
    }
}

#[test]
fn a_mumbled_half_is_searched_wider_before_it_is_withheld() {
    let narrow = "Men nu er det en del af det mens man kalder dem op her til os om støj i dag";
    let wide = "Når det er fint så skal vi også have den nye støjberegning med på punktet her";
    let other = "Og så kom der en bil forbi vinduet mens ingen sagde noget om sagen bagefter nej";
    let hear = |again: &str, wide: &str, dip: f32| {
        // One voice, then what `dip` makes of it.
        let (mut samples, half) = (sound(0.01), sound(dip));
        samples[160_000..].copy_from_slice(&half[160_000..]);
        samples[158_400..163_200].fill(0.0);
        let window = SpeechWindow { samples, ..voiced(&[(0.0, 20.0)]) };
        let [narrow, again, wide] = [narrow, again, wide].map(|text| says(text, (0.2, 9.0), 0.0));
        let mut session = Mumbled { narrow, again, wide, decodings: 0 };
        let text = asr::recognise(&mut session, &window, "").unwrap();
        assert_eq!(text.attempts, session.decodings);
        text
    };
    let text = hear(wide, wide, 0.01);
    assert_eq!(text.verdict, WindowVerdict::Recognised, "{:?}", text.segments);
    let texts: Vec<&str> = text.segments.iter().map(|segment| &*segment.text).collect();
    assert_eq!(texts, [GOOD, wide]);
    // What comes out another way each time stays withheld, also where a wide search finds nothing.
    for (again, wide) in [(other, wide), (other, "")] {
        let text = hear(again, wide, 0.01);
        assert_eq!(text.verdict, WindowVerdict::Quarantined);
        let texts: Vec<(&str, bool)> =
            text.segments.iter().map(|segment| (&*segment.text, segment.is_withheld())).collect();
        assert_eq!(texts, [(GOOD, false), (narrow, true)]);
    }
    // Where no voice stands out in the half, there is no second chance.
    let text = hear(wide, wide, 0.8);
    assert_eq!(text.verdict, WindowVerdict::Quarantined, "{:?}", text.segments);
}

#[test]
fn a_text_that_ends_too_early_is_decoded_again_and_the_longer_one_kept() {
    let short = says("Indstillingen er vedtaget.", (0.0, 3.0), 0.0);
    let whole = says(&GOOD.repeat(2).replace("NørrevigVi", "Nørrevig. Vi"), (0.0, 15.0), 0.0);
    let mut session = Script::new(vec![short.clone(), whole]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 15.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    assert!(text.segments[0].text.starts_with("Vi går videre"), "{:?}", text.segments);
    // When no decoding has more, what there is stands if a longer second opinion has it in it, too.
    let opinion = says(&format!("Indstillingen er vedtaget. {GOOD}"), (0.0, 15.0), 0.0);
    let mut session = Script::new(vec![short.clone(), short, opinion]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 15.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised, "{:?}", text.segments);
    assert_eq!(text.segments[0].text, "Indstillingen er vedtaget.");
}

#[test]
fn ordinary_speech_is_decoded_once() {
    let mut session = Script::new(vec![says(GOOD, (0.0, 6.0), 0.0)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 6.0)]), "").unwrap();
    assert_eq!((text.attempts, text.rejected.len(), session.asked.len()), (1, 0, 1));
}

#[test]
fn subtitle_credits_are_caught_where_nobody_speaks() {
    for line in [
        "Danske tekster af Nicolai Winther",
        "Undertekster af Jesper Buhl, Scandinavian Text Service 2018",
        "Tak fordi I så med!",
    ] {
        let mut session = Script::new(vec![says(line, (5.0, 12.0), 0.3)]);
        let silent = asr::recognise(&mut session, &voiced(&[(0.0, 1.0)]), "").unwrap();
        assert_eq!(silent.verdict, WindowVerdict::Quarantined, "{line}");
        assert_eq!(silent.segments[0].flags[0].kind, FlagKind::Hallucination);
        let spoken = asr::recognise(&mut session, &voiced(&[(4.0, 13.0)]), "").unwrap();
        assert_eq!(spoken.verdict, WindowVerdict::Recognised, "said aloud: {line}");
    }
}

#[test]
fn a_short_spoken_yes_is_kept() {
    let mut session = Script::new(vec![says("Ja.", (4.8, 5.6), 0.2)]);
    let text = asr::recognise(&mut session, &voiced(&[(5.0, 5.3)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    let text = asr::recognise(&mut session, &voiced(&[(9.0, 9.3)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
}

#[test]
fn a_leaked_prompt_is_tried_without_it_and_then_flagged() {
    let prompt = "Annelise Krogh, Torben Kjærgaard, Mette Dalsgaard, Henrik Bruun.";
    let leak = "Annelise Krogh, Torben Kjærgaard, Mette Dalsgaard";
    let mut session = Script::new(vec![says(leak, (5.0, 12.0), 0.8)]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 1.0)]), prompt).unwrap();
    assert_eq!(text.verdict, WindowVerdict::Quarantined);
    assert!(!session.asked.last().unwrap().prompt);
    let mut session = Script::new(vec![says(leak, (5.0, 12.0), 0.1)]);
    let text = asr::recognise(&mut session, &voiced(&[(5.0, 12.0)]), prompt).unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised, "names really said");
}

#[test]
fn unsure_text_is_marked_but_stands() {
    let mut unsure = says(GOOD, (0.0, 6.0), 0.0);
    for token in &mut unsure.utterances[0].tokens {
        token.probability = 0.6;
    }
    let mut session = Script::new(vec![unsure]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 6.0)]), "").unwrap();
    assert_eq!(text.verdict, WindowVerdict::Recognised);
    let marked = |model: &str, language: &str, temperature: f64| {
        let window = WindowText { temperature, ..text.clone() };
        let calibrated = asr::calibrate(vec![window], EngineKind::WhisperCpp, model, language);
        let (windows, calibration) = calibrated.value;
        let mut transcript = asr::assemble(windows, language, None).value;
        asr::mark_unsure(&mut transcript);
        let segment = &transcript.segments[0];
        assert!(!segment.is_withheld());
        let marked = segment.flags.iter().any(|flag| flag.kind == FlagKind::LowConfidence);
        (marked, calibration, calibrated.warnings.len())
    };
    // 0.6 of `base` in Danish are 0.43 in truth; of other models nobody has measured it, and the
    // meeting says so.
    assert_eq!(marked("base", "da", 0.0), (true, Calibration::Measured, 0));
    assert_eq!(marked("large-v3", "da", 0.0), (false, Calibration::None, 1));
    assert_eq!(marked("base", "en", 0.0), (false, Calibration::None, 1));
}

#[test]
fn calibrated_probabilities_keep_their_order_and_heat_lowers_them() {
    let share = |probability: f64, temperature: f64| {
        let word = Word { start: 0.0, end: 1.0, text: "ikke".to_owned(), probability };
        let window = WindowText {
            index: 0,
            span: TimeSpan::new(0.0, 1.0),
            verdict: WindowVerdict::Recognised,
            segments: vec![segment(vec![word])],
            attempts: 1,
            temperature,
            rejected: Vec::new(),
            flags: Vec::new(),
        };
        let (windows, _) =
            asr::calibrate(vec![window], EngineKind::WhisperCpp, "small", "da").value;
        windows[0].segments[0].words[0].probability
    };
    let shares: Vec<f64> = (0..=20).map(|at| share(f64::from(at) / 20.0, 0.0)).collect();
    assert!(shares.windows(2).all(|pair| pair[0] < pair[1]), "{shares:?}");
    assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
    assert!(share(0.99, 0.2) <= 0.4 && share(f64::NAN, 0.0) < 0.1);
}

#[test]
fn numbers_and_names_are_believed_less_than_other_words() {
    let said = ["Vi", "giver", "Nørrevig", "25", "nu."];
    let words = said.iter().zip(0..).map(|(text, at)| Word {
        start: f64::from(at),
        end: f64::from(at) + 0.5,
        text: (*text).to_owned(),
        probability: 0.9,
    });
    let window = WindowText {
        index: 0,
        span: TimeSpan::new(0.0, 5.0),
        verdict: WindowVerdict::Recognised,
        segments: vec![segment(words.collect())],
        attempts: 1,
        temperature: 0.0,
        rejected: Vec::new(),
        flags: Vec::new(),
    };
    let (windows, _) = asr::calibrate(vec![window], EngineKind::WhisperCpp, "base", "da").value;
    let shares: Vec<f64> =
        windows[0].segments[0].words.iter().map(|word| word.probability).collect();
    // "Vi" opens the sentence: its capital makes it no name.
    assert_eq!(shares[0], shares[1]);
    assert!(shares[2] < shares[3] && shares[3] < shares[4], "{shares:?}");
}

#[test]
fn letters_divided_between_tokens_are_joined() {
    let bytes = " på".as_bytes();
    let token = |bytes: &[u8], end| Token { bytes: bytes.to_vec(), probability: 0.5, end };
    let tokens = vec![
        token(&bytes[..3], Some(1.0)),
        token(&bytes[3..], Some(1.2)),
        token(b".", Some(1.5)),
        token(b" Ja", Some(2.0)),
    ];
    let utterances = vec![Utterance { start: 0.0, end: 2.0, no_speech: 0.0, tokens }];
    let mut session = Script::new(vec![Decoded { utterances, temperature: 0.0, attempts: 1 }]);
    let text = asr::recognise(&mut session, &voiced(&[(0.0, 2.0)]), "").unwrap();
    assert_eq!(text.segments[0].text, "på. Ja");
    assert_eq!(text.segments[0].words[0].end, 1.2);
    assert_eq!(text.segments[0].words[1].start, 1.5);
}

proptest! {
    #[test]
    fn no_words_make_the_guard_fail(text in "[a-zæøå ]{0,400}", voice in 0.0..20.0_f64) {
        let mut session = Script::new(vec![says(&text, (0.0, 20.0), 0.5)]);
        let window = voiced(&[(0.0, voice)]);
        let result = asr::recognise(&mut session, &window, &text).unwrap();
        let words = text.split_whitespace().count();
        let kept: usize = result.segments.iter().map(|segment| segment.words.len()).sum();
        prop_assert_eq!(kept, words, "flagged, not deleted");
    }

    #[test]
    fn repeated_phrases_are_found_at_any_place(
        before in 0_usize..20, phrase in 1_usize..8, repeats in 8_usize..20
    ) {
        let mut words: Vec<String> = (0..before).map(|at| format!("før{at}")).collect();
        for _ in 0..repeats {
            words.extend((0..phrase).map(|at| format!("igen{at}")));
        }
        let decoded = says(&words.join(" "), (0.0, 20.0), 0.0);
        let segment = segment_of(&decoded, &words);
        let judgement = asr::judge(&[&segment], &[TimeSpan::new(0.0, 20.0)]);
        let Judgement::Loop { from, to, .. } = judgement else {
            return Err(TestCaseError::fail(format!("{judgement:?}")));
        };
        prop_assert_eq!((from, to), (before, before + phrase * repeats));
    }
}

fn segment_of(decoded: &Decoded, words: &[String]) -> Segment {
    let ends = decoded.utterances[0].tokens.iter().map(|token| token.end.unwrap());
    let words: Vec<Word> = words
        .iter()
        .zip(ends)
        .map(|(text, end)| Word { start: end - 0.1, end, text: text.clone(), probability: 0.9 })
        .collect();
    segment(words)
}

pub(crate) fn segment(words: Vec<Word>) -> Segment {
    Segment {
        id: 0,
        start: words.first().map_or(0.0, |word| word.start),
        end: words.last().map_or(0.0, |word| word.end),
        text: words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
        speaker: None,
        item: None,
        words,
        flags: Vec::new(),
    }
}
