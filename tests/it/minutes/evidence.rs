//! Nothing stands in the minutes that the recording does not prove.

use super::scene::meeting_of;
use super::*;

/// Keys under which values stand.
const VALUES: [&str; 9] = [
    "decision",
    "points",
    "votes",
    "amendments",
    "dissents",
    "actions",
    "sides",
    "summary",
    "attendance",
];

/// Every value, with the path that leads to it.
fn values<'a>(json: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
    match json {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{path}/{name}");
                if VALUES.contains(&name.as_str()) {
                    let all = field.as_array().map_or(std::slice::from_ref(field), Vec::as_slice);
                    found.extend(all.iter().map(|value| (path.clone(), value)));
                }
                values(field, &path, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| values(one, path, found)),
        _ => {}
    }
}

/// What is wrong with the evidence of a value.
fn fault(value: &Value, transcript: &Transcript) -> Option<String> {
    let evidence = value.get("evidence")?;
    let number = |name: &str| evidence.get(name).and_then(Value::as_f64);
    let (Some(start), Some(end), Some(confidence)) =
        (number("start"), number("end"), number("confidence"))
    else {
        return Some("no place".to_owned());
    };
    let segments: Vec<u64> = evidence
        .get("segments")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_u64).collect())
        .unwrap_or_default();
    let known = |id: &u64| {
        transcript.segments.iter().any(|s| u64::from(s.id) == *id && s.start < end + 0.01)
    };
    if segments.is_empty() || !segments.iter().all(known) {
        return Some(format!("segments {segments:?}"));
    }
    if !(start <= end && confidence > 0.0 && confidence < 1.0) {
        return Some(format!("{start}..{end}, {confidence}"));
    }
    None
}

#[test]
fn every_value_says_where_it_was_said_and_how_sure_it_is() {
    let said = [
        "Der er afbud fra Bo Steffensen. Som stedfortræder møder Inger Maagaard.",
        "Mette Dalsgaard er inhabil og forlader lokalet.",
        "Torben Kjærgaard er nu kommet til stede.",
        "Medarbejdersiden bemærker, at vejen er farlig. Ledelsen oplyser, at pengene er sat af.",
        "Cykelstien på Havnegade koster 4 millioner kroner at anlægge i år, og skolebørnene har brug for den.",
        "SF stiller ændringsforslag om, at cykelstien anlægges allerede i foråret.",
        "Vi stemmer først om ændringsforslaget fra SF. Hvem stemmer for? Det er SF, 3 stemmer.",
        "Hvem stemmer imod? Det er Venstre, 7. Ændringsforslaget er forkastet.",
        "Vi ønsker ført til protokols, at SF ikke kan støtte det lave beløb.",
        "Forvaltningen vender tilbage senest den 1. marts med beregningerne.",
        "Ad 1 er godkendt. Ad 2 er udsat.",
    ];
    let item = AgendaItem {
        number: "1".to_owned(),
        title: "Ny cykelsti på Havnegade".to_owned(),
        ..AgendaItem::default()
    };
    let (transcript, agenda, alignment) = meeting_of(item, &said);
    let mut drafted = minutes::draft(&transcript, &agenda, &alignment).value;
    minutes::add_sides(&transcript, &agenda, &alignment, &mut drafted);
    let json = serde_json::to_value(&drafted).unwrap();
    let mut found = Vec::new();
    values(&json, "", &mut found);
    for kind in VALUES {
        assert!(found.iter().any(|(path, _)| path.ends_with(kind)), "no {kind} in the scene");
    }
    for (path, value) in found.iter().filter(|(_, value)| !value.is_null()) {
        assert!(value.get("evidence").is_some(), "{path} has no evidence: {value}");
        assert_eq!(fault(value, &transcript), None, "{path}: {value}");
    }
}

#[test]
fn the_same_holds_for_the_synthetic_meeting() {
    let Some(file) = shared("audio/meeting/truth.json") else { return };
    let (transcript, agenda, alignment, _) = super::meeting::perfect(&file, true);
    let drafted = minutes::draft(&transcript, &agenda, &alignment).value;
    let json = serde_json::to_value(&drafted).unwrap();
    let mut found = Vec::new();
    values(&json, "", &mut found);
    assert!(found.len() > 20, "{}", found.len());
    for (path, value) in found.iter().filter(|(_, value)| !value.is_null()) {
        assert!(value.get("evidence").is_some(), "{path} has no evidence: {value}");
        assert_eq!(fault(value, &transcript), None, "{path}: {value}");
    }
}
