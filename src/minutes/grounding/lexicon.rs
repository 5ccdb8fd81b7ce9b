//! Words that the check treats by themselves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::danish::words::{is_negation, stem};

use super::reading::Word;

/// Whether a word denies. "Nej" answers somebody and denies nothing in its own sentence.
pub(super) fn denies(lower: &str) -> bool {
    is_negation(lower) && lower != "nej"
}

/// Units of money and share, and scale words.
pub(super) fn is_unit(lower: &str) -> bool {
    matches!(
        lower,
        "kr" | "kroner"
            | "krone"
            | "dkk"
            | "procent"
            | "pct"
            | "%"
            | "mio"
            | "mia"
            | "million"
            | "millioner"
            | "milliard"
            | "milliarder"
            | "cirka"
            | "ca"
            | "omkring"
    )
}

/// Whether a word makes what is told a wish, a condition or a guess. Modal verbs colour nearly every
/// sentence of a debate and are left to the reader.
pub(super) fn hedges(word: &Word) -> bool {
    matches!(
        word.lower.as_str(),
        "hvis"
            | "såfremt"
            | "medmindre"
            | "måske"
            | "muligvis"
            | "formentlig"
            | "formentligt"
            | "eventuelt"
            | "overvejer"
            | "overveje"
            | "overvejes"
            | "foreslår"
            | "foreslog"
            | "foreslået"
            | "foreslås"
            | "håber"
            | "håbede"
            | "frygter"
            | "frygtede"
            | "ønsker"
            | "ønskede"
            | "tror"
            | "troede"
    )
}

/// Verbs with which a summary says that something was said, and the bodies that it was said in.
/// They carry nothing of their own.
const NEUTRAL: &[&str] = &[
    "oplyse",
    "oplyser",
    "oplyste",
    "oplyst",
    "fortælle",
    "fortæller",
    "fortalte",
    "mener",
    "mente",
    "siger",
    "sagde",
    "sagt",
    "fremhæver",
    "fremhævede",
    "fremhævet",
    "understreger",
    "understregede",
    "understreget",
    "bemærker",
    "bemærkede",
    "nævner",
    "nævnte",
    "nævnt",
    "peger",
    "pegede",
    "spørger",
    "spurgte",
    "spurgt",
    "drøfter",
    "drøftede",
    "drøftet",
    "diskuterer",
    "diskuterede",
    "diskuteret",
    "redegjorde",
    "redegør",
    "orienterede",
    "orienterer",
    "udtrykte",
    "udtrykker",
    "udtalte",
    "udtaler",
    "tilføjer",
    "tilføjede",
    "forklarer",
    "forklarede",
    "påpeger",
    "påpegede",
    "handler",
    "handlede",
    "omhandler",
    "byrådet",
    "byråd",
    "kommunalbestyrelsen",
    "sagen",
    "punktet",
    "debatten",
    "drøftelsen",
    "mødet",
    "folketinget",
    "medlem",
    "medlemmer",
    "medlemmerne",
    "flere",
    "bliver",
    "samt",
    "desuden",
    "endvidere",
    "herunder",
    "vedrørende",
    "ifølge",
    "blandt",
    "derudover",
    "svarede",
    "svarer",
    "svar",
];

fn neutral() -> &'static [String] {
    static STEMS: OnceLock<Vec<String>> = OnceLock::new();
    STEMS.get_or_init(|| {
        NEUTRAL.iter().filter(|word| **word != "flere").map(|word| stem(word)).collect()
    })
}

/// Whether a stem carries nothing of its own in a summary.
pub(super) fn is_neutral(stem: &str) -> bool {
    neutral().iter().any(|neutral| neutral == stem)
}

/// Verbs by which somebody is said to have said something.
const SAYING: &[&str] = &[
    "oplyse",
    "oplyser",
    "oplyste",
    "fortæller",
    "fortalte",
    "mener",
    "mente",
    "siger",
    "sagde",
    "fremhæver",
    "fremhævede",
    "understreger",
    "understregede",
    "bemærker",
    "bemærkede",
    "nævner",
    "nævnte",
    "peger",
    "pegede",
    "spørger",
    "spurgte",
    "redegjorde",
    "redegør",
    "orienterede",
    "udtrykte",
    "udtrykker",
    "udtalte",
    "udtaler",
    "tilføjer",
    "tilføjede",
    "forklarer",
    "forklarede",
    "påpeger",
    "påpegede",
    "foreslår",
    "foreslog",
    "støtter",
    "støttede",
    "kritiserer",
    "kritiserede",
    "ønsker",
    "ønskede",
    "lover",
    "lovede",
    "svarede",
    "svarer",
    "anbefaler",
    "anbefalede",
    "advarer",
    "advarede",
    "takker",
    "takkede",
    "stemmer",
    "stemte",
    "stiller",
    "stillede",
    "argumenterer",
    "argumenterede",
    "opfordrer",
    "opfordrede",
    "beder",
    "bad",
];

