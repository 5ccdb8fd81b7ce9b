//! The synthetic council meeting against its truth.

use super::*;

/// Transcript, agenda and alignment as a perfect recogniser and aligner would give them.
pub(super) fn perfect(file: &Path, speakers: bool) -> (Transcript, Agenda, Alignment, Value) {
    let truth: Value = serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap();
    let name = |id: &str| {
        truth["speakers"].as_array().unwrap().iter().find(|s| s["id"] == id).unwrap()["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut segments = Vec::new();
    let mut ids: Vec<(String, u32)> = Vec::new();
    for (at, said) in truth["segments"].as_array().unwrap().iter().enumerate() {
        let id = at as u32 + 1;
        if let Some(item) = said["item"].as_str() {
            ids.push((item.to_owned(), id));
        }
        segments.push(Segment {
            id,
            start: said["start"].as_f64().unwrap(),
            end: said["end"].as_f64().unwrap(),
            text: said["text"].as_str().unwrap().to_owned(),
            speaker: speakers.then(|| name(said["speaker"].as_str().unwrap())),
            item: None,
            words: Vec::new(),
            flags: Vec::new(),
        });
    }
    let text = fs_err::read_to_string(file.with_file_name("agenda.txt")).unwrap();
    let items: Vec<AgendaItem> = truth["agenda"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let number = item["number"].as_str().unwrap();
            let mut own = AgendaItem {
                number: number.to_owned(),
                title: item["title"].as_str().unwrap().to_owned(),
                closed: item["closed"] == true,
                ..AgendaItem::default()
            };
            let part = text.split(&format!("Punkt {number}: ")).nth(1).unwrap();
            if let Some(motion) = part.split("Indstilling\n").nth(1) {
                let motion = motion.split("\nSagsfremstilling").next().unwrap().trim();
                own.fields.insert(
                    "indstilling".to_owned(),
                    FieldText { text: motion.to_owned(), html: None },
                );
            }
            own
        })
        .collect();
    let closed: Vec<TimeSpan> = truth["closed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| TimeSpan::new(span["start"].as_f64().unwrap(), span["end"].as_f64().unwrap()))
        .collect();
    let spans = items
        .iter()
        .map(|item| ItemSpan {
            segments: ids.iter().filter(|(n, _)| *n == item.number).map(|(_, id)| *id).collect(),
            closed: item.closed,
            ..treated(&item.number, &item.title)
        })
        .collect();
    let agenda = Agenda {
        date: truth["date"].as_str().map(str::to_owned),
        committee: truth["committee"].as_str().map(str::to_owned),
        members: truth["truth"]["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| Member {
                name: member["name"].as_str().unwrap().to_owned(),
                party: member["party"].as_str().map(str::to_owned),
                ..Member::default()
            })
            .collect(),
        ..Agenda::new(items)
    };
    let alignment = Alignment {
        schema: Alignment::SCHEMA.to_owned(),
        items: spans,
        unassigned: Vec::new(),
        closed,
        breaks: Vec::new(),
        warnings: Vec::new(),
    };
    (Transcript::new(segments), agenda, alignment, truth)
}

fn treated(number: &str, title: &str) -> ItemSpan {
    ItemSpan {
        number: number.to_owned(),
        title: title.to_owned(),
        start: None,
        end: None,
        spans: Vec::new(),
        segments: Vec::new(),
        confidence: 1.0,
        evidence: Vec::new(),
        state: ItemState::Treated,
        closed: false,
        joint: Vec::new(),
    }
}

/// Outcome word of the truth as our protocol writes it.
fn word(outcome: &str) -> String {
    outcome.strip_suffix(" til udvalg").unwrap_or(outcome).to_owned()
}

/// One string for each value of a kind, so that sets can be compared.
fn truths(truth: &Value, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in truth["truth"]["items"].as_array().unwrap() {
        if item["closed"] == true {
            continue;
        }
        let number = item["number"].as_str().unwrap();
        for value in item[kind].as_array().into_iter().flatten() {
            found.push(match kind {
                "votes" => {
                    let side = |side: &str| {
                        let ballot = &value[side];
                        let parties: Vec<&str> = ballot["parties"]
                            .as_object()
                            .unwrap()
                            .keys()
                            .map(String::as_str)
                            .collect();
                        // Nobody was asked to abstain in item 3, so nothing is known of it.
                        let count = ballot["count"].as_u64().filter(|&count| count > 0);
                        format!("{count:?} {parties:?}")
                    };
                    let [favour, against, abstain] = ["for", "against", "abstain"].map(side);
                    format!(
                        "{number} {} {favour} {against} {abstain} {}",
                        value["on"], value["result"]
                    )
                }
                "amendments" => {
                    format!("{number} {} {} {}", value["by"], value["text"], value["result"])
                }
                "dissents" => format!("{number} {}", value["text"]),
                "actions" => format!("{number} {} {}", value["who_name"], value["due"]),
                other => panic!("{other}"),
            });
        }
    }
    found
}

fn read(minutes: &Minutes, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in &minutes.items {
        let number = &item.number;
        match kind {
            "votes" => found.extend(item.votes.iter().map(|vote| {
                let side = |ballot: &referent::meeting::Ballot| {
                    format!("{:?} {:?}", ballot.count, ballot.parties)
                };
                let on = if vote.question.starts_with("ændringsforslaget") {
                    "ændringsforslag"
                } else {
                    "indstilling"
                };
                format!(
                    "{number} \"{on}\" {} {} {} \"{}\"",
                    side(&vote.in_favour),
                    side(&vote.against),
                    side(&vote.abstain),
                    vote.outcome.unwrap().danish()
                )
            })),
            "amendments" => found.extend(item.amendments.iter().map(|amendment| {
                format!(
                    "{number} {} {:?} \"{}\"",
                    serde_json::to_string(&amendment.by).unwrap(),
                    amendment.text,
                    amendment.outcome.unwrap().danish()
                )
            })),
            "dissents" => {
                found.extend(item.dissents.iter().map(|d| format!("{number} {:?}", d.text)));
            }
            "actions" => found.extend(item.actions.iter().map(|action| {
                format!(
                    "{number} {:?} {:?}",
                    action.who.as_deref().unwrap_or_default(),
                    action.due.as_deref().unwrap_or_default()
                )
            })),
            other => panic!("{other}"),
        }
    }
    found
}

#[test]
fn the_reference_text_gives_the_truth() {
    let Some(file) = shared("audio/meeting/truth.json") else { return };
    let (transcript, agenda, alignment, truth) = perfect(&file, true);
    let Outcome { value: minutes, warnings } = minutes::draft(&transcript, &agenda, &alignment);
    assert_eq!(warnings, []);
    for kind in ["votes", "amendments", "dissents", "actions"] {
        assert_eq!(read(&minutes, kind), truths(&truth, kind), "{kind}");
    }
    for (item, known) in minutes.items.iter().zip(truth["truth"]["items"].as_array().unwrap()) {
        let decision = item.decision.as_ref();
        if known["closed"] == true {
            assert_eq!(decision, None);
            continue;
        }
        let decision = decision.unwrap();
        let outcome = known["decision"]["outcome"].as_str().unwrap();
        assert_eq!(decision.outcome.danish(), word(outcome), "item {}", item.number);
        let segment = |id: &str| {
            truth["segments"].as_array().unwrap().iter().position(|s| s["id"] == id).unwrap() as u32
                + 1
        };
        let deciding = segment(known["decision"]["evidence"][0].as_str().unwrap());
        assert!(decision.evidence.segments.contains(&deciding), "item {}", item.number);
    }
    let referred = minutes.items[4].decision.as_ref().unwrap().referred_to.as_deref().unwrap();
    assert_eq!(
        referred.to_lowercase(),
        truth["truth"]["items"][4]["referred_to"].as_str().unwrap().to_lowercase()
    );
    let postponed = minutes.items[7].decision.as_ref().unwrap().postponed_to.as_deref();
    assert_eq!(postponed, truth["truth"]["items"][7]["postponed_to"].as_str());
    let attendance: Vec<String> = minutes
        .attendance
        .iter()
        .map(|one| {
            format!("{} {:?} {:?} {:?} {:?}", one.name, one.party, one.kind, one.item, one.replaces)
        })
        .collect();
    assert_eq!(
        attendance,
        [
            r#"Bo Steffensen Some("V") Absent None None"#,
            r#"Inger Maagaard None Substitute None Some("Bo Steffensen")"#,
            r#"Sofie Lindqvist Some("Ø") Arrives Some("3") None"#,
        ]
    );
}

#[test]
fn without_voices_nothing_else_changes() {
    let Some(file) = shared("audio/meeting/truth.json") else { return };
    let (transcript, agenda, alignment, truth) = perfect(&file, false);
    let minutes = minutes::draft(&transcript, &agenda, &alignment).value;
    for kind in ["votes", "amendments", "dissents"] {
        assert_eq!(read(&minutes, kind), truths(&truth, kind), "{kind}");
    }
    // The chair called Lars Ravnholt by name in item 5; in item 7 nobody says who answers.
    assert_eq!(
        read(&minutes, "actions"),
        [r#"5 "Lars Ravnholt" "2026-03-01""#, r#"7 "" "2025-12-15""#,]
    );
}

#[test]
fn nothing_of_the_closed_item_gets_out() {
    let Some(file) = shared("audio/meeting/truth.json") else { return };
    let (transcript, agenda, mut alignment, truth) = perfect(&file, true);
    let banned = truth["truth"]["must_not_be_published"].as_array().unwrap();
    // Once by the agenda's mark, once by the alignment's spans alone.
    for agenda in [&agenda, &unmarked(&agenda)] {
        let text =
            serde_json::to_string(&minutes::draft(&transcript, agenda, &alignment).value).unwrap();
        for words in banned {
            assert!(!text.contains(words.as_str().unwrap()), "{words}");
        }
        assert!(!text.contains("mandat"));
        for span in &mut alignment.items {
            span.closed = false;
        }
    }
}

fn unmarked(agenda: &Agenda) -> Agenda {
    let mut agenda = agenda.clone();
    for item in &mut agenda.items {
        item.closed = false;
    }
    agenda
}
