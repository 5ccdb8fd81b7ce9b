//! Values to words.

const ONES: [&str; 20] = [
    "nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv",
    "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
];
const TENS: [&str; 10] =
    ["", "", "tyve", "tredive", "fyrre", "halvtreds", "tres", "halvfjerds", "firs", "halvfems"];
const ORDINAL_ONES: [&str; 20] = [
    "nulte",
    "første",
    "anden",
    "tredje",
    "fjerde",
    "femte",
    "sjette",
    "syvende",
    "ottende",
    "niende",
    "tiende",
    "ellevte",
    "tolvte",
    "trettende",
    "fjortende",
    "femtende",
    "sekstende",
    "syttende",
    "attende",
    "nittende",
];
const ORDINAL_TENS: [&str; 10] = [
    "",
    "",
    "tyvende",
    "tredivte",
    "fyrretyvende",
    "halvtredsindstyvende",
    "tresindstyvende",
    "halvfjerdsindstyvende",
    "firsindstyvende",
    "halvfemsindstyvende",
];

/// Scales above a thousand, largest first: value, one, several, ordinal.
const SCALES: [(u64, &str, &str, &str); 4] = [
    (1_000_000_000_000_000, "billiard", "billiarder", "billiardte"),
    (1_000_000_000_000, "billion", "billioner", "billionte"),
    (1_000_000_000, "milliard", "milliarder", "milliardte"),
    (1_000_000, "million", "millioner", "millionte"),
];

/// A number in words: 25 `femogtyve`, 101 `et hundrede og en`, 1200 `et tusind to hundrede`,
/// 4 200 000 `fire millioner to hundrede tusind`. `og` stands before a last part under a hundred.
pub fn spell(value: u64) -> String {
    join(value, false)
}

/// The ordinal in words: 7 `syvende`, 25 `femogtyvende`, 50 `halvtredsindstyvende`, 100
/// `et hundredende`, 1 000 000 `en millionte`.
pub fn spell_ordinal(value: u64) -> String {
    join(value, true)
}

fn join(value: u64, ordinal: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = value;
    for (scale, one, several, last) in SCALES {
        // Above a billiard the count itself has thousands; 2^64 is 18446 billiarder.
        let count = rest / scale;
        rest %= scale;
        if count == 0 {
            continue;
        }
        parts.push(join(count, false));
        parts.push(match (ordinal && rest == 0, count) {
            (true, _) => last.to_owned(),
            (false, 1) => one.to_owned(),
            (false, _) => several.to_owned(),
        });
    }
    let thousands = rest / 1000;
    rest %= 1000;
    if thousands > 0 {
        parts.push(before_neuter(thousands));
        parts.push(if ordinal && rest == 0 { "tusindende" } else { "tusind" }.to_owned());
    }
    let hundreds = rest / 100;
    rest %= 100;
    if hundreds > 0 {
        parts.push(before_neuter(hundreds));
        parts.push(if ordinal && rest == 0 { "hundredende" } else { "hundrede" }.to_owned());
    }
    if rest > 0 || parts.is_empty() {
        if !parts.is_empty() {
            parts.push("og".to_owned());
        }
        parts.push(below_hundred(rest, ordinal));
    }
    parts.join(" ")
}

/// `hundrede` and `tusind` are neuter: `et hundrede`, `et tusind`.
fn before_neuter(count: u64) -> String {
    if count == 1 { "et".to_owned() } else { join(count, false) }
}

fn below_hundred(value: u64, ordinal: bool) -> String {
    let (ones, tens) = if ordinal { (ORDINAL_ONES, ORDINAL_TENS) } else { (ONES, TENS) };
    let at = |table: &[&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|index| table.get(index).copied()).unwrap_or_default()
    };
    match (value / 10, value % 10) {
        (0 | 1, _) => at(&ones, value).to_owned(),
        (ten, 0) => at(&tens, ten).to_owned(),
        (ten, one) => format!("{}og{}", at(&ONES, one), at(&tens, ten)),
    }
}