/// Whether the word says that somebody said or stood for something.
pub(super) fn says(lower: &str) -> bool {
    SAYING.contains(&lower)
}

/// People and bodies who speak under a title.
const OFFICES: &[&str] = &[
    "borgmester",
    "borgmesteren",
    "overborgmesteren",
    "viceborgmesteren",
    "formand",
    "formanden",
    "næstformanden",
    "forvaltningen",
    "forvaltning",
    "kommunaldirektøren",
    "kommunaldirektør",
    "direktøren",
    "direktør",
    "rådmanden",
    "rådmand",
    "ministeren",
    "minister",
    "ordføreren",
    "ordfører",
    "administrationen",
    "regeringen",
    "oppositionen",
    "økonomiudvalget",
];

/// Whether the word is an office that somebody speaks for.
pub(super) fn is_office(word: &str) -> bool {
    static STEMS: OnceLock<Vec<String>> = OnceLock::new();
    STEMS
        .get_or_init(|| OFFICES.iter().map(|word| stem(word)).collect())
        .iter()
        .any(|office| office == word)
}

/// Words that turn a sentence round when they are wrong; those of a group may stand for each other.
const STRONG: &[(&str, &[&str])] = &[
    (
        "støtte",
        &[
            "støtter",
            "støtte",
            "støttede",
            "bakker",
            "bakkede",
            "opbakning",
            "tilslutter",
            "tilslutte",
            "tilslutning",
            "enig",
            "enige",
            "enighed",
            "tilhænger",
            "tilhængere",
        ],
    ),
    ("imod", &["imod", "modstand", "modstander", "modstandere", "uenig", "uenige", "uenighed"]),
    (
        "afvise",
        &[
            "afviser",
            "afviste",
            "afvise",
            "afvist",
            "forkastet",
            "forkaster",
            "forkaste",
            "forkastes",
            "forkastelse",
            "forkastede",
            "nedstemt",
            "nedstemmes",
        ],
    ),
    (
        "vedtage",
        &[
            "vedtaget",
            "vedtager",
            "vedtage",
            "vedtages",
            "vedtog",
            "vedtagelse",
            "godkendt",
            "godkender",
            "godkende",
            "godkendes",
            "godkendte",
            "godkendelse",
            "tiltrådt",
            "tiltræder",
            "tiltræde",
            "tiltrædes",
            "besluttet",
            "beslutter",
        ],
    ),
    (
        "anbefale",
        &[
            "anbefaler",
            "anbefalet",
            "anbefale",
            "anbefalede",
            "indstiller",
            "indstillet",
            "indstillede",
            "indstille",
        ],
    ),
    (
        "udsætte",
        &[
            "udsat",
            "udsætter",
            "udsætte",
            "udsættes",
            "udsatte",
            "udskudt",
            "udskyde",
            "udskyder",
            "udskydes",
            "udskød",
        ],
    ),
    ("sende", &["oversendt", "oversendes", "henvist", "henvises", "tilbagesendt", "hjemvist"]),
    (
        "stige",
        &[
            "stiger",
            "steg",
            "steget",
            "stigning",
            "stigende",
            "øger",
            "øget",
            "øge",
            "øgede",
            "øges",
            "hæver",
            "hævet",
            "hæve",
            "hæves",
            "forhøjet",
            "forhøjes",
            "vokser",
            "voksede",
            "vokset",
            "vækst",
            "flere",
            "højere",
            "mere",
            "større",
        ],
    ),
    (
        "falde",
        &[
            "falder",
            "faldt",
            "faldet",
            "fald",
            "faldende",
            "sænker",
            "sænket",
            "sænke",
            "sænkes",
            "reducerer",
            "reduceret",
            "reducere",
            "reduceres",
            "reduktion",
            "mindsker",
            "mindsket",
            "nedsat",
            "nedsætter",
            "nedsættes",
            "færre",
            "lavere",
            "mindre",
        ],
    ),
    ("spare", &["sparer", "sparet", "spare", "besparelse", "besparelser"]),
    (
        "lukke",
        &["lukker", "lukket", "lukke", "lukkes", "lukning", "nedlægges", "nedlagt", "nedlægge"],
    ),
    ("åbne", &["åbner", "åbnet", "åbne", "åbnes", "åbning", "oprettes", "oprettet", "oprette"]),
    ("forbyde", &["forbyder", "forbudt", "forbyde", "forbydes", "forbud"]),
    ("tillade", &["tillader", "tilladt", "tillade", "tillades", "tilladelse"]),
    ("enstemmig", &["enstemmigt", "enstemmig"]),
    ("flertal", &["flertal", "flertallet"]),
    ("mindretal", &["mindretal", "mindretallet"]),
    ("alle", &["samtlige"]),
    ("halv", &["halvdelen", "halvering", "halveret", "halveres"]),
    ("dobbelt", &["dobbelt", "fordoblet", "fordobling", "fordobles"]),
    ("tredjedel", &["tredjedel", "tredjedele"]),
    ("fjerdedel", &["fjerdedel", "fjerdedele"]),
    ("kritik", &["kritiserer", "kritiserede", "kritik", "kritisk"]),
    ("krav", &["kræver", "krævede", "krav"]),
    ("ulovlig", &["ulovligt", "ulovlig", "lovstridigt"]),
    ("undlade", &["undlader", "undlod", "undlade"]),
    ("først", &["forrige", "sidste", "næste"]),
];

