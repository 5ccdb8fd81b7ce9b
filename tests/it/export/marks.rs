//! Who said it, and which words are a language model's.

use super::*;

/// The meeting with one sentence of a known speaker and one of a language model.
fn marked() -> meeting::Meeting {
    let mut meeting = meeting();
    let item = &mut meeting.minutes.items[1];
    let mut said = item.summary[0].clone();
    said.text = "Vi må ikke tage let på merforbruget.".to_owned();
    said.speaker = Some("Karen Holm".to_owned());
    let model = serde_json::json!({
        "text": "Forvaltningen forventer et merforbrug på 3,5 mio. kr.", "wording": "model",
        "evidence": {"segments": [2], "start": 18.0, "end": 23.0, "confidence": 0.66},
    });
    item.summary = vec![said, serde_json::from_value(model).unwrap()];
    let condensed = serde_json::json!({"model": "qwen2.5-7b-instruct", "kept": 1, "dropped": []});
    item.condensed = serde_json::from_value(condensed).unwrap();
    meeting
}

#[test]
fn a_models_words_are_told_from_a_persons_in_every_document() {
    let mut meeting = marked();
    meeting.template = Template::load("med").unwrap();
    for format in [
        Format::Docx,
        Format::Debate,
        Format::Html,
        Format::Markdown,
        Format::Portal,
        Format::Protocol,
    ] {
        let all = everything(format, &meeting.render(format));
        assert!(all.contains("Karen Holm: Vi må ikke tage let"), "{format}: no speaker");
        assert!(all.contains("sammenfattet af sprogmodel"), "{format}: no note");
        assert!(all.contains("qwen2.5-7b-instruct"), "{format}: no name of the model");
        assert_eq!(all.matches("sprogmodel, usikkert").count(), 1, "{format}: no mark");
    }
    // A protocol without the debate says nothing of a model.
    meeting.template = Template::load("byraad").unwrap();
    assert!(!meeting.text(Format::Markdown).contains("sprogmodel"));
}

#[test]
fn captions_and_transcript_name_the_speaker() {
    let meeting = marked();
    assert!(meeting.text(Format::Vtt).contains("<v Karen Holm>"));
    assert!(meeting.text(Format::Txt).contains("Karen Holm: "));
    assert!(meeting.text(Format::AkomaNtoso).contains("showAs=\"Karen Holm\""));
    assert!(meeting.text(Format::Html).contains("<b class=\"who\">Karen Holm</b>"));
}

#[test]
fn what_other_bodies_decided_stands_under_their_own_names() {
    let mut meeting = meeting();
    for (name, text) in [
        ("beslutning i økonomiudvalget den 16-03-2026", "Anbefales."),
        ("beslutning i teknikudvalget den 02-03-2026", "Indstilles godkendt."),
    ] {
        let field = referent::meeting::FieldText { text: text.to_owned(), html: None };
        meeting.agenda.items[1].fields.insert(name.to_owned(), field);
    }
    let text = meeting.text(Format::Markdown);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    let first = at("Beslutning i teknikudvalget den 02-03-2026: Indstilles godkendt.");
    let second = at("Beslutning i økonomiudvalget den 16-03-2026: Anbefales.");
    assert!(first < second && second < at("Orienteringen blev taget til efterretning."));
}
