//! Parties in speech and print.

use referent::danish::parties;
use referent::danish::words::tokens;

use super::skipped;

#[test]
fn parties_are_found() {
    let register = parties::Register::national();
    let letters = |text: &str| -> Vec<String> {
        register.find(&tokens(text)).into_iter().map(|mention| mention.letter).collect()
    };
    assert_eq!(letters("Radikale Venstre og Venstre stemmer imod"), ["B", "V"]);
    assert_eq!(letters("5 medlemmer (A+V+C) anbefaler forslaget"), ["A", "V", "C"]);
    assert_eq!(letters("for stemte S, V og M, imod SF"), ["A", "V", "M", "F"]);
    assert!(letters("drej til venstre ved rådhuset, og hold venstre side").is_empty());
    assert!(letters("de radikale ændringer er et godt alternativ").is_empty());
    assert_eq!(letters("de konservative stemmer imod"), ["C"]);
    assert_eq!(letters("enheds listen og dansk folkepart"), ["Ø", "O"]);
    assert_eq!(letters("Liste L stemte imod"), ["L"]);
}

#[test]
fn parties_are_told_from_plain_words() {
    let register = parties::Register::national();
    let letters = |text: &str| -> String {
        let found = register.find(&tokens(text));
        found.iter().map(|mention| mention.letter.as_str()).collect::<Vec<_>>().join(" ")
    };
    for (text, wanted) in [
        ("I Venstre kan vi godt støtte indstillingen", "V"),
        ("Venstre stemmer imod", "V"),
        ("forslaget fra Venstre og SF", "V F"),
        ("Venstres forslag", "V"),
        ("SF's forslag", "F"),
        ("I højre og venstre side af vejen", ""),
        ("Sving til venstre, og derefter til højre", ""),
        ("i venstre spor", ""),
        ("fra venstre mod højre", ""),
        ("på venstre hånd", ""),
        ("Det Radikale Venstre stemmer for", "B"),
        ("De Radikale undlader", "B"),
        ("Radikale ændringer er nødvendige", ""),
        ("det er en radikal ændring", ""),
        ("Konservative undlader, det er 3", "C"),
        ("Vi Konservative vil gerne", "C"),
        ("konservative skøn", ""),
        ("Det Konservative Folkeparti", "C"),
        ("Alternativet er at vente", ""),
        ("alternativet til planen", ""),
        ("Alternativet stemmer imod", "Å"),
        ("Dansk Folkeparti og Socialistisk Folkeparti", "O F"),
        ("Socialdemokratiet, Venstre, Konservative, SF og Enhedslisten, i alt 22", "A V C F Ø"),
        ("Liberal Alliance og Moderaterne", "I M"),
        ("Danmarksdemokraterne og Kristendemokraterne", "Æ K"),
        ("social demokratiet stemmer for", "A"),
        ("socialdemokratiet", "A"),
        ("liste V og Liste Å", "V Å"),
        ("I dag er I her", ""),
        ("elværket og el er alt for dyrt, la la", ""),
        ("medlemmer uden for parti stemte imod", "UFP"),
        ("(Bo Hilsted (A), Peter Bak (V))", ""),
        ("S, V, M", "A V M"),
        ("A og V", "A V"),
        ("3 A, 2 C og 1 V", "A C V"),
        ("Det sagde V. A mente noget andet", ""),
        ("delområde B nedsættes", ""),
        ("vi har en plan A, og en plan B", ""),
    ] {
        assert_eq!(letters(text), wanted, "{text}");
    }
}

#[test]
fn local_lists_take_the_letters_that_they_reuse() {
    let register =
        parties::Register::national().with_list("H", "Hvidovrelisten").with_list("N", "Nyt Stevns");
    let letters = |text: &str| -> Vec<String> {
        register.find(&tokens(text)).into_iter().map(|mention| mention.letter).collect()
    };
    assert_eq!(letters("Hvidovrelisten og Venstre stemmer imod"), ["H", "V"]);
    assert_eq!(letters("2 medlemmer (N+Ø) tager forbehold"), ["N", "Ø"]);
    assert_eq!(letters("hvidovre listen"), ["H"]);
    for (label, letter) in [
        ("S", "A"),
        ("KF", "C"),
        ("RV", "B"),
        ("EL", "Ø"),
        ("ALT", "Å"),
        ("dd", "Æ"),
        ("(A)", "A"),
        ("Liste H", "H"),
        ("de Konservative", "C"),
        ("UFG", "UFP"),
        ("ø", "Ø"),
    ] {
        assert_eq!(register.resolve(label).map(|party| &*party.letter), Some(letter), "{label}");
    }
    assert_eq!(register.resolve("X"), None);
}

/// Every party in the vote results that the parliament printed, and nothing else.
#[test]
fn parties_of_printed_votes_are_found() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/eval/sittings");
    let Ok(files) = fs_err::read_dir(folder) else {
        return skipped(folder);
    };
    let register = parties::Register::national();
    let mut votes = 0;
    for file in files {
        let json = fs_err::read_to_string(file.unwrap().path()).unwrap();
        let sitting: serde_json::Value = serde_json::from_str(&json).unwrap();
        for vote in sitting["votes"].as_array().unwrap() {
            let text = vote["text"].as_str().unwrap();
            let mut wanted: Vec<&str> = Vec::new();
            for side in ["for_p", "imod_p", "hverken_p"] {
                let printed = vote[side].as_str().unwrap_or_default();
                wanted.extend(
                    printed
                        .trim_matches(['(', ')'])
                        .split([',', ' '])
                        .filter(|label| *label != "og" && !label.is_empty())
                        .filter_map(|label| register.resolve(label))
                        .map(|party| party.letter.as_str()),
                );
            }
            let mut found: Vec<String> =
                register.find(&tokens(text)).into_iter().map(|mention| mention.letter).collect();
            found.sort();
            wanted.sort_unstable();
            assert_eq!(found, wanted, "{text}");
            votes += 1;
        }
    }
    assert!(votes > 50, "only {votes} votes");
}