fn strong() -> &'static BTreeMap<String, &'static str> {
    static GROUPS: OnceLock<BTreeMap<String, &'static str>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        STRONG
            .iter()
            .flat_map(|(group, forms)| forms.iter().map(|form| ((*form).to_owned(), *group)))
            .collect()
    })
}

/// The group of a strong word; none for all others.
pub(super) fn strength(lower: &str) -> Option<&'static str> {
    strong().get(lower).copied()
}

/// Weekdays and months: dates in a word.
pub(super) fn is_day(lower: &str) -> bool {
    matches!(
        lower.trim_end_matches('s'),
        "mandag"
            | "tirsdag"
            | "onsdag"
            | "torsdag"
            | "fredag"
            | "lørdag"
            | "søndag"
            | "januar"
            | "februar"
            | "marts"
            | "mart"
            | "april"
            | "maj"
            | "juni"
            | "juli"
            | "august"
            | "september"
            | "oktober"
            | "november"
            | "december"
            | "foråret"
            | "efteråret"
            | "sommeren"
            | "vinteren"
            | "jul"
            | "påske"
    )
}

/// Whether two stems are one word, or one is a compound with the other at its end or start.
pub(super) fn related(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.chars().count() >= 4 && (long.starts_with(short) || long.ends_with(short))
}

/// Little words that turn a sentence round; each stands only for itself.
pub(super) fn is_sharp(lower: &str) -> bool {
    matches!(
        lower,
        "over"
            | "under"
            | "før"
            | "efter"
            | "inden"
            | "mere"
            | "mindre"
            | "flere"
            | "færre"
            | "højere"
            | "lavere"
            | "større"
            | "bedre"
            | "dårligere"
            | "værre"
            | "dyrere"
            | "billigere"
            | "positiv"
            | "positivt"
            | "positive"
            | "negativ"
            | "negativt"
            | "negative"
            | "alle"
            | "nogle"
            | "samtlige"
            | "muligt"
            | "umuligt"
            | "altid"
            | "sjældent"
            | "tilladt"
            | "forbudt"
            | "lovligt"
            | "ulovligt"
            | "frivilligt"
            | "obligatorisk"
            | "obligatoriske"
    )
}

/// Words that a sentence can do without.
pub(super) fn fills(lower: &str) -> bool {
    matches!(
        lower,
        "jo" | "altså"
            | "også"
            | "faktisk"
            | "egentlig"
            | "selvfølgelig"
            | "naturligvis"
            | "bare"
            | "lige"
            | "meget"
            | "helt"
            | "rigtig"
            | "sådan"
            | "nu"
            | "simpelthen"
            | "ligesom"
    )
}

/// Words after which a number is a name: "lokalplan 312", "L 19", "uge 19".
pub(super) fn labels(text: &str, lower: &str) -> bool {
    let letter = text.chars().count() == 1 && text.chars().all(char::is_uppercase);
    letter
        || matches!(
            lower,
            "nr" | "punkt"
                | "pkt"
                | "lokalplan"
                | "§"
                | "paragraf"
                | "stk"
                | "uge"
                | "artikel"
                | "side"
                | "kapitel"
                | "ændringsforslag"
                | "lovforslag"
                | "forslag"
                | "scenarie"
                | "delområde"
                | "etape"
                | "liste"
                | "kategori"
                | "klasse"
                | "tillæg"
                | "lov"
                | "matrikel"
                | "linje"
                | "model"
                | "plads"
                | "trin"
                | "fase"
        )
}

/// Stems of what the count of a vote counts.
pub(super) fn is_ballot(stem: &str) -> bool {
    ["stem", "medlem", "mandat"].iter().any(|start| stem.starts_with(start))
}
