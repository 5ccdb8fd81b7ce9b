//! `minutes.json` against the JSON Schema that the program prints.

use referent::align::align;
use referent::eval::minutes::Known;
use referent::meeting::Minutes;
use serde_json::{Value, json};

use super::*;

fn validator() -> jsonschema::Validator {
    let output = assert_cmd::Command::cargo_bin("referent")
        .unwrap()
        .args(["minutes", "--json-schema"])
        .output();
    let schema: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema is no JSON Schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// Everything that minutes may hold.
fn full() -> Value {
    let evidence = json!({"segments": [3, 4], "start": 61.5, "end": 70.25, "confidence": 0.93});
    let ballot = json!({"count": 14, "parties": ["A", "V"], "names": ["Bo Hilsted"]});
    json!({
        "schema": "referent/minutes/1",
        "items": [{
            "number": "7", "title": "Takster", "closed": false,
            "decision": {
                "outcome": "tiltrådt", "text": "Tiltrådt.", "evidence": evidence,
                "points": [{"point": 1, "outcome": "godkendt", "text": "Godkendt.", "evidence": evidence}],
                "referred_to": "Økonomiudvalget", "postponed_to": "2026-04-01"
            },
            "votes": [{"question": "Indstillingen", "for": ballot, "against": {"count": null},
                "abstain": {"count": 0, "parties": [], "names": []}, "outcome": "vedtaget",
                "evidence": evidence}],
            "amendments": [{"by": ["C"], "text": "Tre etager.", "outcome": "forkastet",
                "evidence": evidence}],
            "dissents": [{"who": "Liste B", "text": "Planen er for dyr.", "evidence": evidence}],
            "actions": [{"what": "Et notat", "who": "Mette Holm", "due": "2026-05-01",
                "evidence": evidence}],
            "sides": [{"side": "ledelse", "text": "Budgettet holder.", "evidence": evidence}],
            "summary": [{"text": "Planen blev drøftet.", "evidence": evidence,
                "speaker": "Mette Holm", "wording": "model"}],
            "condensed": {"model": "m", "kept": 2,
                "dropped": [{"reason": "number", "value": "17", "segments": [3]}]}
        }],
        "attendance": [{"name": "Lis Ny", "party": "V", "kind": "substitute", "item": "3",
            "replaces": "Per Ås", "evidence": evidence}],
        "warnings": [{"stage": "minutes", "severity": "attention", "code": "decision-missing",
            "message": "No decision was heard.", "span": [1.0, 2.5], "item": "7"}],
        "readability": {"summaries": 41.5, "decisions": 38.0}
    })
}

fn faults(validator: &jsonschema::Validator, minutes: &Value) -> Vec<String> {
    validator.iter_errors(minutes).map(|error| error.to_string()).collect()
}

#[test]
fn what_is_drafted_fits_the_schema() {
    let validator = validator();
    // The schema knows all that the program can write.
    let full: Minutes = serde_json::from_value(full()).unwrap();
    assert_eq!(faults(&validator, &serde_json::to_value(&full).unwrap()), Vec::<String>::new());
    let (Some(truth), Some(agenda)) =
        (shared("audio/meeting/truth.json"), shared("audio/meeting/agenda.firstagenda.json"))
    else {
        return;
    };
    let known = Known::read(&truth).unwrap();
    let agenda = referent::agenda::read(&agenda).unwrap().value;
    let alignment = align(&known.transcript, &agenda).value;
    let mut drafted = minutes::draft(&known.transcript, &agenda, &alignment).value;
    minutes::add_sides(&known.transcript, &agenda, &alignment, &mut drafted);
    assert!(drafted.items.iter().any(|item| !item.votes.is_empty()), "nothing to check");
    assert_eq!(faults(&validator, &serde_json::to_value(&drafted).unwrap()), Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_no_draft_holds() {
    let validator = validator();
    let spoiled: [(&str, Value); 6] = [
        ("/schema", json!("referent/minutes/2")),
        ("/items/0/decision/outcome", json!("måske")),
        ("/items/0/decision/evidence", json!({"segments": []})),
        ("/items/0/votes/0/for/count", json!(-1)),
        ("/items/0/summary/0/evidence/confidence", json!(1.2)),
        ("/attendance/0", json!({"name": "Lis Ny", "kind": "sick"})),
    ];
    for (place, value) in spoiled {
        let mut minutes = full();
        *minutes.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&minutes), "{place}");
    }
    let mut more = full();
    more["items"][0]["vibe"] = json!("god");
    assert!(!validator.is_valid(&more));
}
