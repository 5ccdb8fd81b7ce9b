//! The traps of DOMAIN.md, section 4: what a listener would call the same costs no word error, and
//! what is another word does.

use referent::eval::SpokenText;
use referent::eval::wer::{Settings, compare};

fn errors(reference: &str, hypothesis: &str) -> usize {
    let spoken = |text: &str| SpokenText { text: text.to_owned(), ..SpokenText::default() };
    let words = compare(&spoken(reference), &spoken(hypothesis), &Settings::default()).score.words;
    words.substitutions + words.deletions + words.insertions
}

/// All pairs that differ, so that one run shows every trap that is open.
fn open_traps(pairs: &[(&str, &str)]) -> Vec<String> {
    let open = pairs.iter().filter(|(one, other)| errors(one, other) > 0);
    open.map(|(one, other)| format!("{one} / {other}")).collect()
}

#[test]
fn the_same_said_in_another_way_is_no_error() {
    let same = [
        // Numbers by twenties, ones before tens, joined, split, hyphenated and misheard.
        ("50 60 70 80 90", "halvtreds tres halvfjerds firs halvfems"),
        ("55 kroner", "femoghalvtreds kroner"),
        ("55 kroner", "fem og halvtreds kroner"),
        ("34 stemmer", "fireogtredive stemmer"),
        ("60 pladser", "treds pladser"),
        ("50 pladser", "femti pladser"),
        ("101 børn", "et hundrede og en børn"),
        ("200 børn", "to hundred børn"),
        ("3000 borgere", "tre tusind borgere"),
        ("3.000 borgere", "tre tusinde borgere"),
        ("10,123", "ti komma et to tre"),
        ("3,5 mio. kr.", "tre komma fem millioner kroner"),
        ("ca. 483.552.000 kr.", "cirka 483552000 kroner"),
        ("1,3 mio. kr.", "en komma tre millioner kroner"),
        ("i 2026", "i tyve seksogtyve"),
        ("den 1. oktober 2025 kl. 15.45", "den første oktober 2025 klokken 15:45"),
        ("24-09-2019", "24. september 2019"),
        ("1. punkt", "første punkt"),
        ("7. punkt", "syvende punkt"),
        ("12. punkt", "tolvte punkt"),
        ("punkt 6a", "punkt seks a"),
        ("punkt 6-9", "punkt seks til ni"),
        // Signs and abbreviations, read aloud.
        ("§ 13", "paragraf tretten"),
        ("pkt. 5", "punkt fem"),
        ("jf. loven", "jævnfør loven"),
        ("hhv. A og B", "henholdsvis A og B"),
        ("vedr. skolen", "vedrørende skolen"),
        ("ift. budgettet", "i forhold til budgettet"),
        ("ekskl. moms", "eksklusive moms"),
        ("2 mio.", "to millioner"),
        ("18 pct.", "atten procent"),
        ("18 %", "18 procent"),
        ("5 stk.", "fem stykke"),
        ("nr. 7", "nummer syv"),
        ("f.eks. fx", "for eksempel for eksempel"),
        ("5 kg", "fem kilo"),
        ("-5 grader", "minus fem grader"),
        // Letters, hesitation, spelling, compatibility forms.
        ("KB og ØU", "kb og øu"),
        ("K.B. og HMU", "KB og H.M.U."),
        ("MED-udvalget", "med udvalget"),
        ("Aabenraa", "Åbenrå"),
        ("Åbenrå", "A\u{30a}benra\u{30a}"),
        ("ja", "øh øhm ehm hmm mhm ja"),
        ("café", "cafe"),
    ];
    assert_eq!(open_traps(&same), Vec::<String>::new());
}

#[test]
fn another_word_is_an_error() {
    let same: Vec<(&str, &str)> = [
        ("råd", "rad"),
        ("øre", "ore"),
        ("æble", "able"),
        ("25", "24"),
        ("7. punkt", "7 punkter"),
        ("ikke vedtaget", "vedtaget"),
        ("punkt 6 til 9", "punkt 6 og 9"),
        ("en mand", "1 mand og"),
        ("baggård", "bakilogård"),
        ("et anliggende", "anliggende"),
    ]
    .into_iter()
    .filter(|(one, other)| errors(one, other) == 0)
    .collect();
    assert_eq!(same, []);
}

#[test]
fn nothing_is_replaced_inside_a_word_and_no_hyphen_is_a_minus() {
    for text in ["børne- og skoleudvalget", "e-mail", "kgs", "baggrund", "fxet", "hhvx", "ehlers"]
    {
        let words = referent::danish::normalise::normalise(text);
        let joined: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let letters = |text: &str| text.replace(['-', ' '], "");
        assert_eq!(letters(&joined.concat()), letters(text));
    }
}
