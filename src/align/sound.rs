//! How Danish words sound, as far as it takes to hear "punkt otte" in "pontort".
//!
//! Recognition of real rooms writes down sounds rather than words: weak vowels come and go, the r
//! after a vowel is a vowel itself, o, u, ø and å change places, and short words grow together.

/// The [`key`] of "punkt" and of "punktet".
const PUNKT: &str = "pont";

/// The sound of a word: no e, no r but before a vowel, one letter for o, u, ø and å, no stop
/// between n and t, no letter twice in a row.
pub(super) fn key(word: &str) -> String {
    let letters: Vec<char> =
        word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let mut key = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied();
        let heard = match letter {
            'e' => continue,
            'r' if !next.is_some_and(is_vowel) => continue,
            'k' | 'g' if key.ends_with('n') && next == Some('t') => continue,
            'o' | 'u' | 'å' | 'ø' | 'ö' => 'o',
            other => other,
        };
        if !key.ends_with(heard) {
            key.push(heard);
        }
    }
    key
}

fn is_vowel(letter: char) -> bool {
    "aeiouyæøåäö".contains(letter)
}

/// Whether a word sounds like "punkt" or "punktet", the noun on which every announcement hangs.
pub(super) fn is_punkt(word: &str) -> bool {
    // The four letters are too few to let other words than those with the right beginning through.
    word.starts_with(['p', 'P']) && word.len() <= 9 && key(word) == PUNKT
}

/// Whether a word begins with the sound of "punkt", so that a number may have grown on to it.
pub(super) fn begins_with_punkt(word: &str) -> bool {
    word.starts_with(['p', 'P']) && key(word).starts_with(PUNKT)
}

#[cfg(test)]
mod tests {
    use super::{begins_with_punkt, is_punkt, key};

    #[test]
    fn heard_words_sound_like_what_was_said() {
        for (heard, said) in [
            ("pontort", "punkt otte"),
            ("pongtør", "punkt to"),
            ("ponten i", "punkt ni"),
            ("punktsyv", "punkt syv"),
        ] {
            assert_eq!(key(heard), key(said), "{heard}");
        }
        for (one, other) in [("punkt otte", "punkt elleve"), ("punkt ni", "punkt ti")] {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn the_noun_is_known_by_its_sound() {
        assert!(["pont", "pontet", "pongtet"].iter().all(|word| is_punkt(word)));
        assert!(["pynt", "penge", "pointe", "grunden", "patient"].iter().all(|w| !is_punkt(w)));
        assert!(begins_with_punkt("ponten") && !begins_with_punkt("kontor"));
    }
}
