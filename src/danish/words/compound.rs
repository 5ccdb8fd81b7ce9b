//! Taking compounds apart.

/// Shortest part that is believed: shorter words (ko, is, ø) split far too much.
const SHORTEST: usize = 3;

/// Longest word that is looked at, in letters.
const LONGEST: usize = 80;

/// The parts of a Danish compound, for a vocabulary that tells known words (lower case).
///
/// `kommunalbestyrelsesmøde` → `kommunalbestyrelse`, `møde`. Between two parts a fuge-s or fuge-e
/// may stand (`byrådsmøde`, `drengeskole`), which belongs to neither; a part that is itself in the
/// vocabulary with its last letter is preferred. Of all ways to split, the one with the fewest
/// parts wins, then the one with the longest last part, since the last part is the head.
/// A word that cannot be taken apart wholly into known words is returned as it is.
pub fn compound_parts<'a>(word: &'a str, known: &dyn Fn(&str) -> bool) -> Vec<&'a str> {
    let cuts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let letters = cuts.len() - 1;
    if !(2 * SHORTEST..=LONGEST).contains(&letters) {
        return vec![word];
    }
    // best[i]: the parts of word[cuts[i]..], or none when it cannot be split.
    let mut best: Vec<Option<Vec<(usize, usize)>>> = vec![None; letters + 1];
    best[letters] = Some(Vec::new());
    for from in (0..letters).rev() {
        // Longer first parts are tried later, so that on a tie the longer tail stands.
        for to in from + SHORTEST..=letters {
            if from == 0 && to == letters {
                continue;
            }
            let piece = &word[cuts[from]..cuts[to]];
            if !known(piece) {
                continue;
            }
            for next in [to, to + 1] {
                let fuge = next == to || (next < letters && is_fuge(&word[cuts[to]..cuts[next]]));
                let Some(tail) = best.get(next).and_then(Option::as_ref).filter(|_| fuge) else {
                    continue;
                };
                if best[from].as_ref().is_none_or(|kept| tail.len() + 1 < kept.len()) {
                    let mut parts = vec![(from, to)];
                    parts.extend_from_slice(tail);
                    best[from] = Some(parts);
                }
            }
        }
    }
    match best.swap_remove(0) {
        Some(parts) if parts.len() > 1 => {
            parts.into_iter().map(|(from, to)| &word[cuts[from]..cuts[to]]).collect()
        }
        _ => vec![word],
    }
}

fn is_fuge(letter: &str) -> bool {
    matches!(letter, "s" | "e" | "-")
}
